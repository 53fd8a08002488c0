"""Sums of roots of fractions and of cosines of parts of a turn that are zero, and those that are nearly so."""

import itertools

import numpy as np
import pytest

import diffcheck.ops as o
from diffcheck.case.operators import Operator
from diffcheck.program.trace import trace
from diffcheck.referee.component import Status
from diffcheck.referee.truth import Referee


def cosine(p, q):
    """That of p/q times pi."""
    return o.cos(o.pi * o.rational(p, q))


def sine(p, q):
    return o.sin(o.pi * o.rational(p, q))


def root(p, q=1):
    return o.sqrt(o.rational(p, q))


def total(terms):
    first, *others = terms
    for term in others:
        first = first + term
    return first


ZERO = {
    **{f"all {n}-th roots": total([cosine(2 * k, n) for k in range(n)]) for n in (3, 5, 7, 9, 15, 16, 30)},
    **{f"sines of {n}": total([sine(2 * k, n) for k in range(n)]) for n in (5, 7, 8)},
    "a golden section": cosine(1, 5) - (1 + root(5)) / 4,
    "a heptagon": cosine(1, 7) * cosine(2, 7) * cosine(3, 7) - o.rational(1, 8),
    "half an angle": 4 * cosine(1, 8) ** 2 - 2 - root(2),
    "one circle": sine(3, 7) ** 2 + cosine(3, 7) ** 2 - 1,
    "products of roots": root(2) * root(3) - root(6),
    "a root of fractions": root(8, 27) * 9 / root(6) - 2,
    "cube roots": o.rational(2) ** o.rational(1, 3) * o.rational(4) ** o.rational(1, 3) - 2,
}
NOT_ZERO = {
    "one root short": total([cosine(2 * k, 7) for k in range(6)]),
    "a near miss": 22 * cosine(1, 7) - o.rational(198213, 10**4) - o.rational(1, 10**5),
    "five square roots": root(10**30 + 1) - 10**15,
    "a sum of roots": root(5) + root(6) + root(18) - root(4) - root(12) - root(12),
}


def slope(constant):
    """The truth about |x + c| at zero."""
    program = trace(lambda x: o.abs(x + constant), {"x": ()}, {})
    (component,) = Referee(program, Operator.DERIVATIVE, [0]).truth([0.0]).components
    return component.status


@pytest.mark.parametrize("constant", ZERO.values(), ids=ZERO)
def test_zero_is_known(constant):
    assert slope(constant) is Status.KINK


@pytest.mark.parametrize("constant", NOT_ZERO.values(), ids=NOT_ZERO)
def test_what_is_nearly_zero_is_not(constant):
    assert slope(constant) is Status.CERTIFIED


@pytest.mark.parametrize("n", [5, 6, 12, 16])
@pytest.mark.parametrize("signal", [(1.0,), (1.0, -1.0), (0.0,)])
def test_spectra_of_regular_signals_are_zero_where_they_are(n, signal):
    x = list(itertools.islice(itertools.cycle(signal), n))
    program = trace(lambda x: o.sum(o.abs(o.fft(x))), {"x": (n,)}, {})
    components = Referee(program, Operator.GRADIENT, range(n)).truth(x).components
    assert {c.status for c in components} <= {Status.KINK, Status.CERTIFIED}
    # Where a frequency is there, a step has its sign; where none is, it adds its size to both sides.
    for sign, ends in ((-1, [c.left for c in components]), (1, [c.right for c in components])):
        steps = np.fft.fft(np.eye(n)) * sign * 1e-6
        expected = (np.abs(np.fft.fft(x) + steps) - np.abs(np.fft.fft(x))).sum(1) / (sign * 1e-6)
        assert np.allclose([float(e) for e in ends], expected, atol=1e-4)
