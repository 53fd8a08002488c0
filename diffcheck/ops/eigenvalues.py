"""Rows of the eigenvalues of symmetric matrices, which are functions of what stands on and below the diagonal.

The slope of a single eigenvalue is its projection ``P = v v^T``, whatever the sign of the unit eigenvector v. That of
the projection is made of it and of ``S = (l - A + P)^-1 - P`` (Kato 1995, II.2): ``dP = S dA P + P dA S``. Where
eigenvalues meet they are kinks.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import arb, arb_mat, arb_series

from diffcheck.ops import spectra
from diffcheck.ops.determinants import cofactor
from diffcheck.ops.elementary import hypot
from diffcheck.ops.elimination import inverse, numbers, turned
from diffcheck.ops.own import Own, Size
from diffcheck.ops.structure import Array, Parameters
from diffcheck.ops.table import Primitive, Without

# LAPACK finds the eigenvalues of a matrix that differs by some roundoffs of its norm: by two, of up to 64 rows.
_LOST = 2


def _rows(lower: Sequence[Any]) -> list[list[Any]]:
    """The symmetric matrix of what stands on and below its diagonal, row by row."""
    n = (math.isqrt(8 * len(lower) + 1) - 1) // 2
    place = [[max(i, j) * (max(i, j) + 1) // 2 + min(i, j) for j in range(n)] for i in range(n)]
    return [[lower[k] for k in row] for row in place]


def _below(a: Array) -> list[Any]:
    return [a[i, j] for i in range(len(a)) for j in range(i + 1)]


def _projection(rank: Any, i: int, j: int, value: Any, rows: list[list[Any]]) -> Any:
    """An element of a projection: the cofactors of ``l - A`` over the sum of those on the diagonal."""
    places = range(len(rows))
    shifted = [[(value if k == m else 0) - rows[k][m] for m in places] for k in places]
    whole = sum((cofactor(shifted, k, k) for k in places[1:]), cofactor(shifted, 0, 0))
    return cofactor(shifted, max(i, j), min(i, j)) / whole


def _slope(position: int) -> Any:
    """By an element below the diagonal, which stands above it too, it is twice the projection's."""

    def of(rank: Any, *x: Any) -> Any:
        if not position:
            return 0
        i = (math.isqrt(8 * position - 7) - 1) // 2
        j = position - 1 - i * (i + 1) // 2
        found = _projection(rank, i, j, x[-1], _rows(x[:-1]))
        return found if i == j else 2 * found

    return (of,)


def _values(a: Array) -> Array:
    """The eigenvalues in floating point, NaN where there are none."""
    return _vectors(a)[0]


def _vectors(a: Array) -> tuple[Array, Array]:
    """The eigenvalues, and the unit eigenvectors as columns."""
    whole = np.tril(a) + turned(np.tril(a, -1))
    known = np.isfinite(whole).all((-1, -2), keepdims=True)
    values, vectors = np.linalg.eigh(np.where(known, whole, 0))
    return np.where(known[..., 0], values, np.nan), vectors


def _on_numpy(rank: Any, *x: Any) -> Array:
    ranks, *lower = np.broadcast_arrays(rank, *x)
    found = _values(np.stack([np.stack(row, -1) for row in _rows(lower)], -2))
    # Who measures rounding errors rounds ranks as well.
    return np.asarray(np.take_along_axis(found, np.rint(ranks)[..., None].astype(int), -1)[..., 0])


def _norm_of_numbers(rank: Any, *lower: Any) -> Any:
    return sum((x * x for row in _rows(lower) for x in row), arb(0)).sqrt()


def _on_series(rank: Any, *lower: Any) -> Any:
    return _of_series(lower, int(rank[0].unique_fmpz()))


def _of_series(lower: Sequence[Any], rank: int) -> Any:
    size = min(x.prec for x in lower)
    return arb_series(spectra.eigenvalue(_coefficients(_rows(lower), size), rank), size)


def _coefficients(rows: Sequence[Sequence[Any]], size: int) -> spectra.Series:
    """The matrices of the coefficients; behind the last one that is not zero there are none."""
    return [arb_mat([[x[k] for x in row] for row in rows]) for k in range(size)]


eigenvalue_of = Primitive(
    name="eigenvalue_of",
    doc="an eigenvalue of a symmetric matrix: its rank, and what stands on and below the diagonal, row by row",
    numpy=_on_numpy,
    torch=Without("torch has no single eigenvalue of a symmetric matrix: eigvalsh gives all of them"),
    sympy=Without("SymPy has no closed form of eigenvalues of more than two rows by their rank"),
    sympy_rule=False,
    arb=lambda rank, *x: spectra.spectrum(_rows(x)).values[int(rank.unique_fmpz())],
    series=_on_series,
    ulps=_LOST,
    beside=_norm_of_numbers,
    rule_by=(0,),
    forms=_slope,
)


def _line(found: Sequence[Any]) -> Array:
    row: Array = numbers([found], (1, len(found)))[0]
    return row


def _by_numbers(ranks: Parameters, a: Array) -> Array:
    """Of one or two rows by the formula for them."""
    lower, n = _below(a), len(a)
    if n == 1:
        return _line([lower[0]])
    if n == 2:
        first, below, last = lower
        middle, apart = (first + last) / 2, hypot((first - last) / 2, below)
        return _line([middle + apart if rank else middle - apart for rank in ranks])
    return _line([eigenvalue_of(rank, *lower) for rank in ranks])


def _projections_by_numbers(ranks: Parameters, a: Array) -> Array:
    n, rows = len(a), _rows(_below(a))
    if n == 1:
        return np.ones((1, 1, 1), object)
    found = np.empty((len(ranks), n, n), object)
    for k, value in enumerate(_by_numbers(ranks, a)):
        found[k] = numbers([[_projection(ranks[k], i, j, value, rows) for j in range(n)] for i in range(n)], (n, n))
    return found


def _values_of_balls(ranks: Parameters, a: Array) -> Array:
    values = spectra.spectrum(_rows(_below(a))).values
    return _line([values[rank] for rank in ranks])


def _values_of_series(ranks: Parameters, a: Array) -> Array:
    return _line([_of_series(_below(a), rank) for rank in ranks])


def _projections_of_balls(ranks: Parameters, a: Array) -> Array:
    n, whole = len(a), _rows(_below(a))
    return np.stack([numbers(spectra.projection(whole, rank).tolist(), (n, n)) for rank in ranks])


def _projections_of_series(ranks: Parameters, a: Array) -> Array:
    n, size = len(a), min(x.prec for x in a.ravel())
    series = _coefficients(_rows(_below(a)), size)
    found = []
    for rank in ranks:
        parts = spectra.projections(series, rank)
        rows = [[arb_series([part[i, j] for part in parts], size) for j in range(n)] for i in range(n)]
        found.append(numbers(rows, (n, n)))
    return np.stack(found)


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


def _parts(ranks: Parameters, a: Array) -> tuple[Array, Array]:
    """P and S in floating point, for each rank."""
    values, vectors = _vectors(a)
    products = np.einsum("...ik,...jk->...kij", vectors, vectors)
    with np.errstate(divide="ignore"):
        weights = 1 / (values[..., :, None] - values[..., None, :])
    np.einsum("...kk->...k", weights)[...] = 0
    places = list(ranks)
    return products[..., places, :, :], np.einsum("...km,...mij->...kij", weights[..., places, :], products)


def _sizes(ranks: Parameters, size: Size, a: Array) -> tuple[Array, Array]:
    projections, rest = _parts(ranks, a)
    return size(projections), size(rest)


def _moved(ranks: Parameters, size: Size, values: Array, a: Array, m: Array) -> Array:
    projections, _ = _parts(ranks, a)
    whole = np.tril(m) + turned(np.tril(m, -1))
    return np.asarray((size(projections) * whole[..., None, :, :]).sum((-1, -2)))


def _back(ranks: Parameters, size: Size, _: int, g: Array, values: Array, a: Array) -> Array:
    return np.asarray(_twice((g[..., None, None] * size(_parts(ranks, a)[0])).sum(-3)))


def _projections_moved(ranks: Parameters, size: Size, v: Array, a: Array, m: Array) -> Array:
    whole = (np.tril(m) + turned(np.tril(m, -1)))[..., None, :, :]
    return np.asarray(_both(*_sizes(ranks, size, a), whole))


def _projections_back(ranks: Parameters, size: Size, _: int, g: Array, v: Array, a: Array) -> Array:
    return np.asarray(_twice(_both(*_sizes(ranks, size, a), (g + turned(g)) / 2).sum(-3)))


def _norm(a: Array) -> Array:
    return np.asarray(np.linalg.norm(np.tril(a) + turned(np.tril(a, -1)), axis=(-2, -1)))


def _projections_lost(ranks: Parameters, v: Array, a: Array) -> Array:
    """What a matrix that differs by `_LOST` roundoffs of its norm, however, has other projections by, and rounding."""
    projections, rest = _parts(ranks, a)
    p, s = np.linalg.norm(projections, axis=-1), np.linalg.norm(rest, axis=-1)
    crossed = s[..., :, None] * p[..., None, :]
    return np.asarray(np.abs(v) + _LOST * _norm(a)[..., None, None, None] * (crossed + turned(crossed)))


eigenvalues = Own(
    name="eigenvalues",
    doc="eigenvalues of a symmetric matrix by what stands on and below the diagonal; parameters: their ranks",
    axes=(2,),
    shape=lambda p, _: (len(p),),
    operations=lambda _, a: 9 * a[0] ** 3,
    on_numpy=lambda p, a: _values(a)[..., list(p)],
    on_balls=_values_of_balls,
    on_series=_values_of_series,
    on_numbers=_by_numbers,
    pulled=_pulled,
    pushed=_moved,
    back=_back,
    lost=lambda p, v, a: np.broadcast_to(_LOST * _norm(a)[..., None], v.shape),
)
eigenprojections = Own(
    name="eigenprojections",
    doc="v v^T for unit eigenvectors v of a symmetric matrix; parameters: the ranks of their eigenvalues",
    axes=(2,),
    shape=lambda p, a: (len(p), *a),
    operations=lambda p, a: 9 * a[0] ** 3 + len(p) * a[0] ** 2,
    on_numpy=lambda p, a: _parts(p, a)[0],
    on_balls=_projections_of_balls,
    on_series=_projections_of_series,
    on_numbers=_projections_by_numbers,
    pulled=_projections_pulled,
    pushed=_projections_moved,
    back=_projections_back,
    lost=_projections_lost,
)
