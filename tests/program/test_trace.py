"""Tracing: what the user's function leaves behind, and what it says when it cannot be traced."""

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import ctx

from diffcheck import ops
from diffcheck.errors import BranchError, CaseError
from diffcheck.ops.enclosures import balls
from diffcheck.program.program import CONST, INPUT, Builder
from diffcheck.program.trace import trace
from diffcheck.referee.evaluate import Balls, evaluate

SCALAR = {"x": ()}
VECTOR = {"x": (3,)}
MATRIX = {"x": (2, 3)}
PAIR = {"x": (), "y": ()}
X = Fraction(5, 2)


def traced(function, shapes=SCALAR, **constants):
    return trace(function, shapes, constants)


def operations(program):
    """The operations' names, in order."""
    return [name for name, _ in program.nodes if name not in (INPUT, CONST)]


def constants(program):
    return [operands[0] for name, operands in program.nodes if name == CONST]


def values(program, *inputs):
    """The outputs at these numbers, which must come out exact."""
    with ctx.workprec(256):
        result = evaluate(program.nodes, [balls.ball(Fraction(v)) for v in inputs], Balls())
        assert result.faults == {}
        found = [float(result.values[i]) for i in program.outputs.ravel().tolist()]
    return np.array(found).reshape(program.outputs.shape)


COUNTS = {
    "one operation": (lambda x: ops.sin(x), ["sin"]),
    "shared": (lambda x: ops.sin(x) * ops.sin(x), ["sin", "mul"]),
    "shared by value": (lambda x: (x + 1) * (x + 1.0), ["add", "mul"]),
    "different constants": (lambda x: (x + 1) * (x + 2), ["add", "add", "mul"]),
    "operands have an order": (lambda x: (x - 3) * (3 - x), ["sub", "sub", "mul"]),
    "dead code is left out": (lambda x: [ops.exp(x), ops.log(x)][1], ["log"]),
    "repeated square": (lambda x: ops.exp(x**2) + x**2, ["power", "exp", "add"]),
    "a loop": (lambda x: sum(x**i for i in range(2, 5)), ["power", "power", "add", "power", "add"]),
}


@pytest.mark.parametrize(("function", "expected"), COUNTS.values(), ids=COUNTS)
def test_each_operation_is_kept_once(function, expected):
    program = traced(function)
    assert operations(program) == expected
    assert program.operations == len(expected)
    assert program.operation_names() == set(expected)


def test_operands_stand_before_their_use():
    program = traced(lambda x: ops.sin(ops.exp(x) * x) / (ops.exp(x) + 2))
    numbers = {number: operands for number, (name, operands) in enumerate(program.nodes) if name not in (INPUT, CONST)}
    assert len(numbers) == 5
    assert all(operand < number for number, operands in numbers.items() for operand in operands)


SAME = {
    "x + 0": lambda x: x + 0,
    "0 + x": lambda x: 0 + x,
    "x - 0": lambda x: x - 0,
    "x * 1": lambda x: x * 1,
    "1 * x": lambda x: 1 * x,
    "x / 1": lambda x: x / 1,
    "x ** 1": lambda x: x**1,
    "neg of neg": lambda x: ops.neg(-x),
    "-1 * -1 * x": lambda x: -1 * (-1 * x),
    "+x": lambda x: +x,
    "0 - (0 - x)": lambda x: 0 - (0 - x),
    "where of a known condition": lambda x: ops.where(ops.rational(1, 2) < 1, x, ops.exp(x)) + 0,
}


@pytest.mark.parametrize("function", SAME.values(), ids=SAME)
def test_what_is_the_input_itself(function):
    program = traced(function)
    assert [name for name, _ in program.nodes] == [INPUT]
    assert program.outputs.shape == ()


KEPT = {
    "x * 0": (lambda x: x * 0, ["mul"]),
    "0 * x": (lambda x: 0 * x, ["mul"]),
    "0 / x": (lambda x: 0 / x, ["div"]),
    "x - x": (lambda x: x - x, ["sub"]),
    "x / x": (lambda x: x / x, ["div"]),
    "x + x": (lambda x: x + x, ["add"]),
    "sqrt(x)^2": (lambda x: ops.sqrt(x) ** 2, ["sqrt", "power"]),
    "log(exp x)": (lambda x: ops.log(ops.exp(x)), ["exp", "log"]),
    "(x + 1) - 1": (lambda x: (x + 1) - 1, ["add", "sub"]),
    "1 ** x": (lambda x: 1**x, ["power"]),
    "division by zero": (lambda x: x / 0, ["div"]),
}


@pytest.mark.parametrize(("function", "expected"), KEPT.values(), ids=KEPT)
def test_what_is_not_simplified(function, expected):
    # None of these holds for every x, or in floating point.
    assert operations(traced(function)) == expected


FOLDED = {
    "sum": (lambda x: x + (ops.rational(1, 3) + ops.rational(1, 6)), Fraction(1, 2)),
    "decimals": (lambda x: x + (x - x + 0.1) * 0 + 0.1, Fraction(0.1)),
    "exponent": (lambda x: x ** (ops.rational(1, 2) + 2), Fraction(5, 2)),
    "power": (lambda x: x + ops.rational(2, 3) ** 3, Fraction(8, 27)),
    "negative power": (lambda x: x + ops.rational(2, 3) ** -2, Fraction(9, 4)),
    "maximum": (lambda x: x + ops.maximum(ops.rational(2, 3), 0.5), Fraction(2, 3)),
    "minimum": (lambda x: x + ops.minimum(ops.rational(2, 3), 0.5), Fraction(1, 2)),
}


@pytest.mark.parametrize(("function", "constant"), FOLDED.values(), ids=FOLDED)
def test_arithmetic_on_constants_is_done_exactly(function, constant):
    program = traced(function)
    assert constant in constants(program)
    assert operations(program)[-1] in ("add", "power")


def test_folding_ends_where_numbers_grow():
    builder = Builder()
    big = builder.const(Fraction(3) ** 2000)
    assert builder.value(builder.apply("mul", big, big)) is None
    assert builder.value(builder.apply("power", builder.const(3), builder.const(10**9))) is None
    assert builder.value(builder.apply("power", builder.const(3), builder.const(9))) == 3**9


def test_division_of_constants_by_zero_is_no_crash():
    builder = Builder()
    assert builder.value(builder.apply("div", builder.const(1), builder.const(0))) is None
    assert builder.value(builder.apply("power", builder.const(0), builder.const(-1))) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(0.1, Fraction(3602879701896397, 2**55), id="float"),
        pytest.param(np.float64(0.1), Fraction(3602879701896397, 2**55), id="float64"),
        pytest.param(np.float32(0.1), Fraction(13421773, 2**27), id="float32"),
        pytest.param(7, Fraction(7), id="int"),
        pytest.param(2**80 + 1, Fraction(2**80 + 1), id="large int"),
        pytest.param(np.int64(2**62 + 1), Fraction(2**62 + 1), id="int64"),
        pytest.param(Fraction(1, 3), Fraction(1, 3), id="fraction"),
        pytest.param(True, Fraction(1), id="bool"),
        pytest.param(5e-324, Fraction(1, 2**1074), id="smallest subnormal"),
    ],
)
def test_a_constant_is_the_number_that_it_is(value, expected):
    program = traced(lambda x: ops.sin(x + value + value))
    assert constants(program) == [expected]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float64("nan")], ids=str)
def test_constants_must_be_finite(value):
    with pytest.raises(CaseError, match="not a number that a derivative can be taken with: use a finite value"):
        traced(lambda x: x + value)


@pytest.mark.parametrize("value", ["two", None, object()], ids=["text", "none", "object"])
def test_constants_must_be_numbers(value):
    with pytest.raises(CaseError, match="use numbers and arrays"):
        traced(lambda x: x * value)


def test_exact_numbers_stay_exact():
    program = traced(lambda x: x * ops.pi + ops.e + ops.sqrt(2))
    assert operations(program) == ["pi", "mul", "e", "add", "sqrt", "add"]
    assert constants(program) == [Fraction(2)]
    assert constants(traced(lambda x: x * ops.rational(1, 3))) == [Fraction(1, 3)]


def test_python_s_pi_is_the_double():
    assert constants(traced(lambda x: x * math.pi)) == [Fraction(math.pi)]


# Function, shapes of the inputs, shape of the result, its value at 1, 2, 3 ... by NumPy on the same function.
SHAPES = {
    "scalar and vector": (lambda x, y: x + y, {"x": (), "y": (3,)}),
    "row and column": (lambda x, y: x * y, {"x": (2, 1), "y": (1, 3)}),
    "row and matrix": (lambda x, y: x / y, {"x": (3,), "y": (2, 3)}),
    "array constant": (lambda x: np.array([1.0, 2.0, 4.0]) * x, VECTOR),
    "array constant on the right": (lambda x: x - np.array([1.0, 2.0, 4.0]), VECTOR),
    "matrix constant on the left": (lambda x: np.arange(6.0).reshape(2, 3) @ x, VECTOR),
    "matrix constant on the right": (lambda x: x @ np.arange(12.0).reshape(3, 4), MATRIX),
    "list constant": (lambda x: ops.maximum(x, [1.0, 2.0, 4.0]), VECTOR),
    "item": (lambda x: x[1], VECTOR),
    "negative item": (lambda x: x[-1], VECTOR),
    "row": (lambda x: x[1], MATRIX),
    "element": (lambda x: x[1, 2], MATRIX),
    "column": (lambda x: x[:, 0], MATRIX),
    "slice": (lambda x: x[::-1], VECTOR),
    "empty stride": (lambda x: x[1:] - x[:-1], VECTOR),
    "fancy index": (lambda x: x[np.array([0, 2, 2])], VECTOR),
    "new axis": (lambda x: x[:, None] * x[None, :], VECTOR),
    "ellipsis": (lambda x: x[..., 1], MATRIX),
    "ellipsis and one axis": (lambda x: x[..., 1], VECTOR),
    "mask": (lambda x: x[np.array([True, False, True])], VECTOR),
    "reshape": (lambda x: x.reshape((3, 2)), MATRIX),
    "reshape by numbers": (lambda x: x.reshape(3, -1), MATRIX),
    "ops.reshape": (lambda x: ops.reshape(x, (3, 2)), MATRIX),
    "ops.reshape flat": (lambda x: ops.reshape(x, 6), MATRIX),
    "ravel": (lambda x: x.ravel(), MATRIX),
    "transpose": (lambda x: x.T, MATRIX),
    "ops.transpose": (lambda x: ops.transpose(x), MATRIX),
    "swapaxes": (lambda x: x.swapaxes(0, 1), MATRIX),
    "sum": (lambda x: x.sum(), MATRIX),
    "sum of columns": (lambda x: x.sum(0), MATRIX),
    "sum of rows": (lambda x: x.sum(axis=-1), MATRIX),
    "ops.sum": (lambda x: ops.sum(x, axis=1), MATRIX),
    "mean": (lambda x: x.mean(), MATRIX),
    "mean of columns": (lambda x: ops.mean(x, axis=0), MATRIX),
    "prod": (lambda x: ops.prod(x), MATRIX),
    "prod of rows": (lambda x: x.prod(1), MATRIX),
    "iteration": (lambda x: sum(row[0] for row in x), MATRIX),
    "unpacking": (lambda x: [x[0] * x[1], x[2] ** 2][1], VECTOR),
    "length": (lambda x: x * len(x), MATRIX),
    "size": (lambda x: x * x.size + x.ndim, MATRIX),
    "dot": (lambda x, y: ops.dot(x, y), {"x": (3,), "y": (3,)}),
    "matrix vector": (lambda x, y: x @ y, {"x": (2, 3), "y": (3,)}),
    "vector matrix": (lambda x, y: x @ y, {"x": (2,), "y": (2, 3)}),
    "matrix matrix": (lambda x, y: ops.matmul(x, y), {"x": (2, 3), "y": (3, 4)}),
    "column row": (lambda x, y: x @ y, {"x": (3, 1), "y": (1, 2)}),
    "stack": (lambda x: ops.stack([x, 2 * x]), VECTOR),
    "stack along columns": (lambda x: ops.stack([x, 2 * x], axis=1), VECTOR),
    "concatenate": (lambda x: ops.concatenate([x, x[:1]]), VECTOR),
    "concatenate along columns": (lambda x: ops.concatenate([x, x], axis=1), MATRIX),
    "where": (lambda x: ops.where(x > 2, x, -x), VECTOR),
    "clip": (lambda x: ops.clip(x, 1.5, 2.5), VECTOR),
    "largest": (lambda x: ops.amax(x, axis=0), MATRIX),
    "largest of all": (lambda x: ops.amax(x), MATRIX),
    "smallest in rows": (lambda x: ops.amin(x, axis=1), MATRIX),
    "builtin abs": (lambda x: abs(-x), VECTOR),
    "reflected": (lambda x: (2 - x) + (8 / x) + 2**x, VECTOR),
    "comparison": (lambda x: ops.where(x <= 2, x, 0), VECTOR),
    "three axes": (lambda x: x.sum(1) + x[:, 0], {"x": (2, 3, 2)}),
}


@pytest.mark.parametrize(("function", "shapes"), SHAPES.values(), ids=SHAPES)
def test_traced_arrays_behave_like_numpy_s(function, shapes):
    generator = np.random.default_rng(3)
    # Eighths, and powers of two to divide by, so that every result is exact.
    inputs = {name: 2.0 ** generator.integers(-2, 4, shape) for name, shape in shapes.items()}
    program = traced(function, shapes)
    expected = np.asarray(function(**inputs))
    assert program.outputs.shape == expected.shape
    found = values(program, *(v for a in inputs.values() for v in np.ravel(a).tolist()))
    np.testing.assert_allclose(found, expected, rtol=1e-15)


@pytest.mark.parametrize(
    ("result", "shape"),
    [
        pytest.param(lambda x: [x, 2 * x, 1.0], (3,), id="list"),
        pytest.param(lambda x: (x, x**2), (2,), id="tuple"),
        pytest.param(lambda x: [[x, 1], [2, x]], (2, 2), id="nested list"),
        pytest.param(lambda x: 5.0, (), id="number"),
        pytest.param(lambda x: np.ones((2, 3)), (2, 3), id="array"),
        pytest.param(lambda x: ops.pi, (), id="exact"),
        pytest.param(lambda x: [x, ops.pi, ops.rational(1, 3)], (3,), id="with exact numbers"),
    ],
)
def test_what_a_function_may_return(result, shape):
    assert traced(result).outputs.shape == shape


@pytest.mark.parametrize(
    ("result", "message"),
    [
        pytest.param(lambda x: None, "returns None: it must return its value", id="none"),
        pytest.param(lambda x: "text", "not a number|use numbers", id="text"),
        pytest.param(lambda x: {"a": x}, "returns dict, not a number|use numbers", id="dict"),
        pytest.param(lambda x: [x, [x, x]], "different shapes: stack what fits", id="ragged"),
        pytest.param(lambda x: [], "empty list", id="empty"),
    ],
)
def test_what_a_function_may_not_return(result, message):
    with pytest.raises(CaseError, match=message):
        traced(result)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: ops.sin(x, 3), "sin does not take 2 arguments"),
        (lambda x: ops.maximum(x), "maximum does not take 1 argument$"),
        (lambda x: ops.where(x > 0, x), "where does not take 2 arguments"),
        (lambda x: ops.exp(x, base=2), "exp has no option base"),
    ],
)
def test_an_operation_called_with_too_much_or_too_little_is_named(function, message):
    with pytest.raises(CaseError, match=message):
        traced(function)


def test_operations_of_any_number_of_arguments_take_them():
    assert values(traced(lambda x: ops.hypot(x, 2, 3, 6)), 0) == 7


@pytest.mark.parametrize("name", ["detach", "foo"])
def test_what_a_traced_value_has_not_is_named(name):
    with pytest.raises(CaseError, match=f"a traced value has no '{name}': use the functions of diffcheck.ops"):
        traced(lambda x: getattr(ops.sin(x), name))


def test_attributes_that_others_lack_are_not_ours():
    with pytest.raises(AttributeError, match="'int' object"):
        traced(lambda x: x + (1).foo)


def test_inputs_are_numbered_in_the_order_of_the_shapes():
    program = traced(lambda y, x: x[1] - y, {"y": (), "x": (2,)})
    assert [program.nodes[i][1][0] if i >= 0 else None for i in program.inputs] == [0, None, 2]
    assert values(program, 1, 0, 5) == 4


def test_an_input_that_nothing_depends_on():
    program = traced(lambda x, y: x * 2, PAIR)
    assert program.inputs[1] == -1
    assert len(program.inputs) == 2


BRANCHES = {
    "if": (lambda x: x if x > 0 else -x, "diffcheck.ops.where"),
    "and": (lambda x: x > 0 and x < 1, "diffcheck.ops.where"),
    "not": (lambda x: not x, "diffcheck.ops.where"),
    "bool": (lambda x: bool(x), "diffcheck.ops.where"),
    "min": (lambda x: min(x, 1.0), "minimum"),
    "max": (lambda x: max(x, 1.0), "maximum"),
    "chained comparison": (lambda x: 0 < x < 1, "diffcheck.ops.where"),
    "float": (lambda x: float(x), "functions of diffcheck.ops, not of math"),
    "math": (lambda x: math.sin(x), "functions of diffcheck.ops, not of math"),
    "int": (lambda x: int(x), "functions of diffcheck.ops"),
    "index": (lambda x: [1, 2, 3][x], "functions of diffcheck.ops"),
    "range": (lambda x: list(range(x)), "functions of diffcheck.ops"),
    "traced index": (lambda x: x.reshape((1,))[x], "an index depends on an input"),
    "traced index in a tuple": (lambda x: x.reshape((1, 1))[0, x], "an index depends on an input"),
    "mask that depends on an input": (lambda x: x.reshape((1,))[x.reshape((1,)) > 0], "an index depends on an input"),
}


@pytest.mark.parametrize(("function", "message"), BRANCHES.values(), ids=BRANCHES)
def test_branches_are_named(function, message):
    with pytest.raises(BranchError, match=message):
        traced(function)


NUMPY = {
    "sin": np.sin,
    "arctan2": lambda x: np.arctan2(x, 1),
    "maximum": lambda x: np.maximum(np.ones(3), x),
    "add.reduce": np.add.reduce,
    "multiply.outer": lambda x: np.multiply.outer(x, np.ones(2)),
    "sum": np.sum,
    "mean": np.mean,
    "prod": np.prod,
    "max": np.max,
    "dot": lambda x: np.dot(np.ones(3), x),
    "inner": lambda x: np.inner(x, x),
    "norm": np.linalg.norm,
    "where": lambda x: np.where(x > 0, x, 0),
    "clip": lambda x: np.clip(x, 0, 1),
    "stack": lambda x: np.stack([x, x]),
    "concatenate": lambda x: np.concatenate([x, x]),
    "cumsum": np.cumsum,
    "asarray": np.asarray,
    "array": lambda x: np.array([x[0], 1.0]),
    "index of an array": lambda x: np.arange(3.0)[x],
    "assignment to an array": lambda x: np.zeros(3).__setitem__(0, x[0]),
}


@pytest.mark.parametrize("function", NUMPY.values(), ids=NUMPY)
def test_numpy_s_own_functions_lead_to_ours(function):
    with pytest.raises(CaseError, match=r"diffcheck\.ops"):
        traced(lambda x: function(x), VECTOR)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        pytest.param(np.sin, "numpy.sin cannot be traced: use diffcheck.ops.sin instead", id="sin"),
        pytest.param(np.arcsin, "numpy.arcsin cannot be traced: use diffcheck.ops.asin instead", id="arcsin"),
        pytest.param(np.arccosh, "numpy.arccosh cannot be traced: use diffcheck.ops.acosh instead", id="arccosh"),
    ],
)
def test_numpy_s_own_functions_are_named_as_ours(function, message):
    with pytest.raises(CaseError, match=message):
        traced(lambda x: function(x))


@pytest.mark.parametrize(
    ("function", "shapes", "message"),
    [
        pytest.param(
            lambda x, y: x + y, {"x": (2,), "y": (3,)}, r"add: shapes \(2,\) and \(3,\) do not fit together", id="add"
        ),
        pytest.param(
            lambda x, y: ops.hypot(x, y),
            {"x": (2, 3), "y": (2,)},
            r"hypot: shapes \(2, 3\) and \(2,\) do not fit",
            id="hypot",
        ),
        pytest.param(
            lambda x, y: x @ y, {"x": (2, 3), "y": (2,)}, r"shapes \(2, 3\) and \(2,\): the inner sizes", id="matmul"
        ),
        pytest.param(
            lambda x, y: ops.matmul(x, y), {"x": (2, 3), "y": (2, 3)}, r"shapes \(2, 3\) and \(2, 3\)", id="matrices"
        ),
        pytest.param(lambda x, y: x @ y, PAIR, r"shapes \(\) and \(\)", id="scalars"),
        pytest.param(
            lambda x, y: x @ y, {"x": (2, 2, 2), "y": (3, 2, 2)}, r"product of shapes \(2, 2, 2\)", id="three axes"
        ),
        pytest.param(
            lambda x, y: np.ones((2, 2)) @ x,
            {"x": (3,), "y": ()},
            r"shapes \(2, 2\) and \(3,\)",
            id="array on the left",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_named(function, shapes, message):
    with pytest.raises(CaseError, match=message):
        traced(function, shapes)


@pytest.mark.parametrize(
    "function",
    [
        pytest.param(lambda x: ops.mean(x[:0]), id="mean"),
        pytest.param(lambda x: ops.amax(x[:0]), id="amax"),
        pytest.param(lambda x: x[:0].sum(0), id="sum along an axis"),
    ],
)
def test_reducing_nothing_is_named(function):
    with pytest.raises(CaseError, match="over an empty axis"):
        traced(function, VECTOR)


def test_a_result_without_elements_is_named():
    with pytest.raises(CaseError, match=r"returns an array of shape \(0,\): nothing in it"):
        traced(lambda x: x[:0], VECTOR)


@pytest.mark.parametrize("join", [lambda x: ops.stack([0.5, x]), lambda x: ops.concatenate([[0.5], [x]])])
def test_numbers_alone_make_a_constant_array(join):
    """As a scan has them that begins with constants."""
    program = traced(lambda x: ops.sum(join(2) * x), {"x": (2,)})
    assert values(program, 1.0, 10.0) == 20.5


@pytest.mark.parametrize("join", [ops.stack, ops.concatenate])
def test_exact_constants_alone_are_not_rounded_to_an_array(join):
    with pytest.raises(CaseError, match="exact constants alone make no array"):
        join([ops.pi, ops.rational(1, 3)])


def test_a_value_kept_from_another_call_is_named():
    kept = []

    def leaking(x):
        kept.append(x)
        return x + kept[0]

    traced(leaking)
    with pytest.raises(CaseError, match="may not keep its values between calls"):
        traced(leaking)


def test_constants_reach_the_function_by_name():
    program = traced(lambda x, a, n, choose: choose(a * x, n), a=np.array([1.0, 2.0]), n=3, choose=lambda u, n: u**n)
    assert program.outputs.shape == (2,)
    assert values(program, 2).tolist() == [8, 64]


def test_a_traced_value_says_what_it_is():
    shown = []
    traced(lambda x: shown.append(repr(x)) or x, MATRIX)
    assert shown == ["<traced value of shape (2, 3)>"]


def test_tracing_twice_gives_the_same_program():
    def function(x):
        return ops.softmax(ops.sin(x) * 0.1)

    first, second = traced(function, VECTOR), traced(function, VECTOR)
    assert first.nodes == second.nodes
    assert first.outputs.tolist() == second.outputs.tolist()
