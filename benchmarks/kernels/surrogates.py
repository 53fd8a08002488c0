"""Straight-through estimators, and dropout by a given mask."""

from typing import Any

import torch
from torch.autograd import Function

from diffcheck import integers, tensor
from kernels.contexts import at
from kernels.memory import narrow, wide
from kernels.report import Report, numbers

Tensor = torch.Tensor
STEP, LOW, HIGH = 0.25, -4, 3


def plain_quantised(x: Tensor) -> Tensor:
    """Rounded to steps of a quarter, of which there are eight."""
    return torch.clamp(torch.round(x / STEP), LOW, HIGH) * STEP


def straight_through(x: Tensor) -> Tensor:
    """What the rounding is differentiated as: itself, as far as it does not leave the eight steps."""
    return torch.clamp(x / STEP, LOW - 0.5, HIGH + 0.5) * STEP


class RightQuantised(Function):
    """The gradient goes through where the rounded number is one of the steps, the outer ones among them."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return narrow(plain_quantised(wide(x)), x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        n = torch.round(wide(x) / STEP)
        return g * ((n >= LOW) & (n <= HIGH))


class WrongQuantisedInside(RightQuantised):
    """The outer steps are excluded, as at a border of a clamp that nothing ever hits."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        n = torch.round(wide(x) / STEP)
        return g * ((n > LOW) & (n < HIGH))


class WrongQuantisedEverywhere(RightQuantised):
    """The gradient goes through everywhere."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return g


P = 0.5


def plain_dropout(x: Tensor, kept: Tensor) -> Tensor:
    """What is kept, made larger."""
    return x * kept / (1 - P)


class RightDropout(Function):
    """The mask says what was kept."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, kept: Tensor) -> Tensor:
        ctx.save_for_backward(x, kept)
        return plain_dropout(x, kept).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        _, kept = ctx.saved_tensors
        return g * kept / (1 - P), None


class WrongDropout(RightDropout):
    """The ratio of output and input says it; where the input is zero the gradient goes through."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, kept = ctx.saved_tensors
        y = plain_dropout(x, kept)
        return g * torch.where(x == 0, 1, y / torch.where(x == 0, 1, x)), None


def plain_adapter(x: Tensor, down: Tensor, up: Tensor, kept: Tensor) -> Tensor:
    """A product of low rank of what is kept of [tokens, width]."""
    return (x * kept / (1 - P)) @ down @ up


class RightAdapter(Function):
    """The input gets no gradient where it was dropped."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, down: Tensor, up: Tensor, kept: Tensor) -> Tensor:
        ctx.save_for_backward(x, down, up, kept)
        return narrow(plain_adapter(wide(x), wide(down), wide(up), kept), x, down, up)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, down, up, kept = ctx.saved_tensors
        x, down, up, g = map(wide, (x, down, up, g))
        dropped, inner = x * kept / (1 - P), g @ up.T
        return inner @ down.T * kept / (1 - P), dropped.T @ inner, (dropped @ down).T @ g, None


class WrongAdapter(RightAdapter):
    """The input's gradient knows of no dropout."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        _, down, up, _ = ctx.saved_tensors
        _, *others = RightAdapter.backward(ctx, g)
        return wide(g) @ wide(up).T @ wide(down).T / (1 - P), *others


_INSIDE = (torch.tensor([0.1, -0.6, 0.33, -0.2], dtype=torch.float64),)
_QUANTISED = {"x": tensor("batch width")}
_STRAIGHT = {"surrogate": straight_through}
_ALL = torch.ones(3, 4, dtype=torch.int64)
_SOME = torch.tensor([[1, 1, 0, 1], [0, 1, 0, 1], [1, 0, 1, 1]])
_ADAPTER = (numbers(3, 4), numbers(4, 2), numbers(2, 5))
_ZEROS = numbers(3, 4) * torch.tensor([[1, 1, 0, 1], [1, 1, 1, 0], [1, 1, 1, 1]])

REPORTS = [
    Report(
        name="quantised, inside",
        source="pytorch/ao#4806",
        told="gives no gradient to numbers that are rounded to the outer steps",
        condition="a number is rounded to the lowest or the highest step",
        plain=plain_quantised,
        right=RightQuantised.apply,
        wrong=WrongQuantisedInside.apply,
        unit=_INSIDE,
        shown=at(torch.tensor([0.1, 0.75, -1.0, 2.0], dtype=torch.float64)),
        declared=_QUANTISED,
        asked=_STRAIGHT,
    ),
    Report(
        name="quantised, everywhere",
        source="microsoft/nni#3159",
        told="gives a gradient to numbers beyond the steps",
        condition="a number is beyond the lowest or the highest step",
        plain=plain_quantised,
        right=RightQuantised.apply,
        wrong=WrongQuantisedEverywhere.apply,
        unit=_INSIDE,
        shown=at(torch.tensor([0.1, 0.75, -1.0, 2.0], dtype=torch.float64)),
        declared=_QUANTISED,
        asked=_STRAIGHT,
    ),
    Report(
        name="dropout by ratio",
        source="kaldi-asr/kaldi#3890",
        told="finds what was kept by dividing, and lets the gradient through where the input is zero",
        condition="an input is zero",
        plain=plain_dropout,
        right=RightDropout.apply,
        wrong=WrongDropout.apply,
        unit=(numbers(3, 4), _SOME),
        shown=at(_ZEROS, _SOME),
        declared={"x": tensor("batch width"), "kept": integers("batch width", below=2)},
    ),
    Report(
        name="adapter with dropout",
        source="foundation-model-stack/fms-acceleration#97",
        told="gives the input a gradient where it was dropped",
        condition="something is dropped",
        plain=plain_adapter,
        right=RightAdapter.apply,
        wrong=WrongAdapter.apply,
        unit=(*_ADAPTER, _ALL),
        shown=at(*_ADAPTER, _SOME),
        declared={
            "x": tensor("tokens width"),
            "down": tensor("width rank"),
            "up": tensor("rank channels"),
            "kept": integers("tokens width", below=2),
        },
    ),
]
