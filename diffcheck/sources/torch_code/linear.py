"""Rows of products of matrices and of linear algebra."""

from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.elementwise import add, mul
from diffcheck.sources.torch_code.registry import lifted, refuse, row


def no_error(a: Any) -> Any:
    """For each matrix that it has no defect."""
    return np.zeros(a.shape[:-2], np.int32)


@row("mm", "bmm", "mv", "dot", "matmul")
def _product(x: Any, y: Any) -> Any:
    x, y = lifted(x, y)
    return x @ y


@row("addmm", "baddbmm", "addmv")
def _added_product(z: Any, x: Any, y: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    x, y = lifted(x, y) if isinstance(x, Traced) or isinstance(y, Traced) else lifted(x, y, z)[:2]
    return add(x @ y if alpha == 1 else alpha * (x @ y), z if beta == 1 else mul(z, beta))


@row("addr")
def _added_outer(z: Any, x: Any, y: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    z, x, y = lifted(z, x, y)
    return beta * z + alpha * (x.reshape((-1, 1)) * y.reshape((1, -1)))


@row("_linalg_solve_ex")
def _solve(a: Any, b: Any, left: bool = True, check_errors: bool = False) -> Any:
    """With the factors and pivots, which nobody but a backward pass needs."""
    a, b = lifted(a, b)
    vectors = b.ndim == a.ndim - 1 and b.shape == a.shape[:-1]
    right = b.reshape((*b.shape, 1)) if vectors else b
    found = ops.solve(a, right) if left else ops.solve(a.swapaxes(-1, -2), right.swapaxes(-1, -2)).swapaxes(-1, -2)
    return (found.reshape(b.shape) if vectors else found), None, None, no_error(a)


@row("linalg_inv_ex")
def _inverse(a: Any, check_errors: bool = False) -> Any:
    return ops.inverse(a), no_error(a)


@row("_linalg_det")
def _det(a: Any) -> Any:
    return ops.det(a), None, None


@row("_linalg_slogdet")
def _slogdet(a: Any) -> Any:
    return (*ops.slogdet(a), None, None)


@row("linalg_cholesky_ex")
def _cholesky(a: Any, upper: bool = False, check_errors: bool = False) -> Any:
    found = ops.cholesky(a.swapaxes(-1, -2) if upper else a)
    return (found.swapaxes(-1, -2) if upper else found), no_error(a)


@row("cholesky")
def _plain_cholesky(a: Any, upper: bool = False) -> Any:
    return _cholesky(a, upper)[0]


@row("linalg_solve_triangular")
def _solve_triangular(a: Any, b: Any, upper: bool, left: bool = True, unitriangular: bool = False) -> Any:
    if unitriangular:
        return refuse("a triangle with ones on its diagonal")
    a, b = lifted(a, b)
    if left:
        return ops.solve_triangular(a, b, upper=upper)
    return ops.solve_triangular(a.swapaxes(-1, -2), b.swapaxes(-1, -2), upper=not upper).swapaxes(-1, -2)


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
