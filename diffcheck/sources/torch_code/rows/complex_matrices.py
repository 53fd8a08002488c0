"""Rows of linear algebra, products and running sums of complex numbers."""

from typing import Any

import numpy as np

from diffcheck.ops.complex_numbers.factors import cholesky, lstsq, pinv
from diffcheck.ops.complex_numbers.matrices import (
    det,
    each,
    inverse,
    matrix_exp,
    prod,
    slogdet,
    solve,
    solve_triangular,
)
from diffcheck.ops.complex_numbers.pairs import Pair, matmul, mul, sub
from diffcheck.sources.torch_code.rows.linear import demand_small, no_error
from diffcheck.sources.torch_code.rows.registry import lifted, refuse, row
from diffcheck.sources.torch_code.rows.registry import total as real_total


def _lifted(x: Any) -> Pair:
    return Pair(*lifted(x.re, x.im))


def _both_lifted(x: Any, y: Any) -> tuple[Pair, Pair]:
    """One of them depends on an input."""
    parts = lifted(x.re, x.im, y.re, y.im)
    return Pair(*parts[:2]), Pair(*parts[2:])


def _transposed(x: Pair) -> Pair:
    return each(x, lambda part: part.swapaxes(-1, -2))


def _adjoint(x: Pair) -> Pair:
    return Pair(x.re.swapaxes(-1, -2), -x.im.swapaxes(-1, -2))


@row("complex linalg_inv_ex")
def _inverse(a: Any, check_errors: bool = False) -> Any:
    return inverse(_lifted(a)), no_error(a.re)


@row("complex _linalg_solve_ex")
def _solve(a: Any, b: Any, left: bool = True, check_errors: bool = False) -> Any:
    a, b = _both_lifted(a, b)
    if not left:
        a, b = _transposed(a), _transposed(b)
    # Torch takes some arrays for vectors, one for each matrix.
    vectors = 1 < b.re.ndim == a.re.ndim - 1
    found = solve(a, each(b, lambda part: part.reshape((*part.shape, 1)))) if vectors else solve(a, b)
    if vectors:
        found = each(found, lambda part: part[..., 0])
    return found if left else _transposed(found), None, None, no_error(a.re)


@row("complex linalg_solve_triangular")
def _solve_triangular(a: Any, b: Any, upper: bool, left: bool = True, unitriangular: bool = False) -> Any:
    a, b = _both_lifted(a, b)
    if unitriangular:
        strict = each(a, lambda part: part.triangle(not upper, 1 if upper else -1))
        a = Pair(strict.re + np.eye(a.re.shape[-1]), strict.im)
    if left:
        return solve_triangular(a, b, upper)
    return _transposed(solve_triangular(_transposed(a), _transposed(b), not upper))


@row("complex linalg_cholesky_ex")
def _cholesky(a: Any, upper: bool = False, check_errors: bool = False) -> Any:
    found = cholesky(_adjoint(_lifted(a)) if upper else _lifted(a))
    return (_adjoint(found) if upper else found), no_error(a.re)


@row("complex cholesky")
def _plain_cholesky(a: Any, upper: bool = False) -> Any:
    return _cholesky(a, upper)[0]


@row("complex linalg_matrix_exp")
def _matrix_exp(a: Any) -> Any:
    return matrix_exp(_lifted(a))


@row("complex linalg_pinv")
def _pseudoinverse(a: Any, *small: Any, hermitian: bool = False, **more: Any) -> Any:
    demand_small((*small, *more.values()), a.re)
    return refuse("by eigenvalues") if hermitian else pinv(_lifted(a))


@row("complex linalg_lstsq")
def _least_squares(a: Any, b: Any, rcond: Any = None, driver: str | None = None) -> Any:
    a, b = _both_lifted(a, b)
    demand_small((rcond,), a.re)
    m, n = a.re.shape[-2:]
    if m < n:
        return refuse("more columns than rows")
    found = lstsq(a, b)
    if m == n:
        return found, None, None, None
    apart = sub(matmul(a, found), b)
    return found, real_total(apart.re * apart.re + apart.im * apart.im, -2), None, None


@row("complex linalg_cross")
def _cross(x: Any, y: Any, dim: int = -1) -> Any:
    x, y = (each(v, lambda part: part.swapaxes(dim, -1)) for v in _both_lifted(x, y))

    def product(i: list[int], j: list[int]) -> Pair:
        return mul(each(x, lambda part: part[..., i]), each(y, lambda part: part[..., j]))

    one, two = [1, 2, 0], [2, 0, 1]
    return each(sub(product(one, two), product(two, one)), lambda part: part.swapaxes(dim, -1))


@row("complex _linalg_det")
def _det(a: Any) -> Any:
    return det(_lifted(a)), None, None


@row("complex _linalg_slogdet")
def _slogdet(a: Any) -> Any:
    return (*slogdet(_lifted(a)), None, None)


@row("complex prod")
def _prod(x: Any, dim: int | None = None, keepdim: bool = False, dtype: Any = None) -> Any:
    return prod(_lifted(x), dim, keepdim)


@row("complex cumsum")
def _cumsum(x: Any, dim: int, dtype: Any = None) -> Any:
    return Pair(*(part.cumsum(dim) for part in lifted(x.re, x.im)))


@row("complex cumprod")
def _cumprod(x: Any, dim: int, dtype: Any = None) -> Any:
    x = _lifted(x)
    before = (slice(None),) * range(x.re.ndim)[dim]
    found: list[Pair] = []
    for k in range(x.re.shape[dim]):
        factor = Pair(x.re[(*before, k)], x.im[(*before, k)])
        found.append(mul(found[-1], factor) if found else factor)
    return Pair(*(x.re.stack([getattr(number, part) for number in found], dim) for part in ("re", "im")))
