"""Values along a ray from a point: power series in the way t > 0, or germs where there is none.

What does not depend on t stays a ball, so that a zero among them is known to be zero for all t.
"""

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, arb_series

from diffcheck.ops.enclosures import balls, series
from diffcheck.ops.table import Primitive
from diffcheck.referee.beside.expansions import applied, composed
from diffcheck.referee.beside.germs import CONSTANT, Germ, NoExpansion, germ
from diffcheck.referee.evaluate import Ball

# What divides by a series that begins with zero, or has none.
_FAILURES = (ValueError, ArithmeticError)
_REGULAR = ({arb_series}, {arb_series, arb})


class Jets:
    """The arithmetic of balls, power series and germs."""

    def const(self, value: Fraction) -> Any:
        """The ball of an exact number; the number itself is kept where no ball holds it, for it may be an exponent."""
        enclosure = balls.ball(value)
        return enclosure if enclosure.is_exact() else Germ({CONSTANT: enclosure}, math.inf, value)

    def function(self, row: Primitive) -> Callable[..., Any]:
        """The operation; a series or germ if it has a finite one, else a ball, which may be NaN."""
        return _function(row)

    def is_finite(self, x: Any) -> bool:
        """Whether there is an expansion."""
        return type(x) is not arb or bool(x.is_finite())

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

    def head(self, x: Any) -> Ball:
        """The constant term; NaN where others outweigh it."""
        try:
            return coefficient(x, 0)
        except NoExpansion:
            return arb.nan()

    def outside(self, row: Primitive, operands: Sequence[Any]) -> bool:
        """Whether the operands lie outside the operation's domain for certain, for all small t."""
        return _is_outside(row, operands)

    def polynomial(self, coefficients: Mapping[int, Fraction]) -> Any:
        """The value that is this polynomial in t."""
        return Germ.of({(Fraction(k), 0): balls.ball(c) for k, c in coefficients.items()}).simplest()

    def with_coefficients(self, x: Any, coefficients: Sequence[Fraction | None]) -> Any:
        """The same value with those of its first coefficients in place that it may have."""
        moving = germ(x)
        terms = dict(moving.terms)
        for k, c in enumerate(coefficients):
            try:
                before = moving[k]
            except NoExpansion:
                break
            if c is not None and not before.is_exact() and before.contains(balls.ball(c)):
                terms[Fraction(k), 0] = balls.ball(c)
        return x if terms == moving.terms else Germ.of(terms, moving.order).simplest()

    def is_vague(self, x: Any) -> bool:
        """Whether a coefficient holds zero and other numbers, or all that are known are zero."""
        terms = germ(x).terms.values()
        return self.sign(x) is None or any(balls.sign(c) is None for c in terms)

    def of_pi(self, row: Primitive, x: Any) -> Any:
        """The operation of pi times a value."""
        assert row.of_pi is not None
        if type(x) is arb:
            return row.of_pi(x)
        try:
            found = composed(row.of_pi, [germ(x)], 0)
        except _FAILURES:
            found = None
        return arb.nan() if found is None else found.simplest()


def _is_outside(row: Primitive, operands: Sequence[Any]) -> bool:
    try:
        return row.outside is not None and bool(row.outside(*map(germ, operands)))
    except NoExpansion:
        return False


@functools.cache
def _function(row: Primitive) -> Callable[..., Any]:
    """The operation on jets."""
    on_balls, on_series = row.on_balls(), row.on_series()
    certain, zero, ends = row.keeps_finite, row.vanishes_with, row.at_edge is not None

    def on_jets(*operands: Any) -> Any:
        if zero is not None and type(operands[zero]) is arb and operands[zero].is_zero():
            return balls.ZERO
        if ends and _is_outside(row, operands):  # a series goes on beyond an end where the function is analytic
            return arb.nan()
        for position, number, value in row.settled:
            if type(operands[position]) is arb and operands[position] == number and not _is_outside(row, operands):
                return balls.ball(value)
        regular, kinds = operands, set(map(type, operands))
        if Germ in kinds:
            regular = tuple(x[0] if type(x) is Germ and x.number is not None else x for x in operands)
            kinds = set(map(type, regular))
        if kinds in _REGULAR:
            try:
                if certain:
                    return on_series(*regular)
                found = on_series(*[series.constant(x) if type(x) is arb else x for x in regular])
            except _FAILURES:
                pass
            else:
                if all(c.is_finite() for c in found.coeffs()):
                    return found
        elif Germ not in kinds:
            return on_balls(*regular)
        if _is_outside(row, operands):  # what it is elsewhere by other operations may go on there
            return arb.nan()
        try:
            expansion = applied(row, operands)
        except _FAILURES:
            return arb.nan()
        return expansion.simplest() if expansion.is_finite() else arb.nan()

    return on_jets


def coefficient(x: Any, power: int) -> Ball:
    """The coefficient of a power of t in a value; `NoExpansion` if it is not known or outweighed by others."""
    if type(x) is arb:
        return x if power == 0 else balls.ZERO
    if type(x) is arb_series and power >= x.prec:
        raise NoExpansion
    return x[power]


def along(
    point: Sequence[Fraction], direction: Sequence[Fraction | int], order: int, powers: Sequence[int] | None = None
) -> list[Any]:
    """The inputs as ``x + d t``, exact, series truncated after ``t ** order``; those that do not move as balls.

    ``powers`` are those of t that they move with, where it is not the first.
    """
    return [
        arb_series([balls.ball(x), *[0] * (p - 1), balls.ball(d)], order + 1) if d else balls.ball(x)
        for x, d, p in zip(point, direction, powers or [1] * len(point), strict=True)
    ]
