"""What a case holds as constants, coordinates and ends of domains, and what is foreign to it."""

import math
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
import torch
from definitions import UNIT, scaled

import diffcheck
from diffcheck import case, interval
from diffcheck.errors import CaseError, DomainError
from diffcheck.ops import pi, rational, sin


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


@pytest.mark.parametrize("end", [Decimal(1), sympy.Integer(1), Posing(), "1", [0, 1], None, 10**400])
def test_foreign_values_are_no_ends_of_a_domain(end):
    with pytest.raises(DomainError, match="the ends must be numbers"):
        interval(0, end)


def test_exact_numbers_are_ends_of_a_domain():
    assert interval(Fraction(1, 2), pi) == interval(0.5, math.pi)
