"""SymPy's rule of each operation, applied once and chained along the function's program; the result is compiled.

The cost of a gradient is a small multiple of the function's, however large its closed form would be. Gradients are
taken in reverse, and Jacobians and second derivatives in the direction that applies fewer rules.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from diffcheck.case.case import Array, Point
from diffcheck.case.operators import Operator
from diffcheck.engines.base import Clockwork, Estimate, Task
from diffcheck.errors import Unsupported
from diffcheck.program.chain import gradient
from diffcheck.program.compile import Compiled
from diffcheck.program.differentiate import cheaper_mode, jacobian
from diffcheck.program.emit import Emitted
from diffcheck.program.graph import Graph
from diffcheck.program.program import Program
from diffcheck.program.rules import SYMPY


class OnArrays:
    """A derivative of a large function as operations on whole arrays, one NumPy call each."""

    def __init__(self, task: Task, graph: Graph) -> None:
        _demand_numpy(task)
        self._task = task
        derivative = graph
        for _ in range(task.operator.order):
            derivative = gradient(derivative, task.case.wrt_positions, SYMPY)
        self._derivative = Emitted(derivative, task.dtype)
        self._graph = graph
        self.operations: int | None = derivative.operations

    def derivative(self, point: Point) -> Estimate:
        """The derivative at a point."""
        return Estimate(self._derivative.at(_flat(point)).reshape(self._task.shape))

    def value(self, point: Point) -> Any:
        """The function itself."""
        return self._primal.at(_flat(point))

    def clockwork(self, point: Point) -> Clockwork:
        """The derivative and the function, at a point that is already flat."""
        flat = np.array(_flat(point))
        return Clockwork(lambda: self._derivative.at(flat), lambda: self._primal.at(flat))

    def batch(self, points: Sequence[Point]) -> Callable[[], object]:
        """The derivatives at many points, evaluated together."""
        flat = np.array([_flat(point) for point in points])
        return lambda: self._derivative.batch(flat)

    @cached_property
    def _primal(self) -> Emitted:
        return Emitted(self._graph, self._task.dtype)


def _demand_numpy(task: Task) -> None:
    if task.dtype not in ("float64", "float32"):
        raise Unsupported(f"NumPy has no {task.dtype} arithmetic")


def derivative_program(program: Program, operator: Operator, wrt: Sequence[int]) -> Program:
    """The derivative by SymPy's rules."""
    slope = jacobian(program, wrt, SYMPY, cheaper_mode(program, wrt))
    return jacobian(slope, wrt, SYMPY, cheaper_mode(slope, wrt)) if operator is Operator.HESSIAN else slope


class Chained:
    """A derivative as a program, compiled to NumPy and to plain Python.

    Attributes
    ----------
    program:
        What is evaluated; see `diffcheck.referee.own_code`.
    """

    def __init__(self, task: Task) -> None:
        _demand_numpy(task)
        self._task = task
        self.program = derivative_program(task.program, task.operator, task.case.wrt_positions)
        self._derivative = Compiled(self.program, task.dtype)
        self.operations: int | None = self.program.operations

    def derivative(self, point: Point) -> Estimate:
        """The derivative at a point."""
        return Estimate(self._derivative.at(_flat(point)).reshape(self._task.shape))

    def value(self, point: Point) -> Any:
        """The function itself."""
        return self._primal.at(_flat(point)).reshape(self._task.program.shape)

    def clockwork(self, point: Point) -> Clockwork:
        """The compiled derivative and function, at a point that is already flat."""
        flat = _flat(point)
        return Clockwork(lambda: self._derivative.at(flat), lambda: self._primal.at(flat))

    def batch(self, points: Sequence[Point]) -> Callable[[], object]:
        """The derivatives at many points, evaluated together."""
        flat = np.array([_flat(point) for point in points])
        return lambda: self._derivative.batch(flat)

    @cached_property
    def _primal(self) -> Compiled:
        return Compiled(self._task.program, self._task.dtype)


def _flat(point: Point) -> list[float]:
    values: Array = np.concatenate([np.ravel(v) for v in point.values()])
    numbers: list[float] = values.tolist()
    return numbers
