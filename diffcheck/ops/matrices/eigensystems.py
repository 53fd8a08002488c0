"""Eigenvalues of matrices of balls that need not be symmetric, all of them simple, and of matrices of power series.

Arb isolates them: each of its disjoint enclosures holds one (Johansson 2017). Those of real matrices are real or come
in conjugate pairs, so one whose conjugate can be no other one is real. Their order is that of their real parts; of a
pair the one below the real axis comes first.

For right and left eigenvectors x and y with ``y^T x = 1`` the projection of an eigenvalue l is ``P = x y^T``, and
``S``, the sum of ``P_j / (l - l_j)`` over all others, inverts ``l - A`` beside it (Kato 1995, II.2).
"""

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

from flint import acb, acb_mat, arb, arb_mat

from diffcheck.ops.enclosures import balls
from diffcheck.ops.matrices import spectra
from diffcheck.ops.matrices.spectra import Ball, Matrix, Series

# Both parts of what is not known: that of a real number without a value would be zero.
_NOTHING = acb(arb.nan(), arb.nan())


class Eigensystem:
    """The eigenvalues of a real matrix by real parts, NaN where they are not isolated or their order is not known."""

    def __init__(self, a: Matrix) -> None:
        self.matrix = a
        self.size = a.nrows()
        self._isolated = False
        self._resolvents: dict[int, Matrix] = {}
        if all(x.is_finite() for x in a.entries()):
            self._isolate()

    def _isolate(self) -> None:
        scale = _scale(self.matrix)
        try:
            found, left, right = acb_mat(self.matrix / scale).eig(left=True, right=True)
        except ValueError:
            return
        found = [x * scale for x in found]
        partners = [[j for j, y in enumerate(found) if y.overlaps(x.conjugate())] for x in found]
        if any(len(places) > 1 for places in partners):
            return
        pairs = [(k, j) for k, places in enumerate(partners) for j in places]
        values = [acb(found[k].real) if k == j else _both(found[k], found[j].conjugate()) for k, j in pairs]
        order = _by_real_parts(values)
        self._values = [values[k] for k in order]
        self._known = [
            not any(values[k].real.overlaps(values[j].real) for j in order if j not in pairs[k]) for k in order
        ]
        columns, rows = right.transpose().tolist(), left.tolist()
        self._projections = [
            self._as_value(rank, acb_mat([[x] for x in columns[k]]) * acb_mat([rows[k]]))
            for rank, k in enumerate(order)
        ]
        self._isolated = True

    def _as_value(self, rank: int, a: Matrix) -> Matrix:
        """What is real where the eigenvalue is, without a second part."""
        return acb_mat(_part(a, 0)) if self._values[rank].imag.is_zero() else a

    def is_known(self, rank: int) -> bool:
        """Whether there are enclosures of this rank."""
        return self._isolated and self._known[rank]

    def is_repeated(self) -> bool:
        """Whether eigenvalues are one number, for certain."""
        exact = None if self._isolated else spectra.in_fractions(self.matrix)
        return exact is not None and spectra.count_of_eigenvalues(exact) < self.size

    def value(self, rank: int) -> Ball:
        """The eigenvalue of a rank."""
        return self._values[rank] if self.is_known(rank) else _NOTHING

    def projection(self, rank: int) -> Matrix:
        """P of a rank."""
        return self._projections[rank] if self.is_known(rank) else _unknown(self.size)

    def resolvent(self, rank: int) -> Matrix:
        """S of a rank."""
        return self._rest(rank) if self.is_known(rank) else _unknown(self.size)

    def _rest(self, rank: int) -> Matrix:
        if rank not in self._resolvents:
            value, others = self._values[rank], [k for k in range(self.size) if k != rank]
            zero = acb_mat(self.size, self.size)
            found = _sum([zero, *(self._projections[k] / (value - self._values[k]) for k in others)])
            self._resolvents[rank] = self._as_value(rank, found)
        return self._resolvents[rank]

    def exchanged(self, rank: int) -> "list[Exchange]":
        """The other eigenvalues, but the conjugate one, whose order with this one a change of the matrix may turn."""
        if not self.is_known(rank):
            return []
        here, length = self._values[rank].real, _norm(self._projections[rank])
        return [
            Exchange(self._values[k], p, self._rest(k), (length + _norm(p)) / balls.magnitude(here - x.real))
            for k, (x, p) in enumerate(zip(self._values, self._projections, strict=True))
            if not x.real.overlaps(here)
        ]


class Exchange(NamedTuple):
    """Another eigenvalue with its P and S, and how near its real part is: its inverse distance by their slopes.

    A change of the matrix by less than one over that, in its norm, leaves their order.
    """

    value: Ball
    projection: Matrix
    resolvent: Matrix
    near: Ball


@balls.remembering
def eigensystem(rows: balls.Rows) -> Eigensystem:
    """The eigenvalues of a real matrix."""
    return Eigensystem(arb_mat(rows))


def eigenvalue(a: Series, rank: int) -> list[Ball]:
    """The coefficients of an eigenvalue of a matrix of power series."""
    return _right(a, Eigensystem(a[0]), rank)[0]


def projections(a: Series, rank: int) -> Series:
    """The coefficients of its projection: of ``x y^T / y^T x``."""
    found = Eigensystem(a[0])
    right = _right(a, found, rank)[1]
    left = [m.transpose() for m in _right([m.transpose() for m in a], Eigensystem(a[0].transpose()), rank)[1]]
    products: Series = []
    made: Series = []
    for m in range(len(a)):
        products.append(_sum(right[i] * left[m - i] for i in range(m + 1)))
        made.append(_sum([products[m], *(-products[k].trace() * made[m - k] for k in range(1, m + 1))]))
    return made


def resolvents(a: Series, rank: int) -> Series:
    """The coefficients of S of a rank: of the inverse of ``l - A + P``, less P."""
    found = Eigensystem(a[0])
    one = acb_mat(arb_mat([[int(i == j) for j in range(found.size)] for i in range(found.size)]))
    within = projections(a, rank)
    moved = [x * one - acb_mat(m) + p for x, m, p in zip(eigenvalue(a, rank), a, within, strict=True)]
    inverse = [found.resolvent(rank) + within[0]]
    for k in range(1, len(a)):
        inverse.append(-(inverse[0] * _sum(moved[i] * inverse[k - i] for i in range(1, k + 1))))
    return [x - p for x, p in zip(inverse, within, strict=True)]


def _right(a: Series, found: Eigensystem, rank: int) -> tuple[list[Ball], Series]:
    """The eigenvalue, and ``x(t) y^T`` for the right eigenvector x(t), y the left one at 0, ``y^T x(t) = 1``."""
    p, s = found.projection(rank), found.resolvent(rank)
    values, vectors = [found.value(rank)], [p]
    moves = [acb_mat(m) for m in a]
    for m in range(1, len(a)):
        moved = _sum(moves[i] * vectors[m - i] for i in range(1, m + 1))
        values.append((p * moved).trace())
        rest = _sum([moved] + [-values[i] * vectors[m - i] for i in range(1, m)])
        vectors.append(s * rest)
    return values, vectors


def _norm(a: Matrix) -> Ball:
    """No less than the root of the sum of the squares of all elements; of what is zero, balls may tell no sign."""
    return sum((balls.magnitude(x).upper() ** 2 for x in a.entries()), arb(0)).sqrt()


def part_of(x: Ball, part: int) -> Ball:
    """The real part, 0, or the imaginary one, 1."""
    return x.imag if part else x.real


def _part(a: Matrix, part: int) -> Matrix:
    return arb_mat([[part_of(x, part) for x in row] for row in a.tolist()])


def _both(x: Ball, y: Ball) -> Ball:
    """What lies in both enclosures."""
    return acb(x.real.intersection(y.real), x.imag.intersection(y.imag))


def _scale(a: Matrix) -> Ball:
    """A power of two above the elements of a matrix: how far Arb searches does not depend on their size."""
    mantissa, exponent = max(balls.magnitude(x).upper() for x in a.entries()).man_exp()
    return balls.power_of_two(int(exponent) + int(mantissa).bit_length())


def _by_real_parts(x: Sequence[Ball]) -> list[int]:
    """The places in the order of the real parts, then of the imaginary ones, as the middles of enclosures tell."""

    def compared(i: int, j: int) -> int:
        first, second = (x[k].imag if x[i].real.mid() == x[j].real.mid() else x[k].real for k in (i, j))
        return -1 if first.mid() < second.mid() else 1

    return sorted(range(len(x)), key=functools.cmp_to_key(compared))


def _unknown(n: int) -> Matrix:
    return acb_mat(n, n, [_NOTHING] * n * n)


def _sum(matrices: Any) -> Matrix:
    first, *others = matrices
    return sum(others, first)
