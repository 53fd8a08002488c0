"""The floating-point formats under test, and the units in which an error is counted in them.

IEEE 754 notation: a format has ``precision`` significand bits (the hidden one included), normal numbers from
``2**minimum_exponent`` up, and numbers below ``2**(maximum_exponent + 1)``.
"""

import math
import sys
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.errors import UsageError


@dataclass(frozen=True, slots=True)
class Format:
    """A binary floating-point format, rounding to nearest, ties to even."""

    name: str
    precision: int
    minimum_exponent: int
    maximum_exponent: int
    forgets: bool = False
    """Whether a number beyond the largest that is divided by counts as off by its own size, not by anything."""

    @property
    def unit_roundoff(self) -> float:
        """The largest relative error of one rounding, ``2**-precision``."""
        return math.ldexp(1.0, -self.precision)

    @property
    def digits(self) -> float:
        """Significant decimal digits that the format holds."""
        return self.precision * math.log10(2.0)

    @property
    def smallest_subnormal_exponent(self) -> int:
        """The exponent of the smallest positive number."""
        return self.minimum_exponent - self.precision + 1

    @property
    def largest(self) -> Fraction:
        """The largest finite number."""
        return Fraction((2**self.precision - 1) * 2 ** (self.maximum_exponent - self.precision + 1))

    @property
    def largest_double(self) -> float:
        """The largest finite number as a double; infinite where doubles end before."""
        return math.inf if self.maximum_exponent > sys.float_info.max_exp else float(self.largest)

    @property
    def wide(self) -> "Format":
        """The format with a range that next to nothing leaves; its largest number has too many bits to be written."""
        return replace(self, minimum_exponent=-(2**60), maximum_exponent=2**60)

    @property
    def forgetting(self) -> "Format":
        """The format as it is to who divides by what overflows: the quotient is lost, and nothing else."""
        return replace(self, forgets=True)

    def ulp_exponent(self, exponent: int) -> int:
        """The exponent of the spacing of the format's numbers in ``[2**exponent, 2**(exponent + 1))``."""
        return max(exponent, self.minimum_exponent) - self.precision + 1

    def round(self, x: float) -> float:
        """The number of the format nearest to ``x``; infinite beyond the largest.

        >>> FORMATS["bfloat16"].round(0.7)
        0.69921875
        """
        if x == 0 or not math.isfinite(x):
            return x
        _, exponent = math.frexp(x)
        if exponent > self.maximum_exponent + 1:
            return math.copysign(math.inf, x)
        spacing = self.ulp_exponent(exponent - 1)
        rounded = math.ldexp(round(math.ldexp(abs(x), -spacing)), spacing) if spacing > -1074 else abs(x)
        return math.copysign(math.inf if rounded > self.largest else rounded, x)

    def round_all(self, x: Any) -> "np.ndarray[Any, np.dtype[np.float64]]":
        """The numbers of the format nearest to those of an array, as `round` finds them."""
        x = np.asarray(x, np.float64)
        _, exponent = np.frexp(x)
        spacing = np.maximum(exponent - 1, self.minimum_exponent) - self.precision + 1
        with np.errstate(all="ignore"):
            rounded = np.ldexp(np.rint(np.ldexp(x, -spacing)), spacing)
            rounded = np.where(spacing > -1074, rounded, x)
            found: np.ndarray[Any, np.dtype[np.float64]] = np.where(
                np.abs(rounded) > float(self.largest), np.copysign(np.inf, x), rounded
            )
        return found

    def ordinal(self, x: float) -> int:
        """The place of a finite ``x`` among the numbers of the format, counted from zero; neighbours differ by one.

        What lies between two numbers has the place of the one nearer to zero.

        >>> FORMATS["float64"].ordinal(5e-324), FORMATS["bfloat16"].ordinal(-1.0) - FORMATS["bfloat16"].ordinal(-2.0)
        (1, 128)
        """
        if x == 0:
            return 0
        _, exponent = math.frexp(x)
        spacing = self.ulp_exponent(exponent - 1)
        octaves = spacing - self.smallest_subnormal_exponent
        place = (octaves << (self.precision - 1)) + int(math.ldexp(abs(x), -spacing))
        return place if x > 0 else -place

    def number(self, ordinal: int) -> float:
        """The number of the format at a place, as `ordinal` counts them."""
        place = abs(ordinal)
        octaves = max((place >> (self.precision - 1)) - 1, 0)
        x = math.ldexp(place - (octaves << (self.precision - 1)), octaves + self.smallest_subnormal_exponent)
        return x if ordinal >= 0 else -x

    def holds(self, x: Fraction) -> bool:
        """Whether ``x`` is a number of the format."""
        if x == 0:
            return True
        if x.denominator & (x.denominator - 1):
            return False
        trailing = (x.numerator & -x.numerator).bit_length() - 1
        point = x.denominator.bit_length() - 1
        length = abs(x.numerator).bit_length()
        fits = length - trailing <= self.precision
        return (
            fits
            and trailing - point >= self.smallest_subnormal_exponent
            and length - point <= self.maximum_exponent + 1
        )


FORMATS = {
    f.name: f
    for f in (
        Format("float64", 53, -1022, 1023),
        Format("float32", 24, -126, 127),
        Format("bfloat16", 8, -126, 127),
        Format("float16", 11, -14, 15),
        # What GPUs keep of a factor; tensors are float32.
        Format("tf32", 11, -126, 127),
    )
}


def format_named(name: str) -> Format:
    """The format called ``name``; `UsageError` names the known ones."""
    try:
        return FORMATS[name]
    except KeyError:
        raise UsageError(f"unknown dtype {name!r}: choose from {', '.join(FORMATS)}") from None
