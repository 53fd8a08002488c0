"""Norms by the root of the mean square, and what their backwards take for granted."""

from typing import Any

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from diffcheck import tensor
from kernels.contexts import added, at, laid, sliced
from kernels.memory import narrow, read, wide
from kernels.report import Report, numbers

Tensor = torch.Tensor
EPS = 1e-6


def scale_of(x: Tensor) -> Tensor:
    """One over the root of each row's mean square."""
    return torch.rsqrt((x * x).mean(-1, keepdim=True) + EPS)


def plain_rms_norm(x: Tensor, weight: Tensor) -> Tensor:
    """Rows divided by the root of their mean square, times the weight."""
    return x * scale_of(x) * weight


def of_rows(x: Tensor, weighted: Tensor) -> Tensor:
    """The gradient by the rows, from the incoming gradient times the weight."""
    r = scale_of(x)
    return r * (weighted - x * r * r * (weighted * x).mean(-1, keepdim=True))


def over_rows(t: Tensor) -> Tensor:
    """The sum over all axes but the last."""
    return t.reshape(-1, t.shape[-1]).sum(0)


class RightRmsNorm(Function):
    """Both gradients."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return narrow(plain_rms_norm(wide(x), wide(weight)), x, weight)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = ctx.saved_tensors
        return RightRmsNorm.through(wide(x), wide(weight), wide(g))

    @staticmethod
    def through(x: Tensor, weight: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
        """The gradients by rows and weight."""
        return of_rows(x, g * weight), over_rows(g * x * scale_of(x))


class WrongRmsNormOfColumns(RightRmsNorm):
    """The backward takes the elements of a row to lie side by side; it knows the stride from row to row only."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = ctx.saved_tensors
        seen = read(x, x.shape, (*x.stride()[:-1], 1))
        return RightRmsNorm.through(wide(seen), wide(weight), wide(g))


class WrongRmsNormOfStrides(RightRmsNorm):
    """The incoming gradient is read by the strides of the input."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = ctx.saved_tensors
        return RightRmsNorm.through(wide(x), wide(weight), wide(read(g, g.shape, x.stride())))


class WrongRmsNormFrozen(RightRmsNorm):
    """The weight has no gradient."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        dx, _ = RightRmsNorm.backward(ctx, g)
        return dx, None


class WrongRmsNormOverIncoming(RightRmsNorm):
    """The gradient by the rows is stored over the incoming gradient."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        dx, dw = RightRmsNorm.backward(ctx, g)
        return (g.copy_(dx) if g.is_contiguous() else dx), dw


class WrongRmsNormUnweighted(RightRmsNorm):
    """The weight is missing in the mean."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = map(wide, ctx.saved_tensors)
        r, g = scale_of(x), wide(g)
        dx = r * (g * weight - x * r * r * (g * x).mean(-1, keepdim=True))  # g * weight * x
        return dx, over_rows(g * x * r)


_X, _W = numbers(4, 6), numbers(6)
_BY_SIZES = {"x": tensor("batch tokens width"), "weight": tensor("width")}


def _report(name: str, source: str, told: str, condition: str, wrong: Any, **others: Any) -> Report:
    return Report(
        **{
            "name": name,
            "source": source,
            "told": told,
            "condition": condition,
            "plain": plain_rms_norm,
            "right": RightRmsNorm.apply,
            "wrong": wrong.apply,
            "unit": (_X, _W),
            "shown": at(_X, _W),
            "declared": _BY_SIZES,
            **others,
        }
    )


REPORTS = [
    _report(
        "RMS norm of columns",
        "ByteDance-Seed/VeOmni#958",
        "takes the elements of a row of the input to lie side by side",
        "the last axis of the input has a stride, as in `x[..., ::2]`",
        WrongRmsNormOfColumns,
        shown=laid(lambda x: x[..., ::2], numbers(4, 12), _W),
    ),
    _report(
        "RMS norm of strides",
        "pytorch/pytorch#194719",
        "reads the incoming gradient by the strides of the input",
        "the incoming gradient is laid out otherwise than the input, as after `cat`",
        WrongRmsNormOfStrides,
        shown=at(_X, _W, incoming=sliced),
    ),
    _report(
        "RMS norm, frozen",
        "unslothai/unsloth#4533",
        "has no gradient for the weight",
        "the weight requires a gradient (its unit test freezes it)",
        WrongRmsNormFrozen,
    ),
    _report(
        "RMS norm over its gradient",
        "unslothai/unsloth#4550",
        "stores its result over the incoming gradient",
        "something else is handed the same incoming gradient, as beside a sum",
        WrongRmsNormOverIncoming,
        shown=added(_X, _W),
    ),
    _report(
        "RMS norm, unweighted",
        "karpathy/llm.c#763, a comment",
        "leaves the weight out of the mean",
        "the weight is not one throughout, as it is at the start",
        WrongRmsNormUnweighted,
        unit=(_X, torch.ones(6, dtype=torch.float64)),
    ),
]
