"""Approximate eigenvectors of symmetric matrices, to any precision, by Jacobi's rotations."""

from typing import Any

from flint import arb, arb_mat, ctx

from diffcheck.ops.enclosures import balls

Ball = Any
Matrix = Any
# Bits by which approximate eigenvectors are better than the enclosures that they give, and sweeps that always suffice:
# they converge quadratically, from the double precision that eight give to thousands of bits in eight more.
_GUARD, _SWEEPS = 32, 24


def near_eigenvectors(a: Matrix) -> Matrix:
    """An exact matrix near to orthonormal eigenvectors of a matrix of balls; rotations need no gaps."""
    n, bits = a.nrows(), ctx.prec
    middle = [[x.mid() for x in row] for row in a.tolist()]
    with ctx.workprec(bits + _GUARD):
        vectors = [[arb(int(i == j)) for j in range(n)] for i in range(n)]
        largest = max((balls.magnitude(x) for row in middle for x in row), default=arb(0))
        least = largest * balls.power_of_two(-bits - _GUARD // 2)
        for _ in range(_SWEEPS):
            pairs = [(p, q) for p in range(n) for q in range(p + 1, n) if balls.magnitude(middle[p][q]) > least]
            if not pairs:
                break
            for p, q in pairs:
                _rotate(middle, vectors, p, q)
    return arb_mat(vectors)


def _rotate(a: list[list[Ball]], vectors: list[list[Ball]], p: int, q: int) -> None:
    """Turn the rows and columns p and q so that their element is zero (Golub & Van Loan 2013, 8.5.2)."""
    if a[p][q].is_zero():
        return
    ratio = ((a[q][q] - a[p][p]) / (2 * a[p][q])).mid()
    tangent = 1 / (balls.magnitude(ratio) + (1 + ratio * ratio).sqrt())
    tangent = (-tangent if ratio < 0 else tangent).mid()
    cosine = (1 / (1 + tangent * tangent).sqrt()).mid()
    sine = (tangent * cosine).mid()
    for row in (*a, *vectors):
        row[p], row[q] = (cosine * row[p] - sine * row[q]).mid(), (sine * row[p] + cosine * row[q]).mid()
    first, second = a[p], a[q]
    a[p] = [(cosine * x - sine * y).mid() for x, y in zip(first, second, strict=True)]
    a[q] = [(sine * x + cosine * y).mid() for x, y in zip(first, second, strict=True)]
