"""One factor between values and truths: what is one, and what is rounding, coincidence or too little to tell."""

import math

import pytest
from flint import arb
from made_up import RIGHT, WRONG, kink, point, scaled

from diffcheck.formats import FORMATS
from diffcheck.judgement.factor import common_factor

FLOAT64 = FORMATS["float64"]


def found(record, format=FLOAT64, **options):
    return common_factor(record, format, lambda j: j.verdict.fails, **options)


SILENT = point([3.0], None)
ONE_FACTOR = {
    "three times at three points": (scaled(3, 3, 3), 3),
    "the other sign": (scaled(-1, -1, -1), -1),
    "at three of four points, the other is right": ([*scaled(3, 3, 3), point([7.0], [7.0], [RIGHT])], 3),
    "one point has no answer": ([SILENT, *scaled(3, 3, 3)], 3),
    "components that are right beside those that are wrong": (
        [point([5.0, 2.0**k], [5.0, 3 * 2.0**k], [RIGHT, WRONG]) for k in range(3)],
        3,
    ),
    "components without a truth beside others": ([point([kink(0, 1), 2.0**k], [9.0, 3 * 2.0**k]) for k in range(3)], 3),
    "equal but for a thousandth of its distance from one": (scaled(3, 3, 3 + 2 * 2.0**-10), 3),
    "the middle of nearly equal ones": (scaled(3, 3 + 1e-4, 3 - 1e-4), 3),
}
NO_FACTOR = {
    "two points": scaled(3, 3),
    "two points and one without an answer": [*scaled(3, 3), SILENT],
    "two points and one that is right": [*scaled(3, 3), point([4.0], [12.0], [RIGHT])],
    "one truth at three points": [point([2.0], [6.0])] * 3,
    "three components at one point": [point([2.0, 3.0, 5.0], [6.0, 9.0, 15.0])],
    "three truths at two points": [point([2.0, 3.0], [6.0, 9.0]), point([5.0], [15.0])],
    "three truths at two points and one that is right": [
        *(point([2.0, 3.0], [6.0, 9.0]), point([5.0], [15.0])),
        point([7.0], [7.0], [RIGHT]),
    ],
    "zero at all points": scaled(0, 0, 0),
    "a truth that no float holds beside a small factor": [*scaled(1e-4, 1e-4), point([arb((1, 2000))], [8.0])],
    "truths that no float holds": [point([arb((1, 2000 + k))], [8.0 + k]) for k in range(3)],
    "another factor at one point": scaled(3, 3, 5),
    "more than a thousandth of its distance from one": scaled(3, 3, 3 + 2.1 * 2.0**-10),
    "all are right": scaled(1, 1, 1),
    "a value of zero": [*scaled(3, 3, 3), point([8.0], [0.0])],
    "a truth of zero": [*scaled(3, 3, 3), point([0.0], [8.0])],
    "a truth that no float holds": [*scaled(3, 3, 3), point([arb((1, 2000))], [8.0])],
    "infinity": [*scaled(3, 3, 3), point([8.0], [math.inf])],
    "no number": [*scaled(3, 3, 3), point([8.0], [math.nan])],
    "nothing": [],
}


@pytest.mark.parametrize(("record", "factor"), ONE_FACTOR.values(), ids=ONE_FACTOR)
def test_a_factor_is_found(record, factor):
    assert found(record) == factor


@pytest.mark.parametrize("record", NO_FACTOR.values(), ids=NO_FACTOR)
def test_no_factor_is_made_up(record):
    assert found(record) is None


def test_as_many_points_as_asked_for():
    assert found(scaled(3, 3), points=2) == 3
    assert found(scaled(3), points=2) is None
    assert found(scaled(3), points=1) == 3


# Factors in units of roundoff beside one, and whether they are one factor: four roundings are taken from each.
ROUNDED = [((8, 8, 8), False), ((10, 10, 10), True), ((16, 16, 12), True), ((16, 16, 10), False), ((-10,) * 3, True)]


@pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize(("units", "is_one"), ROUNDED, ids=str)
def test_a_few_roundings_are_no_factor(format, units, is_one):
    factors = [1 + k * format.unit_roundoff for k in units]
    assert found(scaled(*factors), format) == (factors[0] if is_one else None)


@pytest.mark.parametrize(("off", "is_one"), [(15, True), (18, False)])
def test_roundings_of_a_large_factor_are_large(off, is_one):
    """In bfloat16 four of them are 1/64 of it; a thousandth of its distance from one is another one."""
    factors = 1000.0, 1000.0, 1000.0 + off
    assert found(scaled(*factors), FORMATS["bfloat16"]) == (1000 if is_one else None)


def test_at_one_point_alone_three_different_truths_have_it_in_common():
    assert found([point([2.0, 3.0, 5.0], [6.0, 9.0, 15.0])], points=1, truths=3) == 3
    assert found([point([2.0, 3.0, 2.0], [6.0, 9.0, 6.0])], points=1, truths=3) is None
    assert found([point([2.0, 3.0, 5.0], [6.0, 9.0, 14.0])], points=1, truths=3) is None
