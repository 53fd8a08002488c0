"""Rows of what looks between the elements of images: their enlargement backward, and samples at places of an input."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.ops.layers.interpolation import by_kernels
from diffcheck.ops.layers.resampling import Parts, cubic, linear, nearest, parts
from diffcheck.sources.torch_code.rows.backward import pulled_back
from diffcheck.sources.torch_code.rows.registry import backward_row, lifted, refuse, row

Array = np.ndarray[Any, np.dtype[np.float64]]


def _weights(made: Sequence[Parts], n: int) -> Array:
    """What each new element takes of the n that are there."""
    found = np.zeros((len(made), n))
    for own, element in zip(found, made, strict=True):
        for place, weight in element:
            own[place] += float(weight)
    return found


def _enlarged_backward(
    kind: Any, axes: int, shifted: bool, incoming: Any, size: Sequence[int], before: Sequence[int], *options: Any
) -> Any:
    aligned, factors = (bool(options[0]), options[1:]) if kind is not nearest else (False, options)
    factors = (*factors, *(None,) * axes)
    found = incoming
    for k in range(axes):
        made = parts(kind, before[2 + k], size[k], aligned, factors[k], shifted)
        weights = _weights(made, before[2 + k])
        found = (found.swapaxes(2 + k, -1) @ weights).swapaxes(2 + k, -1)
    return found


for _name, _kind, _axes, _shifted in (
    *((f"upsample_nearest{k}d", nearest, k, False) for k in (1, 2, 3)),
    *((f"_upsample_nearest_exact{k}d", nearest, k, True) for k in (1, 2, 3)),
    ("upsample_linear1d", linear, 1, True),
    ("upsample_bilinear2d", linear, 2, True),
    ("upsample_trilinear3d", linear, 3, True),
    ("upsample_bicubic2d", cubic, 2, True),
):
    backward_row(f"{_name}_backward")(functools.partial(_enlarged_backward, _kind, _axes, _shifted))


# Tents are taken up to so many numbers on the way; of more samples, and of other kinds, torch's decomposition looks up
# the neighbours, under the condition that they are these.
_MOST = 100_000


def sampled(x: Any, grid: Any, mode: int, padding: int, aligned: bool) -> Any:
    """Images, of shape (batch, channels, lengths ...), at places, of shape (batch, positions ..., axes), x first.

    `NotImplemented` for those that are not sampled by tents.
    """
    batch, channels, *lengths = x.shape
    if mode != 0 or batch * channels * int(np.prod([*lengths[:-1], *grid.shape[1:-1]])) > _MOST:
        return NotImplemented
    x, grid = lifted(x, grid)
    return by_kernels(x, grid, 0, padding, aligned)


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
