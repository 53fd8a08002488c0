"""The outcomes that diffcheck exists for: who is wrong at this point, and why."""

import numpy as np
import pytest
import torch
from on_trial import planted

from diffcheck import case, interval, run
from diffcheck.api import Settings, conduct
from diffcheck.ops import (
    abs as absolute,
)
from diffcheck.ops import (
    atan2,
    celu,
    cos,
    digamma,
    exp,
    expm1,
    hypot,
    log,
    log_ndtr,
    maximum,
    pi,
    relu,
    sigmoid,
    sin,
    sqrt,
    square,
    tanh,
    where,
)


def outcome(function, x, engine="autograd", dtype="float64", **options):
    """The row of one engine for one function at one point."""
    subject = case(x=interval(-1e3, 1e3), points=[{"x": x}], samples=0, **options)(function)
    table = run(subject, engines=[engine], dtypes=[dtype], timing=False)
    assert len(table) == 1
    return table.iloc[0]


TABLE = [
    # function, point, engine, dtype, verdict, reason
    ("tanh", lambda x: tanh(x), 20.0, "autograd", "float64", "lossy", "cancellation"),
    ("sigmoid", lambda x: sigmoid(x), 40.0, "autograd", "float64", "lossy", "cancellation"),
    ("expm1", lambda x: expm1(x), -40.0, "autograd", "float64", "lossy", "cancellation"),
    ("abs", lambda x: absolute(x), 0.0, "autograd", "float64", "kink", ""),
    ("abs", lambda x: absolute(x), 0.0, "symbolic", "float64", "kink", ""),
    ("abs", lambda x: absolute(x), 0.0, "finite", "float64", "kink", ""),
    ("relu", lambda x: relu(x), 0.0, "autograd", "float64", "kink", ""),
    ("relu difference", lambda x: relu(x) - relu(-x), 0.0, "autograd", "float64", "disagree", "wrong"),
    ("where", lambda x: where(x > 0, sqrt(x), x), -1.0, "autograd", "float64", "nonfinite", "branch"),
    ("sin", lambda x: sin(x), 0.7, "autograd", "float32", "agree", ""),
    ("sin", lambda x: sin(x), 0.7, "autograd", "bfloat16", "agree", ""),
    ("sin", lambda x: sin(x), 0.7, "autograd", "float16", "agree", ""),
    ("sin", lambda x: sin(x), 0.7, "symbolic", "float32", "agree", ""),
    ("celu", lambda x: celu(x, 0.3), -20.0, "autograd", "float64", "disagree", "wrong"),
    ("log of exp", lambda x: log(1 + exp(x)), 800.0, "autograd", "float64", "nonfinite", "overflow"),
    ("root of squares", lambda x: sqrt(square(1e160 * x)), 1.0, "autograd", "float64", "lossy", "overflow"),
    ("root of tiny squares", lambda x: sqrt((1e-200 * x) ** 2), 1.0, "autograd", "float64", "nonfinite", "underflow"),
    ("hypot", lambda x: hypot(3 * x, 4 * x), 1.0, "autograd", "float64", "agree", ""),
    ("sine of much", lambda x: sin(1e10 * x), 1.0, "autograd", "float64", "ill-conditioned", ""),
    ("log outside", lambda x: log(x), -1.0, "autograd", "float64", "undefined", ""),
    ("root of zero", lambda x: sqrt(x), 0.0, "autograd", "float64", "undefined", ""),
    ("removable", lambda x: sin(x) / x, 0.0, "autograd", "float64", "undefined", ""),
    ("undecidable", lambda x: sqrt(sin(2 * x) - 2 * sin(x) * cos(x)), 0.7, "autograd", "float64", "uncertain", ""),
    ("a tie that cancels", lambda x: maximum(x, 2 * x) + maximum(-x, -2 * x), 0.0, "finite", "float64", "kink", ""),
]


@pytest.mark.parametrize(("name", "function", "x", "engine", "dtype", "verdict", "reason"), TABLE)
def test_outcome(name, function, x, engine, dtype, verdict, reason):
    row = outcome(function, x, engine, dtype)
    assert row.verdict == verdict
    assert row.reason == reason


@pytest.mark.parametrize(
    ("function", "x", "truth"),
    [
        (lambda x: tanh(x), 20.0, "1.69934170211663558369288281038e-17"),
        (lambda x: sigmoid(x), 40.0, "4.24835425529158895923"),
        (lambda x: expm1(x), -40.0, "4.24835425529158899532"),
    ],
    ids=["tanh", "sigmoid", "expm1"],
)
def test_lost_digits_are_counted_and_the_truth_is_shown(function, x, truth):
    row = outcome(function, x)
    assert row.digits == 0
    assert row.digits_possible > 14
    assert row.truth.startswith(truth)


def test_the_operation_and_the_form_that_keep_the_digits_are_named():
    note = outcome(lambda x: tanh(x), 20.0).note
    assert "1 - tanh(x)**2 cancels 17 digits" in note
    assert "4 * sigmoid(2 * x) * sigmoid(-2 * x) keeps them" in note


@pytest.mark.parametrize(
    ("engine", "verdict", "digits"), [("symbolic", "lossy", 0), ("autograd", "lossy", 0), ("finite", "agree", 6)]
)
def test_the_versine_quotient(engine, verdict, digits):
    row = outcome(lambda x: (1 - cos(x)) / x**2, 1e-4, engine)
    assert row.truth.startswith("-8.33333332777777")
    assert (row.verdict, int(row.digits)) == (verdict, digits)


def test_an_ill_conditioned_question_says_what_it_depends_on_most():
    note = outcome(lambda x: sin(1e10 * x), 1.0).note
    assert "roundoff in the inputs alone, most of all in the constant 1e+10, moves the derivative" in note


def test_digamma_of_torch_is_found_out():
    row = outcome(lambda x: digamma(x), 1.2345)
    assert row.verdict == "disagree"
    assert row.max_error_ulp > 1e5


def test_the_convention_at_a_kink_is_told():
    note = outcome(lambda x: relu(x), 0.0).note
    assert "left 0, right 1; the engine says 0" in note


class OffByOne(torch.autograd.Function):
    """The square plus one, with the derivative of the square."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x + 1

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return 2 * x * gradient


class Careless(torch.autograd.Function):
    """The square, with the derivative of its half."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return x * gradient


@pytest.mark.parametrize(
    ("implementation", "verdict", "reason"),
    [
        ("torch.square", "agree", ""),
        (OffByOne.apply, "disagree", "value"),
        (Careless.apply, "disagree", "wrong"),
        (lambda x: x.float().square().to(x.dtype), "disagree", "value"),
        (lambda x: x**3, "disagree", "value"),
    ],
    ids=["right", "value", "derivative", "float32 inside", "another function"],
)
def test_an_implementation_on_trial(implementation, verdict, reason):
    row = outcome(lambda x: square(x), 1.1, implementations={"autograd": implementation})
    assert (row.verdict, row.reason) == (verdict, reason)


@pytest.mark.parametrize("method", ["reverse", "forward", "func"])
@pytest.mark.parametrize("operator", ["gradient", "hessian", "jacobian"])
def test_every_method_of_torch_is_right_about_a_polynomial(method, operator):
    subject = case(x=interval(-2, 2, shape=3), a=np.array([0.3, -1.7, 2.9]), operators=(operator,))(
        lambda x, a: (a * x**3).sum() + x[0] * x[1] * x[2]
    )
    table = run(subject, engines=[f"autograd:{method}"], samples=2, timing=False)
    assert list(table.verdict) == ["agree"]


@pytest.mark.parametrize(
    ("function", "forward", "backward"),
    [
        (lambda x: x**2, lambda x: x**2, lambda g, x: g * 0),
        (lambda x: x**5, lambda x: x**5, lambda g, x: -g * 5 * x**4),
        (lambda x: exp(x), torch.exp, lambda g, x: g * torch.exp(x) * 1.45),
    ],
    ids=["zero", "sign", "45 percent"],
)
@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
def test_eight_bits_excuse_no_wrong_gradient(function, forward, backward, dtype):
    row = outcome(function, 1.25, dtype=dtype, implementations={"autograd": planted(forward, backward)})
    assert row.verdict == "disagree"


def test_overflow_of_the_definition_excuses_no_invented_gradient():
    wrong = planted(lambda x: x, lambda g, x: g * 7)
    row = outcome(lambda x: log(exp(x)), 900.0, implementations={"autograd": wrong})
    assert row.verdict == "disagree"


def test_a_function_value_of_nan_is_found_out():
    wrong = planted(lambda x: torch.sin(x) * float("nan"), lambda g, x: g * torch.cos(x))
    row = outcome(lambda x: sin(x), 1.5, implementations={"autograd": wrong})
    assert (row.verdict, row.reason) == ("disagree", "value")


def test_a_cut_that_rounding_hides_is_not_certified():
    assert outcome(lambda x: atan2(sin(2 * x) - 2 * sin(x) * cos(x), x - 2), 1.0).verdict == "uncertain"


def test_a_cut_that_is_met_at_a_whole_number_is_a_jump():
    row = outcome(lambda x: atan2(sin(pi * x), x - 2), 1.0)
    assert (row.verdict, row.note[:4]) == ("undefined", "jump")


@pytest.mark.parametrize(
    ("function", "x", "shape"),
    [
        (lambda x: 1 / x, 0.0, "pole"),
        (lambda x: log(x), -1.0, "outside the domain"),
        (lambda x: sin(x) / x, 0.0, "removable"),
        (lambda x: sqrt(absolute(x)), 0.0, "cusp"),
    ],
)
def test_a_listed_point_without_derivative_is_told_beside_the_others(function, x, shape):
    subject = case(x=interval(-1e3, 1e3), points=[{"x": x}, {"x": 1.25}], samples=0)(function)
    found = conduct(subject, Settings(timing=False))
    assert [str(row.verdict) for row in found.rows] == ["agree"] * 3
    assert all(f"not judged at x = {x:g}: {shape}; the engine says" in row.note for row in found.rows)
    assert found.cases[0].not_judged == f"x = {x:g}: {shape}"


def test_an_undefined_row_says_what_the_engine_returned():
    assert outcome(lambda x: log(x), -1.0).note.endswith("the engine says -1")


def test_a_component_without_derivative_is_told_beside_one_that_has_one():
    subject = case(x=interval(0, 1), y=interval(0, 1), points=[{"x": 0.0, "y": 1.0}], samples=0)(
        lambda x, y: sqrt(x) * y
    )
    found = conduct(subject, Settings(timing=False))
    assert [str(row.verdict) for row in found.rows] == ["agree"] * 3
    assert found.cases[0].not_judged == "x = 0, y = 1: domain edge by x"
    assert all("not judged at x = 0, y = 1: domain edge by x; the engine says" in row.note for row in found.rows)


def test_zero_has_no_sign():
    found = outcome(lambda x: atan2(x, x - 2) * (x - 2), -0.0)
    assert found.worst_point == '{"x": 0.0}'


@pytest.mark.parametrize(
    ("function", "x", "dtype", "told"),
    [
        (lambda x: 1 / (x + 1 - 1), 1e-10, "float32", "x + 1 - 1 cancels"),
        (lambda x: log(1 - cos(x)), 1e-9, "float64", "1 - cos(x) cancels"),
    ],
)
def test_digits_that_cancel_to_a_zero_are_named_where_it_is_divided_by(function, x, dtype, told):
    row = outcome(function, x, dtype=dtype)
    assert (row.verdict, row.reason) == ("nonfinite", "cancellation")
    assert told in row.note


def test_no_rule_is_blamed_on_a_cut():
    subject = case(x=interval(-2, -1), y=interval(-1, 1), wrt="y", points=[{"x": -1.0, "y": 0.0}], samples=0)(
        lambda x, y: atan2(y, x) ** 2
    )
    assert all("contradicts" not in row.note for row in conduct(subject, Settings(timing=False)).rows)


def test_numbers_that_no_float_holds_are_unsupported():
    row = outcome(lambda x: sin(x) * 1e-300 * 1e300 * 1e300 * 1e100, 0.5, engine="symbolic:closed")
    assert row.verdict == "unsupported"


def test_a_few_lost_digits_make_no_infinity():
    """SymPy writes the tail, 1.13e-19 at -9, as 1 - erfc(...) / 2, zero in doubles; the definition does not."""
    row = outcome(lambda x: log_ndtr(x), -9.0, "symbolic")
    assert (row.verdict, row.reason) == ("nonfinite", "cancellation")
    assert "1 - 0.5 * erfc(" in row.note
    assert "cancels 19 digits" in row.note
    far = outcome(lambda x: log_ndtr(x), -30.0, "symbolic")
    assert (far.verdict, far.reason) == ("nonfinite", "singular")
    assert "digits" not in far.note
