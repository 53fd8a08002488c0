"""What `case` makes of a definition: names, families, preconditions, constants; and what it refuses."""

import math
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest
import sympy
import torch

import diffcheck
from diffcheck import case, each, interval
from diffcheck.case.points import points
from diffcheck.errors import CaseError, DomainError
from diffcheck.formats import FORMATS
from diffcheck.ops import atan2, cos, log, pi, rational, sin

UNIT = interval(0, 1)


def power(x, n=2):
    """x^n."""
    return x**n


def scaled(**options):
    """The case c x of one input."""
    return case(x=UNIT, **options)(lambda x, c=1.0: c * x)


# Names.


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


# Families.


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


# Parameters that are called like options.


@pytest.mark.parametrize("option", ["name", "where", "points", "samples", "tags", "reference"])
def test_a_parameter_cannot_be_called_like_an_option(option):
    function = eval(f"lambda x, {option}=3: x")
    with pytest.raises(CaseError, match=f"parameter '{option}' of the function is called like an option of case"):
        case(x=UNIT)(function)


def test_a_parameter_can_be_called_each():
    assert case(x=UNIT, each=3)(lambda x, each: x * each).constants == {"each": 3}


# Preconditions.


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
    made = case(x=UNIT, where=lambda x: x == 0.123)(power)
    with pytest.raises(CaseError, match="where= is false at 10000 random points in a row: narrow the domains, or list"):
        points(made, 1, 0, FORMATS["float64"])


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


# Constants.


class Posing:
    """Is no number, but says that it can be turned into one."""

    def __float__(self):
        return 1.0


class Callable(Posing):
    """Can be called as well."""

    def __call__(self):
        return 1.0


class Arraylike:
    """Is no array, but says that it can be turned into one."""

    def __array__(self, dtype=None, copy=None):
        return np.ones(2)


FOREIGN = {
    "decimal": (Decimal("0.1"), r"is Decimal\('0.1'\) of type decimal.Decimal"),
    "sympy rational": (sympy.Rational(1, 3), "is 1/3 of type sympy.core.numbers.Rational"),
    "sympy integer": (sympy.Integer(2), "is 2 of type sympy.core.numbers.Integer"),
    "sympy pi": (sympy.pi, "is pi of type sympy.core.numbers.Pi"),
    "sympy symbol": (sympy.Symbol("z"), "is z of type sympy.core.symbol.Symbol"),
    "mpmath": (mpmath.mpf(2), "is .* of type mpmath.ctx_mp_python.mpf"),
    "posing": (Posing(), r"is .* of type [\w.]*Posing"),
    "callable": (Callable(), r"is .* of type [\w.]*Callable"),
    "arraylike": (Arraylike(), r"is .* of type [\w.]*Arraylike"),
    "among numbers": ([1.0, [2.0, Decimal(1)]], r"holds Decimal\('1'\) of type decimal.Decimal"),
    "posing among numbers": ([1.0, Posing()], r"holds .* of type [\w.]*Posing"),
    "tensor among numbers": ([1.0, torch.tensor(1.0)], r"holds tensor\(1.\) of type torch.Tensor"),
    "an object in an array": (np.array(Posing()), "holds values of dtype object"),
    "objects in an array": (np.array([1, 2.5], dtype=object), "holds values of dtype object"),
    "masked": (np.ma.array([1.0, 2.0], mask=[0, 1]), "is .* of type numpy.ma.*MaskedArray"),
    "wider": (np.longdouble(1) / 3, "holds values of dtype"),
    "wider array": (np.ones(2, np.longdouble), "holds values of dtype"),
    "complex": (1j, "is 1j of type complex"),
    "complex array": (np.ones(2, complex), "holds values of dtype complex128"),
    "texts": (["a"], "holds 'a' of type str"),
    "mapping": ({"a": 1}, "is .* of type dict"),
    "ragged": ([[1], [2, 3]], "has rows of different lengths"),
    "complex tensor": (torch.tensor(1j), "holds values of dtype complex64"),
    "sparse tensor": (torch.eye(2).to_sparse(), "is a torch tensor that NumPy cannot hold"),
    "tensor without numbers": (torch.empty(2, device="meta"), "is a torch tensor that NumPy cannot hold"),
}


@pytest.mark.parametrize(("value", "message"), FOREIGN.values(), ids=FOREIGN)
def test_foreign_values_are_no_constants(value, message):
    with pytest.raises(CaseError, match=rf"constant 'c' {message}.*: it must be a number, a Fraction"):
        scaled(c=value)
    with pytest.raises(CaseError, match=f"constant 'c' {message}"):
        case(x=UNIT)(lambda x, c=value: x)


NUMBERS = {
    "whole": (3, 3),
    "large": (10**400, 10**400),
    "double": (0.1, 0.1),
    "numpy double": (np.float64(0.1), 0.1),
    "numpy single": (np.float32(0.1), 0.10000000149011612),
    "numpy whole": (np.int64(2**62 + 1), 2**62 + 1),
    "array without axes": (np.array(0.5), 0.5),
    "truth value": (np.bool_(True), True),
    "tensor": (torch.tensor(0.1, dtype=torch.float64), 0.1),
    "single tensor": (torch.tensor(0.1), 0.10000000149011612),
    "whole tensor": (torch.tensor(2**62 + 1), 2**62 + 1),
}


@pytest.mark.parametrize(("value", "expected"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_are_constants_as_they_are(value, expected):
    found = scaled(c=value).constants["c"]
    assert found == expected
    assert type(found) is type(expected)


ARRAYS = {
    "list": ([1.0, 2.5], [1.0, 2.5], np.float64),
    "whole numbers": ((1, 2), [1, 2], np.int64),
    "range": (range(3), [0, 1, 2], np.int64),
    "nested": ([[1, 2], [3, 4.5]], [[1.0, 2.0], [3.0, 4.5]], np.float64),
    "single": (np.array([0.5], np.float32), [0.5], np.float32),
    "with a graph": (torch.tensor([1.0, 2.0], requires_grad=True), [1.0, 2.0], np.float64),
    "parameter": (torch.nn.Parameter(torch.ones(2, dtype=torch.bfloat16)), [1.0, 1.0], np.float64),
    "whole tensor": (torch.arange(3), [0, 1, 2], np.int64),
    "mask": (torch.tensor([True, False]), [True, False], np.bool_),
}


@pytest.mark.parametrize(("value", "expected", "dtype"), ARRAYS.values(), ids=ARRAYS)
def test_arrays_are_constants_as_they_are(value, expected, dtype):
    found = scaled(c=value).constants["c"]
    assert type(found) is np.ndarray
    assert found.dtype == dtype
    assert found.tolist() == expected


@pytest.mark.parametrize("value", [np.ones(2), torch.ones(2)], ids=["array", "tensor"])
def test_a_constant_stays_what_it_was(value):
    made = scaled(c=value)
    value[0] = 5.0
    assert made.constants["c"].tolist() == [1.0, 1.0]


def test_a_fraction_is_the_number_itself():
    made = scaled(c=Fraction(1, 3))
    assert (made.constants["c"].operation.name, made.constants["c"].arguments) == ("div", (1, 3))
    assert diffcheck.check(made, engines=["symbolic", "finite", "autograd"], samples=2).passed


@pytest.mark.parametrize("value", [None, "same", sin, len, torch.nn.Linear(1, 1), pi, Decimal], ids=str)
def test_what_is_not_computed_with_passes(value):
    assert scaled(c=value).constants["c"] is value


@pytest.mark.parametrize("value", [math.nan, -math.inf, [1.0, math.nan], np.float32(math.inf), torch.tensor(math.nan)])
def test_a_constant_is_finite(value):
    with pytest.raises(CaseError, match="constant 'c' holds NaN or infinity"):
        scaled(c=value)


@pytest.mark.parametrize("value", [Decimal("0.5"), sympy.Rational(1, 2), Posing(), "0.5", [0.5, "0.5"], 10**400, 0.5j])
def test_foreign_values_are_no_coordinates(value):
    with pytest.raises(CaseError, match="point 0 gives x = .*: it must be a number or an array of numbers"):
        scaled(points=[{"x": value}])


@pytest.mark.parametrize("value", [0.5, Fraction(1, 2), rational(1, 2), np.float32(0.5), torch.tensor(0.5)])
def test_numbers_are_coordinates(value):
    assert scaled(points=[{"x": value}]).points[0]["x"] == 0.5


@pytest.mark.parametrize("end", [Decimal(1), sympy.Integer(1), Posing(), "1", [0, 1], None, 10**400, 1j])
def test_foreign_values_are_no_ends_of_a_domain(end):
    with pytest.raises(DomainError, match="the ends must be numbers"):
        interval(0, end)


def test_exact_numbers_are_ends_of_a_domain():
    assert interval(Fraction(1, 2), pi) == interval(0.5, math.pi)


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
