"""Every engine against derivatives derived by hand; what engines must not do: change their inputs, leave the dtype."""

import math
from fractions import Fraction

import numpy as np
import pytest
from prepared import (
    BOX,
    ENGINES,
    FLOAT32,
    GRADIENT,
    Recorder,
    at,
    each_known,
    prepared,
)

from diffcheck import case, interval
from diffcheck.errors import CaseError, Unsupported
from diffcheck.formats import FORMATS
from diffcheck.ops import (
    floor,
    mse_loss,
    sin,
)

each_engine = pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
# What a correct engine reaches on these functions, relative to the largest component.
REACHED = {"symbolic": 1e-14, "finite": 1e-6, "autograd": 1e-14}


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


def test_autograd_calls_the_function_once_and_symbols_never():
    for name, expected, calls in (("autograd", 1, 1), ("symbolic", None, 0)):
        recorder = Recorder(lambda x: sin(x) * x)
        ready = prepared(ENGINES[name], case(x=BOX)(recorder))
        before = len(recorder.arguments)
        assert ready.derivative(at(x=0.5)).function_calls == expected
        assert len(recorder.arguments) - before == calls


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
