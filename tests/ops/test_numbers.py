"""Which numbers are constants, and what they are exactly."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy
import torch
from flint import arb, ctx
from uses import BITS

from diffcheck import ops
from diffcheck.errors import CaseError
from diffcheck.ops.exact import exact

EXACT = {
    "pi": (ops.pi, "3.14159265358979323846264338327950288419716939937510"),
    "e": (ops.e, "2.71828182845904523536028747135266249775724709369995"),
    "third": (ops.rational(1, 3), "0.33333333333333333333333333333333333333333333333333"),
    "sqrt 2": (ops.sqrt(2), "1.41421356237309504880168872420969807856967187537694"),
    "2 pi": (2 * ops.pi, "6.28318530717958647692528676655900576839433879875021"),
    "abs": (ops.abs(-ops.pi), "3.14159265358979323846264338327950288419716939937510"),
    "maximum": (ops.maximum(ops.sqrt(2), 1), "1.41421356237309504880168872420969807856967187537694"),
    "minimum": (ops.minimum(ops.sqrt(2), 1), "1"),
    "floor": (ops.floor(100 * ops.pi), "314"),
    "relation": (ops.gt(ops.pi, ops.e), "1"),
    "where": (
        ops.where(ops.logical_and(ops.pi > 3, ops.pi < 4), ops.e, 0),
        "2.71828182845904523536028747135266249775724709369995",
    ),
    "cbrt": (ops.cbrt(-8), "-2"),
    "hypot of one": (ops.hypot(-3), "3"),
}


@pytest.mark.parametrize(("number", "digits"), EXACT.values(), ids=EXACT)
def test_exact_numbers(number, digits):
    with ctx.workprec(BITS):
        assert abs(number.enclosure() - arb(digits)).upper() < arb("1e-49") * 10
    assert float(number) == float(digits)
    assert (np.ones(2) * number).tolist() == [float(digits)] * 2
    assert (torch.ones(2, dtype=torch.float64) * number).tolist() == [float(digits)] * 2


def test_a_constant_that_lies_where_pieces_meet_is_not_decided():
    with pytest.raises(
        CaseError, match=r"maximum\(power.*, 2\) is not decided at 256 bits: write the number that it is"
    ):
        float(ops.maximum(ops.sqrt(2) ** 2.0, 2))


@pytest.mark.parametrize(
    ("constant", "value"),
    [
        (lambda: ops.where(ops.le(ops.sqrt(2), ops.sqrt(2)), 1, 2), 1.0),
        (lambda: ops.where(ops.lt(ops.log(10), ops.log(10)), 1, 2), 2.0),
        (lambda: ops.maximum(ops.exp(ops.log(3)), ops.exp(ops.log(3))), 3.0),
    ],
    ids=["at most", "less", "the larger"],
)
def test_what_is_compared_with_itself_ties(constant, value):
    assert float(constant()) == pytest.approx(value, rel=1e-15)


FOREIGN = {
    "a decimal": Decimal("0.1"),
    "a number of SymPy's": sympy.pi,
    "a float of SymPy's": sympy.Float(2),
    "a text": "2",
}


@pytest.mark.parametrize("value", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("operation", [ops.exp, ops.relu, ops.gelu, ops.rational], ids=lambda o: o.__name__)
def test_a_foreign_value_is_no_constant(operation, value):
    with pytest.raises(CaseError, match=f"of type {type(value).__name__} is not a number that a case can compute with"):
        operation(value)


class Dual:
    """A number with a derivative, of somebody else's."""

    def __float__(self):
        return 2.0


def test_what_merely_has_a_float_is_no_constant():
    with pytest.raises(CaseError, match=r"maximum: .* of type Dual is not a number .*: use an int, a float"):
        ops.maximum(Dual(), 1)


@pytest.mark.parametrize("value", [math.nan, math.inf, np.float32("inf")], ids=str)
def test_what_is_not_finite_is_no_constant(value):
    with pytest.raises(CaseError, match="use a finite value"):
        ops.exp(float(value))


KNOWN = {
    "bool": (True, 1),
    "int": (10**30, 10**30),
    "float": (0.1, Fraction(0.1)),
    "Fraction": (Fraction(1, 3), Fraction(1, 3)),
    "NumPy's bool": (np.bool_(True), 1),
    "NumPy's int": (np.int8(-3), -3),
    "NumPy's float": (np.float32(0.1), Fraction(float(np.float32(0.1)))),
    "NumPy's long float": (np.longdouble(1) / 3, Fraction(*(np.longdouble(1) / 3).as_integer_ratio())),
    "a rational number of SymPy's": (sympy.Rational(1, 3), Fraction(1, 3)),
}


@pytest.mark.parametrize(("value", "number"), KNOWN.values(), ids=KNOWN)
def test_numbers_are_taken_exactly(value, number):
    assert exact(value) == number
