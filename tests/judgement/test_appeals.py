"""What excuses a failing number: the rounding errors of the engine's own code; and what is said of a value."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from flint import arb

from diffcheck import case, interval
from diffcheck.case.operators import Operator
from diffcheck.formats import FORMATS
from diffcheck.judgement.appeals import (
    by_finite_terms,
    by_lost_quotients,
    by_near_tie,
    by_own_code,
    of_function,
    other_function,
)
from diffcheck.judgement.court import Court
from diffcheck.judgement.dispute import Dispute
from diffcheck.ops import cos, exp, floor, log, maximum, pi, sin, stack, where
from diffcheck.program.trace import trace
from diffcheck.verdict import Reason, Verdict

AGREE, LOSSY, DISAGREE = Verdict.AGREE, Verdict.LOSSY, Verdict.DISAGREE


def court_at(function, x, dtype="float64"):
    """The court on a function of one number at a point, and its only question."""
    subject = case(x=interval(-20, 20))(function)
    program = trace(subject.function, subject.shapes, subject.constants)
    court = Court(subject, Operator.DERIVATIVE, program, FORMATS[dtype], [{"x": np.array(x)}])
    return court, court.questions[0]


def dispute(function, x, value, formula, dtype="float64"):
    """A number in dispute, whose engine's own code may be off by ``formula``; ``()`` if it says of no code."""
    code = None if formula == () else SimpleNamespace(formula=lambda *_: formula)
    court, question = court_at(function, x, dtype)
    return Dispute(court, SimpleNamespace(code=code), question, np.array([value]), [None], 0)


# What the own code may be off by, the slope of the sine at 0.5, and what is said of it.
OWN_CODE = {
    "no code": ((), 1.0, (DISAGREE, Reason.WRONG)),
    "code that has no bound": (None, 1.0, (DISAGREE, Reason.WRONG)),
    "code that explains it": (arb(0.5), 1.0, (LOSSY, Reason.CANCELLATION)),
    "code that explains less": (arb(0.1), 1.0, (DISAGREE, Reason.WRONG)),
    "code that overflows makes no such number": (arb.pos_inf(), 1.0, (DISAGREE, Reason.OVERFLOW)),
    "code that overflows makes a zero": (arb.pos_inf(), 0.0, (LOSSY, Reason.OVERFLOW)),
    "code that overflows makes an infinity": (arb.pos_inf(), math.inf, (Verdict.NONFINITE, Reason.OVERFLOW)),
}


@pytest.mark.parametrize(("formula", "value", "expected"), OWN_CODE.values(), ids=OWN_CODE)
def test_the_engines_own_code_explains_what_it_loses(formula, value, expected):
    """The truth is cos(0.5) = 0.878."""
    asked = dispute(lambda x: sin(x), 0.5, value, formula)
    found = by_own_code(asked.judged(asked.bound), asked)
    assert (found.verdict, found.reason) == expected


def test_code_that_overflows_does_not_say_which_side_of_a_kink_is_wrong():
    asked = dispute(lambda x: maximum(x, 0), 0.0, 7.0, arb.pos_inf())
    found = by_own_code(asked.judged(asked.bound), asked)
    assert (found.verdict, found.reason) == (DISAGREE, Reason.KINK_SIDE)


def test_code_without_errors_takes_nothing_from_what_the_definition_allows():
    asked = dispute(lambda x: (1 - cos(x)) / x**2, 1e-6, 0.0, arb(0))
    found = by_own_code(asked.judged(asked.bound), asked)
    assert (found.verdict, found.reason) == (LOSSY, Reason.CANCELLATION)


@pytest.mark.parametrize(("value", "verdict"), [(-2e-6 + 1e-15, LOSSY), (-2e-6 + 1e-12, DISAGREE)])
def test_what_operations_hand_on_may_cancel_in_any_order(value, verdict):
    """The definition's own program has the difference of the constants already."""
    asked = dispute(lambda x: 3 * x - (3 * x + sin(x * x)), 1e-6, value, ())
    assert asked.judged(asked.bound).verdict is verdict


def test_code_excuses_nothing_where_nothing_is_bounded():
    asked = dispute(lambda x: log(x), -1.0, 7.0, arb(1))
    assert by_own_code(asked.judged(asked.bound), asked).verdict is Verdict.UNDEFINED


# The slope of x^4/(1 + x^4) at 8 in float16, where the square of 1 + x^4 overflows: truth 1.2e-4, and the terms that
# cancel 5e-4.
FINITE_TERMS = {
    "what the rounding of the terms explains": (3e-4, (LOSSY, Reason.CANCELLATION)),
    "what it does not explain": (0.5, (DISAGREE, Reason.WRONG)),
    "no number": (math.nan, (Verdict.NONFINITE, Reason.OVERFLOW)),
}


@pytest.mark.parametrize(("value", "expected"), FINITE_TERMS.values(), ids=FINITE_TERMS)
def test_a_number_that_came_without_the_overflow_is_judged_by_its_rounding_errors(value, expected):
    asked = dispute(lambda x: x**4 / (1 + x**4), 8.0, value, (), "float16")
    assert asked.bound.formula == arb.pos_inf()
    found = by_finite_terms(asked.judged(asked.bound), asked)
    assert (found.verdict, found.reason) == expected


# The slope of x^2 / (1/8 + x^2) at 3e125: truth 9e-378, the difference of two terms of 7e-126, one of which is divided
# by what overflows.
LOST_QUOTIENTS = {
    "a term that is lost": (6.7e-126, LOSSY),
    "more than both terms": (6.7e-125, DISAGREE),
    "the other sign of as much": (-6.7e-126, LOSSY),
}


@pytest.mark.parametrize(("value", "verdict"), LOST_QUOTIENTS.values(), ids=LOST_QUOTIENTS)
def test_a_number_that_came_by_what_overflows_may_lack_the_quotients(value, verdict):
    asked = dispute(lambda x: x * (x / (0.125 + x * x)), 3e125, value, ())
    assert asked.judged(asked.bound).verdict is DISAGREE
    found = by_lost_quotients(asked.judged(asked.bound), asked)
    assert found.verdict is verdict
    assert found.reason is (Reason.OVERFLOW if verdict is LOSSY else Reason.WRONG)


def test_a_number_excuses_no_overflow_that_would_have_made_none():
    asked = dispute(lambda x: log(exp(x)), 900.0, 7.0, ())
    assert by_lost_quotients(asked.judged(asked.bound), asked).verdict is DISAGREE


def told(function, x, value, dtype="float64"):
    """The row, the verdict and the note on a value of the function itself."""
    court, question = court_at(function, x, dtype)
    found = of_function(court, SimpleNamespace(value=lambda _: value), question)
    return found and (found[0], found[1].verdict, found[1].note)


@pytest.mark.parametrize(
    ("value", "verdict", "digits"),
    [
        pytest.param(math.sin(0.5), AGREE, "", id="right"),
        pytest.param(math.sin(0.5) + 1e-6, DISAGREE, ", 5.7 digits", id="some digits"),
        pytest.param(0.5, DISAGREE, ", 1.4 digits", id="one digit"),
        pytest.param(0.4, DISAGREE, "", id="no digit"),
    ],
)
def test_a_value_is_told_beside_its_definition_and_its_digits_where_it_has_some(value, verdict, digits):
    note = f"the function itself gives {value!r}, its definition 0.479425538604203{digits}"
    assert told(lambda x: sin(x), 0.5, [value]) == (0, verdict, note)


def test_the_worst_of_several_values_speaks_for_all():
    def function(x):
        return stack([sin(x), cos(x), x])

    assert told(function, 0.5, [math.sin(0.5), 7.0, 0.5])[:2] == (1, DISAGREE)
    assert told(function, 0.5, [math.sin(0.5), math.cos(0.5) + 1e-3, 9.0])[:2] == (2, DISAGREE)


def test_who_tells_no_value_is_not_judged_by_it():
    assert told(lambda x: sin(x), 0.5, None) is None


def test_a_value_that_is_not_certain_is_not_judged():
    """Its enclosure holds what a difference of numbers of size 1e136 leaves."""
    assert told(lambda x: sin(x) + (exp(100 * pi) - exp(50 * pi) ** 2), 0.5, [7.0]) is None


def test_a_value_is_not_judged_where_that_of_another_piece_is_not_certain():
    def function(x):
        return where(x + 1 > 1, x, x + (exp(100 * pi) - exp(50 * pi) ** 2))

    assert told(function, 1e-10, [7.0], "float32") is None


def test_a_value_without_a_right_digit_may_be_that_of_another_piece():
    def function(x):
        return where(x + 1 > 1, (1 - cos(x)) / x**2, 0 * x)

    assert told(function, 1e-10, [0.0], "float32")[1] is AGREE
    assert told(lambda x: (1 - cos(x)) / x**2, 1e-10, [0.0], "float32")[1] is LOSSY


def step(x):
    return x * floor(x * 10)


@pytest.mark.parametrize(
    ("value", "verdict"), [(3 * 0.3, AGREE), (2 * 0.3, AGREE), (1.0, DISAGREE)], ids=["upper", "lower", "neither"]
)
def test_the_value_of_either_piece_is_right_where_the_format_cannot_tell_them_apart(value, verdict):
    """The double 0.3 lies below three tenths; ten times it rounds to three."""
    assert told(step, 0.3, [value])[1] is verdict


def test_a_wrong_value_is_held_against_the_piece_at_the_point():
    assert told(step, 0.3, [1.0])[2].startswith("the function itself gives 1.0, its definition 0.59999999999999998")


def test_only_a_failing_value_makes_another_function():
    court, question = court_at(lambda x: sin(x), 0.5)
    said = [other_function(court, SimpleNamespace(value=lambda _, v=v: v), question) for v in (None, [math.sin(0.5)])]
    assert said == ["", ""]
    assert other_function(court, SimpleNamespace(value=lambda _: [7.0]), question).startswith("the function itself")


def jump(x):
    """At x + 1 = 1, where float32 puts the numbers beside it, it is what it is above."""
    return where(x + 1 >= 1, 2 * x + 5, 3 * x)


def jump_and_bend(x):
    return jump(x) + maximum(x + 1, 1)


@pytest.mark.parametrize(
    ("function", "x", "dtype", "value", "slope", "verdict"),
    [
        pytest.param(step, 0.3, "float64", [0.6], 3.0, DISAGREE, id="value of the right piece, slope of another"),
        pytest.param(step, 0.3, "float64", [3 * 0.3], 3.0, LOSSY, id="value and slope of the other piece"),
        pytest.param(step, 0.3, "float64", None, 3.0, LOSSY, id="no value told"),
        pytest.param(step, 0.3, "float64", [7.0], 3.0, LOSSY, id="a value of no piece tells nothing"),
        pytest.param(step, 0.3, "float64", [3 * 0.3], 7.0, DISAGREE, id="the slope of no piece"),
        pytest.param(jump, 1e-10, "float32", [5.0], 3.0, DISAGREE, id="value of the right piece and of the tie"),
        pytest.param(jump, 1e-10, "float32", [0.0], 3.0, LOSSY, id="value and slope below the tie"),
        pytest.param(jump_and_bend, 1e-10, "float32", [6.0], 2.0, LOSSY, id="told apart at one comparison of two"),
        pytest.param(jump_and_bend, 1e-10, "float32", [6.0], 4.0, DISAGREE, id="slope of the one told apart"),
    ],
)
def test_whoever_tells_pieces_apart_has_no_excuse(function, x, dtype, value, slope, verdict):
    court, question = court_at(function, x, dtype)
    witness = SimpleNamespace(code=None, value=lambda _: value)
    asked = Dispute(court, witness, question, np.array([slope]), [None], 0)
    found = by_near_tie(asked.judged(asked.bound), asked)
    assert found.verdict is verdict
    assert (found.reason is Reason.BRANCH) == (verdict is LOSSY)


def test_only_comparisons_that_were_not_told_apart_are_named():
    court, question = court_at(lambda x: where(x + 1 > 1, 2 * x + 5, 3 * x) + maximum(x + 1, 1), 1e-10, "float32")
    asked = Dispute(court, SimpleNamespace(code=None, value=lambda _: [6.0]), question, np.array([2.0]), [None], 0)
    note = by_near_tie(asked.judged(asked.bound), asked).note
    assert note == "float32 cannot decide which piece of maximum(x + 1, 1) holds here"


def test_pieces_whose_values_are_the_same_excuse_either_slope():
    court, question = court_at(lambda x: maximum(x + 1, 1), 1e-10, "float32")
    asked = Dispute(court, SimpleNamespace(code=None, value=lambda _: [1.0]), question, np.array([0.0]), [None], 0)
    assert by_near_tie(asked.judged(asked.bound), asked).reason is Reason.BRANCH
