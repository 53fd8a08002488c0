"""Which components of an answer have to be looked at one by one.

A value that lies within what any good algorithm may be off by agrees, and of many such values only the figures of a few
are ever told: those with the largest error, with the fewest digits, and the one that speaks for them all. Both are seen
on whole arrays in double precision, which tells them to a few of its roundings; what it cannot tell for certain goes
the long way, and so do those few. So do a few of the zeros that stand for truths below every number of the format.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffcheck.case.case import Array
from diffcheck.formats import Format
from diffcheck.judgement.court import Question

# Below so many components one by one is as fast.
_MANY = 32
# A comparison in double precision is certain when its sides differ by this part: a million roundings, where each side
# is made by a dozen.
_CERTAIN = 2.0**-32
# Digits to count in double precision are equal if they differ by no more than this.
_SAME_DIGITS = 1e-9
# So many of those that stand out alike are looked at.
_ALIKE = 16
# A truth below this has errors that double precision does not hold.
_SMALLEST = 2.0**-900


Places = np.ndarray[Any, np.dtype[np.intp]]


@dataclass(frozen=True, slots=True, eq=False)
class Plain:
    """The components that certainly agree, and their figures to a few roundings.

    Attributes
    ----------
    places:
        Which components they are.
    error_ulp, excess:
        The error in units in the last place, and over what any good algorithm may be off by.
    digits, lacking:
        Correct decimal digits, and how many less these are than what was possible.
    """

    places: Places
    error_ulp: Array
    excess: Array
    digits: Array
    lacking: Array

    def standing_out(self) -> list[int]:
        """Where in these arrays the figures are that may be told."""
        if not len(self.places):
            return []
        worst = np.flatnonzero(self.lacking >= self.lacking.max() - _SAME_DIGITS)
        speaking: list[int] = worst[_largest(self.excess[worst])].tolist()
        return [*_largest(self.error_ulp), *_largest(-self.digits), *speaking]


def to_be_judged(question: Question, values: Array, errors: Sequence[float | None], format: Format) -> list[int]:
    """The components that are judged one by one; all others agree, and none of their figures is the worst."""
    if len(values) < _MANY:
        return list(range(len(values)))
    with np.errstate(all="ignore"):
        own = None if errors[0] is None else np.array(errors, float)
        plain = _plain(question, values, own, format)
    rest = np.ones(len(values), bool)
    rest[plain.places] = False
    rest[plain.places[plain.standing_out()]] = True
    zero = np.flatnonzero((question.figures[4] == 1) & (values == 0))
    rest[zero[_ALIKE:]] = False
    found: list[int] = np.flatnonzero(rest).tolist()
    return found


def _largest(figures: Array) -> list[int]:
    """Where the largest ones are, the first of them."""
    largest = figures.max()
    found: list[int] = np.flatnonzero(figures >= largest - _SAME_DIGITS * abs(largest))[:_ALIKE].tolist()
    return found


def _plain(question: Question, values: Array, own: Array | None, format: Format) -> Plain:
    truth, rest, inherent, scale, _ = question.figures
    size, unit = np.abs(truth), format.unit_roundoff
    mantissa, exponent = np.frexp(size)
    error = np.abs((values - truth) - rest)
    # Of the difference the first subtraction rounds its own part, the second that of the rest.
    most = error * (1 + _CERTAIN) + _CERTAIN * np.abs(rest)
    certain = most <= inherent * (1 - _CERTAIN)
    if own is not None:
        quarter = (1 - _CERTAIN) * unit**0.25 * size
        certain = (certain | ((most <= quarter) & (most <= own))) & (own <= quarter)
    # More than half of the digits are possible, and the format holds the truth with all of them.
    certain &= unit * scale * (1 + _CERTAIN) <= unit**0.5 * size
    certain &= size >= max(_SMALLEST, 2.0 ** (format.minimum_exponent + 2))
    certain &= size <= float(format.largest) / 4
    # Beside a power of two the unit in the last place is not told by the leading part alone.
    certain &= (mantissa != 0.5) | (rest == 0)
    places = np.flatnonzero(certain)
    size, error, inherent = size[places], error[places], inherent[places]
    digits = _digits(size, error, format)
    possible = _digits(size, unit * scale[places], format)
    ulp = np.ldexp(1.0, exponent[places] - format.precision)
    return Plain(places, error / ulp, error / inherent, digits, possible - digits)


def _digits(size: Array, error: Array, format: Format) -> Array:
    found: Array = np.minimum(np.log10(size / error), format.digits)
    return found
