"""Convolutions under PyTorch's names and conventions: the patches under the kernel, times the kernel as a matrix."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import Composite, composite
from diffcheck.ops.on_arrays.common import matmul, permute, reshape
from diffcheck.ops.on_arrays.padding import pad
from diffcheck.ops.on_arrays.statistics import flip

Lengths = int | Sequence[int]


def _row(axes: int) -> Composite:
    name = f"conv{axes}d"

    def torch_side(torch: Any, x: Any, w: Any, bias: Any = None, *rest: Any, **options: Any) -> Any:
        return getattr(torch.nn.functional, name)(x, w, bias, *rest, **options)

    def convolution(
        x: Any,
        w: Any,
        bias: Any = None,
        stride: Lengths = 1,
        padding: Lengths | str = 0,
        dilation: Lengths = 1,
        groups: int = 1,
    ) -> Any:
        many = x if x.ndim == axes + 2 else reshape(x, (1, *x.shape))
        _demand(name, axes, x.shape, w.shape, groups)
        kernel, step = w.shape[2:], each(dilation, axes)
        around = _around(name, padding, kernel, step, each(stride, axes))
        padded = pad(many, [(0, 0), (0, 0), *around]) if np.any(around) else many
        found = _product(name, padded, w, each(stride, axes), step, groups)
        if bias is not None:
            found = found + reshape(bias, (-1, *(1,) * axes))
        return found if x.ndim == axes + 2 else found[0]

    convolution.__name__ = name
    convolution.__doc__ = f"Convolution over {axes} axes, as torch has it: of x (batch, channels, ...) with w."
    return composite(torch=torch_side)(convolution)


def _demand(name: str, axes: int, x: Sequence[int], w: Sequence[int], groups: int) -> None:
    """The shapes fit together."""
    fits = len(x) in (axes + 1, axes + 2) and len(w) == axes + 2
    if not fits or x[-axes - 1] != w[1] * groups or w[0] % groups:
        raise CaseError(
            f"{name}: x has shape {tuple(x)}, w {tuple(w)}, with {groups} group(s): x must be "
            f"([batch,] channels, {axes} lengths), w (a multiple of the groups, channels / groups, {axes} lengths)"
        )


def each(lengths: Lengths, axes: int) -> tuple[int, ...]:
    """One number for each axis; one alone is that of all."""
    found = (lengths,) if isinstance(lengths, int) else tuple(lengths)
    return found * axes if len(found) == 1 else found


def at_least(least: int, name: str, axes: int, **options: Lengths) -> list[tuple[int, ...]]:
    """Options of an operation, one number for each axis, none of them below the least."""
    found = {option: each(given, axes) for option, given in options.items()}
    for option, lengths in found.items():
        if len(lengths) != axes or min(lengths) < least:
            raise CaseError(
                f"{name}: {option}={options[option]}: it must be one whole number or {axes}, {least} at least"
            )
    return list(found.values())


def _around(
    name: str, padding: Lengths | str, kernel: Sequence[int], step: Sequence[int], stride: Sequence[int]
) -> list[tuple[int, int]]:
    """How many zeros stand before and behind along each axis."""
    if padding == "valid":
        return [(0, 0)] * len(kernel)
    if isinstance(padding, str):
        if padding != "same" or set(stride) != {1}:
            raise CaseError(f"{name}: padding {padding!r} with stride {tuple(stride)}: use numbers")
        reach = [d * (k - 1) for d, k in zip(step, kernel, strict=True)]
        return [(r // 2, r - r // 2) for r in reach]
    return [(p, p) for p in each(padding, len(kernel))]


def windows(
    name: str, shape: Sequence[int], kernel: Sequence[int], stride: Sequence[int], step: Sequence[int]
) -> "np.ndarray[Any, np.dtype[np.intp]]":
    """The places of what lies under a kernel; shape (batch, channels, positions ..., kernel ...)."""
    reach = [d * (k - 1) + 1 for d, k in zip(step, kernel, strict=True)]
    if any(r > n for r, n in zip(reach, shape[2:], strict=True)):
        raise CaseError(f"{name}: a kernel that reaches over {tuple(reach)} does not fit into {tuple(shape[2:])}")
    places = np.arange(int(np.prod(shape, dtype=int))).reshape(shape)
    axes = tuple(range(2, len(shape)))
    seen = np.lib.stride_tricks.sliding_window_view(places, reach, axes)
    every = (slice(None), slice(None), *(slice(None, None, s) for s in stride), *(slice(None, None, d) for d in step))
    found: np.ndarray[Any, np.dtype[np.intp]] = seen[every]
    return found


def _product(name: str, x: Any, w: Any, stride: Sequence[int], step: Sequence[int], groups: int) -> Any:
    """For each group its kernels, a row each, times what lies under them, a column for each position."""
    places = windows(name, x.shape, w.shape[2:], stride, step)
    axes = len(stride)
    (batch, channels), positions = places.shape[:2], places.shape[2 : 2 + axes]
    split = places.reshape(batch, groups, channels // groups, *places.shape[2:])
    order = (1, 2, *range(3 + axes, 3 + 2 * axes), 0, *range(3, 3 + axes))
    columns = split.transpose(order).reshape(groups, -1, batch * int(np.prod(positions, dtype=int)))
    rows = reshape(w, (groups, w.shape[0] // groups, -1))
    patches = reshape(x, -1)[columns]
    # Without groups the plain product of two matrices.
    found = matmul(rows, patches) if groups > 1 else matmul(rows[0], patches[0])
    apart = reshape(found, (w.shape[0], batch, *positions))
    return permute(apart, (1, 0, *range(2, 2 + axes)))


conv1d = _row(1)
conv2d = _row(2)
conv3d = _row(3)


@composite(torch=lambda torch, x, w, bias, pad=0: torch.conv_tbc(x, w, bias, pad))
def conv_tbc(x: Any, w: Any, bias: Any, pad: int = 0) -> Any:
    """Convolution along the first axis: of x (lengths, batch, channels) with w (kernel, channels, new channels)."""
    if len(x.shape) != 3 or len(w.shape) != 3:
        raise CaseError(f"conv_tbc: shapes {tuple(x.shape)} and {tuple(w.shape)}: both need three axes")
    return permute(conv1d(permute(x, (1, 2, 0)), permute(w, (2, 1, 0)), bias, padding=pad), (2, 0, 1))


def _convolved(x: Any, y: Any, mode: str = "full") -> Any:
    longer, shorter = (x, y) if x.shape[0] >= y.shape[0] else (y, x)
    n, m = longer.shape[0], shorter.shape[0]
    before = {"full": m - 1, "same": m // 2, "valid": 0}
    if mode not in before:
        raise CaseError(f"convolve: mode={mode!r}: it must be one of {', '.join(before)}")
    behind = {"full": m - 1, "same": m - 1 - m // 2, "valid": 0}[mode]
    widened = pad(reshape(longer, (1, 1, n)), [(0, 0), (0, 0), (before[mode], behind)])
    return reshape(conv1d(widened, reshape(flip(shorter, 0), (1, 1, m))), (-1,))


@composite(torch=lambda torch, x, y, mode="full": _convolved(x, y, mode), numpy=np.convolve)
def convolve(x: Any, y: Any, mode: str = "full") -> Any:
    """NumPy's convolution of two vectors: all sums of products, those in the middle, or those without an end."""
    return _convolved(x, y, mode)
