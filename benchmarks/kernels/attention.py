"""Attention and softmax: masks, unequal lengths, shared heads, layouts."""

import math
from typing import Any

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from diffcheck import mask, tensor
from kernels.contexts import at, transposed
from kernels.memory import memory, narrow, wide
from kernels.report import Report, numbers

Tensor = torch.Tensor


def scores(q: Tensor, k: Tensor) -> Tensor:
    """How much each query has to do with each key."""
    return q @ k.mT / math.sqrt(q.shape[-1])


def reached(queries: int, keys: int, ahead: int) -> Tensor:
    """Which keys a query reaches: those up to its own place and ``ahead`` more."""
    return torch.arange(keys) <= torch.arange(queries)[:, None] + ahead


def excluded(s: Tensor, allowed: Tensor) -> Tensor:
    """The softmax over what is allowed; zero in a row where nothing is."""
    top = torch.where(allowed, s, -torch.inf).amax(-1, keepdim=True).clamp(min=torch.finfo(s.dtype).min)
    e = torch.where(allowed, torch.exp(torch.where(allowed, s - top, 0)), 0)
    total = e.sum(-1, keepdim=True)
    return e / torch.where(total > 0, total, 1)


def backward_of(q: Tensor, k: Tensor, v: Tensor, p: Tensor, g: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients by queries, keys and values, from the probabilities."""
    dp = g @ v.mT
    ds = p * (dp - (p * dp).sum(-1, keepdim=True)) / math.sqrt(q.shape[-1])
    return ds @ k, ds.mT @ q, p.mT @ g


def plain_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Softmax attention over [batch, heads, tokens, width]."""
    return torch.softmax(scores(q, k), -1) @ v


class RightAttention(Function):
    """The probabilities are computed again in the backward."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        ctx.save_for_backward(q, k, v)
        return narrow(plain_attention(wide(q), wide(k), wide(v)), q, k, v)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        q, k, v = map(wide, ctx.saved_tensors)
        return backward_of(q, k, v, torch.softmax(scores(q, k), -1), wide(g))


class WrongAttentionOfAddresses(RightAttention):
    """The incoming gradient is read as if its elements lay side by side."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightAttention.backward(ctx, memory(g))  # not g


class WrongAttentionOfWidths(RightAttention):
    """The values are read up to the width of queries and keys."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        q, k, v = map(wide, ctx.saved_tensors)
        width, p = q.shape[-1], torch.softmax(scores(q, k), -1)
        dq, _, _ = backward_of(q, k, v[..., :width], p, wide(g)[..., :width])  # further channels of v are left out
        _, dk, dv = backward_of(q, k, v, p, wide(g))
        return dq, dk, dv


def plain_causal(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Attention to keys up to the query's own place, both counted from the end."""
    queries, keys = q.shape[-2], k.shape[-2]
    return excluded(scores(q, k), reached(queries, keys, keys - queries)) @ v


class RightCausal(Function):
    """The backward counts from the end as the forward does."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        ctx.save_for_backward(q, k, v)
        return narrow(plain_causal(wide(q), wide(k), wide(v)), q, k, v)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        q, k, _ = ctx.saved_tensors
        return RightCausal.through(ctx, g, k.shape[-2] - q.shape[-2])

    @staticmethod
    def through(ctx: Any, g: Tensor, ahead: int) -> tuple[Tensor, Tensor, Tensor]:
        """The gradients where a query reaches ``ahead`` keys more than its place."""
        q, k, v = map(wide, ctx.saved_tensors)
        return backward_of(q, k, v, excluded(scores(q, k), reached(q.shape[-2], k.shape[-2], ahead)), wide(g))


class WrongCausal(RightCausal):
    """The backward counts the places from the beginning."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightCausal.through(ctx, g, 0)


def plain_masked(q: Tensor, k: Tensor, v: Tensor, allowed: Tensor) -> Tensor:
    """Attention to what is allowed; zero where a query is allowed nothing."""
    return excluded(scores(q, k), allowed) @ v


class RightMasked(Function):
    """A row that is excluded altogether has no gradient."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, allowed: Tensor) -> Tensor:
        ctx.save_for_backward(q, k, v, allowed)
        return narrow(plain_masked(wide(q), wide(k), wide(v), allowed), q, k, v)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        *inputs, allowed = ctx.saved_tensors
        q, k, v = map(wide, inputs)
        return *backward_of(q, k, v, excluded(scores(q, k), allowed), wide(g)), None


class WrongMasked(RightMasked):
    """The probabilities come from a logarithm of sums, which is minus infinity where nothing is allowed."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        *inputs, allowed = ctx.saved_tensors
        q, k, v = map(wide, inputs)
        s = torch.where(allowed, scores(q, k), -torch.inf)
        p = torch.exp(s - torch.logsumexp(s, -1, keepdim=True))  # infinity less infinity
        return *backward_of(q, k, v, p, wide(g)), None


_Q, _K, _V = (numbers(2, 2, 3, 4) for _ in range(3))
_HEADS = {name: tensor("batch heads tokens width") for name in "qkv"}
_ALLOWED = torch.rand(3, 3, generator=torch.Generator().manual_seed(0)) < 0.7
_ALLOWED[:, 0] = True
_NOTHING = _ALLOWED.clone()
_NOTHING[1] = False

REPORTS = [
    Report(
        name="attention of addresses",
        source="Dao-AILab/flash-attention#355",
        told="reads the incoming gradient as if its elements lay side by side",
        condition="the incoming gradient is not contiguous",
        plain=plain_attention,
        right=RightAttention.apply,
        wrong=WrongAttentionOfAddresses.apply,
        unit=(_Q, _K, _V),
        shown=at(_Q, _K, _V, incoming=transposed),
        declared=_HEADS,
    ),
    Report(
        name="attention of two widths",
        source="XunhaoLai/native-sparse-attention-triton#27, second",
        told="reads the values up to the width of the keys, in the gradient by the queries",
        condition="values are wider than keys",
        plain=plain_attention,
        right=RightAttention.apply,
        wrong=WrongAttentionOfWidths.apply,
        unit=(_Q, _K, _V),
        shown=at(_Q, _K, numbers(2, 2, 3, 6)),
        declared={
            "q": tensor("batch heads queries width"),
            "k": tensor("batch heads keys width"),
            "v": tensor("batch heads keys channels"),
        },
    ),
    Report(
        name="causal attention",
        source="xlite-dev/ffpa-attn#300",
        told="counts the places from the beginning, where the forward counts from the end",
        condition="there are more keys, or fewer, than queries",
        plain=plain_causal,
        right=RightCausal.apply,
        wrong=WrongCausal.apply,
        unit=(_Q, _K, _V),
        shown=at(_Q, numbers(2, 2, 5, 4), numbers(2, 2, 5, 4)),
        declared={
            "q": tensor("batch heads queries width"),
            "k": tensor("batch heads keys width"),
            "v": tensor("batch heads keys width"),
        },
    ),
    Report(
        name="masked attention",
        source="NVIDIA/cudnn-frontend#676; as pytorch/pytorch#41508",
        told="gives NaN in a row that is excluded altogether",
        condition="a query is allowed no key",
        plain=plain_masked,
        right=RightMasked.apply,
        wrong=WrongMasked.apply,
        unit=(_Q, _K, _V, _ALLOWED),
        shown=at(_Q, _K, _V, _NOTHING),
        declared={**_HEADS, "allowed": mask("tokens tokens")},
    ),
]
