"""Pooling to a given size, under PyTorch's names: windows that cover an axis in equal parts, rounded outwards."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import Composite, composite
from diffcheck.ops.exact import constants_like
from diffcheck.ops.on_arrays.common import amax, reshape, take
from diffcheck.ops.on_arrays.padding import pad

Sizes = int | Sequence[int | None]
Places = np.ndarray[Any, np.dtype[np.intp]]


def _mean(axes: int) -> Composite:
    name = f"adaptive_avg_pool{axes}d"

    def pooling(x: Any, output_size: Sizes) -> Any:
        ends = _ends(name, x.shape, output_size, axes)
        counts = np.ones((1,) * axes, int)
        # Behind each axis stands a zero, at which shorter windows look for what they lack.
        padded = pad(x, [*((0, 0) for _ in x.shape[:-axes]), *((0, 1),) * axes])
        seen = []
        for a, (starts, stops) in enumerate(ends):
            counts = counts * (stops - starts).reshape((-1, *(1,) * (axes - a - 1)))
            places = _windows(starts, stops)
            seen.append(np.where(places < stops[:, None], places, x.shape[a - axes]))
        divisors = reshape(constants_like(x, counts.ravel().tolist()), counts.shape)
        return _parted(padded, seen).sum(_inner(x, axes)) / divisors

    pooling.__name__ = name
    pooling.__doc__ = f"The means of windows that part the last {axes} axes into so many; None leaves an axis as it is."
    return composite(torch=_torch_side(name))(pooling)


def _largest(axes: int) -> Composite:
    name = f"adaptive_max_pool{axes}d"

    def pooling(x: Any, output_size: Sizes) -> Any:
        ends = _ends(name, x.shape, output_size, axes)
        # Shorter windows see their last element once more.
        seen = [np.minimum(_windows(starts, stops), stops[:, None] - 1) for starts, stops in ends]
        return amax(_parted(x, seen), axis=_inner(x, axes))

    pooling.__name__ = name
    pooling.__doc__ = (
        f"The largest of windows that part the last {axes} axes into so many; None leaves an axis as it is."
    )
    return composite(torch=_torch_side(name))(pooling)


def _torch_side(name: str) -> Any:
    def side(torch: Any, x: Any, output_size: Sizes) -> Any:
        return getattr(torch.nn.functional, name)(x, output_size)

    return side


def _ends(name: str, shape: Sequence[int], sizes: Sizes, axes: int) -> list[tuple[Places, Places]]:
    """For each axis where windows begin, and where they stop: floor(i n / m) and ceil((i + 1) n / m), i below m."""
    if len(shape) not in (axes + 1, axes + 2):
        raise CaseError(f"{name}: x has shape {tuple(shape)}: it must be ([batch,] channels, {axes} lengths)")
    given = (sizes,) * axes if isinstance(sizes, int) else tuple(sizes)
    if len(given) != axes or any(m is not None and m < 1 for m in given):
        raise CaseError(f"{name}: output_size {sizes} must be one positive number, or {axes}")
    found = []
    for n, m in zip(shape[-axes:], given, strict=True):
        k = np.arange(n if m is None else m)
        found.append((k * n // len(k), -(-(k + 1) * n // len(k))))
    return found


def _windows(starts: Places, stops: Places) -> Places:
    """The places from each start on, as many as the longest window has; shape (windows, elements)."""
    found: Places = starts[:, None] + np.arange((stops - starts).max(initial=0))
    return found


def _parted(x: Any, places: Sequence[Places]) -> Any:
    """X with two axes, windows and their elements, in place of each of the last ones."""
    first = len(x.shape) - len(places)
    for a in reversed(range(len(places))):
        x = take(x, places[a], first + a)
    return x


def _inner(x: Any, axes: int) -> tuple[int, ...]:
    """The axes of the elements of windows."""
    first = len(x.shape) - axes
    return tuple(first + 1 + 2 * a for a in range(axes))


adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d = map(_mean, (1, 2, 3))
adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d = map(_largest, (1, 2, 3))
