"""``report.md`` for people, and ``details.md``: a table for each case, timing, environment."""

import jinja2

from diffcheck.reporting import tables
from diffcheck.reporting.brief import brief
from diffcheck.reporting.cells import cell, item, line, row, table
from diffcheck.reporting.tensors import tensors
from diffcheck.results import Run

# So many lines about the tensors of a case; the file has all.
_TENSORS = 30

MEANINGS = (
    ("agree", "the error is within *inherent*"),
    ("kink", "no derivative exists, and the value lies between the left and the right one"),
    ("ill-conditioned", "within *inherent*, which itself leaves less than half of the digits: the question is hard"),
    ("undefined", "the function or its derivative does not exist at any of the points"),
    ("lossy", "outside *inherent*, within *formula*: the formula throws away digits that exist"),
    ("unsupported", "the engine says why it cannot"),
    ("uncertain", "the referee could not certify the truth"),
    ("disagree", "finite, and outside both bounds"),
    ("nonfinite", "NaN or infinity where a finite truth exists"),
    ("error", "the engine, or the case itself, raised"),
    ("timeout", "it did not come back within `--timeout` and was stopped"),
    ("crash", "it took its process down"),
)


def files(run: Run) -> dict[str, str]:
    """Both files by their names."""
    return {"report.md": brief(run), "details.md": markdown(run)}


def markdown(run: Run) -> str:
    """All tables, as Markdown."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("diffcheck.reporting", "."),
        autoescape=False,
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(table=table, line=line, row=row, cell=cell, item=item)
    return environment.get_template("details.md.jinja").render(
        headline=tables.headline(run),
        by_engine=tables.by_engine(run),
        broken=run.broken,
        failing=tables.failing(run),
        expected=tables.expected(run),
        lossy=tables.lossy(run),
        unjudged=tables.unjudged(run),
        cases=tables.cases(run),
        tensors=lambda key: tensors(run, key, _TENSORS),
        timing=tables.timing(run),
        command=run.command,
        environment=run.environment,
        meanings=MEANINGS,
    )
