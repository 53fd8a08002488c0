"""SymPy's rule of each operation, applied once and chained along the function's program; the result is compiled.

The cost of a gradient is a small multiple of the function's, however large its closed form would be. Small functions
are taken number by number, and Jacobians and second derivatives of theirs in the direction that applies fewer rules;
of larger ones whole arrays are moved, added up and multiplied, in reverse.
"""

import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from diffcheck.case.case import Array, Point, flattened
from diffcheck.case.operators import Operator
from diffcheck.engines.base import Clockwork, Estimate, Task
from diffcheck.errors import Unsupported
from diffcheck.program.code import code, on_arrays
from diffcheck.program.compile import Compiled
from diffcheck.program.differentiate import cheaper_mode, directional, jacobian
from diffcheck.program.emit import Emitted
from diffcheck.program.graph import Graph
from diffcheck.program.products import derivative, weighted
from diffcheck.program.program import Program
from diffcheck.program.rules import SYMPY
from diffcheck.program.scalarise import LARGE, Lowered

# Which of two codes is faster for many points is tried with some of them, the best of a few rounds. Arrays save at the
# most fetching what an operation takes, two numbers out of three.
_TRIED, _ROUNDS, _MORE = 1000, 3, 3


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
    return Emitted(_derivative_graph(program, operator, wrt), dtype)


def _derivative_graph(program: Program, operator: Operator, wrt: Sequence[int]) -> Graph:
    of = weighted(program, operator.weights) if operator.weighted else program
    assert isinstance(of, Lowered)
    return derivative(of.graph, wrt, operator.full, [operator.direction] * operator.along, SYMPY)


def batch_code(
    known: Compiled | Emitted, program: Program, operator: Operator, wrt: Sequence[int], points: Array
) -> Compiled | Emitted:
    """The derivative for many points at once: ``known``, or the same on whole arrays where some points take less so.

    Numbers that are computed together are fetched from where they lie, arrays are not; but arrays hold zeros and
    what nobody asks for.
    """
    if isinstance(known, Emitted) or not isinstance(program, Lowered):
        return known
    graph = _derivative_graph(program, operator, wrt)
    if graph.operations > _MORE * known.operations:
        return known
    other = Emitted(graph, str(points.dtype))
    some = points[:_TRIED]
    times = [min(_seconds(code, some) for _ in range(_ROUNDS)) for code in (known, other)]
    return known if times[0] <= times[1] else other


def _seconds(code: Compiled | Emitted, points: Array) -> float:
    start = time.perf_counter()
    code.batch(points)
    return time.perf_counter() - start


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
        """What is evaluated by numbers (see `diffcheck.referee.rounding.own_code`); ``None`` of what is large."""
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
        flat = np.array([flattened(point) for point in points], self._task.dtype)
        task = self._task
        fast = batch_code(self._derivative, task.program, task.operator, task.case.wrt_positions, flat)
        return lambda: fast.batch(flat)

    @cached_property
    def _primal(self) -> Compiled | Emitted:
        return code(self._task.program, self._task.dtype)
