"""Hypergeometric functions, complete elliptic integrals, and Lambert's W."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from flint import acb, arb, ctx

from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures import balls
from diffcheck.ops.enclosures.analytic import Throughout, on_reals
from diffcheck.ops.enclosures.balls import HALF
from diffcheck.ops.exact import pi
from diffcheck.ops.functions.basic import power
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.elementary import exp, log
from diffcheck.ops.functions.gamma import gamma, rgamma
from diffcheck.ops.table import Function, Primitive

# A third parameter from which on the series is added up term by term, and how often it is asked whether it suffices.
_LARGE, _ROUND = 64, 8

hyp0f1: Primitive = analytic_row(
    "hyp0f1",
    "the confluent hypergeometric limit function 0F1(; b; x)",
    lambda b, x: x.hypgeom_0f1(b),
    {1: lambda b, x, _: hyp0f1(b + 1, x) / b},
    arity=2,
    outside=lambda b, x: is_pole(b),
    numpy="scipy.special.hyp0f1",
    sympy=lambda sympy, b, x: sympy.hyper((), (b,), x),
    ulps=8,
)
hyp1f1: Primitive = analytic_row(
    "hyp1f1",
    "Kummer's confluent hypergeometric function 1F1(a; b; x)",
    lambda a, b, x: x.hypgeom_1f1(a, b),
    {2: lambda a, b, x, _: a / b * hyp1f1(a + 1, b + 1, x)},
    arity=3,
    outside=lambda a, b, x: is_pole(b),
    numpy="scipy.special.hyp1f1",
    sympy=lambda sympy, a, b, x: sympy.hyper((a,), (b,), x),
    ulps=32,
)


def _is_polynomial(*x: Any) -> bool:
    """Whether a function of these first parameters is one."""
    return any(is_pole(v.real) and v.imag.is_zero() for v in x)


def _ends_at_one(a: Any, b: Any, c: Any, x: Any) -> bool:
    """Whether x lies beyond 1, or there with an infinite value, and the function is no polynomial."""
    return bool((x > 1 or (x == 1 and c - a - b <= 0)) and not (is_pole(a) or is_pole(b)))


def _is_analytic(a: Any, b: Any, c: Any, x: Any) -> bool:
    """Left of 1, and by its parameters there."""
    inside = x.real < 1 or (x == 1 and (c - a - b).real > 0) or _is_polynomial(a, b)
    return bool(inside and not _may_be_pole(c))


def _from_one(a: Any, b: Any, c: Any, x: Any) -> Any:
    """By powers of ``1 - x``, DLMF 15.8.1 and 15.8.4, and where their exponent is whole by a logarithm, 15.8.10."""
    s, w = c - a - b, 1 - x
    if not w[0].is_zero():
        raise ArithmeticError("the expansion is one about 1")
    if s < 0:
        return power(w, s) * hyp2f1(c - a, c - b, c, x)
    at_one = gamma(c) * gamma(s) * rgamma(c - a) * rgamma(c - b) if s > 0 else 0
    if w.is_zero():
        return at_one
    if not s.is_integer():
        beyond = gamma(c) * gamma(-s) * rgamma(a) * rgamma(b) * hyp2f1(c - a, c - b, s + 1, w)
        return at_one * hyp2f1(a, b, 1 - s, w) + power(w, s) * beyond
    first, second, m = a.ball, b.ball, int(s.ball.unique_fmpz())
    scale = (first + second + m).gamma()
    return with_logarithm(
        w,
        scale * (first + m).rgamma() * (second + m).rgamma(),
        lambda k: (-1) ** k * first.rising(k) * second.rising(k) * arb.fac_ui(m - k - 1) / arb.fac_ui(k),
        m,
        -((-1) ** m) * scale * first.rgamma() * second.rgamma() / arb.fac_ui(m),
        lambda k: (first + m + k) * (second + m + k) / ((k + 1) * (k + m + 1)),
        lambda k: (first + k + m).digamma() + (second + k + m).digamma(),
    )


def with_logarithm(x: Any, scale: Any, below: Function, m: int, first: Any, ratio: Function, digammas: Function) -> Any:
    """A solution of a hypergeometric equation with a logarithm at zero, Frobenius's: of a germ x.

    Parameters
    ----------
    scale, below:
        The coefficients of the powers of x below the m-th one.
    first, ratio:
        The coefficient of ``x^m ln(x)``, and the quotients of the following ones.
    digammas:
        Each of these coefficients times this less ``psi(k + 1) + psi(k + m + 1)`` is that without the logarithm.
    """

    def logarithmic(count: int) -> Iterator[Any]:
        yield from [balls.ZERO] * min(m, count)
        term = first
        for k in range(count - m):
            yield term
            term = term * ratio(k)

    def smooth(count: int) -> Iterator[Any]:
        yield from (scale * below(k) for k in range(min(m, count)))
        for k, term in enumerate(list(logarithmic(count))[m:]):
            yield term * (digammas(k) - arb(k + 1).digamma() - arb(k + m + 1).digamma())

    return x.small(smooth) + log(x) * x.small(logarithmic)


def _by_terms(a: Any, b: Any, c: Any, x: Any) -> Any:
    """The sum of the terms, DLMF 15.2.1, of a c to the right of all of the size of b: their quotients approach x.

    Arb's ways to a sum of fewer terms lose as many digits as c has binades, and take seconds for more.
    """
    term, total = acb(1), acb(0)
    for k in range(ctx.prec * _ROUND):
        total += term
        term = term * (a + k) * (b + k) * x / ((c + k) * (k + 1))
        growth = abs(x) * (1 + abs(a - 1) / (k + 2))
        if k % _ROUND == 0 and growth < 1:
            left = (abs(term) / (1 - growth)).upper()
            if left <= abs(total).upper() * arb((1, -ctx.prec)):
                return total + acb(arb(0, left), arb(0, left))
    return acb(arb.nan(), arb.nan())


def _gauss(a: Any, b: Any, c: Any, x: Any) -> Any:
    """Arb's; of wide boxes, of which it has none, around zero and as large as Euler's integral is, DLMF 15.6.1.

    Its factor ``(1 - x t)^-a`` is largest at one of the ends, and turned by two right angles at most.
    """
    if c.real > _LARGE and c.real > abs(b) and 2 * abs(x) < 2 - HALF / 4:
        return _by_terms(a, b, c, x)
    found = x.hypgeom_2f1(a, b, c)
    if found.is_finite() or not (b.real > 0 and (c - b).real > 0 and x.real < 1):
        return found
    least, most = (1 - x.real).lower().min(arb(1)), abs(1 - x).upper().max(arb(1))
    factor = (-a.real * least.log()).exp().upper().max((-a.real * most.log()).exp().upper())
    sizes = abs(c.gamma() * b.rgamma() * (c - b).rgamma()) * b.real.gamma() * (c - b).real.gamma() * c.real.rgamma()
    size = (sizes * factor * (arb.pi() * abs(a.imag)).exp()).upper()
    return acb(arb(0, size), arb(0, size)) if size.is_finite() else found


hyp2f1: Primitive = analytic_row(
    "hyp2f1",
    "Gauss's hypergeometric function 2F1(a, b; c; x), for x up to 1, and beyond where it is a polynomial",
    on_reals(_gauss),
    {3: lambda a, b, c, x, _: a * b / c * hyp2f1(a + 1, b + 1, c + 1, x)},
    arity=4,
    analytic=Throughout(_is_analytic),
    outside=lambda a, b, c, x: is_pole(c) or _ends_at_one(a, b, c, x),
    at_edge=lambda a, b, c, x: x.contains(1),
    elsewhere=_from_one,
    numpy="scipy.special.hyp2f1",
    sympy=lambda sympy, a, b, c, x: sympy.hyper((a, b), (c,), x),
    ulps=20,
)


def is_pole(x: Any) -> bool:
    """Whether a number is zero or a negative whole one."""
    return bool(x.is_exact() and x.is_integer() and x <= 0)


def _may_be_pole(x: Any) -> bool:
    """Whether zero or a negative whole number lies in a box."""
    return not x.real > 0 and bool(x.imag.contains(0) and x.real.contains_integer())


def _below_one(m: Any) -> bool:
    return bool(m.real < 1)


def _elliptic_e(m: Any) -> Any:
    """Of a complex box around zero by the hypergeometric function: Arb's own formula divides by the parameter."""
    return m.hypgeom_2f1(-HALF, HALF, 1) * arb.pi() / 2 if m.contains(0) else m.elliptic_e()


elliptic_k = analytic_row(
    "elliptic_k",
    "the complete elliptic integral K of the parameter m = k^2",
    on_reals(lambda m: m.elliptic_k()),
    analytic=_below_one,
    outside=lambda m: m >= 1,
    numpy="scipy.special.ellipk",
    sympy="sympy.elliptic_k",
    ulps=4,
)
elliptic_e = analytic_row(
    "elliptic_e",
    "the complete elliptic integral E of the parameter m = k^2",
    on_reals(_elliptic_e),
    analytic=_below_one,
    outside=lambda m: m > 1,
    at_edge=lambda m: m.contains(1),
    elsewhere=lambda m: pi / 2 * hyp2f1(-HALF, HALF, 1, m),
    numpy="scipy.special.ellipe",
    sympy="sympy.elliptic_e",
    ulps=4,
)


def _least() -> Any:
    """Where the branch ends: -1/e."""
    return -(-arb(1)).exp()


def _lambert_numpy(x: Any) -> Any:
    """SciPy's is complex; a number that is not real is none."""
    found = resolve("scipy.special.lambertw")(x)
    return np.where(found.imag == 0, found.real, np.nan)


lambert_w = analytic_row(
    "lambert_w",
    "Lambert's W, the inverse of w exp(w), its branch from -1 on",
    lambda x: x.lambertw(),
    {0: lambda _, w: exp(-w) / (1 + w)},
    analytic=lambda x: x.real > _least(),
    outside=lambda x: x < _least(),
    numpy=_lambert_numpy,
    sympy="sympy.LambertW",
    ulps=2,
)
