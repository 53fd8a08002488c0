"""A user's own operation: what he says of it is used, what he leaves out is refused by name, what is wrong is found."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import sympy
import torch
from command import typed
from flint import arb

import diffcheck.ops as o
from diffcheck import case, check, interval, own_operation
from diffcheck.errors import CaseError
from diffcheck.ops import exp, lerchphi, log, sqrt
from diffcheck.ops.table import Primitive
from diffcheck.verdict import Verdict

# (exp(x) - 1) / x, which is the mean of exp over [0, x].
WHOLE = {
    "numpy": lambda x: np.expm1(x) / x,
    "torch": lambda x: torch.expm1(x) / x,
    "sympy": lambda x: (sympy.exp(x) - 1) / x,
    "balls": lambda x: (x.exp() - 1) / x,
    "slopes": lambda x, value: (exp(x) - value) / x,
}
SINE = {"numpy": np.sin, "balls": lambda x: x.sin(), "slopes": lambda x, _: o.cos(x)}
ENGINES = {"symbolic", "finite", "autograd"}


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    monkeypatch.setattr(Primitive, "rows", dict(Primitive.rows))


def declared(name, **columns):
    return own_operation(name, **columns)


def rows_of(operation, lo=0.5, hi=3.0):
    """For each engine its row, and the notes of all."""
    mean = case(x=interval(lo, hi), samples=3, operators=["derivative"], name="mean")(lambda x: x * operation(x))
    return {row.engine: row for row in check(mean).frame.itertuples()}


def test_a_whole_one_is_judged_as_any_other():
    found = rows_of(declared("mean_of_exp_1", **WHOLE))
    assert {engine: row.verdict for engine, row in found.items()} == dict.fromkeys(ENGINES, Verdict.AGREE)
    at = json.loads(found["autograd"].worst_point)["x"]
    assert float(found["autograd"].truth) == pytest.approx(np.exp(at), rel=1e-14)


LACKING = {
    "torch": ("autograd", Verdict.UNSUPPORTED, "has no torch function"),
    "numpy": ("finite", Verdict.UNSUPPORTED, "has no NumPy function"),
}


@pytest.mark.parametrize(("column", "expected"), LACKING.items(), ids=LACKING)
def test_what_is_left_out_is_refused_by_name_and_nowhere_else(column, expected):
    name = f"mean_without_{column}"
    found = rows_of(declared(name, **{k: v for k, v in WHOLE.items() if k != column}))
    engine, verdict, told = expected
    assert found[engine].verdict == verdict
    assert told in found[engine].note
    assert name in found[engine].note
    rest = {other: row.verdict for other, row in found.items() if other != engine}
    assert rest == dict.fromkeys(ENGINES - {engine}, Verdict.AGREE)


def test_without_an_expression_sympy_chains_the_slopes_and_has_no_closed_form():
    made = declared("mean_without_sympy", **{k: v for k, v in WHOLE.items() if k != "sympy"})
    assert {row.verdict for row in rows_of(made).values()} == {Verdict.AGREE}
    (row,) = check(case(x=interval(1, 2), samples=1)(made), engines=["symbolic:closed"]).result.rows
    assert row.verdict == Verdict.UNSUPPORTED
    assert "'mean_without_sympy' has no SymPy expression: give own_operation(..., sympy=...)" in row.note


def test_without_an_enclosure_the_referee_says_so_by_name():
    found = rows_of(declared("mean_without_balls", **{k: v for k, v in WHOLE.items() if k != "balls"}))
    assert {row.verdict for row in found.values()} == {Verdict.UNCERTAIN}
    assert all("'mean_without_balls' has no enclosure" in row.note for row in found.values())


def test_without_slopes_sympy_s_derivative_serves():
    found = rows_of(declared("mean_by_sympy", **{k: v for k, v in WHOLE.items() if k != "slopes"}))
    assert {row.verdict for row in found.values()} == {Verdict.AGREE}


WITHOUT_RULE = {k: v for k, v in WHOLE.items() if k not in ("slopes", "sympy")}


def test_without_slopes_and_expression_the_power_series_tell_the_referee_alone():
    found = rows_of(declared("mean_without_rule", **WITHOUT_RULE))
    assert found["finite"].verdict == found["autograd"].verdict == Verdict.AGREE
    assert found["symbolic"].verdict == Verdict.UNSUPPORTED
    assert "no slopes: give own_operation(..., sympy=... or slopes=...)" in found["symbolic"].note
    at = json.loads(found["autograd"].worst_point)["x"]
    assert float(found["autograd"].truth) == pytest.approx(np.exp(at), rel=1e-14)


@pytest.mark.parametrize("shape", [(), 20_000])
def test_without_slopes_expression_and_power_series_there_is_no_truth(shape):
    columns = {"numpy": np.sin, "torch": torch.sin, "balls": arb.sin}
    made = declared("sine_of_balls_alone", **columns)
    (row,) = check(
        lambda x: o.sum(made(x) * x), x=interval(1, 2, shape=shape), samples=1, engines="autograd"
    ).result.rows
    assert row.verdict == Verdict.UNCERTAIN
    assert "no slopes: give own_operation(..., sympy=... or slopes=...); nor do its balls take" in row.note


def test_mixed_derivatives_by_power_series_are_those_of_the_formula():
    columns = {"numpy": lambda x, y: np.exp(-x * y) * np.sin(y), "torch": lambda x, y: torch.exp(-x * y) * torch.sin(y)}
    made = declared("damped", **columns, balls=lambda x, y: (-x * y).exp() * y.sin())
    box = interval(0.5, 1)
    plane = case(x=box, y=box, samples=3, operators=["gradient", "hessian"])(lambda x, y: made(x * y, y) * x)
    line = case(x=box, samples=3, operators=["derivative3"])(lambda x: made(x * x, x) * x)
    rows = [row for subject in (plane, line) for row in check(subject, engines=["autograd"]).result.rows]
    assert [row.verdict for row in rows] == [Verdict.AGREE] * 3


def test_a_wrong_slope_is_found_and_named():
    wrong = {**WHOLE, "slopes": lambda x, value: (exp(x) + value) / x}
    found = rows_of(declared("mean_with_wrong_slope", **wrong))
    assert {row.verdict for row in found.values()} == {Verdict.AGREE}
    told = "the slope that is given for mean_with_wrong_slope contradicts its power series"
    assert all(told in row.note for row in found.values())


def odd(*_):
    raise OverflowError("too far")


def stray(*_):
    raise KeyError("nothing there")


UNFIT = {
    "slopes of too few arguments": (
        "slopes",
        lambda x: exp(x),
        "raises TypeError: .* it takes the arguments and then the value",
    ),
    "slopes that raise": ("slopes", odd, "raises OverflowError: too far: it takes the arguments and then the value"),
    "no slope": ("slopes", lambda x, value: None, "gives None of type NoneType: it takes the arguments"),
    "an infinite slope": ("slopes", lambda x, value: float("inf"), "gives inf of type float"),
    "balls that raise": ("balls", odd, "raises OverflowError: too far: it takes a flint.arb for each"),
    "a float for a ball": ("balls", lambda x: 1.5, "gives 1.5 of type float: it takes a flint.arb for each"),
    "balls without arguments": ("balls", lambda: 1, "raises TypeError: .* it takes a flint.arb for each"),
    "series that raise": ("series", stray, "raises KeyError: 'nothing there': it takes a flint.arb_series"),
    "a number for a series": ("series", lambda x: 2, "gives 2 of type int: it takes a flint.arb_series"),
}


@pytest.mark.parametrize(("column", "function", "told"), UNFIT.values(), ids=UNFIT)
def test_a_function_that_does_not_fit_is_an_error_that_names_it(column, function, told):
    found = rows_of(declared("mean_that_is_unfit", **{**WHOLE, column: function}))
    assert {row.verdict for row in found.values()} == {Verdict.ERROR}
    for row in found.values():
        assert re.search(f"own_operation 'mean_that_is_unfit': {column} {told}", row.note)


def test_series_that_have_no_place_there_leave_the_second_route_out():
    assert {row.verdict for row in rows_of(declared("mean_without_place", **{**WHOLE, "series": odd})).values()} == {
        Verdict.AGREE
    }


def test_an_exact_constant_is_a_slope():
    columns = {"numpy": lambda x: np.sqrt(2) * x, "torch": lambda x: 2**0.5 * x, "balls": lambda x: arb(2).sqrt() * x}
    found = rows_of(declared("times_root_two", **columns, slopes=lambda x, value: sqrt(2)))
    assert {found[engine].verdict for engine in ("finite", "autograd")} == {Verdict.AGREE}


def test_a_numpy_function_that_does_not_run_is_an_error_of_those_that_call_it():
    found = rows_of(declared("mean_beyond_numpy", **{**WHOLE, "numpy": odd}))
    assert found["finite"].verdict == Verdict.ERROR
    assert found["symbolic"].verdict == found["autograd"].verdict == Verdict.AGREE


WRONG_SLOPE = """
from diffcheck import case, interval, own_operation
from diffcheck.ops import exp

mean = own_operation(
    "mean_of_exp_in_a_file",
    balls=lambda x: (x.exp() - 1) / x,
    numpy=lambda x: (2.718281828459045**x - 1) / x,
    slopes=lambda x, value: (exp(x) + value) / x,
)

@case(x=interval(0.5, 3.0))
def weighted(x):
    return x * mean(x)
"""


def test_a_wrong_slope_is_told_once_for_each_case(folder):
    Path("own.py").write_text(WRONG_SLOPE)
    done = typed("run own.py --no-timing --samples 3 --output out")
    told = "weighted derivative: the slope that is given for mean_of_exp_in_a_file contradicts its power series"
    assert done.output.count(told) == 1
    assert Path("out/report.md").read_text().count(f"- {told}") == 1


def test_a_wrong_torch_function_is_found():
    found = rows_of(declared("mean_with_wrong_torch", **{**WHOLE, "torch": lambda x: torch.expm1(x) / x.detach()}))
    assert found["autograd"].verdict == Verdict.DISAGREE
    assert found["symbolic"].verdict == found["finite"].verdict == Verdict.AGREE


def test_a_value_that_is_another_functions_is_told_beside_right_slopes():
    other = {**WHOLE, "torch": lambda x: torch.expm1(x) / x + 1}
    found = rows_of(declared("mean_off_by_one", **other))
    assert (found["autograd"].verdict, found["autograd"].reason) == (Verdict.DISAGREE, "value")
    assert found["symbolic"].verdict == found["finite"].verdict == Verdict.AGREE


def test_a_function_of_balls_alone_leaves_the_second_route_out():
    alone = {**WHOLE, "balls": lambda x: x.expm1() / x}
    assert {row.verdict for row in rows_of(declared("mean_of_balls", **alone)).values()} == {Verdict.AGREE}


def test_two_arguments_have_two_slopes():
    odds = declared(
        "log_of_ratio",
        numpy=lambda x, y: np.log(x / y),
        torch=lambda x, y: torch.log(x / y),
        sympy=lambda x, y: sympy.log(x / y),
        balls=lambda x, y: (x / y).log(),
        slopes=(lambda x, y, _: 1 / x, lambda x, y, _: -1 / y),
        outside=lambda x, y: x <= 0 or y <= 0,
    )
    both = case(x=interval(1, 2), y=interval(3, 4), samples=2)(lambda x, y: odds(x, y) + log(x))
    found = check(both).frame
    assert len(found) >= len(ENGINES)
    assert set(found.verdict) == {Verdict.AGREE}


@pytest.mark.parametrize("name", ["sin", "softmax", "const", "input", "array", "eigenvalues", "broadcast"])
def test_the_name_of_an_operation_of_diffcheck_is_taken(name):
    with pytest.raises(CaseError, match=f"'{name}': diffcheck has an operation of this name"):
        own_operation(name, **WHOLE)


def test_a_name_is_declared_in_one_place():
    own_operation("declared_twice", **WHOLE)
    with pytest.raises(CaseError, match=r"'declared_twice': .*test_own_operations\.py:\d+ declares one"):
        own_operation("declared_twice", **WHOLE)


def test_a_file_that_is_read_again_declares_it_anew():
    first, second = (declared("declared_again", **WHOLE) for _ in range(2))
    assert first is not second
    assert Primitive.rows["declared_again"] is second


@pytest.mark.parametrize(
    ("columns", "told"), [({"balls": "exp"}, "balls is 'exp': give a function"), ({"series": 3}, "series is 3")]
)
def test_what_cannot_be_called_is_refused(columns, told):
    with pytest.raises(CaseError, match=told):
        own_operation("never_called", **columns)


def test_a_name_is_a_name_of_python():
    with pytest.raises(CaseError, match="a name of Python"):
        own_operation("two words", **WHOLE)


def test_what_sympy_writes_no_code_for_is_refused_by_name():
    transcendent = case(z=interval(0.1, 0.9), samples=2, name="lerch")(lambda z: z * lerchphi(z, 1.5, 2))
    found = {row.engine: row for row in check(transcendent).frame.itertuples()}
    assert found["symbolic"].verdict == Verdict.UNSUPPORTED
    assert "lerchphi" in found["symbolic"].note
    assert found["finite"].verdict == Verdict.AGREE


# Balls have a hyperbolic cotangent, power series have none: no series tells whether a slope is right.
LANGEVIN = {
    "numpy": lambda x: 1 / np.tanh(x) - 1 / x,
    "torch": lambda x: 1 / torch.tanh(x) - 1 / x,
    "balls": lambda x: x.coth() - 1 / x,
}
ANSWERED = {Verdict.AGREE, Verdict.LOSSY}


def test_a_right_slope_without_a_power_series_is_used():
    found = rows_of(declared("langevin", **LANGEVIN, slopes=lambda x, value: 1 - (value + 1 / x) ** 2 + 1 / x**2))
    assert {found[engine].verdict for engine in ("finite", "autograd")} <= ANSWERED


def test_a_right_slope_without_a_power_series_is_used_on_arrays():
    right = declared("langevin_of_arrays", **LANGEVIN, slopes=lambda x, value: 1 - (value + 1 / x) ** 2 + 1 / x**2)
    made = case(x=interval(0.5, 3.0, shape=300), samples=1, operators=["gradient"])(lambda x: o.sum(right(x) * x))
    rows = check(made, engines=["finite", "autograd"]).frame.itertuples()
    assert {row.verdict for row in rows} <= ANSWERED


@pytest.mark.parametrize("shape", [(), (300,), (30000,)], ids=["number", "array", "large"])
def test_a_wrong_slope_without_a_power_series_accuses_nobody(shape):
    wrong = declared("langevin_with_wrong_slope", **LANGEVIN, slopes=lambda x, value: 1 - value**2)
    made = case(x=interval(0.5, 3.0, shape=shape), samples=1, operators=["gradient"])(lambda x: o.sum(wrong(x)))
    (row,) = check(made, engines=["autograd"]).frame.itertuples()
    assert row.verdict == Verdict.UNCERTAIN
    assert "contradicts difference quotients of its balls" in row.note


# Operations whose slopes are made of pieces, by SymPy's rules or as they are given.
IN_PIECES = {
    "size": {"numpy": np.abs, "torch": torch.abs, "balls": abs, "sympy": sympy.Abs},
    "size_by_slopes": {"numpy": np.abs, "torch": torch.abs, "balls": abs, "slopes": lambda x, _: o.sign(x)},
    "rectified": {
        "numpy": lambda x: np.maximum(x, 0),
        "torch": torch.relu,
        "balls": lambda x: x.max(arb(0)),
        "slopes": lambda x, _: o.where(x > 0, 1.0, 0.0),
    },
    "rectified_by_sympy": {
        "numpy": lambda x: np.maximum(x, 0),
        "torch": torch.relu,
        "balls": lambda x: x.max(arb(0)),
        "sympy": lambda x: sympy.Max(x, 0),
    },
    "clipped_square": {
        "numpy": lambda x: np.where(np.abs(x) < 1, x * x / 2, np.abs(x) - 0.5),
        "torch": lambda x: torch.where(x.abs() < 1, x * x / 2, x.abs() - 0.5),
        "balls": lambda x: x * x / 2 if abs(x) < 1 else abs(x) - arb(0.5),
        "slopes": lambda x, _: o.clip(x, -1, 1),
    },
    "signed_square": {
        "numpy": lambda x: x * np.abs(x),
        "torch": lambda x: x * x.abs(),
        "balls": lambda x: x * abs(x),
        "sympy": lambda x: x * sympy.Abs(x),
    },
    "log_of_size": {
        "numpy": lambda x: np.log(np.abs(x)),
        "torch": lambda x: x.abs().log(),
        "balls": lambda x: abs(x).log(),
        "sympy": lambda x: sympy.log(sympy.Abs(x)),
    },
}
BESIDE_PIECES = [{"x": x} for x in (1.5, -1.5, 0.25, -0.5)]


@pytest.mark.parametrize("operator", ["derivative", "derivative2"])
@pytest.mark.parametrize("name", IN_PIECES)
def test_a_slope_of_pieces_is_the_piece_that_holds(name, operator):
    made = declared(f"{name}_for_{operator}", **IN_PIECES[name])
    subject = case(x=interval(-2, 2), points=BESIDE_PIECES, samples=0, operators=[operator])(lambda x: made(x) * x)
    # SymPy's second derivatives of sizes hold Dirac's delta.
    engines = ["autograd", "symbolic"] if operator == "derivative" else ["autograd"]
    assert {row.verdict for row in check(subject, engines=engines).result.rows} == {Verdict.AGREE}


def test_a_slope_of_pieces_is_another_one_for_each_element():
    made = declared("clipped_squares", **IN_PIECES["clipped_square"])
    x = np.linspace(-3, 3, 7) + 0.25
    subject = case(x=interval(-4, 4, shape=7), points=[{"x": x}], samples=0)(lambda x: o.sum(made(x) * x))
    assert {row.verdict for row in check(subject).result.rows} == {Verdict.AGREE}


def test_pieces_of_a_slope_that_meet_with_one_number_have_it():
    made = declared("clipped_square_at_its_seam", **IN_PIECES["clipped_square"])
    subject = case(x=interval(-2, 2), points=[{"x": 1.0}], samples=0, operators=["derivative", "derivative2"])(made)
    first, second = check(subject, engines=["autograd"]).result.rows
    assert (first.verdict, float(first.truth)) == (Verdict.AGREE, 1.0)
    assert second.verdict == Verdict.UNCERTAIN


def test_where_pieces_of_a_slope_part_nobody_knows():
    made = declared("size_at_zero", **IN_PIECES["size_by_slopes"])
    (row,) = check(case(x=interval(-2, 2), points=[{"x": 0.0}], samples=0)(made), engines=["autograd"]).result.rows
    assert row.verdict == Verdict.UNCERTAIN
    assert "the slope of size_at_zero changes its piece here: sign(x)" in row.note


def test_points_where_pieces_of_a_slope_part_are_not_counted_unless_they_are_listed():
    made = declared("rectified_over_an_interval", **IN_PIECES["rectified"])
    subject = case(x=interval(-2, 2, shape=3), samples=2)(lambda x: o.sum(made(x) * x))
    for row in check(subject, engines=["symbolic", "autograd"]).result.rows:
        assert row.verdict == Verdict.AGREE
        assert "not certified and not counted: the slope of rectified_over_an_interval changes its piece" in row.note


# The sine with a series whose first, or second, coefficient is doubled.
WRONG_SERIES = {
    "first": (lambda x: x.sin() + (x - x[0]) * x[0].cos(), "derivative", "contradicts difference quotients"),
    "second": (
        lambda x: x.sin() - (x - x[0]) * (x - x[0]) * x[0].sin() / 2,
        "derivative2",
        "and its series contradict each other",
    ),
}


@pytest.mark.parametrize(("series", "operator", "_"), WRONG_SERIES.values(), ids=WRONG_SERIES)
def test_a_wrong_series_that_is_all_there_is_accuses_nobody(series, operator, _):
    columns = {"numpy": np.sin, "torch": torch.sin, "balls": lambda x: x.sin(), "series": series}
    made = declared(f"sine_by_wrong_{operator}", **columns)
    (row,) = check(case(x=interval(1, 2), samples=1, operators=[operator])(made), engines=["autograd"]).result.rows
    assert row.verdict == Verdict.UNCERTAIN
    assert f"the series of sine_by_wrong_{operator} contradicts difference quotients of its balls" in row.note


@pytest.mark.parametrize(("series", "operator", "told"), WRONG_SERIES.values(), ids=WRONG_SERIES)
def test_a_wrong_series_accuses_nobody(series, operator, told):
    columns = {"torch": torch.sin, "sympy": sympy.sin, "series": series}
    made = declared(f"sine_with_wrong_{operator}", **SINE | columns)
    (row,) = check(case(x=interval(1, 2), samples=1, operators=[operator])(made), engines=["autograd"]).result.rows
    assert row.verdict == Verdict.UNCERTAIN
    assert told in row.note


def test_one_function_may_give_all_slopes():
    product = {"numpy": lambda x, y: x * np.exp(y), "torch": lambda x, y: x * torch.exp(y)}
    product |= {"balls": lambda x, y: x * y.exp()}
    operation = declared("scaled_exp", **product, slopes=lambda x, y, value: (exp(y), value))
    made = case(x=interval(1, 2), y=interval(1, 2), samples=2)(lambda x, y: operation(x, y))
    rows = check(made, engines=["finite", "autograd"]).frame.itertuples()
    assert {row.verdict for row in rows} == {Verdict.AGREE}


@pytest.mark.parametrize("slopes", [lambda x, y, value: exp(y), (lambda x, y, value: exp(y),)])
def test_a_slope_that_is_left_out_is_an_error_at_once(slopes):
    operation = declared("half_a_slope", balls=lambda x, y: x * y.exp(), slopes=slopes)
    rows = check(lambda x, y: operation(x, y), x=interval(1, 2), y=interval(1, 2)).frame.itertuples()
    told = "1 slope, and is applied to 2 arguments: give a slope for each"
    assert {told in row.note for row in rows if row.verdict == Verdict.ERROR} == {True}


def test_there_is_no_truth_outside_of_the_domain_whatever_the_balls_give():
    operation = declared("half_of_sine", **SINE, outside=lambda x: x > 1)
    made = case(x=interval(0, 3), points=[{"x": 0.5}, {"x": 2.0}], samples=0)(lambda x: 2 * operation(x))
    rows = check(made, engines="finite").result.rows
    at_two = case(x=interval(0, 3), points=[{"x": 2.0}], samples=0)(lambda x: 2 * operation(x))
    (beyond,) = check(at_two, engines="finite").result.rows
    assert [row.verdict for row in rows] == [Verdict.AGREE]
    assert beyond.verdict is Verdict.UNDEFINED
    assert "half_of_sine" in beyond.note


def test_a_series_that_contradicts_the_balls_is_an_error_that_names_both():
    operation = declared("sine_of_two_minds", **SINE, series=lambda x: 3 * x)
    (row,) = check(lambda x: operation(x) + x, x=interval(0.25, 1), samples=1, engines="finite").result.rows
    assert row.verdict is Verdict.ERROR
    assert "series begins with 0.75" in row.note
    assert "where balls gives 0.24740" in row.note


def test_an_expression_that_raises_is_named():
    columns = {"balls": lambda x: x.sin(), "numpy": np.sin, "sympy": lambda x: 1 / 0}
    operation = declared("sine_without_expression", **columns)
    rows = check(lambda x: operation(x) + x, x=interval(0.25, 1), samples=1).result.rows
    assert {row.verdict for row in rows} == {Verdict.ERROR}
    assert "own_operation 'sine_without_expression': sympy raises ZeroDivisionError" in rows[0].note


@pytest.mark.parametrize("name", [3, None, ""])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(CaseError, match="the name of an operation is a name of Python"):
        own_operation(name, **SINE)


def test_a_decimal_in_sympys_rule_is_the_double_that_it_is():
    f = declared(
        "raised",
        numpy=lambda x: 0.3 * x * x,
        torch=lambda x: 0.3 * x * x,
        sympy=lambda x: 0.3 * x**2,
        balls=lambda x: 0.3 * x * x,
    )
    found = check(lambda x: f(x), x=interval(1, 2), points=[{"x": 1.5}], samples=0)
    assert set(found.frame.verdict) == {"agree"}
