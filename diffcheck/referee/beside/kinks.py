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

from flint import ctx

from diffcheck.case.operators import Operator
from diffcheck.program.program import Program
from diffcheck.referee.beside.along_rays import AlongRays, Steps, times
from diffcheck.referee.beside.corners import Corners
from diffcheck.referee.beside.quotients import Stencil
from diffcheck.referee.beside.sides import Course, Side, meeting
from diffcheck.referee.component import Component, Status
from diffcheck.referee.evaluate import Ball, Evaluation
from diffcheck.referee.paths import Decisions

_EXTRA_BITS = 128


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
        self._operator = operator
        self._wrt = wrt
        self._precision = precision + _EXTRA_BITS
        self._along = AlongRays(program, point, wrt, evaluation)
        self._corners = Corners(program, point, self._along)

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
                return [self._of_corner(row, place)]
            way, order = self._way(place), self._operator.order
            found = zip((-1, 1), self._sides(row, way, order), strict=True)
            return [
                Evidence(
                    row,
                    place,
                    self._along.decisions(row, times(sign, way)),
                    s.slope,
                    functools.partial(self._stencil, way, sign, order),
                )
                for sign, s in found
                if s.is_finite
            ]

    def _of_corner(self, row: int, place: int) -> Evidence:
        ways, value = self._corners.seen[divmod(place, len(self._wrt))]
        pieces = self._along.decisions(row, ways[0] + ways[1])
        return Evidence(row, place, pieces, value, functools.partial(self._corners.stencil, *ways))

    def pieces(self, row: int, sign: int) -> Decisions | None:
        """The pieces of an output to one side along the direction; ``None`` if others meet them all along that side."""
        with ctx.workprec(self._precision):
            way = times(sign, self._way(0))
            if self._along.side(row, way, 1).course is not Course.ON:
                return None
            found = self._along.decisions(row, way)
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
        ways = [self._along.direction(times(sign * k, way)) for k in range(order + 1)]
        return tuple(zip(map(Fraction, weights), ways, strict=True))

    def _sides(self, row: int, way: Steps, order: int) -> tuple[Side, Side]:
        """The sides to the left and to the right along a way."""
        left, right = (self._along.side(row, times(sign, way), order) for sign in (-1, 1))
        return (left.turned() if order % 2 else left), right

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
        """A mixed second derivative, if there are first ones."""
        for column in {i, j}:
            missing = self._missing(0, ((column, 1, 1),), 1)
            if missing is not None:
                return missing
        return self._corners.mixed(i, j)
