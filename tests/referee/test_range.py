"""Truths beyond a format's range, below its smallest numbers, and what over- and underflow inside leave of a result."""

import math

import pytest
import torch

from diffcheck import case, interval
from diffcheck.api import Settings, conduct
from diffcheck.ops import exp, log, sin, sqrt

WIDE = interval(-1e308, 1e308)


def row(function, x, engine="autograd", dtype="float64", **options):
    subject = case(x=WIDE, points=[{"x": x}], samples=0, **options)(function)
    (found,) = conduct(subject, Settings(engines=[engine], dtypes=[dtype], timing=False)).rows
    return found


def slope(value):
    """An implementation of the exponential whose slope is this number."""

    class Planted(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return torch.exp(x)

        @staticmethod
        def backward(ctx, g):
            return g * value

    return Planted.apply


BEYOND = [
    # what is answered where the truth is e^1000, verdict, reason
    (math.inf, "agree", ""),
    (-math.inf, "nonfinite", "singular"),
    (math.nan, "lossy", "overflow"),
    (1e308, "disagree", "wrong"),
    (7.0, "disagree", "wrong"),
]


@pytest.mark.parametrize(("value", "verdict", "reason"), BEYOND)
def test_beyond_the_largest_number_infinity_is_right(value, verdict, reason):
    found = row(lambda x: exp(x), 1000.0, implementations={"autograd": slope(value)})
    assert (found.verdict, found.reason) == (verdict, reason)
    assert found.fails == (verdict in ("disagree", "nonfinite"))
    assert found.truth.startswith("1.97007111401704699388887935224e+434")
    assert math.isnan(found.digits)
    assert math.isnan(found.digits_possible)


@pytest.mark.parametrize("engine", ["symbolic:closed", "symbolic:program", "autograd:reverse", "autograd:func"])
@pytest.mark.parametrize(
    "function", [lambda x: exp(x), lambda x: exp(2 * x), lambda x: exp(x) ** 3], ids=["exp", "exp 2x", "cube"]
)
def test_every_engine_is_right_about_a_slope_beyond_the_largest_number(engine, function):
    assert row(function, 1000.0, engine).verdict in ("agree", "lossy")


GROWTH = {"beyond all doubles": (7.2e7, 1.6e29), "as near as nothing to e^3": (3.0, 1e150)}


@pytest.mark.parametrize(("b", "n"), GROWTH.values(), ids=GROWTH)
@pytest.mark.parametrize("engine", ["symbolic", "autograd"])
def test_a_power_of_next_to_one_has_lost_its_digits_wherever_the_truth_lies(b, n, engine):
    box = interval(0, 1e160)
    subject = case(b=box, n=box, points=[{"b": b, "n": n}], samples=0, wrt="b")(lambda b, n: (1 + b / n) ** n)
    (found,) = conduct(subject, Settings(engines=[engine], timing=False)).rows
    assert found.verdict == "lossy"
    assert "with the other sign" not in found.note


def test_just_below_the_largest_number_infinity_is_wrong():
    found = row(lambda x: exp(x), 709.0, implementations={"autograd": slope(math.inf)})
    assert (found.verdict, found.fails) == ("nonfinite", True)


BELOW = [(0.0, "agree"), (5e-324, "agree"), (-5e-324, "lossy"), (1e-300, "disagree"), (math.nan, "nonfinite")]


@pytest.mark.parametrize(("value", "verdict"), BELOW)
def test_below_the_smallest_number_zero_and_its_neighbours_are_right(value, verdict):
    found = row(lambda x: exp(x), -1000.0, implementations={"autograd": slope(value)})
    assert found.verdict == verdict
    assert math.isnan(found.digits)


def test_a_subnormal_truth_has_the_digits_that_the_format_holds():
    found = row(lambda x: exp(x), -735.0)
    assert found.verdict == "agree"
    assert 3 < found.digits <= found.digits_possible + 1 < 6


@pytest.mark.parametrize(
    ("function", "x"),
    [
        (lambda x: 1e300 * exp(x), -740.0),
        (lambda x: sqrt(exp(2 * x)), -370.0),
    ],
    ids=["exponential", "root"],
)
def test_gradual_underflow_inside_is_named_as_such(function, x):
    found = row(function, x)
    assert (found.verdict, found.reason) == ("lossy", "underflow")
    assert "underflows in float64" in found.note


@pytest.mark.parametrize("engine", ["finite:adaptive", "finite:central", "autograd", "symbolic"])
def test_no_number_from_overflow_inside_is_not_excused(engine):
    found = row(lambda x: exp(x) / (1 + exp(x)) * sin(x), 800.0, engine)
    assert (found.verdict, found.reason, found.fails) == ("nonfinite", "overflow", True)
    assert math.isnan(found.value)


def test_no_number_from_differences_that_overflow_is_not_excused():
    found = row(lambda x: log(exp(x)) + sin(x), 720.0, "finite")
    assert (found.verdict, found.reason, found.fails) == ("nonfinite", "overflow", True)
