"""Derivatives of programs: the chain rule along the straight-line code; the result is a program again."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from fractions import Fraction

import numpy as np

from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Builder, Program, nodes_below, uncollected
from diffcheck.program.rules import STABLE, partial


class Mode(Enum):
    """In which direction the chain rule is applied."""

    REVERSE = "reverse"
    """From each output back: the cost of a gradient is a small multiple of the function's."""
    FORWARD = "forward"
    """From all inputs on, each value with the derivatives that are not zero."""


@uncollected()
def jacobian(program: Program, wrt: Sequence[int], form: int = STABLE, mode: Mode = Mode.REVERSE) -> Program:
    """The program of all first derivatives.

    Parameters
    ----------
    wrt:
        Positions of the flattened inputs to differentiate with respect to.
    form:
        Which of the derivative forms in common use; see `diffcheck.program.rules`.

    Returns
    -------
    Program
        Its outputs have the shape ``program.outputs.shape + (len(wrt),)``.
    """
    builder = Builder(program.nodes)
    found = np.full((program.outputs.size, len(wrt)), builder.const(0), np.int64)
    columns = {program.inputs[position]: k for k, position in enumerate(wrt)}
    if mode is Mode.REVERSE:
        rows = _backward(builder, program, columns, form)
    else:
        one = builder.const(1)
        rows = _forward(builder, program, {number: {k: one} for number, k in columns.items()}, form)
    for row, slopes in zip(found, rows, strict=True):
        for column, slope in slopes.items():
            row[column] = slope
    return builder.program(len(program.inputs), found.reshape(*program.outputs.shape, len(wrt)))


@uncollected()
def directional(program: Program, wrt: Sequence[int], direction: Sequence[float], form: int = STABLE) -> Program:
    """The program of the derivatives of all outputs along one direction, forward; its outputs keep their shape.

    Parameters
    ----------
    direction:
        How far each of the inputs ``wrt`` moves.
    """
    builder = Builder(program.nodes)
    steps = {program.inputs[position]: Fraction(d) for position, d in zip(wrt, direction, strict=True)}
    seeds = {number: {0: builder.const(d)} for number, d in steps.items() if d}
    zero = builder.const(0)
    found = [slopes.get(0, zero) for slopes in _forward(builder, program, seeds, form)]
    return builder.program(len(program.inputs), np.array(found, np.int64).reshape(program.outputs.shape))


@uncollected()
def tangent(program: Program, wrt: Sequence[int], form: int = STABLE) -> Program:
    """The program of the derivatives of all outputs along any direction, forward; its outputs keep their shape.

    The direction is an input as well: an element for each of the inputs ``wrt``, behind those of the function.
    """
    builder = Builder(program.nodes)
    count = len(program.inputs)
    seeds = {program.inputs[position]: {0: builder.input(count + k)} for k, position in enumerate(wrt)}
    zero = builder.const(0)
    found = [slopes.get(0, zero) for slopes in _forward(builder, program, seeds, form)]
    return builder.program(count + len(wrt), np.array(found, np.int64).reshape(program.outputs.shape))


def weighted(program: Program, weights: Sequence[float]) -> Program:
    """The program of the sum of all outputs times these weights."""
    builder = Builder(program.nodes)
    total: int | None = None
    for output, weight in zip(program.outputs.ravel().tolist(), weights, strict=True):
        term = builder.apply("mul", builder.const(Fraction(weight)), output)
        total = term if total is None else builder.apply("add", total, term)
    result = builder.const(0) if total is None else total
    return builder.program(len(program.inputs), np.array(result, np.int64))


def cheaper_mode(program: Program, wrt: Sequence[int]) -> Mode:
    """The mode that applies fewer rules.

    Forward applies one for each input that a value depends on, reverse one for each output that depends on a value.
    """
    if program.outputs.size == 1:
        return Mode.REVERSE
    reached = _reached(program, {program.inputs[position]: 1 << k for k, position in enumerate(wrt)})
    reaching: list[int] = [0] * len(program.nodes)
    for k, output in enumerate(program.outputs.ravel().tolist()):
        reaching[output] |= 1 << k
    for number in range(len(program.nodes) - 1, -1, -1):
        name, operands = program.nodes[number]
        if name not in (INPUT, CONST) and reached[number]:
            for i in operands:
                reaching[i] |= reaching[number]
    forward = sum(bits.bit_count() for bits in reached)
    backward = sum(bits.bit_count() for bits, active in zip(reaching, reached, strict=True) if active)
    return Mode.FORWARD if forward < backward else Mode.REVERSE


def _reached(program: Program, seeds: dict[int, int]) -> list[int]:
    """For each node the union of the seeds (as bits) that it depends on."""
    bits: list[int] = []
    for number, (name, operands) in enumerate(program.nodes):
        found = seeds.get(number, 0)
        if name not in (INPUT, CONST):
            for i in operands:
                found |= bits[i]
        bits.append(found)
    return bits


def _backward(builder: Builder, program: Program, columns: Mapping[int, int], form: int) -> Iterator[dict[int, int]]:
    """For each output the nodes of its derivatives that are not zero, by column."""
    zero, one = builder.const(0), builder.const(1)
    reached = _reached(program, dict.fromkeys(columns, 1))
    outputs: list[int] = program.outputs.ravel().tolist()
    for output in outputs:
        # One output needs a look at every node; of many, each only at those that it depends on.
        order = range(output, -1, -1) if len(outputs) == 1 else nodes_below(program.nodes, output)
        adjoints = {output: one} if reached[output] else {}
        found = {}
        for number in order:
            adjoint = adjoints.pop(number, None)
            if adjoint is None:
                continue
            if number in columns:
                found[columns[number]] = adjoint
            name, operands = program.nodes[number]
            if name in (INPUT, CONST):
                continue
            for position, operand in enumerate(operands):
                if reached[operand]:
                    term = _multiplied(builder, adjoint, partial(builder, number, position, form), zero, one)
                    before = adjoints.get(operand)
                    adjoints[operand] = term if before is None else builder.apply("add", before, term)
        yield found


def _multiplied(builder: Builder, adjoint: int, slope: int, zero: int, one: int) -> int:
    """Their product; chosen, not multiplied by zero, where a branch may not be taken: its slope may be infinite."""
    if adjoint == one:
        return slope
    if slope == one:
        return adjoint
    nodes = builder.nodes
    for gate, factor in ((slope, adjoint), (adjoint, slope)):
        name, operands = nodes[gate]
        if _chooses(name) and zero in operands[1:]:
            condition, x, y = operands
            inner = x if y == zero else y
            product = factor if inner == one else builder.apply("mul", inner, factor)
            return builder.apply(name, condition, *((product, zero) if y == zero else (zero, product)))
    return builder.apply("mul", adjoint, slope)


def _chooses(name: str) -> bool:
    """Whether an operation takes one of two arguments by a condition, which comes first."""
    return name in Primitive.rows and Primitive.rows[name].chooses


def _forward(
    builder: Builder, program: Program, seeds: Mapping[int, dict[int, int]], form: int
) -> Iterator[dict[int, int]]:
    """For each output the nodes of its derivatives that are not zero, by column; ``seeds`` are those of the inputs."""
    zero = builder.const(0)
    tangents: dict[int, dict[int, int]] = {}
    for number, (name, operands) in enumerate(program.nodes):
        if name == INPUT and number in seeds:
            tangents[number] = seeds[number]
        elif _chooses(name):
            condition, *branches = operands
            left, right = (tangents.get(i, {}) for i in branches)
            found = {
                k: builder.apply(name, condition, left.get(k, zero), right.get(k, zero))
                for k in dict.fromkeys((*left, *right))
            }
            if found:
                tangents[number] = found
        elif name not in (INPUT, CONST):
            found = {}
            for position, operand in enumerate(operands):
                if operand in tangents:
                    slope = partial(builder, number, position, form)
                    for k, tangent in tangents[operand].items():
                        term = builder.apply("mul", slope, tangent)
                        found[k] = builder.apply("add", found[k], term) if k in found else term
            if found:
                tangents[number] = found
    for output in program.outputs.ravel().tolist():
        yield tangents.get(output, {})
