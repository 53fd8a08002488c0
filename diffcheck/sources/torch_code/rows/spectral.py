"""Rows of what is made of eigenvalues and singular values: vectors have the signs that LAPACK gave them.

A unit eigenvector v is a column of ``v v^T`` over the root of its element on the diagonal; the column of the largest
element is taken, whose sign LAPACK chose where the code was recorded.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.ops.eigenvalues import eigenprojections
from diffcheck.ops.spectral import beside_transposed, ranks_of_singular_values
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.rows.registry import refuse, row


@row("linalg_matrix_exp")
def _matrix_exp(a: Any) -> Any:
    return ops.matrix_exp(a)


@row("_linalg_eigh")
def _eigh(a: Any, triangle: str = "L", compute_v: bool = True, *, outcome: Any) -> Any:
    """The eigenvalues of symmetric matrices by one triangle, and unit eigenvectors."""
    lower = a if triangle.upper() == "L" else a.swapaxes(-1, -2)
    values = ops.eigvalsh(lower)
    return values, (_vectors(lower, range(a.shape[-1]), outcome[1]) if compute_v else None)


@row("_linalg_svd")
def _svd(a: Any, full: bool = False, compute_uv: bool = True, *, driver: str | None = None, outcome: Any) -> Any:
    """The singular values, downwards, between unit vectors from both sides."""
    m, n = a.shape[-2:]
    values = ops.svdvals(a)
    if not compute_uv:
        return None, values, None
    if full and m != n:
        return refuse("columns that belong to no singular value")
    left, _, right, _ = outcome
    seen = np.concatenate([np.swapaxes(right, -1, -2), left], -2)
    both = _vectors(beside_transposed(a), ranks_of_singular_values(m, n), seen) * ops.sqrt(2)
    return both[..., n:, :], values, both[..., :n, :].swapaxes(-1, -2)


def _vectors(a: Traced, ranks: Sequence[int], seen: Any) -> Traced:
    """The unit eigenvectors of these ranks as columns, with the signs of those that were seen."""
    projections = a.own(eigenprojections, parameters=tuple(ranks))
    rows = np.swapaxes(seen, -1, -2)
    largest = np.abs(rows).argmax(-1)
    place = np.indices(largest.shape, sparse=True)
    columns = projections.swapaxes(-1, -2)[(*place, largest)]
    lengths = ops.sqrt(projections[(*place, largest, largest)]) * np.sign(rows[(*place, largest)])
    found: Traced = (columns / lengths.reshape((*largest.shape, 1))).swapaxes(-1, -2)
    return found
