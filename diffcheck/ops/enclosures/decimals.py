"""Balls in decimals, for people: no number becomes zero because it is small."""

import math
import sys
from typing import Any

from flint import arb


def decimal(value: Any, digits: int) -> str:
    """A ball's midpoint to so many digits, fewer where the ball is wide, one at least; around zero, how far it reaches.

    >>> decimal(arb(2) ** -1100, 6), decimal(arb(0.25), 30), decimal(arb(0, 1e-300), 30)
    ('7.36215e-332', '0.25', '0 to within 1.1e-300')
    >>> decimal(arb(1e-9, 0.9e-9), 30)
    '1e-9'
    """
    if value.contains(0) and not value.is_zero():
        # Two digits are rounded by up to a twentieth, perhaps down.
        reach: Any = abs(value).upper() * arb("1.06")
        return f"0 to within {reach.str(2, radius=False)}"
    knows_none = value.rel_accuracy_bits() < 4
    text: str = value.mid().str(1, radius=False) if knows_none else value.str(digits, radius=False)
    mantissa, mark, exponent = text.partition("e")
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + mark + exponent


def brief(value: Any, digits: int = 6) -> str:
    """A ball as Python writes a float with so many digits; as `decimal` does where no float has them.

    >>> brief(arb(1) / 3), brief(-(arb(2) ** -1100)), brief(arb(0))
    ('0.333333', '-7.36215e-332', '0')
    """
    number = float(value.mid())
    known = value.is_zero() or (not value.contains(0) and sys.float_info.min <= abs(number) < math.inf)
    return f"{number:.{digits}g}" if known else decimal(value, digits)
