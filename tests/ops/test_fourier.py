"""Fourier transforms in cases: held against NumPy's, exact at their roots of unity, and wrong backwards found."""

import mpmath as mp
import numpy as np
import pytest
import torch
from flint import arb, ctx

import diffcheck.ops as o
from diffcheck import case, check, interval, rectangle
from diffcheck.case.operators import Operator
from diffcheck.errors import CaseError
from diffcheck.program.emit import Emitted
from diffcheck.program.trace import record, trace
from diffcheck.referee.truth import Referee
from diffcheck.verdict import Verdict

NUMBERS = np.random.default_rng(0).normal(size=(2, 2, 5))
COMPLEX = NUMBERS[0] + 1j * NUMBERS[1]
NORMS = ("backward", "ortho", "forward")


def value_of(function, z):
    """What the program of a function of one complex array gives."""
    graph = record(lambda x, y: function(o.complex(x, y)), {"x": z.shape, "y": z.shape}, {})
    found = np.asarray(Emitted(graph).at(np.concatenate([z.real.ravel(), z.imag.ravel()])))
    return found[..., 0] + 1j * found[..., 1] if graph.in_parts else found


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(("n", "axis"), [(None, -1), (3, -1), (8, 1), (3, 0), (1, 0)], ids=str)
@pytest.mark.parametrize("name", ["fft", "ifft", "irfft", "hfft"])
def test_transforms_are_those_of_numpy(name, n, axis, norm):
    expected = getattr(np.fft, name)(COMPLEX, n, axis, norm)
    found = value_of(lambda z: getattr(o, name)(z, n, axis, norm), COMPLEX)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("n", [None, 4, 7])
@pytest.mark.parametrize("name", ["rfft", "ihfft"])
def test_half_transforms_of_real_numbers_are_those_of_numpy(name, n, norm):
    graph = record(lambda x: getattr(o, name)(x, n, 0, norm), {"x": (5, 2)}, {})
    x = NUMBERS.reshape(-1)[:10]
    found = np.asarray(Emitted(graph).at(x))
    expected = getattr(np.fft, name)(x.reshape(5, 2), n, 0, norm)
    np.testing.assert_allclose(found[..., 0] + 1j * found[..., 1], expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("name", ["fft2", "ifft2"])
def test_transforms_over_two_axes_are_those_of_numpy(name, norm):
    expected = getattr(np.fft, name)(COMPLEX, norm=norm)
    np.testing.assert_allclose(value_of(lambda z: getattr(o, name)(z, norm=norm), COMPLEX), expected, atol=1e-14)


CUBES = np.random.default_rng(1).normal(size=(2, 2, 3, 4))
# Those of real numbers.
REAL = dict.fromkeys(("rfftn", "rfft2"), (o.real, CUBES[0]))
# The axes, and how many elements there shall be along each.
OVER = [((0, 1, 2), None), ((2, 0), None), ((1,), (5,)), ((2, 1), (3, 2)), ((0, 2, 1), (3, 4, 7))]


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(("axes", "s"), OVER, ids=str)
@pytest.mark.parametrize("name", ["fftn", "ifftn", "irfftn", "fft2", "ifft2", "irfft2", "rfftn", "rfft2"])
def test_transforms_over_axes_are_those_of_numpy_and_torch(name, axes, s, norm):
    taken, numbers = REAL.get(name, (lambda x: x, CUBES[0] + 1j * CUBES[1]))
    expected = getattr(np.fft, name)(numbers, s=s, axes=axes, norm=norm)
    of_torch = getattr(torch.fft, name)(torch.tensor(numbers), s=s, dim=axes, norm=norm).numpy()
    np.testing.assert_allclose(of_torch, expected, atol=1e-14)
    found = value_of(lambda z: getattr(o, name)(taken(z), s, axes, norm), numbers + 0j)
    np.testing.assert_allclose(found, expected, atol=1e-14)


def test_all_axes_are_taken_where_none_is_named():
    for name in ("fftn", "ifftn", "fftshift", "ifftshift"):
        found = value_of(lambda z, name=name: getattr(o, name)(z), COMPLEX)
        np.testing.assert_allclose(found, getattr(np.fft, name)(COMPLEX), atol=1e-14)
    there = value_of(lambda z: o.irfftn(o.rfftn(o.real(z)), s=COMPLEX.shape), COMPLEX)
    np.testing.assert_allclose(there, COMPLEX.real, atol=1e-14)


@pytest.mark.parametrize("axes", [(0,), (1, -2), None], ids=str)
def test_shifts_are_those_of_numpy_and_each_undoes_the_other(axes):
    found = value_of(lambda z: o.fftshift(z, axes), COMPLEX)
    np.testing.assert_array_equal(found, np.fft.fftshift(COMPLEX, axes))
    np.testing.assert_array_equal(value_of(lambda z: o.ifftshift(o.fftshift(z, axes), axes), COMPLEX), COMPLEX)
    np.testing.assert_array_equal(value_of(lambda z: o.ifftshift(z, axes), COMPLEX), np.fft.ifftshift(COMPLEX, axes))


def test_there_and_back_is_the_identity_and_keeps_the_energy():
    """Parseval: the sum of the squares of the sizes is n times as large behind a transform without a factor."""
    back = value_of(lambda z: o.ifft(o.fft(z)), COMPLEX)
    np.testing.assert_allclose(back, COMPLEX, atol=1e-14)
    assert value_of(lambda z: o.norm(o.fft(z)), COMPLEX) == pytest.approx(np.sqrt(5) * np.linalg.norm(COMPLEX))


@pytest.mark.parametrize("n", [5, 8, 12])
def test_the_slopes_are_the_roots_of_unity_to_thirty_digits(n):
    """The j-th element by the k-th is exp(-2 pi i j k / n); those at quarters of a turn are exact."""
    program = trace(lambda x: o.fft(x), {"x": (n,)}, {})
    found = Referee(program, Operator.JACOBIAN, range(n)).truth([0.5] * n).components
    with mp.workdps(50), ctx.workprec(200):
        for place, component in enumerate(found):
            row, k = divmod(place, n)
            j, part = divmod(row, 2)
            root = mp.expjpi(mp.mpf(-2 * j * k) / n)
            expected = arb(mp.nstr(root.imag if part else root.real, 45))
            assert abs(component.left - expected).upper() < arb("1e-30")
            if 4 * j * k % n == 0:
                assert component.left.is_exact()


DEFINITIONS = {
    "fft": (lambda z: o.fft(z, 6, norm="ortho"), {"z": rectangle(-1 - 1j, 1 + 1j, shape=5)}, "vjp"),
    "ifft": (lambda z: o.ifft(z), {"z": rectangle(-1 - 1j, 1 + 1j, shape=4)}, "jacobian"),
    "rfft": (lambda x: o.rfft(x), {"x": interval(-1, 1, shape=5)}, "jacobian"),
    "irfft": (lambda z: o.irfft(z, 5), {"z": rectangle(-1 - 1j, 1 + 1j, shape=3)}, "jacobian"),
    "fft2": (lambda x: o.fft2(x), {"x": interval(-1, 1, shape=(2, 3))}, "vjp"),
    "rfftn": (lambda x: o.rfftn(x, norm="ortho"), {"x": interval(-1, 1, shape=(2, 3))}, "jacobian"),
    "irfft2": (lambda z: o.irfft2(z, s=(2, 5)), {"z": rectangle(-1 - 1j, 1 + 1j, shape=(2, 3))}, "vjp"),
    "ifftn": (lambda z: o.ifftn(z, axes=(0,)), {"z": rectangle(-1 - 1j, 1 + 1j, shape=(3, 2))}, "jacobian"),
    "hfft": (lambda z: o.hfft(z, 5), {"z": rectangle(-1 - 1j, 1 + 1j, shape=3)}, "jacobian"),
    "ihfft": (lambda x: o.ihfft(x), {"x": interval(-1, 1, shape=5)}, "jacobian"),
    "fftshift": (lambda x: o.fftshift(o.fft(x)), {"x": interval(-1, 1, shape=5)}, "jacobian"),
    "spectrum": (
        lambda x: o.sum(o.real(o.fft(x) * o.conj(o.fft(x)))[1:3]),
        {"x": interval(0.5, 1, shape=5)},
        "gradient",
    ),
}


@pytest.mark.parametrize("name", DEFINITIONS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_torch_is_right_about_transforms(name, dtype):
    function, inputs, operator = DEFINITIONS[name]
    made = case(**inputs, operators=operator, samples=1)(function)
    (row,) = check(made, engines="autograd", dtypes=dtype).result.rows
    assert row.verdict in (Verdict.AGREE, Verdict.LOSSY)


class Transform(torch.autograd.Function):
    """The transform, whose backward goes the wrong way: forward again in the place of back."""

    @staticmethod
    def forward(ctx, x):
        return torch.fft.fft(x)

    @staticmethod
    def backward(ctx, g):
        return torch.fft.fft(g).real


WRONG = {
    "another way back": lambda x: Transform.apply(x),
    "another factor": lambda x: torch.fft.fft(x, norm="ortho"),
    "detached": lambda x: torch.fft.fft(x) + torch.fft.fft(x.detach())[0] - torch.fft.fft(x)[0],
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_wrong_transforms_are_found(wrong):
    made = case(
        x=interval(-1, 1, shape=5),
        points=[{"x": [1, -0.5, 0.25, 2e-1, 0]}],
        samples=0,
        implementations={"autograd": wrong},
    )
    (row,) = check(made(lambda x: o.fft(x)), engines="autograd").result.rows
    assert row.verdict is Verdict.DISAGREE


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda x: o.fft(x, norm="unitary"), "fft: unknown norm 'unitary'"),
        (lambda x: o.fft(x, 0), "fft: n=0"),
        (lambda x: o.ifft(x, axis=1), r"ifft: no axis 1 in an array of shape \(3,\)"),
        (lambda x: o.rfft(1j * x), "rfft takes real numbers"),
        (lambda x: o.rfftn(1j * x), "rfft takes real numbers"),
        (lambda x: o.fftn(x, (2, 3), (0,)), r"fftn: s=\(2, 3\) for the axes \(0,\): .* a length for each"),
        (lambda x: o.irfftn(x, axes=()), r"irfftn: s=None for the axes \(\): it takes an axis or more"),
    ],
    ids=["norm", "length", "axis", "complex", "complex over axes", "lengths", "no axis"],
)
def test_what_does_not_fit_is_refused(function, told):
    with pytest.raises(CaseError, match=told):
        trace(function, {"x": (3,)}, {})


def test_torch_forgets_the_second_derivative_of_sizes_that_vanish():
    """By Parseval the sum is n times that of the squares: its second derivatives are 2n, also where elements are 0."""
    made = case(x=interval(-2, 2, shape=4), points=[{"x": [-2.0] * 4}], samples=0, operators="hessian")
    (row,) = check(made(lambda x: o.sum(o.abs(o.fft(x)) ** 2)), engines="autograd").result.rows
    assert row.verdict is Verdict.DISAGREE
    assert float(row.truth) == pytest.approx(8)
