"""PyTorch: reverse-mode automatic differentiation, on the processor or a GPU. The only module that imports torch."""

from typing import Any

import numpy as np
import torch

from diffcheck.case.case import Point
from diffcheck.case.operators import Operator
from diffcheck.engines.base import Clockwork, Estimate, Task
from diffcheck.errors import CaseError
from diffcheck.ops.table import resolve


class Autograd:
    """The engine ``autograd``."""

    name = "autograd"
    methods = ("reverse",)

    def available(self, device: str) -> str | None:
        """Whether torch sees the device."""
        if device == "cpu":
            return None
        if device == "cuda" or device.startswith("cuda:"):
            count = torch.cuda.device_count() if torch.cuda.is_available() else 0
            index = device.partition(":")[2] or "0"
            if index.isdecimal() and int(index) < count:
                return None
            return f"torch {torch.__version__} sees {count or 'no'} CUDA device{'s' if count > 1 else ''} here"
        return f"unknown device {device!r}: choose cpu or cuda"

    def prepare(self, task: Task) -> "Reverse":
        """Put the constants on the device."""
        return Reverse(task)

    def versions(self) -> dict[str, str]:
        """torch, and the GPU if there is one."""
        found = {"torch": torch.__version__, "torch_threads": str(torch.get_num_threads())}
        if torch.cuda.is_available():
            found["gpu"] = torch.cuda.get_device_name()
            found["cuda"] = str(torch.version.cuda)
            found["tf32"] = str(torch.backends.cuda.matmul.allow_tf32)
        return found


class Reverse:
    """The derivative by `torch.autograd.grad`, one backward pass for each output."""

    operations: int | None = None

    def __init__(self, task: Task) -> None:
        self._task = task
        given = task.case.implementations.get("autograd", task.case.function)
        self._function = resolve(given) if isinstance(given, str) else given
        self._by_name = given is task.case.function
        self._dtype = getattr(torch, task.dtype)
        self._device = torch.device(task.device)
        self._constants = {name: self._constant(value) for name, value in task.case.constants.items()}

    def derivative(self, point: Point) -> Estimate:
        """The derivative at a point."""
        value = self._differentiate(self._tensors(point))
        return Estimate(value.detach().to("cpu", torch.float64).numpy(), function_calls=1)

    def value(self, point: Point) -> Any:
        """The function itself."""
        inputs = self._tensors(point)
        result = self._as_tensor(self._call(inputs), next(iter(inputs.values())))
        return result.detach().to("cpu", torch.float64).numpy()

    def clockwork(self, point: Point) -> Clockwork:
        """The function alone, and the function with its backward pass."""
        inputs = self._tensors(point)
        plain = {name: t.detach() for name, t in inputs.items()}
        return Clockwork(
            derivative=lambda: self._differentiate(inputs),
            primal=lambda: self._call(plain),
            synchronize=torch.cuda.synchronize if self._device.type == "cuda" else None,
        )

    def _call(self, inputs: dict[str, torch.Tensor]) -> Any:
        """The function; another implementation gets the arguments by position, whatever it calls them."""
        arguments = inputs | self._constants
        if self._by_name:
            return self._function(**arguments)
        return self._function(*(arguments[name] for name in self._task.case.parameters))

    def _tensors(self, point: Point) -> dict[str, torch.Tensor]:
        return {
            name: torch.tensor(value, dtype=self._dtype, device=self._device, requires_grad=name in self._task.case.wrt)
            for name, value in point.items()
        }

    def _constant(self, value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.dtype.kind != "f":
            return torch.tensor(value, device=self._device)
        if isinstance(value, (float, np.ndarray)):
            return torch.tensor(value, dtype=self._dtype, device=self._device)
        return value

    def _differentiate(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        wrt = [inputs[name] for name in self._task.case.wrt]
        result = self._as_tensor(self._call(inputs), wrt[0])
        if self._task.operator is Operator.HESSIAN:
            gradient = _flat_gradient(result, wrt, differentiable=True)
            rows = [_flat_gradient(g, wrt) for g in gradient]
        else:
            expected = self._task.program.outputs.shape
            if result.shape != expected:
                raise CaseError(
                    f"on tensors the function returns shape {tuple(result.shape)}, traced it was {expected}"
                )
            rows = [_flat_gradient(r, wrt) for r in result.reshape(-1)]
        return torch.stack(rows).reshape(self._task.shape)

    @staticmethod
    def _as_tensor(result: Any, like: torch.Tensor) -> torch.Tensor:
        """A tensor, a list of them, or a number that no input influences, as one tensor."""
        if isinstance(result, torch.Tensor):
            return result
        if isinstance(result, (list, tuple)):
            return torch.stack([torch.as_tensor(r, dtype=like.dtype, device=like.device) for r in result])
        return torch.as_tensor(float(result), dtype=like.dtype, device=like.device)


def _flat_gradient(output: torch.Tensor, wrt: list[torch.Tensor], differentiable: bool = False) -> torch.Tensor:
    """The derivatives of one number by all elements of ``wrt``; zeros where it does not depend on them."""
    if not output.requires_grad:
        return torch.cat([torch.zeros_like(t).reshape(-1) for t in wrt])
    gradients = torch.autograd.grad(output, wrt, retain_graph=True, create_graph=differentiable, materialize_grads=True)
    return torch.cat([g.reshape(-1) for g in gradients])
