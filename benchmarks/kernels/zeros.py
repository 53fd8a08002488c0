"""Numbers that are equal, zero or far away: where formulas divide by nothing, overflow, or count one thing twice."""

from typing import Any

import torch
from torch.autograd import Function

from diffcheck import mask, tensor
from kernels.contexts import at
from kernels.memory import narrow, wide
from kernels.report import Report, numbers

Tensor = torch.Tensor


def plain_largest(x: Tensor) -> Tensor:
    """The largest number of each column."""
    return x.amax(0)


class RightLargest(Function):
    """Equal ones share the gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.amax(0)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        equal = x == x.amax(0)
        return wide(g) * equal / equal.sum(0)


class WrongLargest(RightLargest):
    """Each of equal ones gets all of it."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return wide(g) * (x == x.amax(0))


def plain_distances(a: Tensor, b: Tensor) -> Tensor:
    """The distance of each row of the one from each row of the other."""
    found: Tensor = torch.linalg.vector_norm(a[:, None] - b, dim=-1)
    return found


class RightDistances(Function):
    """Points at the same place have no gradient."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        ctx.save_for_backward(a, b)
        return narrow(plain_distances(wide(a), wide(b)), a, b)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        a, b = map(wide, ctx.saved_tensors)
        length = plain_distances(a, b)
        return RightDistances.along(a, b, wide(g) / torch.where(length > 0, length, 1))

    @staticmethod
    def along(a: Tensor, b: Tensor, share: Tensor) -> tuple[Tensor, Tensor]:
        """The gradients by both, from the incoming gradient over the distance."""
        steps = share[..., None] * (a[:, None] - b)
        return steps.sum(1), -steps.sum(0)


class WrongDistances(RightDistances):
    """Zero is divided by zero."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        a, b = map(wide, ctx.saved_tensors)
        return RightDistances.along(a, b, wide(g) / plain_distances(a, b))


_REST = 1e-8


def rotation(v: Tensor, square: Tensor) -> Tensor:
    """A quaternion from a vector of [rows, 3], and its square, which is not to be zero where it is divided by."""
    t, small = square.sqrt(), (v * v).sum(-1, keepdim=True)
    at_rest = small < _REST
    along = torch.where(at_rest, 0.5 - small / 48, torch.sin(t / 2) / t)
    return torch.cat([torch.where(at_rest, 1 - small / 8, torch.cos(t / 2)), along * v], -1)


def right_rotation(v: Tensor) -> Tensor:
    """Where the vector is at rest, the branch that is not taken has a one."""
    square = (v * v).sum(-1, keepdim=True)
    return rotation(v, torch.where(square < _REST, torch.ones_like(square), square))


def wrong_rotation(v: Tensor) -> Tensor:
    """The branch that is not taken has a slope of NaN, and zero times that is NaN."""
    return rotation(v, (v * v).sum(-1, keepdim=True))


def plain_joined(a: Tensor, b: Tensor) -> Tensor:
    """The logarithm of the sum of both exponentials."""
    return torch.logaddexp(a, b)


def wrong_joined(a: Tensor, b: Tensor) -> Tensor:
    """At equal numbers the first is taken for the larger one, and the absolute difference has no slope."""
    return torch.where(a >= b, a, b) + torch.log1p(torch.exp(-(a - b).abs()))


def plain_softplus(x: Tensor) -> Tensor:
    """The logarithm of one more than the exponential."""
    return torch.logaddexp(x, torch.zeros_like(x))


class RightSoftplus(Function):
    """The slope is a sigmoid."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return plain_softplus(x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return g * torch.sigmoid(ctx.saved_tensors[0])


class WrongSoftplus(RightSoftplus):
    """The exponential over one more than itself."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        grown = torch.exp(ctx.saved_tensors[0])
        return g * grown / (1 + grown)


_FAR = -1e30


def plain_kept_sum(x: Tensor, keep: Tensor) -> Tensor:
    """The logarithm of the sum of the exponentials of what is kept of each row; zero where nothing is."""
    some = keep.any(-1)
    filled = torch.where(some[..., None], torch.where(keep, x, _FAR), torch.zeros_like(x))
    return torch.where(some, torch.logsumexp(filled, -1), torch.zeros_like(x[..., 0]))


class RightKeptSum(Function):
    """What is kept gets its share."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, keep: Tensor) -> Tensor:
        ctx.save_for_backward(x, keep)
        return narrow(plain_kept_sum(wide(x), keep), x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, keep = ctx.saved_tensors
        share = torch.exp(wide(x) - plain_kept_sum(wide(x), keep)[..., None])
        return wide(g)[..., None] * torch.where(keep, share, 0), None


class WrongKeptSum(RightKeptSum):
    """Of a row of which nothing is kept, minus infinity is taken from minus infinity."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, keep = ctx.saved_tensors
        left = torch.where(keep, wide(x), -torch.inf)
        return wide(g)[..., None] * torch.exp(left - torch.logsumexp(left, -1, keepdim=True)), None


_TWO = {"a": tensor("length"), "b": tensor("length")}
_SAME = torch.tensor([[0.5, 1.0], [0.5, -1.0], [-2.0, 1.0]], dtype=torch.float64)
_SOME = torch.tensor([[True, True, False], [False, True, False]])

REPORTS = [
    Report(
        name="maximum of equals",
        source="apache/mxnet#18563",
        told="gives each of several largest elements all of the gradient",
        condition="two elements are the largest",
        plain=plain_largest,
        right=RightLargest.apply,
        wrong=WrongLargest.apply,
        unit=(numbers(4, 3),),
        shown=at(_SAME),
        declared={"x": tensor("rows width")},
    ),
    Report(
        name="distance of equal points",
        source="pytorch/pytorch#37154",
        told="divides zero by zero",
        condition="a point of both sets is the same",
        plain=plain_distances,
        right=RightDistances.apply,
        wrong=WrongDistances.apply,
        unit=(numbers(3, 2), numbers(4, 2)),
        shown=at(_SAME, _SAME[:2].clone()),
        declared={"a": tensor("rows width"), "b": tensor("others width")},
    ),
    Report(
        name="rotation at rest",
        source="kornia/kornia#4404",
        told="multiplies NaN, of the branch that is not taken, by zero",
        condition="a vector is zero",
        plain=right_rotation,
        right=right_rotation,
        wrong=wrong_rotation,
        unit=(numbers(4, 3),),
        shown=at(torch.zeros(1, 3, dtype=torch.float64)),
        declared={"v": tensor("rows 3")},
    ),
    Report(
        name="logaddexp of equals",
        source="keras-team/keras#23616",
        told="gives the first of two equal numbers all of the gradient",
        condition="two numbers are equal",
        plain=plain_joined,
        right=plain_joined,
        wrong=wrong_joined,
        unit=(numbers(5), numbers(5)),
        shown=at(_SAME[0], _SAME[0].clone()),
        declared=_TWO,
    ),
    Report(
        name="softplus",
        source="tenstorrent/tt-metal#56397",
        told="divides an exponential by one more than itself",
        condition="an element is far from zero, by 88 in single precision",
        plain=plain_softplus,
        right=RightSoftplus.apply,
        wrong=WrongSoftplus.apply,
        unit=(numbers(8),),
        shown=at(torch.tensor([-3.0, 90.0], dtype=torch.float64)),
        declared={"x": tensor("length")},
        precision=torch.float32,
        tolerance=1e-5,
    ),
    Report(
        name="logsumexp of nothing",
        source="pytorch/pytorch#31829",
        told="takes minus infinity from minus infinity",
        condition="nothing is kept of a row",
        plain=plain_kept_sum,
        right=RightKeptSum.apply,
        wrong=WrongKeptSum.apply,
        unit=(numbers(2, 3), _SOME),
        shown=at(numbers(2, 3), _SOME & torch.tensor([[True], [False]])),
        declared={"x": tensor("rows width"), "keep": mask("rows width")},
    ),
]
