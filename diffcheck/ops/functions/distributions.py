"""Distribution functions of statistics, Owen's T, Voigt's profile, and two inverses of logarithms and exponentials."""

from typing import Any

from flint import acb, arb, ctx

from diffcheck.ops.composites import composite
from diffcheck.ops.enclosures import balls, series
from diffcheck.ops.enclosures import of_special as special_enclosures
from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.enclosures.balls import HALF
from diffcheck.ops.exact import pi
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.elementary import exp, log1p
from diffcheck.ops.functions.gamma import betainc, gammainc, gammaincc
from diffcheck.ops.functions.special import erf, lgamma, log_ndtr
from diffcheck.ops.table import Primitive, Without


@composite(torch=Without("torch has no chdtr"), numpy="scipy.special.chdtr")
def chdtr(v: Any, x: Any) -> Any:
    """The chi-square distribution function of v degrees of freedom."""
    return gammainc(v / 2, x / 2)


@composite(torch=Without("torch has no chdtrc"), numpy="scipy.special.chdtrc")
def chdtrc(v: Any, x: Any) -> Any:
    """1 less the chi-square distribution function of v degrees of freedom."""
    return gammaincc(v / 2, x / 2)


@composite(torch=Without("torch has no fdtr"), numpy="scipy.special.fdtr")
def fdtr(dfn: Any, dfd: Any, x: Any) -> Any:
    """The distribution function of Fisher's F of two numbers of degrees of freedom."""
    return betainc(dfn / 2, dfd / 2, dfn * x / (dfd + dfn * x))


@composite(torch=Without("torch has no fdtrc"), numpy="scipy.special.fdtrc")
def fdtrc(dfn: Any, dfd: Any, x: Any) -> Any:
    """1 less the distribution function of Fisher's F."""
    return betainc(dfd / 2, dfn / 2, dfd / (dfd + dfn * x))


@composite(torch=Without("torch has no gdtr"), numpy="scipy.special.gdtr")
def gdtr(a: Any, b: Any, x: Any) -> Any:
    """The gamma distribution function of rate a and shape b."""
    return gammainc(b, a * x)


@composite(torch=Without("torch has no gdtrc"), numpy="scipy.special.gdtrc")
def gdtrc(a: Any, b: Any, x: Any) -> Any:
    """1 less the gamma distribution function of rate a and shape b."""
    return gammaincc(b, a * x)


def density_of_t(df: Any, t: Any) -> Any:
    """The density of Student's distribution."""
    halved = lgamma((df + 1) / 2) - lgamma(df / 2) - (df + 1) / 2 * log1p(t * t / df)
    return exp(halved) / sqrt(pi * df)


def _student(df: Any, t: Any) -> Any:
    """Left of -1 by the incomplete beta function, DLMF 8.17; else by a hypergeometric one, an odd function of t."""
    square = t * t / df
    if t.real < -1:
        return (1 / (1 + square)).beta_lower(df / 2, HALF, 1) / 2
    beside = (-square).hypgeom_2f1(HALF, (df + 1) / 2, 3 * HALF)
    scale = (((df + 1) / 2).lgamma() - (df / 2).lgamma()).exp() / (arb.pi() * df).sqrt()
    return HALF + t * scale * beside


def _student_is_analytic(df: Any, t: Any) -> bool:
    """Right of the roots of the square, which is above -1."""
    return bool(df.real > 0 and (1 + t * t / df).real > 0)


stdtr = analytic_row(
    "stdtr",
    "Student's distribution function of df degrees of freedom",
    _student,
    {1: lambda df, t, _: density_of_t(df, t)},
    arity=2,
    analytic=_student_is_analytic,
    outside=lambda df, t: df <= 0,
    numpy="scipy.special.stdtr",
    sympy=lambda sympy, df, t: (
        sympy.Rational(1, 2)
        + t
        * sympy.gamma((df + 1) / 2)
        / (sympy.sqrt(sympy.pi * df) * sympy.gamma(df / 2))
        * sympy.hyper((sympy.Rational(1, 2), (df + 1) / 2), (sympy.Rational(3, 2),), -(t**2) / df)
    ),
    ulps=8,
)


def _ndtri_exp(y: Any) -> Any:
    """By the smaller one of the two probabilities."""
    root = arb(2).sqrt()
    return -root * (2 * y.exp()).erfcinv() if y < -1 else root * (-2 * y.expm1()).erfcinv()


def _series_of_ndtri_exp(y: Any) -> Any:
    """With ``x' = g = sqrt(2 pi) exp(y + x^2 / 2)`` it is ``g' = g + x g^2``."""
    x = [_ndtri_exp(y[0])]
    g = [(2 * arb.pi()).sqrt() * (y[0] + x[0] * x[0] / 2).exp()]
    squares: list[Any] = []
    for k in range(y.prec):
        x.append(g[k] / (k + 1))
        squares.append(sum((g[i] * g[k - i] for i in range(k + 1)), balls.ZERO))
        g.append((g[k] + sum((x[i] * squares[k - i] for i in range(k + 1)), balls.ZERO)) / (k + 1))
    return series.composed(x, y)


ndtri_exp = Primitive(
    name="ndtri_exp",
    doc="the inverse of log_ndtr: the quantile of the normal distribution whose probability has the logarithm y",
    numpy="scipy.special.ndtri_exp",
    torch=Without("torch has no ndtri_exp"),
    sympy=lambda sympy, y: -sympy.sqrt(2) * sympy.erfcinv(2 * sympy.exp(y)),
    arb=_ndtri_exp,
    series=_series_of_ndtri_exp,
    outside=lambda y: y >= 0,
    forms=((lambda _, x: sqrt(2 * pi) * exp(x * x / 2 + log_ndtr(x)),),),
    ulps=4,
)


def _wright(x: Any) -> Any:
    return x.exp().lambertw()


wrightomega = Primitive(
    name="wrightomega",
    doc="Wright's omega function, the w of w + ln(w) = x",
    numpy="scipy.special.wrightomega",
    torch=Without("torch has no wrightomega"),
    sympy=lambda sympy, x: sympy.LambertW(sympy.exp(x)),
    arb=_wright,
    series=lambda x: _series_of_wright(x),
    forms=((lambda _, w: w / (1 + w),),),
    ulps=2,
)


def _series_of_wright(x: Any) -> Any:
    """By its slope: ``w' (1 + w) = w``."""
    w = [_wright(x[0])]
    for k in range(x.prec):
        past = sum((i * w[i] * w[k + 1 - i] for i in range(1, k + 1)), balls.ZERO)
        w.append((w[k] - past) / ((k + 1) * (1 + w[0])))
    return series.composed(w, x)


def _tail(x: Any) -> Any:
    """What the normal distribution has beyond x."""
    return special_enclosures.ndtr(-x)


def _owens_t(h: Any, a: Any) -> Any:
    """By an integral whose range is cut where what is left of it is below the working precision.

    Of an a above 1 by that of its reciprocal (Owen 1956, 2.3), the tails in place of the distribution.
    """
    if a < 0:
        return -_owens_t(h, -a)
    h = balls.magnitude(h)
    if a > 1:
        return (_tail(h) + _tail(h * a)) / 2 - _tail(h) * _tail(h * a) - _owens_t(h * a, 1 / a)
    reach, far = h * a, (arb(2) * ctx.prec).sqrt() + 4
    part, left = (far / reach, (-far * far / 2).exp()) if reach > far else (arb(1), balls.ZERO)
    span, turn = part * reach, part * a
    found = acb.integral(lambda t, _: (-((span * t) ** 2) / 2).exp() / (1 + (turn * t) ** 2), 0, 1).real
    # Beyond the cut the density stays below exp(-far t), times a.
    beyond = arb(0, (a * left).upper())
    return (-h * h / 2).exp() / (2 * arb.pi()) * (turn * found + beyond)


def _series_of_owens_t(h: Any, a: Any) -> Any:
    """The integral of what both slopes give along the ray."""
    by_h = -(-h * h / 2).exp() * (h * a / arb(2).sqrt()).erf() / (8 * arb.pi()).sqrt()
    by_a = (-h * h * (1 + a * a) / 2).exp() / (2 * arb.pi() * (1 + a * a))
    return series.beginning(_owens_t(h[0], a[0]), (by_h * h.derivative() + by_a * a.derivative()).integral())


owens_t = Primitive(
    name="owens_t",
    doc="Owen's T function: the integral of exp(-h^2 (1 + t^2) / 2) / (1 + t^2) from 0 to a, over 2 pi",
    numpy="scipy.special.owens_t",
    torch=Without("torch has no owens_t"),
    sympy=Without("SymPy has no closed form of owens_t"),
    sympy_rule=False,
    arb=_owens_t,
    series=_series_of_owens_t,
    forms=(
        (lambda h, a, _: -exp(-h * h / 2) * erf(h * a / sqrt(2)) / sqrt(8 * pi),),
        (lambda h, a, _: exp(-h * h * (1 + a * a) / 2) / (2 * pi * (1 + a * a)),),
    ),
    ulps=6,
)


def scaled_erfc(t: Any) -> Any:
    """``exp(t^2) erfc(t)``; far right by ``U(1/2, 1/2, t^2) / sqrt(pi)``, DLMF 7.11.5, which does not overflow."""
    square = t * t
    if t.real > 0 and balls.magnitude(t) > 4:
        return square.hypgeom_u(HALF, HALF) / arb.const_sqrt_pi()
    return square.exp() * t.erfc()


def _voigt(x: Any, sigma: Any, gamma: Any) -> Any:
    """By w(z) = exp(-z^2) erfc(-i z), DLMF 7.19: its real part is half the sum for x and -x, an entire function."""
    i, root = acb(0, 1), sigma * arb(2).sqrt()
    both = scaled_erfc((gamma - i * x) / root) + scaled_erfc((gamma + i * x) / root)
    return both / (2 * sigma * (2 * arb.pi()).sqrt())


voigt_profile = analytic_row(
    "voigt_profile",
    "Voigt's profile: the density of a normal variable of deviation sigma plus a Cauchy variable of width gamma",
    on_reals(_voigt),
    arity=3,
    outside=lambda x, sigma, gamma: sigma <= 0 or gamma < 0,
    at_edge=lambda x, sigma, gamma: gamma.contains(0),
    numpy="scipy.special.voigt_profile",
    sympy=Without("SymPy has no closed form of voigt_profile"),
    sympy_rule=False,
    ulps=40,
)


def _kolmogorov(x: Any) -> Any:
    """By one of two sums of exponentials of squares, of which the other one is the transform."""
    square = x * x
    if x.real > 1:
        return 2 * _alternating(-2 * square)
    waves = _odd_squares(-(arb.pi() ** 2) / (8 * square))
    return 1 - (2 * arb.pi()).sqrt() / x * waves


def _terms(exponent: Any) -> int:
    """So many that ``exp(n^2 t)`` is below the working precision beside ``exp(t)``; 0 where t may not be negative."""
    least = float((-exponent.real).lower())
    return int((ctx.prec / least) ** 0.5) + 2 if least > 0 else 0


def _alternating(t: Any) -> Any:
    """The sum of ``(-1)^(k - 1) exp(k^2 t)`` over k = 1, 2 ...; its rest is below the next term over ``1 - exp(t)``."""
    count = _terms(t)
    total = sum(((-1) ** (k - 1) * (k * k * t).exp() for k in range(1, count + 1)), acb(0))
    return total + _rest((count + 1) ** 2, t) if count else acb(arb.nan())


def _odd_squares(t: Any) -> Any:
    """The sum of ``exp(k^2 t)`` over k = 1, 3, 5 ..."""
    count = _terms(t)
    total = sum(((k * k * t).exp() for k in range(1, 2 * count, 2)), acb(0))
    return total + _rest((2 * count + 1) ** 2, t) if count else acb(arb.nan())


def _rest(square: int, t: Any) -> Any:
    bound = ((square * t.real).exp() / (1 - t.real.exp())).upper()
    return acb(arb(0, bound), arb(0, bound))


kolmogorov = analytic_row(
    "kolmogorov",
    "what Kolmogorov's distribution has beyond a positive x: twice the sum of (-1)^(k - 1) exp(-2 k^2 x^2)",
    on_reals(_kolmogorov),
    analytic=lambda x: x.real > 0 and (x * x).real > 0,
    outside=lambda x: x <= 0,
    numpy="scipy.special.kolmogorov",
    sympy=Without("SymPy has no closed form of kolmogorov"),
    sympy_rule=False,
    ulps=1,
)
