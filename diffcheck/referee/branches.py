"""Branches not taken: where a zero gradient that is sent into them meets infinity, NaN comes back."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from flint import ctx

from diffcheck.formats import Format
from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.differentiate import jacobian
from diffcheck.program.program import CONST, INPUT, Program
from diffcheck.program.text import formula
from diffcheck.referee.evaluate import Balls, evaluate
from diffcheck.referee.paths import live_decisions, specialise
from diffcheck.referee.smooth import Smooth

_PRECISION = 256


def singular_branch(
    program: Program, point: Sequence[float], wrt: Sequence[int], format: Format, label: Callable[[int], str]
) -> str:
    """The formula of a branch that is not taken here and has no derivative here; empty if there is none."""
    smooth = Smooth(program, ())
    with ctx.workprec(_PRECISION):
        evaluation = evaluate(program.nodes, smooth.inputs(point), Balls())
        for operand in _untaken(program, evaluation.decisions):
            branch = Program(program.nodes, program.inputs, np.array(operand))
            if operand in evaluation.faults or _singular(
                branch, evaluation.decisions, smooth.inputs(point), wrt, format
            ):
                return formula(program.nodes, operand, label)
    return ""


def _untaken(program: Program, decisions: dict[int, tuple[int, int | None]]) -> Iterator[int]:
    for number, (side, _) in decisions.items():
        name, operands = program.nodes[number]
        takes = Primitive.rows[name].takes
        if takes is not None:
            yield from (operands[k] for k in {takes(other) for other in (-1, 0, 1)} - {takes(side)})


def _singular(
    branch: Program,
    decisions: dict[int, tuple[int, int | None]],
    inputs: Sequence[object],
    wrt: Sequence[int],
    format: Format,
) -> bool:
    piece = specialise(branch, live_decisions(branch, decisions))
    slope = jacobian(piece, wrt)
    found = evaluate(slope.nodes, inputs, Balls())
    largest = balls.ball(format.largest)
    return bool(found.faults) or any(
        name not in (INPUT, CONST) and abs(value) > largest
        for (name, _), value in zip(slope.nodes, found.values, strict=True)
    )
