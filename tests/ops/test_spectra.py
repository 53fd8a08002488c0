"""Certified eigenvalues of symmetric matrices: against closed forms and mpmath, and whatever the vectors are worth."""

import mpmath
import numpy as np
import pytest
from flint import arb, arb_mat, ctx

from diffcheck.ops.matrices import jacobi
from diffcheck.ops.matrices.spectra import Spectrum, eigenvalue, projections, resolvents, spectrum

DIGITS = 90


def path(n):
    """The second differences of n places: 2 - 2 cos(k pi / (n + 1))."""
    return 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)


def ring(n):
    """The same of a ring, whose eigenvalues are 2 - 2 cos(2 k pi / n): all but two are double."""
    return path(n) - np.eye(n, k=n - 1) - np.eye(n, k=1 - n)


def turned(values, seed=0):
    """A symmetric matrix with about these eigenvalues."""
    q = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(values),) * 2))[0]
    a = q * np.array(values) @ q.T
    return np.tril(a) + np.tril(a, -1).T


def wilkinson(half):
    """Its largest eigenvalues agree to more digits the larger it is (Wilkinson 1965, ch. 5)."""
    n = 2 * half + 1
    return np.diag(np.abs(np.arange(n) - half).astype(float)) + np.eye(n, k=1) + np.eye(n, k=-1)


MATRICES = {
    "a number": np.array([[-3.0]]),
    "zero": np.zeros((3, 3)),
    "diagonal, in no order": np.diag([2.0, -1.0, 2.0, 0.5]),
    "path": path(5),
    "ring": ring(6),
    "nearly tied": turned([1.0, 1.0 + 2.0**-50, -2.0, 3.0]),
    "graded": turned([1.0, 1e-8, 1e-16]),
    "of all sizes": np.array([[1e200, 1e100, 1.0], [1e100, 1.0, 1e-100], [1.0, 1e-100, 1e-200]]),
    "Wilkinson": wilkinson(4),
    "Hilbert": 1 / (np.arange(6.0)[:, None] + np.arange(6.0) + 1),
    "tied but for a hair": np.array([[1.0, 1e-30], [1e-30, 1.0]]),
    "singular": np.outer([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]),
}
each_matrix = pytest.mark.parametrize("a", MATRICES.values(), ids=MATRICES)


def by_mpmath(a, digits=DIGITS):
    with mpmath.workdps(digits):
        values, vectors = mpmath.eigsy(mpmath.matrix(a.tolist()))
        return list(values), vectors


def holds(ball, number, slack="1e-60"):
    """Whether a ball holds a number that mpmath has to so many digits."""
    right, size = arb(mpmath.nstr(number, DIGITS)), max(1, abs(float(number)))
    return (right + arb(0, arb(slack) * size)).overlaps(ball)


@each_matrix
@pytest.mark.parametrize("bits", [64, 256])
def test_enclosures_hold_the_eigenvalues_and_are_narrow(a, bits):
    expected, _ = by_mpmath(a, 500)  # graded matrices have small ones
    size = max(np.abs(a).max(), 1)
    with ctx.workprec(bits):
        found = Spectrum(arb_mat(a.tolist())).values
    for ball, number in zip(found, sorted(expected), strict=True):
        assert holds(ball, number, "1e-80")
        assert ball.rad() <= arb(size) * arb((1, 12 - bits))


@pytest.mark.parametrize("n", [2, 3, 8])
def test_paths_and_rings_are_the_closed_forms(n):
    with ctx.workprec(200):
        two_pi = 2 * arb.pi()
        waves = sorted((2 - 2 * (two_pi * k / (n + 2)).cos() for k in range(n + 2)), key=lambda x: x.mid())
        for ball, wave in zip(Spectrum(arb_mat(ring(n + 2).tolist())).values, waves, strict=True):
            assert ball.overlaps(wave)
        for k, ball in enumerate(Spectrum(arb_mat(path(n).tolist())).values, 1):
            assert ball.overlaps(2 - 2 * (arb.pi() * k / (n + 1)).cos())


@pytest.mark.parametrize("name", ["path", "nearly tied", "Hilbert", "tied but for a hair", "Wilkinson", "graded"])
def test_projections_are_those_of_mpmath(name):
    a = MATRICES[name]
    values, vectors = by_mpmath(a)
    places = sorted(range(len(a)), key=lambda k: values[k])
    with ctx.workprec(256), mpmath.workdps(DIGITS):
        for rank, k in enumerate(places):
            found = Spectrum(arb_mat(a.tolist())).projection(rank)
            for i in range(len(a)):
                for j in range(len(a)):
                    assert holds(found[i, j], vectors[i, k] * vectors[j, k], "1e-40")
                    assert found[i, j].rad() < arb("1e-30")


def test_a_multiple_eigenvalue_has_no_projection_and_a_single_one_beside_it_has():
    with ctx.workprec(128):
        found = spectrum(arb_mat(ring(4).tolist()).tolist())  # 0, 2, 2, 4
        assert [found.projection(k)[0, 0].is_finite() for k in range(4)] == [True, False, False, True]
        assert [found.resolvent(k)[0, 0].is_finite() for k in range(4)] == [True, False, False, True]
        assert found.projection(3)[0, 1].overlaps(arb(-0.25))
        assert found.resolvent(3)[0, 0].overlaps(arb(0.25) / 4 + arb(0.5) / 2)


@each_matrix
def test_whatever_the_approximate_vectors_are_worth_enclosures_hold(a, monkeypatch):
    """With Jacobi's rotations left out, or turned by another angle, the balls are wide, and right."""
    expected, _ = by_mpmath(a, 500)
    real = jacobi._rotate

    def crooked(rows, vectors, p, q):
        real(rows, vectors, p, q)
        for row in vectors:
            row[p] = (row[p] * arb(1.01)).mid()

    for planted in (lambda *_: None, crooked):
        monkeypatch.setattr(jacobi, "_rotate", planted)
        with ctx.workprec(64):
            values = Spectrum(arb_mat(a.tolist())).values
            # Without rotations the vectors are those of the identity, and what stands beside the diagonal is known.
            assert planted is crooked or all(ball.is_finite() for ball in values)
            for ball, number in zip(values, sorted(expected), strict=True):
                assert not ball.is_finite() or holds(ball, number)


# Symmetric matrices, and how they move.
WAY = np.array([[1.0, 2.0, 1.0, -1.0], [2.0, -1.0, 0.5, 0.0], [1.0, 0.5, 3.0, 2.0], [-1.0, 0.0, 2.0, 0.25]])
MOVING = {
    "simple": (path(4), WAY),
    "nearly tied": (turned([1.0, 1.0 + 2.0**-30, -2.0, 3.0]), WAY),
    "two are one": (np.diag([1.0, 1.0, 2.0, 3.0]), WAY),
    "two pairs, and not on the diagonal": (np.kron(np.eye(2), [[1.0, 2.0], [2.0, 1.0]]), WAY),
    "all are one": (5 * np.eye(4), WAY),
    "they part in second order": (np.diag([1.0, 1.0, 2.0, 3.0]), np.eye(4, k=2) + np.eye(4, k=-2)),
}


@pytest.mark.parametrize(("a", "way"), MOVING.values(), ids=MOVING)
def test_coefficients_are_those_of_the_eigenvalues_along_the_way(a, way):
    """The polynomial through the eigenvalues at six steps, each of a size of 1e-25."""
    n, h = len(a), mpmath.mpf(10) ** -25
    with mpmath.workdps(300):
        matrix, moved = mpmath.matrix(a.tolist()), mpmath.matrix(way.tolist())
        along = [sorted(mpmath.eigsy(matrix + k * h * moved, eigvals_only=True)) for k in range(6)]
    with ctx.workprec(512):
        for rank in range(n):
            series = eigenvalue([arb_mat(a.tolist()), arb_mat(way.tolist()), arb_mat(n, n), arb_mat(n, n)], rank)
            with mpmath.workdps(300):
                values = [along[k][rank] for k in range(6)]
                first = mpmath.fdot((-137, 300, -300, 200, -75, 12), values) / (60 * h)
                second = mpmath.fdot((45, -154, 214, -156, 61, -10), values) / (12 * h * h)
            assert holds(series[0], values[0])
            for ball, number in ((series[1], first), (2 * series[2], second)):
                assert float(ball.mid()) == pytest.approx(float(number), rel=1e-12, abs=1e-12)
                assert float(ball.rad()) <= 1e-30 * max(1, abs(float(number)))


# At t = 0 two of them are one: it is their limits from the right that are told.
@pytest.mark.parametrize("name", ["simple", "two are one", "they part in second order"])
def test_coefficients_of_projections_and_resolvents_are_those_along_the_way(name):
    (a, way), h = MOVING[name], mpmath.mpf(10) ** -25

    def of(t, rank):
        values, vectors = mpmath.eigsy(mpmath.matrix(a.tolist()) + t * mpmath.matrix(way.tolist()))
        order = sorted(range(4), key=lambda k: values[k])
        parts = [vectors[:, k] * vectors[:, k].T for k in order]
        gaps = [values[order[rank]] - values[k] for k in order]
        return parts[rank], sum((p / g for p, g in zip(parts, gaps, strict=True) if g), mpmath.zeros(4))

    with ctx.workprec(256):
        series = [arb_mat(a.tolist()), arb_mat(way.tolist()), arb_mat(4, 4), arb_mat(4, 4)]
        for rank in range(4):
            with mpmath.workdps(200):
                here, ahead, further = (of(k * h, rank) for k in (1, 2, 3))
                first = [(4 * y - 3 * x - z) / (2 * h) for x, y, z in zip(here, ahead, further, strict=True)]
            for k, found in enumerate((projections(series, rank), resolvents(series, rank))):
                for i, j in np.ndindex(4, 4):
                    for ball, number in zip(
                        [c[i, j] for c in found[:2]], (here[k][i, j], first[k][i, j]), strict=False
                    ):
                        # Beside an equal one a resolvent grows without limit; a projection never does.
                        assert k == 1 or ball.is_finite()
                        assert not ball.is_finite() or float(ball.mid()) == pytest.approx(float(number), abs=1e-12)


def test_a_tie_that_is_not_exact_has_no_coefficients():
    """Whether one third twice is one number, balls do not tell."""
    with ctx.workprec(128):
        third = arb(1) / 3
        a = arb_mat([[third, 0, 0], [0, third, 0], [0, 0, 1]])
        way = arb_mat([[1, 0, 0], [0, 2, 0], [0, 0, 3]])
        for rank, known in ((0, False), (1, False), (2, True)):
            found = eigenvalue([a, way], rank)
            assert found[0].is_finite()
            assert found[1].is_finite() is known


def test_what_is_no_number_has_no_eigenvalues():
    found = Spectrum(arb_mat([[1, arb.nan()], [arb.nan(), 1]])).values
    assert not any(x.is_finite() for x in found)
