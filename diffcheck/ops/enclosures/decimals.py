"""Balls in decimals, for people: no number becomes zero because it is small."""

import math
import sys
from decimal import Decimal
from typing import Any

from flint import arb

# An exponent of more digits is rounded to so many of them.
_LONG, _KEPT = 6, 4


def decimal(value: Any, digits: int) -> str:
    """A ball's midpoint to so many digits, fewer where the ball is wide, one at least; around zero, how far it reaches.

    >>> decimal(arb(2) ** -1100, 6), decimal(arb(0.25), 30), decimal(arb(0, 1e-300), 30)
    ('7.36215e-332', '0.25', '0 to within 1.1e-300')
    >>> decimal(arb(1e-9, 0.9e-9), 30), decimal(arb(-(10**30)).exp(), 30)
    ('1e-9', '10^(-4.343e29)')
    """
    if value.contains(0) and not value.is_zero():
        # Two digits are rounded by up to a twentieth, perhaps down.
        reach: Any = abs(value).upper() * arb("1.06")
        return f"0 to within {_readable(reach.str(2, radius=False))}"
    knows_none = value.rel_accuracy_bits() < 4
    text: str = value.mid().str(1, radius=False) if knows_none else value.str(digits, radius=False)
    mantissa, mark, exponent = text.partition("e")
    return _readable((mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + mark + exponent)


def _readable(number: str) -> str:
    """A decimal; if nobody could read its exponent, the power of ten.

    >>> _readable("-6.3e-348568921210326"), _readable("6.3e-3485")
    ('-10^(-3.486e14)', '6.3e-3485')
    """
    mantissa, _, exponent = number.partition("e")
    if len(exponent.lstrip("+-")) <= _LONG:
        return number
    power = f"{Decimal(exponent):.{_KEPT}g}".replace("e+", "e")
    return f"{'-' * mantissa.startswith('-')}10^({power})"


def brief(value: Any, digits: int = 6) -> str:
    """A ball as Python writes a float with so many digits; as `decimal` does where no float has them.

    >>> brief(arb(1) / 3), brief(-(arb(2) ** -1100)), brief(arb(0))
    ('0.333333', '-7.36215e-332', '0')
    """
    number = float(value.mid())
    known = value.is_zero() or (not value.contains(0) and sys.float_info.min <= abs(number) < math.inf)
    return f"{number:.{digits}g}" if known else decimal(value, digits)
