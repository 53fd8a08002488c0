"""What each engine came to for each input tensor, as a table: the worst first."""

from diffcheck.reporting.numbers import digits_right, number
from diffcheck.reporting.tables import Table
from diffcheck.reporting.words import contestant, shortened
from diffcheck.results import Run, TensorRow

_HEADER = ("tensor", "shape", "engine", "verdict", "digits", "error (ulp)", "failing", "worst at")
_VALUES = ("value", "truth")


def tensors(run: Run, key: tuple[str, str], most: int) -> tuple[Table, int]:
    """The rows of a case and operator, at most so many, and how many more there are.

    There are none where there is one tensor, of which the row of the task itself speaks.
    """
    rows = [row for row in run.tensors if (row.case, row.operator) == key]
    if len({row.tensor for row in rows}) < 2:
        return Table(_HEADER, ()), 0
    rows.sort(key=lambda row: row.badness, reverse=True)
    return Table((*_HEADER, *_VALUES), tuple(map(_told, rows[:most]))), max(0, len(rows) - most)


def _told(row: TensorRow) -> tuple[str, ...]:
    return (
        row.tensor,
        row.shape or "-",
        contestant(row),
        f"{row.verdict} ({row.reason})" if row.reason else str(row.verdict),
        digits_right(row.digits, row.digits_possible),
        number(row.error_ulp),
        f"{row.failed_components} of {row.components}",
        row.worst_component,
        number(row.value, 17),
        shortened(row.truth),
    )
