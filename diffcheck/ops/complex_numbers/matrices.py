"""Linear algebra of complex matrices by real ones, and products of complex elements."""

from collections.abc import Callable
from typing import Any

import numpy as np

from diffcheck.errors import NoRule
from diffcheck.ops.complex_numbers.pairs import Formula, Pair, collected_in, div, is_surely, matmul, mul, pair, size
from diffcheck.ops.functions.basic import sqrt as _root
from diffcheck.ops.matrices.linalg import demand_square, trace, triu
from diffcheck.ops.matrices.linalg import inverse as _inverse
from diffcheck.ops.matrices.linalg import slogdet as _slogdet
from diffcheck.ops.matrices.linalg import solve as _solve
from diffcheck.ops.matrices.linalg import tril as _tril
from diffcheck.ops.matrices.norms import vector_norm as _vector_norm
from diffcheck.ops.matrices.spectral import matrix_exp as _matrix_exp
from diffcheck.ops.on_arrays.common import axes_of, concatenate, kept, reshape, sum
from diffcheck.ops.on_arrays.statistics import var as _var

MATRICES: dict[str, Formula] = {}
_of_pairs = collected_in(MATRICES)


def matrices(x: Any) -> Pair:
    """Complex matrices; of real ones with a second part of their shape."""
    x = pair(x)
    return Pair(x.re, np.zeros(x.re.shape) if is_surely(0, x.im) else x.im)


def each(x: Pair, move: Callable[[Any], Any]) -> Pair:
    """The same of both parts."""
    return Pair(move(x.re), move(x.im))


def both_parts(a: Pair) -> Any:
    """The matrix of A + iB as a map of both parts: A, -B over B, A."""
    above, below = concatenate([a.re, -a.im], -1), concatenate([a.im, a.re], -1)
    return concatenate([above, below], -2)


@_of_pairs("solve")
def solve(a: Any, b: Any) -> Pair:
    """By the real system of both parts."""
    a, b = matrices(a), matrices(b)
    demand_square("solve", a.re)
    n, vector = a.re.shape[-1], len(b.re.shape) == 1
    found = _solve(both_parts(a), concatenate([b.re, b.im], -1 if vector else -2))
    return Pair(found[:n], found[n:]) if vector else Pair(found[..., :n, :], found[..., n:, :])


@_of_pairs("solve_triangular")
def solve_triangular(a: Any, b: Any, upper: bool = False) -> Pair:
    """As `solve`, of one triangle."""
    part = triu if upper else _tril
    return solve(each(matrices(a), part), b)


@_of_pairs("inverse")
def inverse(a: Any) -> Pair:
    """By that of the real matrix of both parts."""
    demand_square("inverse", a.re)
    n = a.re.shape[-1]
    found = _inverse(both_parts(a))
    return Pair(found[..., :n, :n], found[..., n:, :n])


@_of_pairs("matrix_exp")
def matrix_exp(a: Any) -> Pair:
    """By that of the real matrix of both parts."""
    demand_square("matrix_exp", a.re)
    n = a.re.shape[-1]
    found = _matrix_exp(both_parts(a))
    return Pair(found[..., :n, :n], found[..., n:, :n])


@_of_pairs("det")
def det(a: Any) -> Pair:
    """The last coefficient of the characteristic polynomial (Faddeev and LeVerrier), which divides by no element."""
    demand_square("det", a.re)
    n = a.re.shape[-1]
    found = a
    for k in range(1, n):
        trace = _trace(found)
        found = matmul(a, _less_on_the_diagonal(found, Pair(trace.re / k, trace.im / k)))
    trace = _trace(found)
    sign = 1 if n % 2 else -1
    return Pair(sign * trace.re / n, sign * trace.im / n)


def _trace(a: Pair) -> Pair:
    return Pair(trace(a.re), trace(a.im))


def _less_on_the_diagonal(a: Pair, value: Pair) -> Pair:
    unit = np.eye(a.re.shape[-1])
    return Pair(*(part - reshape(v, (*v.shape, 1, 1)) * unit for part, v in ((a.re, value.re), (a.im, value.im))))


@_of_pairs("slogdet")
def slogdet(a: Any) -> tuple[Pair, Any]:
    """The determinant of the real matrix of both parts is the square of its size."""
    found = det(a)
    return div(found, size(found)), _slogdet(both_parts(a))[1] / 2


@_of_pairs("var")
def var(x: Any, *options: Any, **named: Any) -> Any:
    """That of both parts, added up."""
    return _var(x.re, *options, **named) + _var(x.im, *options, **named)


@_of_pairs("std")
def std(x: Any, *options: Any, **named: Any) -> Any:
    """The root of `var`."""
    return _root(var(x, *options, **named))


@_of_pairs("vector_norm")
def vector_norm(x: Any, p: float = 2, axis: Any = None, keepdim: bool = False) -> Any:
    """Of order 2 the root of all squares of both parts, of others that of the sizes."""
    x = pair(x)
    if p == 2:
        return _root(sum(x.re * x.re + x.im * x.im, axis, keepdim))
    return _vector_norm(size(x), p, axis, keepdim)


@_of_pairs("norm")
def norm(x: Any, p: Any = None, dim: Any = None, keepdim: bool = False, *, ord: Any = None, axis: Any = None) -> Any:
    """That of a vector of all elements, or along axes."""
    order, axes = p if ord is None else ord, dim if axis is None else axis
    of_matrices = (ord, axis) != (None, None) and order is not None and len(axes_of(x.re, axes)) != 1
    if of_matrices or (order not in (None, "fro") and isinstance(order, str)):
        raise NoRule(f"norm: order {order!r} of matrices has no rule for complex numbers: use vector_norm")
    return vector_norm(x, 2 if order in (None, "fro") else order, axes, keepdim)


@_of_pairs("prod")
def prod(x: Any, axis: int | None = None, keepdim: bool = False) -> Pair:
    """Neighbours are multiplied until one is left."""
    parts = [part.reshape((-1,)) if axis is None else part for part in (x.re, x.im)]
    before = (slice(None),) * range(parts[0].ndim)[axis or 0]
    factors = [Pair(*(part[(*before, k)] for part in parts)) for k in range(parts[0].shape[len(before)])]
    while len(factors) > 1:
        last = factors[len(factors) // 2 * 2 :]
        factors = [mul(a, b) for a, b in zip(factors[::2], factors[1::2], strict=False)] + last
    (found,) = factors
    return Pair(*(kept(part, x.re, axis, keepdim) for part in (found.re, found.im)))
