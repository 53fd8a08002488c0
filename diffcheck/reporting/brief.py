"""``report.md``: what a person wants to know first, short enough for a comment on a pull request."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from diffcheck.reporting import tables, words
from diffcheck.reporting.causes import Cause, causes
from diffcheck.reporting.cells import cell, code, item, line, table
from diffcheck.reporting.failure import failure, reproduced
from diffcheck.reporting.sentence import asked, sentence
from diffcheck.reporting.tables import Table
from diffcheck.reporting.tensors import tensors
from diffcheck.reporting.words import contestant
from diffcheck.results import Row, Run
from diffcheck.verdict import Verdict

LONGEST = 65_536
"""A code host takes no longer comment."""
# What failed has the most of it, in bytes; what is always there has the rest.
_FAILED, _BROKEN, _WRONG, _KNOWN, _GRID = 30_000, 6_000, 2_000, 10_000, 14_000
# So many others with a cause are named, so many tensors of one failure shown.
_NAMED, _TENSORS = 12, 5

_READ = (
    "Digits are right significant decimals: `6.1 of 15.6` means that 15.6 were possible at that point; errors count "
    "units in the last place (ulp).  \n"
    "`disagree`, `nonfinite`, `error`, `timeout` and `crash` fail a run; `lossy` is what the formula itself throws "
    "away. `details.md` explains every word and has a table for every case."
)


def brief(run: Run) -> str:
    """The report: the sentence, what was run, what failed, and the rest folded."""
    failed = (_failed(run, cause) for cause in causes(tables.failing_rows(run)))
    parts = [
        f"# {cell(sentence(run))}",
        asked(run),
        _READ,
        *_section("Broken definitions", map(item, run.broken), _BROKEN),
        *_section("Slopes that are wrong", (f"- {cell(text)}" for text in tables.contradictions(run)), _WRONG),
        *_section("What failed", failed, _FAILED),
        table(tables.by_engine(run)) if run.rows else "",
        *_folded("Known defects", _known(run), _KNOWN),
        *_folded("Cases by engine", _grid(run), _GRID),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def fitting(texts: Iterable[str], room: int) -> tuple[list[str], str]:
    """As many texts as there is room for, in bytes, and how many more there are, in words."""
    kept: list[str] = []
    more = 0
    for text in texts:
        room -= len(text.encode()) + 2
        if room < 0:
            more += 1
        else:
            kept.append(text)
    return kept, f"... and {more:,} more in `details.md`" if more else ""


def _section(title: str, texts: Iterable[str], room: int) -> list[str]:
    kept, more = fitting(texts, room)
    return [f"## {title}", *kept, more] if kept or more else []


def _failed(run: Run, cause: Cause) -> str:
    """The worst of a cause in five lines, how to see it again, and who else fails so."""
    row = cause.worst
    why, command = reproduced(row.note)
    lines = [*failure(replace(row, note=why)), *[f"  again  {command}"] * bool(command)]
    parts = [code("text", lines)]
    own = tuple(tensor for tensor in run.tensors if tensor.key[:-1] == row.key)
    worst, more = tensors(replace(run, tensors=own), (row.case, row.operator), _TENSORS)
    parts += [table(worst)] * bool(worst.rows) + [f"... and {more:,} more tensors in `details.md`"] * bool(more)
    parts += [_fold("A script without diffcheck", code("python", row.script.splitlines()))] * bool(row.script)
    others = [f"{each.case} {each.operator}" for each in cause.rows[1:]]
    if others:
        named = [*others[:_NAMED], *[f"{len(others) - _NAMED:,} others"] * (len(others) > _NAMED)]
        parts.append(f"The same in {len(others):,} more: {cell(', '.join(named))}")
    return "\n\n".join(parts)


def _known(run: Run) -> Table:
    """The rows whose outcome their case declares, or the baseline knows."""
    rows = [row for row in run.rows if row.known]
    return Table(
        ("case", "engine", "outcome", "digits right", "why"),
        tuple(
            (f"{row.case} {row.operator}", contestant(row), _outcome(row), words.digits(row), _because(run, row))
            for row in rows
        ),
    )


def _because(run: Run, row: Row) -> str:
    case = run.case_of(row)
    return "" if case is None else case.because if row.as_declared else "wrong as the baseline says"


def _grid(run: Run) -> Table:
    """Each case and operator with the outcome of every engine, the worst first."""
    # An engine that takes its method by the case has one column, unless several of them were asked for.
    short = len({(row.case, row.operator, _who(row, "")) for row in run.rows}) == len(run.rows)
    columns = {row.key: _who(row, "" if short else row.method) for row in run.rows}
    grid: dict[tuple[str, str], dict[str, Row]] = {}
    for row in run.rows:
        grid.setdefault((row.case, row.operator), {})[columns[row.key]] = row
    who = list(dict.fromkeys(columns.values()))
    ordered = sorted(grid.items(), key=lambda each: max(map(_badness, each[1].values())), reverse=True)
    lines = ((" ".join(key), *(_marked(rows.get(name)) for name in who)) for key, rows in ordered)
    return Table(("case", *who), tuple(lines))


def _who(row: Row, method: str) -> str:
    return contestant(replace(row, reason="", method=method)).replace(": ", " ").removesuffix(":")


def _badness(row: Row) -> tuple[bool, bool, int]:
    return row.fails, not row.known, row.verdict.severity


def _outcome(row: Row) -> str:
    return f"{row.verdict}{words.breaches(row)}"


def _marked(row: Row | None) -> str:
    """An outcome, with a cross where it fails the run; a bad one that is known in brackets."""
    if row is None:
        return ""
    known = row.known and (row.verdict is not Verdict.AGREE or row.findings)
    return f"✗ {_outcome(row)}" if row.fails else f"({_outcome(row)})" if known else _outcome(row)


def _folded(title: str, content: Table, room: int) -> Iterator[str]:
    if content.rows:
        kept, more = fitting(map(line, content.rows), room)
        body = "\n".join([table(replace(content, rows=())), *kept]) + f"\n\n{more}" * bool(more)
        yield _fold(f"{title} ({len(content.rows):,})", body)


def _fold(summary: str, body: str) -> str:
    # Without the empty lines code hosts show the Markdown inside as it is written.
    return f"<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"
