"""A function near a point, where it is one smooth piece."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from flint import ctx

from diffcheck.ops.enclosures import balls
from diffcheck.program.program import Node, Program
from diffcheck.referee.evaluate import Ball, Balls, Evaluation
from diffcheck.referee.formulas.exactly import evaluate_exactly


@dataclass(frozen=True, slots=True, eq=False)
class Smooth:
    """The function near a point: a program without pieces.

    ``data`` are the values of its inputs behind the function's own: the constants that count as inputs.
    """

    program: Program
    data: tuple[Fraction, ...]
    _enclosed: dict[int, list[Ball]] = field(default_factory=dict, init=False, repr=False)
    """The data as balls, by working precision."""

    def inputs(self, point: Sequence[float]) -> list[Ball]:
        """All inputs as balls at the working precision."""
        if ctx.prec not in self._enclosed:
            self._enclosed[ctx.prec] = list(map(balls.ball, self.data))
        return list(map(balls.ball_of_float, point)) + self._enclosed[ctx.prec]

    def exactly(self, nodes: Sequence[Node], point: Sequence[float]) -> Evaluation:
        """The values of a program of the same inputs, found with formulas."""
        return evaluate_exactly(nodes, [*map(Fraction, point), *self.data], self.inputs(point), Balls())
