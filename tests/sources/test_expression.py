"""Formulas are read by a grammar of their own: what they mean, and what they cannot do."""

import cmath
import math
import re
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from flint import arb, ctx

from diffcheck import ops
from diffcheck.case.operators import Operator
from diffcheck.errors import UsageError
from diffcheck.program.compile import Compiled
from diffcheck.program.trace import trace
from diffcheck.referee.truth import Referee
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
        ("logsigmoid(x) + swish(x) * clamp(x, 2, 3)", -math.log1p(math.exp(-1.2)) + 2.4 / (1 + math.exp(-1.2))),
        ("sec(x) - cot(x)", 1 / math.cos(1.2) - 1 / math.tan(1.2)),
        ("x**(1/3)", 1.2 ** (1 / 3)),
        ("x if x > 2 else 2*x if x > 1 else 3*x", 2.4),
        ("Piecewise((x, x > 2), (2*x, x > 1), (3*x, True))", 2.4),
        ("7 * x // 2", 4.0),
        ("E**x - e**x + E", math.e),
        ("EulerGamma*x", 0.5772156649015329 * 1.2),
        ("GoldenRatio + 0*x", (1 + math.sqrt(5)) / 2),
        ("max(x, 1, 2, 0) + Add(x, 1, 2)", 6.2),
        ("log(x, 2) + log(x, 10)", math.log2(1.2) + math.log10(1.2)),
    ],
)
def test_a_formula_has_its_value(text: str, value: float) -> None:
    assert float(Expression(text)(x=np.float64(1.2))) == pytest.approx(value, rel=1e-15)


# By mpmath, independently of the operations here, which are in part SciPy's.
SPELLINGS = {
    "asec(x)": mpmath.asec,
    "acsc(x)": mpmath.acsc,
    "acot(x)": mpmath.acot,
    "sech(x)": mpmath.sech,
    "csch(x)": mpmath.csch,
    "coth(x)": mpmath.coth,
    "asech(x/2)": lambda x: mpmath.asech(x / 2),
    "acsch(x)": mpmath.acsch,
    "acoth(x)": mpmath.acoth,
    "root(x, 3)": lambda x: mpmath.root(x, 3),
    "real_root(-x, 3) + real_root(x, 4)": lambda x: mpmath.root(x, 4) - mpmath.root(x, 3),
    "S(1)/3 * x + x**Integer(2) + Float(0.5) + Integer(2.5)": lambda x: x / 3 + x**2 + 2.5,
    "Piecewise((1, Eq(x, 1)), (x, Lt(x, 1)), (x + 2, And(Ge(x, 1), Ne(x, 2))), (7, True))": lambda x: x + 2,
    "Piecewise((1, Gt(x, 2)), (x + 3, Le(x, 2)), (7, True))": lambda x: x + 3,
    "rsqrt(x) + reciprocal(x)": lambda x: 1 / mpmath.sqrt(x) + 1 / x,
    "degrees(x) + rad2deg(x)": lambda x: 2 * mpmath.degrees(x),
    "radians(x) + deg2rad(x)": lambda x: 2 * mpmath.radians(x),
    "Heaviside(x) + Heaviside(x - x) + heaviside(-x, 7)": lambda x: 1.5,
    "factorial(x)": mpmath.factorial,
    "binomial(x, 3) + binom(5, x)": lambda x: mpmath.binomial(x, 3) + mpmath.binomial(5, x),
    "uppergamma(2, x)": lambda x: mpmath.gammainc(2, x),
    "lowergamma(2, x)": lambda x: mpmath.gammainc(2, 0, x),
    "psi(x) + psi(2, x)": lambda x: mpmath.psi(0, x) + mpmath.psi(2, x),
    "trigamma(x) + harmonic(x)": lambda x: mpmath.psi(1, x) + mpmath.harmonic(x),
    "harmonic(x, 2)": lambda x: mpmath.nsum(lambda k: 1 / k**2 - 1 / (k + x) ** 2, [1, mpmath.inf]),
    "erf2inv(x, -0.5)": lambda x: mpmath.erfinv(mpmath.erf(x) - 0.5),
    "betainc_regularized(2, 3, 0.25, x / 2)": lambda x: mpmath.betainc(2, 3, 0.25, x / 2, regularized=True),
    "betainc(2, 3, x / 4, x / 2)": lambda x: mpmath.betainc(2, 3, x / 4, x / 2),
    "Catalan * x": lambda x: mpmath.catalan * x,
    "elliptic_pi(-x, x / 2)": lambda x: mpmath.ellippi(-x, x / 2),
    "hyper([], [x], 0.5) + hyper([1/2], [x], -2)": lambda x: mpmath.hyp0f1(x, 0.5) + mpmath.hyp1f1(0.5, x, -2),
    "hyper((x, 2), (3,), x / 2) + hyper([], [], x)": lambda x: mpmath.hyp2f1(x, 2, 3, x / 2) + mpmath.exp(x),
    "erf2(x, 2) + normcdf(x)": lambda x: mpmath.erf(2) - mpmath.erf(x) + mpmath.ncdf(x),
    "li(x)": mpmath.li,
    "Li(x)": lambda x: mpmath.li(x, offset=True),
    "j0(x) + j1(x) + bessel_j0(x) + bessel_j1(x)": lambda x: 2 * (mpmath.besselj(0, x) + mpmath.besselj(1, x)),
    "y0(x) + y1(x) + bessel_y0(x) + bessel_y1(x)": lambda x: 2 * (mpmath.bessely(0, x) + mpmath.bessely(1, x)),
    "i0(x) + i1(x) + modified_bessel_i0(x) + modified_bessel_i1(x)": lambda x: (
        2 * (mpmath.besseli(0, x) + mpmath.besseli(1, x))
    ),
    "k0(x) + k1(x) + modified_bessel_k0(x) + modified_bessel_k1(x)": lambda x: (
        2 * (mpmath.besselk(0, x) + mpmath.besselk(1, x))
    ),
    "i0e(x) + i1e(x)": lambda x: mpmath.exp(-x) * (mpmath.besseli(0, x) + mpmath.besseli(1, x)),
    "k0e(x) + scaled_modified_bessel_k1(x)": lambda x: mpmath.exp(x) * (mpmath.besselk(0, x) + mpmath.besselk(1, x)),
    "spherical_bessel_j0(x) + spherical_jn(1, x)": lambda x: (
        mpmath.sin(x) / x + mpmath.sin(x) / x**2 - mpmath.cos(x) / x
    ),
    "chebyshev_polynomial_t(x, 3) + eval_chebyt(3, x)": lambda x: 2 * mpmath.chebyt(3, x),
    "shifted_chebyshev_polynomial_u(x, 3)": lambda x: mpmath.chebyu(3, 2 * x - 1),
    "hermite_polynomial_h(x, 4) + hermite(4, x)": lambda x: 2 * mpmath.hermite(4, x),
    "laguerre_polynomial_l(x, 4) + laguerre(4, x)": lambda x: 2 * mpmath.laguerre(4, 0, x),
    "legendre_polynomial_p(x, 4) + legendre(4, x)": lambda x: 2 * mpmath.legendre(4, x),
    "spherical_yn(1, x)": lambda x: -mpmath.cos(x) / x**2 - mpmath.sin(x) / x,
    "zeta(x + 1) + zeta(x + 1, 2)": lambda x: mpmath.zeta(x + 1) + mpmath.zeta(x + 1, 2),
    "elliptic_e(x / 2) + elliptic_e(x, 0.5)": lambda x: mpmath.ellipe(x / 2) + mpmath.ellipe(x, 0.5),
    "ellipkinc(x, 0.5)": lambda x: mpmath.ellipf(x, 0.5),
    "expint(2, x) + igamma(x, 2)": lambda x: mpmath.expint(2, x) + mpmath.gammainc(x, 0, 2, regularized=True),
    "gegenbauer(3, 0.75, x)": lambda x: mpmath.gegenbauer(3, 0.75, x),
    "jacobi(3, 1, 2, x)": lambda x: mpmath.jacobi(3, 1, 2, x),
    "assoc_laguerre(3, 1, x)": lambda x: mpmath.laguerre(3, 1, x),
    "lpmv(1, 2, x / 2)": lambda x: mpmath.legenp(2, 1, x / 2),
    "LambertW(x) + Ei(x) + Si(x)": lambda x: mpmath.lambertw(x) + mpmath.ei(x) + mpmath.si(x),
    "airy(x)[1] * fresnel(x)[-1]": lambda x: mpmath.airyai(x, derivative=1) * mpmath.fresnelc(x),
    "airyaiprime(x) + airybi(x)": lambda x: mpmath.airyai(x, derivative=1) + mpmath.airybi(x),
}


@pytest.mark.parametrize(("text", "function"), SPELLINGS.items(), ids=SPELLINGS)
def test_functions_of_other_libraries_are_theirs(text: str, function: Callable[[Any], Any]) -> None:
    assert float(Expression(text)(x=np.float64(1.2))) == pytest.approx(float(function(mpmath.mpf(1.2))), rel=1e-13)


def test_an_even_root_of_a_negative_number_is_none() -> None:
    with np.errstate(invalid="ignore"):
        assert math.isnan(Expression("real_root(x, 2)")(np.float64(-4.0)))


def test_a_whole_number_of_sympys_is_an_exact_one() -> None:
    assert Expression("x**Integer(3)").steps == Expression("x**3").steps
    assert Expression("x*S(1)/3").steps == Expression("x*1/3").steps


def test_names_of_constants_are_inputs_where_they_are_given() -> None:
    assert list(Expression("E*x", given=["E"]).__signature__.parameters) == ["E", "x"]
    assert list(Expression("E*x").__signature__.parameters) == ["x"]


def test_zero_is_zero_however_it_is_written() -> None:
    assert float(Expression("x + 0.0e-999")(np.float64(1.5))) == 1.5


@pytest.mark.parametrize("text", ["x*100000000000000000000000", "hypot(x, 10**25)", "where(x > 0, 2**64, x)*x"])
def test_a_whole_number_beyond_64_bits_is_the_nearest_double_to_torch(text: str) -> None:
    formula = Expression(text)
    assert float(formula(torch.tensor(1.25, dtype=torch.float64))) == float(formula(np.float64(1.25)))


def test_arrays_are_indexed_and_summed() -> None:
    formula = Expression("sum(softmax(x, axis=-1) * w) + x[0]")
    weights = np.array([1.0, 2.0])
    exponentials = np.exp(X)
    expected = (exponentials / exponentials.sum()) @ weights + X[0]
    assert float(formula(X, weights)) == pytest.approx(expected, rel=1e-15)


def test_options_have_torchs_names() -> None:
    assert Expression("sum(x, dim=0, keepdim=1 > 0)")(X).tolist() == [-1.0]


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("max([x, 1])", lambda x: np.max([x, 1])),
        ("Max([[x, 2], [0, x]])", lambda x: 2.0),
        ("min(stack([x, 1, 2]))", lambda x: 1.0),
        ("sum(max([[x, 1], [2, x]], axis=1))", lambda x: x + 2),
        ("max(3) * x + max(x)", lambda x: 4 * x),
        ("sum([x, x**2])", lambda x: x + x**2),
        ("norm([x, 1])", lambda x: np.hypot(x, 1)),
        ("det([[x, 1], [2, x]])", lambda x: np.linalg.det([[x, 1], [2, x]])),
        ("logsumexp([x, 2*x])", lambda x: np.log(np.exp(x) + np.exp(2 * x))),
        ("sum(min([x, 1], 2))", lambda x: x + 1),
        ("sum(where([x > 0, x > 9], [x, 1], [2, x]) * [1, 1/3])", lambda x: x + x / 3),
        ("dot([x, 1], [sqrt(2), 3])", lambda x: math.sqrt(2) * x + 3),
        ("norm([3, 4]) * x", lambda x: 5 * x),
        ("[x, x**2][1]", lambda x: x**2),
        ("[[x, 1], [2, x**2]][1, 1]", lambda x: x**2),
        ("sum(concatenate([stack([x, x]), [x, 2]]))", lambda x: 3 * x + 2),
        ("sum(reshape([x, 2*x], [2, 1]))", lambda x: 3 * x),
        ("sum(take([x, 2*x, 3], [0, 2]))", lambda x: x + 3),
        ("sum(pad([x, 1], [[0, 1]]))", lambda x: x + 1),
        ("sum(scatter([x, 2*x, 3], 0, [0, 2], 5))", lambda x: 10 + 2 * x),
        ("sum(index_select([x, 2*x, 3], 0, [1, 1]))", lambda x: 4 * x),
        ("sum(index_add([x, 1], 0, [0, 0], [x, 2]))", lambda x: 2 * x + 3),
        ("sum(take_along_dim([x, 2], [1, 1], 0))", lambda x: 4.0),
        ("sum(repeat_interleave([x, 2], [3, 1]))", lambda x: 3 * x + 2),
        ("sum(expand(x, [2, 3]))", lambda x: 6 * x),
        ("sum(solve([[x, 1], [1, 3]], [1, 2]))", lambda x: np.linalg.solve([[x, 1], [1, 3]], [1, 2]).sum()),
    ],
)
def test_lists_are_arrays_where_an_operation_takes_arrays(text: str, function: Callable[[float], float]) -> None:
    formula = Expression(text)
    expected = pytest.approx(function(1.2), rel=1e-14)
    assert float(formula(np.float64(1.2))) == expected
    assert float(formula(torch.tensor(1.2, dtype=torch.float64))) == expected
    assert Compiled(trace(formula, {"x": ()}, {})).batch(np.array([[1.2]])).item() == expected


def test_a_list_of_values_is_an_array() -> None:
    assert Expression("[x, x**2]")(np.float64(3.0)).tolist() == [3.0, 9.0]


def test_torchs_names_are_known() -> None:
    formula = Expression("binary_cross_entropy_with_logits(x, y) + sum(scaled_dot_product_attention(q, q, q))")
    expected = np.mean(np.logaddexp(0, X) - X / 2) + 3.0
    assert float(formula(X, np.full_like(X, 0.5), np.array([[3.0]]))) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2j*z + I", 2j * (1 - 2j) + 1j),
        ("exp(1j*pi/4)**2 * z", 1j * (1 - 2j)),
        ("z**(1/2)*I**I", cmath.sqrt(1 - 2j) * math.exp(-math.pi / 2)),
        ("conj(z) / (3 + 4e-1j)", (1 + 2j) / (3 + 0.4j)),
        ("complex(real(z), 2) - angle(I) + abs(3 + 4j)", 1 + 2j - math.pi / 2 + 5),
    ],
)
def test_complex_numbers_are_written_as_in_python_and_sympy(text: str, value: complex) -> None:
    assert complex(Expression(text)(np.complex128(1 - 2j))) == pytest.approx(value, rel=1e-15)


def test_complex_constants_are_exact() -> None:
    z = Expression("exp(I*pi/6)*z")
    program = trace(lambda x: ops.real(z(ops.complex(x, 0))), {"x": ()}, {})
    (component,) = Referee(program, Operator.GRADIENT, [0]).truth([1.0]).components
    with ctx.workprec(400):
        assert abs(component.left - arb(3).sqrt() / 2) < arb("1e-25")


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
        ("sici(x)", r"sici gives 2 values: write sici\(...\)\[0\] or si\(...\), sici\(...\)\[1\] or ci"),
        ("sici(x)[2]", "sici gives 2 values"),
        ("sici(x)[x]", "sici gives 2 values"),
        ("sici(x, 2)[0]", "si does not take 2 arguments|si takes"),
        ("print(x)", "no operation 'print'"),
        ("x if x", "else is missing"),
        ("math.sin(x)", "write sin, without math"),
        ("torch.nn.functional.gelu(x)", "write gelu, without torch.nn.functional"),
        ("sin(x, 2)", "sin does not take 2 arguments"),
        ("j0(x, 2)", "bessel_j0 does not take 2 arguments"),
        ("legendre(1e9, x)", "the order 1000000000.0 is larger than 1,024"),
        ("hermite_polynomial_h(x, 2000)", "the order 2000 is larger than 1,024"),
        ("trigamma(x, 2)", r"write trigamma\(x\)"),
        ("softmax(x, 0, dim=0)", "softmax does not take 2 arguments"),
        ("softmax(x, dime=0)", "softmax has no option dime"),
        ("log(x, 2, 3)", "log does not take 3 arguments"),
        ("max()", r"write max\(x, y\)"),
        ("Piecewise((x, x > 0), (1, x < 0))", r"the last pair of Piecewise is \(value, True\)"),
        ("Piecewise()", "is missing"),
        ("'text'", "cannot stand in a formula"),
        ("x @= 2", "is no formula: = is not expected|is no formula"),
        ("x^2", r"write \*\*"),
        ("x²", r"² is no power here: write \*\*2"),
        ("(x + 1)¹²", r"¹ is no power here: write \*\*12"),
        ("x₁ + 1", "'₁' stands in no name: write x1"),
        ("½*x", "'½' stands in no name"),
        ("x*1e-400", "the number is smaller than every double but zero"),
        ("x*0.3e-500j", "the number is smaller than every double but zero"),
        ("x/0", "a division by zero is no number"),
        ("x/(1 - 1)", "a division by zero is no number"),
        ("x**1025", "the exponent 1025 is larger than 1,024, the largest that is read here"),
        ("jn(1, x)", r"jn is one function in SciPy and another in SymPy: write bessel_j\(n, x\)"),
        ("yn(1, x)", "or spherical_bessel_y"),
        ("sinn(x)", "did you mean 'sin'"),
        ("sin(*x)", "cannot stand in a formula"),
        ("", "is no formula: something is missing at the end"),
        ("sin(1) + pi", "names no input"),
        ("lambda + x", "lambda cannot stand in a formula"),
        ("True*x", "True outside of Piecewise and options cannot stand in a formula"),
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
        ("sum(tile(x, (100000, 100000)))", "10000000000 is larger than every length"),
        ("sum(repeat_interleave(x, 10000000000))", "10000000000 is larger than every length"),
        ("sum(diag(x, diagonal=10000000000))", "10000000000 is larger than every length"),
        ("reshape(x, (1, -1000000000))", "-1000000000 is larger than every length"),
        ("x=1", "an equation is no formula: write one side less the other, or == for a comparison"),
        ("(x=1)", "'x' is none of the inputs: there are none"),
        ("logsumexp([x]*3)", r"in Python this repeats lists: write the list out, or stack\(\[...\]\)"),
        ("sum([x] + [1])", "in Python this joins lists"),
        ("det([[x, 1], [2]])", "the lists in a list are of several lengths"),
        ("sum([]) * x", "an empty list is no array"),
        ("hyper([1, 2, 3], [4], x)", r"write hyper\(\[\], \[b\], x\), hyper\(\[a\], \[b\], x\) or hyper"),
        ("hyper(1, 2, x)", "write hyper"),
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
        ("1 + x²", "\n  1 + x²\n       ^"),
        ("x*1e-400", "\n  x*1e-400\n    ^"),
        ("x*sin(y", "\n  x*sin(y\n         ^"),
        ("x +", "\n  x +\n     ^"),
        ("", "\n  \n  ^"),
        ("x = 1", "\n  x = 1\n    ^"),
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


def test_64_parentheses_and_any_number_of_choices_in_a_row_are_read() -> None:
    assert float(Expression("(" * 64 + "x" + ")" * 64)(np.float64(1.0))) == 1.0
    with pytest.raises(UsageError, match="more than 64 parentheses"):
        Expression("(" * 65 + "x" + ")" * 65)
    steps = Expression("".join(f"{k}*x if x < {k} else " for k in range(300)) + "300*x")
    assert [float(steps(np.float64(x))) for x in (-1.0, 7.5, 298.5, 1000.0)] == [0.0, 60.0, 299 * 298.5, 300_000.0]


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
