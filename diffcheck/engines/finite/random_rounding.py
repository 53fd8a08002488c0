"""A program whose every result is rounded at random: what rounding does to a value, seen by doing it again.

Stochastic arithmetic (Vignes 1974; Monte Carlo arithmetic, Parker 1997): each operation's result is moved by a random
part of what its rounding may lose, and results that differ from trial to trial show the digits that rounding has
taken. It sees at one point what no sampling from outside can: a value that has lost all its digits and stands still.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from diffcheck.case.case import Array
from diffcheck.ops.table import Primitive
from diffcheck.program.compile import Compiled
from diffcheck.program.program import Program
from diffcheck.program.schedule import SUM, Group, schedule

TRIALS = 4
# The largest rounding error of a value against the root mean square of the trials. They move a result by two unit
# roundoffs, rounding to nearest by sqrt(1/3) of one, and seven standard deviations are as good as never exceeded.
_WORST = 2.0
SEED = 20090
# How far a result is moved, in unit roundoffs: one moves it to the neighbouring number. Two results whose difference is
# all that is left must not be moved alike in every trial.
MOVES = 1.0, 3.0


class Batched(Protocol):
    """A function of many points at once."""

    def batch(self, points: Array) -> Array:
        """The outputs at points of shape (points, flattened inputs), in the shape (points,) + any."""
        ...


class RandomlyRounded(Compiled):
    """A program on batches of points, rounded at random: the rows of a batch take `TRIALS` trials in turns.

    A trial is the same at every point and in every batch, so that calling twice gives the same bits.

    Parameters
    ----------
    dtype:
        What is computed in, complex numbers too.
    alike:
        How many rows in a row have the same trial.
    """

    def __init__(self, program: Program, dtype: str, alike: int = 1) -> None:
        super().__init__(program, dtype)
        self._alike = alike
        self._done = 0
        generator = np.random.default_rng(SEED)
        unit, smallest = np.finfo(dtype).eps / 2, np.finfo(dtype).smallest_subnormal
        parts = 2 if self._dtype.kind == "c" else 1
        place = len(program.inputs) + len(self._constants)
        for k, group in enumerate(schedule(program)):
            rows = slice(place, place + len(group.nodes))
            place = rows.stop
            own = _exact_arguments(group)
            moved = len(group.nodes) if own else rows.stop
            # Up in one half of the trials, down in the other: what only moves one way may be absorbed.
            signs = generator.permuted(np.tile((1.0, -1.0), (parts, moved, TRIALS // 2)), axis=-1)
            lost = unit * _ulps(group) * generator.uniform(*MOVES, signs.shape) * signs
            # Below the normal range a unit in the last place is the smallest number.
            lost = np.stack([lost, np.sign(lost) * smallest], axis=1)
            self._steps[k] = (self._rounded if own else self._moved)(self._steps[k], rows, lost)

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

    def _move(self, values: Array, lost: Array) -> None:
        """Round values at random in place.

        ``lost`` has for each part of complex numbers what is lost relatively and what absolutely, the trials last.
        """
        trial = (self._done + np.arange(values.shape[1])) // self._alike % TRIALS
        for part, moved in zip((values.real, values.imag), lost, strict=False):
            relative, absolute = moved.take(trial, -1)
            part += part * relative + absolute

    def _rounded(self, step: Callable[[Array], None], rows: slice, lost: Array) -> Callable[[Array], None]:
        """A step whose results are rounded at random."""

        def rounded(values: Array) -> None:
            step(values)
            self._move(values[rows], lost)

        return rounded

    def _moved(self, step: Callable[[Array], None], rows: slice, lost: Array) -> Callable[[Array], None]:
        """A step whose arguments are rounded at random, and whose results are."""

        def moved(values: Array) -> None:
            arguments = values[: rows.stop].copy()
            self._move(arguments[: rows.start], lost[:, :, : rows.start])
            step(arguments)
            values[rows] = arguments[rows]
            self._move(values[rows], lost[:, :, rows])

        return moved


def rounding_error(rounded: Batched, points: Array, values: Array) -> Array:
    """The largest rounding error of values at points, by `TRIALS` trials at each.

    Parameters
    ----------
    rounded:
        A function rounded at random.
    points, values:
        Shapes (points, flattened inputs) and (points,) + any.
    """
    trials = rounded.batch(np.repeat(points, TRIALS, axis=0)).astype(np.float64)
    off = np.abs(trials.reshape(len(points), TRIALS, *values.shape[1:]) - values[:, None])
    # Beyond an end of the function's domain a trial is no number; beyond a pole nothing is known.
    off = np.where(np.isnan(off), 0.0, off)
    largest = off.max(1)
    scaled = off / np.where((largest > 0) & np.isfinite(largest), largest, 1.0)[:, None]
    found: Array = _WORST * largest * np.sqrt(np.mean(scaled**2, axis=1))
    return found


def _exact_arguments(group: Group) -> bool:
    """Whether an operation is right, to its last place, for the very arguments it is given.

    NumPy's functions are. SciPy's are at best right for arguments that are next to them: erfc squares its own. The
    terms of a sum stand for its partial sums.
    """
    return not group.operands[0] or (group.name != SUM and is_exactly_rounded(Primitive.rows[group.name]))


def is_exactly_rounded(row: Primitive) -> bool:
    """Whether an operation is right, to its last place, for the very arguments it is given: NumPy's functions are."""
    return isinstance(row.numpy, str) and row.numpy.startswith("numpy.")


def _ulps(group: Group) -> float:
    """How much the operation may lose, in unit roundoffs; what only selects or compares loses nothing."""
    return 1.0 if group.name == SUM else Primitive.rows[group.name].ulps
