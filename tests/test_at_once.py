"""Answers of many components, judged on whole arrays, beside every component judged by itself."""

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st
from made_up import INF, NAN

from diffcheck.formats import FORMATS
from diffcheck.judgement.at_once import to_be_judged
from diffcheck.judgement.court import Question
from diffcheck.judgement.numbers import judge, worst
from diffcheck.referee.bound import Bound
from diffcheck.referee.component import Component, Status
from diffcheck.referee.truth import Truth
from diffcheck.verdict import Verdict

# Sizes of truths: common ones, powers of two, the ends of double precision and beyond.
SIZES = [1.0, 1.5, 0.75, 1e-3, 2.0, 1e300, 3e-308, 1e-320, 0.0]
# Errors in units of roundoff of the truth, those of no digit among them.
ERRORS = [0.0, 0.4, 1.0, 3.0, 1e2, 1e5, 1e9, 1e16, INF, NAN]


def asked(format, components):
    """A question with one component for each size, tail, condition and error, and the answer; as lists."""
    u = 2.0**-format.precision
    truths, bounds, values = [], [], []
    for size, tail, condition, error in components:
        exact = arb(size) + arb(size) * arb(tail) * u / 2
        scale = abs(exact).mid() * condition
        truths.append(Component(Status.CERTIFIED, exact, exact))
        inherent = 128 * arb(u) * scale + arb((1, format.smallest_subnormal_exponent))
        bounds.append(Bound(scale, inherent, 1000 * inherent))
        values.append(format.round(size + size * u * error))
    truth = Truth(tuple(truths), None, (), 128, ())
    return Question({}, truth, bounds, arb(1)), np.array(values)


component = st.tuples(
    st.sampled_from(SIZES),
    st.sampled_from([0, 0.3, -0.3, -(2.0**-80)]),
    st.sampled_from([1, 7, 1e6, 1e12]),
    st.sampled_from(ERRORS),
)
components = st.lists(component, min_size=32, max_size=60)


@pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("claim", [None, 1e-12, 1e-6, 0.5, NAN])
@given(components=components)
def test_what_is_left_out_agrees_and_is_the_worst_in_nothing(format, claim, components):
    question, values = asked(format, components)
    own = [None if claim is None else claim * size for size, *_ in components]
    every = [
        judge(value, error, truth, bound, format, question.size)
        for value, error, truth, bound in zip(
            values.tolist(), own, question.truth.components, question.bounds, strict=True
        )
    ]
    kept = to_be_judged(question, values, own, format)
    told = [every[k] for k in kept]
    left_out = [judgement for k, judgement in enumerate(every) if k not in kept]
    assert all(judgement.verdict is Verdict.AGREE for judgement in left_out)
    assert worst(told) is worst(every)
    assert np.nanmax([0.0, *(j.error_ulp for j in told)]) == np.nanmax([0.0, *(j.error_ulp for j in every)])
    assert np.nanmin([99.0, *(j.digits for j in told)]) == np.nanmin([99.0, *(j.digits for j in every)])
    assert {j.estimate for j in every} == {j.estimate for j in told}


@pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
def test_most_of_a_good_answer_is_left_out(format):
    """Ten thousand values that are off by less than a rounding: a few dozen are looked at."""
    random = np.random.default_rng(0)
    parts = zip(random.uniform(1, 2, 10_000), random.uniform(-1, 1, 10_000), random.uniform(2, 9, 10_000), strict=True)
    question, values = asked(format, [(format.round(size), tail, scale, 0.0) for size, tail, scale in parts])
    assert len(to_be_judged(question, values, [None] * len(values), format)) < 200
