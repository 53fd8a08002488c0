"""What is made of an operation's results, and of its arguments: the same mathematics for it and its definition."""

from collections.abc import Callable
from typing import Any

import torch
from torch.utils.checkpoint import checkpoint

from diffcheck.audit.conditions.passes import Arguments, Call, Consume, leaves

Tensor = torch.Tensor


def plain(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    """The results as they are."""
    return call(here)


def each_result(change: Callable[[Tensor], Tensor]) -> Consume:
    """Something made of every result."""
    return lambda call, here, other: [change(y) for y in call(here)]


def cat(y: Tensor) -> Tensor:
    """A result between zeros along its last axis: its gradient is a piece of a larger one."""
    beside = torch.zeros_like(y)
    return torch.cat([beside, y, beside], -1) if y.dim() else torch.stack([y, beside])


def transposed(y: Tensor) -> Tensor:
    """A result with its first axis last; of one axis, two copies."""
    return y.transpose(0, -1) if y.dim() > 1 else y.unsqueeze(0).expand(2, *y.shape)


def used_twice(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    """Every result, and half of it."""
    found = call(here)
    return [*found, *(y * 0.5 for y in found)]


def differentiated(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    """The gradients, with a graph, of the sum of y + y y / 2 over the results y, no two of which have one weight.

    What comes into the backward, 1 + y in units of the weight, depends on the inputs, and is not zero where y is.
    """
    found = [y for y in call(here) if y.requires_grad]
    by = list(leaves(here).values())
    weights = (torch.arange(y.numel(), dtype=torch.float64).cos() + 1.5 for y in found)
    given = [w.reshape(y.shape).to(y.device, y.dtype) * (1 + y) for w, y in zip(weights, found, strict=True)]
    gradients = torch.autograd.grad(found, by, given, create_graph=True, allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for g, x in zip(gradients, by, strict=True)]


def shared_by_two(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    """The results of two calls that share all inputs but the first."""
    first = next(iter(leaves(here)))
    return [*call(here), *call({**here, first: other[first]})]


def of_copies(change: Callable[[Tensor], Any]) -> Consume:
    """The inputs are results of something else, which are overwritten after the call."""

    def consume(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
        copies = {n: t.clone() for n, t in leaves(here).items()}
        found = call({**here, **copies})
        for copy in copies.values():
            change(copy)
        return found

    return consume


def changed_in_place(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    """Twice each result, in its own memory."""
    found = call(here)
    for y in found:
        y.mul_(2.0)
    return found


def one_for_two(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    """The results where the first of two inputs that are alike stands for both."""
    first, second = alike(here)
    return call({**here, second: here[first]})


def alike(arguments: Arguments) -> tuple[str, str]:
    """Two inputs that one tensor may stand for; empty names if there are none."""
    known: dict[Any, str] = {}
    for name, tensor in leaves(arguments).items():
        kind = (tensor.shape, tensor.dtype)
        if kind in known:
            return known[kind], name
        known[kind] = name
    return "", ""


def checkpointed(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    """The results under `torch.utils.checkpoint`."""
    names = list(leaves(here))

    def run(*values: Tensor) -> tuple[Tensor, ...]:
        return tuple(call({**here, **dict(zip(names, values, strict=True))}))

    return list(checkpoint(run, *leaves(here).values(), use_reentrant=False))


def under_autocast(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    """The results where torch chooses between single precision and bfloat16."""
    device = next(iter(leaves(here).values())).device.type
    with torch.autocast(device, dtype=torch.bfloat16):
        return call(here)


def under_vmap(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    """The results as one of two under `torch.func.vmap`."""
    names = list(leaves(here))

    def function(*values: Tensor) -> tuple[Tensor, ...]:
        return tuple(call({**here, **dict(zip(names, values, strict=True))}))

    together = [torch.stack([other[n].detach(), t]) for n, t in leaves(here).items()]
    return [y[1] for y in torch.func.vmap(function)(*together)]
