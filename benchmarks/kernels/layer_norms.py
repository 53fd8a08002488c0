"""Layer norms, group norms, batch norms."""

from typing import Any

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from kernels.memory import narrow, padded, power_of_two, storage, wide

Tensor = torch.Tensor
EPS = 1e-5


def standard(x: Tensor) -> tuple[Tensor, Tensor]:
    """Rows less their mean, over the root of their variance; and one over that root."""
    r = torch.rsqrt(x.var(-1, keepdim=True, correction=0) + EPS)
    return (x - x.mean(-1, keepdim=True)) * r, r


def plain_layer_norm(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Standardised rows, times the weight, plus the bias."""
    return standard(x)[0] * weight + bias


def over_rows(t: Tensor) -> Tensor:
    """The sum over all axes but the last."""
    return t.reshape(-1, t.shape[-1]).sum(0)


class RightLayerNorm(Function):
    """All three gradients."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return narrow(plain_layer_norm(wide(x), wide(weight), wide(bias)), x, weight, bias)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = map(wide, ctx.saved_tensors)
        z, r = standard(x)
        return RightLayerNorm.by_rows(z, r, wide(g) * weight), over_rows(wide(g) * z), over_rows(wide(g))

    @staticmethod
    def by_rows(z: Tensor, r: Tensor, h: Tensor, times: int = 1, counted: slice = slice(None)) -> Tensor:
        """The gradient by the rows: ``h`` less its mean and less its part along ``z``."""
        width = z.shape[-1]
        along = (h * z)[..., counted].sum(-1, keepdim=True) / width
        return r * (h - times * h.mean(-1, keepdim=True) - z * along)


class WrongLayerNormTwice(RightLayerNorm):
    """The mean is taken off twice: a register still holds it."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = map(wide, ctx.saved_tensors)
        _, dw, db = RightLayerNorm.backward(ctx, g)
        return RightLayerNorm.by_rows(*standard(x), wide(g) * weight, times=2), dw, db


BLOCK = 32


class WrongLayerNormOfBlock(RightLayerNorm):
    """Of the sum along the standardised row the last block is left."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = map(wide, ctx.saved_tensors)
        _, dw, db = RightLayerNorm.backward(ctx, g)
        last = slice(max(x.shape[-1] - 1, 0) // BLOCK * BLOCK, None)
        return RightLayerNorm.by_rows(*standard(x), wide(g) * weight, counted=last), dw, db


class WrongLayerNormOfMatrix(RightLayerNorm):
    """The input is taken for a matrix whose rows are those of its first axis."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = map(wide, ctx.saved_tensors)
        width, rows = x.shape[-1], x.shape[0]
        long = x.numel() // max(rows, 1)
        mean, r = (t.reshape(-1)[:rows, None] for t in (x.mean(-1), standard(x)[1]))
        z, flat = (x.reshape(rows, long) - mean) * r, wide(g).reshape(rows, long)
        dx = RightLayerNorm.by_rows(z, r, flat * padded(weight, long))  # the weight ends after `width`
        return dx.reshape(x.shape), (flat * z).sum(0)[:width], flat.sum(0)[:width]


class WrongLayerNormOfAtoms(RightLayerNorm):
    """Each row is added to the gradients of weight and bias in the precision of the input."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, _ = ctx.saved_tensors
        dx, _, _ = RightLayerNorm.backward(ctx, g)
        dw, db = torch.zeros_like(x.reshape(-1, x.shape[-1])[:1].sum(0)), torch.zeros((), dtype=x.dtype)
        products = wide(g) * standard(wide(x))[0]
        for a, b in zip(*(t.reshape(-1, x.shape[-1]).to(x.dtype) for t in (products, g)), strict=True):
            dw, db = dw + a, db + b
        return dx, dw, db.expand(x.shape[-1:])


def plain_group_norm(x: Tensor, weight: Tensor, groups: int = 2) -> Tensor:
    """Standardised groups of channels of [batch, channels, length], times a weight for each channel."""
    z, _ = standard(x.reshape(x.shape[0], groups, -1))
    return z.reshape(x.shape) * weight[:, None]


class RightGroupNorm(Function):
    """Channel c belongs to group c over their size."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return narrow(plain_group_norm(wide(x), wide(weight)), x, weight)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = map(wide, ctx.saved_tensors)
        return RightGroupNorm.through(x, weight, wide(g), *standard(x.reshape(x.shape[0], 2, -1)))

    @staticmethod
    def through(x: Tensor, weight: Tensor, g: Tensor, z: Tensor, r: Tensor) -> tuple[Tensor, Tensor]:
        """The gradients, from the standardised groups and one over the roots of their variances."""
        dx = RightLayerNorm.by_rows(z, r, (g * weight[:, None]).reshape(z.shape)).reshape(x.shape)
        return dx, (g * z.reshape(x.shape)).sum((0, 2))


class WrongGroupNormOfGroups(RightGroupNorm):
    """For the weight, channel c is standardised by group c modulo their number."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, _ = map(wide, ctx.saved_tensors)
        dx, _ = RightGroupNorm.backward(ctx, g)
        grouped = x.reshape(x.shape[0], 2, -1)
        group = torch.arange(x.shape[1]) % 2  # not // their size
        z = (x - grouped.mean(-1)[:, group, None]) * standard(grouped)[1][:, group]
        return dx, (wide(g) * z).sum((0, 2))


class WrongGroupNormOfLanes(RightGroupNorm):
    """A block has a power of two of lanes, which reach into the next group; its numbers count in the statistics."""

    @staticmethod
    def seen(x: Tensor) -> tuple[Tensor, Tensor]:
        """Both groups, standardised by what their blocks hold, and one over the root of the variance."""
        size, count = x.shape[1] // 2, max(x.shape[1] // 2 * x.shape[2], 1)
        found = []
        for start in (0, size):
            block = x[:, start : start + power_of_two(size)].reshape(len(x), -1)  # not only `size` channels
            mean = block.sum(-1, keepdim=True) / count
            r = torch.rsqrt(((block - mean) ** 2).sum(-1, keepdim=True) / count + EPS)
            found.append(((x[:, start : start + size].reshape(len(x), -1) - mean) * r, r))
        z, r = (torch.stack(parts, 1) for parts in zip(*found, strict=True))
        return z, r

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        z, _ = WrongGroupNormOfLanes.seen(wide(x))
        return narrow(z.reshape(x.shape) * wide(weight)[:, None], x, weight)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight = map(wide, ctx.saved_tensors)
        return RightGroupNorm.through(x, weight, wide(g), *WrongGroupNormOfLanes.seen(x))


SLOPE = 0.01


def plain_activated_norm(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Columns of [rows, channels] standardised over the rows, weighted, then a leaky rectifier."""
    return torch.nn.functional.leaky_relu(standard(x.T)[0].T * weight + bias, SLOPE)


class RightActivatedNorm(Function):
    """Everything is computed from the input, and nothing in place."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight, bias)
        return narrow(plain_activated_norm(wide(x), wide(weight), wide(bias)), x, weight, bias)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight, bias = map(wide, ctx.saved_tensors)
        y = standard(x.T)[0].T * weight + bias
        return RightActivatedNorm.through(ctx, torch.where(y > 0, wide(g), SLOPE * wide(g)), standard(x.T)[0].T)

    @staticmethod
    def through(ctx: Any, h: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The gradients, from that before the rectifier and the standardised columns."""
        x, weight, _ = map(wide, ctx.saved_tensors)
        dx = RightLayerNorm.by_rows(z.T, standard(x.T)[1], (h * weight).T).T
        return dx, (h * z).sum(0), h.sum(0)


class WrongActivatedNormInPlace(RightActivatedNorm):
    """The rectifier's slope is multiplied into the incoming gradient's memory, one element after the other."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight, bias = map(wide, ctx.saved_tensors)
        z = standard(x.T)[0].T
        slopes = torch.where(z * weight + bias > 0, torch.ones_like(g), SLOPE)
        places = g.storage_offset() + sum(
            stride * torch.arange(size).reshape(-1, *[1] * (g.dim() - 1 - axis))
            for axis, (size, stride) in enumerate(zip(g.shape, g.stride(), strict=True))
        )
        storage(g).scatter_reduce_(0, torch.as_tensor(places).reshape(-1), slopes.reshape(-1), "prod")
        return RightActivatedNorm.through(ctx, wide(g), z)


class WrongActivatedNormInverted(RightActivatedNorm):
    """The standardised columns are found again from the result, divided by the weight."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight, bias = map(wide, ctx.saved_tensors)
        y = standard(x.T)[0].T * weight + bias
        return RightActivatedNorm.through(ctx, torch.where(y > 0, wide(g), SLOPE * wide(g)), (y - bias) / weight)
