"""Sines, cosines and tangents of fractions of pi, and what they are the inverse of."""

from fractions import Fraction
from typing import Any

from flint import arb

from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive

_HALF = Fraction(1, 2)


def folded(name: str, turn: Fraction) -> tuple[Fraction, bool]:
    """From 0 to a half the fraction of pi whose sine or cosine has the same size, and whether it has another sign."""
    turn %= 2
    negative = name == "sin" and turn > 1
    turn = turn - 1 if negative else turn if name == "sin" else min(turn, 2 - turn)
    if turn <= _HALF:
        return turn, negative
    return 1 - turn, negative or name == "cos"


def turn_of(row: Primitive, value: Fraction) -> Fraction | None:
    """The multiple of pi that an inverse function gives, if that is a multiple of its twelfth."""
    if row.undoes is None:
        return None
    twelfths = (12 * row.on_balls()(balls.ball(value)) / arb.pi()).unique_fmpz()
    if twelfths is None:
        return None
    forward = Primitive.rows[row.undoes].of_pi
    assert forward is not None
    turn = Fraction(int(twelfths), 12)
    there = forward(turn)
    return turn if square_at(there, turn) == value**2 and there * balls.ball(value) >= 0 else None


def square_at(value: Any, turn: Fraction) -> Fraction | None:
    """The square of a sine, cosine or tangent of a multiple of pi, if it is a fraction.

    It is one for fourths and sixths, and then a multiple of 1/12 (Niven 1956, theorem 3.9 and its corollaries).
    """
    if 4 % turn.denominator and 6 % turn.denominator:
        return None
    twelfths = (12 * value * value).unique_fmpz()
    return None if twelfths is None else Fraction(int(twelfths), 12)
