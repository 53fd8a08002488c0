"""How many digits the bounds let a task lose: what a later run is held against."""

import math
from collections.abc import Iterator, Sequence

from diffcheck.judgement.answer import Answer
from diffcheck.judgement.numbers import Quality
from diffcheck.results import NAN, PointRow

Errors = Sequence[float | None]


def may_lose(told: Sequence[PointRow], answers: Sequence[Answer], errors: Sequence[Errors]) -> float:
    """The digits that may be lost at any of the points, beyond what any algorithm may lose; NaN if nothing is known.

    Points at which there are no digits, as where the truth is zero, say nothing.

    Parameters
    ----------
    told:
        What is kept of the points: `formula` over `inherent` of each.
    errors:
        For each answer the method's own estimates of its errors, which are the bound of a finite difference.
    """
    known = [*_by_formula(told), *_by_estimate(answers, errors)]
    return max((math.log10(max(ratio, 1.0)) for ratio in known), default=NAN)


def _by_formula(told: Sequence[PointRow]) -> Iterator[float]:
    for row in told:
        if row.digits == row.digits and row.formula_ulp == row.formula_ulp and row.truth != "0":
            yield row.formula_ulp / row.inherent_ulp


def _by_estimate(answers: Sequence[Answer], errors: Sequence[Errors]) -> Iterator[float]:
    for answer, own in zip(answers, errors, strict=True):
        judged = answer.worst
        claimed = own[answer.judgements.speaking] if own else None
        measure = judged.measure
        if claimed is None or measure is None or measure.magnitude.is_zero() or judged.digits != judged.digits:
            continue
        # An estimate that is far too large allows nothing: the next one need not be so. One of NaN says nothing.
        if claimed == claimed and judged.estimate is not Quality.PESSIMISTIC:
            yield measure.ulps(abs(claimed)) / judged.inherent_ulp
