"""Linear algebra on the matrices along the last two axes, under the names of torch and NumPy."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import composite
from diffcheck.ops.functions.elementary import log
from diffcheck.ops.functions.pieces import sign
from diffcheck.ops.matrices import elimination, triangles
from diffcheck.ops.on_arrays.common import permute, reshape, transpose


def demand_square(name: str, a: Any) -> None:
    """Refuse what holds no square matrices."""
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise CaseError(f"{name}: an array of shape {tuple(a.shape)} holds no square matrices")


def _solve_torch(torch: Any, a: Any, b: Any) -> Any:
    """Torch takes some arrays for vectors, one for each matrix: a vector is what has one axis."""
    if b.ndim == 1:
        return torch.linalg.solve(a, b.unsqueeze(-1)).squeeze(-1)
    return torch.linalg.solve(a, b.expand(*torch.broadcast_shapes(a.shape[:-2], b.shape[:-2]), *b.shape[-2:]))


@composite(torch=_solve_torch, numpy="numpy.linalg.solve")
def solve(a: Any, b: Any) -> Any:
    """The solution X of A X = B; b is a vector, or matrices along the last two axes."""
    demand_square("solve", a)
    right = b if len(b.shape) > 1 else reshape(b, (-1, 1))
    if right.shape[-2] != a.shape[-1]:
        raise CaseError(f"solve: shapes {tuple(a.shape)} and {tuple(b.shape)}: the right side needs {a.shape[-1]} rows")
    found = elimination.together(elimination.solve, *_lifted(a, right))
    return found if len(b.shape) > 1 else reshape(found, found.shape[:-1])


def _lifted(a: Any, b: Any) -> tuple[Any, Any]:
    """Both as traced values; one of them is."""
    traced = a if hasattr(a, "own") else b
    return traced.lift(a), traced.lift(b)


@composite(torch="torch.linalg.inv", numpy="numpy.linalg.inv")
def inverse(a: Any) -> Any:
    """The inverse matrix."""
    demand_square("inverse", a)
    return a.own(elimination.inverse)


@composite(torch="torch.linalg.det", numpy="numpy.linalg.det")
def det(a: Any) -> Any:
    """The determinant."""
    demand_square("det", a)
    return a.own(elimination.det)


@composite(torch=lambda torch, a: tuple(torch.linalg.slogdet(a)), numpy=lambda a: tuple(np.linalg.slogdet(a)))
def slogdet(a: Any) -> Any:
    """The sign of the determinant and the logarithm of its size."""
    demand_square("slogdet", a)
    return sign(a.own(elimination.det)), a.own(elimination.logabsdet)


def _logdet_numpy(a: Any) -> Any:
    sign, logarithm = np.linalg.slogdet(a)
    return np.where(sign > 0, logarithm, np.nan)[()]


@composite(torch="torch.logdet", numpy=_logdet_numpy)
def logdet(a: Any) -> Any:
    """The logarithm of a positive determinant; there is none of others."""
    demand_square("logdet", a)
    positive, logarithm = slogdet(a)
    return logarithm + log(positive)


@composite(
    torch=lambda torch, a, b, axes=None: torch.linalg.tensorsolve(a, b, axes),
    numpy=lambda a, b, axes=None: np.linalg.tensorsolve(a, b, axes),
)
def tensorsolve(a: Any, b: Any, axes: Sequence[int] | None = None) -> Any:
    """The X for which products with A over the axes of X are B; first the axes of A that are named move to its end."""
    last = [range(a.ndim)[k] for k in axes or ()]
    whole = permute(a, [*(k for k in range(a.ndim) if k not in last), *last])
    shape = whole.shape[len(b.shape) :]
    if math.prod(shape) != math.prod(b.shape) or a.size != math.prod(shape) ** 2:
        raise CaseError(f"tensorsolve: shapes {tuple(a.shape)} and {tuple(b.shape)} make no square matrix")
    return reshape(solve(reshape(whole, (math.prod(shape),) * 2), reshape(b, (-1,))), shape)


@composite(
    torch=lambda torch, a, ind=2: torch.linalg.tensorinv(a, ind),
    numpy=lambda a, ind=2: np.linalg.tensorinv(a, ind),
)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse of a map from arrays of the shape of the axes behind the first ``ind`` to arrays of that of those."""
    before, behind = tuple(a.shape[:ind]), tuple(a.shape[ind:])
    if math.prod(before) != math.prod(behind):
        raise CaseError(f"tensorinv: an array of shape {tuple(a.shape)} and ind={ind} make no square matrix")
    return reshape(inverse(reshape(a, (math.prod(before),) * 2)), (*behind, *before))


@composite(torch=lambda torch, a, tau: torch.linalg.householder_product(a, tau))
def householder_product(a: Any, tau: Any) -> Any:
    """The first columns of the product of the reflections 1 - tau v v^T, v one and what stands below the diagonal."""
    m, n = a.shape[-2:]
    if n > m or tau.shape[-1] > n:
        raise CaseError(f"householder_product: shapes {tuple(a.shape)} and {tuple(tau.shape)} do not fit together")
    vectors = tril(a, -1) + np.eye(m, n)
    found: Any = np.eye(m, n)
    for k in range(tau.shape[-1] - 1, -1, -1):
        v = vectors[..., k : k + 1]
        found = found - reshape(tau[..., k], (*tau.shape[:-1], 1, 1)) * v @ (transpose(v) @ found)
    return found


@composite(torch="torch.linalg.cholesky", numpy="numpy.linalg.cholesky")
def cholesky(a: Any) -> Any:
    """The lower triangular L with L L^T = A, a function of what stands on and below the diagonal of A."""
    demand_square("cholesky", a)
    return a.own(triangles.cholesky)


def _triangular_numpy(a: Any, b: Any, upper: bool = False) -> Any:
    before = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    spread = (np.broadcast_to(x, before + x.shape[-2:]) for x in (a, b))
    return triangles.triangular.on_numpy((not upper,), *spread)


@composite(
    torch=lambda torch, a, b, upper=False: torch.linalg.solve_triangular(a, b, upper=upper), numpy=_triangular_numpy
)
def solve_triangular(a: Any, b: Any, upper: bool = False) -> Any:
    """The solution X of A X = B by one triangle of A: the lower one unless told otherwise."""
    demand_square("solve_triangular", a)
    if len(b.shape) < 2 or b.shape[-2] != a.shape[-1]:
        hint = f"B needs {a.shape[-1]} rows" + (" and columns: reshape(b, (-1, 1))" if len(b.shape) < 2 else "")
        raise CaseError(f"solve_triangular: shapes {tuple(a.shape)} and {tuple(b.shape)}: {hint}")
    return elimination.together(triangles.triangular, *_lifted(a, b), (not upper,))


@composite(torch=lambda torch, x, diagonal=0: torch.tril(x, diagonal), numpy="numpy.tril")
def tril(x: Any, diagonal: int = 0) -> Any:
    """What stands on a diagonal and below it, and zeros."""
    return x.triangle(True, diagonal)


@composite(torch=lambda torch, x, diagonal=0: torch.triu(x, diagonal), numpy="numpy.triu")
def triu(x: Any, diagonal: int = 0) -> Any:
    """What stands on a diagonal and above it, and zeros."""
    return x.triangle(False, diagonal)


def _diagonal_torch(torch: Any, x: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    return torch.diagonal(x, offset, dim1, dim2)


def _diagonal_numpy(x: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    return np.diagonal(x, offset, dim1, dim2)


@composite(torch=_diagonal_torch, numpy=_diagonal_numpy)
def diagonal(x: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """What stands on a diagonal of two axes, the first ones unless told otherwise."""
    numbers = np.arange(int(np.prod(x.shape, dtype=int))).reshape(tuple(x.shape))
    return x.reshape((-1,))[np.diagonal(numbers, offset, dim1, dim2)]


@composite(
    torch=lambda torch, x, offset=0: torch.diagonal(x, offset, -2, -1).sum(-1),
    numpy=lambda x, offset=0: np.trace(x, offset, -2, -1),
)
def trace(x: Any, offset: int = 0) -> Any:
    """The sum of what stands on the diagonal, or on another one; of many matrices, along the last two axes, of each."""
    return diagonal(x, offset, -2, -1).sum(-1)
