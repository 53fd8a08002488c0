"""Sums, products and maxima of everything up to a place."""

from typing import Any

import torch
from torch.autograd import Function

from diffcheck import tensor
from kernels.contexts import at
from kernels.memory import narrow, wide
from kernels.report import Report, numbers

Tensor = torch.Tensor


def from_here_on(t: Tensor) -> Tensor:
    """The sum of each element and those after it."""
    return t.flip(-1).cumsum(-1).flip(-1)


def up_to_here(length: int) -> Tensor:
    """[length, length]: whether the second place is not before the first."""
    return torch.arange(length) >= torch.arange(length)[:, None]


def plain_running_maximum(x: Tensor) -> Tensor:
    """The largest element so far."""
    return x.cummax(-1).values


class RightRunningMaximum(Function):
    """An element that stays the largest gets the sum."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        top = x.cummax(-1)
        ctx.save_for_backward(top.indices)
        return top.values

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (places,) = ctx.saved_tensors
        return torch.zeros_like(wide(g)).scatter_add(-1, places, wide(g))


class WrongRunningMaximum(RightRunningMaximum):
    """An element that stays the largest gets one of its gradients."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (places,) = ctx.saved_tensors
        return torch.zeros_like(wide(g)).scatter(-1, places, wide(g))  # not added


def plain_running_logsumexp(x: Tensor) -> Tensor:
    """The logarithm of the sum of exponentials so far."""
    return torch.logcumsumexp(x, -1)


class RightRunningLogsumexp(Function):
    """The exponent is a difference that is never above zero."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return narrow(torch.logcumsumexp(wide(x), -1), x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = map(wide, ctx.saved_tensors)
        after = up_to_here(x.shape[-1])
        share = x[..., None] - torch.logcumsumexp(x, -1)[..., None, :]
        return (torch.exp(torch.where(after, share, -torch.inf)) * wide(g)[..., None, :]).sum(-1)


class WrongRunningLogsumexp(RightRunningLogsumexp):
    """Both exponentials are taken by themselves."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = map(wide, ctx.saved_tensors)
        return torch.exp(x) * from_here_on(wide(g) * torch.exp(-torch.logcumsumexp(x, -1)))


def plain_running_product(x: Tensor) -> Tensor:
    """The product so far."""
    return x.cumprod(-1)


class RightRunningProduct(Function):
    """The products are made anew without the element."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return narrow(wide(x).cumprod(-1), x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = map(wide, ctx.saved_tensors)
        length = x.shape[-1]
        others = torch.where(torch.eye(length, dtype=torch.bool), 1, x[..., None, :]).cumprod(-1)
        return (torch.where(up_to_here(length), others, 0) * wide(g)[..., None, :]).sum(-1)


class WrongRunningProduct(RightRunningProduct):
    """The products are divided by the element."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = map(wide, ctx.saved_tensors)
        return from_here_on(wide(g) * x.cumprod(-1)) / x


_ROW = {"x": tensor("batch length")}
_HIGH_FIRST = torch.tensor([100.0, 0.5, 0.25, 0.75], dtype=torch.float64)
_WITH_ZERO = torch.tensor([0.5, 2.0, 0.0, 1.5], dtype=torch.float64)

REPORTS = [
    Report(
        name="running maximum",
        source="pytorch/pytorch#26637",
        told="keeps one of several gradients of an element",
        condition="an element stays the largest for more than one place",
        plain=plain_running_maximum,
        right=RightRunningMaximum.apply,
        wrong=WrongRunningMaximum.apply,
        unit=(torch.tensor([1.0, 2.0, 4.0, 5.0], dtype=torch.float64),),
        shown=at(torch.tensor([1.0, 4.0, 2.0, 3.0], dtype=torch.float64)),
        declared=_ROW,
    ),
    Report(
        name="running logsumexp",
        source="pytorch/pytorch#36308",
        told="takes exponentials that overflow or vanish",
        condition="an element is far from zero, by 90 in single precision",
        plain=plain_running_logsumexp,
        right=RightRunningLogsumexp.apply,
        wrong=WrongRunningLogsumexp.apply,
        unit=(numbers(2, 4),),
        shown=at(_HIGH_FIRST),
        declared=_ROW,
        precision=torch.float32,
        tolerance=1e-5,
    ),
    Report(
        name="running product",
        source="Theano/Theano#5317",
        told="divides by the element",
        condition="an element is zero",
        plain=plain_running_product,
        right=RightRunningProduct.apply,
        wrong=WrongRunningProduct.apply,
        unit=(numbers(2, 4),),
        shown=at(_WITH_ZERO),
        declared=_ROW,
    ),
]
