"""Derivatives from both sides of a point, from how ties move.

Along a step to one side of one input the switches tell one after another which piece goes on, and the differences of
their slopes add up to the one-sided derivative.
"""

import heapq
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from diffcheck.ops import balls
from diffcheck.referee.arrays.enclose import BallArray
from diffcheck.referee.arrays.ties import SIDES, Owners

# How one input moves a tie's switch, and by what its pieces at the negative and the positive side then differ.
Slopes = tuple[Any, Any, Any]


class Seams:
    """How the results move along both sides of every input.

    Parameters
    ----------
    jacobian:
        The derivative of a graph with seams, its ties in groups, by the inputs that are asked for and, behind them, by
        those of all ``count`` ties.
    owners:
        For each group and each of these columns the tie that it may move, or -1.
    """

    def __init__(self, jacobian: BallArray, owners: Sequence[Owners], count: int) -> None:
        rows = 3 * len(owners)
        self._width = jacobian.shape[1] - count
        self._results = jacobian[:-rows]
        # For each column the ties that it moves.
        self._moved: list[dict[int, Slopes]] = [{} for _ in range(jacobian.shape[1])]
        for group, found in enumerate(owners):
            parts = jacobian[-rows:][group :: len(owners)]
            for column in np.flatnonzero(found >= 0).tolist():
                switch, below, above = parts[:, column].tolist()
                if not (switch.is_zero() and below.is_zero() and above.is_zero()):
                    self._moved[column][int(found[column])] = switch, below, above

    def sides(self) -> Iterator[tuple[int, BallArray, BallArray]]:
        """The inputs whose both sides may differ, with the derivatives of all outputs from the left and the right."""
        for column in range(self._width):
            if self._moved[column]:
                left, right = (self._beside(column, way) for way in SIDES)
                yield column, self._results[:, column] - left, self._results[:, column] + right

    def _beside(self, column: int, way: int) -> Any:
        """What all ties add to the results' slopes, a unit step this way along an input."""
        # What moves each tie so far; ties stand in the order in which they are computed.
        slopes = {tie: [way * slope for slope in own] for tie, own in self._moved[column].items()}
        total: Any = np.full(len(self._results), balls.ZERO)
        pending = sorted(slopes)
        while pending:
            tie = heapq.heappop(pending)
            switch, below, above = slopes[tie]
            side = balls.sign(switch)
            # Where the switch does not move at first order either piece may go on, or the frozen one.
            apart = (above if side > 0 else below) if side else balls.ZERO.union(below).union(above)
            if apart.is_zero():
                continue
            total = total + self._results[:, self._width + tie] * apart
            for later, factors in self._moved[self._width + tie].items():
                if later not in slopes:
                    slopes[later] = [balls.ZERO] * 3
                    heapq.heappush(pending, later)
                slopes[later] = [s + f * apart for s, f in zip(slopes[later], factors, strict=True)]
        return total
