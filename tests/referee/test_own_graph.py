"""What recorded code does at a point: exactly, and rounded; held against numbers computed by other means."""

import math
from fractions import Fraction

import numpy as np
import pytest

from diffcheck.formats import FORMATS
from diffcheck.ops import abs, amax, cos, exp, maximum, sin, sort, stack, where
from diffcheck.program.sourced import Place, Sourced
from diffcheck.program.trace import trace
from diffcheck.referee.arrays.own_graph import OwnGraph
from diffcheck.verdict import Reason

UNIT = 2.0**-53


def own(function, point, dtype="float64", place=None, precision=256):
    point = np.asarray(point, float)
    graph = trace(function, {"x": point.shape}, {}).graph
    return OwnGraph(Sourced(graph, [place] * len(graph.nodes)), point.ravel().tolist(), FORMATS[dtype], precision)


def logistic_slope(x):
    y = 1 / (1 + exp(-x))
    return y * (1 - y)


def test_the_exact_values_are_those_of_exact_arithmetic():
    """At a third of a thousand the square less itself is a rational number."""
    x = 0.3125
    (found,) = own(lambda x: x * x - x / 8, x).exact
    assert found.contains(float(Fraction(x) ** 2 - Fraction(x) / 8))
    assert float(found.rad()) == 0


def test_what_rounding_leaves_is_covered_and_not_much_more():
    """Of y(1 - y) at 20 the rounding of y is left, over 1 - y."""
    code = own(logistic_slope, 20.0)
    exact = math.exp(-20.0) / (1 + math.exp(-20.0)) ** 2
    assert float(code.exact[0].mid()) == pytest.approx(exact, rel=1e-12)
    formula = float(code.formula(0).mid())
    y = 1 / (1 + math.exp(-20.0))
    assert abs(y * (1 - y) - exact) <= formula
    assert UNIT <= formula <= 64 * UNIT


def test_who_cancels_is_named_with_its_place():
    told = own(logistic_slope, 20.0, place=Place("in your backward", "1 - y", "model.py:41", True)).culprit(0, str)
    assert told.reason is Reason.CANCELLATION
    assert told.text == "in your backward: `1 - y` cancels 9 digits, model.py:41"
    nowhere = own(logistic_slope, 20.0).culprit(0, str)
    assert nowhere.text == "in its own code: a difference cancels 9 digits"


def test_nobody_is_named_where_no_digit_is_lost():
    assert own(logistic_slope, 0.1).culprit(0, str) is None


def test_what_overflows_is_named_for_those_that_depend_on_it():
    code = own(lambda x: stack([exp(x[0]) / (1 + exp(x[0])), x[1] * 3]), [800.0, 2.0])
    assert not code.formula(0).is_finite()
    assert code.culprit(0, str).reason is Reason.OVERFLOW
    assert code.formula(1).is_finite()
    assert float(code.exact[0].mid()) == 1.0


def test_the_range_of_the_format_counts():
    grown = [own(lambda x: exp(x), 100.0, dtype) for dtype in ("float64", "float32")]
    assert [bool(code.formula(0).is_finite()) for code in grown] == [True, False]


def test_numbers_beyond_double_precision_are_followed_one_by_one():
    """The root of the smallest numbers: half of them is left, and what underflows on the way is named."""
    code = own(lambda x: exp(x) * exp(x / -2), -1400.0)
    assert float(code.exact[0].mid()) == pytest.approx(math.exp(-700.0), rel=1e-12)
    assert code.formula(0) > math.exp(-700.0)
    assert code.culprit(0, str).reason is Reason.UNDERFLOW


def test_what_is_not_taken_does_nothing():
    def function(x):
        return where(x > 0, x, exp(-1000 * x)) + maximum(x, 0)

    code = own(function, 1.0)
    assert float(code.exact[0].mid()) == 2.0
    assert code.formula(0).is_finite()
    assert code.lines(0) == []


def test_where_the_pieces_are_not_known_all_of_them_are_enclosed():
    """An addition theorem: what is compared is the same, which balls do not tell. Radii of balls have 30 bits."""

    def pairs(x):
        return sin(2 * x), 2 * sin(x) * cos(x)

    def function(x):
        a, b = pairs(x)
        chosen = [maximum(a, b), abs(a - b), where(a > b, a, 2 * b), amax(stack([a, b, a / 2])), sort(stack([a, b]))[0]]
        return stack([*chosen, where(a > b, 1, 0), x])

    code = own(function, 1.25)
    t = math.sin(2.5)
    assert [float(ball.lower()) for ball in code.exact] == pytest.approx([t, 0, t, t, t, 0, 1.25], abs=1e-8)
    assert [float(ball.upper()) for ball in code.exact] == pytest.approx([t, 0, 2 * t, t, t, 1, 1.25], abs=1e-8)
    assert code.formula(0) is None
    assert code.culprit(0, str) is None


def test_a_value_that_does_not_exist_has_no_bound():
    code = own(lambda x: x / (x - x), 1.0)
    assert code.exact == [None]
    assert code.formula(0) is None
    assert code.culprit(0, str) is None


def test_many_components_are_estimated_together_and_the_first_exactly():
    x = np.linspace(1.0, 20.0, 40)
    code = own(logistic_slope, x)
    found = [float(code.formula(k).mid()) for k in range(len(x))]
    alone = [float(own(logistic_slope, v).formula(0).mid()) for v in x.tolist()]
    assert found[:8] == pytest.approx(alone[:8], rel=1e-9)
    assert found == pytest.approx(alone, rel=0.5)


def test_constants_that_the_format_does_not_hold_are_rounded():
    """A tenth in half precision is off by a part of its unit roundoff, as is the product."""
    code = own(lambda x: x * np.array([0.1]) * 1.0, [1.0], "bfloat16")
    exact = own(lambda x: x * np.array([0.5]) * 1.0, [1.0], "bfloat16")
    relative = [float(c.formula(0).mid()) / size for c, size in ((code, 0.1), (exact, 0.5))]
    assert relative[0] == pytest.approx(2 * relative[1])


def test_only_lines_of_a_backward_are_told():
    place = Place("in your code", "x", "model.py:3")
    assert own(logistic_slope, 1.0, place=place).lines(0) == []
    assert own(logistic_slope, 1.0, place=place._replace(is_backward=True)).lines(0) == ["model.py:3"]
