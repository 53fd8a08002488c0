"""Difference quotients in balls, ever nearer to a point: what they tend to, told by how they change."""

import itertools
from collections.abc import Sequence
from fractions import Fraction

from flint import ctx

from diffcheck.ops.enclosures import balls
from diffcheck.program.program import Program
from diffcheck.referee.evaluate import Ball, Balls, Fault, evaluate
from diffcheck.referee.formulas.exactly import evaluate_exactly

# Distances from the point in powers of two, relative to the coordinates or one. What grows by this factor from each to
# the next has no limit (a logarithm doubles), and a difference that falls by it goes to zero.
_DISTANCES = (-60, -120, -240)
_GROWS = 1.5
# What a difference of some order at the smallest distance cancels is at most half of that many times these bits.
_BITS = 512
PRECISION = 2 * _BITS

# A quotient that is not known to double precision tells nothing.
_NARROW = balls.power_of_two(-53)

# The points of a difference, as ways from the point in question, and their weights.
Way = Sequence[Fraction | int]
Stencil = Sequence[tuple[Fraction, Way]]


def steps(point: Sequence[Fraction], positions: Sequence[int]) -> list[Fraction]:
    """How far to go, for inputs of this size."""
    unit = max([abs(point[position]) for position in positions] + [Fraction(1)])
    return [unit * Fraction(2) ** d for d in _DISTANCES]


def value(program: Program, output: int, point: Sequence[Fraction], way: Way, step: Fraction) -> Ball | None:
    """An output at so many steps from a point; ``None`` where it does not exist or is not decided."""
    there = [x + step * d for x, d in zip(point, way, strict=True)]
    moved = [balls.ball(x) for x in there]
    found = evaluate(program.nodes, moved, Balls())
    if output in found.faults and found.faults[output][0] is Fault.UNDECIDED:
        found = evaluate_exactly(program.nodes, there, moved, Balls())
    return None if output in found.faults else found.values[output]


def approach(
    program: Program, output: int, point: Sequence[Fraction], stencil: Stencil, order: int, limit: Ball
) -> bool:
    """Whether difference quotients of this order tend to a limit."""
    positions = [k for k in range(len(point)) if any(way[k] for _, way in stencil)]
    found: list[Ball] = []
    with ctx.workprec(max(PRECISION, order * _BITS)):
        for step in steps(point, positions):
            terms = [(weight, value(program, output, point, way, step)) for weight, way in stencil]
            if any(term is None for _, term in terms):
                return False
            total = sum((balls.ball(weight) * term for weight, term in terms), balls.ZERO)
            found.append(total / balls.ball(step) ** order)
            if found[-1].rad() > _NARROW * max(abs(found[-1]).mid(), abs(limit).mid()):
                return False
        return meet(found, [limit] * len(found))


def grow(values: Sequence[Ball]) -> bool:
    """Whether a sequence has no limit."""
    sizes = [abs(v).mid() for v in values]
    return all(after > _GROWS * before for before, after in itertools.pairwise(sizes)) and sizes[-1] > 1


def meet(left: Sequence[Ball], right: Sequence[Ball]) -> bool:
    """Whether two sequences have one limit: what certainly lies between them falls, or nothing does."""
    gaps = [(x - y).abs_lower() for x, y in zip(left, right, strict=True)]
    return all(after <= before / _GROWS for before, after in itertools.pairwise(gaps))
