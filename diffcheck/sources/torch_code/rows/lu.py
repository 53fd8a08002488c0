"""Rows of factors by elimination: in which order the rows stand holds under a condition."""

from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.ops.on_arrays.conditions import all_joined
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.rows.linear import no_error, solved, with_ones
from diffcheck.sources.torch_code.rows.registry import lifted, nothing, refuse, row

# Factors that only a backward pass asks for are recorded up to this size: elimination takes as many steps.
_LARGEST = 32


@row("linalg_lu_factor_ex")
def _lu_factor(a: Any, pivot: bool = True, check_errors: bool = False, *, outcome: Any) -> Any:
    """Both triangles in one array, and LAPACK's exchanges."""
    lu, held = _factors(a, _order(outcome[1], a.shape[-2]), pivot)
    return lu, (lambda: held), no_error(a)


@row("linalg_lu")
def _lu(a: Any, pivot: bool = True, *, outcome: Any) -> Any:
    """A permutation, and both triangles."""
    m, n = a.shape[-2:]
    permutation = outcome[0] if pivot else np.broadcast_to(np.eye(m), (*a.shape[:-2], m, m))
    lu, held = _factors(a, permutation.argmax(-2), pivot)
    kept = permutation if held is None else ops.where(held, permutation, nothing(a))
    return (kept if pivot else None), *_triangles(lu, m, n)


def _factors(a: Traced, order: Any, pivot: bool) -> tuple[Traced, Traced | None]:
    """Both triangles of matrices whose rows stand in this order, and the condition that it is the one chosen.

    It is if at each step the element on the diagonal is the largest one on and below it; else nothing has a value.
    """
    conditions: list[Traced] = []
    found = _eliminated(_rows_in(order, a), conditions)
    if not pivot or not conditions:
        return found, None
    held = all_joined(conditions[0].concatenate(conditions, 0), ops.logical_and)
    return ops.where(held, found, nothing(a)), held


def _eliminated(a: Traced, conditions: list[Traced]) -> Traced:
    m, n = a.shape[-2:]
    if m < 2 or not n:
        return a
    first, below = a[..., :1, :], a[..., 1:, :]
    conditions.append(ops.gt(ops.abs(first[..., :1]), ops.abs(below[..., :1])).ravel())
    factors = below[..., :1] / first[..., :1]
    if n == 1:
        return first.concatenate([first, factors], -2)
    rest = _eliminated(below[..., 1:] - factors * first[..., 1:], conditions)
    return first.concatenate([first, factors.concatenate([factors, rest], -1)], -2)


def _triangles(lu: Any, m: int, n: int) -> tuple[Any, Any]:
    return with_ones(lu[..., : min(m, n)], False), lu[..., : min(m, n), :].triangle(False)


# With the factors and pivots, which nobody but a backward pass needs.


@row("_linalg_solve_ex")
def _solve(a: Any, b: Any, left: bool = True, check_errors: bool = False, *, outcome: Any = None) -> Any:
    return solved(a, b, left), _seen(a, outcome), None, no_error(a)


@row("_linalg_det")
def _det(a: Any, *, outcome: Any = None) -> Any:
    return ops.det(a), _seen(a, outcome), None


@row("_linalg_slogdet")
def _slogdet(a: Any, *, outcome: Any = None) -> Any:
    return (*ops.slogdet(a), _seen(a, outcome), None)


def _seen(a: Any, outcome: Any) -> Any:
    """The factors that torch has found on its way: of a determinant it may take those of the turned matrix."""
    if outcome is None or not isinstance(a, Traced) or a.shape[-1] > _LARGEST:
        return None
    *_, lu, pivots, numbers = (x for x in outcome if x.ndim and x.dtype.kind != "b" and x.shape[-1] == a.shape[-1])
    n = a.shape[-1]
    product = np.matmul(np.tril(lu, -1) + np.eye(n), np.triu(lu))
    order = _order(pivots, n)
    exchanged = np.take_along_axis(numbers, order[..., None], -2)
    turned = not np.allclose(product, exchanged, rtol=0, atol=np.abs(numbers).max(initial=0) * n * 2.0**-40)
    return _factors(a.swapaxes(-1, -2) if turned else a, order, True)[0]


@row("linalg_lu_solve")
def _lu_solve(lu: Any, pivots: Any, b: Any, left: bool = True, adjoint: bool = False) -> Any:
    lu, b = lifted(lu, b)
    if not left:  # of X A = B both sides turned
        return _lu_solve(lu, pivots, b.swapaxes(-1, -2), True, not adjoint).swapaxes(-1, -2)
    order = _order(pivots, lu.shape[-1])
    if adjoint:
        turned = lu.swapaxes(-1, -2)
        found = ops.solve_triangular(with_ones(turned, True), ops.solve_triangular(turned, b), upper=True)
        return _rows_in(np.argsort(order, -1), found)
    return ops.solve_triangular(lu, ops.solve_triangular(with_ones(lu, False), _rows_in(order, b)), upper=True)


@row("lu_unpack")
def _lu_unpack(lu: Any, pivots: Any, unpack_data: bool = True, unpack_pivots: bool = True) -> Any:
    """The permutation, and the two triangles that one array holds."""
    m, n = lu.shape[-2:]
    order = np.argsort(_order(pivots, m), -1)
    return np.eye(m)[order], *_triangles(lu, m, n)


def _order(pivots: Any, n: int) -> Any:
    """Which rows stand where after LAPACK's exchanges; those are counted from one."""
    if not isinstance(pivots, np.ndarray):
        return refuse("the pivots depend on an input")
    order = np.broadcast_to(np.arange(n), (*pivots.shape[:-1], n)).copy()
    for found, exchanges in zip(order.reshape(-1, n), pivots.reshape(-1, pivots.shape[-1]), strict=True):
        for k, pivot in enumerate(exchanges - 1):
            found[[k, pivot]] = found[[pivot, k]]
    return order


def _rows_in(order: Any, x: Any) -> Any:
    """The rows of matrices in another order for each."""
    before = np.broadcast_shapes(order.shape[:-1], x.shape[:-2])
    order = np.broadcast_to(order, (*before, order.shape[-1]))
    return x.spread((*before, *x.shape[-2:]))[(*np.indices(order.shape, sparse=True)[:-1], order)]
