"""The complex step: the imaginary part of f(x + i h) over h, without any difference that could cancel.

Exact to rounding for functions that are analytic and computed by complex arithmetic (Squire and Trapp, SIAM Review 40,
1998). Further derivatives are real differences of these first ones (Lai and Crassidis, 2008).
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcheck.case.case import Array, Point
from diffcheck.engines.base import Clockwork, Estimate, Task, flat
from diffcheck.engines.finite.higher import differences
from diffcheck.engines.finite.random_rounding import RandomlyRounded, rounding_error
from diffcheck.engines.finite.samples import Mask
from diffcheck.errors import Unsupported
from diffcheck.ops.dotted import resolve
from diffcheck.ops.table import Primitive
from diffcheck.program.compile import Compiled
from diffcheck.program.products import weighted
from diffcheck.program.program import Program

# The step relative to the coordinate (to one at zero), in unit roundoffs: its square is nothing beside one.
_STEP = 2.0**-7
# The step of the trials. Another one: where the error is of the order of a power of the step, they differ by it.
_TRIED = 2.0**-10
_COMPLEX = {"float64": "complex128", "float32": "complex64"}


class ComplexStep:
    """Derivatives by complex steps."""

    operations: int | None = None

    def __init__(self, task: Task) -> None:
        _demand_analytic(task.program)
        self._task = task
        wrt, operator = task.case.wrt_positions, task.operator
        program = weighted(task.program, operator.weights) if operator.weighted else task.program
        # All inputs together along the direction, or one after the other.
        ways = np.array([operator.direction]) if operator.along == operator.order == 1 else np.eye(len(wrt))
        kind = _COMPLEX[task.dtype]
        unit = task.format.unit_roundoff
        self._slopes = _Slopes(Compiled(program, kind), wrt, ways, unit * _STEP)
        self._rounded = _Slopes(RandomlyRounded(program, kind, alike=len(ways)), wrt, ways, unit * _TRIED)
        self._primal = Compiled(task.program, task.dtype)
        self._calls = len(ways)
        further = [(i,) * (operator.order - 1) for i in wrt]
        self._further = (
            differences(self._slopes, self._rounded, len(wrt), further, task) if operator.order > 1 else None
        )

    def derivative(self, point: Point) -> Estimate:
        """The derivative at a point, with an estimate of its error.

        For first derivatives the function is called once for each input; the trials that tell what rounding and
        underflow leave are beside that.
        """
        here = flat(point, self._task)[None]
        shape = self._task.shape
        if self._further is not None:
            found = self._further.at(here)
            value, error = found.value[0], found.error[0]
            if self._task.operator.along:
                direction = np.array(self._task.operator.direction)
                value, error = value @ direction, error @ np.abs(direction)
            return Estimate(value.reshape(shape), error.reshape(shape), int(found.calls[0]) * self._calls)
        with np.errstate(all="ignore"):
            value, finite = self._slopes.evaluate(here)
            error = np.where(finite, rounding_error(self._rounded, here, value), np.inf)
        return Estimate(value.reshape(shape), error.reshape(shape), self._calls)

    def batch(self, points: Sequence[Point]) -> Callable[[], object]:
        """The complex steps at many points, evaluated together."""
        here = np.array([flat(point, self._task) for point in points])
        return lambda: self._slopes.batch(here) if self._further is None else self._further.at(here)

    def value(self, point: Point) -> Any:
        """The function itself."""
        return self._primal.at(flat(point, self._task).tolist())

    def clockwork(self, point: Point) -> Clockwork:
        """All complex steps at a point, and one real evaluation."""
        numbers = flat(point, self._task).tolist()
        return Clockwork(self.batch([point]), lambda: self._primal.at(numbers))


class _Slopes:
    """First derivatives along some ways as a function of many points, shape (points, outputs, ways).

    Parameters
    ----------
    ways:
        How far each of the inputs ``wrt`` moves along each of them, shape (ways, inputs).
    """

    def __init__(self, function: Compiled, wrt: Sequence[int], ways: Array, step: float) -> None:
        self._function = function
        self._wrt = np.array(wrt, np.intp)
        self._ways = ways
        self._step = step

    def batch(self, points: Array) -> Array:
        """The slopes at points of shape (points, flattened inputs)."""
        return self.evaluate(points)[0]

    def evaluate(self, points: Array) -> tuple[Array, Mask]:
        """The slopes, and whether they and the function are numbers."""
        count, columns = len(points), len(self._ways)
        sizes = np.abs(points[:, self._wrt])
        sizes = np.where(sizes > 0, sizes, 1.0)[:, None]
        # None moves by more than the part of its size that the step is.
        spans = np.abs(self._ways)
        longest = np.full((count, *spans.shape), np.inf)
        np.divide(sizes, spans, out=longest, where=spans > 0)
        steps = longest.min(-1) * self._step
        moved = np.repeat(points.astype(np.complex128)[:, None], columns, axis=1)
        moved[:, :, self._wrt] += 1j * steps[..., None] * self._ways
        values = self._function.batch(moved.reshape(count * columns, -1)).reshape(count, columns, -1)
        slopes = values.imag.astype(np.float64) / steps[..., None]
        return np.moveaxis(slopes, 1, 2), np.moveaxis(np.isfinite(values), 1, 2)


def _demand_analytic(program: Program) -> None:
    for name in sorted(program.operation_names()):
        row = Primitive.rows[name]
        if row.switch is not None:
            raise Unsupported(f"{name} is made of pieces: the complex step needs an analytic function")
        function = resolve(row.numpy) if isinstance(row.numpy, str) else None
        constant = function is None and name in ("pi", "e")
        if not constant and not any("D->D" in kind for kind in getattr(function, "types", ())):
            raise Unsupported(f"NumPy and SciPy compute no {name} of complex numbers")
