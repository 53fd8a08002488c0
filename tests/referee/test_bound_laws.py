"""What the bounds say of functions composed at random, against the same programs with their values really moved.

The programs are evaluated by `mpmath`, with many digits, no enclosures and no derivatives: each value is moved by so
small a part of itself that only the first order is seen.
"""

import random
from dataclasses import dataclass
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from test_laws import UNARY, grammar, lawful, two, value

from diffcheck import case, interval
from diffcheck.case.operators import Operator
from diffcheck.formats import FORMATS
from diffcheck.ops import log1p, sigmoid, stack
from diffcheck.ops.table import Primitive
from diffcheck.program.compile import Compiled
from diffcheck.program.trace import trace
from diffcheck.referee.rounding import bounds
from diffcheck.referee.rounding.bound import FORMULA_FACTOR
from diffcheck.referee.rounding.bounds import Bounds
from diffcheck.referee.truth import Referee

FLOAT64 = FORMATS["float64"]


@pytest.fixture(autouse=True, scope="module")
def of_the_program_alone():
    """The bounds are those of programs as they are written, not of others that add up in another order."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bounds, "_HANDED", -1)
        yield


# Units of roundoff of a format with so many bits that their squares are nothing beside them.
TINY = mpmath.mpf(2) ** -200
DIGITS = 150
# The bounds are made of balls that are tight to 104 bits, and of floats where an operation's loss is one.
CLOSE = 1e-12
# More forms of a derivative than any operation of these programs has; the last one stands for those it lacks.
FORMS = range(3)

MATHEMATICS = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "power": lambda x, y: x ** int(y),
    "exp": mpmath.exp,
    "log1p": lambda x: mpmath.log(1 + x),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
}


@dataclass(frozen=True)
class Moved:
    """A program at a point, whose values can be moved."""

    nodes: tuple
    outputs: list
    inputs: list

    def at(self, parts):
        """The outputs, where each value is moved by this part of itself, so many tiny units."""
        values = []
        for number, (name, operands) in enumerate(self.nodes):
            if name == "input":
                found = exactly(self.inputs[operands[0]])
            elif name == "const":
                found = exactly(operands[0])
            else:
                found = MATHEMATICS[name](*(values[i] for i in operands))
            values.append(found * (1 + parts.get(number, 0) * TINY))
        return [values[i] for i in self.outputs]

    def losses(self):
        """How many units of roundoff each value may lose."""
        found = {}
        for number, (name, operands) in enumerate(self.nodes):
            if name == "const":
                found[number] = 0 if Fraction(float(operands[0])) == operands[0] else 1
            elif name != "input":
                found[number] = Primitive.rows[name].ulps
        return {number: loss for number, loss in found.items() if loss}

    def shifts(self, parts):
        """By how many tiny units each output moves with each value alone; a list for each output."""
        exact = self.at({})
        alone = [[(y - e) / TINY for y, e in zip(self.at({k: part}), exact, strict=True)] for k, part in parts.items()]
        return [[row[k] for row in alone] for k in range(len(exact))]

    def formula(self):
        """The sum for each output of what it may lose with each value."""
        return [sum(map(abs, column)) for column in self.shifts(self.losses())]

    def scale(self):
        """For each output its size, and how far it moves with each input."""
        inputs = {number: 1 for number, (name, _) in enumerate(self.nodes) if name == "input"}
        return [abs(y) + sum(map(abs, s)) for y, s in zip(self.at({}), self.shifts(inputs), strict=True)]


def exactly(x):
    numerator, denominator = Fraction(x).as_integer_ratio()
    return mpmath.mpf(numerator) / denominator


class Asked:
    """The referee's truth on a function of two variables at a point, and the programs that it is about."""

    def __init__(self, function, point, operator):
        made = case(x=interval(-1e3, 1e3), y=interval(-1e3, 1e3))(function)
        self.point = list(point)
        self.referee = Referee(trace(made.function, made.shapes, {}), operator, made.wrt_positions)
        self.truth = self.referee.truth(self.point)
        self.smooth = self.truth.smooth

    def bounds(self, format=FLOAT64):
        return Bounds(self.referee).at(self.truth, self.point, format)

    def moved(self, program):
        return Moved(program.nodes, program.outputs.ravel().tolist(), [*self.point, *self.smooth.data])

    def derivatives(self):
        """The derivative program by each of its forms."""
        return [self.moved(self.referee.derivatives.program(self.smooth, form)) for form in FORMS]


def in_units(bound):
    """A bound's condition and formula, in units of roundoff."""
    return float(bound.scale.mid()), float(bound.formula.mid()) / FORMULA_FACTOR / FLOAT64.unit_roundoff


def expected(scales, formulas):
    return [pytest.approx((float(s), float(f)), rel=CLOSE, abs=1e-290) for s, f in zip(scales, formulas, strict=True)]


# Functions whose derivative has several forms, and a second output that has nothing to do with the first.
UNARY_TOO = {**UNARY, "sigmoid": sigmoid, "log1p": lambda u: log1p(u * u)}
composed = grammar("x", "y", 0.1, Fraction(1, 3), unary=UNARY_TOO)
each_operator = pytest.mark.parametrize("operator", [Operator.GRADIENT, Operator.HESSIAN], ids=str)


def of_two(tree):
    return lambda x, y: value(tree, {"x": x, "y": y}, UNARY_TOO)


@each_operator
@lawful
@given(tree=composed, point=two)
def test_the_bounds_on_a_derivative_are_what_it_really_moves_by(operator, tree, point):
    asked = Asked(of_two(tree), point, operator)
    with mpmath.workdps(DIGITS):
        forms = asked.derivatives()
        losing = [max(column) for column in zip(*(form.formula() for form in forms), strict=True)]
        hand = expected(forms[0].scale(), losing)
    assert list(map(in_units, asked.bounds())) == hand


@lawful
@given(tree=composed, other=composed, point=two)
def test_the_bounds_on_values_are_what_they_really_move_by(tree, other, point):
    asked = Asked(lambda x, y: stack([of_two(tree)(x, y), of_two(other)(x, y)]), point, Operator.JACOBIAN)
    with mpmath.workdps(DIGITS):
        program = asked.moved(asked.smooth.program)
        hand = expected(program.scale(), program.formula())
        exact = program.at({})
    found = Bounds(asked.referee).of_values(asked.truth, asked.point, FLOAT64)
    assert [in_units(bound) for bound, _ in found] == hand
    assert [float(v.mid()) for _, v in found] == pytest.approx(list(map(float, exact)), rel=CLOSE, abs=1e-290)


@each_operator
@lawful
@given(tree=composed, point=two, seed=two.map(hash))
def test_no_roundings_exceed_the_formula_and_the_worst_ones_attain_it(operator, tree, point, seed):
    """Apart from its factor of sixteen: all roundings at once, at random, and each in the direction that hurts most."""
    asked, chance = Asked(of_two(tree), point, operator), random.Random(seed)
    bounds = [formula for _, formula in map(in_units, asked.bounds())]
    with mpmath.workdps(DIGITS):
        largest = [0.0] * len(bounds)
        for form in asked.derivatives():
            exact, losses = form.at({}), form.losses()
            for k, alone in enumerate(form.shifts(losses)):
                worst = {i: loss * mpmath.sign(s) for (i, loss), s in zip(losses.items(), alone, strict=True)}
                some = {i: loss * chance.uniform(-1, 1) for i, loss in losses.items()}
                off, less = (float(abs(form.at(parts)[k] - exact[k]) / TINY) for parts in (worst, some))
                assert less <= bounds[k] * (1 + CLOSE)
                largest[k] = max(largest[k], off)
    assert largest == pytest.approx(bounds, rel=CLOSE, abs=1e-290)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@each_operator
@lawful
@given(tree=composed, point=two)
def test_numpy_keeps_to_the_bounds(dtype, operator, tree, point):
    """What it computes with the derivative program of any form is off by no more than its roundings and its data's."""
    asked = Asked(of_two(tree), point, operator)
    truths = np.array([float(c.left.mid()) for c in asked.truth.components])
    allowed = [float((b.formula + b.scale * FORMATS[dtype].unit_roundoff).mid()) for b in asked.bounds(FORMATS[dtype])]
    inputs = np.array([[*asked.point, *map(float, asked.smooth.data)]]).astype(dtype)
    for form in FORMS:
        found = Compiled(asked.referee.derivatives.program(asked.smooth, form), dtype).batch(inputs)
        # The truth is rounded to a double itself.
        assert np.all(np.abs(found.ravel() - truths) <= np.array(allowed) + np.spacing(np.abs(truths)))
