"""Rows of what is made of eigenvalues and singular values: vectors have the signs that LAPACK gave them.

A unit eigenvector v is a column of ``v v^T`` over the root of its element on the diagonal; the column of the largest
element is taken, whose sign LAPACK chose where the code was recorded. Eigenvalues of a matrix that is not symmetric
stand in LAPACK's order there; of their vectors, unit ones that are columns of ``x y^T`` over its length, the largest
element is real.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.ops.complex_numbers.pairs import Pair, mul
from diffcheck.ops.matrices.eigenvalues import eigenprojections
from diffcheck.ops.matrices.general_eigenvalues import general_eigenprojections, general_eigenvalues
from diffcheck.ops.matrices.spectral import beside_transposed, ranks_of_singular_values
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


@row("complex _linalg_eigvals")
def _eigvals(a: Any, *, outcome: Any) -> Any:
    """The eigenvalues of real matrices that need not be symmetric."""
    if isinstance(a, Pair):
        return refuse("eigenvalues of complex matrices")
    return _in_order(a.own(general_eigenvalues), 1, _ranks(outcome[0]))


@row("complex linalg_eig")
def _eig(a: Any, *, outcome: Any) -> Any:
    """The eigenvalues of such matrices, and unit vectors whose largest elements are real."""
    values, ranks = _eigvals(a, outcome=outcome), _ranks(outcome[0])
    projections = _in_order(a.own(general_eigenprojections), 3, ranks)
    seen = np.swapaxes(outcome[1], -2, -3)
    sizes = np.hypot(seen[..., 0], seen[..., 1])
    largest = sizes.argmax(-1)
    place = np.indices(largest.shape, sparse=True)
    # A column is x times an element of y; where x is largest, y may be small, so the longest one is taken.
    numbers = general_eigenprojections.on_numpy((), outcome[-1])
    lengths = np.hypot(*np.moveaxis(numbers, -4, 0)).sum(-2)
    longest = np.take_along_axis(lengths, ranks[..., None], -2).argmax(-1)
    column = Pair(*(part.swapaxes(-1, -2)[(*place, longest)] for part in (projections.re, projections.im)))
    length = ops.sqrt((column.re * column.re + column.im * column.im).sum(column.re.ndim - 1))
    corner = Pair(column.re[(*place, largest)], column.im[(*place, largest)])
    # Times the conjugate of what stands there, over its size, and with the sign that was seen.
    scale = ops.hypot(corner.re, corner.im) * length * np.sign(seen[(*place, largest)][..., 0])
    turn = Pair(*(part.reshape((*largest.shape, 1)) for part in (corner.re / scale, -corner.im / scale)))
    vectors = mul(column, turn)
    return values, Pair(vectors.re.swapaxes(-1, -2), vectors.im.swapaxes(-1, -2))


def _ranks(seen: Any) -> Any:
    """The ranks by real parts, then imaginary ones, of the eigenvalues in the order in which they were seen."""
    return np.argsort(np.lexsort((seen[..., 1], seen[..., 0]), axis=-1), -1)


def _in_order(parts: Traced, axes: int, ranks: Any) -> Pair:
    """What stands rank by rank along the first of so many last axes, both parts before that, in another order."""
    place = np.indices(ranks.shape, sparse=True)[:-1]
    before = (slice(None),) * (ranks.ndim - 1)
    return Pair(*(parts[(*before, k)][(*place, ranks)] for k in (0, 1)))
