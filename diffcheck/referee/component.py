"""The truth about one component of a derivative at one point."""

import math
from dataclasses import dataclass
from enum import Enum

from diffcheck.ops.enclosures import balls
from diffcheck.referee.evaluate import Ball

# An enclosure is tight at 30 decimal digits, or when it is so narrow that every format rounds it alike (below 2^-1074
# there is no double).
_RELATIVE_BITS = 104
_ABSOLUTE_EXPONENT = -1200


class Status(Enum):
    """What the referee knows of one component."""

    CERTIFIED = "certified"
    """It exists; the enclosure is tight."""
    ONE_SIDED = "one-sided"
    """The function exists on one side only; its derivative from there exists, and the enclosure is tight."""
    KINK = "kink"
    """The derivatives from the left and from the right differ."""
    UNDEFINED = "undefined"
    """The function or its derivative does not exist here."""
    UNCERTAIN = "uncertain"
    """No certificate was found."""


@dataclass(frozen=True, slots=True)
class Component:
    """The truth about one component of a derivative.

    Attributes
    ----------
    left, right:
        Enclosures of the derivatives from both sides; one and the same where it is ``CERTIFIED`` or ``ONE_SIDED``.
        Where there is none, ``UNDEFINED``, each side that goes on from the value at the point has its own slope, which
        may be infinite, of certain sign. ``None`` without a value.
    reason:
        What is undefined or uncertain, and which side exists, in words.
    """

    status: Status
    left: Ball = None
    right: Ball = None
    reason: str = ""

    @property
    def size(self) -> Ball:
        """The absolute value; of the larger side at a kink, zero without a value."""
        if self.left is None or self.status is Status.UNDEFINED:
            return balls.ZERO
        return max(abs(self.left).mid(), abs(self.right).mid())

    @property
    def is_zero(self) -> bool:
        """Whether it is zero, exactly."""
        return self.has_value and bool(self.left.is_zero())

    @property
    def has_value(self) -> bool:
        """Whether there is a derivative, from one side at least where no other one exists."""
        return self.status in (Status.CERTIFIED, Status.ONE_SIDED)

    @property
    def digits(self) -> float:
        """Decimal digits that the enclosure certifies.

        Infinite for an exact value, and for one that is too small for any format to tell it from zero; zero without a
        value.
        """
        if not self.has_value:
            return 0.0
        bits = self.left.rel_accuracy_bits()
        if self.left.is_exact() or (bits < _RELATIVE_BITS and _is_tiny(self.left)):
            return math.inf
        return float(bits) * math.log10(2)


def is_tight(value: Ball) -> bool:
    """Whether an enclosure determines the value in every format."""
    return value.is_exact() or value.rel_accuracy_bits() >= _RELATIVE_BITS or _is_tiny(value)


def _is_tiny(value: Ball) -> bool:
    """Whether every format rounds all of an enclosure to zero."""
    return bool(abs(value).upper() < balls.power_of_two(_ABSOLUTE_EXPONENT))
