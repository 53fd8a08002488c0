"""Finite differences in batches: all points, components and steps of a stage are one evaluation of the function.

The function is evaluated as its traced program on NumPy arrays. In a first stage the steps begin at an eighth of the
length over which the function is supposed to change, and are halved; what extrapolation cannot settle there goes to
further stages with ever shorter steps, only the components that need it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.base import Task
from diffcheck.engines.finite.extrapolation import extrapolated, most_certain
from diffcheck.engines.finite.noise import SAMPLES, SPACINGS, Noise, measured
from diffcheck.errors import Unsupported

Rows = np.ndarray[Any, np.dtype[np.intp]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

# Steps of a stage, and the first of them as a part of the stage's length.
_STEPS = 6
_FIRST = 2.0**-3
# Steps are no multiples of anything that a function may have for its period.
_NO_PERIOD = (1 + 5**0.5) / 4
_UNEVEN = 2.0**-24
# Rounding of a value at its worst, in unit roundoffs, and a part of a value that leaves it a sure one.
_WORST = 7.0
_SURE = 0.1
# A central quotient may begin with a step shorter by this before a one-sided one is taken instead.
_SHORTER = 2.0**-6
# The lengths of the later stages, relative to the first one's.
_LATER = (2.0**-10, 2.0**-20, 2.0**-30)
# An error is small enough when this part of the format's digits is right.
_SATISFIED = 5 / 8
# An error so near to what rounding leaves at the longest step grows with shorter ones.
_NEAR_FLOOR = 8.0
# Numbers in the largest batch that is evaluated at once.
_LARGEST_BATCH = 2**22


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Derivatives at points: values and their estimated errors, shape (points, columns, outputs).

    ``calls`` says for each point how often the function was evaluated for it.
    """

    value: Array
    error: Array
    calls: Rows


@dataclass(frozen=True, slots=True, eq=False)
class _Quotients:
    """Difference quotients of one stage, what rounding may leave on them, and the difference of one-sided slopes.

    Shape (steps, rows, outputs); ``base``, of shape (rows, 1), is what further powers of the error fall by.
    """

    quotient: Array
    rounding: Array
    bend: Array
    base: Array


class Batched(Protocol):
    """A function of many points at once."""

    def batch(self, points: Array) -> Array:
        """The outputs at points of shape (points, flattened inputs), in the shape (points,) + any."""
        ...


class Differences:
    """Differences of a function by some of its inputs, or by pairs of them.

    Parameters
    ----------
    outputs:
        How many the function has.
    columns:
        The flattened inputs that each column of the result is differentiated by, shape (columns, order).
    """

    def __init__(self, function: Batched, outputs: int, columns: Sequence[tuple[int, ...]], task: Task) -> None:
        self.function = function
        self.outputs = outputs
        self.columns = np.array(columns, np.intp)
        self.dtype = np.dtype(task.dtype)
        self.unit = task.format.unit_roundoff
        domains = [d for d in task.case.inputs.values() for _ in range(int(np.prod(d.shape, dtype=int)))]
        lo, hi = (np.array([getattr(d, end) for d in domains], self.dtype) for end in ("lo", "hi"))
        # The domain's ends, rounded inwards to numbers of the dtype.
        self.lo = np.where(lo < [d.lo for d in domains], np.nextafter(lo, hi), lo).astype(np.float64)
        self.hi = np.where(hi > [d.hi for d in domains], np.nextafter(hi, lo), hi).astype(np.float64)
        self.linear = np.array([d.scale == "linear" for d in domains], dtype=bool)

    def at(self, points: Array) -> Found:
        """The differences at points, shape (points, flattened inputs)."""
        with np.errstate(all="ignore"):
            return _Around(self, np.asarray(points, np.float64)).found()


class _Around:
    """The function around some points; a row is a point with a column."""

    def __init__(self, differences: Differences, points: Array) -> None:
        self._d = differences
        self._points = points
        everywhere = np.arange(len(points))
        self._calls = np.zeros(len(points), np.intp)
        self._stepped = False
        self._here = self._evaluate(points[None], everywhere)[0]
        sizes = np.abs(points)
        # The function is supposed to change over one, or over the coordinate if it is larger.
        within = np.minimum(np.maximum(sizes, 1.0), differences.hi - differences.lo)
        self._length = np.where(differences.linear, within, np.where(sizes > 0, sizes, 1.0))
        self._own = np.where(sizes > 0, np.minimum(sizes, self._length), self._length)
        self._noise = self._jitter(everywhere)
        self._where = np.repeat(everywhere, len(differences.columns))
        self._by = np.tile(differences.columns, (len(points), 1))

    def found(self) -> Found:
        """The differences by every column at every point."""
        shape = (len(self._where), self._here.shape[1])
        first, own = (scale[self._where[:, None], self._by] for scale in (self._length, self._own))
        todo = np.arange(len(self._where))
        stages: list[tuple[Array, Array]] = []
        value, error = np.zeros(shape), np.full(shape, np.inf)
        resolved = np.zeros(shape, dtype=bool)
        for lengths in (first, own, *(first * later for later in _LATER)):
            now = todo[(lengths[todo] < first[todo]).any(1)] if stages else todo
            if not len(now):
                continue
            stages.append((np.zeros(shape), np.full(shape, np.nan)))
            stages[-1][0][now], stages[-1][1][now], floor = self._stage(now, lengths[now])
            short = _FIRST * lengths[now].max(1)[:, None] <= self._smooth_below(now)
            resolved[now] |= short & (stages[-1][1][now] <= _SURE * np.abs(stages[-1][0][now]))
            value, error = most_certain(*map(np.stack, zip(*stages, strict=True)))
            enough = np.fmax(self._d.unit**_SATISFIED * np.abs(value[now]), _NEAR_FLOOR * floor)
            settled = np.isfinite(error[now]) & (error[now] <= enough)
            todo = np.setdiff1d(todo, now[settled.all(1)], assume_unique=True)
        # Jitter that is much larger than rounding may be a slope that no step has resolved.
        nearest = self._noise.spacing[self._where] ** own.shape[1] * np.prod(own, axis=1)[:, None]
        unresolved = self._noise.level[self._where] / nearest
        if not self._stepped:
            raise Unsupported("the domain is too narrow for two different steps")
        full = (len(self._points), len(self._d.columns), shape[1])
        return Found(
            value.reshape(full), np.where(resolved, error, np.fmax(error, unresolved)).reshape(full), self._calls
        )

    def _smooth_below(self, rows: Rows) -> Array:
        """The distances below which large jitter was seen to be none, shape (rows, outputs); infinite without any."""
        own = self._own[self._where[rows][:, None], self._by[rows]].min(1)
        distances: Array = self._noise.spacing[self._where[rows]] * own[:, None]
        return distances

    def _stage(self, rows: Rows, lengths: Array) -> tuple[Array, Array, Array]:
        """Value, error and what the jitter leaves of it at the longest step; shape (rows, outputs)."""
        quotients = self._first(rows, lengths[:, 0]) if lengths.shape[1] == 1 else self._second(rows, lengths)
        value, error = extrapolated(quotients.quotient, quotients.rounding, quotients.bend, quotients.base)
        # Jitter that may be a slope, unresolved so far, is a reason for shorter steps, not against them.
        where = self._where[rows]
        jitter = np.where(np.isfinite(self._noise.spacing[where]), 0.0, self._noise.level[where])
        floor = jitter / np.prod(_FIRST * lengths, axis=1)[:, None]
        return value, error, floor

    def _first(self, rows: Rows, lengths: Array) -> _Quotients:
        """Quotients of first differences."""
        where, k = self._where[rows], self._by[rows, 0]
        step, side, central = self._steps(where, k, lengths, 1)
        here = self._here[where]
        ahead, moved_ahead = self._moved(where, (k, step * side))
        back, moved_back = np.broadcast_to(here, ahead.shape).copy(), np.zeros_like(step)
        back[:, central], moved_back[:, central] = self._moved(where[central], (k[central], -(step * side)[:, central]))
        width = (moved_ahead - moved_back)[..., None]
        quotient = (ahead - back) / width
        bend = np.abs((ahead - here) - (here - back)) / step[..., None]
        one_sided = ~central
        if one_sided.any():
            # The slopes of the nearer and of the farther half of a step that is twice this one.
            gap = 2 * np.abs(np.diff(quotient[:, one_sided], axis=0))
            bend[:, one_sided] = np.concatenate([gap[:1], gap])
        size = np.maximum(np.abs(ahead), np.abs(back))
        rounding = self._rounding(where, k, quotient, size) / np.abs(width)
        # Below that distance the jitter is a part of the function, unless the function does not move at all.
        moved = np.abs(self._points[where, k])[:, None] * np.abs(quotient)
        distances = self._smooth_below(rows)
        below = (np.abs(width) <= np.where(np.isfinite(distances), distances, 0.0)) & (quotient != 0)
        rounding = np.where(below, _WORST * (size + moved) * self._d.unit / np.abs(width), rounding)
        return _Quotients(quotient, rounding, bend, np.where(central, 4.0, 2.0)[:, None])

    def _second(self, rows: Rows, lengths: Array) -> _Quotients:
        """Quotients of second differences, by one input twice or by two."""
        where, (i, j) = self._where[rows], self._by[rows].T
        (step_i, side_i, central_i), (step_j, side_j, central_j) = (
            self._steps(where, k, length, 2) for k, length in zip((i, j), lengths.T, strict=True)
        )
        pure = i == j
        central = central_i & central_j
        up_i, up_j = step_i * side_i, step_j * side_j
        # By one input twice: f(x - h) - 2 f(x) + f(x + h); one-sided f(x) - 2 f(x + h) + f(x + 2 h). By two inputs the
        # corners of a rectangle, around the point or with the point for one of them.
        far_i, far_j = np.where(central, up_i, np.where(pure, 2 * up_i, up_i)), np.where(pure, 0.0, up_j)
        low_i, low_j = np.where(central, -up_i, 0.0), np.where(central & ~pure, -up_j, 0.0)
        near_i = np.where(central, 0.0, up_i)
        both, moved = self._moved(where, (i, far_i), (j, far_j))
        neither, _ = self._moved(where, (i, low_i), (j, low_j))
        first, _ = self._moved(where, (i, np.where(pure, near_i, far_i)), (j, low_j))
        second, _ = self._moved(where, (i, np.where(pure, near_i, low_i)), (j, far_j))
        # Divided by one width after the other: their product may underflow.
        width_i = np.where(pure, step_i, far_i - low_i)[..., None]
        width_j = np.where(pure, step_i, far_j - low_j)[..., None]
        quotient = ((both - first) - (second - neither)) / width_i / width_j
        size = np.max(np.abs([both, first, second, neither]), axis=0)
        slope = np.abs(both - first) / np.abs(moved[..., None])
        rounding = 4 * self._rounding(where, i, slope, size) / np.abs(width_i) / np.abs(width_j)
        return _Quotients(quotient, rounding, np.zeros_like(quotient), np.where(central, 4.0, 2.0)[:, None])

    def _rounding(self, where: Rows, k: Rows, slope: Array, size: Array) -> Array:
        """What rounding may leave on a difference: the jitter, one rounding of the values, and of the coordinate."""
        moved = self._d.unit * np.abs(self._points[where, k])[:, None] * np.abs(slope)
        rounding: Array = self._noise.level[where] + moved + self._d.unit * size
        return rounding

    def _steps(self, where: Rows, k: Rows, lengths: Array, reach: int) -> tuple[Array, Array, Mask]:
        """The steps, shape (steps, rows), with the wider side, and whether the domain has room on both sides.

        ``reach`` is how many steps a one-sided difference reaches to its side.
        """
        x = self._points[where, k]
        below, above = x - self._d.lo[k], self._d.hi[k] - x
        wanted = _FIRST * lengths
        room = np.minimum(below, above)
        central = room >= _SHORTER * wanted
        first = np.where(central, np.minimum(wanted, room), np.minimum(wanted, np.maximum(below, above) / reach))
        first = np.exp2(np.floor(np.log2(first))) * _NO_PERIOD
        return first * np.exp2(-np.arange(_STEPS))[:, None], np.where(above >= below, 1.0, -1.0), central

    def _moved(self, where: Rows, *moves: tuple[Rows, Array]) -> tuple[Array, Array]:
        """The function at the points moved along some inputs, shape (steps, rows, outputs), and the last real move."""
        steps = len(moves[0][1])
        points = np.repeat(self._points[where][None], steps, axis=0)
        rows = np.arange(len(where))
        real = np.zeros(points.shape[:2])
        for k, move in moves:
            before = points[:, rows, k]
            after = np.clip((before + move).astype(self._d.dtype).astype(np.float64), self._d.lo[k], self._d.hi[k])
            points[:, rows, k] = after
            real = np.where(move != 0, after - before, real)
        self._stepped |= bool(real.any())
        return self._evaluate(points, where), real

    def _evaluate(self, points: Array, where: Rows) -> Array:
        """The function, its outputs flattened along the last axis; batches that are not too large.

        The last but one axis of ``points`` belongs to the points ``where``.
        """
        flat = points.reshape(-1, points.shape[-1])
        np.add.at(self._calls, where, len(flat) // max(1, len(where)))
        size = max(1, _LARGEST_BATCH // max(1, flat.shape[1]))
        parts = [self._d.function.batch(flat[k : k + size]) for k in range(0, len(flat), size)]
        shape = (*points.shape[:-1], self._d.outputs)
        if not parts:
            return np.zeros(shape)
        values: Array = np.concatenate(parts).reshape(shape).astype(np.float64)
        return values

    def _jitter(self, everywhere: Rows) -> Noise:
        """The function's noise at each point, measured along lines through it; shape (points, outputs)."""
        above, below = self._d.hi - self._points, self._points - self._d.lo
        room, side = np.maximum(above, below) / SAMPLES, np.where(above >= below, 1.0, -1.0)
        # No two inputs move quite alike: where a function cancels equal ones exactly its jitter would stay hidden.
        uneven = 1 - np.arange(self._points.shape[1]) * _NO_PERIOD % 1 * _UNEVEN
        moves = np.stack([side * uneven * np.minimum(spacing * self._own, room) for spacing in SPACINGS])
        lines = self._points + np.arange(SAMPLES)[:, None, None, None] * moves
        lines = np.clip(lines.astype(self._d.dtype).astype(np.float64), self._d.lo, self._d.hi)
        values = self._evaluate(lines, everywhere)
        flat = [values[:, k].reshape(SAMPLES, -1) for k in range(len(SPACINGS))]
        noise = measured(flat, self._d.unit, np.abs(self._here).reshape(-1))
        shape = self._here.shape
        return Noise(noise.level.reshape(shape), noise.spacing.reshape(shape))
