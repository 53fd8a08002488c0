"""Arrays with more around them: zeros or another value, or their own elements once more."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import composite
from diffcheck.ops.on_arrays.common import take

Widths = Sequence[tuple[int, int]]
Given = int | Sequence[int] | Sequence[Sequence[int]]

# Which of n elements stands at places before the first one and behind the last one.
_MODES = {
    "reflect": lambda places, n: n - 1 - np.abs(n - 1 - np.abs(places)),
    "replicate": lambda places, n: np.clip(places, 0, n - 1),
    "circular": lambda places, n: places % n,
    "symmetric": lambda places, n: np.where(places < 0, -1 - places, np.where(places < n, places, 2 * n - 1 - places)),
}
# Those that only NumPy has, and what they are here.
_NUMPYS = {"edge": "replicate", "wrap": "circular", "symmetric": "symmetric"}


def _pairs(x: Any, widths: Given) -> Widths:
    """For each axis how many before and how many behind; torch's flat form begins with the last axis."""
    if isinstance(widths, int):
        return [(widths, widths)] * len(x.shape)
    flat = [n for n in widths if isinstance(n, int)]
    pairs = list(zip(flat[::2], flat[1::2], strict=False))[::-1]
    if len(flat) % 2:
        raise CaseError(f"pad: widths {list(widths)}: give two for each axis, those of the last axis first")
    if flat:
        pairs = [(0, 0)] * (len(x.shape) - len(pairs)) + pairs
    else:
        pairs = [(before, behind) for before, behind in cast("Widths", widths)]
    if len(pairs) != len(x.shape):
        raise CaseError(f"pad: widths for {len(pairs)} axes of an array of shape {tuple(x.shape)}")
    return pairs


def _meant(x: Any, widths: Given, mode: str, value: float | None, constant_values: Any) -> tuple[Widths, str, Any]:
    """For each axis its widths, the mode and the value; what only NumPy takes is a call of NumPy's."""
    numpys = mode in _NUMPYS or constant_values is not None
    if numpys and len(x.shape) > 1 and not isinstance(widths, int) and any(isinstance(n, int) for n in widths):
        raise CaseError(f"pad: widths {list(widths)} are those of all axes in NumPy: give a pair for each axis")
    if np.ndim(constant_values):
        raise CaseError(f"pad: constant_values={constant_values}: it must be one number")
    return _pairs(x, widths), _NUMPYS.get(mode, mode), value if constant_values is None else constant_values


def _torch_side(
    torch: Any,
    x: Any,
    widths: Given,
    mode: str = "constant",
    value: float | None = 0.0,
    *,
    constant_values: float | None = None,
) -> Any:
    """Torch's own, which of an array's own elements wants one axis or two before those that grow."""
    pairs, mode, value = _meant(x, widths, mode, value, constant_values)
    if mode == "symmetric" or mode not in ("constant", *_MODES):
        return _again(x, pairs, mode)
    function, grown = torch.nn.functional.pad, list(pairs)
    while mode != "constant" and grown and not any(grown[0]):
        del grown[0]
    flat = [n for pair in reversed(grown) for n in pair]
    if mode == "constant":
        return function(x, flat, mode, value)
    before = len(x.shape) - len(grown)
    if before in (1, 2) or not grown:
        return function(x, flat, mode) if grown else x
    found = function(x.reshape((-1, *x.shape[before:])), flat, mode)
    return found.reshape((*x.shape[:before], *found.shape[1:]))


def _numpy_side(
    x: Any,
    widths: Given,
    mode: str = "constant",
    value: float | None = 0.0,
    *,
    constant_values: float | None = None,
) -> Any:
    pairs, mode, value = _meant(x, widths, mode, value, constant_values)
    return np.pad(*_cropped(x, pairs), constant_values=value or 0.0) if mode == "constant" else _again(x, pairs, mode)


@composite(torch=_torch_side, numpy=_numpy_side)
def pad(
    x: Any,
    widths: Given,
    mode: str = "constant",
    value: float | None = 0.0,
    *,
    constant_values: float | None = None,
) -> Any:
    """Zeros around an array, or another value: for each axis how many before and how many behind.

    Or, as torch has it, these numbers in one row, those of the last axis first. Less than none takes elements away. Or
    its own elements: mirrored at both ends ("reflect"), the first and the last again ("replicate"), or those of the
    other end ("circular"). NumPy's "edge", "wrap", "symmetric" and `constant_values` want a pair for each axis.
    """
    pairs, mode, value = _meant(x, widths, mode, value, constant_values)
    if mode != "constant":
        return _again(x, pairs, mode)
    inner, around = _cropped(x, pairs)
    found = inner.pad(around)
    if not value:
        return found
    return found.replaced(np.pad(np.zeros(inner.shape, bool), around, constant_values=True), value)


def _cropped(x: Any, widths: Widths) -> tuple[Any, Widths]:
    """Without the elements that widths below zero take away, and the widths that are left."""
    kept = tuple(slice(max(-a, 0), n - max(-b, 0)) for n, (a, b) in zip(x.shape, widths, strict=True))
    left = [(max(a, 0), max(b, 0)) for a, b in widths]
    return (x if left == list(widths) else x[kept]), left


def _again(x: Any, widths: Widths, mode: str) -> Any:
    if mode not in _MODES:
        raise CaseError(f"pad: unknown mode {mode!r}: choose from constant, {', '.join(_MODES)}")
    if mode != "replicate" and any(min(width) < 0 for width in widths):
        raise CaseError(f"pad: widths {list(widths)} in mode {mode!r}: only zeros, values and ends may take away")
    most = {n: {"reflect": n - 1, "circular": n, "symmetric": n}.get(mode, np.inf if n else 0) for n in x.shape}
    if any(max(width) > most[n] for n, width in zip(x.shape, widths, strict=True)):
        raise CaseError(f"pad: an array of shape {tuple(x.shape)} is too short for widths {list(widths)} by {mode!r}")
    for axis, (n, (before, behind)) in enumerate(zip(x.shape, widths, strict=True)):
        if before or behind:
            x = take(x, _MODES[mode](np.arange(-before, n + behind), n), axis)
    return x
