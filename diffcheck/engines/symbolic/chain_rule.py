"""SymPy's rule of each operation, applied once and chained along the function's program; the result is compiled.

The cost of a gradient is a small multiple of the function's, however large its closed form would be. Small functions
are taken number by number, and Jacobians and second derivatives of theirs in the direction that applies fewer rules;
of larger ones whole arrays are moved, added up and multiplied, in reverse.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from diffcheck.case.case import Point, flattened
from diffcheck.case.operators import Operator
from diffcheck.engines.base import Clockwork, Estimate, Task
from diffcheck.errors import Unsupported
from diffcheck.program.code import code, on_arrays
from diffcheck.program.compile import Compiled
from diffcheck.program.differentiate import cheaper_mode, directional, jacobian
from diffcheck.program.emit import Emitted
from diffcheck.program.products import derivative, weighted
from diffcheck.program.program import Program
from diffcheck.program.rules import SYMPY
from diffcheck.program.scalarise import LARGE, Lowered


def derivative_program(program: Program, operator: Operator, wrt: Sequence[int]) -> Program:
    """The derivative by SymPy's rules, number by number; along a direction forward, over what is full already."""
    if operator.weighted:
        program = weighted(program, operator.weights)
    for _ in range(operator.full):
        program = jacobian(program, wrt, SYMPY, cheaper_mode(program, wrt))
    for _ in range(operator.along):
        program = directional(program, wrt, operator.direction, SYMPY)
    return program


def derivative_code(program: Program, operator: Operator, wrt: Sequence[int], dtype: str) -> Compiled | Emitted:
    """The derivative by SymPy's rules, ready to call."""
    if not on_arrays(program):
        return Compiled(derivative_program(program, operator, wrt), dtype)
    of = weighted(program, operator.weights) if operator.weighted else program
    assert isinstance(of, Lowered)
    return Emitted(derivative(of.graph, wrt, operator.full, [operator.direction] * operator.along, SYMPY), dtype)


class Chained:
    """A derivative as a program, compiled to NumPy and, number by number, to plain Python."""

    def __init__(self, task: Task) -> None:
        if task.dtype not in ("float64", "float32"):
            raise Unsupported(f"NumPy has no {task.dtype} arithmetic")
        self._task = task
        self._derivative = derivative_code(task.program, task.operator, task.case.wrt_positions, task.dtype)
        self.operations: int | None = self._derivative.operations

    @cached_property
    def program(self) -> Program | None:
        """What is evaluated, number by number (see `diffcheck.referee.own_code`); ``None`` of what is large."""
        if isinstance(self._derivative, Compiled):
            return self._derivative.program
        graph = self._derivative.graph
        return Lowered(graph) if graph.operations <= LARGE else None

    def derivative(self, point: Point) -> Estimate:
        """The derivative at a point."""
        return Estimate(self._derivative.at(flattened(point).tolist()).reshape(self._task.shape))

    def value(self, point: Point) -> Any:
        """The function itself."""
        return self._primal.at(flattened(point).tolist()).reshape(self._task.program.shape)

    def clockwork(self, point: Point) -> Clockwork:
        """The compiled derivative and function, at a point that is already flat."""
        flat = flattened(point).tolist()
        return Clockwork(lambda: self._derivative.at(flat), lambda: self._primal.at(flat))

    def batch(self, points: Sequence[Point]) -> Callable[[], object]:
        """The derivatives at many points, evaluated together."""
        flat = np.array([flattened(point) for point in points])
        return lambda: self._derivative.batch(flat)

    @cached_property
    def _primal(self) -> Compiled | Emitted:
        return code(self._task.program, self._task.dtype)
