"""Factorials, rising, falling and double ones, of real numbers: by the gamma function."""

from typing import Any

from diffcheck.ops.composites import composite
from diffcheck.ops.exact import pi, rational
from diffcheck.ops.functions.elementary import cos
from diffcheck.ops.functions.gamma import gamma, rgamma
from diffcheck.ops.functions.pieces import sign
from diffcheck.ops.table import Without


@composite(torch=Without("torch has no gammasgn"), numpy="scipy.special.gammasgn")
def gammasgn(x: Any) -> Any:
    """The sign of the gamma function."""
    return sign(rgamma(x))


@composite(torch=Without("torch has no falling factorials"), numpy=None)
def ff(x: Any, k: Any) -> Any:
    """The falling factorial x (x - 1) ... of k factors, Gamma(x + 1) / Gamma(x - k + 1)."""
    return gamma(x + 1) * rgamma(x - k + 1)


@composite(torch=Without("torch has no rising factorials"), numpy=None)
def rf(x: Any, k: Any) -> Any:
    """The rising factorial x (x + 1) ... of k factors, Gamma(x + k) / Gamma(x)."""
    return gamma(x + k) * rgamma(x)


@composite(torch=Without("torch has no perm"), numpy="scipy.special.perm")
def perm(n: Any, k: Any) -> Any:
    """The ordered choices of k among n, n! / (n - k)!."""
    return ff(n, k)


@composite(torch=Without("torch has no comb"), numpy="scipy.special.comb")
def comb(n: Any, k: Any) -> Any:
    """The choices of k among n, n! / (k! (n - k)!)."""
    return ff(n, k) * rgamma(k + 1)


@composite(torch=Without("torch has no double factorial"), numpy=None)
def factorial2(x: Any) -> Any:
    """The double factorial x (x - 2) (x - 4) ..., continued to broken numbers by a cosine.

    It is ``2^(x/2) (pi/2)^((cos(pi x) - 1)/4) Gamma(x/2 + 1)``.
    """
    return 2 ** (x / 2) * (pi / 2) ** ((cos(pi * x) - 1) / 4) * gamma(x / 2 + 1)


@composite(torch=Without("torch has no Catalan numbers"), numpy=None)
def catalan(n: Any) -> Any:
    """Catalan's number, of broken n 4^n Gamma(n + 1/2) / (sqrt(pi) Gamma(n + 2))."""
    half = rational(1, 2)
    return 4**n * gamma(n + half) * rgamma(n + 2) / pi**half
