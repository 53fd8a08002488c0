"""Moments, order statistics, running products and norms of arrays, and products of their elements pair by pair."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import composite
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.pieces import abs, clip
from diffcheck.ops.matrices.linalg import diagonal, inverse
from diffcheck.ops.on_arrays.common import concatenate, kept, sort, stack


@composite(
    torch=lambda torch, x, axis=None, correction=1, keepdim=False: torch.var(
        x, dim=axis, correction=correction, keepdim=keepdim
    ),
    numpy=lambda x, axis=None, correction=1, keepdim=False: np.var(x, axis, ddof=correction, keepdims=keepdim),
)
def var(x: Any, axis: int | None = None, correction: int = 1, keepdim: bool = False) -> Any:
    """The sum of the squared distances from the mean, of all or along an axis, over their number less a correction."""
    rows = x.reshape((1, -1)) if axis is None else x.swapaxes(axis, -1)
    count = rows.shape[-1]
    if count <= correction:
        raise CaseError(f"var: {count} elements and correction={correction}: nothing is left to divide by")
    centred = rows - (rows.sum(-1) / count).reshape((*rows.shape[:-1], 1))
    found = (centred * centred).sum(-1) / (count - correction)
    return kept(found[0] if axis is None else _axis_back(found, x, axis), x, axis, keepdim)


@composite(
    torch=lambda torch, x, axis=None, correction=1, keepdim=False: torch.std(
        x, dim=axis, correction=correction, keepdim=keepdim
    ),
    numpy=lambda x, axis=None, correction=1, keepdim=False: np.std(x, axis, ddof=correction, keepdims=keepdim),
)
def std(x: Any, axis: int | None = None, correction: int = 1, keepdim: bool = False) -> Any:
    """The root of `var`."""
    return sqrt(var(x, axis, correction, keepdim))


@composite(
    torch=lambda torch, x, correction=1: torch.cov(x, correction=correction),
    numpy=lambda x, correction=1: np.cov(x, ddof=correction),
)
def cov(x: Any, correction: int = 1) -> Any:
    """The covariances of variables, which are rows: their products about the means over their number less a correction.

    Of one variable, a vector, it is the variance.
    """
    rows, count = x.reshape((-1, x.shape[-1])), x.shape[-1]
    if x.ndim > 2 or count <= correction:
        raise CaseError(f"cov: shape {tuple(x.shape)}, correction={correction}: it takes rows of more elements")
    centred = rows - (rows.sum(-1) / count).reshape((-1, 1))
    found = centred @ centred.swapaxes(0, 1) / (count - correction)
    return found if x.ndim == 2 else found[0, 0]


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


@composite(torch=lambda torch, x, axis=-1: torch.cumprod(x, dim=axis), numpy=lambda x, axis=-1: np.cumprod(x, axis))
def cumprod(x: Any, axis: int = -1) -> Any:
    """The products of all elements up to each along an axis."""
    rows = x.swapaxes(axis, -1)
    found = [rows[..., 0]]
    for k in range(1, rows.shape[-1]):
        found.append(found[-1] * rows[..., k])
    return stack(found, -1).swapaxes(axis, -1)


@composite(
    torch=lambda torch, x, q, axis=-1: torch.quantile(x, q, dim=axis),
    numpy=lambda x, q, axis=-1: np.quantile(x, q, axis),
)
def quantile(x: Any, q: float, axis: int = -1) -> Any:
    """What a part q of the elements along an axis lies below, between two of them on the line that joins them."""
    if not 0 <= q <= 1:
        raise CaseError(f"quantile: q={q}: it must lie between 0 and 1")
    rows = sort(x, axis).swapaxes(axis, -1)
    place = q * (rows.shape[-1] - 1)
    low = math.floor(place)
    high = min(low + 1, rows.shape[-1] - 1)
    found = rows[..., low] + (place - low) * (rows[..., high] - rows[..., low])
    return _axis_back(found, x, axis)


@composite(
    torch=lambda torch, x, p: torch.linalg.vector_norm(x, p),
    numpy=lambda x, p: np.linalg.norm(np.ravel(x), p),
)
def vector_norm(x: Any, p: float) -> Any:
    """The p-th root of the sum of all |x|^p."""
    if p <= 0 or p - p != 0:
        raise CaseError(f"vector_norm: p={p}: it must be a positive number; amax(abs(x)) is that of infinity")
    return (abs(x) ** p).sum() ** (1 / p)


@composite(torch="torch.outer", numpy="numpy.outer")
def outer(x: Any, y: Any) -> Any:
    """The products of every element of one vector with every one of another."""
    return x.reshape((-1, 1)) * y.reshape((1, -1))


@composite(torch="torch.kron", numpy="numpy.kron")
def kron(x: Any, y: Any) -> Any:
    """The Kronecker product of two matrices: each element of the first one times the whole second one."""
    (a, b), (c, d) = x.shape, y.shape
    return (x.reshape((a, 1, b, 1)) * y.reshape((1, c, 1, d))).reshape((a * c, b * d))


@composite(torch=lambda torch, x, axis=-1: torch.diff(x, dim=axis), numpy=lambda x, axis=-1: np.diff(x, axis=axis))
def diff(x: Any, axis: int = -1) -> Any:
    """Each element along an axis less the one before it."""
    rows = x.swapaxes(axis, -1)
    return (rows[..., 1:] - rows[..., :-1]).swapaxes(axis, -1)


def _each(axis: int | Sequence[int]) -> tuple[int, ...]:
    return (axis,) if isinstance(axis, int) else tuple(axis)


@composite(torch=lambda torch, x, axis: torch.flip(x, _each(axis)), numpy=lambda x, axis: np.flip(x, axis))
def flip(x: Any, axis: int | Sequence[int]) -> Any:
    """The elements along an axis or several from the last to the first."""
    for a in _each(axis):
        x = x.swapaxes(a, -1)[..., ::-1].swapaxes(a, -1)
    return x


@composite(
    torch=lambda torch, x, shift, axis: torch.roll(x, shift, axis), numpy=lambda x, shift, axis: np.roll(x, shift, axis)
)
def roll(x: Any, shift: int | Sequence[int], axis: int | Sequence[int]) -> Any:
    """The elements moved on by so many places along axes; what leaves at the end comes in at the start."""
    for n, a in zip(_each(shift), _each(axis), strict=True):
        count = x.shape[a]
        x = x.swapaxes(a, -1)[..., [(k - n) % count for k in range(count)]].swapaxes(a, -1)
    return x


@composite(torch=lambda torch, x, n: torch.linalg.matrix_power(x, n), numpy=lambda x, n: np.linalg.matrix_power(x, n))
def matrix_power(x: Any, n: int) -> Any:
    """A square matrix times itself, n factors; of a negative number that of the inverse."""
    if n == 0:
        raise CaseError("matrix_power: n=0 gives the unit matrix, which depends on nothing")
    base = inverse(x) if n < 0 else x
    found = base
    for bit in bin(max(n, -n))[3:]:
        found = found @ found
        found = found @ base if bit == "1" else found
    return found
