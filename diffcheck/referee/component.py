"""The truth about one component of a derivative at one point."""

from dataclasses import dataclass
from enum import Enum

from diffcheck.ops import balls
from diffcheck.referee.evaluate import Ball

# An enclosure is tight at 30 decimal digits, or when it is so narrow that every format rounds it alike (below 2^-1074
# there is no double).
_RELATIVE_BITS = 104
_ABSOLUTE_EXPONENT = -1200


class Status(Enum):
    """What the referee knows of one component."""

    CERTIFIED = "certified"
    """It exists; the enclosure is tight."""
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
        Enclosures of the derivatives from both sides; one and the same where it is ``CERTIFIED``, ``None`` without a
        value.
    reason:
        What is undefined or uncertain, in words.
    """

    status: Status
    left: Ball = None
    right: Ball = None
    reason: str = ""

    @property
    def size(self) -> Ball:
        """The absolute value; of the larger side at a kink, zero without a value."""
        if self.left is None:
            return balls.ZERO
        return max(abs(self.left).mid(), abs(self.right).mid())

    @property
    def digits(self) -> float:
        """Decimal digits that the enclosure certifies."""
        if self.status is not Status.CERTIFIED:
            return 0.0
        return float("inf") if self.left.is_exact() else float(self.left.rel_accuracy_bits()) * 0.30103


def is_tight(value: Ball) -> bool:
    """Whether an enclosure determines the value in every format."""
    if value.is_exact() or value.rel_accuracy_bits() >= _RELATIVE_BITS:
        return True
    return bool(abs(value).upper() < balls.power_of_two(_ABSOLUTE_EXPONENT))
