"""Operators of all orders and contractions: rows, their truths against mpmath and closed forms, and all engines."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from prepared import ENGINES, at

from diffcheck import case, check, interval, ops, run
from diffcheck.case.operators import OPERATORS, Operator
from diffcheck.engines.base import Task
from diffcheck.engines.symbolic.chain_rule import derivative_program
from diffcheck.errors import CaseError, Unsupported
from diffcheck.formats import FORMATS
from diffcheck.ops import atan, cos, erf, exp, gelu, lgamma, log, maximum, relu, sin, softplus, sqrt, stack, tanh
from diffcheck.ops.enclosures import balls
from diffcheck.program.products import derivative, weighted
from diffcheck.program.scalarise import Lowered
from diffcheck.program.trace import trace
from diffcheck.referee import ladder
from diffcheck.referee.arrays.certify import ArrayReferee
from diffcheck.referee.component import Status
from diffcheck.referee.rounding.bounds import Bounds
from diffcheck.referee.truth import Referee

mpmath.mp.dps = 80

ORDERS = range(2, 7)


def agrees(enclosure, expected):
    """Whether an enclosure is the number that mpmath has, to 28 digits."""
    found = mpmath.mpf(enclosure.mid().str(60, radius=False))
    return abs(found - expected) <= mpmath.mpf(10) ** -28 * abs(expected) + mpmath.mpf(10) ** -60


# A function, the same in mpmath, and points, hard ones among them.
CURVES = {
    "exp(sin)": (lambda x: exp(sin(x)), lambda x: mpmath.exp(mpmath.sin(x)), (0.7, -3.2, 0.0)),
    "tanh": (lambda x: tanh(x), mpmath.tanh, (0.5, 20.0, 0.0, 1e-8, -40.0)),
    "log(1+exp)": (lambda x: log(1 + exp(x)), lambda x: mpmath.log(1 + mpmath.exp(x)), (0.3, -30.0, 30.0)),
    "softplus": (lambda x: softplus(x), lambda x: mpmath.log(1 + mpmath.exp(x)), (0.3, -30.0, 30.0, 0.0)),
    "x^2.5": (lambda x: x**2.5, lambda x: mpmath.power(x, 2.5), (0.3, 1e-6, 1e6)),
    "runge": (lambda x: 1 / (1 + 25 * x**2), lambda x: 1 / (1 + 25 * x**2), (0.3, 0.0, 1e-10)),
    "sin(x)/x": (lambda x: sin(x) / x, lambda x: mpmath.sin(x) / x, (0.3, 1e-8)),
    "erf": (lambda x: erf(x), mpmath.erf, (0.3, 5.0)),
    "lgamma": (lambda x: lgamma(x), mpmath.loggamma, (0.3, 7.5)),
    "gelu": (lambda x: gelu(x), lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2, (0.3, -6.0)),
    "x^x": (lambda x: x**x, lambda x: x**x, (0.3, 2.0)),
    "a mixture": (
        lambda x: exp(-x * x) * cos(3 * x) * sqrt(1 + x * x) / (2 + tanh(x)) + atan(x * x),
        lambda x: (
            mpmath.exp(-x * x) * mpmath.cos(3 * x) * mpmath.sqrt(1 + x * x) / (2 + mpmath.tanh(x)) + mpmath.atan(x * x)
        ),
        (0.3, -1.1),
    ),
}
each_curve = pytest.mark.parametrize(("function", "book", "points"), CURVES.values(), ids=CURVES)


@pytest.mark.parametrize("order", ORDERS)
@each_curve
def test_derivatives_of_every_order_are_certified_and_confirmed(function, book, points, order):
    referee = Referee(trace(function, {"x": ()}, {}), OPERATORS[f"derivative{order}"], [0])
    bounds = Bounds(referee)
    for x in points:
        truth = referee.truth([x])
        (component,), (bound,) = truth.components, bounds.at(truth, [x], FORMATS["float64"])
        assert component.status is Status.CERTIFIED
        assert truth.confirmed == (True,)
        assert agrees(component.left, mpmath.diff(book, mpmath.mpf(x), order)), x
        assert bound.inherent > 0


# Functions of (x, y, z) with several results and one, over `ops` and in mpmath.
DIRECTION = (0.5, -1.25, 2.0)
WEIGHTS = (1.5, -0.25)
SEVERAL = (
    lambda x, y, z: [exp(x * y) * z, sin(x) / (1 + z * z)],
    lambda x, y, z: [mpmath.exp(x * y) * z, mpmath.sin(x) / (1 + z * z)],
)
ONE = (
    lambda x, y, z: exp(x * y) + tanh(z * x) * y**3,
    lambda x, y, z: mpmath.exp(x * y) + mpmath.tanh(z * x) * y**3,
)
PLACES = {
    "ordinary": (0.3, -0.7, 1.5),
    "zero": (0.0, 0.0, 0.0),
    "a tail": (2.0, -9.0, 15.0),
    "tiny": (1e-9, 1e-9, -1e-9),
}
each_place = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)


def truth_of(function, name, place, direction=DIRECTION, weights=WEIGHTS):
    program = trace(function, dict.fromkeys("xyz"[: len(place)], ()), {})
    return Referee(program, OPERATORS[name].aimed(direction, weights), range(len(place))).truth(place)


def book_gradient(function, place):
    """All first derivatives of a function of several numbers."""
    point = tuple(map(mpmath.mpf, place))
    return [mpmath.diff(function, point, tuple(int(j == k) for j in range(len(place)))) for k in range(len(place))]


def along(function, place, order=1):
    """The derivative of an order along the direction."""
    return mpmath.diff(
        lambda t: function(*(mpmath.mpf(x) + t * d for x, d in zip(place, DIRECTION, strict=True))), 0, order
    )


@each_place
def test_jvp(place):
    truth = truth_of(SEVERAL[0], "jvp", place)
    assert truth.confirmed == (True, True)
    for k, component in enumerate(truth.components):
        assert agrees(component.left, along(lambda *x, k=k: SEVERAL[1](*x)[k], place))


@each_place
def test_vjp(place):
    truth = truth_of(SEVERAL[0], "vjp", place)
    assert truth.confirmed == (True, True, True)
    weighed = lambda *x: sum(w * f for w, f in zip(WEIGHTS, SEVERAL[1](*x), strict=True))  # noqa: E731
    for component, expected in zip(truth.components, book_gradient(weighed, place), strict=True):
        assert agrees(component.left, expected)


@each_place
def test_hvp(place):
    truth = truth_of(ONE[0], "hvp", place)
    assert truth.confirmed == (True, True, True)
    for k, component in enumerate(truth.components):
        by_k = lambda *x, k=k: mpmath.diff(ONE[1], x, tuple(int(j == k) for j in range(3)))  # noqa: E731
        assert agrees(component.left, along(by_k, place))


# What a direction sees where pieces meet: function, operator, point, direction, status, left and right.
SIDES = {
    "across a kink": (lambda x, y: abs(x) + y, "jvp", (0, 1), (0.5, 2), Status.KINK, 1.5, 2.5),
    "across it backwards": (lambda x, y: abs(x) + y, "jvp", (0, 1), (-0.5, 2), Status.KINK, 1.5, 2.5),
    "along its edge": (lambda x, y: abs(x) * y + y, "jvp", (0, 1), (0, 2), Status.CERTIFIED, 2, 2),
    "along a diagonal": (lambda x, y: abs(x - y) + x, "jvp", (1, 1), (0.75, 0.75), Status.CERTIFIED, 0.75, 0.75),
    "across a diagonal": (lambda x, y: abs(x - y) + x, "jvp", (1, 1), (1, 0.5), Status.KINK, 0.5, 1.5),
    "one way out": (lambda x, y: x * sqrt(x) + y, "jvp", (0, 1), (0.5, 2), Status.ONE_SIDED, 2, 2),
    "a corner of relus": (lambda x, y: relu(x) + relu(y), "jvp", (0, 0), (1, -0.5), Status.KINK, -0.5, 1),
    "smooth by one, hessian with a kink": (lambda x: relu(x) ** 2, "hvp", (0,), (0.5,), Status.KINK, 0, 1),
    "the same backwards": (lambda x: relu(x) ** 2, "hvp", (0,), (-0.5,), Status.KINK, -1, 0),
    "a join": (lambda x: relu(x) ** 3, "hvp", (0,), (0.5,), Status.CERTIFIED, 0, 0),
    "third, a kink below": (lambda x: relu(x) ** 3, "derivative3", (0,), (), Status.KINK, 0, 6),
    "fifth at a join": (lambda x: relu(x) ** 6 + x**5, "derivative5", (0,), (), Status.CERTIFIED, 120, 120),
    "fourth of a maximum": (lambda x: maximum(x, 0) ** 4 + x, "derivative4", (0,), (), Status.KINK, 0, 24),
}


@pytest.mark.parametrize(
    ("function", "name", "place", "direction", "status", "left", "right"), SIDES.values(), ids=SIDES
)
def test_sides(function, name, place, direction, status, left, right):
    component = truth_of(function, name, list(map(float, place)), direction).components[0]
    assert component.status is status
    assert (float(component.left.mid()), float(component.right.mid())) == (left, right)


MISSING = {
    "no tangent": (lambda x, y: sqrt(x) + y, "jvp", (0, 1), (0.5, 2)),
    "no gradient to move along": (lambda x: abs(x), "hvp", (0,), (0.5,)),
    "a jump of the second derivative": (lambda x: relu(x) ** 2, "derivative3", (0,), ()),
    "a pole of the fourth": (lambda x: x**3 * sqrt(x), "derivative4", (0,), ()),
}


@pytest.mark.parametrize(("function", "name", "place", "direction"), MISSING.values(), ids=MISSING)
def test_no_derivative(function, name, place, direction):
    component = truth_of(function, name, list(map(float, place)), direction).components[0]
    assert component.status is Status.UNDEFINED


def test_sides_of_a_weighted_sum():
    # |x| - |x| has a derivative, 3 |x| / 2 - |x| / 4 has two.
    smooth = truth_of(lambda x: [abs(x), abs(x)], "vjp", [0.0], (), (1, -1)).components[0]
    assert (smooth.status, smooth.left) == (Status.CERTIFIED, 0)
    kink = truth_of(lambda x: [abs(x), abs(x)], "vjp", [0.0], (), WEIGHTS).components[0]
    assert (kink.status, kink.left, kink.right) == (Status.KINK, -1.25, 1.25)


def test_products_with_a_hessian_at_a_join_are_those_of_its_rows():
    # Twice differentiable in all directions: relu(x)^3 y, at x = 0.
    truth = truth_of(lambda x, y: relu(x) ** 3 * y + x * y**2, "hvp", [0.0, 0.5], (0.5, -2.0))
    assert [float(c.left.mid()) for c in truth.components] == [2 * 0.5 * -2.0, 2 * 0.5 * 0.5 + 0]
    assert {c.status for c in truth.components} == {Status.CERTIFIED}


# Products with a Hessian that has no entries of its own: function, point, direction, sides of both components (one
# number where they are the same).
BESIDE = {
    "across a join of two pieces": (lambda x, y: relu(x) ** 2 * y, (0, 2), (0.5, -1.75), ((0, 2), 0)),
    "where the slopes vanish": (lambda x, y: maximum(x + 1, 1) ** 2 * y, (0, 0), (1.25, -1.75), ((0, -3.5), (0, 2.5))),
    "across a diagonal": (lambda x, y: relu(x - y) ** 2, (0.5, 0.5), (1, -1), ((0, 4), (0, -4))),
    "into a quadrant": (lambda x, y: relu(x) * relu(y), (0, 0), (1, 1), ((0, 1), (0, 1))),
    "past a quadrant": (lambda x, y: relu(x) * relu(y), (0, 0), (1, -1), (0, 0)),
    "one way out": (lambda x, y: sqrt(x) * x**2 + y * y, (0, 1), (1, -1), (0, -2)),
}


@pytest.mark.parametrize(("function", "place", "direction", "expected"), BESIDE.values(), ids=BESIDE)
def test_products_with_a_hessian_are_seen_along_the_direction(function, place, direction, expected):
    truth = truth_of(function, "hvp", list(map(float, place)), direction)
    found = [(float(c.left.mid()), float(c.right.mid())) for c in truth.components]
    assert found == [sides if isinstance(sides, tuple) else (sides, sides) for sides in expected]
    assert truth.confirmed == (True, True)


def test_a_product_along_a_seam_is_uncertain_and_says_why():
    component = truth_of(lambda x, y: relu(x - y) ** 2, "hvp", [0.5, 0.5], (1, 1)).components[0]
    assert component.status is Status.UNCERTAIN
    assert component.reason.startswith("along the direction nothing is known: ")


# Arrays.
RNG = np.random.default_rng(5)
A, B = RNG.uniform(-1, 1, (4, 3)), RNG.uniform(-1, 1, (2, 4))
GRAPHS = {
    "network": lambda x: B @ tanh(A @ x),
    "log softmax": lambda x: ops.log_softmax(A @ x),
    "pieces": lambda x: ops.sum(relu(A @ x) ** 3 * exp(x[0])),
    "branch not taken": lambda x: ops.sum(ops.where(x > 0.1, sqrt(abs(x)), exp(x)) * x),
    "linear": lambda x: A @ x,
}


@pytest.mark.parametrize("name", ["jvp", "vjp", "hvp"])
@pytest.mark.parametrize("function", GRAPHS.values(), ids=GRAPHS)
def test_arrays_certify_what_the_contracted_tensor_is(function, name):
    point = [0.3, -0.7, 1.1]
    program = trace(function, {"x": (3,)}, {})
    weights = (0.5, -1.25, 0.75, 1.5)[: program.size]
    operator = OPERATORS[name].aimed(DIRECTION, weights)
    scalar = weighted(program, weights)
    of = scalar if operator.weighted or operator.one_output else program
    found = ArrayReferee(of.graph, operator.of_one_output, range(3)).at(point, ladder.ON_ARRAYS)
    whole = Referee(of, operator.of_one_output.whole, range(3)).of_numbers(point).components
    tensor = [c.left for c in whole]
    if operator.along:
        tensor = [
            sum(balls.ball(Fraction(d)) * t for d, t in zip(DIRECTION, tensor[k : k + 3], strict=True))
            for k in range(0, len(tensor), 3)
        ]
    assert isinstance(of, Lowered)
    assert all(found.confirmed)
    assert found.enclosed.shape == operator.of_one_output.shape(of.shape, 3)
    for ball, expected in zip(found.enclosed.ravel().tolist(), tensor, strict=True):
        assert ball.overlaps(expected)


# Engines: what each method says of each operator, at a point where every one has digits.
METHODS = [
    (engine.name, method)
    for engine in ENGINES.values()
    for method in engine.methods
    if method not in ("compiled", "autocast", "tf32")
]
TASKS = {
    **{f"derivative{n}": (lambda x: exp(sin(x)) * x, {"x": interval(-2, 2)}, {"x": 0.7}) for n in ORDERS},
    "jvp": (
        lambda x: stack([exp(x[0] * x[1]), sin(x[2]) * x[0]]),
        {"x": interval(-2, 2, shape=3)},
        {"x": [0.3, -0.7, 1.5]},
    ),
    "vjp": (
        lambda x: stack([exp(x[0] * x[1]), sin(x[2]) * x[0]]),
        {"x": interval(-2, 2, shape=3)},
        {"x": [0.3, -0.7, 1.5]},
    ),
    "hvp": (
        lambda x: exp(x[0] * x[1]) + sin(x[2]) * x[0],
        {"x": interval(-2, 2, shape=3)},
        {"x": [0.3, -0.7, 1.5]},
    ),
}


def asked(name, engine, method, dtype="float64"):
    """What a method says, its estimate of the error, and the certified truth."""
    function, inputs, point = TASKS[name]
    made = case(**inputs)(function)
    program = trace(made.function, made.shapes, made.constants)
    operator = made.aimed(OPERATORS[name], program.shape)
    task = Task(made, program, operator, engine, method, dtype=dtype)
    estimate = ENGINES[engine].prepare(task).derivative(at(**point))
    x = np.ravel(point["x"]).tolist()
    truth = Referee(program, operator, made.wrt_positions).truth(x)
    assert estimate.value.shape == task.shape
    return estimate, np.array([float(c.left.mid()) for c in truth.components]).reshape(task.shape)


@pytest.mark.parametrize(("engine", "method"), METHODS, ids=[":".join(m) for m in METHODS])
@pytest.mark.parametrize("name", TASKS)
def test_every_method_computes_every_operator(name, engine, method):
    estimate, truth = asked(name, engine, method)
    error = np.abs(estimate.value - truth)
    if engine == "finite":
        # What a value of this size is rounded by is no error of the method.
        assert (error <= estimate.error + 2**-50 * np.abs(truth)).all()
        assert (estimate.error <= 0.1 * np.abs(truth).max()).all()
    else:
        np.testing.assert_allclose(estimate.value, truth, rtol=1e-12)


@pytest.mark.parametrize("name", ["derivative3", "jvp", "vjp", "hvp"])
@pytest.mark.parametrize("engine", ["symbolic", "autograd"])
def test_single_precision(name, engine):
    estimate, truth = asked(name, engine, ENGINES[engine].methods[0], "float32")
    np.testing.assert_allclose(estimate.value, truth, rtol=1e-5)


def test_products_cost_a_small_multiple_of_the_function():
    matrix = np.random.default_rng(0).normal(size=(9, 9))
    for function, name, times in (
        (lambda x: tanh(matrix @ tanh(matrix @ x)), "jvp", 4),
        (lambda x: tanh(matrix @ tanh(matrix @ x)), "vjp", 4),
        (lambda x: ops.sum(tanh(matrix @ tanh(matrix @ x))), "hvp", 12),
    ):
        program = trace(function, {"x": (9,)}, {})
        operator = OPERATORS[name].aimed(range(1, 10), range(1, 10))
        assert derivative_program(program, operator, range(9)).operations <= times * program.operations
        of = weighted(program, operator.weights) if operator.weighted else program
        graph = derivative(of.graph, range(9), operator.full, [operator.direction] * operator.along)
        assert graph.operations <= times * program.operations


def differences(function, name, point, dtype="float64", method="adaptive", **inputs):
    """What finite differences say, and the certified truth."""
    made = case(**inputs)(function)
    program = trace(made.function, made.shapes, made.constants)
    operator = made.aimed(OPERATORS[name], program.shape)
    task = Task(made, program, operator, "finite", method, dtype=dtype)
    estimate = ENGINES["finite"].prepare(task).derivative(at(**point))
    x = np.concatenate([np.ravel(v) for v in point.values()]).tolist()
    truth = Referee(program, operator, made.wrt_positions).truth(x).components
    return estimate, np.array([float(c.left.mid()) for c in truth]).reshape(task.shape)


@pytest.mark.parametrize("method", ["adaptive", "central"])
def test_a_direction_takes_as_many_evaluations_whatever_the_number_of_inputs(method):
    def calls(n):
        found, _ = differences(
            lambda x: ops.sum(sin(x)), "jvp", {"x": np.full(n, 0.3)}, method=method, x=interval(-3, 3, shape=n)
        )
        return found.function_calls

    assert calls(50) == calls(3)


# Where the direction leads out of the domain on both sides, on one, far from one, and where inputs differ in size.
HARD_LINES = {
    "a corner": ([1.0, -1.0], [1, 1], (-1, 1)),
    "an end": ([1.0, 0.3], [1, 1], (-1, 1)),
    "large": ([1e6, -3e6], [1, -0.5], (-1e7, 1e7)),
    "two sizes": ([1e6, 0.3], [1, -0.5], (-1e7, 1e7)),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("point", "direction", "ends"), HARD_LINES.values(), ids=HARD_LINES)
def test_differences_along_a_direction_are_honest(point, direction, ends, dtype):
    def function(x):
        return sin(x[0] * 1e-6) * cos(x[1]) + x[1] ** 2

    found, truth = differences(
        function, "jvp", {"x": point}, dtype, x=interval(*ends, shape=2), directions={"x": direction}
    )
    assert np.abs(found.value - truth) <= found.error
    assert found.error <= (1e-4 if dtype == "float64" else 1.0) * np.abs(truth)


HARD_ORDERS = {
    "an end of the domain": (lambda x: exp(2 * x), 1.0, interval(-1, 1)),
    "beside a kink": (lambda x: relu(x) ** 3 + x**4, 1e-10, interval(-1, 1)),
    "a seam in reach": (lambda x: relu(x) ** 5 + exp(x), 0.01, interval(-1, 1)),
    "fast": (lambda x: sin(100 * x), 0.3, interval(-1, 1)),
    "far from zero": (lambda x: sin(x), 1000.0, interval(900, 1100)),
    "small": (lambda x: log(x), 1e-5, interval(1e-6, 1, scale="log")),
}


@pytest.mark.parametrize(("order", "dtype"), [(3, "float32"), (4, "float32"), *((n, "float64") for n in range(3, 7))])
@pytest.mark.parametrize(("function", "x", "domain"), HARD_ORDERS.values(), ids=HARD_ORDERS)
def test_differences_of_higher_orders_are_honest(function, x, domain, order, dtype):
    x = float(np.dtype(dtype).type(x))
    found, truth = differences(function, f"derivative{order}", {"x": x}, dtype, x=domain)
    assert np.abs(found.value - truth) <= found.error


@pytest.mark.parametrize("order", [5, 6])
def test_differences_that_rounding_leaves_no_digit_of_are_not_taken(order):
    with pytest.raises(Unsupported, match=f"in float32 rounding leaves no digit of a difference of order {order}"):
        differences(lambda x: sin(x), f"derivative{order}", {"x": 0.5}, "float32", x=interval(-1, 1))


def test_a_product_with_a_large_hessian_is_not_differenced():
    with pytest.raises(Unsupported, match="hvp of 400 inputs is made of 80,200 second differences"):
        differences(lambda x: ops.sum(x**3), "hvp", {"x": np.zeros(400)}, x=interval(-1, 1, shape=400))


# Cases.
def test_directions_are_the_same_in_every_run_and_those_of_no_other_case():
    made = case(x=interval(-1, 1, shape=4), y=interval(-1, 1))(lambda x, y: x * y)
    drawn = [made.aimed(OPERATORS[name], (4,)) for name in ("jvp", "vjp", "jvp")]
    assert drawn[0] == drawn[2]
    assert len(drawn[0].direction) == 5
    assert len(drawn[1].weights) == 4
    assert len(set(drawn[0].direction)) > 1
    other = case(name="other", x=interval(-1, 1, shape=4), y=interval(-1, 1))(lambda x, y: x * y)
    assert other.aimed(OPERATORS["jvp"], (4,)).direction != drawn[0].direction
    for v in drawn[0].direction + drawn[1].weights:
        assert all(format.holds(Fraction(v)) for format in FORMATS.values())
        assert v != 0


def test_what_is_given_is_used_and_told():
    table = check(
        lambda x, y: stack([x[0] * y, x[1]]),
        x=interval(1, 2, shape=2),
        y=interval(1, 2),
        operators=("jvp", "vjp", "jacobian"),
        directions={"x": [2, -0.5]},
        output_weights=[0.25, -3],
        engines=["autograd"],
        samples=1,
    ).frame.set_index("operator")
    assert set(table.verdict) == {"agree"}
    assert table.note["jvp"] == "direction x = [2, -0.5], y = 0"
    assert table.note["vjp"] == "weights = [0.25, -3]"
    assert table.note["jacobian"] == ""
    assert table.worst_component["jvp"] in ("[0] along the direction", "[1] along the direction")


MISTAKES = {
    "no such input": ({"directions": {"z": 1}}, "directions names 'z'; differentiated by are x"),
    "no mapping": ({"directions": [1, 2]}, "it must map an input to its direction"),
    "another shape": ({"directions": {"x": [1.0]}}, r"the direction of x has shape \(1,\), the input has \(2,\)"),
    "a tenth": ({"directions": {"x": [0.1, 1]}}, "the direction of x has 0.1: it must be a number that every format"),
    "zero": ({"directions": {"x": [0, 0]}}, "directions is zero"),
    "text": ({"output_weights": "one"}, "output_weights is 'one': it must be a number"),
    "infinite": ({"output_weights": [math.inf]}, "output_weights has inf"),
}


@pytest.mark.parametrize(("given", "said"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_told(given, said):
    with pytest.raises(CaseError, match=said):
        case(x=interval(0, 1, shape=2), **given)(lambda x: x)


def test_weights_of_another_shape_are_told_when_the_result_is_known():
    table = check(lambda x: stack([x, x]), x=interval(0, 1), operators="vjp", output_weights=[1, 2, 3], samples=1).frame
    assert set(table.verdict) == {"error"}
    assert "output_weights has shape (3,), the function returns shape (2,)" in table.note[0]


def test_operators_that_do_not_fit_are_told():
    for name, said in (("derivative3", "needs one scalar input to differentiate by"), ("hvp", "needs a scalar result")):
        function = ops.sum if name == "derivative3" else lambda x: x
        table = check(function, x=interval(0, 1, shape=2), operators=name, samples=1, engines=["symbolic"]).frame
        assert table.verdict.tolist() == ["error"]
        assert said in table.note[0]


def test_shapes_follow_from_the_row():
    shapes = {name: operator.shape((), 3) for name, operator in OPERATORS.items()}
    assert shapes["hessian"] == (3, 3)
    assert shapes["hvp"] == shapes["vjp"] == shapes["gradient"] == (3,)
    assert shapes["jvp"] == ()
    assert Operator.JACOBIAN.shape((2, 5), 3) == (2, 5, 3)
    assert [OPERATORS[name].order for name in ("derivative", "derivative6", "jvp", "hvp")] == [1, 6, 1, 2]


def test_the_command_line_chooses_by_name_and_the_results_have_it():
    table = run(
        "cases/higher_order.py::anharmonic_lennard_jones",
        operators=["derivative3"],
        engines=["autograd"],
        samples=0,
        timing=False,
    )
    assert table[["operator", "verdict", "components"]].values.tolist() == [["derivative3", "agree", 1]]
