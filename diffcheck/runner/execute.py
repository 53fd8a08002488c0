"""A run: every unit is checked, then, with nothing beside it, every task is timed."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from diffcheck.errors import CaseError, Unsupported
from diffcheck.results import CaseRow, Row
from diffcheck.runner.clocks import timed as timed_rows
from diffcheck.runner.examine import court_of, hear
from diffcheck.runner.examine import together as said_together
from diffcheck.runner.plan import Unit
from diffcheck.runner.rows import broken_rows, refused
from diffcheck.runner.trial import Trial


@dataclass(slots=True)
class Progress:
    """What is known so far."""

    rows: dict[tuple[str, ...], Row] = field(default_factory=dict)
    cases: list[CaseRow] = field(default_factory=list)
    interrupted: bool = False


def execute(
    units: Sequence[Unit],
    *,
    samples: int,
    seed: int,
    timing: bool,
    batch: int,
    fail_fast: bool,
    written: Callable[[Row], None],
    checked: Callable[[str, str, list[Row]], None],
    timed: Callable[[Row], None],
) -> Progress:
    """Check and time; an interruption from the keyboard ends it and keeps what is known.

    Parameters
    ----------
    samples, seed:
        See `diffcheck.case.points.points`.
    batch:
        Points for the throughput; 0 leaves it out.
    fail_fast:
        Stop checking after the first unit that fails.
    written:
        Is given every row as soon as it is known, and again with its timing.
    checked, timed:
        Are told when a unit is checked and when a task is timed.
    """
    progress = Progress()
    trials: list[list[Trial]] = []
    try:
        for unit in units:
            try:
                found, together = _check(unit, samples, seed, timing)
            except CaseError as mistake:
                unit = replace(unit, program=None, problem=str(mistake))
                found, together = [], None
            rows = [t.row for t in found] or [_explained(row, unit, samples, seed) for row in broken_rows(unit)]
            for row in rows:
                progress.rows[row.key] = row
                written(row)
            if together is not None:
                progress.cases.append(together)
                trials.append(found)
            checked(unit.case.name, str(unit.operator), rows)
            if fail_fast and any(row.fails for row in rows):
                break
        for found in trials if timing else ():
            for row in timed_rows(found, batch):
                progress.rows[row.key] = row
                written(row)
                timed(row)
    except KeyboardInterrupt:
        progress.interrupted = True
    return progress


def _check(unit: Unit, samples: int, seed: int, timing: bool) -> tuple[list[Trial], CaseRow | None]:
    """The trials of a unit and what the engines say together (of the first dtype)."""
    if unit.program is None:
        return [], None
    trials: list[Trial] = []
    together = None
    for dtype in dict.fromkeys(c.dtype for c in unit.contestants):
        try:
            court = court_of(unit, dtype, samples, seed)
        except Unsupported as reason:
            trials += refused(unit, dtype, str(reason))
            continue
        heard = [hear(court, engine, task) for engine, task in unit.tasks() if task.dtype == dtype]
        together = together or said_together(unit, court, heard)
        trials += heard
    for trial in trials:
        row = trial.row if timing else replace(trial.row, prepare_s=float("nan"))
        trial.row = _explained(row, unit, samples, seed)
    return trials, together


def _explained(row: Row, unit: Unit, samples: int, seed: int) -> Row:
    """The row with what the case says about its verdict, and for a failing one the command that shows it again."""
    notes = [row.note] if row.note else []
    if row.expected:
        met = f"expected {row.expected}" if row.verdict == row.expected else f"the case expects {row.expected}"
        notes.append(f"{met}: {unit.case.because}")
    if row.fails and "::" in unit.case.source:
        contestant = "" if unit.program is None else f"--engine {row.engine}:{row.method} --device {row.device} "
        contestant += "" if row.dtype == "float64" else f"--dtype {row.dtype} "
        notes.append(
            f"reproduce: diffcheck run {shlex.quote(unit.case.source)} --operator {row.operator} {contestant}"
            f"--samples {samples} --seed {seed}"
        )
    return replace(row, note="; ".join(notes))
