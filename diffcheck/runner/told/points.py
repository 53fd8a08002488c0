"""What a task came to at its points, as far as it is kept: the worst of it, and one component of every point."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from diffcheck.case.case import Array, Case, Point
from diffcheck.judgement.answer import Answer
from diffcheck.judgement.court import Court
from diffcheck.judgement.numbers import Judgement, rank
from diffcheck.results import NAN, PointRow, Points, Row
from diffcheck.runner.told.rows import shown
from diffcheck.verdict import Verdict

KEPT = 200
"""So many components are kept of a task, at all its points together, the worst ones."""
NUMBERS = 100
"""Arrays are left out of a point that has more numbers than this; the row's own worst point is whole."""
# Errors and bounds are told to so many figures: what is estimated to first order has no more.
_FIGURES, _TRUTH = 4, 20


def points_of(row: Row, answers: Sequence[Answer], court: Court) -> Points:
    """What the task of a row came to at its points.

    Of each point the component is kept that speaks for it, and all others that do not agree; of more than `KEPT` the
    worst.
    """
    found = [(rank(judgement), k, c, judgement) for k, c, judgement in _told(answers)]
    found.sort(key=lambda each: each[0], reverse=True)
    kept = sorted(found[:KEPT], key=lambda each: (each[1], tuple(-part for part in each[0])))
    numbers = {k: place for place, k in enumerate(dict.fromkeys(k for _, k, _, _ in kept))}
    rows = [_row(numbers[k], k, c, judgement, answers, court) for _, k, c, judgement in kept]
    places = [_place(court.questions[k].point, court.case) for k in numbers]
    components = sum(answer.values.size for answer in answers if answer.values is not None)
    key = row.case, row.operator, row.engine, row.method, row.device, row.dtype
    return Points(*key, components, tuple(places), tuple(rows))


def _told(answers: Sequence[Answer]) -> Iterator[tuple[int, int, Judgement]]:
    """The judgements to choose among, with the numbers of point and component."""
    for k, answer in enumerate(answers):
        if answer.values is None:
            continue
        for c in dict.fromkeys([answer.judgements.speaking, *answer.judgements.worst_doubtful(KEPT)]):
            yield k, c, answer.judgements[c]


def _row(place: int, k: int, c: int, judgement: Judgement, answers: Sequence[Answer], court: Court) -> PointRow:
    values: Array | None = answers[k].values
    assert values is not None
    # Of a value within the other bound nobody has asked for this one, which of a large function takes its time.
    unasked = court.program.is_large and judgement.verdict is Verdict.AGREE
    return PointRow(
        place,
        court.labels[c],
        float(values[c]),
        shown(court.questions[k].truth.components[c], _TRUTH),
        _short(judgement.error_ulp),
        _short(judgement.inherent_ulp),
        NAN if unasked else _short(judgement.formula_ulp),
        _short(judgement.digits),
        _short(judgement.digits_possible),
        judgement.verdict,
        str(judgement.reason),
    )


def _short(x: float) -> float:
    return float(f"{x:.{_FIGURES}g}") if math.isfinite(x) else x


def _place(point: Point, case: Case) -> Mapping[str, Any]:
    """A point as numbers and lists of them; where they are many, of arrays the shape alone."""
    many = sum(value.size for value in point.values()) > NUMBERS
    return {
        name: {"given": list(value.shape)} if many and value.ndim else np.asarray(value).tolist()
        for name, value in point.items()
    }
