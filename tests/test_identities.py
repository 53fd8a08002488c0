"""What balls alone do not decide: ties of a value with itself, whole multiples of pi, exact arithmetic, exact roots."""

from fractions import Fraction

import pytest
from flint import arb, ctx

import diffcheck.ops as o
from diffcheck import check, interval
from diffcheck.case.operators import Operator
from diffcheck.ops.exact import exact_power
from diffcheck.ops.table import Primitive
from diffcheck.program.trace import trace
from diffcheck.referee.component import Status
from diffcheck.referee.evaluate import Balls, Fault
from diffcheck.referee.exactly import evaluate_exactly
from diffcheck.referee.identities import Atoms, Polynomial
from diffcheck.referee.truth import LADDER, Referee

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
    "squares of sine and cosine": lambda x: o.sin(x) ** 2 + o.cos(x) ** 2 - 1,
    "a logarithm of an exponential": lambda x: o.log(o.exp(x)) - x,
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


# Polynomials.


def polynomials(function, *values):
    """The polynomials of a function's outputs at these fractions."""
    atoms = Atoms()
    rows = Primitive.rows
    t = atoms.way()
    return function(lambda name, *operands: atoms.applied(rows[name], operands), t, *map(Polynomial.number, values))


def test_polynomials_are_one_when_they_are_equal():
    def same(apply, t, x):
        sine = apply("sin", t)
        left = apply("mul", apply("add", sine, x), apply("sub", sine, x))
        right = apply("sub", apply("mul", sine, sine), apply("mul", x, x))
        return left, right, apply("sub", left, right)

    left, right, difference = polynomials(same, Fraction(1, 3))
    assert left == right
    assert difference.value == 0


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("sqrt", (Fraction(4, 9),), Fraction(2, 3)),
        ("power", (Fraction(8, 27), Fraction(2, 3)), Fraction(4, 9)),
        ("power", (Fraction(0), Fraction(0)), Fraction(1)),
        ("hypot", (Fraction(3, 7), Fraction(4, 7)), Fraction(5, 7)),
        ("exp", (Fraction(0),), Fraction(1)),
        ("log", (Fraction(1),), Fraction(0)),
        ("exp2", (Fraction(5),), Fraction(32)),
        ("lgamma", (Fraction(2),), Fraction(0)),
        ("div", (Fraction(1), Fraction(3)), Fraction(1, 3)),
        ("sqrt", (Fraction(2),), None),
        ("exp", (Fraction(1),), None),
    ],
)
def test_operations_on_fractions_that_give_fractions(name, values, expected):
    with ctx.workprec(128):
        found = polynomials(lambda apply, _, *operands: apply(name, *operands), *values)
    assert found.value == expected


def test_division_by_zero_has_no_formula():
    assert polynomials(lambda apply, t, zero: apply("div", t, zero), Fraction(0)) is None
    assert polynomials(lambda apply, t, zero: apply("div", zero, zero), Fraction(0)) is None


def test_what_does_not_exist_has_no_formula():
    """The difference of two poles is not zero."""
    program = trace(lambda x: 1 / x - 1 / x, {"x": ()}, {})
    with ctx.workprec(128):
        found = evaluate_exactly(program.nodes, [Fraction(0)], [arb(0)], Balls())
    assert {fault for fault, _ in found.faults.values()} == {Fault.UNDEFINED}


def test_what_grows_becomes_an_atom():
    def grown(apply, t):
        total = t
        for k in range(200):
            total = apply("add", total, apply("sin", apply("add", t, Polynomial.number(Fraction(k)))))
        return total

    assert polynomials(grown).is_small


@pytest.mark.parametrize(
    ("base", "exponent", "expected"),
    [
        (Fraction(4, 9), Fraction(-3, 2), Fraction(27, 8)),
        (Fraction(2), Fraction(10), Fraction(1024)),
        (Fraction(-8), Fraction(1, 3), None),
        (Fraction(2), Fraction(1, 2), None),
        (Fraction(1), Fraction(1, 10**9), Fraction(1)),
        (Fraction(3), Fraction(10**9), None),
        (Fraction(0), Fraction(-1), None),
    ],
)
def test_exact_powers(base, exponent, expected):
    assert exact_power(base, exponent) == expected
