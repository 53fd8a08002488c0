"""What an engine is: it prepares a task once and then computes the derivative at one point after another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from diffcheck.case.case import Array, Case, Point, flattened
from diffcheck.case.operators import Operator
from diffcheck.errors import CaseError, UsageError
from diffcheck.formats import FORMATS, Format
from diffcheck.ops.dotted import resolve
from diffcheck.program.program import Program


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Case x operator x engine:method x device x dtype: one row of the results.

    ``program`` is the traced function; an engine may use it or call the case's function itself.
    """

    case: Case
    program: Program
    operator: Operator
    engine: str
    method: str
    device: str = "cpu"
    dtype: str = "float64"

    @property
    def format(self) -> Format:
        """The floating-point format under test."""
        return FORMATS[self.dtype]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that the derivative must have."""
        return self.operator.shape(self.program.shape, len(self.case.wrt_positions))

    @property
    def name(self) -> str:
        """``case operator engine:method device dtype``."""
        return f"{self.case.name} {self.operator} {self.engine}:{self.method} {self.device} {self.dtype}"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A derivative at a point.

    Attributes
    ----------
    value:
        In double precision (every format's numbers are), in the shape of the task.
    error:
        The method's own estimate of the absolute error, in the same shape; ``None`` for a method that claims to round
        only.
    function_calls:
        How often the function was evaluated; ``None`` if the method does not evaluate the function itself.
    step:
        The longest step that a difference quotient is taken with, in the same shape, unless the end of the domain is
        nearer; ``None`` for a method without steps.
    """

    value: Any
    error: Any = None
    function_calls: int | None = None
    step: Any = None


class Prepared(Protocol):
    """A task made ready. Calling twice at one point gives the same bits.

    Some attributes are optional: ``derivatives(points)``, what ``derivative`` says at each of many points, sooner;
    ``batch(points)``, a call that computes the derivatives at all these points at once, or ``None``; ``program``, the
    straight-line code that is evaluated (see `diffcheck.referee.rounding.own_code`), or, where ``is_recordable``,
    ``recorded(point)``, the same as it was seen at one point (a `diffcheck.program.sourced.Sourced`; `Unsupported` says
    why it could not be), with ``own_backwards(point)``, the names of functions whose own backward takes part in it, one
    of which ``recorded`` takes for one that is replaced by what the engine makes of the function;
    ``script(point, component)``, lines of Python without diffcheck that print a component of the derivative
    (`Unsupported` where there are no such lines); ``unused(point)``, the names of inputs by which the library gives no
    gradient at all, because it takes the result not to depend on them; and
    ``findings(point, elsewhere, slack)``, how somebody's own implementation breaks the contract of a backward at a
    point, a list of `diffcheck.verdict.Finding`: another point may be called in between, and ``slack`` says for each
    input what rounding may leave on its gradient.
    """

    @property
    def operations(self) -> int | None:
        """Operations in the code that is evaluated, where the engine knows."""
        ...

    def derivative(self, point: Point) -> Estimate:
        """The derivative at a point."""
        ...

    def value(self, point: Point) -> Any:
        """The function itself at a point, as this engine computes it, in the shape of its result."""
        ...

    def clockwork(self, point: Point) -> "Clockwork":
        """What is timed at a point."""
        ...


@dataclass(frozen=True, slots=True)
class Clockwork:
    """Two plain calls on inputs that are already in place, and what to wait for on a device that works on its own.

    ``yardstick`` is one function for all tasks of a kind, which always does the same, of the kind of work that the
    calls are: the machine's speed cancels in a time over its time. Without it `diffcheck.timing.yardstick` is taken.
    """

    derivative: Callable[[], object]
    primal: Callable[[], object]
    synchronize: Callable[[], None] | None = None
    peak_bytes: Callable[[], int | None] | None = None
    """The memory of one evaluation, for a library whose allocator Python does not see; ``None`` if it does not tell."""
    yardstick: Callable[[], object] | None = None


class Engine(Protocol):
    """A family of methods for derivatives; further ones plug in by the entry point ``diffcheck.engines``.

    Some attributes are optional: ``tries_implementations``, whether the engine calls what a case gives it under its
    name in ``implementations``; ``audits_operations``, whether operations on trial are made for it
    (`diffcheck.audit`); and ``preferred(program, operator, inputs)``, the method that it takes for a function.
    """

    @property
    def name(self) -> str:
        """The family's name."""
        ...

    @property
    def methods(self) -> Sequence[str]:
        """The methods by name, the default one first."""
        ...

    def available(self, device: str) -> str | None:
        """``None`` if the engine can use the device, else why not."""
        ...

    def prepare(self, task: Task) -> Prepared:
        """Everything that can be done once.

        Raises
        ------
        Unsupported
            With the reason why this engine cannot do the task.
        """
        ...

    def versions(self) -> dict[str, str]:
        """What the engine's results depend on: libraries, flags, the device."""
        ...


def implementation(case: Case, engine: str) -> Callable[..., Any]:
    """What an engine differentiates: the case's function, or what it puts on trial, which is imported only here.

    Raises
    ------
    CaseError
        If that is a path that leads to no function.
    """
    given = case.implementations.get(engine, case.function)
    if not isinstance(given, str):
        return given
    try:
        found: Any = resolve(given)
    except UsageError as mistake:
        raise CaseError(f"implementation for {engine}: {mistake}") from None
    if not callable(found):
        raise CaseError(
            f"implementation for {engine}: {given!r} is of type {type(found).__name__}, it must be a function"
        )
    function: Callable[..., Any] = found
    return function


def typed(point: Point, task: Task) -> dict[str, Array]:
    """The inputs at a point as NumPy values of the task's dtype (which NumPy must have)."""
    dtype = np.dtype(task.dtype)
    return {name: np.asarray(value, dtype=dtype)[()] for name, value in point.items()}


def flat(point: Point, task: Task) -> Array:
    """All input elements at a point, numbers of the task's dtype in double precision."""
    return flattened(typed(point, task)).astype(np.float64)


def constants(task: Task) -> dict[str, Any]:
    """The case's constants, arrays of floats rounded to the task's dtype."""
    dtype = np.dtype(task.dtype)
    return {
        name: value.astype(dtype) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value
        for name, value in task.case.constants.items()
    }
