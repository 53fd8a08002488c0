"""Wright's generalized Bessel function, and its logarithm."""

from collections.abc import Iterator
from typing import Any

from flint import acb, arb, arb_poly, arb_series, ctx

from diffcheck.ops.composites import composite
from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.elementary import exp, log
from diffcheck.ops.functions.gamma import rgamma
from diffcheck.ops.table import Primitive, Without

# More terms take seconds.
_MOST = 10000
# After so many terms each time it is asked whether what is left is small enough.
_ROUND = 8


def _wright(a: Any, b: Any, x: Any) -> Any:
    if a.is_zero():
        return b.rgamma() * x.exp()
    if not _left(a, b, x, _MOST, arb(1)).is_finite():
        return acb(arb.nan())
    term, total = acb(1), acb(0)
    for k in range(_MOST):
        total += term * (a * k + b).rgamma()
        term = term * x / (k + 1)
        if k % _ROUND:
            continue
        if not total.is_finite():
            break
        left = _left(a, b, x, k + 1, abs(term))
        if left <= abs(total).upper() * arb((1, -ctx.prec)):
            return total + acb(arb(0, left.upper()), arb(0, left.upper()))
    return acb(arb.nan())


def _left(a: Any, b: Any, x: Any, k: int, power: Any) -> Any:
    """What the terms from the k-th on, of which ``power`` is ``|x|^k / k!``, add up to at most.

    For ``1 / |Gamma(z)| <= (|z| + 1)^2 exp(pi |Im(z)| / 2) / Gamma(Re(z) + 2)`` (DLMF 5.5.1 and 5.6.7), and the gamma
    function grows by ``exp(a psi(z))`` at least where z does by a.
    """
    real = a.real.lower() * k + b.real.lower() + 2
    size = abs(a) * k + abs(b) + 1
    if not real > 1.5:
        return arb.pos_inf()
    quotient = abs(x) / (k + 1) * (arb.pi() * abs(a.imag) / 2 - a.real.lower() * real.digamma()).exp()
    quotient *= ((size + abs(a)) / size) ** 2
    first = power * size**2 * (arb.pi() / 2 * (abs(a.imag) * k + abs(b.imag))).exp() * real.rgamma()
    return first / (1 - quotient) if quotient < 1 else arb.pos_inf()


def _from_zero(a: Any, b: Any, x: Any) -> Any:
    """By the Taylor series in a, that of the reciprocal gamma function times Touchard's polynomials (Dobinski)."""
    if a.is_zero():
        return exp(x) * rgamma(b)

    def coefficients(count: int) -> Iterator[Any]:
        around, touchard = arb_series([b.ball, 1], count).rgamma(), arb_poly([1])
        for k in range(count):
            yield around[k] * touchard(x.ball) * x.ball.exp()
            touchard = arb_poly([0, 1]) * (touchard + touchard.derivative())

    return a.small(coefficients)


wright_bessel: Primitive = analytic_row(
    "wright_bessel",
    "Wright's generalized Bessel function of a, b and x: the sum of x^k / (k! Gamma(a k + b)) over k = 0, 1 ...",
    on_reals(_wright),
    {2: lambda a, b, x, _: wright_bessel(a, a + b, x)},
    arity=3,
    analytic=lambda a, b, x: a.real >= 0,
    outside=lambda a, b, x: a < 0 or b < 0 or x < 0,
    at_edge=lambda a, b, x: a.contains(0) or b.contains(0) or x.contains(0),
    elsewhere=_from_zero,
    numpy="scipy.special.wright_bessel",
    sympy=Without("SymPy has no counterpart of wright_bessel"),
    sympy_rule=False,
    ulps=6,
)


@composite(torch=Without("torch has no log_wright_bessel"), numpy="scipy.special.log_wright_bessel")
def log_wright_bessel(a: Any, b: Any, x: Any) -> Any:
    """The logarithm of Wright's generalized Bessel function."""
    return log(wright_bessel(a, b, x))
