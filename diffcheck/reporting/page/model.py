"""A run as the page has it: an overview of all cases, and blocks of what is shown of one when it is opened."""

import math
import os
from collections.abc import Iterator, Sequence
from typing import Any

from diffcheck.reporting import tables
from diffcheck.reporting.page.shown import about, axes_of, curve_shown, drawing_shown, outcome, points_shown, short
from diffcheck.reporting.tensors import tensors
from diffcheck.reporting.words import contestant, who
from diffcheck.results import Row, Run
from diffcheck.verdict import Verdict

# So many cases are unpacked together.
BLOCK = 40
# Of more cases than this, points are kept of what is not plain agreement.
_MANY = 1000
_TENSORS = 30

MEANINGS = {
    Verdict.AGREE: "the error is what any good algorithm may have here",
    Verdict.KINK: "no derivative exists; the value lies between both sides",
    Verdict.ILL_CONDITIONED: "as good as can be, but the question leaves few digits",
    Verdict.UNDEFINED: "the function or its derivative does not exist there",
    Verdict.LOSSY: "the formula throws away digits that exist",
    Verdict.UNSUPPORTED: "the engine says why it cannot",
    Verdict.UNCERTAIN: "the truth could not be certified",
    Verdict.DISAGREE: "wrong: neither the question nor the formula explains the error",
    Verdict.NONFINITE: "NaN or infinity where a finite truth exists",
    Verdict.ERROR: "the engine, or the case itself, raised",
    Verdict.TIMEOUT: "it did not come back in time",
    Verdict.CRASH: "it took its process down",
}
"""What each verdict means, for the page."""


class Model:
    """What the page is made of.

    Attributes
    ----------
    cases:
        The rows of each case and operator, those first in which something fails.
    contestants:
        The columns of the overview.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        groups: dict[tuple[str, str], list[Row]] = {}
        for row in run.rows:
            groups.setdefault((row.case, row.operator), []).append(row)
        self.cases = dict(sorted(groups.items(), key=lambda each: max(map(_badness, each[1])), reverse=True))
        self.contestants = list(dict.fromkeys(who(row) for row in run.rows))
        self._curves = {curve.key: curve for curve in run.curves}
        self._drawings = {drawing.key: drawing for drawing in run.drawings}

    def overview(self) -> dict[str, Any]:
        """The table: a case and operator each, with what every engine came to."""
        return {
            "contestants": self.contestants,
            "block": BLOCK,
            "order": [str(v) for v in Verdict],
            "meanings": {str(v): meaning for v, meaning in MEANINGS.items()},
            "cases": [self._line(key, rows) for key, rows in self.cases.items()],
        }

    def blocks(self) -> Iterator[list[dict[str, Any]]]:
        """The details, in the order of the overview."""
        every = list(self.cases.items())
        for start in range(0, len(every), BLOCK):
            yield [self._details(key, rows) for key, rows in every[start : start + BLOCK]]

    def _line(self, key: tuple[str, str], rows: Sequence[Row]) -> dict[str, Any]:
        case = self._run.case_of(rows[0])
        cells = {who(row): _cell(row) for row in rows}
        return {
            "case": key[0],
            "operator": key[1],
            "file": os.path.basename(case.source.partition("::")[0]) if case else "",
            "tags": list(case.tags) if case else [],
            "consensus": case.consensus if case else "",
            "error": max((r.error_ulp for r in rows if r.error_ulp == r.error_ulp), default=None),
            "cells": [cells.get(name) for name in self.contestants],
        }

    def _details(self, key: tuple[str, str], rows: Sequence[Row]) -> dict[str, Any]:
        run, case = self._run, self._run.case_of(rows[0])
        many = len(self.cases) > _MANY
        points = [found for row in rows if _shown(row, many) and (found := run.points_of(row)) is not None]
        axes = axes_of(points)
        worst, more = tensors(run, key, _TENSORS)
        return {
            "case": key[0],
            "operator": key[1],
            "about": {} if case is None else about(case),
            "rows": [outcome(row) for row in rows],
            "axes": axes,
            "points": {who(found): points_shown(found, axes) for found in points},
            "counts": {who(found): found.components for found in points},
            "tensors": {"header": list(worst.header), "rows": [list(r) for r in worst.rows], "more": more},
            "drawing": drawing_shown(self._drawings.get(key)),
            "curves": [curve_shown(c) for row in rows if (c := self._curves.get(row.key)) is not None],
        }


def _badness(row: Row) -> tuple[bool, bool, bool, int, float]:
    lacking = row.digits_possible - row.digits
    severity = 0 if row.verdict is Verdict.UNSUPPORTED else row.verdict.severity
    unknown = row.verdict.fails and not row.known
    return row.fails, bool(row.departure), unknown, severity, lacking if lacking == lacking else 0.0


def _shown(row: Row, many: bool) -> bool:
    return not many or row.verdict is not Verdict.AGREE or row.fails


def _cell(row: Row) -> list[Any]:
    """Verdict, reason, digits right and possible, error, seconds, whether it fails, whether it is known."""
    findings = ", ".join(row.breaches)
    return [
        str(row.verdict),
        ", ".join(filter(None, [row.reason if row.reason != "case" else "", findings])),
        _floor(min(row.digits, row.digits_possible)),
        _floor(row.digits_possible),
        short(row.error_ulp),
        short(row.evaluate_s),
        int(row.fails),
        int(row.known),
    ]


def _floor(digits: float) -> float | None:
    """Digits as all reports tell them: never rounded up."""
    return math.floor(digits * 10) / 10 if digits == digits else None


def _without_digits(told: dict[str, Any], row: Row) -> dict[str, Any]:
    """Value and truth say nothing where a row that agrees fails by what was declared or asked."""
    return told | {"value": "", "truth": ""} if row.verdict is Verdict.AGREE else told


def failures(run: Run, most: int) -> list[dict[str, Any]]:
    """The worst failing rows as the page shows them first."""
    found = tables.failing_rows(run)[:most]
    return [
        {
            **_without_digits(outcome(row), row),
            "case": row.case,
            "operator": row.operator,
            "who": contestant(row),
        }
        for row in found
    ]
