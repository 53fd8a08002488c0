"""Derivatives from both sides of a point, by expansions along rays.

They are asked where pieces meet, at the ends of a domain, and where the chain rule divides by zero. Along the ray
``x + t d`` with t > 0 every comparison is decided by the first term that is not zero, so that the function is one
smooth piece there, and the terms of its expansion are its one-sided derivatives. No derivative rule takes part.
"""

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import ctx

from diffcheck.case.operators import Operator
from diffcheck.ops import balls
from diffcheck.program.program import Program
from diffcheck.referee.component import Component, Status, is_tight
from diffcheck.referee.evaluate import Ball, Balls, Evaluation, evaluate
from diffcheck.referee.exactly import evaluate_exactly
from diffcheck.referee.germs import Germ, NoExpansion, germ
from diffcheck.referee.jets import ORDER, Jets, along
from diffcheck.referee.paths import Decisions, live_decisions, specialise
from diffcheck.referee.quotients import Stencil
from diffcheck.referee.sides import Course, Side, meeting, side

_EXTRA_BITS = 128
# The pairs of ways along two inputs that a mixed derivative is seen from. Twice along the first as well: |x y| has one
# answer in each quadrant, and they differ.
_PAIRS = ((1, 1), (-1, -1), (1, -1), (-1, 1), (2, 1))

# The powers of t in both of them along curves; their sum is not beyond what power series are known to.
_CURVES = ((1, 2), (2, 1), (1, 5), (5, 1))

# Along which columns to go: column, factor c and power p of a way ``c t^p``.
Steps = tuple[tuple[int, Fraction | int, int], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A component of an output's derivative, as seen along a ray.

    Attributes
    ----------
    row, place:
        The output, and the component among those of its derivative.
    decisions:
        The pieces that hold along the ray.
    stencil:
        The difference that tends to the same number.
    """

    row: int
    place: int
    decisions: Decisions
    value: Ball
    stencil: Callable[[], Stencil]


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
        self._exactly: set[tuple[int, Steps]] = set()
        self._known_sides: dict[tuple[int, Steps, int], Side] = {}
        self._evidence: dict[tuple[int, int], list[Evidence]] = {}

    def component(self, number: int) -> Component:
        """A component, by its place in row-major order."""
        with ctx.workprec(self._precision):
            row, place = divmod(number, self._operator.width(len(self._wrt)))
            if self._is_mixed(place):
                return self._mixed(*divmod(place, len(self._wrt)))
            return self._repeated(row, self._way(place), self._operator.order)

    def evidence(self, number: int) -> list[Evidence]:
        """What a component with a value was made of."""
        with ctx.workprec(self._precision):
            row, place = divmod(number, self._operator.width(len(self._wrt)))
            if self._is_mixed(place):
                return self._evidence[divmod(place, len(self._wrt))]
            way, order = self._way(place), self._operator.order
            found = zip((-1, 1), self._sides(row, way, order), strict=True)
            return [
                Evidence(
                    row,
                    place,
                    self._decisions(row, _times(sign, way)),
                    s.slope,
                    functools.partial(self._stencil, way, sign, order),
                )
                for sign, s in found
                if s.is_finite
            ]

    def pieces(self, row: int, sign: int) -> Decisions | None:
        """The pieces of an output to one side along the direction; ``None`` if others meet them all along that side."""
        with ctx.workprec(self._precision):
            way = _times(sign, self._way(0))
            if self._side(row, way, 1).course is not Course.ON:
                return None
            found = self._decisions(row, way)
            return None if any(side == 0 for side, _ in found.values()) else found

    def _is_mixed(self, place: int) -> bool:
        """Whether a component is a second derivative by two inputs."""
        return self._operator.full == 2 and place % (len(self._wrt) + 1) != 0

    def _way(self, place: int) -> Steps:
        """The one way that a component which is not mixed is a derivative along: an input's, or the direction."""
        if self._operator.along:
            return tuple((k, Fraction(d), 1) for k, d in enumerate(self._operator.direction) if d)
        return ((place % len(self._wrt), 1, 1),)

    def _stencil(self, way: Steps, sign: int, order: int) -> Stencil:
        """The difference of an order to one side, for the derivative along the way."""
        weights = [sign**order * (-1) ** (order - k) * math.comb(order, k) for k in range(order + 1)]
        ways = [self._direction(_times(sign * k, way)) for k in range(order + 1)]
        return tuple(zip(map(Fraction, weights), ways, strict=True))

    def _sides(self, row: int, way: Steps, order: int) -> tuple[Side, Side]:
        """The sides to the left and to the right along a way."""
        left, right = (self._side(row, _times(sign, way), order) for sign in (-1, 1))
        return (left.turned() if order % 2 else left), right

    def _side(self, row: int, steps: Steps, order: int) -> Side:
        """One output along the sum of these steps."""
        known = self._known_sides.get((row, steps, order))
        if known is not None:
            return known
        output, at = self._outputs[row], self._at[row]
        found = side(self._ray(row, steps), output, at, order)
        if found.course is Course.UNKNOWN and (row, steps) not in self._exactly:
            self._exactly.add((row, steps))
            found = side(self._ray(row, steps), output, at, order)
        self._known_sides[row, steps, order] = found
        return found

    def _corner(self, *steps: Steps) -> Stencil:
        """The mixed difference in a corner."""
        first, second = steps
        weight = Fraction(1, math.prod(int(factor) for way in steps for _, factor, _ in way))
        ways = [self._direction(way) for way in (first + second, first, second, ())]
        return tuple(zip((weight, -weight, -weight, weight), ways, strict=True))

    def _ray(self, row: int, steps: Steps) -> Evaluation:
        """The function along a ray, with more effort where an output needed it."""
        exactly = (row, steps) in self._exactly
        if (steps, exactly) not in self._known:
            nodes, inputs = self._program.nodes, self._inputs(steps)
            self._known[steps, exactly] = (
                evaluate_exactly(
                    nodes,
                    self._point,
                    inputs,
                    Jets(),
                    self._direction(steps),
                    self._powers(steps),
                    outputs=self._outputs,
                )
                if exactly
                else evaluate(nodes, inputs, Jets())
            )
        return self._known[steps, exactly]

    def _direction(self, steps: Steps) -> list[Fraction | int]:
        """The sum of the steps, among all inputs."""
        direction: list[Fraction | int] = [0] * len(self._point)
        for column, factor, _ in steps:
            direction[self._wrt[column]] = factor
        return direction

    def _powers(self, steps: Steps) -> list[int]:
        """The powers of t that the inputs move with."""
        powers = [1] * len(self._point)
        for column, _, power in steps:
            powers[self._wrt[column]] = power
        return powers

    def _inputs(self, steps: Steps) -> list[Any]:
        """The inputs along a ray."""
        return along(self._point, self._direction(steps), ORDER, self._powers(steps))

    def _decisions(self, row: int, steps: Steps) -> Decisions:
        """The pieces that an output has along a ray."""
        one = Program(self._program.nodes, self._program.inputs, self._program.outputs.ravel()[row : row + 1])
        return live_decisions(one, self._ray(row, steps).decisions)

    def _repeated(self, row: int, way: Steps, order: int) -> Component:
        """The derivative of an order along one way, if there are those below it."""
        for lower in range(1, order):
            missing = self._missing(row, way, lower)
            if missing is not None:
                return missing
        return meeting(*self._sides(row, way, order))

    def _missing(self, row: int, way: Steps, order: int) -> Component | None:
        """What there is where the derivative that is to be differentiated does not exist; ``None`` where it does."""
        slope = meeting(*self._sides(row, way, order))
        if slope.status is Status.UNCERTAIN:
            return slope
        if slope.has_value:
            return None
        which = ("first", "second", "third", "fourth", "fifth")[order - 1]
        return Component(Status.UNDEFINED, reason=f"the {which} derivative jumps or does not exist here")

    def _mixed(self, i: int, j: int) -> Component:
        """A mixed second derivative: what every pair of ways says, if they say the same."""
        for column in {i, j}:
            missing = self._missing(0, ((column, 1, 1),), 1)
            if missing is not None:
                return missing
        found: list[Ball] = []
        for along_i, along_j in _PAIRS:
            ways: tuple[Steps, Steps] = ((i, along_i, 1),), ((j, along_j, 1),)
            value = self._from_a_corner(*ways)
            if isinstance(value, Component):
                return value
            if value is not None:
                found.append(value / (along_i * along_j))
                if len(found) == 1:
                    pieces = self._decisions(0, ways[0] + ways[1])
                    stencil = functools.partial(self._corner, *ways)
                    self._evidence[i, j] = [Evidence(0, i * len(self._wrt) + j, pieces, found[0], stencil)]
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

    def _from_a_corner(self, u: Steps, v: Steps) -> Ball | Component | None:
        """The limit of ``(f(x + u + v) - f(x + u) - f(x + v) + f(x)) / t^2`` for two ways ``u`` and ``v``.

        ``None`` where there is nothing in that corner; a component where there is no limit, or none was found.
        """
        rays = u + v, u, v
        courses = {self._side(0, steps, 2).course for steps in rays}
        if Course.MISSING in courses:
            return None
        if courses != {Course.ON}:
            return Component(Status.UNCERTAIN, reason="the function could not be expanded in all directions")
        if not self._in_one_piece(*rays):
            return Component(
                Status.UNCERTAIN, reason="pieces meet here, and a mixed derivative needs one in each corner"
            )
        try:
            limit = self._mixed_limit(u, v)
            # A function that is no power series may have one limit along straight rays and others along curves.
            if any(type(x) is Germ and not x.is_number for steps in rays for x in self._ray(0, steps).values):
                curves = [self._mixed_limit(_curved(u, p), _curved(v, q)) for p, q in _CURVES]
                if not all(other.overlaps(limit) for other in curves):
                    raise NoExpansion
            return limit
        except NoExpansion:
            return Component(Status.UNDEFINED, reason="the slopes along lines do not make one plane here")

    def _mixed_limit(self, u: Steps, v: Steps) -> Ball:
        """That limit, over the powers of t in both ways."""
        for steps in (u + v, u, v):
            if self._side(0, steps, 1).course is not Course.ON:
                raise NoExpansion
        together, first, second = (germ(self._ray(0, steps).values[self._outputs[0]]) for steps in (u + v, u, v))
        return _coefficient(together - first - second + together[0], u[0][2] + v[0][2])

    def _in_one_piece(self, inside: Steps, *edges: Steps) -> bool:
        """Whether the piece that holds in a corner holds at the point and along its edges, where others may meet it."""
        decisions = self._decisions(0, inside)
        piece = specialise(self._program, decisions)
        if evaluate_exactly(piece.nodes, self._point, [balls.ball(v) for v in self._point], Balls()).faults:
            return False
        return all(self._reaches(piece, decisions, edge) for edge in edges)

    def _reaches(self, piece: Program, decisions: Decisions, edge: Steps) -> bool:
        """Whether a piece is the function along a ray where it is not left, but perhaps meets others."""
        here = self._decisions(0, edge)
        if here == decisions:
            return True
        sides = {number: side for number, (side, _) in here.items()}
        if any(sides.get(number) not in (side, 0) for number, (side, _) in decisions.items()):
            return False
        output = int(piece.outputs.flat[0])
        inputs = self._inputs(edge)
        ray = evaluate_exactly(
            piece.nodes, self._point, inputs, Jets(), self._direction(edge), self._powers(edge), outputs=[output]
        )
        if output in ray.faults:
            return False
        try:
            difference = germ(ray.values[output]) - germ(self._ray(0, edge).values[self._outputs[0]])
            return bool(_coefficient(difference, 2).contains(0))
        except NoExpansion:
            return False


def _times(factor: int, way: Steps) -> Steps:
    """So many times the way."""
    return tuple((column, factor * times, power) for column, times, power in way)


def _curved(way: Steps, power: int) -> Steps:
    """The same way, with another power of t."""
    return tuple((column, factor, power) for column, factor, _ in way)


def _coefficient(value: Germ, order: int) -> Ball:
    """The coefficient of a power of t in a sum whose larger terms may all be zero; `NoExpansion` if one is not."""
    larger = [c for (a, b), c in value.terms.items() if a < order or (a == order and b > 0)]
    if value.order <= order or not all(c.contains(0) for c in larger):
        raise NoExpansion
    return value.terms.get((Fraction(order), 0), balls.ZERO)
