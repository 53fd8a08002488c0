"""Inverses of the incomplete gamma and beta functions and of Student's distribution: quantiles of distributions.

A value is certified by its function, which rises or falls: on one side of it that is too small, on the other too large.
"""

import functools
import inspect
from collections.abc import Callable, Container, Mapping
from types import MappingProxyType
from typing import Any

from flint import arb, ctx

from diffcheck.ops.composites import composite
from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures import balls, series
from diffcheck.ops.functions.basic import power
from diffcheck.ops.functions.distributions import density_of_t, stdtr
from diffcheck.ops.functions.elementary import exp, log, log1p
from diffcheck.ops.functions.gamma import beta, betainc, betaincc, betaln, gamma, gammainc, gammaincc
from diffcheck.ops.functions.hypergeometric import hyp1f1, hyp2f1
from diffcheck.ops.functions.pieces import floor
from diffcheck.ops.functions.special import lgamma
from diffcheck.ops.table import Function, Primitive, Without

# Each step of Newton's method doubles the digits, which a double has 16 of; the first ones may have to come near.
_STEPS = 40
_NO_ENDS: Mapping[int, int] = MappingProxyType({})
# Below this one term of the series in x is near enough to begin with.
_LEAST = arb((1, -40))


def _density_of_gamma(a: Any, x: Any) -> Any:
    return ((a - 1) * x.log() - x - a.lgamma()).exp()


def _density_of_beta(a: Any, b: Any, x: Any) -> Any:
    return ((a - 1) * x.log() + (b - 1) * (1 - x).log() - a.lgamma() - b.lgamma() + (a + b).lgamma()).exp()


def _certified(function: Function, density: Function, start: Any, y: Any) -> Any:
    """The positive x at which a rising function is y: by Newton's method for ln(x), then on both sides of it."""
    x = start
    for _ in range(_STEPS):
        move = ((function(x) - y) / (density(x) * x)).mid()
        if not move.is_finite():
            return series.NAN
        x = (x * (-_kept(move)).exp()).mid()
        if balls.magnitude(move) < arb((1, 4 - ctx.prec)):
            break
    missed = balls.magnitude(function(x) - y).upper()
    off = (2 * missed / density(x)).upper() + x * arb((1, 8 - ctx.prec))
    below, above = (x - off).lower(), (x + off).upper()
    return below.union(above) if below > 0 and function(below) < y and y < function(above) else series.NAN


def _kept(move: Any) -> Any:
    """No step leaves more than three binades, or what is far from the end would jump over it."""
    return balls.magnitude(move).min(arb(2)) * move.sgn()


def _start(name: str, near_zero: Any, *x: Any) -> Any:
    """SciPy's, or near zero, where it may be no double, that by the first term of the series."""
    if near_zero < _LEAST:
        return near_zero.mid()
    return arb(float(resolve(f"scipy.special.{name}")(*(float(v.mid()) for v in x))))


def _small(a: Any, y: Any) -> Any:
    """Where P is nearly ``x^a / Gamma(a + 1)``, DLMF 8.7.1."""
    return ((y.log() + (a + 1).lgamma()) / a).exp()


def _gammaincinv(a: Any, y: Any) -> Any:
    start, lower = _start("gammaincinv", _small(a, y), a, y), gammainc.on_balls()
    return _certified(lambda x: lower(a, x), lambda x: _density_of_gamma(a, x), start, y)


def _gammainccinv(a: Any, y: Any) -> Any:
    start, upper = _start("gammainccinv", _small(a, 1 - y), a, y), gammaincc.on_balls()
    return _certified(lambda x: -upper(a, x), lambda x: _density_of_gamma(a, x), start, -y)


def _betaincinv(a: Any, b: Any, y: Any) -> Any:
    """By the smaller one of x and 1 - x, DLMF 8.17.4."""
    if betainc.on_balls()(a, b, balls.HALF) < y:
        return 1 - _smaller(b, a, 1 - y)
    return _smaller(a, b, y)


def _betainccinv(a: Any, b: Any, y: Any) -> Any:
    """One less the betaincinv of exchanged parameters, again by the smaller one."""
    if betainc.on_balls()(b, a, balls.HALF) < y:
        return _smaller(a, b, 1 - y)
    return 1 - _smaller(b, a, y)


def _smaller(a: Any, b: Any, y: Any) -> Any:
    near_zero = ((y.log() + a.log() + a.lgamma() + b.lgamma() - (a + b).lgamma()) / a).exp()
    start, beta = _start("betaincinv", near_zero, a, b, y), betainc.on_balls()
    return _certified(lambda x: beta(a, b, x), lambda x: _density_of_beta(a, b, x), start, y)


def _stdtrit(df: Any, p: Any) -> Any:
    """By what ``df / (df + t^2)`` is in the tails, by what is left of it in the middle; it rises, an odd function."""
    if p.contains(balls.HALF):
        return balls.ZERO if p.is_exact() else _stdtrit(df, p.lower()).union(_stdtrit(df, p.upper()))
    if p > balls.HALF:
        return -_stdtrit(df, 1 - p)
    if 4 * p < 1:
        part = _betaincinv(df / 2, balls.HALF, 2 * p)
        return -(df * (1 - part) / part).sqrt()
    left = _betaincinv(balls.HALF, df / 2, 1 - 2 * p)
    return -(df * left / (1 - left)).sqrt()


def _density_of_student(df: Any, t: Any) -> Any:
    half = (df + 1) / 2
    return (half.lgamma() - (df / 2).lgamma() - half * (t * t / df).log1p()).exp() / (arb.pi() * df).sqrt()


def _series(value: Function, row: Primitive, density: Function) -> Function:
    """The series whose function is the last argument's, one coefficient after the other."""

    def expanded(*x: Any) -> Any:
        *parameters, y = x
        size = min(s.prec for s in x)
        start = value(*(s[0] for s in x))
        slope = density(*(s[0] for s in parameters), start)
        return series.implicit(lambda t: row.on_series()(*parameters, t), start, slope, y, size)

    return expanded


def _of_gamma_from_zero(a: Any, y: Any) -> Any:
    """The x at which P(a, x) is y near zero, from ``x^a`` times an analytic function, DLMF 8.5.1."""
    known = y * gamma(a + 1)
    return power(known, 1 / a).fixed_point(lambda x: power(known * exp(x) / hyp1f1(1, a + 1, x), 1 / a))


def _of_beta_from_zero(a: Any, b: Any, y: Any) -> Any:
    """The x at which I_x(a, b) is y near zero, DLMF 8.17.8."""
    known = y * a * beta(a, b)

    def step(x: Any) -> Any:
        return power(known / (power(1 - x, b) * hyp2f1(a + b, 1, a + 1, x)), 1 / a)

    return power(known, 1 / a).fixed_point(step)


def _of_beta_from_an_end(a: Any, b: Any, y: Any) -> Any:
    return 1 - _of_beta_from_zero(b, a, 1 - y) if y > balls.HALF else _of_beta_from_zero(a, b, y)


def _outside(ends: Container[int], *x: Any) -> bool:
    *parameters, y = x
    below = y < 0 if 0 in ends else y <= 0
    beyond = y > 1 if 1 in ends else y >= 1
    return any(a <= 0 for a in parameters) or below or beyond


def _with_ends(enclosure: Function, ends: Mapping[int, int]) -> Function:
    """The enclosure, and at these ends the numbers themselves."""

    def enclosed(*x: Any) -> Any:
        known = [arb(value) for end, value in ends.items() if x[-1] == end]
        return known[0] if known else enclosure(*x)

    return enclosed


def _forms(of: Primitive, density: Function) -> Callable[[int], tuple[Function, ...]]:
    """The slopes: by y that of the inverse, by a parameter what the function itself moves by, over its density."""
    slope = Primitive.rows[f"{of.name}_slope"]

    def form(position: int) -> tuple[Function, ...]:
        def by(*x: Any) -> Any:
            *parameters, _, value = x
            if position == len(parameters):
                return 1 / density(*parameters, value)
            orders = [int(k == position) for k in range(len(parameters) + 1)]
            return -slope(*orders, *parameters, value) / density(*parameters, value)

        return (by,)

    return form


def _slope_of_p(a: Any, x: Any) -> Any:
    return exp((a - 1) * log(x) - x - lgamma(a))


def _slope_of_i(a: Any, b: Any, x: Any) -> Any:
    return exp((a - 1) * log(x) + (b - 1) * log1p(-x) - betaln(a, b))


def _inverse(
    name: str,
    doc: str,
    of: Primitive,
    enclosure: Function,
    density: Function,
    slope: Function,
    ulps: int,
    ends: Mapping[int, int] = _NO_ENDS,
    elsewhere: Function | None = None,
) -> Primitive:
    """The row of an inverse.

    Parameters
    ----------
    density, slope:
        How the function itself moves with its last argument: on balls, and by operations.
    ends:
        Those of 0 and 1 at which the inverse is finite, and what it is there; ``elsewhere`` is the inverse near them.
    """
    place = len(inspect.signature(density).parameters) - 1
    enclosed = _with_ends(enclosure, ends)
    return Primitive(
        name=name,
        doc=f"the inverse of {of.name}: {doc}",
        numpy=f"scipy.special.{name}",
        torch=Without(f"torch has no {name}"),
        sympy=Without(f"SymPy has no closed form of {name}"),
        sympy_rule=False,
        arb=enclosed,
        series=_series(enclosed, of, density),
        forms=_forms(of, slope),
        outside=functools.partial(_outside, ends),
        at_edge=lambda *x: any(x[-1].contains(end) for end in ends),
        settled=tuple((place, end, value) for end, value in ends.items()),
        elsewhere=elsewhere,
        ulps=ulps,
    )


gammaincinv = _inverse(
    "gammaincinv",
    "the x at which P(a, x) is y",
    gammainc,
    _gammaincinv,
    _density_of_gamma,
    _slope_of_p,
    8,
    {0: 0},
    _of_gamma_from_zero,
)
gammainccinv = _inverse(
    "gammainccinv",
    "the x at which Q(a, x) is y",
    gammaincc,
    _gammainccinv,
    lambda a, x: -_density_of_gamma(a, x),
    lambda a, x: -_slope_of_p(a, x),
    24,
    {1: 0},
    lambda a, y: _of_gamma_from_zero(a, 1 - y),
)
betaincinv = _inverse(
    "betaincinv",
    "the x at which I_x(a, b) is y",
    betainc,
    _betaincinv,
    _density_of_beta,
    _slope_of_i,
    8,
    {0: 0, 1: 1},
    _of_beta_from_an_end,
)
betainccinv = _inverse(
    "betainccinv",
    "the x at which 1 - I_x(a, b) is y",
    betaincc,
    _betainccinv,
    lambda a, b, x: -_density_of_beta(a, b, x),
    lambda a, b, x: -_slope_of_i(a, b, x),
    8,
    {0: 1, 1: 0},
    lambda a, b, y: _of_beta_from_an_end(a, b, 1 - y),
)
stdtrit = _inverse(
    "stdtrit",
    "the t below which Student's distribution of df degrees of freedom has the probability p",
    stdtr,
    _stdtrit,
    _density_of_student,
    density_of_t,
    36,
)


@composite(torch=Without("torch has no chdtri"), numpy="scipy.special.chdtri")
def chdtri(v: Any, p: Any) -> Any:
    """The x beyond which the chi-square distribution of v degrees of freedom has the probability p."""
    return 2 * gammainccinv(v / 2, p)


@composite(torch=Without("torch has no fdtri"), numpy="scipy.special.fdtri")
def fdtri(dfn: Any, dfd: Any, p: Any) -> Any:
    """The x below which Fisher's distribution has the probability p."""
    return dfd * betaincinv(dfn / 2, dfd / 2, p) / (dfn * betainccinv(dfd / 2, dfn / 2, p))


@composite(torch=Without("torch has no gdtrix"), numpy="scipy.special.gdtrix")
def gdtrix(a: Any, b: Any, p: Any) -> Any:
    """The x below which the gamma distribution of rate a and shape b has the probability p."""
    return gammaincinv(b, p) / a


@composite(torch=Without("torch has no pdtri"), numpy="scipy.special.pdtri")
def pdtri(k: Any, y: Any) -> Any:
    """The mean for which a Poisson variable is k at most with the probability y."""
    return gammainccinv(floor(k) + 1, y)
