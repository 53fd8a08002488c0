"""A gated activation, and what its backwards leave behind."""

from typing import Any

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn.functional import silu

from diffcheck import tensor
from kernels.contexts import again, at, kept_by_another
from kernels.memory import narrow, wide
from kernels.report import Report, numbers

Tensor = torch.Tensor


def plain_swiglu(a: Tensor, b: Tensor) -> Tensor:
    """The second input through a gate of the first."""
    return silu(a) * b


def slope_of_silu(a: Tensor) -> Tensor:
    """The derivative of a sigmoid(a)."""
    s = torch.sigmoid(a)
    return s * (1 + a * (1 - s))


class RightSwiglu(Function):
    """Both gradients, in memory of their own."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        ctx.save_for_backward(a, b)
        return narrow(plain_swiglu(wide(a), wide(b)), a, b)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        a, b = map(wide, ctx.saved_tensors)
        return wide(g) * b * slope_of_silu(a), wide(g) * silu(a)


class WrongSwigluSwapped(RightSwiglu):
    """Each gradient is stored where the other one belongs."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        da, db = RightSwiglu.backward(ctx, g)
        return db, da


class WrongSwigluInPlace(RightSwiglu):
    """The gradients are stored over the saved inputs, by addresses, so that nobody notices."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        found = RightSwiglu.backward(ctx, g)
        return tuple(saved.data.copy_(new) for saved, new in zip(ctx.saved_tensors, found, strict=True))


class WrongSwigluOfBuffer(RightSwiglu):
    """The sigmoid is kept in a buffer, which the backward turns into the derivative in place."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        ctx.buffer = torch.sigmoid(wide(a))
        return RightSwiglu.forward(ctx, a, b)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        a, b = map(wide, ctx.saved_tensors)
        gate = a * ctx.buffer
        ctx.buffer.mul_(1 + a * (1 - ctx.buffer))  # no sigmoid any more
        return wide(g) * b * ctx.buffer, wide(g) * gate


_PAIR = (numbers(3, 4), numbers(3, 4))
_BOTH = {"a": tensor("batch width"), "b": tensor("batch width")}

REPORTS = [
    Report(
        name="swiglu, swapped",
        source="unslothai/unsloth#3314",
        told="stores each gradient where the other one belongs",
        condition="always",
        plain=plain_swiglu,
        right=RightSwiglu.apply,
        wrong=WrongSwigluSwapped.apply,
        unit=_PAIR,
        shown=at(*_PAIR),
        declared=_BOTH,
    ),
    Report(
        name="swiglu in place",
        source="linkedin/Liger-Kernel#254",
        told="stores the gradients over its inputs",
        condition="an input has been saved by another operation, or the graph is gone through twice",
        plain=plain_swiglu,
        right=RightSwiglu.apply,
        wrong=WrongSwigluInPlace.apply,
        unit=_PAIR,
        shown=kept_by_another(*_PAIR),
        declared=_BOTH,
    ),
    Report(
        name="swiglu of a buffer",
        source="axolotl-ai-cloud/axolotl#3892",
        told="changes in place what it has saved",
        condition="the graph is gone through twice",
        plain=plain_swiglu,
        right=RightSwiglu.apply,
        wrong=WrongSwigluOfBuffer.apply,
        unit=_PAIR,
        shown=again(*_PAIR),
        declared=_BOTH,
    ),
]
