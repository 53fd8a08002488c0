"""Every engine against derivatives derived by hand; what engines must not do: leave the domain, change their inputs."""

import math
from fractions import Fraction

import numpy as np
import pytest

from diffcheck import case, interval
from diffcheck.case.operators import Operator
from diffcheck.engines.autograd import Autograd
from diffcheck.engines.base import Task
from diffcheck.engines.finite import Finite
from diffcheck.engines.symbolic import Symbolic
from diffcheck.errors import CaseError, Unsupported
from diffcheck.formats import FORMATS
from diffcheck.ops import (
    atan,
    clip,
    concatenate,
    cos,
    cosh,
    erf,
    exp,
    expm1,
    floor,
    gelu,
    gelu_tanh,
    lgamma,
    log,
    log1p,
    matmul,
    maximum,
    mse_loss,
    pi,
    rational,
    relu,
    sigmoid,
    silu,
    sin,
    sinh,
    softmax,
    softplus,
    sqrt,
    stack,
    tan,
    tanh,
    where,
)
from diffcheck.ops import (
    sum as total,
)
from diffcheck.program.trace import trace

ENGINES = {"symbolic": Symbolic(), "finite": Finite(), "autograd": Autograd()}
each_engine = pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
DERIVATIVE, GRADIENT = Operator.DERIVATIVE, Operator.GRADIENT
JACOBIAN, HESSIAN = Operator.JACOBIAN, Operator.HESSIAN
# What a correct engine reaches on these functions, relative to the largest component.
REACHED = {"symbolic": 1e-14, "finite": 1e-6, "autograd": 1e-14}

BOX = interval(-9, 9)
PAIR = interval(-9, 9, shape=2)
MATRIX = interval(-9, 9, shape=(2, 3))
VECTOR = np.array([1.0, 2.0, 3.0])


def prepared(engine, made, operator=DERIVATIVE, dtype="float64", method=""):
    program = trace(made.function, made.shapes, made.constants)
    return engine.prepare(Task(made, program, operator, engine.name, method or engine.methods[0], dtype=dtype))


def at(**point):
    return {name: np.asarray(value, dtype=np.float64) for name, value in point.items()}


# Function, inputs, operator, point, derivative by hand.
KNOWN = {
    "cubic": (lambda x: x**3 - 2 * x, {"x": BOX}, DERIVATIVE, {"x": 1.5}, [4.75]),
    "rational function": (lambda x: x / (1 + x**2), {"x": BOX}, DERIVATIVE, {"x": 2.0}, [-3 / 25]),
    "sin": (lambda x: sin(x), {"x": BOX}, DERIVATIVE, {"x": 1.0}, [math.cos(1)]),
    "x to the x": (lambda x: x**x, {"x": interval(0.5, 9)}, DERIVATIVE, {"x": 2.0}, [4 * (1 + math.log(2))]),
    "scalar to scalar at zero": (lambda x: exp(x) * cos(x), {"x": BOX}, DERIVATIVE, {"x": 0.0}, [1]),
    "relu right": (lambda x: relu(x) ** 2, {"x": BOX}, DERIVATIVE, {"x": 3.0}, [6]),
    "relu left": (lambda x: relu(x) ** 2, {"x": BOX}, DERIVATIVE, {"x": -3.0}, [0]),
    "constant": (lambda x: 0 * x + 5, {"x": BOX}, DERIVATIVE, {"x": 2.0}, [0]),
    "two scalars": (lambda x, y: x * y**2, {"x": BOX, "y": BOX}, GRADIENT, {"x": 2.0, "y": 3.0}, [9, 12]),
    "an unused input": (lambda x, y: x * x, {"x": BOX, "y": BOX}, GRADIENT, {"x": 2.0, "y": 3.0}, [4, 0]),
    "by one of two": (
        lambda x, y: x * y**2,
        {"x": BOX, "y": BOX, "wrt": "y"},
        GRADIENT,
        {"x": 2.0, "y": 3.0},
        [12],
    ),
    "rosenbrock": (
        lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2,
        {"x": PAIR},
        GRADIENT,
        {"x": [-1.0, 2.0]},
        [400 * 1 - 4, 200],
    ),
    "2 to 3": (
        lambda x, y: stack([x * y, x + y**2, x**3]),
        {"x": BOX, "y": BOX},
        JACOBIAN,
        {"x": 2.0, "y": 3.0},
        [[3, 2], [1, 6], [12, 0]],
    ),
    "a list of results": (
        lambda x: [x[0] * x[1], x[0], 3 * x[1]],
        {"x": PAIR},
        JACOBIAN,
        {"x": [2.0, 3.0]},
        [[3, 2], [1, 0], [0, 3]],
    ),
    "1 to 3": (lambda x: stack([x, x**2, 1 / x]), {"x": BOX}, JACOBIAN, {"x": 2.0}, [[1], [4], [-0.25]]),
    "matrix times constant": (
        lambda w, v: matmul(w, v),
        {"w": MATRIX, "v": VECTOR},
        JACOBIAN,
        {"w": [[1, 2, 3], [4, 5, 6]]},
        [[1, 2, 3, 0, 0, 0], [0, 0, 0, 1, 2, 3]],
    ),
    "matrix times vector": (
        lambda w, v: w @ v,
        {"w": MATRIX, "v": interval(-9, 9, shape=3)},
        JACOBIAN,
        {"w": [[1, 2, 3], [4, 5, 6]], "v": [7, 8, 9]},
        [[7, 8, 9, 0, 0, 0, 1, 2, 3], [0, 0, 0, 7, 8, 9, 4, 5, 6]],
    ),
    "matrix to matrix": (
        lambda x, y: matmul(y, x),
        {"x": interval(-9, 9, shape=(2, 1)), "y": np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])},
        JACOBIAN,
        {"x": [[1.0], [2.0]]},
        [[[1, 2]], [[3, 4]], [[5, 6]]],
    ),
    "hessian": (
        lambda x, y: x**2 * y + y**3,
        {"x": BOX, "y": BOX},
        HESSIAN,
        {"x": 2.0, "y": 3.0},
        [[6, 4], [4, 18]],
    ),
    "hessian of a scalar": (lambda x: x**4, {"x": BOX}, HESSIAN, {"x": 2.0}, [[48]]),
    "hessian of a vector and a scalar": (
        lambda x, y: x[0] * x[1] * y,
        {"x": PAIR, "y": BOX},
        HESSIAN,
        {"x": [2.0, 3.0], "y": 5.0},
        [[0, 5, 3], [5, 0, 2], [3, 2, 0]],
    ),
    "hessian by one of two": (
        lambda x, y: x**2 * y**3,
        {"x": BOX, "y": BOX, "wrt": ["y"]},
        HESSIAN,
        {"x": 2.0, "y": 1.0},
        [[24]],
    ),
    "hessian of a linear function": (
        lambda x, y: 2 * x + 3 * y,
        {"x": BOX, "y": BOX},
        HESSIAN,
        {"x": 2.0, "y": 1.0},
        [[0, 0], [0, 0]],
    ),
}
each_difference = pytest.mark.parametrize("method", ["adaptive", "central"])
each_known = pytest.mark.parametrize(("function", "inputs", "operator", "point", "expected"), KNOWN.values(), ids=KNOWN)


@each_engine
@each_known
def test_known_derivatives(engine, function, inputs, operator, point, expected):
    ready = prepared(engine, case(**inputs)(function), operator)
    expected = np.array(expected, dtype=float)
    estimate = ready.derivative(at(**point))
    value = np.asarray(estimate.value)
    assert value.dtype == np.float64
    assert value.shape == expected.shape
    reached = REACHED[engine.name] * max(1.0, np.abs(expected).max())
    assert np.abs(value - expected).max() <= reached


@each_known
@each_difference
def test_finite_differences_admit_their_error(function, inputs, operator, point, expected, method):
    estimate = prepared(ENGINES["finite"], case(**inputs)(function), operator, method=method).derivative(at(**point))
    expected = np.array(expected, dtype=float)
    assert estimate.error.shape == expected.shape
    assert (np.abs(estimate.value - expected) <= estimate.error).all()


@each_engine
@each_known
def test_calling_twice_gives_the_same_bits(engine, function, inputs, operator, point, expected):
    ready = prepared(engine, case(**inputs)(function), operator)
    here, elsewhere = at(**point), {name: np.asarray(value) + 0.125 for name, value in at(**point).items()}
    first = ready.derivative(here)
    ready.derivative(elsewhere)
    second = ready.derivative(here)
    assert np.asarray(first.value).tobytes() == np.asarray(second.value).tobytes()
    assert np.asarray(first.error).tobytes() == np.asarray(second.error).tobytes()
    assert first.function_calls == second.function_calls
    assert len(expected) > 0


@each_engine
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_constants_and_points_stay_as_they_are(engine, dtype):
    array = np.array([0.1, 0.2, 0.3])
    integers = np.array([2, 0])

    @case(x=interval(-2, 2, shape=3), a=array, scale=0.7, chosen=integers, samples=0, points=[{"x": [1, 0.5, 0.25]}])
    def function(x, a, scale, chosen):
        return mse_loss(scale * x, a) + x[chosen].sum()

    before = dict(function.constants)
    point = at(x=[1.0, 0.5, 0.25])
    prepared(engine, function, GRADIENT, dtype).derivative(point)
    assert function.constants.keys() == before.keys()
    assert all(function.constants[name] is value for name, value in before.items())
    assert function.constants["a"].tolist() == [0.1, 0.2, 0.3]
    assert function.constants["a"].dtype == np.float64
    assert function.constants["chosen"].tolist() == [2, 0]
    assert function.constants["scale"] == 0.7
    assert point["x"].tolist() == [1.0, 0.5, 0.25]


class Recorder:
    """A function that remembers the arguments and results it was called with."""

    def __init__(self, function):
        self.function = function
        self.arguments = []
        self.results = []

    def __call__(self, x):
        result = self.function(x)
        self.arguments.append(x)
        self.results.append(result)
        return result


class Batches:
    """A compiled function that remembers its points, one by one."""

    def __init__(self, function, shape):
        self.function = function
        self.shape = shape
        self.arguments = []

    def batch(self, points):
        self.arguments += [row.astype(points.dtype).reshape(self.shape)[()] for row in points]
        return self.function.batch(points)


def recorded(function, domain, operator, dtype, method):
    """A recorder that has only seen arrays, and the prepared finite differences of it."""
    recorder = Recorder(function)
    ready = prepared(ENGINES["finite"], case(x=domain)(recorder), operator, dtype, method)
    if method == "adaptive":
        region = ready._differences.region
        recorder = region.function = Batches(region.function, domain.shape)
    recorder.arguments.clear()
    return recorder, ready


DOMAINS = {
    "unit": (lambda x: sqrt(x), interval(0.0, 1.0)),
    "tenths": (lambda x: log(x), interval(0.1, 0.3)),
    "inner": (lambda x: log(1 - x * x), interval(-0.9, 0.9)),
    "narrow": (lambda x: exp(x), interval(1.0, 1.0001)),
    "far": (lambda x: sqrt(x - 1e6), interval(1e6 + 1, 1e6 + 3)),
    "negative": (lambda x: 1 / x, interval(-3.7, -0.3)),
    "small": (lambda x: log(x), interval(1e-8, 1e-6)),
    "wide": (lambda x: log(x), interval(1e-5, 1e5)),
    "log": (lambda x: log(x), interval(1e-6, 1e6, scale="log")),
    "float": (lambda x: atan(x), interval(-1e200, 1e200, scale="float")),
    "huge": (lambda x: atan(x), interval(-1.7e308, 1.7e308)),
}


@pytest.mark.parametrize(("function", "domain"), DOMAINS.values(), ids=DOMAINS)
@pytest.mark.parametrize("operator", [DERIVATIVE, HESSIAN], ids=str)
@each_difference
def test_finite_differences_stay_inside_the_domain(function, domain, operator, method):
    recorder, ready = recorded(function, domain, operator, "float64", method)
    ends = [domain.lo, np.nextafter(domain.lo, domain.hi), np.nextafter(domain.hi, domain.lo), domain.hi]
    inner = [domain.lo * (1 - t) + domain.hi * t for t in (1e-12, 1e-6, 1e-3, 0.1, 0.5, 0.9, 0.999, 1 - 1e-9)]
    for x in (*ends, *inner):
        ready.derivative(at(x=x))
    assert len(recorder.arguments) > 12
    assert [x for x in recorder.arguments if not domain.lo <= x <= domain.hi] == []


@each_difference
def test_finite_differences_stay_inside_the_domain_in_float32(method):
    # 0.1 and 0.3 are no numbers of float32: the nearest ones lie outside.
    domain = interval(0.1, 0.3)
    recorder, ready = recorded(lambda x: log(x), domain, DERIVATIVE, "float32", method)
    low, high = np.nextafter(np.float32(0.1), np.float32(1)), np.nextafter(np.float32(0.3), np.float32(0))
    for x in (low, high, np.float32(0.2), *np.linspace(low, high, 50, dtype=np.float32)):
        ready.derivative(at(x=x))
    assert all(float(np.float32(x)) == float(x) for x in recorder.arguments)
    assert [x for x in recorder.arguments if not domain.lo <= float(x) <= domain.hi] == []


@each_difference
def test_finite_differences_stay_inside_a_box(method):
    domain = interval(0.0, 1.0, shape=(2, 2))
    recorder, ready = recorded(lambda x: total(sqrt(x) * x), domain, HESSIAN, "float64", method)
    for corner in ([0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 0, 1], [0.5, 1e-9, 1 - 1e-9, 0.25]):
        ready.derivative(at(x=np.reshape(corner, (2, 2))))
    assert len(recorder.arguments) > 100
    assert {x.shape for x in recorder.arguments} == {(2, 2)}
    assert min(x.min() for x in recorder.arguments) >= 0
    assert max(x.max() for x in recorder.arguments) <= 1


@pytest.mark.parametrize(
    ("function", "derivative", "domain", "x"),
    [
        pytest.param(lambda x: x**2, lambda x: 2 * x, interval(1, 2), 1.0, id="lower"),
        pytest.param(lambda x: x**2, lambda x: 2 * x, interval(1, 2), 2.0, id="upper"),
        pytest.param(lambda x: log(x), lambda x: 1 / x, interval(0.1, 0.3), 0.1, id="log"),
        pytest.param(lambda x: x * sqrt(x), lambda x: 1.5 * math.sqrt(x), interval(0, 1), 0.0, id="root"),
    ],
)
def test_one_sided_differences_at_domain_ends(function, derivative, domain, x):
    estimate = prepared(ENGINES["finite"], case(x=domain)(function)).derivative(at(x=x))
    error = abs(float(estimate.value[0]) - derivative(x))
    assert error <= estimate.error[0]
    assert estimate.error[0] <= 1e-3


@pytest.mark.parametrize("operator", [DERIVATIVE, HESSIAN], ids=str)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@each_difference
def test_function_calls_are_counted_right(operator, dtype, method):
    recorder, ready = recorded(lambda x: sin(x) * x, interval(-2, 2), operator, dtype, method)
    for x in (0.0, 0.5, 2.0):
        recorder.arguments.clear()
        estimate = ready.derivative(at(x=x))
        assert estimate.function_calls == len(recorder.arguments)


def test_central_differences_compute_every_value_once():
    recorder, ready = recorded(lambda x: sin(x) * x, interval(-2, 2), HESSIAN, "float64", "central")
    ready.derivative(at(x=0.5))
    assert len({float(v) for v in recorder.arguments}) == len(recorder.arguments)


def test_autograd_calls_the_function_once_and_symbols_never():
    for name, expected, calls in (("autograd", 1, 1), ("symbolic", None, 0)):
        recorder = Recorder(lambda x: sin(x) * x)
        ready = prepared(ENGINES[name], case(x=BOX)(recorder))
        before = len(recorder.arguments)
        assert ready.derivative(at(x=0.5)).function_calls == expected
        assert len(recorder.arguments) - before == calls


# Smooth functions with their derivatives by hand, and where.
SMOOTH = {
    "x^2": (lambda x: x**2, lambda x: 2 * x, (-3, 3)),
    "x^5": (lambda x: x**5, lambda x: 5 * x**4, (-3, 3)),
    "1/x": (lambda x: 1 / x, lambda x: -1 / x**2, (0.01, 3)),
    "1/(1+x^2)": (lambda x: 1 / (1 + x**2), lambda x: -2 * x / (1 + x**2) ** 2, (-3, 3)),
    "runge": (lambda x: 1 / (1 + 25 * x**2), lambda x: -50 * x / (1 + 25 * x**2) ** 2, (-1, 1)),
    "sqrt": (lambda x: sqrt(x), lambda x: 0.5 / math.sqrt(x), (0.001, 10)),
    "x^1.5": (lambda x: x**1.5, lambda x: 1.5 * math.sqrt(x), (0.001, 10)),
    "exp": (lambda x: exp(x), math.exp, (-20, 20)),
    "exp(-x^2)": (lambda x: exp(-(x**2)), lambda x: -2 * x * math.exp(-(x**2)), (-4, 4)),
    "exp(sin)": (lambda x: exp(sin(x)), lambda x: math.cos(x) * math.exp(math.sin(x)), (-9, 9)),
    "expm1": (lambda x: expm1(x), math.exp, (-2, 2)),
    "log": (lambda x: log(x), lambda x: 1 / x, (0.001, 1000)),
    "log1p": (lambda x: log1p(x), lambda x: 1 / (1 + x), (-0.9, 10)),
    "x log x": (lambda x: x * log(x), lambda x: math.log(x) + 1, (0.001, 10)),
    "x^x": (lambda x: x**x, lambda x: x**x * (math.log(x) + 1), (0.1, 4)),
    "sin": (lambda x: sin(x), math.cos, (-9, 9)),
    "sin 10x": (lambda x: sin(10 * x), lambda x: 10 * math.cos(10 * x), (-3, 3)),
    "sin 100x": (lambda x: sin(100 * x), lambda x: 100 * math.cos(100 * x), (-1, 1)),
    "cos": (lambda x: cos(x), lambda x: -math.sin(x), (-9, 9)),
    "tan": (lambda x: tan(x), lambda x: 1 / math.cos(x) ** 2, (-1.4, 1.4)),
    "x sin x": (lambda x: x * sin(x), lambda x: math.sin(x) + x * math.cos(x), (-9, 9)),
    "sin(x)/x": (lambda x: sin(x) / x, lambda x: (x * math.cos(x) - math.sin(x)) / x**2, (0.1, 9)),
    "atan": (lambda x: atan(x), lambda x: 1 / (1 + x**2), (-9, 9)),
    "sinh": (lambda x: sinh(x), math.cosh, (-5, 5)),
    "cosh": (lambda x: cosh(x), math.sinh, (-5, 5)),
    "tanh": (lambda x: tanh(x), lambda x: 1 / math.cosh(x) ** 2, (-9, 9)),
    "sigmoid": (lambda x: sigmoid(x), lambda x: 0.25 / math.cosh(x / 2) ** 2, (-20, 20)),
    "softplus": (lambda x: softplus(x), lambda x: 1 / (1 + math.exp(-x)), (-20, 20)),
    "log(1+exp)": (lambda x: log(1 + exp(x)), lambda x: 1 / (1 + math.exp(-x)), (-20, 20)),
    "erf": (lambda x: erf(x), lambda x: 2 / math.sqrt(math.pi) * math.exp(-(x**2)), (-4, 4)),
    "gelu": (
        lambda x: gelu(x),
        lambda x: math.erfc(-x / math.sqrt(2)) / 2 + x * math.exp(-(x**2) / 2) / math.sqrt(2 * math.pi),
        (-4, 4),
    ),
    "cancelling": (lambda x: (1 + x) ** 3 - 1 - 3 * x, lambda x: 3 * (1 + x) ** 2 - 3, (0.001, 1)),
    "large offset": (lambda x: 1e6 + sin(x), math.cos, (-3, 3)),
    "large argument": (lambda x: sin(x), math.cos, (1000, 1010)),
}


def errors_and_estimates(dtype, points, method):
    """For every smooth function, at its ends and at random points, the true error and the estimate of it."""
    found = []
    generator = np.random.default_rng(20)
    for name, (function, derivative, (lo, hi)) in SMOOTH.items():
        ready = prepared(ENGINES["finite"], case(x=interval(lo, hi))(function), dtype=dtype, method=method)
        inside = [x for x in generator.uniform(lo, hi, points).astype(dtype).tolist() if lo < x < hi]
        for x in inside:
            estimate = ready.derivative(at(x=x))
            found.append((name, x, abs(float(estimate.value[0]) - derivative(x)), float(estimate.error[0])))
    return found


@pytest.mark.parametrize(("dtype", "points"), [("float64", 40), ("float32", 40)])
@each_difference
def test_the_error_estimate_of_finite_differences_is_honest(dtype, points, method):
    assert len(SMOOTH) >= 30
    found = errors_and_estimates(dtype, points, method)
    # The expected value is itself rounded to double precision.
    broken = [row for row in found if not row[2] <= row[3] * (1 + 1e-9) + 1e-15]
    print(f"{method} in {dtype}: {len(found) - len(broken)} of {len(found)} true errors lie within the estimate")
    assert len(found) >= 1000
    assert len(broken) <= 0.01 * len(found), broken[:10]


@each_difference
def test_the_error_estimate_of_finite_differences_is_useful(method):
    found = errors_and_estimates("float64", 10, method)
    excess = sorted(estimate / max(error, 1e-16) for _, _, error, estimate in found)
    assert excess[len(excess) // 2] < 1e3


@pytest.mark.parametrize("x", [1e-9, -1e-9, 1e-5, 1e-13, 0.0])
@each_difference
def test_finite_differences_beside_a_kink_are_honest(x, method):
    made = case(x=interval(-2, 2))(lambda x: relu(x) + x)
    estimate = prepared(ENGINES["finite"], made, method=method).derivative(at(x=x))
    value, error = float(estimate.value[0]), float(estimate.error[0])
    side = 1.0 + (x > 0)
    assert abs(value - side) <= error


# Functions of x and y = 0.5 whose pieces meet at x = 0, and their second derivatives by x and by x and y.
SEAMS = {
    "relu x times y": (lambda x, y: relu(x) * y, lambda x: [0, x > 0]),
    "abs x times y": (lambda x, y: abs(x) * y, lambda x: [0, np.sign(x)]),
    "square of relu x times y": (lambda x, y: relu(x) ** 2 * y, lambda x: [float(x > 0), 2 * max(x, 0)]),
    "square of the larger": (lambda x, y: maximum(x, y - 0.5) ** 2, lambda x: [2 * (x > 0), 0]),
}


@pytest.mark.parametrize("x", [1.3e-3, -1.3e-3, 1.3e-5, -1.3e-7, 1.3e-9])
@pytest.mark.parametrize(("function", "row"), SEAMS.values(), ids=SEAMS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_second_differences_beside_a_seam_are_honest(function, row, x, dtype):
    x = float(np.dtype(dtype).type(x))
    made = case(x=interval(-2, 2), y=interval(-2, 2))(function)
    estimate = prepared(ENGINES["finite"], made, HESSIAN, dtype, "adaptive").derivative(at(x=x, y=0.5))
    assert np.all(np.abs(estimate.value[0] - row(x)) <= estimate.error[0])


FLOAT32 = {
    "double literal": lambda x: 0.1 * x * x,
    "pi": lambda x: pi * x * x,
    "root of two": lambda x: x * x / sqrt(2),
    "third": lambda x: rational(1, 3) * x**2,
    "where": lambda x: where(x > 0.3, x * x, 0.1),
    "maximum": lambda x: maximum(x, 0.1) ** 2,
    "clip": lambda x: clip(x, -0.1, pi) ** 2,
    "gelu_tanh": lambda x: gelu_tanh(x),
    "gelu": lambda x: gelu(x),
    "silu": lambda x: silu(x),
    "softmax": lambda x: softmax(stack([x, 2 * x]))[0],
    "concatenate": lambda x: concatenate([x.reshape((1,)), x.reshape((1,)) ** 2]).sum(),
    "lgamma": lambda x: lgamma(x),
    "stacked constant": lambda x: stack([x, pi, 0.1]).sum() * x,
}


@pytest.mark.parametrize("function", FLOAT32.values(), ids=FLOAT32)
def test_numpy_stays_in_float32(function):
    recorder, ready = recorded(function, interval(0.1, 2), DERIVATIVE, "float32", "central")
    recorder.results.clear()
    ready.derivative(at(x=0.75))
    assert {np.asarray(r).dtype for r in recorder.results} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", ["symbolic", "autograd"])
@pytest.mark.parametrize("function", FLOAT32.values(), ids=FLOAT32)
def test_float32_results_are_float32_numbers_near_the_double_ones(name, function):
    made = case(x=interval(0.1, 2))(function)
    (single,) = prepared(ENGINES[name], made, dtype="float32").derivative(at(x=0.75)).value
    (double,) = prepared(ENGINES[name], made, dtype="float64").derivative(at(x=0.75)).value
    assert float(np.float32(single)) == float(single)
    assert single == pytest.approx(double, rel=1e-5)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32", "float64"])
def test_autograd_results_are_numbers_of_the_dtype(dtype):
    ready = prepared(ENGINES["autograd"], case(x=BOX)(lambda x: sin(x) * 0.1), dtype=dtype)
    (value,) = ready.derivative(at(x=0.75)).value
    assert FORMATS[dtype].holds(Fraction(float(value)))
    assert value == pytest.approx(0.1 * math.cos(0.75), rel=8 * FORMATS[dtype].unit_roundoff)


@pytest.mark.parametrize("name", ["symbolic", "finite"])
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_numpy_has_no_such_arithmetic(name, dtype):
    with pytest.raises(Unsupported, match=f"NumPy has no {dtype} arithmetic"):
        prepared(ENGINES[name], case(x=BOX)(lambda x: sin(x)), dtype=dtype)


def test_a_domain_of_one_number_has_no_differences():
    with pytest.raises(Unsupported, match="the single number 1"):
        prepared(ENGINES["finite"], case(x=interval(1, 1))(lambda x: sin(x)))


def test_a_domain_that_holds_no_two_steps_has_no_differences():
    ready = prepared(ENGINES["finite"], case(x=interval(1, 1 + 1e-15))(lambda x: sin(x)))
    with pytest.raises(Unsupported, match="too narrow"):
        ready.derivative(at(x=1.0))


def test_symbols_say_what_they_cannot_do():
    with pytest.raises(Unsupported, match="no floating-point value"):
        prepared(ENGINES["symbolic"], case(x=BOX)(lambda x: floor(x) * x))


@each_engine
def test_devices(engine):
    assert engine.available("cpu") is None
    assert engine.available("tpu") is not None


@pytest.mark.parametrize(("name", "method"), [("finite", "central"), ("autograd", "reverse")])
def test_a_result_of_another_shape_than_traced_is_named(name, method):
    def function(x):
        return [x * x, x.reshape((1,)) * x][hasattr(x, "__array_interface__") or hasattr(x, "requires_grad")]

    ready = prepared(ENGINES[name], case(x=BOX)(function), method=method)
    with pytest.raises(CaseError, match=r"returns shape \(1,\), traced it was \(\)"):
        ready.derivative(at(x=1.0))


@each_engine
def test_what_is_timed_is_the_derivative_and_the_function(engine):
    ready = prepared(engine, case(x=BOX)(lambda x: x**3))
    clockwork = ready.clockwork(at(x=2.0))
    assert clockwork.derivative() is not None
    assert float(np.ravel(np.asarray(clockwork.primal()))[0]) == 8.0


@each_engine
def test_versions_are_named(engine):
    versions = engine.versions()
    assert versions != {}
    assert all(isinstance(text, str) for pair in versions.items() for text in pair)


def test_an_implementation_of_the_user_s_own_is_differentiated_instead():
    made = case(x=BOX, implementations={"autograd": lambda x: 2 * x * x})(lambda x: x * x)
    assert prepared(ENGINES["autograd"], made).derivative(at(x=3.0)).value.tolist() == [12.0]
    assert prepared(ENGINES["symbolic"], made).derivative(at(x=3.0)).value.tolist() == [6.0]


ANALYTIC = {name: row for name, row in SMOOTH.items() if name not in {"sigmoid", "softplus", "gelu"}}


@pytest.mark.parametrize(("function", "derivative", "ends"), ANALYTIC.values(), ids=ANALYTIC)
def test_the_complex_step_loses_no_digits(function, derivative, ends):
    ready = prepared(ENGINES["finite"], case(x=interval(*ends))(function), method="complex")
    for x in np.linspace(*ends, 8)[1:-1].tolist():
        estimate = ready.derivative(at(x=x))
        condition = abs(derivative(x)) + abs(derivative(x * (1 + 1e-6)) - derivative(x)) / 1e-6
        assert float(estimate.value[0]) == pytest.approx(derivative(x), abs=1e-13 * (1 + condition))
        assert estimate.function_calls == 1


def test_the_complex_step_of_a_hessian():
    made = case(x=interval(0.5, 3, shape=2))(lambda x: exp(x[0]) * x[1] ** 3)
    ready = prepared(ENGINES["finite"], made, HESSIAN, method="complex")
    found = ready.derivative(at(x=[1.0, 2.0]))
    expected = math.e * np.array([[8, 12], [12, 12]])
    assert found.value == pytest.approx(expected, rel=1e-11)
    assert (abs(found.value - expected) <= found.error).all()


@pytest.mark.parametrize(
    ("function", "reason"),
    [(lambda x: relu(x), "maximum is made of pieces"), (lambda x: sigmoid(x), "no sigmoid of complex numbers")],
)
def test_the_complex_step_wants_an_analytic_function(function, reason):
    with pytest.raises(Unsupported, match=reason):
        prepared(ENGINES["finite"], case(x=BOX)(function), method="complex")


def test_many_points_at_once_are_the_same_as_one_after_the_other():
    made = case(x=interval(-2, 2, shape=3))(lambda x: stack([exp(x[0]) * x[1], sin(x[2]) / (2 + x[0])]))
    differences = prepared(ENGINES["finite"], made, JACOBIAN)._differences
    points = np.random.default_rng(3).uniform(-2, 2, (20, 3))
    together = differences.at(points)
    assert together.value.shape == together.error.shape == (20, 3, 2)
    for k, point in enumerate(points):
        alone = differences.at(point[None])
        assert together.value[k] == pytest.approx(alone.value[0], rel=1e-12, abs=1e-12)


def test_differences_at_many_points_are_those_at_each():
    made = case(x=interval(-2, 2, shape=3))(lambda x: exp(sin(x)).sum() * x[0])
    engine = prepared(Finite(), made, GRADIENT)
    places = [at(x=np.array([0.1, -1.5, k / 7])) for k in range(5)]
    for together, point in zip(engine.derivatives(places), places, strict=True):
        alone = engine.derivative(point)
        assert together.value == pytest.approx(alone.value, rel=1e-14)
        assert together.error == pytest.approx(alone.error, rel=0.5, abs=1e-12)
        assert together.function_calls == alone.function_calls
