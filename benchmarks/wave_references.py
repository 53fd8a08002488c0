"""Mathieu and spheroidal functions from their differential equations by power series, in mpmath.

Characteristic values of Mathieu's equation are zeros of the determinant of the first rows of its matrix, those of the
spheroidal equation are where the series about an end is even or odd at zero.
"""

import functools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import mpmath as mp
import numpy as np
import scipy.special

# The rows of a matrix, in addition to what the order and the parameter ask for.
_ROWS = 40
# So many radians are one step; a power series then gains four bits a term.
_STEP = 0.0625


def _steps(x: Any) -> int:
    size = float(abs(x))
    return math.ceil(size / _STEP)


def _terms(entire: bool) -> int:
    return 30 + int(mp.mp.prec) // (4 if entire else 1)


def _frequency(sine: bool, odd: bool, k: int) -> int:
    return 2 * k + 1 if odd else 2 * k + 2 * sine


@functools.lru_cache(maxsize=64)
def _value(sine: bool, m: int, q: Any, precision: int) -> Any:
    odd = m % 2 == 1
    size = m + _ROWS + precision // 32 + int(3 * mp.sqrt(abs(q)))
    levels = [mp.mpf(_frequency(sine, odd, k)) ** 2 for k in range(size)]
    levels[0] += q * odd * (-1) ** sine
    squares = [q * q * (2 if k == 0 and _frequency(sine, odd, 0) == 0 else 1) for k in range(size)]

    def last_minors(x: Any) -> Any:
        before, minor = mp.mpf(1), levels[0] - x
        for level, square in zip(levels[1:], squares, strict=False):
            # Each row by its size: what is zero stays so.
            before, minor = minor / level, ((level - x) * minor - square * before) / level
        return minor

    matrix = np.diag([float(v) for v in levels]) + sum(
        np.diag([float(mp.sqrt(s)) * float(mp.sign(q)) for s in squares[:-1]], k) for k in (1, -1)
    )
    start = mp.mpf(np.linalg.eigvalsh(matrix)[(m - _frequency(sine, odd, 0)) // 2])
    width = 1e-11 * (abs(start) + abs(q) + 1)
    return mp.findroot(last_minors, (start - width, start + width), tol=0, verify=False, maxsteps=60)


def mathieu_value(sine: bool, m: Any, q: Any) -> Any:
    """The m-th characteristic value of even solutions, or of odd ones."""
    return _value(sine, int(m), mp.mpf(q), mp.mp.prec)


def _along_the_equation(a: Any, q: Any, x: Any, start: Sequence[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """The steps from 0 to x and the Taylor coefficients in each of ``y'' = (2 q cos 2t - a) y``."""
    steps, terms = max(_steps(x), 1), _terms(entire=True)
    h, y = x / steps, list(start)
    for k in range(steps):
        angle = 2 * k * h
        waves = (mp.cos(angle), -mp.sin(angle), -mp.cos(angle), mp.sin(angle))
        force = [2 * q * waves[i % 4] * mp.mpf(2) ** i / mp.factorial(i) for i in range(terms)]
        force[0] -= a
        coefficients = y[:]
        for i in range(terms - 2):
            coefficients.append(mp.fdot(force[: i + 1], coefficients[i::-1]) / ((i + 1) * (i + 2)))
        yield h, coefficients
        y = [mp.polyval(coefficients[::-1], h), mp.polyval([i * c for i, c in enumerate(coefficients)][:0:-1], h)]


def _end(a: Any, q: Any, x: Any, start: Sequence[Any]) -> tuple[Any, Any]:
    *_, (h, c) = _along_the_equation(a, q, x, start)
    return mp.polyval(c[::-1], h), mp.polyval([i * v for i, v in enumerate(c)][:0:-1], h)


@functools.lru_cache(maxsize=64)
def _norm(sine: bool, m: int, q: Any, precision: int) -> Any:
    """Four times the integral of the square over a quarter of the period, over pi, for a unit start."""
    total = mp.mpf(0)
    for h, c in _along_the_equation(mathieu_value(sine, m, q), q, mp.pi / 2, (int(not sine), int(sine))):
        square = [mp.fdot(c[: i + 1], c[i::-1]) for i in range(len(c))]
        total += mp.fsum(s * h ** (i + 1) / (i + 1) for i, s in enumerate(square))
    return mp.sqrt(4 * total / mp.pi)


def mathieu(sine: bool, slope: bool, m: Any, q: Any, x: Any) -> Any:
    """The function ce or se of x degrees, or the derivative by radians; errors grow along the equation."""
    with mp.workprec(mp.mp.prec + int(12 * mp.sqrt(abs(q)))):
        a, start = mathieu_value(sine, m, q), (mp.mpf(int(not sine)), mp.mpf(int(sine)))
        return _end(a, mp.mpf(q), mp.radians(x), start)[slope] / _norm(sine, int(m), mp.mpf(q), mp.mp.prec)


@functools.lru_cache(maxsize=64)
def _joining(sine: bool, m: int, q: Any, precision: int) -> Any:
    """What the modified function of the first kind is of the one with a unit start, DLMF 28.22.1-8.

    The coefficient of the slowest wave is the mean of products over a period, a sum over equal steps.
    """
    odd = m % 2 == 1
    a, f, start = mathieu_value(sine, m, q), _frequency(sine, odd, 0), (mp.mpf(int(not sine)), mp.mpf(int(sine)))
    wave, total, x = mp.sin if sine else mp.cos, mp.mpf(0), mp.mpf(0)
    for h, c in _along_the_equation(a, q, mp.pi / 2, start):
        total += h * (c[0] * wave(f * x) + mp.polyval(c[::-1], h) * wave(f * (x + h))) / 2
        x += h
    lowest = total * (2 if f == 0 else 4) / mp.pi
    sign = (-1) ** ((m - f) // 2 + (odd != sine))
    return sign * mp.sqrt(q) ** f * lowest / _end(a, q, mp.pi / 2, start)[odd != sine]


def modified(sine: bool, slope: bool, m: Any, q: Any, x: Any) -> Any:
    """Mc or Ms of the first kind, or the derivative: the angular function of an imaginary number."""
    a, start = mathieu_value(sine, m, q), (mp.mpf(int(not sine)), mp.mpf(int(sine)))
    value = _end(a, mp.mpf(q), mp.mpc(0, x), start)[slope]
    # Of cosines the value is real and the slope imaginary, of sines the other way.
    turned = value if sine == slope else value * mp.mpc(0, 1 if slope else -1)
    return mp.re(turned) * _joining(sine, int(m), mp.mpf(q), mp.mp.prec)


def _about_an_end(m: int, lam: Any, p: Any, x: Any) -> tuple[Any, Any]:
    """Both u and its derivative, where ``(1 - x^2)^(m/2) u`` is the solution that is regular at 1 and u is 1 there.

    With t = 1 - x: ``t (2 - t) u'' + 2 (m + 1) (1 - t) u' + (lam - m (m + 1) - p (1 - t)^2) u = 0``.
    """
    t, c, rest = 1 - x, [mp.mpf(1)], lam - m * (m + 1) - p
    for k in range(_terms(entire=False) + 40 + int(4 * mp.sqrt(abs(p)))):
        known = (rest - k * (k - 1) - 2 * (m + 1) * k) * c[k]
        known += 2 * p * c[k - 1] if k > 0 else 0
        known -= p * c[k - 2] if k > 1 else 0
        c.append(-known / (2 * (k + 1) * (k + m + 1)))
    return mp.polyval(c[::-1], t), -mp.polyval([k * v for k, v in enumerate(c)][:0:-1], t)


@functools.lru_cache(maxsize=64)
def _spheroidal_value(m: int, n: int, c: Any, sign: int, precision: int) -> Any:
    start = mp.mpf((scipy.special.pro_cv if sign > 0 else scipy.special.obl_cv)(m, n, abs(float(c))))
    width = 1e-11 * (abs(start) + 1)
    by_parity = 1 - (n - m) % 2
    return mp.findroot(
        lambda lam: _about_an_end(m, lam, sign * c * c, mp.mpf(0))[by_parity],
        (start - width, start + width),
        tol=0,
        verify=False,
        maxsteps=60,
    )


def spheroidal_value(sign: int, m: Any, n: Any, c: Any) -> Any:
    """The characteristic value of a prolate (1) or an oblate (-1) function."""
    return _spheroidal_value(int(m), int(n), mp.mpf(c), sign, mp.mp.prec)


def _legendre(m: int, n: int) -> Any:
    """Legendre's function at 0, or its derivative where it is odd, DLMF 14.5.1-2."""
    if (n - m) % 2 == 0:
        return mp.mpf(2) ** m * mp.sqrt(mp.pi) * mp.rgamma(mp.mpf(n - m) / 2 + 1) * mp.rgamma(mp.mpf(1 - n - m) / 2)
    return -(mp.mpf(2) ** (m + 1)) * mp.sqrt(mp.pi) * mp.rgamma(mp.mpf(n - m + 1) / 2) * mp.rgamma(mp.mpf(-n - m) / 2)


def spheroidal(sign: int, slope: bool, m: Any, n: Any, c: Any, x: Any) -> Any:
    """The angular function of a prolate (1) or an oblate (-1) spheroid, or its derivative."""
    order, odd = int(m), int(n - m) % 2
    lam, p = spheroidal_value(sign, m, n, c), sign * mp.mpf(c) ** 2
    scale = (-1) ** order * _legendre(order, int(n)) / _about_an_end(order, lam, p, mp.mpf(0))[odd]
    u, by = _about_an_end(order, lam, p, abs(mp.mpf(x)))
    mirror = (-1) ** (odd * (x < 0)) * scale
    power = (1 - mp.mpf(x) ** 2) ** (mp.mpf(order) / 2)
    if not slope:
        return mirror * power * u
    return mirror * (-1) ** int(x < 0) * power * (by - order * abs(x) * u / (1 - mp.mpf(x) ** 2))


def radial(sign: int, slope: bool, n: Any, c: Any, x: Any) -> Any:
    """The radial function of the first kind of the order 0, or its derivative, an integral of waves with weights."""
    lam, p = spheroidal_value(sign, 0, n, c), sign * mp.mpf(c) ** 2

    return mp.quad(lambda t: _about_an_end(0, lam, p, t)[0] * _part(int(n), slope, c, x, t), [0, 1])


def _part(n: int, slope: bool, c: Any, x: Any, t: Any) -> Any:
    """What of the wave ``exp(i c x t) / i^n`` is even or odd in t as the function is, or its derivative by x."""
    if not slope:
        return (-1) ** (n // 2) * (mp.sin if n % 2 else mp.cos)(c * x * t)
    return (-1) ** (n // 2) * c * t * (mp.cos(c * x * t) if n % 2 else -mp.sin(c * x * t))
