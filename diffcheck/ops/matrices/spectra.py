"""Eigenvalues of symmetric matrices of balls, certified, and of symmetric matrices of power series.

With approximate eigenvectors V, whatever they are worth, ``B = V^T A V`` is nearly diagonal. Its eigenvalues lie as
near to its sorted diagonal as its other elements are large (Weyl), and rank by rank they are those of A times numbers
between ``1 - d`` and ``1 + d`` for ``d = |V^T V - 1|`` (Ostrowski; Horn & Johnson 2013, theorem 4.5.9). An
eigenspace whose eigenvalues are a gap away from all others is as near to approximate vectors as their residual is
small beside the gap (Davis & Kahan 1970).
"""

import functools
from collections.abc import Sequence
from typing import Any

from flint import arb, arb_mat, fmpq, fmpq_mat

from diffcheck.ops.enclosures import balls
from diffcheck.ops.matrices.jacobi import near_eigenvectors

Ball = Any
Matrix = Any
# A matrix of power series: the matrices of its coefficients.
Series = list[Matrix]


class Spectrum:
    """The eigenvalues of a symmetric matrix, from the smallest to the largest; equal ones count.

    Attributes
    ----------
    values:
        The enclosures of all, NaN where the matrix is no number.
    """

    def __init__(self, a: Matrix) -> None:
        self.matrix = a
        self.size = n = a.nrows()
        self._projections: dict[int, Matrix] = {}
        self._resolvents: dict[int, Matrix] = {}
        if not all(x.is_finite() for x in a.entries()):
            self.values = [arb.nan()] * n
            return
        self._vectors = vectors = near_eigenvectors(a)
        turned = vectors.transpose() * a * vectors
        middle = [turned[i, i].mid() for i in range(n)]
        off = _around(_norm(turned - _diagonal(middle)))
        scale = 1 + _around(_norm(vectors.transpose() * vectors - _identity(n)))
        self._order = _upwards(middle)
        self.values = [(middle[i] + off) / scale for i in self._order]
        if any(x.contains(0) for x in self.values):
            self._find_zeros()

    @functools.cached_property
    def _exact(self) -> Any:
        """The matrix in fractions; ``None`` if it is not exact."""
        return in_fractions(self.matrix)

    def _find_zeros(self) -> None:
        """Those eigenvalues of an exact matrix are zero that may be, if they are as many as its rank says."""
        places = [k for k, x in enumerate(self.values) if x.contains(0)]
        if self._exact is not None and len(places) == self.size - self._exact.rank():
            for k in places:
                self.values[k] = arb(0)

    def together(self, rank: int) -> range:
        """The ranks of the eigenvalues whose enclosures hang together with this one."""
        first = last = rank
        while first and not self.values[first - 1] < self.values[first]:
            first -= 1
        while last + 1 < self.size and not self.values[last] < self.values[last + 1]:
            last += 1
        return range(first, last + 1)

    def is_repeated(self) -> bool:
        """Whether eigenvalues whose enclosures hang together are one number, for certain.

        They are if there are as many numbers among the roots of the characteristic polynomial as there are groups.
        """
        if self._exact is None:
            return False
        n, groups, rank = self.size, 0, 0
        while rank < n:
            groups, rank = groups + 1, self.together(rank).stop
        return count_of_eigenvalues(self._exact) == groups

    def basis(self, ranks: range) -> Matrix:
        """An orthonormal basis of the space that belongs to these ranks, which hang together with no others."""
        outside = [x for k, x in enumerate(self.values) if k not in ranks]
        chosen = arb_mat([[self._vectors[i, self._order[k]] for k in ranks] for i in range(self.size)])
        columns = []
        for j, k in enumerate(ranks):
            middle = self.values[k].mid()
            x = arb_mat([[chosen[i, j]] for i in range(self.size)])
            gap = min((balls.magnitude(v - middle).lower() for v in outside), default=None)
            off = arb(0) if gap is None else _around(_length(self.matrix * x - middle * x) / gap)
            # What no other number leads to from where the vector stands stays zero.
            reached = self._reached([i for i in range(self.size) if not chosen[i, j].is_zero()])
            columns.append([chosen[i, j] + off if i in reached else arb(0) for i in range(self.size)])
        wide = arb_mat(columns).transpose()
        return wide * _inverted_factor(wide.transpose() * wide).transpose()

    def projection(self, rank: int) -> Matrix:
        """``P = v v^T`` for the unit eigenvector of a rank; NaN where its eigenvalue is not known to be single."""
        if rank not in self._projections:
            single = len(self.together(rank)) == 1
            v = self.basis(range(rank, rank + 1)) if single else None
            self._projections[rank] = _unknown(self.size) if v is None else v * v.transpose()
        return self._projections[rank]

    def resolvent(self, rank: int) -> Matrix:
        """``S = (l - A + P)^-1 - P`` for the eigenvalue l of a rank; NaN where that is not known to be single."""
        if rank not in self._resolvents:
            self._resolvents[rank] = self.inverse(rank, self.projection(rank))
        return self._resolvents[rank]

    def inverse(self, rank: int, within: Matrix) -> Matrix:
        """The inverse of ``l - A`` outside of the space with this projection, which belongs to l, and zero within."""
        try:
            return (self.values[rank] * _identity(self.size) - self.matrix + within).inv() - within
        except ZeroDivisionError:
            return _unknown(self.size)

    def _reached(self, places: list[int]) -> set[int]:
        """The rows that hang together with these by elements that are not zero."""
        found, pending = set(places), list(places)
        while pending:
            row = pending.pop()
            more = {k for k in range(self.size) if not self.matrix[row, k].is_zero()} - found
            found |= more
            pending += more
        return found


def in_fractions(a: Matrix) -> Any:
    """A square matrix of exact balls in fractions; ``None`` if they are not exact."""
    entries = [balls.fraction(x) for x in a.entries()]
    if None in entries:
        return None
    return fmpq_mat(a.nrows(), a.nrows(), [fmpq(*x.as_integer_ratio()) for x in entries if x is not None])


def count_of_eigenvalues(a: Any) -> int:
    """How many different eigenvalues a matrix of fractions has: the roots of its characteristic polynomial."""
    polynomial = a.charpoly()
    return int(polynomial.degree() - polynomial.gcd(polynomial.derivative()).degree())


@balls.remembering
def spectrum(rows: balls.Rows) -> Spectrum:
    """The eigenvalues of a symmetric matrix."""
    return Spectrum(arb_mat(rows))


def eigenvalue(a: Series, rank: int) -> list[Ball]:
    """The coefficients of an eigenvalue along a way, t > 0, on which the matrix is symmetric.

    Where eigenvalues part that are one at t = 0 their order is that behind it. NaN behind the first coefficient where
    that is not known.
    """
    found = Spectrum(a[0])
    ranks, value = found.together(rank), found.values[rank]
    if len(a) == 1:
        return [value]
    if len(ranks) == 1:
        small, _ = _reduced(found, ranks, a)
        return [value, *(c[0, 0] for c in small[1:])]
    if not found.is_repeated():
        return [value] + [arb.nan()] * (len(a) - 1)
    small, _ = _reduced(found, ranks, a)
    return [value, *eigenvalue(small[1:], rank - ranks.start)]


def projections(a: Series, rank: int) -> Series:
    """The coefficients of the projection of a rank along a way; one less for each time that eigenvalues part first."""
    found = Spectrum(a[0])
    ranks = found.together(rank)
    if len(ranks) > 1 and not (len(a) > 1 and found.is_repeated()):
        return [_unknown(found.size)]
    small, y = _reduced(found, ranks, a)
    inner = projections(small[1:], rank - ranks.start) if len(ranks) > 1 else [_identity(1)]
    count = len(inner) if len(ranks) > 1 else len(a)
    return [
        _sum(
            y[i] * inner[k] * y[m - k - i].transpose() for k in range(min(m + 1, len(inner))) for i in range(m - k + 1)
        )
        for m in range(count)
    ]


def resolvents(a: Series, rank: int) -> Series:
    """The coefficients of the inverse of ``l - A`` outside of the eigenvector's direction, along a way."""
    found = Spectrum(a[0])
    if len(found.together(rank)) > 1:
        return [_unknown(found.size)]
    one = _identity(found.size)
    within = projections(a, rank)
    moved = [x * one - m + p for x, m, p in zip(eigenvalue(a, rank), a, within, strict=True)]
    inverse = [found.resolvent(rank) + within[0]]
    for k in range(1, len(a)):
        inverse.append(-(inverse[0] * _sum(moved[i] * inverse[k - i] for i in range(1, k + 1))))
    return [x - p for x, p in zip(inverse, within, strict=True)]


def _reduced(found: Spectrum, ranks: range, a: Series) -> tuple[Series, Series]:
    """The matrix M in the space that belongs to some ranks, whose eigenvalues are one number, and a basis Y of it.

    ``A Y = Y M`` and ``Y^T Y = 1``, coefficient by coefficient (Kato 1995, II.2); M is symmetric.
    """
    width = len(ranks)
    basis, value = found.basis(ranks), found.values[ranks.start]
    inverse = found.inverse(ranks.start, basis * basis.transpose())
    m, y = [value * _identity(width)], [basis]
    for k in range(1, len(a)):
        moved = _sum(a[i] * y[k - i] for i in range(1, k + 1))
        along = [-(y[i].transpose() * y[k - i]) / 2 for i in range(1, k)]
        share = _sum(along) if along else arb_mat(width, width)
        m.append(basis.transpose() * moved)
        for i in range(1, k):
            m[k] = m[k] - basis.transpose() * y[k - i] * m[i]
        rest = moved - _sum(y[k - i] * m[i] for i in range(1, k + 1))
        y.append(inverse * rest + basis * share)
    return m, y


def _upwards(x: Sequence[Ball]) -> list[int]:
    """The places of exact balls from the smallest to the largest."""

    def compared(i: int, j: int) -> int:
        return -1 if x[i] < x[j] else 1

    return sorted(range(len(x)), key=functools.cmp_to_key(compared))


def _inverted_factor(a: Matrix) -> Matrix:
    """The inverse of Cholesky's factor of a small matrix."""
    n = a.nrows()
    factor = [[arb(0)] * n for _ in range(n)]
    for j in range(n):
        for i in range(j, n):
            rest = a[i, j] - sum((factor[i][k] * factor[j][k] for k in range(j)), arb(0))
            factor[i][j] = rest.sqrt() if i == j else rest / factor[j][j]
    try:
        return arb_mat(factor).inv()
    except ZeroDivisionError:
        return _unknown(n)


def _identity(n: int) -> Matrix:
    return _diagonal([1] * n)


def _diagonal(numbers: Sequence[Any]) -> Matrix:
    n = len(numbers)
    return arb_mat([[numbers[i] if i == j else 0 for j in range(n)] for i in range(n)])


def _unknown(n: int) -> Matrix:
    return arb_mat(n, n, [arb.nan()] * n * n)


def _sum(matrices: Any) -> Matrix:
    first, *others = matrices
    return sum(others, first)


def _around(radius: Ball) -> Ball:
    """All numbers up to this size."""
    return arb(0, radius.upper())


def _norm(a: Matrix) -> Ball:
    """No vector is stretched more by a symmetric matrix: the largest sum along a row."""
    return max((sum(map(balls.magnitude, row), arb(0)).upper() for row in a.tolist()), default=arb(0))


def _length(x: Matrix) -> Ball:
    """No less than the length of a vector."""
    ends = (balls.magnitude(v).upper() for v in x.entries())
    return sum((v * v for v in ends), arb(0)).sqrt()
