"""Eigenvalues and singular values of complex matrices, by the eigenvalues of real ones.

The real matrix M of both parts of A has the eigenvalues l of A and their conjugates. With J, the one of the number i,
``M + c J`` has ``l + ic`` and the conjugates of these: where c is larger than all sizes of l, which of each two belongs
to A is known by its sign, and an eigenvalue that is real is no double one. Its vector is that of A over -i times that.

c is a power of two above twice the root of the sum of all squares, so that an exact matrix stays one. It jumps where
that root is one over a cube root of two times a power of two, of which no square is a number in floating point.
"""

from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.ops.complex_numbers.factors import hermitian, qr
from diffcheck.ops.complex_numbers.matrices import both_parts, each
from diffcheck.ops.complex_numbers.pairs import Formula, Pair, collected_in
from diffcheck.ops.functions.elementary import exp2, log2
from diffcheck.ops.functions.pieces import ceil
from diffcheck.ops.matrices.general_eigenvalues import general_eigenprojections, general_eigenvalues
from diffcheck.ops.matrices.linalg import demand_square
from diffcheck.ops.matrices.spectral import beside_transposed

SPECTRA: dict[str, Formula] = {}
_of_pairs = collected_in(SPECTRA)


def _turned_far(a: Pair) -> tuple[Any, Any]:
    """``M + c J``, and c."""
    n = a.re.shape[-1]
    squares = (a.re * a.re + a.im * a.im).sum((a.re.ndim - 2, a.re.ndim - 1))
    far = 2 * exp2(ceil(log2(squares) / 2 + Fraction(1, 3)))
    return both_parts(Pair(a.re, a.im + far.reshape((*far.shape, 1, 1)) * np.eye(n))), far


@_of_pairs("eigvals")
def eigvals(a: Pair) -> Pair:
    """The eigenvalues, all simple, by real parts, which are different ones."""
    demand_square("eigvals", a.re)
    if a.re.shape[-1] == 1:
        return each(a, lambda part: part[..., 0])
    turned, far = _turned_far(a)
    found = turned.own(general_eigenvalues)[..., 1::2]
    return Pair(found[..., 0, :], found[..., 1, :] - far.reshape((*far.shape, 1)))


def projections(a: Pair) -> Pair:
    """``x y^H`` for right and left eigenvectors, y^H x = 1, rank by rank."""
    n = a.re.shape[-1]
    if n == 1:
        return Pair(a.re.lift(np.ones((*a.re.shape, 1))), a.re.lift(np.zeros((*a.re.shape, 1))))
    found = 2 * _turned_far(a)[0].own(general_eigenprojections)[..., 1::2, :n, :n]
    return Pair(found[..., 0, :, :, :], found[..., 1, :, :, :])


@_of_pairs("eigvalsh")
def eigvalsh(a: Pair) -> Any:
    """The eigenvalues of a matrix that is its own conjugate transposed, as `hermitian` has it, upwards."""
    return eigvals(hermitian(a)).re


def beside_conjugate(a: Pair) -> Pair:
    """The matrix ``[[0, A^H], [A, 0]]``, whose eigenvalues are the singular values and their negatives."""
    return hermitian(each(a, beside_transposed))


@_of_pairs("svdvals")
def svdvals(a: Pair) -> Any:
    """The singular values, downwards."""
    square = squared_up(a)
    return eigvals(beside_conjugate(square)).re[..., : square.re.shape[-1] - 1 : -1]


def squared_up(a: Pair) -> Pair:
    """A square matrix of the same singular values: zeros beside them were no simple eigenvalues."""
    m, n = a.re.shape[-2:]
    if m == n:
        return a
    return qr(a if m > n else each(a, lambda part: part.swapaxes(-1, -2)))[1]
