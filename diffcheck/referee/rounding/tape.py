"""How strongly every intermediate value of a program moves its outputs."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from flint import arb

from diffcheck.formats import FORMATS, Format
from diffcheck.ops.enclosures import balls
from diffcheck.program.program import CONST, INPUT, Builder, Node, Program
from diffcheck.program.rules import partial
from diffcheck.program.schedule import Terms, long_sums
from diffcheck.referee.enclosures import Enclosures
from diffcheck.referee.evaluate import Ball, Evaluation
from diffcheck.referee.rounding.of_value import rounding
from diffcheck.referee.rounding.path_sums import Edges, path_sums

# From so many nodes times outputs on, all outputs together are faster than one by one.
_MANY = 2000


class Tape:
    """A program without pieces, extended by the local partial derivatives of all its operations.

    Parameters
    ----------
    enclosures:
        Those of the program's nodes, where they are at hand.
    """

    def __init__(self, program: Program, enclosures: Enclosures | None = None) -> None:
        builder = Builder(program.nodes)
        self._program = program
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
        self._uses: list[list[tuple[int, int]]] = [[] for _ in range(self.size)]
        for (n, position), slope in self._partials.items():
            self._uses[n].append((program.nodes[n][1][position], slope))
        self._program_enclosures = enclosures or Enclosures(program.nodes)
        self._enclosures = Enclosures(self.nodes, self.size)
        self._swept: tuple[Evaluation | None, dict[int, list[tuple[int, Ball]]]] = None, {}

    def evaluation(self, inputs: Sequence[Ball], known: Evaluation | None = None) -> Evaluation:
        """All values at the working precision; ``known`` are those of the program's own nodes."""
        return self._enclosures.at(inputs, known or self._program_enclosures.at(inputs))

    def losses(self, evaluation: Evaluation, format: Format) -> list[Ball]:
        """What rounding leaves on each of the program's nodes."""
        return rounding(format).losses(self.nodes[: self.size], evaluation.values)

    def losses_in_any_order(self, evaluation: Evaluation, format: Format) -> list[Ball]:
        """The same where long sums are added up in the order that loses most."""
        found, unit = self.losses(evaluation, format), rounding(format).unit
        for root, (terms, factors) in self._long_sums.items():
            values = [evaluation.values[i] for i in terms]
            if None in values:
                continue  # a sum of what does not exist has no value that could be off
            sizes = total(abs(f * v) for f, v in zip(factors, values, strict=True))
            found[root] = max(found[root], (len(terms) - 1) * unit * sizes)
        return found

    @cached_property
    def _long_sums(self) -> dict[int, Terms]:
        return long_sums(self._program)

    def absolute_sums(self, evaluation: Evaluation, *weights: Sequence[Ball]) -> list[list[Ball]]:
        """For each list of weights ``w`` and each output ``y`` the sum of ``|dy/dv| w_v`` over all nodes ``v``.

        An output that does not exist has the sum zero.
        """
        distinct = list(dict.fromkeys(self.outputs))
        sums: list[dict[int, Any]] = [dict.fromkeys(distinct) for _ in weights]
        if self.size * len(distinct) >= _MANY:
            together = path_sums(self.size, self._edges(evaluation), distinct, weights)
            sums = [dict(zip(distinct, found, strict=True)) for found in together]
        for output in distinct:
            missing = [(found, w) for found, w in zip(sums, weights, strict=True) if found[output] is None]
            adjoints = self._adjoints(output, evaluation) if missing and output not in evaluation.faults else []
            for found, w in missing:
                found[output] = total(abs(adjoint) * w[i] for i, adjoint in adjoints)
        return [[found[output] for output in self.outputs] for found in sums]

    def adjoints(self, output: int, evaluation: Evaluation) -> list[tuple[int, Ball]]:
        """For every node that matters to an output the derivative of the output by it."""
        values, faults = evaluation.values, evaluation.faults
        adjoints = {output: arb(1)}
        found = []
        for number in range(output, -1, -1):
            adjoint = adjoints.pop(number, None)
            if adjoint is None:
                continue
            found.append((number, adjoint))
            for operand, slope in self._uses[number]:
                by = balls.ZERO if slope in faults else values[slope]
                before = adjoints.get(operand)
                adjoints[operand] = adjoint * by if before is None else before + adjoint * by
        return found

    def _adjoints(self, output: int, evaluation: Evaluation) -> list[tuple[int, Ball]]:
        """The same, kept as long as the same evaluation is asked about."""
        if self._swept[0] is not evaluation:
            self._swept = evaluation, {}
        known = self._swept[1]
        if output not in known:
            known[output] = self.adjoints(output, evaluation)
        return known[output]

    def _slope(self, evaluation: Evaluation, number: int, position: int) -> Ball:
        # Where a second derivative does not exist the first order says nothing; the other terms still hold.
        node = self._partials[number, position]
        return balls.ZERO if node in evaluation.faults else evaluation.values[node]

    def _edges(self, evaluation: Evaluation) -> Edges:
        numbers, positions = zip(*self._partials, strict=True) if self._partials else ((), ())
        operands = [self.nodes[n][1][p] for n, p in zip(numbers, positions, strict=True)]
        return Edges(numbers, operands, [self._slope(evaluation, n, p) for n, p in self._partials])


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
