"""What a point is where a derivative fails to exist: a kink, a jump, a cusp, a pole, the edge of the domain.

Seen along one input, from values in balls ever nearer to the point on both sides. The shape is for the reader: no
verdict rests on it.
"""

import itertools
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

from flint import ctx

from diffcheck.ops import balls
from diffcheck.program.program import Program
from diffcheck.referee.evaluate import Ball, Balls, evaluate

# Distances from the point in powers of two, relative to the coordinate or one. What grows by this factor from each to
# the next has no limit (a logarithm doubles), and a difference that falls by it goes to zero.
_DISTANCES = (-60, -120, -240)
_GROWS = 1.5
_PRECISION = 1024


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
    output = int(program.outputs.flat[row])
    x = [Fraction(v) for v in point]
    unit = max(abs(x[position]), Fraction(1))

    def at(step: Fraction) -> Ball | None:
        moved = [v + step * (k == position) for k, v in enumerate(x)]
        found = evaluate(program.nodes, [balls.ball(v) for v in moved], Balls())
        return None if output in found.faults else found.values[output]

    with ctx.workprec(_PRECISION):
        steps = [unit * Fraction(2) ** d for d in _DISTANCES]
        here = at(Fraction(0))
        sides = [[(sign * step, at(sign * step)) for step in steps] for sign in (-1, 1)]
        known = [side for side in sides if all(value is not None for _, value in side)]
        if len(known) < 2:
            return Shape.EDGE if known else Shape.OUTSIDE
        left, right = ([value for _, value in side] for side in known)
        if _grow(left) or _grow(right):
            return Shape.POLE
        if not _meet(left, right) or not (here is None or _meet(left, [here] * len(left))):
            return Shape.JUMP
        if here is None:
            return Shape.REMOVABLE
        return _bend(*([(value - here) / balls.ball(step) for step, value in side] for side in known))


def _bend(left: list[Ball], right: list[Ball]) -> Shape:
    """What two one-sided slopes make together."""
    steep = [_grow(slopes) for slopes in (left, right)]
    if all(steep) and left[-1] * right[-1] < 0:
        return Shape.CUSP
    if any(steep):
        return Shape.VERTICAL
    return Shape.SMOOTH if _meet(left, right) else Shape.KINK


def _grow(values: Sequence[Ball]) -> bool:
    """Whether a sequence has no limit."""
    sizes = [abs(v).mid() for v in values]
    return all(after > _GROWS * before for before, after in itertools.pairwise(sizes)) and sizes[-1] > 1


def _meet(left: Sequence[Ball], right: Sequence[Ball]) -> bool:
    """Whether two sequences have one limit."""
    gaps = [abs(x - y).mid() for x, y in zip(left, right, strict=True)]
    return all(after <= before / _GROWS for before, after in itertools.pairwise(gaps))
