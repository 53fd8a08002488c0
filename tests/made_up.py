"""Truths and bounds made up by hand, to hold made-up numbers against."""

import numpy as np
from flint import arb

from diffcheck.judgement.answer import Answer
from diffcheck.judgement.court import Question
from diffcheck.judgement.judgements import Judgements
from diffcheck.judgement.numbers import Judgement
from diffcheck.referee.component import Component, Status
from diffcheck.referee.found import Truth
from diffcheck.referee.rounding.bound import Bound
from diffcheck.verdict import Verdict

NAN, INF = float("nan"), float("inf")


def certified(value):
    return Component(Status.CERTIFIED, arb(value), arb(value))


def kink(left, right):
    return Component(Status.KINK, arb(left), arb(right))


def bound_in_units(format, inherent=4.0, formula=1000.0, scale=1.0, size=1.0):
    """A bound on a truth of this size, counted in units of roundoff of it."""
    u = arb((1, -format.precision)) * size
    return Bound(scale=arb(scale) * size, inherent=inherent * u, formula=formula * u)


def off(format, units):
    """One, and so many units of roundoff more."""
    return 1.0 + units * 2.0**-format.precision


def judgement(verdict, error=1.0, inherent=1.0, **figures):
    return Judgement(verdict, error_ulp=error, inherent_ulp=inherent, **figures)


RIGHT, WRONG = judgement(Verdict.AGREE), judgement(Verdict.DISAGREE)


def point(truths, values, judgements=None):
    """A question with these truths, and its answer; all wrong unless said otherwise."""
    components = tuple(t if hasattr(t, "status") else certified(t) for t in truths)
    question = Question({}, Truth(components, None, (), 0, ()), [], arb(1))
    given = None if values is None else np.array(values)
    told = judgements or [WRONG] * len(truths)
    return question, Answer(given, Judgements(dict(enumerate(told))))


def scaled(*factors, judged=WRONG):
    """Points whose truths are powers of two, and whose values are these factors times them."""
    return [point([2.0**k], [factor * 2.0**k], [judged]) for k, factor in enumerate(factors)]
