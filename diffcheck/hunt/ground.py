"""Where a hunt may go: the numbers of a format that lie in the domains of a case, each with its place."""

from collections.abc import Iterator

import numpy as np

from diffcheck.case.case import Array, Case, Point
from diffcheck.case.domain import Interval
from diffcheck.errors import Unsupported, UsageError
from diffcheck.formats import Format

Place = tuple[int, ...]
"""For each element that may move, its ordinal among the numbers of the format."""

# How the elements of a point are drawn: which share of them evenly over the numbers of the format, as often near zero
# as far from it, and the others evenly over the interval.
_SHARES = (0.0, 1.0, 0.5)
# After so many points in a row that the precondition refuses, no more are drawn: a region that fills a thousandth of
# the ground is missed with probability 0.999^10000 = e^-10.
_TRIES = 10_000


class Ground:
    """The places of a case in a format.

    Attributes
    ----------
    low, high:
        The first and the last place of each element that may move, in the order of the inputs, row by row.

    Raises
    ------
    UsageError
        If every input has one value only: there is nowhere to go.
    Unsupported
        If a domain holds no number of the format.
    """

    def __init__(self, case: Case, format: Format) -> None:
        self.case = case
        self.format = format
        free = {name: domain for name, domain in case.inputs.items() if domain.value is None}
        if all(domain.lo == domain.hi for domain in free.values()):
            inputs = ", ".join(case.inputs)
            raise UsageError(
                f"nothing of {case.name} can move: {inputs} has one value only; give an interval, such as "
                f"--input {next(iter(case.inputs))}=interval:-1,1"
            )
        self._fixed = {
            name: format.round_all(domain.value) + 0.0
            for name, domain in case.inputs.items()
            if domain.value is not None
        }
        ends = [end for domain in free.values() for end in [_ends(domain, format)] * _size(domain)]
        self.low: Place = tuple(low for low, _ in ends)
        self.high: Place = tuple(high for _, high in ends)
        of_elements = [domain for domain in free.values() for _ in range(_size(domain))]
        self._lo = np.array([domain.lo for domain in of_elements])
        self._hi = np.array([domain.hi for domain in of_elements])

    def point(self, place: Place) -> Point:
        """The point at a place, an array for each input of the case."""
        numbers = iter([self.format.number(ordinal) for ordinal in place])
        found: dict[str, Array] = {}
        for name, domain in self.case.inputs.items():
            if name in self._fixed:
                found[name] = self._fixed[name]
            else:
                found[name] = np.array([next(numbers) for _ in range(_size(domain))]).reshape(domain.shape)
        return found

    def place(self, point: Point) -> Place:
        """The place of a point whose coordinates are numbers of the format."""
        numbers = [x for name, value in point.items() if name not in self._fixed for x in np.ravel(value).tolist()]
        return tuple(map(self.format.ordinal, numbers))

    def nearest(self, element: int, x: float) -> int | None:
        """The ordinal of the number nearest to ``x``; ``None`` if it lies outside the domain of the element."""
        rounded = self.format.round(x)
        if not np.isfinite(rounded):
            return None
        ordinal = self.format.ordinal(rounded)
        return ordinal if self.low[element] <= ordinal <= self.high[element] else None

    def is_valid(self, place: Place) -> bool:
        """Whether the case's precondition holds at a place."""
        return self.case.where is None or self.case.where(self.point(place))

    def drawn(self, generator: np.random.Generator) -> Iterator[Place]:
        """Valid places at random, without end unless hardly any is valid."""
        refused = 0
        while refused < _TRIES:
            place = self._anywhere(generator)
            if self.is_valid(place):
                refused = 0
                yield place
            else:
                refused += 1

    def _anywhere(self, generator: np.random.Generator) -> Place:
        size = len(self.low)
        by_ordinal = generator.random(size) < generator.choice(_SHARES)
        t = generator.random(size)
        numbers = self._lo * (1 - t) + self._hi * t  # hi - lo overflows for the widest domains
        ordinals = [
            int(generator.integers(low, high, endpoint=True)) if chosen else self.format.ordinal(self.format.round(x))
            for low, high, chosen, x in zip(self.low, self.high, by_ordinal, _finite(numbers, self.format), strict=True)
        ]
        return self.held(ordinals)

    def held(self, ordinals: list[int]) -> Place:
        """The ordinals, those beyond an end moved to that end."""
        return tuple(min(max(k, low), high) for k, low, high in zip(ordinals, self.low, self.high, strict=True))


def _size(domain: Interval) -> int:
    return int(np.prod(domain.shape, dtype=int))


def _finite(numbers: Array, format: Format) -> list[float]:
    largest = float(format.largest)
    found: list[float] = np.clip(numbers, -largest, largest).tolist()
    return found


def _ends(domain: Interval, format: Format) -> tuple[int, int]:
    """The places of the first and the last number of the format in a domain."""
    largest = float(format.largest)
    low = format.ordinal(min(max(domain.lo, -largest), largest))
    high = format.ordinal(min(max(domain.hi, -largest), largest))
    # What lies between two numbers has the place of the one nearer to zero, which may be outside.
    low += format.number(low) < domain.lo
    high -= format.number(high) > domain.hi
    if low > high:
        raise Unsupported(f"no {format.name} number lies in the domain {domain}")
    return low, high
