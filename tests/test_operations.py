"""Every row of the table: balls, NumPy, torch and SymPy agree, series and rules, and all forms of a derivative."""

import itertools
import zlib
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest
import sympy
import torch
from flint import arb, ctx

from diffcheck import ops
from diffcheck.engines.symbolic.closed_form import closed_form
from diffcheck.ops import balls
from diffcheck.ops.exact import Exact
from diffcheck.ops.table import Composite, Operation, Primitive
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
    "hypot": elementwise(ops.hypot, REAL, REAL),
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
    "maximum": elementwise(ops.maximum, REAL, REAL),
    "minimum": elementwise(ops.minimum, REAL, REAL),
    "where": elementwise(lambda c, x, y: ops.where(c > 0, x, y), REAL, REAL, REAL),
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


HALVES = (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0)
STEPS = {"floor": (-2, -1, -1, 0, 0, 1), "sign": (-1, -1, -1, 0, 1, 1), "abs": (1.5, 1.0, 0.5, 0.0, 0.5, 1.0)}


@pytest.mark.parametrize(("name", "expected"), STEPS.items(), ids=STEPS)
def test_steps_at_their_edges(name, expected):
    row = Primitive.rows[name]
    x = np.array(HALVES)
    program = trace(lambda x: row(x), {"x": x.shape}, {})
    with ctx.workprec(BITS):
        assert [float(b) for b in in_balls(program, fractions([x]))] == list(expected)
    assert row(x).tolist() == list(expected)
    assert row(torch.tensor(x)).tolist() == list(expected)


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
}


@pytest.mark.parametrize(("number", "digits"), EXACT.values(), ids=EXACT)
def test_exact_numbers(number, digits):
    with ctx.workprec(BITS):
        assert abs(number.enclosure() - arb(digits)).upper() < arb("1e-49") * 10
    assert float(number) == float(digits)
    assert (np.ones(2) * number).tolist() == [float(digits)] * 2
    assert (torch.ones(2, dtype=torch.float64) * number).tolist() == [float(digits)] * 2


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
