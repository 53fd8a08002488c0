"""Rows of eigenvalues number by number, of matrices that need not be symmetric and have simple ones only.

With the projections ``P = x y^T`` of all eigenvalues, ``y^T x = 1``, S is the sum of ``P_j / (l - l_j)`` over the
others; how they move says `diffcheck.ops.matrices.moved`. A matrix is given row by row; of a complex number there are
two parts, the real one, 0, and the imaginary one, 1.
"""

import functools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from flint import arb, arb_mat

from diffcheck.ops.enclosures import balls
from diffcheck.ops.matrices import eigensystems, moved, spectra
from diffcheck.ops.matrices.eigenpairs import series_of
from diffcheck.ops.matrices.eigensystems import part_of
from diffcheck.ops.matrices.elimination import inverted
from diffcheck.ops.matrices.moved import Element, Moved
from diffcheck.ops.structure import Array
from diffcheck.ops.table import Function, Primitive, Without

# LAPACK finds the eigenvalues of a matrix that differs by some roundoffs of its norm: by two, of up to 64 rows.
LOST = 2
# The roundoff of the coarsest format. What the first order says of a change of the matrix holds as far as the change is
# small beside ``1 / |S|``; the terms beyond are told by the second one, for a change of so many parts of the norm.
COARSEST = 2.0**-8


def rows_of(entries: Sequence[Any]) -> list[list[Any]]:
    """The square matrix of these entries, row by row."""
    n = math.isqrt(len(entries))
    return [list(entries[i * n : (i + 1) * n]) for i in range(n)]


def _whole(x: Any) -> int:
    return int(x.unique_fmpz())


# In balls and power series.


def _norm(entries: Sequence[Any]) -> Any:
    return sum((x * x for x in entries), arb(0)).sqrt()


def _length(entries: Sequence[Any]) -> Any:
    """The length of complex numbers; of what is zero, balls may tell no sign."""
    return sum((balls.magnitude(x).upper() ** 2 for x in entries), arb(0)).sqrt()


def _largest(sizes: Iterable[Any]) -> Any:
    return functools.reduce(lambda x, y: x.max(y), sizes)


def _value_beside(part: Any, rank: Any, *x: Any) -> Any:
    """What the largest change of a matrix of its own norm moves the eigenvalue by.

    Where another one comes into its place the value jumps. A smaller change does so the nearer their real parts are: in
    roundoffs the jump is allowed to what reaches it.
    """
    found, rank = eigensystems.eigensystem(rows_of(x)), _whole(rank)
    jumps = (balls.magnitude(found.value(rank) - other.value) * other.near for other in found.exchanged(rank))
    return _steeper(found, rank, x) * _largest([_length(found.projection(rank).entries()), *jumps])


def _steeper(found: eigensystems.Eigensystem, rank: int, x: Sequence[Any]) -> Any:
    """The norm, and what the second order adds to its effect."""
    norm = _norm(x)
    return norm * (1 + COARSEST * norm * _length(found.resolvent(rank).entries()))


def _projection_beside(part: Any, rank: Any, i: Any, j: Any, *x: Any) -> Any:
    found, rank, i, j = eigensystems.eigensystem(rows_of(x)), _whole(rank), _whole(i), _whole(j)
    p, s = found.projection(rank), found.resolvent(rank)
    lengths = [_length(a.tolist()[i]) * _length(b.transpose().tolist()[j]) for a, b in ((p, s), (s, p))]
    others = found.exchanged(rank)
    jumps = (balls.magnitude(p[i, j] - other.projection[i, j]) * other.near for other in others)
    return _steeper(found, rank, x) * _largest([lengths[0] + lengths[1], *jumps])


def _resolvent_beside(part: Any, rank: Any, i: Any, j: Any, *x: Any) -> Any:
    found, rank, i, j = eigensystems.eigensystem(rows_of(x)), _whole(rank), _whole(i), _whole(j)
    p, s = found.projection(rank), found.resolvent(rank)
    jumps = (balls.magnitude(s[i, j] - other.resolvent[i, j]) * other.near for other in found.exchanged(rank))
    rows = [_length(a.tolist()[i]) for a in (p, s, s * s)]
    columns = [_length(a.transpose().tolist()[j]) for a in (p, s, s * s)]
    crossed = rows[0] * columns[2] + rows[2] * columns[0]
    return _steeper(found, rank, x) * _largest([rows[1] * columns[1] * (1 + _length(p.entries())) + crossed, *jumps])


def _are_repeated(*x: Any) -> bool:
    """Whether eigenvalues are one number, for certain."""
    return all(isinstance(v, arb) for v in x) and eigensystems.eigensystem(rows_of(x)).is_repeated()


def coefficients(rows: Sequence[Sequence[Any]]) -> spectra.Series:
    """The matrices of the coefficients of power series."""
    size = min(x.prec for row in rows for x in row)
    return [arb_mat([[x[k] for x in row] for row in rows]) for k in range(size)]


def _value_series(part: Any, rank: Any, *x: Any) -> Any:
    found = eigensystems.eigenvalue(coefficients(rows_of(x)), _whole(rank[0]))
    return series_of([part_of(c, _whole(part[0])) for c in found])


def _element(function: Any) -> Function:
    """A part of an element of a matrix of power series."""

    def of(part: Any, rank: Any, i: Any, j: Any, *x: Any) -> Any:
        found = function(coefficients(rows_of(x)), _whole(rank[0]))
        return series_of([part_of(c[_whole(i[0]), _whole(j[0])], _whole(part[0])) for c in found])

    return of


# In floating point.


def _sorted(a: Array, vectors: bool) -> tuple[Array, Array]:
    """The eigenvalues of matrices by real parts, and right eigenvectors beside them; NaN where there are none."""
    known = np.asarray(np.isfinite(a).all((-1, -2), keepdims=True))
    # Where there are none, those of a matrix that has some.
    given = np.where(known, a, np.diag(np.arange(a.shape[-1], dtype=a.dtype)))
    values, right = np.linalg.eig(given) if vectors else (np.linalg.eigvals(given), given)
    order = np.lexsort((values.imag, values.real), axis=-1)
    values = np.where(known[..., 0], np.take_along_axis(values, order, -1), np.nan)
    return values, np.take_along_axis(right, order[..., None, :], -1)


def in_parts(x: Array, axes: int) -> Array:
    """Both parts of complex numbers, before so many axes; of sizes, twice the same."""
    parts = (x.real, x.imag) if np.iscomplexobj(x) else (x, x)
    return np.stack(parts, x.ndim - axes)


def values_of(a: Array) -> Array:
    """Both parts of the eigenvalues."""
    values = _sorted(a, False)[0]
    return np.stack([values.real, values.imag], -2)


def projections_of(a: Array) -> tuple[Array, Array]:
    """The eigenvalues and P for each, complex."""
    values, right = _sorted(a, True)
    right = right.astype(np.result_type(right, np.complex64))
    return values, np.einsum("...ik,...kj->...kij", right, inverted(right))


def resolvents_of(values: Array, projections: Array) -> Array:
    """S for each eigenvalue."""
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = 1 / (values[..., :, None] - values[..., None, :]).astype(projections.dtype)
    np.einsum("...kk->...k", weights)[...] = 0
    return np.asarray(np.einsum("...km,...mij->...kij", weights, projections))


def _taken(found: Array, place: Array) -> Array:
    """What stands at a place; who measures rounding errors rounds places as well."""
    return np.asarray(np.take_along_axis(found, place[..., None].astype(int), -1)[..., 0])


def _filled(entries: Sequence[Array]) -> Array:
    return np.stack([np.stack(row, -1) for row in rows_of(entries)], -2)


def _value_in_floats(part: Any, rank: Any, *x: Any) -> Array:
    parts, ranks, *entries = np.broadcast_arrays(part, rank, *x)
    found = values_of(_filled(entries))
    n = found.shape[-1]
    return _taken(found.reshape(*found.shape[:-2], 2 * n), np.rint(parts) * n + np.rint(ranks))


def _element_in_floats(function: Callable[[Array], Array]) -> Function:
    def of(part: Any, rank: Any, i: Any, j: Any, *x: Any) -> Array:
        parts, ranks, row, column, *entries = np.broadcast_arrays(part, rank, i, j, *x)
        found = in_parts(function(_filled(entries)), 3)
        n = found.shape[-1]
        place = ((np.rint(parts) * n + np.rint(ranks)) * n + np.rint(row)) * n + np.rint(column)
        return _taken(found.reshape(*found.shape[:-4], 2 * n**3), place)

    return of


# The slopes.


def _value_slope(position: int) -> tuple[Function, ...]:
    def of(part: Any, rank: Any, *x: Any) -> Any:
        if position < 2:
            return 0
        k, m = divmod(position - 2, math.isqrt(len(x) - 1))
        return general_eigenprojection_of(part, rank, m, k, *x[:-1])

    return (of,)


def _elements(row: Primitive, rank: Any, entries: Sequence[Any]) -> Element:
    return lambda i, j: moved.Complex(lambda part: row(part, rank, i, j, *entries))


def _slope(moved_by: Moved) -> Callable[[int], tuple[Function, ...]]:
    """The slope of an element by each operand."""

    def form(position: int) -> tuple[Function, ...]:
        def of(part: Any, rank: Any, i: Any, j: Any, *x: Any) -> Any:
            if position < 4:
                return 0
            n = math.isqrt(len(x) - 1)
            p, s = (_elements(row, rank, x[:-1]) for row in (general_eigenprojection_of, general_eigenresolvent_of))
            return moved_by(p, s, moved.summed(s, n), i, j, *divmod(position - 4, n)).part(part)

        return (of,)

    return form


def _value_slopes(part: Any, rank: Any, *x: Any) -> list[Any]:
    p = eigensystems.eigensystem(rows_of(x)).projection(_whole(rank))
    return [balls.ZERO] * 2 + [part_of(v, _whole(part)) for v in p.transpose().entries()]


def _slopes(moved_by: Moved) -> Function:
    """The same of balls, by all operands."""

    def of(part: Any, rank: Any, i: Any, j: Any, *x: Any) -> list[Any]:
        found, i, j, n = eigensystems.eigensystem(rows_of(x)), _whole(i), _whole(j), math.isqrt(len(x))
        s = found.resolvent(_whole(rank))
        p, s, squared = map(moved.elements, (found.projection(_whole(rank)), s, s * s))
        by = (moved_by(p, s, squared, i, j, *divmod(k, n)) for k in range(len(x)))
        return [balls.ZERO] * 4 + [part_of(v, _whole(part)) for v in by]

    return of


_TORCH = Without("torch has no single eigenvalue of a matrix: eigvals gives all of them")
_SYMPY = Without("SymPy has no closed form of eigenvalues by their rank")

general_eigenvalue_of = Primitive(
    name="general_eigenvalue_of",
    doc="a part of a simple eigenvalue: which part, its rank by real parts, and the matrix row by row",
    numpy=_value_in_floats,
    torch=_TORCH,
    sympy=_SYMPY,
    sympy_rule=False,
    arb=lambda part, rank, *x: part_of(eigensystems.eigensystem(rows_of(x)).value(_whole(rank)), _whole(part)),
    series=_value_series,
    ulps=LOST,
    beside=_value_beside,
    outside=lambda part, rank, *x: _are_repeated(*x),
    rule_by=(0, 1),
    forms=_value_slope,
    slopes=_value_slopes,
)
general_eigenprojection_of = Primitive(
    name="general_eigenprojection_of",
    doc="a part of an element of x y^T for eigenvectors with y^T x = 1: part, rank, row, column, and the matrix",
    numpy=_element_in_floats(lambda a: projections_of(a)[1]),
    torch=_TORCH,
    sympy=_SYMPY,
    sympy_rule=False,
    arb=lambda part, rank, i, j, *x: part_of(
        eigensystems.eigensystem(rows_of(x)).projection(_whole(rank))[_whole(i), _whole(j)], _whole(part)
    ),
    series=_element(eigensystems.projections),
    ulps=LOST,
    beside=_projection_beside,
    outside=lambda part, rank, i, j, *x: _are_repeated(*x),
    rule_by=(0, 1, 2, 3),
    forms=_slope(moved.projection),
    slopes=_slopes(moved.projection),
)
general_eigenresolvent_of = Primitive(
    name="general_eigenresolvent_of",
    doc="a part of an element of the sum of P_j / (l - l_j) over the other eigenvalues: what stands before as there",
    numpy=_element_in_floats(lambda a: resolvents_of(*projections_of(a))),
    torch=_TORCH,
    sympy=_SYMPY,
    sympy_rule=False,
    arb=lambda part, rank, i, j, *x: part_of(
        eigensystems.eigensystem(rows_of(x)).resolvent(_whole(rank))[_whole(i), _whole(j)], _whole(part)
    ),
    series=_element(eigensystems.resolvents),
    ulps=LOST,
    beside=_resolvent_beside,
    outside=lambda part, rank, i, j, *x: _are_repeated(*x),
    rule_by=(0, 1, 2, 3),
    forms=_slope(moved.resolvent),
    slopes=_slopes(moved.resolvent),
)
