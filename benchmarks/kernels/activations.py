"""Activations: wrong derivatives, axes, orders, and inputs that are not differentiated by."""

import math
from typing import Any

import torch
from torch.autograd import Function
from torch.nn.functional import gelu

from diffcheck import tensor
from kernels.contexts import at, second_only, second_order
from kernels.memory import narrow, wide
from kernels.report import Report, numbers

Tensor = torch.Tensor


def plain_gelu(x: Tensor) -> Tensor:
    """The approximation of GELU by a hyperbolic tangent."""
    return gelu(x, approximate="tanh")


class RightGelu(Function):
    """The derivative of the approximation."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return narrow(plain_gelu(wide(x)), x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = map(wide, ctx.saved_tensors)
        c = math.sqrt(2 / math.pi)
        t = torch.tanh(c * (x + 0.044715 * x**3))
        return wide(g) * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x))


class WrongGelu(RightGelu):
    """The derivative of the function that is approximated."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = map(wide, ctx.saved_tensors)
        density = torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        return wide(g) * (0.5 * (1 + torch.erf(x / math.sqrt(2))) + x * density)


class RightTanh(Function):
    """The incoming gradient times the derivative."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return narrow(torch.tanh(wide(x)), x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = map(wide, ctx.saved_tensors)
        return wide(g) * (1 - torch.tanh(x) ** 2)


class WrongTanh(RightTanh):
    """Brackets are missing."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = map(wide, ctx.saved_tensors)
        return wide(g) * 1 - torch.tanh(x) ** 2


def plain_prelu(x: Tensor, weight: Tensor) -> Tensor:
    """A rectifier whose negative slope is a weight for each channel of [batch, channels, ...]."""
    return torch.where(x > 0, x, x * weight.reshape(-1, *[1] * (x.dim() - 2)))


class RightPrelu(Function):
    """The weight varies along the second axis."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return narrow(plain_prelu(wide(x), wide(weight)), x, weight)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = map(wide, ctx.saved_tensors)
        slope = weight.reshape(-1, *[1] * (x.dim() - 2))
        own = torch.where(x > 0, 0, x * wide(g)).transpose(0, 1)
        return wide(g) * torch.where(x > 0, 1, slope), own.reshape(len(weight), -1).sum(1)


class WrongPrelu(RightPrelu):
    """The weight varies along the last axis."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = map(wide, ctx.saved_tensors)
        if x.shape[-1] != len(weight):
            raise ValueError("the weight must be as long as the last axis")
        _, dw = RightPrelu.backward(ctx, g)
        return wide(g) * torch.where(x > 0, 1, weight), dw


def plain_square(x: Tensor) -> Tensor:
    """Four times the square, by way of twice the number."""
    return (2 * x) ** 2


class RightSquare(Function):
    """The backward starts from the input, so that it has a derivative of its own."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        ctx.twice = 2 * wide(x)
        return narrow(ctx.twice**2, x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = map(wide, ctx.saved_tensors)
        return wide(g) * 4 * (2 * x)


class WrongSquare(RightSquare):
    """It starts from what the forward has left, which no second derivative sees."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return wide(g) * 4 * ctx.twice


def plain_merged(low: Tensor, high: Tensor) -> Tensor:
    """Sums and differences of two bands, one after the other."""
    return torch.stack([low + high, low - high], -1).flatten(-2)


class RightMerged(Function):
    """Each band gets its gradient."""

    @staticmethod
    def forward(ctx: Any, low: Tensor, high: Tensor) -> Tensor:
        return plain_merged(low, high)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        even, odd = g[..., ::2], g[..., 1::2]
        return even + odd, even - odd


class WrongMerged(RightMerged):
    """Nothing is computed unless the first band requires a gradient."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightMerged.backward(ctx, g) if ctx.needs_input_grad[0] else (None, None)


_PAIR = (numbers(3, 4), numbers(3, 4))
_ROW = {"x": tensor("batch width")}

REPORTS = [
    Report(
        name="GELU by tanh",
        source="kulinseth/pytorch#284",
        told="has the derivative of the function that is approximated",
        condition="always, by a thousandth at most",
        plain=plain_gelu,
        right=RightGelu.apply,
        wrong=WrongGelu.apply,
        unit=(numbers(6),),
        shown=at(numbers(6)),
        declared=_ROW,
        tolerance=1e-7,
    ),
    Report(
        name="tanh, brackets",
        source="apache/tvm#7340",
        told="multiplies one term by the incoming gradient, the other not",
        condition="the incoming gradient is not one",
        plain=torch.tanh,
        right=RightTanh.apply,
        wrong=WrongTanh.apply,
        unit=(numbers(6),),
        shown=at(numbers(6)),
        declared=_ROW,
    ),
    Report(
        name="PReLU",
        source="flagos-ai/FlagGems#4992",
        told="indexes the weight along the last axis instead of the second",
        condition="there is a third axis, as long as the second (of another length it raises)",
        plain=plain_prelu,
        right=RightPrelu.apply,
        wrong=WrongPrelu.apply,
        unit=(numbers(3, 4), numbers(4)),
        shown=at(numbers(2, 4, 4), numbers(4)),
        declared={
            "x": tensor("batch channels length"),
            "weight": tensor("channels"),
            "relations": ("length equals channels",),
        },
    ),
    Report(
        name="square by a product",
        source="pytorch/pytorch#58509",
        told="uses a number that the forward left in the context",
        condition="the gradient is differentiated",
        plain=plain_square,
        right=RightSquare.apply,
        wrong=WrongSquare.apply,
        unit=(numbers(4),),
        shown=second_order(numbers(4)),
        declared=_ROW,
    ),
    Report(
        name="wavelet bands",
        source="fbcotter/pytorch_wavelets#65",
        told="computes nothing unless the first input requires a gradient",
        condition="the second input requires one, and the first does not",
        plain=plain_merged,
        right=RightMerged.apply,
        wrong=WrongMerged.apply,
        unit=_PAIR,
        shown=second_only(*_PAIR),
        declared={"low": tensor("batch width"), "high": tensor("batch width")},
    ),
]
