"""What `case` makes of a definition: its name, its parameters, its options; and what it refuses."""

from types import SimpleNamespace

import pytest
import torch
from definitions import UNIT, power, scaled

from diffcheck import case, each
from diffcheck.case.points import points
from diffcheck.errors import CaseError
from diffcheck.formats import FORMATS
from diffcheck.ops import sin


@pytest.mark.parametrize("name", ["cubic", "power 3", "x^3 (§)", "loss/3", "f[2]"])
def test_a_name_of_one_s_own(name):
    assert case(x=UNIT, name=name)(power).name == name


def test_without_a_name_the_function_s_counts():
    assert case(x=UNIT)(power).name == "power"


@pytest.mark.parametrize("name", ["", " ", "a::b", "a\nb", "a\u2028b", "a\tb", 3, b"f", each("f", "g")])
def test_what_is_no_name(name):
    with pytest.raises(CaseError, match=r"case 'power': name=.*: it must be text on one line, without '::'"):
        case(x=UNIT, name=name)(power)


def test_the_name_decides_on_the_random_points():
    made = [case(x=UNIT, name=name)(power) for name in ("f", "g", "f")]
    first, other, again = ([float(p["x"]) for p in points(c, 5, 0, FORMATS["float64"])][-5:] for c in made)
    assert first == again
    assert set(first).isdisjoint(other)


# Parameters that are called like options.


@pytest.mark.parametrize("option", ["name", "where", "points", "samples", "tags", "reference"])
def test_a_parameter_cannot_be_called_like_an_option(option):
    function = eval(f"lambda x, {option}=3: x")
    with pytest.raises(CaseError, match=f"parameter '{option}' of the function is called like an option of case"):
        case(x=UNIT)(function)


def test_a_parameter_can_be_called_each():
    assert case(x=UNIT, each=3)(lambda x, each: x * each).constants == {"each": 3}


# Implementations, expectations, lists.

BAD_OPTIONS = {
    "implementation-number": ({"implementations": {"autograd": 3}}, "implementation for autograd is 3: it must be a"),
    "implementation-none": ({"implementations": {"autograd": None}}, "implementation for autograd is None"),
    "implementation-word": (
        {"implementations": {"autograd": "tanh"}},
        "'tanh' is no dotted path, such as 'torch.tanh'",
    ),
    "implementation-text": ({"implementations": {"autograd": "torch. tanh"}}, "'torch. tanh' is no dotted path"),
    "implementation-dots": ({"implementations": {"autograd": "torch..tanh"}}, "'torch..tanh' is no dotted path"),
    "implementations-function": ({"implementations": sin}, "implementations=.*: it must map an engine to a function"),
    "implementations-empty-list": ({"implementations": []}, r"implementations=\[\]: it must map an engine"),
    "verdict-list": ({"expect": {"autograd": ["lossy", "lost"]}, "because": "?"}, "unknown verdict 'lost'"),
    "verdict-empty": ({"expect": {"autograd": []}, "because": "?"}, "expect of autograd is empty"),
    "verdict-none": ({"expect": {"autograd": None}, "because": "?"}, "unknown verdict None: choose from agree"),
    "verdict-case": ({"expect": {"autograd": "Lossy"}, "because": "?"}, "unknown verdict 'Lossy'"),
    "expect-empty-list": ({"expect": [], "because": "?"}, r"expect=\[\]: it must map an engine to its verdict"),
    "points-number": ({"points": 0.5}, "points=0.5: it must be a list"),
    "operators-number": ({"operators": 1}, "operators=1: it must be a list"),
    "tags-number": ({"tags": 1}, "tags=1: it must be a list"),
    "wrt-number": ({"wrt": 1}, "wrt=1: it must be a list"),
}


@pytest.mark.parametrize(("options", "message"), BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_what_is_no_option(options, message):
    with pytest.raises(CaseError, match=f"case 'lambda': .*{message}"):
        scaled(**options)


@pytest.mark.parametrize("given", [sin, "torch.nn.functional.gelu", torch.nn.Tanh(), SimpleNamespace], ids=str)
def test_what_is_an_implementation(given):
    assert scaled(implementations={"autograd": given}).implementations == {"autograd": given}


def test_a_single_text_is_one_item():
    made = scaled(tags="torch", operators="hessian", wrt="x")
    assert (made.tags, [str(o) for o in made.operators], made.wrt) == (("torch",), ["hessian"], ("x",))


def test_an_empty_expectation_is_none():
    assert scaled(expect={}).expect == {}
