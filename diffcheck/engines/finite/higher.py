"""Differences of the third and higher orders by one input.

Quotients of n-th differences around a point, one-sided ones at domain ends, are extrapolated like those of lower
orders. What rounding leaves on them grows with the n-th power of the shorter step, so that the stages lie closer
together, and of a format's digits the fewer are left the higher the order is: the error says so. A seam shows between
the differences to both sides of a point: where they do not meet there is no n-th derivative, or a step of it nearby.
"""

import math
from collections.abc import Sequence

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.base import Task
from diffcheck.engines.finite.adaptive import Differences, Found
from diffcheck.engines.finite.extrapolation import EVERY, extrapolated, limits
from diffcheck.engines.finite.quotients import Quotients
from diffcheck.engines.finite.random_rounding import Batched
from diffcheck.engines.finite.samples import FIRST, Mask, Region, Rows, Samples
from diffcheck.engines.finite.stages import Stages
from diffcheck.errors import Unsupported

# The distance of the values to one side, where it is widest, as a part of a stage's length.
_WIDEST = FIRST / 2
# What a stage is shorter than the one before, and the shortest against the first, in bits.
_SHORTER, _LAST = 3, 39
# An error is small enough when this part of the format's digits is right.
_SATISFIED = 1 / 2
# Steps fall by 0.61, and so must what is proportional to them, rounding aside.
_FALLS = 0.8


def differences(
    function: Batched, rounded: Batched, outputs: int, columns: Sequence[tuple[int, ...]], task: Task
) -> "Differences | HigherDifferences":
    """What takes the differences of these columns; see `diffcheck.engines.finite.adaptive.Differences`."""
    kind = Differences if len(columns[0]) <= 2 else HigherDifferences
    return kind(function, rounded, outputs, columns, task)


class HigherDifferences:
    """Differences of a function by one of its inputs, as many times as a column names it."""

    def __init__(
        self, function: Batched, rounded: Batched, outputs: int, columns: Sequence[tuple[int, ...]], task: Task
    ) -> None:
        self.region = Region(function, rounded, outputs, task)
        self._columns = np.array(columns, np.intp)
        order = self._columns.shape[1]
        # Each value of a quotient to one side counts for 2^n of the n-th power of its widest step, in sum.
        if (2 / _WIDEST) ** order * self.region.unit >= 1:
            raise Unsupported(f"in {task.dtype} rounding leaves no digit of a difference of order {order}")

    def at(self, points: Array) -> Found:
        """The differences at points, shape (points, flattened inputs)."""
        with np.errstate(all="ignore"):
            samples = Samples(self.region, np.asarray(points, np.float64), self._columns)
            stages = Stages((len(samples.where), self.region.outputs))
            first = samples.first
            shorter = (first * 2.0**-bits for bits in range(_SHORTER, _LAST + 1, _SHORTER))
            for lengths in (first, np.minimum(samples.own, first), *shorter):
                rows = _pending(samples, stages, lengths)
                if len(rows):
                    _stage(samples, stages, rows, lengths)
            if not samples.stepped:
                raise Unsupported("the domain is too narrow for two different steps")
            value, error = (x.reshape(len(samples.points), -1, x.shape[-1]) for x in (stages.value, stages.error))
            return Found(value, error, samples.calls)


def _pending(samples: Samples, stages: Stages, lengths: Array) -> Rows:
    """Rows whose error leaves too few digits, and may be smaller with steps of these lengths."""
    picked = samples.picked(np.arange(len(samples.where)), lengths)
    least = samples.level[samples.where] / (FIRST * picked[:, :1]) ** samples.order
    few = ~(stages.error <= samples.unit**_SATISFIED * np.abs(stages.value))
    found: Rows = np.flatnonzero((few & ~(least >= stages.error)).any(1))
    return found


def _stage(samples: Samples, stages: Stages, rows: Rows, lengths: Array) -> None:
    """Try these lengths, shape (points, inputs), for some rows."""
    samples.reach(samples.points_of(rows), lengths)
    picked = samples.picked(rows, lengths)[:, 0]
    quotients = _quotients(samples, rows, picked)
    found = extrapolated(quotients.quotient, quotients.rounding, quotients.doubt)
    stages.add(rows, *found, quotients.seen[-1], picked)


def _quotients(samples: Samples, rows: Rows, lengths: Array) -> Quotients:
    """Quotients of n-th differences: of values 2 h apart around the point, or h apart to one side of it.

    The distance is that of second differences; the points then reach n / 2 times as far.
    """
    order, where, k = samples.order, samples.where[rows], samples.by[rows, 0]
    longest, side, central = samples.room(where, k, lengths * order / 2, 1)
    step = samples.steps(where, k, longest / order, side, central)
    values = {
        m: samples.moved(where, (k, m * side * step))[0] for m in range(-order, order + 1) if m >= 0 or central.any()
    }
    sizes = [np.abs(v) for m, v in values.items() if m >= 0]
    size = np.max(sizes, axis=0)
    if central.any():
        back = np.max([np.abs(values[-m]) for m in range(1, order + 1)], axis=0)
        size = np.where(central[:, None], np.fmax(size, back), size)
    # The coordinates themselves are rounded.
    slope = np.max([np.abs(values[m + 1] - values[m]) for m in range(order)], axis=0) / step[..., None]
    noise = samples.rounding(where, size, central) + samples.grain(where, k) * slope
    right = _difference([values[m] for m in range(order + 1)], step * side)
    if not central.any():
        quotient, doubt = right, np.zeros_like(right)
    else:
        left = _difference([values[m - order] for m in range(order + 1)], step * side)
        around = _difference([values[2 * m - order] for m in range(order + 1)], 2 * step * side)
        quotient = np.where(central[:, None], around, right)
        between, unknown = right - left, 2 * _left(noise, step, order)
        apart = np.where(_not_falling(np.abs(between), unknown), np.abs(between), 0.0)
        doubt = np.where(central[:, None], np.maximum(limits(between, unknown, EVERY), apart), 0.0)
    width = np.where(central, 2 * step, step)
    change = np.abs(np.diff(quotient, axis=0))
    uneven = order * samples.grain(where, k) / step[..., None] * np.concatenate([change[:1], change])
    rounding = _left(noise, width, order) + uneven
    doubt = np.maximum(doubt, _unresolved(quotient, rounding))
    return Quotients(quotient, rounding, doubt, doubt)


def _not_falling(apart: Array, noise: Array) -> Mask:
    """The steps at which something is seen that should fall like the step, and rounding hides whether it does.

    Where a step has shown that it falls, the shorter ones need not.
    """
    falls = np.zeros(apart.shape, dtype=bool)
    falls[:-1] = apart[1:] + noise[1:] <= _FALLS * (apart[:-1] - noise[:-1])
    found: Mask = (apart > noise) & ~np.logical_or.accumulate(falls, axis=0)
    return found


def _unresolved(quotient: Array, noise: Array) -> Array:
    """What the next quotient leaves open, where quotients still change and rounding hides whether they settle."""
    change, between = np.abs(np.diff(quotient, axis=0)), noise[1:] + noise[:-1]
    after = np.concatenate([change[1:] + between[1:], change[-1:]])
    found = np.zeros(quotient.shape)
    found[:-1] = np.where(_not_falling(change, between), np.maximum(after, change), 0.0)
    return found


def _difference(values: Sequence[Array], width: Array) -> Array:
    """The n-th difference of n + 1 values over the n-th power of their distance, which may underflow itself."""
    order = len(values) - 1
    found = sum((-1) ** (order - j) * math.comb(order, j) * v for j, v in enumerate(values))
    for _ in range(order):
        found = found / width[..., None]
    return np.asarray(found)


def _left(noise: Array, width: Array, order: int) -> Array:
    """What the noise of values leaves on such a quotient."""
    for _ in range(order):
        noise = 2 * noise / width[..., None]
    return noise
