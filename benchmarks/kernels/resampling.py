"""Interpolation between neighbours, and segments that are cut."""

import math
from typing import Any

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from diffcheck import tensor
from kernels.contexts import at
from kernels.memory import narrow, wide
from kernels.report import Report, numbers

Tensor = torch.Tensor


def between(values: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
    """The left neighbours of places from -1 to 1 along a row of values, and how far the places are beyond them."""
    last = values.shape[0] - 1
    p = (places + 1) / 2 * last
    left = p.detach().floor().clamp(0, last - 1).long()
    return left, p.clamp(0, last) - left


def plain_sampled(values: Tensor, places: Tensor) -> Tensor:
    """Values between their neighbours; beyond the border those at the border."""
    left, beyond = between(values, places)
    return values[left] * (1 - beyond) + values[left + 1] * beyond


class RightSampled(Function):
    """At the last value the slope is that between the last two."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, places: Tensor) -> Tensor:
        ctx.save_for_backward(values, places)
        return narrow(plain_sampled(wide(values), wide(places)), values, places)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        values, places = map(wide, ctx.saved_tensors)
        left, beyond = between(values, places)
        dvalues = torch.zeros_like(values).index_add(0, left, wide(g) * (1 - beyond))
        slope = (values[left + 1] - values[left]) * (values.shape[0] - 1) / 2
        return dvalues.index_add(0, left + 1, wide(g) * beyond), wide(g) * torch.where(places.abs() <= 1, slope, 0)


class WrongSampled(RightSampled):
    """Right of the last value lies nothing, which counts as zero in the slope."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        values, places = map(wide, ctx.saved_tensors)
        dvalues, dplaces = RightSampled.backward(ctx, g)
        outside = -values[-1] * (values.shape[0] - 1) / 2
        return dvalues, torch.where(places == 1, wide(g) * outside, dplaces)


OUT = 10


def weights(length: int, like: Tensor) -> Tensor:
    """[10, length]: what each of ten places has of each element, the ends on the ends."""
    places = torch.arange(OUT, dtype=like.dtype) * (length - 1) / (OUT - 1)
    return (1 - (places[:, None] - torch.arange(length)).abs()).clamp(min=0)


def plain_stretched(x: Tensor) -> Tensor:
    """Rows stretched to ten elements."""
    return x @ weights(x.shape[-1], x).T


class RightStretched(Function):
    """An element gets the sum over all places that have something of it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.length = x.shape[-1]
        return narrow(plain_stretched(wide(x)), x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return wide(g) @ weights(ctx.length, wide(g))


class WrongStretched(RightStretched):
    """The places are sought in a window as wide as the ratio of the lengths, where the ends are not on the ends."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        centre = torch.arange(ctx.length) * (OUT - 1) / max(ctx.length - 1, 1)
        seen = (torch.arange(OUT)[:, None] - centre).abs() <= math.ceil(OUT / ctx.length) + 1
        return wide(g) @ (weights(ctx.length, wide(g)) * seen)


LONGEST = 3


def plain_packed(x: Tensor, lengths: Tensor) -> Tensor:
    """Segments of the rows one below the other, each cut after three rows and filled up with zeros."""
    starts = lengths.cumsum(0) - lengths
    inside = torch.arange(LONGEST) < lengths[:, None]
    rows = torch.where(inside, starts[:, None] + torch.arange(LONGEST), 0)
    return torch.where(inside[..., None], x[rows], 0) if len(x) else x.new_zeros((*rows.shape, x.shape[1]))


class RightPacked(Function):
    """Rows that were cut get zero."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, lengths: Tensor) -> Tensor:
        ctx.save_for_backward(x, lengths)
        return plain_packed(x, lengths)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        x, _ = ctx.saved_tensors
        return RightPacked.unpacked(ctx, g, torch.zeros_like(x)), None

    @staticmethod
    def unpacked(ctx: Any, g: Tensor, found: Tensor) -> Tensor:
        """The rows of the segments, written over what is there."""
        _, lengths = ctx.saved_tensors
        start = 0
        for segment, length in enumerate(lengths.tolist()):
            kept = min(length, LONGEST)
            found[start : start + kept] = g[segment, :kept]
            start += length
        return found


class WrongPacked(RightPacked):
    """Rows that were cut keep what lies in memory that nobody has cleared."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        x, _ = ctx.saved_tensors
        return RightPacked.unpacked(ctx, g, torch.full_like(x, torch.nan)), None


def make(sizes: Any, dtype: torch.dtype, seed: int) -> tuple[Tensor, Tensor]:
    """Segments of 0 to 5 rows."""
    draws = torch.Generator().manual_seed(seed)
    lengths = torch.randint(0, 6, (sizes.segments,), generator=draws)
    rows = torch.randn(int(lengths.sum()), sizes.width, generator=draws, dtype=torch.float64)
    return rows.to(dtype), lengths


_VALUES = numbers(5)

REPORTS = [
    Report(
        name="sampled at a border",
        source="pytorch/pytorch#23925",
        told="takes what lies beyond the border for zero, in the slope",
        condition="a place is the border itself",
        plain=plain_sampled,
        right=RightSampled.apply,
        wrong=WrongSampled.apply,
        unit=(_VALUES, torch.tensor([-0.7, 0.1, 0.6], dtype=torch.float64)),
        shown=at(_VALUES, torch.tensor([-0.7, 0.1, 1.0], dtype=torch.float64)),
        declared={
            "values": tensor("length"),
            "places": tensor("points", low=-1, high=1),
            "relations": ("2 <= length",),
        },
    ),
    Report(
        name="stretched rows",
        source="flagos-ai/FlagGems#5218",
        told="seeks what an element acts on in a window that is too narrow",
        condition="the row has two elements (there: fewer than the root of half the length that it gets)",
        plain=plain_stretched,
        right=RightStretched.apply,
        wrong=WrongStretched.apply,
        unit=(numbers(2, 5),),
        shown=at(numbers(2, 2)),
        declared={"x": tensor("batch length"), "relations": ("1 <= length",)},
    ),
    Report(
        name="packed segments",
        source="pytorch/FBGEMM#5754",
        told="leaves the gradient of rows that were cut as it lies in memory",
        condition="a segment is longer than what is kept of it",
        plain=plain_packed,
        right=RightPacked.apply,
        wrong=WrongPacked.apply,
        unit=(numbers(6, 2), torch.tensor([2, 3, 1])),
        shown=at(numbers(7, 2), torch.tensor([2, 4, 1])),
        declared={"inputs": make},
    ),
]
