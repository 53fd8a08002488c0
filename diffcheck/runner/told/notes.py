"""What is added to the row of a task before it is told: what its case declares, how to see it again, what was lost."""

import shlex
from dataclasses import replace

from diffcheck.results import Row
from diffcheck.runner.audits import AuditUnit
from diffcheck.runner.plan import Unit
from diffcheck.runner.processes.stage import Fate
from diffcheck.runner.settings import Settings
from diffcheck.verdict import UNANSWERED, Verdict

_REPRODUCE = "reproduce: diffcheck "


def reproduced(row: Row, unit: Unit | AuditUnit, settings: Settings) -> Row:
    """A failing row with the command that shows it again, at the end of its note."""
    subject = settings.command
    if not subject and "::" in unit.case.source:
        subject = f"{'audit' if isinstance(unit, AuditUnit) else 'run'} {shlex.quote(unit.case.source)}"
    if not row.fails or not subject or _REPRODUCE in row.note:
        return row
    drawn = f"--seed {settings.seed}"
    if isinstance(unit, AuditUnit):
        options = drawn + f" --device {row.device}" * (row.device != "cpu")
    else:
        contestant = "" if unit.program is None else f"--engine {row.engine}:{row.method} --device {row.device} "
        contestant += "" if row.dtype == "float64" else f"--dtype {row.dtype} "
        options = f"--operator {row.operator} {contestant}--samples {settings.samples} {drawn}"
        options += f" {row.demanded}" * bool(row.demanded)
    return replace(row, note="; ".join(filter(None, [row.note, f"{_REPRODUCE}{subject} {options}"])))


def answered(row: Row) -> bool:
    """Whether an engine gave something that can be timed."""
    return row.verdict not in (*UNANSWERED, Verdict.UNSUPPORTED)


def untimed(row: Row, fate: Fate) -> Row:
    """The row of a task that was lost while it was timed: its verdict stands, unless it took its process down."""
    crashed = fate.verdict is Verdict.CRASH
    told = f"while it was timed: {fate.note}" if crashed else f"not timed: {fate.note}"
    note = "; ".join(filter(None, [row.note, told]))
    return replace(row, verdict=fate.verdict, note=note, accepted=False) if crashed else replace(row, note=note)


def excused(row: Row, unit: Unit | AuditUnit) -> Row:
    """The row with how it departs, what the case says about its verdict, and the demand that it does not meet."""
    notes = list(filter(None, [row.departure, row.note]))
    if row.expected:
        known = row.declared <= {row.verdict, *row.breaches}
        met = f"expected {row.expected}" if known else f"the case expects {row.expected}"
        notes.append(f"{met}: {unit.case.because}")
    if row.demanded:
        notes.append(f"fails {row.demanded}")
    return replace(row, note="; ".join(notes))
