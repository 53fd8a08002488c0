"""Differences of the function itself: it is called at one point after another, as its author wrote it.

The quotients and the estimates of their errors are those of `diffcheck.engines.finite.adaptive`; what is evaluated is
the case's function on NumPy values, not the program that was traced.
"""

from typing import Any

import numpy as np

from diffcheck.case.case import Array, Point
from diffcheck.engines.base import Clockwork, Estimate, Task, constants, flat, typed
from diffcheck.engines.finite.columns import shaped, shaped_errors, shaped_steps
from diffcheck.engines.finite.taken import taken
from diffcheck.errors import CaseError


class Central:
    """Central differences call by call, one-sided ones at domain ends."""

    operations: int | None = None

    def __init__(self, task: Task) -> None:
        self._task = task
        self._function = _OneByOne(task)
        self._differences = taken(self._function, task)

    def derivative(self, point: Point) -> Estimate:
        """The derivative at a point, with its error estimate."""
        self._function.forget()
        found = self._differences.at(flat(point, self._task)[None])
        value, error = shaped(found.value[0], self._task), shaped_errors(found.error[0], self._task)
        step = None if found.step is None else shaped_steps(found.step[0], self._task)
        return Estimate(value, error, int(found.calls[0]) - self._function.known, step)

    def value(self, point: Point) -> Any:
        """The function itself."""
        with np.errstate(all="ignore"):
            return self._function.call(typed(point, self._task))

    def clockwork(self, point: Point) -> Clockwork:
        """All differences at a point, and one call of the function."""
        inputs = typed(point, self._task)

        def primal() -> object:
            with np.errstate(all="ignore"):
                return self._function.call(inputs)

        return Clockwork(lambda: self.derivative(point), primal)


class _OneByOne:
    """The case's function as a function of many points, called for each; ``known`` counts those that it was not.

    A value is computed once, until it is to be forgotten.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._constants = constants(task)
        self._values: dict[bytes, Array] = {}
        self.known = 0

    def forget(self) -> None:
        """Start anew."""
        self._values.clear()
        self.known = 0

    def batch(self, points: Array) -> Array:
        """The outputs at points of shape (points, flattened inputs), one row for each."""
        return np.array([self._at(point) for point in points.astype(self._task.dtype)])

    def _at(self, point: Array) -> Array:
        key = point.tobytes()
        if key in self._values:
            self.known += 1
            return self._values[key]
        inputs, start = {}, 0
        for name, domain in self._task.case.inputs.items():
            size = int(np.prod(domain.shape, dtype=int))
            inputs[name] = point[start : start + size].reshape(domain.shape)[()]
            start += size
        result = self.call(inputs)
        expected = self._task.program.shape
        if result.shape != expected:
            raise CaseError(f"on arrays the function returns shape {result.shape}, traced it was {expected}")
        found = self._values[key] = result.reshape(-1)
        return found

    def call(self, inputs: dict[str, Any]) -> Array:
        """The function's result in double precision; of complex numbers the parts, along a last axis."""
        found = np.asarray(self._task.case.function(**inputs, **self._constants))
        if found.dtype.kind == "c":
            found = np.stack([found.real, found.imag], -1)
        return found.astype(np.float64)
