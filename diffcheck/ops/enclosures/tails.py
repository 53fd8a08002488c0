"""Integrals to infinity of what falls exponentially: incomplete gamma and beta functions of any size."""

from collections.abc import Callable
from typing import Any

from flint import acb, arb, ctx

from diffcheck.ops.enclosures import balls

Function = Callable[..., Any]
# The scales of doubles, as powers of two.
_LEAST, _LARGEST = -1100, 1100
_FEWEST = 4
_UNKNOWN = acb(arb.nan(), arb.nan())


def tail(exponent: Function, slope: Function, rate: Function, side: int, bits: int) -> Any:
    """The integral of ``exp(exponent(d))`` from 0 to infinity on one side, where it falls.

    It is computed to where the integrand is below the working precision, and bounded from there on.

    Parameters
    ----------
    exponent:
        Of complex balls, zero at 0.
    slope:
        Its derivative.
    rate:
        How fast the size of the integrand falls, at least, at a real number and beyond it.
    side:
        1 for positive d, -1 for negative ones.
    bits:
        How accurate what the exponent is made of is known: of wide numbers more digits are not worth the time.
    """
    end = _end(exponent, side)
    if end is None or not rate(end) > 0:
        return _UNKNOWN
    rest = (exponent(acb(end)).exp().abs_upper() / rate(end)).upper()

    def integrand(u: Any, _: Any) -> Any:
        d = end * u
        if d.rel_accuracy_bits() > ctx.prec // 2:
            return exponent(d).exp()
        middle = acb(d.real.mid(), d.imag.mid())
        # By the mean value: the exponent of a ball itself would count its large parts that cancel as independent.
        return (exponent(middle) + slope(d) * (d - middle)).exp()

    missing, within = arb(0, rest), arb((1, -max(min(bits, ctx.prec), _FEWEST)))
    return balls.magnitude(end) * acb.integral(integrand, 0, 1, rel_tol=within, abs_tol=within) + acb(missing, missing)


def _end(exponent: Function, side: int) -> Any:
    """The first power of two at which the integrand is below the working precision; ``None`` if there is none."""
    needed = arb(ctx.prec + 8) * arb(2).log()
    low, high = _LEAST, _LARGEST
    while low < high:
        middle = (low + high) // 2
        fallen = -exponent(acb(side * arb((1, middle)))).real
        if fallen > needed or not fallen.is_finite():
            high = middle
        else:
            low = middle + 1
    return None if low == _LARGEST else side * arb((1, low))
