"""Comparisons that a format cannot decide: no accusation for the other piece, and none missed that lies outside."""

import pytest

import diffcheck.ops as o
from diffcheck import check, interval
from diffcheck.referee.rounding.bounds import Bounds

TENTH = 0.1
# Function, point, dtype, engine, and what the pieces there give.
TIES = {
    "a sum that rounds to the other operand": (lambda x: o.maximum(x + 1, 1), 1e-10, "float32", "autograd:reverse"),
    "a cosine that rounds to one": (lambda x: o.maximum(1, o.cos(x)), 1e-10, "float64", "autograd:reverse"),
    "a product that rounds to an integer": (lambda x: x * o.floor(x * 10), 0.3, "float64", "autograd:reverse"),
    "a relation": (lambda x: o.where(x + 1 > 1, 2 * x, 3 * x), 1e-10, "float32", "autograd:forward"),
    "a difference that vanishes": (lambda x: o.relu(1 - x * TENTH), 10.0, "float64", "symbolic:closed"),
}


def row_of(function, point, dtype, engine, **options):
    found = check(
        function, x=interval(-20, 20), points=[{"x": point}], samples=0, dtypes=[dtype], engines=[engine], **options
    )
    (row,) = found.result.rows
    return row


@pytest.mark.parametrize(("function", "point", "dtype", "engine"), TIES.values(), ids=TIES)
def test_the_other_piece_is_no_wrong_derivative(function, point, dtype, engine):
    row = row_of(function, point, dtype, engine)
    assert (row.verdict, row.reason) == ("lossy", "branch")
    assert f"{dtype} cannot decide which piece of" in row.note


def test_the_note_names_the_comparison():
    row = row_of(*TIES["a sum that rounds to the other operand"])
    assert row.note == "float32 cannot decide which piece of maximum(x + 1, 1) holds here"


@pytest.mark.parametrize("slope", [-0.01, 1.01, -1.0, 2.0])
def test_a_value_beside_both_pieces_is_wrong(slope):
    row = row_of(
        lambda x: o.maximum(x + 1, 1),
        1e-10,
        "float32",
        "autograd:reverse",
        implementations={"autograd": lambda x: x * slope + (1 - x * slope).detach()},
    )
    assert (row.verdict, row.reason) == ("disagree", "wrong")


def test_a_comparison_that_the_format_decides_excuses_nothing():
    row = row_of(
        lambda x: o.maximum(x, 0),
        1e-30,
        "float64",
        "autograd:reverse",
        implementations={"autograd": lambda x: x.detach() + 0 * x},
    )
    assert (row.verdict, row.reason) == ("disagree", "wrong")


def test_the_least_of_three_that_are_nearly_equal():
    """Whoever sees the three as equal shares the slope; each on its own may come out."""
    found = check(
        lambda x: o.amax(x + 1),
        x=interval(-1, 1, shape=3),
        points=[{"x": [1e-9, -1e-9, 1e-10]}],
        samples=0,
        dtypes=["float32"],
        engines=["autograd:reverse", "symbolic:closed"],
    )
    assert [(row.verdict, row.reason) for row in found.result.rows] == [("lossy", "branch")] * 2


def test_nan_is_no_slope_of_another_piece():
    """Torch sees the tip of the root, where there is no slope; at this point there is one."""
    row = row_of(lambda x: o.sqrt(o.abs(1 - x * TENTH)), 10.0, "float64", "autograd:reverse")
    assert row.verdict == "nonfinite"


OVERFLOWS = {
    "a sign": lambda x: o.log(o.abs(o.sinh(x))),
    "a comparison": lambda x: o.log(o.maximum(o.exp(-x), o.exp(x) - 1)),
    "a comparison of what overflows on both sides": lambda x: o.log(o.maximum(o.exp(-x), o.exp(1 - x))),
}


@pytest.mark.parametrize("function", OVERFLOWS.values(), ids=OVERFLOWS)
@pytest.mark.parametrize("engine", ["symbolic:closed", "finite:adaptive", "autograd:reverse"])
def test_an_overflow_decides_nothing_about_closeness(function, engine):
    """Infinity is far from what it is compared with: the piece is certain, and NaN is no answer."""
    (row,) = check(function, x=interval(-2e3, 2e3), points=[{"x": -1000.0}], samples=0, engines=[engine]).result.rows
    assert (row.verdict, row.reason) == ("nonfinite", "overflow")
    assert "cannot decide" not in row.note


def test_an_implementation_may_take_the_other_piece_of_a_jump():
    row = row_of(
        lambda x: x * o.floor(x * 10),
        0.3,
        "float64",
        "autograd:reverse",
        implementations={"autograd": lambda x: x * (x * 10).floor()},
    )
    assert (row.verdict, row.reason) == ("lossy", "branch")


def test_whoever_tells_the_pieces_apart_in_the_value_must_do_so_in_the_slope():
    """torch.fmod computes its value without rounding, and its slope from the rounded quotient."""
    found = check(
        lambda x, y: x - y * o.floor(x / y),
        x=interval(0.5, 2),
        y=interval(0.2, 0.4),
        points=[{"x": 0.8999999999999999, "y": 0.3}],
        samples=0,
        engines=["autograd:reverse"],
        implementations={"autograd": "torch.fmod"},
    )
    assert [row.verdict for row in found.result.rows] == ["disagree"]


def test_many_pieces_beside_a_point_are_asked_about_together(monkeypatch):
    """A detached maximum has other pieces, of which none has another slope: no bound of theirs is asked for."""
    asked = []
    found = Bounds.at
    monkeypatch.setattr(Bounds, "at", lambda self, *given: asked.append(given[0]) or found(self, *given))
    row = row_of(
        lambda x: o.maximum(x + 1, 1) - o.maximum(x + 1, 1),
        1e-10,
        "float32",
        "autograd:reverse",
        implementations={"autograd": lambda x: x - x.detach()},
    )
    assert (row.verdict, row.fails) == ("disagree", True)
    assert len({id(truth) for truth in asked}) == 1
