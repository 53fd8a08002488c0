"""Pooling under PyTorch's names and conventions: the largest, the mean or a norm of what lies under a window."""

import math
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arrays import amax, mean, pad, reshape
from diffcheck.ops.convolution import Lengths, at_least, each, windows
from diffcheck.ops.table import Composite, composite


def _largest(axes: int) -> Composite:
    name = f"max_pool{axes}d"

    def torch_side(torch: Any, x: Any, kernel: Lengths, **options: Any) -> Any:
        return getattr(torch.nn.functional, name)(x, kernel, **options)

    def pooling(
        x: Any, kernel: Lengths, stride: Lengths | None = None, padding: Lengths = 0, dilation: Lengths = 1
    ) -> Any:
        shape = _with_batch(name, x.shape, axes)
        around = [(0, 0), (0, 0), *((p, p) for p in each(padding, axes))]
        padded = [n + before + behind for n, (before, behind) in zip(shape, around, strict=True)]
        lengths = each(kernel, axes)
        seen = windows(name, padded, lengths, each(kernel if stride is None else stride, axes), each(dilation, axes))
        # Where a window reaches beyond the edge it sees one of its own elements once more.
        places = np.pad(np.arange(int(np.prod(shape, dtype=int))).reshape(shape), around, constant_values=-1)
        found = places.ravel()[seen.reshape(*seen.shape[: 2 + axes], -1)]
        inside = found.max(-1, keepdims=True)
        if (inside < 0).any():
            raise CaseError(f"{name}: with padding {padding} some windows of {lengths} hold nothing: use less")
        largest = amax(reshape(x, -1)[np.where(found < 0, inside, found)], axis=-1)
        return largest if len(x.shape) == axes + 2 else largest[0]

    pooling.__name__ = name
    pooling.__doc__ = f"The largest element under each window over the last {axes} axes."
    return composite(torch=torch_side)(pooling)


def _mean(axes: int) -> Composite:
    name = f"avg_pool{axes}d"

    def torch_side(torch: Any, x: Any, kernel: Lengths, **options: Any) -> Any:
        return getattr(torch.nn.functional, name)(x, kernel, **options)

    def pooling(x: Any, kernel: Lengths, stride: Lengths | None = None, padding: Lengths = 0) -> Any:
        many = reshape(x, _with_batch(name, x.shape, axes))
        padded = pad(many, [(0, 0), (0, 0), *((p, p) for p in each(padding, axes))])
        steps = each(kernel if stride is None else stride, axes)
        seen = windows(name, padded.shape, each(kernel, axes), steps, (1,) * axes)
        found = mean(reshape(padded, -1)[seen.reshape(*seen.shape[: 2 + axes], -1)], axis=-1)
        return found if len(x.shape) == axes + 2 else found[0]

    pooling.__name__ = name
    pooling.__doc__ = f"The mean of what lies under each window over the last {axes} axes, zeros around it counted."
    return composite(torch=torch_side)(pooling)


def _of_powers(axes: int) -> Composite:
    name = f"lp_pool{axes}d"

    def torch_side(torch: Any, *arguments: Any, **options: Any) -> Any:
        return getattr(torch.nn.functional, name)(*arguments, **options)

    def pooling(x: Any, norm_type: float, kernel_size: Lengths, stride: Lengths | None = None) -> Any:
        if not 0 < norm_type < math.inf:
            raise CaseError(
                f"{name}: norm_type {norm_type} must be a positive number; of infinity it is max_pool{axes}d"
            )
        many = reshape(x, _with_batch(name, x.shape, axes))
        lengths, steps = at_least(
            1, name, axes, kernel_size=kernel_size, stride=kernel_size if stride is None else stride
        )
        seen = windows(name, many.shape, lengths, steps, (1,) * axes)
        powers = reshape(many, -1) ** norm_type
        found = powers[seen.reshape(*seen.shape[: 2 + axes], -1)].sum(-1) ** (1 / norm_type)
        return found if len(x.shape) == axes + 2 else found[0]

    pooling.__name__ = name
    pooling.__doc__ = f"The p-th root of the sum of all x^p under each window over the last {axes} axes."
    return composite(torch=torch_side)(pooling)


def _with_batch(name: str, shape: tuple[int, ...], axes: int) -> tuple[int, ...]:
    if len(shape) not in (axes + 1, axes + 2):
        raise CaseError(f"{name}: x has shape {tuple(shape)}: it must be ([batch,] channels, {axes} lengths)")
    return tuple(shape) if len(shape) == axes + 2 else (1, *shape)


max_pool1d, max_pool2d, max_pool3d = map(_largest, (1, 2, 3))
avg_pool1d, avg_pool2d, avg_pool3d = map(_mean, (1, 2, 3))
lp_pool1d, lp_pool2d, lp_pool3d = map(_of_powers, (1, 2, 3))
