"""The factors of matrices by elimination, the rows exchanged as LAPACK does it: the largest one is the pivot."""

from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import composite
from diffcheck.ops.functions.pieces import abs, maximum
from diffcheck.ops.functions.relations import gt, logical_or, where
from diffcheck.ops.on_arrays.common import concatenate
from diffcheck.ops.on_arrays.padding import pad


def _lu_numpy(a: Any) -> Any:
    from scipy.linalg import lu

    return lu(a, check_finite=False)


@composite(torch=lambda torch, a: tuple(torch.linalg.lu(a)), numpy=_lu_numpy)
def lu(a: Any) -> Any:
    """P, L with ones on its diagonal, and the upper U, A = P L U: pieces, which meet where two pivots are as large.

    At each step the largest element of a column is the pivot, the first one of several. P is constant on each piece.
    """
    if a.ndim < 2:
        raise CaseError(f"lu: an array of shape {tuple(a.shape)} holds no matrices")
    m, n = a.shape[-2:]
    size = min(m, n)
    # Beside what is left of the matrix, in the order of its rows, those of the identity and the factors of each step.
    left, beside = a, a.lift(np.eye(m)).spread((*a.shape[:-2], m, m))
    upper, done = [], []
    for k in range(size):
        pivot, below = _exchanged(concatenate([left, beside], -1))
        upper.append(_padded(pivot[..., : n - k], k, 0))
        done.append(_padded(pivot[..., n - k :], 0, size - k))
        factors = below[..., :1] / pivot[..., :1]
        left = below[..., 1 : n - k] - factors * pivot[..., 1 : n - k]
        beside = concatenate([below[..., n - k :], factors], -1)
    whole = concatenate([*done, beside], -2)
    return whole[..., :m].swapaxes(-1, -2), whole[..., m:] + np.eye(m, size), concatenate(upper, -2)


def _padded(row: Any, before: int, behind: int) -> Any:
    return pad(row, [*((0, 0) for _ in row.shape[1:]), (before, behind)])


def _exchanged(rows: Any) -> tuple[Any, Any]:
    """The row with the largest first element, and the others, among which the first row stands in its place."""
    sizes, first = abs(rows[..., :1]), rows[..., :1, :]
    largest, pivot, larger = sizes[..., :1, :], first, []
    for k in range(1, rows.shape[-2]):
        larger.append(gt(sizes[..., k : k + 1, :], largest))
        largest = maximum(largest, sizes[..., k : k + 1, :])
        pivot = where(larger[-1], rows[..., k : k + 1, :], pivot)
    others: list[Any] = []
    later = None
    for k in range(rows.shape[-2] - 1, 0, -1):
        row, here = rows[..., k : k + 1, :], larger[k - 1]
        found = where(here, first, row)
        others.insert(0, found if later is None else where(later, row, found))
        later = here if later is None else logical_or(later, here)
    return pivot, concatenate(others, -2) if others else rows[..., 1:, :]
