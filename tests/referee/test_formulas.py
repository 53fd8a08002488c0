"""Formulas: equal ones are equal values, whatever they were written with, and they enclose what they stand for."""

import math
import random
from fractions import Fraction

import pytest
from flint import arb, ctx

import diffcheck.ops as o
from diffcheck.case.operators import Operator
from diffcheck.ops.enclosures import balls
from diffcheck.ops.exact import exact_power
from diffcheck.ops.table import Primitive
from diffcheck.program.trace import trace
from diffcheck.referee.component import Status
from diffcheck.referee.evaluate import Balls, Fault
from diffcheck.referee.formulas.exactly import evaluate_exactly
from diffcheck.referee.formulas.identities import Atoms
from diffcheck.referee.formulas.polynomials import WAY
from diffcheck.referee.formulas.ratios import Ratio
from diffcheck.referee.truth import Referee


def truth(function, *point):
    """The truth by all inputs, which are called x, y ..."""
    program = trace(function, dict.fromkeys("xyz"[: len(point)], ()), {})
    return Referee(program, Operator.GRADIENT, range(len(point))).truth(list(point))


# Two ways to write one function of x and y.
EQUAL = {
    "a quotient of polynomials": (lambda x, _: (x * x - 1) / (x + 1), lambda x, _: x - 1),
    "a quotient that leaves a square": (lambda x, _: (x**3 - 1) / (x - 1), lambda x, _: x * x + x + 1),
    "a reciprocal of a reciprocal": (lambda x, _: 1 / (1 / x), lambda x, _: x),
    "a factor on both sides": (lambda x, _: 1 / (1 + x), lambda x, _: (1 - x) / (1 - x * x)),
    "partial fractions": (lambda x, _: 1 / x + 1 / (1 - x), lambda x, _: 1 / (x * (1 - x))),
    "a continued fraction": (lambda x, _: 1 / (1 + 1 / (1 + x)), lambda x, _: (1 + x) / (2 + x)),
    "negative powers": (lambda x, _: (1 + x) ** -2, lambda x, _: 1 / (1 + 2 * x + x * x)),
    "a common denominator": (lambda x, y: x / y + 1, lambda x, y: (x + y) / y),
    "a quotient by a quotient": (lambda x, y: x / (x / y), lambda x, y: y),
    "shares of a sum": (lambda x, y: x * (x / (x + y) + y / (x + y)), lambda x, y: x),
    "a difference of squares": (lambda x, y: (x * x - y * y) / (x - y), lambda x, y: x + y),
    "a root below": (lambda x, _: 1 / o.sqrt(x), lambda x, _: o.sqrt(x) / x),
    "a root of a product": (lambda x, y: o.sqrt(x * y), lambda x, y: o.sqrt(x) * o.sqrt(y)),
    "a root of a multiple": (lambda x, _: o.sqrt(8 * x), lambda x, _: 2 * o.sqrt(2) * o.sqrt(x)),
    "a power and a root": (lambda x, _: x**1.5, lambda x, _: x * o.sqrt(x)),
    "a unit vector": (lambda x, y: (x / o.hypot(x, y)) ** 2 + (y / o.hypot(x, y)) ** 2, lambda x, y: 1 + 0 * x),
    "a sum of exponents": (lambda x, y: o.exp(x + y), lambda x, y: o.exp(x) * o.exp(y)),
    "an exponential and its reciprocal": (lambda x, _: x * o.exp(-x) * o.exp(x), lambda x, _: x),
    "a share of exponentials": (lambda x, _: o.exp(x) / (1 + o.exp(x)), lambda x, _: 1 - 1 / (1 + o.exp(x))),
    "a shifted softmax": (
        lambda x, y: o.exp(x - y) / (o.exp(x - y) + 1),
        lambda x, y: o.exp(x) / (o.exp(x) + o.exp(y)),
    ),
    "a power of two": (lambda x, _: o.exp2(x), lambda x, _: 2**x),
    "a power as an exponential": (lambda x, _: o.exp(-2 * o.log(x)), lambda x, _: 1 / x / x),
    "the logarithm of an exponential": (lambda x, _: o.log(o.exp(x)), lambda x, _: x),
    "the logarithm of a product": (lambda x, y: o.log(x * y), lambda x, y: o.log(x) + o.log(y)),
    "the logarithm of a power": (lambda x, _: o.log(x * x), lambda x, _: 2 * o.log(x)),
    "another base": (lambda x, _: o.log2(8 * x), lambda x, _: 3 + o.log2(x)),
    "two sigmoids": (lambda x, _: x * (o.sigmoid(x) + o.sigmoid(-x)), lambda x, _: x),
    "a hyperbolic tangent": (lambda x, _: o.tanh(x), lambda x, _: 2 * o.sigmoid(2 * x) - 1),
    "a quotient of hyperbolic ones": (lambda x, _: o.tanh(x), lambda x, _: o.sinh(x) / o.cosh(x)),
    "squares of hyperbolic ones": (lambda x, _: x * (o.cosh(x) ** 2 - o.sinh(x) ** 2), lambda x, _: x),
    "softplus of both signs": (lambda x, _: o.softplus(x), lambda x, _: x + o.softplus(-x)),
    "logsumexp": (lambda x, y: o.logsumexp(o.stack([x, y])), lambda x, y: o.log(o.exp(x) + o.exp(y))),
    "an error function and the rest": (lambda x, _: x * (o.erf(x) + o.erfc(x)), lambda x, _: x),
    "squares of sine and cosine": (lambda x, _: x * (o.sin(x) ** 2 + o.cos(x) ** 2), lambda x, _: x),
    "a tangent": (lambda x, _: o.tan(x), lambda x, _: o.sin(x) / o.cos(x)),
    "an odd function": (lambda x, _: o.sin(-x), lambda x, _: -o.sin(x)),
    "an even function": (lambda x, _: o.cos(-x), lambda x, _: o.cos(x)),
    "inverse sine and cosine": (lambda x, _: o.asin(x) + o.acos(x), lambda x, _: o.pi / 2 + 0 * x),
    "a power of one": (lambda x, _: o.power(1, x), lambda x, _: 1 + 0 * x),
    "a logarithm of one": (lambda x, _: o.xlogy(x, 1), lambda x, _: 0 * x),
}
POINT = (0.7, 0.3)


@pytest.mark.parametrize(("left", "right"), EQUAL.values(), ids=EQUAL)
@pytest.mark.parametrize("larger", [o.maximum, o.minimum], ids=["maximum", "minimum"])
def test_two_ways_to_write_a_function_tie(left, right, larger):
    tied = truth(lambda x, y: larger(left(x, y), right(x, y)), *POINT)
    alone = truth(lambda x, y: left(x, y), *POINT)
    for found, expected in zip(tied.components, alone.components, strict=True):
        assert found.status is Status.CERTIFIED
        assert found.left.overlaps(expected.left)


# Function, point, slopes from the left and the right: what is zero at the point only.
ZEROS = {
    "a quotient": (lambda x: o.abs((x * x - 1) / (x + 1)), 1.0, -1.0, 1.0),
    "a reciprocal": (lambda x: o.maximum(1 / x, x), 1.0, -1.0, 1.0),
    "the tangent of a fourth": (lambda x: o.abs(o.tan(o.pi * x) - 1), 0.25, -2 * math.pi, 2 * math.pi),
    "the tangent of a third": (
        lambda x: o.abs(o.tan(o.pi * x / 3) - o.sqrt(3)),
        1.0,
        -4 * math.pi / 3,
        4 * math.pi / 3,
    ),
    "the sine of a third": (lambda x: o.abs(o.sin(o.pi * x / 3) - o.sqrt(3) / 2), 1.0, -math.pi / 6, math.pi / 6),
    "an angle of a fourth": (lambda x: o.abs(o.atan(x) - o.pi / 4), 1.0, -0.5, 0.5),
    "an angle of a sixth": (lambda x: o.abs(o.asin(x) - o.pi / 6), 0.5, -math.sqrt(4 / 3), math.sqrt(4 / 3)),
    "sine and cosine": (
        lambda x: o.abs(o.cos(o.pi * x) - o.sin(o.pi * x)),
        0.25,
        -math.pi * math.sqrt(2),
        math.pi * math.sqrt(2),
    ),
    "Euler's number": (lambda x: o.abs(o.exp(x) - o.e), 1.0, -math.e, math.e),
}


@pytest.mark.parametrize(("function", "x", "left", "right"), ZEROS.values(), ids=ZEROS)
def test_what_is_zero_at_a_point_is_known_there(function, x, left, right):
    (component,) = truth(function, x).components
    assert component.status is Status.KINK
    assert float(component.left.mid()) == pytest.approx(left, rel=1e-14)
    assert float(component.right.mid()) == pytest.approx(right, rel=1e-14)


def test_a_step_at_an_exact_value():
    (component,) = truth(lambda x: o.floor(x * (1 / x)) * x, 0.7).components
    assert component.status is Status.CERTIFIED
    assert component.left == 1
    (jump,) = truth(lambda x: o.floor(o.tan(o.pi * x / 4)), 1.0).components
    assert jump.status is Status.UNDEFINED
    assert "jumps" in jump.reason


@pytest.mark.parametrize("x", [-1.0, 0.0, 2.0])
def test_a_product_that_vanishes_with_a_factor_needs_no_logarithm(x):
    """Xlogy is zero for zero times anything, also where the logarithm does not exist."""
    (component,) = truth(lambda x: o.xlogy(0 * x, x), x).components
    assert component.status is Status.CERTIFIED
    assert component.left == 0


@pytest.mark.parametrize(
    "exponent", [lambda: o.sqrt(2), lambda: o.pi, lambda: 1 + 1 / o.pi], ids=["sqrt2", "pi", "1+1/pi"]
)
def test_an_irrational_power_beyond_one_is_flat_at_zero(exponent):
    (component,) = truth(lambda x: x ** exponent(), 0.0).components
    assert component.status is Status.ONE_SIDED
    assert component.right == 0


def test_the_order_of_an_irrational_power_is_kept():
    """The third power of x^1.414 is x^4.24 beside x^4: it must not vanish into the terms that a power series knows."""
    (component,) = truth(lambda x: (x ** o.sqrt(2)) ** 3 / x**4, 0.0).components
    assert component.status is not Status.CERTIFIED


# Formulas enclose their values.

EXPRESSIONS = (
    lambda f, x, y: f("add", x, y),
    lambda f, x, y: f("sub", x, y),
    lambda f, x, y: f("mul", x, y),
    lambda f, x, y: f("div", x, y),
    *(lambda f, x, y, name=name: f(name, x) for name in ("exp", "sin", "cos", "tanh", "neg", "sigmoid", "softplus")),
    *(lambda f, x, y, name=name: f(name, f("exp", x)) for name in ("sqrt", "log", "log2", "cbrt")),
    lambda f, x, y: f("power", f("exp", x), y),
    lambda f, x, y: f("hypot", x, y),
    lambda f, x, y: f("power", f("mul", x, x), Ratio.number(Fraction(3, 2))),
)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("symbols", [False, True], ids=["numbers", "symbols"])
def test_formulas_enclose_what_they_stand_for(seed, symbols):
    dice = random.Random(seed)
    numbers = [Fraction(dice.randint(-9, 9), dice.randint(1, 9)) for _ in range(3)]
    with ctx.workprec(256):
        atoms = Atoms()
        values = [(balls.ball(x), atoms.input(x) if symbols else Ratio.number(x)) for x in numbers]

        def apply(name, *operands):
            row = Primitive.rows[name]
            pairs = [v if isinstance(v, tuple) else (balls.ball(v.value), v) for v in operands]
            value = row.on_balls()(*(v for v, _ in pairs))
            return value, atoms.applied(row, [f for _, f in pairs]) if value.is_finite() else None

        compared = 0
        for _ in range(12):
            value, formula = dice.choice(EXPRESSIONS)(apply, dice.choice(values), dice.choice(values))
            if formula is None or abs(value) > 1e6:
                continue
            values.append((value, formula))
            assert atoms.enclosure(formula).overlaps(value)
            compared += 1
        assert compared


WITH_FACTS = [
    name for name, row in Primitive.rows.items() if (row.formula or row.squared or row.parity) and name != "e"
]
ARGUMENTS = {
    "xlogy": (0.3, 0.7),
    "xlog1py": (0.3, 0.7),
    "hypot": (0.3, 0.7),
    "logsumexp_of": (0.3, 0.7),
    "acosh": (1.7,),
}


@pytest.mark.parametrize("name", WITH_FACTS)
def test_what_a_row_says_of_its_formula_holds(name):
    row, numbers = Primitive.rows[name], [Fraction(x) for x in ARGUMENTS.get(name, (0.3,))]
    with ctx.workprec(256):
        atoms = Atoms()
        inputs = [atoms.input(x) for x in numbers]
        value = row.on_balls()(*map(balls.ball, numbers))
        formula = atoms.applied(row, inputs)
        assert atoms.enclosure(formula).overlaps(value)
        assert atoms.enclosure(atoms.product(formula, formula)).overlaps(value**2)
        turned = atoms.applied(row, [-inputs[0], *inputs[1:]])
        signed = {-1: -formula, 0: turned, 1: formula}[row.parity]
        assert turned == signed


def formulas(function, *values):
    """The formulas of a function's outputs at these fractions."""
    atoms = Atoms()
    rows = Primitive.rows
    t = Ratio.power_of(WAY)
    return function(lambda name, *operands: atoms.applied(rows[name], operands), t, *map(Ratio.number, values))


def test_equal_formulas_are_one():
    def same(apply, t, x):
        sine = apply("sin", t)
        left = apply("mul", apply("add", sine, x), apply("sub", sine, x))
        right = apply("sub", apply("mul", sine, sine), apply("mul", x, x))
        return left, right, apply("sub", left, right)

    left, right, difference = formulas(same, Fraction(1, 3))
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
        found = formulas(lambda apply, _, *operands: apply(name, *operands), *values)
    assert found.value == expected


def test_division_by_zero_has_no_formula():
    assert formulas(lambda apply, t, zero: apply("div", t, zero), Fraction(0)) is None
    assert formulas(lambda apply, t, zero: apply("div", zero, zero), Fraction(0)) is None


def test_what_does_not_exist_has_no_formula():
    """The difference of two poles is not zero."""
    program = trace(lambda x: 1 / x - 1 / x, {"x": ()}, {})
    with ctx.workprec(128):
        found = evaluate_exactly(program.nodes, [Fraction(0)], [arb(0)], Balls())
    assert {fault for fault, _ in found.faults.values()} == {Fault.UNDEFINED}


def test_formulas_are_made_only_of_what_is_not_decided(monkeypatch):
    """Values that balls tell from zero need none: one of a few large products of fractions takes seconds."""

    def function(x, y):
        tie = x * y - y * x  # made of two products
        return o.tanh(o.tanh(x + 3 * y) - o.tanh(2 * x + y)) + o.abs(tie)

    made = []
    applied = Atoms.applied
    monkeypatch.setattr(Atoms, "applied", lambda self, row, xs: made.append(row.name) or applied(self, row, xs))
    program = trace(function, {"x": (), "y": ()}, {})
    point = [Fraction(0.3), Fraction(0.7)]
    with ctx.workprec(64):
        found = evaluate_exactly(program.nodes, point, list(map(balls.ball, point)), Balls())
    assert not found.faults
    assert sorted(made) == ["mul", "mul", "sub"]


def test_what_grows_becomes_an_atom():
    def grown(apply, t):
        total = t
        for k in range(200):
            total = apply("add", total, apply("sin", apply("add", t, Ratio.number(Fraction(k)))))
        return total

    assert formulas(grown).is_small


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


@pytest.mark.parametrize("exponent", [Fraction(10**6), Fraction(10**150), Fraction(10**6, 3), Fraction(-(10**6))])
def test_a_power_that_is_too_large_to_be_written_out_is_no_root(exponent):
    atoms, base, three = Atoms(), Ratio.number(Fraction(3, 2)), Ratio.number(Fraction(3))
    found = atoms.applied(Primitive.rows["power"], [base, Ratio.number(exponent)])
    assert found is not None
    times = atoms.product(found, three)
    assert times.value is None
    assert atoms.product(found, found).value is None
