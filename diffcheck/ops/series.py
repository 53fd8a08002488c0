"""Power series with ball coefficients: what the table's rows need beyond the methods of ``flint.arb_series``.

Truncated Taylor arithmetic in one variable t > 0. No derivative rule of SymPy takes part, which is what makes it a
second route to a derivative. A series without an expansion at t = 0 has NaN among its coefficients, or begins with
infinity where that is certain: a vertical tangent.
"""

from collections.abc import Iterable
from typing import Any

from flint import arb, arb_series, ctx

from diffcheck.ops import balls

NAN = arb.nan()


def constant(value: Any) -> Any:
    """A ball as a series."""
    return arb_series([value])


def undefined() -> Any:
    """The series of what has none."""
    return arb_series([NAN])


def total(terms: Iterable[Any]) -> Any:
    """The sum of some series."""
    return sum(terms, arb_series([0]))


def order_of(x: Any) -> int | None:
    """The power of t that ``x`` begins with, all coefficients below being zero itself; ``None`` for the zero series."""
    for k in range(x.prec):
        if not x[k].is_zero():
            return k
    return None


def sqrt(x: Any) -> Any:
    """The square root; for a series that begins with an even power of t as well, because t is positive."""
    k = order_of(x)
    if k is None:
        return x
    if k == 0:
        return x.sqrt()
    if k % 2:
        return arb_series([arb.pos_inf()])
    root = arb_series([x[i] for i in range(k, x.prec)], x.prec - k).sqrt()
    return arb_series([0] * (k // 2) + [root[i] for i in range(x.prec - k)], x.prec - k // 2)


def power(x: Any, y: Any) -> Any:
    """``x ** y``, exact for a constant integer or half-integer ``y``."""
    exponent = y[0]
    if y.length() <= 1 and exponent.is_exact():
        twice = (exponent * 2).unique_fmpz()
        if twice is not None and int(twice) % 2 == 0:
            return x ** (int(twice) // 2) if twice >= 0 else 1 / x ** (-int(twice) // 2)
        if twice is not None:
            return sqrt(x) ** int(twice) if twice > 0 else 1 / sqrt(x) ** -int(twice)
    if order_of(x) is None and y[0] > 0:
        return x  # zero to a positive power
    return (y * x.log()).exp()


def atan2(y: Any, x: Any) -> Any:
    """The angle of (y, x): the angle at t = 0 plus the integral of ``(x y' - y x') / (x^2 + y^2)``."""
    if y[0].contains(0) and not x[0] > 0:
        return undefined()  # from which side the cut is met, the first coefficient does not tell
    start = balls.atan2(y[0], x[0])
    return start + ((x * y.derivative() - y * x.derivative()) / (x * x + y * y)).integral()


def sigmoid(x: Any) -> Any:
    """``1 / (1 + exp(-x))``, by the exponential that cannot overflow."""
    if x[0] > 0:
        return 1 / (1 + (-x).exp())
    e = x.exp()
    return e / (1 + e)


def log_gamma(x: Any) -> Any:
    """``ln |Gamma(x)|`` on both sides of zero."""
    if x[0] > 0:
        return x.lgamma()
    reciprocal = x.rgamma()
    return -(reciprocal if reciprocal[0] > 0 else -reciprocal).log()


def polygamma(order: Any, x: Any) -> Any:
    """That derivative of digamma: the differentiated series of ``ln |Gamma|`` about ``x[0]``, composed with ``x``."""
    n = int(order[0].unique_fmpz()) + 1
    size = x.prec + n
    # flint keeps no more terms than this, whatever a series asks for; every differentiation takes one away.
    kept, ctx.cap = ctx.cap, max(ctx.cap, size)
    try:
        around = log_gamma(arb_series([x[0], 1], size))
        for _ in range(n):
            around = around.derivative()
        inner = x - x[0]
        return around(inner) if inner.length() > 0 else arb_series([around[0]])
    finally:
        ctx.cap = kept


def sign(x: Any) -> int | None:
    """The certain sign of a series for small t > 0: that of its first coefficient that is not the number zero.

    ``None`` if all that are known are zero: a higher one need not be.
    """
    k = order_of(x)
    return None if k is None else balls.sign(x[k])
