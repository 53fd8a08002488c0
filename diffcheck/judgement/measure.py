"""The units in which an error at one truth is counted."""

import functools
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flint import arb

from diffcheck.formats import Format
from diffcheck.ops.enclosures import balls
from diffcheck.referee.rounding.bound import Bound

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class _Units:
    """A format's unit roundoff, smallest positive and largest number, as exact balls."""

    unit: Any
    smallest: Any
    largest: Any


@functools.cache
def _units(format: Format) -> _Units:
    smallest = balls.power_of_two(format.smallest_subnormal_exponent)
    return _Units(balls.power_of_two(-format.precision), smallest, balls.ball(format.largest))


class Measure:
    """The bounds at one truth, the unit in the last place there, and how many digits the format holds of it.

    Parameters
    ----------
    magnitude:
        The absolute value of the truth, of the larger one-sided derivative at a kink; a ball whose midpoint counts.

    Attributes
    ----------
    unit, smallest:
        The format's unit roundoff and its smallest positive number.
    """

    def __init__(self, magnitude: Any, bound: Bound, format: Format) -> None:
        self.magnitude = magnitude
        self.bound = bound
        self.format = format
        units = _units(format)
        self.unit, self.smallest, self._largest = units.unit, units.smallest, units.largest
        exponent = format.minimum_exponent if magnitude.is_zero() else _exponent(magnitude)
        # Beyond the largest number the unit is the one at the largest number.
        self.ulp = balls.power_of_two(format.ulp_exponent(min(exponent, format.maximum_exponent)))

    @property
    def beyond(self) -> bool:
        """Whether the truth lies beyond the largest number: infinity is its rounding, and no digit can be given."""
        return bool(self.magnitude >= self._overflows)

    @property
    def infinite(self) -> Any:
        """The magnitude from which on infinity is right: what rounds to it, less what any algorithm may be off by."""
        return self._overflows - self.bound.inherent.mid()

    @property
    def _overflows(self) -> Any:
        return self._largest + self.ulp / 2

    @property
    def quarter(self) -> Any:
        """The relative error that leaves a quarter of the format's digits."""
        return self.unit.sqrt().sqrt()

    def ulps(self, error: Any) -> float:
        """An absolute error in units in the last place."""
        return float(error / self.ulp)

    @cached_property
    def digits_possible(self) -> float:
        """The digits that any good algorithm would have, and the format holds.

        NaN where there is none to count: a truth of zero, or one beyond the format's range.
        """
        return self._counted(max(self.unit * self.bound.scale.mid(), self._spacing))

    def digits(self, error: Any) -> float:
        """The correct decimal digits of a value with this absolute error, as many as the format has at most.

        NaN where there is none to count, or where the format holds no whole digit of the truth.
        """
        if self.digits_possible != self.digits_possible:
            return NAN
        held = error.is_zero() or not self._counted(self._spacing) < 1
        return self._counted(error) if held else NAN

    @property
    def _spacing(self) -> Any:
        """What rounding to the format's smallest numbers may leave; nothing of a truth that is zero."""
        if self.magnitude.is_zero():
            return balls.ZERO
        return self.smallest / 2

    def _counted(self, error: Any) -> float:
        if self.magnitude.is_zero():
            return self.format.digits if error.is_zero() else NAN
        if self.beyond:
            return NAN
        if error <= self.magnitude * self.unit:
            return self.format.digits
        if not error < self.magnitude:
            return 0.0
        return float((self.magnitude / error).log() / arb.const_log10())


def _exponent(x: Any) -> int:
    """The integer part of log2 of a positive number, of which a tight enclosure is known."""
    mantissa, exponent = x.mid().man_exp()
    # The midpoint of a ball around a power of two may lie below it, by the last of its hundred bits or more.
    size = int(mantissa)
    return int(exponent) + (size + (size >> 100)).bit_length() - 1
