"""The gradient of a case by one engine, as a function to be called."""

import numpy as np
import pytest

from diffcheck import case, gradient, interval
from diffcheck.errors import CaseError, Unsupported, UsageError
from diffcheck.ops import exp, sin, stack
from diffcheck.ops import sum as total

ENGINES = ["autograd", "autograd:forward", "finite", "finite:central", "symbolic", "symbolic:program"]


@case(w=interval(-2, 2, shape=(2, 3)), b=interval(-1, 1), c=2.0)
def bowl(w, b, c):
    return c * total(w * w) + b * exp(w[0, 1])


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_arrays_of_the_inputs_shapes(engine):
    w, b = np.arange(6.0).reshape(2, 3) / 4, 0.5
    found = gradient(bowl, engine)(w=w, b=b)
    expected = 4 * w
    expected[0, 1] += b * np.exp(w[0, 1])
    np.testing.assert_allclose(found["w"], expected, rtol=1e-9)
    np.testing.assert_allclose(found["b"], np.exp(w[0, 1]), rtol=1e-9)
    assert found["b"].shape == ()


def test_what_is_prepared_once_gives_the_same_bits_twice():
    slope = gradient(bowl, "symbolic")
    first, second = (slope(w=np.ones((2, 3)), b=0.25) for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_only_what_is_differentiated_by_has_a_gradient():
    only = case(x=interval(0, 1), y=interval(0, 1), wrt="y")(lambda x, y: x * sin(y))
    assert gradient(only)(x=3.0, y=0.0) == {"y": 3.0}


def test_a_precision_is_computed_in():
    (single,) = gradient(case(x=interval(0, 1))(lambda x: sin(x)), dtype="float32")(x=0.5).values()
    assert single == np.float64(np.cos(np.float32(0.5))) != np.cos(0.5)


def plain(x):
    return x * x


WRONG = {
    "a function": (
        lambda: gradient(plain),
        UsageError,
        r"takes a case, not .* function: write gradient\(case\(.*plain\)",
    ),
    "a family": (lambda: gradient((bowl, bowl)), UsageError, "takes a case, not an object of type tuple"),
    "no such engine": (lambda: gradient(bowl, "sympi"), UsageError, "unknown engine 'sympi'"),
    "no such dtype": (lambda: gradient(bowl, dtype="float12"), UsageError, "float12"),
    "several results": (lambda: gradient(case(x=interval(0, 1))(lambda x: stack([x, x]))), CaseError, "scalar result"),
    "an input is missing": (lambda: gradient(bowl)(b=1.0), CaseError, "the inputs are w, b; given are b"),
    "another shape": (lambda: gradient(bowl)(w=np.ones(6), b=1.0), CaseError, r"w has shape \(6,\), .* \(2, 3\)"),
    "an engine that cannot": (
        lambda: gradient(bowl, "finite", dtype="bfloat16")(w=np.ones((2, 3)), b=1.0),
        Unsupported,
        "bfloat16",
    ),
}


@pytest.mark.parametrize(("wrong", "error", "told"), WRONG.values(), ids=WRONG)
def test_mistakes_are_told(wrong, error, told):
    with pytest.raises(error, match=told):
        wrong()
