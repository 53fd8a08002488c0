"""Power series with ball coefficients: what the table's rows need beyond the methods of ``flint.arb_series``.

Truncated Taylor arithmetic in one variable t > 0. No derivative rule of SymPy takes part, which is what makes it a
second route to a derivative. A series without an expansion at t = 0 has NaN among its coefficients, or begins with
infinity where that is certain: a vertical tangent, or no value for t > 0.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flint import arb, arb_series, ctx

from diffcheck.ops.enclosures import balls

NAN = arb.nan()


def constant(value: Any) -> Any:
    """A ball as a series."""
    return arb_series([value])


def undefined() -> Any:
    """The series of what may have none; every coefficient says so, for one that is not there reads as zero."""
    return arb_series([NAN] * ctx.cap)


def missing() -> Any:
    """The series of what has none for certain."""
    return arb_series([arb.pos_inf()])


def total(terms: Iterable[Any]) -> Any:
    """The sum of some series."""
    return sum(terms, arb_series([0]))


def order_of(x: Any) -> int | None:
    """The power of t that ``x`` begins with, all coefficients below being zero itself.

    ``None`` if all that are known are zero: a higher one need not be.
    """
    for k in range(x.prec):
        if not x[k].is_zero():
            return k
    return None


@contextlib.contextmanager
def keeping(count: int) -> Iterator[None]:
    """So many terms at least: flint keeps no more than `flint.ctx` says, whatever a series asks for."""
    kept, ctx.cap = ctx.cap, max(ctx.cap, count)
    try:
        yield
    finally:
        ctx.cap = kept


def shifted(x: Any, by: int) -> Any:
    """``x`` times this power of t; of a negative one, so many coefficients are left out."""
    coefficients = [0] * by + [x[k] for k in range(max(0, -by), x.prec)]
    return arb_series(coefficients, x.prec + by)


def quotient(x: Any, y: Any) -> Any:
    """``x / y``, without the powers of t that both begin with."""
    k = order_of(y)
    below = range(x.prec) if k is None else range(min(k, x.prec))
    if k is None or not all(x[i].is_zero() for i in below):
        return undefined()
    return shifted(x, -k) / shifted(y, -k)


def sqrt(x: Any) -> Any:
    """The square root; for a series that begins with an even power of t as well, because t is positive."""
    k = order_of(x)
    if k is None:
        return undefined()
    return missing() if k % 2 or x[k] < 0 else shifted(shifted(x, -k).sqrt(), k // 2)


def cbrt(x: Any) -> Any:
    """The real cube root; for a series that begins with a power of t that is a multiple of three as well."""
    k = order_of(x)
    if k is None:
        return undefined()
    if k % 3:
        return missing()
    rest = shifted(x, -k)
    root = (rest.log() / 3).exp() if rest[0] > 0 else -((-rest).log() / 3).exp()
    return shifted(beginning(balls.cbrt(rest[0]), root), k // 3)


def power(x: Any, y: Any) -> Any:
    """``x ** y``, exact for a constant integer or half-integer ``y``, and where ``x`` begins with a power of t."""
    if y.length() > 1:
        return _varied_power(x, y)
    exponent, k = y[0], order_of(x)
    if k != 0 and exponent < 0:
        return missing()
    twice = (2 * exponent).unique_fmpz() if exponent.is_exact() else None
    if twice is not None:
        return _whole_power(sqrt(x), int(twice)) if twice % 2 else _whole_power(x, int(twice) // 2)
    if k is None:
        return undefined()
    if k == 0:
        return beginning(balls.power(x[0], exponent), (exponent * x.log()).exp())
    shift = (k * exponent).unique_fmpz() if exponent.is_exact() else None
    if shift is not None:
        return shifted(power(shifted(x, -k), y), min(int(shift), x.prec))
    return missing() if k * exponent < 1 else undefined()


def _whole_power(x: Any, n: int) -> Any:
    k = order_of(x)
    if not x[0].is_finite() or (k is None and n > 0):
        return x
    if k and k * n >= x.prec:
        return 0 * x
    return x**n if n >= 0 else 1 / x**-n


def _varied_power(x: Any, y: Any) -> Any:
    """``x ** y`` for an exponent that varies: a negative base has none, and that of zero is zero where it exists."""
    if order_of(x) is None:
        return undefined()
    return missing() if x[0] < 0 else (y * x.log()).exp()


def atan2(y: Any, x: Any) -> Any:
    """The angle of (y, x): the angle at t = 0 plus the integral of ``(x y' - y x') / (x^2 + y^2)``."""
    if y[0].contains(0) and not x[0] > 0:
        return undefined()  # from which side the cut is met, the first coefficient does not tell
    start = balls.atan2(y[0], x[0])
    return start + ((x * y.derivative() - y * x.derivative()) / (x * x + y * y)).integral()


def composed(taylor: Iterable[Any], x: Any) -> Any:
    """The function with these Taylor coefficients about ``x[0]``, of the series ``x``."""
    coefficients = list(taylor)[: x.prec]
    around = arb_series([0, *(x[k] for k in range(1, x.prec))], x.prec)
    return arb_series(coefficients, x.prec)(around) if around.length() else arb_series(coefficients[:1], x.prec)


def implicit(function: Callable[[Any], Any], value: Any, slope: Any, y: Any, size: int) -> Any:
    """The series x at which a function is the series y, one coefficient after the other.

    Parameters
    ----------
    function:
        What it is of a series x, its other arguments being known.
    value, slope:
        The first coefficient of x, and the function's slope by x there.
    """
    found = [value]
    for k in range(1, size):
        known = function(arb_series([*found, 0], k + 1))
        if not known[0].is_finite():  # its other coefficients read as zero
            return undefined()
        found.append((y[k] - known[k]) / slope)
    return arb_series(found, size)


def beginning(value: Any, x: Any) -> Any:
    """The series with this first coefficient, where that is known better than by the formula."""
    return arb_series([value, *(x[k] for k in range(1, x.prec))], x.prec)


def by_root(value: Any, sign: int, inside: Any, x: Any) -> Any:
    """The function with this value at ``x[0]`` whose slope is ``sign / sqrt(inside)``; at the ends of its domain, too.

    There ``inside`` begins with a power of t: if an even one, the slope may exist along the ray.
    """
    if x.length() <= 1:
        # What moves by unknown powers of t only may leave the domain at its end.
        return undefined() if inside[0].contains(0) else arb_series([value], x.prec)
    root = sqrt(inside)
    if not root[0].is_finite():
        return root
    return beginning(value, (sign * quotient(x.derivative(), root)).integral())


def _circle(x: Any) -> Any:
    """``1 - x^2``: one formula keeps the digits of the first coefficient near the ends, another those of the others."""
    return beginning((1 - x[0]) * (1 + x[0]), 1 - x * x)


def asin(x: Any) -> Any:
    """The inverse sine."""
    return by_root(x[0].asin(), 1, _circle(x), x)


def acos(x: Any) -> Any:
    """The inverse cosine."""
    return by_root(x[0].acos(), -1, _circle(x), x)


def asinh(x: Any) -> Any:
    """The inverse hyperbolic sine."""
    return by_root(x[0].asinh(), 1, 1 + x * x, x)


def acosh(x: Any) -> Any:
    """The inverse hyperbolic cosine."""
    return by_root(x[0].acosh(), 1, -_circle(x), x)


def atanh(x: Any) -> Any:
    """The inverse hyperbolic tangent."""
    return beginning(x[0].atanh(), (x.derivative() / _circle(x)).integral())


def logsumexp(*x: Any) -> Any:
    """``ln(sum(exp(x)))``: the largest argument and what the others add."""
    largest = max(range(len(x)), key=lambda i: x[i][0].mid())
    others = total((s - x[largest]).exp() for i, s in enumerate(x) if i != largest)
    return x[largest] + log1p(others)


def log1p(x: Any) -> Any:
    """``ln(1 + x)``."""
    return beginning(x[0].log1p(), (1 + x).log())


def xlogy(x: Any, y: Any) -> Any:
    """``x ln(y)``, zero for ``x = 0`` whatever ``y`` is."""
    if y[0] > 0:
        return x * y.log()
    if order_of(x) is None:
        return undefined()  # zero as far as it is known
    if sign(y) in (0, -1):
        return missing()
    if y[0].is_zero():
        # t ln(t) has a vertical tangent, t^2 ln(t) has a slope but no series.
        return undefined() if (order_of(x) or 0) > 1 else missing()
    return x * y.log()


def sinh(x: Any) -> Any:
    """The hyperbolic sine."""
    return composed(_alternating(x, x[0].sinh(), x[0].cosh()), x)


def cosh(x: Any) -> Any:
    """The hyperbolic cosine."""
    return composed(_alternating(x, x[0].cosh(), x[0].sinh()), x)


def _alternating(x: Any, *values: Any) -> list[Any]:
    return [values[k % 2] / arb.fac_ui(k) for k in range(x.prec)]


def tanh(x: Any) -> Any:
    """The hyperbolic tangent: its slope is ``1 - tanh(x)^2``, that at ``x[0]`` by another formula."""
    return composed(_of_tanh(x[0], x.prec), x)


def sigmoid(x: Any) -> Any:
    """``1 / (1 + exp(-x))``, which is ``(1 + tanh(x / 2)) / 2``."""
    slopes = [c / 2 ** (k + 1) for k, c in enumerate(_of_tanh(x[0] / 2, x.prec))]
    return composed([balls.sigmoid(x[0]), *slopes[1:]], x)


def _of_tanh(x: Any, size: int) -> list[Any]:
    found = [x.tanh(), x.sech() ** 2]
    for k in range(1, size - 1):
        found.append(-sum((found[i] * found[k - i] for i in range(k + 1)), balls.ZERO) / (k + 1))
    return found


def sign(x: Any) -> int | None:
    """The certain sign of a series for small t > 0: that of its first coefficient that is not the number zero.

    ``None`` if all that are known are zero: a higher one need not be.
    """
    k = order_of(x)
    return None if k is None else balls.sign(x[k])
