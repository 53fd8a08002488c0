"""Points keep the precondition of a case, and what is none is refused."""

import math

import numpy as np
import pytest
from definitions import UNIT, power, scaled

import diffcheck
from diffcheck import case, interval
from diffcheck.case.points import points
from diffcheck.errors import CaseError
from diffcheck.formats import FORMATS
from diffcheck.ops import cos, log, pi, sin
from diffcheck.sources.expression import Expression


def ordered(**options):
    """ln(y - x), where x < y."""
    made = case(x=interval(-2, 2), y=interval(-2, 2), where=lambda x, y: x < y, **options)
    return made(lambda x, y: log(y - x))


def test_points_obey_a_relation_between_inputs():
    found = points(ordered(), 200, 0, FORMATS["float64"])
    assert len(found) >= 200
    assert all(p["x"] < p["y"] for p in found)


def test_hard_points_that_obey_it_are_kept():
    free = case(x=interval(-2, 2), y=interval(-2, 2), name="f")(lambda x, y: log(y - x))
    kept = points(ordered(name="f"), 1, 0, FORMATS["float64"])[:-1]
    hard = points(free, 1, 0, FORMATS["float64"])[:-1]
    assert kept == [p for p in hard if p["x"] < p["y"]]
    assert 0 < len(kept) < len(hard)


def test_the_points_are_those_without_it_as_far_as_they_obey():
    always = case(x=UNIT, name="f", where=lambda x: x >= 0)(power)
    free = case(x=UNIT, name="f")(power)
    assert points(always, 20, 3, FORMATS["float64"]) == points(free, 20, 3, FORMATS["float64"])
    some = case(x=UNIT, name="f", where=lambda x: x > 0.25)(power)
    sampled = [float(p["x"]) for p in points(free, 100, 3, FORMATS["float64"])[-100:]]
    expected = [x for x in sampled if x > 0.25]
    assert len(expected) > 50
    assert [float(p["x"]) for p in points(some, 50, 3, FORMATS["float64"])[-50:]] == expected[:50]


def test_the_seed_decides_under_a_precondition_too():
    assert points(ordered(), 20, 5, FORMATS["float64"]) == points(ordered(), 20, 5, FORMATS["float64"])
    assert points(ordered(), 20, 5, FORMATS["float64"]) != points(ordered(), 20, 6, FORMATS["float64"])


def test_more_samples_begin_with_the_same_ones_under_a_precondition():
    few, many = (points(ordered(), n, 0, FORMATS["float64"]) for n in (5, 50))
    assert many[: len(few)] == few


@pytest.mark.parametrize("dtype", FORMATS)
def test_rounded_points_obey_it_too(dtype):
    close = case(x=UNIT, y=UNIT, where=lambda x, y: (x < y) & (y < x + 2**-6))(lambda x, y: log(y - x))
    found = points(close, 50, 0, FORMATS[dtype])
    assert all(p["x"] < p["y"] < p["x"] + 2**-6 for p in found)


def test_it_sees_arrays_numbers_and_the_constants_it_names():
    seen = []

    def where(v, c, x, a):
        seen.append((type(v), v.shape, v.dtype, type(x), c, a.tolist()))
        return x < c

    made = case(v=interval(0, 1, shape=(2, 3)), x=UNIT, c=0.5, a=[1, 2], b=7, where=where)
    found = points(made(lambda v, x, c, a, b: v * x), 10, 0, FORMATS["float64"])
    assert set(map(str, seen)) == {str((np.ndarray, (2, 3), np.dtype(float), np.float64, 0.5, [1, 2]))}
    assert all(p["x"] < 0.5 for p in found)


def test_it_cannot_change_the_point():
    def sorting(v):
        v.sort()
        return True

    made = case(v=interval(0, 1, shape=3), where=sorting, name="f")(sin)
    free = case(v=interval(0, 1, shape=3), name="f")(sin)
    found, untouched = ([p["v"].tolist() for p in points(c, 20, 0, FORMATS["float64"])] for c in (made, free))
    assert found == untouched
    assert found[-1] != sorted(found[-1])


def test_only_refusals_in_a_row_count():
    made = case(x=UNIT, where=lambda x: x > 0.75)(power)
    assert len(points(made, 4000, 0, FORMATS["float64"])) >= 4000


def test_it_may_use_operations_and_exact_constants():
    made = case(x=interval(0, 10), where=lambda x: (cos(x) > 0) & (x < pi))(power)
    assert all(p["x"] < math.pi / 2 for p in points(made, 50, 0, FORMATS["float64"]))


def test_it_may_compute_nonsense_outside():
    made = case(x=interval(-1, 1), where=lambda x: np.log(x) > -1)(power)
    assert all(p["x"] > math.exp(-1) for p in points(made, 20, 0, FORMATS["float64"]))


def test_a_listed_point_must_obey_it():
    with pytest.raises(CaseError, match=r"case 'f': point 1 gives x = 1\.0, y = 0\.5, at which where= is false"):
        ordered(name="f", points=[{"x": 0, "y": 1}, {"x": 1, "y": 0.5}])


def test_a_listed_point_that_no_longer_obeys_it_in_a_small_format_is_left_out():
    made = ordered(points=[{"x": 0.0, "y": 1.0}, {"x": 1.0, "y": 1.0001}], samples=0)
    assert len(points(made, 0, 0, FORMATS["float64"])) == 2
    assert len(points(made, 0, 0, FORMATS["float16"])) == 1


def test_a_precondition_that_holds_hardly_anywhere_is_said():
    made = case(x=UNIT, where=lambda x: math.sin(1e9 * x) > 0.9999999999)(power)
    with pytest.raises(
        CaseError, match="where= is false at 10000 random points in a row: narrow the domains, or list points"
    ):
        points(made, 1, 0, FORMATS["float64"])


THIN = {
    "equal": lambda x, y: x == y,
    "near": lambda x, y: abs(x - y) < 1e-9,
    "in a chain": lambda x, y: 0.1 < x < y < x + 1e-7,
    "together": lambda x, y: (np.abs(x - y) <= 1e-8) & (x + y >= 0.5),
    "one or the other": lambda x, y: x == y or x + y == 0.5,
    "one after the other": lambda x, y: x > 0.25 and x * y == 0.125,
    "by operations": lambda x, y: (sin(x) < sin(y)) & (sin(y) < sin(x) + 1e-8),
    "of a formula": Expression("x == y"),
    "of a longer formula": Expression("x < y < x + 1e-7 and y > 0.5"),
}


@pytest.mark.parametrize("where", THIN.values(), ids=THIN)
def test_points_are_moved_to_where_a_thin_precondition_holds(where):
    made = case(x=UNIT, y=UNIT, v=interval(0, 1, shape=2), where=where)(lambda x, y, v: x * y * v[0])
    first, again = ([(p["x"], p["y"]) for p in points(made, 8, 0, FORMATS["float64"])] for _ in range(2))
    assert all(where(x=np.float64(x), y=np.float64(y)) for x, y in first)
    assert len({(float(x), float(y)) for x, y in first}) >= 8
    assert again == first


def test_a_search_in_a_precondition_ends():
    def bisected(x):
        lo, hi = 0.0, 1.0
        while hi - lo > 1e-9 * (1 + 0 * x):
            middle = (lo + hi) / 2
            lo, hi = (middle, hi) if middle * middle < 0.5 else (lo, middle)
        return abs(x - lo) < 1e-12

    with pytest.raises(CaseError, match="where= is false at 10000 random points"):
        points(case(x=UNIT, where=bisected)(power), 1, 0, FORMATS["float64"])


def test_a_precondition_without_numbers_in_a_small_format_is_unsupported():
    made = case(x=UNIT, where=lambda x: 0.5 < x < 0.5 + 2**-20)(power)
    row = diffcheck.check(made, engines=["autograd"], samples=1, dtypes=["float16"]).frame.iloc[0]
    assert (row["verdict"], row["note"]) == (
        "unsupported",
        "where= is false at 10000 random points in a row of float16",
    )


def test_a_precondition_that_is_broken_is_the_case_s_error():
    made = case(x=UNIT, where=lambda x: [][0])(power)
    checked = diffcheck.check(made, engines=["symbolic"])
    assert not checked.passed
    assert "where= raises IndexError: list index out of range" in checked.frame["note"].item()


BAD_PRECONDITIONS = {
    "text": ("x < y", "where='x < y': it must be a function of the inputs"),
    "truth value": (True, "where=True: it must be a function"),
    "unknown": (lambda z: True, "where= names 'z', the case has x, c"),
    "no input": (lambda c: True, "where= names no input; the inputs are x"),
    "stars": (lambda *x: True, r"where= must name the inputs it is a function of; \*x does not"),
    "without a signature": (max, "where=<built-in function max> does not say what it is a function of"),
    "returns nothing": (lambda x: None, r"where= returns None: it must return True or False"),
    "returns a number": (lambda x: x, "where= returns .*0.5.*: it must return True or False"),
    "returns an array": (lambda x: np.array([x < 1, x < 2]), r"where= returns an array of shape \(2,\): .*\.all\(\)"),
    "raises": (lambda x: 1 // 0, "where= raises ZeroDivisionError"),
    "exits": (lambda x: exit(3), "where= raises SystemExit: 3"),
}


@pytest.mark.parametrize(("where", "message"), BAD_PRECONDITIONS.values(), ids=BAD_PRECONDITIONS)
def test_what_is_no_precondition(where, message):
    with pytest.raises(CaseError, match=message):
        scaled(where=where, points=[{"x": 0.5}])


def test_a_condition_may_have_parameters_of_its_own():
    made = case(x=UNIT, where=lambda x, least=0.5: x > least)(power)
    assert all(p["x"] > 0.5 for p in points(made, 20, 0, FORMATS["float64"]))


def test_a_run_with_a_precondition():
    assert diffcheck.check(ordered(), engines=["symbolic", "autograd"], samples=4).passed
