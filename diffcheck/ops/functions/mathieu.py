"""Mathieu functions and their characteristic values, DLMF 28.2 to 28.4, by SciPy's names; angles are in degrees."""

from dataclasses import dataclass
from typing import Any

from flint import acb, arb, fmpq

from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.enclosures.recurrences import (
    UNKNOWN,
    characteristic,
    disc,
    is_summed,
    place_at,
    sign_of_first,
    solution,
)
from diffcheck.ops.exact import pi
from diffcheck.ops.functions.degrees import cosdg
from diffcheck.ops.functions.differentiated import analytic_row, in_doubles
from diffcheck.ops.orders import FROM_ZERO, POSITIVE, Order
from diffcheck.ops.table import Function, Primitive, Without


@dataclass(frozen=True, slots=True)
class Mathieu:
    """The recurrences of the coefficients of cosines or sines whose frequencies are even or odd, DLMF 28.4.5-8."""

    sine: bool
    odd: bool

    @property
    def norm(self) -> int:
        """That of the multiplication by ``2 cos(2 x)``."""
        return 2

    def frequency(self, k: int) -> int:
        """That of the k-th wave."""
        return 2 * k + 1 if self.odd else 2 * k + 2 * self.sine

    def level(self, k: int) -> int:
        """The square of the frequency."""
        return self.frequency(k) ** 2

    def turn(self, k: int) -> fmpq:
        """Of the frequency 1 another one is the wave's own mirror image."""
        return fmpq(int(self.odd and k == 0) * (-1 if self.sine else 1))

    def below(self, k: int) -> fmpq:
        """The constant, of half the weight, counts twice."""
        return fmpq(2 if k == 1 and self.frequency(0) == 0 else 1)

    def above(self, k: int) -> fmpq:
        """One."""
        return fmpq(1)


def of_order(sine: bool, m: Any) -> tuple[Mathieu, int] | None:
    """The recurrence of an order, and how many values are below; ``None`` for what is no order."""
    order = m.real.unique_fmpz()
    if order is None or order < sine:
        return None
    recurrence = Mathieu(sine, order % 2 == 1)
    return recurrence, (int(order) - recurrence.frequency(0)) // 2


def _characteristic(sine: bool) -> Function:
    def enclosed(m: Any, q: Any) -> Any:
        found = of_order(sine, m)
        return UNKNOWN if found is None else characteristic(*found, q)

    return on_reals(enclosed)


def _coefficients(recurrence: Mathieu, n: int, q: Any, growth: Any) -> tuple[list[Any], Any] | None:
    """The coefficients of the waves, their squares adding up to 1 (DLMF 28.4.9-12), and how those beyond fall.

    The sign is the one at q = 0, where the n-th coefficient is 1. The first is never zero: it is positive for small
    positive q, where all are to the left of the n-th, and so for all.
    """
    lam, place = characteristic(recurrence, n, q), place_at(recurrence, n, q)
    if place is None or not (lam.is_finite() and is_summed(q, growth)):
        return None
    numbers, ratio = solution(recurrence, q, lam, place.peak, growth)
    sign = _sign(recurrence, n, q, place.peak, numbers[0].real)
    twice = numbers[0] if recurrence.frequency(0) == 0 else 0
    square = sum((d * d for d in numbers), twice * twice)
    square += disc((abs(numbers[-1]) * ratio) ** 2 / (1 - ratio * ratio))
    if sign is None or not square.real > 0:
        return None
    scale = sign / square.sqrt()
    return [scale * d for d in numbers], ratio


def _sign(recurrence: Mathieu, n: int, q: Any, peak: int, first: Any) -> int | None:
    """That of the n-th coefficient where the one at the peak is positive: the first one's, or ``(-1)^n`` times that."""
    centre = float(q.real.mid())
    if not centre:
        return 1
    if q.imag.contains(0) and not first.contains(0):
        sign = 1 if first > 0 else -1
    else:
        sign = sign_of_first(recurrence, n, centre, peak) or 0
    return sign * (-1) ** (n * (centre < 0)) or None


def _wave(frequency: int, x: Any, sine: bool) -> Any:
    """The sine or cosine of so many times an angle of x degrees; that of a right angle exactly."""
    degrees = x.real.unique_fmpz() if x.imag.is_zero() and x.real.is_exact() else None
    if degrees is not None and degrees % 90 == 0:
        turn = fmpq(int(degrees) // 90 * frequency % 4, 2)
        return acb(arb.sin_pi_fmpq(turn) if sine else arb.cos_pi_fmpq(turn))
    turned = frequency * x / 180
    return turned.sin_pi() if sine else turned.cos_pi()


def _angular(sine: bool, slope: bool) -> Function:
    """The sum of waves, or its derivative by the angle in radians."""

    def enclosed(m: Any, q: Any, x: Any) -> Any:
        known = of_order(sine, m)
        if known is None or not x.is_finite():
            return UNKNOWN
        recurrence, n = known
        height = abs(x.imag).upper() * arb.pi() / 180
        growth = (2 * height).exp()
        found = _coefficients(recurrence, n, q, 2 * growth)
        if found is None:
            return UNKNOWN
        numbers, ratio = found
        waves = [_wave(recurrence.frequency(k), x, sine != slope) for k in range(len(numbers))]
        if all(w.is_zero() for w in waves):
            return acb(0)
        last = recurrence.frequency(len(numbers) - 1)
        factors = [recurrence.frequency(k) if slope else 1 for k in range(len(numbers))]
        total = sum((d * w * f for d, w, f in zip(numbers, waves, factors, strict=True)), acb(0))
        falls = 2 * growth * ratio
        left = abs(numbers[-1]) * factors[-1] * (last * height).exp() * falls / (1 - falls)
        return (-total if slope and not sine else total) + disc(left)

    return on_reals(enclosed)


def _row(name: str, doc: str, balls: Function, orders: tuple[Order, ...], **columns: Any) -> Primitive:
    """A row whose NumPy's side is the definition: SciPy's a_30(1e4) is a_28(1e4), and so for other large q."""
    return analytic_row(
        name,
        doc,
        balls,
        orders=orders,
        numpy=in_doubles(balls),
        sympy=Without(f"SymPy has no counterpart of {name}"),
        sympy_rule=False,
        ulps=1,
        **columns,
    )


def _symmetry(m: Any, _: Any) -> int:
    """Of an even order both characteristic values are even, DLMF 28.2.26."""
    order = m.real.unique_fmpz()
    return int(order is not None and order % 2 == 0)


mathieu_a = _row(
    "mathieu_a",
    "the characteristic value a_m(q) of Mathieu's equation, of even solutions, its order m a constant",
    _characteristic(sine=False),
    (FROM_ZERO,),
    arity=2,
    symmetry=_symmetry,
)
mathieu_b = _row(
    "mathieu_b",
    "the characteristic value b_m(q) of Mathieu's equation, of odd solutions, its order m a constant",
    _characteristic(sine=True),
    (POSITIVE,),
    arity=2,
    symmetry=_symmetry,
)


def _stiffness(m: Any, q: Any, x: Any, of: Primitive) -> Any:
    """What the second derivative is of the function, DLMF 28.2.1, by degrees."""
    return (2 * q * cosdg(2 * x) - of(m, q)) * pi / 180


mathieu_ce: Primitive = _row(
    "mathieu_ce",
    "the even Mathieu function ce_m(x, q), arguments in the order m, q, x: m a constant, x in degrees",
    _angular(sine=False, slope=False),
    (FROM_ZERO,),
    slopes={2: lambda m, q, x, _: mathieu_ce_prime(m, q, x) * pi / 180},
    arity=3,
)
mathieu_ce_prime: Primitive = _row(
    "mathieu_ce_prime",
    "the derivative of ce_m(x, q) by the angle in radians: m, q, and x in degrees",
    _angular(sine=False, slope=True),
    (FROM_ZERO,),
    slopes={2: lambda m, q, x, _: _stiffness(m, q, x, mathieu_a) * mathieu_ce(m, q, x)},
    arity=3,
)
mathieu_se: Primitive = _row(
    "mathieu_se",
    "the odd Mathieu function se_m(x, q), arguments in the order m, q, x: m a constant from 1 on, x in degrees",
    _angular(sine=True, slope=False),
    (POSITIVE,),
    slopes={2: lambda m, q, x, _: mathieu_se_prime(m, q, x) * pi / 180},
    arity=3,
)
mathieu_se_prime: Primitive = _row(
    "mathieu_se_prime",
    "the derivative of se_m(x, q) by the angle in radians: m, q, and x in degrees",
    _angular(sine=True, slope=True),
    (POSITIVE,),
    slopes={2: lambda m, q, x, _: _stiffness(m, q, x, mathieu_b) * mathieu_se(m, q, x)},
    arity=3,
)
