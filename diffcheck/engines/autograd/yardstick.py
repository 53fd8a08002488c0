"""A backward pass that is always the same: what torch's dispatch costs on this machine at this moment."""

import functools
from collections.abc import Callable

import torch


@functools.cache
def yardstick(device: str) -> Callable[[], object]:
    """A call that takes as long as its machine is slow: eight small operations and their backward pass."""
    x = torch.linspace(0.1, 1.0, 16, device=device, dtype=torch.float64, requires_grad=True)

    def call() -> object:
        y = x
        for _ in range(4):
            y = torch.sin(y) * x
        return torch.autograd.grad(y.sum(), x)

    return call
