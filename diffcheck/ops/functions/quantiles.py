"""Inverses of the incomplete gamma and beta functions and of Student's distribution: quantiles of distributions.

A value is certified by its function, which rises or falls: on one side of it that is too small, on the other too large.
"""

from collections.abc import Callable
from typing import Any

from flint import arb, ctx

from diffcheck.ops.composites import composite
from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures import balls, series
from diffcheck.ops.functions.distributions import density_of_t, stdtr
from diffcheck.ops.functions.elementary import exp, log, log1p
from diffcheck.ops.functions.gamma import betainc, betaincc, betaln, gammainc, gammaincc
from diffcheck.ops.functions.pieces import floor
from diffcheck.ops.functions.special import lgamma
from diffcheck.ops.table import Function, Primitive, Without

# Each step of Newton's method doubles the digits, which a double has 16 of; the first ones may have to come near.
_STEPS = 40
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


def _outside(*x: Any) -> bool:
    *parameters, y = x
    return any(a <= 0 for a in parameters) or y <= 0 or y >= 1


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
    name: str, doc: str, of: Primitive, enclosure: Function, density: Function, slope: Function, ulps: int
) -> Primitive:
    """The row of an inverse.

    Parameters
    ----------
    density, slope:
        How the function itself moves with its last argument: on balls, and by operations.
    """
    return Primitive(
        name=name,
        doc=f"the inverse of {of.name}: {doc}",
        numpy=f"scipy.special.{name}",
        torch=Without(f"torch has no {name}"),
        sympy=Without(f"SymPy has no closed form of {name}"),
        sympy_rule=False,
        arb=enclosure,
        series=_series(enclosure, of, density),
        forms=_forms(of, slope),
        outside=_outside,
        ulps=ulps,
    )


gammaincinv = _inverse(
    "gammaincinv", "the x at which P(a, x) is y", gammainc, _gammaincinv, _density_of_gamma, _slope_of_p, 8
)
gammainccinv = _inverse(
    "gammainccinv",
    "the x at which Q(a, x) is y",
    gammaincc,
    _gammainccinv,
    lambda a, x: -_density_of_gamma(a, x),
    lambda a, x: -_slope_of_p(a, x),
    24,
)
betaincinv = _inverse(
    "betaincinv", "the x at which I_x(a, b) is y", betainc, _betaincinv, _density_of_beta, _slope_of_i, 8
)
betainccinv = _inverse(
    "betainccinv",
    "the x at which 1 - I_x(a, b) is y",
    betaincc,
    _betainccinv,
    lambda a, b, x: -_density_of_beta(a, b, x),
    lambda a, b, x: -_slope_of_i(a, b, x),
    8,
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
