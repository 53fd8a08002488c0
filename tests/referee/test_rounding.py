"""What rounding leaves on one value, by hand."""

import math
from fractions import Fraction

import pytest
from flint import arb

from diffcheck.formats import FORMATS
from diffcheck.ops.enclosures import balls
from diffcheck.referee.rounding.of_value import rounding

# A node, its value in float16 (u = 2^-11, largest number 65504, normal from 2^-14), and what it may lose.
LOSSES = {
    "input": (("input", (0,)), 3.0, 0),
    "whole number": (("const", (Fraction(3),)), 3.0, 0),
    "number of too many bits": (("const", (Fraction(4097),)), 4097.0, 4097 * 2.0**-11),
    "third": (("const", (Fraction(1, 3),)), 1 / 3, 2.0**-11 / 3),
    "data": (("const", (Fraction(4097), "data")), 4097.0, 4097 * 2.0**-11),
    "sum": (("add", (0, 1)), 3.0, 3 * 2.0**-11),
    "negative sum": (("add", (0, 1)), -3.0, 3 * 2.0**-11),
    "hyperbolic tangent": (("tanh", (0,)), 0.5, 2.0**-11),
    "sign": (("neg", (0,)), 3.0, 0),
    "zero": (("add", (0, 1)), 0.0, 0),
    "infinite": (("add", (0, 1)), math.inf, 0),
    "unknown": (("add", (0, 1)), math.nan, 0),
    "largest": (("add", (0, 1)), 65504.0, 65504 * 2.0**-11),
    "beyond the largest": (("add", (0, 1)), 65504.5, math.inf),
    "beyond the largest, negative": (("add", (0, 1)), -65504.5, math.inf),
    "below the normal range": (("add", (0, 1)), 2.0**-15, 2.0**-25),
    "at the end of the normal range": (("add", (0, 1)), 2.0**-14, 2.0**-25),
    "in the normal range": (("add", (0, 1)), 2.0**-13, 2.0**-24),
    "below the smallest number": (("mul", (0, 1)), 2.0**-99, 2.0**-25),
    "a sign below the normal range": (("neg", (0,)), 2.0**-15, 0),
}


@pytest.mark.parametrize(("node", "value", "loss"), LOSSES.values(), ids=LOSSES)
def test_what_rounding_leaves_on_a_value(node, value, loss):
    assert float(rounding(FORMATS["float16"]).loss(node, arb(value))) == loss


def test_a_value_that_is_not_there_loses_nothing():
    assert rounding(FORMATS["float16"]).loss(("add", (0, 1)), None) == balls.ZERO
