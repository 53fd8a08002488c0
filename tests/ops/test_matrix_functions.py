"""Functions of matrices on trial: closed forms, hard points, right implementations and planted faults."""

import math

import numpy as np
import pytest
import torch
from array_rows import symmetric
from flint import arb, ctx
from on_trial import planted, row

import diffcheck
import diffcheck.ops as o
from diffcheck import case, interval
from diffcheck.case.operators import Operator
from diffcheck.errors import CaseError
from diffcheck.ops.matrices.exponentials import matrix_exp as exponential_row
from diffcheck.program.scalarise import scalarise
from diffcheck.program.trace import record
from diffcheck.referee.arrays.certify import ArrayReferee
from diffcheck.referee.component import Status
from diffcheck.referee.ladder import LADDER
from diffcheck.referee.truth import Referee

S = math.sqrt(0.5)
NILPOTENT = [[0.0, 1.0, 2.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]]


def truth_of(use, x, operator=Operator.GRADIENT):
    graph = record(lambda x: use(x), {"x": np.shape(x)}, {})
    return Referee(scalarise(graph), operator, range(np.size(x))).truth(np.ravel(x).tolist())


# A function, a point, and the gradient there, known from a textbook.
GRADIENTS = {
    "an eigenvalue of a number": (lambda x: o.eigvalsh(x)[0], [[-2.0]], [1.0]),
    "the largest of a diagonal": (lambda x: o.eigvalsh(x)[2], np.diag([1.0, 3.0, 2.0]), [0, 0, 0, 0, 1, 0, 0, 0, 0]),
    "that of a swap, by what stands below": (lambda x: o.eigvalsh(x)[1], [[0.0, 7.0], [1.0, 0.0]], [0.5, 0, 1, 0.5]),
    "the sum of all, though they are one": (lambda x: o.sum(o.eigvalsh(x)), np.eye(3), [1, 0, 0, 0, 1, 0, 0, 0, 1]),
    "a singular value, u v^T": (lambda x: o.svdvals(x)[0], [[0.0, -3.0], [1.0, 0.0], [0.0, 0.0]], [0, -1, 0, 0, 0, 0]),
    "the second one": (lambda x: o.svdvals(x)[1], [[0.0, -3.0], [1.0, 0.0], [0.0, 0.0]], [0, 0, 1, 0, 0, 0]),
    "the length of a row": (lambda x: o.svdvals(x)[0], [[3.0, 0.0, -4.0]], [0.6, 0, -0.8]),
    "the trace norm of a turn": (lambda x: o.matrix_norm(x, "nuc"), [[S, -S], [2 * S, 2 * S]], [S, -S, S, S]),
    "Frobenius": (o.matrix_norm, [[3.0, 0.0], [0.0, 4.0]], [0.6, 0, 0, 0.8]),
    "the spectral norm": (lambda x: o.matrix_norm(x, 2), [[1.0, 0.0], [0.0, -4.0]], [0, 0, 0, -1]),
    "the condition of a diagonal": (o.cond, [[4.0, 0.0], [0.0, 2.0]], [0.5, 0, 0, -1]),
    # The sum of exp(A) moves by e^T (E + (A E + E A) / 2 + (A^2 E + A E A + E A^2) / 6 + ...) e.
    "an exponential of zero": (lambda x: o.sum(o.matrix_exp(x)), np.zeros((2, 2)), [1, 1, 1, 1]),
    "tr e^A of a nilpotent matrix": (
        lambda x: o.trace(o.matrix_exp(x)),
        NILPOTENT,
        [1, 0, 0, 1, 1, 0, 3.5, 3, 1],  # (1 + A + A^2 / 2)^T
    ),
    "above the diagonal": (
        lambda x: o.matrix_exp(x)[0, 1] / math.e,
        [[1.0, 1.0], [0.0, 1.0]],
        [1 / 2, 1, 1 / 6, 1 / 2],
    ),
    "an eigenvector, by the other over the gap": (
        lambda x: o.eigh((x + o.transpose(x)) / 2)[1][1, 0],
        np.diag([1.0, 3.0]),
        [0, -0.25, -0.25, 0],
    ),
    "that whose largest element is made positive, (-0.6, 0.8)": (
        lambda x: o.eigh((x + o.transpose(x)) / 2)[1][0, 0],
        [[1.64, 0.48], [0.48, 1.36]],
        [0.384, -0.112, -0.112, -0.384],
    ),
    "a left vector": (lambda x: o.svd(x)[0][1, 0], [[-2.0, 0.0], [0.0, 1.0]], [0, 1 / 3, -2 / 3, 0]),
    "its right one": (lambda x: o.svd(x)[2][0, 1], [[-2.0, 0.0], [0.0, 1.0]], [0, 2 / 3, -1 / 3, 0]),
    # Of 1 and 4, with the vectors (1, -2) and (1, -1) from both sides of the first one.
    "an eigenvalue, y x^T": (
        lambda x: o.real(o.eigvals(x))[0],
        [[3.0, 1.0], [2.0, 2.0]],
        [1 / 3, -2 / 3, -1 / 3, 2 / 3],
    ),
    "the other one": (lambda x: o.real(o.eigvals(x))[1], [[3.0, 1.0], [2.0, 2.0]], [2 / 3, 2 / 3, 1 / 3, 1 / 3]),
    "a real one has no other part": (lambda x: o.imag(o.eigvals(x))[1], [[3.0, 1.0], [2.0, 2.0]], [0, 0, 0, 0]),
    # a + ib of [[a, -b], [b, a]]: its square is that of the determinant, 25 = 3^2 + 4^2.
    "the size of a pair": (lambda x: o.abs(o.eigvals(x))[0], [[3.0, -4.0], [4.0, 3.0]], [0.3, -0.4, 0.4, 0.3]),
    "the upper one of a pair": (lambda x: o.imag(o.eigvals(x))[1], [[3.0, -4.0], [4.0, 3.0]], [0, -0.5, 0.5, 0]),
    "a factor, the rows exchanged": (lambda x: o.lu(x)[1][1, 0], [[1.0, 5.0], [2.0, 3.0]], [0.5, 0, -0.25, 0]),
    "a Schur complement": (lambda x: o.lu(x)[2][1, 1], [[1.0, 5.0], [2.0, 3.0]], [-1.5, 1, 0.75, -0.5]),
    "one of a singular matrix": (lambda x: o.lu(x)[2][1, 1], [[2.0, 4.0], [1.0, 2.0]], [1, -0.5, -2, 1]),
    "the length of a first column": (lambda x: o.qr(x)[1][0, 0], [[3.0, 1.0], [4.0, 2.0]], [0.6, 0, 0.8, 0]),
    "the rest of the second": (lambda x: o.qr(x)[1][1, 1], [[3.0, 0.0], [0.0, -4.0]], [0, 0, 0, -1]),
    "a mean, by least squares": (lambda x: o.lstsq(np.ones((3, 1)), x)[0], [1.0, 5.0, 6.0], [1 / 3] * 3),
    "by what divides": (lambda x: o.lstsq(x, np.array([2.0, 0.0]))[0], [[1.0], [1.0]], [0, -1]),
    "a pseudo-inverse": (lambda x: o.pinv(x)[0, 0], [[2.0], [0.0]], [-0.25, 0]),
}


@pytest.mark.parametrize(("use", "x", "expected"), GRADIENTS.values(), ids=GRADIENTS)
def test_truths_are_those_of_the_textbook(use, x, expected):
    truth = truth_of(use, x)
    for component, number in zip(truth.components, expected, strict=True):
        assert component.status is Status.CERTIFIED
        assert abs(component.left - arb(number)).upper() <= 1e-14 * max(1, abs(number))


# A function and a point where it has no derivative: the first component from both sides.
KINKS = {
    "all eigenvalues are one": (lambda x: o.eigvalsh(x)[2], np.eye(3), (0, 1)),
    "two are one": (lambda x: o.eigvalsh(x)[0], np.diag([2.0, 2.0, 3.0]), (1, 0)),
    "two pivots are as large": (lambda x: o.lu(x)[1][1, 0], [[1.0, 2.0], [-1.0, 3.0]], (-1, 1)),
    "two of two": (lambda x: o.eigvalsh(x)[1], 3 * np.eye(2), (0, 1)),
    "a singular value is zero": (lambda x: o.svdvals(x)[1], [[0.0, 0.0], [0.0, 2.0]], (-1, 1)),
    "one beside a row": (lambda x: o.svdvals(x)[1], [[0.0, 0.0], [3.0, 4.0]], (-0.8, 0.8)),
    "the condition of a turn": (o.cond, [[0.0, -1.0], [1.0, 0.0]], (-1, 1)),
    "a norm at zero": (o.matrix_norm, [[0.0]], (-1, 1)),
}


@pytest.mark.parametrize(("use", "x", "sides"), KINKS.values(), ids=KINKS)
def test_where_eigenvalues_meet_there_is_a_kink_and_no_truth(use, x, sides):
    truth = truth_of(use, x)
    assert Status.KINK in {c.status for c in truth.components}
    left, right = (float(side.mid()) for side in (truth.components[0].left, truth.components[0].right))
    assert (left, right) == pytest.approx(sides, abs=1e-15)
    graph = record(lambda x: use(x), {"x": np.shape(x)}, {})
    assert ArrayReferee(graph, Operator.GRADIENT, range(np.size(x))).at(np.ravel(x).tolist(), LADDER) is None


def test_where_eigenvalues_meet_there_is_no_second_derivative():
    found = truth_of(lambda x: o.eigvalsh(x)[2], np.diag([1.0, 2.0, 2.0]), Operator.HESSIAN)
    assert found.components[-1].status is Status.UNDEFINED


UNDEFINED = {
    "the condition of a singular matrix": (o.cond, [[2.0, -2.0], [-2.0, 2.0]]),
    "eigenvalues of the identity": (lambda x: o.real(o.eigvals(x))[0], np.eye(2)),
    "eigenvalues of a Jordan block": (lambda x: o.real(o.eigvals(x))[0], [[0.0, 1.0], [0.0, 0.0]]),
    "the logarithm of a negative determinant": (o.logdet, [[1.0, 2.0], [3.0, 4.0]]),
    "factors of two columns that are one": (lambda x: o.sum(o.qr(x)[0]), [[1.0, 2.0], [1.0, 2.0]]),
    "least squares without rank": (lambda x: o.sum(o.lstsq(x, np.ones(3))), np.ones((3, 2))),
    "a pseudo-inverse without rank": (lambda x: o.sum(o.pinv(x)), np.ones((2, 3))),
}


@pytest.mark.parametrize(("use", "x"), UNDEFINED.values(), ids=UNDEFINED)
def test_where_a_rank_falls_there_is_no_answer(use, x):
    assert {c.status for c in truth_of(use, x).components} == {Status.UNDEFINED}


def graded(n):
    """A symmetric matrix whose elements fall by a hundred thousand with each row, and its eigenvalues by more."""
    i = np.arange(n)
    return 1e-5 ** (i[:, None] + i) * (1 + np.eye(n))


def nearly_tied(gap):
    q = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    a = q * np.array([1.0, 1.0 + gap, -2.0]) @ q.T
    return (a + a.T) / 2


HILBERT = 1 / (np.arange(4.0)[:, None] + np.arange(3) + 1)
WEIGHTS = np.array([1.0, -2.0, 0.5])
COMPANION = np.array([[0.0, 0.0, -4.0], [1.0, 0.0, -2.0], [0.0, 1.0, -3.0]])  # a real root and a pair
RANDOM = np.random.default_rng(7).normal(size=(3, 3))
# What torch and differences compute well as far as the matrix lets them, at points that are hard.
RIGHT = {
    "eigenvalues": (lambda x: o.sum(o.eigvalsh(symmetric(x)) * WEIGHTS), [RANDOM, graded(3), nearly_tied(1e-9)]),
    "the smallest": (lambda x: o.eigvalsh(symmetric(x))[0], [graded(3), nearly_tied(1e-13), np.diag([1e-9, 1.0, 2.0])]),
    "singular values": (lambda x: o.sum(o.svdvals(x) * WEIGHTS), [RANDOM, HILBERT[:3]]),
    "the smallest one": (lambda x: o.svdvals(x)[2], [HILBERT[:3], graded(3)]),
    "the condition": (o.cond, [HILBERT[:3]]),
    "eigenvectors": (
        lambda x: o.sum(o.eigh(symmetric(x))[1] @ WEIGHTS),
        [RANDOM, graded(3), nearly_tied(1e-9), 1e-150 * RANDOM, np.diag([2.0, 1.0, 3.0])],
    ),
    "eigenvalues of any matrix": (
        lambda x: o.sum(o.real(o.eigvals(x)) * WEIGHTS[: len(x)] + o.imag(o.eigvals(x)) * np.arange(len(x))),
        [RANDOM, graded(3), HILBERT[:3], 1e-150 * RANDOM, COMPANION, [[1.0, 2.0], [-0.5 + 1e-9, -1.0]]],
    ),
    "a pair that nearly meets": (lambda x: o.abs(o.eigvals(x))[0], [[[1.0, 2.0], [-0.5 - 1e-9, -1.0]], 5 * COMPANION]),
    "elimination": (
        lambda x: o.sum(o.lu(x)[1] @ WEIGHTS) + o.sum(o.lu(x)[2] ** 2),
        [RANDOM, graded(3), np.eye(3), 1e-150 * RANDOM, [[1e-20, 1.0, 0.0], [1.0, 1.0, 2.0], [0.0, 0.5, 3.0]]],
    ),
    "singular vectors": (lambda x: o.sum(o.svd(x)[0] @ WEIGHTS), [RANDOM, HILBERT[:3], graded(3)]),
    "exponential": (
        lambda x: o.matrix_exp(x)[0, 1],
        [RANDOM[:2, :2], NILPOTENT, 4 * RANDOM, [[-20.0, 19.0], [1.0, -30.0]], [[-1.0, 40.0], [0.0, -1.0]]],
    ),
    "factors": (lambda x: o.sum(o.qr(x)[0] @ o.qr(x)[1] ** 2), [RANDOM, HILBERT[:3], graded(3)]),
    "least squares": (lambda x: o.sum(o.lstsq(x[:, :2], x[:, 2])), [RANDOM, HILBERT[:, ::-1]]),
    "pseudo-inverse": (lambda x: o.sum(o.pinv(x) ** 2), [RANDOM[:2], HILBERT[:, :2]]),
}


@pytest.mark.parametrize(("function", "points"), RIGHT.values(), ids=RIGHT)
def test_right_engines_are_never_called_wrong(function, points):
    for point in points:
        x = np.asarray(point)
        made = case(x=interval(-50, 50, shape=x.shape), points=[{"x": x}], samples=0, operators=["gradient"])
        subject = made(function)
        engines = ["autograd", "autograd:forward", "finite", "symbolic:program"]
        found = diffcheck.run([subject], engines=engines, timing=False)
        assert len(found.verdict) == 4
        assert set(found.verdict) <= {"agree", "ill-conditioned", "lossy"}
        assert set(found.verdict[found.engine == "autograd"]) <= {"agree", "ill-conditioned"}


# About 1, 1 + 2i and 1 - 2i: LAPACK finds another order of the real parts.
ALIGNED = [
    [
        [1.0000000000000004, -1.7862011982294872, -0.8288196583924546],
        [1.786201198229488, 0.9999999999999998, 0.35006178498339124],
        [0.8288196583924549, -0.3500617849833915, 1.0],
    ],
    [
        [1.0000000000000004, -1.1664042493693736, -0.02968685923494427],
        [1.1664042493693736, 0.9999999999999999, -1.624382903579644],
        [0.02968685923494388, 1.6243829035796435, 1.0],
    ],
    [
        [1.0, -1.4944322967314, -0.4327197558338584],
        [1.4944322967313999, 0.9999999999999999, 1.2567520532695375],
        [0.43271975583385813, -1.2567520532695378, 1.0],
    ],
]
# What jumps where two eigenvalues have the same real part, or an element of the other sign is as large.
JUMPS = {
    "order": (
        lambda x: o.imag(o.eigvals(x))[0],
        ALIGNED,
    ),
    "sign": (
        lambda x: o.eigh(symmetric(x))[1][0, 0],
        [[[2.0, 1.0], [1.0, 2.0 + k * 2.0**-51]] for k in (-3, -2, -1, 1, 2)],
    ),
}


@pytest.mark.parametrize(("function", "points"), JUMPS.values(), ids=JUMPS)
def test_beside_a_jump_that_rounding_crosses_nobody_is_accused(function, points):
    x = np.asarray(points)
    made = case(x=interval(-50, 50, shape=x.shape[1:]), points=[{"x": v} for v in x], samples=0, operators=["gradient"])
    found = diffcheck.run([made(function)], engines=["autograd", "finite", "symbolic:program"], timing=False)
    assert set(found.verdict) <= {"agree", "ill-conditioned", "lossy"}
    assert set(found.verdict) & {"ill-conditioned", "lossy"}


def test_where_single_precision_sees_eigenvalues_meet_it_is_not_accused():
    """In exact arithmetic they are some thousandths apart, as far as rounding moves them."""
    x = np.array([[1, 1, -1e-10], [4.5e-8, 1, 1], [2.6e-8, -9.5e-9, 1]], np.float32)
    x[0, 1], x[1, 2] = np.nextafter(x[0, 1], np.float32(0)), np.nextafter(x[1, 2], np.float32(2))
    made = case(x=interval(-2, 2, shape=(3, 3)), points=[{"x": x.astype(float)}], samples=0, operators=["gradient"])
    subject = made(lambda x: o.real(o.eigvals(x))[2])
    found = diffcheck.run([subject], engines=["autograd"], dtypes=["float32"], timing=False)
    assert set(found.verdict) <= {"agree", "ill-conditioned", "lossy"}


# A definition, what torch has for it, and a hard point.
FAULTS = {
    "eigenvalues": (lambda x: o.eigvalsh(symmetric(x)), lambda x: torch.linalg.eigvalsh(x + x.mT), RANDOM),
    "eigenvalues that are nearly one": (
        lambda x: o.eigvalsh(symmetric(x)),
        lambda x: torch.linalg.eigvalsh(x + x.mT),
        nearly_tied(1e-9),
    ),
    "singular values": (o.svdvals, torch.linalg.svdvals, HILBERT[:, :2]),
    "the condition": (o.cond, torch.linalg.cond, HILBERT[:, :2]),
    "eigenvectors": (lambda x: o.eigh(symmetric(x))[1], lambda x: o.eigh(symmetric(x))[1], nearly_tied(1e-6)),
    "real parts of eigenvalues": (lambda x: o.real(o.eigvals(x)), lambda x: o.real(o.eigvals(x)), COMPANION),
    "imaginary parts of eigenvalues": (lambda x: o.imag(o.eigvals(x)), lambda x: o.imag(o.eigvals(x)), COMPANION),
    "lower factor": (lambda x: o.lu(x)[1], lambda x: torch.linalg.lu(x)[1], HILBERT[:3]),
    "upper factor": (lambda x: o.lu(x)[2], lambda x: torch.linalg.lu(x)[2], HILBERT[:3]),
    "right vectors": (lambda x: o.svd(x)[2], lambda x: o.svd(x)[2], HILBERT[:, :2]),
    "exponential": (o.matrix_exp, torch.linalg.matrix_exp, 4 * RANDOM[:2, :2]),
    "triangle": (lambda x: o.qr(x)[1], lambda x: o.qr(x)[1], HILBERT),
    "columns": (lambda x: o.qr(x)[0], lambda x: o.qr(x)[0], HILBERT),
    "least squares": (
        lambda x: o.lstsq(x, np.arange(4.0)),
        lambda x: torch.linalg.lstsq(x, torch.arange(4.0, dtype=x.dtype)[:, None]).solution[:, 0],
        HILBERT,
    ),
    "pseudo-inverse": (o.pinv, torch.linalg.pinv, HILBERT[:, :2]),
    "trace norm": (lambda x: o.matrix_norm(x, "nuc"), lambda x: torch.linalg.matrix_norm(x, "nuc"), RANDOM[:2, :2]),
}


@pytest.mark.parametrize(("definition", "function", "x"), FAULTS.values(), ids=FAULTS)
def test_a_fault_of_a_thousandth_is_seen(definition, function, x):
    """The backward of torch itself passes, and times 1.001 it does not."""

    def of(factor):
        def backward(g, x):
            x = x.detach().requires_grad_()
            with torch.enable_grad():
                (found,) = torch.autograd.grad(function(x), x, g)
            return factor * found

        return row(definition, planted(function, backward), [x], shape=x.shape).verdict

    assert of(1.0) in ("agree", "ill-conditioned")
    assert of(1.001) == "disagree"


def test_exponentials_in_double_precision_are_right_to_the_row_s_loss():
    """SciPy's own is not: it is off by 1e-14 of itself at [[1, 2], [3, -1.5]]."""
    generator = np.random.default_rng(5)
    with ctx.workprec(128):
        for size in (0.1, 1.0, 8.0):
            for n in (1, 2, 3, 5):
                a = size * generator.normal(size=(n, n))
                exact = exponential_row.on_balls((), np.vectorize(arb, otypes=[object])(a))
                found = exponential_row.on_numpy((), a)
                off = np.vectorize(lambda x, ball: float(abs(arb(x) - ball).upper()), otypes=[float])(found, exact)
                assert (off <= 4 * 2.0**-53 * exponential_row.lost((), found, a)).all()


# A use, the shapes of its arguments, what it is told.
MISTAKES = {
    "no square": (o.eigvalsh, [(2, 3)], r"eigvalsh: an array of shape \(2, 3\) holds no square matrices"),
    "exponential of a vector": (o.matrix_exp, [(3,)], r"matrix_exp: an array of shape \(3,\)"),
    "vectors of no square": (o.eigh, [(2, 3)], r"eigh: an array of shape \(2, 3\) holds no square matrices"),
    "eigenvalues of no square": (o.eigvals, [(2, 3)], r"eigvals: an array of shape \(2, 3\) holds no square matrices"),
    "elimination of a vector": (o.lu, [(3,)], r"lu: an array of shape \(3,\) holds no matrices"),
    "vectors of a vector": (o.svd, [(3,)], r"svd: an array of shape \(3,\) holds no matrices"),
    "singular values of a vector": (o.svdvals, [(3,)], r"svdvals: an array of shape \(3,\) holds no matrices"),
    "factors of a wide matrix": (o.qr, [(2, 3)], r"qr: an array of shape \(2, 3\) holds no matrices of full column"),
    "too few equations": (o.lstsq, [(2, 3), (2,)], "lstsq: .* no matrices of full column rank"),
    "other rows": (o.lstsq, [(3, 2), (2,)], "lstsq: .* the right side needs 3 rows"),
    "a pseudo-inverse of a vector": (o.pinv, [(3,)], r"pinv: an array of shape \(3,\) holds no matrices"),
    "another norm": (lambda x: o.matrix_norm(x, 3), [(2, 2)], "order=3: it must be one of 'fro', 'nuc', 2, -2, 1"),
}


@pytest.mark.parametrize(("use", "shapes", "told"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_told(use, shapes, told):
    names = "xy"[: len(shapes)]
    with pytest.raises(CaseError, match=told):
        record(lambda **x: use(*x.values()), dict(zip(names, shapes, strict=True)), {})
