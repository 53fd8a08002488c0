"""A task made ready by JAX."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from diffcheck.case.case import Point
from diffcheck.engines.base import Clockwork, Estimate, Task, implementation
from diffcheck.engines.jax.contract import findings
from diffcheck.engines.jax.graphs import evaluated
from diffcheck.engines.jax.modes import METHODS
from diffcheck.errors import CaseError, Unsupported
from diffcheck.program.scalarise import Lowered
from diffcheck.verdict import Finding

Array = Any
_Precision = Callable[[], AbstractContextManager[Any]]
# In these words JAX says that it has no such derivative.
_NOT_THERE = ("to a custom_vjp function",)


class Transformed:
    """A function of JAX arrays, and its derivative."""

    operations: int | None = None

    def __init__(self, task: Task) -> None:
        self._task = task
        self._function = implementation(task.case, task.engine)
        self._is_own = self._function is not task.case.function
        self._dtype = jnp.dtype(task.dtype)
        family, _, index = task.device.partition(":")
        self._device = jax.devices(family)[int(index or 0)]
        with self._precision():
            self._constants = {name: self._constant(value) for name, value in task.case.constants.items()}
        self._derivative: _Call | None = None
        self._primal: _Call | None = None

    def derivative(self, point: Point) -> Estimate:
        """The derivative at a point."""
        inputs = self._arrays(point)
        if self._derivative is None:
            self._derivative = _Call(self._derived, inputs, self._precision)
        found = np.asarray(self._derivative(inputs), np.float64).reshape(self._task.shape)
        columns = self._task.operator.width(len(self._task.case.wrt_positions))
        return Estimate(found, function_calls=columns if self._task.method == "forward" else 1)

    def value(self, point: Point) -> Any:
        """The function itself, as it is called to be differentiated."""
        inputs = self._arrays(point)
        if self._primal is None:
            self._primal = _Call(self._on_the_way, inputs, self._precision)
        return np.asarray(self._primal(inputs), np.float64)

    def clockwork(self, point: Point) -> Clockwork:
        """The derivative and the function, each compiled; a call is over when its result is there."""
        inputs = self._arrays(point)
        derive, primal = _Call(self._derived, inputs, self._precision), _Call(self._result, inputs, self._precision)
        return Clockwork(
            derivative=lambda: derive(inputs).block_until_ready(),
            primal=lambda: primal(inputs).block_until_ready(),
            peak_bytes=lambda: derive.bytes,
        )

    def batch(self, points: Sequence[Point]) -> Callable[[], object] | None:
        """The derivatives at many points by `jax.vmap`; ``None`` where it cannot transform the function."""
        inputs = self._arrays({name: np.stack([p[name] for p in points]) for name in points[0]})
        try:
            together = _Call(jax.vmap(self._derived), inputs, self._precision)
        except Exception:  # a function that decides by its values, or a call back without a rule for batches
            return None
        return lambda: together(inputs).block_until_ready()

    def findings(self, point: Point, elsewhere: Point, slack: Mapping[str, Array]) -> list[Finding]:
        """How an own backward breaks its contract at a point; see `diffcheck.engines.jax.contract`."""
        if not self._is_own or self._task.method != "reverse":
            return []
        inputs = self._arrays(point)
        moving = {name: inputs[name] for name in self._task.case.wrt}

        def function(*values: Array) -> Array:
            return self._result(inputs | dict(zip(moving, values, strict=True)))

        with self._precision():
            return list(findings(function, moving, slack))

    def _arrays(self, point: Any) -> dict[str, Array]:
        """The inputs on the device, in the dtype on trial."""
        with self._precision():
            return {
                name: jax.device_put(np.asarray(value, np.float64).astype(self._dtype), self._device)
                for name, value in point.items()
            }

    def _precision(self) -> AbstractContextManager[Any]:
        """Where arrays may be of double precision; as somebody has it who computes in the task's dtype."""
        there: AbstractContextManager[Any] = jax.enable_x64(self._task.dtype == "float64")
        return there

    def _constant(self, value: Any) -> Any:
        if isinstance(value, (float, np.ndarray)):
            fractions = isinstance(value, float) or value.dtype.kind == "f"
            return jnp.asarray(value, self._dtype if fractions else None)
        return value

    def _derived(self, inputs: dict[str, Array]) -> Array:
        """The derivative by all elements of what is differentiated by."""
        case = self._task.case
        shapes = [inputs[name].shape for name in case.wrt]
        ends = np.cumsum([int(np.prod(shape, dtype=int)) for shape in shapes])

        def flat(x: Array) -> Array:
            parts = [part.reshape(shape) for part, shape in zip(jnp.split(x, ends[:-1]), shapes, strict=True)]
            return self._result(inputs | dict(zip(case.wrt, parts, strict=True))).reshape(-1)

        x = jnp.concatenate([inputs[name].reshape(-1) for name in case.wrt])
        return METHODS[self._task.method](flat, x, self._task.operator)

    def _on_the_way(self, inputs: dict[str, Array]) -> Array:
        """The result that comes with a derivative: the rule of a `jax.custom_vjp` makes its own."""
        if self._task.method == "reverse":
            return jax.vjp(self._result, inputs)[0]
        return jax.jvp(self._result, (inputs,), (jax.tree.map(jnp.zeros_like, inputs),))[0]

    def _result(self, inputs: dict[str, Array]) -> Array:
        """The function's result: of the program, or of what is put on trial, which gets its arguments by position."""
        task = self._task
        if not self._is_own:
            assert isinstance(task.program, Lowered)
            flat = [inputs[name].reshape(-1) for name in task.case.inputs]
            return evaluated(task.program.graph, jnp.concatenate(flat))
        given = inputs | self._constants
        result = self._function(*(given[name] for name in task.case.parameters))
        result = jnp.stack(result) if isinstance(result, (list, tuple)) else jnp.asarray(result)
        if result.shape != task.program.shape:
            raise CaseError(
                f"on JAX arrays the function returns shape {result.shape}, traced it was {task.program.shape}"
            )
        return result


class _Call:
    """A function of the inputs, compiled once for their shapes; as it is where it decides by their values.

    Raises
    ------
    Unsupported
        If JAX says that it has no such derivative or kernel; then, or when it is called.
    """

    def __init__(self, function: Callable[[Any], Array], inputs: Any, precision: _Precision) -> None:
        self.bytes: int | None = None

        def as_it_is(given: Any) -> Array:
            with precision(), _told():
                return function(given)

        self._call: Callable[[Any], Array] = as_it_is
        with precision(), _told():
            try:
                compiled = jax.jit(function).lower(inputs).compile()
            except jax.errors.ConcretizationTypeError:
                return
        used = compiled.memory_analysis()
        self.bytes = None if used is None else used.temp_size_in_bytes + used.output_size_in_bytes
        # What is compiled needs to be told of no precision any more.
        self._call = compiled

    def __call__(self, inputs: Any) -> Array:
        return self._call(inputs)


@contextmanager
def _told() -> Iterator[None]:
    """What JAX cannot do is said, not raised."""
    try:
        yield
    except NotImplementedError as reason:
        raise Unsupported(f"jax: {_first_line(reason)}") from None
    except (RuntimeError, TypeError, ValueError) as reason:
        if any(words in str(reason) for words in _NOT_THERE):
            raise Unsupported(f"jax: {_first_line(reason)}") from None
        raise


def _first_line(reason: Exception) -> str:
    return (str(reason).strip() or type(reason).__name__).splitlines()[0]
