"""Values along a ray from a point: power series in the way t > 0, or germs where there is none.

What does not depend on t stays a ball, so that a zero among them is known to be zero for all t.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, arb_series

from diffcheck.ops import balls, series
from diffcheck.ops.table import Primitive
from diffcheck.referee.evaluate import Ball
from diffcheck.referee.germs import ORDER, Germ, NoExpansion, applied, germ

# What divides by a series that begins with zero, or has none.
_FAILURES = (ValueError, ArithmeticError)


class Jets:
    """The arithmetic of balls, power series and germs."""

    def const(self, value: Fraction) -> Ball:
        """The ball of an exact number."""
        return balls.ball(value)

    def function(self, row: Primitive) -> Callable[..., Any]:
        """The operation; NaN where it has no expansion."""
        on_balls, on_series = row.on_balls(), row.on_series()

        def on_jets(*operands: Any) -> Any:
            kinds = {type(x) for x in operands}
            if kinds <= {arb}:
                return on_balls(*operands)
            if Germ not in kinds:
                try:
                    found = on_series(*[series.constant(x) if type(x) is arb else x for x in operands])
                except _FAILURES:
                    pass
                else:
                    if self.is_finite(found):
                        return found
            try:
                return _simplest(applied(row, operands))
            except _FAILURES:
                return arb.nan()

        return on_jets

    def is_finite(self, x: Any) -> bool:
        """Whether all coefficients are finite."""
        return all(c.is_finite() for c in x.coeffs()) if type(x) is arb_series else bool(x.is_finite())

    def switch(self, row: Primitive, operands: Sequence[Any]) -> Any:
        """The value of the switch; NaN where it has no expansion."""
        assert row.switch is not None
        if any(type(x) is Germ for x in operands):
            operands = [germ(x) for x in operands]
        try:
            return row.switch(*operands)
        except NoExpansion:
            return arb.nan()

    def sign(self, x: Any) -> int | None:
        """The certain sign for small t."""
        if type(x) is arb:
            return balls.sign(x)
        return series.sign(x) if type(x) is arb_series else x.sign()

    def outside(self, row: Primitive, operands: Sequence[Any]) -> bool:
        """Whether the operands lie outside the operation's domain for certain, for all small t."""
        try:
            return row.outside is not None and bool(row.outside(*map(germ, operands)))
        except NoExpansion:
            return False

    def polynomial(self, coefficients: Mapping[int, Fraction]) -> Any:
        """The value that is this polynomial in t."""
        return _simplest(Germ.of({(Fraction(k), 0): balls.ball(c) for k, c in coefficients.items()}))

    def with_head(self, x: Any, head: Fraction) -> Any:
        """The same value, if it may have this one at t = 0, with that known exactly."""
        exact, moving = balls.ball(head), germ(x)
        try:
            at_zero = moving[0]
            return x if at_zero.is_exact() or not at_zero.contains(exact) else _simplest(moving - at_zero + exact)
        except NoExpansion:
            return x

    def of_pi(self, row: Primitive, x: Any) -> Any:
        """The operation of pi times a value."""
        assert row.of_pi is not None
        try:
            return _simplest(row.of_pi(germ(x)))
        except _FAILURES:
            return arb.nan()


def _simplest(x: Germ) -> Any:
    """The same as a ball or a power series, if it is one."""
    if x.is_number:
        return x[0]
    whole = x.order >= 1 and all(a >= 0 and a.denominator == 1 and b == 0 for a, b in x.terms)
    if not whole or any(a >= ORDER for a, _ in x.terms):
        return x
    known = min(math.floor(x.order), ORDER) if x.order < math.inf else ORDER
    return arb_series([x.terms.get((Fraction(k), 0), balls.ZERO) for k in range(known)], known)


def coefficient(x: Any, power: int) -> Ball:
    """The coefficient of a power of t in a value; `NoExpansion` if it is not known or outweighed by others."""
    if type(x) is arb:
        return x if power == 0 else balls.ZERO
    if type(x) is arb_series and power >= x.prec:
        raise NoExpansion
    return x[power]


def along(point: Sequence[Fraction], direction: Sequence[int], order: int) -> list[Any]:
    """The inputs as ``x + t d``, exact, series truncated after ``t ** order``; those that do not move as balls."""
    return [
        arb_series([balls.ball(x), d], order + 1) if d else balls.ball(x) for x, d in zip(point, direction, strict=True)
    ]
