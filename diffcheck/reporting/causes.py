"""Failing rows with one cause, together: twenty cases with one reason are one finding."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from diffcheck.reporting.failure import reproduced
from diffcheck.reporting.words import contestant
from diffcheck.results import Row
from diffcheck.verdict import no_digit_right

_NUMBER = re.compile(r"[-+]?\d[\d.]*(?:e[-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class Cause:
    """Rows that fail alike, the worst first."""

    rows: tuple[Row, ...]

    @property
    def worst(self) -> Row:
        """The one that is shown."""
        return self.rows[0]


def causes(rows: Iterable[Row]) -> list[Cause]:
    """The rows grouped by engine, verdict, reason, and what is told first but for its numbers and names; in order."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(_alike(row), []).append(row)
    return [Cause(tuple(group)) for group in found.values()]


def _alike(row: Row) -> tuple[str, ...]:
    # What comes after the first clause speaks of the single components.
    told = reproduced(row.note)[0].partition("; ")[0]
    for name in (row.case, row.worst_component):
        told = told.replace(name, "") if name else told
    # Who has some digits right does not fail as who has none.
    without = str(no_digit_right(row.digits, row.digits_possible, row.reason))
    breaches = ", ".join(row.breaches)
    return contestant(row), row.verdict, row.reason, breaches, row.demanded, without, _NUMBER.sub("#", told)
