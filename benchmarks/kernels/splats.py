"""Gaussians that are turned, scaled and laid over each other."""

from typing import Any

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn.functional import normalize

from diffcheck import tensor
from kernels.contexts import at
from kernels.memory import narrow, wide
from kernels.report import Report, numbers

Tensor = torch.Tensor


def rotation(q: Tensor) -> Tensor:
    """[..., 9]: the rows of the rotation of a quaternion of length one."""
    w, x, y, z = q.unbind(-1)
    return torch.stack(
        [
            *(1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
            *(2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
            *(2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
        ],
        -1,
    )


def plain_rotation(q: Tensor) -> Tensor:
    """The rotation of a quaternion of any length."""
    return rotation(q / q.norm(dim=-1, keepdim=True))


class RightRotation(Function):
    """The gradient along the quaternion is taken off, and the rest divided by its length."""

    @staticmethod
    def forward(ctx: Any, q: Tensor) -> Tensor:
        ctx.save_for_backward(q)
        return narrow(plain_rotation(wide(q)), q)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (q,) = map(wide, ctx.saved_tensors)
        length = q.norm(dim=-1, keepdim=True)
        unit, found = q / length, RightRotation.of_unit(q / length, wide(g))
        return (found - unit * (unit * found).sum(-1, keepdim=True)) / length

    @staticmethod
    def of_unit(q: Tensor, g: Tensor) -> Tensor:
        """The gradient by a quaternion of length one, as if its length could change."""
        w, x, y, z = q.unbind(-1)
        a = g.reshape(*g.shape[:-1], 3, 3)
        ax, ay, az = a[..., 2, 1] - a[..., 1, 2], a[..., 0, 2] - a[..., 2, 0], a[..., 1, 0] - a[..., 0, 1]
        sxy, sxz, syz = (a[..., i, j] + a[..., j, i] for i, j in ((0, 1), (0, 2), (1, 2)))
        d0, d1, d2 = a[..., 0, 0], a[..., 1, 1], a[..., 2, 2]
        return 2 * torch.stack(
            [
                x * ax + y * ay + z * az,
                w * ax + y * sxy + z * sxz - 2 * x * (d1 + d2),
                w * ay + x * sxy + z * syz - 2 * y * (d0 + d2),
                w * az + x * sxz + y * syz - 2 * z * (d0 + d1),
            ],
            -1,
        )


class WrongRotation(RightRotation):
    """The forward makes the length one, and the backward does not know of it."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (q,) = map(wide, ctx.saved_tensors)
        return RightRotation.of_unit(q / q.norm(dim=-1, keepdim=True), wide(g))


def plain_splat(conic: Tensor, place: Tensor) -> Tensor:
    """A Gaussian of the quadratic form a x^2 + 2 b x y + c y^2, at places [splats, 2]."""
    (a, b, c), (x, y) = conic.unbind(-1), place.unbind(-1)
    return torch.exp(-0.5 * (a * x * x + c * y * y) - b * x * y)


class RightSplat(Function):
    """The mixed coefficient counts twice."""

    @staticmethod
    def forward(ctx: Any, conic: Tensor, place: Tensor) -> Tensor:
        ctx.save_for_backward(conic, place)
        return narrow(plain_splat(wide(conic), wide(place)), conic, place)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightSplat.through(ctx, g, 1.0)

    @staticmethod
    def through(ctx: Any, g: Tensor, mixed: float) -> tuple[Tensor, Tensor]:
        """The gradients, with a factor of the mixed coefficient."""
        conic, place = map(wide, ctx.saved_tensors)
        (a, b, c), (x, y) = conic.unbind(-1), place.unbind(-1)
        h = wide(g) * plain_splat(conic, place)
        by_form = torch.stack([-0.5 * h * x * x, -mixed * h * x * y, -0.5 * h * y * y], -1)
        return by_form, torch.stack([-h * (a * x + b * y), -h * (c * y + b * x)], -1)


class WrongSplat(RightSplat):
    """The mixed coefficient counts once."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightSplat.through(ctx, g, 0.5)


def plain_scaled(x: Tensor, log_scale: Tensor) -> Tensor:
    """Numbers times a scale that is given by its logarithm."""
    return x * torch.exp(log_scale)


class RightScaled(Function):
    """The chain goes on from the scale to its logarithm."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, log_scale: Tensor) -> Tensor:
        ctx.save_for_backward(x, log_scale)
        return narrow(plain_scaled(wide(x), wide(log_scale)), x, log_scale)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, log_scale = map(wide, ctx.saved_tensors)
        return wide(g) * torch.exp(log_scale), wide(g) * x * torch.exp(log_scale)


class WrongScaled(RightScaled):
    """The gradient by the scale is handed back for that by its logarithm."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, log_scale = map(wide, ctx.saved_tensors)
        return wide(g) * torch.exp(log_scale), wide(g) * x


FAINT, OPAQUE = 1 / 255, 0.99


def plain_composed(alpha: Tensor, colour: Tensor) -> Tensor:
    """Colours laid over each other from the front along the last axis, the faint ones left out, none quite opaque."""
    alpha = torch.where(alpha < FAINT, 0, alpha.clamp(max=OPAQUE))
    through = torch.cat([torch.ones_like(alpha[..., :1]), (1 - alpha[..., :-1]).cumprod(-1)], -1)
    return (through * alpha * colour).sum(-1)


class RightComposed(Function):
    """From the back to the front, by the light that gets through in front of each."""

    @staticmethod
    def forward(ctx: Any, alpha: Tensor, colour: Tensor) -> Tensor:
        ctx.save_for_backward(alpha, colour)
        return narrow(plain_composed(wide(alpha), wide(colour)), alpha, colour)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightComposed.through(ctx, g, first_ends_the_start=False)

    @staticmethod
    def through(ctx: Any, g: Tensor, *, first_ends_the_start: bool) -> tuple[Tensor, Tensor]:
        """The gradients, by the light that reaches each one; of the last that counts none is divided out."""
        given, colour = map(wide, ctx.saved_tensors)
        alpha, counts = given.clamp(max=OPAQUE), given >= FAINT
        ahead = torch.where(counts, 1 - alpha, 1)
        lights = torch.cat([torch.ones_like(alpha[..., :1]), ahead[..., :-1].cumprod(-1)], -1)
        if first_ends_the_start:
            last = torch.where(counts, torch.arange(alpha.shape[-1]), 0).amax(-1, keepdim=True)
            lights = torch.where(counts[..., -1:], lights, lights / ahead.gather(-1, last))
        behind, dalpha, dcolour = torch.zeros_like(lights[..., 0]), torch.zeros_like(alpha), torch.zeros_like(colour)
        for i in reversed(range(alpha.shape[-1])):
            light = lights[..., i]
            dcolour[..., i] = torch.where(counts[..., i], wide(g) * light * alpha[..., i], 0)
            dalpha[..., i] = torch.where(counts[..., i], wide(g) * light * (colour[..., i] - behind), 0)
            behind = torch.where(counts[..., i], alpha[..., i] * colour[..., i] + ahead[..., i] * behind, behind)
        return torch.where(given <= OPAQUE, dalpha, 0), dcolour


class WrongComposed(RightComposed):
    """The first one that is looked at is taken for the last that counts."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightComposed.through(ctx, g, first_ends_the_start=True)


_QUATERNIONS = numbers(3, 4)
_FORM = (numbers(4, 3).abs(), numbers(4, 2))
_ALPHA = torch.tensor([[0.3, 0.5, 0.2], [0.1, 0.4, 0.6]], dtype=torch.float64)
_FAINT_LAST = torch.tensor([[0.3, 0.5, 0.001], [0.1, 0.002, 0.6]], dtype=torch.float64)

REPORTS = [
    Report(
        name="rotation of a quaternion",
        source="nerfstudio-project/gsplat#153",
        told="leaves out that the forward makes the length one",
        condition="the incoming gradient has a part along the quaternion, or its length is not one",
        plain=plain_rotation,
        right=RightRotation.apply,
        wrong=WrongRotation.apply,
        unit=(normalize(_QUATERNIONS, dim=-1),),
        shown=at(_QUATERNIONS),
        declared={"q": tensor("splats four"), "sizes": {"four": 4}},
    ),
    Report(
        name="splat of a form",
        source="graphdeco-inria/gaussian-splatting#551",
        told="counts the mixed coefficient once instead of twice",
        condition="neither coordinate is zero",
        plain=plain_splat,
        right=RightSplat.apply,
        wrong=WrongSplat.apply,
        unit=_FORM,
        shown=at(*_FORM),
        declared={
            "conic": tensor("splats three"),
            "place": tensor("splats two"),
            "sizes": {"three": 3, "two": 2},
        },
    ),
    Report(
        name="scale by its logarithm",
        source="openvdb/fvdb-core#432",
        told="hands back the gradient by the scale for that by its logarithm",
        condition="the scale is not one, as it is at the start",
        plain=plain_scaled,
        right=RightScaled.apply,
        wrong=WrongScaled.apply,
        unit=(numbers(4, 3), torch.zeros(4, 3, dtype=torch.float64)),
        shown=at(numbers(4, 3), numbers(4, 3)),
        declared={"x": tensor("splats axes"), "log_scale": tensor("splats axes")},
    ),
    Report(
        name="colours over each other",
        source="joeyan/gaussian_splatting#35",
        told="starts at the first one that is looked at, also when it is left out",
        condition="the last one is too faint to count",
        plain=plain_composed,
        right=RightComposed.apply,
        wrong=WrongComposed.apply,
        unit=(_ALPHA, numbers(2, 3)),
        shown=at(_FAINT_LAST, numbers(2, 3)),
        declared={
            "alpha": tensor("rays samples", low=0, high=1),
            "colour": tensor("rays samples"),
            "relations": ("1 <= samples", "samples <= 33"),
        },
    ),
]
