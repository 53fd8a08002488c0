"""Norms of vectors and matrices, under the names and with the arguments of `torch.linalg` and `numpy.linalg`."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import composite
from diffcheck.ops.exact import reciprocal
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.pieces import abs
from diffcheck.ops.functions.relations import ne, where
from diffcheck.ops.matrices.linalg import inverse
from diffcheck.ops.matrices.spectral import svdvals
from diffcheck.ops.on_arrays.common import Axes, amax, amin, axes_of, behind, kept, permute, sum


def _vector_norm_numpy(x: Any, p: float = 2, axis: Axes = None, keepdim: bool = False) -> Any:
    return kept(np.linalg.norm(behind(np.asarray(x), axis), p, -1), x, axis, keepdim)


@composite(
    torch=lambda torch, x, p=2, axis=None, keepdim=False: torch.linalg.vector_norm(x, p, axis, keepdim),
    numpy=_vector_norm_numpy,
)
def vector_norm(x: Any, p: float = 2, axis: Axes = None, keepdim: bool = False) -> Any:
    """The p-th root of the sum of all |x|^p, of all elements or along an axis or several.

    Of infinity the largest size, of its negative the smallest, of zero the number of elements that are not zero.
    """
    if p != p:
        raise CaseError("vector_norm: p is no number")
    if p == 0:
        return sum(where(ne(x, 0), 1, 0), axis, keepdim)
    if math.isinf(p):
        return (amax if p > 0 else amin)(abs(x), axis, keepdim)
    if p == 1:
        return sum(abs(x), axis, keepdim)
    return sqrt(sum(x * x, axis, keepdim)) if p == 2 else sum(abs(x) ** p, axis, keepdim) ** reciprocal(p)


# By their orders: of matrices along the last two axes.
_OF_MATRICES: dict[Any, Callable[[Any], Any]] = {
    "fro": lambda x: sqrt(sum(x * x, (-2, -1))),
    "nuc": lambda x: sum(svdvals(x), -1),
    2: lambda x: svdvals(x)[..., 0],
    -2: lambda x: svdvals(x)[..., -1],
    1: lambda x: amax(sum(abs(x), -2), -1),
    -1: lambda x: amin(sum(abs(x), -2), -1),
    math.inf: lambda x: amax(sum(abs(x), -1), -1),
    -math.inf: lambda x: amin(sum(abs(x), -1), -1),
}


@composite(
    torch=lambda torch, x, order="fro", axis=(-2, -1), keepdim=False: torch.linalg.matrix_norm(x, order, axis, keepdim),
    numpy=lambda x, order="fro", axis=(-2, -1), keepdim=False: np.linalg.norm(x, order, axis, keepdim),
)
def matrix_norm(x: Any, order: str | float = "fro", axis: Sequence[int] = (-2, -1), keepdim: bool = False) -> Any:
    """The root of the sum of squares, "fro"; the sum of the singular values, "nuc"; the largest of them, 2.

    Of order 1 the largest sum of the sizes in a column, of infinity in a row; of the negative orders the smallest.
    """
    if order not in _OF_MATRICES:
        known = ", ".join(map(repr, _OF_MATRICES))
        raise CaseError(f"matrix_norm: order={order!r}: it must be one of {known}")
    if len(x.shape) < 2 or len(axis) != 2:
        raise CaseError(f"matrix_norm: shape {tuple(x.shape)}, axis={tuple(axis)}: a matrix has two axes")
    rows, columns = axes_of(x, axis)
    others = [a for a in range(x.ndim) if a not in (rows, columns)]
    return kept(_OF_MATRICES[order](permute(x, (*others, rows, columns))), x, axis, keepdim)


def _norm_torch(
    torch: Any, x: Any, p: Any = None, dim: Any = None, keepdim: bool = False, *, ord: Any = None, axis: Any = None
) -> Any:
    if ord is None and axis is None:
        _demand_torchs(x, p, dim)
        return torch.norm(x, "fro" if p is None else p, dim, keepdim)
    return torch.linalg.norm(x, _order(p, ord), _axes(dim, axis), keepdim)


def _norm_numpy(
    x: Any, p: Any = None, dim: Any = None, keepdim: bool = False, *, ord: Any = None, axis: Any = None
) -> Any:
    if ord is None and axis is None:
        return _torchs(x, p, dim, keepdim)
    return np.linalg.norm(x, _order(p, ord), _axes(dim, axis), keepdim)


def _order(p: Any, ord: Any) -> Any:
    if p is not None and ord is not None:
        raise CaseError("norm: give p or ord, not both")
    return p if ord is None else ord


def _axes(dim: Any, axis: Any) -> Any:
    if dim is not None and axis is not None:
        raise CaseError("norm: give dim or axis, not both")
    return dim if axis is None else axis


def _demand_torchs(x: Any, p: Any, dim: Any) -> None:
    if isinstance(p, str) and p not in ("fro", "nuc"):
        raise CaseError(f"norm: p={p!r}: it must be a number, 'fro' or 'nuc'")
    if p == "nuc" and len(axes_of(x, dim)) != 2:
        raise CaseError(f"norm: p='nuc' of an array of shape {tuple(x.shape)}: name two axes by dim=")


def _torchs(x: Any, p: Any, dim: Any, keepdim: bool) -> Any:
    """Of all elements along the axes, whatever the order is, but for "nuc"."""
    _demand_torchs(x, p, dim)
    if p == "nuc":
        return matrix_norm(x, p, (0, 1) if dim is None else dim, keepdim)
    return vector_norm(x, 2 if p in (None, "fro") else p, dim, keepdim)


@composite(torch=_norm_torch, numpy=_norm_numpy)
def norm(
    x: Any,
    p: str | float | None = None,
    dim: Axes = None,
    keepdim: bool = False,
    *,
    ord: str | float | None = None,
    axis: Axes = None,
) -> Any:
    """The Euclidean length of all elements together, or along axes; of order p the `vector_norm`, as torch has it.

    With `ord` or `axis` it is NumPy's, which is that of `torch.linalg`: of two axes and an order the `matrix_norm`.
    """
    if ord is None and axis is None:
        return _torchs(x, p, dim, keepdim)
    order, axes = _order(p, ord), axes_of(x, _axes(dim, axis))
    if order is None or len(axes) == 1:
        return vector_norm(x, 2 if order is None else order, axes, keepdim)
    return matrix_norm(x, order, axes, keepdim)


@composite(
    torch=lambda torch, x, p=None: torch.linalg.cond(x, p),
    numpy=lambda x, p=None: np.linalg.cond(x, p),
)
def cond(x: Any, p: str | float | None = None) -> Any:
    """The condition number: the largest singular value over the smallest, or a norm times that of the inverse."""
    if p in (None, 2, -2):
        found = svdvals(x)
        return found[..., -1] / found[..., 0] if p == -2 else found[..., 0] / found[..., -1]
    return matrix_norm(x, p) * matrix_norm(inverse(x), p)
