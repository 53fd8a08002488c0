"""Derivatives from both sides of a point, by expansions along rays.

They are asked where pieces meet, at the ends of a domain, and where the chain rule divides by zero. Along the ray
``x + t d`` with t > 0 every comparison is decided by the first term that is not zero, so that the function is one smooth
piece there, and the terms of its expansion are its one-sided derivatives. No derivative rule takes part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import ctx

from diffcheck.case.operators import Operator
from diffcheck.ops import balls
from diffcheck.program.program import Program
from diffcheck.referee.component import Component, Status, is_tight
from diffcheck.referee.evaluate import Ball, Balls, Evaluation, evaluate
from diffcheck.referee.exactly import evaluate_exactly
from diffcheck.referee.jets import Jets, along
from diffcheck.referee.paths import Decisions, live_decisions, specialise
from diffcheck.referee.sides import Course, Side, meeting, side

# Comparisons that tie to this order along a ray count as undecided.
_ORDER = 6
_EXTRA_BITS = 128
# The pairs of ways along two inputs that a mixed derivative is seen from. Twice along the first as well: |x y| has one
# answer in each quadrant, and they differ.
_PAIRS = ((1, 1), (-1, -1), (1, -1), (-1, 1), (2, 1))

# How often to go along which columns, to the positive or to the negative side.
Steps = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A component of an output's derivative, as seen along a ray, and the pieces that hold there."""

    row: int
    place: int
    decisions: Decisions
    value: Ball


class Rays:
    """The one-sided derivatives at a point, at one working precision; each expansion is computed once.

    Parameters
    ----------
    program:
        The outputs that exist at the point.
    evaluation:
        The function at the point itself, at this working precision in bits.
    """

    def __init__(
        self,
        program: Program,
        point: Sequence[Fraction],
        operator: Operator,
        wrt: Sequence[int],
        evaluation: Evaluation,
        precision: int,
    ) -> None:
        self._program = program
        self._point = point
        self._operator = operator
        self._wrt = wrt
        self._outputs: list[int] = program.outputs.ravel().tolist()
        self._at = [evaluation.values[output] for output in self._outputs]
        self._precision = precision + _EXTRA_BITS
        self._known: dict[tuple[Steps, bool], Evaluation] = {}
        self._exactly: dict[int, set[Steps]] = {}
        self._evidence: dict[tuple[int, int], list[Evidence]] = {}

    def component(self, number: int) -> Component:
        """A component, by its place in row-major order."""
        with ctx.workprec(self._precision):
            row, column = divmod(number, len(self._wrt))
            if self._operator is not Operator.HESSIAN:
                return meeting(*self._sides(row, column, 1))
            return self._second(row, column)

    def evidence(self, number: int) -> list[Evidence]:
        """What a component with a value was made of."""
        with ctx.workprec(self._precision):
            row, column = divmod(number, len(self._wrt))
            if self._operator is Operator.HESSIAN and row != column:
                return self._evidence[row, column]
            output, order = (0, 2) if self._operator is Operator.HESSIAN else (row, 1)
            found = zip((-1, 1), self._sides(output, column, order), strict=True)
            place = number if self._operator is Operator.HESSIAN else column
            return [
                Evidence(output, place, self._decisions(output, ((column, sign),)), s.slope)
                for sign, s in found
                if s.is_finite
            ]

    def _sides(self, row: int, column: int, order: int) -> tuple[Side, Side]:
        """The sides to the left and to the right along one input."""
        left, right = (self._side(row, ((column, sign),), order) for sign in (-1, 1))
        return (left.turned() if order == 1 else left), right

    def _side(self, row: int, steps: Steps, order: int) -> Side:
        """One output along the sum of these steps."""
        output, at = self._outputs[row], self._at[row]
        found = side(self._ray(row, steps), output, at, order)
        if found.course is Course.UNKNOWN and steps not in self._exactly.setdefault(row, set()):
            self._exactly[row].add(steps)
            found = side(self._ray(row, steps), output, at, order)
        return found

    def _ray(self, row: int, steps: Steps) -> Evaluation:
        """The function along a ray, with more effort where an output needed it."""
        exactly = steps in self._exactly.get(row, ())
        if (steps, exactly) not in self._known:
            direction = [0] * len(self._point)
            for column, sign in steps:
                direction[self._wrt[column]] += sign
            inputs = along(self._point, direction, _ORDER)
            nodes = self._program.nodes
            self._known[steps, exactly] = (
                evaluate_exactly(nodes, self._point, inputs, Jets(), direction)
                if exactly
                else evaluate(nodes, inputs, Jets())
            )
        return self._known[steps, exactly]

    def _decisions(self, row: int, steps: Steps) -> Decisions:
        one = Program(self._program.nodes, self._program.inputs, self._program.outputs.ravel()[row : row + 1])
        return live_decisions(one, self._ray(row, steps).decisions)

    def _second(self, i: int, j: int) -> Component:
        """The second derivative by two inputs."""
        for column in {i, j}:
            slope = meeting(*self._sides(0, column, 1))
            if slope.status is Status.UNCERTAIN:
                return slope
            if slope.status not in (Status.CERTIFIED, Status.ONE_SIDED):
                return Component(Status.UNDEFINED, reason="the first derivative jumps or does not exist here")
        return meeting(*self._sides(0, i, 2)) if i == j else self._mixed(i, j)

    def _mixed(self, i: int, j: int) -> Component:
        """A mixed second derivative: what every pair of directions says, if they share one quadratic form."""
        found: list[Ball] = []
        for along_i, along_j in _PAIRS:
            steps_i, steps_j = ((i, along_i // abs(along_i)),) * abs(along_i), ((j, along_j),)
            rays = (steps_i + steps_j, steps_i, steps_j)
            sides = [self._side(0, steps, 2) for steps in rays]
            courses = {s.course for s in sides}
            if Course.MISSING in courses:
                continue
            if Course.UNKNOWN in courses:
                return Component(Status.UNCERTAIN, reason="the function could not be expanded in all directions")
            if not all(s.is_finite for s in sides) or not self._is_flat(rays):
                return Component(Status.UNDEFINED, reason="the function has no tangent plane here that bends")
            if not self._share_a_piece(rays):
                reason = "pieces meet here, and a mixed derivative needs one on all sides"
                return Component(Status.UNCERTAIN, reason=reason)
            together, first, second = (s.slope for s in sides)
            found.append((together - first - second) / (2 * along_i * along_j))
            if len(found) == 1:
                self._evidence[i, j] = [Evidence(0, i * len(self._wrt) + j, self._decisions(0, rays[0]), found[0])]
        if len(found) < 2:
            return Component(Status.UNCERTAIN, reason="the function exists in too few directions")
        if not all(is_tight(value) for value in found):
            return Component(Status.UNCERTAIN, reason="a one-sided derivative is not enclosed tightly")
        common = found[0]
        for value in found[1:]:
            if not common.overlaps(value):
                return Component(Status.UNDEFINED, reason="the second derivative depends on the direction here")
            common = common.intersection(value)
        if len(found) == len(_PAIRS):
            return Component(Status.CERTIFIED, common, common)
        return Component(Status.ONE_SIDED, common, common, "the function exists only on one side of this point")

    def _is_flat(self, rays: tuple[Steps, Steps, Steps]) -> bool:
        """Whether the slope along the sum of two ways is the sum of their slopes."""
        together, first, second = (self._side(0, steps, 1) for steps in rays)
        return together.is_finite and bool(together.slope.overlaps(first.slope + second.slope))

    def _share_a_piece(self, rays: Sequence[Steps]) -> bool:
        """Whether rays run in one piece that exists here: only then do they share one quadratic form."""
        decisions = [self._decisions(0, steps) for steps in rays]
        if any(d != decisions[0] for d in decisions):
            return False
        piece = specialise(self._program, decisions[0])
        return not evaluate(piece.nodes, [balls.ball(v) for v in self._point], Balls()).faults
