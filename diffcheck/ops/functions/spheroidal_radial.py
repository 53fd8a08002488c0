"""Radial spheroidal functions of the first and second kind, by sums of spherical Bessel functions, DLMF 30.11.

Those of the second kind converge beyond 1 only, as powers of ``x^-2``.
"""

import math
from typing import Any

from flint import acb, arb, ctx, fmpq

from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.enclosures.recurrences import MOST, UNKNOWN, characteristic, disc, place_at, solution
from diffcheck.ops.functions.differentiated import analytic_row, in_doubles
from diffcheck.ops.functions.spheroidal import Spheroidal, obl_cv, of_degree, of_nothing, pro_cv
from diffcheck.ops.orders import FROM_ZERO
from diffcheck.ops.table import Function, Primitive, Without

# More terms take seconds, and a larger ``c x`` does.
_MOST_TERMS = 2000
# Bits beyond the working precision, for products and sums of small terms.
_GUARD = 16


def _ceiling(x: Any) -> int:
    return int(abs(x).upper().ceil().unique_fmpz())


def _weights(recurrence: Spheroidal, k: int, numbers: list[Any]) -> list[Any]:
    """The coefficients times ``(2 m + r)! / r!`` and the sign that they have in the sum of Bessel functions."""
    m = recurrence.m
    return [
        (-1) ** (j - k) * d * (arb.fac_ui(2 * m + r) / arb.fac_ui(r))
        for j, d in enumerate(numbers)
        for r in [recurrence.beyond(j)]
    ]


def _total(k: int, weights: list[Any], ratio: Any) -> Any:
    """The sum without those signs; of numbers that fall by ``ratio`` quotients of factorials are no more than 4."""
    signed = sum(((-1) ** (j - k) * w for j, w in enumerate(weights)), acb(0))
    return signed + disc(abs(weights[-1]) * 4 * ratio / (1 - 4 * ratio))


def _odd(n: int) -> Any:
    """The product of odd numbers up to 2 n + 1."""
    return arb.fac_ui(2 * n + 1) / (arb.fac_ui(n) * 2**n)


def _even(n: int, z: Any) -> Any:
    """The even function 0F1(; n + 3/2; -z^2 / 4), where its sum would lose digits by Bessel's function."""
    if not (abs(z) > 1 and 2 * abs(z) > n and abs(z.real) > 0):
        return (-z * z / 4).hypgeom_0f1(acb(fmpq(2 * n + 3, 2)))
    right, order = z if z.real > 0 else -z, fmpq(2 * n + 1, 2)
    return _odd(n) * (arb.pi() / 2).sqrt() * right.bessel_j(acb(order)) / (right**n * right.sqrt())


def _first(recurrence: Spheroidal, k: int, p: Any, lam: Any, peak: int, c: Any, x: Any, slope: bool) -> Any:
    """The sum of ``w_r j_(m + r)(c x) / x^m``, or its derivative.

    By ``j_n(z) = z^n / (2 n + 1)!! 0F1(; n + 3/2; -z^2 / 4)`` (DLMF 10.53.1), where 0F1 is below ``exp(|Im(z)|)``
    (10.14.4).
    """
    m, z = recurrence.m, c * x
    # Of (2 m + r)! / r! quotients are below 4, of z^n / (2 n + 1)!! below 1 after so many terms, of derivatives no more
    # than twice that. Their bounds reach exp(|z|) before they fall.
    growth, least = arb(16), m + 3 + _ceiling(z) // 4
    with ctx.workprec(ctx.prec + 2 * _ceiling(z)):
        numbers, ratio = solution(recurrence, p, lam, peak, growth, least)
    weights = _weights(recurrence, k, numbers)
    total, size = acb(0), arb(0)
    for j, w in enumerate(weights):
        r = recurrence.beyond(j)
        n = m + r
        factor = w * c**n / _odd(n)
        if slope:
            inner = r * x ** (r - 1) * _even(n, z) if r else acb(0)
            value = inner - c * c * x ** (r + 1) / (2 * n + 3) * _even(n + 1, z)
            size = r * abs(x) ** max(r - 1, 0) + abs(c) ** 2 * abs(x) ** (r + 1)
        else:
            value, size = x**r * _even(n, z), abs(x) ** r
        total += factor * value
        size *= abs(factor) * abs(z.imag).exp()
    falls = ratio * growth
    return (total + disc(size * falls / (1 - falls))) / _total(k, weights, ratio)


def _second(recurrence: Spheroidal, k: int, p: Any, lam: Any, peak: int, c: Any, x: Any, slope: bool) -> Any:
    """The sum of ``w_r y_(m + r)(c x) / x^m``, or its derivative."""
    m, z = recurrence.m, c * x
    wide, size = abs(z).upper(), abs(lam).upper() + 2 * abs(p).upper()
    if not abs(x) > 1:
        return UNKNOWN
    count = 2 * m + _ceiling(z) + math.ceil(ctx.prec / 2 / math.log2(float(abs(x).lower())))
    if count > _MOST_TERMS:
        return UNKNOWN
    numbers, ratio = solution(recurrence, p, lam, peak, 2, count)
    weights = _weights(recurrence, k, numbers)
    last = recurrence.beyond(len(weights) - 1)
    y = _spherical(z, m + last + 1)
    total, by = acb(0), acb(0)
    for j, w in enumerate(weights):
        n = m + recurrence.beyond(j)
        total += w * y[n]
        by += w * (y[n - 1] * c - (n + 1 + m) * y[n] / x if n else -y[1] * c) if slope else 0
    n = m + last
    falls = _falls(m, last, wide, size) * max(arb(0.25), arb(recurrence.below(len(weights)))) / abs(x) ** 2
    most = abs(weights[-1]) * max(abs(y[n]).upper(), abs(y[n - 1]).upper())
    if slope:
        # |z y'| is no more than |z| + n + 1 times the larger one of this order and the one below.
        most, falls = most * (wide + n + 1 + m) / abs(x), falls * (wide + n + 3 + m) / (wide + n + 1 + m)
    if not falls < 1:
        return UNKNOWN
    return ((by if slope else total) + disc(most * falls / (1 - falls))) / (x**m * _total(k, weights, ratio))


def _spherical(z: Any, count: int) -> list[Any]:
    """Bessel's y of the orders up to one by recurrence, DLMF 10.51.1: it loses bits until the order is z."""
    with ctx.workprec(ctx.prec + 2 * _ceiling(z) + 2 * _GUARD):
        found = [-z.cos() / z, -z.cos() / (z * z) - z.sin() / z]
        for n in range(1, count):
            found.append((2 * n + 1) / z * found[n] - found[n - 1])
    return found


def _falls(m: int, r: int, z: Any, size: Any) -> Any:
    """What no quotient of terms exceeds from the r-th one on, times 1/4 or the recurrence's entry, over ``x^2``.

    The larger one of two neighbours among the ``|y_n|`` grows by ``(2 n + 1) / |z| + 1`` at most: twice that, over the
    level less ``size``, is ``4 + (a n + b) / (level - size)``, the second part of which falls.
    """
    n = m + r
    left = max(4 * z - 12, arb(0)) * n + max((1 + z) * (3 + z) - 24 + 4 * size, arb(0))
    factorials = fmpq((2 * m + r + 2) * (2 * m + r + 1), (r + 2) * (r + 1))
    return (4 + left / ((n + 2) * (n + 3) - size)) * factorials


def _radial(sign: int, kind: Function, slope: bool) -> Function:
    """A function or its derivative: sums times the power m of the root of ``x^2 - 1`` or ``x^2 + 1``."""

    def enclosed(m: Any, n: Any, c: Any, x: Any) -> Any:
        found, p, square = of_degree(m, n), sign * c * c, x * x - sign
        if found is None or not (x.is_finite() and abs(p) < MOST and abs(c * x) < _MOST_TERMS):
            return UNKNOWN
        recurrence, k = found
        order = recurrence.m
        if not (square.real > 0 or order % 2 == 0):
            return UNKNOWN
        with ctx.workprec(ctx.prec + 2 * _ceiling(c) + _GUARD):
            lam, place = characteristic(recurrence, k, p), place_at(recurrence, k, p)
            if place is None or not lam.is_finite():
                return UNKNOWN
            total = kind(recurrence, k, p, lam, place.peak, c, x, slope)
            if slope and order:
                total += order * x / square * kind(recurrence, k, p, lam, place.peak, c, x, False)
            return (square.sqrt() if order % 2 else 1) * square ** (order // 2) * total

    return on_reals(enclosed)


def _row(name: str, doc: str, kind: tuple[int, Function, bool], slope: Function, **columns: Any) -> Primitive:
    balls = _radial(*kind)
    return analytic_row(
        name,
        f"{doc}: m, n from m on, which are constants, c, x",
        balls,
        {3: slope},
        arity=4,
        orders=(FROM_ZERO, FROM_ZERO),
        numpy=in_doubles(balls),
        sympy=Without(f"SymPy has no counterpart of {name}"),
        sympy_rule=False,
        ulps=1,
        **columns,
    )


def _bent(arguments: tuple[Any, ...], slope: Any, sign: int, value: Primitive, of: Primitive) -> Any:
    """The second derivative by the first one and the value, DLMF 30.2.1, or Flammer (1957), (2.2.9)."""
    m, n, c, x = arguments
    rest = x * x - sign
    force = of(m, n, c) - c * c * x * x + sign * m * m / rest
    return (force * value(m, n, c, x) - 2 * x * slope) / rest


def _symmetry(_: Any, n: Any, *__: Any) -> int:
    """As the Bessel function of the order n, those of the first kind are even or odd in c."""
    order = n.real.unique_fmpz()
    return 0 if order is None else 1 - 2 * int(order % 2)


def _right(m: Any, n: Any, _: Any, x: Any) -> bool:
    return bool(n < m or x <= 1)


def _both_right(m: Any, n: Any, c: Any, x: Any) -> bool:
    return bool(n < m or c <= 0 or x <= 1)


def _both_positive(m: Any, n: Any, c: Any, x: Any) -> bool:
    return bool(n < m or c <= 0 or x <= 0)


pro_rad1_s: Primitive = _row(
    "pro_rad1_s",
    "the prolate radial function of the first kind, beyond 1",
    (1, _first, False),
    lambda m, n, c, x, _: pro_rad1_sp(m, n, c, x),
    outside=_right,
    symmetry=_symmetry,
)
pro_rad1_sp: Primitive = _row(
    "pro_rad1_sp",
    "the derivative by x of the prolate radial function of the first kind, beyond 1",
    (1, _first, True),
    lambda m, n, c, x, v: _bent((m, n, c, x), v, 1, pro_rad1_s, pro_cv),
    outside=_right,
    symmetry=_symmetry,
)

pro_rad2_s: Primitive = _row(
    "pro_rad2_s",
    "the prolate radial function of the second kind, beyond 1",
    (1, _second, False),
    lambda m, n, c, x, _: pro_rad2_sp(m, n, c, x),
    outside=_both_right,
)
pro_rad2_sp: Primitive = _row(
    "pro_rad2_sp",
    "the derivative by x of the prolate radial function of the second kind, beyond 1",
    (1, _second, True),
    lambda m, n, c, x, v: _bent((m, n, c, x), v, 1, pro_rad2_s, pro_cv),
    outside=_both_right,
)

obl_rad1_s: Primitive = _row(
    "obl_rad1_s",
    "the oblate radial function of the first kind",
    (-1, _first, False),
    lambda m, n, c, x, _: obl_rad1_sp(m, n, c, x),
    outside=of_nothing,
    symmetry=_symmetry,
)
obl_rad1_sp: Primitive = _row(
    "obl_rad1_sp",
    "the derivative by x of the oblate radial function of the first kind",
    (-1, _first, True),
    lambda m, n, c, x, v: _bent((m, n, c, x), v, -1, obl_rad1_s, obl_cv),
    outside=of_nothing,
    symmetry=_symmetry,
)

obl_rad2_s: Primitive = _row(
    "obl_rad2_s",
    "the oblate radial function of the second kind, of positive numbers",
    (-1, _second, False),
    lambda m, n, c, x, _: obl_rad2_sp(m, n, c, x),
    outside=_both_positive,
)
obl_rad2_sp: Primitive = _row(
    "obl_rad2_sp",
    "the derivative by x of the oblate radial function of the second kind, of positive numbers",
    (-1, _second, True),
    lambda m, n, c, x, v: _bent((m, n, c, x), v, -1, obl_rad2_s, obl_cv),
    outside=_both_positive,
)
