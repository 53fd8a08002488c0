"""Norms of vectors and matrices, under the names and with the arguments of `torch.linalg` and `numpy.linalg`."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import composite
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.pieces import abs
from diffcheck.ops.functions.relations import ne, where
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
    return sqrt(sum(x * x, axis, keepdim)) if p == 2 else sum(abs(x) ** p, axis, keepdim) ** (1 / p)


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


def _norm_numpy(x: Any, p: Any = None, axis: Any = None, keepdim: bool = False) -> Any:
    return np.linalg.norm(x, p, axis, keepdim)


@composite(
    torch=lambda torch, x, p=None, axis=None, keepdim=False: torch.linalg.norm(x, p, axis, keepdim),
    numpy=_norm_numpy,
)
def norm(x: Any, p: str | float | None = None, axis: Axes = None, keepdim: bool = False) -> Any:
    """The Euclidean length of all elements together, or along an axis or two; of another order that of vectors.

    Along two axes that of matrices: see `vector_norm` and `matrix_norm`.
    """
    if p is None:
        return vector_norm(x, 2, axis, keepdim)
    axes = axes_of(x, axis)
    if axis is None and len(axes) > 1:
        raise CaseError(f"norm: p={p!r} without an axis: use vector_norm, of all elements, or matrix_norm")
    return vector_norm(x, p, axis, keepdim) if len(axes) == 1 else matrix_norm(x, p, axes, keepdim)
