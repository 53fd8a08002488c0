"""Factors of complex matrices by those of real ones, in which each element is a block [[a, -b], [b, a]].

A triangle with real numbers on its diagonal is one of such blocks as well. So what is unique with a positive diagonal,
Cholesky's factor and the triangle of orthonormal columns, is that of the blocks.
"""

from typing import Any

from diffcheck.ops.complex_numbers.matrices import each, matrices
from diffcheck.ops.complex_numbers.pairs import Formula, Pair, collected_in
from diffcheck.ops.matrices.linalg import cholesky as _cholesky
from diffcheck.ops.matrices.linalg import demand_square
from diffcheck.ops.matrices.orthogonal import lstsq as _lstsq
from diffcheck.ops.matrices.orthogonal import pinv as _pinv
from diffcheck.ops.matrices.orthogonal import qr as _qr
from diffcheck.ops.on_arrays.common import reshape, stack

FACTORS: dict[str, Formula] = {}
_of_pairs = collected_in(FACTORS)


def _in_blocks(a: Pair) -> Any:
    rows = stack([stack([a.re, -a.im], -1), stack([a.im, a.re], -1)], -3)
    m, n = a.re.shape[-2:]
    return reshape(rows, (*a.re.shape[:-2], 2 * m, 2 * n))


def _of_blocks(x: Any) -> Pair:
    return Pair(x[..., 0::2, 0::2], x[..., 1::2, 0::2])


def hermitian(a: Any) -> Pair:
    """The matrix that is its own conjugate transposed, of what stands below the diagonal and of the real part on it."""
    below = each(a, lambda part: part.triangle(True, -1))
    turned = each(below, lambda part: part.swapaxes(-1, -2))
    return Pair(a.re.triangle(True) + turned.re, below.im - turned.im)


@_of_pairs("cholesky")
def cholesky(a: Any) -> Pair:
    """The lower triangular L with L times its conjugate transposed = A, and a positive diagonal."""
    demand_square("cholesky", a.re)
    return _of_blocks(_cholesky(_in_blocks(hermitian(a))))


@_of_pairs("qr")
def qr(a: Any) -> tuple[Pair, Pair]:
    """Q of orthonormal columns and the upper triangle R, A = Q R, with a positive diagonal."""
    q, r = map(_of_blocks, _qr(_in_blocks(a)))
    return q, r


@_of_pairs("pinv")
def pinv(a: Any) -> Pair:
    """The pseudo-inverse of a matrix of full rank."""
    return _of_blocks(_pinv(_in_blocks(a)))


@_of_pairs("lstsq")
def lstsq(a: Any, b: Any) -> Pair:
    """The X for which A X is nearest to B, A of full column rank: the real problem of both parts."""
    a, b = matrices(a), matrices(b)
    vector = len(b.re.shape) == 1
    column = each(b, lambda part: reshape(part, (-1, 1))) if vector else b
    m, n = column.re.shape[-2:]
    first_columns = reshape(stack([column.re, column.im], -2), (*column.re.shape[:-2], 2 * m, n))
    found = _lstsq(_in_blocks(a), first_columns)
    solution = Pair(found[..., 0::2, :], found[..., 1::2, :])
    return each(solution, lambda part: reshape(part, (-1,))) if vector else solution
