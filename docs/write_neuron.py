"""The graph of the neuron in docs/textbook.md, drawn by diffcheck show.

python docs/write_neuron.py           the picture, as SVG
python docs/write_neuron.py --write   and it goes into docs/pictures/neuron.svg
"""

import sys
from pathlib import Path

from click.testing import CliRunner

from diffcheck.cli import main

DOCS = Path(__file__).parent
PAGE = DOCS / "pictures" / "neuron.svg"
_CASE = f"{DOCS.parent / 'cases' / 'networks.py'}::neuron_loss"


def page() -> str:
    """The whole picture."""
    done = CliRunner().invoke(main, ["show", _CASE, "--graph", "svg"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


if __name__ == "__main__":
    print(page(), end="")
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
