"""The pieces that a function is made of around a point where pieces meet.

Partial derivatives may exist where a function has none: the middle of three equal numbers moves with none of them
alone, and with all of them together. Along a direction that is in no special position to the point the function is one
smooth piece, in a whole cone about the direction. The derivatives of these pieces are what a derivative in the wider
sense is between (Clarke 1983), and where the function is differentiable they all are its derivative.
"""

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction

from flint import ctx

from diffcheck.referee.along_rays import AlongRays, Steps
from diffcheck.referee.component import Status
from diffcheck.referee.evaluate import Ball
from diffcheck.referee.paths import live_decisions
from diffcheck.referee.truth import Referee, Truth

# Of n equal numbers the one that is taken is another along each direction; 64 of them miss one of eight or fewer with
# a chance below 8 (7/8)^64 = 1/600.
_DIRECTIONS = 64
# The parts of a direction are whole numbers up to this one, so that hardly any two are in a simple relation.
_PARTS = 2**20
# Together these looks take as long as one may at both sides of inputs, see `diffcheck.referee.truth`.
_MOST = 2**23


def slopes(referee: Referee, truth: Truth, point: Sequence[float], component: int) -> list[Ball]:
    """The values of a component of a gradient or Jacobian on the pieces around a point; none where no pieces meet.

    Not all of them where many meet: each is that of a piece.
    """
    operator, program = referee.operator, referee.program
    if operator.along or operator.full != 1 or truth.smooth is None or _DIRECTIONS * program.operations > _MOST:
        return []
    output, column = divmod(component, len(referee.wrt))
    return [] if output not in truth.rows else list(_slopes(referee, point, output, column))


def _slopes(referee: Referee, point: Sequence[float], output: int, column: int) -> Iterator[Ball]:
    x = [Fraction(v) for v in point]
    primal = referee.primal.at(x)
    if isinstance(primal, str):
        return
    evaluation, precision = primal
    defined = referee.primal.restricted((output,))
    if all(side for side, _ in live_decisions(defined, evaluation.decisions).values()):
        return
    with ctx.workprec(precision):
        rays = AlongRays(defined, x, referee.wrt, evaluation)
        pieces = (rays.decisions(0, way) for way in _ways(len(referee.wrt)))
        distinct = {tuple(p.items()): p for p in pieces if all(side for side, _ in p.values())}
    for piece in distinct.values():
        found, _ = referee.derivatives.certified(referee.smooth_piece((output,), defined, piece), point)
        if found[column].status is Status.CERTIFIED:
            yield found[column].left


def _ways(width: int) -> Iterator[Steps]:
    generator = random.Random(0)
    for _ in range(_DIRECTIONS):
        yield tuple((k, Fraction(generator.randrange(1, _PARTS) * generator.choice((-1, 1))), 1) for k in range(width))
