"""What a point is where a derivative fails to exist: a kink, a jump, a cusp, a pole, the edge of the domain.

Seen along one input, from values in balls ever nearer to the point on both sides. The shape is for the reader: no
verdict rests on it.
"""

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

from flint import ctx

from diffcheck.ops.enclosures import balls
from diffcheck.program.program import Program
from diffcheck.referee.beside.quotients import PRECISION, Way, grow, meet, steps, value
from diffcheck.referee.evaluate import Ball


class Shape(StrEnum):
    """How a function behaves at a point along one input."""

    SMOOTH = "smooth"
    """Value and slope are the same from both sides."""
    KINK = "kink"
    """Two different slopes meet."""
    CUSP = "cusp"
    """Infinite slopes of opposite signs meet."""
    VERTICAL = "vertical tangent"
    """The slope is infinite on one side at least."""
    JUMP = "jump"
    """The values from both sides, or at the point, differ."""
    POLE = "pole"
    """The values grow without limit."""
    EDGE = "domain edge"
    """The function exists on one side only."""
    REMOVABLE = "removable"
    """The values have a limit, but the formula has none at the point."""
    OUTSIDE = "outside the domain"
    """The function exists on neither side."""


def shape(program: Program, point: Sequence[float], position: int, row: int) -> Shape:
    """The shape of one output at a point along the flattened input at ``position``."""
    return shape_along(program, point, [int(k == position) for k in range(len(point))], row)


def shape_along(program: Program, point: Sequence[float], way: Way, row: int) -> Shape:
    """The shape of one output at a point along a way of all flattened inputs."""
    output = int(program.outputs.flat[row])
    x = [Fraction(v) for v in point]

    def at(step: Fraction, sign: int) -> Ball | None:
        return value(program, output, x, [sign * d for d in way], step)

    with ctx.workprec(PRECISION):
        distances = steps(x, [k for k, d in enumerate(way) if d])
        here = at(Fraction(0), 0)
        sides = [[(sign * step, at(step, sign)) for step in distances] for sign in (-1, 1)]
        known = [side for side in sides if all(found is not None for _, found in side)]
        if len(known) < 2:
            return Shape.EDGE if known else Shape.OUTSIDE
        left, right = ([found for _, found in side] for side in known)
        if grow(left) or grow(right):
            return Shape.POLE
        if not meet(left, right) or not (here is None or meet(left, [here] * len(left))):
            return Shape.JUMP
        if here is None:
            return Shape.REMOVABLE
        return _bend(*([(found - here) / balls.ball(step) for step, found in side] for side in known))


def _bend(left: list[Ball], right: list[Ball]) -> Shape:
    """What two one-sided slopes make together."""
    steep = [grow(slopes) for slopes in (left, right)]
    if all(steep) and left[-1] * right[-1] < 0:
        return Shape.CUSP
    if any(steep):
        return Shape.VERTICAL
    return Shape.SMOOTH if meet(left, right) else Shape.KINK
