"""What the comparison of one number with the truth says."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from flint import arb, ctx

from diffcheck.formats import Format
from diffcheck.judgement.measure import NAN, Measure
from diffcheck.ops.enclosures import balls
from diffcheck.referee.component import Component, Status
from diffcheck.referee.rounding.bound import INHERENT_FACTOR, Bound
from diffcheck.verdict import Reason, Verdict, no_digit_right

# Bits in which errors are counted: those of a tight enclosure, so that a truth beside a power of two keeps its unit.
PRECISION = 128


class Quality(StrEnum):
    """What a method's estimate of its own error is worth; from the best to the worst."""

    NONE = ""
    """The method gives none."""
    HONEST = "honest"
    """The error lies within it."""
    PESSIMISTIC = "pessimistic"
    """It claims less than a quarter of the format's digits, where more than half of them are right."""
    OVERCONFIDENT = "overconfident"
    """The error is larger."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one component at one point.

    Attributes
    ----------
    error_ulp:
        The error in units in the last place of the format at the truth; NaN if there is nothing to compare.
    inherent_ulp:
        That bound in the same unit.
    digits, digits_possible:
        Correct significant decimal digits of the value, and how many any good algorithm would have; NaN where there
        is none to count (see `diffcheck.judgement.measure`).
    estimate:
        What the method's own error estimate is worth.
    """

    verdict: Verdict
    reason: Reason = Reason.NONE
    error_ulp: float = NAN
    inherent_ulp: float = NAN
    digits: float = NAN
    digits_possible: float = NAN
    estimate: Quality = Quality.NONE
    note: str = ""
    measure: Measure | None = field(default=None, repr=False, compare=False)

    @property
    def formula_ulp(self) -> float:
        """The other bound in the same unit."""
        if self.measure is None:
            return NAN
        with ctx.workprec(PRECISION):
            return self.measure.ulps(self.measure.bound.formula.mid())

    @property
    def no_digit(self) -> bool:
        """Whether no digit is right where the format has digits to give."""
        return no_digit_right(self.digits, self.digits_possible, self.reason)


def judge(
    value: float,
    own_error: float | None,
    truth: Component,
    bound: Bound | None,
    format: Format,
    typical_size: Any = balls.ZERO,
) -> Judgement:
    """Hold one number against the truth.

    Parameters
    ----------
    value:
        What an engine computed, a number of the format.
    own_error:
        The method's estimate of its absolute error, for methods that have one. A difference quotient that keeps a
        quarter of the format's digits agrees; one that keeps fewer is ``lossy`` if its estimate covers the error.
    typical_size:
        A typical absolute value of the components, against which an error is held where the truth is zero.

    Where the truth is zero itself there are no digits that a formula could throw away, and what `formula` allows is
    agreement.
    """
    if truth.status is Status.UNDEFINED:
        return Judgement(Verdict.UNDEFINED, note=truth.reason)
    if truth.status is Status.UNCERTAIN or bound is None:
        return Judgement(Verdict.UNCERTAIN, note=truth.reason or "what rounding may do here is not known")
    if ctx.prec == PRECISION:  # of many components the caller sets it once
        return _held(value, own_error, truth, bound, format, typical_size)
    with ctx.workprec(PRECISION):
        return _held(value, own_error, truth, bound, format, typical_size)


def _held(
    value: float, own_error: float | None, truth: Component, bound: Bound, format: Format, typical_size: Any
) -> Judgement:
    low, high = truth.left, truth.right
    if low > high:
        low, high = high, low
    measure = Measure(max(_size(low), _size(high)), bound, format)
    if value != value or value in (float("inf"), float("-inf")):
        return _nonfinite(value, low, high, measure)
    x = arb(value)
    error = max(low - x, x - high, balls.ZERO)
    if truth.status is Status.KINK:
        return _at_kink(x, error, measure, own_error)
    if measure.magnitude < measure.smallest and abs(x) <= measure.smallest and not x * low < 0:
        return _found(measure, Verdict.AGREE, error)  # zero and its neighbour are the numbers around such a truth
    zero = bool(low.contains(0))
    scale = max(typical_size, measure.magnitude) if zero else measure.magnitude
    if own_error is None:
        return _rounded(x, error, scale, measure, zero)
    return _difference(x, error, _claimed(own_error), scale, measure)


def _size(x: Any) -> Any:
    """The absolute value of an enclosure; of one around zero that is not zero itself, the largest it may be."""
    size = abs(x)
    return size.upper() if size.contains(0) else size.mid()


def _claimed(own_error: float) -> Any:
    """An error estimate as a ball; one of NaN excuses nothing."""
    own = arb(own_error)
    return balls.ZERO if own.is_nan() else own


def _found(measure: Measure, verdict: Verdict, error: Any, reason: Reason = Reason.NONE, note: str = "") -> Judgement:
    """A judgement with all its figures."""
    error = error.upper()
    return Judgement(
        verdict,
        reason,
        error_ulp=measure.ulps(error),
        inherent_ulp=measure.ulps(measure.bound.inherent.mid()),
        digits=measure.digits(error),
        digits_possible=measure.digits_possible,
        note=note,
        measure=measure,
    )


def _within_inherent(error: Any, measure: Measure) -> Judgement | None:
    if not error.upper() <= measure.bound.inherent.mid():
        return None
    size = max(measure.magnitude, measure.bound.number)
    leaves_half = measure.unit * measure.bound.scale.mid() <= measure.unit.sqrt() * size
    # A value with no error at all is right, however hard the question was.
    agrees = leaves_half or error.is_zero() or measure.magnitude < _smallest_normal(measure.format)
    return _found(measure, Verdict.AGREE if agrees else Verdict.ILL_CONDITIONED, error)


def _rounded(x: Any, error: Any, scale: Any, measure: Measure, zero: bool) -> Judgement:
    """The judgement on a number that has rounding errors only."""
    inherent = _within_inherent(error, measure)
    if inherent is not None:
        return inherent
    if zero:
        formula = measure.bound.formula
        rounding = min(INHERENT_FACTOR * measure.unit, measure.unit.sqrt()) * scale
        if formula.is_finite() and error.upper() <= max(formula.mid(), rounding):
            return _found(measure, Verdict.AGREE, error)
    return _beyond_inherent(x, error, measure, Reason.WRONG)


def _difference(x: Any, error: Any, own: Any, scale: Any, measure: Measure) -> Judgement:
    """The judgement on a number that comes with an estimate of its error: by what it got.

    Where it got too few digits the estimate has to say so.

    ``scale`` is the truth's size, a typical one where it is zero.
    """
    covered = error.upper() <= own + measure.bound.inherent.mid()
    found = _within_inherent(error, measure)
    if found is None and error.upper() <= measure.quarter * scale:
        found = _found(measure, Verdict.AGREE, error)
    if found is None and error.upper() <= own:
        note = "the difference quotient keeps too few digits, and says so"
        found = _found(measure, Verdict.LOSSY, error, Reason.TRUNCATION, note)
    if found is None:
        found = _beyond_inherent(x, error, measure, Reason.OVERCONFIDENT)
    pessimistic = own > measure.quarter * scale and error.upper() <= measure.unit.sqrt() * scale
    quality = Quality.PESSIMISTIC if pessimistic else Quality.HONEST if covered else Quality.OVERCONFIDENT
    return replace(found, estimate=quality)


def _beyond_inherent(x: Any, error: Any, measure: Measure, otherwise: Reason) -> Judgement:
    """The judgement on an error that no algorithm need have: what the formula explains is lost digits."""
    formula = measure.bound.formula
    if formula.is_nan():
        return Judgement(Verdict.UNCERTAIN, note="what the formula may be off by is not known")
    if not formula.is_finite():
        # What overflows comes back as infinity or, divided by, as zero; it makes no other number.
        if x.is_zero():
            return _found(measure, Verdict.LOSSY, error, Reason.OVERFLOW)
        return _found(measure, Verdict.DISAGREE, error, otherwise)
    if error.upper() <= formula.mid():
        return _found(measure, Verdict.LOSSY, error, Reason.CANCELLATION)
    return _found(measure, Verdict.DISAGREE, error, otherwise)


def _at_kink(x: Any, error: Any, measure: Measure, own_error: float | None) -> Judgement:
    own = balls.ZERO if own_error is None else min(_claimed(own_error), measure.quarter * measure.magnitude)
    if error.upper() <= max(measure.bound.inherent.mid(), own):
        return _found(measure, Verdict.KINK, balls.ZERO)
    return _beyond_inherent(x, error, measure, Reason.KINK_SIDE)


def _nonfinite(value: float, low: Any, high: Any, measure: Measure) -> Judgement:
    """Infinity is the right rounding of a truth beyond the largest number, and wrong for any other."""
    if (value > 0 and low >= measure.infinite) or (value < 0 and -high >= measure.infinite):
        return _found(measure, Verdict.AGREE, balls.ZERO, note="the truth rounds to infinity in " + measure.format.name)
    if value != value and measure.beyond:
        note = f"the truth lies beyond the largest number of {measure.format.name}"
        return _found(measure, Verdict.LOSSY, arb.pos_inf(), Reason.OVERFLOW, note)
    overflow = not measure.bound.formula.is_finite()
    return _found(measure, Verdict.NONFINITE, arb.pos_inf(), Reason.OVERFLOW if overflow else Reason.SINGULAR)


def _smallest_normal(format: Format) -> Any:
    return balls.power_of_two(format.minimum_exponent)


def rank(judgement: Judgement) -> tuple[int, bool, float, float]:
    """The larger, the worse.

    By the verdict; among equals one without a right digit is the worst, then the one that lacks most of the digits that
    were possible, then the one with the largest error against the allowed one.
    """
    verdict = judgement.verdict
    severity = -1 if verdict is Verdict.UNDEFINED else verdict.severity
    lacking = judgement.digits_possible - judgement.digits
    excess = judgement.error_ulp / max(judgement.inherent_ulp, 1e-300)
    if verdict.fails and lacking != lacking:
        lacking = float("inf")  # another number than a truth of zero
    return severity, judgement.no_digit, lacking if lacking == lacking else 0.0, excess if excess == excess else 0.0


def worst(judgements: Iterable[Judgement]) -> Judgement:
    """The judgement that speaks for all: the first of the worst."""
    return max(judgements, key=rank)
