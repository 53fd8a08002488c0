"""Rows of eigenvalues number by number, of symmetric matrices given by what stands on and below the diagonal.

The slope of a single eigenvalue l is its projection ``P = v v^T``, whatever the sign of the unit eigenvector v. With
``S = (l - A + P)^-1 - P`` all derivatives are made of the elements of P and S (`diffcheck.ops.matrices.moved`). Where
eigenvalues meet there are none.
"""

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from flint import arb, arb_mat, arb_series

from diffcheck.ops.enclosures import balls
from diffcheck.ops.matrices import moved, spectra
from diffcheck.ops.matrices.elimination import turned
from diffcheck.ops.matrices.moved import Element, Moved
from diffcheck.ops.structure import Array
from diffcheck.ops.table import Function, Primitive, Without

# LAPACK finds the eigenvalues of a matrix that differs by some roundoffs of its norm: by two, of up to 64 rows.
LOST = 2


def rows_of(lower: Sequence[Any]) -> list[list[Any]]:
    """The symmetric matrix of what stands on and below its diagonal, row by row."""
    n = (math.isqrt(8 * len(lower) + 1) - 1) // 2
    place = [[max(i, j) * (max(i, j) + 1) // 2 + min(i, j) for j in range(n)] for i in range(n)]
    return [[lower[k] for k in row] for row in place]


def _place(position: int) -> tuple[int, int]:
    """The row and the column of what stands at a position among what is on and below the diagonal."""
    i = (math.isqrt(8 * position + 1) - 1) // 2
    return i, position - i * (i + 1) // 2


def _whole(x: Any) -> int:
    return int(x.unique_fmpz())


# In balls and power series.


def _norm(rows: Sequence[Sequence[Any]]) -> Any:
    return sum((x * x for row in rows for x in row), arb(0)).sqrt()


def _length(a: Any, row: int) -> Any:
    """The length of a row; of what is zero, balls may tell no sign."""
    return sum((balls.magnitude(a[row, k]).upper() ** 2 for k in range(a.ncols())), arb(0)).sqrt()


def _projection_beside(rank: Any, i: Any, j: Any, *lower: Any) -> Any:
    """What the largest change of a matrix of its own norm moves the element by."""
    found, i, j = spectra.spectrum(rows_of(lower)), _whole(i), _whole(j)
    p, s = (functools.partial(_length, part(_whole(rank))) for part in (found.projection, found.resolvent))
    return _norm(rows_of(lower)) * (s(i) * p(j) + p(i) * s(j))


def _resolvent_beside(rank: Any, i: Any, j: Any, *lower: Any) -> Any:
    found, i, j = spectra.spectrum(rows_of(lower)), _whole(i), _whole(j)
    resolvent = found.resolvent(_whole(rank))
    p, s, squared = (functools.partial(_length, a) for a in (found.projection(_whole(rank)), resolvent, resolvent**2))
    return _norm(rows_of(lower)) * (2 * s(i) * s(j) + squared(i) * p(j) + p(i) * squared(j))


def _meets_others(rank: Any, i: Any, j: Any, *lower: Any) -> bool:
    """Whether the eigenvalue is another one too, for certain."""
    if not all(isinstance(x, arb) for x in lower):
        return False
    found = spectra.spectrum(rows_of(lower))
    return len(found.together(_whole(rank))) > 1 and found.is_repeated()


def coefficients(rows: Sequence[Sequence[Any]]) -> spectra.Series:
    """The matrices of the coefficients of power series."""
    size = min(x.prec for row in rows for x in row)
    return [arb_mat([[x[k] for x in row] for row in rows]) for k in range(size)]


def series_of(found: Sequence[Any]) -> Any:
    """The power series with these coefficients, of which no more are known."""
    return arb_series(found, len(found))


def _element(function: Any) -> Function:
    """An element of a matrix of power series."""

    def of(rank: Any, i: Any, j: Any, *lower: Any) -> Any:
        found = function(coefficients(rows_of(lower)), _whole(rank[0]))
        return series_of([a[_whole(i[0]), _whole(j[0])] for a in found])

    return of


# In floating point.


def decomposed(a: Array) -> tuple[Array, Array]:
    """The eigenvalues by what stands on and below the diagonal, NaN where there are none, and unit eigenvectors."""
    whole = np.tril(a) + turned(np.tril(a, -1))
    known = np.isfinite(whole).all((-1, -2), keepdims=True)
    values, vectors = np.linalg.eigh(np.where(known, whole, 0))
    return np.where(known[..., 0], values, np.nan), vectors


def parts(a: Array) -> tuple[Array, Array]:
    """P and S for each rank."""
    values, vectors = decomposed(a)
    products = np.einsum("...ik,...jk->...kij", vectors, vectors)
    with np.errstate(divide="ignore"):
        weights = 1 / (values[..., :, None] - values[..., None, :])
    np.einsum("...kk->...k", weights)[...] = 0
    return products, np.einsum("...km,...mij->...kij", weights, products)


def _filled(lower: Sequence[Array]) -> Array:
    return np.stack([np.stack(row, -1) for row in rows_of(lower)], -2)


def _taken(found: Array, place: Array) -> Array:
    """What stands at a place; who measures rounding errors rounds places as well."""
    return np.asarray(np.take_along_axis(found, np.rint(place)[..., None].astype(int), -1)[..., 0])


def _value_in_floats(rank: Any, *x: Any) -> Array:
    ranks, *lower = np.broadcast_arrays(rank, *x)
    return _taken(decomposed(_filled(lower))[0], ranks)


def _part_in_floats(part: int) -> Function:
    def of(rank: Any, i: Any, j: Any, *x: Any) -> Array:
        ranks, row, column, *lower = np.broadcast_arrays(rank, i, j, *x)
        found = parts(_filled(lower))[part]
        n = found.shape[-1]
        return _taken(found.reshape(*ranks.shape, n**3), np.rint(ranks) * n**2 + np.rint(row) * n + column)

    return of


# The slopes.


def _value_slope(position: int) -> tuple[Function, ...]:
    """By an element below the diagonal, which stands above it too, it is twice the projection's."""

    def of(rank: Any, *x: Any) -> Any:
        if not position:
            return 0
        i, j = _place(position - 1)
        found = eigenprojection_of(rank, i, j, *x[:-1])
        return found if i == j else 2 * found

    return (of,)


def _slope(moved_by: Moved) -> Callable[[int], tuple[Function, ...]]:
    """The slope of an element by each operand."""

    def form(position: int) -> tuple[Function, ...]:
        def of(rank: Any, i: Any, j: Any, *x: Any) -> Any:
            if position < 3:
                return 0
            ends, lower = {"i": i, "j": j}, x[:-1]
            p, s = (_elements(row, rank, ends, lower) for row in (eigenprojection_of, eigenresolvent_of))
            squared = functools.cache(moved.summed(s, len(rows_of(lower))))
            return moved_by(p, s, squared, "i", "j", *_place(position - 3))

        return (of,)

    return form


def _elements(row: Primitive, rank: Any, ends: Mapping[Any, Any], lower: Sequence[Any]) -> Element:
    """The elements of P or S, each recorded once; row and column of the one that moves have names."""
    return functools.cache(lambda i, j: row(rank, ends.get(i, i), ends.get(j, j), *lower))


def _value_slopes(rank: Any, *lower: Any) -> list[Any]:
    p = spectra.spectrum(rows_of(lower)).projection(_whole(rank))
    places = map(_place, range(len(lower)))
    return [balls.ZERO, *(p[i, j] if i == j else 2 * p[i, j] for i, j in places)]


def _slopes(moved_by: Moved) -> Function:
    """The same of balls, by all operands."""

    def of(rank: Any, i: Any, j: Any, *lower: Any) -> list[Any]:
        found, i, j = spectra.spectrum(rows_of(lower)), _whole(i), _whole(j)
        s = found.resolvent(_whole(rank))
        p, s, squared = map(moved.elements, (found.projection(_whole(rank)), s, s * s))
        return [balls.ZERO] * 3 + [moved_by(p, s, squared, i, j, *_place(k)) for k in range(len(lower))]

    return of


_projection_moved = moved.symmetrically(moved.projection)
_resolvent_moved = moved.symmetrically(moved.resolvent)

_TORCH = Without("torch has no single eigenvalue of a symmetric matrix: eigvalsh gives all of them")
_SYMPY = Without("SymPy has no closed form of eigenvalues by their rank")

eigenvalue_of = Primitive(
    name="eigenvalue_of",
    doc="an eigenvalue of a symmetric matrix: its rank, and what stands on and below the diagonal, row by row",
    numpy=_value_in_floats,
    torch=_TORCH,
    sympy=_SYMPY,
    sympy_rule=False,
    arb=lambda rank, *x: spectra.spectrum(rows_of(x)).values[_whole(rank)],
    series=lambda rank, *x: series_of(spectra.eigenvalue(coefficients(rows_of(x)), _whole(rank[0]))),
    ulps=LOST,
    beside=lambda rank, *x: _norm(rows_of(x)),
    rule_by=(0,),
    forms=_value_slope,
    slopes=_value_slopes,
)
eigenprojection_of = Primitive(
    name="eigenprojection_of",
    doc="an element of v v^T for a unit eigenvector: the rank of its eigenvalue, row, column, and the matrix as before",
    numpy=_part_in_floats(0),
    torch=_TORCH,
    sympy=_SYMPY,
    sympy_rule=False,
    arb=lambda rank, i, j, *x: spectra.spectrum(rows_of(x)).projection(_whole(rank))[_whole(i), _whole(j)],
    series=_element(spectra.projections),
    ulps=LOST,
    beside=_projection_beside,
    outside=_meets_others,
    rule_by=(0, 1, 2),
    forms=_slope(_projection_moved),
    slopes=_slopes(_projection_moved),
)
eigenresolvent_of = Primitive(
    name="eigenresolvent_of",
    doc="an element of the inverse of l - A outside of the eigenvector's direction: what stands before as there",
    numpy=_part_in_floats(1),
    torch=_TORCH,
    sympy=_SYMPY,
    sympy_rule=False,
    arb=lambda rank, i, j, *x: spectra.spectrum(rows_of(x)).resolvent(_whole(rank))[_whole(i), _whole(j)],
    series=_element(spectra.resolvents),
    ulps=LOST,
    beside=_resolvent_beside,
    outside=_meets_others,
    rule_by=(0, 1, 2),
    forms=_slope(_resolvent_moved),
    slopes=_slopes(_resolvent_moved),
)
