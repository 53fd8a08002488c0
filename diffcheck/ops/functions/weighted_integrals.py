"""Integrals of Bessel and Struve functions of order zero, over their variable as well, and of Airy's functions.

SciPy gives them in tuples and keeps six to twelve digits, so that NumPy's side is the definition.
"""

from collections.abc import Callable
from typing import Any

from flint import acb, arb, ctx

from diffcheck.ops.composites import composite
from diffcheck.ops.enclosures.analytic import everywhere, on_reals
from diffcheck.ops.enclosures.balls import HALF
from diffcheck.ops.functions.bessel import airy_ai, airy_bi, bessel_j, bessel_k, bessel_y
from diffcheck.ops.functions.differentiated import analytic_row, in_doubles
from diffcheck.ops.functions.special import bessel_i
from diffcheck.ops.functions.struve import modstruve, struve
from diffcheck.ops.table import Function, Primitive, Without

# Farther out the sums of Arb take seconds.
_FAR, _FAR_OF_AIRY = 2**12, 128
_UNKNOWN = acb(arb.nan(), arb.nan())
_ONE, _TWO, _THREE_HALVES = acb(1), acb(2), acb(3 * HALF)


def _row(name: str, doc: str, enclosed: Function, slope: Function, **columns: Any) -> Primitive:
    balls = on_reals(enclosed)
    return analytic_row(
        name,
        doc,
        balls,
        {0: slope},
        numpy=in_doubles(balls),
        sympy=Without(f"SymPy has no counterpart of {name}"),
        sympy_rule=False,
        ulps=1,
        **columns,
    )


def _near(enclosed: Function, far: int = _FAR) -> Function:
    """The function of numbers of less than this size."""
    return lambda x: enclosed(x) if abs(x) < far else _UNKNOWN


def _even(sign: int) -> Callable[[Any], Any]:
    """The integral from 0 to x of 1 less J, or I less 1, over t, term by term from DLMF 10.2.2 and 10.25.2."""
    return _near(lambda x: x * x / 8 * (-sign * x * x / 4).hypgeom([_ONE, _ONE], [_TWO] * 3))


def _beyond(x: Any, sign: int) -> Any:
    """The sum of ``(sign x^2 / 4)^k / (2 k k!^2) (ln(x / 2) - 1 / (2 k) - psi(k + 1))`` over k = 1, 2 ...

    From a k above the size of x on the squares of the powers fall by 4 at least.
    """
    logarithm, square, most = (x / 2).log(), sign * x * x / 4, abs(x)
    total, power, digamma, k = acb(0), acb(1), -arb.const_euler(), 0
    while k == 0 or not (k > most and abs(power) < arb((1, -ctx.prec))):
        k += 1
        power = power * square / (k * k)
        digamma += arb(1) / k
        total += power / (2 * k) * (logarithm - arb(1) / (2 * k) - digamma)
    left = (abs(power) * (abs(logarithm) + 2)).upper()
    return total + acb(arb(0, left), arb(0, left))


def _of_y(x: Any) -> Any:
    """The derivative by the order of the integral of J over t, at 0."""
    inside = (x / 2).log() + arb.const_euler()
    return 2 / arb.pi() * (arb.pi() ** 2 / 12 - inside * inside / 2 - _beyond(x, -1))


def _of_k(x: Any) -> Any:
    """The same of K; far out below ``exp(-x)``."""
    if x.real > ctx.prec + 2:
        size = (-x.real).exp().upper()
        return acb(arb(0, size), arb(0, size))
    inside = (x / 2).log() + arb.const_euler()
    return inside * inside / 2 + arb.pi() ** 2 / 24 + _beyond(x, 1)


def _is_right(x: Any) -> bool:
    return bool(x.real > 0)


it2j0 = _row(
    "it2j0",
    "the integral from 0 to x of (1 - J0(t)) / t",
    _even(1),
    lambda x, _: (1 - bessel_j(0, x)) / x,
    parity=1,
)
it2y0 = _row(
    "it2y0",
    "the integral from a positive x to infinity of Y0(t) / t",
    _near(_of_y),
    lambda x, _: -bessel_y(0, x) / x,
    analytic=_is_right,
    outside=lambda x: x <= 0,
)
it2i0 = _row(
    "it2i0",
    "the integral from 0 to x of (I0(t) - 1) / t",
    _even(-1),
    lambda x, _: (bessel_i(0, x) - 1) / x,
    parity=1,
)
it2k0 = _row(
    "it2k0",
    "the integral from a positive x to infinity of K0(t) / t",
    _near(_of_k),
    lambda x, _: -bessel_k(0, x) / x,
    analytic=_is_right,
    outside=lambda x: x <= 0,
)


def _of_struve(sign: int) -> Callable[[Any], Any]:
    """Term by term from DLMF 11.2.1 and 11.2.2."""
    below = [_THREE_HALVES, _THREE_HALVES, _TWO]
    return _near(lambda x: x * x / arb.pi() * (-sign * x * x / 4).hypgeom([_ONE] * 2, below))


itstruve0 = _row(
    "itstruve0",
    "the integral from 0 to x of Struve's function H of order 0",
    _of_struve(1),
    lambda x, _: struve(0, x),
    parity=1,
)
itmodstruve0 = _row(
    "itmodstruve0",
    "the integral from 0 to x of Struve's modified function L of order 0",
    _of_struve(-1),
    lambda x, _: modstruve(0, x),
    parity=1,
)
it2struve0 = _row(
    "it2struve0",
    "the integral from x to infinity of Struve's function H of order 0, over its variable",
    _near(lambda x: arb.pi() / 2 - 2 * x / arb.pi() * (-x * x / 4).hypgeom([_ONE, acb(HALF)], [_THREE_HALVES] * 3)),
    lambda x, _: -struve(0, x) / x,
    analytic=everywhere,
)


def _of_airy(sign: int) -> Callable[[Any], Any]:
    """Ai, or Bi over the root of 3, term by term from DLMF 9.4.1 and 9.4.3."""

    def enclosed(x: Any) -> Any:
        if sign > 0 and 2 * abs(x.imag) < x.real:
            # Beyond, Ai is below exp(-2/3 x^(3/2)) times a slowly falling power, DLMF 9.7.5 and 9.7(iii).
            left = (-2 * (x * x.sqrt()).real / 3).exp().upper()
            if x.real > _FAR_OF_AIRY or left < arb((1, -ctx.prec - 8)):
                return acb(arb(1) / 3 + arb(0, left), arb(0, left))
        if not abs(x) < _FAR_OF_AIRY:
            return _UNKNOWN
        cube, third = x * x * x / 9, acb(1) / 3
        first = x * cube.hypgeom([third], [2 * third, 4 * third])
        second = x * x / 2 * cube.hypgeom([2 * third], [4 * third, 5 * third])
        found = arb(0).airy_ai() * first + sign * arb(0).airy_ai(derivative=1) * second
        return found if sign > 0 else arb(3).sqrt() * found

    return enclosed


itairy_ai = _row("itairy_ai", "the integral from 0 to x of Airy's Ai", _of_airy(1), lambda x, _: airy_ai(x))
itairy_bi = _row("itairy_bi", "the integral from 0 to x of Airy's Bi", _of_airy(-1), lambda x, _: airy_bi(x))


@composite(torch=Without("torch has no itairy"))
def itairy_ai_left(x: Any) -> Any:
    """The integral from 0 to x of Airy's Ai of the negative variable."""
    return -itairy_ai(-x)


@composite(torch=Without("torch has no itairy"))
def itairy_bi_left(x: Any) -> Any:
    """The integral from 0 to x of Airy's Bi of the negative variable."""
    return -itairy_bi(-x)
