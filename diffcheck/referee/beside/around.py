"""The pieces that a function is made of around a point where pieces meet.

Partial derivatives may exist where a function has none: the middle of three equal numbers moves with none of them
alone, and with all of them together. Along a direction that is in no special position to the point the function is one
smooth piece, in a whole cone about the direction. The derivatives of these pieces are what a derivative in the wider
sense is between (Clarke 1983), and where the function is differentiable they all are its derivative.
"""

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from flint import ctx

from diffcheck.program.program import Builder
from diffcheck.referee.beside.along_rays import AlongRays, Steps
from diffcheck.referee.beside.jets import Jets, along
from diffcheck.referee.beside.sides import Course
from diffcheck.referee.component import Status
from diffcheck.referee.evaluate import Ball, evaluate
from diffcheck.referee.found import Truth
from diffcheck.referee.paths import live_decisions
from diffcheck.referee.truth import Referee

# Of n equal numbers the one that is taken is another along each direction: half of the directions are drawn, along the
# others the number that is asked about takes one place after the other in their order, the middle ones among these.
_DIRECTIONS = 64
# The parts of a direction are whole numbers up to this one, so that hardly any two are in a simple relation.
_PARTS = 2**20
# What parts in second order has a limit by the coefficients below this one.
_ORDER = 3
# Together these looks take as long as one may at both sides of inputs, see `diffcheck.referee.truth`.
_MOST = 2**23


def slopes(referee: Referee, truth: Truth, point: Sequence[float], component: int) -> list[Ball]:
    """The values of a component of a gradient or Jacobian on the pieces around a point; none where no pieces meet.

    Not all of them where many meet: each is that of a piece.
    """
    operator, program = referee.operator, referee.program
    if operator.along or operator.full != 1 or truth.smooth is None or _DIRECTIONS * program.operations > _MOST:
        return []
    output = component // len(referee.wrt)
    return [] if output not in truth.rows else list(_slopes(referee, truth, point, component))


def _slopes(referee: Referee, truth: Truth, point: Sequence[float], component: int) -> Iterator[Ball]:
    x, (output, column) = [Fraction(v) for v in point], divmod(component, len(referee.wrt))
    primal = referee.primal.at(x)
    if isinstance(primal, str):
        return
    evaluation, precision = primal
    defined = referee.primal.restricted((output,))
    if all(side for side, _ in live_decisions(defined, evaluation.decisions).values()):
        yield from _limits(referee, truth, point, component)
        return
    with ctx.workprec(precision):
        rays = AlongRays(defined, x, referee.wrt, evaluation)
        ways = (way for way in _ways_of(column, len(referee.wrt)) if rays.side(0, way, 1).course is not Course.UNKNOWN)
        pieces = (rays.decisions(0, way) for way in ways)
        distinct = {tuple(p.items()): p for p in pieces if all(side for side, _ in p.values())}
    for piece in distinct.values():
        found, _ = referee.derivatives.certified(referee.smooth_piece((output,), defined, piece), point)
        if found[column].status is Status.CERTIFIED:
            yield found[column].left


def _limits(referee: Referee, truth: Truth, point: Sequence[float], component: int) -> Iterator[Ball]:
    """What a component tends to along directions in which it exists, where there is none at the point itself.

    So it is where eigenvalues meet: nobody's comparisons tell the pieces apart. Along directions in which half of the
    inputs stay it tends to the ends of what it may be.
    """
    assert truth.smooth is not None
    output, column = divmod(component, len(referee.wrt))
    program = referee.derivatives.program(truth.smooth)
    node = int(program.outputs.flat[truth.rows.index(output) * len(referee.wrt) + column])
    if node not in referee.derivatives.evaluation(truth.smooth, point).faults:
        return
    one = Builder(program.nodes).program(len(program.inputs), np.array(node))
    limit = int(one.outputs)
    x = [*map(Fraction, point), *truth.smooth.data]
    generator = random.Random(1)
    for number, way in enumerate(_ways(len(referee.wrt)) * 2):
        direction: list[Fraction | int] = [0] * len(x)
        for k, step, _ in way:
            direction[referee.wrt[k]] = step if number < _DIRECTIONS else step * generator.randrange(2)
        with ctx.workprec(truth.precision):
            found = evaluate(one.nodes, along(x, direction, _ORDER), Jets())
            head = None if limit in found.faults else Jets().head(found.values[limit])
            if head is not None and head.is_finite():
                yield head


def _ways(width: int, count: int = _DIRECTIONS) -> list[Steps]:
    generator = random.Random(0)
    return [
        tuple((k, Fraction(generator.randrange(1, _PARTS) * generator.choice((-1, 1))), 1) for k in range(width))
        for _ in range(count)
    ]


def _ways_of(column: int, width: int) -> list[Steps]:
    """Directions of which many have few parts, or many, below that of one input."""
    half, generator = _DIRECTIONS // 2, random.Random(column)
    middle = {(width - 1) // 2, width // 2}
    ranks = sorted({*np.linspace(0, width - 1, half - len(middle)).round().astype(int).tolist(), *middle})
    found = _ways(width, half)
    for rank in ranks:
        others = [k for k in range(width) if k != column]
        below = set(generator.sample(others, rank))
        parts = {k: generator.randrange(2, _PARTS) * (-1 if k in below else 1) for k in others}
        parts[column] = generator.choice((-1, 1))
        found.append(tuple((k, Fraction(parts[k]), 1) for k in range(width)))
    return found
