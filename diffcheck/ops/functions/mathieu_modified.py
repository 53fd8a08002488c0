"""Modified Mathieu functions of the first and second kind, by sums of products of Bessel functions, DLMF 28.24.

They are solutions of ``y'' = (a - 2 q cosh(2 x)) y``, of a positive q.
"""

from typing import Any

from flint import acb, arb, ctx

from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.enclosures.recurrences import UNKNOWN, characteristic, disc, is_summed, place_at, solution
from diffcheck.ops.functions.differentiated import analytic_row, in_doubles
from diffcheck.ops.functions.elementary import cosh
from diffcheck.ops.functions.mathieu import Mathieu, mathieu_a, mathieu_b, of_order
from diffcheck.ops.orders import FROM_ZERO, POSITIVE
from diffcheck.ops.table import Function, Primitive, Without

# Bits beyond the working precision, for products and sums of small terms.
_GUARD = 16


class _Bessel:
    """Bessel functions of whole orders of one number: of a ball, that of its midpoint and how far the slope leads."""

    def __init__(self, x: Any, count: int, second: bool) -> None:
        self.x = x
        away, slopes = abs(x - x.mid()).upper(), _slopes(x, count) if second else map(self._slope, range(count))
        values = (_rising if second else _falling)(x.mid(), count)
        self._values = [value + disc(away * slope) for value, slope in zip(values, slopes, strict=True)]

    def _slope(self, k: int) -> Any:
        """What that of J is below, DLMF 10.6.2 and 10.14.4: ``exp(|Im(x)|)`` and twice the bound of the order below."""
        return min(abs(self.x.imag).exp().upper(), (2 * self.power(max(k - 1, 0))).upper())

    def __call__(self, k: int) -> Any:
        return _signed(self._values, k)

    def slope(self, k: int) -> Any:
        """The derivative, times the number: DLMF 10.6.2."""
        return self.x * (self(k - 1) - self(k + 1)) / 2

    def most(self, k: int) -> Any:
        """The larger one of this order and the one below, which the next does not exceed times ``1 + 2 k / |x|``."""
        return max(abs(self(k)).upper(), abs(self(k - 1)).upper())

    def power(self, k: int) -> Any:
        """What J of this order does not exceed, DLMF 10.14.4: the next bound is this one times ``|x| / (2 k + 2)``."""
        return (abs(self.x) / 2) ** k / arb.fac_ui(k) * abs(self.x.imag).exp()


def _signed(values: list[Any], k: int) -> Any:
    return -values[-k] if k < 0 and k % 2 else values[abs(k)]


def _falling(x: Any, count: int) -> list[Any]:
    """So many orders of J."""
    return [x.bessel_j(acb(k)) for k in range(count)]


def _rising(x: Any, count: int) -> list[Any]:
    """So many orders of Y, by recurrence: each step loses less than two bits."""
    with ctx.workprec(ctx.prec + 2 * count):
        found = [x.bessel_y(acb(0)), x.bessel_y(acb(1))]
        for k in range(1, count - 1):
            found.append(2 * k / x * found[k] - found[k - 1])
    return found


def _slopes(x: Any, count: int) -> list[Any]:
    """What the slopes of Y do not exceed."""
    values = _rising(x, count + 1)
    return [abs(_signed(values, k - 1) - values[k + 1]) / 2 for k in range(count)]


def _modified(sine: bool, second: bool, slope: bool) -> Function:
    def enclosed(m: Any, q: Any, x: Any) -> Any:
        found = of_order(sine, m)
        if found is None or not q.real > 0 or not x.is_finite():
            return UNKNOWN
        recurrence, n = found
        lam, place = characteristic(recurrence, n, q), place_at(recurrence, n, q)
        if place is None or not lam.is_finite():
            return UNKNOWN
        with ctx.workprec(ctx.prec + _GUARD):
            total = _summed(recurrence, q, lam, place.peak, x, second, slope)
        # The wave of frequency zero has half the weight.
        return (-1) ** n * total / (2 if recurrence.frequency(place.peak) == 0 else 1)

    return on_reals(enclosed)


def _summed(recurrence: Mathieu, q: Any, lam: Any, s: int, x: Any, second: bool, slope: bool) -> Any:
    """The sum of ``(-1)^l d_l (J_(l-s) C_(l+s+f) +- J_(l+s+f) C_(l-s))`` over l, f being the first frequency.

    Arguments are ``sqrt(q) exp(-x)`` of J, ``sqrt(q) exp(x)`` of C, which is J or Y. Its terms fall as the coefficients
    do times ``|u| ((l + s + f) / |v| + 1 / 2) / (l + 1 - s)`` at most, which falls too.
    """
    root, first = q.sqrt(), recurrence.frequency(0)
    inward, outward = root * (-x).exp(), root * x.exp()
    u, v = abs(inward).upper(), abs(outward).lower()
    if not v > 0:
        return UNKNOWN
    growth = max(arb(1), u * (3 / v + arb(0.5)))
    if not is_summed(q, growth):
        return UNKNOWN
    numbers, ratio = solution(recurrence, q, lam, s, 2 * growth, 2 * s + first + 2)
    sign, count = -1 if recurrence.sine else 1, len(numbers) + s + first + 1
    left, right = _Bessel(inward, count, second=False), _Bessel(outward, count, second)

    def product(k: int, j: int) -> Any:
        return left(k) * right.slope(j) - left.slope(k) * right(j) if slope else left(k) * right(j)

    total = acb(0)
    for k, d in enumerate(numbers):
        low, high = k - s, k + s + first
        total += (-1) ** (k - s) * d * (product(low, high) + sign * product(high, low))
    last = len(numbers) - 1
    low, high = last - s, last + s + first
    most = left.power(low) * right.most(high) + left.power(high) * right.most(low)
    if slope:
        # For |u J'| is no more than three times the order times the bound of J, |v C'| than (|v| + order) that of C.
        most *= 4 * high + abs(outward).upper()
    falls = 2 * growth * ratio
    return (-1) ** s * total + disc(abs(numbers[-1]) * most * falls / (1 - falls))


def _row(name: str, doc: str, kind: tuple[bool, bool, bool], slope: Function) -> Primitive:
    balls = _modified(*kind)
    return analytic_row(
        name,
        f"{doc}: m, a constant, a positive q, and x",
        balls,
        {2: slope},
        arity=3,
        orders=(POSITIVE if kind[0] else FROM_ZERO,),
        outside=lambda m, q, x: q <= 0,
        numpy=in_doubles(balls),
        sympy=Without(f"SymPy has no counterpart of {name}"),
        sympy_rule=False,
        ulps=1,
    )


mathieu_modce1: Primitive = _row(
    "mathieu_modce1",
    "the modified Mathieu function Mc(1)_m(x, q)",
    (False, False, False),
    lambda m, q, x, _: mathieu_modce1_prime(m, q, x),
)
mathieu_modce1_prime: Primitive = _row(
    "mathieu_modce1_prime",
    "the derivative by x of the modified Mathieu function Mc(1)_m(x, q)",
    (False, False, True),
    lambda m, q, x, _: (mathieu_a(m, q) - 2 * q * cosh(2 * x)) * mathieu_modce1(m, q, x),
)
mathieu_modce2: Primitive = _row(
    "mathieu_modce2",
    "the modified Mathieu function Mc(2)_m(x, q)",
    (False, True, False),
    lambda m, q, x, _: mathieu_modce2_prime(m, q, x),
)
mathieu_modce2_prime: Primitive = _row(
    "mathieu_modce2_prime",
    "the derivative by x of the modified Mathieu function Mc(2)_m(x, q)",
    (False, True, True),
    lambda m, q, x, _: (mathieu_a(m, q) - 2 * q * cosh(2 * x)) * mathieu_modce2(m, q, x),
)
mathieu_modse1: Primitive = _row(
    "mathieu_modse1",
    "the modified Mathieu function Ms(1)_m(x, q)",
    (True, False, False),
    lambda m, q, x, _: mathieu_modse1_prime(m, q, x),
)
mathieu_modse1_prime: Primitive = _row(
    "mathieu_modse1_prime",
    "the derivative by x of the modified Mathieu function Ms(1)_m(x, q)",
    (True, False, True),
    lambda m, q, x, _: (mathieu_b(m, q) - 2 * q * cosh(2 * x)) * mathieu_modse1(m, q, x),
)
mathieu_modse2: Primitive = _row(
    "mathieu_modse2",
    "the modified Mathieu function Ms(2)_m(x, q)",
    (True, True, False),
    lambda m, q, x, _: mathieu_modse2_prime(m, q, x),
)
mathieu_modse2_prime: Primitive = _row(
    "mathieu_modse2_prime",
    "the derivative by x of the modified Mathieu function Ms(2)_m(x, q)",
    (True, True, True),
    lambda m, q, x, _: (mathieu_b(m, q) - 2 * q * cosh(2 * x)) * mathieu_modse2(m, q, x),
)
