"""Rows of triangular matrices along the last two axes: solutions by substitution, and Cholesky's factor.

Their losses by the backward errors in Higham 2002, *Accuracy and Stability of Numerical Algorithms*.
"""

from typing import Any

import numpy as np
from flint import arb

from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.matrices.elimination import numbers, quietly, solved_back, together, turned
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Array


def times(x: Any, y: Any) -> Any:
    """The sum of products, of numbers of any kind."""
    return sum((a * b for a, b in zip(x[1:], y[1:], strict=True)), x[0] * y[0])


def substituted(lower: bool, a: Any, b: Any) -> Array:
    """The solution for a triangular matrix, of numbers of any kind."""
    rows, right = a.tolist(), b.tolist()
    n = len(rows)
    found: list[Any] = [None] * n
    for i in range(n) if lower else range(n - 1, -1, -1):
        known = range(i) if lower else range(i + 1, n)
        found[i] = [
            (y - times([rows[i][k] for k in known], [found[k][j] for k in known]) if known else y) / rows[i][i]
            for j, y in enumerate(right[i])
        ]
    return numbers(found, b.shape)


def _substituted_floats(lower: bool, a: Array, b: Array) -> Array:
    """The same in floating point, row by row for all matrices at once."""
    n, found = a.shape[-1], np.empty(b.shape, np.result_type(a, b))
    for i in range(n) if lower else range(n - 1, -1, -1):
        known = slice(0, i) if lower else slice(i + 1, n)
        rest = b[..., i, :] - (a[..., i, None, known] @ found[..., known, :])[..., 0, :]
        found[..., i, :] = rest / a[..., i, i, None]
    return found


def _triangle(lower: bool, x: Any) -> Any:
    return np.tril(x) if lower else np.triu(x)


def inverted(lower: bool, a: Array) -> Array:
    """The inverse of a triangle, with zeros where it has them."""
    return _substituted_floats(lower, a, np.broadcast_to(np.eye(a.shape[-1]), a.shape))


def _triangular_pulled(p: Any, position: int, g: Any, x: Any, a: Any, b: Any) -> Any:
    back = together(triangular, turned(a), g, (not p[0],))
    return back if position == 1 else -(back @ turned(x)).triangle(p[0])


def _triangular_back(lower: bool, size: Any, position: int, g: Array, x: Array, a: Array) -> Array:
    back = solved_back(size, position, g, x, inverted(lower, a))
    return back if position == 1 else np.asarray(_triangle(lower, back))


triangular = Own(
    name="solve_triangular",
    doc="the solutions X of A X = B by what stands below the diagonal of A, or above; parameters: whether below",
    axes=(2, 2),
    shape=lambda _, a, b: b,
    operations=lambda _, a, b: a[0] ** 2 * b[1],
    on_numpy=lambda p, a, b: _substituted_floats(p[0], a, b),
    on_balls=lambda p, a, b: substituted(p[0], a, b),
    on_numbers=lambda p, a, b: substituted(p[0], a, b),
    pulled=_triangular_pulled,
    pushed=lambda p, size, x, a, b, ma, mb: (
        size(inverted(p[0], a)) @ (mb + size(-1.0) * (_triangle(p[0], ma) @ size(x)))
    ),
    back=lambda p, size, k, g, x, a, b: _triangular_back(p[0], size, k, g, x, a),
    # Theorem 8.5: the matrix changes by n u |T|.
    lost=lambda p, x, a, b: a.shape[-1] * (np.abs(inverted(p[0], a)) @ np.abs(_triangle(p[0], a)) @ np.abs(x)),
)


def _factor(root: Any, zero: Any, a: Array) -> Array:
    """Cholesky's factor, of numbers of any kind; what stands above the diagonal of A is not read."""
    rows, n = a.tolist(), len(a)
    found = [[zero] * n for _ in range(n)]
    for j in range(n):
        for i in range(j, n):
            rest = rows[i][j] - times(found[i][:j], found[j][:j]) if j else rows[i][j]
            found[i][j] = root(rest) if i == j else rest / found[j][j]
    return numbers(found, a.shape)


def halved(x: Any) -> Any:
    """Half of what stands on the diagonal, and all of what does not."""
    n = x.shape[-1]
    return x * (np.ones((n, n)) - np.eye(n) / 2)


def _cholesky_pulled(p: Any, k: int, g: Any, factor: Any, a: Any) -> Any:
    """The rule of Murray 2016, for a function of what stands on and below the diagonal."""
    above = turned(factor)
    inner = halved((above @ g.triangle(True)).triangle(True))
    half = together(triangular, above, inner, (False,))
    both = turned(together(triangular, above, turned(half), (False,)))
    return halved((both + turned(both)).triangle(True))


def _cholesky_pushed(p: Any, size: Any, factor: Array, a: Array, m: Array) -> Array:
    inverse = size(inverted(True, factor))
    whole = np.tril(m) + turned(np.tril(m, -1))
    moved: Array = size(factor) @ halved(np.tril(inverse @ whole @ turned(inverse)))
    return moved


def _cholesky_back(p: Any, size: Any, k: int, g: Array, factor: Array, a: Array) -> Array:
    """The same rule in floating point."""
    inverse = size(inverted(True, factor))
    inner = halved(np.tril(turned(size(factor)) @ np.tril(g)))
    both = turned(inverse) @ inner @ inverse
    return np.asarray(halved(np.tril(both + turned(both))))


cholesky = Own(
    name="cholesky",
    doc="the lower triangular matrix L with L L^T = A; what stands above the diagonal of A is not read",
    axes=(2,),
    shape=lambda _, a: a,
    operations=lambda _, a: max(1, a[0] ** 3 // 3),
    on_numpy=lambda _, a: quietly(np.linalg.cholesky, a),
    on_balls=lambda _, a: _factor(arb.sqrt, arb(0), a),
    on_series=lambda _, a: _factor(lambda x: x.sqrt(), 0 * a[0, 0], a),
    on_numbers=lambda _, a: _factor(sqrt, 0, a),
    pulled=_cholesky_pulled,
    pushed=_cholesky_pushed,
    back=_cholesky_back,
    # Theorem 10.3: the matrix changes by (n + 1) u |L| |L^T|.
    lost=lambda p, v, a: _cholesky_pushed(p, np.abs, v, a, (a.shape[-1] + 1) * (np.abs(v) @ np.abs(turned(v)))),
)
