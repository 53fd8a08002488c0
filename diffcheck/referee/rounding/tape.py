"""How strongly every intermediate value of a program moves its outputs."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from flint import arb

from diffcheck.formats import FORMATS, Format
from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Builder, Node, Program
from diffcheck.program.rules import partial
from diffcheck.program.schedule import Terms, long_sums
from diffcheck.referee.enclosures import Enclosures
from diffcheck.referee.evaluate import Ball, Evaluation
from diffcheck.referee.rounding.of_value import rounding
from diffcheck.referee.rounding.path_sums import Edges, path_sums

# The derivative of a node by one of its operands: the node, the operand's position.
Slopes = dict[tuple[int, int], Ball]
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
        applied = [n for n in range(self.size) if program.nodes[n][0] not in (INPUT, CONST)]
        self._moving = {n: [k for k, i in enumerate(program.nodes[n][1]) if i in self._rounded] for n in applied}
        self._at_once = [n for n in applied if Primitive.rows[program.nodes[n][0]].slopes is not None]
        written = (n for n in applied if Primitive.rows[program.nodes[n][0]].slopes is None)
        self._partials = {(n, k): partial(builder, n, k) for n in written for k in self._moving[n]}
        self.nodes = builder.nodes
        self._program_enclosures = enclosures or Enclosures(program.nodes)
        self._enclosures = Enclosures(self.nodes, self.size)
        self._sloped: tuple[Evaluation | None, Slopes] = None, {}
        self._swept: tuple[Evaluation | None, dict[int, list[tuple[int, Ball]]]] = None, {}

    def evaluation(self, inputs: Sequence[Ball], known: Evaluation | None = None) -> Evaluation:
        """All values at the working precision; ``known`` are those of the program's own nodes."""
        return self._enclosures.at(inputs, known or self._program_enclosures.at(inputs))

    def losses(self, evaluation: Evaluation, format: Format) -> list[Ball]:
        """What rounding leaves on each of the program's nodes."""
        found = rounding(format).losses(self.nodes[: self.size], evaluation.values, self.outputs)
        if format.forgets:
            for number in self._divided_by(evaluation, {k for k, loss in enumerate(found) if loss == arb.pos_inf()}):
                found[number] = abs(evaluation.values[number]).mid()
        return found

    def _divided_by(self, evaluation: Evaluation, beyond: set[int]) -> set[int]:
        """Those of some nodes that overflow by which everything falls that does not overflow too."""
        slopes, values, kept = self._slopes(evaluation), evaluation.values, beyond - set(self.outputs)
        for number, places in self._moving.items():
            for k in places:
                operand = self.nodes[number][1][k]
                if operand in beyond and number not in beyond and number not in evaluation.faults:
                    falls = slopes[number, k] * values[operand] * values[number] < 0
                    kept -= set() if falls else {operand}
        return kept

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
        slopes = self._slopes(evaluation)
        adjoints = {output: arb(1)}
        found = []
        for number in range(output, -1, -1):
            adjoint = adjoints.pop(number, None)
            if adjoint is None:
                continue
            found.append((number, adjoint))
            for position in self._moving.get(number, ()):
                operand, by = self.nodes[number][1][position], slopes[number, position]
                before = adjoints.get(operand)
                adjoints[operand] = adjoint * by if before is None else before + adjoint * by
        return found

    def flow(self, output: int, moving: Mapping[int, Ball], evaluation: Evaluation) -> Ball:
        """The sum of the sizes of all that is added up of a derivative where paths meet, in whatever order it is taken.

        An operation hands on to each operand its slope times how the output moves with it; what is handed to one
        operand by several is added up, and may cancel there.

        Parameters
        ----------
        moving:
            How far each input moves, by its position.
        """
        adjoints, slopes = dict(self._adjoints(output, evaluation)), self._slopes(evaluation)
        tangents: dict[int, Ball] = {}
        givers = Counter(self.nodes[n][1][k] for n in adjoints for k in self._moving.get(n, ()))
        found = balls.ZERO
        for number in sorted(adjoints):
            name, operands = self.nodes[number]
            if name == INPUT:
                tangents[number] = moving.get(operands[0], balls.ZERO)
                continue
            handed = {k: tangents[operands[k]] * slopes[number, k] for k in self._moving.get(number, ())}
            tangents[number] = sum(handed.values(), balls.ZERO)
            met = (way for k, way in handed.items() if givers[operands[k]] > 1)
            found = found + total(abs(adjoints[number] * way) for way in met)
        return found

    def _adjoints(self, output: int, evaluation: Evaluation) -> list[tuple[int, Ball]]:
        """The same, kept as long as the same evaluation is asked about."""
        if self._swept[0] is not evaluation:
            self._swept = evaluation, {}
        known = self._swept[1]
        if output not in known:
            known[output] = self.adjoints(output, evaluation)
        return known[output]

    def lacks_slopes(self, evaluation: Evaluation) -> bool:
        """Whether a slope of an operation does not exist here."""
        missing = not evaluation.faults.keys().isdisjoint(self._partials.values())
        return missing or any(
            not slope.is_finite()
            for number in self._at_once
            if number not in evaluation.faults
            for slope in self._at_once_slopes(number, evaluation)
        )

    def _at_once_slopes(self, number: int, evaluation: Evaluation) -> Sequence[Ball]:
        """The slopes of an operation of many operands, by all of them."""
        name, operands = self.nodes[number]
        slopes = Primitive.rows[name].slopes
        assert slopes is not None
        found: Sequence[Ball] = slopes(*(evaluation.values[i] for i in operands))
        return found

    def _slopes(self, evaluation: Evaluation) -> Slopes:
        """The derivative of each node by each of its operands that moves, kept as long as the same evaluation is asked.

        Where a second derivative does not exist the first order says nothing, zero; the other terms still hold.
        """
        if self._sloped[0] is not evaluation:
            values, faults = evaluation.values, evaluation.faults
            found = {edge: balls.ZERO if node in faults else values[node] for edge, node in self._partials.items()}
            for number in self._at_once:
                known = None if number in faults else self._at_once_slopes(number, evaluation)
                for k in self._moving[number]:
                    found[number, k] = known[k] if known and known[k].is_finite() else balls.ZERO
            self._sloped = evaluation, found
        return self._sloped[1]

    def _edges(self, evaluation: Evaluation) -> Edges:
        slopes = self._slopes(evaluation)
        operands = [self.nodes[n][1][k] for n, k in slopes]
        return Edges([n for n, _ in slopes], operands, list(slopes.values()))


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
