"""Random numbers that are the same in every dtype and on every device: torch draws others for each.

What a function draws is a constant of its definition, which is recorded in double precision on the processor. So what
it draws elsewhere is drawn there, and rounded.
"""

from contextlib import AbstractContextManager
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

# What fills its first argument, what makes a new tensor, and what makes one like its first argument.
_FILL = frozenset(("bernoulli_", "normal_", "uniform_", "exponential_", "geometric_", "log_normal_", "cauchy_"))
_NEW = frozenset(("rand", "randn"))
_LIKE = frozenset(("rand_like", "randn_like"))


class _Draws(TorchDispatchMode):
    """While it is entered, random numbers are those of double precision on the processor."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        name = func._schema.name.removeprefix("aten::")
        if name in _FILL and args[0].is_floating_point():
            drawn = torch.empty(args[0].shape, dtype=torch.float64)
            return args[0].copy_(func(drawn, *args[1:], **kwargs))
        if name in _NEW:
            dtype, device = kwargs.get("dtype") or torch.get_default_dtype(), kwargs.get("device")
            found = func(*args, **(kwargs | {"dtype": torch.float64, "device": torch.device("cpu")}))
            return found.to(device or "cpu", dtype)
        if name in _LIKE:
            like = args[0]
            dtype, device = kwargs.get("dtype") or like.dtype, kwargs.get("device") or like.device
            drawn = func(torch.empty(like.shape, dtype=torch.float64))
            return drawn.to(device, dtype)
        return func(*args, **kwargs)


def draws() -> AbstractContextManager[Any]:
    """Inside, random numbers are those of double precision on the processor."""
    mode: AbstractContextManager[Any] = _Draws()  # type: ignore[no-untyped-call]
    return mode
