"""What undoes pooling, and pooling by windows that are drawn: both with whole numbers that are given."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import constants
from diffcheck.ops.composites import Composite, composite
from diffcheck.ops.layers.convolution import Lengths, at_least, each
from diffcheck.ops.layers.pooling import with_batch
from diffcheck.ops.on_arrays.common import amax, concatenate, reshape

Places = np.ndarray[Any, np.dtype[np.intp]]


def _put_back(axes: int) -> Composite:
    name = f"max_unpool{axes}d"

    def torch_side(torch: Any, x: Any, places: Any, *arguments: Any, **options: Any) -> Any:
        given = torch.as_tensor(places, dtype=torch.int64, device=x.device)
        return getattr(torch.nn.functional, name)(x, given, *arguments, **options)

    def unpooling(
        x: Any,
        places: Any,
        kernel_size: Lengths,
        stride: Lengths | None = None,
        padding: Lengths = 0,
        output_size: Sequence[int] | None = None,
    ) -> Any:
        batch, channels, *lengths = with_batch(name, x.shape, axes)
        where = constants(name, places, "places")
        kernel, steps = at_least(
            1, name, axes, kernel_size=kernel_size, stride=kernel_size if stride is None else stride
        )
        around = each(padding, axes)
        sizes = [(n - 1) * s - 2 * p + k for n, s, p, k in zip(lengths, steps, around, kernel, strict=True)]
        sizes = sizes if output_size is None else list(output_size)[-axes:]
        size, planes = math.prod(sizes), batch * channels
        flat = where.reshape((planes, -1)) + size * np.arange(planes)[:, None]
        if where.shape != tuple(x.shape) or where.min() < 0 or where.max() >= size or len({*flat.flat}) < flat.size:
            raise CaseError(
                f"{name}: places of shape {where.shape} for x of shape {tuple(x.shape)}: they must be as many whole "
                f"numbers below {size}, and in each channel no two alike"
            )
        # Behind all elements stands a zero, which is where no place is.
        found = np.full(planes * size, x.size)
        found[flat.ravel()] = np.arange(x.size)
        flattened = reshape(x, -1)
        put = concatenate([flattened, flattened[:1] * 0])[found]
        return reshape(put, (*x.shape[: len(x.shape) - axes], *sizes))

    unpooling.__name__ = name
    unpooling.__doc__ = f"Zeros over {axes} axes, with each element at its place in its channel, as pooling found it."
    return composite(torch=torch_side)(unpooling)


def _of_samples(axes: int) -> Composite:
    name = f"fractional_max_pool{axes}d"

    def torch_side(torch: Any, x: Any, kernel: Lengths, samples: Any, output_size: Lengths) -> Any:
        given = torch.as_tensor(samples, dtype=x.dtype, device=x.device)
        return getattr(torch.nn.functional, name)(x, kernel, output_size, _random_samples=given)

    def pooling(x: Any, kernel_size: Lengths, samples: Any, output_size: Lengths) -> Any:
        batch, channels, *lengths = with_batch(name, x.shape, axes)
        kernel, sizes = at_least(1, name, axes, kernel_size=kernel_size, output_size=output_size)
        drawn = constants(name, samples, "samples")
        # Of three axes torch wants one element more.
        fits = all(m + k - 1 + (axes == 3) <= n for n, k, m in zip(lengths, kernel, sizes, strict=True))
        if not fits or drawn.shape != (batch, channels, axes) or drawn.min() < 0 or drawn.max() >= 1:
            raise CaseError(
                f"{name}: x has shape {tuple(x.shape)}, kernel_size {kernel}, output_size {sizes}, samples "
                f"{drawn.shape}: windows must fit, samples be (batch, channels, {axes}) numbers from 0 to 1"
            )
        places = np.arange(x.size).reshape((batch * channels, *lengths))
        seen = [_windows(p, s, kernel, sizes) for p, s in zip(places, drawn.reshape((-1, axes)), strict=True)]
        found = amax(reshape(x, -1)[np.stack(seen)], -1)
        return reshape(found, (*x.shape[: len(x.shape) - axes], *sizes))

    pooling.__name__ = name
    pooling.__doc__ = f"The largest of windows over {axes} axes that begin where samples from 0 to 1 say (Graham 2014)."
    return composite(
        torch=torch_side,
        order=("x", "kernel_size", "output_size"),
        in_order=lambda given, options: len(given) == 3 and "samples" in options,
    )(pooling)


def _windows(places: Places, samples: Any, kernel: Sequence[int], sizes: Sequence[int]) -> Places:
    """The places under the windows of a channel; torch counts the samples of two axes from the last one."""
    axes = len(kernel)
    order = samples if axes == 3 else samples[::-1]
    along = []
    for n, sample, k, m in zip(places.shape, order, kernel, sizes, strict=True):
        along.append(np.array(_starts(n, float(sample), k, m))[:, None] + np.arange(k))
    seen = places[np.ix_(*(a.ravel() for a in along))]
    parted = seen.reshape([length for a in along for length in a.shape])
    positions, elements = range(0, 2 * axes, 2), range(1, 2 * axes, 2)
    return parted.transpose((*positions, *elements)).reshape((*sizes, -1))


def _starts(n: int, sample: float, kernel: int, count: int) -> list[int]:
    """Where windows begin: a step apart that is no whole number, rounded down from a place in the first one."""
    if count == 1:
        return [n - kernel]
    step = (n - kernel) / (count - 1)
    return [*(int((k + sample) * step) - int(sample * step) for k in range(count - 1)), n - kernel]


max_unpool1d, max_unpool2d, max_unpool3d = map(_put_back, (1, 2, 3))
fractional_max_pool2d, fractional_max_pool3d = map(_of_samples, (2, 3))
