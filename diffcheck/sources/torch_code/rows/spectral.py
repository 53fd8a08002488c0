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
from diffcheck.ops.complex_numbers import spectra
from diffcheck.ops.complex_numbers.factors import hermitian
from diffcheck.ops.complex_numbers.matrices import each
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
    """The eigenvalues of matrices that need not be symmetric."""
    found = spectra.eigvals(a) if isinstance(a, Pair) else _both(a.own(general_eigenvalues), 1)
    return _in_order(found, _ranks(outcome[0]))


@row("complex linalg_eig")
def _eig(a: Any, *, outcome: Any) -> Any:
    """The eigenvalues of such matrices, and unit vectors whose largest elements are real."""
    values, ranks = _eigvals(a, outcome=outcome), _ranks(outcome[0])
    found = spectra.projections(a) if isinstance(a, Pair) else _both(a.own(general_eigenprojections), 3)
    seen = _complex(outcome[1])
    # A column is x times an element of y; where x is largest, y may be small, so the longest one is taken.
    longest = np.abs(np.linalg.pinv(seen)).argmax(-1)
    return values, _complex_vectors(_in_order(found, ranks), seen, longest)


@row("complex _linalg_eigh")
def _complex_eigh(a: Any, triangle: str = "L", compute_v: bool = True, *, outcome: Any) -> Any:
    """As `_eigh`, of complex matrices; vectors with the turns that LAPACK gave them."""
    lower = a if triangle.upper() == "L" else Pair(a.re.swapaxes(-1, -2), -a.im.swapaxes(-1, -2))
    values = spectra.eigvalsh(lower)
    if not compute_v:
        return values, None
    return values, _complex_vectors(spectra.projections(hermitian(lower)), _complex(outcome[1]))


@row("complex _linalg_svd")
def _complex_svd(
    a: Any, full: bool = False, compute_uv: bool = True, *, driver: str | None = None, outcome: Any
) -> Any:
    """As `_svd`, of complex matrices."""
    values = spectra.svdvals(a)
    m, n = a.re.shape[-2:]
    if not compute_uv or m != n:  # then nothing says what the vectors are
        return None, values, None
    left, _, right, _ = outcome
    seen = np.concatenate([_complex(right).conj().swapaxes(-1, -2), _complex(left)], -2)
    ranks = slice(None, n - 1, -1)
    found = each(spectra.projections(spectra.beside_conjugate(a)), lambda part: part[..., ranks, :, :])
    both = each(_complex_vectors(found, seen), lambda part: part * ops.sqrt(2))
    rows = each(both, lambda part: part[..., :n, :].swapaxes(-1, -2))
    return each(both, lambda part: part[..., n:, :]), values, Pair(rows.re, -rows.im)


def _complex(seen: Any) -> Any:
    """Numbers whose parts stand along the last axis."""
    return seen[..., 0] + 1j * seen[..., 1]


def _complex_vectors(projections: Pair, seen: Any, longest: Any = None) -> Pair:
    """The unit vectors x of projections ``x y^H`` as columns, each turned as the one that was seen.

    Parameters
    ----------
    longest:
        The columns of the projections that are taken; those of the largest elements of x, if x is y.
    """
    rows = np.swapaxes(seen, -1, -2)
    largest = np.abs(rows).argmax(-1)
    place = np.indices(largest.shape, sparse=True)
    taken = largest if longest is None else longest
    column = each(projections, lambda part: part.swapaxes(-1, -2)[(*place, taken)])
    length = ops.sqrt((column.re * column.re + column.im * column.im).sum(column.re.ndim - 1))
    corner = each(column, lambda part: part[(*place, largest)])
    # Times the conjugate of what stands there, over its size, and turned.
    scale = ops.hypot(corner.re, corner.im) * length
    turn = rows[(*place, largest)] / np.abs(rows[(*place, largest)])
    turned = mul(Pair(corner.re / scale, -corner.im / scale), Pair(turn.real, turn.imag))
    vectors = mul(column, each(turned, lambda part: part.reshape((*largest.shape, 1))))
    return each(vectors, lambda part: part.swapaxes(-1, -2))


def _ranks(seen: Any) -> Any:
    """The ranks by real parts, then imaginary ones, of the eigenvalues in the order in which they were seen."""
    return np.argsort(np.lexsort((seen[..., 1], seen[..., 0]), axis=-1), -1)


def _both(parts: Traced, axes: int) -> Pair:
    """What has both parts along an axis before so many last ones."""
    before = (slice(None),) * (parts.ndim - axes - 1)
    return Pair(*(parts[(*before, k)] for k in (0, 1)))


def _in_order(found: Pair, ranks: Any) -> Pair:
    """What stands rank by rank, behind the axes of the matrices, in another order."""
    place = np.indices(ranks.shape, sparse=True)[:-1]
    return each(found, lambda part: part[(*place, ranks)])
