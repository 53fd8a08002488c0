"""A definition with `each` makes a case for every combination of values."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from definitions import UNIT, power

import diffcheck
from diffcheck import case, each, interval
from diffcheck.errors import CaseError
from diffcheck.ops import atan2, pi, rational, sin


def names(family):
    """What the cases of a family are called."""
    return [c.name for c in family]


FAMILIES = {
    "one": ({"n": each(2)}, ["[2]"]),
    "numbers": ({"n": each(2, 0.5, -1)}, ["[2]", "[0.5]", "[-1]"]),
    "numpy": ({"n": each(np.float64(2), np.int64(3))}, ["[2.0]", "[3]"]),
    "text": ({"n": each("same", "valid")}, ["[same]", "[valid]"]),
    "fraction": ({"n": each(Fraction(1, 3))}, ["[1/3]"]),
    "arrays": ({"n": each([1, 2], np.ones(3))}, ["[n0]", "[n1]"]),
    "functions": ({"n": each(sin, 3)}, ["[n0]", "[3]"]),
    "exact": ({"n": each(pi, rational(1, 3))}, ["[n0]", "[n1]"]),
    "equal texts": ({"n": each(1, "1", 2)}, ["[n0]", "[n1]", "[2]"]),
    "long": ({"n": each(-1.7976931348623157e308, 10**24)}, ["[-1.7976931348623157e+308]", "[n1]"]),
    "no name": ({"n": each("a::b", "a\nb", " ")}, ["[n0]", "[n1]", "[n2]"]),
    "domains": ({"x": each(interval(0, 1), interval(1, 2))}, ["[x0]", "[x1]"]),
    "combined": ({"x": each(UNIT, interval(1, 2)), "n": each(2, 0.5)}, ["[x0-2]", "[x0-0.5]", "[x1-2]", "[x1-0.5]"]),
}


@pytest.mark.parametrize(("parameters", "added"), FAMILIES.values(), ids=FAMILIES)
def test_a_family_has_a_case_for_each_combination(parameters, added):
    assert names(case(**{"x": UNIT, **parameters})(power)) == [f"power{text}" for text in added]


def test_a_family_under_a_name_of_its_own():
    assert names(case(x=UNIT, n=each(2, 3), name="x^n")(power)) == ["x^n[2]", "x^n[3]"]


def test_each_case_of_a_family_has_its_value():
    whole, array, exact = (c.constants["n"] for c in case(x=UNIT, n=each(2, [1, 2], pi))(power))
    assert whole == 2
    assert array.tolist() == [1, 2]
    assert exact is pi


def test_each_case_of_a_family_has_its_domain():
    assert [c.inputs["x"].hi for c in case(x=each(interval(0, 1), interval(1, 2)))(power)] == [1, 2]


def test_a_default_can_be_a_family():
    several = each(2, 3)
    scaled = case(x=UNIT, name="f")(lambda x, c=several: c * x)
    assert names(scaled) == ["f[2]", "f[3]"]
    assert case(x=UNIT, c=4, name="f")(lambda x, c=several: c * x).name == "f"


def test_a_family_of_an_operation():
    family = case(y=UNIT, x=each(1.0, 2.0), name="angle")(atan2)
    assert [c(y=1.0, x=c.constants["x"]) for c in family] == [math.atan2(1, 1), math.atan2(1, 2)]


def test_the_options_hold_for_the_whole_family():
    family = case(x=UNIT, n=each(2, 3), points=[{"x": 0.5}], samples=0, tags="mine")(power)
    assert [(c.points[0]["x"], c.samples, c.tags) for c in family] == [(0.5, 0, ("mine",))] * 2


def test_a_mistake_names_the_case_of_the_family():
    with pytest.raises(CaseError, match=r"case 'power\[n1\]': constant 'n' is Decimal"):
        case(x=UNIT, n=each(2, Decimal(3)))(power)


def test_each_of_nothing():
    with pytest.raises(CaseError, match=r"each\(\) names no value"):
        each()


@pytest.mark.parametrize(
    "option", ["points", "samples", "operators", "wrt", "tags", "expect", "implementations", "where"]
)
def test_no_option_is_a_family(option):
    with pytest.raises(CaseError, match=f"case 'power': .*{option}=Each"):
        case(x=UNIT, **{option: each(1, 2)})(power)


def test_a_family_can_be_run_and_checked():
    family = case(x=UNIT, n=each(2, 3))(power)
    table = diffcheck.run(family, engines=["symbolic"], samples=1, timing=False)
    assert table["case"].tolist() == ["power[2]", "power[3]"]
    checked = diffcheck.check(power, x=UNIT, n=each(2, 3), engines=["symbolic"], samples=1)
    assert checked.frame["case"].tolist() == ["power[2]", "power[3]"]
