"""Softmax and its relatives, and what stands between it and the rest of attention."""

from typing import Any

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from diffcheck import integers, tensor
from kernels.contexts import at, laid
from kernels.memory import memory, narrow, wide
from kernels.report import Report, numbers

Tensor = torch.Tensor


def plain_softmax(x: Tensor) -> Tensor:
    """Softmax over the last axis."""
    return torch.softmax(x, -1)


class RightSoftmax(Function):
    """The whole row is summed."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return narrow(torch.softmax(wide(x), -1), x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return RightSoftmax.through(torch.softmax(wide(x), -1), wide(g), x.shape[-1])

    @staticmethod
    def through(y: Tensor, g: Tensor, summed: int) -> Tensor:
        """The gradient, from the result; ``summed`` elements of a row are summed."""
        return y * (g - (y * g)[..., :summed].sum(-1, keepdim=True))


class WrongSoftmaxOfTail(RightSoftmax):
    """Long rows are summed by eight elements at a time; what is left over is not."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        width = x.shape[-1]
        return RightSoftmax.through(torch.softmax(wide(x), -1), wide(g), width if width <= 32 else width // 8 * 8)


class WrongSoftmaxOfAddresses(RightSoftmax):
    """The input is read as if its elements lay side by side."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return RightSoftmax.forward(ctx, memory(x))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightSoftmax.backward(ctx, g)


def plain_sparsemax(x: Tensor) -> Tensor:
    """The nearest point to each row whose elements are not negative and sum to one."""
    ordered = x.sort(-1, descending=True).values
    excess = (ordered.cumsum(-1) - 1) / torch.arange(1, x.shape[-1] + 1)
    size = (ordered > excess).sum(-1, keepdim=True)
    return (x - excess.gather(-1, size - 1)).clamp(min=0)


class RightSparsemax(Function):
    """On the support the mean of the incoming gradient is taken off."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        y = plain_sparsemax(wide(x))
        ctx.save_for_backward(y)
        return narrow(y, x)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        (y,) = ctx.saved_tensors
        support = y > 0
        kept = wide(g) * support
        mean = kept.sum(-1) / support.sum(-1)
        return torch.where(support, kept - mean[..., None], 0)


class WrongSparsemax(RightSparsemax):
    """The sizes of the supports lose every axis of one element, and are broadcast against another one."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        (y,) = ctx.saved_tensors
        support = y > 0
        kept = wide(g) * support
        mean = kept.sum(-1) / support.sum(-1, keepdim=True).squeeze()  # of all axes
        return torch.where(support, kept - mean[..., None], 0)


def plain_linear_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Causal attention without a softmax, divided by the sum of its weights, over [tokens, width]."""
    total = (q * k.cumsum(0)).sum(-1, keepdim=True)
    return (q @ k.T).tril() @ v / total


class RightLinearAttention(Function):
    """The keys act by the weights and by their sum."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        ctx.save_for_backward(q, k, v)
        return narrow(plain_linear_attention(wide(q), wide(k), wide(v)), q, k, v)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        q, k, v = map(wide, ctx.saved_tensors)
        sums = k.cumsum(0)
        total = (q * sums).sum(-1, keepdim=True)
        y = (q @ k.T).tril() @ v / total
        g = wide(g) / total
        of_total = -(g * y).sum(-1, keepdim=True)
        weights = (g @ v.T).tril()
        through_sums = (of_total * q).flip(0).cumsum(0).flip(0)
        return weights @ k + of_total * sums, weights.T @ q + through_sums, (q @ k.T).tril().T @ g


class WrongLinearAttention(RightLinearAttention):
    """The cumulative sum of the keys leaves the graph: its part of their gradient is missing."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        q, k, v = map(wide, ctx.saved_tensors)
        dq, _, dv = RightLinearAttention.backward(ctx, g)
        total = (q * k.cumsum(0)).sum(-1, keepdim=True)
        return dq, (wide(g) / total @ v.T).tril().T @ q, dv


P = 0.25


def plain_dropped(x: Tensor, kept: Tensor) -> Tensor:
    """Softmax whose elements are dropped where ``kept`` is 0, the others made larger."""
    return torch.softmax(x, -1) * kept / (1 - P)


class RightDropped(Function):
    """The backward makes larger as the forward does."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, kept: Tensor) -> Tensor:
        ctx.save_for_backward(x, kept)
        return narrow(plain_dropped(wide(x), kept), x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, kept = ctx.saved_tensors
        return RightSoftmax.through(torch.softmax(wide(x), -1), wide(g) * kept / (1 - P), x.shape[-1]), None


class WrongDropped(RightDropped):
    """The backward multiplies by the probability to drop."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, kept = ctx.saved_tensors
        return RightSoftmax.through(torch.softmax(wide(x), -1), wide(g) * kept * P, x.shape[-1]), None


_POSITIVE = tuple(numbers(5, 3).abs() + 0.1 for _ in range(2))

REPORTS = [
    Report(
        name="softmax of long rows",
        source="deepspeedai/DeepSpeed#2709",
        told="sums eight elements at a time, and not what is left over",
        condition="a row is longer than 32 and no multiple of 8 (there: 8192)",
        plain=plain_softmax,
        right=RightSoftmax.apply,
        wrong=WrongSoftmaxOfTail.apply,
        unit=(numbers(2, 16),),
        shown=at(numbers(2, 37)),
        declared={"x": tensor("batch width")},
    ),
    Report(
        name="softmax of addresses",
        source="flagos-ai/Torch-FL#171",
        told="reads its input as if the elements lay side by side",
        condition="the input is transposed; the value is wrong as well",
        plain=plain_softmax,
        right=RightSoftmax.apply,
        wrong=WrongSoftmaxOfAddresses.apply,
        unit=(numbers(4, 4),),
        shown=laid(lambda x: x.mT, numbers(4, 4)),
        declared={"x": tensor("batch width")},
    ),
    Report(
        name="sparsemax",
        source="deep-spin/entmax#18",
        told="drops every axis of one element from the sizes of the supports",
        condition="an axis beside the rows has one element, and another one more",
        plain=plain_sparsemax,
        right=RightSparsemax.apply,
        wrong=WrongSparsemax.apply,
        unit=(numbers(3, 4) / 4,),
        shown=at(numbers(3, 1, 4) / 4),
        declared={"x": tensor("batch heads width"), "relations": ("1 <= width",)},
    ),
    Report(
        name="normalised linear attention",
        source="fla-org/flash-linear-attention#875",
        told="leaves out what the keys do by the sum of the weights",
        condition="there are two values at least that differ",
        plain=plain_linear_attention,
        right=RightLinearAttention.apply,
        wrong=WrongLinearAttention.apply,
        unit=(*_POSITIVE, numbers(5, 3)),
        shown=at(*_POSITIVE, numbers(5, 3)),
        declared={
            "q": tensor("tokens width", low=0.1, high=2),
            "k": tensor("tokens width", low=0.1, high=2),
            "v": tensor("tokens channels"),
            "relations": ("1 <= width",),
        },
    ),
    Report(
        name="softmax with dropout",
        source="NVIDIA/apex#816",
        told="multiplies by p instead of 1/(1 - p)",
        condition="always (without dropout another kernel runs)",
        plain=plain_dropped,
        right=RightDropped.apply,
        wrong=WrongDropped.apply,
        unit=(numbers(3, 4), torch.tensor([[1, 1, 0, 1], [1, 1, 1, 0], [1, 1, 1, 1]])),
        shown=at(numbers(2, 4), torch.tensor([[1, 1, 0, 1], [0, 1, 1, 1]])),
        declared={"x": tensor("batch width"), "kept": integers("batch width", below=2)},
    ),
]
