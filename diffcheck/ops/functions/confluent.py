"""Tricomi's confluent hypergeometric function, and the parabolic cylinder functions that it gives."""

from typing import Any

from flint import acb, arb

from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures.analytic import Throughout, on_reals
from diffcheck.ops.enclosures.balls import HALF
from diffcheck.ops.functions.basic import power
from diffcheck.ops.functions.differentiated import analytic_row, in_doubles
from diffcheck.ops.functions.gamma import gamma, rgamma
from diffcheck.ops.functions.hypergeometric import hyp1f1, is_pole, with_logarithm
from diffcheck.ops.orders import ANY
from diffcheck.ops.table import Primitive, Without


def _tricomi(a: Any, b: Any, x: Any) -> Any:
    """Arb's; of wide boxes, of which it has none, around zero and as large as the integral DLMF 13.4.4 of their sizes.

    That integrand is ``exp(-x t) (t / (1 + t))^a (1 + t)^(b - 1) / t``, over Gamma(a).
    """
    found = x.hypgeom_u(a, b)
    if found.is_finite() or not (a.real > 0 and x.real > 0):
        return found
    least, most = a.real.lower(), b.real.upper()
    size = (abs(a.rgamma()) * least.gamma() * x.real.lower().hypgeom_u(least, most)).upper()
    return acb(arb(0, size), arb(0, size))


def _has_no_value(a: Any, b: Any, x: Any) -> bool:
    """Left of zero, and at zero where it is infinite: of b from 1 on, unless it is a polynomial."""
    return bool(x < 0 or (x.is_zero() and b >= 1 and not is_pole(a)))


def _from_zero(a: Any, b: Any, x: Any) -> Any:
    """By two powers of x, DLMF 13.2.42, and of a whole b by a logarithm, DLMF 13.2.40 and 13.2.9."""
    if b > 1:
        return power(x, 1 - b) * hyperu(a - b + 1, 2 - b, x)
    at_zero = gamma(1 - b) * rgamma(a - b + 1) if b < 1 else 0
    if x.is_zero():
        return at_zero
    if not b.is_integer():
        beyond = gamma(b - 1) * rgamma(a) * hyp1f1(a - b + 1, 2 - b, x)
        return at_zero * hyp1f1(a, b, x) + power(x, 1 - b) * beyond
    first, m = a.ball, int((1 - b).ball.unique_fmpz())
    return with_logarithm(
        x,
        (first + m).rgamma(),
        lambda k: (-1) ** k * first.rising(k) * arb.fac_ui(m - k - 1) / arb.fac_ui(k),
        m,
        -((-1) ** m) * first.rgamma() / arb.fac_ui(m),
        lambda k: (first + m + k) / ((k + 1) * (k + m + 1)),
        lambda k: (first + m + k).digamma(),
    )


hyperu: Primitive = analytic_row(
    "hyperu",
    "Tricomi's confluent hypergeometric function U(a, b, x) of an x not below 0",
    on_reals(_tricomi),
    {2: lambda a, b, x, _: -a * hyperu(a + 1, b + 1, x)},
    arity=3,
    analytic=Throughout(lambda a, b, x: x.real > 0 or (x.is_zero() and b.real < 1) or is_pole(a.real)),
    outside=_has_no_value,
    at_edge=lambda a, b, x: x.contains(0),
    elsewhere=_from_zero,
    numpy="scipy.special.hyperu",
    sympy=Without("SymPy has no counterpart of hyperu"),
    sympy_rule=False,
    ulps=32,
)


def _parabolic(v: Any, x: Any) -> Any:
    """By U on the right, DLMF 12.7.14; elsewhere by two functions 1F1, an entire function, DLMF 12.4.1 and 12.7.12."""
    square, scale = x * x / 2, (v / 2 * acb(2).log() - x * x / 4).exp()
    if x.real > 1:
        return scale * square.hypgeom_u(-v / 2, HALF)
    even = (HALF - v / 2).rgamma() * square.hypgeom_1f1(-v / 2, HALF)
    odd = (-v / 2).rgamma() * square.hypgeom_1f1(HALF - v / 2, 3 * HALF)
    return scale * arb.const_sqrt_pi() * (even - arb(2).sqrt() * x * odd)


pbdv: Primitive = analytic_row(
    "pbdv",
    "the parabolic cylinder function D_v(x), its order v a constant",
    on_reals(_parabolic),
    {1: lambda v, x, value: x / 2 * value - pbdv(v + 1, x)},
    arity=2,
    orders=(ANY,),
    numpy=lambda v, x: resolve("scipy.special.pbdv")(v, x)[0],
    sympy=Without("SymPy has no counterpart of pbdv"),
    sympy_rule=False,
    ulps=16,
)


def _growing(v: Any, x: Any) -> Any:
    """V by two functions 1F1 of x and its values at zero, an entire function of both, DLMF 12.2.8 and 12.2.9."""
    half, square = -v / 2 - HALF / 2, x * x / 2
    even = (HALF / 2 + half).rgamma() * (3 * HALF / 2 - half).rgamma() ** 2 * square.hypgeom_1f1(half + HALF / 2, HALF)
    odd = (3 * HALF / 2 + half).rgamma() * (HALF / 2 - half).rgamma() ** 2
    odd *= x * square.hypgeom_1f1(half + 3 * HALF / 2, 3 * HALF)
    scale = ((half + HALF / 2) * acb(2).log() - square / 2).exp()
    return arb.pi() * scale * (even + arb(2).sqrt() * odd)


pbvv: Primitive = analytic_row(
    "pbvv",
    "the parabolic cylinder function V_v(x), V(-v - 1/2, x) of DLMF 12.2",
    on_reals(_growing),
    {1: lambda v, x, value: pbvv(v - 1, x) - x / 2 * value},
    arity=2,
    numpy=in_doubles(on_reals(_growing)),  # SciPy keeps eleven digits
    sympy=Without("SymPy has no counterpart of pbvv"),
    sympy_rule=False,
    ulps=1,
)


def _quotient(a: Any) -> Any:
    """The square of the quotient of sizes ``|Gamma(1/4 + i a / 2) / Gamma(3/4 + i a / 2)|``, DLMF 12.14.2."""
    turned, quarter = acb(0, 1) * a / 2, HALF / 2
    inside = (quarter + turned).lgamma() + (quarter - turned).lgamma()
    return inside - (3 * quarter + turned).lgamma() - (3 * quarter - turned).lgamma()


def _waves(a: Any, x: Any) -> Any:
    """W by its values at zero, DLMF 12.14.2 to 12.14.4, and two functions 1F1 of an imaginary number, 12.14.8."""
    i, quarter, root = acb(0, 1), HALF / 2, (_quotient(a) / 4).exp()
    square, turned = i * x * x / 2, i * a / 2
    even = square.hypgeom_1f1(quarter - turned, HALF)
    odd = x * square.hypgeom_1f1(3 * quarter - turned, 3 * HALF)
    return (-square / 2).exp() * (root * even / arb(2).sqrt() - odd / root) / arb(2).root(4)


pbwa = analytic_row(
    "pbwa",
    "the parabolic cylinder function W(a, x)",
    on_reals(_waves),
    arity=2,
    analytic=lambda a, x: 2 * abs(a.imag) < 1,
    numpy=in_doubles(on_reals(_waves)),  # SciPy keeps some digits near zero
    sympy=Without("SymPy has no counterpart of pbwa"),
    sympy_rule=False,
    ulps=1,
)
