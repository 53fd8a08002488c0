"""The gamma function's relatives: beta functions, incomplete ones, the zeta function."""

from collections.abc import Callable, Sequence
from typing import Any

from flint import acb

from diffcheck.ops.composites import composite
from diffcheck.ops.enclosures import balls
from diffcheck.ops.enclosures.balls import HALF
from diffcheck.ops.enclosures.tails import tail
from diffcheck.ops.exact import pi, rational
from diffcheck.ops.functions.basic import power
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.elementary import exp, log, log1p
from diffcheck.ops.functions.special import digamma, lgamma
from diffcheck.ops.table import Primitive, Without

_LARGE, _TOO_LARGE = 64, 512
# So many bits of an enclosure, one that is wider than the number by this power of two, are those of a wide argument.
_WIDE = -16


def _positive(*x: Any) -> bool:
    """Whether complex numbers lie right of the imaginary axis, where powers and logarithms are analytic."""
    return all(v.real > 0 for v in x)


gamma = Primitive(
    name="gamma",
    doc="the gamma function",
    numpy="scipy.special.gamma",
    torch=Without("torch has no gamma function of real numbers, only its logarithm"),
    sympy="sympy.gamma",
    arb="gamma",
    outside=balls.is_pole_of_gamma,
    ulps=8,
)
rgamma = analytic_row(
    "rgamma",
    "the reciprocal of the gamma function",
    lambda x: x.rgamma(),
    numpy="scipy.special.rgamma",
    sympy=lambda sympy, x: 1 / sympy.gamma(x),
    ulps=4,
)


def _log_beta(a: Any, b: Any) -> Any:
    return a.lgamma() + b.lgamma() - (a + b).lgamma()


betaln = analytic_row(
    "betaln",
    "the logarithm of the beta function of positive numbers",
    _log_beta,
    {0: lambda a, b, _: digamma(a) - digamma(a + b), 1: lambda a, b, _: digamma(b) - digamma(a + b)},
    arity=2,
    analytic=_positive,
    outside=lambda a, b: a <= 0 or b <= 0,
    numpy="scipy.special.betaln",
    sympy=lambda sympy, a, b: sympy.loggamma(a) + sympy.loggamma(b) - sympy.loggamma(a + b),
    ulps=12,
)
beta = analytic_row(
    "beta",
    "the beta function of positive numbers",
    lambda a, b: _log_beta(a, b).exp(),
    {0: lambda a, b, v: v * (digamma(a) - digamma(a + b)), 1: lambda a, b, v: v * (digamma(b) - digamma(a + b))},
    arity=2,
    analytic=_positive,
    outside=lambda a, b: a <= 0 or b <= 0,
    numpy="scipy.special.beta",
    sympy="sympy.beta",
    ulps=12,
)


def _rising(a: Any, m: Any) -> Any:
    """Of a whole m the product; left of zero by the reciprocal gamma function, which is entire."""
    whole = m.real.unique_fmpz() if m.is_exact() and m.imag.is_zero() else None
    if whole is not None and 0 <= whole < _TOO_LARGE:
        return a.rising(int(whole))
    return ((a + m).lgamma() - a.lgamma()).exp() if _positive(a, a + m) else (a + m).gamma() * a.rgamma()


def _has_no_quotient(a: Any, m: Any) -> bool:
    """Whether the gamma function above has a pole that is not one of finitely many factors less below."""
    return balls.is_pole_of_gamma(a + m) and not (m.is_exact() and m.is_integer() and m >= 0)


poch = analytic_row(
    "poch",
    "the rising factorial Gamma(a + m) / Gamma(a)",
    _rising,
    {0: lambda a, m, v: v * (digamma(a + m) - digamma(a)), 1: lambda a, m, v: v * digamma(a + m)},
    arity=2,
    outside=_has_no_quotient,
    numpy="scipy.special.poch",
    sympy=lambda sympy, a, m: sympy.gamma(a + m) / sympy.gamma(a),
    ulps=24,
)


def _density(a: Any, x: Any) -> Any:
    """The density of the gamma distribution."""
    return exp((a - 1) * log(x) - x - lgamma(a))


def _bits(*x: Any) -> int:
    """To how many bits numbers are known."""
    return min(int(v.rel_accuracy_bits()) for v in x)


def _part(a: Any, x: Any, side: int) -> Any:
    """The integral up to x, or from there on, over Gamma(a), by ``t = x exp(d)``."""

    def exponent(d: Any) -> Any:
        return a * d - x * d.expm1()

    def slope(d: Any) -> Any:
        return a - x * d.exp()

    return (a * x.log() - x - a.lgamma()).exp() * tail(
        exponent, slope, lambda d: -side * slope(acb(d)).real, side, _bits(a, x)
    )


def _or_by_integral(known: Callable[[], Any], integral: Callable[[], Any], size: Any, of: Sequence[Any]) -> Any:
    """What Arb gives; at complex numbers, where that has no digit or takes seconds, an integral."""
    inside = any(isinstance(v, acb) for v in of) and _positive(*of)
    if not inside or size.real < _TOO_LARGE:
        found = known()
        if not inside or found.rel_accuracy_bits() > _WIDE:
            return found
    return integral()


def _lower(a: Any, x: Any) -> Any:
    """P(a, x); of large arguments by what is left of one: Arb's sum for it takes seconds then, and gives no digit."""
    return _or_by_integral(
        lambda: 1 - x.gamma_upper(a, 1) if a.real > _LARGE and x.real > 1 else x.gamma_lower(a, 1),
        lambda: _part(a, x, -1) if x.real < a.real else 1 - _part(a, x, 1),
        a,
        (a, x),
    )


def _upper(a: Any, x: Any) -> Any:
    """Q(a, x); by what is left of one where that is much, or where Arb's limit at whole numbers takes long."""
    by_lower = a.real < _LARGE and (x.real < a.real + 1 or (a.real < HALF and x.real < _LARGE))
    return _or_by_integral(
        lambda: 1 - x.gamma_lower(a, 1) if by_lower else x.gamma_upper(a, 1),
        lambda: 1 - _part(a, x, -1) if x.real < a.real else _part(a, x, 1),
        a,
        (a, x),
    )


def _from_zero(a: Any, x: Any) -> Any:
    """P(a, x) as a power times an entire function, DLMF 8.5.1."""
    return power(x, a) * exp(-x) * Primitive.rows["hyp1f1"](1, a + 1, x) * rgamma(a + 1)


gammainc = analytic_row(
    "gammainc",
    "the incomplete gamma function P(a, x): the integral of t^(a - 1) exp(-t) from 0 to x, over Gamma(a)",
    _lower,
    {1: lambda a, x, _: _density(a, x)},
    arity=2,
    analytic=_positive,
    outside=lambda a, x: a <= 0 or x < 0,
    at_edge=lambda a, x: x.contains(0),
    settled=((1, 0, 0),),
    elsewhere=_from_zero,
    numpy="scipy.special.gammainc",
    torch="torch.special.gammainc",
    aten="igamma",
    sympy=lambda sympy, a, x: sympy.lowergamma(a, x) / sympy.gamma(a),
    ulps=16,
)
gammaincc = analytic_row(
    "gammaincc",
    "the incomplete gamma function Q(a, x): the integral of t^(a - 1) exp(-t) from x on, over Gamma(a)",
    _upper,
    {1: lambda a, x, _: -_density(a, x)},
    arity=2,
    analytic=_positive,
    outside=lambda a, x: a <= 0 or x < 0,
    at_edge=lambda a, x: x.contains(0),
    settled=((1, 0, 1),),
    elsewhere=lambda a, x: 1 - _from_zero(a, x),
    numpy="scipy.special.gammaincc",
    torch="torch.special.gammaincc",
    aten="igammac",
    sympy=lambda sympy, a, x: sympy.uppergamma(a, x) / sympy.gamma(a),
    ulps=18,
)


def _left(a: Any, b: Any, x: Any) -> Any:
    """I_x(a, b); Arb has no digit about whole numbers near one, and at large complex ones."""
    return _or_by_integral(
        lambda: x.beta_lower(a, b, 1),
        lambda: _below(a, b, x) if (a + b).real * x.real < a.real else 1 - _below(b, a, 1 - x),
        a + b,
        (a, b, x, 1 - x),
    )


def _below(a: Any, b: Any, x: Any) -> Any:
    """The integral up to x, over B(a, b), by ``t / (1 - t) = exp(d) x / (1 - x)``."""

    def exponent(d: Any) -> Any:
        return a * d - (a + b) * (x * d.expm1()).log1p()

    def slope(d: Any) -> Any:
        return a - (a + b) * x * d.exp() / (1 + x * d.expm1())

    def rate(d: Any) -> Any:
        reached = abs(x) * d.exp() / ((1 - x).real + x.real * d.exp())
        return a.real - abs(a + b) * reached

    return (a * x.log() + b * (1 - x).log() - _log_beta(a, b)).exp() * tail(exponent, slope, rate, -1, _bits(a, b, x))


def _from_the_left(a: Any, b: Any, x: Any) -> Any:
    """I_x(a, b) as a power times what is analytic at zero, DLMF 8.17.8."""
    return power(x, a) * power(1 - x, b) * Primitive.rows["hyp2f1"](a + b, 1, a + 1, x) / (a * beta(a, b))


def _from_an_end(a: Any, b: Any, x: Any) -> Any:
    return 1 - _from_the_left(b, a, 1 - x) if x > HALF else _from_the_left(a, b, x)


betainc = analytic_row(
    "betainc",
    "the incomplete beta function I_x(a, b): the integral of t^(a - 1) (1 - t)^(b - 1) from 0 to x, over B(a, b)",
    _left,
    {2: lambda a, b, x, _: exp((a - 1) * log(x) + (b - 1) * log1p(-x) - betaln(a, b))},
    arity=3,
    analytic=lambda a, b, x: _positive(a, b, x, 1 - x),
    outside=lambda a, b, x: a <= 0 or b <= 0 or x < 0 or x > 1,
    at_edge=lambda a, b, x: x.contains(0) or x.contains(1),
    settled=((2, 0, 0), (2, 1, 1)),
    elsewhere=_from_an_end,
    numpy="scipy.special.betainc",
    sympy=lambda sympy, a, b, x: sympy.betainc_regularized(a, b, 0, x),
    ulps=8,
)
betaincc = analytic_row(
    "betaincc",
    "the complement of the incomplete beta function, 1 - I_x(a, b)",
    lambda a, b, x: _left(b, a, 1 - x),
    {2: lambda a, b, x, _: -exp((a - 1) * log(x) + (b - 1) * log1p(-x) - betaln(a, b))},
    arity=3,
    analytic=lambda a, b, x: _positive(a, b, x, 1 - x),
    outside=lambda a, b, x: a <= 0 or b <= 0 or x < 0 or x > 1,
    at_edge=lambda a, b, x: x.contains(0) or x.contains(1),
    settled=((2, 0, 1), (2, 1, 0)),
    elsewhere=lambda a, b, x: 1 - _from_an_end(a, b, x),
    numpy="scipy.special.betaincc",
    sympy=lambda sympy, a, b, x: sympy.betainc_regularized(a, b, x, 1),
    ulps=1,
)
zeta: Primitive = analytic_row(
    "zeta",
    "Hurwitz's zeta function: the sum of (k + q)^-s over k = 0, 1, 2 ..., for s > 1 and q > 0",
    lambda s, q: s.zeta(q),
    {1: lambda s, q, _: -s * zeta(s + 1, q)},
    arity=2,
    analytic=lambda s, q: _positive(s - 1, q),
    outside=lambda s, q: s <= 1 or q <= 0,
    numpy="scipy.special.zeta",
    torch="torch.special.zeta",
    aten="special_zeta",
    sympy="sympy.zeta",
    ulps=5,
)


@composite(torch=Without("torch has Hurwitz's zeta only"), numpy="scipy.special.zetac")
def zetac(x: Any) -> Any:
    """Riemann's zeta function minus 1, for x > 1."""
    return zeta(x, 2)


def _log_of_many(torch: Any, a: Any, p: int) -> Any:
    return torch.special.multigammaln(a, p)


@composite(torch=_log_of_many, numpy="scipy.special.multigammaln")
def multigammaln(a: Any, p: int) -> Any:
    """The logarithm of the multivariate gamma function of a dimension p."""
    found = p * (p - 1) * log(pi) / 4
    for k in range(p):
        found = found + lgamma(a - rational(k, 2))
    return found


@composite(torch=Without("torch has no factorial"))
def factorial(x: Any) -> Any:
    """The factorial of x: the gamma function of x + 1."""
    return gamma(x + 1)


@composite(torch=Without("torch has no binomial coefficients"), numpy="scipy.special.binom")
def binom(n: Any, k: Any) -> Any:
    """The binomial coefficient n over k."""
    return gamma(n + 1) * rgamma(k + 1) * rgamma(n - k + 1)
