"""Pooling under PyTorch's names and conventions: the largest, the mean or a norm of what lies under a window."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import Composite, composite
from diffcheck.ops.exact import constants_like, reciprocal
from diffcheck.ops.layers.convolution import Lengths, at_least, each, windows
from diffcheck.ops.on_arrays.common import amax, reshape
from diffcheck.ops.on_arrays.padding import pad
from diffcheck.ops.table import Function

Places = np.ndarray[Any, np.dtype[np.intp]]


def _torch_side(name: str) -> Function:
    def side(torch: Any, *arguments: Any, **options: Any) -> Any:
        return getattr(torch.nn.functional, name)(*arguments, **options)

    return side


def _largest(axes: int) -> Composite:
    name = f"max_pool{axes}d"

    def pooling(
        x: Any,
        kernel_size: Lengths,
        stride: Lengths | None = None,
        padding: Lengths = 0,
        dilation: Lengths = 1,
        ceil_mode: bool = False,
    ) -> Any:
        shape = with_batch(name, x.shape, axes)
        lengths, steps, step = _lengths(name, axes, kernel_size, stride, dilation)
        around = _around(shape[2:], lengths, steps, each(padding, axes), step, ceil_mode)
        # Where a window reaches beyond the edge it sees one of its own elements once more.
        places = np.pad(np.arange(math.prod(shape)).reshape(shape), around, constant_values=-1)
        found = places.ravel()[_seen(name, places.shape, lengths, steps, step)]
        inside = found.max(-1, keepdims=True)
        if (inside < 0).any():
            raise CaseError(f"{name}: with padding {padding} some windows of {lengths} hold nothing: use less")
        largest = amax(reshape(x, -1)[np.where(found < 0, inside, found)], axis=-1)
        return largest if len(x.shape) == axes + 2 else largest[0]

    pooling.__name__ = name
    pooling.__doc__ = f"The largest element under each window over the last {axes} axes."
    return composite(torch=_torch_side(name))(pooling)


def _mean(axes: int) -> Composite:
    name = f"avg_pool{axes}d"

    def pooling(
        x: Any,
        kernel_size: Lengths,
        stride: Lengths | None = None,
        padding: Lengths = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> Any:
        many = reshape(x, with_batch(name, x.shape, axes))
        lengths, steps, step = _lengths(name, axes, kernel_size, stride)
        beside = each(padding, axes)
        around = _around(many.shape[2:], lengths, steps, beside, step, ceil_mode)
        padded = pad(many, around)
        found = reshape(padded, -1)[_seen(name, padded.shape, lengths, steps, step)].sum(-1)
        if divisor_override is None:
            found = found / _counts(many, found.shape[2:], lengths, steps, beside, count_include_pad)
        elif axes == 1 or not divisor_override:
            raise CaseError(f"{name}: divisor_override={divisor_override}: torch divides pools over 1 axis by no other")
        else:
            found = found / divisor_override
        return found if len(x.shape) == axes + 2 else found[0]

    pooling.__name__ = name
    pooling.__doc__ = f"The mean of what lies under each window over the last {axes} axes, zeros around it counted."
    return composite(torch=_torch_side(name))(pooling)


def _of_powers(axes: int) -> Composite:
    name = f"lp_pool{axes}d"

    def pooling(
        x: Any, norm_type: float, kernel_size: Lengths, stride: Lengths | None = None, ceil_mode: bool = False
    ) -> Any:
        if not 0 < norm_type < math.inf:
            raise CaseError(
                f"{name}: norm_type {norm_type} must be a positive number; of infinity it is max_pool{axes}d"
            )
        many = reshape(x, with_batch(name, x.shape, axes))
        lengths, steps, step = _lengths(name, axes, kernel_size, stride)
        none = (0,) * axes
        padded = pad(many, _around(many.shape[2:], lengths, steps, none, step, ceil_mode))
        powers = reshape(padded, -1) ** norm_type
        found = powers[_seen(name, padded.shape, lengths, steps, step)].sum(-1)
        if ceil_mode:
            # What windows lack beyond the end counts as the mean of what they hold.
            found = found * math.prod(lengths) / _counts(many, found.shape[2:], lengths, steps, none, True)
        found = found ** reciprocal(norm_type)
        return found if len(x.shape) == axes + 2 else found[0]

    pooling.__name__ = name
    pooling.__doc__ = f"The p-th root of the sum of all x^p under each window over the last {axes} axes."
    return composite(torch=_torch_side(name))(pooling)


def with_batch(name: str, shape: Sequence[int], axes: int) -> tuple[int, ...]:
    """A shape ([batch,] channels, lengths ...) with the batch."""
    if len(shape) not in (axes + 1, axes + 2):
        raise CaseError(f"{name}: x has shape {tuple(shape)}: it must be ([batch,] channels, {axes} lengths)")
    return tuple(shape) if len(shape) == axes + 2 else (1, *shape)


def _lengths(
    name: str, axes: int, kernel: Lengths, stride: Lengths | None, dilation: Lengths = 1
) -> list[tuple[int, ...]]:
    return at_least(1, name, axes, kernel_size=kernel, stride=kernel if stride is None else stride, dilation=dilation)


def _around(
    shape: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    step: Sequence[int],
    ceil_mode: bool,
) -> list[tuple[int, int]]:
    """How much stands before and behind along each axis, none along the first two.

    With `ceil_mode` a last window may reach beyond the padding, if it begins before that.
    """
    found = [(0, 0), (0, 0)]
    for n, k, s, p, d in zip(shape, kernel, stride, padding, step, strict=True):
        reach = d * (k - 1) + 1
        last = -(-(n + 2 * p - reach) // s) * s
        beyond = last + reach - (n + 2 * p) if ceil_mode and last < n + p else 0
        found.append((p, p + beyond))
    return found


def _seen(name: str, shape: Sequence[int], kernel: Sequence[int], stride: Sequence[int], step: Sequence[int]) -> Places:
    """The places of what lies under windows; shape (batch, channels, positions ..., elements)."""
    seen = windows(name, shape, kernel, stride, step)
    found: Places = seen.reshape(*seen.shape[: len(shape)], -1)
    return found


def _counts(
    x: Any,
    positions: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    with_padding: bool,
) -> Any:
    """How many elements each window holds, zeros of the padding among them or not, but nothing beyond it."""
    counts = np.ones((1,) * len(kernel), int)
    for a, (n, m, k, s, p) in enumerate(zip(x.shape[2:], positions, kernel, stride, padding, strict=True)):
        starts = np.arange(m) * s - p
        ends = np.minimum(starts + k, n + p)
        held = ends - starts if with_padding else np.minimum(ends, n) - np.maximum(starts, 0)
        counts = counts * held.reshape((-1, *(1,) * (len(kernel) - a - 1)))
    numbers = counts.ravel().tolist()
    return numbers[0] if len({*numbers}) == 1 else reshape(constants_like(x, numbers), counts.shape)


max_pool1d, max_pool2d, max_pool3d = map(_largest, (1, 2, 3))
avg_pool1d, avg_pool2d, avg_pool3d = map(_mean, (1, 2, 3))
lp_pool1d, lp_pool2d, lp_pool3d = map(_of_powers, (1, 2, 3))
