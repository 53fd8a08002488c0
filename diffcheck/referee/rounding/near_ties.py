"""Comparisons that a format cannot decide: their two sides are closer than the rounding errors they carry.

``maximum(x + 1, 1)`` at x = 1e-10 in float32 is a tie for whoever computes it, though not for the referee. Such an
engine takes another piece than the one at the point; its value is no wrong derivative, but one of the digits that the
comparison lost.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import ctx

from diffcheck.formats import Format
from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import Program
from diffcheck.program.text import formula
from diffcheck.referee.component import Status
from diffcheck.referee.evaluate import Ball, Evaluation
from diffcheck.referee.found import Truth
from diffcheck.referee.paths import lift_data, live_decisions, specialise
from diffcheck.referee.rounding.bound import Bound
from diffcheck.referee.rounding.bounds import Bounds
from diffcheck.referee.smooth import Smooth
from diffcheck.referee.truth import Referee

# For each output of a function the bound on its value, and this.
Values = list[tuple[Bound, Ball]]


@dataclass(frozen=True, slots=True)
class NearTie:
    """A comparison that the format cannot decide, and what the derivative is if it comes out otherwise."""

    number: int
    others: tuple[Truth, ...]


class NearTies:
    """The comparisons of a function that a format cannot decide."""

    def __init__(self, referee: Referee, bounds: Bounds, format: Format) -> None:
        self._referee = referee
        self._bounds = bounds
        self._format = format
        self._known: dict[tuple[float, ...], list[NearTie]] = {}
        self._open: dict[tuple[float, ...], dict[int, int]] = {}
        self._values: dict[tuple[float, ...], list[Values | None]] = {}
        # The truths are kept: an identity must not be given to another one.
        self._allowed: dict[tuple[int, tuple[float, ...]], tuple[Truth, list[Bound | None]]] = {}

    def explain(
        self, value: float, ties: Sequence[NearTie], truth: Truth, point: Sequence[float], component: int
    ) -> bool:
        """Whether a wrong value of a certified component lies between the pieces of these near ties.

        NaN and infinity are no slope of any piece.
        """
        if not ties or not np.isfinite(value) or truth.components[component].status is not Status.CERTIFIED:
            return False
        with ctx.workprec(truth.precision):
            low, high = self._between(ties, truth, point, component)
            return bool(low <= balls.ball_of_float(value) <= high)

    def at(self, truth: Truth, point: Sequence[float]) -> list[NearTie]:
        """The near ties at a point."""
        key = tuple(point)
        if key not in self._known:
            sides = self._sides(truth, point)
            self._known[key] = [
                NearTie(number, tuple(self._referee.otherwise(point, forced) for forced in turned))
                for number, turned in _turned(sides)
            ]
        return self._known[key]

    def values(self, truth: Truth, point: Sequence[float]) -> list[Values | None]:
        """The function's own values, with their bounds, on each of the other pieces of all near ties, in their order.

        ``None`` where one is not certain, or other outputs exist than at the point. They take no derivative, and much
        less time than the ties themselves.
        """
        key = tuple(point)
        if key not in self._values:
            pieces = [forced for _, turned in _turned(self._sides(truth, point)) for forced in turned]
            self._values[key] = [self._value(truth, point, forced) for forced in pieces]
        return self._values[key]

    def _value(self, truth: Truth, point: Sequence[float], forced: Mapping[int, int]) -> Values | None:
        primal = self._referee.primal
        found = primal.at([Fraction(v) for v in point], forced)
        if isinstance(found, str) or primal.rows(found[0]) != truth.rows:
            return None
        defined, (evaluation, precision) = primal.restricted(truth.rows), found
        smooth = Smooth(*lift_data(specialise(defined, live_decisions(defined, evaluation.decisions))))
        return self._bounds.of_program(smooth, point, self._format, precision)

    def text(self, ties: Sequence[NearTie], label: Callable[[int], str]) -> str:
        """The comparisons in words."""
        nodes = self._referee.program.nodes
        which = ", ".join(dict.fromkeys(formula(nodes, tie.number, label) for tie in ties[:3]))
        return f"{self._format.name} cannot decide which piece of {which} holds here"

    def _sides(self, truth: Truth, point: Sequence[float]) -> dict[int, int]:
        """The decisions that the format cannot make, and their sides at the point."""
        key = tuple(point)
        if key not in self._open:
            found = None if truth.smooth is None else self._referee.primal.at([Fraction(v) for v in point])
            self._open[key] = {}
            if found is not None and not isinstance(found, str):
                evaluation, precision = found
                with ctx.workprec(precision):
                    self._open[key] = dict(self._undecided(truth, evaluation, point, precision))
        return self._open[key]

    def _between(
        self, ties: Sequence[NearTie], truth: Truth, point: Sequence[float], component: int
    ) -> tuple[Ball, Ball]:
        """The least and the largest value; every comparison shifts the truth on its own."""
        here = truth.components[component].left
        low = high = here
        slack = self._slack(truth, point, component)
        for tie in ties:
            below = above = balls.ZERO
            for other in tie.others:
                there = other.components[component]
                # Of a piece with the same slope nothing comes that the one at the point does not allow.
                if there.status is Status.CERTIFIED and not (there.left - here).contains(0):
                    slack = max(slack, self._slack(other, point, component))
                    shift = (there.left - here).mid()
                    below, above = min(below, shift), max(above, shift)
            low, high = low + below, high + above
        return low - slack, high + slack

    def _slack(self, truth: Truth, point: Sequence[float], component: int) -> Ball:
        # Each is asked about many components; those of all are found together.
        key = id(truth), tuple(point)
        if key not in self._allowed:
            self._allowed[key] = truth, self._bounds.at(truth, point, self._format)
        bound = self._allowed[key][1][component]
        return balls.ZERO if bound is None else max(bound.inherent.mid(), bound.formula.mid())

    def _undecided(
        self, truth: Truth, evaluation: Evaluation, point: Sequence[float], precision: int
    ) -> Iterator[tuple[int, int]]:
        """The decisions, and their sides, whose switch is not larger than the rounding error of its operands."""
        program = self._referee.program
        live = live_decisions(self._referee.primal.restricted(truth.rows), evaluation.decisions)
        rows = {n: Primitive.rows[program.nodes[n][0]] for n in live}
        deciding = {n: program.nodes[n][1][: rows[n].deciding] for n, (side, _) in live.items() if side != 0}
        operands = sorted({i for arguments in deciding.values() for i in arguments})
        if not operands:
            return
        compared = Program(program.nodes, program.inputs, np.array(operands, np.int64))
        smooth = Smooth(specialise(compared, live_decisions(compared, evaluation.decisions)), ())
        found = self._bounds.of_program(smooth, point, self._format, precision)
        errors = {i: bound.formula.mid() for i, (bound, _) in zip(operands, found, strict=True)}
        for number, arguments in deciding.items():
            switch: Any = rows[number].switch
            # Every switch changes by no more than its operands. Infinity is far from everything that is finite.
            error = sum((errors[i] for i in arguments), balls.ZERO)
            if error.is_finite() and abs(switch(*(evaluation.values[i] for i in arguments))).mid() <= error:
                yield number, live[number][0]


def _turned(sides: Mapping[int, int]) -> Iterator[tuple[int, list[dict[int, int]]]]:
    """For each decision the two other outcomes.

    The others hold: in max(max(a, b), c) the smaller b comes out if only the inner one is turned.
    """
    for number, side in sides.items():
        yield number, [{**sides, number: turned} for turned in (-side, 0)]
