"""What a tensor's storage holds, as nodes: every tensor that shares the storage reads from there and writes to there.

A tensor is a view of a storage by its offset, its lengths and its strides, whatever operation made it. So nothing
depends on what an operation is said to do: one that is said to give a view but copies has a storage of its own.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from diffcheck.errors import Unsupported
from diffcheck.ops.structure import Index
from diffcheck.program.traced import Traced

# ``None`` where nothing can change.
Condition = Callable[[], Traced | None]
Places = np.ndarray[Any, np.dtype[np.bool_]]


class Geometry(NamedTuple):
    """Where a tensor's elements lie in its storage, counted in elements."""

    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def places(self) -> "np.ndarray[Any, np.dtype[np.intp]]":
        """The place of every element."""
        found = np.full(self.shape, self.offset, np.intp)
        for axis, (length, stride) in enumerate(zip(self.shape, self.strides, strict=True)):
            steps = np.arange(length) * stride
            found += steps.reshape(-1, *(1,) * (len(self.shape) - axis - 1))
        return found

    def of_parts(self) -> "Geometry":
        """Where the parts of complex elements lie, along a last axis."""
        return Geometry(2 * self.offset, (*self.shape, 2), (*(2 * s for s in self.strides), 1))


@dataclass(frozen=True, slots=True, eq=False)
class Excluded:
    """Values that are infinite at some places, which no input moves: what a mask keeps out of a softmax or a minimum.

    Attributes
    ----------
    values:
        The numbers; at those places they mean nothing.
    places:
        Where it is minus infinity.
    above:
        Whether it is plus infinity instead.
    """

    values: Traced
    places: Places
    above: bool = False


Value = Traced | Excluded


class Memory:
    """The elements of a storage.

    Attributes
    ----------
    lost:
        Why the elements are no nodes, although they depend on an input; empty if they are.
    decided:
        The condition under which such elements are the numbers that they are, if there is one.
    """

    def __init__(self, size: int, flat: Traced | None = None, lost: str = "", decided: Condition | None = None) -> None:
        self.size = size
        self.lost = lost
        self.decided = decided
        self._flat = flat
        self._excluded: Places = np.zeros(size, bool)
        self._above = False
        self._read: dict[Geometry, Traced] = {}

    def read(self, geometry: Geometry) -> Value:
        """What a tensor of this geometry holds."""
        if self.lost:
            raise Unsupported(self.lost)
        values = self._read.get(geometry)
        if values is None:
            assert self._flat is not None
            values = self._read[geometry] = seen(self._flat, geometry)
        if not self._excluded.any():
            return values
        places = self._excluded[geometry.places()]
        return Excluded(values, places, self._above) if places.any() else values

    def write(self, geometry: Geometry, value: Value) -> None:
        """Put a value where a tensor of this geometry lies; it has the tensor's shape."""
        values, excluded = (value.values, value.places) if isinstance(value, Excluded) else (value, False)
        places = geometry.places()
        self._excluded[places.ravel()] = False
        if isinstance(value, Excluded):
            if self._excluded.any() and self._above != value.above:
                raise Unsupported("both infinities lie in one storage")
            self._above = value.above
        self._excluded[places.ravel()] = np.broadcast_to(excluded, geometry.shape).ravel()
        if _is_dense(geometry) and places.size == self.size:
            order = sorted(range(len(geometry.shape)), key=lambda a: -geometry.strides[a])
            self._flat = values.permute(order).ravel()
            self._read = {geometry: values}
            return
        assert self._flat is not None
        if len(np.unique(places)) != places.size:
            raise Unsupported("it writes to one place more than once")
        written = np.zeros(self.size, bool)
        written[places.ravel()] = True
        spread = values.ravel().scattered(places.ravel(), (self.size,))
        self._flat = chosen(written, spread, self._flat)
        self._read = {geometry: values}


def chosen(places: Any, x: Traced, y: Traced) -> Traced:
    """The first where ``places`` hold true, the second elsewhere; all of one shape."""
    builder = x._builder
    return Traced(builder, builder.move("blend", (Index(places),), x.node, y.node))


def _is_dense(geometry: Geometry) -> bool:
    """Whether a tensor fills a section of its storage, each place once, axes in any order."""
    expected = 1
    axes = [a for a, n in enumerate(geometry.shape) if n != 1]
    for axis in sorted(axes, key=lambda a: geometry.strides[a]):
        if geometry.strides[axis] != expected:
            return False
        expected *= geometry.shape[axis]
    return True


def seen(flat: Traced, geometry: Geometry) -> Traced:
    """The elements of a storage that a tensor sees: as sections and axes in another order, or by their places."""
    if 0 in geometry.shape:
        return flat[np.zeros(geometry.shape, int)] if flat.size else flat.reshape(geometry.shape)
    moving = [a for a, n in enumerate(geometry.shape) if n != 1 and geometry.strides[a] != 0]
    order = sorted(moving, key=lambda a: -geometry.strides[a])
    section = _section(flat, [geometry.shape[a] for a in order], [geometry.strides[a] for a in order], geometry.offset)
    if section is None:
        return flat[geometry.places()]
    arranged = section.permute([order.index(a) for a in moving])
    kept = arranged.reshape(tuple(n if a in moving else 1 for a, n in enumerate(geometry.shape)))
    return kept.spread(geometry.shape)


def _section(flat: Traced, lengths: Sequence[int], strides: Sequence[int], offset: int) -> Traced | None:
    """The elements with descending strides as a section of the storage, seen as an array; ``None`` if they are none."""
    steps = [flat.size, *strides, 1]
    if any(step == 0 or whole % step for whole, step in itertools.pairwise(steps)):
        return None
    shape = [whole // step for whole, step in itertools.pairwise(steps)]
    starts = []
    for step in steps[1:]:
        starts.append(offset // step)
        offset %= step
    stops = [start + n for start, n in zip(starts, (*lengths, 1), strict=True)]
    if any(stop > n for stop, n in zip(stops, shape, strict=True)):
        return None
    found = flat.reshape(tuple(shape))[tuple(map(slice, starts, stops))]
    return found.reshape(tuple(lengths))
