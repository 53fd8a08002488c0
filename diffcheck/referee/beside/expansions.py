"""Operations on germs: powers, logarithms and exponentials, and what is made of them or of power series."""

import functools
import operator
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, arb_series

from diffcheck.ops.enclosures import balls
from diffcheck.ops.enclosures.series import constant, keeping
from diffcheck.ops.table import Primitive
from diffcheck.referee.beside.germs import CONSTANT, ORDER, TERMS, Ball, Germ, NoExpansion, germ

_LOGARITHM = (Fraction(0), 1)


def applied(row: Primitive, operands: Sequence[Any]) -> Germ:
    """The operation on germs: its power series at the first terms composed with the others, or a formula for it.

    Raises
    ------
    NoExpansion, ZeroDivisionError
        If no such sum was found.
    """
    germs = [germ(x) for x in operands]
    if row.name in _OWN:
        return _OWN[row.name](*germs)
    moving = [k for k, x in enumerate(germs) if not x.is_number]
    if not moving:
        return germ(row.on_balls()(*(x[0] for x in germs)))
    found = composed(row.on_series(), germs, moving[0]) if len(moving) == 1 else _together(row, germs)
    if found is not None:
        return found
    if row.elsewhere is None:
        raise NoExpansion
    return germ(row.elsewhere(*germs))


def _together(row: Primitive, germs: Sequence[Germ]) -> Germ | None:
    """The operation's power series of several that move; ``None`` if it has none, or one of them is none."""
    operands = [x.simplest() for x in germs]
    if any(type(x) is Germ for x in operands):
        return None
    try:
        found = row.on_series()(*[constant(x) if type(x) is arb else x for x in operands])
    except (ValueError, ZeroDivisionError):
        return None
    return germ(found) if all(c.is_finite() for c in found.coeffs()) else None


Germ.operations = staticmethod(applied)


def composed(function: Callable[..., Any], operands: Sequence[Germ], position: int) -> Germ | None:
    """A function's power series, about the constant term of the one operand that moves; ``None`` if it has none."""
    inner = operands[position]
    if any(a < 0 or (a == 0 and b) for a, b in inner.terms) or inner.order <= 0:
        return None
    rest = Germ.of({e: c for e, c in inner.terms.items() if e != CONSTANT}, inner.order)
    # A series is for a positive way: that of the square root of x^2 is another one for a negative x.
    way = rest.sign() if rest.terms else 0
    if way is None:
        raise NoExpansion

    def taylor(count: int) -> Iterator[Ball]:
        with keeping(count):
            arguments = [arb_series([x[0]], count) for x in operands]
            arguments[position] = arb_series([inner[0], way or 1], count)
            outer = function(*arguments)
        return (outer[k] for k in range(count))

    try:
        found = (-rest if way < 0 else rest).small(taylor)
    except (ValueError, ZeroDivisionError):
        return None
    return found if found.is_finite() else None


def power(base: Germ, exponent: Germ) -> Germ:
    """``base ** exponent``."""
    if base.sign() == 0 and exponent.sign() == 1:
        return base
    fraction = exponent.fraction
    if fraction is None:
        return _irrational_power(base, exponent)
    if fraction.denominator == 1 and 0 <= fraction <= TERMS:
        return functools.reduce(operator.mul, [base] * int(fraction), germ(1))
    (a, b), c, w = base.factors()
    if fraction.denominator > 1 and (b or not c > 0):
        raise NoExpansion
    factor = c.sqrt() if fraction == Fraction(1, 2) else balls.power(c, balls.ball(fraction))
    return w.small(lambda n: _binomials(fraction, n)).times(factor, a * fraction, b * int(fraction))


def _irrational_power(base: Germ, exponent: Germ) -> Germ:
    """The power with an exponent that is no fraction; what vanishes does so at least like a power below it."""
    if exponent.is_number and base.valuation > 0 and base > 0:
        lower = balls.fraction(exponent[0].lower())
        if lower is not None and lower > 0:
            return Germ({}, base.valuation * lower)
    return exponential(exponent * logarithm(base))


def _binomials(exponent: Fraction, count: int) -> Iterator[Ball]:
    """The coefficients of ``(1 + w)^exponent``."""
    coefficient = Fraction(1)
    for k in range(count):
        yield balls.ball(coefficient)
        coefficient = coefficient * (exponent - k) / (k + 1)


def root(x: Germ) -> Germ:
    """The square root."""
    return power(x, germ(Fraction(1, 2)))


def logarithm(x: Germ) -> Germ:
    """The natural logarithm."""
    (a, b), c, w = x.factors()
    if b or not c > 0:
        raise NoExpansion
    series = w.small(lambda n: (balls.ball(Fraction(-((-1) ** k), k) if k else 0) for k in range(n)))
    return series + Germ.of({CONSTANT: c.log(), _LOGARITHM: balls.ball(a)})


def exponential(x: Germ) -> Germ:
    """The exponential; of what tends to minus infinity like a power of t it is smaller than all powers."""
    found = x.leading() if x.terms else None
    if found is not None and found[0][0] < 0:
        if x.sign() != -1:
            raise NoExpansion
        return Germ({}, Fraction(ORDER))
    large = {e: c for e, c in x.terms.items() if e[0] <= 0}
    times = balls.fraction(large.get(_LOGARITHM, balls.ZERO))
    if times is None or not large.keys() <= {CONSTANT, _LOGARITHM}:
        raise NoExpansion
    small = Germ.of({e: c for e, c in x.terms.items() if e[0] > 0}, x.order)
    series = small.small(lambda n: (1 / arb.fac_ui(k) for k in range(n)))
    return series.times(large.get(CONSTANT, balls.ZERO).exp(), times, 0)


# What all other operations are made of where they have no power series.
_OWN: dict[str, Callable[..., Germ]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "power": power,
    "sqrt": root,
    "log": logarithm,
    "exp": exponential,
}
