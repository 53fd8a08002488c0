"""Certified eigenvalues of matrices that are not symmetric: against mpmath and closed forms, at hard points too."""

import mpmath
import numpy as np
import pytest
from flint import acb, arb, arb_mat, ctx

from diffcheck.ops.matrices.eigensystems import Eigensystem, eigenvalue, projections, resolvents

DIGITS = 90
RANDOM = np.random.default_rng(2).normal(size=(4, 4))


def companion(roots):
    """A matrix whose characteristic polynomial has these roots, with whole coefficients where they are whole."""
    c = np.poly(roots)
    return np.diag(np.ones(len(roots) - 1), -1) - np.outer(c[:0:-1], np.eye(len(roots))[-1])


MATRICES = {
    "a number": np.array([[-3.0]]),
    "random": RANDOM,
    "large": 1e200 * RANDOM,
    "small": 1e-200 * RANDOM,
    "triangular": np.triu(RANDOM),
    "companion of 1 to 8": companion(range(1, 9)),
    "a quarter turn": np.array([[0.0, -1.0], [1.0, 0.0]]),
    "two pairs": np.kron(np.diag([1.0, 2.0]), [[1.0, -2.0], [2.0, 1.0]]),
    "symmetric": RANDOM + RANDOM.T,
    "nearly defective": np.array([[1.0, 1.0], [1e-20, 1.0]]),
    "nearly defective, a pair": np.array([[1.0, 1.0], [-1e-20, 1.0]]),
    "graded": np.array([[1.0, 1e-9, 1e-9], [1e-9, 1e-8, 1e-9], [2e-9, 1e-9, 1e-16]]),
    "badly scaled": np.array([[1.0, 1e20], [2e-20, 3.0]]),
}
each_matrix = pytest.mark.parametrize("a", MATRICES.values(), ids=MATRICES)


def by_mpmath(a, way=None, step=0):
    """The eigenvalues by real parts, right vectors as columns and left ones as rows, each product one."""
    matrix = mpmath.matrix(a.tolist()) + (0 if way is None else step * mpmath.matrix(way.tolist()))
    values, right = mpmath.eig(matrix)
    size = max(map(abs, values))
    # Of a pair the real parts are one number, and so are the imaginary ones of real eigenvalues.
    order = sorted(range(len(a)), key=lambda k: (float(values[k].real / size), float(values[k].imag / size)))
    left = right**-1
    return [values[k] for k in order], [right[:, k] * left[k, :] for k in order]


def near(ball, number, off):
    """Whether a complex ball holds a number that mpmath has up to so much, and is no wider."""
    right = acb(*(arb(mpmath.nstr(part, DIGITS)) for part in (number.real, number.imag)))
    around = arb(0, arb(mpmath.nstr(off, 10)))
    parts = ball.real.rad(), ball.imag.rad()
    return (right + acb(around, around)).overlaps(ball) and max(parts) <= arb(mpmath.nstr(off, 10))


@each_matrix
@pytest.mark.parametrize("bits", [256, 512])
def test_enclosures_hold_the_eigenvalues_and_their_projections(a, bits):
    with mpmath.workdps(3 * DIGITS), ctx.workprec(bits):
        values, parts = by_mpmath(a)
        size, found = max(map(abs, values)), Eigensystem(arb_mat(a.tolist()))
        for rank, (value, part) in enumerate(zip(values, parts, strict=True)):
            assert near(found.value(rank), value, 1e-45 * size)
            most = mpmath.norm(part)
            for i, j in np.ndindex(a.shape):
                assert near(found.projection(rank)[i, j], mpmath.mpc(part[i, j]), 1e-25 * most)


# How many pairs there are; all other eigenvalues are real.
PAIRS = {"random": 1, "large": 1, "small": 1, "a quarter turn": 1, "two pairs": 2, "nearly defective, a pair": 1}


@pytest.mark.parametrize("name", MATRICES)
def test_real_eigenvalues_are_known_to_be_real_and_pairs_to_be_pairs(name):
    a = MATRICES[name]
    with ctx.workprec(256):
        found = Eigensystem(arb_mat(a.tolist()))
        values = [found.value(k) for k in range(len(a))]
    rest = [x for x in values if not x.imag.is_zero()]
    assert len(rest) == 2 * PAIRS.get(name, 0)
    for below, above in zip(rest[::2], rest[1::2], strict=True):
        assert below.overlaps(above.conjugate())
        assert below.imag < 0
        assert above.imag > 0


WAY = np.array([[1.0, 2.0, 1.0, -1.0], [0.0, -1.0, 0.5, 0.0], [1.0, 3.0, 3.0, 2.0], [-1.0, 0.0, 1.0, 0.25]])


@pytest.mark.parametrize("name", ["random", "triangular", "two pairs"])
def test_coefficients_are_those_along_the_way(name):
    """By central differences of a step of 1e-25."""
    a, h = MATRICES[name], mpmath.mpf(10) ** -25
    with mpmath.workdps(150), ctx.workprec(400):
        (below, parts_below), (here, parts_here), (above, parts_above) = (by_mpmath(a, WAY, k * h) for k in (-1, 0, 1))
        series = [arb_mat(a.tolist()), arb_mat(WAY.tolist()), arb_mat(4, 4)]
        for rank in range(4):
            found, moved, rest = eigenvalue(series, rank), projections(series, rank), resolvents(series, rank)
            assert near(found[1], (above[rank] - below[rank]) / (2 * h), 1e-30)
            assert near(found[2], (above[rank] + below[rank] - 2 * here[rank]) / (2 * h * h), 1e-30)
            for i, j in np.ndindex(4, 4):
                first, middle, last = (mpmath.mpc(p[rank][i, j]) for p in (parts_below, parts_here, parts_above))
                assert near(moved[1][i, j], (last - first) / (2 * h), 1e-30)
                assert near(moved[2][i, j], (last + first - 2 * middle) / (2 * h * h), 1e-30)
                before, at, behind = (
                    sum(mpmath.mpc(parts[k][i, j]) / (values[rank] - values[k]) for k in range(4) if k != rank)
                    for values, parts in ((below, parts_below), (here, parts_here), (above, parts_above))
                )
                assert near(rest[0][i, j], at, 1e-30)
                assert near(rest[1][i, j], (behind - before) / (2 * h), 1e-30)
                assert near(rest[2][i, j], (behind + before - 2 * at) / (2 * h * h), 1e-30)


def test_what_is_real_stays_real_along_the_way():
    with ctx.workprec(128):
        for c in eigenvalue([arb_mat(RANDOM.tolist()), arb_mat(WAY.tolist()), arb_mat(4, 4)], 3):
            assert c.imag.is_zero()
            assert not c.real.contains(0)


# A matrix, which ranks are known, and whether eigenvalues are one number for certain.
WITHOUT = {
    "the identity": (np.eye(2), [False] * 2, True),
    "a Jordan block": ([[1.0, 1.0], [0.0, 1.0]], [False] * 2, True),
    "equal real parts": ([[0.0, -1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0] * 4, [0, 0, 0, 3.0]], [0, 0, 0, 1], False),
    "no numbers": ([[np.nan, 1.0], [1.0, 1.0]], [False] * 2, False),
}


@pytest.mark.parametrize(("a", "known", "repeated"), WITHOUT.values(), ids=WITHOUT)
def test_what_is_not_simple_or_has_no_order_is_not_told(a, known, repeated):
    a = np.asarray(a)
    with ctx.workprec(256):
        found = Eigensystem(arb_mat([[arb(float(x)) for x in row] for row in a]))
        assert [found.is_known(k) for k in range(len(a))] == [bool(k) for k in known]
        for rank, told in enumerate(known):
            series = [arb_mat(found.matrix), arb_mat(found.matrix)]
            matrices = found.projection(rank), found.resolvent(rank), *projections(series, rank)
            numbers = [found.value(rank), *eigenvalue(series, rank), *(x for a in matrices for x in a.entries())]
            parts = [part.is_finite() for x in numbers for part in (x.real, x.imag)]
            assert parts == [bool(told)] * len(parts)
        assert found.is_repeated() is repeated


def test_wide_balls_are_not_told_apart():
    with ctx.workprec(128):
        wide = arb(1, 0.25)
        assert not Eigensystem(arb_mat([[wide, 0], [0, wide]])).is_known(0)
        apart = Eigensystem(arb_mat([[wide, 0], [0, wide + 3]]))
        assert apart.value(0).real.contains(1.125)
        assert apart.value(0).imag.is_zero()
