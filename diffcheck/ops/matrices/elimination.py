"""Rows of what elimination computes: solutions, inverses and determinants of the matrices along the last two axes.

The losses are those that the backward error of LAPACK's methods explains (Higham 2002, *Accuracy and Stability of
Numerical Algorithms*): what is computed is exact for a matrix that differs by no more than ``n u |L| |U|``.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flint import arb, arb_mat

from diffcheck.ops.enclosures import balls
from diffcheck.ops.functions.elementary import log
from diffcheck.ops.functions.pieces import abs
from diffcheck.ops.matrices.determinants import by_elimination, cofactor, determinant
from diffcheck.ops.own import Own, Size
from diffcheck.ops.structure import Array, Parameters


def turned(x: Any) -> Any:
    """The transposed matrices."""
    return x.swapaxes(-1, -2)


def numbers(rows: Sequence[Sequence[Any]], shape: tuple[int, ...]) -> Array:
    """Numbers of any kind as an array: NumPy may not look into them."""
    found = np.empty(shape, object)
    for i, row in enumerate(rows):
        for j, number in enumerate(row):
            found[i, j] = number
    return found


def _balls(x: Array) -> Any:
    return arb_mat(x.shape[0], x.shape[1], x.ravel().tolist())


def _unknown(shape: tuple[int, ...]) -> Array:
    return np.full(shape, arb.nan(), object)


def _of_balls(matrix: Any, shape: tuple[int, ...]) -> Array:
    return numbers(matrix.tolist(), shape)


def _eliminated(a: Array, b: Array) -> Array:
    """The solution for power series, by elimination with the largest first coefficients as pivots; NaN without any."""
    rows = [[*x, *y] for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    n, width = len(rows), len(rows[0])
    for k in range(n):
        best = max(range(k, n), key=lambda i: _size(rows[i][k][0]))
        rows[k], rows[best] = rows[best], rows[k]
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [rows[i][j] - factor * rows[k][j] if j > k else rows[i][j] for j in range(width)]
    for k in range(n - 1, -1, -1):
        for j in range(n, width):
            known = sum((rows[k][i] * rows[i][j] for i in range(k + 1, n)), 0 * rows[k][j])
            rows[k][j] = (rows[k][j] - known) / rows[k][k]
    return numbers([row[n:] for row in rows], b.shape)


def _size(x: Any) -> float:
    """The size of a ball's midpoint, to choose by."""
    return float(balls.magnitude(x.mid()))


def _identity(n: int) -> list[list[int]]:
    return [[int(i == j) for j in range(n)] for i in range(n)]


def _solve_balls(_: Any, a: Array, b: Array) -> Array:
    try:
        return _of_balls(_balls(a).solve(_balls(b)), b.shape)
    except ZeroDivisionError:
        return _unknown(b.shape)


def _inverse_balls(_: Any, a: Array) -> Array:
    try:
        return _of_balls(_balls(a).inv(), a.shape)
    except ZeroDivisionError:
        return _unknown(a.shape)


def _solve_numbers(_: Any, a: Array, b: Array) -> Array:
    """By Cramer's rule: the quotients of two determinants."""
    rows, whole = a.tolist(), determinant(a.tolist())
    columns = [
        [
            determinant([[*row[:i], y, *row[i + 1 :]] for row, y in zip(rows, column, strict=True)]) / whole
            for i in range(len(rows))
        ]
        for column in turned(b).tolist()
    ]
    found: Array = turned(numbers(columns, b.shape[::-1]))
    return found


def _inverse_numbers(_: Any, a: Array) -> Array:
    """The transposed cofactors, divided by the determinant."""
    rows, places = a.tolist(), range(len(a))
    whole = determinant(rows)
    return numbers([[cofactor(rows, j, i) / whole for j in places] for i in places], a.shape)


def quietly(function: Callable[..., Any], *x: Array) -> Array:
    """A function of matrices in floating point; NaN for each that NumPy calls singular, of the last one's shape."""
    try:
        return np.asarray(function(*x))
    except np.linalg.LinAlgError:
        if x[0].ndim == 2:
            return np.full(x[-1].shape, np.nan)
        return np.stack([quietly(function, *each) for each in zip(*x, strict=True)])


def solved(a: Array, b: Array) -> Array:
    """The solution in floating point, NaN where there is none."""
    return quietly(np.linalg.solve, a, b)


def inverted(a: Array) -> Array:
    """The inverse in floating point, NaN where there is none."""
    return quietly(np.linalg.inv, a)


def _perturbed(a: Array) -> Array:
    """By how many unit roundoffs elimination may change the matrix that it solves for: ``n |L| |U|``, in A's rows.

    The constant of theorem 9.3 is 3 n for solutions and n for the factors; the bounds allow a multiple anyway.
    """
    from scipy.linalg import lu

    permutation, lower, upper = lu(a, check_finite=False)
    found: Array = a.shape[-1] * (permutation @ (np.abs(lower) @ np.abs(upper)))
    return found


def together(row: Own, a: Any, b: Any, parameters: Parameters = ()) -> Any:
    """A row on traced arrays: for one matrix and many right-hand sides these stand beside each other."""
    if a.ndim > 2 or b.ndim == 2:
        return a.own(row, b, parameters=parameters)
    n, width = b.shape[-2:]
    beside = b.reshape((-1, n, width)).swapaxes(0, 1)
    found = a.own(row, beside.reshape((n, -1)), parameters=parameters)
    return found.reshape(beside.shape).swapaxes(0, 1).reshape(b.shape)


def _solve_pulled(_: Any, position: int, g: Any, x: Any, a: Any, b: Any) -> Any:
    back = together(solve, turned(a), g)
    return back if position == 1 else -(back @ turned(x))


def solved_back(size: Size, position: int, g: Array, x: Array, inverse: Array) -> Array:
    """What the adjoint of a solution adds to that of the matrix or of the right side, for the matrix's inverse."""
    back: Array = turned(size(inverse)) @ g
    return back if position == 1 else size(-1.0) * (back @ turned(size(x)))


solve = Own(
    name="solve",
    doc="the solutions X of A X = B",
    axes=(2, 2),
    shape=lambda _, a, b: b,
    operations=lambda _, a, b: b[0] * b[1] * max(1, 2 * a[0] ** 3 // 3),
    on_numpy=lambda _, a, b: solved(a, b),
    on_balls=_solve_balls,
    on_series=lambda _, a, b: _eliminated(a, b),
    on_numbers=_solve_numbers,
    pulled=_solve_pulled,
    pushed=lambda p, size, x, a, b, ma, mb: size(inverted(a)) @ (mb + size(-1.0) * (ma @ size(x))),
    back=lambda p, size, k, g, x, a, b: solved_back(size, k, g, x, inverted(a)),
    lost=lambda p, x, a, b: np.abs(inverted(a)) @ _perturbed(a) @ np.abs(x),
)
inverse = Own(
    name="inverse",
    doc="the inverse matrix",
    axes=(2,),
    shape=lambda _, a: a,
    operations=lambda _, a: a[0] ** 2 * max(1, 2 * a[0] ** 3 // 3),
    on_numpy=lambda _, a: inverted(a),
    on_balls=_inverse_balls,
    on_series=lambda _, a: _eliminated(a, _constants(_identity(len(a)), a)),
    on_numbers=_inverse_numbers,
    pulled=lambda p, k, g, y, a: -(turned(y) @ (g @ turned(y))),
    pushed=lambda p, size, y, a, m: size(-1.0) * (size(y) @ m @ size(y)),
    back=lambda p, size, k, g, y, a: size(-1.0) * (turned(size(y)) @ g @ turned(size(y))),
    lost=lambda p, y, a: np.abs(y) @ _perturbed(a) @ np.abs(y),
)


def _constants(rows: Sequence[Sequence[int]], like: Array) -> Array:
    zero = 0 * like.flat[0]
    return numbers([[zero + number for number in row] for row in rows], like.shape)


def _spread(g: Any) -> Any:
    """With two axes of length one behind."""
    return g.reshape((*g.shape, 1, 1))


def _condition(a: Array) -> Array:
    """What elimination may change the logarithm of the determinant by (Higham 2002, 14.6)."""
    found: Array = (np.abs(turned(inverted(a))) * _perturbed(a)).sum((-1, -2))
    return found


det = Own(
    name="det",
    doc="the determinant",
    axes=(2,),
    shape=lambda *_: (),
    operations=lambda _, a: max(1, 2 * a[0] ** 3 // 3),
    on_numpy=lambda _, a: np.linalg.det(a),
    on_balls=lambda _, a: _balls(a).det(),
    on_series=lambda _, a: by_elimination(a.tolist()),
    on_numbers=lambda _, a: determinant(a.tolist()),
    pulled=lambda p, k, g, v, a: _spread(g * v) * turned(a.own(inverse)),
    pushed=lambda p, size, v, a, m: (size(v[..., None, None] * turned(inverted(a))) * m).sum((-1, -2)),
    back=lambda p, size, k, g, v, a: g[..., None, None] * size(v[..., None, None] * turned(inverted(a))),
    lost=lambda p, v, a: np.abs(v) * (1 + _condition(a)),
)
logabsdet = Own(
    name="logabsdet",
    doc="the logarithm of the determinant's size",
    axes=(2,),
    shape=lambda *_: (),
    operations=lambda _, a: max(1, 2 * a[0] ** 3 // 3),
    on_numpy=lambda _, a: np.linalg.slogdet(a)[1],
    on_balls=lambda _, a: _logarithm(_balls(a).det()),
    on_series=lambda _, a: _logarithm_of_series(by_elimination(a.tolist())),
    on_numbers=lambda _, a: log(abs(determinant(a.tolist()))),
    pulled=lambda p, k, g, v, a: _spread(g) * turned(a.own(inverse)),
    pushed=lambda p, size, v, a, m: (size(turned(inverted(a))) * m).sum((-1, -2)),
    back=lambda p, size, k, g, v, a: g[..., None, None] * size(turned(inverted(a))),
    lost=lambda p, v, a: np.abs(v) + _condition(a),
)


def _logarithm(x: Any) -> Any:
    return (-x if x < 0 else x).log()


def _logarithm_of_series(x: Any) -> Any:
    return (-x if x[0] < 0 else x).log()
