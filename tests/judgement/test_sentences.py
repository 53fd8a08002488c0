"""Every sentence that is said of a verdict, whole: what was seen of the number, then the cause where one was found."""

import math

import numpy as np
import pytest
import torch
from on_trial import one, planted, row

from diffcheck import case, check, interval
from diffcheck.api import Settings, conduct
from diffcheck.engines.base import Estimate
from diffcheck.errors import Unsupported
from diffcheck.ops import abs as absolute
from diffcheck.ops import exp, maximum, rational, sin, sqrt, square, where
from diffcheck.ops import sum as total


def components(factors):
    """A sum of squares; each component of its gradient is so many times the right one."""
    wrong = planted(lambda x: (x**2).sum(), lambda g, x: g * 2 * x * torch.tensor(factors, dtype=x.dtype))
    return lambda x: total(x**2), wrong


SEEN = {
    "minus infinity": (
        lambda x: sin(x),
        one(lambda x: torch.cos(x) * -math.inf),
        [0.5],
        "-infinity from finite inputs, where a finite derivative exists",
    ),
    "another sign": (
        lambda x: sin(x),
        one(lambda x: -torch.cos(x)),
        [0.5, 1.0],
        "the truth with the other sign, wherever it is wrong",
    ),
    "a part with the other sign": (
        lambda x: sin(x),
        one(lambda x: -torch.cos(x) / 4),
        [0.5, 1.0],
        "-1/4 of the truth, wherever it is wrong",
    ),
    "times minus two": (
        lambda x: sin(x),
        one(lambda x: -2 * torch.cos(x)),
        [0.5, 1.0],
        "-2 times the truth, wherever it is wrong",
    ),
    "zero is the truth": (
        lambda x: square(x),
        planted(torch.square, lambda g, x: g * (2 * x + 3)),
        [0.0],
        "the derivative is 0",
    ),
    "past both slopes": (
        lambda x: absolute(x),
        planted(torch.abs, lambda g, x: g * (x.sign() + 2 * (x == 0))),
        [0.0],
        "kink: left -1, right 1; the engine says 2; outside the one-sided derivatives",
    ),
    "a hundredth off": (
        lambda x: sin(x),
        one(lambda x: torch.cos(x) + 0.01),
        [1.0],
        "off by 0.019 of the truth",
    ),
    "a piece of another function": (
        lambda x: maximum(3 * x, x),
        planted(lambda x: torch.maximum(3 * x, x) * (1 + 1e-9), lambda g, x: g * (1 + 2 * (x < 0))),
        [2.0],
        "value and slope are both off: the function itself gives 6.0000000060000005, its definition 6, 9.0 digits",
    ),
}


@pytest.mark.parametrize(("definition", "kernel", "points", "told"), SEEN.values(), ids=SEEN)
def test_what_is_seen(definition, kernel, points, told):
    found = row(definition, kernel, points)
    assert found.fails
    assert found.note == told


RIGHT_BESIDE = {
    "one of two": ([1.0, 2.5], "x[1] wrong, the other component is right"),
    "two of three": ([3.0, 1.0, 2.5], "x[0], x[2] wrong, the other component is right"),
    "two of four": ([3.0, 1.0, 2.5, 1.0], "x[0], x[2] wrong, the other 2 components are right"),
    "four of six": (
        [3.0, 2.5, 1.0, 4.5, 1.0, 5.0],
        "x[0], x[1], x[3] and 1 more wrong, the other 2 components are right",
    ),
    "all": ([3.0, 2.5], ""),
}


@pytest.mark.parametrize(("factors", "told"), RIGHT_BESIDE.values(), ids=RIGHT_BESIDE)
def test_which_components_are_right_beside_the_wrong_ones(factors, told):
    definition, kernel = components(factors)
    found = row(definition, kernel, [[float(k + 1) for k in range(len(factors))]], shape=len(factors))
    assert found.fails
    assert found.note.partition("; ")[2] == told


FINITE = "NaN from finite inputs, where a finite derivative exists; "
BUILT_IN = {
    "branch": (
        lambda x: where(x > 0, sqrt(x), x),
        -1.0,
        "float64",
        f"{FINITE}from the branch that is not taken: sqrt(x)",
    ),
    "overflow": (lambda x: exp(x * x) / exp(x * x), 12.0, "float32", f"{FINITE}exp(x * x) overflows in float32"),
}


@pytest.mark.parametrize(("function", "x", "dtype", "told"), BUILT_IN.values(), ids=BUILT_IN)
def test_causes_found_in_the_formula_of_an_engine(function, x, dtype, told):
    subject = case(x=interval(-1e3, 1e3), points=[{"x": x}], samples=0)(function)
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False, dtypes=[dtype])).rows
    assert found.verdict == "nonfinite"
    assert found.note == told


def iterated(sine, x):
    for _ in range(40):
        x = sine(x)
    return x


def through(x, factor):
    """The derivative of the iterated sine, times a factor."""
    with torch.enable_grad():
        leaf = x.detach().requires_grad_()
        (g,) = torch.autograd.grad(iterated(torch.sin, leaf), leaf)
    return g * factor


HUGE = rational(10**400)
CAUSES = {
    "in single precision only": (
        lambda x: sin(x),
        one(lambda x: x.cos() if x.dtype == torch.float64 else x.cos() * math.nan),
        0.5,
        "float32",
        f"{FINITE}the same in float64 gives a number",
    ),
    "shrinks": (
        lambda x: sin(x),
        one(lambda x: x.cos() * (1 + 2.0**15 * torch.finfo(x.dtype).eps)),
        0.5,
        "float64",
        # 2^15 units of 2^-23, and of 2^-52
        "off by 7.3e-12 of the truth; off by 0.004 of the truth in float32, by 7e-12 in float64",
    ),
    "many small losses": (
        lambda x: iterated(sin, x),
        planted(lambda x: iterated(torch.sin, x), lambda g, x: g * through(x, 1 + 1500 * 2.0**-53)),
        1.0,
        "float64",
        "rounding errors of which no single operation stands out",
    ),
    "beyond the format": (
        lambda x: exp(x),
        planted(torch.exp, lambda g, x: g * math.inf),
        800.0,
        "float64",
        "the truth rounds to infinity in float64",
    ),
    "no number beyond the format": (
        lambda x: HUGE * sin(x),
        planted(lambda x: x * 0, lambda g, x: g * math.nan),
        0.0,
        "float64",
        "in the definition, 1e+400 * cos(x) overflows in float64; the truth lies beyond the largest number of float64",
    ),
    "no number beyond the format, from one side": (
        lambda x: HUGE * (x * sqrt(x) + x),
        planted(lambda x: x * 0, lambda g, x: g * math.nan),
        0.0,
        "float64",
        "one-sided: the function exists only to the right of this point; "
        "the truth lies beyond the largest number of float64",
    ),
    "from one side": (
        lambda x: x * sqrt(x),
        planted(lambda x: x * x.sqrt(), lambda g, x: g * math.nan),
        0.0,
        "float64",
        f"one-sided: the function exists only to the right of this point; {FINITE[:-2]}",
    ),
}


@pytest.mark.parametrize(("definition", "kernel", "x", "dtype", "told"), CAUSES.values(), ids=CAUSES)
def test_causes(definition, kernel, x, dtype, told):
    assert row(definition, kernel, [x], dtype=dtype).note == told


class Claiming:
    """An engine of one number, with what it claims of its error."""

    name, methods = "claiming", ("only",)
    operations = None

    def __init__(self, slope, error=None, function=None):
        self.estimate = Estimate(np.array([slope]), None if error is None else np.array([error]))
        self.function = function

    def available(self, device):
        return None

    def prepare(self, task):
        return self

    def derivative(self, point):
        return self.estimate

    def value(self, point):
        if self.function is None:
            raise NotImplementedError
        return self.function(point["x"])

    def versions(self):
        return {}


CLAIMS = {
    # The truth is cos(0) = 1.
    "too little": (1.25, 1e-3, "disagree", "off by 0.25, its own estimate says 0.001"),
    "enough": (1.25, 0.5, "lossy", "the difference quotient keeps too few digits, and says so"),
    "right": (1.0, 1e-9, "agree", ""),
}


@pytest.mark.parametrize(("value", "error", "verdict", "told"), CLAIMS.values(), ids=CLAIMS)
def test_what_an_engine_claims_of_its_own_error(value, error, verdict, told):
    subject = case(x=interval(-1, 1), points=[{"x": 0.0}], samples=0)(lambda x: sin(x))
    settings = Settings(timing=False)
    (found,) = conduct(subject, settings, engines={"claiming": Claiming(value, error, np.sin)}).rows
    assert (found.verdict, found.note) == (verdict, told)


OTHER_PIECE = {
    "known": (lambda x: max(3 * x, x), "the value is right, the slope is that of another piece of maximum(3 * x, x)"),
    "unknown": (None, "the slope is that of another piece of maximum(3 * x, x)"),
}


@pytest.mark.parametrize(("function", "told"), OTHER_PIECE.values(), ids=OTHER_PIECE)
def test_a_value_is_called_right_where_it_is_known(function, told):
    subject = case(x=interval(-1, 3), points=[{"x": 2.0}], samples=0)(lambda x: maximum(3 * x, x))
    engines = {"claiming": Claiming(1.0, function=function)}
    (found,) = conduct(subject, Settings(timing=False), engines=engines).rows
    assert (found.verdict, found.note) == ("disagree", told)


class Partial(Claiming):
    """An engine that is silent at zero, and gives twice the slope of a sine elsewhere."""

    def derivative(self, point):
        if point["x"] == 0:
            raise Unsupported("not at zero")
        return Estimate(np.array([2 * np.cos(point["x"])]))


def test_where_nothing_is_said_nothing_is_compared():
    subject = case(x=interval(-1, 3), points=[{"x": x} for x in (0.0, 0.5, 1.0)], samples=0)(lambda x: sin(x))
    (found,) = conduct(subject, Settings(timing=False), engines={"claiming": Partial(0.0)}).rows
    assert (found.verdict, found.note) == ("disagree", "2 times the truth, wherever it is wrong")


@pytest.mark.parametrize(
    ("x", "engine", "verdict"),
    [(1e155, "finite", "nonfinite"), (1e150, "finite", "agree"), (1e155, "autograd", "agree")],
)
def test_a_difference_of_values_beyond_the_largest_number_says_so(x, engine, verdict):
    made = case(x=interval(-1e308, 1e308), points=[{"x": x}], samples=0)(lambda x: x * x)
    (row,) = check(made, engines=engine).result.rows
    assert str(row.verdict) == verdict
    beyond = "the function's own value lies beyond the largest number of float64"
    assert (row.note.endswith(beyond), str(row.reason) == "overflow") == (verdict == "nonfinite",) * 2
