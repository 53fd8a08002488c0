"""The page in one file: what a person must know first as plain HTML, all else packed and drawn when it is opened."""

import hashlib
from collections import Counter
from importlib import resources

import jinja2
from markupsafe import Markup

from diffcheck.reporting.page.model import MEANINGS, Model, failures
from diffcheck.reporting.page.packed import packed, packed_values
from diffcheck.reporting.sentence import asked, sentence
from diffcheck.reporting.tables import failing_rows
from diffcheck.results import Run, counts
from diffcheck.verdict import Verdict

# In the order in which they need one another.
_LIBRARIES = ("d3.min.js", "plot.umd.min.js", "tabulator.min.js")
_SCRIPTS = ("unpack.js", "elements.js", "plots.js", "graph.js", "section.js", "table.js", "page.js")
# So many failures are shown before the table.
_SHOWN = 10


def page(run: Run) -> str:
    """The report as one HTML file that asks the network for nothing."""
    model = Model(run)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("diffcheck.reporting.page", "static"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    found = counts(run.rows)
    failing = Counter(str(row.verdict) for row in run.failing)
    return environment.get_template("page.html.jinja").render(
        sentence=sentence(run),
        asked=asked(run).replace("`", ""),
        ok=not run.failing and not run.broken and not run.interrupted,
        counts=[(name, found[name], failing[name], MEANINGS[Verdict(name)]) for name in reversed(found)],
        known=sum(row.known for row in run.rows),
        failures=failures(run, _SHOWN),
        more=max(0, len(failing_rows(run)) - _SHOWN),
        broken=run.broken,
        environment=dict(run.environment),
        command=run.command,
        tasks=len(run.rows),
        cases=len(model.cases),
        style=_trusted("style.css", "static"),
        table_style=_trusted("tabulator.min.css", "vendor"),
        script=Markup("\n".join(_text(name, "static") for name in _SCRIPTS)),
        libraries=[(name, Markup(packed(_text(name, "vendor")))) for name in _LIBRARIES],
        overview=Markup(packed_values(model.overview())),
        blocks=[Markup(packed_values(block)) for block in model.blocks()],
    )


def _trusted(name: str, folder: str) -> Markup:
    """A file of ours, or of a library, as it is."""
    return Markup(_text(name, folder))


def _text(name: str, folder: str) -> str:
    """A file beside this one.

    Raises
    ------
    ValueError
        If a library is not the one whose digest is on record.
    """
    path = resources.files("diffcheck.reporting.page") / folder / name
    text = path.read_text(encoding="utf-8")
    if folder == "vendor":
        known = dict(line.split()[::-1] for line in _text("SHA256SUMS", "static").splitlines())
        if hashlib.sha256(text.encode()).hexdigest() != known[name]:
            raise ValueError(f"{path} is not the file that was released: install diffcheck again")
    if "</script" in text.lower():
        raise ValueError(f"{path} would end the script that holds it")
    return text
