"""Points seen from their sides: kinks that no piece shows, ends of the domain, infinite slopes, and what confirms them.

The expected slopes are written down by hand.
"""

import math

import pytest
from flint import arb, ctx

import diffcheck.ops as o
from diffcheck import case, check, interval
from diffcheck.case.operators import Operator
from diffcheck.program.trace import trace
from diffcheck.referee.component import Component, Status
from diffcheck.referee.truth import Referee

WIDE = interval(-1e308, 1e308)
INFINITY = math.inf
ROOT = math.sqrt


def truth(function, *point, operator=Operator.GRADIENT):
    """The truth about a function of scalars, by all of them."""
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    made = case(**dict.fromkeys(names, WIDE))(function)
    program = trace(made.function, made.shapes, made.constants)
    return Referee(program, operator, made.wrt_positions).truth([float(x) for x in point])


def number(ball):
    """A ball as a float, ``None`` for none."""
    return None if ball is None else float(ball)


def assert_slopes(found, *expected):
    """Slopes are these numbers, to double precision, or missing."""
    assert [x is None for x in found] == [x is None for x in expected]
    known = [pair for pair in zip(found, expected, strict=True) if None not in pair]
    assert [x for x, _ in known] == pytest.approx([x for _, x in known], rel=1e-15)


def sides(function, x, operator=Operator.GRADIENT):
    """Status and both slopes of a function of one number."""
    (component,) = truth(function, x, operator=operator).components
    return component.status, number(component.left), number(component.right)


CERTIFIED, ONE_SIDED, KINK, UNDEFINED = Status.CERTIFIED, Status.ONE_SIDED, Status.KINK, Status.UNDEFINED
THIRD = o.rational(1, 3)

# Function, point, status, slopes from the left and from the right.
FIRST = {
    # The chain rule says 0 times infinity.
    "acos of cos": (lambda x: o.acos(o.cos(x)), 0, KINK, -1, 1),
    "acos below its end": (lambda x: o.acos(1 - x * x), 0, KINK, -ROOT(2), ROOT(2)),
    "asin below its end": (lambda x: o.asin(1 - x * x), 0, KINK, ROOT(2), -ROOT(2)),
    "asin above its lower end": (lambda x: o.asin(x * x - 1), 0, KINK, -ROOT(2), ROOT(2)),
    "acosh above its end": (lambda x: o.acosh(1 + x * x), 0, KINK, -ROOT(2), ROOT(2)),
    "acosh of cosh": (lambda x: o.acosh(o.cosh(x)), 0, KINK, -1, 1),
    "root of 1 - cos": (lambda x: o.sqrt(1 - o.cos(x)), 0, KINK, -ROOT(0.5), ROOT(0.5)),
    "a power of a square that is a root": (lambda x: (x * x) ** 0.5, 0, KINK, -1, 1),
    "a power of a square beyond a root": (lambda x: (x * x) ** 0.75, 0, CERTIFIED, 0, 0),
    "cube root of a sixth power": (lambda x: (x**6) ** THIRD, 0, CERTIFIED, 0, 0),
    "sixth root of a sixth power": (lambda x: (x**6) ** o.rational(1, 6), 0, KINK, -1, 1),
    "hypot of one line": (lambda x: o.hypot(3 * x, 4 * x), 0, KINK, -5, 5),
    "hypot with zero": (lambda x: o.hypot(x, 0), 0, KINK, -1, 1),
    "hypot of powers": (lambda x: o.hypot(x, x**3), 0, KINK, -1, 1),
    "a norm": (lambda x: o.norm(o.stack([x, 2 * x])), 0, KINK, -ROOT(5), ROOT(5)),
    "cube root of a cube": (lambda x: o.cbrt(8 * x**3), 0, CERTIFIED, 2, 2),
    "cube root of a square": (lambda x: o.cbrt(x * x), 0, UNDEFINED, -INFINITY, INFINITY),
    "real cube root": (lambda x: o.cbrt(x), 0, UNDEFINED, INFINITY, INFINITY),
    "hypot of three": (lambda x: o.hypot(x, 2 * x, 2 * x), 0, KINK, -3, 3),
    "cosine of a root": (lambda x: o.cos(o.sqrt(o.abs(x))), 0, KINK, 0.5, -0.5),
    "tanh of the reciprocal": (lambda x: o.where(o.eq(x, 0), 0, x * o.tanh(1 / x)), 0, KINK, -1, 1),
    # Powers of |x| with any exponent.
    "|x|^1.5": (lambda x: o.abs(x) ** 1.5, 0, CERTIFIED, 0, 0),
    "|x|^1.1": (lambda x: o.abs(x) ** 1.1, 0, CERTIFIED, 0, 0),
    "|x|^0.9": (lambda x: o.abs(x) ** 0.9, 0, UNDEFINED, -INFINITY, INFINITY),
    "x^pi": (lambda x: x**o.pi, 0, ONE_SIDED, 0, 0),
    "a power that cancels another": (lambda x: (o.abs(x) ** 1.25) ** o.rational(4, 5), 0, KINK, -1, 1),
    # Ends of the domain.
    "x sqrt(x)": (lambda x: x * o.sqrt(x), 0, ONE_SIDED, 0, 0),
    "x^1.5": (lambda x: x**1.5, 0, ONE_SIDED, 0, 0),
    "x^2.5": (lambda x: x**2.5, 0, ONE_SIDED, 0, 0),
    "fourth power of a root": (lambda x: o.sqrt(x) ** 4, 0, ONE_SIDED, 0, 0),
    "square of a root": (lambda x: 3 * o.sqrt(x) ** 2, 0, ONE_SIDED, 3, 3),
    "root of a cube": (lambda x: o.sqrt(x**3), 0, ONE_SIDED, 0, 0),
    "root from the right end": (lambda x: (1 - x) * o.sqrt(1 - x) + x, 1, ONE_SIDED, 1, 1),
    "square of acosh": (lambda x: o.acosh(x) ** 2, 1, ONE_SIDED, 2, 2),
    "square of acos": (lambda x: o.acos(x) ** 2, 1, ONE_SIDED, -2, -2),
    "erf of a root, squared": (lambda x: o.erf(o.sqrt(x)) ** 2, 0, ONE_SIDED, 4 / math.pi, 4 / math.pi),
    "x^2 ln(x)": (lambda x: o.xlogy(x * x, x), 0, ONE_SIDED, 0, 0),
    "a root that the maximum leaves out": (lambda x: o.maximum(o.sqrt(x), 1), 0, ONE_SIDED, 0, 0),
    "an arc that the minimum leaves out": (lambda x: o.minimum(o.asin(x), x / 2), 1, ONE_SIDED, 0.5, 0.5),
    # Infinite slopes.
    "sqrt": (lambda x: o.sqrt(x), 0, UNDEFINED, None, INFINITY),
    "sqrt(-x)": (lambda x: o.sqrt(-x), 0, UNDEFINED, -INFINITY, None),
    "asin at its end": (lambda x: o.asin(x), 1, UNDEFINED, INFINITY, None),
    "acos at its lower end": (lambda x: o.acos(x), -1, UNDEFINED, None, -INFINITY),
    "acosh at its end": (lambda x: o.acosh(x), 1, UNDEFINED, None, INFINITY),
    "cube root": (lambda x: x**THIRD, 0, UNDEFINED, None, INFINITY),
    "cube root on both sides": (lambda x: o.sign(x) * o.abs(x) ** THIRD, 0, UNDEFINED, INFINITY, INFINITY),
    "a cusp": (lambda x: o.sqrt(o.abs(x)), 0, UNDEFINED, -INFINITY, INFINITY),
    "a root beside a line": (lambda x: o.where(x > 0, o.sqrt(x), 2 * x), 0, UNDEFINED, 2, INFINITY),
    "x ln(x)": (lambda x: o.xlogy(x, x), 0, UNDEFINED, None, -INFINITY),
    "entropy, guarded": (lambda x: o.where(x > 0, -x * o.log(x), 0), 0, UNDEFINED, 0, INFINITY),
    "x^x": (lambda x: x**x, 0, UNDEFINED, None, -INFINITY),
    "its size": (lambda x: o.abs(o.xlogy(x, x)), 0, UNDEFINED, None, INFINITY),
    "length of x ln(x)": (lambda x: o.hypot(o.xlogy(x, x), 0), 0, UNDEFINED, None, INFINITY),
    # Smooth to all orders, though no power series.
    "a bump at its end": (lambda x: o.where(o.abs(x) < 1, o.exp(-1 / (1 - x * x)), 0), 1, CERTIFIED, 0, 0),
    "exp(-1/x)": (lambda x: o.where(x > 0, o.exp(-1 / x), x**2), 0, CERTIFIED, 0, 0),
    "sin(x)/x, guarded": (lambda x: o.where(o.eq(x, 0), 1, o.sin(x) / x), 0, CERTIFIED, 0, 0),
    # Jumps, from the side that goes on.
    "floor": (lambda x: x * o.floor(x), 2, UNDEFINED, None, 2),
    "step": (lambda x: o.where(x > 0, 1, 3 * x), 0, UNDEFINED, 3, None),
    "atan(1/x)": (lambda x: o.where(o.eq(x, 0), 0, o.atan(1 / x)), 0, UNDEFINED, None, None),
    "a jump that a zero hides": (lambda x: x * o.where(x >= 0, 1, -1), 0, KINK, -1, 1),
    # What only a high power decides.
    "x^12 > 0": (lambda x: o.where(x**12 > 0, 5 * x, x), 0, CERTIFIED, 5, 5),
    "root of x^20": (lambda x: o.sqrt(x**20), 0, CERTIFIED, 0, 0),
    "root of -x^20": (lambda x: o.sqrt(-(x**20)), 0, UNDEFINED, None, None),
    "x^20 ln(x)": (lambda x: o.xlogy(x**20, x), 0, ONE_SIDED, 0, 0),
}


@pytest.mark.parametrize(("function", "x", "status", "left", "right"), FIRST.values(), ids=FIRST)
def test_slopes_from_both_sides(function, x, status, left, right):
    found, *slopes = sides(function, x)
    assert found is status
    assert_slopes(slopes, left, right)


SECOND = {
    "x^2.5": (lambda x: x**2.5, 0, ONE_SIDED, 0, 0),
    "x^1.5": (lambda x: x**1.5, 0, UNDEFINED, None, INFINITY),
    "|x|^2.5": (lambda x: o.abs(x) ** 2.5, 0, CERTIFIED, 0, 0),
    "x |x|": (lambda x: x * o.abs(x), 0, KINK, -2, 2),
    "-|x|^1.5": (lambda x: -(o.abs(x) ** 1.5), 0, UNDEFINED, -INFINITY, -INFINITY),
    "square of acosh": (lambda x: o.acosh(x) ** 2, 1, ONE_SIDED, -2 / 3, -2 / 3),
    "fourth power of acosh": (lambda x: o.acosh(x) ** 4, 1, ONE_SIDED, 8, 8),
    "square of an arc": (lambda x: o.acos(o.cos(x)) ** 2, 0, CERTIFIED, 2, 2),
    "x^2 ln(x)": (lambda x: o.xlogy(x * x, x), 0, UNDEFINED, None, -INFINITY),
    "sin(x)/x, guarded": (lambda x: o.where(o.eq(x, 0), 1, o.sin(x) / x), 0, CERTIFIED, -1 / 3, -1 / 3),
    "a bump at its end": (lambda x: o.where(o.abs(x) < 1, o.exp(-1 / (1 - x * x)), 0), -1, CERTIFIED, 0, 0),
    "where the slope jumps": (lambda x: o.sqrt(x * x), 0, UNDEFINED, None, None),
}


@pytest.mark.parametrize(("function", "x", "status", "left", "right"), SECOND.values(), ids=SECOND)
def test_second_derivatives_from_both_sides(function, x, status, left, right):
    found, *slopes = sides(function, x, Operator.HESSIAN)
    assert found is status
    assert_slopes(slopes, left, right)


# Function of x and y, point, the mixed derivative.
MIXED = {
    "a root times y": (lambda x, y: x * o.sqrt(x) * y, (0, 3), ONE_SIDED, 0),
    "a root times y plus x y": (lambda x, y: x * o.sqrt(x) * y + 7 * x * y, (0, 3), ONE_SIDED, 7),
    "a corner of the domain": (lambda x, y: (x * y) ** 1.5 + 2 * x * y, (0, 0), ONE_SIDED, 2),
    "x^y": (lambda x, y: x**y, (0, 2.5), ONE_SIDED, 0),
    "|x|^y": (lambda x, y: o.abs(x) ** y, (0, 2.5), CERTIFIED, 0),
    "a cut-off cube": (lambda x, y: o.relu(x) ** 3 * y + x * y, (0, 2), CERTIFIED, 1),
    "cut off on both sides": (lambda x, y: o.relu(x) ** 2 * o.relu(y) ** 2, (0, 0), CERTIFIED, 0),
    "roots of both": (lambda x, y: (x * y) ** 1.5 + o.abs(x * y) ** 2.5 + 3 * x * y, (0, 0), ONE_SIDED, 3),
    "a cubic length": (lambda x, y: o.sqrt(x * x + y * y) ** 3, (0, 0), CERTIFIED, 0),
}


@pytest.mark.parametrize(("function", "point", "status", "expected"), MIXED.values(), ids=MIXED)
def test_mixed_second_derivatives(function, point, status, expected):
    _, by_xy, by_yx, _ = truth(function, *point, operator=Operator.HESSIAN).components
    assert [(c.status, number(c.left)) for c in (by_xy, by_yx)] == [(status, expected)] * 2


NOT_MIXED = {
    "|x y|": lambda x, y: o.abs(x * y),
    "x |y|": lambda x, y: x * o.abs(y),
    "a root of a product": lambda x, y: o.sqrt(x * y),
    "a length to the power 1.5": lambda x, y: (x * x + y * y) ** 0.75,
    "fractional powers": lambda x, y: o.abs(x) ** 1.5 * o.abs(y) ** 0.5,
    "fractional powers that differ along curves": lambda x, y: o.abs(x) ** 2.5 * o.abs(y) ** 0.5,
    "a square times a root": lambda x, y: x * x * o.sqrt(y),
    "a piece beside an axis": lambda x, y: o.where(x > y * y, x * y, 3 * x * y),
}


@pytest.mark.parametrize("function", NOT_MIXED.values(), ids=NOT_MIXED)
def test_what_has_no_mixed_second_derivative_is_not_certified(function):
    _, by_xy, by_yx, _ = truth(function, 0, 0, operator=Operator.HESSIAN).components
    assert not by_xy.has_value
    assert not by_yx.has_value


# Values at the point that are roots: the first coefficient vanishes, though no ball shows it.
ANGLES = {
    "parallel": (lambda a, b: o.acos((a + 2 * b) / (o.hypot(a, b) * o.sqrt(5))), (1, 2), (0.4, 0.2)),
    "parallel with whole lengths": (lambda a, b: o.acos((3 * a + 4 * b) / (5 * o.hypot(a, b))), (3, 4), (0.16, 0.12)),
    "a norm": (
        lambda a, b: o.acos((a + 2 * b) / (o.norm(o.stack([a, b])) * o.norm(o.stack([a * 0 + 1, a * 0 + 2])))),
        (1, 2),
        (0.4, 0.2),
    ),
    "normalised first": (
        lambda a, b: o.hypot(a / o.hypot(a, b) - 1 / o.sqrt(5), b / o.hypot(a, b) - 2 / o.sqrt(5)),
        (1, 2),
        (0.4, 0.2),
    ),
    "half the angle": (
        lambda a, b: 2 * o.asin(o.sqrt((1 - (3 * a + 4 * b) / (5 * o.hypot(a, b))) / 2)),
        (3, 4),
        (0.16, 0.12),
    ),
}


@pytest.mark.parametrize(("function", "point", "slopes"), ANGLES.values(), ids=ANGLES)
def test_the_angle_between_parallel_vectors_is_a_kink(function, point, slopes):
    found = truth(function, *point)
    assert [c.status for c in found.components] == [KINK] * 2
    for component, slope in zip(found.components, slopes, strict=True):
        assert_slopes([number(component.left), number(component.right)], -slope, slope)
    assert found.confirmed == (True, True)


def test_each_component_is_seen_along_its_own_axis():
    def corner(x, y, z):
        return x * o.sqrt(x) + o.sqrt(y * y) + o.sqrt(z) + x * y * z

    components = truth(corner, 0, 0, 0).components
    assert [c.status for c in components] == [ONE_SIDED, KINK, UNDEFINED]
    assert [(number(c.left), number(c.right)) for c in components] == [(0, 0), (-1, 1), (None, INFINITY)]


def test_one_output_ends_where_another_goes_on():
    def both(x):
        return o.stack([x * o.sqrt(x), o.sin(x), o.sqrt(x)])

    found = truth(both, 0, operator=Operator.JACOBIAN)
    assert [c.status for c in found.components] == [ONE_SIDED, CERTIFIED, UNDEFINED]
    assert found.confirmed == (True, True, False)


REASONS = {
    "x sqrt(x)": (lambda x: x * o.sqrt(x), 0, "the function exists only to the right of this point"),
    "(1 - x)^1.5": (lambda x: (1 - x) ** 1.5, 1, "the function exists only to the left of this point"),
    "sqrt": (lambda x: o.sqrt(x), 0, "the slope from the right is +infinity; nothing exists to the left"),
    "a cusp": (
        lambda x: o.sqrt(o.abs(x)),
        0,
        "the slope from the left is -infinity and from the right is +infinity",
    ),
    "an isolated point": (lambda x: o.sqrt(-x * x), 0, "the function exists on neither side of this point"),
    "a pole beside a value": (
        lambda x: o.where(x > 0, 1 / x, x),
        0,
        "the function grows without limit to the right; the slope from the left is 1",
    ),
    "a pole": (lambda x: 1 / x, 0, "1 / x0 does not exist here"),
    "oscillation": (
        lambda x: o.where(o.eq(x, 0), 0, x * x * o.sin(1 / x)),
        0,
        "the function could not be expanded to the left and right of this point",
    ),
}


@pytest.mark.parametrize(("function", "x", "reason"), REASONS.values(), ids=REASONS)
def test_the_reason_says_what_is_on_which_side(function, x, reason):
    (component,) = truth(function, x).components
    assert component.reason == reason


def test_where_neither_the_chain_rule_nor_the_sides_tell_the_truth_is_uncertain():
    """A division by zero in the chain rule is no proof that there is no derivative."""
    (component,) = truth(lambda x: o.hypot(o.xlogy(x, x), x), 0).components
    assert component.status is Status.UNCERTAIN


# Components.


def test_a_one_sided_component_has_digits_and_a_size():
    (component,) = truth(lambda x: o.acos(x) ** 2 * THIRD, 1).components
    assert component.has_value
    assert component.digits > 30
    assert float(component.size) == pytest.approx(2 / 3)


def test_what_has_infinite_slopes_has_neither():
    (component,) = truth(lambda x: o.sqrt(x), 0).components
    assert not component.has_value
    assert (component.digits, number(component.size)) == (0, 0)


@pytest.mark.parametrize(
    ("ball", "digits"),
    [(arb(3), math.inf), (arb(0), math.inf), (arb(0, (1, -1300)), math.inf), (arb(1, 1e-40), 132 * math.log10(2))],
    ids=["exact", "zero", "below every format", "forty digits"],
)
def test_digits_of_an_enclosure(ball, digits):
    assert Component(CERTIFIED, ball, ball).digits == pytest.approx(digits)


BEYOND = {
    "above every double": (lambda x: x**3, 1e215, "3.00000000000000", 430),
    "far above": (lambda x: o.exp(x), 1e5, "2.80666336042612", 43429),
    "below every double": (lambda x: o.exp(-x * x), 40.0, "-1.07626431722053", -693),
    "far below": (lambda x: o.exp(-x), 1e5, "-3.56294956530937", -43430),
}


@pytest.mark.parametrize(("function", "x", "mantissa", "exponent"), BEYOND.values(), ids=BEYOND)
def test_truths_outside_the_range_of_doubles_are_certified(function, x, mantissa, exponent):
    (component,) = truth(function, x).components
    assert component.status is CERTIFIED
    with ctx.workprec(256):
        assert abs(component.left / (arb(mantissa) * arb(10) ** exponent) - 1) < arb("1e-10")


# What the second route says.


@pytest.mark.parametrize("table", [FIRST, SECOND], ids=["first", "second"])
def test_what_is_seen_from_the_sides_is_confirmed(table):
    operator = Operator.HESSIAN if table is SECOND else Operator.GRADIENT
    found = {name: truth(function, x, operator=operator) for name, (function, x, *_) in table.items()}
    valued = {name for name, (_, _, status, *_) in table.items() if status is not UNDEFINED}
    assert {name for name, t in found.items() if t.confirmed == (True,)} == valued


# What it means for an engine: NaN where there is a derivative is a failure, whatever formula led there.

VERDICTS = {
    "acos of cos": (lambda x: o.acos(o.cos(x)), "symbolic", "nonfinite"),
    "x sqrt(x) by torch": (lambda x: x * o.sqrt(x), "autograd", "nonfinite"),
    "x sqrt(x) by SymPy": (lambda x: x * o.sqrt(x), "symbolic", "agree"),
    "the tip of a length": (lambda x: o.sqrt(x * x), "autograd", "nonfinite"),
    "sqrt": (lambda x: o.sqrt(x), "autograd", "undefined"),
}


@pytest.mark.parametrize(("function", "engine", "verdict"), VERDICTS.values(), ids=VERDICTS)
def test_verdicts_at_the_sides(function, engine, verdict):
    found = check(function, x=interval(-1, 1), points=[{"x": 0.0}], samples=0, engines=[engine])
    assert [row.verdict for row in found.result.rows] == [verdict]


def test_no_infinite_slope_is_shown_as_the_truth():
    found = check(lambda x: o.sqrt(x), x=interval(0, 1), points=[{"x": 0.0}], samples=0, engines=["autograd"])
    assert [row.truth for row in found.result.rows] == [""]
