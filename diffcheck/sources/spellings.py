"""What a formula has beside the operations: functions that are formulas themselves, joined arguments, constants."""

from collections.abc import Callable, Mapping
from typing import Any

from diffcheck import ops
from diffcheck.ops.complex_numbers.constants import ComplexConstant
from diffcheck.ops.spellings import NAMED

# Of any number of arguments, one or more.
JOINING: Mapping[str, Callable[..., Any]] = {
    "Max": ops.maximum,
    "max": ops.maximum,
    "Min": ops.minimum,
    "min": ops.minimum,
    "Add": ops.add,
    "Mul": ops.mul,
    "And": ops.logical_and,
    "Or": ops.logical_or,
}
# Of one argument, which is an array: one of its elements.
EXTREMES: Mapping[str, Callable[..., Any]] = {"Max": ops.amax, "max": ops.amax, "Min": ops.amin, "min": ops.amin}
# What there is no row of, and what takes its arguments in another order: by formulas over those that there are.
DEFINED = {
    "sec(x)": "1 / cos(x)",
    "csc(x)": "1 / sin(x)",
    "cot(x)": "1 / tan(x)",
    "asec(x)": "acos(1 / x)",
    "acsc(x)": "asin(1 / x)",
    "acot(x)": "atan(1 / x)",
    "sech(x)": "1 / cosh(x)",
    "csch(x)": "1 / sinh(x)",
    "coth(x)": "1 / tanh(x)",
    "asech(x)": "acosh(1 / x)",
    "acsch(x)": "asinh(1 / x)",
    "acoth(x)": "atanh(1 / x)",
    "log(x, b)": "log(x) / log(b)",
    "root(x, n)": "x ** (1 / n)",
    "real_root(x, n)": "where(n % 2 == 1, sign(x), 1) * where(n % 2 == 1, abs(x), x) ** (1 / n)",
    "S(x)": "x",
    "Float(x)": "x",
    "Heaviside(x)": "where(x > 0, 1, where(x < 0, 0, 1 / 2))",
    "Heaviside(x, h)": "where(x > 0, 1, where(x < 0, 0, h))",
    "uppergamma(s, x)": "gammaincc(s, x) * gamma(s)",
    "lowergamma(s, x)": "gammainc(s, x) * gamma(s)",
    "zeta(s)": "zeta(s, 1)",
    "elliptic_e(x, m)": "elliptic_e_inc(x, m)",
    "ellipe(x, m)": "elliptic_e_inc(x, m)",
    "psi(n, x)": "polygamma(n, x)",
    "trigamma(x)": "polygamma(1, x)",
    "harmonic(x)": "digamma(x + 1) - digamma(1)",
    "harmonic(x, m)": "zeta(m, 1) - zeta(m, x + 1)",
    "erf2(x, y)": "erf(y) - erf(x)",
    "erf2inv(x, y)": "erfinv(erf(x) + y)",
    "betainc_regularized(a, b, x, y)": "betainc(a, b, y) - betainc(a, b, x)",
    "betainc(a, b, x, y)": "(betainc(a, b, y) - betainc(a, b, x)) * beta(a, b)",
    "li(x)": "expi(log(x))",
    "Li(x)": "expi(log(x)) - expi(log(2))",
}
# SymPy's ``hyper``, by how many parameters there are above and below.
HYPERGEOMETRIC: Mapping[tuple[int, ...], Callable[..., Any]] = {
    (0, 0): ops.exp,
    (0, 1): ops.hyp0f1,
    (1, 1): ops.hyp1f1,
    (2, 1): ops.hyp2f1,
}
_OWN = {name: value for name, value in vars(ops).items() if callable(value) and not name.startswith("_")}
OPERATIONS: Mapping[str, Callable[..., Any]] = {**_OWN, **{also: _OWN[name] for also, name in NAMED.items()}}
# Functions of two libraries by one name, and what to write for either.
AMBIGUOUS = {
    f"{kind}n": f"{kind}n is one function in SciPy and another in SymPy: write bessel_{kind}(n, x) for SciPy's, or "
    f"spherical_bessel_{kind}(n, x) for SymPy's"
    for kind in "jy"
}
# Before a name and a dot these say where it is from, and nothing of what it means.
LIBRARIES = {"math", "numpy", "np", "scipy", "special", "sympy", "sp", "torch", "jnp", "ops", "diffcheck"}
# The numbers themselves, unless an input has that name.
CONSTANTS: Mapping[str, Any] = {
    "pi": ops.pi,
    "e": ops.e,
    "E": ops.e,
    "I": ComplexConstant(0, 1),
    "EulerGamma": ops.neg(ops.digamma(ops.rational(1, 1))),
    "Catalan": ops.div(ops.sub(ops.zeta(2, ops.rational(1, 4)), ops.zeta(2, ops.rational(3, 4))), 16),
    "GoldenRatio": ops.div(ops.add(ops.sqrt(ops.rational(5, 1)), 1), 2),
}
