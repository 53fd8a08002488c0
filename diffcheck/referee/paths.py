"""The smooth program that a function is at a point: every ``where``, ``abs`` ... replaced by its piece there."""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

import numpy as np
from flint import arb

from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Builder, Program, is_data, live_nodes
from diffcheck.program.scalar import TracedScalar

Decisions = Mapping[int, tuple[int, int | None]]


def live_decisions(program: Program, decisions: Decisions) -> dict[int, tuple[int, int | None]]:
    """The decisions that the outputs depend on: those in branches not taken are left out."""
    if not decisions:
        return {}
    seen: set[int] = set()
    pending: list[int] = program.outputs.ravel().tolist()
    live: dict[int, tuple[int, int | None]] = {}
    while pending:
        number = pending.pop()
        if number in seen:
            continue
        seen.add(number)
        name, operands = program.nodes[number]
        if name in (INPUT, CONST):
            continue
        row = Primitive.rows[name]
        if row.switch is not None:
            live[number] = decisions[number]
        pending += operands[: row.deciding]
        if row.takes is not None:
            pending.append(operands[row.takes(decisions[number][0])])
    return dict(sorted(live.items()))


def reaching_ties(program: Program, decisions: Decisions) -> frozenset[int]:
    """The positions of the flattened inputs on which a switch depends that is zero; ``decisions`` are the live ones.

    A step along the others leaves all those switches at zero, and the pieces that hold at the point.
    """
    deciding = [
        i
        for number, (side, _) in decisions.items()
        if side == 0
        for i in program.nodes[number][1][: Primitive.rows[program.nodes[number][0]].deciding]
    ]
    below = (program.nodes[number] for number in live_nodes(program.nodes, deciding))
    return frozenset(operands[0] for name, operands in below if name == INPUT)


def specialise(program: Program, decisions: Decisions) -> Program:
    """The program with every piece put in its place; ``decisions`` are the live ones."""
    builder = Builder()
    number_of: dict[int, int] = {}
    for number, (name, operands) in enumerate(program.nodes):
        if name == INPUT:
            number_of[number] = builder.input(operands[0])
        elif name == CONST:
            number_of[number] = builder.const(*operands)
        elif number in decisions:
            side, constant = decisions[number]
            number_of[number] = _piece(builder, name, [number_of.get(i) for i in operands], side, constant)
        elif all(i in number_of for i in operands) and Primitive.rows[name].switch is None:
            number_of[number] = builder.apply(name, *(number_of[i] for i in operands))
    outputs = np.array([number_of[i] for i in program.outputs.ravel().tolist()], np.int64)
    return builder.program(len(program.inputs), outputs.reshape(program.outputs.shape))


def lift_data(program: Program) -> tuple[Program, tuple[Fraction, ...]]:
    """The program with its data made inputs, behind the others, and their values.

    1, 0.5, a third and pi are part of the question, 0.1 and a measured value are not: another number may have been
    meant. As an input such a constant is not folded with others, and the sensitivity to it can be asked.
    """
    builder = Builder()
    data: list[Fraction] = []
    number_of: list[int] = []
    for name, operands in program.nodes:
        if name == INPUT:
            number_of.append(builder.input(operands[0]))
        elif is_data((name, operands)):
            number_of.append(builder.input(len(program.inputs) + len(data)))
            data.append(operands[0])
        elif name == CONST:
            number_of.append(builder.const(*operands))
        else:
            number_of.append(builder.apply(name, *(number_of[i] for i in operands)))
    outputs = np.array([number_of[i] for i in program.outputs.ravel().tolist()], np.int64)
    lifted = builder.program(len(program.inputs) + len(data), outputs.reshape(program.outputs.shape))
    return lifted, tuple(data)


def _piece(builder: Builder, name: str, operands: list[int | None], side: int, constant: int | None) -> int:
    if constant is not None:
        return builder.const(constant)
    row = Primitive.rows[name]
    if row.takes is not None:
        taken = operands[row.takes(side)]
        assert taken is not None
        return taken
    assert row.piece is not None
    chosen = row.piece(side, [None if i is None else TracedScalar(builder, i) for i in operands], None)
    return int(chosen.node)


def edges(program: Program) -> Iterator[tuple[tuple[int, ...], Callable[..., bool]]]:
    """The operands of the operations that may end or jump where they have a value, and what tells whether they do."""
    anywhere = balls.ZERO.union(arb.neg_inf()).union(arb.pos_inf())
    for name, operands in program.nodes:
        at_edge = None if name in (INPUT, CONST) else Primitive.rows[name].at_edge
        if at_edge is not None:
            known = [program.nodes[i] for i in operands]
            if at_edge(*(balls.ball(of[0]) if kind == CONST else anywhere for kind, of in known)):
                yield operands, at_edge
