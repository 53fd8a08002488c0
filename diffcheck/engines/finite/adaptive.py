"""Finite differences in batches: all points, components and steps of a stage are one evaluation of the function.

The function is evaluated as its traced program on NumPy arrays. In a first stage the steps begin at an eighth of the
length over which the function is supposed to change, and are halved; what extrapolation cannot settle there goes to
further stages with ever shorter steps, only the components that need it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.base import Task
from diffcheck.engines.finite.extrapolation import extrapolated, most_certain
from diffcheck.engines.finite.quotients import first_differences, second_differences
from diffcheck.engines.finite.samples import FIRST, Batched, Region, Rows, Samples
from diffcheck.errors import Unsupported

# A part of a value that leaves it a sure one.
_SURE = 0.1
# The lengths of the later stages, relative to the first one's.
_LATER = (2.0**-10, 2.0**-20, 2.0**-30)
# An error is small enough when this part of the format's digits is right.
_SATISFIED = 5 / 8
# An error so near to what rounding leaves at the longest step grows with shorter ones.
_NEAR_FLOOR = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Derivatives at points: values and their estimated errors, shape (points, columns, outputs).

    ``calls`` says for each point how often the function was evaluated for it.
    """

    value: Array
    error: Array
    calls: Rows


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
        self.region = Region(function, outputs, task)
        self._columns = np.array(columns, np.intp)

    def at(self, points: Array) -> Found:
        """The differences at points, shape (points, flattened inputs)."""
        with np.errstate(all="ignore"):
            samples = Samples(self.region, np.asarray(points, np.float64), self._columns)
            return _found(samples, (len(points), *self._columns.shape[:1], self.region.outputs))


def _found(samples: Samples, full: tuple[int, ...]) -> Found:
    """The differences by every column at every point."""
    shape = (len(samples.where), samples.here.shape[1])
    first, own = (scale[samples.where[:, None], samples.by] for scale in (samples.length, samples.own))
    todo = np.arange(len(samples.where))
    stages: list[tuple[Array, Array]] = []
    value, error = np.zeros(shape), np.full(shape, np.inf)
    resolved = np.zeros(shape, dtype=bool)
    for lengths in (first, own, *(first * later for later in _LATER)):
        now = todo[(lengths[todo] < first[todo]).any(1)] if stages else todo
        if not len(now):
            continue
        stages.append((np.zeros(shape), np.full(shape, np.nan)))
        stages[-1][0][now], stages[-1][1][now], floor = _stage(samples, now, lengths[now])
        short = FIRST * lengths[now].max(1)[:, None] <= samples.smooth_below(now)
        resolved[now] |= short & (stages[-1][1][now] <= _SURE * np.abs(stages[-1][0][now]))
        value, error = most_certain(*map(np.stack, zip(*stages, strict=True)))
        enough = np.fmax(samples.unit**_SATISFIED * np.abs(value[now]), _NEAR_FLOOR * floor)
        settled = np.isfinite(error[now]) & (error[now] <= enough)
        todo = np.setdiff1d(todo, now[settled.all(1)], assume_unique=True)
    # Jitter that is much larger than rounding may be a slope that no step has resolved.
    nearest = samples.noise.spacing[samples.where] ** own.shape[1] * np.prod(own, axis=1)[:, None]
    unresolved = samples.noise.level[samples.where] / nearest
    if not samples.stepped:
        raise Unsupported("the domain is too narrow for two different steps")
    return Found(
        value.reshape(full), np.where(resolved, error, np.fmax(error, unresolved)).reshape(full), samples.calls
    )


def _stage(samples: Samples, rows: Rows, lengths: Array) -> tuple[Array, Array, Array]:
    """Value, error and what the jitter leaves of it at the longest step; shape (rows, outputs)."""
    quotients = (
        first_differences(samples, rows, lengths[:, 0])
        if lengths.shape[1] == 1
        else second_differences(samples, rows, lengths)
    )
    value, error = extrapolated(quotients.quotient, quotients.rounding, quotients.bend, quotients.base)
    # Jitter that may be a slope, unresolved so far, is a reason for shorter steps, not against them.
    where = samples.where[rows]
    jitter = np.where(np.isfinite(samples.noise.spacing[where]), 0.0, samples.noise.level[where])
    floor = jitter / np.prod(FIRST * lengths, axis=1)[:, None]
    return value, error, floor
