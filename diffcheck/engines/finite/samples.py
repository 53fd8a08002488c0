"""The function around some points: where it is evaluated, how often, and what rounding leaves on its values.

A row is a point with one of the columns of differences.
"""

import math
from typing import Any, Protocol, runtime_checkable

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.base import Task
from diffcheck.engines.finite.random_rounding import TRIALS, Batched, rounding_error

Rows = np.ndarray[Any, np.dtype[np.intp]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

# Steps of a stage, and the first of them as a part of the stage's length.
STEPS = 6
FIRST = 2.0**-3
# What the powers of a step that errors are made of fall by from step to step: even powers for central differences, all
# for one-sided ones. No power of it is near a whole number: a wave that one step takes for none, because it is a
# multiple of the period, is seen by the others.
FALL = math.e
CENTRAL_RATIO, ONE_SIDED_RATIO = math.sqrt(FALL), FALL
# A central quotient may begin with a step shorter by this before a one-sided one is taken instead.
_SHORTER = 2.0**-6
# Numbers in the largest batch that is evaluated at once.
_LARGEST_BATCH = 2**22


_CENTRAL, _ONE_SIDED = (ratio ** -np.arange(STEPS, dtype=float)[:, None] for ratio in (CENTRAL_RATIO, ONE_SIDED_RATIO))


def falling(central: Mask) -> Array:
    """The steps of differences as parts of the longest, shape (steps, differences), or (steps, 1) for all alike."""
    return _CENTRAL if central.all() else np.where(central, _CENTRAL, _ONE_SIDED)


@runtime_checkable
class Moving(Batched, Protocol):
    """A function that knows what depends on its single inputs; see `diffcheck.program.moves`."""

    def saves(self, where: Rows) -> bool:
        """Whether to move inputs of these points takes less than to evaluate the function as a whole."""
        ...

    def moved(self, points: Array, where: Rows, inputs: Rows, coordinates: Array) -> Array:
        """The outputs with some inputs of points moved."""
        ...


class Region:
    """A function of a task, in its dtype, on the task's domain; ``rounded`` is the same, rounded at random."""

    def __init__(self, function: Batched, rounded: Batched, outputs: int, task: Task) -> None:
        self.function = function
        self.rounded = rounded
        self.outputs = outputs
        self.dtype = np.dtype(task.dtype)
        self.unit = task.format.unit_roundoff
        self.smallest = 2.0**task.format.smallest_subnormal_exponent
        domains = [d for d in task.case.inputs.values() for _ in range(int(np.prod(d.shape, dtype=int)))]
        with np.errstate(over="ignore"):  # an end beyond the largest number is rounded inwards like every other
            lo, hi = (np.array([getattr(d, end) for d in domains], self.dtype) for end in ("lo", "hi"))
        # The domain's ends, rounded inwards to numbers of the dtype.
        self.lo = np.where(lo < [d.lo for d in domains], np.nextafter(lo, hi), lo).astype(np.float64)
        self.hi = np.where(hi > [d.hi for d in domains], np.nextafter(hi, lo), hi).astype(np.float64)
        self.linear = np.array([d.scale == "linear" for d in domains], dtype=bool)

    def nearest(self, coordinates: Array, inputs: Any) -> Array:
        """The numbers of the dtype in the domain that are nearest to coordinates of these inputs."""
        numbers = coordinates.astype(self.dtype, copy=False).astype(np.float64, copy=False)
        found: Array = np.minimum(np.maximum(numbers, self.lo[inputs]), self.hi[inputs])
        return found


class Samples:
    """Values of the function at points and around them.

    Attributes
    ----------
    here, level:
        The values at the points themselves, and the largest rounding errors they may have, shape (points, outputs).
    own, natural, first:
        For each input the coordinate's own size, the length over which a function is supposed to change: one, or
        the coordinate if it is larger, and that of these two which the domain's scale suggests; shape (points, inputs).
    columns:
        The inputs that each column of differences is taken by, shape (columns, order).
    where, by:
        The point of each row and the inputs that it differentiates by, shapes (rows,) and (rows, order).
    calls:
        For each point how often the function was evaluated.
    stepped:
        Whether there were two different steps anywhere.
    """

    def __init__(self, region: Region, points: Array, columns: Rows) -> None:
        self.region = region
        self.points = points
        self.columns = columns
        everywhere = np.arange(len(points))
        self.calls = np.zeros(len(points), np.intp)
        self.stepped = False
        sizes = np.abs(points)
        self.natural = np.minimum(np.maximum(sizes, 1.0), region.hi - region.lo)
        self.own = np.where(sizes > 0, np.minimum(sizes, self.natural), self.natural)
        self.first = np.where(region.linear, self.natural, self.own)
        self._reached = self.first.copy()
        # The points and the far ends of their first stage in one call.
        places = np.concatenate([points[None], self._ends(everywhere, self.first)])
        values = self.evaluate(places, everywhere)
        level = self._noise(places, values, everywhere)
        self.here, self.level = values[0], level[0]
        self._growth, self._relative = self._losses(everywhere, values[1:], level[1:])
        self.where = np.repeat(everywhere, len(columns))
        self.by = np.tile(columns, (len(points), 1))

    @property
    def order(self) -> int:
        """Of the differences."""
        return int(self.columns.shape[1])

    @property
    def unit(self) -> float:
        """The unit roundoff of the dtype."""
        return self.region.unit

    def picked(self, rows: Rows, lengths: Array) -> Array:
        """Lengths of all inputs, shape (points, inputs), for the inputs of each of these rows, shape (rows, order)."""
        found: Array = lengths[self.where[rows, None], self.by[rows]]
        return found

    def points_of(self, rows: Rows) -> Rows:
        """The points of these rows, each once."""
        found = np.zeros(len(self.points), dtype=bool)
        found[self.where[rows]] = True
        return found.nonzero()[0]

    def reach(self, where: Rows, lengths: Array) -> None:
        """Measure what rounding leaves at the far ends of a stage of these lengths, shape (points, inputs).

        ``where`` are the points, each once, that the stage is for. What was measured last is not again.
        """
        where = where[(lengths[where] != self._reached[where]).any(1)]
        if not len(where):
            return
        self._reached[where] = lengths[where]
        ends = self._ends(where, lengths)
        values = self.evaluate(ends, where)
        level = self._noise(ends, values, where)
        self._growth[where], self._relative[where] = self._losses(where, values, level)

    def _ends(self, where: Rows, lengths: Array) -> Array:
        """The far ends of a stage at points, all inputs moved; shape (2, points, inputs)."""
        # No two neighbours alike: what cancels where all inputs move alike would hide their size.
        far = FIRST * lengths[where] * (8 - np.arange(lengths.shape[1]) % 4) / 8
        return self.region.nearest(self.points[where] + np.stack([far, -far]), slice(None))

    def _losses(self, where: Rows, values: Array, level: Array) -> tuple[Array, Array]:
        """By how much rounding grows from points to the values at the ends, and what part of a value it takes."""
        here, size = self.level[where], np.abs(self.here[where])
        growth: Array = np.maximum(level - here, 0.0).max(0)
        own = np.where(size != 0, here / size, 0.0)
        return growth, np.fmax(own, np.fmax(*(level / np.maximum(np.abs(values), size))))

    def rounding(self, where: Rows, size: Array, central: Mask) -> Array:
        """What rounding may leave on a difference of values, shape (steps, rows, outputs); the longest steps first.

        Towards the ends of a stage it grows to what it is there, where all inputs are moved, but to no more than
        values as large as the largest would have lost.
        """
        growth = np.fmin(self._growth[where], self._relative[where] * size.max(0)) * falling(central)[..., None]
        found: Array = self.level[where] + growth + 2 * self.unit * size
        return found

    def _noise(self, points: Array, values: Array, where: Rows) -> Array:
        """The largest rounding errors of values, of their shape; `evaluate` says what the points are."""
        flat, found = points.reshape(-1, points.shape[-1]), values.reshape(-1, values.shape[-1])
        self.calls[where] += TRIALS * len(flat) // max(1, len(where))
        size = self._largest_batch()
        parts = [
            rounding_error(self.region.rounded, flat[k : k + size], found[k : k + size])
            for k in range(0, len(flat), size)
        ]
        return np.concatenate(parts).reshape(values.shape) + self.region.smallest

    def grain(self, where: Rows, k: Rows) -> Array:
        """How far the coordinates of these inputs may be from where they were to be moved, shape (rows, 1)."""
        found: Array = self.unit * np.abs(self.points[where, k])[:, None]
        return found

    def room(self, where: Rows, k: Rows, lengths: Array, reach: int) -> tuple[Array, Array, Mask]:
        """The longest steps, shape (rows,), with the wider side, and whether the domain has room on both sides.

        ``reach`` is how many steps a one-sided difference reaches to its side.
        """
        x = self.points[where, k]
        below, above = x - self.region.lo[k], self.region.hi[k] - x
        wanted = FIRST * lengths
        room = np.minimum(below, above)
        central = room >= _SHORTER * wanted
        longest = np.where(central, np.minimum(wanted, room), np.minimum(wanted, np.maximum(below, above) / reach))
        return longest, np.where(above >= below, 1.0, -1.0), central

    def steps(self, where: Rows, k: Rows, longest: Array, side: Array, central: Mask) -> Array:
        """The steps, shape (steps, rows), that lead to numbers of the dtype; on both sides if they do on one."""
        x = self.points[where, k]
        there = self.region.nearest(x + side * longest * falling(central), k)
        found: Array = np.abs(there - x)
        self.stepped |= bool(((found[:-1] > found[1:]) & (found[1:] > 0)).any())
        return found

    def distinct(self, rows: Rows, lengths: Array) -> Mask:
        """Which rows' steps of these lengths, shape (rows, order), are all different numbers of the dtype."""
        where = self.where[rows]
        shortest, central = [], np.ones(len(where), dtype=bool)
        for k, length in zip(self.by[rows].T, lengths.T, strict=True):
            longest, _, around = self.room(where, k, length, self.order)
            central &= around
            shortest.append(longest / (2 * self.unit * np.abs(self.points[where, k])))
        found: Mask = np.min(shortest, axis=0) * falling(central)[-1] >= 1
        return found

    def moved(self, where: Rows, *moves: tuple[Rows, Array]) -> tuple[Array, Array]:
        """The function at the points moved along some inputs, shape (steps, rows, outputs), and the last real move."""
        inputs = np.stack([k for k, _ in moves], axis=-1)
        after = np.empty((*moves[0][1].shape, len(moves)))
        real = np.zeros(after.shape[:2])
        before = self.points[where, moves[0][0]]
        for place, (k, move) in enumerate(moves):
            if place:
                before = np.where(k == inputs[:, 0], after[..., 0], self.points[where, k])
            after[..., place] = self.region.nearest(before + move, k)
            real = np.where(move != 0, after[..., place] - before, real)
        return self._moved_to(where, inputs, after), real

    def _moved_to(self, where: Rows, inputs: Rows, after: Array) -> Array:
        """The function with some inputs of points at other coordinates, shape (steps, rows, inputs)."""
        function = self.region.function
        if isinstance(function, Moving) and function.saves(where):
            np.add.at(self.calls, where, len(after))
            return function.moved(self.points, where, inputs, after)
        points = np.repeat(self.points[where][None], len(after), axis=0)
        rows = np.arange(len(where))
        for k, coordinates in zip(inputs.T, np.moveaxis(after, -1, 0), strict=True):
            points[:, rows, k] = coordinates
        return self.evaluate(points, where)

    def axis(self, where: Rows, k: Rows, move: Array) -> tuple[Array, Array]:
        """The function a move ahead and a move back along one input; rows that share point and input share values."""
        _, kept, back_to = np.unique(where * self.points.shape[1] + k, return_index=True, return_inverse=True)
        ahead, back = (self.moved(where[kept], (k[kept], sign * move[:, kept]))[0] for sign in (1, -1))
        return ahead[:, back_to], back[:, back_to]

    def evaluate(self, points: Array, where: Rows) -> Array:
        """The function, its outputs flattened along the last axis.

        The last but one axis of ``points`` belongs to the points ``where``.
        """
        flat = points.reshape(-1, points.shape[-1])
        np.add.at(self.calls, where, len(flat) // max(1, len(where)))
        size = self._largest_batch()
        parts = [self.region.function.batch(flat[k : k + size]) for k in range(0, len(flat), size)]
        shape = (*points.shape[:-1], self.region.outputs)
        if not parts:
            return np.zeros(shape)
        values: Array = np.concatenate(parts).reshape(shape).astype(np.float64)
        return values

    def _largest_batch(self) -> int:
        """How many points are evaluated at once, at most."""
        return int(max(1, _LARGEST_BATCH // max(1, self.points.shape[1])))
