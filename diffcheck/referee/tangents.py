"""The chain rule along a way on the pieces that hold along a ray: a directional derivative in balls.

Pieces that meet at a point mostly have their values there in common, so that the derivatives of single operations are
enclosed once for all rays; where one jumps, once more.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Builder, Program
from diffcheck.program.rules import partial
from diffcheck.referee.evaluate import Ball, Balls, Evaluation, evaluate
from diffcheck.referee.paths import Decisions


class Tangents:
    """The derivatives of a program's operations by their operands, for one program."""

    def __init__(self, program: Program) -> None:
        builder = Builder(program.nodes)
        self._nodes = program.nodes
        self._partials: dict[tuple[int, int], int] = {}
        for number, (name, operands) in enumerate(program.nodes):
            if name in (INPUT, CONST) or Primitive.rows[name].switch is not None:
                continue
            for position, operand in enumerate(operands):
                if program.nodes[operand][0] != CONST:
                    self._partials[number, position] = partial(builder, number, position)
        self._extended = tuple(builder.nodes)

    def at(self, evaluation: Evaluation, inputs: Sequence[Ball]) -> Evaluation:
        """The derivatives at a point, behind the values that are known there, at the working precision."""
        return evaluate(self._extended, inputs, Balls(), known=evaluation)

    def along(
        self, partials: Evaluation, inputs: Sequence[Ball], way: Mapping[int, Ball], output: int, decisions: Decisions
    ) -> Ball | None:
        """The derivative of an output along a way on the pieces of a ray, ``None`` where an operation has none.

        ``way`` says how far each input moves that does, by its position.
        """
        if any(self._jumps(partials, number, decision) for number, decision in decisions.items()):
            forced = {number: side for number, (side, _) in decisions.items()}
            partials = evaluate(self._extended, inputs, Balls(), forced)
        tangents: dict[int, Ball | None] = {}
        for number, (name, operands) in enumerate(self._nodes[: output + 1]):
            if name == INPUT:
                if operands[0] in way:
                    tangents[number] = way[operands[0]]
            elif name != CONST and not tangents.keys().isdisjoint(operands):
                if number in decisions:
                    _, constant = decisions[number]
                    inner = [tangents.get(i, balls.ZERO) for i in operands]
                    tangents[number] = balls.ZERO if constant is not None else _chosen(name, inner, decisions[number])
                elif Primitive.rows[name].switch is None:
                    tangents[number] = self._chained(number, operands, tangents, partials)
        return tangents.get(output, balls.ZERO)

    def _jumps(self, at: Evaluation, number: int, decision: tuple[int, int | None]) -> bool:
        """Whether an operation has another value on the piece of a ray than at the point."""
        if decision == at.decisions.get(number):
            return False
        name, operands = self._nodes[number]
        there = _chosen(name, [at.values[i] for i in operands], decision)
        here = at.values[number]
        return there is None or here is None or not there.overlaps(here)

    def _chained(
        self, number: int, operands: Sequence[int], tangents: dict[int, Ball | None], partials: Evaluation
    ) -> Ball | None:
        total = balls.ZERO
        for position, operand in enumerate(operands):
            if operand in tangents:
                tangent, slope = tangents[operand], self._partials[number, position]
                if tangent is None or slope in partials.faults:
                    return None
                total = total + partials.values[slope] * tangent
        return total


def _chosen(name: str, operands: list[Any], decision: tuple[int, int | None]) -> Ball | None:
    """What the piece that was decided on makes of the operands, values or tangents."""
    row, (side, constant) = Primitive.rows[name], decision
    if constant is not None:
        return balls.ball(constant)
    if row.takes is not None:
        return operands[row.takes(side)]
    assert row.piece is not None
    return None if None in operands else row.piece(side, operands, None)
