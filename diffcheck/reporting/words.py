"""A row in words: who, with which verdict, where, what came out, how many digits are right."""

import json

from diffcheck.reporting.components import by
from diffcheck.reporting.numbers import digits_right, number
from diffcheck.results import Curve, Points, Row, TensorRow, place

# The operator of a row that is an operation on trial.
AUDIT = "audit"
ALL = 17


def contestant(row: Row | TensorRow) -> str:
    """Whom a verdict is about: of a case that is broken, every engine."""
    return "every engine" if row.reason == "case" else who(row)


def who(row: Row | TensorRow | Points | Curve) -> str:
    """The engine, its method, and what is not the default; of an audit, the operation on trial."""
    parts = ["the operation" if row.operator == AUDIT else f"{row.engine}:{row.method}"]
    parts += [row.device] if row.device != "cpu" else []
    parts += [row.dtype] if row.dtype != "float64" else []
    return " ".join(parts)


def verdict_of(row: Row) -> str:
    """The verdict with its reason, and what is found beside it."""
    words = f"{row.verdict} ({row.reason})" if row.reason else str(row.verdict)
    return words + breaches(row)


def breaches(row: Row) -> str:
    """What is found beside a verdict, to be written behind it; it fails a row whose numbers are right."""
    if not row.findings:
        return ""
    return f"{' and' if row.verdict.fails else ', but'} {', '.join(row.breaches)}"


def told(row: Row) -> str:
    """The findings, which fail a trial whatever its numbers say, before the note."""
    return "; ".join(filter(None, [row.findings, row.note]))


def digits(row: Row) -> str:
    """How many digits are right of how many."""
    return digits_right(row.digits, row.digits_possible)


def shortened(truth: str) -> str:
    """The 30 digits of a truth cut to 17; both sides of a kink."""
    if truth.startswith("["):
        return "[" + ", ".join(shortened(side) for side in truth[1:-1].split(", ")) + "]"
    if "^" in truth:  # of a power of ten all is shown
        return truth
    mantissa, mark, exponent = truth.partition("e")
    return mantissa[:19].rstrip(".") + mark + exponent if len(mantissa) > 19 else truth


def place_of(row: Row) -> str:
    """The worst point, short for large arrays, and the component if there are several."""
    if not row.worst_point:
        return "-"
    where = place(json.loads(row.worst_point))
    return f"{where}; {by(row.worst_component)}" if row.components > 1 and row.worst_component else where


def failing_place(row: Row) -> str:
    """The worst point, and at how many of all it fails: one point speaks for all of them."""
    return f"{place_of(row)}{several(row)}"


def several(row: Row) -> str:
    """At how many of all points a row fails; of an operation on trial, in how many contexts."""
    if row.points < 2 or not row.failed_points:
        return ""
    where = "contexts" if row.operator == AUDIT else "points"
    return f" ({row.failed_points} of {row.points} {where} fail)"


def value_of(row: Row, figures: int = ALL) -> str:
    """What was answered, which may be no number; a dash where nothing was."""
    return "NaN" if row.worst_component and row.value != row.value else number(row.value, figures)


def counted(count: int, noun: str) -> str:
    """A number of things."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
