"""Finite differences: they stay in the domain, count what they evaluate, and are the same however they are asked."""

import math

import numpy as np
import pytest
from prepared import BOX, DERIVATIVE, ENGINES, FLOAT32, GRADIENT, HESSIAN, JACOBIAN, SMOOTH, Recorder, at, prepared

from diffcheck import case, interval
from diffcheck.engines.finite import Finite
from diffcheck.errors import Unsupported
from diffcheck.ops import (
    atan,
    exp,
    log,
    relu,
    sigmoid,
    sin,
    sqrt,
    stack,
)
from diffcheck.ops import (
    sum as total,
)

each_difference = pytest.mark.parametrize("method", ["adaptive", "central"])


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
    """A recorder that has only seen arrays, one for the function rounded at random, and their finite differences."""
    recorder = Recorder(function)
    ready = prepared(ENGINES["finite"], case(x=domain)(recorder), operator, dtype, method)
    region = ready._differences.region
    if method == "adaptive":
        recorder = region.function = Batches(region.function, domain.shape)
    rounded = region.rounded = Batches(region.rounded, domain.shape)
    recorder.arguments.clear()
    return recorder, rounded, ready


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
    recorder, rounded, ready = recorded(function, domain, operator, "float64", method)
    ends = [domain.lo, np.nextafter(domain.lo, domain.hi), np.nextafter(domain.hi, domain.lo), domain.hi]
    inner = [domain.lo * (1 - t) + domain.hi * t for t in (1e-12, 1e-6, 1e-3, 0.1, 0.5, 0.9, 0.999, 1 - 1e-9)]
    for x in (*ends, *inner):
        ready.derivative(at(x=x))
    assert len(recorder.arguments) > 12
    seen = recorder.arguments + rounded.arguments
    assert [x for x in seen if not domain.lo <= x <= domain.hi] == []


@each_difference
def test_finite_differences_stay_inside_the_domain_in_float32(method):
    # 0.1 and 0.3 are no numbers of float32: the nearest ones lie outside.
    domain = interval(0.1, 0.3)
    recorder, rounded, ready = recorded(lambda x: log(x), domain, DERIVATIVE, "float32", method)
    low, high = np.nextafter(np.float32(0.1), np.float32(1)), np.nextafter(np.float32(0.3), np.float32(0))
    for x in (low, high, np.float32(0.2), *np.linspace(low, high, 50, dtype=np.float32)):
        ready.derivative(at(x=x))
    seen = recorder.arguments + rounded.arguments
    assert all(float(np.float32(x)) == float(x) for x in seen)
    assert [x for x in seen if not domain.lo <= float(x) <= domain.hi] == []


@each_difference
def test_finite_differences_stay_inside_a_box(method):
    domain = interval(0.0, 1.0, shape=(2, 2))
    recorder, _, ready = recorded(lambda x: total(sqrt(x) * x), domain, HESSIAN, "float64", method)
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
    recorder, rounded, ready = recorded(lambda x: sin(x) * x, interval(-2, 2), operator, dtype, method)
    for x in (0.0, 0.5, 2.0):
        recorder.arguments.clear()
        rounded.arguments.clear()
        estimate = ready.derivative(at(x=x))
        assert estimate.function_calls == len(recorder.arguments) + len(rounded.arguments)


def test_central_differences_compute_every_value_once():
    recorder, _, ready = recorded(lambda x: sin(x) * x, interval(-2, 2), HESSIAN, "float64", "central")
    ready.derivative(at(x=0.5))
    assert len({float(v) for v in recorder.arguments}) == len(recorder.arguments)


@pytest.mark.parametrize("function", FLOAT32.values(), ids=FLOAT32)
def test_numpy_stays_in_float32(function):
    recorder, _, ready = recorded(function, interval(0.1, 2), DERIVATIVE, "float32", "central")
    recorder.results.clear()
    ready.derivative(at(x=0.75))
    assert {np.asarray(r).dtype for r in recorder.results} == {np.dtype(np.float32)}


def test_a_domain_of_one_number_has_no_differences():
    with pytest.raises(Unsupported, match="the single number 1"):
        prepared(ENGINES["finite"], case(x=interval(1, 1))(lambda x: sin(x)))


def test_a_domain_that_holds_no_two_steps_has_no_differences():
    ready = prepared(ENGINES["finite"], case(x=interval(1, 1 + 1e-15))(lambda x: sin(x)))
    with pytest.raises(Unsupported, match="too narrow"):
        ready.derivative(at(x=1.0))


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


def test_steps_that_fit_are_tried_where_longer_ones_leave_the_function():
    """Most of the domain is no domain of the root; beside zero the least rounding is beyond the largest number."""
    estimate = prepared(ENGINES["finite"], case(x=interval(-1e300, 1e300))(lambda x: sqrt(x))).derivative(at(x=1e-310))
    assert np.isfinite(estimate.value).all()
