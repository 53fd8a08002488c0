"""Difference quotients know what they do not know: their error estimates, and what these are made of."""

import math

import numpy as np
import pytest
from prepared import DERIVATIVE, ENGINES, HESSIAN, SMOOTH, at, each_known, prepared

from diffcheck import case, interval, ops
from diffcheck.engines.finite.extrapolation import EVERY, ODD, extrapolated, limits
from diffcheck.engines.finite.random_rounding import TRIALS, RandomlyRounded, rounding_error
from diffcheck.engines.finite.samples import falling
from diffcheck.engines.finite.stages import Stages
from diffcheck.ops import cos, exp, maximum, relu, sin, sqrt, where
from diffcheck.program.compile import Compiled
from diffcheck.program.trace import trace

each_difference = pytest.mark.parametrize("method", ["adaptive", "central"])


@each_known
@each_difference
def test_finite_differences_admit_their_error(function, inputs, operator, point, expected, method):
    estimate = prepared(ENGINES["finite"], case(**inputs)(function), operator, method=method).derivative(at(**point))
    expected = np.array(expected, dtype=float)
    assert estimate.error.shape == expected.shape
    assert (np.abs(estimate.value - expected) <= estimate.error).all()


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


@pytest.mark.parametrize("w", [300.0, 3000.0])
@each_difference
def test_mixed_differences_take_steps_as_each_input_needs(w, method):
    x = float(np.float32(0.7))
    made = case(x=interval(0, 1), y=interval(1, 4))(lambda x, y: cos(w * x) * sqrt(y))
    estimate = prepared(ENGINES["finite"], made, HESSIAN, "float32", method).derivative(at(x=x, y=2.0))
    expected = -w * math.sin(w * x) / math.sqrt(8)
    assert abs(estimate.value[0, 1] - expected) <= estimate.error[0, 1] <= abs(expected) / 4


def test_mixed_differences_do_not_claim_what_their_inputs_alone_have_refuted():
    x, w = float(np.float32(0.7)), 3e4
    made = case(x=interval(0, 1), y=interval(1, 4))(lambda x, y: cos(w * x) * sqrt(y))
    estimate = prepared(ENGINES["finite"], made, HESSIAN, "float32").derivative(at(x=x, y=2.0))
    assert abs(estimate.value[0, 1] + w * math.sin(w * x) / math.sqrt(8)) <= estimate.error[0, 1]


def test_steps_that_are_no_numbers_contradict_nothing():
    made = case(x=interval(1, 10), y=interval(0, 360))(lambda x, y: x * sin(y / 16))
    estimate = prepared(ENGINES["finite"], made, HESSIAN, "float32").derivative(at(x=1.75, y=0.0))
    expected = np.array([[0, 1], [1, 0]]) / 16
    assert np.all(np.abs(estimate.value - expected) <= estimate.error)
    assert np.all(estimate.error <= 1e-4)


NEAR, WIDE = interval(-4, 4), interval(-1e160, 1e160, scale="float")
A = 0.6875


def roots_and_squares(x):
    """X itself, if no digits were lost."""
    for _ in range(25):
        x = sqrt(x)
    for _ in range(25):
        x = x * x
    return x


# Of each kind that a difference quotient is mistaken about: the function, its domain, where, and its derivative there.
MISTAKEN = {
    "slight kink": (lambda x: sin(x) + 1e-6 * ops.abs(x - A), NEAR, A + 1e-11, lambda x: math.cos(x) + 1e-6),
    "step": (lambda x: where(x > A, sin(x) + 1e-3, sin(x)), NEAR, A - 1e-12, math.cos),
    "root of a distance": (lambda x: ops.abs(x - A) ** 1.5, NEAR, A + 1e-9, lambda x: 1.5 * math.sqrt(x - A)),
    "pole": (lambda x: 1 / (x - A), NEAR, A + 1e-12, lambda x: -1 / (x - A) ** 2),
    "pole among others": (
        lambda x: sin(x) + 1e-8 / (x - A),
        NEAR,
        A - 1e-7,
        lambda x: math.cos(x) - 1e-8 / (x - A) ** 2,
    ),
    "spike": (
        lambda x: cos(x) + 1e-3 * exp(-((1e8 * (x - A)) ** 2)),
        NEAR,
        A + 7e-9,
        lambda x: -math.sin(x) - 2e13 * (x - A) * math.exp(-((1e8 * (x - A)) ** 2)),
    ),
    "fast wave": (lambda x: sin(2e8 * x), NEAR, 0.3, lambda x: 2e8 * math.cos(2e8 * x)),
    "small wave": (lambda x: x * x + 1e-4 * sin(1e5 * x), NEAR, 0.3, lambda x: 2 * x + 10 * math.cos(1e5 * x)),
    "wave beside a pole": (lambda x: sin(1 / x), NEAR, 1e-6, lambda x: -math.cos(1 / x) / x**2),
    "digits lost": (lambda x: (1 - cos(x)) / x**2, NEAR, 1e-6, lambda x: -x / 12),
    "coarse values": (lambda x: (exp(x) + 1e13) - 1e13, NEAR, -2.6, math.exp),
    "value lost": (lambda x: (sqrt(1e50 - 4e-13 * x) - 1e25) / 2e-13, interval(1, 1e42), 1e41, lambda x: -1e-25),
    "slow power": (lambda x: x**1.001, interval(0, 4), 0.0, lambda x: 0.0),
    "two scales": (lambda x: x / (x + 1e-100), WIDE, 1e-62, lambda x: 1e-100 / (x + 1e-100) ** 2),
    "wave far out": (lambda x: x - sin(x), WIDE, 4.5e13, lambda x: 1 - math.cos(x)),
    "zero at a root": (lambda x: (x - A) ** 3, NEAR, A, lambda x: 0.0),
    "special tail": (lambda x: ops.erfc(x), NEAR, 3.9, lambda x: -2 / math.sqrt(math.pi) * math.exp(-x * x)),
}
# The same of second derivatives.
CURVED = {
    "kink": (lambda x: ops.abs(x - A), NEAR, A + 1e-12, lambda x: 0.0),
    "step of the curvature": (lambda x: relu(x - A) ** 2 + x, NEAR, A + 1e-9, lambda x: 2.0),
    "short piece": (lambda x: where(x < 1e-5, 1 + 0.5 * x, sqrt(1 + x)), interval(0, 9), 1e-10, lambda x: 0.0),
    "steep step": (
        lambda x: ops.tanh(1e6 * (x - A)),
        NEAR,
        A + 1e-7,
        lambda x: -2e12 * math.tanh(1e6 * (x - A)) / math.cosh(1e6 * (x - A)) ** 2,
    ),
    "pole": (lambda x: ops.log(x), NEAR, 1e-7, lambda x: -1 / x**2),
    "slow power": (lambda x: x**2.001, interval(0, 4), 0.0, lambda x: 0.0),
}


@pytest.mark.parametrize(
    ("operator", "function", "domain", "x", "derivative"),
    [
        pytest.param(operator, *row, id=f"{operator}, {name}")
        for operator, rows in ((DERIVATIVE, MISTAKEN), (HESSIAN, CURVED))
        for name, row in rows.items()
    ],
)
@each_difference
def test_what_differences_mistake_they_do_not_claim_to_know(operator, function, domain, x, derivative, method):
    estimate = prepared(ENGINES["finite"], case(x=domain)(function), operator, method=method).derivative(at(x=x))
    # The derivative by hand is itself rounded, and so is its argument.
    allowed = np.ravel(estimate.error)[0] + 1e-12 * abs(derivative(x))
    assert abs(np.ravel(estimate.value)[0] - derivative(x)) <= allowed


def test_a_value_that_has_lost_all_its_digits_is_no_sure_constant():
    made = case(x=interval(1, 9))(roots_and_squares)
    estimate = prepared(ENGINES["finite"], made, dtype="float32").derivative(at(x=5.0))
    assert estimate.value[0] == 0
    assert estimate.error[0] >= 1


@pytest.mark.parametrize("operator", [DERIVATIVE, HESSIAN], ids=str)
def test_noise_around_zero_is_neither_nothing_nor_everything(operator):
    made = case(x=NEAR)(lambda x: sin(x) ** 2 + cos(x) ** 2)
    estimate = prepared(ENGINES["finite"], made, operator).derivative(at(x=0.7))
    assert 0 < np.ravel(estimate.error)[0] < 1e-11


@pytest.mark.parametrize(
    ("function", "x", "derivative"),
    [
        pytest.param(lambda x: (1 - cos(x)) / x**2, 1e-5, -1e-5 / 12, id="cancellation"),
        pytest.param(lambda x: x**3, 0.0, 0.0, id="power of the step"),
        pytest.param(lambda x: 1e100 * x + x**3, 1e120, 3e240, id="overflow"),
    ],
)
def test_the_complex_step_knows_what_rounding_leaves(function, x, derivative):
    made = case(x=interval(-1e150, 1e150))(function)
    estimate = prepared(ENGINES["finite"], made, method="complex").derivative(at(x=x))
    assert not abs(estimate.value[0] - derivative) > estimate.error[0]
    assert estimate.error[0] > 0


@pytest.mark.parametrize(
    ("operator", "dtype", "stage"),
    [
        pytest.param(DERIVATIVE, "float64", 6 * 2, id="settled"),
        pytest.param(HESSIAN, "float32", 6 * 4, id="rounding lets no shorter steps be better"),
    ],
)
def test_where_nothing_is_suspicious_few_evaluations_suffice(operator, dtype, stage):
    made = case(x=NEAR)(lambda x: sin(x))
    estimate = prepared(ENGINES["finite"], made, operator, dtype).derivative(at(x=0.5))
    point, ends, witness = 1 + TRIALS, 2 * (1 + TRIALS), 8 * 4
    assert estimate.function_calls == point + ends + witness + stage


def program_of(function):
    return trace(function, {"x": ()}, {})


def shaken(function, x, dtype="float64"):
    """A function's value and the rounding error that trials show of it."""
    program = program_of(function)
    points = np.array([[x]])
    values = Compiled(program, dtype).batch(points)
    return float(values[0]), float(rounding_error(RandomlyRounded(program, dtype), points, values)[0])


COEFFICIENTS = [1e8] * 8 + [-1e8] * 8 + [1.0]


@pytest.mark.parametrize(
    ("function", "x", "exact", "dtype"),
    [
        pytest.param(lambda x: (1 - cos(x)) / x**2, 1e-6, 0.5, "float64", id="difference"),
        pytest.param(roots_and_squares, 5.0, 5.0, "float32", id="roots and squares"),
        pytest.param(lambda x: (exp(x) + 1e13) - 1e13, -2.6, math.exp(-2.6), "float64", id="large constant"),
        pytest.param(lambda x: sum(c * x for c in COEFFICIENTS), 0.1, 0.1, "float64", id="long sum"),
        pytest.param(lambda x: ops.erfc(x) - math.erfc(26.0), 26.0, 0.0, "float64", id="library function"),
    ],
)
def test_random_rounding_shows_the_digits_that_are_lost(function, x, exact, dtype):
    value, error = shaken(function, x, dtype)
    assert abs(value - exact) <= error
    assert error > 0


@pytest.mark.parametrize(
    "function",
    [lambda x: maximum(x, 0.25), lambda x: where(x > 0, x, 3.0), lambda x: ops.floor(x), lambda x: -ops.abs(x)],
    ids=["maximum", "where", "floor", "abs"],
)
def test_what_only_selects_loses_nothing(function):
    assert shaken(function, 0.7)[1] <= 1e-320


def test_a_trial_is_the_same_wherever_it_stands_in_a_batch():
    rounded = RandomlyRounded(program_of(lambda x: exp(sin(x)) + x), "float64")
    points = np.linspace(-1, 1, 5000)[:, None]
    together = rounded.batch(np.repeat(points, TRIALS, axis=0)).reshape(-1, TRIALS)
    alone = rounded.batch(np.repeat(points[4321:4322], TRIALS, axis=0))
    assert together[4321].tolist() == alone.tolist()
    assert len(set(alone.tolist())) > 1


STEPS = falling(np.array([True]))[:, 0]
QUIET = np.full(STEPS.shape, 1e-16)


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        pytest.param(STEPS + STEPS**3, 0.0, id="odd powers"),
        pytest.param(0.25 + STEPS + STEPS**3, 0.25, id="a limit"),
        pytest.param(1e-3 / STEPS, math.inf, id="no limit"),
        pytest.param(np.where(STEPS < 0.2, np.nan, STEPS), math.inf, id="no number"),
    ],
)
def test_limits_of_what_should_vanish(series, expected):
    with np.errstate(all="ignore"):
        assert limits(series, QUIET, ODD)[-1] == pytest.approx(expected, rel=0.5)


@pytest.mark.parametrize(
    ("quotients", "least", "most"),
    [
        pytest.param(2 + 3 * STEPS**2 + 5 * STEPS**4, 0, 1e-6, id="even powers"),
        pytest.param(2 + STEPS**0.001, 0.5, math.inf, id="hardly falling"),
        pytest.param(2 + 1e-3 / STEPS, math.inf, math.inf, id="growing"),
        pytest.param(2 + STEPS * np.array([1, -1, 1, -1, 1, -1]), 0.01, math.inf, id="back and forth"),
    ],
)
def test_extrapolation_believes_only_what_falls_as_powers_do(quotients, least, most):
    with np.errstate(all="ignore"):
        value, error, excess = extrapolated(quotients, QUIET, np.zeros_like(STEPS))
    assert least <= error <= most
    assert abs(value - 2) <= error
    assert excess <= error


def test_powers_fall_alike_for_central_and_one_sided_steps():
    central, one_sided = falling(np.array([True, False])).T
    assert central[:-1] ** 2 / central[1:] ** 2 == pytest.approx(EVERY[0])
    assert one_sided[:-1] / one_sided[1:] == pytest.approx(EVERY[0])


# Stages as (length, value, error, excess, seam), and what is to be believed of them.
STAGES = {
    "the smaller error": ([(1.0, 3.0, 1e-9, 0.0, 0.0), (0.1, 3.001, 1e-2, 0.0, 0.0)], 3.0, 1e-9),
    "refuted by shorter steps": ([(1.0, 3.0, 1e-9, 0.0, 0.0), (0.1, 5.0, 1e-2, 0.0, 0.0)], 5.0, 1e-2),
    "not refuted by longer ones": ([(1.0, 3.0, 1e-3, 0.0, 0.0), (0.1, 5.0, 1e-4, 0.0, 0.0)], 5.0, 1e-4),
    "unresolved by shorter steps": ([(1.0, 3.0, 1e-9, 0.0, 0.0), (0.1, 3.0, 1e-2, 1e-2, 0.0)], 3.0, math.inf),
    "falling with shorter steps": ([(1.0, 3.0, 1e-1, 1e-1, 0.0), (0.1, 3.0, 1e-2, 1e-2, 0.0)], 3.0, 1e-2),
    "a seam that rounding hides": ([(1.0, 3.0, 2.0, 2.0, 1.0), (0.1, 3.0, 0.3, 0.0, 0.0)], 3.0, 1.0),
    "nothing known": ([(1.0, math.nan, math.inf, math.inf, 0.0), (0.1, 3.0, math.inf, math.inf, 0.0)], 3.0, math.inf),
}


@pytest.mark.parametrize(("tried", "value", "error"), STAGES.values(), ids=STAGES)
def test_which_stage_is_believed(tried, value, error):
    stages = Stages((1, 1))
    for length, *found in tried:
        stages.add(np.array([0]), *(np.array([[number]]) for number in found), np.array([length]))
    assert stages.value.tolist() == [[value]]
    assert stages.error.tolist() == [[error]]
