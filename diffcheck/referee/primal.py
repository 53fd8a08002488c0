"""A function's own values at a point: which outputs exist, and which pieces hold there."""

import functools
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from flint import ctx

from diffcheck.ops.enclosures import balls
from diffcheck.program.program import Program
from diffcheck.program.text import formula
from diffcheck.referee import ladder
from diffcheck.referee.evaluate import NOTHING, Balls, Evaluation, Fault, evaluate
from diffcheck.referee.formulas.exactly import evaluate_exactly
from diffcheck.referee.paths import edges


class Primal:
    """A traced function, evaluated with certainty.

    Parameters
    ----------
    label:
        Names an input by its position, for what is told to people.
    """

    def __init__(self, program: Program, label: Callable[[int], str]) -> None:
        self.program = program
        self._label = label
        self._all_rows = tuple(range(program.size))

    def at(self, x: Sequence[Fraction], forced: Mapping[int, int] = NOTHING) -> tuple[Evaluation, int] | str:
        """The function's own evaluation in which every output and every decision is certain; else what is not."""
        with ctx.workprec(ladder.LADDER[0]):
            evaluation = evaluate(self.program.nodes, [balls.ball(v) for v in x], Balls(), forced)
        if self._undecided(evaluation) is None:
            return evaluation, ladder.LADDER[0]
        for bits in ladder.LADDER:
            with ctx.workprec(bits):
                inputs = [balls.ball(v) for v in x]
                evaluation = evaluate_exactly(self.program.nodes, x, inputs, Balls(), forced=forced)
            blocking = self._undecided(evaluation)
            if blocking is None:
                return evaluation, bits
        assert blocking is not None
        return f"{self.origin(blocking)} is not decided at {ladder.LADDER[-1]} bits"

    def _undecided(self, evaluation: Evaluation) -> int | None:
        """What keeps an output from being certain."""
        if not evaluation.faults:
            return None
        found = [evaluation.faults[o] for o in self.program.outputs.ravel().tolist() if o in evaluation.faults]
        return next((origin for fault, origin in found if fault is Fault.UNDECIDED), None)

    def rows(self, evaluation: Evaluation) -> tuple[int, ...]:
        """The outputs that exist."""
        if not evaluation.faults:
            return self._all_rows
        outputs = self.program.outputs.ravel().tolist()
        return tuple(k for k, output in enumerate(outputs) if output not in evaluation.faults)

    def restricted(self, rows: tuple[int, ...]) -> Program:
        """The program with only these outputs."""
        if len(rows) == self.program.outputs.size:
            return self.program
        return Program(self.program.nodes, self.program.inputs, self.program.outputs.ravel()[list(rows)])

    @functools.cached_property
    def _edges(self) -> list[tuple[tuple[int, ...], Callable[..., bool]]]:
        return list(edges(self.program))

    def at_edge(self, evaluation: Evaluation) -> bool:
        """Whether an operation may end or jump at this point."""
        return any(
            at_edge(*(evaluation.values[i] for i in operands))
            for operands, at_edge in self._edges
            if evaluation.faults.keys().isdisjoint(operands)
        )

    def origin(self, number: int) -> str:
        """The formula of a node."""
        return formula(self.program.nodes, number, self._label)
