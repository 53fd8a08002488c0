"""Spheroidal wave functions and their characteristic values, DLMF 30.2 to 30.8, as SciPy normalizes them: Flammer's.

An oblate function is the prolate one whose ``c^2`` is negative. SciPy's keep few digits, or none, where c is large, and
take c for zero where it is negative.
"""

import math
from dataclasses import dataclass
from typing import Any

from flint import acb, arb, ctx, fmpq

from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.enclosures.recurrences import MOST, UNKNOWN, characteristic, disc, is_summed, place_at, solution
from diffcheck.ops.functions.differentiated import analytic_row, in_doubles
from diffcheck.ops.orders import FROM_ZERO
from diffcheck.ops.table import Function, Primitive, Without


@dataclass(frozen=True, slots=True)
class Spheroidal:
    """The recurrence of the coefficients of Legendre functions of the order m whose degrees are m + 1, m + 3 ...

    Or m, m + 2 ..., if not odd: Flammer (1957), (3.1.4).
    """

    m: int
    odd: bool

    @property
    def norm(self) -> int:
        """That of the multiplication by x^2."""
        return 1

    def beyond(self, k: int) -> int:
        """How far the k-th degree is beyond m."""
        return 2 * k + self.odd

    def level(self, k: int) -> int:
        """That of Legendre's equation."""
        degree = self.m + self.beyond(k)
        return degree * (degree + 1)

    def turn(self, k: int) -> fmpq:
        """The mean of x^2."""
        twice = 2 * (self.m + self.beyond(k))
        return fmpq(2 * self.level(k) - 2 * self.m**2 - 1, (twice - 1) * (twice + 3))

    def below(self, k: int) -> fmpq:
        """What x^2 has of the degree below."""
        r, twice = self.beyond(k), 2 * (self.m + self.beyond(k))
        return fmpq(r * (r - 1), (twice - 3) * (twice - 1))

    def above(self, k: int) -> fmpq:
        """What x^2 has of the degree above."""
        r, twice = self.beyond(k), 2 * (self.m + self.beyond(k))
        return fmpq((2 * self.m + r + 2) * (2 * self.m + r + 1), (twice + 3) * (twice + 5))


def of_degree(m: Any, n: Any) -> tuple[Spheroidal, int] | None:
    """The recurrence and how many values are below; ``None`` for a degree below the order."""
    order, degree = m.real.unique_fmpz(), n.real.unique_fmpz()
    if order is None or degree is None or not 0 <= order <= degree:
        return None
    rest = int(degree - order)
    return Spheroidal(int(order), rest % 2 == 1), rest // 2


def _characteristic(sign: int) -> Function:
    def enclosed(m: Any, n: Any, c: Any) -> Any:
        found = of_degree(m, n)
        return UNKNOWN if found is None else characteristic(*found, sign * c * c)

    return on_reals(enclosed)


def _gegenbauer(m: int, count: int, x: Any) -> list[Any]:
    """Gegenbauer's polynomials of the parameter m + 1/2, DLMF 18.9.1; each step loses less than two bits."""
    with ctx.workprec(ctx.prec + 2 * count):
        found = [acb(1), (2 * m + 1) * x]
        for r in range(1, count):
            found.append(((2 * r + 2 * m + 1) * x * found[r] - (r + 2 * m) * found[r - 1]) / (r + 1))
    return found


def _slopes(m: int, count: int, x: Any) -> list[Any]:
    """Their derivatives, DLMF 18.9.19."""
    return [acb(0), *((2 * m + 1) * value for value in _gegenbauer(m + 1, count, x))]


class _Sums:
    """Sums of Gegenbauer's polynomials, and of their derivatives, with the coefficients of a solution."""

    def __init__(self, recurrence: Spheroidal, p: Any, lam: Any, peak: int, growth: Any) -> None:
        self.m, self.odd, self.growth = recurrence.m, recurrence.odd, growth
        self.numbers, ratio = solution(recurrence, p, lam, peak, 4 * growth, recurrence.m + 2)
        self.last = recurrence.beyond(len(self.numbers) - 1)
        r, m = self.last, self.m
        self.falls = ratio * growth * fmpq((r + 2 * m + 2) * (r + 2 * m + 3), r * (r + 1))

    def values(self, x: Any) -> Any:
        """That of the polynomials; one of degree r is below its value at 1 times ``growth^(r/2)``, DLMF 18.5.11."""
        at_one = math.comb(self.last + 2 * self.m, self.last)
        return self._sum(_gegenbauer(self.m, self.last, x), at_one)

    def slopes(self, x: Any) -> Any:
        """That of the derivatives."""
        at_one = (2 * self.m + 1) * math.comb(self.last + 2 * self.m + 1, self.last - 1)
        return self._sum(_slopes(self.m, self.last, x), at_one)

    def _sum(self, terms: list[Any], at_one: int) -> Any:
        used = terms[self.odd :: 2][: len(self.numbers)]
        if all(v.is_zero() for v in used):
            return acb(0)  # at 0 exactly
        total = sum((d * v for d, v in zip(self.numbers, used, strict=True)), acb(0))
        left = abs(self.numbers[-1]) * at_one * self.growth ** ((self.last + 1) // 2) * self.falls / (1 - self.falls)
        return total + disc(left)


def _circle(x: Any) -> Any:
    """The square of the larger one of ``|x + i w|`` and ``|x - i w|``, w the root of ``1 - x^2``: 1 for real x."""
    if x.imag.is_zero() and abs(x.real) < 1:
        return arb(1)
    turned = acb(0, 1) * (1 - x * x).sqrt()
    return max((abs(x + turned) ** 2).upper(), (abs(x - turned) ** 2).upper())


def _angular(sign: int, slope: bool) -> Function:
    """The function or its derivative by x; even ones have at 0 the value of Legendre's, odd ones its derivative.

    There, and away from where they are concentrated, they are small as ``exp(-c)``.
    """

    def enclosed(m: Any, n: Any, c: Any, x: Any) -> Any:
        found, p = of_degree(m, n), sign * c * c
        if found is None or not x.is_finite() or not abs(p) < MOST:
            return UNKNOWN
        with ctx.workprec(ctx.prec + 2 * int(abs(c).upper().ceil().unique_fmpz())):
            return summed(*found, p, x)

    def summed(recurrence: Spheroidal, k: int, p: Any, x: Any) -> Any:
        lam, place, rest = characteristic(recurrence, k, p), place_at(recurrence, k, p), (1 - x) * (1 + x)
        if place is None or not lam.is_finite() or not (rest.real > 0 or recurrence.m % 2 == 0):
            return UNKNOWN
        if not is_summed(p, _circle(x)):
            return UNKNOWN
        order, beyond = recurrence.m, recurrence.beyond(k)
        sums = _Sums(recurrence, p, lam, place.peak, _circle(x))
        zero = acb(0)
        if recurrence.odd:
            scale = _slopes(order, beyond, zero)[beyond] / sums.slopes(zero)
        else:
            scale = _gegenbauer(order, beyond, zero)[beyond] / sums.values(zero)
        root = rest.sqrt() if order % 2 else acb(1)
        total = sums.slopes(x) if slope else sums.values(x)
        if slope:
            total = rest * total - order * x * sums.values(x) if order else total
        power = (order - 2 * slope if order else 0) // 2
        return math.prod(range(1, 2 * order, 2)) * scale * root * rest**power * total

    return on_reals(enclosed)


def of_nothing(m: Any, n: Any, *_: Any) -> bool:
    """Whether the degree is below the order."""
    return bool(n < m)


def _outside(m: Any, n: Any, _: Any, x: Any) -> bool:
    return bool(n < m or x <= -1 or x >= 1)


def _row(name: str, doc: str, balls: Function, arity: int, **columns: Any) -> Primitive:
    """A row that is even in c, whose NumPy's side is the definition."""
    return analytic_row(
        name,
        doc,
        balls,
        arity=arity,
        orders=(FROM_ZERO, FROM_ZERO),
        symmetry=lambda *_: 1,
        numpy=in_doubles(balls),
        sympy=Without(f"SymPy has no counterpart of {name}"),
        sympy_rule=False,
        ulps=1,
        **columns,
    )


pro_cv = _row(
    "pro_cv",
    "the characteristic value of prolate spheroidal functions: m, n from m on, which are constants, and c",
    _characteristic(1),
    3,
    outside=of_nothing,
)
obl_cv = _row(
    "obl_cv",
    "the characteristic value of oblate spheroidal functions: m, n from m on, which are constants, and c",
    _characteristic(-1),
    3,
    outside=of_nothing,
)


def _bent(m: Any, n: Any, c: Any, x: Any, slope: Any, sign: int, value: Primitive, of: Primitive) -> Any:
    """The second derivative by the first one and the value, DLMF 30.2.1."""
    rest = (1 - x) * (1 + x)
    return (2 * x * slope - (of(m, n, c) - sign * c * c * x * x - m * m / rest) * value(m, n, c, x)) / rest


pro_ang1_s: Primitive = _row(
    "pro_ang1_s",
    "the prolate angular function of the first kind: m, n from m on, which are constants, c, and x between -1 and 1",
    _angular(1, slope=False),
    4,
    outside=_outside,
    slopes={3: lambda m, n, c, x, _: pro_ang1_sp(m, n, c, x)},
)
pro_ang1_sp: Primitive = _row(
    "pro_ang1_sp",
    "the derivative by x of the prolate angular function of the first kind: m, n, c, x",
    _angular(1, slope=True),
    4,
    outside=_outside,
    slopes={3: lambda m, n, c, x, v: _bent(m, n, c, x, v, 1, pro_ang1_s, pro_cv)},
)
obl_ang1_s: Primitive = _row(
    "obl_ang1_s",
    "the oblate angular function of the first kind: m, n from m on, which are constants, c, and x between -1 and 1",
    _angular(-1, slope=False),
    4,
    outside=_outside,
    slopes={3: lambda m, n, c, x, _: obl_ang1_sp(m, n, c, x)},
)
obl_ang1_sp: Primitive = _row(
    "obl_ang1_sp",
    "the derivative by x of the oblate angular function of the first kind: m, n, c, x",
    _angular(-1, slope=True),
    4,
    outside=_outside,
    slopes={3: lambda m, n, c, x, v: _bent(m, n, c, x, v, -1, obl_ang1_s, obl_cv)},
)
