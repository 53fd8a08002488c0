"""Rows of products of matrices and of linear algebra."""

from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.rows.elementwise import mul
from diffcheck.sources.torch_code.rows.infinities import added
from diffcheck.sources.torch_code.rows.registry import lifted, refuse, row, total


def no_error(a: Any) -> Any:
    """For each matrix that it has no defect."""
    return np.zeros(a.shape[:-2], np.int32)


@row("mm", "bmm", "mv", "dot", "matmul")
def _product(x: Any, y: Any) -> Any:
    x, y = lifted(x, y)
    return product(x, y)


def product(x: Traced, y: Traced) -> Traced:
    """The product of matrices; sums of nothing are zero."""
    shape = np.matmul(np.empty(x.shape, bool), np.empty(y.shape, bool)).shape
    return x @ y if x.shape[-1] and 0 not in shape else x.lift(np.zeros(shape))


@row("addmm", "_sparse_addmm", "baddbmm", "addmv")
def _added_product(z: Any, x: Any, y: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    x, y = lifted(x, y) if isinstance(x, Traced) or isinstance(y, Traced) else lifted(x, y, z)[:2]
    found = product(x, y)
    return added(found if alpha == 1 else alpha * found, z if beta == 1 else mul(z, beta))


@row("addbmm")
def _added_products(z: Any, x: Any, y: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    """The sum of all products of a batch besides."""
    z, x, y = lifted(z, x, y)
    rows, columns = x.swapaxes(0, 1).reshape((x.shape[1], -1)), y.reshape((-1, y.shape[2]))
    return _added_product(z, rows, columns, beta, alpha)


@row("_trilinear")
def _trilinear(x: Any, y: Any, z: Any, of_x: Any, of_y: Any, of_z: Any, summed: Any, unrolled: int = 1) -> Any:
    """Three factors, each repeated along axes of its own, and the sum along some."""
    x, y, z = (
        v.reshape(np.expand_dims(np.empty(v.shape, bool), tuple(axes)).shape)
        for v, axes in zip(lifted(x, y, z), (of_x, of_y, of_z), strict=True)
    )
    return total(x * y * z, summed)


@row("addr")
def _added_outer(z: Any, x: Any, y: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    z, x, y = lifted(z, x, y)
    return beta * z + alpha * (x.reshape((-1, 1)) * y.reshape((1, -1)))


def solved(a: Any, b: Any, left: bool) -> Any:
    """The solution of equations for each column of ``b``, or for each row."""
    a, b = lifted(a, b)
    vectors = b.ndim == a.ndim - 1 and b.shape == a.shape[:-1]
    right = b.reshape((*b.shape, 1)) if vectors else b
    found = ops.solve(a, right) if left else ops.solve(a.swapaxes(-1, -2), right.swapaxes(-1, -2)).swapaxes(-1, -2)
    return found.reshape(b.shape) if vectors else found


@row("linalg_inv_ex")
def _inverse(a: Any, check_errors: bool = False) -> Any:
    return ops.inverse(a), no_error(a)


@row("linalg_cholesky_ex")
def _cholesky(a: Any, upper: bool = False, check_errors: bool = False) -> Any:
    found = ops.cholesky(a.swapaxes(-1, -2) if upper else a)
    return (found.swapaxes(-1, -2) if upper else found), no_error(a)


@row("cholesky")
def _plain_cholesky(a: Any, upper: bool = False) -> Any:
    return _cholesky(a, upper)[0]


@row("linalg_solve_triangular")
def _solve_triangular(a: Any, b: Any, upper: bool, left: bool = True, unitriangular: bool = False) -> Any:
    a, b = lifted(a, b)
    a = with_ones(a, upper) if unitriangular else a
    if left:
        return ops.solve_triangular(a, b, upper=upper)
    return ops.solve_triangular(a.swapaxes(-1, -2), b.swapaxes(-1, -2), upper=not upper).swapaxes(-1, -2)


def with_ones(a: Any, upper: bool) -> Any:
    """One triangle of matrices, with ones on the diagonal."""
    return a.triangle(not upper, 1 if upper else -1) + np.eye(*a.shape[-2:])


@row("triangular_solve")
def _old_solve_triangular(
    b: Any, a: Any, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> Any:
    """With a copy of the triangle, as torch's older function has it."""
    a, b = lifted(a, b)
    used = a.swapaxes(-1, -2) if transpose else a
    return _solve_triangular(used, b, upper != transpose, unitriangular=unitriangular), a


@row("cholesky_inverse")
def _cholesky_inverse(factor: Any, upper: bool = False) -> Any:
    """The inverse of the matrix that has this factor."""
    inverse = ops.solve_triangular(factor, np.eye(factor.shape[-1]), upper=upper)
    return inverse @ inverse.swapaxes(-1, -2) if upper else inverse.swapaxes(-1, -2) @ inverse


@row("linalg_householder_product")
def _householder_product(a: Any, tau: Any) -> Any:
    """The first columns of a product of reflections."""
    a, tau = lifted(a, tau)
    m, n = a.shape[-2:]
    return _reflected(a, tau, a.lift(np.broadcast_to(np.eye(m, n), a.shape)))


@row("ormqr")
def _ormqr(a: Any, tau: Any, x: Any, left: bool = True, transpose: bool = False) -> Any:
    a, tau, x = lifted(a, tau, x)
    if not left:  # of X Q the turned one
        return _ormqr(a, tau, x.swapaxes(-1, -2), True, not transpose).swapaxes(-1, -2)
    return _reflected(a, tau, x, transpose)


def _reflected(a: Any, tau: Any, x: Any, transpose: bool = False) -> Any:
    """The reflections ``1 - tau v v^T`` one after another; each v is one on the diagonal, and what stands below it."""
    vectors = with_ones(a, False)
    for k in range(tau.shape[-1]) if transpose else reversed(range(tau.shape[-1])):
        v = vectors[..., k : k + 1]
        x = x - tau[..., k].reshape((*tau.shape[:-1], 1, 1)) * (v @ (v.swapaxes(-1, -2) @ x))
    return x


# Of matrices of full rank; a smaller one has no inverse here, so that the recording has no value.


@row("linalg_pinv")
def _pseudoinverse(a: Any, *small: Any, hermitian: bool = False, **more: Any) -> Any:
    demand_small((*small, *more.values()), a)
    if hermitian:
        return refuse("by eigenvalues")
    m, n = a.shape[-2:]
    turned = a.swapaxes(-1, -2)
    return ops.solve(turned @ a, turned) if m >= n else ops.solve(a @ turned, a).swapaxes(-1, -2)


def demand_small(limits: Any, a: Any) -> None:
    """Refuse limits, which singular values have to exceed, beyond what rounding makes of zero."""
    if any(limit is not None and np.max(limit) > np.finfo(float).eps * max(a.shape[-2:]) for limit in limits):
        refuse("small singular values are left out")


@row("linalg_lstsq")
def _least_squares(a: Any, b: Any, rcond: Any = None, driver: str | None = None) -> Any:
    a, b = lifted(a, b)
    demand_small((rcond,), a)
    m, n = a.shape[-2:]
    turned = a.swapaxes(-1, -2)
    if m < n:
        return turned @ ops.solve(a @ turned, b), None, None, None
    found = ops.solve(turned @ a, turned @ b)
    apart = a @ found - b
    return found, (total(apart * apart, -2) if m > n else None), None, None


@row("cholesky_solve")
def _cholesky_solve(b: Any, factor: Any, upper: bool = False) -> Any:
    b, factor = lifted(b, factor)
    first, second = (factor.swapaxes(-1, -2), factor) if upper else (factor, factor.swapaxes(-1, -2))
    return ops.solve_triangular(second, ops.solve_triangular(first, b), upper=True)


@row("linalg_cross")
def _cross(x: Any, y: Any, dim: int = -1) -> Any:
    x, y = (v.swapaxes(dim, -1) for v in lifted(x, y))
    one, two = [1, 2, 0], [2, 0, 1]
    return (x[..., one] * y[..., two] - x[..., two] * y[..., one]).swapaxes(dim, -1)
