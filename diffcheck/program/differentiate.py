"""Derivatives of programs: the chain rule along the straight-line code, backwards; the result is a program again."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from diffcheck.program.program import CONST, INPUT, Builder, Node, Program
from diffcheck.program.rules import STABLE, partial


def jacobian(program: Program, wrt: Sequence[int], form: int = STABLE) -> Program:
    """The program of all first derivatives.

    Parameters
    ----------
    program:
        A program without pieces (see `diffcheck.referee.paths`).
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
    active = _depending(program, wrt)
    rows = [_gradient(builder, int(output), program.inputs, wrt, active, form) for output in program.outputs.ravel()]
    shape = (*program.outputs.shape, len(wrt))
    return builder.program(len(program.inputs), np.array(rows, np.int64).reshape(shape))


def _depending(program: Program, wrt: Sequence[int]) -> set[int]:
    """The nodes that depend on an input to differentiate with respect to."""
    active = {program.inputs[position] for position in wrt}
    for number, (name, operands) in enumerate(program.nodes):
        if name not in (INPUT, CONST) and not active.isdisjoint(operands):
            active.add(number)
    return active


def _gradient(
    builder: Builder, output: int, inputs: Sequence[int], wrt: Sequence[int], active: set[int], form: int
) -> list[int]:
    """The nodes of one output's derivatives; reverse mode."""
    zero = builder.const(0)
    if output not in active:
        return [zero] * len(wrt)
    adjoints = dict(
        sweep(
            builder.nodes[: output + 1],
            output,
            seed=builder.const(1),
            matters=active.__contains__,
            partial=lambda number, position: partial(builder, number, position, form),
            multiply=lambda adjoint, slope: builder.apply("mul", adjoint, slope),
            add=lambda x, y: builder.apply("add", x, y),
        )
    )
    return [adjoints.get(inputs[position], zero) for position in wrt]


def sweep(
    nodes: Sequence[Node],
    output: int,
    *,
    seed: Any,
    matters: Callable[[int], bool],
    partial: Callable[[int, int], Any],
    multiply: Callable[[Any, Any], Any],
    add: Callable[[Any, Any], Any],
) -> Iterator[tuple[int, Any]]:
    """The adjoint of every node that matters to ``output``, from the output back to the leaves.

    One algorithm for two uses: with node numbers as values it writes a derivative program, with balls it gives the
    sensitivities that the bounds are made of.
    """
    adjoints: dict[int, Any] = {output: seed}
    for number in range(output, -1, -1):
        adjoint = adjoints.pop(number, None)
        if adjoint is None:
            continue
        yield number, adjoint
        name, operands = nodes[number]
        if name in (INPUT, CONST):
            continue
        for position, operand in enumerate(operands):
            if matters(operand):
                term = multiply(adjoint, partial(number, position))
                before = adjoints.get(operand)
                adjoints[operand] = term if before is None else add(before, term)
