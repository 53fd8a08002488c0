"""What balls alone do not decide: ties of a value with itself, whole multiples of pi, exact arithmetic, exact roots."""

from fractions import Fraction

import pytest
from flint import arb, ctx

import diffcheck.ops as o
from diffcheck import check, interval
from diffcheck.case.operators import Operator
from diffcheck.program.trace import trace
from diffcheck.referee.component import Status
from diffcheck.referee.formulas import polynomials
from diffcheck.referee.formulas.identities import Atoms
from diffcheck.referee.formulas.polynomials import WAY
from diffcheck.referee.formulas.ratios import Ratio
from diffcheck.referee.formulas.taylor import Taylor
from diffcheck.referee.ladder import LADDER
from diffcheck.referee.truth import Referee

THIRD = o.rational(1, 3)


def truth(function, *point, operator=Operator.GRADIENT):
    """The truth by all inputs, which are called x, y ..."""
    program = trace(function, dict.fromkeys("xyz"[: len(point)], ()), {})
    return Referee(program, operator, range(len(point))).truth(list(point))


def the(found):
    (component,) = found.components
    return component


def larger(x, y):
    return o.maximum(x, y)


# Function, point, slope: ties that are none, or that an identity decides.
TIES = {
    "the larger of a value and the larger": (lambda x: larger(o.exp(x), larger(o.exp(x), o.sin(x))), 0.7, "exp"),
    "the other way round": (lambda x: larger(larger(o.sin(x), o.exp(x)), o.exp(x)), 0.7, "exp"),
    "below a function": (lambda x: larger(o.log(larger(o.exp(x), 0)), o.log(o.exp(x))), 0.7, "1"),
    "the smaller of the smaller": (lambda x: o.minimum(o.exp(x), o.minimum(o.exp(x), 9)), 0.7, "exp"),
    "clipped twice": (lambda x: o.clip(o.clip(o.exp(x), -9, 9), o.exp(x), 9), 0.7, "exp"),
    "chosen by a condition": (lambda x: larger(o.where(x > 0, o.exp(x), x), o.exp(x)), 0.7, "exp"),
    "thirds": (lambda x: larger(x / 3 + x / 3, 2 * x / 3), 0.7, "2/3"),
    "a product and a power": (lambda x: larger(o.exp(x) * o.exp(x), o.exp(x) ** 2), 0.7, "exp2"),
    "terms in another order": (lambda x: larger(o.exp(x) + o.sin(x), o.sin(x) + o.exp(x)), 0.0, "2"),
    "a square multiplied out": (
        lambda x: larger((o.exp(x) + THIRD) ** 2, o.exp(x) ** 2 + 2 * o.exp(x) / 3 + THIRD * THIRD),
        0.0,
        "8/3",
    ),
    "a root squared": (lambda x: larger(o.sqrt(x) ** 2, x), 0.7, "1"),
    "a cube root cubed": (lambda x: larger((x**THIRD) ** 3, x), 0.7, "1"),
    "a quotient of itself": (lambda x: x * o.maximum(o.exp(x) / o.exp(x), 1), 0.7, "1"),
    "a product with pi over pi": (lambda x: larger(o.pi * x / o.pi, x), 0.7, "1"),
    "the length of what lies on an axis": (lambda x: larger(o.hypot(x, 0), x), 0.7, "1"),
    "the root of a square": (lambda x: larger(o.sqrt(x * x - 2 * x + 1), 1 - x) + 2 * x, 0.7, "1"),
    "a length and a root": (lambda x: larger(o.hypot(x, 3), o.sqrt(9 + x * x)) - o.hypot(3, x) + x, 0.7, "1"),
    "the angle of -1 is pi": (lambda x: larger(x * o.acos(-1 + 0 * x), o.pi * x), 0.7, "pi"),
    "sixths of pi": (lambda x: x * larger(o.sin(o.pi / 6 + 0 * x), 0.5), 0.7, "1/2"),
}
SLOPES = {
    "exp": lambda: arb(0.7).exp(),
    "exp2": lambda: 2 * (2 * arb(0.7)).exp(),
    "pi": arb.pi,
}


@pytest.mark.parametrize(("function", "x", "slope"), TIES.values(), ids=TIES)
def test_equal_values_tie(function, x, slope):
    component = the(truth(function, x))
    assert component.status is Status.CERTIFIED
    with ctx.workprec(LADDER[0]):
        expected = SLOPES[slope]() if slope in SLOPES else arb(Fraction(slope).numerator) / Fraction(slope).denominator
        assert component.left.overlaps(expected)


# Function, point, slopes from the left and the right: ties where pieces do meet.
KINKS = {
    "|sin(pi x)| at a whole number": (lambda x: o.abs(o.sin(o.pi * x)), 3.0, arb.pi, -1),
    "|cos(pi x)| at a half": (lambda x: o.abs(o.cos(o.pi * x)), 0.5, arb.pi, -1),
    "|tan(pi x)| at a whole number": (lambda x: o.abs(o.tan(o.pi * x)), 2.0, arb.pi, -1),
    "root of 1 - cos(2 pi x)": (lambda x: o.sqrt(1 - o.cos(2 * o.pi * x)), 7.0, lambda: arb(2).sqrt() * arb.pi(), -1),
    "|exp(x) - exp(x^2)| at 1": (lambda x: o.abs(o.exp(x) - o.exp(x * x)), 1.0, arb.const_e, -1),
    "|x / 3 - 1 / 3| at 1": (lambda x: o.abs(x / 3 - THIRD), 1.0, lambda: arb(1) / 3, -1),
}


@pytest.mark.parametrize(("function", "x", "right", "sign"), KINKS.values(), ids=KINKS)
def test_pieces_that_meet_at_an_exact_zero(function, x, right, sign):
    found = truth(function, x)
    component = the(found)
    assert component.status is Status.KINK
    assert found.precision == LADDER[0]
    with ctx.workprec(LADDER[0]):
        assert component.right.overlaps(right())
        assert component.left.overlaps(sign * right())


POLES = {
    "1/sin(pi x)": (lambda x: o.pi / o.sin(o.pi * x), 4.0),
    "tan(pi x) at a half": (lambda x: o.tan(o.pi * x), 2.5),
    "tan(x pi / 2) at 1": (lambda x: o.tan(x * o.pi / 2), 1.0),
    "1/cos(pi x)": (lambda x: 1 / o.cos(o.pi * x), -0.5),
    "a reciprocal of thirds": (lambda x: 1 / (x / 3 + x / 3 - 2 * x / 3), 0.7),
    "log(sin(pi x)^2)": (lambda x: o.log(o.sin(o.pi * x) ** 2), 1.0),
}


@pytest.mark.parametrize(("function", "x"), POLES.values(), ids=POLES)
def test_a_pole_is_certain(function, x):
    component = the(truth(function, x))
    assert component.status is Status.UNDEFINED
    assert component.reason.endswith("does not exist here")


JUMPS = {
    "floor of a cube root": lambda x: o.floor(x**THIRD),
    "floor of x / 3": lambda x: o.floor(3 * x / 8 - THIRD + THIRD),
    "sign of sin(pi x)": lambda x: o.sign(o.sin(o.pi * x)),
}


@pytest.mark.parametrize("function", JUMPS.values(), ids=JUMPS)
def test_a_jump_at_an_exact_value(function):
    component = the(truth(function, 8.0))
    assert component.status is Status.UNDEFINED
    assert component.reason.startswith("the function jumps here")


HONEST = {
    "a recurrence": lambda x: o.lgamma(x + 1) - o.log(x) - o.lgamma(x),
    "an addition theorem": lambda x: o.sin(2 * x) - 2 * o.sin(x) * o.cos(x),
}


@pytest.mark.parametrize("function", HONEST.values(), ids=HONEST)
def test_identities_between_functions_are_not_guessed(function):
    component = the(truth(lambda x: o.abs(function(x)), 0.7))
    assert component.status is Status.UNCERTAIN
    assert f"{LADDER[-1]} bits" in component.reason


@pytest.mark.parametrize(("part", "slope"), [(1, 0), (-1, 1)], ids=["first", "second"])
def test_no_two_different_values_tie(part, slope):
    """What is equal to 100 digits is decided by more bits, not by a formula; the slopes tell which one was taken."""
    tiny = o.rational(part, 10**100)
    component = the(truth(lambda x: larger(o.exp(x) + tiny, o.cosh(x) + o.sinh(x) + (x - 1)), 1.0))
    assert component.status is Status.CERTIFIED
    with ctx.workprec(128):
        assert abs(component.left - (arb.const_e() + slope)) < 1e-30


def test_a_pole_is_reported_as_one():
    (row,) = check(
        lambda x: o.pi / o.sin(o.pi * x), x=interval(-9, 9), points=[{"x": 3.0}], samples=0, engines=["autograd"]
    ).result.rows
    assert row.verdict == "undefined"
    assert row.note.startswith("pole: pi / sin(pi * x) does not exist here; the engine says")


def test_many_ties_of_a_large_program_are_quick():
    """All 30 elements tie with one another; formulas are made once for an evaluation, not once for a tie."""
    program = trace(lambda x: o.amax(o.exp(x) / 3), {"x": (30,)}, {})
    found = Referee(program, Operator.GRADIENT, range(30)).truth([0.7] * 30)
    assert {c.status for c in found.components} == {Status.KINK}


def test_a_formula_that_grows_beyond_bounds_has_no_expansion(monkeypatch):
    one, way = Ratio.number(Fraction(1)), Ratio.power_of(WAY, 1)
    assert Taylor(Atoms()).coefficients(one / (one + way))[:2] == (one, -one)
    # As many terms as there may be: the first product of two of them is beyond.
    monkeypatch.setattr(polynomials, "_TERMS", 0)
    assert Taylor(Atoms()).coefficients(one / (one + way)) == ()


def routed(x, y):
    """What is at least the largest goes on, as in a mixture of experts."""
    p, q = o.exp(x), o.exp(y)
    top = o.maximum(p, q)
    return o.where(p >= top, p, 0) + o.where(q >= top, 3 * q, 0)


def test_what_is_compared_with_itself_needs_no_formulas(monkeypatch):
    def forbidden(*arguments, **options):
        raise AssertionError("a formula is asked for")

    monkeypatch.setattr(Atoms, "__init__", forbidden)
    first, second = truth(routed, 1.0, 0.5).components
    assert first.status is second.status is Status.CERTIFIED
    with ctx.workprec(128):
        assert abs(first.left - arb.const_e()) < 1e-30
    assert second.left == 0


def test_what_is_compared_with_an_equal_one_jumps():
    assert [c.status for c in truth(routed, 1.0, 1.0).components] == [Status.UNDEFINED] * 2
