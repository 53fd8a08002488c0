"""Normalisations and distances under PyTorch's names: the torch side calls the fused function, as users do."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import beside, is_whole
from diffcheck.ops.composites import composite
from diffcheck.ops.exact import reciprocal
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.pieces import abs, maximum
from diffcheck.ops.on_arrays.common import amax, take
from diffcheck.ops.on_arrays.padding import pad

# What torch takes for eps=None in double precision.
_LEAST = 2.0**-52


def _shape_first(arguments: tuple[Any, ...], _: dict[str, Any]) -> bool:
    """Whether a shape stands where an array would, as torch has it, or one length, as its layers have it."""
    return len(arguments) > 1 and isinstance(arguments[1], (int, list, tuple)) and is_whole(arguments[1])


@composite(
    torch=lambda torch, x, weight=None, bias=None, eps=1e-5, normalized_shape=None: torch.nn.functional.layer_norm(
        x, _shape(x, normalized_shape), weight, bias, eps
    ),
    order=("x", "normalized_shape", "weight", "bias", "eps"),
    in_order=_shape_first,
)
def layer_norm(
    x: Any,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    *,
    normalized_shape: int | Sequence[int] | None = None,
) -> Any:
    """X along the last axis, or axes, less its mean, divided by the root of its variance and eps."""
    return _affine(_standard(x, _last("layer_norm", x, normalized_shape), eps), weight, bias)


@composite(
    torch=lambda torch, x, weight=None, eps=None, normalized_shape=None: torch.nn.functional.rms_norm(
        x, _shape(x, normalized_shape), weight, _LEAST if eps is None else eps
    ),
    order=("x", "normalized_shape", "weight", "eps"),
    in_order=_shape_first,
)
def rms_norm(
    x: Any, weight: Any = None, eps: float | None = None, *, normalized_shape: int | Sequence[int] | None = None
) -> Any:
    """X along the last axis, or axes, divided by the root of the mean of its squares and eps.

    ``None`` is 2^-52, torch's eps in double precision, in every other one as well: a definition is one function.
    """
    axes = _last("rms_norm", x, normalized_shape)
    return _affine(x / sqrt(_kept_mean(x * x, axes) + (_LEAST if eps is None else eps)), weight, None)


def _shape(x: Any, shape: int | Sequence[int] | None) -> tuple[int, ...]:
    """That of what is normalized, or the length of the last axis."""
    return tuple(x.shape[-1:] if shape is None else (shape,) if isinstance(shape, int) else shape)


def _last(name: str, x: Any, given: int | Sequence[int] | None) -> list[int]:
    """The axes that have this shape, or the last one."""
    shape = _shape(x, given)
    if shape != tuple(x.shape[x.ndim - len(shape) :]):
        raise CaseError(f"{name}: x has shape {tuple(x.shape)}, which does not end in normalized_shape {shape}")
    return list(range(x.ndim - len(shape), x.ndim))


def _of_running(torch: Any, x: Any, mean: Any, variance: Any) -> list[Any]:
    # In training torch writes into them; an array's tensor would be the array itself.
    given = [None if v is None else torch.as_tensor(v, dtype=x.dtype, device=x.device) for v in (mean, variance)]
    return [None if v is None else v.clone() for v in given]


def _running_first(name: str, training: str) -> Callable[[tuple[Any, ...], dict[str, Any]], bool]:
    """Whether the statistics of an earlier training stand before weight and bias, as torch has it."""

    def told(arguments: tuple[Any, ...], options: dict[str, Any]) -> bool:
        if {"running_mean", "running_var"} & options.keys():
            return False
        if {training, "momentum", "weight", "bias"} & options.keys() or len(arguments) > 4:
            return len(arguments) > 2
        if len(arguments) == 4:
            return getattr(arguments[3], "shape", ()) != ()  # else it is eps
        if len(arguments) == 3 and any(a is not None for a in arguments[1:]):
            raise CaseError(f"{name}: say by name what these are: weight and bias, or running_mean and running_var")
        return False

    return told


def _batch_norm_torch(torch: Any, x: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5, **more: Any) -> Any:
    mean, variance = (more.get(k) for k in ("running_mean", "running_var"))
    training = mean is None if more.get("training") is None else more["training"]
    statistics = _of_running(torch, x, mean, variance)
    return torch.nn.functional.batch_norm(x, *statistics, weight, bias, training=training, eps=eps)


def _instance_norm_torch(
    torch: Any, x: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5, **more: Any
) -> Any:
    mean, variance = (more.get(k) for k in ("running_mean", "running_var"))
    own = _of_input(mean, more.get("use_input_stats"))
    statistics = _of_running(torch, x, mean, variance)
    return torch.nn.functional.instance_norm(x, *statistics, weight, bias, use_input_stats=own, eps=eps)


@composite(
    torch=_batch_norm_torch,
    order=("x", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps"),
    in_order=_running_first("batch_norm", "training"),
)
def batch_norm(
    x: Any,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    *,
    running_mean: Any = None,
    running_var: Any = None,
    training: bool | None = None,
    momentum: float = 0.1,
) -> Any:
    """Each channel, axis 1, less its mean over all else, divided by the root of its variance and eps: in training.

    In evaluation by a mean and a variance for each channel: where these are given, unless `training` is true. The
    momentum, by which torch changes these, changes nothing here.
    """
    axes = [a for a in range(x.ndim) if a != 1]
    found = None if training else _evaluated("batch_norm", x, running_mean, running_var, eps)
    if found is None and training is False:
        raise CaseError("batch_norm: training=False: give running_mean and running_var")
    found = _standard(x, axes, eps) if found is None else found
    return _affine(found, _of_channels(weight, x), _of_channels(bias, x))


@composite(
    torch=_instance_norm_torch,
    order=("x", "running_mean", "running_var", "weight", "bias", "use_input_stats", "momentum", "eps"),
    in_order=_running_first("instance_norm", "use_input_stats"),
)
def instance_norm(
    x: Any,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    *,
    running_mean: Any = None,
    running_var: Any = None,
    use_input_stats: bool | None = None,
    momentum: float = 0.1,
) -> Any:
    """Each channel, axis 1, of each item, axis 0, less its mean, divided by the root of its variance and eps.

    By a mean and a variance for each channel, as `batch_norm`, where `use_input_stats` is false.
    """
    own = _of_input(running_mean, use_input_stats)
    found = None if own else _evaluated("instance_norm", x, running_mean, running_var, eps)
    if found is None and not own:
        raise CaseError("instance_norm: use_input_stats=False: give running_mean and running_var")
    found = _standard(x, list(range(2, x.ndim)), eps) if found is None else found
    return _affine(found, _of_channels(weight, x), _of_channels(bias, x))


def _of_input(mean: Any, told: bool | None) -> bool:
    """Whether the statistics are those of the input: torch takes those, whether or not there are others."""
    if mean is not None and told is None:
        raise CaseError(
            "instance_norm: running_mean counts with use_input_stats=False alone: otherwise torch takes those "
            "of the input"
        )
    return told is None or told


def _evaluated(name: str, x: Any, mean: Any, variance: Any, eps: float) -> Any:
    """X by the statistics of an earlier training, if there are any."""
    if (mean is None) != (variance is None):
        raise CaseError(f"{name}: give both of running_mean and running_var, or none")
    if mean is None:
        return None
    centre, spread = (_of_channels(beside(x, v), x) for v in (mean, variance))
    return (x - centre) / sqrt(spread + eps)


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


def _second(x: Any, axis: int | None) -> int:
    """An axis; torch's, where none is told, is the second one, and here the only one of a vector."""
    return min(1, len(x.shape) - 1) if axis is None else axis


@composite(
    torch=lambda torch, x, p=2.0, axis=None, eps=1e-12: torch.nn.functional.normalize(x, p, _second(x, axis), eps)
)
def normalize(x: Any, p: float = 2.0, axis: int | None = None, eps: float = 1e-12) -> Any:
    """X, divided by its p-norm along an axis, the second one unless told, or by eps if that is larger."""
    axis = _second(x, axis)
    place = range(x.ndim)[axis]
    length = _length("normalize", x, axis, p)
    return x / maximum(length.reshape((*x.shape[:place], 1, *x.shape[place + 1 :])), eps)


def _length(name: str, x: Any, axis: int, p: float) -> Any:
    """The p-th root of the sum of all |x|^p along an axis."""
    if not p > 0:
        raise CaseError(f"{name}: p={p}: it must be a positive number, or infinity")
    if p == 2:
        return sqrt((x * x).sum(axis))
    return amax(abs(x), axis) if p == math.inf else (abs(x) ** p).sum(axis) ** reciprocal(p)


@composite(torch=lambda torch, x, p=2.0: torch.nn.functional.pdist(x, p))
def pdist(x: Any, p: float = 2.0) -> Any:
    """The p-norms of the differences between each row of a matrix and each row behind it."""
    if len(x.shape) != 2:
        raise CaseError(f"pdist: x has shape {tuple(x.shape)}: it must be a matrix")
    first, second = np.triu_indices(x.shape[0], 1)
    return _length("pdist", x[first] - x[second], -1, p)


@composite(
    torch=lambda torch, x, y, axis=None, eps=1e-8: torch.nn.functional.cosine_similarity(x, y, _second(x, axis), eps)
)
def cosine_similarity(x: Any, y: Any, axis: int | None = None, eps: float = 1e-8) -> Any:
    """The inner product along an axis, the second one unless told, divided by both lengths, each eps at least."""
    axis = _second(x, axis)
    first, second = (maximum(sqrt((v * v).sum(axis)), eps) for v in (x, y))
    return (x * y).sum(axis) / (first * second)


@composite(torch=lambda torch, *arguments, **options: torch.nn.functional.pairwise_distance(*arguments, **options))
def pairwise_distance(x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Any:
    """The p-th root of the sum of all |x1 - x2 + eps|^p along the last axis."""
    found = _length("pairwise_distance", x1 - x2 + eps, -1, p)
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
