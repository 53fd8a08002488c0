"""Ball arithmetic: what the table's rows need beyond the methods of ``flint.arb``.

A ball encloses a real number: midpoint and radius, every operation rounding outwards (Arb, Johansson 2017, through
python-flint). Comparisons of balls are true only when they are certain.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from flint import acb, arb, ctx, fmpq, fmpz

Rows = Sequence[Sequence[Any]]
# A second derivative by all elements of a matrix of four rows asks for so many.
_REMEMBERED = 256

# An exact fraction has no more; those of doubles and their products have thousands.
_MOST_BITS = 2**20

ZERO = arb(0)
HALF = arb(0.5)


def ball(value: Fraction | int) -> Any:
    """The enclosure of an exact number at the working precision."""
    numerator, denominator = value.as_integer_ratio()
    return arb(fmpz(numerator)) if denominator == 1 else arb(fmpq(numerator, denominator))


def fraction(x: Any) -> Fraction | None:
    """The number that a ball is, ``None`` if it is not exact, or has millions of digits."""
    if not (x.is_exact() and x.is_finite()):
        return None
    mantissa, exponent = map(int, x.man_exp())
    if abs(exponent) > _MOST_BITS:
        return None
    return Fraction(mantissa) * Fraction(2) ** exponent


def remembering(function: Callable[[Rows], Any]) -> Callable[[Rows], Any]:
    """The function of matrices, which are rows of balls, that knows again those it was asked last, by their balls.

    Of a program that asks for one element after another all have the same balls. They are kept, or others might take
    their places.
    """
    known: OrderedDict[Any, tuple[Rows, Any]] = OrderedDict()

    def remembered(rows: Rows) -> Any:
        key = ctx.prec, len(rows), *(id(x) for row in rows for x in row)
        if key not in known:
            known[key] = rows, function(rows)
            if len(known) > _REMEMBERED:
                known.popitem(last=False)
        return known[key][1]

    return remembered


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


def has_no_power(n: Any, x: Any) -> bool:
    """Whether x is a negative number where its power n, which is not whole, takes part; or zero, n being negative."""
    return bool((x < ZERO or (x.is_zero() and n < ZERO)) and not n.contains_integer())


def is_power_of_zero(n: Any, x: Any) -> bool:
    """Whether x is zero, and so is its positive power n."""
    return not isinstance(x, acb) and bool(x.is_zero() and n.real > ZERO)


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
    """``ln(sum(exp(x)))``: the largest argument and what the others add, which keeps its digits when that is little."""
    largest = max(range(len(x)), key=lambda i: x[i].mid())
    others = [b - x[largest] for i, b in enumerate(x) if i != largest]
    return x[largest] + sum((b.exp() for b in others), ZERO).log1p()


def hypot(*x: Any) -> Any:
    """The root of the sum of the squares."""
    return sum((b * b for b in x), ZERO).sqrt()


def cbrt(x: Any) -> Any:
    """The real cube root, an exact number where it has few bits; it grows, so that a ball's ends enclose it.

    Infinities, the whole line and NaN are their own.
    """
    if not x.is_finite():
        return x
    if not x.is_exact():
        return cbrt(x.lower()).union(cbrt(x.upper()))
    if x < ZERO:
        return -cbrt(-x)
    mantissa, exponent = x.man_exp()
    shift = int(exponent) % 3
    scaled = mantissa << shift
    whole = scaled.root(3)
    return arb((whole, (int(exponent) - shift) // 3)) if whole**3 == scaled else x.root(3)


def xlogy(x: Any, y: Any) -> Any:
    """``x ln(y)``, zero for ``x = 0`` whatever ``y`` is."""
    return arb(0) if x.is_zero() else x * y.log()


def head(x: Any) -> Any:
    """A ball itself, or the first coefficient of a series."""
    return x if isinstance(x, arb) else x[0]


def distance_to_integer(x: Any) -> Any:
    """How far ``x`` lies from the integer nearest to its midpoint."""
    return x - nearest_integer(x)


def nearest_integer(x: Any) -> Any:
    """The integer nearest to the midpoint of a ball, or of a series' first coefficient; an exact ball.

    A midpoint that is infinite or NaN is given back.
    """
    middle = head(x).mid()
    if not middle.is_finite():
        return middle
    mantissa, exponent = middle.man_exp()
    if exponent >= 0:
        return middle
    if magnitude(middle) < HALF:
        return ZERO
    # In whole numbers: at the working precision a half may be lost beside the number.
    return arb(((mantissa << 1) + (fmpz(1) << -int(exponent))) >> (1 - int(exponent)))


def is_pole_of_gamma(x: Any) -> bool:
    """Whether ``x`` is zero or a negative integer, for certain."""
    return bool(x.is_exact() and x.is_integer() and x <= ZERO)
