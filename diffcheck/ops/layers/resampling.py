"""Enlarging and shrinking arrays under PyTorch's names and conventions: each new element is made of a few old ones.

Where a new element lies among the old ones, and how much it takes of each, are fractions: the numbers themselves.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import composite
from diffcheck.ops.exact import constants_like
from diffcheck.ops.layers.adaptive import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from diffcheck.ops.layers.convolution import Lengths, each
from diffcheck.ops.on_arrays.common import permute, reshape, take

# The elements that a new one is made of, each with its weight.
Parts = list[tuple[int, Fraction]]
Kind = Callable[[Fraction, int], Parts]


def nearest(place: Fraction, n: int) -> Parts:
    """The element over whose stretch a place lies."""
    return [(min(math.floor(place), n - 1), Fraction(1))]


def linear(place: Fraction, n: int) -> Parts:
    """Both neighbours, each the more the nearer it is."""
    place = max(place, Fraction(0))
    first = min(math.floor(place), n - 1)
    return [(first, 1 - (place - first)), (min(first + 1, n - 1), place - first)]


# The slope of the cubic convolution that torch interpolates with, and that of the one that it smooths with.
_CUBIC, _SMOOTHING = Fraction(-3, 4), Fraction(-1, 2)


def cubic(place: Fraction, n: int) -> Parts:
    """Two neighbours on each side, by the convolution of Keys (1981); those beyond the ends are the ends."""
    first = math.floor(place)
    return [(min(max(first + tap, 0), n - 1), _keys(abs(place - first - tap), _CUBIC)) for tap in (-1, 0, 1, 2)]


def _keys(size: Fraction, slope: Fraction) -> Fraction:
    if size <= 1:
        return ((slope + 2) * size - (slope + 3)) * size * size + 1
    return ((slope * size - 5 * slope) * size + 8 * slope) * size - 4 * slope if size < 2 else Fraction(0)


def parts(kind: Kind, n: int, m: int, aligned: bool, factor: float | None, shifted: bool) -> list[Parts]:
    """What each of m new elements along an axis is made of, of the n that are there.

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
        return [kind(Fraction(k * (n - 1), m - 1) if m > 1 else Fraction(0), n) for k in range(m)]
    step = Fraction(n, m) if factor is None else 1 / Fraction(factor)
    middle = Fraction(1, 2) if shifted else Fraction(0)
    # The nearest element is that over which the place lies; all others are seen from their own middles.
    back = middle if kind is not nearest else Fraction(0)
    return [kind((k + middle) * step - back, n) for k in range(m)]


def smoothed(kind: Kind, n: int, m: int, aligned: bool, factor: float | None) -> list[Parts]:
    """As `parts`, by a tent or cubic as wide as a new element, so that each of the n is part of some."""
    step = Fraction(n, m) if factor is None else 1 / Fraction(factor)
    if aligned:
        step = Fraction(n - 1, m - 1) if m > 1 else Fraction(0)
    reach, wide = 1 if kind is linear else 2, max(step, Fraction(1))
    found = []
    for k in range(m):
        middle = (k + Fraction(1, 2)) * step
        first = max(math.floor(middle - reach * wide + Fraction(1, 2)), 0)
        places = range(first, min(math.floor(middle + reach * wide + Fraction(1, 2)), n))
        sizes = [abs(place + Fraction(1, 2) - middle) / wide for place in places]
        weights = [max(1 - size, Fraction(0)) if kind is linear else _keys(size, _SMOOTHING) for size in sizes]
        found.append([(place, weight / sum(weights)) for place, weight in zip(places, weights, strict=True)])
    longest = max(map(len, found))
    return [one + [(0, Fraction(0))] * (longest - len(one)) for one in found]


class _Mode(NamedTuple):
    """How elements are made, over which numbers of axes, whether corners may be aligned, and aliases be smoothed."""

    kind: Kind
    axes: tuple[int, ...]
    shifted: bool = True
    aligns: bool = True
    smooths: bool = False


_MODES = {
    "nearest": _Mode(nearest, (1, 2, 3), shifted=False, aligns=False),
    "nearest-exact": _Mode(nearest, (1, 2, 3), aligns=False),
    "linear": _Mode(linear, (1,)),
    "bilinear": _Mode(linear, (2,), smooths=True),
    "trilinear": _Mode(linear, (3,)),
    "bicubic": _Mode(cubic, (2,), smooths=True),
    # Of means, which `adaptive` takes.
    "area": _Mode(nearest, (1, 2, 3), aligns=False),
}
_MEANS = (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)


def _torch_side(torch: Any, x: Any, *arguments: Any, **options: Any) -> Any:
    return torch.nn.functional.interpolate(x, *arguments, **options)


@composite(torch=_torch_side)
def interpolate(
    x: Any,
    size: Lengths | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    *,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Any:
    """Arrays (batch, channels, lengths ...) with other lengths, by the nearest elements, lines, cubics, or means."""
    lengths = tuple(x.shape[2:])
    found = _MODES.get(mode)
    if found is None or len(lengths) not in found.axes:
        raise CaseError(
            f"interpolate: mode {mode!r} for x of shape {tuple(x.shape)}, which is (batch, channels, lengths ...): "
            f"choose from {', '.join(name for name, m in _MODES.items() if len(lengths) in m.axes)}"
        )
    if align_corners is not None and not found.aligns:
        raise CaseError(f"interpolate: align_corners says nothing about mode {mode!r}: leave it out")
    if antialias and not found.smooths:
        raise CaseError(f"interpolate: antialias says nothing about mode {mode!r}: leave it out")
    if (size is None) == (scale_factor is None):
        raise CaseError("interpolate: give either size or scale_factor")
    factors = _factors(scale_factor, len(lengths))
    sizes = _sizes(size, lengths, factors)
    if mode == "area":
        return _MEANS[len(lengths) - 1](x, sizes)
    for k, (n, m) in enumerate(zip(lengths, sizes, strict=True)):
        factor = None if recompute_scale_factor else factors[k]
        if antialias:
            made = smoothed(found.kind, n, m, bool(align_corners), factor)
        else:
            made = parts(found.kind, n, m, bool(align_corners), factor, found.shifted)
        x = _made(x, k - len(lengths), made)
    return x


def _factors(given: float | Sequence[float] | None, axes: int) -> Sequence[float | None]:
    if given is None or isinstance(given, (int, float)):
        return [given] * axes
    return list(given)


def _sizes(size: Lengths | None, lengths: Sequence[int], factors: Sequence[float | None]) -> Sequence[int]:
    if size is not None:
        return each(size, len(lengths))
    return [math.floor(n * factor) for n, factor in zip(lengths, factors, strict=True) if factor is not None]


def _made(x: Any, axis: int, made: Sequence[Parts]) -> Any:
    """New elements along an axis, counted from the end: the sum over their parts, which are as many for each."""
    terms = []
    for one in zip(*made, strict=True):
        weights = [weight for _, weight in one]
        if any(weights):
            there = take(x, np.array([place for place, _ in one]), axis)
            beside = (-1, *itertools.repeat(1, -axis - 1))
            terms.append(there if set(weights) == {1} else there * reshape(_weights(x, weights), beside))
    found = terms[0]
    for term in terms[1:]:
        found = found + term
    return found


def _weights(x: Any, weights: Sequence[Fraction]) -> Any:
    """Weights for each new element, of which there are few different ones."""
    places = {weight: k for k, weight in enumerate(dict.fromkeys(weights))}
    return constants_like(x, list(places))[np.array([places[weight] for weight in weights])]


@composite(torch=lambda torch, x, upscale_factor: torch.nn.functional.pixel_shuffle(x, upscale_factor))
def pixel_shuffle(x: Any, upscale_factor: int) -> Any:
    """Arrays (..., channels r^2, height, width) as (..., channels, height r, width r): r x r channels side by side."""
    r, name = upscale_factor, "pixel_shuffle"
    *before, channels, height, width = _image(name, x.shape, r)
    if channels % r**2:
        raise CaseError(f"{name}: {channels} channels are no multiple of the square of upscale_factor {r}")
    parted = reshape(x, (-1, channels // r**2, r, r, height, width))
    return reshape(permute(parted, (0, 1, 4, 2, 5, 3)), (*before, channels // r**2, height * r, width * r))


@composite(torch=lambda torch, x, downscale_factor: torch.nn.functional.pixel_unshuffle(x, downscale_factor))
def pixel_unshuffle(x: Any, downscale_factor: int) -> Any:
    """Arrays (..., channels, height r, width r) as (..., channels r^2, height, width), which pixel_shuffle undoes."""
    r, name = downscale_factor, "pixel_unshuffle"
    *before, channels, height, width = _image(name, x.shape, r)
    if height % r or width % r:
        raise CaseError(f"{name}: height {height} and width {width} must be multiples of downscale_factor {r}")
    parted = reshape(x, (-1, channels, height // r, r, width // r, r))
    return reshape(permute(parted, (0, 1, 3, 5, 2, 4)), (*before, channels * r**2, height // r, width // r))


@composite(torch=lambda torch, x, groups: torch.nn.functional.channel_shuffle(x, groups))
def channel_shuffle(x: Any, groups: int) -> Any:
    """Channels, axis 1, the first of all groups before the second of all, and so on."""
    if len(x.shape) < 3 or groups < 1 or x.shape[1] % groups:
        raise CaseError(
            f"channel_shuffle: x has shape {tuple(x.shape)}, groups={groups}: x must be (batch, channels, lengths "
            "...), with a multiple of the groups as channels"
        )
    batch, channels, *lengths = x.shape
    parted = reshape(x, (batch, groups, channels // groups, *lengths))
    return reshape(permute(parted, (0, 2, 1, *range(3, len(parted.shape)))), x.shape)


def _image(name: str, shape: Sequence[int], factor: int) -> Sequence[int]:
    if len(shape) < 3 or factor < 1:
        raise CaseError(
            f"{name}: x has shape {tuple(shape)}, the factor is {factor}: x must be (..., channels, height, width), "
            "the factor a positive whole number"
        )
    return shape


def _bilinear_torch(torch: Any, x: Any, size: Any = None, scale_factor: Any = None) -> Any:
    options = {"size": size, "scale_factor": scale_factor, "mode": "bilinear", "align_corners": True}
    return torch.nn.functional.interpolate(x, **options)


@composite(torch=_bilinear_torch)
def upsample_bilinear(x: Any, size: Any = None, scale_factor: Any = None) -> Any:
    """Enlarged by straight lines over two axes, corner on corner."""
    return interpolate(x, size, scale_factor, mode="bilinear", align_corners=True)
