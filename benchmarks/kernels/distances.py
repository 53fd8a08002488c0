"""Losses that are a distance between two tensors."""

from typing import Any

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn.functional import softmax

from diffcheck import tensor
from kernels.contexts import at
from kernels.memory import narrow, read, wide
from kernels.report import Report, numbers

Tensor = torch.Tensor


def plain_squared_error(x: Tensor, target: Tensor) -> Tensor:
    """The mean squared difference."""
    return ((x - target) ** 2).mean()


class RightSquaredError(Function):
    """The one incoming number is used for all elements."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, target: Tensor) -> Tensor:
        ctx.save_for_backward(x, target)
        return narrow(plain_squared_error(wide(x), wide(target)), x, target)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, target = ctx.saved_tensors
        found = 2 * wide(g) * (wide(x) - wide(target)) / x.numel()
        return found, -found


class WrongSquaredError(RightSquaredError):
    """An incoming number is read for each element, though the reduction leaves one: beyond it lies other memory."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        x, _ = ctx.saved_tensors
        return RightSquaredError.backward(ctx, read(g, (x.numel(),), (1,)).reshape(x.shape))


def plain_variation(p: Tensor, q: Tensor) -> Tensor:
    """Half the sum of what two distributions differ by, over the rows."""
    return (p - q).abs().sum() / 2 / p.shape[0]


class RightVariation(Function):
    """No gradient where both agree."""

    @staticmethod
    def forward(ctx: Any, p: Tensor, q: Tensor) -> Tensor:
        ctx.save_for_backward(p, q)
        return narrow(plain_variation(wide(p), wide(q)), p, q)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        p, q = ctx.saved_tensors
        found = wide(g) * torch.sign(wide(p) - wide(q)) / 2 / p.shape[0]
        return found, -found


class WrongVariation(RightVariation):
    """Two branches for a sign that has three: where both agree the gradient is that of `p < q`."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        p, q = ctx.saved_tensors
        found = torch.where(p > q, wide(g), -wide(g)) / 2 / p.shape[0]  # also where p == q
        return found, -found


_P = softmax(numbers(3, 5), -1)

REPORTS = [
    Report(
        name="mean squared error",
        source="flagos-ai/FlagGems#5212",
        told="reads an incoming gradient for each element where there is one number",
        condition="there are more elements than one",
        plain=plain_squared_error,
        right=RightSquaredError.apply,
        wrong=WrongSquaredError.apply,
        unit=(numbers(4), numbers(4)),
        shown=at(numbers(4), numbers(4)),
        declared={"x": tensor("batch features"), "target": tensor("batch features")},
    ),
    Report(
        name="total variation",
        source="linkedin/Liger-Kernel#1373",
        told="takes p == q for p < q",
        condition="an element of both is the same",
        plain=plain_variation,
        right=RightVariation.apply,
        wrong=WrongVariation.apply,
        unit=(_P, softmax(numbers(3, 5), -1)),
        shown=at(_P, torch.where(_P > 0.2, _P, 0.1)),
        declared={"p": tensor("batch classes", low=0, high=1), "q": tensor("batch classes", low=0, high=1)},
        asked={"at_kinks": "zero"},
    ),
]
