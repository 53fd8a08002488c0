"""Where pieces meet: the derivatives from both sides of a point, by power series along rays.

Along the ray ``x + t d`` with t > 0 every comparison is decided by the first coefficient that is not zero, so that
the function is one smooth piece there and its first coefficients are its one-sided derivatives. No derivative rule
takes part.
"""

import itertools
from collections.abc import Sequence
from fractions import Fraction

from flint import arb, ctx

from diffcheck.case.operators import Operator
from diffcheck.ops import balls
from diffcheck.program.program import Program
from diffcheck.referee.component import Component, Status, is_tight
from diffcheck.referee.evaluate import Ball, Balls, Evaluation, Fault, Jets, along, evaluate
from diffcheck.referee.paths import live_decisions, specialise

# Comparisons that tie to this order along a ray count as undecided.
_ORDER = 6
_EXTRA_BITS = 128


def one_sided(
    program: Program,
    point: Sequence[Fraction],
    operator: Operator,
    wrt: Sequence[int],
    evaluation: Evaluation,
    precision: int,
) -> list[Component]:
    """The components at a point where pieces meet, in row-major order.

    Parameters
    ----------
    evaluation:
        The function at the point itself, at this working precision in bits.
    """
    with ctx.workprec(precision + _EXTRA_BITS):
        rays = _Rays(program, point, wrt, evaluation)
        if operator is Operator.HESSIAN:
            return [rays.second(i, j) for i, j in itertools.product(range(len(wrt)), repeat=2)]
        rows = range(program.outputs.size)
        return [rays.first(row, column) for row in rows for column in range(len(wrt))]


class _Rays:
    """The expansions of all outputs along the rays that were asked for, each computed once."""

    def __init__(self, program: Program, point: Sequence[Fraction], wrt: Sequence[int], evaluation: Evaluation) -> None:
        self._program = program
        self._point = point
        self._wrt = wrt
        self._outputs = program.outputs.ravel().tolist()
        self._at = [evaluation.values[output] for output in self._outputs]
        self._known: dict[tuple[tuple[int, int], ...], Evaluation] = {}

    def _ray(self, *steps: tuple[int, int]) -> Evaluation:
        """The function along the sum of these steps: (column, +1 or -1)."""
        if steps not in self._known:
            direction = [0] * len(self._point)
            for column, sign in steps:
                direction[self._wrt[column]] += sign
            inputs = along(self._point, direction, _ORDER)
            self._known[steps] = evaluate(self._program.nodes, inputs, Jets())
        return self._known[steps]

    def first(self, row: int, column: int) -> Component:
        """The derivative of one output by one input."""
        sides = []
        for sign in (1, -1):
            ray = self._ray((column, sign))
            output = self._outputs[row]
            if output in ray.faults:
                return _no_side(ray.faults[output][0])
            expansion = ray.values[output]
            if not expansion[0].overlaps(self._at[row]):
                return Component(Status.UNDEFINED, reason="the function jumps here")
            sides.append(sign * expansion[1])
        return _meeting(*sides)

    def _one_smooth_piece(self, rays: Sequence[Evaluation]) -> bool:
        """Whether the rays run in one piece that exists here: only then do they share one quadratic form."""
        decisions = [live_decisions(self._program, ray.decisions) for ray in rays]
        if any(d != decisions[0] for d in decisions):
            return False
        piece = specialise(self._program, decisions[0])
        return not evaluate(piece.nodes, [balls.ball(v) for v in self._point], Balls()).faults

    def second(self, i: int, j: int) -> Component:
        """The second derivative by two inputs, from the second coefficients along rays."""
        for column in {i, j}:
            slope = self.first(0, column)
            if slope.status is not Status.CERTIFIED:
                return Component(Status.UNDEFINED, reason="the first derivative jumps or does not exist here")
        if i != j:
            return self._mixed(i, j)
        sides = []
        for sign in (1, -1):
            coefficient = self._bend((i, sign))
            if isinstance(coefficient, Fault):
                return _no_side(coefficient)
            sides.append(2 * coefficient)
        return _meeting(*sides)

    def _mixed(self, i: int, j: int) -> Component:
        """A mixed second derivative: what every pair of directions says, if they share one quadratic form."""
        found: list[Ball] = []
        # Twice along the first input as well: |x y| has one answer in each quadrant, and they differ.
        for along_i, along_j in ((1, 1), (-1, -1), (1, -1), (-1, 1), (2, 1)):
            steps_i, steps_j = [(i, along_i // abs(along_i))] * abs(along_i), [(j, along_j)]
            rays = [(*steps_i, *steps_j), tuple(steps_i), tuple(steps_j)]
            bends: list[Ball] = []
            for ray in rays:
                bend = self._bend(*ray)
                if isinstance(bend, Fault):
                    return _no_side(bend)
                bends.append(bend)
            if not self._one_smooth_piece([self._ray(*ray) for ray in rays]):
                return Component(
                    Status.UNCERTAIN, reason="pieces meet here, and a mixed derivative needs one on all sides"
                )
            together, first, second = bends
            found.append((together - first - second) / (along_i * along_j))
        if not all(is_tight(value) for value in found):
            return Component(Status.UNCERTAIN, reason="a one-sided derivative is not enclosed tightly")
        common = found[0]
        for value in found[1:]:
            if not common.overlaps(value):
                return Component(Status.UNDEFINED, reason="the second derivative depends on the direction here")
            common = common.intersection(value)
        return Component(Status.CERTIFIED, common, common)

    def _bend(self, *steps: tuple[int, int]) -> "Ball | Fault":
        """The second coefficient along a ray."""
        ray, output = self._ray(*steps), self._outputs[0]
        return ray.faults[output][0] if output in ray.faults else ray.values[output][2]


def _no_side(fault: Fault) -> Component:
    """What a side without a power series makes of a component."""
    if fault is Fault.UNDEFINED:
        return Component(Status.UNDEFINED, reason="pieces meet here, and one side has a vertical tangent or no value")
    return Component(Status.UNCERTAIN, reason="pieces meet here, and one side has no power series")


def _meeting(right: Ball, left: Ball) -> Component:
    """What two one-sided derivatives make together."""
    if not (is_tight(right) and is_tight(left)):
        return Component(Status.UNCERTAIN, left, right, "a one-sided derivative is not enclosed tightly")
    if right.overlaps(left):
        common: arb = right.intersection(left)
        return Component(Status.CERTIFIED, common, common)
    return Component(Status.KINK, left, right, "the derivatives from the left and from the right differ")
