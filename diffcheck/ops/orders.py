"""Arguments that say which function it is, such as the order of a Bessel function: constants, not differentiated by."""

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple


class Order(NamedTuple):
    """What such an argument may be.

    Attributes
    ----------
    told:
        In words.
    holds:
        Whether a number is one.
    """

    told: str
    holds: Callable[[Fraction], bool]


ANY = Order("a number", lambda _: True)
WHOLE = Order("a whole number", lambda n: n.denominator == 1)
POSITIVE = Order("a whole number from 1 on", lambda n: n.denominator == 1 and n >= 1)
FROM_ZERO = Order("a whole number from 0 on", lambda n: n.denominator == 1 and n >= 0)
