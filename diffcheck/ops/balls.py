"""Ball arithmetic: what the table's rows need beyond the methods of ``flint.arb``.

A ball encloses a real number: midpoint and radius, every operation rounding outwards (Arb, Johansson 2017, through
python-flint). Comparisons of balls are true only when they are certain.
"""

from fractions import Fraction
from typing import Any

from flint import arb, fmpq, fmpz

ZERO = arb(0)
# The recurrence that carries polygamma across zero takes one step per unit; further left the enclosure stays undecided.
_RECURRENCE = 1000


def ball(value: Fraction | int) -> Any:
    """The enclosure of an exact number at the working precision."""
    numerator, denominator = value.as_integer_ratio()
    return arb(fmpz(numerator)) if denominator == 1 else arb(fmpq(numerator, denominator))


def fraction(x: Any) -> Fraction | None:
    """The number that a ball is, ``None`` if it is not exact."""
    if not (x.is_exact() and x.is_finite()):
        return None
    mantissa, exponent = map(int, x.man_exp())
    return Fraction(mantissa) * Fraction(2) ** exponent


def ball_of_float(x: float) -> Any:
    """The exact ball of a finite float."""
    return arb(x)


def power_of_two(exponent: int) -> Any:
    """The exact ball of ``2 ** exponent``."""
    return arb((1, exponent))


def sign(x: Any) -> int | None:
    """The certain sign of a ball: 1, -1, 0 for the number zero itself, ``None`` if the ball does not decide."""
    if x > ZERO:
        return 1
    if x < ZERO:
        return -1
    return 0 if x.is_zero() else None


def magnitude(x: Any) -> Any:
    """The absolute value (the table has its own ``abs``)."""
    return abs(x)


def log_gamma(x: Any) -> Any:
    """Ln |Gamma(x)| on both sides of zero."""
    return x.lgamma() if x > ZERO else -abs(x.rgamma()).log()


def polygamma(order: Any, x: Any) -> Any:
    """The polygamma function of an integer order, DLMF 5.15: digamma for 0, else ``(-1)^(n+1) n! zeta(n+1, x)``.

    Left of zero the Hurwitz zeta function is reached by the recurrence ``psi_n(x) = psi_n(x + 1) - (-1)^n n! /
    x^(n+1)``.
    """
    n = int(order.unique_fmpz())
    if n == 0:
        return x.digamma()
    factorial = arb.fac_ui(n)
    shifted = ZERO
    steps = max(0, 1 - int(float(x.mid()))) if x > -_RECURRENCE else 0
    for _ in range(steps):
        shifted = shifted - (-1) ** n * factorial / x ** (n + 1)
        x = x + 1
    return shifted + (-1) ** (n + 1) * factorial * arb(n + 1).zeta(x)


def power(x: Any, y: Any) -> Any:
    """``x ** y``; for an integer ``y`` every ``x`` is allowed."""
    n = y.unique_fmpz() if y.is_exact() else None
    return x**y if n is None else _whole_power(x, int(n))


def _whole_power(x: Any, n: int) -> Any:
    """``x ** n`` by squaring: Arb's own gives NaN for a ball around zero."""
    if n < 0:
        return 1 / _whole_power(x, -n)
    result, square = arb(1), x
    while n:
        if n & 1:
            result = result * square
        n >>= 1
        if n:
            square = square * square
    return result


def atan2(y: Any, x: Any) -> Any:
    """The angle of the point (x, y); no number across its cut, the negative half of the first axis, and at (0, 0).

    On the cut itself the angle is pi, as C has it.
    """
    across = y.contains(0) and not (x > ZERO or (y.is_zero() and x < ZERO))
    return arb.nan() if across else arb.atan2(y, x)


def outside_power(x: Any, y: Any) -> bool:
    """Whether ``x ** y`` does not exist for certain: a negative base to a fraction, zero to a negative number."""
    return bool((x < ZERO and not y.contains_integer()) or (x.is_zero() and y < ZERO))


def sin_pi(x: Any) -> Any:
    """``sin(pi x)`` of a fraction, a ball or a series; exact where it is."""
    return arb.sin_pi_fmpq(fmpq(*x.as_integer_ratio())) if isinstance(x, Fraction) else x.sin_pi()


def cos_pi(x: Any) -> Any:
    """``cos(pi x)`` of a fraction, a ball or a series; exact where it is."""
    return arb.cos_pi_fmpq(fmpq(*x.as_integer_ratio())) if isinstance(x, Fraction) else x.cos_pi()


def sigmoid(x: Any) -> Any:
    """``1 / (1 + exp(-x))``, by the exponential that cannot overflow."""
    if x > ZERO:
        return 1 / (1 + (-x).exp())
    e = x.exp()
    return e / (1 + e)


def softplus(x: Any) -> Any:
    """``ln(1 + exp(x))``, by the exponential that cannot overflow."""
    return x + (-x).exp().log1p() if x > ZERO else x.exp().log1p()


def logsumexp(*x: Any) -> Any:
    """``ln(sum(exp(x)))``, shifted by the largest midpoint."""
    shift = max(b.mid() for b in x)
    return shift + sum(((b - shift).exp() for b in x), ZERO).log()


def xlogy(x: Any, y: Any) -> Any:
    """``x ln(y)``, zero for ``x = 0`` whatever ``y`` is."""
    return ZERO if x.is_zero() else x * y.log()


def distance_to_integer(x: Any) -> Any:
    """How far ``x`` lies from the integer nearest to its midpoint."""
    return x - nearest_integer(x)


def nearest_integer(x: Any) -> Any:
    """The integer nearest to the midpoint of a ball, or of a series' first coefficient; an exact ball."""
    head = x if isinstance(x, arb) else x[0]
    return (head.mid() + arb(0.5)).floor().mid()


def is_pole_of_gamma(x: Any) -> bool:
    """Whether ``x`` is zero or a negative integer, for certain."""
    return bool(x.is_exact() and x.is_integer() and x <= ZERO)
