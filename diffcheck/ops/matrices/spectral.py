"""Functions of matrices by their eigenvalues and singular values, under the names of torch and NumPy."""

from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.complex_numbers.parts import complex
from diffcheck.ops.composites import composite
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.pieces import maximum
from diffcheck.ops.functions.relations import gt, where
from diffcheck.ops.matrices import exponentials
from diffcheck.ops.matrices.eigenvalues import eigenprojections, eigenvalues
from diffcheck.ops.matrices.general_eigenvalues import general_eigenvalues
from diffcheck.ops.matrices.linalg import demand_square


def _expm_numpy(a: Any) -> Any:
    return exponentials.matrix_exp.on_numpy((), a)


@composite(torch="torch.linalg.matrix_exp", numpy=_expm_numpy)
def matrix_exp(a: Any) -> Any:
    """The exponential of a matrix."""
    demand_square("matrix_exp", a)
    return a.own(exponentials.matrix_exp)


@composite(torch="torch.linalg.eigvalsh", numpy="numpy.linalg.eigvalsh")
def eigvalsh(a: Any) -> Any:
    """The eigenvalues of a symmetric matrix, upwards: a function of what stands on and below its diagonal."""
    demand_square("eigvalsh", a)
    return a.own(eigenvalues, parameters=tuple(range(a.shape[-1])))


def _unit_vectors(projections: Any, first: int = 0) -> Any:
    """The v of matrices v v^T, as columns: of its elements from a place on the first one of the largest is positive."""
    column, square = projections[..., first], projections[..., first, first]
    largest = square
    for k in range(first + 1, projections.shape[-1]):
        other = projections[..., k, k]
        larger = gt(other, largest)
        column = where(larger.reshape((*larger.shape, 1)), projections[..., k], column)
        # Which of smaller ones is the largest does not matter: so that is no decision among vectors.
        square, largest = where(larger, other, square), maximum(largest, other)
    return (column / sqrt(square).reshape((*square.shape, 1))).swapaxes(-1, -2)


def _signs(x: Any) -> Any:
    """Those of the first ones of the largest elements of the columns, of arrays and tensors."""
    places = abs(x).argmax(-2)[..., None, :]
    largest = np.take_along_axis(x, places, -2) if isinstance(x, np.ndarray) else x.detach().gather(-2, places)
    return largest / abs(largest)


def _eigh_torch(torch: Any, a: Any) -> Any:
    values, vectors = torch.linalg.eigh(a)
    return values, vectors * _signs(vectors)


def _eigh_numpy(a: Any) -> Any:
    values, vectors = np.linalg.eigh(a)
    return values, vectors * _signs(vectors)


@composite(torch=_eigh_torch, numpy=_eigh_numpy)
def eigh(a: Any) -> Any:
    """The eigenvalues of a symmetric matrix as `eigvalsh`, and unit eigenvectors, the largest element of each positive.

    So they are functions where the eigenvalues are simple and no element of the other sign is as large (the rule of
    scikit-learn's `svd_flip`); of several largest elements the first one counts.
    """
    demand_square("eigh", a)
    projections = a.own(eigenprojections, parameters=tuple(range(a.shape[-1])))
    return eigvalsh(a), _unit_vectors(projections)


def _eigvals_torch(torch: Any, a: Any) -> Any:
    found = torch.linalg.eigvals(a)
    upwards = found.gather(-1, found.imag.argsort(dim=-1, stable=True))
    return upwards.gather(-1, upwards.real.argsort(dim=-1, stable=True))


def _eigvals_numpy(a: Any) -> Any:
    found = np.linalg.eigvals(a)
    order = np.lexsort((found.imag, found.real), axis=-1)
    return np.take_along_axis(found, order, -1) + 0j


@composite(torch=_eigvals_torch, numpy=_eigvals_numpy)
def eigvals(a: Any) -> Any:
    """The eigenvalues of a real matrix with simple ones, complex: by real parts, of a conjugate pair -ib before ib."""
    demand_square("eigvals", a)
    parts = a.own(general_eigenvalues)
    return complex(parts[..., 0, :], parts[..., 1, :])


def _length(x: Any) -> Any:
    return sqrt((x * x).sum((x.ndim - 2, x.ndim - 1)))


def _demand_matrices(name: str, x: Any) -> None:
    if x.ndim < 2:
        raise CaseError(f"{name}: an array of shape {tuple(x.shape)} holds no matrices")


def _svdvals_numpy(x: Any) -> Any:
    return np.linalg.svd(x, compute_uv=False)


@composite(torch="torch.linalg.svdvals", numpy=_svdvals_numpy)
def svdvals(x: Any) -> Any:
    """The singular values of a matrix, downwards."""
    _demand_matrices("svdvals", x)
    m, n = x.shape[-2:]
    if min(m, n) == 1:
        return _length(x).reshape((*x.shape[:-2], 1))
    return beside_transposed(x).own(eigenvalues, parameters=ranks_of_singular_values(m, n))


def _demand_thin(full_matrices: bool) -> None:
    if full_matrices:
        raise CaseError("svd: full_matrices=True: vectors beside those of the values are no functions of the matrix")


def _svd_torch(torch: Any, x: Any, *, full_matrices: bool = False) -> Any:
    _demand_thin(full_matrices)
    left, values, right = torch.linalg.svd(x, full_matrices=False)
    signs = _signs(left)
    return left * signs, values, right * signs.mT


def _svd_numpy(x: Any, *, full_matrices: bool = False) -> Any:
    _demand_thin(full_matrices)
    left, values, right = np.linalg.svd(x, full_matrices=False)
    signs = _signs(left)
    return left * signs, values, right * np.swapaxes(signs, -1, -2)


@composite(torch=_svd_torch, numpy=_svd_numpy)
def svd(x: Any, *, full_matrices: bool = False) -> Any:
    """U, the singular values, and V^T, as many columns and rows as values; the largest element of each column positive.

    The columns of U decide, by the rule of `eigh`.
    """
    _demand_thin(full_matrices)
    _demand_matrices("svd", x)
    values = svdvals(x)
    m, n = x.shape[-2:]
    projections = beside_transposed(x).own(eigenprojections, parameters=ranks_of_singular_values(m, n))
    both = _unit_vectors(projections, n) * sqrt(2)
    return both[..., n:, :], values, both[..., :n, :].swapaxes(-1, -2)


def beside_transposed(x: Any) -> Any:
    """The symmetric ``[[0, X^T], [X, 0]]`` by its lower triangle.

    The singular values and their negatives are its eigenvalues, beside zeros (Jordan); right vectors stand over left
    ones in its eigenvectors.
    """
    m, n = x.shape[-2:]
    below = x.concatenate([x, x.lift(np.zeros((*x.shape[:-2], m, m)))], -1)
    return below.concatenate([x.lift(np.zeros((*x.shape[:-2], n, m + n))), below], -2)


def ranks_of_singular_values(m: int, n: int) -> tuple[int, ...]:
    """The ranks that they have there, those of the largest first."""
    return tuple(range(m + n - 1, m + n - 1 - min(m, n), -1))
