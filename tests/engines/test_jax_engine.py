"""JAX as an engine: against derivatives derived by hand, and somebody's own rules on trial."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from prepared import BOX, GRADIENT, HESSIAN, JACOBIAN, at, each_known, prepared

import diffcheck
from diffcheck import case, interval, ops
from diffcheck.case.operators import OPERATORS
from diffcheck.errors import CaseError, Unsupported
from diffcheck.formats import FORMATS
from diffcheck.ops.own import Own

jax = pytest.importorskip("jax", reason="JAX is not installed: pip install 'diffcheck[jax]'")
jnp = jax.numpy

from diffcheck.engines.jax import Jax  # noqa: E402
from diffcheck.engines.jax.graphs import OWN  # noqa: E402

ENGINE = Jax()
MATRIX = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 2.0]])
VECTOR = np.array([0.5, -1.0, 2.0])
each_method = pytest.mark.parametrize("method", ENGINE.methods)


def asked(made, point, operator, method="reverse", dtype="float64"):
    return np.asarray(prepared(ENGINE, made, operator, dtype, method).derivative(point).value)


@each_method
@each_known
def test_known_derivatives(method, function, inputs, operator, point, expected):
    found = asked(case(**inputs)(function), at(**point), operator, method)
    expected = np.array(expected, dtype=float)
    assert found.dtype == np.float64
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= 1e-14 * max(1.0, np.abs(expected).max())


def inverse(a):
    return np.linalg.inv(a)


# The rows of arrays with the Jacobians of what they give, from the textbook.
ARRAYS = {
    "sum": (lambda x: ops.sum(x * x), VECTOR, 2 * VECTOR),
    "pad": (lambda x: ops.pad(x, ((1, 2),)), VECTOR, np.eye(6)[:, 1:4]),
    "cumsum": (lambda x: ops.cumsum(x, 0), VECTOR, np.tril(np.ones((3, 3)))),
    "take": (lambda x: ops.take(x, np.array([2, 0, 2])), VECTOR, np.eye(3)[[2, 0, 2]]),
    "scatter": (lambda x: ops.scatter_add(np.ones(2), 0, np.array([1, 0, 1]), x), VECTOR, np.eye(2)[[1, 0, 1]].T),
    "transpose": (lambda x: ops.transpose(x), MATRIX, np.eye(9).reshape(3, 3, 9).transpose(1, 0, 2)),
    "matmul": (lambda x: ops.matmul(MATRIX, x), VECTOR, MATRIX),
    "amax": (lambda x: ops.amax(x), VECTOR, np.array([0.0, 0.0, 1.0])),
    "sort": (lambda x: ops.sort(x), VECTOR, np.eye(3)[[1, 0, 2]]),
    "prod": (lambda x: ops.prod(x), VECTOR, np.prod(VECTOR) / VECTOR),
    "logsumexp": (lambda x: ops.logsumexp(x), VECTOR, np.exp(VECTOR) / np.exp(VECTOR).sum()),
    "det": (lambda x: ops.det(x), MATRIX, (np.linalg.det(MATRIX) * inverse(MATRIX).T).ravel()),
    "logabsdet": (lambda x: ops.slogdet(x)[1], MATRIX, inverse(MATRIX).T.ravel()),
    "inverse": (lambda x: ops.inverse(x), MATRIX, -np.einsum("ik,lj->ijkl", inverse(MATRIX), inverse(MATRIX))),
    "solve": (lambda x: ops.solve(MATRIX, x), VECTOR, inverse(MATRIX)),
    # A block for each eigenvalue, v v^T for the vectors of LAPACK.
    "eigenvalues": (
        lambda x: ops.eigvalsh((x + ops.transpose(x)) / 2),
        MATRIX,
        np.einsum("ik,jk->kij", *[np.linalg.eigh(MATRIX)[1]] * 2),
    ),
    # Of 1 and 4, with the vectors (1, -2) and (1, -1) from both sides of the first one.
    "eigvals": (
        lambda x: ops.real(ops.eigvals(x)),
        np.array([[3.0, 1.0], [2.0, 2.0]]),
        np.array([[1, -2, -1, 2], [2, 2, 1, 1]]) / 3,
    ),
    "matrix_exp": (
        lambda x: ops.matrix_exp(x),
        np.array([[0.0, 1.0], [0.0, 0.0]]),
        # exp(A) moves by E + (A E + E A) / 2 + A E A / 6 where A^2 is zero.
        np.array([[1, 0, 0.5, 0], [0.5, 1, 1 / 6, 0.5], [0, 0, 1, 0], [0, 0, 0.5, 1]]),
    ),
    "qr": (
        lambda x: ops.qr(x)[1][0, 1],  # a1 . a2 / |a1|
        np.array([[3.0, 1.0], [4.0, 2.0]]),
        np.array([[1 / 5 - 3 * 11 / 125, 3 / 5], [2 / 5 - 4 * 11 / 125, 4 / 5]]),
    ),
    "hypot": (lambda x: ops.hypot(x[0], x[1], x[2]), VECTOR, VECTOR / np.linalg.norm(VECTOR)),
}


@each_method
@pytest.mark.parametrize(("function", "x", "expected"), ARRAYS.values(), ids=ARRAYS)
def test_operations_on_arrays(method, function, x, expected):
    made = case(x=interval(-9, 9, shape=x.shape))(function)
    ready = prepared(ENGINE, made, JACOBIAN, method=method)
    found = np.asarray(ready.derivative(at(x=x)).value)
    assert np.abs(found.ravel() - expected.ravel()).max() <= 1e-13 * np.abs(expected).max()
    value = np.asarray(function(x))
    assert np.abs(np.asarray(ready.value(at(x=x))) - value).max() <= 1e-13 * np.abs(value).max()


def test_cholesky_reads_what_stands_below_the_diagonal():
    made = case(x=interval(-9, 9, shape=(2, 2)))(lambda x: ops.cholesky(x)[1, 1])
    # l22 = sqrt(c - b^2 / a) of [[a, b], [b, c]], with b from below.
    a, b, c = 4.0, 1.0, 3.0
    last = np.sqrt(c - b * b / a)
    expected = [b * b / a**2 / (2 * last), 0, -b / a / last, 1 / (2 * last)]
    found = asked(made, at(x=np.array([[a, 7.0], [b, c]])), GRADIENT)
    assert np.abs(found - expected).max() <= 1e-14


def test_every_own_row_is_said_in_words_of_jax():
    assert set(OWN) == set(Own.rows)


def test_products_with_directions_and_weights():
    made = case(x=interval(-9, 9, shape=3))(lambda x: ops.stack([x[0] * x[1], x[1] * x[2]]))
    jacobian = np.array([[-1.0, 0.5, 0], [0, 2.0, -1.0]])
    direction, weights = (0.5, -2.0, 1.0), (3.0, -1.0)
    for method in ENGINE.methods:
        jvp = OPERATORS["jvp"].aimed(direction, weights)
        vjp = OPERATORS["vjp"].aimed(direction, weights)
        assert asked(made, at(x=VECTOR), jvp, method).tolist() == (jacobian @ direction).tolist()
        assert asked(made, at(x=VECTOR), vjp, method).tolist() == (weights @ jacobian).tolist()
    cubic = case(x=interval(-9, 9, shape=3))(lambda x: x[0] ** 3 + x[0] * x[1] * x[2])
    hessian = np.array([[3.0, 2.0, -1.0], [2.0, 0, 0.5], [-1.0, 0.5, 0]])
    for method in ENGINE.methods:
        hvp = OPERATORS["hvp"].aimed(direction, ())
        assert asked(cubic, at(x=VECTOR), hvp, method).tolist() == (hessian @ direction).tolist()
        assert asked(cubic, at(x=VECTOR), HESSIAN, method).tolist() == hessian.tolist()


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
def test_results_are_numbers_of_the_dtype_and_the_setting_of_the_process_stays(dtype):
    made = case(x=BOX)(lambda x: ops.sin(x) / 3)
    (found,) = asked(made, at(x=0.75), GRADIENT, dtype=dtype)
    assert abs(found - np.cos(0.75) / 3) <= 4 * float(jnp.finfo(dtype).eps)
    assert FORMATS[dtype].holds(Fraction(found))
    assert FORMATS["float32"].holds(Fraction(found)) == (dtype != "float64")
    assert jnp.ones(1).dtype == jnp.float32


def test_what_jax_lacks_is_named():
    # x of sin x, by the order 2 of a Bessel function
    made = case(x=interval(1, 2))(lambda x: ops.bessel_i(2, x))
    with pytest.raises(Unsupported, match=r"bessel_i: there is no jax\.scipy\.special\.iv"):
        asked(made, at(x=1.5), GRADIENT)
    assert ENGINE.available("cpu") is None
    assert "choose cpu or cuda" in ENGINE.available("abacus")
    with pytest.raises(Unsupported, match="JAX has no tf32 arrays"):
        prepared(ENGINE, made, dtype="tf32")


def test_what_is_timed_is_compiled_and_over_when_its_result_is_there():
    made = case(x=interval(-9, 9, shape=3))(lambda x: ops.sum(x**3))
    ready = prepared(ENGINE, made, GRADIENT)
    clockwork = ready.clockwork(at(x=VECTOR))
    assert np.asarray(clockwork.derivative()).tolist() == (3 * VECTOR**2).tolist()
    assert float(clockwork.primal()) == (VECTOR**3).sum()
    assert clockwork.peak_bytes() >= 3 * 8
    together = ready.batch([at(x=VECTOR), at(x=2 * VECTOR)])
    assert np.asarray(together()).tolist() == [(3 * VECTOR**2).tolist(), (12 * VECTOR**2).tolist()]


def with_rule(backward, forward=lambda x: x * jnp.tanh(x)):
    """A `jax.custom_vjp` of x tanh x."""

    @jax.custom_vjp
    def function(x):
        return x * jnp.tanh(x)

    function.defvjp(lambda x: (forward(x), x), backward)
    return function


def slope(x):
    return jnp.tanh(x) + x * (1 - jnp.tanh(x) ** 2)


RULES = {
    "right": (with_rule(lambda x, g: (g * slope(x),)), ("agree", "")),
    "a term is dropped": (with_rule(lambda x, g: (g * jnp.tanh(x),)), ("disagree", "")),
    "one percent": (with_rule(lambda x, g: (1.01 * g * slope(x),)), ("disagree", "")),
    "the value is another": (
        with_rule(lambda x, g: (g * slope(x),), lambda x: 1.001 * x * jnp.tanh(x)),
        ("disagree", ""),
    ),
    "what comes in is ignored": (with_rule(lambda x, g: (slope(x),)), ("agree", "ignores-gradient")),
    "what comes in is squared": (with_rule(lambda x, g: (g * g * slope(x),)), ("agree", "nonlinear-gradient")),
}


@pytest.mark.parametrize(("rule", "expected"), RULES.values(), ids=RULES)
def test_an_own_rule_on_trial(rule, expected):
    made = case(x=interval(-2, 2), implementations={"jax": rule})(lambda x: x * ops.tanh(x))
    found = diffcheck.check(made, engines=[ENGINE], samples=4)
    (row,) = found.frame.to_dict("records")
    verdict, breach = expected
    assert row["verdict"] == verdict
    assert row["findings"].partition(":")[0] == breach
    assert found.passed == (expected == ("agree", ""))


def test_an_own_function_gets_what_the_case_gives_it_and_may_decide_by_values():
    def plain(x, weights, power):
        if x[0] > 0:
            return jnp.sum(weights @ x) ** power
        return jnp.zeros(())

    options = {"x": interval(1, 2, shape=3), "weights": MATRIX, "power": 2}
    made = case(**options, implementations={"jax": plain})(
        lambda x, weights, power: ops.sum(ops.matmul(weights, x)) ** power
    )
    assert diffcheck.check(made, engines=[ENGINE], samples=2, timing=True).passed
    wrong = case(x=interval(1, 2, shape=3), implementations={"jax": lambda x: x})(lambda x: ops.sum(x))
    with pytest.raises(CaseError, match=r"on JAX arrays the function returns shape \(3,\), traced it was \(\)"):
        asked(wrong, at(x=VECTOR), GRADIENT)


def test_forward_mode_of_a_rule_for_backward_is_unsupported():
    made = case(x=interval(-2, 2), implementations={"jax": with_rule(lambda x, g: (g * slope(x),))})(
        lambda x: x * ops.tanh(x)
    )
    with pytest.raises(Unsupported, match="custom_vjp"):
        asked(made, at(x=1.0), GRADIENT, "forward")


# docs/other_engines.md tells why. The numbers are those of one component, with the truth from the closed form.
DEFECTS = {
    "hypot, x is y": (lambda x: ops.hypot(x[0], x[1]), [1.0, 1.0], "hessian", 0.0, -(8**-0.5)),
    "hypot, huge": (lambda x: ops.hypot(x[0], x[1]), [1e200, 1e200], "gradient", 1.5 * 0.5**0.5, 0.5**0.5),
    "hypot, tiny": (lambda x: ops.hypot(x[0], x[1]), [3e-200, 4e-200], "gradient", -np.inf, 0.8),
    "polygamma": (lambda x: ops.polygamma(1, x), -10.3, "derivative", 8.465348010480393e19, 68.82898861103697),
    "acosh": (ops.acosh, 1e155, "derivative", 0.0, 1e-155),
    "quotient": (lambda x: x[0] / x[1], [1e-300, 1e-200], "gradient", -np.inf, -1e100),
    "atan2": (lambda x: ops.atan2(x[0], x[1]), [3e-160, 4e-160], "gradient", np.inf, 1.6e159),
    "power": (lambda x: x[0] ** x[1], [-2.0, 3.0], "hessian", np.nan, -12.0),
    "sqrt": (ops.sqrt, 1e-310, "derivative", np.inf, 0.5e155),
}


@pytest.mark.skipif(jax.__version__ != "0.10.2", reason="what JAX 0.10.2 gets wrong, another may have mended")
@pytest.mark.parametrize(("function", "x", "operator", "said", "truth"), DEFECTS.values(), ids=DEFECTS)
def test_known_defects_of_jax_are_found(function, x, operator, said, truth):
    made = case(x=interval(-1e300, 1e300, shape=np.shape(x)), points=[{"x": x}], samples=0, operators=[operator])(
        function
    )
    table = diffcheck.check(made, engines=[ENGINE]).frame
    (row,) = table.to_dict("records")
    assert row["verdict"] in ("disagree", "nonfinite")
    assert np.isclose(row["value"], said, rtol=1e-12, equal_nan=True)
    assert np.isclose(float(row["truth"]), truth, rtol=1e-12)


def test_names_and_methods_load_no_jax():
    code = "import sys; from diffcheck.engines.jax import Jax; Jax().available('cpu'); print('jax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert set(ENGINE.versions()) >= {"jax", "jaxlib"}
