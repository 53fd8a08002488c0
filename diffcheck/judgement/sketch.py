"""Most components of a large answer, judged on whole arrays in double precision.

Where double precision tells for certain what the comparison in balls comes to, a verdict is sketched, with its figures
to a few roundings. Of an answer three things are told: the judgement that speaks for it, its largest error and its
fewest digits. The components that may be these are judged one by one all the same, as are those of which nothing is
certain. What fails is never certain here, because it may be excused.

Why a sketched error is the true one to a few roundings: a truth is its nearest double t and a rest r. The value v is a
double as well, t itself or off by twice the rest at least. So v - t - r is no less than r and than half of v - t, and
nothing cancels. The radius of a truth, its 2**-104th part or so, is no more than the 2**-51th of what any algorithm may
be off by; an error below that is told to the thousand-million-millionth of a unit in the last place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from flint import ctx

from diffcheck.case.case import Array
from diffcheck.formats import Format
from diffcheck.judgement.court import Question
from diffcheck.judgement.measure import NAN
from diffcheck.judgement.numbers import PRECISION, Judgement, Quality, rank
from diffcheck.verdict import NO_DIGIT, Reason, Verdict

Places = np.ndarray[Any, np.dtype[np.intp]]

# Below so many components one by one is as fast.
_MANY = 32
# A comparison in double precision is certain when its sides differ by this part: a million roundings, where each side
# is made by a dozen.
_CERTAIN = 2.0**-32
# Figures in double precision may be equal if they differ by no more than this; errors by this part.
_SAME = 1e-9
# So many of those that stand out alike are looked at: more would tell the last digits only.
_ALIKE = 16
# What a component certainly is, by its place among the kinds of a sketch.
_AGREES, _HARD, _LOST, _NOTHING = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """What is certain of each component.

    Attributes
    ----------
    kinds:
        Judgements without figures.
    kind:
        Which of these each component has; -1 where nothing is certain.
    error_ulp, inherent_ulp, digits, possible:
        The figures of `diffcheck.judgement.numbers.Judgement`, to a few roundings.
    """

    kinds: Sequence[Judgement]
    kind: Places
    error_ulp: Array
    inherent_ulp: Array
    digits: Array
    possible: Array

    def judgement(self, component: int) -> Judgement:
        """The judgement on a component of which something is certain."""
        kind: Judgement = self.kinds[self.kind[component]]
        return replace(
            kind,
            error_ulp=float(self.error_ulp[component]),
            inherent_ulp=float(self.inherent_ulp[component]),
            digits=float(self.digits[component]),
            digits_possible=float(self.possible[component]),
        )

    def ranks(self) -> Array:
        """What `diffcheck.judgement.numbers.rank` says of each component, a row for each of its parts."""
        severity = np.array([rank(kind)[0] for kind in self.kinds])[self.kind]
        fails = np.array([kind.verdict.fails for kind in self.kinds])[self.kind]
        none = (self.digits <= NO_DIGIT) & (self.possible >= 1)
        with np.errstate(all="ignore"):  # where nothing is certain the figures may be anything
            lacking = self.possible - self.digits
            excess = self.error_ulp / np.maximum(self.inherent_ulp, 1e-300)
        lacking = np.where(np.isnan(lacking), np.where(fails, np.inf, 0.0), lacking)
        return np.array([severity, none, lacking, np.where(np.isnan(excess), 0.0, excess)])

    def to_be_judged(self) -> list[int]:
        """The components to judge one by one: those of which nothing is certain, and those that stand out."""
        found = self.kind < 0
        for kind in range(len(self.kinds)):
            places = np.flatnonzero(self.kind == kind)
            if len(places):
                found[self._standing_out(places)] = True
        chosen: list[int] = np.flatnonzero(found).tolist()
        return chosen

    def _standing_out(self, places: Places) -> Places:
        """Those of one kind that may have its largest error or its fewest digits, or be the worst of it.

        The worst is what `diffcheck.judgement.numbers.rank` says: one without a right digit if there is any, then the
        one that lacks most, then the one with the largest error against the allowed one.
        """
        error, digits = self.error_ulp[places], self.digits[places]
        most = places[error >= error.max() * (1 - _SAME)]
        fewest = places[digits <= np.fmin.reduce(digits) + _SAME]
        none = (digits <= NO_DIGIT) & (self.possible[places] >= 1)
        worst = places[none] if none.any() else places
        lacking = np.nan_to_num(self.possible[worst] - self.digits[worst])
        worst = worst[lacking >= lacking.max() - _SAME]
        excess = self.error_ulp[worst] / self.inherent_ulp[worst]
        ranked = (most, -self.error_ulp[most]), (fewest, self.digits[fewest]), (worst, -excess)
        return np.concatenate([group[np.argsort(by, kind="stable")[:_ALIKE]] for group, by in ranked])


def at_once(
    question: Question, values: Array, errors: Sequence[float | None], format: Format
) -> tuple[Sketch | None, list[int]]:
    """What is certain of an answer, and which of its components are to be judged one by one.

    Parameters
    ----------
    errors:
        The method's estimates of its errors; ``None`` for a method that has none.
    """
    if len(values) < _MANY:
        return None, list(range(len(values)))
    own = None if errors[0] is None else np.array(errors, float)
    with np.errstate(all="ignore"):
        sketch = _sketched(question, values, own, format)
        return sketch, sketch.to_be_judged()


def _sketched(question: Question, values: Array, own: Array | None, format: Format) -> Sketch:
    truth, rest, inherent, scale, number, shift = question.figures
    unit, root = format.unit_roundoff, format.unit_roundoff**0.5
    # All is counted in units of 2**shift.
    shift = shift.astype(int)
    size, error = np.abs(truth), np.abs((np.ldexp(values, -shift) - truth) - rest)
    least, most = error * (1 - _CERTAIN), error * (1 + _CERTAIN)
    finite = np.isfinite(scale)  # and with it the inherent bound, a part of it
    mantissa, exponent = np.frexp(size)
    exponent = np.where(size > 0, exponent + shift, format.minimum_exponent)
    ulp = np.maximum(exponent, format.minimum_exponent + 1) - format.precision - shift
    error_ulp = np.ldexp(error, -ulp)
    digits, possible = (np.clip(np.log10(size / e), 0.0, format.digits) for e in (error, unit * scale))

    # Zero stands for a truth below every number of the format, which holds no digit of it; all of a zero that nothing
    # moves are right.
    nothing = finite & (values == 0) & (error_ulp <= 1 - _CERTAIN)
    digits[nothing] = possible[nothing] = np.where(scale == 0, format.digits, NAN)[nothing]
    # The format holds the truth with all of its digits. Beside a power of two the unit in the last place is not told by
    # the leading part alone, nor beside a limit whether a digit is right.
    plain = finite & (exponent > format.minimum_exponent + 2) & (exponent < format.maximum_exponent)
    plain &= (mantissa != 0.5) | (rest == 0)
    plain &= (np.abs(digits - NO_DIGIT) > _SAME) & (np.abs(possible - 1) > _SAME)
    within = most <= inherent * (1 - _CERTAIN)
    # One or less where more than half of the digits are left.
    left = unit * scale / (root * np.maximum(size, number))

    kind = np.full(len(values), -1)
    if own is None:
        kind[plain & within & (left >= 1 + _CERTAIN) & (error > 0)] = _HARD
        beyond = np.flatnonzero(plain & (shift == 0) & (least > inherent * (1 + _CERTAIN)))
        kind[beyond[most[beyond] <= _formulas(question, beyond) * (1 - _CERTAIN)]] = _LOST
    else:
        own, quarter = np.ldexp(own, -shift), root**0.5 * size * (1 - _CERTAIN)
        # Neither pessimistic nor overconfident.
        within = (within | (most <= own)) & (own >= 0) & (own <= quarter)
    kind[plain & within & (left <= 1 - _CERTAIN)] = _AGREES
    kind[nothing] = _NOTHING
    estimate = Quality.NONE if own is None else Quality.HONEST
    kinds = [
        Judgement(Verdict.AGREE, estimate=estimate),
        Judgement(Verdict.ILL_CONDITIONED),
        Judgement(Verdict.LOSSY, Reason.CANCELLATION),
        Judgement(Verdict.AGREE),
    ]
    return Sketch(kinds, kind, error_ulp, np.ldexp(inherent, -ulp), digits, possible)


def _formulas(question: Question, places: Places) -> Array:
    """What the formula may be off by; NaN where nobody knows, or a value in it overflows, which is no lost digit."""
    with ctx.workprec(PRECISION):
        bounds = [question.bounds[k] for k in places.tolist()]
        found = np.array([NAN if bound is None else float(bound.formula) for bound in bounds])
    return np.where(np.isfinite(found), found, NAN)
