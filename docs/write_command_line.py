"""The page of the command line, written from what the commands say of themselves.

python docs/write_command_line.py           the page
python docs/write_command_line.py --write   and it goes into docs/command_line.md
"""

import sys
from pathlib import Path
from typing import Any

import click

from diffcheck.cli import main

PAGE = Path(__file__).parent / "command_line.md"
_OPENING = """\
# The command line

What `diffcheck COMMAND --help` prints (`python docs/write_command_line.py --write`). [Run cases](running.md) explains
the choices, and has the exit codes.

"""
_COLUMNS = 100


def told(context: click.Context) -> str:
    """The help of a command, as wide as a page."""
    return f"```text\n{context.get_help()}\n```\n"


def page() -> str:
    """The whole page: the command of all commands first."""
    settings: dict[str, Any] = {"terminal_width": _COLUMNS, "max_content_width": _COLUMNS, **main.context_settings}
    top = click.Context(main, info_name="diffcheck", **settings)
    sections = [told(top)]
    for name in main.list_commands(top):
        below = click.Context(main.commands[name], info_name=name, parent=top)
        sections.append(f"## diffcheck {name}\n\n{told(below)}")
    return _OPENING + "\n".join(sections)


if __name__ == "__main__":
    print(page())
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
