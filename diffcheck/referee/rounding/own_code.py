"""What an engine's own code may lose: where it evaluates another program than the definition's derivative.

An engine that says which program it evaluates is judged by the rounding errors of that program, in ball arithmetic like
all bounds. Its verdict is still about the digits that exist: what its code throws away is ``lossy``.
"""

from collections.abc import Callable, Sequence

import numpy as np
from flint import ctx

from diffcheck.formats import Format
from diffcheck.ops.enclosures import balls
from diffcheck.program.program import Program
from diffcheck.referee.evaluate import Ball, Balls, Evaluation, evaluate
from diffcheck.referee.paths import live_decisions, specialise
from diffcheck.referee.rounding.bound import FORMULA_FACTOR
from diffcheck.referee.rounding.culprit import Culprit, culprit
from diffcheck.referee.rounding.tape import Tape


class OwnCode:
    """The program that an engine evaluates for a derivative, an output for each component."""

    def __init__(self, program: Program, format: Format) -> None:
        self._program = program
        self._format = format

    def formula(self, point: Sequence[float], component: int, precision: int) -> Ball | None:
        """The error that the code may leave on a component; ``None`` where it divides by zero or the like."""
        with ctx.workprec(precision):
            found = self._tape(point, component)
            if found is None:
                return None
            tape, evaluation = found
            ((lost,),) = tape.absolute_sums(evaluation, tape.losses(evaluation, self._format))
            return FORMULA_FACTOR * lost

    def culprit(
        self, point: Sequence[float], component: int, precision: int, label: Callable[[int], str]
    ) -> Culprit | None:
        """Which of its operations loses the digits."""
        with ctx.workprec(precision):
            found = self._tape(point, component)
            if found is None:
                return None
            tape, evaluation = found
            adjoints = tape.adjoints(tape.outputs[0], evaluation)
            return culprit(tape.nodes, evaluation.values, adjoints, self._format, label)

    def _tape(self, point: Sequence[float], component: int) -> tuple[Tape, Evaluation] | None:
        """The smooth piece of a component's code at a point, with its values."""
        inputs = [balls.ball_of_float(v) for v in point]
        output = self._program.outputs.ravel()[component : component + 1]
        part = Program(self._program.nodes, self._program.inputs, np.asarray(output))
        evaluation = evaluate(part.nodes, inputs, Balls())
        if int(output[0]) in evaluation.faults:
            return None
        tape = Tape(specialise(part, live_decisions(part, evaluation.decisions)))
        return tape, tape.evaluation(inputs)
