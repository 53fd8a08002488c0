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
        """The second derivative by two inputs, from the second coefficients along three rays and back."""
        steps = [((i, 1),)] if i == j else [((i, 1), (j, 1)), ((i, 1),), ((j, 1),)]
        sides = []
        for sign in (1, -1):
            coefficients = []
            for step in steps:
                ray = self._ray(*((column, sign * s) for column, s in step))
                output = self._outputs[0]
                if output in ray.faults:
                    return _no_side(ray.faults[output][0])
                coefficients.append(ray.values[output][2])
            if i != j and not self._one_smooth_piece([self._ray(*((c, sign * s) for c, s in step)) for step in steps]):
                return Component(
                    Status.UNCERTAIN, reason="pieces meet here, and a mixed derivative needs one on all sides"
                )
            sides.append(2 * coefficients[0] if i == j else coefficients[0] - coefficients[1] - coefficients[2])
        for column in {i, j}:
            slope = self.first(0, column)
            if slope.status is not Status.CERTIFIED:
                return Component(Status.UNDEFINED, reason="the first derivative jumps or does not exist here")
        return _meeting(*sides)


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
