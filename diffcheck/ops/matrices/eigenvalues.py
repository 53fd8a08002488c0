"""Rows of the eigenvalues of symmetric matrices, which are functions of what stands on and below the diagonal.

What their slopes are made of is told in `diffcheck.ops.matrices.eigenpairs`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.ops.matrices import spectra
from diffcheck.ops.matrices.eigenpairs import (
    LOST,
    coefficients,
    decomposed,
    eigenprojection_of,
    eigenvalue_of,
    parts,
    rows_of,
    series_of,
)
from diffcheck.ops.matrices.elimination import inverse, numbers, turned
from diffcheck.ops.own import Own, Size
from diffcheck.ops.structure import Array, Parameters


def _below(a: Array) -> list[Any]:
    return [a[i, j] for i in range(len(a)) for j in range(i + 1)]


def _line(found: Sequence[Any]) -> Array:
    row: Array = numbers([found], (1, len(found)))[0]
    return row


def _by_numbers(ranks: Parameters, a: Array) -> Array:
    """That of one row is the number itself."""
    lower = _below(a)
    return _line([lower[0] if len(a) == 1 else eigenvalue_of(rank, *lower) for rank in ranks])


def _projections_by_numbers(ranks: Parameters, a: Array) -> Array:
    n, lower = len(a), _below(a)
    if n == 1:
        return np.ones((1, 1, 1), object)
    rows = [[[eigenprojection_of(rank, i, j, *lower) for j in range(n)] for i in range(n)] for rank in ranks]
    return np.stack([numbers(matrix, (n, n)) for matrix in rows])


def _in_balls(ranks: Parameters, a: Array) -> Array:
    values = spectra.spectrum(rows_of(_below(a))).values
    return _line([values[rank] for rank in ranks])


def _in_series(ranks: Parameters, a: Array) -> Array:
    whole = coefficients(rows_of(_below(a)))
    return _line([series_of(spectra.eigenvalue(whole, rank)) for rank in ranks])


def _projections_in_balls(ranks: Parameters, a: Array) -> Array:
    found = spectra.spectrum(rows_of(_below(a)))
    return np.stack([numbers(found.projection(rank).tolist(), a.shape) for rank in ranks])


def _projections_in_series(ranks: Parameters, a: Array) -> Array:
    n, whole = len(a), coefficients(rows_of(_below(a)))
    of_ranks = [spectra.projections(whole, rank) for rank in ranks]
    rows = [[[series_of([c[i, j] for c in found]) for j in range(n)] for i in range(n)] for found in of_ranks]
    return np.stack([numbers(matrix, (n, n)) for matrix in rows])


def _whole(a: Any) -> Any:
    """The symmetric matrix, of traced arrays."""
    return a.triangle(True) + turned(a.triangle(True, -1))


def _twice(g: Any) -> Any:
    """What a symmetric adjoint of the symmetric matrix is for what stands on and below the diagonal."""
    n = g.shape[-1]
    return g * np.tril(2 * np.ones((n, n)) - np.eye(n))


def _both(x: Any, y: Any, m: Any) -> Any:
    return x @ m @ y + y @ m @ x


def _pulled(ranks: Parameters, _: int, g: Any, values: Any, a: Any) -> Any:
    projections = a.own(eigenprojections, parameters=ranks)
    return _twice((g.reshape((*g.shape, 1, 1)) * projections).sum(g.ndim - 1))


def _projections_pulled(ranks: Parameters, _: int, g: Any, p: Any, a: Any) -> Any:
    n = a.shape[-1]
    values = a.own(eigenvalues, parameters=ranks)
    shifted = values.reshape((*values.shape, 1, 1)) * np.eye(n) - _whole(a).reshape((*a.shape[:-2], 1, n, n))
    rest = (shifted + p).own(inverse) - p
    return _twice(_both(rest, p, (g + turned(g)) / 2).sum(g.ndim - 3))


def _sizes(ranks: Parameters, size: Size, a: Array) -> tuple[Array, Array]:
    projections, rest = (x[..., list(ranks), :, :] for x in parts(a))
    return size(projections), size(rest)


def _moved(ranks: Parameters, size: Size, values: Array, a: Array, m: Array) -> Array:
    whole = np.tril(m) + turned(np.tril(m, -1))
    return np.asarray((_sizes(ranks, size, a)[0] * whole[..., None, :, :]).sum((-1, -2)))


def _back(ranks: Parameters, size: Size, _: int, g: Array, values: Array, a: Array) -> Array:
    return np.asarray(_twice((g[..., None, None] * _sizes(ranks, size, a)[0]).sum(-3)))


def _projections_moved(ranks: Parameters, size: Size, v: Array, a: Array, m: Array) -> Array:
    whole = (np.tril(m) + turned(np.tril(m, -1)))[..., None, :, :]
    return np.asarray(_both(*_sizes(ranks, size, a), whole))


def _projections_back(ranks: Parameters, size: Size, _: int, g: Array, v: Array, a: Array) -> Array:
    return np.asarray(_twice(_both(*_sizes(ranks, size, a), (g + turned(g)) / 2).sum(-3)))


def _norm(a: Array) -> Array:
    return np.asarray(np.linalg.norm(np.tril(a) + turned(np.tril(a, -1)), axis=(-2, -1)))


def _projections_lost(ranks: Parameters, v: Array, a: Array) -> Array:
    """What a matrix that differs by `LOST` roundoffs of its norm, however, has other projections by, and rounding."""
    p, s = (np.linalg.norm(x, axis=-1) for x in _sizes(ranks, np.asarray, a))
    crossed = s[..., :, None] * p[..., None, :]
    return np.asarray(np.abs(v) + LOST * _norm(a)[..., None, None, None] * (crossed + turned(crossed)))


eigenvalues = Own(
    name="eigenvalues",
    doc="eigenvalues of a symmetric matrix by what stands on and below the diagonal; parameters: their ranks",
    axes=(2,),
    shape=lambda p, _: (len(p),),
    operations=lambda _, a: 9 * a[0] ** 3,
    on_numpy=lambda p, a: decomposed(a)[0][..., list(p)],
    on_balls=_in_balls,
    on_series=_in_series,
    on_numbers=_by_numbers,
    pulled=_pulled,
    pushed=_moved,
    back=_back,
    lost=lambda p, v, a: np.broadcast_to(LOST * _norm(a)[..., None], v.shape),
)
eigenprojections = Own(
    name="eigenprojections",
    doc="v v^T for unit eigenvectors v of a symmetric matrix; parameters: the ranks of their eigenvalues",
    axes=(2,),
    shape=lambda p, a: (len(p), *a),
    operations=lambda p, a: 9 * a[0] ** 3 + len(p) * a[0] ** 2,
    on_numpy=lambda p, a: parts(a)[0][..., list(p), :, :],
    on_balls=_projections_in_balls,
    on_series=_projections_in_series,
    on_numbers=_projections_by_numbers,
    pulled=_projections_pulled,
    pushed=_projections_moved,
    back=_projections_back,
    lost=_projections_lost,
)
