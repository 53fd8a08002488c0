"""Tables and images read between their entries: the line through a table, images at places of an input."""

from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.activations import relu
from diffcheck.ops.arguments import as_tensors
from diffcheck.ops.arrays import matmul, reshape, sum
from diffcheck.ops.pieces import abs, maximum, minimum, round, where
from diffcheck.ops.table import composite


def _by_search(torch: Any, x: Any, xp: Any, fp: Any) -> Any:
    """What is written with torch, which has no such function: the knot before each place, and the line from there."""
    x, xp, fp = as_tensors(torch, (x, xp, fp))
    before = (torch.searchsorted(xp.detach(), x.detach(), right=True) - 1).clamp(0, len(xp) - 2)
    slope = (fp[before + 1] - fp[before]) / (xp[before + 1] - xp[before])
    inside = fp[before] + (x - xp[before]) * slope
    return torch.where(x < xp[0], fp[0], torch.where(x > xp[-1], fp[-1], inside))


def _numpy_side(x: Any, xp: Any, fp: Any) -> Any:
    return np.interp(x, xp, fp).astype(np.result_type(x, xp, fp))[()]


@composite(torch=_by_search, numpy=_numpy_side)
def interp(x: Any, xp: Any, fp: Any) -> Any:
    """The line through the points (xp, fp), whose xp ascend; before the first and behind the last it is level."""
    traced = next(a for a in (x, xp, fp) if hasattr(a, "lift"))
    # Slopes of constants are fractions: rounded they would miss the next knot, and make it a jump.
    x, xp, fp = map(traced.lift, (x, xp, fp))
    if xp.ndim != 1 or xp.shape != fp.shape or len(xp) < 2:
        raise CaseError(f"interp: xp has shape {xp.shape}, fp {fp.shape}: they must be rows of one length, two or more")
    found = fp[-1]
    for k in range(len(xp) - 2, -1, -1):
        slope = (fp[k + 1] - fp[k]) / (xp[k + 1] - xp[k])
        found = where(x < xp[k + 1], fp[k] + (x - xp[k]) * slope, found)
    return where(x < xp[0], fp[0], found)


# Along each axis an element of an image counts as much as the place is nearer than one step: a sum of tents, which is
# the interpolation between the two neighbours, and has its kinks where it has them.

_PADDINGS = {"zeros": 0, "border": 1, "reflection": 2}


def place_along(x: Any, n: int, padding: int, aligned: bool) -> Any:
    """Where a number from -1 to 1 lies along n elements. Padding: 0 by zeros, 1 by the border, 2 mirrored."""
    found = (x + 1) / 2 * (n - 1) if aligned else ((x + 1) * n - 1) / 2
    if padding == 2:
        low, high = (0, n - 1) if aligned else (-0.5, n - 0.5)
        period = 2 * (high - low)
        if not period:
            return found * 0
        found = abs(found - low - period * round((found - low) / period)) + low
    return minimum(maximum(found, 0), n - 1) if padding else found


def by_tents(x: Any, grid: Any, padding: int, aligned: bool) -> Any:
    """Images, of shape (batch, channels, lengths ...), at places, of shape (batch, positions ..., axes), x first."""
    batch, channels, *lengths = x.shape
    positions = grid.shape[1:-1]
    places = reshape(grid, (batch, -1, len(lengths)))
    found = x
    for k, n in enumerate(reversed(lengths)):
        place = place_along(places[..., k], n, padding, aligned)
        tents = relu(1 - abs(reshape(place, (batch, 1, -1)) - np.arange(n)[:, None]))
        # The last axis of elements is summed, that of positions stays behind it.
        if k == 0:
            rows = matmul(reshape(x, (batch, -1, n)), tents)
            found = reshape(rows, (batch, channels, *lengths[:-1], places.shape[1]))
        else:
            tents = reshape(tents, (batch, *(1,) * (len(lengths) - k), n, places.shape[1]))
            found = sum(found * tents, axis=found.ndim - 2)
    return reshape(found, (batch, channels, *positions))


def _sampled_by_torch(torch: Any, x: Any, grid: Any, padding_mode: str = "zeros", align_corners: bool = False) -> Any:
    x, grid = as_tensors(torch, (x, grid))
    return torch.nn.functional.grid_sample(x, grid, padding_mode=padding_mode, align_corners=align_corners)


@composite(torch=_sampled_by_torch)
def grid_sample(x: Any, grid: Any, padding_mode: str = "zeros", align_corners: bool = False) -> Any:
    """Images (batch, channels, lengths ...) between their elements, at places from -1 to 1, as torch has it."""
    axes = len(x.shape) - 2
    if axes not in (2, 3) or len(grid.shape) != axes + 2 or grid.shape[-1] != axes or grid.shape[0] != x.shape[0]:
        raise CaseError(
            f"grid_sample: x has shape {tuple(x.shape)}, grid {tuple(grid.shape)}: x must be (batch, channels, "
            "two or three lengths), grid (batch, positions ..., a place along each of them)"
        )
    if padding_mode not in _PADDINGS:
        raise CaseError(f"grid_sample: unknown padding_mode {padding_mode!r}: choose from {', '.join(_PADDINGS)}")
    return by_tents(x, grid, _PADDINGS[padding_mode], align_corners)
