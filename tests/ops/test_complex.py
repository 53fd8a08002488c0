"""Complex numbers in cases: held against mpmath at ordinary and hard places, on their cuts, by torch's convention."""

import mpmath as mp
import numpy as np
import pytest
import scipy.linalg
import torch
from flint import arb, ctx

import diffcheck.ops as o
from diffcheck import case, check, interval, rectangle
from diffcheck.case.operators import Operator
from diffcheck.errors import CaseError, DomainError
from diffcheck.ops.complex_numbers.constants import ComplexConstant
from diffcheck.ops.complex_numbers.formulas import FORMULAS
from diffcheck.ops.complex_numbers.pairs import AS_WRITTEN
from diffcheck.ops.composites import Composite
from diffcheck.ops.table import Primitive
from diffcheck.program.emit import Emitted
from diffcheck.program.trace import record, trace
from diffcheck.referee.component import Status
from diffcheck.referee.truth import Referee
from diffcheck.verdict import Verdict

SQUARE = rectangle(-2 - 2j, 2 + 2j)


def jacobian_at(function, z):
    """What is certified of a function of one complex number: of each part by each part."""
    z = complex(z)
    program = trace(lambda x, y: function(o.complex(x, y)), {"x": (), "y": ()}, {})
    return Referee(program, Operator.JACOBIAN, [0, 1]).truth([z.real, z.imag]).components


def holds(component, number):
    """Whether an enclosure holds a number of fifty digits, and is as narrow."""
    with ctx.workprec(400):
        assert component.status is Status.CERTIFIED
        near = abs(component.left - arb(mp.nstr(number, 50))).upper()
        return near <= arb("1e-25") * max(abs(arb(mp.nstr(number, 50))), arb("1e-30"))


# The function, and its derivative as the books have it.
HOLOMORPHIC = {
    "square": (lambda z: z * z, lambda z: 2 * z),
    "cube": (lambda z: z**3, lambda z: 3 * z**2),
    "power": (lambda z: z**-7, lambda z: -7 * z**-8),
    "root": (lambda z: z**0.5, lambda z: 1 / (2 * mp.sqrt(z))),
    "base": (lambda z: o.power(3, z), lambda z: mp.log(3) * mp.power(3, z)),
    "power of itself": (lambda z: z**z, lambda z: mp.power(z, z) * (1 + mp.log(z))),
    "quotient": (lambda z: (z - 1j) / (z + 3j), lambda z: 4j / (z + 3j) ** 2),
    "reciprocal": (lambda z: 1 / z, lambda z: -1 / z**2),
    "part by part": (lambda z: (2 - z) / 4 - 1.5 * z, lambda z: mp.mpc(-1.75)),
    "exp": (o.exp, mp.exp),
    "log": (o.log, lambda z: 1 / z),
    "sqrt": (o.sqrt, lambda z: 1 / (2 * mp.sqrt(z))),
    "sin": (o.sin, mp.cos),
    "cos": (o.cos, lambda z: -mp.sin(z)),
    "tan": (o.tan, lambda z: mp.sec(z) ** 2),
    "sinh": (o.sinh, mp.cosh),
    "cosh": (o.cosh, mp.sinh),
    "tanh": (o.tanh, lambda z: mp.sech(z) ** 2),
    "asin": (o.asin, lambda z: 1 / mp.sqrt(1 - z) / mp.sqrt(1 + z)),
    "acos": (o.acos, lambda z: -1 / mp.sqrt(1 - z) / mp.sqrt(1 + z)),
    "atan": (o.atan, lambda z: 1 / (1 + z * z)),
    "asinh": (o.asinh, lambda z: 1 / mp.sqrt(1 + 1j * z) / mp.sqrt(1 - 1j * z)),
    "acosh": (o.acosh, lambda z: 1 / mp.sqrt(z - 1) / mp.sqrt(z + 1)),
    "atanh": (o.atanh, lambda z: 1 / (1 - z * z)),
    "log1p": (o.log1p, lambda z: 1 / (1 + z)),
    "expm1": (o.expm1, mp.exp),
    "exp2": (o.exp2, lambda z: mp.log(2) * mp.exp(z * mp.log(2))),
    "log2": (o.log2, lambda z: 1 / z / mp.log(2)),
    "log10": (o.log10, lambda z: 1 / z / mp.log(10)),
    "sigmoid": (o.sigmoid, lambda z: 1 / (2 * mp.cosh(z / 2)) ** 2),
    "rsqrt": (o.rsqrt, lambda z: -1 / (2 * z * mp.sqrt(z))),
    "sinc": (o.sinc, lambda z: mp.cospi(z) / z - mp.sinpi(z) / (mp.pi * z * z)),
    "silu": (o.silu, lambda z: (1 + mp.exp(-z) + z * mp.exp(-z)) / (1 + mp.exp(-z)) ** 2),
}
# Where these are cut.
ON_CUTS = {("asin", "real"), ("acos", "real"), ("atanh", "real"), ("asinh", "imaginary"), ("atan", "imaginary")}
PLACES = {
    "ordinary": 0.5 - 1.25j,
    "real": 1.5 + 0j,
    "imaginary": complex(0, -2),
    "beside the cut": -1.5 + 1e-200j,
    "below the cut": -1.5 - 1e-200j,
    "beside zero": 1e-9 + 1e-12j,
    "beside poles": 1.5707963267948966 + 1e-8j,
    "beside a pole of tanh": 1e-8 - 1.5707963267948966j,
    "far": -3.0 + 30.0j,
}


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("name", HOLOMORPHIC)
def test_the_parts_of_a_holomorphic_derivative_are_its_jacobian(name, where):
    """By the equations of Cauchy and Riemann: [[Re f', -Im f'], [Im f', Re f']]."""
    function, slope = HOLOMORPHIC[name]
    place = PLACES[where]
    if (name, where) in ON_CUTS:
        assert Status.UNDEFINED in {component.status for component in jacobian_at(function, place)}
        return
    with mp.workdps(60):
        expected = slope(mp.mpc(place))
        of_re_by_re, of_re_by_im, of_im_by_re, of_im_by_im = jacobian_at(function, place)
        assert holds(of_re_by_re, expected.real)
        assert holds(of_re_by_im, -expected.imag)
        assert holds(of_im_by_re, expected.imag)
        assert holds(of_im_by_im, expected.real)


REAL = {
    "abs": (lambda z: abs(z), lambda z: z / abs(z)),
    "square of abs": (lambda z: abs(z) ** 2, lambda z: 2 * z),
    "times its conjugate": (lambda z: o.real(z * o.conj(z)), lambda z: 2 * z),
    "real": (lambda z: o.real(z**3), lambda z: mp.conj(3 * z**2)),
    "imag": (lambda z: o.imag(z**2), lambda z: mp.conj(2 * z) * 1j),
    "angle": (o.angle, lambda z: 1j * z / abs(z) ** 2),
    "norm": (lambda z: o.norm(o.stack([z, 2 * z])), lambda z: mp.sqrt(5) * z / abs(z)),
}


@pytest.mark.parametrize("place", [0.5 - 1.25j, 2 + 0j, 1e-9 + 1e-12j, 3j], ids=str)
@pytest.mark.parametrize(("function", "gradient"), REAL.values(), ids=REAL)
def test_the_gradient_of_a_real_function_is_torchs(function, gradient, place):
    """DL/dRe z + i dL/dIm z, the conjugate of what a holomorphic function whose real part L is would have."""
    with mp.workdps(60):
        expected = gradient(mp.mpc(place))
        by_re, by_im = jacobian_at(function, place)
        assert holds(by_re, expected.real)
        assert holds(by_im, expected.imag)
    made = case(z=place, samples=1)(function)
    z = torch.tensor(place, dtype=torch.complex128, requires_grad=True)
    made(torch.real(z), torch.imag(z)).backward()
    assert z.grad.item() == pytest.approx(complex(expected), rel=1e-14)


CUT = ("asin", "acos", "atan", "asinh", "acosh", "atanh", "log", "sqrt", "log1p", "log2", "rsqrt")


@pytest.mark.parametrize(
    "place", [1.5 + 0j, -1.5 + 0j, 0.5 + 0j, -0.5 + 0j, complex(0, 1.5), complex(0, -1.5)], ids=str
)
@pytest.mark.parametrize("name", CUT)
def test_values_on_cuts_are_torchs(name, place):
    """Those beside which the second part, or the first one, is +0."""
    graph = record(lambda x, y: getattr(o, name)(o.complex(x, y)), {"x": (), "y": ()}, {})
    found = np.asarray(Emitted(graph).at(np.array([place.real, place.imag])))
    wanted = getattr(torch, name)(torch.tensor(place, dtype=torch.complex128)).item()
    assert complex(*found) == pytest.approx(wanted, rel=1e-14)


BLOCK = rectangle(-1 - 1j, 1 + 1j, shape=(2, 2, 2))
MATRIX = rectangle(-1 - 1j, 1 + 1j, shape=(2, 2))
AWAY = rectangle(0.25 + 0.25j, 1 + 1j, shape=(2, 2))
VECTOR = rectangle(-1 - 1j, 1 + 1j, shape=2)
TALL = rectangle(-1 - 1j, 1 + 1j, shape=(3, 2))
# Added to matrices with elements as small as those above: then their columns are independent, and no two values meet.
FAR = np.diag([3.0, 8.0])


def gram(a):
    return o.conj(a).swapaxes(-1, -2) @ a


OF_MATRICES = {
    "solve a vector": (o.solve, {"a": MATRIX, "b": VECTOR}),
    "solve matrices": (o.solve, {"a": BLOCK, "b": rectangle(-1 - 1j, 1 + 1j, shape=(2, 1))}),
    "solve, one side real": (
        lambda a, b: o.solve(a, 1j * b),
        {"a": interval(-1, 1, shape=(2, 2)), "b": interval(-1, 1, shape=2)},
    ),
    "inverse": (o.inverse, {"a": BLOCK}),
    "det": (o.det, {"a": rectangle(-1 - 1j, 1 + 1j, shape=(3, 3))}),
    "det of one": (o.det, {"a": rectangle(-1 - 1j, 1 + 1j, shape=(1, 1))}),
    "slogdet": (lambda a: o.stack([*map(o.real, o.slogdet(a)), o.imag(o.slogdet(a)[0])]), {"a": MATRIX}),
    "matrix_power": (lambda a: o.matrix_power(a, -2), {"a": MATRIX}),
    "matrix_exp": (o.matrix_exp, {"a": MATRIX}),
    "solve_triangular": (lambda a, b: o.solve_triangular(a + FAR, b, upper=True), {"a": MATRIX, "b": BLOCK}),
    "cholesky": (lambda a: o.cholesky(gram(a) + np.eye(2)), {"a": BLOCK}),
    "qr": (lambda a: o.qr(a + np.eye(3, 2) @ FAR)[1], {"a": TALL}),
    "orthonormal columns": (lambda a: o.qr(a + FAR)[0], {"a": MATRIX}),
    "pinv": (lambda a: o.pinv(a + np.eye(3, 2) @ FAR), {"a": TALL}),
    "lstsq": (lambda a, b: o.lstsq(a + np.eye(3, 2) @ FAR, b), {"a": TALL, "b": rectangle(-1 - 1j, 1 + 1j, shape=3)}),
    "lstsq of matrices": (lambda a, b: o.lstsq(a + np.eye(3, 2) @ FAR, b), {"a": TALL, "b": TALL}),
    "eigvals": (lambda a: o.eigvals(a + FAR), {"a": MATRIX}),
    "eigvalsh": (lambda a: o.eigvalsh(gram(a + FAR)), {"a": BLOCK}),
    "svdvals": (lambda a: o.svdvals(a + FAR), {"a": MATRIX}),
    "prod": (lambda a: o.prod(a, 1, keepdim=True), {"a": BLOCK}),
    "prod of all": (o.prod, {"a": VECTOR}),
    "cumprod": (lambda a: o.cumprod(a, 0), {"a": MATRIX}),
    "sign": (o.sign, {"a": VECTOR}),
    "var": (lambda a: o.var(a, 0, correction=0, keepdim=True), {"a": MATRIX}),
    "std": (lambda a: o.std(a * np.array([1, 2])), {"a": AWAY}),
    "vector_norm": (lambda a: o.vector_norm(a, axis=1), {"a": AWAY}),
    "vector_norm of order 3": (lambda a: o.vector_norm(a, 3, axis=1), {"a": AWAY}),
    "norm of order 1": (lambda a: o.norm(a, 1), {"a": AWAY}),
    "norm along an axis": (lambda a: o.norm(a, axis=0), {"a": AWAY}),
    "triangles": (lambda a: o.tril(a, -1) + 2j * o.triu(a), {"a": BLOCK}),
    "pinv of wide ones": (o.pinv, {"a": rectangle(-1 - 1j, 1 + 1j, shape=(1, 2))}),
    "rsub": (lambda a: o.rsub(a, 1j, alpha=2), {"a": VECTOR}),
    "add": (lambda a: o.add(a, a * a, alpha=2), {"a": VECTOR}),
}


@pytest.mark.parametrize(("function", "inputs"), OF_MATRICES.values(), ids=OF_MATRICES)
def test_torch_agrees_on_matrices_and_products(function, inputs):
    """Small elements of what is told by its norm lose some of their digits."""
    made = case(**inputs, samples=1)(function)
    (row,) = check(made, engines="autograd").result.rows
    assert row.verdict in {Verdict.AGREE, Verdict.LOSSY}, row.note
    assert not row.digits < 11  # a truth of zero has none
    assert row.components > 1


def test_a_complex_determinant_is_known_where_it_vanishes():
    """Its gradient there is the adjugate."""
    found = jacobian_at(lambda z: o.det(o.stack([o.stack([z, 2 * z]), o.stack([1j, 2j * z])])), 1)
    for component, number in zip(found, (0, -2, 2, 0), strict=True):
        assert holds(component, mp.mpf(number)) if number else component.left == 0


VALUES = {
    "cholesky": (
        lambda a: o.cholesky(a @ o.adjoint(a) + np.eye(3)),
        lambda a: np.linalg.cholesky(a @ a.conj().T + np.eye(3)),
    ),
    "pinv": (lambda a: o.pinv(a[:, :2]), lambda a: np.linalg.pinv(a[:, :2])),
    "matrix_exp": (o.matrix_exp, scipy.linalg.expm),
    "sinc": (o.sinc, np.sinc),
    "sign": (o.sign, np.sign),
    "tril": (lambda a: o.tril(a, 1), lambda a: np.tril(a, 1)),
}


@pytest.mark.parametrize("name", VALUES)
def test_matrices_are_computed_as_others_compute_them(name):
    ours, theirs = VALUES[name]
    generator = np.random.default_rng(5)
    a = generator.normal(size=(3, 3)) + 1j * generator.normal(size=(3, 3))
    graph = record(lambda x, y: ours(o.complex(x, y)), {"x": (3, 3), "y": (3, 3)}, {})
    found = np.asarray(Emitted(graph).at(np.concatenate([a.real.ravel(), a.imag.ravel()])))
    np.testing.assert_allclose(found[..., 0] + 1j * found[..., 1], theirs(a), rtol=1e-12, atol=1e-13)


def test_what_has_no_rule_is_unsupported():
    rows = check(o.relu, z=VECTOR, samples=1).result.rows
    assert {row.verdict for row in rows} == {Verdict.UNSUPPORTED}
    assert all("relu has no rule for complex numbers" in row.note for row in rows)


# Cuts and zero.


@pytest.mark.parametrize("function", [o.log, o.sqrt, o.angle, lambda z: z**0.5], ids=["log", "sqrt", "angle", "power"])
@pytest.mark.parametrize("place", [-1.5, -1e-300])
def test_on_a_cut_nothing_is_said_of_what_jumps(function, place):
    found = jacobian_at(function, place)
    assert found[-1].status is Status.UNDEFINED


def test_on_its_cut_the_first_part_of_a_root_has_a_kink():
    """Re sqrt(-4 + ib) is abs(b) / 4 in first order."""
    _, by_im, *_ = jacobian_at(o.sqrt, -4)
    assert (float(by_im.left.mid()), float(by_im.right.mid())) == (-0.25, 0.25)


def test_the_size_has_a_kink_at_zero_and_torch_says_zero():
    (row,) = check(lambda z: abs(z), z=0j, engines="autograd").result.rows
    assert row.verdict is Verdict.KINK
    assert (float(row.value), row.truth) == (0, "[-1, 1]")


POLES = {"log": o.log, "reciprocal": lambda z: 1 / z, "power": lambda z: z**-2, "angle": o.angle}


@pytest.mark.parametrize("function", POLES.values(), ids=POLES)
def test_at_a_pole_nothing_is_certified(function):
    assert {component.status for component in jacobian_at(function, 0)} == {Status.UNDEFINED}


def test_a_whole_power_is_smooth_at_zero():
    assert [float(c.left.mid()) for c in jacobian_at(lambda z: z**4 + z, 0)] == [1, 0, 0, 1]


# Arrays, and values of other kinds.

W, V = np.array([[1 + 2j, -0.5], [3j, 1.25 - 1j]]), np.array([0.5 - 1j, 2j])
ARRAYS = {
    "matmul": (lambda z: o.matmul(W, z), lambda z: W @ z),
    "matmul from the right": (lambda z: o.matmul(z, W), lambda z: z @ W),
    "operator": (lambda z: W @ z - z @ W, lambda z: W @ z - z @ W),
    "of real ones": (lambda z: W.real @ z, lambda z: W.real @ z),
    "einsum": (lambda z: o.einsum("ij,j,k->ik", W, z, V), lambda z: np.einsum("ij,j,k->ik", W, z, V)),
    "tensordot": (lambda z: o.tensordot(z, V, 0), lambda z: np.tensordot(z, V, 0)),
    "sum": (lambda z: o.sum(z * W, axis=0), lambda z: (z * W).sum(0)),
    "mean": (lambda z: o.mean(z), np.mean),
    "cumsum": (lambda z: o.cumsum(z * V, 0), lambda z: np.cumsum(z * V)),
    "stack": (lambda z: o.stack([z, 2 * z, V]), lambda z: np.stack([z, 2 * z, V])),
    "concatenate": (lambda z: o.concatenate([z, o.real(z)]), lambda z: np.concatenate([z, z.real])),
    "moves": (lambda z: o.pad(o.flip(z, 0), [(1, 0)])[:2], lambda z: np.pad(z[::-1], (1, 0))[:2]),
    "take": (lambda z: z[np.array([1, 0, 1])], lambda z: z[[1, 0, 1]]),
    "list": (lambda z: [z[0], z[1] * 1j], lambda z: np.array([z[0], z[1] * 1j])),
    "of known parts": (lambda z: z[0] * 1 + 0j * o.sum(z) * z, lambda z: z[0] * 1 + 0j * z.sum() * z),
    "broadcast": (lambda z: z[0] * np.ones(3) + np.zeros((2, 3)) * 1j, lambda z: z[0] * np.ones((2, 3))),
    "where": (lambda z: o.where(np.array([True, False]), z, V), lambda z: np.where([True, False], z, V)),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_are_computed_as_numpy_computes_them(name):
    ours, numpy = ARRAYS[name]
    z = np.array([0.5 + 2j, -1.5 + 0.25j])
    graph = record(lambda x, y: ours(o.complex(x, y)), {"x": (2,), "y": (2,)}, {})
    found = np.asarray(Emitted(graph).at(np.concatenate([z.real, z.imag])))
    expected = np.asarray(numpy(z))
    np.testing.assert_allclose(found[..., 0] + 1j * found[..., 1], expected, rtol=1e-14)


def test_real_inputs_meet_complex_numbers():
    """The derivative of e^(i t) is i e^(i t)."""
    rows = check(lambda t: o.exp(1j * t), t=interval(-3, 3), samples=2).result.rows
    assert {row.verdict for row in rows} == {Verdict.AGREE}
    program = trace(lambda t: o.exp(1j * t), {"t": ()}, {})
    assert program.operation_names() == {"cos", "sin"}


def test_a_conjugate_view_of_torch_is_read_as_it_is():
    made = case(z=rectangle(-1 - 1j, 1 + 1j), samples=1)(lambda z: o.imag(o.conj(z)))
    assert {row.verdict for row in check(made).result.rows} == {Verdict.AGREE}


# Cases.


def test_torch_is_right_about_all_of_them():
    for name, (function, _) in {**HOLOMORPHIC, **REAL}.items():
        made = case(z=SQUARE, points=[{"z": 0.75 - 1.25j}, {"z": -1e-6j}], samples=0, name=name)(function)
        (row,) = check(made, engines="autograd").result.rows
        # Torch has no derivative of the complex silu; that of sinc cancels beside zero.
        own = {"silu": Verdict.UNSUPPORTED, "sinc": Verdict.LOSSY}
        right = (own[name],) if name in own else (Verdict.AGREE, Verdict.KINK)
        assert row.verdict in right, name


def test_every_operator_and_method_takes_complex_inputs():
    @case(
        z=rectangle(-1 - 2j, 1 + 2j, shape=2),
        points=[{"z": [1j, -0.5 + 0.25j]}],
        samples=0,
        wrt="z",
        where=lambda z: abs(z[0]) > 0.1,
        directions={"z": [1 - 1j, 0.5]},
        operators=["gradient", "hessian", "jvp"],
    )
    def product(z):
        return o.real(z[0] * z[0] * o.conj(z[1]))

    assert product.wrt == ("z_re", "z_im")
    engines = ("autograd", "autograd:forward", "symbolic", "finite:central")
    rows = check(product, engines=engines).result.rows
    assert len(rows) == 3 * len(engines)
    assert [row.verdict for row in rows if row.verdict is not Verdict.AGREE] == []


def test_single_precision_is_judged_by_its_own_bounds():
    rows = check(lambda z: o.sin(z) * z, z=SQUARE, samples=3, engines="autograd", dtypes="float32").result.rows
    assert [row.verdict for row in rows] == [Verdict.AGREE]


def test_torch_has_no_complex_numbers_in_bfloat16():
    (row,) = check(lambda z: abs(z), z=SQUARE, engines="autograd", dtypes="bfloat16").result.rows
    assert row.verdict is Verdict.UNSUPPORTED


class Product(torch.autograd.Function):
    """Z w, whose backward is that of real numbers: it forgets the conjugates."""

    @staticmethod
    def forward(ctx, z, w):
        ctx.save_for_backward(z, w)
        return z * w

    @staticmethod
    def backward(ctx, g):
        z, w = ctx.saved_tensors
        return g * w, g * z


def own_power(z):
    """Off in the tenth digit, in the direction of the smaller part."""
    return z**5 * (1 + 1e-10j)


@pytest.mark.parametrize(
    ("definition", "wrong", "inputs"),
    [
        (lambda z, w: z * w, Product.apply, ("z", "w")),
        (lambda z: z**5, own_power, ("z",)),
        (lambda z: o.conj(z), lambda z: z * 1, ("z",)),
        (lambda z: abs(z) ** 2, lambda z: (z * z).real, ("z",)),
    ],
    ids=["without conjugates", "a small turn", "not conjugated", "square for the square of the size"],
)
def test_wrong_code_is_found(definition, wrong, inputs):
    domains = {name: rectangle(0.5 + 1e-7j, 2 + 1e-5j) for name in inputs}
    made = case(**domains, samples=1, implementations={"autograd": wrong})(definition)
    (row,) = check(made, engines="autograd").result.rows
    assert row.verdict is Verdict.DISAGREE


def test_complex_numbers_are_judged_as_numbers_not_part_by_part():
    """Torch raises to a power by size and angle: the smaller part is right beside the larger one, not by itself."""
    made = case(z=-1.75 + 1e-6j)(lambda z: z**-5)
    (row,) = check(made, engines="autograd").result.rows
    assert row.verdict is Verdict.AGREE
    z = torch.tensor(-1.75 + 1e-6j, dtype=torch.complex128, requires_grad=True)
    (z**-5).backward(torch.tensor(1 + 0j, dtype=torch.complex128))
    exact = mp.conj(-5 * mp.mpc(z.item()) ** -6)
    assert abs(z.grad.item().imag - exact.imag) > 1e-13 * abs(exact.imag)


# Mistakes.


def test_the_tables_name_operations():
    rows = {**Primitive.rows, **Composite.rows}
    assert set(FORMULAS) | AS_WRITTEN <= set(rows)
    assert FORMULAS.keys() & AS_WRITTEN == set()
    assert set(Composite.rows) >= AS_WRITTEN


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda: case(z=SQUARE)(lambda z, z_re: z), "'z_re' is called like a part of the complex input 'z'"),
        (lambda: case(z=SQUARE, points=[{"z": "one"}])(lambda z: z), "point 0 gives z = 'one'"),
        (lambda: case(z=SQUARE, points=[{"z": 3j}])(lambda z: z), r"z_im = 3.0, outside its domain"),
        (lambda: interval(-1j, 1j), r"complex numbers lie in a rectangle"),
        (lambda: rectangle(1j, -1j), "the lower end is above the upper one"),
        (lambda: rectangle("a", "b"), "the corners must be complex numbers"),
        (lambda: trace(lambda x: o.relu(1j * x), {"x": ()}, {}), "relu has no rule for complex numbers"),
        (lambda: trace(lambda x: o.where(1j * x > 0, x, 0), {"x": ()}, {}), "gt has no rule for complex numbers"),
        (lambda: trace(lambda x: o.norm(1j * x, "nuc"), {"x": (2, 2)}, {}), "order 'nuc' of matrices has no rule"),
        (lambda: trace(lambda x: o.norm(1j * x, ord=1), {"x": (2, 2)}, {}), "order 1 of matrices has no rule"),
        (lambda: trace(lambda x: (1j * x).size_of, {"x": ()}, {}), "a traced value has no 'size_of'"),
    ],
)
def test_mistakes_are_told(made, told):
    with pytest.raises((CaseError, DomainError), match=told):
        made()


@pytest.mark.parametrize(
    ("made", "value"),
    [
        (lambda: o.exp(1j), "exp(j)"),
        (lambda: 1j * o.pi, "j*pi"),
        (lambda: o.sqrt(-2 + 0j) * o.e, "sqrt(mpf(-2))*e"),
        (lambda: o.power(1j, 1j), "j**j"),
        (lambda: o.tanh(o.complex(o.pi, 1)) - o.rational(1, 3), "tanh(pi + j) - mpf(1)/3"),
        (lambda: o.conj(o.log(3 - 4j)) / 0.1j, "conj(log(mpc(3, -4)))/mpc(0, 0.1)"),
        (lambda: o.square(2 + 1j) - o.where(o.pi > 3, 1j, 2), "mpc(3, 3)"),
    ],
)
def test_complex_constants_are_exact(made, value):
    constant = made()
    assert isinstance(constant, ComplexConstant)
    with mp.workdps(60), ctx.workprec(200):
        want = mp.mpmathify(eval(value, {**vars(mp)}))
        for part, number in ((constant.real, want.real), (constant.imag, want.imag)):
            ball = part.enclosure() if hasattr(part, "enclosure") else arb(part.numerator) / part.denominator
            assert abs(ball - arb(mp.nstr(number, 55))) < arb("1e-50")


def test_complex_constants_are_rounded_beside_numbers():
    turn = o.exp(1j * o.pi / 2)
    assert np.array_equal(turn * np.array([1.0, 2.0]), complex(turn) * np.array([1.0, 2.0]))
    assert np.array_equal(np.array([1.0, 2.0]) + turn, np.array([1.0, 2.0]) + complex(turn))
    for tensor in (turn * torch.ones(2), torch.ones(2) * turn):
        assert tensor.dtype is torch.complex64


@pytest.mark.parametrize("made", [lambda: o.gamma(1j), lambda: o.maximum(1j, 2), lambda: o.exp(1j) < 2])
def test_what_has_no_rule_for_complex_constants_is_refused(made):
    with pytest.raises(CaseError, match="no rule for complex numbers"):
        made()


def test_a_complex_constant_may_be_an_input():
    @case(z=o.exp(1j))
    def size(z):
        return o.abs(z) ** 2

    assert {name: complex(domain.value) for name, domain in size.inputs.items()} == {
        "z_re": complex(o.exp(1j)).real,
        "z_im": complex(o.exp(1j)).imag,
    }
