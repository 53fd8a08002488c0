"""Moments, order statistics, running products and norms of arrays, and products of their elements pair by pair."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import as_tensors
from diffcheck.ops.composites import composite
from diffcheck.ops.functions.basic import add, sqrt
from diffcheck.ops.functions.pieces import clip
from diffcheck.ops.matrices.linalg import diagonal, inverse
from diffcheck.ops.on_arrays.common import Axes, axes_of, concatenate, kept, mean, reshape, sort, stack, transpose


def _unbiased_second(arguments: tuple[Any, ...], _: dict[str, Any]) -> bool:
    """Whether the old option of torch stands alone behind the array."""
    return len(arguments) == 2 and isinstance(arguments[1], bool)


@composite(
    torch=lambda torch, x, axis=None, correction=1, keepdim=False: torch.var(
        x, dim=axis, correction=correction, keepdim=keepdim
    ),
    numpy=lambda x, axis=None, correction=1, keepdim=False: np.var(x, axis, ddof=correction, keepdims=keepdim),
    order=("x", "correction"),
    in_order=_unbiased_second,
)
def var(x: Any, axis: Axes = None, correction: float = 1, keepdim: bool = False) -> Any:
    """The squared distances from the mean, of all or along an axis or several, over their number less a correction."""
    count = math.prod(x.shape[a] for a in axes_of(x, axis))
    if count <= correction:
        raise CaseError(f"var: {count} elements and correction={correction}: nothing is left to divide by")
    centred = x - mean(x, axis, True)
    return kept((centred * centred).sum(axis) / (count - correction), x, axis, keepdim)


@composite(
    torch=lambda torch, x, axis=None, correction=1, keepdim=False: torch.std(
        x, dim=axis, correction=correction, keepdim=keepdim
    ),
    numpy=lambda x, axis=None, correction=1, keepdim=False: np.std(x, axis, ddof=correction, keepdims=keepdim),
    order=("x", "correction"),
    in_order=_unbiased_second,
)
def std(x: Any, axis: Axes = None, correction: float = 1, keepdim: bool = False) -> Any:
    """The root of `var`."""
    return sqrt(var(x, axis, correction, keepdim))


@composite(
    torch=lambda torch, x, correction=1, rowvar=True: torch.cov(_in_rows(x, rowvar), correction=correction),
    numpy=lambda x, correction=1, rowvar=True: np.cov(x, ddof=correction, rowvar=rowvar),
)
def cov(x: Any, correction: int = 1, rowvar: bool = True) -> Any:
    """The covariances of variables, which are rows: their products about the means over their number less a correction.

    Of one variable, a vector, it is the variance. As NumPy has it, variables may be columns.
    """
    x = _in_rows(x, rowvar)
    rows, count = x.reshape((-1, x.shape[-1])), x.shape[-1]
    if x.ndim > 2 or count <= correction:
        raise CaseError(f"cov: shape {tuple(x.shape)}, correction={correction}: it takes rows of more elements")
    centred = rows - (rows.sum(-1) / count).reshape((-1, 1))
    found = centred @ centred.swapaxes(0, 1) / (count - correction)
    return found if x.ndim == 2 else found[0, 0]


def _in_rows(x: Any, rowvar: bool) -> Any:
    return x if rowvar else transpose(x)


@composite(torch="torch.corrcoef", numpy="numpy.corrcoef")
def corrcoef(x: Any) -> Any:
    """The correlations of variables, which are rows: their covariances over both standard deviations.

    As libraries do, what rounding makes larger than one is cut off, but on the diagonal, where it is one.
    """
    if x.ndim != 2:
        raise CaseError(f"corrcoef: an array of shape {tuple(x.shape)} holds no rows")
    found = cov(x)
    deviations = sqrt(diagonal(found))
    whole = (found / deviations.reshape((-1, 1)) / deviations.reshape((1, -1))).reshape((-1,))
    beside = np.flatnonzero(1 - np.eye(len(x)))
    return concatenate([whole[:: len(x) + 1], clip(whole[beside], -1, 1)])[_places(len(x))]


def _places(n: int) -> Any:
    """Where the elements of a matrix stand whose diagonal comes first, then the others row by row."""
    found = np.empty((n, n), int)
    found[np.eye(n, dtype=bool)] = range(n)
    found[~np.eye(n, dtype=bool)] = range(n, n * n)
    return found


def _axis_back(found: Any, x: Any, axis: int) -> Any:
    """What was made along the last axis after another one was swapped there: the axes in their order."""
    kept = x.ndim - 1
    axis = range(x.ndim)[axis]
    if axis >= kept - 1:
        return found
    # The last axis stands where the other one was.
    order = [*range(axis), *range(axis + 1, kept), axis]
    return found.permute(order) if hasattr(found, "permute") else np.transpose(found, order)


@composite(
    torch=lambda torch, x, axis=None: torch.cumprod(x.ravel() if axis is None else x, dim=axis or 0),
    numpy=lambda x, axis=None: np.cumprod(x, axis),
)
def cumprod(x: Any, axis: int | None = None) -> Any:
    """The products of all elements up to each along an axis; without one of all in row-major order."""
    x, axis = (x.reshape((-1,)), 0) if axis is None else (x, axis)
    rows = x.swapaxes(axis, -1)
    found = [rows[..., 0]]
    for k in range(1, rows.shape[-1]):
        found.append(found[-1] * rows[..., k])
    return stack(found, -1).swapaxes(axis, -1)


# Which place between two elements stands for one that is no whole number.
_BETWEEN: dict[str, Callable[[float], float]] = {
    "linear": lambda place: place,
    "lower": math.floor,
    "higher": math.ceil,
    "nearest": round,
    "midpoint": lambda place: (math.floor(place) + math.ceil(place)) / 2,
}


def _quantile_torch(torch: Any, x: Any, q: Any, *given: Any, interpolation: str = "linear") -> Any:
    parts = q if isinstance(q, (int, float)) else torch.as_tensor(q, dtype=x.dtype, device=x.device)
    return torch.quantile(x, parts, *given, interpolation=interpolation)


@composite(
    torch=lambda torch, x, q, axis=None, keepdim=False, *, interpolation="linear": _quantile_torch(
        torch, x, q, axis, keepdim, interpolation=interpolation
    ),
    numpy=lambda x, q, axis=None, keepdim=False, *, interpolation="linear": np.quantile(
        x, q, axis, method=interpolation, keepdims=keepdim
    ),
)
def quantile(x: Any, q: Any, axis: int | None = None, keepdim: bool = False, *, interpolation: str = "linear") -> Any:
    """What a part q of all elements, or of those along an axis, lies below.

    Between two elements on the line that joins them, or by `interpolation` the lower, the higher, the nearest one, or
    the midpoint. For several q along a new axis, the first one.
    """
    if np.ndim(q):
        return stack([quantile(x, part, axis, keepdim, interpolation=interpolation) for part in q])
    if interpolation not in _BETWEEN:
        raise CaseError(f"quantile: interpolation={interpolation!r}: it must be one of {', '.join(_BETWEEN)}")
    if not 0 <= q <= 1:
        raise CaseError(f"quantile: q={q}: it must lie between 0 and 1")
    rows = sort(reshape(x, (-1,)) if axis is None else x, -1 if axis is None else axis)
    rows = rows.swapaxes(-1 if axis is None else axis, -1)
    place = _BETWEEN[interpolation](q * (rows.shape[-1] - 1))
    low = math.floor(place)
    high = min(low + 1, rows.shape[-1] - 1)
    found = rows[..., low]
    if place > low:
        found = found + (place - low) * (rows[..., high] - found)
    return kept(found if axis is None else _axis_back(found, x, axis), x, axis, keepdim)


@composite(torch=lambda torch, x, y: torch.outer(x.ravel(), y.ravel()), numpy="numpy.outer")
def outer(x: Any, y: Any) -> Any:
    """The products of every element of one vector with every one of another."""
    return x.reshape((-1, 1)) * y.reshape((1, -1))


@composite(torch="torch.kron", numpy="numpy.kron")
def kron(x: Any, y: Any) -> Any:
    """The Kronecker product of two matrices, or other arrays: each element of the first one times the whole second."""
    axes = max(len(x.shape), len(y.shape))
    m, n = ((1,) * (axes - len(array.shape)) + tuple(array.shape) for array in (x, y))
    first, second = (a for n_of in m for a in (n_of, 1)), (a for n_of in n for a in (1, n_of))
    return (x.reshape(tuple(first)) * y.reshape(tuple(second))).reshape(tuple(a * b for a, b in zip(m, n, strict=True)))


def _whole_end(x: Any, axis: int, end: Any) -> Any:
    """What stands at an end of rows; a number is one element of each."""
    if end is None or len(end.shape if hasattr(end, "shape") else np.shape(end)):
        return end
    return add(end, np.zeros([1 if a == range(x.ndim)[axis] else n for a, n in enumerate(x.shape)]))


def _diff_torch(torch: Any, x: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    ends = (_whole_end(x, axis, end) for end in (prepend, append))
    return torch.diff(x, n, axis, *(end if end is None else as_tensors(torch, (x, end))[1] for end in ends))


def _diff_numpy(x: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    ends = {"prepend": prepend, "append": append}
    return np.diff(x, n, axis, **{name: end for name, end in ends.items() if end is not None})


@composite(torch=_diff_torch, numpy=_diff_numpy)
def diff(x: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Each element along an axis less the one before it, n times over; with something before them, or behind."""
    if not x.ndim:
        raise CaseError("diff: x is one number: it takes the differences of the elements of an array")
    if n < 0:
        raise CaseError(f"diff: n={n}: it must be zero or a positive number")
    if n == 0:
        return x
    parts = [part for part in (_whole_end(x, axis, prepend), x, _whole_end(x, axis, append)) if part is not None]
    rows = (concatenate(parts, axis) if len(parts) > 1 else x).swapaxes(axis, -1)
    for _ in range(n):
        rows = rows[..., 1:] - rows[..., :-1]
    return rows.swapaxes(axis, -1)


def _each(axis: int | Sequence[int]) -> tuple[int, ...]:
    return (axis,) if isinstance(axis, int) else tuple(axis)


@composite(
    torch=lambda torch, x, axis=None: torch.flip(x, axes_of(x, axis)), numpy=lambda x, axis=None: np.flip(x, axis)
)
def flip(x: Any, axis: Axes = None) -> Any:
    """The elements along an axis or several, or all of them, from the last to the first."""
    for a in axes_of(x, axis):
        x = x.swapaxes(a, -1)[..., ::-1].swapaxes(a, -1)
    return x


def _alike(shift: int | Sequence[int], axis: int | Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A shift for each axis: one is that of all, as NumPy has it."""
    shifts, axes = _each(shift), _each(axis)
    shifts = shifts * len(axes) if len(shifts) == 1 else shifts
    if len(shifts) != len(axes):
        raise CaseError(f"roll: shifts {shifts} for the axes {axes}: give one for each")
    return shifts, axes


@composite(
    torch=lambda torch, x, shift, axis=None: (
        torch.roll(x, sum(_each(shift))) if axis is None else torch.roll(x, *_alike(shift, axis))
    ),
    numpy=lambda x, shift, axis=None: (
        np.roll(x, sum(_each(shift))) if axis is None else np.roll(x, *_alike(shift, axis))
    ),
)
def roll(x: Any, shift: int | Sequence[int], axis: int | Sequence[int] | None = None) -> Any:
    """The elements moved on by so many places, all or along axes; what leaves at the end comes in at the start."""
    if axis is None:
        return roll(x.reshape((-1,)), sum(_each(shift)), 0).reshape(x.shape)
    for n, a in zip(*_alike(shift, axis), strict=True):
        count = x.shape[a]
        x = x.swapaxes(a, -1)[..., [(k - n) % count for k in range(count)]].swapaxes(a, -1)
    return x


@composite(torch=lambda torch, x, n: torch.linalg.matrix_power(x, n), numpy=lambda x, n: np.linalg.matrix_power(x, n))
def matrix_power(x: Any, n: int) -> Any:
    """A square matrix times itself, n factors; of a negative number that of the inverse."""
    if n == 0:
        return x.lift(np.broadcast_to(np.eye(x.shape[-1]), x.shape))
    base = inverse(x) if n < 0 else x
    found = base
    for bit in bin(max(n, -n))[3:]:
        found = found @ found
        found = found @ base if bit == "1" else found
    return found
