"""Finite differences in batches: all points, components and steps of a stage are one evaluation of the function.

In a first stage the steps begin at an eighth of the length over which the function is supposed to change, and are
halved; what extrapolation cannot settle there, or what a witness with shorter steps contradicts, goes to further stages
of other lengths, only the components that need it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.base import Task
from diffcheck.engines.finite.extrapolation import extrapolated, most_certain
from diffcheck.engines.finite.quotients import first_differences, second_differences
from diffcheck.engines.finite.random_rounding import Batched
from diffcheck.engines.finite.samples import FIRST, Mask, Region, Rows, Samples
from diffcheck.engines.finite.witness import Witness
from diffcheck.errors import Unsupported

# The lengths of the later stages, relative to the first one's.
_LATER = (2.0**-10, 2.0**-20, 2.0**-30, 2.0**-40)
# An error is small enough when this part of the format's digits is right.
_SATISFIED = 5 / 8


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
    rounded:
        The function rounded at random.
    outputs:
        How many the function has.
    columns:
        The flattened inputs that each column of the result is differentiated by, shape (columns, order).
    """

    def __init__(
        self, function: Batched, rounded: Batched, outputs: int, columns: Sequence[tuple[int, ...]], task: Task
    ) -> None:
        self.region = Region(function, rounded, outputs, task)
        self._columns = np.array(columns, np.intp)

    def at(self, points: Array) -> Found:
        """The differences at points, shape (points, flattened inputs)."""
        with np.errstate(all="ignore"):
            samples = Samples(self.region, np.asarray(points, np.float64), self._columns)
            return _Search(samples, self._columns).found()


CLIMB = False


class _Search:
    """The stages of all rows."""

    def __init__(self, samples: Samples, columns: Rows) -> None:
        self._samples = samples
        self._shape = (len(samples.points), len(columns), samples.region.outputs)
        self._order = columns.shape[1]
        linear = samples.region.linear
        self._first = np.where(linear, samples.natural, samples.own)
        self._witness = Witness(samples, self._first, sorted(set(columns.ravel().tolist())), self._order)
        self._stages: list[tuple[Array, ...]] = []

    def found(self) -> Found:
        """The derivatives."""
        samples = self._samples
        rows = np.arange(len(samples.where))
        self._stage(rows, self._first)
        best = self._best()
        for lengths in (samples.own, *(self._first * later for later in _LATER)):
            now = rows[self._pending(best, lengths)]
            if len(now):
                self._stage(now, lengths)
                best = self._best()
        for k, lengths in enumerate(self._witness.lengths):
            beyond = self._contradictions(best)
            now = rows[(beyond[k] > 0).any(-1)[samples.where]]
            if len(now):
                self._stage(now, lengths)
                best = self._best()
        if not samples.stepped:
            raise Unsupported("the domain is too narrow for two different steps")
        value, error, _ = map(self._full, best)
        left = (self._contradictions(best)[:, :, None] / np.abs(self._witness.weights)).max(0)
        return Found(value, error + left, samples.calls)

    def _contradictions(self, best: tuple[Array, Array, Array]) -> Array:
        return self._witness.contradicts(*map(self._full, best))

    def _full(self, rows: Array) -> Array:
        return rows.reshape(self._shape)

    def _picked(self, lengths: Array) -> Array:
        return lengths[self._samples.where[:, None], self._samples.by]

    def _best(self) -> tuple[Array, Array, Array]:
        return most_certain(*map(np.stack, zip(*self._stages, strict=True)))

    def _pending(self, best: tuple[Array, Array, Array], lengths: Array) -> Mask:
        """Rows whose error leaves too few digits, and may be smaller with a stage of these lengths."""
        samples = self._samples
        value, error, _ = best
        enough = np.isfinite(error) & (error <= samples.unit**_SATISFIED * np.abs(value))
        picked = self._picked(lengths)
        floor = samples.level[samples.where] / np.prod(FIRST * picked, axis=1)[:, None]
        other = (picked < self._picked(self._first)).any(1)
        found: Mask = other & (~enough & (floor < error)).any(1)
        return found

    def _stage(self, rows: Rows, lengths: Array) -> None:
        """Try these lengths, shape (points, inputs)."""
        samples = self._samples
        samples.reach(lengths)
        picked = self._picked(lengths)[rows]
        differences = first_differences if self._order == 1 else second_differences
        q = differences(samples, rows, picked)
        value, error, excess = extrapolated(q.quotient, q.rounding, q.doubt, q.base)
        found = [np.full((len(samples.where), value.shape[1]), empty) for empty in (0.0, np.nan, 0.0, 0.0)]
        for array, part in zip(found, (value, error, excess, picked.max(1)[:, None]), strict=True):
            array[rows] = part
        self._stages.append(tuple(found))
