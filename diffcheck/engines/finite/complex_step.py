"""The complex step: the imaginary part of f(x + i h) over h, without any difference that could cancel.

Exact to rounding for functions that are analytic and computed by complex arithmetic (Squire and Trapp, SIAM Review 40,
1998); what rounding leaves is seen by trials of random rounding. Second derivatives are real differences of these first ones (Lai and Crassidis, 2008).
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcheck.case.case import Array, Point
from diffcheck.case.operators import Operator
from diffcheck.engines.base import Clockwork, Estimate, Task, flat
from diffcheck.engines.finite.adaptive import Differences
from diffcheck.engines.finite.random_rounding import TRIALS, RandomlyRounded, rounding_error
from diffcheck.engines.finite.samples import Mask
from diffcheck.errors import Unsupported
from diffcheck.ops.table import Primitive, resolve
from diffcheck.program.compile import Compiled
from diffcheck.program.program import Program

# The step relative to the coordinate (to one at zero): its square is nothing beside one.
_STEP = 2.0**-60
# Another step, and what the two disagree by is multiplied with for an estimate of the error.
_SHORTER = 2.0**-70
_SAFETY = 2.0
# A slope times the step may be a subnormal number, which is off by this many of its units.
_SUBNORMAL_UNITS = 16
# A step of a second difference, relative to the coordinate.
_SHORT = 2.0**-10
_COMPLEX = {"float64": "complex128", "float32": "complex64"}


class ComplexStep:
    """Derivatives by complex steps."""

    operations: int | None = None

    def __init__(self, task: Task) -> None:
        _demand_analytic(task.program)
        self._task = task
        wrt = task.case.wrt_positions
        kind = _COMPLEX[task.dtype]
        function = Compiled(task.program, kind)
        self._slopes, self._shorter = _Slopes(function, wrt), _Slopes(function, wrt, _SHORTER)
        self._rounded = _Slopes(RandomlyRounded(task.program, kind, alike=len(wrt)), wrt)
        self._primal = Compiled(task.program, task.dtype)
        self._second = (
            Differences(self._slopes, self._rounded, len(wrt), [(i,) for i in wrt], task)
            if task.operator is Operator.HESSIAN
            else None
        )

    def derivative(self, point: Point) -> Estimate:
        """The derivative at a point, with an estimate of what underflow or, for second derivatives, the step leaves."""
        return self._at(flat(point, self._task))

    def batch(self, points: Sequence[Point]) -> Callable[[], object]:
        """The complex steps at many points, evaluated together."""
        here = np.array([flat(point, self._task) for point in points])
        return lambda: self._slopes.batch(here) if self._second is None else self._second.at(here)

    def value(self, point: Point) -> Any:
        """The function itself."""
        return self._primal.at(flat(point, self._task).tolist())

    def clockwork(self, point: Point) -> Clockwork:
        """All complex steps at a point, and one real evaluation."""
        here = flat(point, self._task)
        numbers = here.tolist()
        return Clockwork(lambda: self._at(here), lambda: self._primal.at(numbers))

    def _at(self, point: Array) -> Estimate:
        columns = len(self._task.case.wrt_positions)
        if self._second is None:
            value, finite = self._slopes.evaluate(point[None])
            # The error is of the order of the step squared, or of less where the function has a branch point.
            rest = np.abs(value - self._shorter.batch(point[None]))
            error = _SAFETY * rest + rounding_error(self._rounded, point[None], value) + self._underflow(point)
            error = np.where(finite & np.isfinite(value), error, np.inf)
            return Estimate(
                value.reshape(self._task.shape), error.reshape(self._task.shape), columns * (2 + TRIALS)
            )
        found = self._second.at(point[None])
        # What underflow leaves on the slopes, over a short step of their differences.
        error = found.error[0] + self._underflow(point) / (_SHORT * self._slopes.steps(point[None])[0] / _STEP)
        return Estimate(found.value[0], error, int(found.calls[0]) * columns)

    def _underflow(self, point: Array) -> Array:
        """The error that underflow may leave on the first derivatives, one for each column."""
        smallest = 2.0**self._task.format.smallest_subnormal_exponent
        found: Array = _SUBNORMAL_UNITS * smallest / self._slopes.steps(point[None])[0]
        return found


class _Slopes:
    """All first derivatives as a function of many points, shape (points, outputs, columns)."""

    def __init__(self, function: Compiled, wrt: Sequence[int], step: float = _STEP) -> None:
        self._function = function
        self._wrt = np.array(wrt, np.intp)
        self._step = step

    def batch(self, points: Array) -> Array:
        """The slopes at points of shape (points, flattened inputs)."""
        return self.evaluate(points)[0]

    def evaluate(self, points: Array) -> tuple[Array, Mask]:
        """The slopes, and whether the function has a finite value there."""
        count, columns = len(points), len(self._wrt)
        steps = self.steps(points)
        moved = np.repeat(points.astype(np.complex128)[:, None], columns, axis=1)
        moved[:, np.arange(columns), self._wrt] += 1j * steps
        values = self._function.batch(moved.reshape(count * columns, -1)).reshape(count, columns, -1)
        slopes = values.imag.astype(np.float64) / steps[..., None]
        return np.moveaxis(slopes, 1, 2), np.moveaxis(np.isfinite(values.real), 1, 2)

    def steps(self, points: Array) -> Array:
        """The imaginary steps, shape (points, columns)."""
        sizes = np.abs(points[:, self._wrt])
        return np.where(sizes > 0, sizes, 1.0) * self._step


def _demand_analytic(program: Program) -> None:
    for name in sorted(program.operation_names()):
        row = Primitive.rows[name]
        if row.switch is not None:
            raise Unsupported(f"{name} is made of pieces: the complex step needs an analytic function")
        function = resolve(row.numpy) if isinstance(row.numpy, str) else None
        constant = function is None and name in ("pi", "e")
        if not constant and not any("D->D" in kind for kind in getattr(function, "types", ())):
            raise Unsupported(f"NumPy and SciPy compute no {name} of complex numbers")
