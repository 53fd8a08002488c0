"""What reports show, as rows of texts: the same tables for Markdown and the terminal."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from diffcheck.regression import Group
from diffcheck.reporting.numbers import digits_of, number, right_of, seconds
from diffcheck.reporting.words import (
    ALL,
    AUDIT,
    contestant,
    counted,
    digits,
    failing_place,
    place_of,
    shortened,
    told,
    value_of,
    verdict_of,
)
from diffcheck.results import CaseRow, Row, Run, counts
from diffcheck.verdict import Verdict

_GROUPS: list[str] = list(Group)


@dataclass(frozen=True, slots=True)
class Table:
    """A header and rows of texts, all of one length."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def headline(run: Run) -> str:
    """One sentence: how many tasks, how many of each verdict, how many fail the run."""
    rows = tasks(run)
    broken = _broken(run)
    if broken and not rows:
        return f"Nothing was run: {broken}"
    found = ", ".join(f"{count} {name}" for name, count in counts(rows).items())
    failing = sum(row.fails for row in rows)
    expected = sum(row.as_declared and not row.fails for row in run.rows)
    tail = f"; {failing} {'fails' if failing == 1 else 'fail'} the run" if failing else ""
    tail += f"; {broken}" if broken else ""
    tail = tail or "; none fails the run"
    known = f" ({expected} with the outcome that their case declares)" if expected else ""
    accepted = sum(row.accepted and not row.fails for row in run.rows)
    known += f" ({accepted} {'is' if accepted == 1 else 'are'} wrong as the baseline says)" if accepted else ""
    cut = ", interrupted" if run.interrupted else ""
    return f"{counted(len(rows), 'task')}{cut}: {found or 'none'}{tail}{known}"


def tasks(run: Run) -> list[Row]:
    """The rows of cases that could be computed: those of a broken one say nothing of any engine."""
    return [row for row in run.rows if not _of_broken_case(row)]


def broken_cases(run: Run) -> list[Row]:
    """A row for each case that is itself broken: its function raises, or gives what is no number."""
    return _one_of_case(filter(_of_broken_case, run.rows))


def _of_broken_case(row: Row) -> bool:
    return row.reason == "case" and row.fails


def _broken(run: Run) -> str:
    """How many cases are broken, and how many definitions cannot be read; empty if none."""
    found = [(len(broken_cases(run)), "broken case"), (len(run.broken), "broken definition")]
    return ", ".join(counted(number, thing) for number, thing in found if number)


def by_engine(run: Run) -> Table:
    """How often each engine has each verdict."""
    judged = tasks(run)
    engines = list(dict.fromkeys(contestant(row) for row in judged))
    verdicts = list(counts(judged))
    rows = []
    for engine in engines:
        found = counts(row for row in judged if contestant(row) == engine)
        rows.append((engine, *(str(found.get(v, "")) for v in verdicts)))
    return Table(("engine", *verdicts), tuple(rows))


def failing(run: Run) -> Table:
    """The rows that fail the run, the worst first."""
    return _findings(failing_rows(run))


def failing_rows(run: Run) -> list[Row]:
    """The rows that fail the run, the worst first; a case that is itself broken counts once, not for every engine."""
    return _one_of_case(sorted(run.failing, key=_badness, reverse=True))


def _badness(row: Row) -> tuple[int, bool, int, bool, float]:
    """The larger, the worse.

    First what differs from the baseline, in the order of its groups; then a broken contract, the verdict, no digit
    right, the digits that are missing.
    """
    departs = len(_GROUPS) - _GROUPS.index(row.group) if row.departure else 0
    lacking = row.digits_possible - row.digits
    unknown = math.inf if row.verdict.fails else 0.0
    return departs, bool(row.findings), row.verdict.severity, row.no_digit, unknown if lacking != lacking else lacking


def _one_of_case(rows: Iterable[Row]) -> list[Row]:
    """The rows, but where a case is itself broken one for all engines."""
    once: dict[tuple[str, ...], Row] = {}
    for row in rows:
        once.setdefault((row.case, row.operator, "case") if row.reason == "case" else row.key, row)
    return list(once.values())


def contradictions(run: Run) -> list[str]:
    """What is wrong with the rules of a case's own operations, a line for each case."""
    return [f"{case.case} {case.operator}: {case.contradiction}" for case in run.cases if case.contradiction]


def expected(run: Run) -> Table:
    """The rows whose outcome their case declares, or the baseline knows."""
    return _findings(row for row in run.rows if row.known)


def lossy(run: Run) -> Table:
    """The rows that lose digits and do not fail: first those without a right digit, then those that lose most."""
    return _findings(lossy_rows(run))


def lossy_rows(run: Run) -> list[Row]:
    """The rows that lose digits and do not fail: first those without a right digit, then those that lose most."""
    rows = [row for row in run.rows if row.verdict is Verdict.LOSSY and not row.known and not row.fails]
    return sorted(rows, key=lambda row: (not row.no_digit, row.digits - row.digits_possible))


def unjudged(run: Run) -> Table:
    """The rows that nothing can be said of."""
    silent = (Verdict.UNCERTAIN, Verdict.UNSUPPORTED, Verdict.UNDEFINED)
    return _findings(
        _one_of_case(row for row in run.rows if row.verdict in silent and not row.known and not row.departure)
    )


def unjudged_cases(run: Run) -> list[Row]:
    """A row for each case of which nobody is judged."""
    refused = (r for r in run.rows if r.verdict is Verdict.UNSUPPORTED and r.reason == "case" and not r.expected)
    return _one_of_case(refused)


def finding(row: Row) -> str:
    """A row in one line: who, where, what came out and what is true."""
    parts = [f"{row.case} {row.operator}, {contestant(row)}"]
    if row.reason:
        parts.append(f"({row.reason})")
    if row.worst_point:
        parts.append(f"at {failing_place(row)}")
    if row.truth:
        parts.append(f"gives {value_of(row)}, the truth is {shortened(row.truth)}, {digits(row)} digits")
    if row.note or row.findings:
        parts.append(f"- {told(row)}")
    return " ".join(parts)


def _findings(rows: Iterable[Row]) -> Table:
    header = ("case", "engine", "verdict", "at", "value", "truth", "error (ulp)", "digits", "note")
    return Table(
        header,
        tuple(
            (
                f"{row.case} {row.operator}",
                contestant(row),
                verdict_of(row),
                failing_place(row),
                value_of(row),
                shortened(row.truth),
                number(row.error_ulp),
                digits(row),
                told(row),
            )
            for row in rows
        ),
    )


@dataclass(frozen=True, slots=True)
class CaseTable:
    """One case and operator with the rows of all its engines."""

    key: tuple[str, str]
    """Case and operator."""
    consensus: str
    facts: str
    table: Table

    @property
    def title(self) -> str:
        """Case and operator in one line."""
        return " ".join(self.key)


def cases(run: Run, figures: int = ALL) -> list[CaseTable]:
    """A table for each case and operator, with values to so many figures."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in run.rows:
        if row.reason == Group.GONE:
            continue
        groups[row.case, row.operator].append(row)
    together = {(c.case, c.operator): c for c in run.cases}
    return [_case(key, rows, together.get(key), figures) for key, rows in groups.items()]


def _case(key: tuple[str, str], rows: Sequence[Row], case: CaseRow | None, figures: int) -> CaseTable:
    quantities = ("digits", "possible", "error (ulp)", "inherent (ulp)", "formula (ulp)")
    header = ("engine", "verdict", *quantities, "at", "value", "truth")
    table = Table(
        header,
        tuple(
            (
                contestant(row),
                verdict_of(row),
                right_of(row.digits, row.digits_possible),
                digits_of(row.digits_possible),
                number(row.error_ulp),
                number(row.inherent_ulp),
                number(row.formula_ulp),
                place_of(row),
                value_of(row, figures),
                shortened(row.truth),
            )
            for row in _one_of_case(rows)
        ),
    )
    facts = [counted(max(row.points for row in rows), "point"), counted(rows[0].components, "component")]
    if case is None or not case.consensus:
        broken = "nothing is judged" if rows[0].verdict is Verdict.UNSUPPORTED else "the case itself is broken"
        return CaseTable(key, broken if rows[0].reason == "case" else "not finished", rows[0].note, table)
    if rows[0].operator == AUDIT:  # its note says what was tried
        return CaseTable(key, case.consensus, "; ".join(filter(None, [rows[0].note, case.reference])), table)
    facts.append(f"{counted(case.operations, 'operation')}, {case.derivative_operations} in the derivative")
    if case.truth_digits > 0:
        facts.append(f"truth to {case.truth_digits:.0f} digits")
    if case.unconfirmed:
        facts.append(
            f"{case.unconfirmed} of {case.confirmed + case.unconfirmed} truths unconfirmed by the second route"
        )
    facts += [f"not judged at {case.not_judged}"] if case.not_judged else []
    facts += [case.reference] if case.reference else []
    return CaseTable(key, case.consensus, "; ".join(facts), table)


def timing(run: Run) -> Table:
    """What each task costs; without a row for what was not timed."""
    header = (
        "case",
        "engine",
        "prepare",
        "evaluate",
        "± iqr",
        "function",
        "ratio",
        "calls",
        "operations",
        "points/s",
        "breaks even",
    )
    return Table(
        header,
        tuple(
            (
                f"{row.case} {row.operator}",
                contestant(row),
                seconds(row.prepare_s),
                seconds(row.evaluate_s),
                seconds(row.evaluate_iqr_s),
                seconds(row.primal_s),
                number(row.cost_ratio),
                number(row.function_calls),
                number(row.operations, 6),
                number(row.points_per_s),
                number(row.break_even),
            )
            for row in run.rows
            if row.evaluate_s == row.evaluate_s
        ),
    )
