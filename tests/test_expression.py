"""Formulas are read by a grammar of their own: what they mean, and what they cannot do."""

import math
import re

import numpy as np
import pytest
import scipy.special

from diffcheck.errors import UsageError
from diffcheck.sources.expression import Expression

X = np.array([0.5, -1.5])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x*sin(x)", 1.2 * math.sin(1.2)),
        ("-x**2 / 3 + 1e-3", -(1.2**2) / 3 + 1e-3),
        ("pi*x - e", math.pi * 1.2 - math.e),
        ("where(x > 1, x, 0)", 1.2),
        ("maximum(x, 2)", 2.0),
        ("x % 0.5", 1.2 % 0.5),
        ("-2**2 * x", -4 * 1.2),
        ("2**-1 * x**2**3", 0.5 * 1.2**8),
        ("8 - x - 1", 5.8),
        ("6 / 3 * x", 2.4),
        ("1_000 * x + .5 + 1.", 1201.5),
        ("where(1 < x < 2 and not x == 1.5 or x > 9, 7, 8) + 0*x", 7.0),
        ("where((x > 0) & ~(x > 1) | (x >= 9), 7, 8) + 0*x", 8.0),
        ("ln(x) + Abs(-x) + pow(x, 2)", math.log(1.2) + 1.2 + 1.44),
        ("arcsin(x/2) + arctan2(x, 2) + acosh(x)", math.asin(0.6) + math.atan2(1.2, 2) + math.acosh(1.2)),
        ("Max(x, 2) - min(x, 1) + ceiling(x)", 3.0),
        ("sec(x) - cot(x)", 1 / math.cos(1.2) - 1 / math.tan(1.2)),
        ("x**(1/3)", 1.2 ** (1 / 3)),
    ],
)
def test_a_formula_has_its_value(text: str, value: float) -> None:
    assert float(Expression(text)(x=np.float64(1.2))) == pytest.approx(value, rel=1e-15)


SPELLINGS = {
    "besselj(0, x)": scipy.special.jv(0, 1.2),
    "jv(0.5, x)": scipy.special.jv(0.5, 1.2),
    "j1(x) + bessel_j0(x)": scipy.special.j1(1.2) + scipy.special.j0(1.2),
    "y0(x)": scipy.special.y0(1.2),
    "k1e(x)": scipy.special.k1e(1.2),
    "i0(x) + modified_bessel_i1(x)": scipy.special.i0(1.2) + scipy.special.i1(1.2),
    "spherical_jn(1, x)": scipy.special.spherical_jn(1, 1.2),
    "psi(x)": scipy.special.psi(1.2),
    "psi(1, x) + trigamma(x)": 2 * scipy.special.polygamma(1, 1.2),
    "gammaln(x)": math.lgamma(1.2),
    "lowergamma(2, x) + uppergamma(2, x)": 1.0,
    "factorial(x)": math.gamma(2.2),
    "elliptic_e(x/2)": scipy.special.ellipe(0.6),
    "elliptic_e(x, 1/2)": scipy.special.ellipeinc(1.2, 0.5),
    "ellipkinc(x, 0.5) + elliptic_f(x, 0.5)": 2 * scipy.special.ellipkinc(1.2, 0.5),
    "zeta(x + 1)": scipy.special.zeta(2.2),
    "expint(2, x)": scipy.special.expn(2, 1.2),
    "LambertW(x)": scipy.special.lambertw(1.2).real,
    "Ei(x) + dawson(x)": scipy.special.expi(1.2) + scipy.special.dawsn(1.2),
    "chebyshev_polynomial_t(x, 3)": 4 * 1.2**3 - 3 * 1.2,
    "lpmv(1, 2, x/2)": scipy.special.lpmv(1, 2, 0.6),
    "betaln(x, 2) + igamma(x, 2)": scipy.special.betaln(1.2, 2) + scipy.special.gammainc(1.2, 2),
}


@pytest.mark.parametrize(("text", "value"), SPELLINGS.items(), ids=SPELLINGS)
def test_special_functions_have_their_names_elsewhere(text: str, value: float) -> None:
    assert float(Expression(text)(x=np.float64(1.2))) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("j0(1, x)", "j0 does not take 2 arguments"),
        ("chebyshev_polynomial_t(x)", "chebyshev_polynomial_t does not take 1 argument$"),
        ("legendre(1e9, x)", "the order 1000000000.0 is larger than 1,024"),
        ("hermite_polynomial_h(x, 2000)", "the order 2000 is larger than 1,024"),
    ],
)
def test_arguments_that_a_spelling_does_not_have_are_refused(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=re.compile(why, re.MULTILINE)):
        Expression(text)(x=np.float64(0.5))


def test_arrays_are_indexed_and_summed() -> None:
    formula = Expression("sum(softmax(x, axis=-1) * w) + x[0]")
    weights = np.array([1.0, 2.0])
    exponentials = np.exp(X)
    expected = (exponentials / exponentials.sum()) @ weights + X[0]
    assert float(formula(X, weights)) == pytest.approx(expected, rel=1e-15)


def test_inputs_stand_in_the_order_of_the_formula() -> None:
    assert list(Expression("b*sin(a) + c*pi").__signature__.parameters) == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("__import__('os').system('true')", "cannot stand in a formula|no operation"),
        ("x.__class__", "cannot stand in a formula"),
        ("().__class__.__bases__", "cannot stand in a formula"),
        ("[y for y in x]", "cannot stand in a formula"),
        ("(lambda: x)()", "cannot stand in a formula"),
        ("eval(x)", "no operation 'eval'"),
        ("print(x)", "no operation 'print'"),
        ("x if x else 1", "cannot stand in a formula"),
        ("'text'", "cannot stand in a formula"),
        ("x @= 2", "neither file.py::name nor a formula"),
        ("x^2", r"write \*\*"),
        ("sinn(x)", "did you mean 'sin'"),
        ("sin(*x)", "cannot stand in a formula"),
        ("", "neither"),
        ("sin(1) + pi", "names no input"),
        ("lambda + x", "lambda cannot stand in a formula"),
        ("True*x", "True cannot stand in a formula"),
        ("x[y]", "an index that is no whole number cannot stand in a formula"),
        ("2x", "write a sign between 2 and x"),
        ("x y", "y is not expected"),
        ("(x", "missing"),
        ("x + 1e999", "larger than every double"),
        ("x + log(-1)", "log of -1 is no number"),
        ("x + 1/0", "div of 1, 0 is no number"),
        ("x**(9**9)", "the exponent .* is larger than 1,024"),
        ("polygamma(1000000, x)", "the order 1000000 is larger than 1,024"),
        ("sum(pad(x, ((0, 10000000000),)))", "10000000000 is larger than every length"),
        ("reshape(x, (1, -1000000000))", "-1000000000 is larger than every length"),
        ("9**9**9**9 + x", "the exponent .* is larger than 1,024"),
    ],
)
def test_what_is_no_formula_is_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        Expression(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x + sinn(x)", "\n  x + sinn(x)\n      ^"),
        ("x^2", "\n  x^2\n   ^"),
        ("x*(y\n + 2 $ z)", "\n   + 2 $ z)\n       ^"),
        ("x" + " + x" * 100 + " x", f"\n  ...+ x{' + x' * 9} x\n  {' ' * 43}^"),
    ],
)
def test_a_caret_stands_under_the_place(text: str, shown: str) -> None:
    with pytest.raises(UsageError, match=re.escape(shown) + "$"):
        Expression(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("(" * 40_000 + "x" + ")" * 40_000, "parentheses stand inside one another"),
        ("sin(" * 5_000 + "x" + ")" * 5_000, "parentheses stand inside one another"),
        ("x" + "**x" * 5_000, "powers stand on one another"),
        ("x" + "+x" * 100_000, "longer than 100,000"),
        ("x+" + "9" * 99_000, "larger than every double"),
    ],
)
def test_a_text_that_would_exhaust_the_stack_is_refused(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        Expression(text)


def test_long_formulas_are_read_without_calls_inside_calls() -> None:
    assert float(Expression("x" + " + x" * 20_000)(np.float64(1.0))) == 20_001.0
    assert float(Expression("-" * 50_001 + "x")(np.float64(1.0))) == -1.0


def test_named_inputs_keep_their_order_and_others_are_refused() -> None:
    assert float(Expression("a - b", ["b", "a"])(np.float64(1.0), np.float64(3.0))) == 2.0
    with pytest.raises(UsageError, match="'b' is none of the inputs: they are a"):
        Expression("a - b", ["a"])


def test_a_constant_that_grows_is_kept_as_one_number() -> None:
    text = "x*(" + " + ".join(f"0.{k}*sqrt(2)" for k in range(1, 400)) + ")"
    total = math.fsum(float(f"0.{k}") * math.sqrt(2) for k in range(1, 400))
    assert float(Expression(text)(np.float64(1.0))) == pytest.approx(total, rel=1e-13)
