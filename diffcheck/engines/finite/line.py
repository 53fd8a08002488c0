"""Differences along a direction: all inputs move together, a few evaluations whatever their number.

The function of the step alone is differenced like any function of one input. Where the direction leads out of the
domain on both sides of a point, as in a corner, nothing can be seen along it; the inputs are then moved one by one, and
the differences added up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.base import Task
from diffcheck.engines.finite.adaptive import Differences, Found
from diffcheck.engines.finite.columns import columns_of
from diffcheck.engines.finite.random_rounding import Batched, RandomlyRounded
from diffcheck.engines.finite.samples import Region
from diffcheck.program.program import CONST, INPUT, Builder, Program

# Room for a step is room on this part of the length over which the function is supposed to change.
_ROOM = 2.0**-40


def moved_along(program: Program, wrt: Sequence[int], direction: Sequence[float]) -> Program:
    """The function of all inputs and, behind them, a step ``t`` along the direction: ``f(x + t d)``."""
    builder = Builder()
    step = builder.input(len(program.inputs))
    steps = {position: Fraction(d) for position, d in zip(wrt, direction, strict=True) if d}
    number_of: list[int] = []
    for name, operands in program.nodes:
        if name == INPUT:
            here = builder.input(operands[0])
            if operands[0] in steps:
                here = builder.apply("add", here, builder.apply("mul", builder.const(steps[operands[0]]), step))
            number_of.append(here)
        elif name == CONST:
            number_of.append(builder.const(*operands))
        else:
            number_of.append(builder.apply(name, *(number_of[i] for i in operands)))
    outputs = np.array([number_of[i] for i in program.outputs.ravel().tolist()], np.int64)
    return builder.program(len(program.inputs) + 1, outputs.reshape(program.outputs.shape))


@dataclass(frozen=True, slots=True, eq=False)
class _Scaled:
    """A function of points with a step behind them, in units of ``unit``."""

    function: Batched
    unit: float

    def batch(self, points: Array) -> Array:
        """The outputs at points whose last number is the step."""
        scaled = points.copy()
        scaled[:, -1] *= self.unit
        return self.function.batch(scaled)


@dataclass(frozen=True, slots=True, eq=False)
class _OnTheLine:
    """A function of points, as one of points with a step along a direction behind them, inside the domain."""

    region: Region
    direction: Array

    def batch(self, points: Array) -> Array:
        """The outputs at points whose last number is the step."""
        moved = points[:, :-1] + points[:, -1:] * self.direction
        return self.region.function.batch(np.clip(moved, self.region.lo, self.region.hi))


class LineDifferences:
    """First differences along the direction of a task's operator, as one column.

    Parameters
    ----------
    one_by_one:
        The differences by each input alone.
    """

    def __init__(self, one_by_one: Differences, task: Task) -> None:
        wrt, direction = task.case.wrt_positions, task.operator.direction
        self.region = one_by_one.region
        self._one_by_one = one_by_one
        self._task = task
        self._direction = np.zeros(len(self.region.lo))
        self._direction[wrt] = direction
        self._function = _OnTheLine(self.region, self._direction)
        self._rounded = RandomlyRounded(moved_along(task.program, wrt, direction), task.dtype)

    def at(self, points: Array) -> Found:
        """The differences at points, shape (points, flattened inputs); there is one column."""
        found = [self._at(point) for point in np.asarray(points, np.float64)]
        value, error, calls = (
            np.concatenate([getattr(f, part) for f in found]) for part in ("value", "error", "calls")
        )
        return Found(value, error, calls)

    def _at(self, point: Array) -> Found:
        moving, region = self._direction != 0, self.region
        size = np.abs(self._direction[moving])
        natural = np.maximum(np.abs(point), 1.0)
        own = np.where(point != 0, np.abs(point), natural)
        length = np.where(region.linear, natural, own)[moving]
        # A power of two, so that steps keep their bits: the first input that is moved over its length sets it.
        unit = 2.0 ** np.floor(np.log2((length / size).min()))
        ahead = np.where(self._direction > 0, region.hi - point, point - region.lo)[moving] / size
        back = np.where(self._direction > 0, point - region.lo, region.hi - point)[moving] / size
        lo, hi = -back.min() / unit, ahead.min() / unit
        if not max(-lo, hi) > _ROOM:
            return self._added_up(point)
        line = Differences(
            _Scaled(self._function, unit),
            _Scaled(self._rounded, unit),
            region.outputs,
            [(len(point),)],
            self._task,
        )
        line.region.lo, line.region.hi = np.append(region.lo, lo), np.append(region.hi, hi)
        line.region.linear = np.append(region.linear, True)
        found = line.at(np.append(point, 0.0)[None])
        return Found(found.value / unit, found.error / unit, found.calls)

    def _added_up(self, point: Array) -> Found:
        """The differences by one input after the other, times the direction."""
        found = self._one_by_one.at(point[None])
        steps = self._direction[[column for (column,) in columns_of(self._task)]]
        value, error = (
            np.where(steps[:, None] != 0, part * weights[:, None], 0.0).sum(1, keepdims=True)
            for part, weights in ((found.value, steps), (found.error, np.abs(steps)))
        )
        return Found(value, error, found.calls)
