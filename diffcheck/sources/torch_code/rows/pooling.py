"""Rows of pooling: the largest element, or the mean, of what lies under each window."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.ops.layers.convolution import each
from diffcheck.ops.on_arrays.conditions import all_joined
from diffcheck.sources.torch_code.memory import Condition
from diffcheck.sources.torch_code.rows.registry import refuse, row

Places = np.ndarray[Any, np.dtype[np.intp]]


def _lengths(given: Any, axes: int) -> tuple[int, ...]:
    """One number for each axis; torch gives one alone in a list, too."""
    return each(given[0] if isinstance(given, Sequence) and len(given) == 1 else given, axes)


def _starts(n: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> Places:
    """Where windows begin along an axis of n elements; rounded up one more, if it begins before the padding behind."""
    room = n + 2 * padding - dilation * (kernel - 1) - 1
    count = (-(-room // stride) if ceil_mode else room // stride) + 1
    if ceil_mode and (count - 1) * stride >= n + padding:
        count -= 1
    return np.arange(count) * stride - padding


def _of_axes(shape: Sequence[int], along: Sequence[Places]) -> Places:
    """The places of what lies under windows, from those along each axis; -1 where nothing lies.

    ``along`` have shape (positions, kernel), with numbers below zero or beyond the axis where nothing lies; the result
    has shape (positions of all axes ..., elements).
    """
    axes = len(shape)
    places = np.zeros((1,) * 2 * axes, np.intp)
    outside = np.zeros((1,) * 2 * axes, bool)
    for a, (n, seen) in enumerate(zip(shape, along, strict=True)):
        like = [1] * 2 * axes
        like[a], like[axes + a] = seen.shape
        places = places * n + seen.reshape(like)
        outside = outside | ((seen < 0) | (seen >= n)).reshape(like)
    found = np.where(outside, -1, places)
    return found.reshape(*found.shape[:axes], -1)


def _flat(x: Any, axes: int) -> Any:
    """The elements of the last axes along one."""
    return x.reshape((*x.shape[:-axes], int(np.prod(x.shape[-axes:], dtype=int))))


def _largest(x: Any, places: Places, axes: int) -> Any:
    """Where nothing lies under a window an element that does lies there once more."""
    inside = places.max(-1, keepdims=True)
    if (inside < 0).any():
        refuse("some windows hold nothing")
    return ops.amax(_flat(x, axes)[..., np.where(places < 0, inside, places)], -1)


def _chosen(x: Any, places: Places, axes: int, found: Any) -> Condition:
    """The condition that the largest elements stand at the places that torch found."""

    def holds() -> Any:
        flat = _flat(x, axes).ravel()
        size = int(np.prod(x.shape[-axes:], dtype=int))
        planes = np.arange(flat.size // size).reshape((*x.shape[:-axes], *(1,) * (axes + 1)))
        largest, others = np.broadcast_arrays(found[..., None], places)
        apart = (others >= 0) & (others != largest)
        pairs = np.stack([planes * size + largest, planes * size + others], -1)[apart]
        first, second = np.unique(pairs, axis=0).T
        return all_joined(ops.gt(flat[first], flat[second]), ops.logical_and) if len(first) else None

    return holds


def _sums(x: Any, places: Places, axes: int) -> Any:
    return _flat(x, axes)[..., np.maximum(places, 0)].replaced(places < 0, 0).sum(-1)


def _max_pool(
    axes: int,
    x: Any,
    kernel: Any,
    stride: Any = (),
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    *,
    outcome: Any,
) -> Any:
    kernel, given = _lengths(kernel, axes), (stride or kernel, padding, dilation)
    options = zip(kernel, *(_lengths(g, axes) for g in given), strict=True)
    along = [
        _starts(n, k, s, p, d, ceil_mode)[:, None] + d * np.arange(k)
        for n, (k, s, p, d) in zip(x.shape[-axes:], options, strict=True)
    ]
    places = _of_axes(x.shape[-axes:], along)
    return _largest(x, places, axes), _chosen(x, places, axes, outcome[1])


def avg_pool(
    axes: int,
    x: Any,
    kernel: Any,
    stride: Any = (),
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor: Any = None,
) -> Any:
    """The sum over how many there are, zeros of the padding counted, but never what lies behind them."""
    kernel, padding = _lengths(kernel, axes), _lengths(padding, axes)
    counts = np.ones((1,) * axes, int)
    along = []
    options = zip(x.shape[-axes:], kernel, _lengths(stride or kernel, axes), padding, strict=True)
    for a, (n, k, s, p) in enumerate(options):
        starts = _starts(n, k, s, p, 1, ceil_mode)
        ends = np.minimum(starts + k, n + p)
        held = ends - starts if count_include_pad else np.minimum(ends, n) - np.maximum(starts, 0)
        counts = counts * held.reshape((-1, *(1,) * (axes - a - 1)))
        along.append(starts[:, None] + np.arange(k))
    return _sums(x, _of_axes(x.shape[-axes:], along), axes) / (counts if divisor is None else divisor)


def _adaptive(x: Any, lengths: Any, axes: int) -> list[Places]:
    """For each axis windows between the fractions i / m and (i + 1) / m of its length, rounded outwards."""
    found = []
    for n, m in zip(x.shape[-axes:], _lengths(lengths, axes), strict=True):
        starts, ends = np.arange(m) * n // m, -(-np.arange(1, m + 1) * n // m)
        seen = starts[:, None] + np.arange((ends - starts).max(initial=0))
        found.append(np.where(seen < ends[:, None], seen, -1))
    return found


def _adaptive_mean(axes: int, x: Any, lengths: Any) -> Any:
    places = _of_axes(x.shape[-axes:], _adaptive(x, lengths, axes))
    return _sums(x, places, axes) / (places >= 0).sum(-1)


def _adaptive_largest(axes: int, x: Any, lengths: Any, *, outcome: Any) -> Any:
    places = _of_axes(x.shape[-axes:], _adaptive(x, lengths, axes))
    return _largest(x, places, axes), _chosen(x, places, axes, outcome[1])


_ROWS: dict[str, tuple[Callable[..., Any], Sequence[int]]] = {
    "max_pool{}d_with_indices": (_max_pool, (2, 3)),
    "avg_pool{}d": (avg_pool, (2, 3)),
    "_adaptive_avg_pool{}d": (_adaptive_mean, (2, 3)),
    "adaptive_max_pool{}d": (_adaptive_largest, (2, 3)),
}
for _name, (_function, _axes) in _ROWS.items():
    for _number in _axes:
        row(_name.format(_number))(functools.partial(_function, _number))
