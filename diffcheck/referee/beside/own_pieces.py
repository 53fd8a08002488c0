"""Operations that users declare with slopes made of pieces: near a point each is one with a smooth slope.

A ReLU of one's own has the slope ``where(x > 0, 1, 0)``, or SymPy's of ``Max(x, 0)``. What a referee differentiates has
no pieces, so that the slope is replaced by its piece at the point. Where two of them meet nothing tells whether there
is a derivative.
"""

import functools
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.errors import Unsupported
from diffcheck.ops.declared import Declared
from diffcheck.ops.table import Function, Primitive
from diffcheck.program.program import CONST, INPUT, Builder, Program, is_made_of_pieces
from diffcheck.program.rules import partial
from diffcheck.program.text import formula
from diffcheck.referee.evaluate import Ball, Balls, evaluate
from diffcheck.referee.paths import live_decisions, specialise


class Unsettled(ArithmeticError):
    """Which piece of a slope holds is not known: nobody knows what is true."""


def has_own_pieces(program: Program) -> bool:
    """Whether an operation of a program is a declared one with a slope of pieces."""
    return any(_slopes(name, count) is not None for name, count in program.kinds() if _is_declared(name))


def settled(program: Program, values: Sequence[Ball | None], order: int) -> Program:
    """The program whose declared operations have the slopes that hold where its nodes have these values.

    Pieces that meet with one slope have it together: so a derivative of first ``order`` is known by any of them.

    Raises
    ------
    Unsettled
        Where that is not known, or pieces of a slope meet.
    """
    nodes = [
        (_settled(name, [values[i] for i in operands], order) if _is_declared(name) else name, operands)
        for name, operands in program.nodes
    ]
    return Program(tuple(nodes), program.inputs, program.outputs)


def _is_declared(name: str) -> bool:
    return isinstance(Primitive.rows.get(name), Declared)


def _slopes(name: str, count: int) -> Program | None:
    """The slopes by all operands, whose values and that of the operation are inputs; ``None`` without pieces."""
    row = Primitive.rows[name]
    assert isinstance(row, Declared)
    try:
        found = _slopes_of(row, count)
    except Unsupported:  # told where the slope is asked for
        return None
    return found if any(map(is_made_of_pieces, found.nodes)) else None


@functools.cache
def _slopes_of(row: Declared, count: int) -> Program:
    builder = Builder()
    number = builder.apply(row.name, *map(builder.input, range(count)))
    slopes = [partial(builder, number, k) for k in range(count)]
    of_value = Builder()
    taken: list[int] = []
    for place, (name, operands) in enumerate(builder.nodes):
        if place == number:
            taken.append(of_value.input(count))
        elif name == INPUT:
            taken.append(of_value.input(operands[0]))
        elif name == CONST:
            taken.append(of_value.const(*operands))
        else:
            taken.append(of_value.apply(name, *(taken[i] for i in operands)))
    return of_value.program(count + 1, np.array([taken[k] for k in slopes], np.int64))


def _settled(name: str, values: Sequence[Ball | None], order: int) -> str:
    """The name of the operation with the slopes that hold there; its own where it has no value anyway."""
    row = Primitive.rows[name]
    slopes = _slopes(name, len(values))
    if slopes is None or None in values:
        return name
    assert isinstance(row, Declared)
    known = [*values, row.on_balls()(*values)]
    found = evaluate(slopes.nodes, known, Balls())
    faults = [found.faults[k] for k in slopes.outputs.tolist() if k in found.faults]
    if faults:
        raise _unsettled(name, slopes, faults[0][1], "is not decided here")
    decisions = live_decisions(slopes, found.decisions)
    meeting = [number for number, (side, _) in decisions.items() if side == 0]
    if meeting:
        beside = [
            evaluate(slopes.nodes, known, Balls(), dict(zip(meeting, s, strict=True)))
            for s in itertools.product((-1, 1), repeat=len(meeting))
        ]
        if order > 1 or not _agree([[b.values[k] for k in slopes.outputs.tolist()] for b in beside]):
            raise _unsettled(name, slopes, meeting[0], "changes its piece here")
        decisions = live_decisions(slopes, beside[0].decisions)
    return _with_piece(row, len(values), tuple(decisions.items())).name


def _agree(slopes: Sequence[Sequence[Ball | None]]) -> bool:
    """Whether slopes are the same numbers, for certain."""
    return all(None not in of and of[0].is_exact() and all(x == of[0] for x in of) for of in zip(*slopes, strict=True))


def _unsettled(name: str, slopes: Program, number: int, what: str) -> Unsettled:
    count = len(slopes.inputs) - 1
    names = ["x"] if count == 1 else [f"x{k + 1}" for k in range(count)]
    where = formula(slopes.nodes, number, [*names, "y"].__getitem__)
    return Unsettled(f"the slope of {name} {what}: {where}; a case can choose by `where` between smooth operations")


@functools.cache
def _with_piece(row: Declared, count: int, decisions: tuple[tuple[int, tuple[int, int | None]], ...]) -> Declared:
    piece = specialise(_slopes_of(row, count), dict(decisions))
    signs = " ".join(f"{number}{'-+'[side > 0]}" for number, (side, _) in decisions)
    return row.with_rules(f"{row.name} of {count}: {signs}", [_replayed(piece, k) for k in range(piece.size)])


def _replayed(piece: Program, position: int) -> Function:
    """One output of a program as a function of its inputs, of any kind that computes."""

    def slope(*x: Any) -> Any:
        values: list[Any] = []
        for name, operands in piece.nodes:
            if name == INPUT:
                values.append(x[operands[0]])
            elif name == CONST:
                values.append(operands[0] + 0 * x[0])
            else:
                values.append(Primitive.rows[name](*(values[i] for i in operands)))
        return values[int(piece.outputs[position])]

    return slope
