"""Answers of many components, judged on whole arrays, beside every component judged by itself."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st
from made_up import INF, NAN

from diffcheck.formats import FORMATS
from diffcheck.judgement.court import Question
from diffcheck.judgement.judgements import Judgements
from diffcheck.judgement.numbers import judge, rank
from diffcheck.judgement.sketch import at_once
from diffcheck.referee.component import Component, Status
from diffcheck.referee.found import Truth
from diffcheck.referee.rounding.bound import Bound, bound
from diffcheck.verdict import Verdict

# Truths as numbers and powers of two: common ones, then the ends of all formats and what lies beyond them.
COMMON = [(1, 0), (-3, -1), (5, -3), (0.7, 0), (1, 40), (-1, -60), (0, 0)]
ENDS = [(1, e) for e in (-1300, -1075, -1070, -1022, -1019, -901, -900, -149, -133, -126, -24, -14, 15, 16, 127, 1021)]
BESIDE = [(1.3, e) for e in (-1074, -1022, -1000, -900, -149, -133, -126, -24, -14, 16, 127, 128, 1022)]
# What a truth has beyond its leading part, in units of roundoff.
TAILS = [0, 0.3, -0.3, 2.0**-30, -(2.0**-30)]
# How far rounding of the inputs moves a truth: so many times its size, over the unit of roundoff to this power.
MOVED = [(0, 0), (1, 0), (6, 0), (1e3, 0), (0.7, 0.5), (1.4, 0.5), (1, 0.75), (0.1, 1), (1, 1), (1e300, 0)]
# What the formula may be off by, for the inherent bound.
FORMULAS = [0, 1.5, 1e3, 1e20, INF, NAN]
# Errors in units of roundoff of the truth, for the truth itself, and for the inherent bound.
ERRORS = [
    *((x, 0, 0) for x in (0, 0.4, 1, 3, -3, 1e2, 1e5, 1e9)),
    *((0, x, 0) for x in (-1, -0.5, -0.7, -0.9, -2, 1, 1e3)),
    *((0, 0, x) for x in (0.3, 0.7, -1, 1.3, -1.6, 10, 1e3)),
]
# Answers whatever the truth is.
VALUES = [0.0, -0.0, INF, -INF, NAN, 5e-324, 1e308]
# A method's estimates of its errors, for the size of the truth.
CLAIMS = [0.0, 1e-30, 1e-12, 1e-6, 1e-3, 0.5, 1e4, INF, NAN, -1.0]

component = st.tuples(
    st.sampled_from([*COMMON, *ENDS, *BESIDE]),
    st.sampled_from(TAILS),
    st.sampled_from([0, 0, 2.0**-106]),
    st.sampled_from(MOVED),
    st.sampled_from(FORMULAS),
    st.one_of(st.sampled_from(ERRORS), st.tuples(st.floats(-1e4, 1e4), st.just(0), st.just(0))),
    st.sampled_from([None, None, None, None, *VALUES]),
    st.sampled_from(CLAIMS),
)
components = st.lists(component, min_size=32, max_size=64)
each_format = pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)


def asked(format, components):
    """A question with one component for each of these, the answer, and how far a method thinks to be off."""
    u = arb((1, -format.precision))
    truths, bounds, values, claims = [], [], [], []
    with ctx.workprec(160):
        for (number, power), tail, radius, (moved, digits), formula, (units, part, allowed), value, claim in components:
            nearest = arb(format.round(number)) * arb((1, power))
            exact = nearest * (1 + tail * u)
            truths.append(Component(Status.CERTIFIED, *(2 * [arb(exact, (abs(exact) * radius).upper())])))
            moves = moved * u ** -arb(digits) * (abs(exact) if number else 1e-300)
            without = bound(abs(exact), moves.mid(), arb(0), format)
            bounds.append(Bound(without.scale, without.inherent, formula * without.inherent))
            near = float(nearest * (1 + u * units + part) + allowed * without.inherent)
            values.append(format.round(near if value is None else value))
            claims.append(float(claim * abs(exact)))
    return Question({}, Truth(tuple(truths), None, (), 160, ()), bounds, arb(1)), np.array(values), claims


def one_by_one(question, values, own, format):
    """The judgement on each component."""
    everything = zip(values.tolist(), own, question.truth.components, question.bounds, strict=True)
    return [judge(value, error, truth, bound, format, question.size) for value, error, truth, bound in everything]


def said(judgement):
    return judgement.verdict, judgement.reason, judgement.estimate, judgement.note, judgement.no_digit


def heard(question, values, own, format):
    """What is told of an answer, and the judgement on each component by itself."""
    expected = one_by_one(question, values, own, format)
    sketch, chosen = at_once(question, values, own, format)
    return Judgements({c: expected[c] for c in chosen}, sketch), expected


def hold_the_same(found, expected):
    """The verdicts, and all that is told, to the millionth of the millionth of a unit in the last place."""
    assert [said(judgement) for judgement in found] == [said(judgement) for judgement in expected]
    close = functools.partial(pytest.approx, rel=1e-12, abs=1e-12, nan_ok=True)
    assert rank(expected[found.speaking]) == close(max(map(rank, expected)))
    told = found.told.values()
    assert np.nanmax([-1.0, *(j.error_ulp for j in told)]) == close(np.nanmax([-1.0, *(j.error_ulp for j in expected)]))
    assert np.nanmin([99.0, *(j.digits for j in told)]) == np.nanmin([99.0, *(j.digits for j in expected)])
    assert {j.estimate for j in told} == {j.estimate for j in expected}


@each_format
@pytest.mark.parametrize("claims", [False, True], ids=["without estimates", "with estimates"])
@given(components=components)
def test_what_is_certain_is_what_the_comparison_in_balls_says(format, claims, components):
    question, values, own = asked(format, components)
    found, expected = heard(question, values, own if claims else [None] * len(own), format)
    hold_the_same(found, expected)
    sketched = [c for c, j in enumerate(found) if c not in found.told]
    told, exact = (
        [[js[c].error_ulp, js[c].inherent_ulp, np.nan_to_num(js[c].digits)] for c in sketched]
        for js in (found, expected)
    )
    np.testing.assert_allclose(told, exact, rtol=1e-12, atol=1e-12)


# Large answers, all components of one kind: the verdict, how far inputs move a truth, what the formula allows, and
# errors made of a number between zero and one.
ALIKE = {
    "right": (Verdict.AGREE, (3, 0), 0, lambda x: (x, 0, 0)),
    "all digits right": (Verdict.AGREE, (0, 0), 0, lambda x: (x, 0, 0)),
    "no error": (Verdict.AGREE, (0, 0), 0, lambda x: (0, 0, 0)),
    "hard": (Verdict.ILL_CONDITIONED, (1, 0.75), 0, lambda x: (0, 0, x)),
    "some digits lost": (Verdict.LOSSY, (1, 0), 1e3, lambda x: (0, 0, 3 + x)),
    "all digits lost": (Verdict.LOSSY, (1, 0), 1e20, lambda x: (0, -1, 0)),
}


@each_format
@pytest.mark.parametrize(("verdict", "moved", "formula", "error"), ALIKE.values(), ids=ALIKE)
def test_of_a_large_answer_of_one_kind_a_few_are_looked_at(format, verdict, moved, formula, error):
    random = np.random.default_rng(0)
    parts = [(size, move, part) for size, move, part in random.uniform(size=(2000, 3)).tolist()]
    question, values, _ = asked(
        format,
        [((1 + x, 0), t - 0.5, 0, (moved[0] * (1 + t), moved[1]), formula, error(y), None, 0) for x, t, y in parts],
    )
    found, expected = heard(question, values, [None] * len(values), format)
    hold_the_same(found, expected)
    assert found.speaking == max(range(len(expected)), key=lambda component: rank(expected[component]))
    assert found.of(verdict) == [k for k, judgement in enumerate(expected) if judgement.verdict is verdict]
    assert len(found.of(verdict)) > 1900
    np.testing.assert_allclose(found.error_ulp, [j.error_ulp for j in expected], rtol=1e-12, atol=1e-12)
    doubtful = {k for k, j in enumerate(expected) if j.verdict is not Verdict.AGREE}
    assert {k for k, _ in found.doubtful()} == doubtful | found.told.keys()
    assert len(found.told) < 100


@pytest.mark.parametrize(
    ("size", "moved", "formula", "error", "own"),
    [
        pytest.param((1.3, 1020), (1e3, 0), 0, (1, 0, 0), None, id="a condition beyond double precision"),
        pytest.param((1.3, 0), (1, 0), INF, (0, 0, 3), None, id="a formula in which a value overflows"),
        pytest.param((1.3, 0), (1, 0), 0, (1, 0, 0), -1.0, id="an estimate below zero"),
        pytest.param((1.3, 0), (1, 0), 0, (1, 0, 0), 0.5, id="an estimate that claims no digit"),
    ],
)
def test_numbers_of_which_nothing_is_certain_are_looked_at(size, moved, formula, error, own):
    format = FORMATS["float64"]
    question, values, _ = asked(format, [(size, 0, 0, moved, formula, error, None, 0)] * 40)
    found, expected = heard(question, values, [own] * 40, format)
    hold_the_same(found, expected)
    assert len(found.told) == 40


def test_a_component_without_a_right_digit_speaks_before_one_that_lacks_more():
    """Neither has it the fewest digits, or the largest error."""
    format = FORMATS["float64"]
    none, fewer = (
        ((1.3, 0), 0, 0, (1, power), 1e20, (0, part, 0), None, 0) for power, part in ((0.85, -0.9), (0.9, -0.99))
    )
    some = (1.3, 0), 0, 0, (1, 0), 1e20, (0, 0, 1e5), None, 0
    question, values, _ = asked(format, [*[some] * 40, *[fewer] * 40, none])
    found, expected = heard(question, values, [None] * 81, format)
    hold_the_same(found, expected)
    assert found.speaking == 80


@pytest.mark.parametrize("count", [3, 300], ids=["few", "many"])
def test_a_change_reaches_what_is_sketched(count):
    format = FORMATS["float64"]
    question, values, _ = asked(format, [((1.5, k % 9), 0, 0, (1, 0), 1e3, (0, 0, 3), None, 0) for k in range(count)])
    found, _ = heard(question, values, [None] * count, format)
    assert len(found) == len(found.of(Verdict.LOSSY)) == count
    changed = found.changed(lambda judgement: replace(judgement, verdict=Verdict.DISAGREE))
    assert [j.verdict for j in changed] == [Verdict.DISAGREE] * count
    assert changed.of(Verdict.DISAGREE) == list(range(count))
    assert changed.speaking == found.speaking


@each_format
@pytest.mark.parametrize("power", [0, -7], ids=["zero", "too small for the format"])
def test_of_many_zeros_a_few_are_looked_at(format, power):
    smallest = format.smallest_subnormal_exponent
    truths = [(power and 1 + x, smallest + power) for x in np.random.default_rng(0).uniform(size=2000).tolist()]
    question, values, _ = asked(format, [(truth, 0, 0, (1, 0), 0, (0, 0, 0), 0.0, 0) for truth in truths])
    found, expected = heard(question, values, [None] * len(values), format)
    hold_the_same(found, expected)
    assert len(found.told) < 100
