"""One factor between what an engine says and what is true, wherever it is wrong."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from diffcheck.formats import Format
from diffcheck.judgement.answer import Answer
from diffcheck.judgement.court import Question
from diffcheck.judgement.numbers import Judgement

# Ratios of value to truth are one factor when they differ by no more than this part of its distance from one, and by
# a few roundings of the format.
_SAME = 2.0**-10
_ROUNDINGS = 4
# So many points, with truths that differ, must have it in common: their rounding errors have nothing to do with one
# another.
_POINTS = 3


def common_factor(
    record: Sequence[tuple[Question, Answer]],
    format: Format,
    counts: Callable[[Judgement], bool],
    points: int = _POINTS,
    truths: int = 0,
) -> float | None:
    """The factor that all numbers that count share, as value over truth; ``None`` without, or with too few points.

    Parameters
    ----------
    counts:
        Which judgements count; what is sketched as right does not.
    points:
        At how many points it must be seen.
    truths:
        With how many different truths; left out, with as many as points.
    """
    ratios: list[float] = []
    different: set[float] = set()
    seen = 0
    for question, answer in record:
        if answer.values is None:
            continue
        before = len(ratios)
        for component, judgement in answer.judgements.doubtful():
            value, truth = float(answer.values[component]), question.truth.components[component]
            if not counts(judgement) or not truth.has_value:
                continue
            size = float(truth.left.mid())
            if size == 0 or not math.isfinite(size) or not math.isfinite(value) or value == 0:
                return None
            ratios.append(value / size)
            if not math.isfinite(ratios[-1]):
                return None
            different.add(size)
        seen += len(ratios) > before
    if seen < points or len(different) < (truths or points):
        return None
    middle = float(np.median(ratios))
    unit = format.unit_roundoff
    noise = _SAME * abs(middle - 1) + _ROUNDINGS * unit * abs(middle)
    if abs(middle - 1) <= 2 * _ROUNDINGS * unit or any(abs(r - middle) > noise for r in ratios):
        return None
    return middle
