"""NumPy: finite differences, extrapolated in batches, central ones call by call, or a step into the complex plane."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcheck.case.case import Point
from diffcheck.engines.base import Clockwork, Estimate, Prepared, Task, flat
from diffcheck.engines.finite.central import Central
from diffcheck.engines.finite.columns import columns_of, shaped, shaped_errors, shaped_steps
from diffcheck.engines.finite.complex_step import ComplexStep
from diffcheck.engines.finite.taken import taken
from diffcheck.errors import Unsupported
from diffcheck.program.code import code
from diffcheck.program.moves import Moves, moves


class Finite:
    """The engine ``finite``."""

    name = "finite"
    methods = ("adaptive", "central", "complex")

    def available(self, device: str) -> str | None:
        """NumPy computes on the processor only."""
        return None if device == "cpu" else "NumPy computes on the cpu only"

    def prepare(self, task: Task) -> Prepared:
        """Compile the function for batches; ``central`` takes it as it is."""
        if task.dtype not in ("float64", "float32"):
            raise Unsupported(f"NumPy has no {task.dtype} arithmetic")
        for name in task.case.wrt:
            domain = task.case.inputs[name]
            if domain.lo == domain.hi and task.method != "complex":
                raise Unsupported(f"the domain of {name} is the single number {domain.lo:g}: no step stays inside it")
        match task.method:
            case "central":
                return Central(task)
            case "complex":
                return ComplexStep(task)
            case _:
                return Adaptive(task)

    def versions(self) -> dict[str, str]:
        """NumPy evaluates."""
        return {"numpy": np.__version__}


class Adaptive:
    """Extrapolated differences in batches; see `diffcheck.engines.finite.adaptive`."""

    operations: int | None = None

    def __init__(self, task: Task) -> None:
        self._task = task
        self._function = code(task.program, task.dtype)
        self._differences = taken(_moving(task) or self._function, task)

    def derivative(self, point: Point) -> Estimate:
        """The derivative at a point, with its error estimate."""
        (estimate,) = self.derivatives([point])
        return estimate

    def derivatives(self, points: Sequence[Point]) -> list[Estimate]:
        """The derivatives at many points, with their error estimates."""
        found = self._differences.at(np.array([flat(point, self._task) for point in points]))
        steps = [None] * len(points) if found.step is None else [shaped_steps(step, self._task) for step in found.step]
        return [
            Estimate(shaped(value, self._task), shaped_errors(error, self._task), calls, step)
            for value, error, calls, step in zip(found.value, found.error, found.calls.tolist(), steps, strict=True)
        ]

    def batch(self, points: Sequence[Point]) -> Callable[[], object]:
        """The differences at many points, evaluated together."""
        here = np.array([flat(point, self._task) for point in points])
        return lambda: self._differences.at(here)

    def value(self, point: Point) -> Any:
        """The function itself."""
        return self._function.at(flat(point, self._task).tolist())

    def clockwork(self, point: Point) -> Clockwork:
        """All differences at a point, and one evaluation of the function."""
        here = flat(point, self._task)
        numbers = here.tolist()
        return Clockwork(lambda: self._differences.at(here[None]), lambda: self._function.at(numbers))


def _moving(task: Task) -> Moves | None:
    """The function with what its single inputs reach, where differences by one after the other are taken of itself."""
    operator = task.operator
    if operator.weighted or operator.along == operator.order == 1:
        return None
    return moves(task.program, columns_of(task), task.dtype)
