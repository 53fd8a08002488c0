"""The determinant as one operation of all entries: what solves, inverts and cofactors are made of, number by number.

The slope by an entry is its cofactor, a determinant again: right at singular matrices, and no pivot is chosen.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb_mat

from diffcheck.ops.arguments import as_tensors
from diffcheck.ops.structure import Array
from diffcheck.ops.table import Primitive


def _rows(x: Sequence[Any]) -> list[list[Any]]:
    n = math.isqrt(len(x))
    return [list(x[i * n : (i + 1) * n]) for i in range(n)]


def by_products(rows: Sequence[Sequence[Any]]) -> Any:
    """The determinant without divisions, of numbers of any kind (Bird 2011, Inf. Process. Lett. 111).

    With F(X) = mu(X) A it is (-1)^(n - 1) times the first entry of F^(n - 1)(A), where mu keeps what stands above the
    diagonal and puts on it the negative sums of what stands below on the diagonal of X.
    """
    n = len(rows)
    x = rows
    for _ in range(n - 1):
        diagonal: list[Any] = [0] * n
        for i in range(n - 2, -1, -1):
            diagonal[i] = diagonal[i + 1] - x[i + 1][i + 1]
        x = [
            [sum((x[i][k] * rows[k][j] for k in range(i + 1, n)), diagonal[i] * rows[i][j]) for j in range(n)]
            for i in range(n)
        ]
    return x[0][0] if n % 2 else -x[0][0]


def by_elimination(rows: Sequence[Sequence[Any]]) -> Any:
    """That of power series, with the largest first coefficients as pivots; by products where one may begin with 0.

    Fewer operations, but where entries are zero the result is only as good as zero.
    """
    given, rows = rows, [list(row) for row in rows]
    n, found = len(rows), 1
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(rows[i][k][0]).mid())
        if not abs(rows[best][k][0]) > 0:
            return by_products(given)
        if best != k:
            rows[k], rows[best], found = rows[best], rows[k], -found
        found = found * rows[k][k]
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [rows[i][j] - factor * rows[k][j] if j > k else rows[i][j] for j in range(n)]
    return found


def _cofactor(position: int) -> Any:
    def of(*x: Any) -> Any:
        rows = _rows(x[:-1])
        return cofactor(rows, *divmod(position, len(rows)))

    return of


def cofactor(rows: Sequence[Sequence[Any]], i: int, j: int) -> Any:
    """The slope of the determinant by an entry: with its sign that of what is left without its row and column."""
    rest = [[*row[:j], *row[j + 1 :]] for k, row in enumerate(rows) if k != i]
    minor = determinant(rest)
    return -minor if (i + j) % 2 else minor


def determinant(rows: Sequence[Sequence[Any]]) -> Any:
    """The determinant of these rows of numbers, as one operation."""
    match len(rows):
        case 0:
            return 1
        case 1:
            return rows[0][0]
    return det_of(*(x for row in rows for x in row))


def _matrices(x: Sequence[Any]) -> Array:
    n = math.isqrt(len(x))
    spread = np.stack(np.broadcast_arrays(*x), -1)
    return spread.reshape(*spread.shape[:-1], n, n)


def _on_torch(torch: Any, *x: Any) -> Any:
    n = math.isqrt(len(x))
    spread = torch.stack(torch.broadcast_tensors(*as_tensors(torch, x)), dim=-1)
    return torch.linalg.det(spread.reshape(*spread.shape[:-1], n, n))


def _on_fractions(*x: Fraction) -> Fraction:
    found: Fraction = by_products(_rows(x))
    return found


det_of = Primitive(
    name="det_of",
    doc="the determinant of a matrix, whose entries are given row by row",
    numpy=lambda *x: np.linalg.det(_matrices(x)),
    torch=_on_torch,
    sympy=lambda sympy, *x: sympy.Matrix(_rows(x)).det(method="berkowitz"),
    arb=lambda *x: arb_mat(_rows(x)).det(),
    series=lambda *x: by_products(_rows(x)),
    elsewhere=lambda *x: by_products(_rows(x)),
    exactly=_on_fractions,
    ulps=2,
    sympy_rule=False,
    forms=lambda i: (_cofactor(i),),
)
