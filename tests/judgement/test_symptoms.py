"""What is said of a wrong number: what can be seen from outside, and a cause only where it was found."""

import numpy as np
import pytest
import torch
from command import typed
from on_trial import one, planted, row

from diffcheck import case, check, interval, ops
from diffcheck.api import Settings, conduct
from diffcheck.ops import exp, expm1, log, log1p, logsumexp, maximum, mean, sigmoid, sin, square, tanh, where
from diffcheck.ops import sum as total

SEEN = [
    ("zero", one(lambda x: 0 * x), [0.5, 1.0], "exactly 0"),
    ("sign", one(lambda x: -torch.cos(x)), [0.5, 1.0], "the truth with the other sign"),
    ("sign at one point", one(lambda x: -torch.cos(x)), [0.5], "the truth with the other sign"),
    ("twice", one(lambda x: 2 * torch.cos(x)), [0.5, 1.0], "2 times the truth, wherever it is wrong"),
    ("half", one(lambda x: torch.cos(x) / 2), [0.5, 1.0], "1/2 of the truth, wherever it is wrong"),
    ("a permille", one(lambda x: torch.cos(x) * 1.25), [0.5, 1.0], "1.25 times the truth, wherever it is wrong"),
    ("a millionth", one(lambda x: torch.cos(x) * (1 + 1e-6)), [0.5, 1.0], "off by 1e-06 of the truth, wherever"),
    ("no factor", one(lambda x: torch.cos(x) + 0.01), [0.5, 1.0], "of the truth"),
    ("sign and size", one(lambda x: torch.cos(x) - 1), [0.5, 1.0], "the sign is wrong"),
    ("NaN", one(lambda x: torch.cos(x) / 0 * 0), [0.5, 1.0], "NaN from finite inputs"),
    ("infinity", one(lambda x: torch.cos(x) / 0), [0.5, 1.0], "infinity from finite inputs"),
    (
        "single",
        one(lambda x: torch.cos(x.float()).double()),
        [0.3, 1.1],
        "the size of float32's rounding, wherever it is wrong",
    ),
]


@pytest.mark.parametrize(("implementation", "points", "told"), [s[1:] for s in SEEN], ids=[s[0] for s in SEEN])
def test_what_is_seen_from_outside_is_said(implementation, points, told):
    found = row(lambda x: sin(x), implementation, points)
    assert found.fails
    assert told in found.note


def test_one_point_alone_tells_a_factor_by_three_truths():
    def tripled(count):
        return row(lambda x: sin(x), one(lambda x: 3 * torch.cos(x)), [[0.5, 1.0, 0.5, 1.5][:count]], shape=count).note

    assert "3 times the truth, wherever it is wrong" in tripled(4)
    assert "times the truth" not in tripled(3)


def test_a_missing_term_shows_by_the_components_that_are_right():
    wrong = planted(
        lambda x: (x**2).sum() + x[0] * x[1], lambda g, x: g * (2 * x + torch.stack([x[1], 0 * x[0], 0 * x[0]]))
    )
    found = row(lambda x: total(x**2) + x[0] * x[1], wrong, [[1.0, 2.0, 3.0], [0.5, 0.25, 2.0]], shape=3)
    assert found.worst_component == "x[1]"
    assert "x[1] wrong, the other 2 components are right" in found.note


def test_swapped_components_are_told():
    wrong = planted(lambda x: x[0] ** 2 + x[1] ** 3, lambda g, x: g * torch.stack([3 * x[1] ** 2, 2 * x[0]]))
    found = row(lambda x: x[0] ** 2 + x[1] ** 3, wrong, [[1.0, 2.0], [3.0, 5.0]], shape=2)
    assert "that is the derivative by x[" in found.note


@pytest.mark.parametrize(
    ("definition", "forward", "backward"),
    [
        (lambda x: maximum(3 * x, x), lambda x: torch.maximum(3 * x, x), lambda x: 1 + 2 * (x < 0)),
        (lambda x: where(x > 1, x**2, 5 * x), lambda x: torch.where(x > 1, x**2, 5 * x), lambda x: 5 + 0 * x),
    ],
    ids=["maximum", "where"],
)
def test_the_slope_of_another_piece_is_told_as_such(definition, forward, backward):
    wrong = planted(forward, lambda g, x: g * backward(x))
    found = row(definition, wrong, [2.0])
    assert "the value is right, the slope is that of another piece of" in found.note


def test_value_and_slope_both_off():
    found = row(lambda x: square(x), lambda x: x**3, [1.5, 2.5])
    assert (found.verdict, found.reason) == ("disagree", "value")
    assert found.note.startswith("value and slope are both off: the function itself gives")


def test_a_value_off_by_a_millionth_does_not_pass():
    found = row(lambda x: square(x), lambda x: x.square() + 1e-9 * x.square().detach(), [1.5, 2.5])
    assert (found.verdict, found.reason) == ("disagree", "value")
    assert found.note.startswith("the derivative is right, the value is not")


NEVER_BLAMED = [
    # The definition overflows or has a singular branch; the implementation has neither, and is wrong by itself.
    ("overflow", lambda x: exp(x**2) / exp(x**2) * sin(x), [40.0], "exp(x**2) overflows"),
    ("branch", lambda x: where(x > 0, sin(x), sin(x) + 0 / x), [0.5], "branch"),
]


@pytest.mark.parametrize(
    ("definition", "points", "told"), [n[1:] for n in NEVER_BLAMED], ids=[n[0] for n in NEVER_BLAMED]
)
def test_what_is_found_in_the_definition_is_not_told_of_the_implementation(definition, points, told):
    found = row(definition, one(lambda x: torch.cos(x) * float("nan")), points)
    assert found.verdict == "nonfinite"
    assert found.reason == "singular"
    assert told not in found.note.replace(f"in the definition, {told}", "")


@pytest.mark.parametrize(
    ("backward", "reason"),
    [
        (lambda x: torch.cos(x) * (1 + 1e-4), "wrong"),
        (lambda x: torch.cos(x) * (1 + 1e-9), "wrong"),
        (lambda x: torch.cos(x.float()).to(x.dtype), "wrong"),
        (lambda x: torch.cos(x) * (1 + 3e4 * torch.finfo(x.dtype).eps), "inaccurate"),
        (lambda x: (torch.cos(x) + 1e4) - 1e4, "inaccurate"),
    ],
    ids=["1e-4", "1e-9", "float32 inside", "many roundings", "cancels"],
)
def test_wrong_is_what_does_not_shrink_with_precision(backward, reason):
    found = row(lambda x: sin(x), one(backward), [0.3, 1.2])
    assert (found.verdict, found.reason) == ("disagree", reason)


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
@pytest.mark.parametrize("value", [-1e-3, 0.0])
def test_no_digit_right_fails_whoever_is_on_trial(dtype, value):
    # 1 - tanh(x)^2 cancels: the definition's forms may lose all digits there, but an answer without any is no answer.
    point = {"float64": 20.0, "float32": 10.0, "bfloat16": 4.0, "float16": 5.0}[dtype]
    found = row(
        lambda x: tanh(x), planted(torch.tanh, lambda g, x: g * value * 4e-3 * torch.exp(-x)), [point], dtype=dtype
    )
    assert found.verdict in ("lossy", "disagree")
    assert found.digits == 0
    assert found.fails


def test_lost_digits_do_not_fail_where_some_are_right():
    found = row(lambda x: tanh(x), planted(torch.tanh, lambda g, x: g * (1 - torch.tanh(x) ** 2)), [5.0])
    assert found.verdict == "lossy"
    assert 0.5 < found.digits < 15
    assert not found.fails


def test_built_in_engines_lose_digits_without_failing_but_stand_first():
    subject = case(x=interval(-30, 30), points=[{"x": 20.0}, {"x": 5.0}], samples=0)(lambda x: tanh(x))
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    assert (found.verdict, found.no_digit, found.fails) == ("lossy", True, False)
    assert found.worst_point == '{"x": 20.0}'


def test_wrong_in_the_value_of_one_output_only():
    subject = case(
        x=interval(-2, 2, shape=2),
        samples=2,
        implementations={"autograd": lambda x: torch.stack([x[0] ** 2, x[1] + 1])},
    )(lambda x: [x[0] ** 2, x[1]])
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    assert (found.verdict, found.reason) == ("disagree", "value")


def test_arrays_beside_tensors_are_constants():
    weights, offset = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, 0.25])

    def function(x):
        return total(tanh(weights @ x * offset + np.array([1.0, -1.0]) - x / weights[0]) ** 2)

    subject = case(x=interval(-1, 1, shape=2), samples=2)(function)
    run = conduct(
        subject,
        Settings(
            timing=False,
            dtypes=["float64", "float32"],
            engines=["symbolic", "finite", "autograd:reverse", "autograd:forward", "autograd:func"],
        ),
    )
    assert [str(r.verdict) for r in run.rows] == ["agree"] * 10


WEIGHTS = np.array([0.3, 0.7])
SCALARS = {
    "element": lambda x: WEIGHTS[0] * x,
    "root": lambda x: np.sqrt(2) * x + x / np.sqrt(2),
    "single": lambda x: np.float32(0.5) + x - np.float32(1),
    "whole": lambda x: np.int64(2) * x ** np.int64(2),
    "method": lambda x: WEIGHTS.max() - x,
    "reciprocal": lambda x: np.float64(1) / x,
    "regression": lambda x: sum((y - x * t) ** 2 for t, y in zip(WEIGHTS, WEIGHTS, strict=True)),
    "zero axes": lambda x: np.array(2.0) * x,
}


@pytest.mark.parametrize("function", SCALARS.values(), ids=SCALARS)
def test_scalars_of_numpy_are_constants(function):
    subject = case(x=interval(0.25, 1), samples=2)(function)
    settings = Settings(timing=False, dtypes=["float64", "float32"], engines=["autograd:reverse", "autograd:func"])
    assert [str(r.verdict) for r in conduct(subject, settings).rows] == ["agree"] * 4


def test_a_value_off_at_a_kink_is_told_as_such():
    found = row(lambda x: maximum(x, 0), lambda x: torch.relu(x) + 5 * (x == 0), [0.0])
    assert (found.verdict, found.reason) == ("disagree", "value")
    assert found.note.startswith("the function itself gives 5.0, its definition 0")


def test_a_value_off_belongs_to_its_own_output():
    subject = case(
        x=interval(0.5, 1), samples=1, implementations={"autograd": lambda x: torch.stack([x.exp(), x.sin() + 1])}
    )(lambda x: [exp(x), sin(x)])
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    assert found.worst_component == "[1] by x"


def test_the_derivative_is_not_called_right_where_it_is_not():
    subject = case(x=interval(1e-3, 1), samples=4, implementations={"autograd": lambda x: (torch.exp(x) - 1) / x})(
        lambda x: expm1(x) / x
    )
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False, dtypes=["float16"])).rows
    assert found.fails
    assert "the derivative is right" not in found.note


@pytest.mark.parametrize(
    ("line", "dropped"),
    [
        ("jv(0,x) --at x=0.5", "x"),
        ("y*sin(y)+jv(0,x) --at x=0.5,y=0.5", "x"),
        ("j0(x)*y0(y) --at x=0.5,y=0.5", "y"),
    ],
)
def test_a_gradient_that_a_library_drops_is_told_as_such(line, dropped):
    """torch 2.13 computes Bessel functions, and no derivative of theirs; the other input is followed."""
    told = " ".join(typed(f"check {line} --engine autograd").output.split())
    assert f"exactly 0: autograd gives no gradient, for to it the result does not depend on `{dropped}`" in told


def test_a_gradient_of_zero_that_is_given_is_no_dropped_one():
    found = row(sin, planted(torch.sin, lambda g, x: 0 * g), [0.5, 0.7])
    assert found.note.startswith("exactly 0")
    assert "gives no gradient" not in found.note


def test_zero_is_said_beside_what_is_found_in_the_definition():
    kernel = planted(
        lambda x: torch.logaddexp(x, 0 * x), lambda g, x: g * torch.where(x > 600, 0 * x, torch.sigmoid(x))
    )
    found = row(lambda x: log(1 + exp(x)), kernel, [800.0])
    assert found.fails
    assert found.note.startswith("exactly 0")
    assert "in the definition, exp(x) overflows in float64" in found.note


@pytest.mark.parametrize(
    ("definition", "kernel", "dtype", "reason"),
    [
        (log1p, planted(torch.log1p, lambda g, x: g * ((1 / (1 + x) + 100) - 100)), "float16", "inaccurate"),
        (log1p, planted(torch.log1p, lambda g, x: g * ((1 / (1 + x) + 100) - 100)), "bfloat16", "inaccurate"),
        (sin, planted(torch.sin, lambda g, x: g * (x.cos() + 1e-12 * x)), "float64", "wrong"),
        (sin, planted(torch.sin, lambda g, x: g * x.cos() * (1 + 3e-13)), "float64", "wrong"),
    ],
    ids=["float16", "bfloat16", "1e-12", "3e-13"],
)
def test_an_error_that_shrinks_is_seen_in_every_precision(definition, kernel, dtype, reason):
    found = row(lambda x: definition(x), kernel, [0.25, 0.5, 0.75], dtype=dtype)
    assert (found.verdict, found.reason) == ("disagree", reason)


def test_one_coincidence_is_no_symptom():
    kernel = planted(lambda z: torch.logsumexp(z, 0) - z[1], lambda g, z: g * torch.softmax(z, 0))
    subject = case(x=interval(-2, 2, shape=3), samples=3, implementations={"autograd": kernel})(
        lambda x: logsumexp(x) - x[1]
    )
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    assert found.fails
    assert "that is the derivative by" not in found.note
    assert "x[1] wrong, the other 2 components are right" in found.note


@pytest.mark.parametrize(
    ("definition", "forward", "backward", "points"),
    [
        (lambda x: maximum(x, 0), torch.relu, lambda g, x: g * (x < 0), [1.0, 2.0]),
        (lambda x: maximum(0, 1 - x), lambda x: (1 - x).clamp(min=0), lambda g, x: -g, [1.5, 3.0]),
    ],
    ids=["relu", "hinge"],
)
def test_the_other_piece_is_named_where_a_slope_is_zero(definition, forward, backward, points):
    found = row(definition, planted(forward, backward), points)
    assert found.fails
    assert "the value is right, the slope is that of another piece of maximum" in found.note


@pytest.mark.parametrize("factor", [0.8, 1.41, 1.25])
def test_one_factor_everywhere_is_no_lost_digit_in_eight_bits(factor):
    def spread(x):
        return ((x - x.mean()) ** 2).mean()

    kernel = planted(spread, lambda g, x: g * factor * 2 * (x - x.mean()) / x.numel())
    subject = case(x=interval(-2, 2, shape=5), samples=8, implementations={"autograd": kernel})(
        lambda x: mean((x - mean(x)) ** 2)
    )
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False, dtypes=["bfloat16"])).rows
    assert found.verdict == "disagree"
    assert found.fails


STEEP = {
    "zero": (lambda x: x**16, planted(lambda x: x**16, lambda g, x: g * 0 * x), 1.25),
    "half": (lambda x: x**16, planted(lambda x: x**16, lambda g, x: g * 8 * x**15), 1.25),
    "twice": (lambda x: x**16, planted(lambda x: x**16, lambda g, x: g * 30 * x**15), 0.75),
    "tail cut": (lambda x: sigmoid(x), planted(torch.sigmoid, lambda g, x: g * x * 0), 12.0),
}


@pytest.mark.parametrize(("definition", "kernel", "x"), STEEP.values(), ids=STEEP)
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_a_steep_question_excuses_no_answer_without_a_digit(definition, kernel, x, dtype):
    found = row(definition, kernel, [x], dtype=dtype)
    assert found.verdict not in ("agree", "ill-conditioned")
    assert found.fails


def test_every_operator_with_an_array_on_either_side():
    rows, mask = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([True, False])

    def function(x):
        y = rows @ x + x @ rows - x * rows[0] + rows[1] / x + rows[0] ** x + (rows[1] % x) + 0.5**x
        z = where((x < rows[0]) & mask | (rows[1] >= x), y, -y)
        return total(where(rows[0] == x, z, z * (np.ones(2) - x)))

    subject = case(x=interval(0.5, 0.75, shape=2), samples=2)(function)
    settings = Settings(timing=False, engines=["autograd:reverse", "autograd:func", "autograd:forward"])
    assert [str(r.verdict) for r in conduct(subject, settings).rows] == ["agree"] * 3


@pytest.mark.parametrize(
    "function",
    [
        lambda x: (ops.relu(ops.abs(0.5)) - ops.tanh(x)) / (1 + ops.abs(x) ** 2),
        lambda x: ops.hypot(4, ops.abs(ops.maximum(x, -1))),
    ],
    ids=["of constants", "elsewhere, where pieces meet here"],
)
def test_a_comparison_that_is_not_the_cause_is_not_named(function):
    subject = case(x=interval(-1, 1), points=[{"x": 0.0}], samples=0, operators=["derivative2"])(function)
    for found in check(subject, engines=["symbolic", "autograd"]).result.rows:
        assert "another piece" not in found.note
