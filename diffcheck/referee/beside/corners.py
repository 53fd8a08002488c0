"""Mixed second derivatives where pieces meet: what the function is in the corners between rays along two inputs."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from diffcheck.ops.enclosures import balls
from diffcheck.program.program import Program
from diffcheck.referee.beside.along_rays import AlongRays, Steps
from diffcheck.referee.beside.germs import Germ, NoExpansion, germ
from diffcheck.referee.beside.jets import Jets
from diffcheck.referee.beside.quotients import Stencil
from diffcheck.referee.beside.sides import Course
from diffcheck.referee.component import Component, Status, is_tight
from diffcheck.referee.evaluate import Ball, Balls
from diffcheck.referee.formulas.exactly import evaluate_exactly
from diffcheck.referee.paths import Decisions, specialise

# The pairs of ways along two inputs that a mixed derivative is seen from. Twice along the first as well: |x y| has one
# answer in each quadrant, and they differ.
_PAIRS = ((1, 1), (-1, -1), (1, -1), (-1, 1), (2, 1))

# The powers of t in both of them along curves; their sum is not beyond what power series are known to.
_CURVES = ((1, 2), (2, 1), (1, 5), (5, 1))


class Corners:
    """The mixed second derivatives of a program's output, at the working precision of `flint.ctx`.

    Attributes
    ----------
    seen:
        For two columns the ways of the first corner that tells, and what it tells.
    """

    def __init__(self, program: Program, point: Sequence[Fraction], along: AlongRays) -> None:
        self._program = program
        self._point = point
        self._along = along
        self.seen: dict[tuple[int, int], tuple[tuple[Steps, Steps], Ball]] = {}

    def mixed(self, i: int, j: int) -> Component:
        """A mixed second derivative by two columns: what every pair of ways says, if they say the same."""
        found: list[Ball] = []
        for along_i, along_j in _PAIRS:
            ways: tuple[Steps, Steps] = ((i, along_i, 1),), ((j, along_j, 1),)
            value = self._from_a_corner(*ways)
            if isinstance(value, Component):
                return value
            if value is not None:
                found.append(value / (along_i * along_j))
                self.seen.setdefault((i, j), (ways, found[0]))
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
        courses = {self._along.side(0, steps, 2).course for steps in rays}
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
            if any(type(x) is Germ and not x.is_number for steps in rays for x in self._along.ray(0, steps).values):
                curves = [self._mixed_limit(_curved(u, p), _curved(v, q)) for p, q in _CURVES]
                if not all(other.overlaps(limit) for other in curves):
                    raise NoExpansion
            return limit
        except NoExpansion:
            return Component(Status.UNDEFINED, reason="the slopes along lines do not make one plane here")

    def _mixed_limit(self, u: Steps, v: Steps) -> Ball:
        """That limit, over the powers of t in both ways."""
        for steps in (u + v, u, v):
            if self._along.side(0, steps, 1).course is not Course.ON:
                raise NoExpansion
        together, first, second = (
            germ(self._along.ray(0, steps).values[self._along.outputs[0]]) for steps in (u + v, u, v)
        )
        return _coefficient(together - first - second + together[0], u[0][2] + v[0][2])

    def _output_along(self, steps: Steps) -> Any:
        return self._along.ray(0, steps).values[self._along.outputs[0]]

    def _in_one_piece(self, inside: Steps, *edges: Steps) -> bool:
        """Whether the piece that holds in a corner holds at the point and along its edges, where others may meet it."""
        decisions = self._along.decisions(0, inside)
        piece = specialise(self._program, decisions)
        if evaluate_exactly(piece.nodes, self._point, [balls.ball(v) for v in self._point], Balls()).faults:
            return False
        return all(self._reaches(piece, decisions, edge) for edge in edges)

    def _reaches(self, piece: Program, decisions: Decisions, edge: Steps) -> bool:
        """Whether a piece is the function along a ray where it is not left, but perhaps meets others."""
        here = self._along.decisions(0, edge)
        if here == decisions:
            return True
        sides = {number: side for number, (side, _) in here.items()}
        if any(sides.get(number) not in (side, 0) for number, (side, _) in decisions.items()):
            return False
        output, along = int(piece.outputs.flat[0]), self._along
        inputs, direction, powers = along.inputs(edge), along.direction(edge), along.powers(edge)
        ray = evaluate_exactly(piece.nodes, self._point, inputs, Jets(), direction, powers, outputs=[output])
        if output in ray.faults:
            return False
        try:
            difference = germ(ray.values[output]) - germ(self._output_along(edge))
            return bool(_coefficient(difference, 2).contains(0))
        except NoExpansion:
            return False

    def stencil(self, *steps: Steps) -> Stencil:
        """The mixed difference in a corner."""
        first, second = steps
        weight = Fraction(1, math.prod(int(factor) for way in steps for _, factor, _ in way))
        ways = [self._along.direction(way) for way in (first + second, first, second, ())]
        return tuple(zip((weight, -weight, -weight, weight), ways, strict=True))


def _curved(way: Steps, power: int) -> Steps:
    """The same way, with another power of t."""
    return tuple((column, factor, power) for column, factor, _ in way)


def _coefficient(value: Germ, order: int) -> Ball:
    """The coefficient of a power of t in a sum whose larger terms may all be zero; `NoExpansion` if one is not."""
    larger = [c for (a, b), c in value.terms.items() if a < order or (a == order and b > 0)]
    if value.order <= order or not all(c.contains(0) for c in larger):
        raise NoExpansion
    return value.terms.get((Fraction(order), 0), balls.ZERO)
