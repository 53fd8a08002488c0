"""Tables and images read between their entries: the line through a table, images at places of an input."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import as_tensors, beside
from diffcheck.ops.composites import composite
from diffcheck.ops.exact import constants_like
from diffcheck.ops.functions.pieces import abs, maximum, minimum, round
from diffcheck.ops.functions.relations import eq, where
from diffcheck.ops.layers.activations import relu
from diffcheck.ops.on_arrays.common import matmul, reshape, sum, take

Places = np.ndarray[Any, np.dtype[np.intp]]


def _by_search(torch: Any, x: Any, xp: Any, fp: Any) -> Any:
    """What is written with torch, which has no such function: the knot before each place, and the line from there."""
    x, xp, fp = as_tensors(torch, (x, xp, fp))
    before = (torch.searchsorted(xp.detach(), x.detach(), right=True) - 1).clamp(0, len(xp) - 2)
    slope = (fp[before + 1] - fp[before]) / (xp[before + 1] - xp[before])
    inside = fp[before] + (x - xp[before]) * slope
    return torch.where(x < xp[0], fp[0], torch.where(x > xp[-1], fp[-1], inside))


def _numpy_side(x: Any, xp: Any, fp: Any) -> Any:
    return np.interp(x, xp, fp).astype(np.result_type(*map(np.asarray, (x, xp, fp))))[()]


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


# Along each axis an element of an image counts as much as its kernel says at the distance of the place: that of lines
# is a tent, one step wide to both sides, that of cubics Keys' convolution. Kinks of the kernels are the images' own.

_PADDINGS = {"zeros": 0, "border": 1, "reflection": 2}
_BILINEAR, _NEAREST, _BICUBIC = range(3)
_MODES = {"bilinear": _BILINEAR, "nearest": _NEAREST, "bicubic": _BICUBIC}


def _mirrored(place: Any, n: int, aligned: bool) -> Any:
    """A place along n elements that goes on behind the ends as if mirrors stood there."""
    low, high = (0, n - 1) if aligned else (-0.5, n - 0.5)
    period = 2 * (high - low)
    if not period:
        return place * 0
    return abs(place - low - period * round((place - low) / period)) + low


def place_along(x: Any, n: int, mode: int, padding: int, aligned: bool) -> Any:
    """Where a number from -1 to 1 lies along n elements. Padding: 0 by zeros, 1 by the border, 2 mirrored."""
    found = (x + 1) / 2 * (n - 1) if aligned else ((x + 1) * n - 1) / 2
    if padding == 2:
        found = _mirrored(found, n, aligned)
    if mode == _BICUBIC:
        # A step beyond the border all that a cubic takes is that element.
        return minimum(maximum(found, -1), n) if padding == 1 else found
    return minimum(maximum(found, 0), n - 1) if padding else found


def _elements(n: int, mode: int, padding: int, aligned: bool) -> tuple[Places, Places]:
    """Places that elements are looked for at, two more on each side for cubics, and which one stands there."""
    places = np.arange(n)
    if mode != _BICUBIC or not padding:
        return places, places
    places = np.arange(-2, n + 2)
    if padding == 1:
        return places, np.clip(places, 0, n - 1)
    return places, _mirrored(places.astype(float), n, aligned).astype(np.intp)


def _kernel(place: Any, elements: Places, mode: int) -> Any:
    """How much elements count at places."""
    each = beside(place, elements)
    if mode == _NEAREST:
        return where(eq(round(place), each), beside(place, 1), 0)
    size = abs(place - each)
    if mode == _BILINEAR:
        return relu(1 - size)
    inner = (1.25 * size - 2.25) * size * size + 1
    outer = ((-0.75 * size + 3.75) * size - 6) * size + 3
    return where(size <= 1, inner, where(size < 2, outer, 0))


def by_kernels(x: Any, grid: Any, mode: int, padding: int, aligned: bool) -> Any:
    """Images, of shape (batch, channels, lengths ...), at places, of shape (batch, positions ..., axes), x first.

    Mode: 0 by lines, 1 the nearest, 2 by cubics.
    """
    batch, channels, *lengths = x.shape
    positions = grid.shape[1:-1]
    places = reshape(grid, (batch, -1, len(lengths)))
    found = x
    for k, n in enumerate(reversed(lengths)):
        place = place_along(places[..., k], n, mode, padding, aligned)
        at, elements = _elements(n, mode, padding, aligned)
        weights = _kernel(reshape(place, (batch, 1, -1)), at[:, None], mode)
        # The last axis of elements is summed, that of positions stays behind it.
        seen = found if len(at) == n else take(found, elements, len(lengths) - k + 1)
        if k == 0:
            rows = matmul(reshape(seen, (batch, -1, len(at))), weights)
            found = reshape(rows, (batch, channels, *lengths[:-1], places.shape[1]))
        else:
            weights = reshape(weights, (batch, *(1,) * (len(lengths) - k), len(at), places.shape[1]))
            found = sum(seen * weights, axis=seen.ndim - 2)
    return reshape(found, (batch, channels, *positions))


def _sampled_by_torch(torch: Any, x: Any, grid: Any, *arguments: Any, **options: Any) -> Any:
    given = dict(zip(("padding_mode", "align_corners"), arguments, strict=False))
    given = {"align_corners": False} | given | options
    return torch.nn.functional.grid_sample(*as_tensors(torch, (x, grid)), **given)


@composite(
    torch=_sampled_by_torch,
    order=("x", "grid", "mode", "padding_mode", "align_corners"),
    in_order=lambda given, _: len(given) > 2 and given[2] in _MODES,
)
def grid_sample(
    x: Any, grid: Any, padding_mode: str = "zeros", align_corners: bool = False, *, mode: str = "bilinear"
) -> Any:
    """Images (batch, channels, lengths ...) between their elements, at places from -1 to 1, as torch has it."""
    axes = len(x.shape) - 2
    if axes not in (2, 3) or len(grid.shape) != axes + 2 or grid.shape[-1] != axes or grid.shape[0] != x.shape[0]:
        raise CaseError(
            f"grid_sample: x has shape {tuple(x.shape)}, grid {tuple(grid.shape)}: x must be (batch, channels, "
            "two or three lengths), grid (batch, positions ..., a place along each of them)"
        )
    if padding_mode not in _PADDINGS:
        raise CaseError(f"grid_sample: unknown padding_mode {padding_mode!r}: choose from {', '.join(_PADDINGS)}")
    known = [name for name in _MODES if axes == 2 or name != "bicubic"]
    if mode not in known:
        raise CaseError(f"grid_sample: unknown mode {mode!r} over {axes} axes: choose from {', '.join(known)}")
    return by_kernels(x, grid, _MODES[mode], _PADDINGS[padding_mode], align_corners)


@composite(
    torch=lambda torch, theta, size, align_corners=False: torch.nn.functional.affine_grid(
        theta, list(size), align_corners=align_corners
    )
)
def affine_grid(theta: Any, size: Sequence[int], align_corners: bool = False) -> Any:
    """Where an affine map, (batch, axes, axes + 1), takes the elements of images of this size, for `grid_sample`."""
    batch, _, *lengths = size
    axes = len(lengths)
    if axes not in (2, 3) or tuple(theta.shape) != (batch, axes, axes + 1):
        raise CaseError(
            f"affine_grid: theta has shape {tuple(theta.shape)}, size is {tuple(size)}: size must be (batch, channels, "
            "two or three lengths), theta (batch, axes, axes + 1)"
        )
    columns = [reshape(theta[:, :, k], (batch, *(1,) * axes, axes)) for k in range(axes + 1)]
    found = columns[-1]
    for k, n in enumerate(reversed(lengths)):
        ends = max(n - 1, 1) if align_corners else n
        places = [Fraction(2 * j + 1 - n, ends) for j in range(n)]
        found = found + columns[k] * reshape(constants_like(theta, places), (n, *(1,) * (k + 1)))
    return found
