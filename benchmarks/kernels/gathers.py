"""Rows that are taken and places that are pooled: what meets at one place is to be summed."""

from typing import Any

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from kernels.memory import memory, narrow, wide

Tensor = torch.Tensor


def plain_embedding(table: Tensor, ids: Tensor) -> Tensor:
    """The rows of these numbers; zeros for number 0, which stands for padding."""
    return table[ids] * (ids != 0)[..., None]


class RightEmbedding(Function):
    """A row that is taken several times gets the sum."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, ids: Tensor) -> Tensor:
        ctx.save_for_backward(table, ids)
        return plain_embedding(table, ids)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        _, ids = ctx.saved_tensors
        return RightEmbedding.summed(ctx, wide(g) * (ids != 0)[..., None]), None

    @staticmethod
    def summed(ctx: Any, rows: Tensor) -> Tensor:
        """The rows at their places in the table."""
        table, ids = ctx.saved_tensors
        return torch.zeros_like(wide(table)).index_add(0, ids.reshape(-1), rows.reshape(-1, table.shape[1]))


class WrongEmbeddingOfLast(RightEmbedding):
    """A row that is taken several times gets what comes last."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        table, ids = ctx.saved_tensors
        found = torch.zeros_like(wide(table))
        for row, place in zip(g.reshape(-1, table.shape[1]), ids.reshape(-1), strict=True):
            found[place] = wide(row) * (place != 0)  # not +=
        return found, None


class WrongEmbeddingOfPadding(RightEmbedding):
    """The row of the padding gets a gradient."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightEmbedding.summed(ctx, wide(g)), None


def plain_gather(x: Tensor, index: Tensor) -> Tensor:
    """Of each row the elements at these places."""
    return x.gather(-1, index)


class RightGather(Function):
    """What is taken twice gets the sum."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, index: Tensor) -> Tensor:
        ctx.save_for_backward(x, index)
        return x.gather(-1, index)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, index = ctx.saved_tensors
        return torch.zeros_like(wide(x)).scatter_add(-1, index, wide(g)), None


class WrongGather(RightGather):
    """What is taken twice gets one of both."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, index = ctx.saved_tensors
        return torch.zeros_like(wide(x)).scatter(-1, index, wide(g)), None


def plain_pool(x: Tensor) -> Tensor:
    """The largest of each three neighbours in a row, from every second place on."""
    return x.unfold(-1, 3, 2).amax(-1)


class RightPool(Function):
    """An element that is largest in two windows gets the sum."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        top = x.unfold(-1, 3, 2).max(-1)
        ctx.save_for_backward(x, top.indices + 2 * torch.arange(top.indices.shape[-1]))
        return top.values

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, places = ctx.saved_tensors
        return torch.zeros_like(wide(x)).scatter_add(-1, places, wide(g))


class WrongPoolOfLast(RightPool):
    """An element that is largest in two windows gets one of both."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, places = ctx.saved_tensors
        return torch.zeros_like(wide(x)).scatter(-1, places, wide(g))


class WrongPoolOfAddresses(RightPool):
    """The incoming gradient is read as if its elements lay side by side."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightPool.backward(ctx, memory(g))


def plain_mean(x: Tensor) -> Tensor:
    """The mean over the last axis."""
    return x.mean(-1)


class RightMean(Function):
    """An equal share for each element."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.shape = x.shape
        return narrow(wide(x).mean(-1), x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return (wide(g) / ctx.shape[-1])[..., None].expand(ctx.shape)


class WrongMean(RightMean):
    """The incoming gradient is read as if its elements lay side by side."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightMean.backward(ctx, memory(g))


def plain_every_fourth(x: Tensor) -> Tensor:
    """Every fourth element of a row."""
    return x[..., ::4]


class RightEveryFourth(Function):
    """The gradient goes to the elements that were taken."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.shape = x.shape
        return x[..., ::4].clone()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        places = torch.arange(g.shape[-1]) * 4
        return g.new_zeros(ctx.shape).index_add(-1, places, g)


class WrongEveryFourth(RightEveryFourth):
    """Where one element is taken the stride is forgotten, and the whole span gets its gradient."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return g.expand(ctx.shape) if g.shape[-1] == 1 else RightEveryFourth.backward(ctx, g)


DILATION = 2


def plain_dilated(x: Tensor, weight: Tensor) -> Tensor:
    """A convolution of [channels, length] with three taps two places apart, zeros around."""
    around = torch.nn.functional.pad(x, (DILATION, DILATION))
    left, middle, right = weight.unbind()  # no more and no fewer
    taps = (left, middle, right)
    return sum((around[:, k * DILATION :][:, : x.shape[1]] * w for k, w in enumerate(taps)), torch.zeros_like(x))


class RightDilated(Function):
    """An element gets what it does by each tap."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return narrow(plain_dilated(wide(x), wide(weight)), x, weight)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = map(wide, ctx.saved_tensors)
        around = torch.nn.functional.pad(x, (DILATION, DILATION))
        taps = [(around[:, k * DILATION :][:, : x.shape[1]] * wide(g)).sum() for k in range(3)]
        return plain_dilated(wide(g), weight.flip(0)), torch.stack(taps)


class WrongDilated(RightDilated):
    """All lanes load, then add, then store, tap after tap: the last store stays."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = map(wide, ctx.saved_tensors)
        length, found = x.shape[1], torch.zeros_like(x)
        for k in range(3):
            lanes = torch.arange(length) + (k - 1) * DILATION
            inside = (lanes >= 0) & (lanes < length)
            found[:, lanes[inside]] = (wide(g) * weight[k])[:, inside]  # not +=
        return found, RightDilated.backward(ctx, g)[1]
