"""Functions that are integrals: Dawson's, the exponential, sine and cosine integrals, Fresnel's and Spence's."""

from typing import Any

import numpy as np
from flint import acb, arb

from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures import series
from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.enclosures.balls import HALF
from diffcheck.ops.exact import pi
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.elementary import exp, log, log1p
from diffcheck.ops.functions.special import sinc
from diffcheck.ops.orders import WHOLE
from diffcheck.ops.table import Function, Primitive, Without


def _place(function: str, place: int) -> Function:
    """One of the functions that SciPy gives together."""
    return lambda x: resolve(function)(x)[place]


erfi = Primitive(
    name="erfi",
    doc="the imaginary error function, -i erf(i x)",
    numpy="scipy.special.erfi",
    torch=Without("torch has no erfi"),
    sympy="sympy.erfi",
    arb="erfi",
    ulps=50,
    parity=-1,
)


def _dawson(x: Any) -> Any:
    """``x 1F1(1; 3/2; -x^2)``, DLMF 13.6.7 and 13.2.39: no exponential that overflows."""
    return x * (-x * x).hypgeom_1f1(1, 3 * HALF)


dawsn = analytic_row(
    "dawsn",
    "Dawson's integral, exp(-x^2) times that of exp(t^2) from 0 to x",
    _dawson,
    {0: lambda x, v: 1 - 2 * x * v},
    numpy="scipy.special.dawsn",
    sympy=lambda sympy, x: sympy.sqrt(sympy.pi) / 2 * sympy.exp(-(x**2)) * sympy.erfi(x),
    ulps=50,
    parity=-1,
)


# From here on an asymptotic series serves.
_FAR = 64


def _ei(x: Any) -> Any:
    """Far out by ``-exp(x) U(1, 1, -x)``, DLMF 6.11.2 on both sides of its cut: Arb's own is wide for wide balls."""
    return -x.exp() * acb(-x).hypgeom_u(1, 1).real if abs(x) > _FAR else x.ei()


def _shi(x: Any) -> Any:
    """Far out by ``(Ei(x) + E1(x)) / 2``, DLMF 6.5.3."""
    return (_ei(x) - _ei(-x)) / 2 if abs(x) > _FAR else x.shi()


def _chi(x: Any) -> Any:
    """Far out by ``(Ei(x) - E1(x)) / 2``, DLMF 6.5.4."""
    return (_ei(x) + _ei(-x)) / 2 if x > _FAR else x.chi()


expi = Primitive(
    name="expi",
    doc="the exponential integral Ei, that of exp(t) / t from minus infinity to x, across 0 its principal value",
    numpy="scipy.special.expi",
    torch=Without("torch has no exponential integral"),
    sympy="sympy.Ei",
    arb=_ei,
    series=lambda x: series.beginning(_ei(x[0]), x.ei()),
    outside=lambda x: x.is_zero(),
    ulps=6,
)
exp1 = analytic_row(
    "exp1",
    "the exponential integral E1, that of exp(-t) / t from a positive x to infinity",
    lambda x: -_ei(-x),
    {0: lambda x, _: -exp(-x) / x},
    series=lambda x: series.beginning(-_ei(-x[0]), -(-x).ei()),
    outside=lambda x: x <= 0,
    formula=lambda x: -expi(-x),
    numpy="scipy.special.exp1",
    sympy=lambda sympy, x: -sympy.Ei(-x),
    ulps=6,
)


def _expn_numpy(n: Any, x: Any) -> Any:
    """Below order 0, which SciPy ends at, by ``x E_n = exp(-x) - n E_(n + 1)``, whose terms have one sign there."""
    order = np.rint(n).astype(int)
    found = resolve("scipy.special.expn")(np.maximum(order, 0), x)
    for k in range(-1, int(np.min(order)) - 1, -1):
        found = np.where(order <= k, (np.exp(-x) - k * found) / x, found)
    return found


expn: Primitive = analytic_row(
    "expn",
    "the exponential integral E_n of an x not below 0, its order n a whole number: that of exp(-x t) / t^n from 1 on",
    lambda n, x: x.expint(n),
    {1: lambda n, x, _: -expn(n - 1, x)},
    arity=2,
    orders=(WHOLE,),
    analytic=lambda n, x: x.real > 0,
    outside=lambda n, x: x < 0 or (x.is_zero() and n <= 1),
    at_edge=lambda n, x: x.contains(0),
    elsewhere=lambda n, x: exp(-x) * Primitive.rows["hyperu"](1, 2 - n, x),  # DLMF 8.19.1 and 13.6.6
    numpy=_expn_numpy,
    sympy="sympy.expint",
    ulps=8,
)
si = Primitive(
    name="si",
    doc="the sine integral, that of sin(t) / t from 0 to x",
    numpy=_place("scipy.special.sici", 0),
    torch=Without("torch has no sine integral"),
    sympy="sympy.Si",
    arb="si",
    forms=((lambda x, _: sinc(x / pi),),),
    ulps=3,
    parity=-1,
)
ci = Primitive(
    name="ci",
    doc="the cosine integral of a positive x, minus that of cos(t) / t from x to infinity",
    numpy=_place("scipy.special.sici", 1),
    torch=Without("torch has no cosine integral"),
    sympy="sympy.Ci",
    arb="ci",
    outside=lambda x: x <= 0,
    ulps=6,
)


def _sinhc(x: Any) -> Any:
    """Near zero by ``0F1(; 3/2; x^2 / 4)``, DLMF 10.39.1 and 10.39.9, which has no quotient."""
    return x.sinh() / x if abs(x) > 1 else (x * x / 4).hypgeom_0f1(3 * HALF)


def _sinhc_numpy(x: Any) -> Any:
    """By halves, whose product overflows where the quotient does, not before."""
    half = x / 2
    return np.where(half == 0, 1.0, np.sinh(half) / np.where(half == 0, 1.0, half) * np.cosh(half))


sinhc_of = analytic_row(
    "sinhc_of",
    "sinh(x) / x, and 1 for x = 0: the slope of shi",
    _sinhc,
    numpy=_sinhc_numpy,
    sympy=lambda sympy, x: sympy.sinh(x) / x,
    ulps=3,
    parity=1,
)
shi = Primitive(
    name="shi",
    doc="the hyperbolic sine integral, that of sinh(t) / t from 0 to x",
    numpy=_place("scipy.special.shichi", 0),
    torch=Without("torch has no hyperbolic sine integral"),
    sympy="sympy.Shi",
    arb=_shi,
    series=lambda x: series.beginning(_shi(x[0]), x.shi()),
    forms=((lambda x, _: sinhc_of(x),),),
    ulps=3,
    parity=-1,
)
chi = Primitive(
    name="chi",
    doc="the hyperbolic cosine integral of a positive x: Euler's constant, ln(x), and that of (cosh(t) - 1) / t",
    numpy=_place("scipy.special.shichi", 1),
    torch=Without("torch has no hyperbolic cosine integral"),
    sympy="sympy.Chi",
    arb=_chi,
    series=lambda x: series.beginning(_chi(x[0]), x.chi()),
    outside=lambda x: x <= 0,
    ulps=2,
)


def _fresnels(x: Any) -> Any:
    """Near zero by ``pi / 6 x^3 1F2(3/4; 3/2, 7/4; -pi^2 x^4 / 16)``, DLMF 7.11.8: Arb's error is absolute there."""
    if not abs(x) < HALF:
        return x.fresnel_s()
    quarter = HALF / 2
    square = arb.pi() * x * x / 4
    return arb.pi() * x * x * x / 6 * (-square * square).hypgeom([3 * quarter], [3 * HALF, 7 * quarter])


def _sine_of_pi(x: Any) -> Any:
    """``sin(pi x)``, which is known to be zero where it is."""
    return pi * x * sinc(x)


fresnels = Primitive(
    name="fresnels",
    doc="Fresnel's integral S, that of sin(pi t^2 / 2) from 0 to x",
    numpy=_place("scipy.special.fresnel", 0),
    torch=Without("torch has no Fresnel integral"),
    sympy="sympy.fresnels",
    arb=_fresnels,
    series=lambda x: series.beginning(_fresnels(x[0]), x.fresnel_s()),
    forms=((lambda x, _: _sine_of_pi(x * x / 2),),),
    ulps=3,
    parity=-1,
)
fresnelc = Primitive(
    name="fresnelc",
    doc="Fresnel's integral C, that of cos(pi t^2 / 2) from 0 to x",
    numpy=_place("scipy.special.fresnel", 1),
    torch=Without("torch has no Fresnel integral"),
    sympy="sympy.fresnelc",
    arb="fresnel_c",
    forms=((lambda x, _: _sine_of_pi((x * x + 1) / 2),),),
    ulps=2,
    parity=-1,
)


def _log_quotient(x: Any) -> Any:
    """Near one by ``-2F1(1, 1; 2; 1 - x)``, DLMF 15.4.1, which has no quotient."""
    return -(1 - x).hypgeom_2f1(1, 1, 2) if abs(1 - x) < HALF else x.log() / (1 - x)


def _log_quotient_numpy(x: Any) -> Any:
    return np.where(x == 1, -1.0, np.log(x) / np.where(x == 1, 1.0, 1 - x))


log_quotient_of = analytic_row(
    "log_quotient_of",
    "ln(x) / (1 - x), and -1 for x = 1: the slope of spence",
    _log_quotient,
    analytic=lambda x: x.real > 0,
    outside=lambda x: x <= 0,
    numpy=_log_quotient_numpy,
    sympy=lambda sympy, x: sympy.log(x) / (1 - x),
    elsewhere=lambda x: log(x) / (1 - x),
    ulps=2,
)


def _spence(x: Any) -> Any:
    """Near zero by ``Li2(1 - x) = pi^2 / 6 - ln(x) ln(1 - x) - Li2(x)``, DLMF 25.12.6: 1 - x would be rounded."""
    if abs(x) < HALF and not x.contains(0):
        return arb.pi() ** 2 / 6 - x.log() * (-x).log1p() - x.polylog(2)
    return (1 - x).polylog(2)


spence: Primitive = analytic_row(
    "spence",
    "Spence's function, the dilogarithm of 1 - x: the integral of ln(t) / (1 - t) from 1 to x",
    on_reals(_spence),
    {0: lambda x, _: log_quotient_of(x)},
    analytic=lambda x: x.real > 0,
    outside=lambda x: x < 0,
    at_edge=lambda x: x.contains(0),
    elsewhere=lambda x: arb.pi() ** 2 / 6 - log(x) * log1p(-x) - spence(1 - x),
    numpy="scipy.special.spence",
    sympy=lambda sympy, x: sympy.polylog(2, 1 - x),
    sympy_rule=False,
    ulps=16,
)
