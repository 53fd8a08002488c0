"""Rows of what looks between the elements of images: their enlargement backward, and samples at places of an input."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.sources.torch_code.backward import pulled_back
from diffcheck.sources.torch_code.registry import backward_row, lifted, refuse, row

Array = np.ndarray[Any, np.dtype[np.float64]]
# The slope of the cubic convolution that torch interpolates with.
_CUBIC = -0.75


def _nearest(places: Array, n: int) -> Array:
    return np.asarray(np.eye(n)[np.minimum(np.floor(places).astype(int), n - 1)])


def _linear(places: Array, n: int) -> Array:
    places = np.maximum(places, 0)
    first = np.minimum(np.floor(places).astype(int), n - 1)
    part = (places - first)[:, None]
    return np.asarray((1 - part) * np.eye(n)[first] + part * np.eye(n)[np.minimum(first + 1, n - 1)])


def _cubic(places: Array, n: int) -> Array:
    first = np.floor(places).astype(int)
    found = np.zeros((len(places), n))
    for tap in (-1, 0, 1, 2):
        size = np.abs(places - first - tap)[:, None]
        near = ((_CUBIC + 2) * size - (_CUBIC + 3)) * size * size + 1
        far = ((_CUBIC * size - 5 * _CUBIC) * size + 8 * _CUBIC) * size - 4 * _CUBIC
        found += np.where(size <= 1, near, far) * np.eye(n)[np.clip(first + tap, 0, n - 1)]
    return found


def _weights(kind: Any, n: int, m: int, aligned: bool, factor: float | None, shifted: bool) -> Array:
    """What each of m new elements along an axis takes of the n that are there.

    Parameters
    ----------
    aligned:
        Whether the first and the last elements lie on each other, not the ends of the axis.
    factor:
        How many times longer the axis becomes, where the caller said so.
    shifted:
        Whether elements stand for the middle of the stretch that they cover.
    """
    if aligned:
        return np.asarray(kind(np.arange(m) * ((n - 1) / (m - 1) if m > 1 else 0.0), n))
    scale = n / m if factor is None else 1 / factor
    middle = 0.5 if shifted else 0.0
    # The nearest element is that over which the place lies; all others are seen from their own middles.
    back = middle if kind is not _nearest else 0.0
    return np.asarray(kind((np.arange(m) + middle) * scale - back, n))


def _enlarged_backward(
    kind: Any, axes: int, shifted: bool, incoming: Any, size: Sequence[int], before: Sequence[int], *options: Any
) -> Any:
    aligned, factors = (bool(options[0]), options[1:]) if kind is not _nearest else (False, options)
    factors = (*factors, *(None,) * axes)
    found = incoming
    for k in range(axes):
        weights = _weights(kind, before[2 + k], size[k], aligned, factors[k], shifted)
        found = (found.swapaxes(2 + k, -1) @ weights).swapaxes(2 + k, -1)
    return found


for _name, _kind, _axes, _shifted in (
    *((f"upsample_nearest{k}d", _nearest, k, False) for k in (1, 2, 3)),
    *((f"_upsample_nearest_exact{k}d", _nearest, k, True) for k in (1, 2, 3)),
    ("upsample_linear1d", _linear, 1, True),
    ("upsample_bilinear2d", _linear, 2, True),
    ("upsample_trilinear3d", _linear, 3, True),
    ("upsample_bicubic2d", _cubic, 2, True),
):
    backward_row(f"{_name}_backward")(functools.partial(_enlarged_backward, _kind, _axes, _shifted))


# Samples. Along each axis an element counts as much as the place is nearer than one step: a sum of tents, which is the
# interpolation between the two neighbours, and has its kinks where it has them.


# Tents are taken up to so many numbers on the way; of more samples, and of other kinds, torch's decomposition looks up
# the neighbours, under the condition that they are these.
_MOST = 100_000


def _place(x: Any, n: int, padding: int, aligned: bool) -> Any:
    """Where a number from -1 to 1 lies along n elements. Padding: 0 by zeros, 1 by the border, 2 mirrored."""
    found = (x + 1) / 2 * (n - 1) if aligned else ((x + 1) * n - 1) / 2
    if padding == 2:
        low, high = (0, n - 1) if aligned else (-0.5, n - 0.5)
        period = 2 * (high - low)
        if not period:
            return found * 0
        found = ops.abs(found - low - period * ops.round((found - low) / period)) + low
    return ops.minimum(ops.maximum(found, 0), n - 1) if padding else found


def sampled(x: Any, grid: Any, mode: int, padding: int, aligned: bool) -> Any:
    """Images, of shape (batch, channels, lengths ...), at places, of shape (batch, positions ..., axes), x first.

    `NotImplemented` for those that are not sampled by tents.
    """
    batch, channels, *lengths = x.shape
    positions = grid.shape[1:-1]
    if mode != 0 or batch * channels * int(np.prod([*lengths[:-1], *positions])) > _MOST:
        return NotImplemented
    x, grid = lifted(x, grid)
    places = grid.reshape((batch, -1, len(lengths)))
    found = x
    for k, n in enumerate(reversed(lengths)):
        place = _place(places[..., k], n, padding, aligned)
        tents = ops.relu(1 - ops.abs(place.reshape((batch, 1, -1)) - np.arange(n)[:, None]))
        # The last axis of elements is summed, that of positions stays behind it.
        if k == 0:
            found = (x.reshape((batch, -1, n)) @ tents).reshape((batch, channels, *lengths[:-1], places.shape[1]))
        else:
            tents = tents.reshape((batch, *(1,) * (len(lengths) - k), n, places.shape[1]))
            found = (found * tents).sum(found.ndim - 2)
    return found.reshape((batch, channels, *positions))


def _sampled_backward(
    incoming: Any, x: Any, grid: Any, mode: int, padding: int, aligned: bool, wanted: Sequence[bool]
) -> Any:
    if sampled(x, grid, mode, padding, aligned) is NotImplemented:
        return refuse("samples of this kind or number")
    found = pulled_back(lambda x, grid: sampled(x, grid, mode, padding, aligned), incoming, x, grid)
    return tuple(g for g, asked in zip(found, wanted, strict=True) if asked)


for _name in ("grid_sampler_2d", "grid_sampler_3d"):
    row(_name)(sampled)
    backward_row(f"{_name}_backward")(_sampled_backward)
