"""The function around some points: where it is evaluated, how often, and what rounding leaves on its values.

A row is a point with one of the columns of differences.
"""

from typing import Any, Protocol

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.base import Task
from diffcheck.engines.finite.noise import SAMPLES, SPACINGS, Noise, measured

Rows = np.ndarray[Any, np.dtype[np.intp]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

# Steps of a stage, and the first of them as a part of the stage's length.
STEPS = 6
FIRST = 2.0**-3
# Steps are no multiples of anything that a function may have for its period.
_NO_PERIOD = (1 + 5**0.5) / 4
_UNEVEN = 2.0**-24
# A central quotient may begin with a step shorter by this before a one-sided one is taken instead.
_SHORTER = 2.0**-6
# Numbers in the largest batch that is evaluated at once.
_LARGEST_BATCH = 2**22


class Batched(Protocol):
    """A function of many points at once."""

    def batch(self, points: Array) -> Array:
        """The outputs at points of shape (points, flattened inputs), in the shape (points,) + any."""
        ...


class Region:
    """A function of a task, in its dtype, on the task's domain."""

    def __init__(self, function: Batched, outputs: int, task: Task) -> None:
        self.function = function
        self.outputs = outputs
        self.dtype = np.dtype(task.dtype)
        self.unit = task.format.unit_roundoff
        domains = [d for d in task.case.inputs.values() for _ in range(int(np.prod(d.shape, dtype=int)))]
        with np.errstate(over="ignore"):  # an end beyond the largest number is rounded inwards like every other
            lo, hi = (np.array([getattr(d, end) for d in domains], self.dtype) for end in ("lo", "hi"))
        # The domain's ends, rounded inwards to numbers of the dtype.
        self.lo = np.where(lo < [d.lo for d in domains], np.nextafter(lo, hi), lo).astype(np.float64)
        self.hi = np.where(hi > [d.hi for d in domains], np.nextafter(hi, lo), hi).astype(np.float64)
        self.linear = np.array([d.scale == "linear" for d in domains], dtype=bool)


class Samples:
    """Values of the function at points and around them.

    Attributes
    ----------
    here:
        The values at the points themselves, shape (points, outputs).
    length, own:
        For each input the length over which the function is supposed to change, and the coordinate's own size, shape
        (points, inputs).
    where, by:
        The point of each row and the inputs that it differentiates by, shapes (rows,) and (rows, order).
    calls:
        For each point how often the function was evaluated.
    stepped:
        Whether any step was one.
    """

    def __init__(self, region: Region, points: Array, columns: Rows) -> None:
        self._region = region
        self.points = points
        everywhere = np.arange(len(points))
        self.calls = np.zeros(len(points), np.intp)
        self.stepped = False
        self.here = self._evaluate(points[None], everywhere)[0]
        sizes = np.abs(points)
        # The function is supposed to change over one, or over the coordinate if it is larger.
        within = np.minimum(np.maximum(sizes, 1.0), region.hi - region.lo)
        self.length = np.where(region.linear, within, np.where(sizes > 0, sizes, 1.0))
        self.own = np.where(sizes > 0, np.minimum(sizes, self.length), self.length)
        self.noise = self._jitter(everywhere)
        self.where = np.repeat(everywhere, len(columns))
        self.by = np.tile(columns, (len(points), 1))

    @property
    def unit(self) -> float:
        """The unit roundoff of the dtype."""
        return self._region.unit

    def smooth_below(self, rows: Rows) -> Array:
        """The distances below which large jitter was seen to be none, shape (rows, outputs); infinite without any."""
        own = self.own[self.where[rows][:, None], self.by[rows]].min(1)
        distances: Array = self.noise.spacing[self.where[rows]] * own[:, None]
        return distances

    def rounding(self, where: Rows, k: Rows, slope: Array, size: Array) -> Array:
        """What rounding may leave on a difference: the jitter, one rounding of the values, and of the coordinate."""
        moved = self._region.unit * np.abs(self.points[where, k])[:, None] * np.abs(slope)
        rounding: Array = self.noise.level[where] + moved + self._region.unit * size
        return rounding

    def steps(self, where: Rows, k: Rows, lengths: Array, reach: int) -> tuple[Array, Array, Mask]:
        """The steps, shape (steps, rows), with the wider side, and whether the domain has room on both sides.

        ``reach`` is how many steps a one-sided difference reaches to its side.
        """
        x = self.points[where, k]
        below, above = x - self._region.lo[k], self._region.hi[k] - x
        wanted = FIRST * lengths
        room = np.minimum(below, above)
        central = room >= _SHORTER * wanted
        first = np.where(central, np.minimum(wanted, room), np.minimum(wanted, np.maximum(below, above) / reach))
        first = np.exp2(np.floor(np.log2(first))) * _NO_PERIOD
        return first * np.exp2(-np.arange(STEPS))[:, None], np.where(above >= below, 1.0, -1.0), central

    def moved(self, where: Rows, *moves: tuple[Rows, Array]) -> tuple[Array, Array]:
        """The function at the points moved along some inputs, shape (steps, rows, outputs), and the last real move."""
        steps = len(moves[0][1])
        points = np.repeat(self.points[where][None], steps, axis=0)
        rows = np.arange(len(where))
        real = np.zeros(points.shape[:2])
        for k, move in moves:
            before = points[:, rows, k]
            after = np.clip(
                (before + move).astype(self._region.dtype).astype(np.float64), self._region.lo[k], self._region.hi[k]
            )
            points[:, rows, k] = after
            real = np.where(move != 0, after - before, real)
        self.stepped |= bool(real.any())
        return self._evaluate(points, where), real

    def axis(self, where: Rows, k: Rows, move: Array) -> tuple[Array, Array]:
        """The function a move ahead and a move back along one input; rows that share point and input share values."""
        _, kept, back_to = np.unique(where * self.points.shape[1] + k, return_index=True, return_inverse=True)
        ahead, back = (self.moved(where[kept], (k[kept], sign * move[:, kept]))[0] for sign in (1, -1))
        return ahead[:, back_to], back[:, back_to]

    def _evaluate(self, points: Array, where: Rows) -> Array:
        """The function, its outputs flattened along the last axis; batches that are not too large.

        The last but one axis of ``points`` belongs to the points ``where``.
        """
        flat = points.reshape(-1, points.shape[-1])
        np.add.at(self.calls, where, len(flat) // max(1, len(where)))
        size = max(1, _LARGEST_BATCH // max(1, flat.shape[1]))
        parts = [self._region.function.batch(flat[k : k + size]) for k in range(0, len(flat), size)]
        shape = (*points.shape[:-1], self._region.outputs)
        if not parts:
            return np.zeros(shape)
        values: Array = np.concatenate(parts).reshape(shape).astype(np.float64)
        return values

    def _inside(self, coordinates: Array, inputs: Any) -> Array:
        """Coordinates of these inputs as numbers of the dtype in the domain."""
        numbers = coordinates.astype(self._region.dtype).astype(np.float64)
        inside: Array = np.clip(numbers, self._region.lo[inputs], self._region.hi[inputs])
        return inside

    def _jitter(self, everywhere: Rows) -> Noise:
        """The function's noise at each point, measured along lines through it; shape (points, outputs)."""
        above, below = self._region.hi - self.points, self.points - self._region.lo
        room, side = np.maximum(above, below) / SAMPLES, np.where(above >= below, 1.0, -1.0)
        # No two inputs move quite alike: where a function cancels equal ones exactly its jitter would stay hidden.
        uneven = 1 - np.arange(self.points.shape[1]) * _NO_PERIOD % 1 * _UNEVEN
        moves = np.stack([side * uneven * np.minimum(spacing * self.own, room) for spacing in SPACINGS])
        lines = self.points + np.arange(SAMPLES)[:, None, None, None] * moves
        lines = self._inside(lines, slice(None))
        values = self._evaluate(lines, everywhere)
        flat = [values[:, k].reshape(SAMPLES, -1) for k in range(len(SPACINGS))]
        noise = measured(flat, self._region.unit, np.abs(self.here).reshape(-1))
        shape = self.here.shape
        return Noise(noise.level.reshape(shape), noise.spacing.reshape(shape))
