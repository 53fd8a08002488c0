"""What an answer as a whole says beyond its numbers: one factor at all points, and the value beside the derivative."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from made_up import judgement, point, scaled
from on_trial import planted, row

from diffcheck import case, interval
from diffcheck.case.operators import Operator
from diffcheck.formats import FORMATS
from diffcheck.judgement.court import Court
from diffcheck.judgement.hearing import judged, systematic
from diffcheck.ops import cos, sin, stack, where
from diffcheck.program.trace import trace
from diffcheck.verdict import Reason, Verdict

LOST = judgement(Verdict.LOSSY, note="cancels")
RIGHT = judgement(Verdict.AGREE)
AGAIN = replace(judgement(Verdict.LOSSY), reason=Reason.BRANCH)
WRONG = replace(judgement(Verdict.DISAGREE), reason=Reason.OVERFLOW)


def heard(record, on_trial=True):
    """The verdicts and reasons after a whole record was seen."""
    questions, answers = zip(*record, strict=True)
    court = SimpleNamespace(questions=questions, format=FORMATS["float64"])
    found = systematic(court, SimpleNamespace(on_trial=on_trial), answers)
    return [(j.verdict, j.reason, j.note) for answer in found for j in answer.judgements]


SYSTEMATIC = (Verdict.DISAGREE, Reason.WRONG, "")
AS_IT_WAS = (Verdict.LOSSY, Reason.NONE, "cancels")


def test_one_factor_at_all_points_is_no_lost_digit():
    assert heard(scaled(3, 3, 3, judged=LOST)) == [SYSTEMATIC] * 3


def test_one_factor_is_believed_of_somebody_on_trial_only():
    assert heard(scaled(3, 3, 3, judged=LOST), on_trial=False) == [AS_IT_WAS] * 3


@pytest.mark.parametrize("factors", [(3, 3), (3, 4, 5)], ids=["two points", "no factor"])
def test_digits_that_differ_from_point_to_point_are_lost(factors):
    assert heard(scaled(*factors, judged=LOST)) == [AS_IT_WAS] * len(factors)


def test_without_all_answers_nothing_is_concluded():
    assert heard([*scaled(3, 3, 3, judged=LOST), point([8.0], None, [LOST])]) == [AS_IT_WAS] * 4


def test_a_factor_changes_only_what_was_excused_by_lost_digits():
    record = [point([2.0**k, 7.0], [3 * 2.0**k, 7.0], [first, RIGHT]) for k, first in enumerate((LOST, WRONG, AGAIN))]
    passed = Verdict.AGREE, Reason.NONE, ""
    kept = (Verdict.DISAGREE, Reason.OVERFLOW, ""), (Verdict.LOSSY, Reason.BRANCH, "")
    assert heard(record) == [SYSTEMATIC, passed, kept[0], passed, kept[1], passed]


def versine(x):
    return (1 - cos(x)) / x**2


def half_minus(x):
    """The versine quotient by its series: a half, less the 24th part of the square, for small numbers."""
    return 0.5 - x**2 / 24


SMALL = [1e-3, 1.5e-3, 2e-3, 2.5e-3]


@pytest.mark.parametrize(
    ("factor", "points", "verdict"),
    [
        pytest.param(1, SMALL, "agree", id="right"),
        pytest.param(2, SMALL, "disagree", id="twice the truth at four points"),
        pytest.param(2, SMALL[:2], "lossy", id="twice the truth at two points"),
    ],
)
def test_a_factor_is_seen_where_each_point_alone_could_be_excused(factor, points, verdict):
    """In float32 the formula of the definition leaves no digit here."""
    wrong = planted(half_minus, lambda g, x: -g * factor * x / 12)
    assert row(versine, wrong, points, dtype="float32").verdict == verdict


def test_the_slopes_of_another_piece_are_one_factor_and_no_mistake():
    def pieces(module):
        return lambda x: module.where(x + 1 > 1, 2 * x**2, 3 * x**2)

    definition = pieces(SimpleNamespace(where=where))
    found = row(definition, pieces(torch), [1e-10, 2e-10, 5e-10, 7e-10], dtype="float32")
    assert (found.verdict, found.reason) == ("lossy", "branch")


def outputs(x):
    return stack([sin(x[0]) * x[1], x[0] + x[1], x[1] ** 2])


@pytest.mark.parametrize("output", [0, 1, 2])
def test_the_output_whose_value_is_wrong_is_named(output):
    """The derivative is right everywhere: the first component of that output stands for its value."""

    def shifted(x):
        found = torch.stack([torch.sin(x[0]) * x[1], x[0] + x[1], x[1] ** 2])
        return found + torch.eye(3, dtype=x.dtype)[output]

    found = row(outputs, shifted, [[0.5, 2.0]], shape=2)
    assert (found.verdict, found.reason) == ("disagree", "value")
    assert found.worst_component == f"[{output}] by x[0]"
    assert found.note.startswith("the derivative is right, the value is not: the function itself gives")


@pytest.mark.parametrize(
    ("value", "slope", "verdict", "reason"),
    [
        pytest.param(lambda x: 0 * x, lambda x: -x / 12, "disagree", "value", id="only the value has lost its digits"),
        pytest.param(lambda x: 0 * x, lambda x: 0 * x, "lossy", "cancellation", id="both have lost them"),
        pytest.param(half_minus, lambda x: 0 * x, "lossy", "cancellation", id="only the slope has lost them"),
        pytest.param(half_minus, lambda x: -x / 12, "agree", "", id="neither"),
    ],
)
def test_a_value_without_a_right_digit_is_told_unless_the_derivative_speaks_for_itself(value, slope, verdict, reason):
    found = row(versine, planted(value, lambda g, x: g * slope(x)), [1e-9])
    assert (found.verdict, found.reason) == (verdict, reason)


def test_a_wrong_value_beside_a_wrong_derivative_is_no_right_one():
    found = row(lambda x: sin(x), planted(lambda x: torch.sin(x) + 1, lambda g, x: 3 * g), [0.5])
    assert (found.verdict, found.reason) == ("disagree", "value")
    assert found.note.startswith("value and slope are both off")


def wave(x, y):
    return sin(x) * y


def pair(x, y):
    return versine(x) * y


def judgements(slopes, value, on_trial=True, function=wave, x=0.5):
    """What is thought of these slopes of a function at (x, 2), and of the value that a witness tells."""
    at = {"x": np.array(x), "y": np.array(2.0)}
    subject = case(x=interval(-1e11, 1e11), y=interval(-4, 4))(function)
    program = trace(subject.function, subject.shapes, subject.constants)
    court = Court(subject, Operator.GRADIENT, program, FORMATS["float64"], [at])
    told = None if value is None else [value]
    witness = SimpleNamespace(
        on_trial=on_trial, tells_own_values=on_trial, defines=False, code=None, value=lambda _: told
    )
    return judged(court, witness, court.questions[0], np.array(slopes), [None, None])


SLOPES, VALUE = [2 * math.cos(0.5), math.sin(0.5)], 2 * math.sin(0.5)
PASSED, OTHER = (Verdict.AGREE, Reason.NONE), (Verdict.DISAGREE, Reason.VALUE)


@pytest.mark.parametrize(
    ("slopes", "value", "on_trial", "expected"),
    [
        pytest.param(SLOPES, VALUE, True, [PASSED, PASSED], id="all right"),
        pytest.param(SLOPES, VALUE + 1e-9, True, [OTHER, PASSED], id="value wrong"),
        pytest.param(SLOPES, math.nan, True, [OTHER, PASSED], id="no number"),
        pytest.param(SLOPES, None, True, [PASSED, PASSED], id="no value told"),
        pytest.param(SLOPES, VALUE + 1, False, [PASSED, PASSED], id="nobody on trial"),
        pytest.param(
            [SLOPES[0], 7.0], VALUE + 1, True, [PASSED, (Verdict.DISAGREE, Reason.WRONG)], id="a slope wrong too"
        ),
    ],
)
def test_the_value_is_judged_where_somebody_on_trial_has_the_derivative_right(slopes, value, on_trial, expected):
    assert [(j.verdict, j.reason) for j in judgements(slopes, value, on_trial)] == expected


def test_one_slope_without_a_right_digit_speaks_for_the_value():
    found = judgements([0.0, 0.5], 0.0, function=pair, x=1e-9)
    assert [j.verdict for j in found] == [Verdict.LOSSY, Verdict.AGREE]


@pytest.mark.parametrize(
    ("function", "x", "slopes", "told"),
    [
        pytest.param(wave, 0.5, SLOPES, True, id="right"),
        pytest.param(wave, 1e10, [2 * math.cos(1e10) + 1e-9, math.sin(1e10)], True, id="a hard question"),
        pytest.param(pair, 1e-9, [0.0, 0.5], False, id="one has lost its digits"),
    ],
)
def test_that_the_derivative_is_right_is_said_only_where_all_of_it_is(function, x, slopes, told):
    first, _ = judgements(slopes, 1e9, function=function, x=x)
    assert first.reason is Reason.VALUE
    assert first.note.startswith("the derivative is right, the value is not: ") is told
    assert "the function itself gives 1000000000.0, its definition" in first.note
