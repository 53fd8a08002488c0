"""What a definition detaches is a constant of it: its derivative is the one that torch gives, not that of its value."""

from typing import Any

import torch
from torch.overrides import TorchFunctionMode

Tensor = torch.Tensor
_CUTS = {torch.Tensor.detach, torch.Tensor.data.__get__}  # type: ignore[attr-defined]


class Frozen(TorchFunctionMode):
    """Inside, what is detached has the value that it had at the first time, wherever the inputs are moved since.

    A straight-through estimator, ``x + (x.round() - x).detach()``, is then x and a constant. What a
    `torch.autograd.Function` does inside is its own affair: no gradient passes there anyway.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kept: list[Tensor] = []
        self._next: int | None = None

    def __enter__(self) -> Any:
        self._next = 0 if self._kept else None
        return super().__enter__()  # type: ignore[no-untyped-call]

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func not in _CUTS or not torch.is_grad_enabled():
            return func(*args, **(kwargs or {}))
        if self._next is None:
            found: Tensor = func(*args)
            self._kept.append(found.clone())
            return found
        place, self._next = self._next, self._next + 1
        return self._kept[place].clone() if place < len(self._kept) else func(*args)
