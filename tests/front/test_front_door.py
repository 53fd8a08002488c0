"""`check`, `run` and `assert_gradients` as somebody calls them for the first time."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import diffcheck
from diffcheck import case, check, interval, ops
from diffcheck.api import Settings, conduct
from diffcheck.errors import CaseError, UsageError

UNIT = interval(1, 2)
X = torch.tensor([0.5, -1.0], dtype=torch.float64)


def square(**options):
    return check(lambda x: x * x, x=UNIT, samples=1, **options)


# A check has passed when something was judged.


def uncertified(x):
    """At 0 the pieces meet by an addition theorem, which algebra does not tell."""
    return ops.maximum(ops.sin(2 * x), 2 * ops.sin(x) * ops.cos(x))


NOBODY_KNOWS = {
    "unsupported": lambda: check(lambda x: x[x.nonzero()[:, 0]], X),
    "undefined": lambda: check(lambda x: ops.log(x), x=interval(-2, -1), engines="autograd", samples=1),
    "uncertain": lambda: check(uncertified, x=UNIT, points=[{"x": 1.25}], engines="autograd", samples=0),
}


@pytest.mark.parametrize(("verdict", "call"), NOBODY_KNOWS.items(), ids=NOBODY_KNOWS)
def test_nothing_judged_is_not_passed(verdict, call):
    checked = call()
    assert set(checked.frame["verdict"]) == {verdict}
    assert not checked.passed
    assert not checked


def test_one_engine_that_is_judged_is_enough():
    """Half precision is not there for SymPy and NumPy, which is said and no failure."""
    checked = square(dtypes="float16")
    assert sorted(checked.frame["verdict"]) == ["agree", "unsupported", "unsupported"]
    assert checked.passed


def test_what_a_case_declares_is_passed():
    declared = case(x=UNIT, expect={"finite": "unsupported"}, because="why not")(lambda x: x * x)
    options = {"engines": "finite", "samples": 1, "dtypes": "float16"}
    assert check(declared, **options).passed
    assert not square(engines="finite", dtypes="float16").passed


# One name may stand for a list of it.


@pytest.mark.parametrize(
    ("options", "column", "value"),
    [
        ({"engines": "autograd:forward"}, "method", "forward"),
        ({"engines": "autograd", "dtypes": "float32"}, "dtype", "float32"),
        ({"engines": "autograd", "devices": "cpu"}, "device", "cpu"),
    ],
    ids=["engines", "dtypes", "devices"],
)
def test_one_name_stands_for_a_list(options, column, value):
    assert square(**options).frame[column].tolist() == [value]


@pytest.mark.parametrize(("strict", "fails"), [("autograd", 1), ("symbolic", 0)])
def test_one_name_stands_for_a_list_in_a_run(strict, fails):
    loses = case(x=interval(0, 1), points=[{"x": 1e-5}], samples=0)(lambda x: (1 - ops.cos(x)) / x**2)
    settings = Settings(engines="autograd", operators="derivative", strict=strict, timing=False)
    assert len(conduct(loses, settings).failing) == fails


def test_a_dtype_of_torch_is_no_name():
    with pytest.raises(UsageError, match="unknown dtype torch.float32: choose from float64"):
        square(dtypes=torch.float32)


# What is no function.


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (3, "3 is a int, not a function"),
        ("x * x", "x [*] x is a str, not a function"),
        (X, "is a Tensor, not a function"),
        (complex, "complex is a class: give an instance of it"),
        (max, "it does not tell its parameters: write a function that calls it"),
    ],
    ids=["number", "text", "tensor", "class", "function in C"],
)
def test_what_is_no_function_is_told(given, message):
    with pytest.raises(CaseError, match=message):
        check(given, x=UNIT)


# A case that is itself broken is told once.


def test_a_broken_case_is_told_once():
    text = repr(check(lambda x: x.foo, x=UNIT))
    assert text.count("a traced value has no 'foo': use the functions of diffcheck.ops") == 1
    assert text.count("every engine") == 1
    assert "the case itself is broken" in text


def test_torch_code_that_cannot_be_recorded_is_not_called_broken():
    text = repr(check(lambda x: x * float(x.sum()), X))
    assert "nothing is judged" in text
    assert "broken" not in text
    assert text.count("a number leaves for Python") == 1


def test_torch_given_a_traced_value_names_the_way():
    text = repr(check(lambda x: torch.sin(x), x=UNIT))
    assert "use the functions of diffcheck.ops; diffcheck.case_of takes torch code as it is" in text


def test_an_operation_is_nobody_s_file():
    assert case(x=UNIT)(ops.sin).source == ""


# The assertion.


class Overwriting(torch.autograd.Function):
    """The right numbers, written over the incoming gradient."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g.mul_(2 * x)


def test_a_breach_beside_right_numbers_is_told_without_a_worst_one():
    with pytest.raises(AssertionError) as told:
        diffcheck.assert_gradients(Overwriting.apply, X)
    first, *rest = str(told.value).splitlines()
    assert re.fullmatch(r"autograd:reverse agree, [\d.]+ right, but changes-gradient: Overwriting jacobian", first)
    assert [line.split()[0] for line in rest] == ["point", "why"]


def test_python_starts_the_command_line():
    command = [sys.executable, "-m", "diffcheck", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.startswith("diffcheck")


def test_a_long_point_is_cut_where_it_shows():
    with pytest.raises(AssertionError) as told:
        diffcheck.assert_gradients(Overwriting.apply, torch.linspace(0.1, 0.9, 40, dtype=torch.float64))
    (line,) = (line for line in str(told.value).splitlines() if line.startswith("  point"))
    assert "array (40 numbers)" in line
    assert len(line) <= 170


def test_a_wrong_derivative_is_told_in_five_lines_with_digits_that_part_one_below_the_other():
    class Off(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return torch.sin(x)

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 1.001 * g * torch.cos(x)

    with pytest.raises(AssertionError) as told:
        diffcheck.assert_derivatives(Off.apply, torch.tensor(0.5, dtype=torch.float64), engines="autograd")
    who, point, value, truth, why = str(told.value).splitlines()
    assert who.startswith("autograd:reverse disagree (wrong), 3.0 right: Off derivative")
    assert point == "  point  x = 0.5"
    assert value == "  value  0.87846"
    assert truth == "  truth  0.87758"
    assert "another formula" in why


def test_a_right_derivative_by_all_engines_is_silent():
    diffcheck.assert_derivatives(lambda x: ops.exp(-x * x), x=UNIT)


def test_a_derivative_that_nobody_can_judge_is_no_success():
    with pytest.raises(AssertionError, match="undefined"):
        diffcheck.assert_derivatives(lambda x: ops.log(x), x=diffcheck.interval(-2, -1))


@pytest.mark.parametrize("given", [lambda x: x * x, [lambda x: x * x], 3, [None]])
def test_a_run_of_what_is_no_case_is_refused(given):
    with pytest.raises(UsageError, match="run takes cases and paths of case files, not an object of type"):
        diffcheck.run(given)
