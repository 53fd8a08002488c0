"""Every row of the table: balls, NumPy, torch and SymPy agree, series and rules, and all forms of a derivative."""

import itertools
import math
import zlib
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest
import sympy
import torch
from flint import arb, ctx

from diffcheck import ops
from diffcheck.engines.symbolic.closed_form import closed_form
from diffcheck.errors import CaseError
from diffcheck.ops import balls
from diffcheck.ops.exact import Exact, exact
from diffcheck.ops.table import Composite, Operation, Primitive
from diffcheck.program.compile import Compiled
from diffcheck.program.differentiate import jacobian
from diffcheck.program.program import Builder
from diffcheck.program.rules import partial
from diffcheck.program.trace import trace
from diffcheck.referee.evaluate import Balls, Fault, evaluate
from diffcheck.referee.jets import Jets, along, coefficient
from diffcheck.referee.paths import live_decisions, specialise

BITS = 256
POINTS = 8
# Units of roundoff, times the condition of the operation, that NumPy, SciPy and torch may lose.
ULPS = 40


class Use(NamedTuple):
    """An operation as it is used: a function, and for each input its lower end, upper end and shape."""

    function: Callable[..., Any]
    inputs: tuple[tuple[float, float, tuple[int, ...]], ...]


def elementwise(function, *domains):
    """On scalars and on arrays."""
    return {
        "scalar": Use(function, tuple((lo, hi, ()) for lo, hi in domains)),
        "array": Use(function, tuple((lo, hi, (2, 3)) for lo, hi in domains)),
    }


def shaped(function, *shapes, lo=-2.0, hi=2.0):
    """On arrays of these shapes."""
    return {"x".join(map(str, shapes[0])): Use(function, tuple((lo, hi, shape) for shape in shapes))}


def relation(row):
    return elementwise(lambda x, y: ops.where(row(x, y), x, y), (-1, 1), (-1, 1))


def both(first, second):
    """Two uses of one operation."""
    return {f"{key}-{n}": use for n, uses in enumerate((first, second)) for key, use in uses.items()}


REAL = (-3.0, 3.0)
POSITIVE = (0.1, 10.0)
PROBABILITY = (0.05, 0.95)

USES = {
    "add": elementwise(ops.add, REAL, REAL),
    "sub": elementwise(ops.sub, REAL, REAL),
    "mul": elementwise(ops.mul, REAL, REAL),
    "neg": elementwise(ops.neg, REAL),
    "div": both(elementwise(ops.div, REAL, POSITIVE), elementwise(lambda x: 1 / x, (-9, -0.1))),
    "power": both(
        elementwise(ops.power, POSITIVE, REAL),
        elementwise(lambda x: x**3 + x**-2 + x**2.0 + 2.0**x, (-3, -0.5)),
    ),
    "sqrt": elementwise(ops.sqrt, (1e-3, 1e3)),
    "cbrt": elementwise(ops.cbrt, (-1e3, 1e3)),
    "exp": elementwise(ops.exp, (-50, 50)),
    "exp2": elementwise(ops.exp2, (-50, 50)),
    "expm1": both(elementwise(ops.expm1, (-40, 5)), elementwise(ops.expm1, (-1e-9, 1e-9))),
    "log": elementwise(ops.log, (1e-5, 1e5)),
    "log2": elementwise(ops.log2, (1e-5, 1e5)),
    "log10": elementwise(ops.log10, (1e-5, 1e5)),
    "log1p": both(elementwise(ops.log1p, (-0.99, 100)), elementwise(ops.log1p, (-1e-9, 1e-9))),
    "sin": elementwise(ops.sin, (-20, 20)),
    "cos": elementwise(ops.cos, (-20, 20)),
    "tan": elementwise(ops.tan, (-1.5, 1.5)),
    "asin": elementwise(ops.asin, (-0.99, 0.99)),
    "acos": elementwise(ops.acos, (-0.99, 0.99)),
    "atan": elementwise(ops.atan, (-20, 20)),
    "atan2": both(elementwise(ops.atan2, REAL, POSITIVE), elementwise(ops.atan2, (-3, -0.1), REAL)),
    "sinh": elementwise(ops.sinh, (-20, 20)),
    "cosh": elementwise(ops.cosh, (-20, 20)),
    "tanh": both(elementwise(ops.tanh, (-3, 3)), elementwise(ops.tanh, (15, 40))),
    "asinh": elementwise(ops.asinh, (-50, 50)),
    "acosh": elementwise(ops.acosh, (1.1, 50)),
    "atanh": elementwise(ops.atanh, (-0.95, 0.95)),
    "hypot": both(elementwise(ops.hypot, REAL, REAL), elementwise(ops.hypot, REAL, REAL, REAL)),
    "sigmoid": elementwise(ops.sigmoid, (-40, 40)),
    "gt": relation(ops.gt),
    "ge": relation(ops.ge),
    "lt": relation(ops.lt),
    "le": relation(ops.le),
    "eq": relation(ops.eq),
    "ne": relation(ops.ne),
    "abs": elementwise(ops.abs, REAL),
    "sign": elementwise(ops.sign, REAL),
    "floor": elementwise(ops.floor, (-9, 9)),
    "ceil": elementwise(ops.ceil, (-9, 9)),
    "trunc": elementwise(ops.trunc, (-9, 9)),
    "round": elementwise(ops.round, (-9, 9)),
    "maximum": elementwise(ops.maximum, REAL, REAL),
    "minimum": elementwise(ops.minimum, REAL, REAL),
    "where": elementwise(lambda c, x, y: ops.where(c > 0, x, y), REAL, REAL, REAL),
    "logical_and": both(
        elementwise(lambda x, y: ops.where(ops.logical_and(x > 0, y > x), x, y), REAL, REAL),
        elementwise(lambda x, y: ops.where((x > 0) & (y > x) & True, x, y), REAL, REAL),
    ),
    "logical_or": both(
        elementwise(lambda x, y: ops.where(ops.logical_or(x > 0, y > x), x, y), REAL, REAL),
        elementwise(lambda x, y: ops.where(False | (x > 0) | (y > x), x, y), REAL, REAL),
    ),
    "logical_not": both(
        elementwise(lambda x, y: ops.where(ops.logical_not(x > y), x, y), REAL, REAL),
        elementwise(lambda x, y: ops.where(~((x > 0) & ~(y > x)), x, y), REAL, REAL),
    ),
    "copysign": elementwise(ops.copysign, REAL, REAL),
    "fmod": both(elementwise(ops.fmod, REAL, (0.3, 0.7)), elementwise(ops.fmod, (-9, -1), (-0.7, -0.3))),
    "remainder": both(
        elementwise(ops.remainder, REAL, (0.3, 0.7)), elementwise(lambda x, y: x % y, (-9, 9), (-0.7, -0.3))
    ),
    "fma": elementwise(ops.fma, REAL, REAL, REAL),
    "erf": elementwise(ops.erf, (-3, 3)),
    "erfc": elementwise(ops.erfc, (-3, 8)),
    "log_ndtr": elementwise(ops.log_ndtr, (-30, 5)),
    "lgamma": both(elementwise(ops.lgamma, (0.1, 30)), elementwise(ops.lgamma, (-1.9, -1.1))),
    "digamma": both(elementwise(ops.digamma, (0.1, 30)), elementwise(ops.digamma, (-1.9, -1.1))),
    "polygamma": both(
        elementwise(lambda x: ops.polygamma(1, x), (0.5, 10)), elementwise(lambda x: ops.polygamma(2, x), (0.5, 10))
    ),
    "xlogy": elementwise(ops.xlogy, REAL, POSITIVE),
    "softplus": elementwise(ops.softplus, (-15, 15)),
    "pi": elementwise(lambda x: ops.pi * x, REAL),
    "e": elementwise(lambda x: ops.e * x, REAL),
    "logsumexp_of": shaped(lambda x: ops.logsumexp(x), (4,)),
    "clip": elementwise(lambda x: ops.clip(x, -1, 2), REAL),
    "square": elementwise(ops.square, REAL),
    "sum": both(shaped(ops.sum, (2, 3)), shaped(lambda x: ops.sum(x, axis=1), (2, 3))),
    "mean": both(shaped(ops.mean, (2, 3)), shaped(lambda x: ops.mean(x, axis=0), (2, 3))),
    "prod": both(shaped(ops.prod, (2, 3)), shaped(lambda x: ops.prod(x, axis=1), (2, 3))),
    "matmul": both(shaped(ops.matmul, (2, 3), (3, 4)), shaped(ops.matmul, (2, 3), (3,))),
    "dot": both(shaped(ops.dot, (3,), (3,)), shaped(ops.dot, (2, 3), (3, 4))),
    "reshape": shaped(lambda x: ops.reshape(x, (3, 2)), (2, 3)),
    "transpose": shaped(lambda x: ops.transpose(x) * 2, (2, 3)),
    "stack": both(
        shaped(lambda x, y: ops.stack([x, y * y]), (3,), (3,)),
        shaped(lambda x, y: ops.stack([x, y], axis=1), (3,), (3,)),
    ),
    "concatenate": both(
        shaped(lambda x, y: ops.concatenate([x, y * y]), (3,), (2,)),
        shaped(lambda x, y: ops.concatenate([x, y], axis=1), (2, 3), (2, 1)),
    ),
    "amax": both(shaped(ops.amax, (2, 3)), shaped(lambda x: ops.amax(x, axis=1), (2, 3))),
    "amin": both(shaped(ops.amin, (2, 3)), shaped(lambda x: ops.amin(x, axis=0), (2, 3))),
    "norm": both(shaped(ops.norm, (4,)), shaped(ops.norm, (2, 3))),
    "bce_with_logits": elementwise(ops.bce_with_logits, REAL, PROBABILITY),
    "binary_cross_entropy": elementwise(ops.binary_cross_entropy, PROBABILITY, PROBABILITY),
    "cross_entropy": both(
        shaped(lambda x: ops.cross_entropy(x, np.array([2, 0])), (2, 3)),
        shaped(lambda x: ops.cross_entropy(x, 1), (3,)),
    ),
    "mse_loss": shaped(ops.mse_loss, (2, 3), (2, 3)),
    "celu": both(elementwise(ops.celu, REAL), elementwise(lambda x: ops.celu(x, 0.5), REAL)),
    "elu": both(elementwise(ops.elu, REAL), elementwise(lambda x: ops.elu(x, 0.5), REAL)),
    "gelu": elementwise(ops.gelu, REAL),
    "gelu_tanh": elementwise(ops.gelu_tanh, REAL),
    "leaky_relu": both(elementwise(ops.leaky_relu, REAL), elementwise(lambda x: ops.leaky_relu(x, 0.3), REAL)),
    "log_sigmoid": elementwise(ops.log_sigmoid, (-15, 15)),
    "log_softmax": both(shaped(ops.log_softmax, (2, 3)), shaped(lambda x: ops.log_softmax(x, axis=0), (2, 3))),
    "logsumexp": both(shaped(ops.logsumexp, (2, 3)), shaped(lambda x: ops.logsumexp(x, axis=0), (2, 3))),
    "mish": elementwise(ops.mish, (-10, 10)),
    "ndtr": both(elementwise(ops.ndtr, (-2, 5)), elementwise(ops.ndtr, (-8, -5))),
    "relu": elementwise(ops.relu, REAL),
    "silu": elementwise(ops.silu, (-20, 20)),
    "softmax": both(shaped(ops.softmax, (2, 3)), shaped(lambda x: ops.softmax(x, axis=0), (2, 3))),
}

FLAT = {f"{name}-{how}": use for name, uses in USES.items() for how, use in uses.items()}
each_use = pytest.mark.parametrize(("name", "use"), FLAT.items(), ids=FLAT)
# What torch 2.13 computes badly on its own.
TORCH_LOSES = {
    "polygamma-scalar-0": "torch's trigamma keeps ten digits",
    "polygamma-array-0": "torch's trigamma keeps ten digits",
    "ndtr-scalar-1": "torch's ndtr is (1 + erf)/2 down to -8",
    "ndtr-array-1": "torch's ndtr is (1 + erf)/2 down to -8",
}


def points(name, use):
    """Seeded random points, each a list of arrays; in double precision exactly."""
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    return [[generator.uniform(lo, hi, shape) for lo, hi, shape in use.inputs] for _ in range(POINTS)]


def traced(use):
    """The program of a use, with inputs a, b, c."""
    names = "abc"[: len(use.inputs)]
    shapes = {letter: shape for letter, (_, _, shape) in zip(names, use.inputs, strict=True)}
    return trace(lambda **inputs: use.function(*(inputs[n] for n in names)), shapes, {})


def fractions(point):
    return [Fraction(v) for array in point for v in np.ravel(array).tolist()]


def in_balls(program, x):
    """The outputs' enclosures, flat; every one of them exists."""
    result = evaluate(program.nodes, [balls.ball(v) for v in x], Balls())
    outputs = program.outputs.ravel().tolist()
    assert result.faults.keys().isdisjoint(outputs)
    return [result.values[i] for i in outputs]


def smooth_at(program, x):
    """The program without pieces that the function is at a point."""
    result = evaluate(program.nodes, [balls.ball(v) for v in x], Balls())
    return specialise(program, live_decisions(program, result.decisions))


def slopes_at(program, x, order=1):
    """The derivatives by the rules, an array of balls of shape outputs + inputs (+ inputs)."""
    found = smooth_at(program, x)
    for _ in range(order):
        found = jacobian(found, range(len(x)))
    return np.array(in_balls(found, x), dtype=object).reshape(found.outputs.shape)


def assert_same(left, right, bits=BITS // 2):
    """Two balls enclose one number, and both so tightly that this means something."""
    assert left.overlaps(right), f"{left} and {right} are different numbers"
    for ball in (left, right):
        assert ball.rad() <= arb((1, -bits)) * max(abs(ball).mid(), arb(1)), f"{ball} is wide"


def assert_near(values, program, point):
    """Floating-point values within the tolerance that the condition of the function at the point allows."""
    x = fractions(point)
    exact = in_balls(program, x)
    slopes = slopes_at(program, x).reshape(len(exact), len(x))
    flat = np.ravel(np.asarray(values, dtype=np.float64)).tolist()
    assert len(flat) == len(exact)
    for value, ball, row in zip(flat, exact, slopes, strict=True):
        condition = abs(ball) + sum((abs(s * balls.ball(v)) for s, v in zip(row, x, strict=True)), arb(0))
        error = abs(arb(value) - ball)
        assert error.upper() <= ULPS * arb((1, -53)) * condition.upper(), f"{value!r} is not {ball} at {point}"


def test_the_table_of_uses_holds_every_row():
    assert set(USES) == set(Primitive.rows) | set(Composite.rows)
    assert all(USES.values())


def test_the_public_names_are_the_rows():
    public = {name: value for name, value in vars(ops).items() if isinstance(value, (Operation, Exact))}
    rows = {**Primitive.rows, **Composite.rows}
    numbers = {"pi", "e"}
    private = {"logsumexp_of"}
    assert set(public) == set(rows) - private
    assert all(public[name] is rows[name] for name in set(public) - numbers)
    assert all(public[name].operation is rows[name] for name in numbers)
    modules = {name for name, value in vars(ops).items() if type(value) is type(ops)}
    rest = {name for name in vars(ops) if not name.startswith("_")} - modules - set(public)
    assert rest == {"rational"}


def test_every_row_says_what_it_is():
    for name, row in {**Primitive.rows, **Composite.rows}.items():
        assert row.name == name
        assert row.doc.strip() != ""
        assert row.torch is not None


@each_use
def test_numpy_agrees_with_the_definition_in_balls(name, use):
    program = traced(use)
    with ctx.workprec(BITS):
        for point in points(name, use):
            value = np.asarray(use.function(*(a[()] for a in point)))
            assert value.shape == program.outputs.shape
            assert_near(value, program, point)


def _on_torch(name):
    reasons = [reason for loses, reason in TORCH_LOSES.items() if loses == name]
    marks = [pytest.mark.xfail(reason=reason, raises=AssertionError, strict=True) for reason in reasons]
    return pytest.param(name, FLAT[name], id=name, marks=marks)


@pytest.mark.parametrize(("name", "use"), [_on_torch(name) for name in FLAT])
def test_torch_agrees_with_the_definition_in_balls(name, use):
    program = traced(use)
    with ctx.workprec(BITS):
        for point in points(name, use):
            value = use.function(*(torch.tensor(a, dtype=torch.float64) for a in point))
            assert value.dtype is torch.float64
            assert tuple(value.shape) == program.outputs.shape
            assert_near(value.numpy(), program, point)


@each_use
def test_sympy_agrees_with_the_definition_in_balls(name, use):
    program = traced(use)
    symbols, expressions = closed_form(program)
    for point in points(name, use)[:3]:
        x = fractions(point)
        at = {s: sympy.Rational(v.numerator, v.denominator) for s, v in zip(symbols, x, strict=True)}
        with ctx.workprec(BITS):
            for expression, ball in zip(expressions, in_balls(program, x), strict=True):
                # SymPy's loggamma has an imaginary part left of zero; the table's is ln |Gamma|.
                number = sympy.re(sympy.sympify(expression).subs(at).evalf(50))
                assert number.is_Number, f"SymPy leaves {number}"
                found = arb(str(number))
                assert abs(found - ball).upper() <= arb("1e-40") * max(abs(ball).mid(), arb(1))


@each_use
def test_series_agree_with_the_rules_in_first_order(name, use):
    program = traced(use)
    outputs = program.outputs.ravel().tolist()
    with ctx.workprec(BITS):
        for point in points(name, use)[:3]:
            x = fractions(point)
            slopes = slopes_at(program, x).reshape(len(outputs), len(x))
            for column in range(len(x)):
                direction = [int(k == column) for k in range(len(x))]
                jets = evaluate(program.nodes, along(x, direction, 2), Jets())
                assert jets.faults.keys().isdisjoint(outputs)
                for row, output in enumerate(outputs):
                    assert_same(coefficient(jets.values[output], 1), slopes[row, column])


@each_use
def test_series_agree_with_the_rules_in_second_order(name, use):
    program = traced(use)
    outputs = program.outputs.ravel().tolist()
    point = points(name, use)[0]
    x = fractions(point)
    with ctx.workprec(BITS):
        bends = slopes_at(program, x, order=2).reshape(len(outputs), len(x), len(x))
        for column in range(len(x)):
            direction = [int(k == column) for k in range(len(x))]
            jets = evaluate(program.nodes, along(x, direction, 3), Jets())
            for row, output in enumerate(outputs):
                assert_same(2 * coefficient(jets.values[output], 2), bends[row, column, column])


FORMS = {
    f"{name}-by-{position}": (name, position)
    for name, row in Primitive.rows.items()
    for position in range(max(len(row.forms) if isinstance(row.forms, tuple) else 2, 1))
    if len(row.forms_of(position)) > 1
}


def test_the_rows_with_several_forms_are_found():
    assert {"tanh-by-0", "sigmoid-by-0", "expm1-by-0", "div-by-0", "div-by-1"} <= set(FORMS)


@pytest.mark.parametrize(("name", "position"), FORMS.values(), ids=FORMS)
def test_all_forms_of_a_derivative_are_one_number(name, position):
    row = Primitive.rows[name]
    ends = [use.inputs for use in USES[name].values() if len(use.inputs) == len(row.forms)]
    assert ends != []
    generator = np.random.default_rng(0)
    for inputs in ends:
        builder = Builder()
        number = builder.apply(name, *(builder.input(k) for k in range(len(inputs))))
        nodes = [partial(builder, number, position, form) for form in range(len(row.forms_of(position)))]
        for _ in range(POINTS):
            x = [Fraction(generator.uniform(lo, hi)) for lo, hi, _ in inputs]
            with ctx.workprec(BITS):
                result = evaluate(builder.nodes, [balls.ball(v) for v in x], Balls())
                assert result.faults.keys().isdisjoint(nodes)
                for one, other in itertools.combinations(nodes, 2):
                    assert_same(result.values[one], result.values[other])


TIES = {
    "gt": (0, 0, 1),
    "ge": (0, 1, 1),
    "lt": (1, 0, 0),
    "le": (1, 1, 0),
    "eq": (0, 1, 0),
    "ne": (1, 0, 1),
    "maximum": (2, 2, 3),
    "minimum": (1, 2, 2),
}


@pytest.mark.parametrize(("name", "expected"), TIES.items(), ids=TIES)
def test_pieces_at_ties(name, expected):
    row = Primitive.rows[name]
    x, y = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])
    program = trace(lambda x, y: row(x, y), {"x": (3,), "y": (3,)}, {})
    with ctx.workprec(BITS):
        assert [float(b) for b in in_balls(program, fractions([x, y]))] == list(expected)
    assert np.asarray(row(x, y), dtype=float).tolist() == list(expected)
    assert row(torch.tensor(x), torch.tensor(y)).double().tolist() == list(expected)


HALVES = (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.5)
STEPS = {
    "floor": (-2, -1, -1, 0, 0, 1, 2),
    "ceil": (-1, -1, 0, 0, 1, 1, 3),
    "trunc": (-1, -1, 0, 0, 0, 1, 2),
    "round": (-2, -1, 0, 0, 0, 1, 2),
    "sign": (-1, -1, -1, 0, 1, 1, 1),
    "abs": (1.5, 1.0, 0.5, 0.0, 0.5, 1.0, 2.5),
}


@pytest.mark.parametrize(("name", "expected"), STEPS.items(), ids=STEPS)
def test_steps_at_their_edges(name, expected):
    row = Primitive.rows[name]
    x = np.array(HALVES)
    program = trace(lambda x: row(x), {"x": x.shape}, {})
    with ctx.workprec(BITS):
        assert [float(b) for b in in_balls(program, fractions([x]))] == list(expected)
    assert row(x).tolist() == list(expected)
    assert row(torch.tensor(x)).tolist() == list(expected)
    for dtype in ("float64", "float32"):
        assert Compiled(program, dtype).batch(x[None])[0].tolist() == list(expected)
    assert Compiled(program).at(x.tolist()).tolist() == list(expected)


# The dividend, the divisor, what is left by fmod and by remainder.
REMAINDERS = [(7, 3, 1, 1), (-7, 3, -1, 2), (7, -3, 1, -2), (-7, -3, -1, -1), (6, 3, 0, 0), (-0.75, 0.5, -0.25, 0.25)]


@pytest.mark.parametrize(("x", "y", "rest", "modulus"), REMAINDERS)
def test_remainders_have_the_sign_of_the_dividend_or_of_the_divisor(x, y, rest, modulus):
    for function, expected in ((ops.fmod, rest), (ops.remainder, modulus), (lambda a, b: a % b, modulus)):
        program = trace(lambda x, y, function=function: function(x, y), {"x": (), "y": ()}, {})
        with ctx.workprec(BITS):
            assert in_balls(program, [Fraction(x), Fraction(y)]) == [expected]
        assert Compiled(program).at([x, y]) == expected
        assert function(np.float64(x), np.float64(y)) == expected
        assert function(torch.tensor(float(x)), torch.tensor(float(y))).item() == expected


@pytest.mark.parametrize("x", [1e308, -1e308, 1e-308, 3.0], ids=str)
def test_the_length_of_many_neither_overflows_nor_underflows(x):
    expected = math.sqrt(3) * abs(x)
    assert ops.hypot(np.float64(x), np.float64(x), np.float64(x)) == pytest.approx(expected, rel=1e-15)
    legs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for _ in range(3)]
    length = ops.hypot(*legs)
    assert length.item() == pytest.approx(expected, rel=1e-15)
    slopes = torch.autograd.grad(length, legs)
    assert [s.item() for s in slopes] == pytest.approx([math.copysign(1 / math.sqrt(3), x)] * 3, rel=1e-14)


def test_the_length_of_many_at_a_point_where_some_are_zero():
    legs = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.0, 0.0, -2.0)]
    length = ops.hypot(*legs, 0)
    assert length.item() == 2
    assert [s.item() for s in torch.autograd.grad(length, legs)] == [0, 0, -1]


OUTSIDE = {
    "sqrt": (-1.0,),
    "log": (0.0,),
    "log2": (-1.0,),
    "log10": (0.0,),
    "log1p": (-1.0,),
    "asin": (1.5,),
    "acos": (-1.5,),
    "acosh": (0.5,),
    "atanh": (1.0,),
    "div": (1.0, 0.0),
    "power": (-2.0, 0.5),
    "atan2": (0.0, 0.0),
    "lgamma": (-3.0,),
    "digamma": (0.0,),
    "polygamma": (1.0, -1.0),
    "xlogy": (1.0, -1.0),
}


def test_every_row_with_an_outside_is_in_the_table():
    assert set(OUTSIDE) == {name for name, row in Primitive.rows.items() if row.outside is not None}


@pytest.mark.parametrize(("name", "arguments"), OUTSIDE.items(), ids=OUTSIDE)
def test_outside_the_domain_there_is_no_value(name, arguments):
    builder = Builder()
    number = builder.apply(name, *(builder.input(k) for k in range(len(arguments))))
    with ctx.workprec(BITS):
        exact = [balls.ball(Fraction(v)) for v in arguments]
        assert Primitive.rows[name].outside(*exact)
        assert evaluate(builder.nodes, exact, Balls()).faults == {number: (Fault.UNDEFINED, number)}


INSIDE = {f"{name}-{how}": use for name in OUTSIDE for how, use in USES[name].items()}


@pytest.mark.parametrize(("name", "use"), INSIDE.items(), ids=INSIDE)
def test_inside_the_domain_outside_is_false(name, use):
    program = traced(use)
    with ctx.workprec(BITS):
        for point in points(name, use):
            assert evaluate(program.nodes, [balls.ball(v) for v in fractions(point)], Balls()).faults == {}


@pytest.mark.parametrize("exponent", [2, 3, 4])
def test_a_whole_power_of_a_ball_around_zero(exponent):
    with ctx.workprec(BITS):
        base = arb(0, 1e-30)
        power = Primitive.rows["power"].on_balls()(base, arb(exponent))
        assert power.contains(0)
        assert abs(power).upper() <= 2 * arb(1e-30) ** exponent


EXACT = {
    "pi": (ops.pi, "3.14159265358979323846264338327950288419716939937510"),
    "e": (ops.e, "2.71828182845904523536028747135266249775724709369995"),
    "third": (ops.rational(1, 3), "0.33333333333333333333333333333333333333333333333333"),
    "sqrt 2": (ops.sqrt(2), "1.41421356237309504880168872420969807856967187537694"),
    "2 pi": (2 * ops.pi, "6.28318530717958647692528676655900576839433879875021"),
    "abs": (ops.abs(-ops.pi), "3.14159265358979323846264338327950288419716939937510"),
    "maximum": (ops.maximum(ops.sqrt(2), 1), "1.41421356237309504880168872420969807856967187537694"),
    "minimum": (ops.minimum(ops.sqrt(2), 1), "1"),
    "floor": (ops.floor(100 * ops.pi), "314"),
    "relation": (ops.gt(ops.pi, ops.e), "1"),
    "where": (
        ops.where(ops.logical_and(ops.pi > 3, ops.pi < 4), ops.e, 0),
        "2.71828182845904523536028747135266249775724709369995",
    ),
    "cbrt": (ops.cbrt(-8), "-2"),
    "hypot of one": (ops.hypot(-3), "3"),
}


@pytest.mark.parametrize(("number", "digits"), EXACT.values(), ids=EXACT)
def test_exact_numbers(number, digits):
    with ctx.workprec(BITS):
        assert abs(number.enclosure() - arb(digits)).upper() < arb("1e-49") * 10
    assert float(number) == float(digits)
    assert (np.ones(2) * number).tolist() == [float(digits)] * 2
    assert (torch.ones(2, dtype=torch.float64) * number).tolist() == [float(digits)] * 2


def test_a_constant_that_lies_where_pieces_meet_is_not_decided():
    with pytest.raises(
        CaseError, match=r"maximum\(power.*, 2\) is not decided at 256 bits: write the number that it is"
    ):
        float(ops.maximum(ops.sqrt(2) ** 2.0, 2))


def test_the_length_of_one_is_its_size():
    assert ops.hypot(np.array([-3.0, 2.0])).tolist() == [3, 2]
    assert ops.hypot(torch.tensor([-3.0, 2.0])).tolist() == [3, 2]


ARRAY = np.array([0.5, 0.25, 1.0])
WITH_ARRAY = {
    "add": lambda x: ops.add(x, ARRAY),
    "sub": lambda x: ops.sub(ARRAY, x),
    "mul": lambda x: ops.mul(x, ARRAY),
    "div": lambda x: ops.div(ARRAY, x),
    "maximum": lambda x: ops.maximum(x, ARRAY),
    "hypot": lambda x: ops.hypot(x, ARRAY),
    "where": lambda x: ops.where(x > 0.7, x, ARRAY),
    "clip": lambda x: ops.clip(x, ARRAY, 2),
    "dot": lambda x: ops.dot(ARRAY, x),
    "stack": lambda x: ops.stack([x, ARRAY]),
    "concatenate": lambda x: ops.concatenate([x, ARRAY]),
    "mse_loss": lambda x: ops.mse_loss(x, ARRAY),
    "binary_cross_entropy": lambda x: ops.binary_cross_entropy(x, ARRAY),
    "bce_with_logits": lambda x: ops.bce_with_logits(x, ARRAY),
}


@pytest.mark.parametrize("function", WITH_ARRAY.values(), ids=WITH_ARRAY)
def test_an_array_that_the_function_brings_along(function):
    point = [np.array([0.25, 0.5, 0.875])]
    program = trace(function, {"x": (3,)}, {})
    with ctx.workprec(BITS):
        assert_near(function(*point), program, point)
        assert_near(function(torch.tensor(point[0])).numpy(), program, point)


def test_a_condition_that_is_known_beforehand():
    x = torch.tensor(0.5, dtype=torch.float64)
    assert ops.where(True, x, 2 * x).item() == 0.5
    assert ops.where(False, x, 2 * x).item() == 1.0


CONDITIONS = {
    "and": lambda x: (x > 0) & (x < 1),
    "or": lambda x: (x < 0) | (x > 1),
    "not": lambda x: ~(x > 0),
    "of arrays": lambda x: (x > 0) & np.array([True, False, True]) | np.array([False, True, False]),
    "arrays to the left": lambda x: np.array([True, False, True]) & (x > 0) | np.array([False, True, False]) & (x < 0),
    "of known ones": lambda x: True & (x > 0) & ~(x > 1) | False,
    "nested": lambda x: ~((x > -1) & ~((x > 0) | (x < -0.25))) & (x <= 2),
    "by name": lambda x: ops.logical_and(ops.logical_not(x > 1), ops.logical_or(x > 0, x < -1)),
    "of numbers": lambda x: ops.logical_or(ops.logical_not(x), ops.logical_and(x, x > 1)),
}


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
@pytest.mark.parametrize("x", [(0.5, -0.5, 2.0), (0.0, 1.0, -2.0), (-1.0, 0.25, 3.0)], ids=str)
def test_conditions_are_joined_alike_everywhere(condition, x):
    def function(x):
        return ops.where(condition(x), x + 10, -x)

    array = np.array(x)
    expected = np.where(condition(array), array + 10, -array).tolist()
    program = trace(function, {"x": (3,)}, {})
    assert Compiled(program).batch(array[None])[0].tolist() == expected
    with ctx.workprec(BITS):
        assert in_balls(program, fractions([array])) == expected
    symbols, expressions = closed_form(program)
    at = {s: sympy.Rational(v) for s, v in zip(symbols, x, strict=True)}
    assert [float(e.subs(at)) for e in expressions] == expected


TORCH_CONDITIONS = {name: c for name, c in CONDITIONS.items() if "array" not in name}


@pytest.mark.parametrize("condition", TORCH_CONDITIONS.values(), ids=TORCH_CONDITIONS)
def test_torch_joins_conditions_alike(condition):
    x = np.array([0.5, -0.5, 2.0, 0.0, 1.0, -2.0])
    assert condition(torch.tensor(x)).tolist() == np.asarray(condition(x)).tolist()


def test_a_condition_behind_one_that_fails_need_not_exist():
    program = trace(lambda x: ops.where((x > 0) & (ops.log(x) < 1), ops.log(x), x), {"x": ()}, {})
    with ctx.workprec(BITS):
        assert in_balls(program, [Fraction(-2)]) == [-2]
    with pytest.raises(AssertionError), ctx.workprec(BITS):
        in_balls(trace(lambda x: ops.where((ops.log(x) < 1) & (x > 0), x, x), {"x": ()}, {}), [Fraction(-2)])


NUMBERS_JOINED = {
    "and": lambda x: x & (x > 0),
    "or": lambda x: (x > 0) | 2.0,
    "not": lambda x: ~x,
    "without parentheses": lambda x: x > 0 & x,
    "an array of numbers": lambda x: np.ones(2) & (x > 0),
}


@pytest.mark.parametrize("function", NUMBERS_JOINED.values(), ids=NUMBERS_JOINED)
def test_numbers_are_not_joined(function):
    with pytest.raises(CaseError, match="of numbers: it joins conditions; write"):
        trace(function, {"x": (2,)}, {})


def test_a_product_with_an_array_to_the_left_is_in_order():
    left = np.array([[1.0, 2.0], [3.0, 5.0]])
    program = trace(lambda x: np.matmul(left, x) + np.matmul(x, left), {"x": (2, 2)}, {})
    x = np.array([[2.0, -1.0], [0.5, 4.0]])
    assert Compiled(program).batch(x.reshape(1, -1))[0].tolist() == (left @ x + x @ left).tolist()


FOREIGN = {
    "a decimal": Decimal("0.1"),
    "a number of SymPy's": sympy.pi,
    "a float of SymPy's": sympy.Float(2),
    "a complex number": 1j,
    "a text": "2",
}


@pytest.mark.parametrize("value", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("operation", [ops.exp, ops.relu, ops.gelu, ops.rational], ids=lambda o: o.__name__)
def test_a_foreign_value_is_no_constant(operation, value):
    with pytest.raises(CaseError, match=f"of type {type(value).__name__} is not a number that a case can compute with"):
        operation(value)


class Dual:
    """A number with a derivative, of somebody else's."""

    def __float__(self):
        return 2.0


def test_what_merely_has_a_float_is_no_constant():
    with pytest.raises(CaseError, match=r"maximum: .* of type Dual is not a number .*: use an int, a float"):
        ops.maximum(Dual(), 1)


@pytest.mark.parametrize("value", [math.nan, math.inf, np.float32("inf")], ids=str)
def test_what_is_not_finite_is_no_constant(value):
    with pytest.raises(CaseError, match="use a finite value"):
        ops.exp(float(value))


KNOWN = {
    "bool": (True, 1),
    "int": (10**30, 10**30),
    "float": (0.1, Fraction(0.1)),
    "Fraction": (Fraction(1, 3), Fraction(1, 3)),
    "NumPy's bool": (np.bool_(True), 1),
    "NumPy's int": (np.int8(-3), -3),
    "NumPy's float": (np.float32(0.1), Fraction(float(np.float32(0.1)))),
    "NumPy's long float": (np.longdouble(1) / 3, Fraction(*(np.longdouble(1) / 3).as_integer_ratio())),
    "a rational number of SymPy's": (sympy.Rational(1, 3), Fraction(1, 3)),
}


@pytest.mark.parametrize(("value", "number"), KNOWN.values(), ids=KNOWN)
def test_numbers_are_taken_exactly(value, number):
    assert exact(value) == number
