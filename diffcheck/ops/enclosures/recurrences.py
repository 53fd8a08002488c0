"""Characteristic values and minimal solutions of three-term recurrences with a parameter, certified.

``p below_k d_(k-1) + (level_k + p turn_k - lam) d_k + p above_k d_(k+1) = 0`` for k = 0, 1 ..., where the levels grow
like squares of k: of the ``lam`` for which there is a solution that falls, the n-th one is ``level_n`` at p = 0.

At a real p the recurrence is a self-adjoint matrix T, diagonal but for p times a bounded one, V. Signs of pivots count
the values below a number (Sylvester's law of inertia), so that floating point's approximation is known to be the n-th
one, and how far the others are. At ``p + h``, complex, exactly one value lies within ``|h| |V|`` of it where that is
less than half of this distance, and it is analytic there (Bauer and Fike, Numer. Math. 2, 1960). Newton's operator on
balls has its digits. The solution's quotients are continued fractions from both ends (Gautschi, SIAM Rev. 9, 1967).
"""

import functools
import math
from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np
from flint import acb, arb, ctx, fmpq
from scipy.linalg import eigh_tridiagonal

UNKNOWN = acb(arb.nan(), arb.nan())
# Of larger parameters, or times a larger growth, the sums take seconds.
MOST, _MOST_ROWS, _FASTEST = 2**17, 2**10, 2**22
# The bits in which pivots and signs are computed, so many more that none of them is lost.
_BITS = 192
# What one value is known to by floating point, beside the size of the matrix.
_ROUNDING = 2.0**-36
# Newton's steps are tried where the parameter is known to this part of the distance to the next value.
_NARROW = 2.0**-8
_STEPS = 60
# A smaller parameter may be zero in floating point.
_TINY = 2.0**-512
# Bits beyond the working precision, or the last rounding would hide that a step is contained.
_GUARD = 16
_REMEMBERED = 512


class Recurrence(Hashable, Protocol):
    """The entries of a recurrence; from the third row on none of turn, below and above exceeds 1 in size."""

    @property
    def norm(self) -> int:
        """What ``V`` multiplies a vector's length by at most."""

    def level(self, k: int) -> int:
        """What stands on the diagonal at p = 0."""

    def turn(self, k: int) -> fmpq:
        """What p has there."""

    def below(self, k: int) -> fmpq:
        """What p has beside ``d_(k-1)``."""

    def above(self, k: int) -> fmpq:
        """What p has beside ``d_(k+1)``."""


class Place(NamedTuple):
    """Where a characteristic value is at a real parameter.

    Attributes
    ----------
    value, radius:
        It is within this distance of a double.
    gap:
        All others are farther away from that double.
    peak:
        The row about which the solution is largest.
    """

    value: float
    radius: float
    gap: float
    peak: int


def disc(radius: Any) -> Any:
    """The complex ball about zero of this radius."""
    ball = arb(0, arb(radius).upper())
    return acb(ball, ball)


def characteristic(recurrence: Recurrence, n: int, p: Any) -> Any:
    """The n-th characteristic value at a complex ball; no number where it is not known to be analytic in all of it."""
    if p.is_zero():
        return acb(recurrence.level(n))
    place = place_at(recurrence, n, p)
    if place is None:
        return UNKNOWN
    moved = recurrence.norm * abs(p - float(p.real.mid())) + place.radius
    if not moved < (place.gap - place.radius) / 2:
        return UNKNOWN
    around = acb(place.value) + disc(moved)
    if recurrence.norm * abs(p - p.mid()) < _NARROW * place.gap:
        with ctx.workprec(ctx.prec + _GUARD):
            found = _by_newton(recurrence, place, p)
        if abs(found - place.value) + moved < place.gap:
            return found
    return around


def place_at(recurrence: Recurrence, n: int, p: Any) -> Place | None:
    """Where the n-th value is at the real double nearest to a ball; ``None`` where that is too far out."""
    return _place(recurrence, n, float(p.real.mid())) if abs(p) < MOST and n < _MOST_ROWS else None


def is_summed(p: Any, growth: Any) -> bool:
    """Whether a solution times powers of ``growth`` falls soon enough."""
    return bool(growth < _FASTEST and abs(p) * growth < _FASTEST)


def solution(
    recurrence: Recurrence, p: Any, lam: Any, peak: int, growth: Any = 1, least: int = 0
) -> tuple[list[Any], Any]:
    """The solution that is 1 at the peak, up to where it is small beside powers of ``growth``, and what comes after.

    There are ``least`` numbers or more. After the last one each is no more than the second result times the one before.
    """
    size = abs(lam).upper() + 2 * abs(p).upper()
    last = max(_last(recurrence, abs(p).upper(), size, growth, ctx.prec), peak + 1, least)
    left, right = _from_left(recurrence, p, lam, peak), _from_right(recurrence, p, lam, peak, last)
    found = [acb(1)]
    for quotient, _ in reversed(left):
        found.append(found[-1] * quotient)
    found.reverse()
    for quotient, _ in right:
        found.append(found[-1] * quotient)
    return found, abs(p).upper() / (recurrence.level(last + 1) - size)


def sign_of_first(recurrence: Recurrence, n: int, p: float, peak: int) -> int | None:
    """The sign of the solution's first number at a real parameter, if that at the peak is 1."""
    with ctx.workprec(_BITS):
        lam = characteristic(recurrence, n, acb(p))
        if not lam.is_finite():
            return None
        found = solution(recurrence, acb(p), lam, peak)[0][0].real
        return None if found.contains(0) else 1 if found > 0 else -1


def _first_far(recurrence: Recurrence, size: Any) -> int:
    """The first row, from the third on, whose level is not below a number."""
    k = 2
    while recurrence.level(k) < size:
        k += 1
    return k


def _last(recurrence: Recurrence, p: Any, size: Any, growth: Any, bits: int) -> int:
    """A row from which on the solution falls by 4 ``growth`` at least each time, and is below ``2^-bits``."""
    factor, needed = float(arb(growth).upper()), bits + 16.0
    k = _first_far(recurrence, float(size) + 4 * max(float(p), 1.0) * max(factor, 1.0))
    while needed > 0 and not p.is_zero():
        needed -= math.log2((recurrence.level(k) - float(size)) / max(float(p), _TINY) / factor)
        k += 1
    return k


def _from_left(recurrence: Recurrence, p: Any, lam: Any, peak: int) -> list[tuple[Any, Any]]:
    """The quotients ``d_k / d_(k+1)`` below the peak, and their derivatives by lam."""
    found, quotient, slope = [], acb(0), acb(0)
    for k in range(peak):
        below, above = p * recurrence.below(k), p * recurrence.above(k)
        inverse = 1 / (recurrence.level(k) + p * recurrence.turn(k) - lam + below * quotient)
        quotient, slope = -above * inverse, above * (below * slope - 1) * inverse * inverse
        found.append((quotient, slope))
    return found


def _from_right(recurrence: Recurrence, p: Any, lam: Any, peak: int, last: int) -> list[tuple[Any, Any]]:
    """The quotients ``d_k / d_(k-1)`` beyond the peak, and their derivatives by lam.

    After the last row the diagonal exceeds lam by four times the entries and by 4, at least: there both are below 1.
    """
    found, quotient, slope = [], disc(1), disc(1)
    for k in range(last, peak, -1):
        below, above = p * recurrence.below(k), p * recurrence.above(k)
        inverse = 1 / (recurrence.level(k) + p * recurrence.turn(k) - lam + above * quotient)
        quotient, slope = -below * inverse, below * (above * slope - 1) * inverse * inverse
        found.append((quotient, slope))
    return found[::-1]


def _by_newton(recurrence: Recurrence, place: Place, p: Any) -> Any:
    """A zero of the row at the peak as a function of lam, near the place; no number if none is found."""
    peak = place.peak
    entry, most = abs(p).upper(), arb(abs(place.value) + place.gap)
    last = max(_last(recurrence, entry, most + 2 * entry, 1, ctx.prec), peak + 1)

    def at(lam: Any, p: Any) -> tuple[Any, Any]:
        value, slope = recurrence.level(peak) + p * recurrence.turn(peak) - lam, acb(-1)
        if peak:
            quotient, by = _from_left(recurrence, p, lam, peak)[-1]
            value, slope = value + p * recurrence.below(peak) * quotient, slope + p * recurrence.below(peak) * by
        quotient, by = _from_right(recurrence, p, lam, peak, last)[0]
        return value + p * recurrence.above(peak) * quotient, slope + p * recurrence.above(peak) * by

    x, before = acb(place.value), arb.pos_inf()
    for _ in range(_STEPS):
        value, slope = at(x, p.mid())
        step = value / slope
        size = abs(step).upper()
        if not size < before:
            break
        x, before = (x - step).mid(), size
        if size * size < abs(x) * arb((1, -ctx.prec - _GUARD)):
            break  # the next one would be smaller than the last digit
    value, slope = at(x, p)
    rounding = abs(x) * arb((1, _GUARD // 2 - ctx.prec))
    for widened in (2, 8, 64):
        around = x + disc(widened * abs(value / slope) + rounding)
        found = x - value / at(around, p)[1]
        if around.contains(found) and abs(around) < most:
            return found
    return UNKNOWN


@functools.lru_cache(maxsize=_REMEMBERED)
def _place(recurrence: Recurrence, n: int, p: float) -> Place | None:
    values, peak = _in_doubles(recurrence, n, p)
    at = 0 if n == 0 else 1
    value = float(values[at])
    distances = [abs(float(v) - value) for k, v in enumerate(values) if k != at]
    gap, radius = min(distances) * (1 - 2**-6), _ROUNDING * (abs(value) + abs(p) + recurrence.level(0) + 1)
    with ctx.workprec(_BITS):
        counts = [_count(recurrence, arb(p), arb(value) + away) for away in (-gap, -radius, radius, gap)]
    return Place(value, radius, gap, peak) if counts == [n, n, n + 1, n + 1] else None


def _in_doubles(recurrence: Recurrence, n: int, p: float) -> tuple[Any, int]:
    """About what the n-th value and the ones beside it are, and where its vector is largest."""
    size = _first_far(recurrence, recurrence.level(n) + 8 * (recurrence.norm * abs(p) + 1)) + 8
    rows = range(size)
    diagonal = [recurrence.level(k) + p * float(recurrence.turn(k)) for k in rows]
    beside = [p * math.sqrt(float(recurrence.above(k) * recurrence.below(k + 1))) for k in rows[:-1]]
    values, vectors = eigh_tridiagonal(diagonal, beside, select="i", select_range=(max(n - 1, 0), n + 1))
    return values, int(np.argmax(np.abs(vectors[:, min(n, 1)])))


def _count(recurrence: Recurrence, p: Any, x: Any) -> int | None:
    """How many values lie below a real number, as the pivots tell; ``None`` if they do not.

    Where the diagonal exceeds x by twice the entries, pivots that are not below the entries stay so.
    """
    negative, settled = 0, _first_far(recurrence, x + 3 * abs(p))
    for k, pivot in enumerate(_pivots(recurrence, p, x)):
        if not (pivot > 0 or pivot < 0):
            return None
        if k >= settled and pivot >= abs(p):
            return negative
        negative += int(pivot < 0)
    return None


def _pivots(recurrence: Recurrence, p: Any, x: Any) -> Iterator[Any]:
    pivot, k = recurrence.level(0) + p * recurrence.turn(0) - x, 0
    while pivot.is_finite():
        yield pivot
        square = p * p * (recurrence.above(k) * recurrence.below(k + 1))
        k += 1
        pivot = recurrence.level(k) + p * recurrence.turn(k) - x - square / pivot
