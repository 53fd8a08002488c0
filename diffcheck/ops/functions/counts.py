"""Distribution functions of counts: binomial, negative binomial and Poisson's; a broken count is taken downwards."""

from typing import Any

from diffcheck.ops.composites import composite
from diffcheck.ops.functions.gamma import betainc, betaincc, gammainc, gammaincc
from diffcheck.ops.functions.pieces import floor
from diffcheck.ops.functions.relations import where
from diffcheck.ops.table import Without


@composite(torch=Without("torch has no bdtr"), numpy="scipy.special.bdtr")
def bdtr(k: Any, n: Any, p: Any) -> Any:
    """The probability of k successes at most in n trials, each with the probability p."""
    whole = floor(k)
    return where(whole >= n, 1, betaincc(whole + 1, n - whole, p))


@composite(torch=Without("torch has no bdtrc"), numpy="scipy.special.bdtrc")
def bdtrc(k: Any, n: Any, p: Any) -> Any:
    """The probability of more than k successes in n trials, each with the probability p."""
    whole = floor(k)
    return where(whole >= n, 0, betainc(whole + 1, n - whole, p))


@composite(torch=Without("torch has no nbdtr"), numpy="scipy.special.nbdtr")
def nbdtr(k: Any, n: Any, p: Any) -> Any:
    """The probability of k failures at most before the n-th success, a success having the probability p."""
    return betainc(n, k + 1, p)


@composite(torch=Without("torch has no nbdtrc"), numpy="scipy.special.nbdtrc")
def nbdtrc(k: Any, n: Any, p: Any) -> Any:
    """The probability of more than k failures before the n-th success."""
    return betaincc(n, k + 1, p)


@composite(torch=Without("torch has no pdtr"), numpy="scipy.special.pdtr")
def pdtr(k: Any, m: Any) -> Any:
    """The probability that a Poisson variable of mean m is k at most."""
    return gammaincc(floor(k) + 1, m)


@composite(torch=Without("torch has no pdtrc"), numpy="scipy.special.pdtrc")
def pdtrc(k: Any, m: Any) -> Any:
    """The probability that a Poisson variable of mean m is more than k."""
    return gammainc(floor(k) + 1, m)
