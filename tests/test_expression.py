"""Formulas are read by a grammar of their own: what they mean, and what they cannot do."""

import math

import numpy as np
import pytest

from diffcheck.errors import UsageError
from diffcheck.sources.expression import Expression

X = np.array([0.5, -1.5])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x*sin(x)", 1.2 * math.sin(1.2)),
        ("-x**2 / 3 + 1e-3", -(1.2**2) / 3 + 1e-3),
        ("pi*x - e", math.pi * 1.2 - math.e),
        ("where(x > 1, x, 0)", 1.2),
        ("maximum(x, 2)", 2.0),
        ("x % 0.5", 1.2 % 0.5),
    ],
)
def test_a_formula_has_its_value(text: str, value: float) -> None:
    assert float(Expression(text)(x=np.float64(1.2))) == pytest.approx(value, rel=1e-15)


def test_arrays_are_indexed_and_summed() -> None:
    formula = Expression("sum(softmax(x, axis=-1) * w) + x[0]")
    weights = np.array([1.0, 2.0])
    exponentials = np.exp(X)
    expected = (exponentials / exponentials.sum()) @ weights + X[0]
    assert float(formula(X, weights)) == pytest.approx(expected, rel=1e-15)


def test_inputs_stand_in_the_order_of_the_formula() -> None:
    assert list(Expression("b*sin(a) + c*pi").__signature__.parameters) == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("__import__('os').system('true')", "cannot stand in a formula|no operation"),
        ("x.__class__", "cannot stand in a formula"),
        ("().__class__.__bases__", "cannot stand in a formula"),
        ("[y for y in x]", "cannot stand in a formula"),
        ("(lambda: x)()", "cannot stand in a formula"),
        ("eval(x)", "no operation 'eval'"),
        ("print(x)", "no operation 'print'"),
        ("x if x else 1", "cannot stand in a formula"),
        ("'text'", "cannot stand in a formula"),
        ("x @= 2", "neither file.py::name nor a formula"),
        ("x^2", r"write \*\*"),
        ("sinn(x)", "did you mean 'sin'"),
        ("sin(*x)", "cannot stand in a formula"),
        ("", "neither"),
        ("sin(1) + pi", "names no input"),
    ],
)
def test_what_is_no_formula_is_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        Expression(text)
