"""Normalisations and distances under PyTorch's names: the torch side calls the fused function, as users do."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arrays import take
from diffcheck.ops.basic import sqrt
from diffcheck.ops.padding import pad
from diffcheck.ops.pieces import abs, maximum
from diffcheck.ops.table import composite


@composite(
    torch=lambda torch, x, weight=None, bias=None, eps=1e-5: torch.nn.functional.layer_norm(
        x, x.shape[-1:], weight, bias, eps
    )
)
def layer_norm(x: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """X along the last axis, less its mean, divided by the root of its variance and eps."""
    return _affine(_standard(x, [x.ndim - 1], eps), weight, bias)


@composite(torch=lambda torch, x, weight=None, eps=1e-5: torch.nn.functional.rms_norm(x, x.shape[-1:], weight, eps))
def rms_norm(x: Any, weight: Any = None, eps: float = 1e-5) -> Any:
    """X along the last axis, divided by the root of the mean of its squares and eps."""
    return _affine(x / sqrt(_kept_mean(x * x, [x.ndim - 1]) + eps), weight, None)


@composite(
    torch=lambda torch, x, weight=None, bias=None, eps=1e-5: torch.nn.functional.batch_norm(
        x, None, None, weight, bias, training=True, eps=eps
    )
)
def batch_norm(x: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """Each channel, axis 1, less its mean over all else, divided by the root of its variance and eps: in training."""
    found = _standard(x, [a for a in range(x.ndim) if a != 1], eps)
    return _affine(found, _of_channels(weight, x), _of_channels(bias, x))


@composite(
    torch=lambda torch, x, weight=None, bias=None, eps=1e-5: torch.nn.functional.instance_norm(
        x, weight=weight, bias=bias, eps=eps
    )
)
def instance_norm(x: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """Each channel, axis 1, of each item, axis 0, less its mean, divided by the root of its variance and eps."""
    found = _standard(x, list(range(2, x.ndim)), eps)
    return _affine(found, _of_channels(weight, x), _of_channels(bias, x))


@composite(
    torch=lambda torch, x, groups, weight=None, bias=None, eps=1e-5: torch.nn.functional.group_norm(
        x, groups, weight, bias, eps
    )
)
def group_norm(x: Any, groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """Groups of channels, axis 1, of each item, less their mean, divided by the root of their variance and eps."""
    parted = x.reshape((x.shape[0], groups, -1))
    found = _standard(parted, [2], eps).reshape(x.shape)
    return _affine(found, _of_channels(weight, x), _of_channels(bias, x))


@composite(torch=lambda torch, x, axis=-1, eps=1e-12: torch.nn.functional.normalize(x, dim=axis, eps=eps))
def normalize(x: Any, axis: int = -1, eps: float = 1e-12) -> Any:
    """X, divided by its Euclidean length along an axis, or by eps if that is larger."""
    return x / maximum(sqrt(_kept_sum(x * x, [range(x.ndim)[axis]])), eps)


@composite(torch=lambda torch, x, y, axis=-1, eps=1e-8: torch.nn.functional.cosine_similarity(x, y, dim=axis, eps=eps))
def cosine_similarity(x: Any, y: Any, axis: int = -1, eps: float = 1e-8) -> Any:
    """The inner product along an axis, divided by both lengths, each eps at least."""
    first, second = (maximum(sqrt((v * v).sum(axis)), eps) for v in (x, y))
    return (x * y).sum(axis) / (first * second)


@composite(torch=lambda torch, *arguments, **options: torch.nn.functional.pairwise_distance(*arguments, **options))
def pairwise_distance(x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Any:
    """The p-th root of the sum of all |x1 - x2 + eps|^p along the last axis."""
    if not 0 < p < math.inf:
        raise CaseError(
            f"pairwise_distance: p={p}: it must be a positive number; amax(abs(x1 - x2)) is that of infinity"
        )
    apart = x1 - x2 + eps
    found = sqrt((apart * apart).sum(-1)) if p == 2 else (abs(apart) ** p).sum(-1) ** (1 / p)
    return found.reshape((*found.shape, 1)) if keepdim else found


@composite(torch=lambda torch, *arguments, **options: torch.nn.functional.local_response_norm(*arguments, **options))
def local_response_norm(x: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Any:
    """X over (k + alpha times the mean of the squares of ``size`` channels around)^beta, zeros beyond the ends."""
    if len(x.shape) < 3 or size < 1:
        raise CaseError(
            f"local_response_norm: x has shape {tuple(x.shape)}, size is {size}: x must be (batch, channels, lengths "
            "...), size a positive number of channels"
        )
    before = size // 2
    padded = pad(x * x, [(0, 0), (before, size - 1 - before), *((0, 0) for _ in x.shape[2:])])
    places = np.arange(x.shape[1])[:, None] + np.arange(size)
    return x / (k + alpha * (take(padded, places, 1).sum(2) / size)) ** beta


def _standard(x: Any, axes: Sequence[int], eps: float) -> Any:
    """X less its mean over axes, divided by the root of its variance and eps."""
    centred = x - _kept_mean(x, axes)
    return centred / sqrt(_kept_mean(centred * centred, axes) + eps)


def _affine(x: Any, weight: Any, bias: Any) -> Any:
    scaled = x if weight is None else x * weight
    return scaled if bias is None else scaled + bias


def _of_channels(values: Any, x: Any) -> Any:
    """A number for each channel, so that it meets axis 1."""
    return None if values is None else values.reshape((-1, *(1 for _ in x.shape[2:])))


def _kept_mean(x: Any, axes: Sequence[int]) -> Any:
    count = 1
    for a in axes:
        count *= x.shape[a]
    return _kept_sum(x, axes) / count


def _kept_sum(x: Any, axes: Sequence[int]) -> Any:
    """The sum over axes, which are kept with length one."""
    return x.sum(tuple(axes)).reshape(tuple(1 if a in axes else n for a, n in enumerate(x.shape)))
