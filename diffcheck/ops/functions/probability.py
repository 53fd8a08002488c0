"""Scaled error functions and quantiles, logits, entropies, and logarithms of sums."""

from typing import Any

from diffcheck.ops.composites import composite
from diffcheck.ops.enclosures import balls, series
from diffcheck.ops.enclosures import of_special as special_enclosures
from diffcheck.ops.exact import pi
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.elementary import exp, log, log1p
from diffcheck.ops.functions.pieces import clip
from diffcheck.ops.functions.relations import eq, logical_and, where
from diffcheck.ops.functions.special import xlogy
from diffcheck.ops.on_arrays.along import logsumexp_of
from diffcheck.ops.table import Primitive, Without

erfcx = analytic_row(
    "erfcx",
    "exp(x^2) erfc(x), without the overflow",
    special_enclosures.erfcx,
    {0: lambda x, v: 2 * x * v - 2 / sqrt(pi)},
    numpy="scipy.special.erfcx",
    torch="torch.special.erfcx",
    aten="special_erfcx",
    sympy=lambda sympy, x: sympy.exp(x**2) * sympy.erfc(x),
    ulps=5,
)
erfcinv = Primitive(
    name="erfcinv",
    doc="inverse of 1 - erf(x)",
    numpy="scipy.special.erfcinv",
    torch=Without("torch has no inverse of erfc"),
    sympy="sympy.erfcinv",
    arb="erfcinv",
    series=special_enclosures.series_of_erfcinv,
    outside=lambda x: x <= 0 or x >= 2,
    forms=((lambda _, v: -sqrt(pi) / 2 * exp(v * v),),),
    ulps=4,
)
ndtri = Primitive(
    name="ndtri",
    doc="inverse of the normal distribution function",
    numpy="scipy.special.ndtri",
    torch="torch.special.ndtri",
    aten="special_ndtri",
    sympy=lambda sympy, x: -sympy.sqrt(2) * sympy.erfcinv(2 * x),
    arb=special_enclosures.ndtri,
    series=special_enclosures.series_of_ndtri,
    outside=lambda x: x <= 0 or x >= 1,
    forms=((lambda _, v: sqrt(2 * pi) * exp(v * v / 2),),),
    ulps=3,
)


def _logit(x: Any, eps: float | None = None) -> Any:
    """Of numbers kept away from the ends, if it is told how far."""
    return logit(x if eps is None else clip(x, eps, 1 - eps))


logit: Primitive = Primitive(
    name="logit",
    doc="ln(x / (1 - x)), the inverse of sigmoid",
    numpy="scipy.special.logit",
    with_options=_logit,
    torch="torch.logit",
    sympy=lambda sympy, x: sympy.log(x / (1 - x)),
    arb=lambda x: (x / (1 - x)).log(),
    outside=lambda x: x <= 0 or x >= 1,
    elsewhere=lambda x: log(x / (1 - x)),
    formula=lambda x: log(x / (1 - x)),
    forms=((lambda x, _: 1 / (x * (1 - x)),),),
    ulps=1,
)
xlog1py = Primitive(
    name="xlog1py",
    doc="x ln(1 + y), and 0 for x = 0",
    numpy="scipy.special.xlog1py",
    torch="torch.special.xlog1py",
    aten="special_xlog1py",
    sympy=lambda sympy, x, y: x * sympy.log(1 + y),
    arb=lambda x, y: balls.ZERO if x.is_zero() else x * y.log1p(),
    series=lambda x, y: series.xlogy(x, 1 + y),
    gives_back=lambda x, _: (0, False) if x == 0 else None,
    forms=((lambda _, y, __: log1p(y),), (lambda x, y, _: x / (1 + y),)),
    ulps=2,
    outside=lambda x, y: y <= -1 and (x < 0 or x > 0),
    at_edge=lambda x, y: x.contains(0) and not y > -1,
    elsewhere=lambda x, y: x * log(1 + y),
    formula=lambda x, y: x * log(1 + y),
    vanishes_with=0,
)


@composite(torch="torch.special.entr", numpy="scipy.special.entr", aten="special_entr")
def entr(x: Any) -> Any:
    """-x ln(x), and 0 for x = 0."""
    return -xlogy(x, x)


@composite(torch=Without("torch has no rel_entr"), numpy="scipy.special.rel_entr")
def rel_entr(x: Any, y: Any) -> Any:
    """X ln(x / y) of a positive y, and 0 for x = 0, also where y is."""
    both = logical_and(eq(x, 0), eq(y, 0))
    return where(y > 0, xlogy(x, x / y), where(both, 0, log(y)))


@composite(torch="torch.logaddexp", numpy="numpy.logaddexp")
def logaddexp(x: Any, y: Any) -> Any:
    """ln(exp(x) + exp(y)), without the overflow."""
    return logsumexp_of(x, y)


@composite(torch="torch.logaddexp2", numpy="numpy.logaddexp2")
def logaddexp2(x: Any, y: Any) -> Any:
    """The logarithm to base 2 of 2^x + 2^y, without the overflow."""
    return logsumexp_of(x * log(2), y * log(2)) / log(2)
