"""The chain rule along a short program, step by step, as a textbook writes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Builder, Program
from diffcheck.program.rules import partial
from diffcheck.program.scalar import TracedScalar
from diffcheck.program.text import formula

# A slope written out deeper than this is no single step.
_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Step:
    """One node: how its value is made, and how the derivative of the result by it is.

    Attributes
    ----------
    name:
        ``v3``, or that of the input.
    forward:
        What it is made of; empty of an input.
    backward:
        The sum over its uses; empty of the result, and of what it does not depend on.
    node:
        Its number in the program.
    """

    name: str
    forward: str
    backward: str
    node: int


def steps(program: Program, label: Callable[[int], str], output: int, result: str = "f") -> list[Step]:
    """The steps of a program, inputs first; conditions are differentiated by nobody.

    Parameters
    ----------
    label:
        The name of the input at a position.
    output:
        The node that is differentiated.
    """
    names = _names(program, label)
    uses: dict[int, list[str]] = {}
    live = _reaching(program, output)
    for number in sorted(live, reverse=True):
        name, operands = program.nodes[number]
        differentiable = name not in (INPUT, CONST) and not Primitive.rows[name].condition
        for position, operand in enumerate(operands) if differentiable else ():
            outer = f"d{result}/d{names[number]}" if number != output else ""
            uses.setdefault(operand, []).append(_times(outer, slope(program, number, position, names)))
    found = [
        Step(names[i], _forward(program, i, names), " + ".join(uses.get(i, [])), i)
        for i, (name, _) in enumerate(program.nodes)
        if name != CONST and i in live
    ]
    return sorted(found, key=lambda step: (bool(step.forward), step.node))


def slope(program: Program, number: int, position: int, names: Sequence[str]) -> str:
    """The derivative of a node by one of its operands, in the names of both."""
    name, operands = program.nodes[number]
    row = Primitive.rows[name]
    if row.product:
        return names[operands[1 - position]]
    builder = Builder()
    arguments = [
        builder.const(*program.nodes[i][1]) if program.nodes[i][0] == CONST else builder.input(k)
        for k, i in enumerate(operands)
    ]
    forms = row.forms_of(position)
    if forms and not row.signs:
        value = builder.input(len(operands))
        made = forms[0](*(TracedScalar(builder, i) for i in (*arguments, value)))
        found = made.node if isinstance(made, TracedScalar) else builder.const(made)
    else:
        found = partial(builder, builder.apply(name, *arguments), position)
    return formula(builder.nodes, found, [*(names[i] for i in operands), names[number]].__getitem__, _DEPTH)


def _names(program: Program, label: Callable[[int], str]) -> list[str]:
    """Inputs have their own names, constants are numbers, the others are counted."""
    names: list[str] = []
    count = 0
    for i, (name, operands) in enumerate(program.nodes):
        if name == INPUT:
            names.append(label(operands[0]))
        elif name == CONST:
            names.append(formula(program.nodes, i, label))
        else:
            count += 1
            names.append(f"v{count}")
    return names


def _forward(program: Program, number: int, names: Sequence[str]) -> str:
    name, operands = program.nodes[number]
    if name == INPUT:
        return ""
    builder = Builder()
    made = builder.apply(name, *(builder.input(k) for k in range(len(operands))))
    return formula(builder.nodes, made, [names[i] for i in operands].__getitem__)


def _reaching(program: Program, output: int) -> set[int]:
    """The nodes that the output is made of."""
    found = {output}
    for number in range(output, -1, -1):
        name, operands = program.nodes[number]
        if number in found and name not in (INPUT, CONST):
            found |= set(operands)
    return found


def _times(outer: str, inner: str) -> str:
    bracketed = f"({inner})" if any(sign in inner for sign in (" + ", " - ")) and outer else inner
    if inner == "1" and outer:
        return outer
    return f"{outer} * {bracketed}" if outer else inner
