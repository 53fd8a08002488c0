"""What the comparison of one number with the truth says."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from flint import arb

from diffcheck.formats import Format
from diffcheck.ops import balls
from diffcheck.referee.bounds import INHERENT_FACTOR, Bound
from diffcheck.referee.component import Component, Status
from diffcheck.verdict import Reason, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one component at one point.

    Attributes
    ----------
    error_ulp:
        The error in units in the last place of the format at the truth; NaN if there is nothing to compare.
    inherent_ulp, formula_ulp:
        The bounds in the same unit.
    digits, digits_possible:
        Correct significant decimal digits of the value, and how many any good algorithm would have.
    """

    verdict: Verdict
    reason: Reason = Reason.NONE
    error_ulp: float = float("nan")
    inherent_ulp: float = float("nan")
    formula_ulp: float = float("nan")
    digits: float = float("nan")
    digits_possible: float = float("nan")
    note: str = ""


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
        The method's estimate of its absolute error, for methods that have one. It widens what is accepted, but a
        difference quotient that keeps less than a quarter of the format's digits is called ``lossy``, not ``agree``.
    typical_size:
        A typical absolute value of the components: a difference quotient has the same noise in all of them, and its
        digits are counted against it.

    Where the truth is zero itself there are no digits that a formula could throw away, and what `formula` allows is
    agreement.
    """
    if truth.status is Status.UNDEFINED:
        return Judgement(Verdict.UNDEFINED, note=truth.reason)
    if truth.status is Status.UNCERTAIN or bound is None:
        return Judgement(Verdict.UNCERTAIN, note=truth.reason)
    low, high = truth.left, truth.right
    if low > high:
        low, high = high, low
    measure = _Measure(max(abs(low).mid(), abs(high).mid()), bound, format)
    if value != value or value in (float("inf"), float("-inf")):
        found = _nonfinite(value, low, high, measure)
        return replace(found, note=_sides(truth, value)) if truth.status is Status.KINK else found
    x = arb(value)
    error = max(low - x, x - high, balls.ZERO)
    if truth.status is Status.KINK:
        return _at_kink(x, error, truth, measure, own_error)
    own = balls.ZERO if own_error is None else arb(own_error)
    if own.is_nan():
        own = balls.ZERO  # an estimate of NaN excuses nothing
    elif not own.is_finite():
        own = arb.pos_inf()
    return _smooth(
        x, error, own, own_error is not None, max(typical_size, measure.magnitude), measure, bool(low.contains(0))
    )


class _Measure:
    """The bounds at one truth and the unit that errors are counted in."""

    def __init__(self, magnitude: Any, bound: Bound, format: Format) -> None:
        self.magnitude = magnitude
        self.bound = bound
        self.format = format
        exponent = format.minimum_exponent if magnitude.is_zero() else _exponent(magnitude)
        self.ulp = balls.power_of_two(format.ulp_exponent(exponent))
        # Beyond the largest number the unit is the one at the largest number.
        if exponent > format.maximum_exponent:
            self.ulp = balls.power_of_two(format.ulp_exponent(format.maximum_exponent))

    def found(self, verdict: Verdict, error: Any, reason: Reason = Reason.NONE, note: str = "") -> Judgement:
        """A judgement with all its figures."""
        unit = balls.power_of_two(-self.format.precision)
        return Judgement(
            verdict,
            reason,
            error_ulp=float(error.upper() / self.ulp),
            inherent_ulp=float(self.bound.inherent.mid() / self.ulp),
            formula_ulp=float(self.bound.formula.mid() / self.ulp),
            digits=self._digits(error.upper()),
            digits_possible=self._digits(unit * self.bound.scale.mid()),
            note=note,
        )

    def _digits(self, error: Any) -> float:
        """Correct digits of a value with this error: as many as the format has, at most."""
        if error.is_zero() or error <= self.magnitude * balls.power_of_two(-self.format.precision):
            return self.format.digits
        if self.magnitude.is_zero() or not error < self.magnitude:
            return 0.0
        return float((self.magnitude / error).log() / arb.const_log10())


def _smooth(x: Any, error: Any, own: Any, estimates: bool, scale: Any, measure: _Measure, zero: bool) -> Judgement:
    bound, format = measure.bound, measure.format
    unit = balls.power_of_two(-format.precision)
    if error.upper() <= bound.inherent.mid():
        leaves_half = unit * bound.scale.mid() <= unit.sqrt() * measure.magnitude
        # A value with no error at all is right, however hard the question was.
        agrees = leaves_half or error.is_zero() or measure.magnitude < _smallest_normal(format)
        return measure.found(Verdict.AGREE if agrees else Verdict.ILL_CONDITIONED, error)
    if estimates and error.upper() <= own and own <= unit.sqrt().sqrt() * scale:
        return measure.found(Verdict.AGREE, error)
    rounding = min(INHERENT_FACTOR * unit, unit.sqrt()) * scale
    if zero and error.upper() <= max(bound.formula.mid(), rounding) and bound.formula.is_finite():
        return measure.found(Verdict.AGREE, error)
    if not (bound.formula.is_finite() or estimates or x.is_zero()):
        # What overflows comes back as infinity or, divided by, as zero; it makes no other number.
        return measure.found(Verdict.DISAGREE, error, Reason.WRONG)
    if error.upper() <= max(bound.formula.mid(), own):
        if error.upper() > bound.formula.mid():
            return measure.found(
                Verdict.LOSSY, error, Reason.TRUNCATION, "the difference quotient keeps too few digits"
            )
        overflow = not bound.formula.is_finite()
        return measure.found(Verdict.LOSSY, error, Reason.OVERFLOW if overflow else Reason.CANCELLATION)
    return measure.found(Verdict.DISAGREE, error, Reason.OVERCONFIDENT if estimates else Reason.WRONG)


def _at_kink(x: Any, error: Any, truth: Component, measure: _Measure, own_error: float | None) -> Judgement:
    quarter = balls.power_of_two(-measure.format.precision).sqrt().sqrt() * measure.magnitude
    own = min(arb(own_error), quarter) if own_error is not None and own_error == own_error else balls.ZERO
    if error.upper() <= max(measure.bound.inherent.mid(), own):
        return measure.found(Verdict.KINK, balls.ZERO, note=_sides(truth, float(x)))
    formula = measure.bound.formula
    if error.upper() <= formula.mid() and (formula.is_finite() or x.is_zero()):
        reason = Reason.CANCELLATION if formula.is_finite() else Reason.OVERFLOW
        return measure.found(Verdict.LOSSY, error, reason, _sides(truth, float(x)))
    return measure.found(Verdict.DISAGREE, error, Reason.KINK_SIDE, _sides(truth, float(x)))


def _sides(truth: Component, value: float) -> str:
    left, right = (float(side.mid()) for side in (truth.left, truth.right))
    return f"left {left:.6g}, right {right:.6g}; the engine says {value:.6g}"


def _nonfinite(value: float, low: Any, high: Any, measure: _Measure) -> Judgement:
    """Infinity is the right rounding of a truth beyond the largest number, and wrong for any other."""
    # What rounds to infinity lies at least half a unit beyond the largest number.
    threshold = balls.ball(measure.format.largest) + measure.ulp / 2 - measure.bound.inherent.mid()
    if (value > 0 and low >= threshold) or (value < 0 and -high >= threshold):
        return measure.found(Verdict.AGREE, balls.ZERO, note="the truth is beyond the format's largest number")
    overflow = not measure.bound.formula.is_finite()
    return measure.found(Verdict.NONFINITE, arb.pos_inf(), Reason.OVERFLOW if overflow else Reason.SINGULAR)


def _exponent(x: Any) -> int:
    """The integer part of log2 of a positive ball's midpoint."""
    mantissa, exponent = x.mid().man_exp()
    return int(exponent) + int(mantissa).bit_length() - 1


def _smallest_normal(format: Format) -> Any:
    return balls.power_of_two(format.minimum_exponent)


def worst(judgements: Iterable[Judgement]) -> Judgement:
    """The judgement that speaks for all: the worst verdict, among equals the largest error against the allowed one."""

    def rank(j: Judgement) -> tuple[int, float]:
        verdict = -1 if j.verdict is Verdict.UNDEFINED else j.verdict.severity
        excess = j.error_ulp / max(j.inherent_ulp, 1e-300) if j.error_ulp == j.error_ulp else 0.0
        return verdict, excess

    return max(judgements, key=rank)
