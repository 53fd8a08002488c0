"""Quantiles of distributions, and parameters for which these have a given probability, by SciPy's names.

Where SciPy keeps twelve digits or less, NumPy's side is the definition.
"""

from typing import Any

from diffcheck.ops.composites import composite
from diffcheck.ops.functions.inverses_by_argument import (
    beta_share_u_of,
    betainc_a_of,
    betaincc_a_of,
    chndtr_df_of,
    chndtr_nc_of,
    chndtr_x_of,
    gammainc_a_of,
    gammaincc_a_of,
    nctdtr_nc_of,
    nctdtr_t_of,
    noncentral_beta_rate_of,
    noncentral_beta_y_of,
    stdtr_df_of,
)
from diffcheck.ops.functions.pieces import floor
from diffcheck.ops.functions.probability import ndtri
from diffcheck.ops.functions.quantiles import betainccinv, betaincinv, gammaincinv
from diffcheck.ops.table import Without


@composite(torch=Without("torch has no gdtria"), numpy="scipy.special.gdtria")
def gdtria(p: Any, b: Any, x: Any) -> Any:
    """The rate a for which the gamma distribution of shape b has the probability p below x."""
    return gammaincinv(b, p) / x


@composite(torch=Without("torch has no gdtrib"), numpy="scipy.special.gdtrib")
def gdtrib(a: Any, p: Any, x: Any) -> Any:
    """The shape b for which the gamma distribution of rate a has the probability p below x."""
    return gammainc_a_of(a * x, p)


@composite(torch=Without("torch has no chdtriv"), numpy="scipy.special.chdtriv")
def chdtriv(p: Any, x: Any) -> Any:
    """The degrees of freedom for which the chi-square distribution has the probability p below x."""
    return 2 * gammainc_a_of(x / 2, p)


@composite(torch=Without("torch has no pdtrik"))
def pdtrik(p: Any, m: Any) -> Any:
    """The count k that a Poisson variable of mean m exceeds with the probability 1 - p, continued to broken numbers."""
    return gammaincc_a_of(m, p) - 1


@composite(torch=Without("torch has no bdtri"), numpy="scipy.special.bdtri")
def bdtri(k: Any, n: Any, y: Any) -> Any:
    """The probability of a success for which there are k at most in n trials with the probability y."""
    return betainccinv(floor(k) + 1, n - floor(k), y)


@composite(torch=Without("torch has no bdtrik"))
def bdtrik(y: Any, n: Any, p: Any) -> Any:
    """The count k of successes in n trials that is not exceeded with the probability y, continued to broken numbers."""
    return (n + 1) * beta_share_u_of(n + 1, p, y) - 1


@composite(torch=Without("torch has no bdtrin"))
def bdtrin(k: Any, y: Any, p: Any) -> Any:
    """The number of trials for which there are k successes at most with the probability y."""
    return betainc_a_of(k + 1, 1 - p, y) + k


@composite(torch=Without("torch has no btdtria"), numpy="scipy.special.btdtria")
def btdtria(p: Any, b: Any, x: Any) -> Any:
    """The a for which the beta distribution has the probability p below x."""
    return betainc_a_of(b, x, p)


@composite(torch=Without("torch has no btdtrib"), numpy="scipy.special.btdtrib")
def btdtrib(a: Any, p: Any, x: Any) -> Any:
    """The b for which the beta distribution has the probability p below x."""
    return betaincc_a_of(a, 1 - x, p)


@composite(torch=Without("torch has no nbdtri"), numpy="scipy.special.nbdtri")
def nbdtri(k: Any, n: Any, y: Any) -> Any:
    """The probability of a success for which k failures at most precede the n-th one with the probability y."""
    return betaincinv(n, k + 1, y)


@composite(torch=Without("torch has no nbdtrik"))
def nbdtrik(y: Any, n: Any, p: Any) -> Any:
    """The failures before the n-th success that are not exceeded with the probability y."""
    return betaincc_a_of(n, 1 - p, y) - 1


@composite(torch=Without("torch has no nbdtrin"))
def nbdtrin(k: Any, y: Any, p: Any) -> Any:
    """The number n of successes before which there are k failures at most with the probability y."""
    return betainc_a_of(k + 1, p, y)


@composite(torch=Without("torch has no nrdtrimn"), numpy="scipy.special.nrdtrimn")
def nrdtrimn(p: Any, std: Any, x: Any) -> Any:
    """The mean for which a normal variable of deviation std lies below x with the probability p."""
    return x - std * ndtri(p)


@composite(torch=Without("torch has no nrdtrisd"), numpy="scipy.special.nrdtrisd")
def nrdtrisd(mn: Any, p: Any, x: Any) -> Any:
    """The deviation for which a normal variable of mean mn lies below x with the probability p."""
    return (x - mn) / ndtri(p)


@composite(torch=Without("torch has no stdtridf"))
def stdtridf(p: Any, t: Any) -> Any:
    """The degrees of freedom for which Student's distribution has the probability p below t."""
    return stdtr_df_of(t, p)


@composite(torch=Without("torch has no chndtrix"), numpy="scipy.special.chndtrix")
def chndtrix(p: Any, df: Any, nc: Any) -> Any:
    """The x below which the non-central chi-square distribution has the probability p."""
    return chndtr_x_of(df, nc, p)


@composite(torch=Without("torch has no chndtridf"), numpy="scipy.special.chndtridf")
def chndtridf(x: Any, p: Any, nc: Any) -> Any:
    """The degrees of freedom for which the non-central chi-square distribution has the probability p below x."""
    return chndtr_df_of(x, nc, p)


@composite(torch=Without("torch has no chndtrinc"), numpy="scipy.special.chndtrinc")
def chndtrinc(x: Any, df: Any, p: Any) -> Any:
    """The non-centrality for which the chi-square distribution has the probability p below x."""
    return chndtr_nc_of(x, df, p)


@composite(torch=Without("torch has no ncfdtri"), numpy="scipy.special.ncfdtri")
def ncfdtri(dfn: Any, dfd: Any, nc: Any, p: Any) -> Any:
    """The f below which Fisher's non-central distribution has the probability p."""
    y = noncentral_beta_y_of(dfn / 2, dfd / 2, nc / 2, p)
    return dfd * y / (dfn * (1 - y))


@composite(torch=Without("torch has no ncfdtrinc"))
def ncfdtrinc(dfn: Any, dfd: Any, p: Any, f: Any) -> Any:
    """The non-centrality for which Fisher's distribution has the probability p below f."""
    return 2 * noncentral_beta_rate_of(dfn / 2, dfd / 2, dfn * f / (dfd + dfn * f), p)


@composite(torch=Without("torch has no nctdtrit"), numpy="scipy.special.nctdtrit")
def nctdtrit(df: Any, nc: Any, p: Any) -> Any:
    """The t below which Student's non-central distribution has the probability p."""
    return nctdtr_t_of(df, nc, p)


@composite(torch=Without("torch has no nctdtrinc"))
def nctdtrinc(df: Any, p: Any, t: Any) -> Any:
    """The non-centrality for which Student's distribution has the probability p below t."""
    return nctdtr_nc_of(df, t, p)
