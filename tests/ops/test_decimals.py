"""Balls in decimals: no number is told as zero because it is small, and what may be zero is told as that."""

from fractions import Fraction

import pytest
from flint import arb

from diffcheck import case, interval
from diffcheck import ops as o
from diffcheck.api import Settings, conduct
from diffcheck.ops.enclosures.decimals import brief, decimal
from diffcheck.program.text import formula
from diffcheck.program.trace import trace

TEN = arb(10)
WRITTEN = {
    "zero": (arb(0), "0", "0"),
    "a half": (arb(-0.5), "-0.5", "-0.5"),
    "a third": (arb(1) / 3, "0.333333333333", "0.333333"),
    "an integer": (arb(1500), "1500", "1500"),
    "a small double": (arb(1e-300), "1e-300", "1e-300"),
    "below the normal doubles": (TEN**-310, "1e-310", "1e-310"),
    "below all doubles": (-(TEN**-400), "-1e-400", "-1e-400"),
    "above all doubles": (TEN**400, "1e+400", "1e+400"),
}


@pytest.mark.parametrize(("value", "twelve", "six"), WRITTEN.values(), ids=WRITTEN)
def test_a_number_is_written_as_it_is(value, twelve, six):
    assert decimal(value, 12) == twelve
    assert brief(value) == six


@pytest.mark.parametrize("write", [brief, lambda value: decimal(value, 30)], ids=["brief", "decimal"])
@pytest.mark.parametrize("scale", [1, 1e-9, 2.0**-1074])
@pytest.mark.parametrize("radius", [1.0, 1.04, 1.051, 9.94, 9.96])
@pytest.mark.parametrize("middle", [0.0, -0.9])
def test_what_may_be_zero_is_told_with_how_far_it_may_be_from_it(write, scale, radius, middle):
    ball = arb(middle, radius) * scale
    zero, told = write(ball).split(" to within ")
    reach = (Fraction(radius) + Fraction(abs(middle))) * Fraction(scale)
    assert zero == "0"
    assert reach <= Fraction(told) <= reach * Fraction(12, 10)


def half(value):
    """A function with this value, whose slope is a half."""
    return lambda x: value(x.detach()) + (x - x.detach()) / 2


def tried(function, implementation, *points, **domain):
    subject = case(
        x=interval(-9, 9, **domain),
        points=[{"x": x} for x in points],
        samples=0,
        implementations={"autograd": implementation},
    )(function)
    (row,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    return row


def test_a_truth_below_all_doubles_is_not_told_as_zero():
    row = tried(lambda x: o.exp(-1000 * x), half(lambda x: 0 * x), 2.0)
    assert row.verdict == "disagree"
    # exp(-2000) by Python's decimal module.
    assert row.truth.startswith("-2.57653587296114965219015049")
    assert row.truth.endswith("e-866")
    assert row.note == "the derivative is -2.57654e-866"


def test_a_truth_of_which_only_the_size_is_known_is_told_as_that():
    """One may see that it is zero; the enclosure says that it is below every format."""
    row = tried(lambda x: o.exp(-1000 * x) * (o.sin(x) ** 2 + o.cos(x) ** 2 - 1), half(lambda x: 0 * x), 2.0)
    zero, reach = row.truth.split(" to within ")
    assert zero == "0"
    assert 0 < Fraction(reach) < Fraction(2) ** -1074
    assert f"the derivative is 0 to within {reach}" in row.note


def test_slopes_beside_a_kink_are_not_told_as_zero():
    row = tried(lambda x: o.abs(x) * o.rational(1, 10**400), lambda x: x.abs(), 0.0)
    assert row.truth == "[-1e-400, 1e-400]"
    assert row.note.startswith("kink: left -1e-400, right 1e-400; the engine says 0")


def test_an_error_beyond_all_doubles_is_told_in_decimals():
    """The truth is 1e-310: a number of size one is off by more than a double holds."""
    row = tried(lambda x: 1e-310 * x, half(lambda x: 1e-310 * x), 1.0)
    assert row.verdict == "disagree"
    assert "off by 5e+309 of the truth" in row.note


def test_no_factor_is_told_that_no_double_holds():
    row = tried(lambda x: 1e-310 * x * x, half(lambda x: 1e-310 * x * x), 1.0, 2.0, 3.0)
    assert row.verdict == "disagree"
    assert row.reason == "wrong"
    assert "inf" not in row.note


def test_a_value_below_all_doubles_is_not_told_as_zero():
    row = tried(lambda x: o.exp(-1000 * x), lambda x: x.detach() + 0 * x, 2.0)
    assert "the function itself gives 2.0, its definition 2.5765358729611" in row.note


@pytest.mark.parametrize(
    ("constant", "text"), [(o.rational(1, 10**400), "1e-400 * x"), (o.rational(3 * 10**400, 7), "4.28571e+399 * x")]
)
def test_a_constant_no_double_holds_is_written_in_formulas(constant, text):
    program = trace(lambda x: x * constant, {"x": ()}, {})
    assert formula(program.nodes, int(program.outputs), "x".format) in (text, " * ".join(reversed(text.split(" * "))))
