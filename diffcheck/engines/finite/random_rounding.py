"""A program whose every result is rounded at random: what rounding does to a value, seen by doing it again.

Stochastic arithmetic (Vignes 1974; Monte Carlo arithmetic, Parker 1997): each operation's result is moved by a random
part of what its rounding may lose, and results that differ from trial to trial show the digits that rounding has
taken. It sees at one point what no sampling from outside can: a value that has lost all its digits and stands still.
"""

from collections.abc import Callable

import numpy as np

from diffcheck.case.case import Array
from diffcheck.ops.table import Primitive
from diffcheck.program.compile import Compiled
from diffcheck.program.program import Program
from diffcheck.program.schedule import SUM, Group, schedule

TRIALS = 4
_SEED = 20090
# Half a unit in the last place and a little more: what is moved by so much always rounds to the neighbouring number.
_A_LITTLE_MORE = 1 + 2.0**-10


class RandomlyRounded(Compiled):
    """A program on batches of points, rounded at random: point k of a batch has the trial k modulo ``trials``.

    A trial is the same at every point and in every batch, so that calling twice gives the same bits.
    """

    def __init__(self, program: Program, dtype: str, trials: int = TRIALS) -> None:
        super().__init__(program, dtype)
        self.trials = trials
        self._done = 0
        generator = np.random.default_rng(_SEED)
        unit = np.finfo(dtype).eps / 2 * _A_LITTLE_MORE
        place = len(program.inputs) + len(self._constants)
        for k, group in enumerate(schedule(program)):
            rows = slice(place, place + len(group.nodes))
            place = rows.stop
            lost = unit * _ulps(group) * generator.choice((-1.0, 1.0), (len(group.nodes), trials))
            terms = unit * generator.choice((-1.0, 1.0), (rows.start, trials)) if group.name == SUM else None
            self._steps[k] = self._rounding(self._steps[k], rows, lost, terms)

    def batch(self, points: Array) -> Array:
        """The outputs at points of shape (points, flattened inputs), in the shape (points,) + shape of the outputs."""
        self._done = 0
        self._steps.append(self._count)
        try:
            return super().batch(points)
        finally:
            self._steps.pop()

    def _count(self, values: Array) -> None:
        self._done += values.shape[1]

    def _rounding(
        self, step: Callable[[Array], None], rows: slice, lost: Array, terms: Array | None
    ) -> Callable[[Array], None]:
        """A step whose results are rounded at random; the terms of a sum as well, since its partial sums are."""

        def rounded(values: Array) -> None:
            trial = (self._done + np.arange(values.shape[1])) % self.trials
            if terms is None:
                step(values)
            else:
                moved = values.copy()
                moved[: rows.start] += moved[: rows.start] * terms[:, trial]
                step(moved)
                values[rows] = moved[rows]
            values[rows] += values[rows] * lost[:, trial]

        return rounded


def _ulps(group: Group) -> float:
    """How much the operation may lose, in unit roundoffs; what only selects or compares loses nothing."""
    return 1.0 if group.name == SUM else Primitive.rows[group.name].ulps
