"""What was found of many operations, as lines and as files: findings first in full, the others one line each."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path

import torch

from diffcheck.audit.of_torch.torch_itself import Outcome, Told
from diffcheck.errors import OutputError

_REASON = 160
# From the gravest; an operation is certified if it is on one sample.
_ORDER = (Outcome.WRONG, Outcome.LOST, Outcome.DIGITS, Outcome.CLEAR, Outcome.OPEN)


def line(rows: Sequence[Told]) -> str:
    """One operation, all of its samples together, in a line."""
    kind, name = _kind(rows), rows[0].operation
    first = next(row for row in rows if row.outcome is kind)
    alike = sum(row.outcome is kind for row in rows)
    if kind is Outcome.CLEAR:
        contexts, certified = sum(row.contexts for row in rows), sum(row.certified for row in rows)
        open_ = [row for row in rows if row.outcome is Outcome.OPEN]
        beside = f"; {len(open_)} of {len(rows)} samples not recorded: {open_[0].what[:_REASON]}" if open_ else ""
        return f"{name}: {kind} in {contexts} contexts, {certified} of them certified{beside}"
    if kind in (Outcome.WRONG, Outcome.DIGITS):
        numbers = f"; {first.value:.8g}, truth {first.truth}" if first.truth else ""
        word = str(kind).upper()
        return f"{name}: {word} in {alike} of {len(rows)} samples: {first.what}; {first.condition}{numbers}"
    return f"{name}: {kind}: {first.what[:_REASON]}"


def summary(found: Sequence[Sequence[Told]]) -> Iterator[str]:
    """A line for each operation, the gravest first, then every finding in full, and the numbers."""
    order = sorted(found, key=_place)
    yield from map(line, order)
    for row in _findings(order):
        yield ""
        yield f"{row.call}"
        yield row.text
    yield ""
    yield counts(found)


def counts(found: Sequence[Sequence[Told]]) -> str:
    """How many operations came to what."""
    kinds = Counter(map(_kind, found))
    contexts = sum(row.contexts for rows in found for row in rows)
    parts = ", ".join(f"{kinds[kind]} {kind}" for kind in _ORDER if kinds[kind])
    return f"{len(found)} operations in {contexts} contexts: {parts or 'none'}"


def passed(found: Sequence[Sequence[Told]]) -> bool:
    """Whether nothing wrong was found, nothing was lost, and something was certified."""
    kinds = set(map(_kind, found))
    return bool(kinds & {Outcome.CLEAR, Outcome.DIGITS}) and not kinds & {Outcome.WRONG, Outcome.LOST}


def written(found: Sequence[Sequence[Told]], folder: Path) -> None:
    """Write ``audit.csv``, a line for each sample, and ``audit.md``.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    rows = [row for rows in found for row in rows]
    table = io.StringIO()
    writer = csv.DictWriter(table, [f.name for f in fields(Told) if f.name != "text"], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(map(asdict, rows))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "audit.csv").write_text(table.getvalue(), encoding="utf-8", newline="")
        (folder / "audit.md").write_text("\n".join(page(found)) + "\n", encoding="utf-8", newline="\n")
    except OSError as problem:
        raise OutputError(f"cannot write to {folder}: {problem.strerror or problem}") from None


def page(found: Sequence[Sequence[Told]]) -> Iterator[str]:
    """The lines of a page in Markdown."""
    yield "# Torch's own operations on trial"
    yield ""
    yield f"With torch {torch.__version__}: {counts(found)}."
    yield ""
    for row in _findings(sorted(found, key=_place)):
        yield from (f"## `{row.operation}`", "", f"`{row.call}`", "", "```", row.text, "```", "")
    yield "## All operations"
    yield ""
    yield from (f"* {line(rows)}" for rows in sorted(found, key=_place))


def _findings(found: Sequence[Sequence[Told]]) -> Iterator[Told]:
    return (row for rows in found for row in rows if row.outcome in (Outcome.WRONG, Outcome.DIGITS))


def _place(rows: Sequence[Told]) -> int:
    return _ORDER.index(_kind(rows))


def _kind(rows: Sequence[Told]) -> Outcome:
    """The gravest of what was found on samples."""
    found = {row.outcome for row in rows}
    return next(kind for kind in _ORDER if kind in found)
