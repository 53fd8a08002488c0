"""Attention whose keys are shared by heads, or whose bias is shared by a batch."""

from typing import Any

import torch
from torch.autograd import Function

from diffcheck import tensor
from kernels.attention import backward_of, plain_attention, scores
from kernels.contexts import at
from kernels.memory import narrow, wide
from kernels.report import Report, numbers

Tensor = torch.Tensor


def plain_grouped(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Attention where query head h looks at head h modulo their number of [heads, tokens, width]."""
    share = q.shape[0] // k.shape[0]
    return plain_attention(q, k.repeat(share, 1, 1), v.repeat(share, 1, 1))


class RightGrouped(Function):
    """The gradients of a head are summed over the query heads that look at it."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        ctx.save_for_backward(q, k, v)
        return narrow(plain_grouped(wide(q), wide(k), wide(v)), q, k, v)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        _, k, _ = ctx.saved_tensors
        return RightGrouped.spread(ctx, g, k.shape[0])

    @staticmethod
    def spread(ctx: Any, g: Tensor, modulus: int) -> tuple[Tensor, Tensor, Tensor]:
        """The gradients of query head h go to head h modulo ``modulus``, where there is one."""
        q, k, v = map(wide, ctx.saved_tensors)
        share = q.shape[0] // k.shape[0]
        keys, values = k.repeat(share, 1, 1), v.repeat(share, 1, 1)
        dq, dk, dv = backward_of(q, keys, values, torch.softmax(scores(q, keys), -1), wide(g))
        heads = torch.arange(q.shape[0]) % modulus
        here = heads < k.shape[0]
        return (
            dq,
            torch.zeros_like(k).index_add(0, heads[here], dk[here]),
            torch.zeros_like(v).index_add(0, heads[here], dv[here]),
        )


class WrongGrouped(RightGrouped):
    """The head is found by how many queries share one, instead of by how many there are."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        q, k, _ = ctx.saved_tensors
        return RightGrouped.spread(ctx, g, q.shape[0] // k.shape[0])


def plain_biased(q: Tensor, k: Tensor, v: Tensor, bias: Tensor) -> Tensor:
    """Attention with a bias [queries, keys] that is the same for the whole batch [batch, tokens, width]."""
    return torch.softmax(scores(q, k) + bias, -1) @ v


class RightBiased(Function):
    """The bias gets the sum over the batch."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(q, k, v, bias)
        return narrow(plain_biased(*map(wide, (q, k, v, bias))), q, k, v, bias)

    @staticmethod
    def of_scores(ctx: Any, g: Tensor) -> Tensor:
        """The gradient by the scores."""
        q, k, v, bias = map(wide, ctx.saved_tensors)
        p, dp = torch.softmax(scores(q, k) + bias, -1), wide(g) @ v.mT
        return p * (dp - (p * dp).sum(-1, keepdim=True))

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        q, k, v, bias = map(wide, ctx.saved_tensors)
        return *backward_of(q, k, v, torch.softmax(scores(q, k) + bias, -1), wide(g)), RightBiased.of_scores(
            ctx, g
        ).sum(0)


class WrongBiased(RightBiased):
    """Each element of the batch stores its gradient of the bias to one place; the last one stays."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        *others, _ = RightBiased.backward(ctx, g)
        return *others, RightBiased.of_scores(ctx, g)[-1]  # not the sum


REPORTS = [
    Report(
        name="grouped attention",
        source="XunhaoLai/native-sparse-attention-triton#27, first",
        told="divides the head's number by the wrong count",
        condition="the number of key heads is not the number of queries that share one",
        plain=plain_grouped,
        right=RightGrouped.apply,
        wrong=WrongGrouped.apply,
        unit=(numbers(4, 3, 4), numbers(2, 3, 4), numbers(2, 3, 4)),
        shown=at(numbers(6, 3, 4), numbers(3, 3, 4), numbers(3, 3, 4)),
        declared={
            "q": tensor("heads tokens width"),
            "k": tensor("kv_heads tokens width"),
            "v": tensor("kv_heads tokens width"),
            "relations": ("kv_heads divides heads",),
        },
    ),
    Report(
        name="biased attention",
        source="HKUSTDial/flash-sparse-attention#193",
        told="keeps the last gradient of a bias that is broadcast, instead of the sum",
        condition="the batch is larger than one",
        plain=plain_biased,
        right=RightBiased.apply,
        wrong=WrongBiased.apply,
        unit=(numbers(1, 3, 4), numbers(1, 5, 4), numbers(1, 5, 4), numbers(3, 5)),
        shown=at(numbers(2, 3, 4), numbers(2, 5, 4), numbers(2, 5, 4), numbers(3, 5)),
        declared={
            "q": tensor("batch queries width"),
            "k": tensor("batch keys width"),
            "v": tensor("batch keys width"),
            "bias": tensor("queries keys"),
        },
    ),
]
