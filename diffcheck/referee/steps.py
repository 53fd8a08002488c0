"""The derivative of a function by each step of its program, certified: also where pieces meet."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from flint import ctx

from diffcheck.case.operators import Operator
from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Builder, Program, is_data, nodes_below
from diffcheck.program.rules import partial
from diffcheck.referee.component import Component, Status
from diffcheck.referee.evaluate import Balls, evaluate
from diffcheck.referee.truth import Referee

_PRECISION = 256


def slopes(program: Program, output: int, point: Sequence[float], label: Callable[[int], str]) -> dict[int, Component]:
    """The derivative of an output by each node that it is made of, inputs among them.

    Every other node ``v`` is shifted by an input ``t`` of its own, zero at the point: the derivative by ``t`` is that
    by ``v``. Conditions and constants that are no data have none.

    Parameters
    ----------
    output:
        The node that is differentiated.
    label:
        Names an input by its position, for what is told to people.
    """
    builder, count = Builder(), len(point)
    live = set(nodes_below(program.nodes, output))
    moved: dict[int, int] = {}
    number_of: list[int] = []
    for number, (name, operands) in enumerate(program.nodes):
        if name in (INPUT, CONST):
            made = builder.input(operands[0]) if name == INPUT else builder.const(*operands)
        else:
            made = builder.apply(name, *(number_of[i] for i in operands))
        if number in live and name == INPUT:
            moved[number] = operands[0]
        elif number in live and _moves(program, number):
            moved[number] = count
            made = builder.apply("add", made, builder.input(count))
            count += 1
        number_of.append(made)
    shifted = builder.program(count, np.array(number_of[output], np.int64))
    referee = Referee(shifted, Operator.GRADIENT, list(moved.values()), label)
    truth = referee.truth([*point, *[0.0] * (count - len(point))])
    return dict(zip(moved, truth.components, strict=True))


def _moves(program: Program, number: int) -> bool:
    """Whether a node is a number that might be another one."""
    name, _ = program.nodes[number]
    return is_data(program.nodes[number]) if name == CONST else not Primitive.rows[name].condition


def by_chain_rule(program: Program, point: Sequence[float], found: Mapping[int, Component]) -> frozenset[int]:
    """The nodes whose derivative is what the chain rule makes of the operations' rules and of those by their uses.

    Where pieces meet it may be another number, or none.

    Parameters
    ----------
    found:
        The derivative by each node, as `slopes` gives them.
    """
    builder = Builder(program.nodes)
    uses: dict[int, list[tuple[int, int]]] = {number: [] for number in found}
    for number in found:
        name, operands = program.nodes[number]
        for position, operand in enumerate(operands) if name not in (INPUT, CONST) else ():
            if operand in found:
                uses[operand].append((number, partial(builder, number, position)))
    with ctx.workprec(_PRECISION):
        evaluation = evaluate(builder.nodes, [balls.ball_of_float(v) for v in point], Balls())
        return frozenset(
            number
            for number, terms in uses.items()
            if found[number].status is Status.CERTIFIED
            and all(found[user].status is Status.CERTIFIED and rule not in evaluation.faults for user, rule in terms)
            and found[number].left.overlaps(
                sum((found[user].left * evaluation.values[rule] for user, rule in terms), balls.ZERO)
            )
        )
