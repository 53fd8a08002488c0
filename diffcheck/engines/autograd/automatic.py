"""A function on tensors, ready to be differentiated."""

import functools
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import torch

from diffcheck.case.case import Array, Point
from diffcheck.engines.autograd import tf32
from diffcheck.engines.autograd.arrays import arrays_as_tensors, in_parts
from diffcheck.engines.autograd.calls import written
from diffcheck.engines.autograd.contract import Contract
from diffcheck.engines.autograd.imported import import_of
from diffcheck.engines.autograd.modes import METHODS, Derive, Function, forward, reverse, transformed
from diffcheck.engines.autograd.numbers import Constants, as_constant
from diffcheck.engines.autograd.passes import Arguments
from diffcheck.engines.autograd.pull import pulled_back
from diffcheck.engines.autograd.script import script
from diffcheck.engines.autograd.yardstick import yardstick
from diffcheck.engines.base import Clockwork, Estimate, Task, implementation
from diffcheck.errors import CaseError, Unsupported
from diffcheck.ops.arguments import default_dtype
from diffcheck.program.sourced import Sourced
from diffcheck.verdict import Finding

Tensor = torch.Tensor
# In these words torch says, beside "not implemented", that a kernel does not compute in a format, or has no derivative.
_NOT_THERE = (
    "Low precision dtypes not supported",
    "view_as_complex is only supported for",
    "Expected both inputs to be Half, Float or Double tensors but got BFloat16",
    "Unsupported dtype BFloat16",
    "Unsupported dtype Half",
    "doesn't support tensors of type: ",
    "This function doesn't handle types other than float and double",
    "expected a tensor with 2 or more dimensions of float, double",
    "Got unsupported ScalarType BFloat16",
    "derivative for aten::",
    "is not differentiable with respect to argument",
    "step must be greater than zero",  # of a slice
    "does not support automatic differentiation for",
)


class Automatic:
    """A function on tensors, ready to be differentiated."""

    operations: int | None = None

    def __init__(self, task: Task) -> None:
        self._task = task
        self._function: Any = implementation(task.case, "autograd")
        self._by_name = self._function is task.case.function
        self._device = torch.device(task.device)
        _demand_products(task, self._device)
        # Under autocast parameters and inputs stay in single precision, which holds the numbers of the small format.
        self._dtype = torch.float32 if task.method in ("autocast", "tf32") else getattr(torch, task.dtype)
        self._constants = Constants(task.case.constants, self._dtype, self._device)
        if task.method == "autocast" and task.dtype not in ("bfloat16", "float16"):
            raise Unsupported(
                f"autocast computes in bfloat16 or float16, not in {task.dtype}: ask for --dtype bfloat16"
            )
        self._derive = METHODS.get(task.method, reverse)
        self._evaluate = torch.compile(self._derived, dynamic=False) if task.method == "compiled" else self._derived

    def derivative(self, point: Point) -> Estimate:
        """The derivative at a point."""
        inputs = self._tensors(point)
        try:
            with warnings.catch_warnings():
                # torch.compile tells what it does to caches, which nobody here asked for.
                warnings.filterwarnings("ignore", module=r"torch\._dynamo")
                value = self._evaluate(inputs)
        except NotImplementedError as reason:
            raise Unsupported(f"torch: {reason}") from None
        except _not_compiled() as reason:
            raise Unsupported(f"torch.compile: {str(reason).strip().splitlines()[0]}") from None
        except (RuntimeError, TypeError, ValueError) as reason:
            if any(words in str(reason) for words in _NOT_THERE):
                raise Unsupported(f"torch: {str(reason).strip().splitlines()[0]}") from None
            raise
        found = value.reshape(self._task.shape).detach().to("cpu", torch.float64).numpy()
        columns = self._task.operator.width(len(self._task.case.wrt_positions)) if self._task.method == "forward" else 1
        return Estimate(found, function_calls=columns)

    def value(self, point: Point) -> Any:
        """The function itself, as it is called to be differentiated."""
        inputs = self._tensors(point)
        for name in self._task.case.wrt:
            inputs[name].requires_grad_()
        return self._result(inputs).detach().to("cpu", torch.float64).resolve_neg().numpy()

    def unused(self, point: Point) -> list[str]:
        """The inputs by which torch gives no gradient at a point; see `diffcheck.engines.base.Prepared`."""
        inputs = self._tensors(point)
        leaves = [inputs[name].requires_grad_() for name in self._task.case.wrt]
        result = self._result(inputs)
        if not result.requires_grad:
            return list(self._task.case.wrt)
        found = pulled_back([result], leaves, [torch.ones_like(result)])
        return [name for name, gradient in zip(self._task.case.wrt, found, strict=True) if gradient is None]

    def clockwork(self, point: Point) -> Clockwork:
        """The function alone, and the function with its derivative."""
        operator = self._task.operator
        inputs = self._tensors(point)
        function, start = self._function_of(inputs), self._start(inputs)

        def derive() -> object:
            if self._task.method == "compiled":
                return self._evaluate(inputs)
            return self._derive(function, start, operator)

        return Clockwork(
            derivative=derive,
            primal=lambda: function(start),
            synchronize=self._wait if self._device.type == "cuda" else None,
            peak_bytes=lambda: self._peak_bytes(derive),
            yardstick=yardstick(str(self._device)),
        )

    def batch(self, points: Sequence[Point]) -> Callable[[], Tensor] | None:
        """The derivatives at many points by `torch.func.vmap`; ``None`` where it cannot transform the function."""
        stacked = {
            name: torch.tensor(np.stack([p[name] for p in points]), dtype=self._dtype, device=self._device)
            for name in points[0]
        }
        # Recording backward passes cannot be transformed; `torch.func` computes the same.
        derive = forward if self._task.method == "forward" else transformed
        together: Callable[..., Tensor] = torch.func.vmap(functools.partial(self._derived, derive=derive))
        try:
            together({name: value[:2] for name, value in stacked.items()})
        except Exception:  # a function that decides by its values, or a backward pass without a batching rule
            return None
        return lambda: together(stacked)

    def script(self, point: Point, component: int) -> str:
        """A script of plain torch that prints one component; see `diffcheck.engines.base.Prepared`."""
        task = self._task
        inputs = self._tensors(point)

        def own() -> tuple[str, str]:
            line, name = import_of(getattr(self._function, "code", self._function))
            return line, f"{name}({', '.join(self._written(inputs))})"

        return script(task.method, self._result, inputs, task.case.wrt, task.operator, component, own)

    def _written(self, inputs: Mapping[str, Tensor]) -> list[str]:
        """The arguments of somebody's own code, as they stand between its parentheses."""
        if hasattr(self._function, "spelled"):
            return list(self._function.spelled(written))
        return [
            name if name in inputs else written(self._constants.values[name]) for name in self._task.case.parameters
        ]

    @property
    def is_recordable(self) -> bool:
        """Whether backward passes through torch code are run, which can be watched."""
        return self._task.method == "reverse" and hasattr(self._function, "recorded")

    def recorded(self, point: Point, spared: str = "") -> Sourced:
        """The operations of these backward passes at a point; see `diffcheck.engines.base.Prepared`."""
        inputs = _in_double(point)

        def derive(*values: Tensor) -> Tensor:
            given = dict(zip(inputs, values, strict=True))
            return self._derived(given).reshape(self._task.shape)

        found: Sourced = self._function.recorded(derive, list(inputs.values()), spared)
        return found

    def own_backwards(self, point: Point) -> list[str]:
        """The functions whose own backward takes part at a point."""
        return list(self._function.own_backwards(list(_in_double(point).values())))

    def _wait(self) -> None:
        """Until an event behind all that was launched on the device has come."""
        torch.cuda.current_stream(self._device).record_event().synchronize()

    def _peak_bytes(self, derive: Callable[[], object]) -> int | None:
        """The memory of one derivative on a GPU; on the processor torch does not tell."""
        if self._device.type != "cuda":
            return None
        torch.cuda.synchronize(self._device)
        torch.cuda.reset_peak_memory_stats(self._device)
        before = torch.cuda.memory_allocated(self._device)
        derive()
        torch.cuda.synchronize(self._device)
        peak: int = torch.cuda.max_memory_allocated(self._device)
        return peak - before

    def _derived(self, inputs: dict[str, Tensor], derive: Derive | None = None) -> Tensor:
        with tf32.products() if self._task.method == "tf32" else nullcontext():
            return (derive or self._derive)(self._function_of(inputs), self._start(inputs), self._task.operator)

    def _tensors(self, point: Point) -> dict[str, Tensor]:
        return {name: torch.tensor(v, dtype=self._dtype, device=self._device) for name, v in point.items()}

    def _start(self, inputs: dict[str, Tensor]) -> list[Tensor]:
        """What is differentiated by."""
        return [inputs[name] for name in self._task.case.wrt]

    def _function_of(self, inputs: dict[str, Tensor]) -> Function:
        """The function of what is differentiated by; the other inputs stay."""
        expected = self._task.program.shape

        def function(parts: Sequence[Tensor]) -> Tensor:
            result = self._result(inputs | dict(zip(self._task.case.wrt, parts, strict=True)))
            if result.shape != expected:
                raise CaseError(
                    f"on tensors the function returns shape {tuple(result.shape)}, traced it was {expected}"
                )
            return result

        return function

    def _call(self, arguments: dict[str, Any]) -> Any:
        """The function; another implementation gets the arguments by position, whatever it calls them."""
        with self._precision():
            if not self._by_name:
                # Another form in a case's file means its numbers as the case does.
                with self._numbers() if self._task.case.alternative else nullcontext():
                    return self._function(*(arguments[name] for name in self._task.case.parameters))
            with arrays_as_tensors(), self._numbers():
                return self._constants.called(self._function, arguments)

    def _numbers(self) -> AbstractContextManager[Any]:
        """Where plain numbers of a case become tensors of the precision that is asked for.

        Somebody's own torch code keeps the precision that it runs in, and torch.compile follows no such change.
        """
        plain = not hasattr(self._function, "code") and self._task.method != "compiled"
        return default_dtype(torch, self._dtype) if plain else nullcontext()

    def _precision(self) -> AbstractContextManager[Any]:
        """Where torch chooses the precision of each operation, if the method says so."""
        if self._task.method == "tf32":
            return tf32.products()
        if self._task.method != "autocast":
            return nullcontext()
        return torch.autocast(self._device.type, dtype=getattr(torch, self._task.dtype))

    def _result(self, inputs: dict[str, Tensor]) -> Tensor:
        """The function's result; a list of tensors, or a number that no input influences, as one tensor."""
        result = self._call(inputs | (self._constants.values if self._by_name else self._constants.copies()))
        like = next(iter(inputs.values()))
        if isinstance(result, Tensor):
            return in_parts(result)
        if isinstance(result, (list, tuple)):
            of_complex = any(isinstance(r, Tensor) and r.is_complex() for r in result)
            dtype = like.dtype.to_complex() if of_complex else like.dtype
            return in_parts(torch.stack([torch.as_tensor(r, dtype=dtype, device=like.device) for r in result]))
        return torch.as_tensor(float(result), dtype=like.dtype, device=like.device)

    def findings(self, point: Point, elsewhere: Point, slack: Mapping[str, Array]) -> list[Finding]:
        """How the backward breaks its contract at a point; see `diffcheck.engines.autograd.contract`."""
        wrt = self._task.case.wrt

        def call(arguments: dict[str, Any]) -> list[Tensor]:
            result = self._call(arguments)
            results = result if isinstance(result, (list, tuple)) else [result]
            return [in_parts(r) for r in results if isinstance(r, Tensor)]

        def arguments(p: Point) -> Arguments:
            inputs = self._tensors(p)
            return Arguments({name: inputs.pop(name) for name in wrt}, inputs | self._constants.values)

        def allowed(name: str) -> Tensor:
            tensor: Tensor = as_constant(slack[name], self._dtype, self._device)
            return tensor

        return list(Contract(call, arguments(point), arguments(elsewhere), allowed).findings())


def _demand_products(task: Task, device: torch.device) -> None:
    """Raise `Unsupported` unless TF32 is asked of the method that has it, on a device that does."""
    if (task.method == "tf32") != (task.dtype == "tf32"):
        raise Unsupported(
            "TF32 is how products are computed, not what tensors hold: ask for autograd:tf32 --dtype tf32"
        )
    why = tf32.absent(device) if task.method == "tf32" else ""
    if why:
        raise Unsupported(why)


def _in_double(point: Point) -> dict[str, Tensor]:
    return {name: torch.tensor(v, dtype=torch.float64) for name, v in point.items()}


def _not_compiled() -> tuple[type[Exception], ...]:
    """What is raised where torch.compile cannot: the function leaves what it follows, or there is no compiler.

    Asked for when something is raised, for it takes a second to load.
    """
    return torch._dynamo.exc.TorchDynamoException, torch._inductor.exc.InductorError
