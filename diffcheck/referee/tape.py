"""How strongly every intermediate value of a program moves its outputs.

For few outputs the adjoints are swept back from each. For many, one sweep forward moves every value at random, by
weights with a Cauchy distribution: what reaches an output is Cauchy again, its scale the sum of the absolute values
asked for, and the median of its size estimates that scale (Indyk 2006). The cost is then that of the program, however
many outputs it has.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from flint import arb, arb_poly

from diffcheck.formats import FORMATS
from diffcheck.ops import balls
from diffcheck.program.differentiate import sweep
from diffcheck.program.program import CONST, INPUT, Builder, Node, Program
from diffcheck.program.rules import partial
from diffcheck.referee.evaluate import Ball, Evaluation

# Up to so many outputs are swept back one by one.
SWEPT = 16
# The median of so many samples estimates the scale within a fifth (one standard deviation).
_SAMPLES = 64


class Tape:
    """A program without pieces, extended by the local partial derivatives of all its operations."""

    def __init__(self, program: Program) -> None:
        builder = Builder(program.nodes)
        self.size = len(program.nodes)
        self.outputs: list[int] = program.outputs.ravel().tolist()
        self._rounded = {i for i in range(self.size) if not _is_exact(program.nodes[i])}
        self._partials = {
            (number, position): partial(builder, number, position)
            for number in range(self.size)
            if program.nodes[number][0] not in (INPUT, CONST)
            for position, operand in enumerate(program.nodes[number][1])
            if operand in self._rounded
        }
        self.nodes = builder.nodes

    def absolute_sums(self, evaluation: Evaluation, *weights: Sequence[Ball]) -> list[list[Ball]]:
        """For each list of weights ``w`` and each output ``y`` the sum of ``|dy/dv| w_v`` over all nodes ``v``.

        An output that does not exist has the sum zero.
        """
        if len(self.outputs) > SWEPT:
            return [self._sketched(evaluation, w) for w in weights]
        sums: list[list[Ball]] = [[] for _ in weights]
        for output in self.outputs:
            adjoints = [] if output in evaluation.faults else self.adjoints(output, evaluation)
            for found, w in zip(sums, weights, strict=True):
                found.append(total(abs(adjoint) * w[i] for i, adjoint in adjoints))
        return sums

    def adjoints(self, output: int, evaluation: Evaluation) -> list[tuple[int, Ball]]:
        """For every node that matters to an output the derivative of the output by it."""
        return list(
            sweep(
                self.nodes,
                output,
                order=range(output, -1, -1),
                seed=arb(1),
                matters=self._rounded.__contains__,
                partial=lambda number, position: self._slope(evaluation, number, position),
                multiply=lambda adjoint, by: adjoint * by,
                add=lambda x, y: x + y,
            )
        )

    def _slope(self, evaluation: Evaluation, number: int, position: int) -> Ball:
        # Where a second derivative does not exist the first order says nothing; the other terms still hold.
        node = self._partials[number, position]
        return balls.ZERO if node in evaluation.faults else evaluation.values[node]

    def _sketched(self, evaluation: Evaluation, weights: Sequence[Ball]) -> list[Ball]:
        """The sums of one list of weights, estimated for all outputs together."""
        random = np.random.default_rng(0)
        moved: dict[int, arb_poly] = {}
        unbounded: set[int] = set()
        for number in range(self.size):
            name, operands = self.nodes[number]
            weight = weights[number]
            if not weight.is_finite():
                unbounded.add(number)
            elif not weight.is_zero():
                moved[number] = arb_poly(random.standard_cauchy(_SAMPLES).tolist()) * weight
            if name in (INPUT, CONST):
                continue
            for position, operand in enumerate(operands):
                if operand in unbounded:
                    unbounded.add(number)
                if operand in moved:
                    term = moved[operand] * self._slope(evaluation, number, position)
                    moved[number] = moved[number] + term if number in moved else term
        return [self._scale(output, moved, unbounded, evaluation) for output in self.outputs]

    @staticmethod
    def _scale(output: int, moved: dict[int, arb_poly], unbounded: set[int], evaluation: Evaluation) -> Ball:
        if output in evaluation.faults or not (output in moved or output in unbounded):
            return balls.ZERO
        sizes = [abs(x).mid() for x in moved[output]] if output in moved else []
        if output in unbounded or not all(s.is_finite() for s in sizes):
            return arb.pos_inf()
        return sorted(sizes + [balls.ZERO] * (_SAMPLES - len(sizes)))[_SAMPLES // 2]


def total(terms: Iterable[Ball]) -> Ball:
    """The sum of magnitudes; an unknown one (infinity times a zero that is not exact) is infinite."""
    found = balls.ZERO
    for term in terms:
        found = found + (term.mid() if term.is_finite() else arb.pos_inf())
    return found


def _is_exact(node: Node) -> bool:
    """Whether a node is a constant that every format holds."""
    name, operands = node
    return name == CONST and FORMATS["bfloat16"].holds(operands[0])
