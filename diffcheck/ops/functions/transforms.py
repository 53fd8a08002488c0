"""Exponentials and cosines that keep their digits near zero, and the power transforms of statistics."""

from typing import Any

from diffcheck.ops.composites import composite
from diffcheck.ops.enclosures import balls
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.elementary import exp, expm1, log, log1p, sin
from diffcheck.ops.functions.integrals import log_quotient_of
from diffcheck.ops.functions.pieces import abs
from diffcheck.ops.functions.relations import eq, where
from diffcheck.ops.table import Without


def _exprel(x: Any) -> Any:
    """Near zero by ``1F1(1; 2; x)``, DLMF 13.6.2, which has no quotient."""
    return x.expm1() / x if balls.magnitude(x) > 1 else x.hypgeom_1f1(1, 2)


exprel = analytic_row(
    "exprel",
    "(exp(x) - 1) / x, and 1 for x = 0",
    _exprel,
    numpy="scipy.special.exprel",
    sympy=lambda sympy, x: (sympy.exp(x) - 1) / x,
    elsewhere=lambda x: (exp(x) - 1) / x,
    ulps=2,
)


@composite(torch=Without("torch has no cosm1"), numpy="scipy.special.cosm1")
def cosm1(x: Any) -> Any:
    """cos(x) - 1, without the cancellation."""
    half = sin(x / 2)
    return -2 * half * half


@composite(torch=Without("torch has no powm1"), numpy="scipy.special.powm1")
def powm1(x: Any, y: Any) -> Any:
    """x^y - 1, of a positive x without the cancellation."""
    return where(x > 0, expm1(y * log(x)), x**y - 1)


@composite(torch=Without("torch has no boxcox"), numpy="scipy.special.boxcox")
def boxcox(x: Any, lmbda: Any) -> Any:
    """The Box-Cox transform of an x not below 0, (x^lmbda - 1) / lmbda, and ln(x) for lmbda = 0."""
    return where(eq(x, 0), (x**lmbda - 1) / lmbda, log(x) * exprel(lmbda * log(x)))


@composite(torch=Without("torch has no boxcox1p"), numpy="scipy.special.boxcox1p")
def boxcox1p(x: Any, lmbda: Any) -> Any:
    """The Box-Cox transform of 1 + x."""
    return where(eq(x, -1), ((1 + x) ** lmbda - 1) / lmbda, log1p(x) * exprel(lmbda * log1p(x)))


@composite(torch=Without("torch has no inv_boxcox"), numpy="scipy.special.inv_boxcox")
def inv_boxcox(y: Any, lmbda: Any) -> Any:
    """The inverse of the Box-Cox transform, (1 + lmbda y)^(1 / lmbda), and exp(y) for lmbda = 0."""
    inside = 1 + lmbda * y
    return where(eq(inside, 0), inside ** (1 / lmbda), exp(-y * log_quotient_of(inside)))


@composite(torch=Without("torch has no inv_boxcox1p"), numpy="scipy.special.inv_boxcox1p")
def inv_boxcox1p(y: Any, lmbda: Any) -> Any:
    """The inverse of the Box-Cox transform of 1 + x."""
    inside = 1 + lmbda * y
    return where(eq(inside, 0), inside ** (1 / lmbda) - 1, expm1(-y * log_quotient_of(inside)))


@composite(torch=Without("torch has only the mean of it, huber_loss"), numpy="scipy.special.huber")
def huber(delta: Any, r: Any) -> Any:
    """Huber's square: r^2 / 2 up to a size delta of r, delta (|r| - delta / 2) beyond."""
    size = abs(r)
    return where(size <= delta, r * r / 2, delta * (size - delta / 2))


@composite(torch=Without("torch has no pseudo_huber"), numpy="scipy.special.pseudo_huber")
def pseudo_huber(delta: Any, r: Any) -> Any:
    """Huber's square made smooth, delta^2 (sqrt(1 + (r / delta)^2) - 1), without the cancellation."""
    return r * r / (1 + sqrt(1 + (r / delta) ** 2))
