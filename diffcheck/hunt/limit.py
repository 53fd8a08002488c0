"""How long a hunt goes on."""

import math
import time
from dataclasses import dataclass, field

from diffcheck.errors import UsageError


class Enough(Exception):
    """As much was asked as may be."""


@dataclass(slots=True)
class Limit:
    """A number of answers, or a time.

    The order in which points are asked depends on the seed alone, so a hunt that a time has ended after so many answers
    is the hunt of that number of answers.

    Attributes
    ----------
    answers:
        How many there were: each is one engine's at one point.
    """

    most: float = math.inf
    seconds: float = math.inf
    answers: int = 0
    _began: float | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not (self.most > 0 and self.seconds > 0):
            raise UsageError("a hunt needs at least one evaluation, and some time")

    def demand(self) -> None:
        """Raise `Enough` if nobody may be asked any more; the time begins with the first call."""
        now = time.monotonic()
        self._began = now if self._began is None else self._began
        if self.answers >= self.most or now - self._began >= self.seconds:
            raise Enough

    def counted(self) -> None:
        """Count an answer."""
        self.answers += 1
