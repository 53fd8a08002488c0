"""Finite differences in batches: all points, components and steps of a stage are one evaluation of the function.

In a first stage the steps begin at an eighth of the length over which the function is supposed to change; what
extrapolation cannot settle there, or what a witness with shorter steps contradicts, goes to further stages of shorter
steps, only the components that need it. Mixed second differences come after those by one input twice, and begin with
the steps that have served each of their inputs there: shortened together the steps of an input that changes the
function slowly would be lost in rounding before those of one that changes it fast are short enough.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.base import Task
from diffcheck.engines.finite.extrapolation import extrapolated
from diffcheck.engines.finite.quotients import first_differences, least_rounding, second_differences
from diffcheck.engines.finite.random_rounding import Batched
from diffcheck.engines.finite.samples import FIRST, Mask, Region, Rows, Samples
from diffcheck.engines.finite.stages import Stages
from diffcheck.engines.finite.witness import Witness
from diffcheck.errors import Unsupported

# What part of the format's digits the lengths of a stage lose against those of the one before, and the bits after
# which there are no further ones. Whole bits: steps are exact numbers wherever the first ones are.
_LOST, _LAST = 3 / 16, 40
# An error is small enough when this part of the format's digits is right.
_SATISFIED = 5 / 8


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Derivatives at points: values and their estimated errors, shape (points, columns, outputs).

    ``calls`` says for each point how often the function was evaluated for it, ``step`` for each value the longest step
    of the stage that it is taken from.
    """

    value: Array
    error: Array
    calls: Rows
    step: Array | None = None


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
            return _Search(Samples(self.region, np.asarray(points, np.float64), self._columns)).found()


class _Search:
    """The stages of all rows."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._first = samples.first
        self._mixed = samples.by[:, 0] != samples.by[:, -1]
        self._witness = Witness(samples, self._first)
        self._stages = Stages((len(samples.where), samples.region.outputs))

    def found(self) -> Found:
        """The derivatives."""
        samples, witness = self._samples, self._witness
        rows = np.arange(len(samples.where))
        self._settle(rows[~self._mixed], self._first)
        if self._mixed.any():
            self._settle(rows[self._mixed], self._served())
        beyond = self._contradictions()
        for k, lengths in enumerate(witness.lengths):
            if not (beyond[k:] > 0).any():
                break
            suspected = (beyond[k] > 0).any(-1)[samples.where]
            if suspected.any():
                self._stage(rows[suspected & ~self._mixed], lengths)
                self._stage(rows[suspected & self._mixed], np.minimum(lengths, self._served()))
                beyond = self._contradictions()
        if not samples.stepped:
            raise Unsupported("the domain is too narrow for two different steps")
        value, error = self._full(self._stages.value), self._full(self._stages.error)
        if (beyond > 0).any():
            beyond = beyond[:, :, None]
            error = error + np.where(beyond > 0, beyond / np.abs(witness.weights), 0.0).max(0)
        return Found(value, error, samples.calls, FIRST * self._full(self._stages.length))

    def _settle(self, rows: Rows, longest: Array) -> None:
        """Try stages for some rows, the longest first, until they leave enough digits."""
        if not len(rows):
            return
        self._stage(rows, longest)
        lost = np.round(-math.log2(self._samples.unit) * _LOST * np.arange(1, _LAST + 1))
        for lengths in (self._samples.own, *(self._first * 2.0**-bits for bits in lost[lost <= _LAST])):
            rows = self._wanting(rows)
            if not len(rows):
                break
            shorter = np.minimum(lengths, longest)
            self._stage(self._pending(rows, shorter, longest), shorter)

    def _served(self) -> Array:
        """The lengths, shape (points, inputs), of the stages that each input's own differences are taken from."""
        samples, stages, own = self._samples, self._stages, ~self._mixed
        found = self._first.copy()
        lengths = np.where(np.isfinite(stages.error), stages.length, np.inf)[own].min(-1)
        at = samples.where[own], samples.by[own, 0]
        found[at] = np.minimum(lengths, found[at])
        return found

    def _stage(self, rows: Rows, lengths: Array) -> None:
        """Try these lengths, shape (points, inputs), for some rows."""
        if not len(rows):
            return
        samples = self._samples
        samples.reach(samples.points_of(rows), lengths)
        picked = samples.picked(rows, lengths)
        quotients = (first_differences if samples.order == 1 else second_differences)(samples, rows, picked)
        found = extrapolated(quotients.quotient, quotients.rounding, quotients.doubt)
        self._stages.add(rows, *found, quotients.seen[-1], _mean(picked))

    def _few(self, rows: Rows) -> Mask:
        """The outputs of rows whose error leaves too few digits; one that is no number leaves none."""
        error, value = self._stages.error[rows], self._stages.value[rows]
        found: Mask = ~((error <= self._samples.unit**_SATISFIED * np.abs(value)) & (error < np.inf))
        return found

    def _wanting(self, rows: Rows) -> Rows:
        """Those whose error leaves too few digits."""
        found: Rows = rows[self._few(rows).any(1)]
        return found

    def _pending(self, rows: Rows, lengths: Array, longest: Array) -> Rows:
        """Those whose error may be smaller with the shorter steps of these lengths, where it leaves too few digits."""
        samples, stages = self._samples, self._stages
        error, few = stages.error[rows], self._few(rows)
        picked = samples.picked(rows, lengths)
        shorter = (picked < samples.picked(rows, longest)).any(1) & samples.distinct(rows, picked)
        # Of steps that lead out of the domain nothing is known, and the least may be beyond the largest number.
        better = np.isinf(error) | (least_rounding(samples, rows, picked) < error)
        found: Rows = rows[(few & better).any(1) & shorter]
        return found

    def _contradictions(self) -> Array:
        """By how much the witness contradicts what was found."""
        stages = self._stages
        return self._witness.contradicts(*map(self._full, (stages.value, stages.error, stages.length)))

    def _full(self, rows: Array) -> Array:
        """By points, columns and outputs."""
        return rows.reshape(len(self._samples.points), -1, rows.shape[-1])


def _mean(lengths: Array) -> Array:
    """The geometric mean of the lengths of the last axis."""
    found: Array = np.exp2(np.log2(lengths).mean(-1))
    return found
