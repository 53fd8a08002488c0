"""An expression of CasADi differentiated, ready to call."""

from functools import cached_property
from typing import Any

import casadi
import numpy as np

from diffcheck.case.case import Array, Point, flattened
from diffcheck.case.operators import Operator
from diffcheck.engines.base import Clockwork, Estimate, Task, implementation
from diffcheck.engines.casadi.functions import Expression, expressions, tried
from diffcheck.engines.casadi.instructions import operations_of, program_of
from diffcheck.errors import Unsupported
from diffcheck.program.program import Program
from diffcheck.program.scalarise import LARGE


class Differentiated:
    """A derivative and the function, as functions of CasADi of the flattened inputs."""

    def __init__(self, task: Task) -> None:
        self._task = task
        function = implementation(task.case, task.engine)
        x = casadi.SX.sym("x", sum(int(np.prod(shape, dtype=int)) for shape in task.case.shapes.values()))
        if function is not task.case.function:
            y = tried(function, task.case, x, task.program.shape)
        elif task.program.operations > LARGE:
            raise Unsupported(f"{task.program.operations:,} operations are too many to be taken one by one")
        else:
            y = expressions(task.program, x)
        derivative = _derivative(y, x, task.operator, task.case.wrt_positions)
        self._primal = casadi.Function("f", [x], [casadi.densify(y)])
        self._derivative = casadi.Function("df", [x], [casadi.densify(derivative)])
        self.operations: int | None = operations_of(self._derivative)

    @cached_property
    def program(self) -> Program | None:
        """What is evaluated (see `diffcheck.referee.rounding.own_code`); ``None`` where an instruction has no row."""
        return program_of(self._derivative, self._task.shape)

    def derivative(self, point: Point) -> Estimate:
        """The derivative at a point."""
        return Estimate(_numbers(self._derivative, point).reshape(self._task.shape))

    def value(self, point: Point) -> Any:
        """The function itself."""
        return _numbers(self._primal, point).reshape(self._task.program.shape)

    def clockwork(self, point: Point) -> Clockwork:
        """Both functions, at a point that is a matrix of CasADi."""
        x = casadi.DM(flattened(point))
        # CasADi reserves a number for each place that an instruction writes to.
        numbers = self._derivative.sz_w() + self._derivative.nnz_out()
        return Clockwork(
            lambda: self._derivative(x), lambda: self._primal(x), peak_bytes=lambda: numbers * x.full().itemsize
        )


def _numbers(function: Any, point: Point) -> Array:
    found: Array = function(casadi.DM(flattened(point))).full().ravel()
    return found


def _derivative(y: Expression, x: Expression, operator: Operator, wrt: list[int]) -> Expression:
    """The derivative by these elements of a column, as a column in row-major order.

    Parameters
    ----------
    y:
        A column.
    """
    if operator.weighted:
        return casadi.jtimes(y, x, casadi.DM(list(operator.weights)), True)[wrt]
    for _ in range(operator.full):
        # CasADi fills by columns: the transpose has the rows one after another.
        y = casadi.vec(casadi.jacobian(y, x)[:, wrt].T)
    for _ in range(operator.along):
        direction = casadi.DM.zeros(x.numel())
        direction[wrt] = list(operator.direction)
        y = casadi.jtimes(y, x, direction)
    return y
