"""What is said of a wrong number: what can be seen from outside, and a cause only where it was found."""

import numpy as np
import pytest
import torch

from diffcheck import case, interval
from diffcheck.api import Settings, conduct
from diffcheck.ops import exp, maximum, sin, square, tanh, where
from diffcheck.ops import sum as total


def planted(forward, backward):
    class Planted(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *x):
            ctx.save_for_backward(*x)
            return forward(*x)

        @staticmethod
        def backward(ctx, g):
            return backward(g, *ctx.saved_tensors)

    return Planted.apply


def row(definition, implementation, points, shape=(), dtype="float64", **options):
    subject = case(
        x=interval(-1e3, 1e3, shape=shape),
        points=[{"x": x} for x in points],
        samples=0,
        implementations={"autograd": implementation},
        **options,
    )(definition)
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False, dtypes=[dtype])).rows
    return found


def one(backward):
    """A sine with this factor of the incoming gradient for its backward."""
    return planted(torch.sin, lambda g, x: g * backward(x))


SEEN = [
    ("zero", one(lambda x: 0 * x), [0.5, 1.0], "exactly 0"),
    ("sign", one(lambda x: -torch.cos(x)), [0.5, 1.0], "the truth with the other sign"),
    ("sign at one point", one(lambda x: -torch.cos(x)), [0.5], "the truth with the other sign"),
    ("twice", one(lambda x: 2 * torch.cos(x)), [0.5, 1.0], "2 times the truth, wherever it is wrong"),
    ("half", one(lambda x: torch.cos(x) / 2), [0.5, 1.0], "1/2 of the truth, wherever it is wrong"),
    ("a permille", one(lambda x: torch.cos(x) * 1.001), [0.5, 1.0], "1.001 times the truth, wherever it is wrong"),
    ("no factor", one(lambda x: torch.cos(x) + 0.01), [0.5, 1.0], "of the truth"),
    ("sign and size", one(lambda x: torch.cos(x) - 1), [0.5, 1.0], "the sign is wrong"),
    ("NaN", one(lambda x: torch.cos(x) / 0 * 0), [0.5, 1.0], "NaN from finite inputs"),
    ("infinity", one(lambda x: torch.cos(x) / 0), [0.5, 1.0], "infinity from finite inputs"),
    ("single", one(lambda x: torch.cos(x.float()).double()), [0.3, 1.1], "one rounding to float32"),
]


@pytest.mark.parametrize(("implementation", "points", "told"), [s[1:] for s in SEEN], ids=[s[0] for s in SEEN])
def test_what_is_seen_from_outside_is_said(implementation, points, told):
    found = row(lambda x: sin(x), implementation, points)
    assert found.fails
    assert told in found.note


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
