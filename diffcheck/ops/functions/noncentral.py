"""Non-central distribution functions: mixtures of chi-square and beta distributions by Poisson's weights.

A mixture is the sum of ``w_k P_k`` where ``P_k = u_k + u_(k + 1) + ...``: the incomplete gamma function of ``a + k``
(DLMF 8.8.5), or the incomplete beta function of ``a + k`` (DLMF 8.17.20). So it is the sum of ``u_k`` times what the
weights up to k add up to, and ``P_0`` times all weights less that of ``u_k`` times what the weights beyond k add up to:
one of the two has few terms, whether the argument is near or far.
"""

from collections.abc import Callable, Iterator
from typing import Any

from flint import acb, arb, ctx

from diffcheck.ops.composites import composite
from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures import balls
from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.enclosures.balls import HALF
from diffcheck.ops.functions.basic import power
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.elementary import exp, log, log1p
from diffcheck.ops.functions.gamma import betaln
from diffcheck.ops.functions.hypergeometric import hyp0f1, hyp1f1
from diffcheck.ops.functions.special import lgamma
from diffcheck.ops.table import Function, Primitive, Without

# More terms take seconds.
_MOST = 20000
# After so many terms each time it is asked whether what is left is small enough.
_ROUND = 8
_ONE = acb(1)


def _near(first: Any, ratio: Function, growth: Function, rate: Any, start: Any) -> Any:
    """The sum of ``u_k (w_0 + ... + w_k)``.

    Parameters
    ----------
    first, ratio, growth:
        ``u_0``, the quotient of the next and the k-th one, and what no quotient from the k-th on exceeds.
    rate, start:
        The weights are ``exp(-rate) rate^k / Gamma(k + start)``, start 1 or 3/2; they add up to ``exp(|rate|)`` times
        ``|exp(-rate)|`` times 1.13 at most.
    """
    weight = (-rate).exp() * start.rgamma()
    most = 2 * (abs(rate) - rate.real).exp()
    term, weights, total = first, acb(0), acb(0)
    for k in range(_MOST):
        weights += weight
        total += term * weights
        weight = weight * rate / (k + start)
        term = term * ratio(k)
        if k % _ROUND:
            continue
        if not total.is_finite():
            break
        if growth(k + 1) < 1:
            left = most * abs(term) / (1 - growth(k + 1))
            if left <= abs(total).upper() * arb((1, -ctx.prec)):
                return total + _around(left)
    return acb(arb.nan())


def _far(first: Any, ratio: Function, growth: Function, rate: Any, start: Any, whole: Any, weights: Any) -> Any:
    """``P_0`` (``whole``) times all weights, less the sum of ``u_k (w_(k + 1) + w_(k + 2) + ...)``."""
    if not 4 * abs(rate) < _MOST:
        return acb(arb.nan())
    weight = (-rate).exp() * start.rgamma()
    term, beyond, total = first, weights, whole * weights
    for k in range(_MOST):
        beyond -= weight
        total -= term * beyond
        weight = weight * rate / (k + start)
        term = term * ratio(k)
        if k % _ROUND:
            continue
        if not total.is_finite():
            break
        slower = abs(rate) / (k + 1 + start.real)
        if slower < HALF and growth(k + 1) * slower < HALF:
            # The weights beyond the next one are below twice the one after it.
            left = 4 * abs(term) * abs(weight) * slower
            if left <= abs(total).upper() * arb((1, -ctx.prec)):
                return total + _around(left)
    return acb(arb.nan())


def _around(left: Any) -> Any:
    bound = left.upper()
    return acb(arb(0, bound), arb(0, bound))


def _of_gamma(a: Any, z: Any, rate: Any) -> Any:
    if z.is_zero():
        return acb(0)
    missing = _beyond(a, z, rate)
    if missing < arb((1, -ctx.prec)):
        return 1 + _around(missing)
    first = (a * z.log() - z).exp() * (a + 1).rgamma()
    terms = first, lambda k: z / (a + k + 1), lambda k: abs(z) / (a.real + k + 1)
    if abs(z) < 2 * abs(rate) + ctx.prec:
        return _near(*terms, rate, _ONE)
    return _far(*terms, rate, _ONE, 1 - z.gamma_upper(a, 1), _ONE)


def _beyond(a: Any, z: Any, rate: Any) -> Any:
    """What the mixture has beyond z at most, by Chernoff's bound ``2^a exp(rate - z / 2)`` for real numbers.

    Of complex ones ``|Gamma(a, z)| <= |z^a / x^Re(a)| Gamma(Re(a), x)`` where x is the real part (DLMF 8.6.5).
    """
    if not z.real > 0:
        return arb.pos_inf()
    turned = abs(rate) * abs(z) / z.real
    scale = (a * z.log()).real - a.real * z.real.log() + arb.pi() * abs(a.imag) / 2
    return (2 * turned - rate.real + scale + a.real * arb(2).log() - z.real / 2).exp()


def _of_beta(a: Any, b: Any, y: Any, rest: Any, power: Any, rate: Any, start: Any, weights: Any) -> Any:
    """The mixture of ``I_y(a + k, b)``; ``power`` is ``y^a``, ``rest`` is ``1 - y``, and ``weights`` all weights."""
    first = power * rest**b * (a + b).gamma() * (a + 1).rgamma() * b.rgamma()
    terms = first, lambda k: y * (a + b + k) / (a + k + 1), lambda k: abs(y) * (1 + abs(b - 1) / (a.real + k + 1))
    if abs(y) < HALF:
        return _near(*terms, rate, start)
    return _far(*terms, rate, start, 1 - rest.beta_lower(b, a, 1), weights)


def _positive(*x: Any) -> bool:
    return all(v.real > 0 for v in x)


def _density(x: Any, df: Any, nc: Any) -> Any:
    """That of the non-central chi-square distribution, by Bessel's function as 0F1, DLMF 10.39.9."""
    half = df / 2
    return exp((half - 1) * log(x / 2) - (x + nc) / 2 - lgamma(half)) / 2 * hyp0f1(half, nc * x / 4)


def _mixed(first: Any, rate: Any, count: int, terms: Callable[[Any, int], Any]) -> Iterator[Any]:
    """The coefficients of a mixture in powers of its argument, without the first power, ``first``.

    Of ``k + n`` they are ``terms(first + k, n)`` times the k-th weight, over ``first + k + n``.
    """
    for total in range(count):
        parts = (rate**k * terms(first + k, total - k) / arb.fac_ui(k) for k in range(total + 1))
        yield (-rate).exp() * sum(parts, balls.ZERO) / (first + total)


def _chi_square_from_zero(x: Any, df: Any, nc: Any) -> Any:
    """Term by term from DLMF 8.7.1."""
    half, rate = df.ball / 2, nc.ball / 2

    def terms(a: Any, n: int) -> Any:
        return (-1) ** n * a.rgamma() / arb.fac_ui(n)

    return power(x / 2, df / 2) * (x / 2).small(lambda count: _mixed(half, rate, count, terms))


def _beta_from_zero(a: Any, b: Any, rate: Any, y: Any) -> Any:
    """Term by term from DLMF 8.17.7."""
    first, second = a.ball, b.ball

    def terms(a: Any, n: int) -> Any:
        return (1 - second).rising(n) / arb.fac_ui(n) * (a + second).gamma() * a.rgamma() * second.rgamma()

    return power(y, a) * y.small(lambda count: _mixed(first, rate.ball, count, terms))


chndtr: Primitive = analytic_row(
    "chndtr",
    "the non-central chi-square distribution function: x, degrees of freedom, non-centrality",
    on_reals(lambda x, df, nc: _of_gamma(df / 2, x / 2, nc / 2)),
    {0: lambda x, df, nc, _: _density(x, df, nc), 2: lambda x, df, nc, _: -_density(x, df + 2, nc)},
    arity=3,
    analytic=lambda x, df, nc: _positive(x, df),
    outside=lambda x, df, nc: x < 0 or df <= 0 or nc < 0,
    at_edge=lambda x, df, nc: x.contains(0) or nc.contains(0),
    settled=((0, 0, 0),),
    elsewhere=_chi_square_from_zero,
    numpy="scipy.special.chndtr",
    sympy=Without("SymPy has no closed form of chndtr"),
    sympy_rule=False,
    ulps=10,
)


@composite(
    torch=Without("torch has no marcumq"), numpy=lambda m, a, b: resolve("scipy.stats.ncx2.sf")(b * b, 2 * m, a * a)
)
def marcumq(m: Any, a: Any, b: Any) -> Any:
    """Marcum's Q of a positive order m: what the non-central chi-square distribution has beyond b^2."""
    return 1 - chndtr(b * b, 2 * m, a * a)


def _non_central_beta(a: Any, b: Any, rate: Any, y: Any) -> Any:
    return acb(0) if y.is_zero() else _of_beta(a, b, y, 1 - y, (a * y.log()).exp(), rate, _ONE, _ONE)


noncentral_beta_of: Primitive = analytic_row(
    "noncentral_beta_of",
    "the non-central beta distribution function: a, b, the mean of Poisson's weights, and y",
    on_reals(_non_central_beta),
    {
        2: lambda a, b, rate, y, v: noncentral_beta_of(a + 1, b, rate, y) - v,
        3: lambda a, b, rate, y, _: (
            exp((a - 1) * log(y) + (b - 1) * log1p(-y) - betaln(a, b) - rate) * hyp1f1(a + b, a, rate * y)
        ),
    },
    arity=4,
    analytic=lambda a, b, rate, y: _positive(a, b, y, 1 - y),
    outside=lambda a, b, rate, y: a <= 0 or b <= 0 or rate < 0 or y < 0 or y >= 1,
    at_edge=lambda a, b, rate, y: y.contains(0) or rate.contains(0),
    settled=((3, 0, 0),),
    elsewhere=_beta_from_zero,
    numpy=lambda a, b, rate, y: resolve("scipy.special.ncfdtr")(2 * a, 2 * b, 2 * rate, b * y / (a * (1 - y))),
    sympy=Without("SymPy has no closed form of noncentral_beta_of"),
    sympy_rule=False,
    ulps=10,
)


@composite(torch=Without("torch has no ncfdtr"), numpy="scipy.special.ncfdtr")
def ncfdtr(dfn: Any, dfd: Any, nc: Any, f: Any) -> Any:
    """Fisher's non-central distribution function of two numbers of degrees of freedom and a non-centrality."""
    return noncentral_beta_of(dfn / 2, dfd / 2, nc / 2, dfn * f / (dfd + dfn * f))


def _non_central_student(df: Any, nc: Any, t: Any) -> Any:
    """By two mixtures of beta distributions, the first one odd in t (Johnson and Kotz 1970, chapter 31)."""
    square, b, rate = df + t * t, df / 2, nc * nc / 2
    y, rest = t * t / square, df / square
    sign = -1 if t.real < 0 else 1
    if abs(y) >= HALF and not sign * t.real > 0:
        return acb(arb.nan())
    odd = sign * _of_beta(acb(HALF), b, y, rest, sign * t / square.sqrt(), rate, _ONE, _ONE)
    weights = 2 / arb.const_sqrt_pi() * (-rate).hypgeom_1f1(HALF, 3 * HALF)
    even = _of_beta(_ONE, b, y, rest, y, rate, acb(3 * HALF), weights)
    root = arb(2).sqrt()
    return ((nc / root).erfc() + odd + nc / root * even) / 2


nctdtr = analytic_row(
    "nctdtr",
    "Student's non-central distribution function: degrees of freedom, non-centrality, t",
    on_reals(_non_central_student),
    arity=3,
    analytic=lambda df, nc, t: _positive(df, df + t * t, df / (df + t * t)),
    outside=lambda df, nc, t: df <= 0,
    numpy="scipy.special.nctdtr",
    sympy=Without("SymPy has no closed form of nctdtr"),
    sympy_rule=False,
    ulps=220,
)
