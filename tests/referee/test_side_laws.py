"""Certified one-sided slopes of functions made at random, against difference quotients of 400 digits by mpmath.

The points are those where such functions may bend, end or jump.
"""

import functools

import mpmath
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

import diffcheck.ops as o
from diffcheck.case.operators import Operator
from diffcheck.program.trace import trace
from diffcheck.referee.component import Status
from diffcheck.referee.truth import Referee

DIGITS = 400


def within(function):
    """The function of real numbers that is NaN where a complex one is not real."""

    def real(*arguments):
        found = function(*arguments)
        return found if mpmath.im(found) == 0 and not any(map(mpmath.isnan, arguments)) else mpmath.nan

    return real


REAL = {
    "abs": (o.abs, abs),
    "sqrt": (o.sqrt, mpmath.sqrt),
    "acos": (o.acos, mpmath.acos),
    "asin": (o.asin, mpmath.asin),
    "acosh": (o.acosh, mpmath.acosh),
    "cos": (o.cos, mpmath.cos),
    "cosh": (o.cosh, mpmath.cosh),
    "sin of pi": (lambda x: o.sin(o.pi * x), mpmath.sinpi),
    "square": (lambda x: x * x, lambda x: x * x),
    "1 - x": (lambda x: 1 - x, lambda x: 1 - x),
    "half": (lambda x: x / 2, lambda x: x / 2),
    "negative": (lambda x: -x, lambda x: -x),
    "to the 3/4": (lambda x: x**0.75, lambda x: mpmath.power(x, mpmath.mpf(3) / 4)),
    "cube root": (lambda x: x ** o.rational(1, 3), lambda x: mpmath.power(x, mpmath.mpf(1) / 3)),
    "to the 1.1": (lambda x: x**1.1, lambda x: mpmath.power(x, mpmath.mpf(1.1))),
    "relu": (o.relu, lambda x: max(x, mpmath.mpf(0))),
    "tanh": (o.tanh, mpmath.tanh),
}
PAIRS = {
    "+": (lambda x, y: x + y,) * 2,
    "*": (lambda x, y: x * y,) * 2,
    "maximum": (o.maximum, max),
    "minimum": (o.minimum, min),
    "hypot": (o.hypot, mpmath.hypot),
    "at zero": (lambda x, y: o.where(x == 0, y, x), lambda x, y: y if x == 0 else x),
    "above zero": (lambda x, y: o.where(x > 0, y, x), lambda x, y: y if x > 0 else x),
}
for table in (REAL, PAIRS):
    table.update({name: (traced, within(exact)) for name, (traced, exact) in table.items()})
trees = st.recursive(
    st.just("x"),
    lambda inner: (
        st.tuples(st.sampled_from(sorted(REAL)), inner) | st.tuples(st.sampled_from(sorted(PAIRS)), inner, inner)
    ),
    max_leaves=4,
)


def made(tree, x, kind):
    """The value of a tree: traced (0) or with many digits (1)."""
    if tree == "x":
        return x
    name, *inner = tree
    return {**REAL, **PAIRS}[name][kind](*(made(one, x, kind) for one in inner))


def seen(tree, x):
    """The truth about the slope of a tree."""
    program = trace(functools.partial(made, tree, kind=0), {"x": ()}, {})
    (component,) = Referee(program, Operator.DERIVATIVE, [0]).truth([x]).components
    return component


def value(tree, x):
    """The value in many digits; NaN outside the domain."""
    return mpmath.re(made(tree, x, 1))


def quotients(tree, x, sign):
    """Difference quotients to one side, ever nearer."""
    here = value(tree, x)
    steps = [sign * mpmath.mpf(10) ** -n for n in (20, 40, 80)]
    return [(value(tree, x + h) - here) / h for h in steps]


def tends(found, slope):
    """Whether quotients tend to a slope; all of them are NaN where there is none."""
    if slope is None:
        return all(mpmath.isnan(q) for q in found)
    if not slope.is_finite():
        return all((q > 0) == bool(slope > 0) for q in found) and abs(found[0]) < abs(found[1]) < abs(found[2])
    gaps = [abs(q - mpmath.mpf(slope.mid().str(60, radius=False))) for q in found]
    return gaps[2] < 1e-20 or gaps[2] < 0.9 * gaps[1] < 0.9 * gaps[0]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(trees, st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.0]))
def test_certified_slopes_are_limits_of_difference_quotients(tree, x):
    component = seen(tree, x)
    with mpmath.workdps(DIGITS):
        left, right = (quotients(tree, mpmath.mpf(x), sign) for sign in (-1, 1))
        match component.status:
            case Status.ONE_SIDED:
                assert tends(left, component.left) != tends(right, component.right)
                assert tends(left, None) != tends(right, None)
            case Status.UNCERTAIN:
                assert component.reason != ""
            case _:
                assert tends(left, component.left)
                assert tends(right, component.right)


def test_the_random_functions_are_of_all_kinds():
    """The law would hold for smooth functions only, too."""
    kinds = {
        ("sqrt", ("square", "x")): Status.KINK,
        ("acos", ("cos", "x")): Status.KINK,
        ("*", "x", ("sqrt", "x")): Status.ONE_SIDED,
        ("cube root", ("abs", "x")): Status.UNDEFINED,
        ("to the 1.1", ("abs", "x")): Status.CERTIFIED,
    }
    assert {tree: seen(tree, 0.0).status for tree in kinds} == kinds
    with mpmath.workdps(DIGITS):
        assert not tends(quotients(("square", "x"), mpmath.mpf(1), 1), arb("2.000000000000001"))
        assert not tends(quotients(("sqrt", "x"), mpmath.mpf(0), 1), arb(1e30))
