"""Rows of inverses of distribution functions by each of their arguments."""

from typing import Any

from flint import arb

from diffcheck.ops.dotted import resolve
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.distributions import kolmogorov, stdtr
from diffcheck.ops.functions.gamma import betainc, betaincc, gammainc, gammaincc
from diffcheck.ops.functions.inverses import Where, inverse_row
from diffcheck.ops.functions.noncentral import chndtr, nctdtr, noncentral_beta_of
from diffcheck.ops.table import Function, Without


def _rising(*_: Any) -> int:
    return 1


def _falling(*_: Any) -> int:
    return -1


def _is_above(p: Any, most: Function, *x: Any) -> bool:
    """Whether p is more than there is at these arguments; of those that are no balls that is not told."""
    return all(isinstance(v, arb) for v in (p, *x)) and bool(p >= most(*x))


def _outside_of_gamma(x: Any, y: Any) -> bool:
    return bool(x <= 0 or y <= 0 or y >= 1)


gammainc_a_of = inverse_row(
    "gammainc_a_of",
    "the a at which P(a, x) is y, of x and y",
    gammainc,
    0,
    Where.POSITIVE,
    _falling,
    _outside_of_gamma,
    1,
)
gammaincc_a_of = inverse_row(
    "gammaincc_a_of",
    "the a at which Q(a, x) is y, of x and y",
    gammaincc,
    0,
    Where.POSITIVE,
    _rising,
    _outside_of_gamma,
    1,
)


def _outside_of_beta(b: Any, x: Any, y: Any) -> bool:
    return bool(b <= 0 or x <= 0 or x >= 1 or y <= 0 or y >= 1)


betainc_a_of = inverse_row(
    "betainc_a_of",
    "the a at which I_x(a, b) is y, of b, x and y",
    betainc,
    0,
    Where.POSITIVE,
    _falling,
    _outside_of_beta,
    1,
)
betaincc_a_of = inverse_row(
    "betaincc_a_of",
    "the a at which 1 - I_x(a, b) is y, of b, x and y",
    betaincc,
    0,
    Where.POSITIVE,
    _rising,
    _outside_of_beta,
    1,
)


def _outside_of_df(t: Any, p: Any) -> bool:
    """The probability lies between one half and what is normal."""
    on_the_left = t < 0 and (p <= 0 or 2 * p >= 1 or _is_above(-p, lambda t: -_normal(t), t))
    on_the_right = t > 0 and (p >= 1 or 2 * p <= 1 or _is_above(p, _normal, t))
    return bool(t.is_zero() or on_the_left or on_the_right)


def _normal(t: Any) -> Any:
    return (-t / arb(2).sqrt()).erfc() / 2


stdtr_df_of = inverse_row(
    "stdtr_df_of",
    "the degrees of freedom for which Student's distribution has the probability p below t, of t and p",
    stdtr,
    0,
    Where.POSITIVE,
    lambda t: 1 if t > 0 else -1,
    _outside_of_df,
    1,
)
chndtr_x_of = inverse_row(
    "chndtr_x_of",
    "the x below which the non-central chi-square distribution has the probability p, of df, nc and p",
    chndtr,
    0,
    Where.POSITIVE,
    _rising,
    lambda df, nc, p: df <= 0 or nc < 0 or p <= 0 or p >= 1,
    1,
)
chndtr_df_of = inverse_row(
    "chndtr_df_of",
    "the degrees of freedom for which the non-central chi-square distribution has the probability p, of x, nc and p",
    chndtr,
    1,
    Where.POSITIVE,
    _falling,
    lambda x, nc, p: x <= 0 or nc < 0 or p <= 0 or p >= 1,
    1,
)
chndtr_nc_of = inverse_row(
    "chndtr_nc_of",
    "the non-centrality for which the chi-square distribution has the probability p, of x, df and p",
    chndtr,
    2,
    Where.POSITIVE,
    _falling,
    lambda x, df, p: (
        x <= 0 or df <= 0 or p <= 0 or _is_above(p, lambda x, df: gammainc.on_balls()(df / 2, x / 2), x, df)
    ),
    1,
)
noncentral_beta_rate_of = inverse_row(
    "noncentral_beta_rate_of",
    "the mean of Poisson's weights for which the non-central beta distribution has the probability p, of a, b, y and p",
    noncentral_beta_of,
    2,
    Where.POSITIVE,
    _falling,
    lambda a, b, y, p: a <= 0 or b <= 0 or y <= 0 or y >= 1 or p <= 0 or _is_above(p, betainc.on_balls(), a, b, y),
    1,
)
noncentral_beta_y_of = inverse_row(
    "noncentral_beta_y_of",
    "the y below which the non-central beta distribution has the probability p, of a, b, the mean of weights and p",
    noncentral_beta_of,
    3,
    Where.UNIT,
    _rising,
    lambda a, b, rate, p: a <= 0 or b <= 0 or rate < 0 or p <= 0 or p >= 1,
    1,
)
nctdtr_nc_of = inverse_row(
    "nctdtr_nc_of",
    "the non-centrality for which Student's distribution has the probability p, of df, t and p",
    nctdtr,
    1,
    Where.REAL,
    _falling,
    lambda df, t, p: df <= 0 or p <= 0 or p >= 1,
    1,
)
nctdtr_t_of = inverse_row(
    "nctdtr_t_of",
    "the t below which Student's non-central distribution has the probability p, of df, nc and p",
    nctdtr,
    2,
    Where.REAL,
    _rising,
    lambda df, nc, p: df <= 0 or p <= 0 or p >= 1,
    1,
)
kolmogi = inverse_row(
    "kolmogi",
    "the inverse of kolmogorov: beyond which x Kolmogorov's distribution has the probability p",
    kolmogorov,
    0,
    Where.POSITIVE,
    _falling,
    lambda p: p <= 0 or p >= 1,
    24,
    numpy="scipy.special.kolmogi",
)


def _share(u: Any, total: Any, p: Any) -> Any:
    return betaincc.on_balls()(total * u, total * (1 - u), p)


beta_share_of = analytic_row(
    "beta_share_of",
    "1 - I_p(m u, m (1 - u)) of a share u, the sum m of both parameters, and p: it rises with u",
    _share,
    arity=3,
    analytic=lambda u, m, p: all(v.real > 0 for v in (m * u, m * (1 - u), p, 1 - p)),
    outside=lambda u, m, p: u <= 0 or u >= 1 or m <= 0 or p <= 0 or p >= 1,
    numpy=lambda u, m, p: resolve("scipy.special.betaincc")(m * u, m * (1 - u), p),
    sympy=Without("SymPy has no counterpart of beta_share_of"),
    sympy_rule=False,
    ulps=8,
)
beta_share_u_of = inverse_row(
    "beta_share_u_of",
    "the share u for which 1 - I_p(m u, m (1 - u)) is y, of m, p and y",
    beta_share_of,
    0,
    Where.UNIT,
    _rising,
    lambda m, p, y: m <= 0 or p <= 0 or p >= 1 or y <= 0 or y >= 1,
    1,
)
