"""Error functions, the gamma function's relatives, and logarithms that are exact at the ends."""

from typing import Any

import numpy as np
from flint import arb_series

from diffcheck.errors import Unsupported
from diffcheck.ops.composites import composite
from diffcheck.ops.enclosures import balls, series
from diffcheck.ops.enclosures import of_special as special_enclosures
from diffcheck.ops.exact import pi
from diffcheck.ops.functions.basic import power, sqrt
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.elementary import exp, log, log1p, sigmoid
from diffcheck.ops.functions.relations import where
from diffcheck.ops.orders import ANY, FROM_ZERO
from diffcheck.ops.table import Primitive

erf = Primitive(
    name="erf",
    doc="error function",
    numpy="scipy.special.erf",
    torch="torch.erf",
    aten="erf",
    sympy="sympy.erf",
    arb="erf",
    ulps=2,
    parity=-1,
)
erfc = Primitive(
    name="erfc",
    doc="1 - erf(x), without the cancellation",
    numpy="scipy.special.erfc",
    torch="torch.erfc",
    aten="erfc",
    sympy="sympy.erfc",
    arb=special_enclosures.erfc,
    series=special_enclosures.series_of_erfc,
    formula=lambda x: 1 - erf(x),
    ulps=2,
)
erfinv = Primitive(
    name="erfinv",
    doc="inverse of the error function",
    numpy="scipy.special.erfinv",
    torch="torch.erfinv",
    aten="erfinv",
    sympy="sympy.erfinv",
    arb="erfinv",
    series=special_enclosures.series_of_erfinv,
    outside=lambda x: balls.magnitude(x) >= 1,
    forms=((lambda x, value: sqrt(pi) / 2 * exp(value * value),),),
    ulps=4,
    parity=-1,
)


def _log_ndtr_slope(x: Any) -> Any:
    """The normal density over the normal distribution function."""
    return exp(-x * x / 2 - log_ndtr(x)) / sqrt(2 * pi)


log_ndtr = Primitive(
    name="log_ndtr",
    doc="logarithm of the normal distribution function",
    numpy="scipy.special.log_ndtr",
    torch="torch.special.log_ndtr",
    aten="special_log_ndtr",
    sympy=lambda sympy, x: sympy.log(sympy.erfc(-x / sympy.sqrt(2)) / 2),
    arb=special_enclosures.log_ndtr,
    series=special_enclosures.series_of_log_ndtr,
    ulps=4,
    forms=((lambda x, _: _log_ndtr_slope(x),),),
    formula=lambda x: log(erfc(-x / sqrt(2)) / 2),
)
lgamma = Primitive(
    name="lgamma",
    doc="ln |Gamma(x)|",
    numpy="scipy.special.gammaln",
    torch="torch.lgamma",
    aten="lgamma",
    sympy="sympy.loggamma",
    arb=special_enclosures.log_gamma,
    series=special_enclosures.series_of_log_gamma,
    outside=balls.is_pole_of_gamma,
    ulps=8,
)
digamma = Primitive(
    name="digamma",
    doc="the derivative of ln Gamma(x)",
    numpy="scipy.special.digamma",
    torch="torch.digamma",
    aten="digamma",
    sympy=lambda sympy, x: sympy.polygamma(0, x),
    arb="digamma",
    series=lambda x: special_enclosures.series_of_polygamma(arb_series([0]), x),
    outside=balls.is_pole_of_gamma,
    ulps=8,
)
polygamma = Primitive(
    name="polygamma",
    doc="the n-th derivative of digamma, n a whole number",
    rule_by=(0,),
    orders=(FROM_ZERO,),
    numpy="scipy.special.polygamma",
    torch=lambda torch, n, x: torch.special.polygamma(int(n), x),
    sympy="sympy.polygamma",
    arb=special_enclosures.polygamma,
    series=special_enclosures.series_of_polygamma,
    outside=lambda n, x: balls.is_pole_of_gamma(x),
    ulps=8,
)


def _bessel_numpy(n: Any, x: Any) -> Any:
    """SciPy's functions of the first two orders overflow early, and the one of any order fails near zero."""
    from scipy.special import i0, i1, iv

    own = (n == 0) | (n == 1)
    return np.where(own & (np.abs(x) < 700), np.where(n == 0, i0(x), i1(x)), iv(n, x))


def _bessel_torch(torch: Any, n: Any, x: Any) -> Any:
    if n not in (0, 1):
        raise Unsupported(f"torch has no modified Bessel function of order {float(n):g}")
    return (torch.special.i0, torch.special.i1)[int(n)](x)


def from_zero(n: Any, x: Any, sign: int) -> Any:
    """The Bessel function I, of the other sign J, as a power times an entire function (DLMF 10.16.9 and 10.39.9)."""
    entire = Primitive.rows["hyp0f1"](n + 1, sign * x * x / 4)
    return power(x / 2, n) * Primitive.rows["rgamma"](n + 1) * entire


bessel_i = Primitive(
    name="bessel_i",
    doc="the modified Bessel function of the first kind, its order n a constant; of a broken order for x > 0",
    rule_by=(0,),
    orders=(ANY,),
    numpy=_bessel_numpy,
    torch=_bessel_torch,
    sympy="sympy.besseli",
    arb=lambda n, x: balls.ZERO if balls.is_power_of_zero(n, x) else x.bessel_i(n),
    series=special_enclosures.series_of_bessel_i,
    outside=balls.has_no_power,
    at_edge=lambda n, x: x.contains(0) and n.unique_fmpz() is None,
    elsewhere=lambda n, x: from_zero(n, x, 1),
    ulps=8,
)
sinc = analytic_row(
    "sinc",
    "sin(pi x) / (pi x), and 1 for x = 0",
    lambda x: x.sinc_pi(),
    numpy="numpy.sinc",
    torch="torch.sinc",
    aten="sinc",
    sympy=lambda sympy, x: sympy.sinc(sympy.pi * x),
    ulps=2,
    parity=1,
)
xlogy = Primitive(
    name="xlogy",
    doc="x ln(y), and 0 for x = 0",
    numpy="scipy.special.xlogy",
    torch="torch.xlogy",
    aten="xlogy",
    sympy=lambda sympy, x, y: x * sympy.log(y),
    arb=balls.xlogy,
    series=series.xlogy,
    gives_back=lambda x, _: (0, False) if x == 0 else None,
    ulps=2,
    outside=lambda x, y: y <= 0 and (x < 0 or x > 0),
    at_edge=lambda x, y: x.contains(0) and not y > 0,
    elsewhere=lambda x, y: x * log(y),
    formula=lambda x, y: x * log(y),
    vanishes_with=0,
)


def _softplus(x: Any, beta: float = 1, threshold: float = 20) -> Any:
    """As torch documents it: the identity beyond the threshold, which is a jump of its own."""
    z = x * beta
    return where(z > threshold, x, softplus(z) / beta)


softplus = Primitive(
    name="softplus",
    doc="ln(1 + exp(x))",
    numpy=lambda x: np.logaddexp(0, x),
    torch="torch.nn.functional.softplus",
    sympy=lambda sympy, x: sympy.log(1 + sympy.exp(x)),
    arb=balls.softplus,
    series=lambda x: series.logsumexp(x, series.constant(balls.ZERO)),
    elsewhere=lambda x: x + log1p(exp(-x)) if x > 0 else log1p(exp(x)),
    formula=lambda x: log(1 + exp(x)),
    with_options=_softplus,
    ulps=2,
    forms=((lambda x, _: sigmoid(x),),),
)


@composite(torch="torch.special.ndtr", numpy="scipy.special.ndtr", aten="special_ndtr")
def ndtr(x: Any) -> Any:
    """The normal distribution function."""
    return erfc(-x / sqrt(2)) / 2
