"""From a point that a precondition refuses to one where it holds: needed where that is a thin part of the domains."""

import math
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np

from diffcheck.case.constants import Array
from diffcheck.case.domain import Interval

# Each pass mends one relation, and may break another that was mended before.
_PASSES = 10
# Those of a double, and the halvings after which nothing is left between two of them.
_DIGITS, _HALVINGS = 16, 64
HOLDS: Mapping[str, Callable[[float], bool]] = {
    "<": lambda d: d < 0,
    "<=": lambda d: d <= 0,
    ">": lambda d: d > 0,
    ">=": lambda d: d >= 0,
    "==": lambda d: d == 0,
    "!=": lambda d: d != 0,
}

Point = Mapping[str, Array]


class Relation(Protocol):
    """A relation between two numbers that are computed from a point."""

    def gap(self, values: Mapping[str, float]) -> float:
        """By how much the left one is larger; NaN where that is no number."""
        ...

    def holds(self, values: Mapping[str, float]) -> bool:
        """Whether it holds at a point."""
        ...


def difference(left: float, right: float) -> float:
    """By how much the left number is larger; of equal infinities not at all."""
    return 0.0 if left == right else left - right


class Toward:
    """Moves one input after the other until the relations of a precondition hold.

    An input is moved to where a relation holds, an end of its domain, another input's value, beyond a change of sign or
    where two sides are nearest, and then back by a random part of the way to where it ceases to hold. Arrays stay as
    they are.

    Parameters
    ----------
    relations:
        Those that are to hold, at a point that is on the way.
    """

    def __init__(self, relations: Callable[[Mapping[str, float]], Sequence[Relation]]) -> None:
        self._relations = relations

    def __call__(self, point: Point, domains: Mapping[str, Interval], generator: np.random.Generator) -> Point:
        """A point that is nearer to the precondition, perhaps one where it holds."""
        moving = [name for name, domain in domains.items() if domain.shape == () and domain.value is None]
        values = {name: float(point[name]) for name in moving}
        for number in range(_PASSES):
            broken = [relation for relation in self._relations(values) if not relation.holds(values)]
            if not broken:
                break
            relation = broken[int(generator.integers(len(broken)))]
            # In turns anywhere, and as near to the border as any size may be: a thin part is hit by no even draw.
            part = float(generator.uniform())
            part = 1 - 10.0 ** (-_DIGITS * part) if number % 2 else part
            best: tuple[float, str, float] | None = None
            for name in map(str, generator.permutation(list(values))):
                held, size, value = _moved(relation, values, name, domains[name], part)
                if held:
                    best = 0.0, name, value
                    break
                best = min(best or (size, name, value), (size, name, value))
            if best is not None:
                values[best[1]] = best[2]
        return {**point, **{name: np.asarray(value) for name, value in values.items()}}


def _moved(
    relation: Relation, values: Mapping[str, float], name: str, domain: Interval, part: float
) -> tuple[bool, float, float]:
    """Whether a relation holds with another value of one input, how far it is from that, and the value."""

    def holds(value: float) -> bool:
        return relation.holds({**values, name: value})

    def gap(value: float) -> float:
        return relation.gap({**values, name: value})

    best = abs(gap(values[name])), values[name]
    for candidate in _candidates(values, name, domain, gap):
        if not holds(candidate):
            best = min(best, (abs(gap(candidate)), candidate))
            continue
        inside, outside = candidate, values[name]
        while abs(_place(inside) - _place(outside)) > 1:
            middle = _between(inside, outside)
            inside, outside = (middle, outside) if holds(middle) else (inside, middle)
        found = _part_of(candidate, inside, part, domain)
        return True, 0.0, found if holds(found) else inside
    return False, *best


def _candidates(
    values: Mapping[str, float], name: str, domain: Interval, gap: Callable[[float], float]
) -> Iterator[float]:
    """Where a relation may hold: the other inputs' values, the ends, both sides of a change of sign, the nearest."""
    others = (value for other, value in values.items() if other != name)
    ends = domain.lo, domain.hi
    yield from (value for value in (*others, *ends, 0.0) if domain.lo <= value <= domain.hi)
    for end in ends:
        near, far = values[name], end
        if not gap(near) * gap(far) < 0:
            continue
        while abs(_place(near) - _place(far)) > 1:
            middle = _between(near, far)
            near, far = (middle, far) if gap(near) * gap(middle) > 0 else (near, middle)
        yield from (near, far)
    for mean in (_between, _halfway):
        yield _lowest(domain, lambda value: _size(gap(value)), mean)


def _lowest(domain: Interval, size: Callable[[float], float], middle: Callable[[float, float], float]) -> float:
    """Where a function is least, if it falls to there and rises behind it, by numbers in the middle of others."""
    lo, hi = domain.lo, domain.hi
    for _ in range(_HALVINGS):
        here = middle(lo, hi)
        if not lo < here < hi:
            break
        # Beside another number small ones are lost: then those that are farther apart tell.
        pairs = (here, math.nextafter(here, math.inf)), (middle(lo, here), middle(here, hi)), (lo, hi)
        sizes = ((size(x), size(y)) for x, y in pairs)
        left, right = next(((x, y) for x, y in sizes if x != y), (0.0, 0.0))
        lo, hi = (lo, here) if left <= right else (here, hi)
    return min((lo, hi), key=size)


def _size(gap: float) -> float:
    return math.inf if gap != gap else gap


def _part_of(x: float, y: float, part: float, domain: Interval) -> float:
    """A number between two, as the domain is drawn from."""
    if domain.scale == "float":
        return _number(round(_place(x) * (1 - part) + _place(y) * part)) if part < 1 else y
    return x * (1 - part) + y * part


def _halfway(x: float, y: float) -> float:
    """The number in the middle of two."""
    return x / 2 + y / 2


def _between(x: float, y: float) -> float:
    """The number in the middle of all doubles between two."""
    return _number((_place(x) + _place(y)) // 2)


def _place(x: float) -> int:
    """The place of a double, counted from zero."""
    (bits,) = struct.unpack("<q", struct.pack("<d", abs(x)))
    return -int(bits) if x < 0 else int(bits)


def _number(place: int) -> float:
    (size,) = struct.unpack("<d", struct.pack("<q", abs(place)))
    return -float(size) if place < 0 else float(size)
