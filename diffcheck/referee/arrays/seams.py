"""Derivatives from both sides of a point, from how ties move.

Along a step to one side of one input the switches tell one after another which piece goes on, and the differences of
their slopes add up to the one-sided derivative.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from flint import arb

from diffcheck.case.operators import Operator
from diffcheck.ops.enclosures import balls
from diffcheck.program.chain import gradient
from diffcheck.program.graph import Graph
from diffcheck.program.rules import STABLE
from diffcheck.program.scalarise import LARGE
from diffcheck.referee.arrays.cancelled import Array, cancelled, sizes
from diffcheck.referee.arrays.confirm import words
from diffcheck.referee.arrays.enclose import BallArray, all_finite, enclose, floats, in_balls
from diffcheck.referee.arrays.pieces import Choice, needed
from diffcheck.referee.arrays.ties import SIDES, Owners, Tie, groups, with_seams
from diffcheck.referee.beside.second_route import Word
from diffcheck.referee.evaluate import Ball

# How one input moves a tie's switch, by what its pieces at the negative and the positive side then differ, and how
# large the terms are that cancel in that.
Slopes = tuple[Any, Any, Any, float]


# What ties cost is a sweep back for each of their groups: so many operations on balls at most, some ten seconds, or so
# many times what the derivative itself costs.
_MOST, _MORE = 2**25, 10


class Seams:
    """How the results move along both sides of every input.

    Parameters
    ----------
    jacobian:
        The derivative of a graph with seams, its ties in groups, by the inputs that are asked for and, behind them, by
        those of all ``count`` ties.
    owners:
        For each group and each of these columns the tie that it may move, or -1.
    words:
        For each row of the Jacobian what the second route says of it.
    sizes:
        For each element of the Jacobian how large the terms are that cancel in it.
    """

    def __init__(
        self, jacobian: BallArray, owners: Sequence[Owners], count: int, words: list[Word], sizes: Array
    ) -> None:
        self.words = words
        rows = 3 * len(owners)
        self._width = jacobian.shape[1] - count
        self._results = jacobian[:-rows]
        self._sizes = sizes[:-rows]
        # For each column the ties that it moves.
        self._moved: list[dict[int, Slopes]] = [{} for _ in range(jacobian.shape[1])]
        for group, found in enumerate(owners):
            parts = jacobian[-rows:][group :: len(owners)]
            large = sizes[-rows:][group :: len(owners)][1:].max(axis=0)
            for column in np.flatnonzero(found >= 0).tolist():
                switch, below, above = parts[:, column].tolist()
                if not (switch.is_zero() and below.is_zero() and above.is_zero()):
                    self._moved[column][int(found[column])] = switch, below, above, float(large[column])

    @classmethod
    def at(
        cls, graph: Graph, choices: Mapping[int, Choice], met: Sequence[Tie], wrt: Sequence[int], inputs: Array
    ) -> "Seams | None":
        """The seams of a graph whose pieces meet at these inputs; ``None`` where it jumps, or they are too many."""
        outputs, count = int(np.prod(graph.shape, dtype=int)), sum(tie.places.array.size for tie in met)
        around = np.concatenate([inputs, np.zeros(count)])
        apart = with_seams(graph, choices, met)
        differences = in_balls(enclose(apart, around)[apart.output][-2 * count :])
        if not all(value.is_zero() for value in differences.tolist()):
            return None
        most = max(_MOST // max(apart.operations, 1), _MORE * outputs) // 3
        owners = groups(apart, outputs, count, most, graph.operations > LARGE)
        if owners is None:
            return None
        together = with_seams(graph, choices, met, owners)
        columns = (*wrt, *range(graph.inputs, together.inputs))
        values = enclose(together, around)
        slopes = gradient(together, columns, STABLE, needed(together))
        enclosed = enclose(slopes, around, known=values)
        jacobian = in_balls(enclosed[slopes.output])
        if not all_finite(jacobian):
            return None
        said = words(Operator.JACOBIAN, together, values, jacobian, columns, together=True)
        large = sizes(slopes, lambda number: floats(enclosed[number]))
        return cls(jacobian, [found[list(columns)] for found in owners], count, said, large)

    def sides(self, direction: Sequence[float]) -> Iterator[tuple[int, BallArray, BallArray]]:
        """The columns whose both sides may differ, with the derivatives of all outputs from the left and the right.

        One column for each input or, where there is a ``direction``, one for that. What is zero to half of the working
        precision beside what cancels in it is taken as zero.
        """
        for column, (moved, along, size) in enumerate([self._along(direction)] if direction else self._columns()):
            if moved:
                (left, on_left), (right, on_right) = (self._beside(moved, way) for way in SIDES)
                yield column, cancelled(along - left, size + on_left), cancelled(along + right, size + on_right)

    def _columns(self) -> Iterator[tuple[Mapping[int, Slopes], BallArray, Array]]:
        for column in range(self._width):
            yield self._moved[column], self._results[:, column], self._sizes[:, column]

    def _along(self, direction: Sequence[float]) -> tuple[Mapping[int, Slopes], BallArray, Array]:
        """What a step along a direction moves: each input does its share."""
        moved: dict[int, Slopes] = {}
        total: Any = np.full(len(self._results), balls.ZERO)
        size = np.zeros(len(self._results))
        for (slopes, along, large), step in zip(self._columns(), direction, strict=True):
            total, size = total + along * arb(step), size + large * abs(step)
            for tie, own in slopes.items():
                moved[tie] = _plus(moved.get(tie, _UNMOVED), arb(step), own)
        return moved, total, size

    def _beside(self, moved: Mapping[int, Slopes], way: int) -> tuple[Any, Array]:
        """What all ties add to the results' slopes, and the sizes of that, a unit step along what so moves them."""
        # What moves each tie so far; ties stand in the order in which they are computed.
        slopes = {tie: _plus(_UNMOVED, arb(way), own) for tie, own in moved.items()}
        total: Any = np.full(len(self._results), balls.ZERO)
        sizes = np.zeros(len(self._results))
        pending = sorted(slopes)
        while pending:
            tie = heapq.heappop(pending)
            switch, below, above, size = slopes[tie]
            side = balls.sign(switch)
            # Where the switch does not move at first order either piece may go on, or the frozen one.
            apart = (above if side > 0 else below) if side else balls.ZERO.union(below).union(above)
            if apart.is_zero():
                continue
            total = total + self._results[:, self._width + tie] * apart
            sizes = sizes + self._sizes[:, self._width + tie] * size
            for later, factors in self._moved[self._width + tie].items():
                if later not in slopes:
                    heapq.heappush(pending, later)
                slopes[later] = _plus(slopes.get(later, _UNMOVED), apart, factors, size)
        return total, sizes


_UNMOVED: Slopes = (balls.ZERO, balls.ZERO, balls.ZERO, 0.0)


def _plus(so_far: Slopes, step: Ball, slopes: Slopes, size: float | None = None) -> Slopes:
    """A step more along these slopes; the terms that cancel in the step are of this size, or of its own."""
    switch, below, above = (s + step * slope for s, slope in zip(so_far[:3], slopes[:3], strict=True))
    return switch, below, above, so_far[3] + slopes[3] * (abs(float(step)) if size is None else size)
