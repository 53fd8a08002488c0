"""What a run of the claims prints and writes."""

import csv
import io
import textwrap
from collections.abc import Callable, Mapping, Sequence

from diffcheck.claims import ease, efficiency, expressions, precision
from diffcheck.claims.claim import Claim, Finding, Measured
from diffcheck.claims.pictures import PICTURES
from diffcheck.claims.tables import TABLES, Table
from diffcheck.reporting.cells import written

TOPICS: dict[str, Sequence[Claim]] = {
    "Efficiency": efficiency.CLAIMS,
    "Accuracy": precision.CLAIMS,
    "Ease": ease.CLAIMS,
    "Expression swell": expressions.CLAIMS,
}
COMMAND = "diffcheck claims cases/ --output docs --format md"
_PICTURES = "pictures"
_OPENING = f"""\
# Claims, measured

What textbooks say of symbolic, numerical and automatic differentiation, put to the test. Each verdict follows from the
figures by the rule beside it. Operations and digits are the same on every machine, times are those of one. The page in
the documentation is what this command writes:

```console
$ {COMMAND}
```

"""


def findings(measured: Measured) -> dict[str, Finding]:
    """What comes of each claim, by its name."""
    return {claim.name: claim.judged(measured) for claims in TOPICS.values() for claim in claims}


def screen(found: Mapping[str, Finding], width: int) -> str:
    """The verdicts as a terminal shows them."""
    lines = []
    for topic, claims in TOPICS.items():
        lines += [topic]
        for claim in claims:
            finding = found[claim.name]
            lines += textwrap.wrap(
                f"{finding.verdict.upper()}: {claim.statement}", width, initial_indent="  ", subsequent_indent="    "
            )
            lines += textwrap.wrap(finding.figures, width, initial_indent="      ", subsequent_indent="      ")
    tally = [finding.verdict for finding in found.values()]
    counted = ", ".join(f"{verdict} {tally.count(verdict)}" for verdict in dict.fromkeys(tally))
    return "\n".join([*lines, f"{len(tally)} claims: {counted}"])


def markdown(found: Mapping[str, Finding], measured: Measured, machine: Mapping[str, str]) -> str:
    """The page, with all tables and links to the pictures."""
    said = ", ".join(f"{name} {value}" for name, value in machine.items() if value)
    parts = [_OPENING, f"Machine: {said}.\n\n"]
    for topic, claims in TOPICS.items():
        parts.append(f"## {topic}\n\n")
        rows = [
            (claim.statement, f"**{found[claim.name].verdict}**", found[claim.name].figures, claim.counts, claim.source)
            for claim in claims
        ]
        parts.append(written(("claim", "verdict", "figures", "what counts as holding", "who says so"), rows) + "\n\n")
        parts += [f"![{shows}]({_PICTURES}/{file})\n\n" for file, shows, _ in PICTURES[topic]]
        for table in tables_of(topic, measured):
            parts.append(f"{table.caption}\n\n{written(table.columns, table.rows)}\n\n")
    return "".join(parts).rstrip("\n") + "\n"


def tables_of(topic: str, measured: Measured) -> list[Table]:
    """The tables of a topic that have rows."""
    return [table for table in (make(measured) for make in TABLES[topic]) if table.rows]


def claims_csv(found: Mapping[str, Finding]) -> str:
    """A line for each claim."""
    rows = [
        (
            topic,
            claim.name,
            found[claim.name].verdict,
            found[claim.name].figures,
            claim.statement,
            claim.counts,
            claim.source,
        )
        for topic, claims in TOPICS.items()
        for claim in claims
    ]
    return _csv(("topic", "claim", "verdict", "figures", "statement", "counts_as_holding", "source"), rows)


def figures_csv(measured: Measured) -> str:
    """A line for each cell of all tables: the table, the row, the column, the figure."""
    rows = [
        (table.name, ", ".join(row[: table.keys]), column, cell)
        for topic in TOPICS
        for table in tables_of(topic, measured)
        for row in table.rows
        for column, cell in zip(table.columns[table.keys :], row[table.keys :], strict=True)
    ]
    return _csv(("table", "row", "column", "figure"), rows)


def _csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


Contents = Callable[[Mapping[str, Finding], Measured, Mapping[str, str]], dict[str, str]]


def _page(found: Mapping[str, Finding], measured: Measured, machine: Mapping[str, str]) -> dict[str, str]:
    drawn = {f"{_PICTURES}/{file}": draw(measured) for part in PICTURES.values() for file, _, draw in part}
    return {"claims.md": markdown(found, measured, machine), **drawn}


FORMATS: dict[str, Contents] = {
    "csv": lambda found, measured, _: {"claims.csv": claims_csv(found), "figures.csv": figures_csv(measured)},
    "md": _page,
}
"""By format: what is written, by the names of the files in the folder."""
