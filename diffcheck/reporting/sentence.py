"""A whole run in one sentence, and in one line what was run."""

import json
from collections.abc import Sequence

from diffcheck.reporting.components import by
from diffcheck.reporting.tables import broken_cases, failing_rows, tasks
from diffcheck.reporting.words import breaches, contestant, counted, digits
from diffcheck.results import Row, Run, place
from diffcheck.verdict import no_digit_right

_PACKAGES = ("torch", "sympy", "numpy", "python")


def sentence(run: Run) -> str:
    """Which engine is wrong, where, and by how much; or that all is well, with the number of known defects."""
    broken = broken_cases(run)
    failing = [row for row in failing_rows(run) if row not in broken]
    parts = [_worst(run, failing)] if failing else []
    if broken:
        parts.append(f"{counted(len(broken), 'case')} {'is' if len(broken) == 1 else 'are'} broken")
    if run.broken:
        parts.append(f"{counted(len(run.broken), 'definition')} cannot be read")
    if not parts:
        parts = [_well(run)]
    if run.interrupted:
        parts.append(f"the run was interrupted at {run.interrupted}")
    return "; ".join(parts)


def _well(run: Run) -> str:
    """That nothing fails, and what is known of that."""
    if not run.rows:
        return "Nothing was run"
    known = sum(row.as_declared for row in run.rows)
    defects = f"{counted(known, 'known defect')} as declared" if known else "no known defects"
    accepted = sum(row.accepted for row in run.rows)
    defects += f", {counted(accepted, 'task')} wrong as the baseline says" if accepted else ""
    if not run.passed:
        return f"Nothing was judged in {counted(len(run.rows), 'task')}, {defects}"
    return f"No failure in {counted(len(run.rows), 'task')}, {defects}"


def _worst(run: Run, failing: Sequence[Row]) -> str:
    """The worst failure, and how many more there are."""
    row = failing[0]
    others = len(failing) - 1
    more = f", the worst of {others + 1:,} failures in {counted(len(tasks(run)), 'task')}" if others else ""
    who = contestant(row)
    return f"{who} {_fault(row)} on {row.case} {row.operator}{_place(row)}{_loss(row)}{more}"


def _fault(row: Row) -> str:
    words = f"{row.verdict} ({row.reason})" if row.reason else str(row.verdict)
    if row.verdict.fails or row.findings:
        return f"fails: {words}{breaches(row)}"
    return f"departs from the baseline ({row.group})" if row.departure else f"fails {row.demanded or words}"


def _place(row: Row) -> str:
    if not row.worst_point:
        return ""
    component = f", {by(row.worst_component)}" if row.components > 1 and row.worst_component else ""
    return f" at {place(json.loads(row.worst_point))}{component}"


def _loss(row: Row) -> str:
    if row.digits != row.digits:
        return ""
    none = no_digit_right(row.digits, row.digits_possible, "")
    return ": no digit right" if none else f": {digits(row)} digits right"


def asked(run: Run) -> str:
    """What was run, in what, in one line."""
    devices = list(dict.fromkeys(f"{row.device} {row.dtype}" for row in run.rows))
    cases = len({(row.case, row.operator) for row in run.rows})
    facts = [
        f"`{run.command.replace('`', '')}`" if run.command else "",
        f"commit {run.commit}" if run.commit else "",
        counted(cases, "case") if run.rows else "",
        ", ".join(devices),
        ", ".join(f"{name} {run.environment[name]}" for name in _PACKAGES if name in run.environment),
    ]
    return " · ".join(filter(None, facts))
