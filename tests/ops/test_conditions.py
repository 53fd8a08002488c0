"""Conditions are joined alike by balls, NumPy, torch and SymPy."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
import torch
from flint import ctx
from uses import BITS, fractions, in_balls

from diffcheck import ops
from diffcheck.engines.symbolic.closed_form import closed_form
from diffcheck.errors import CaseError
from diffcheck.program.compile import Compiled
from diffcheck.program.trace import trace


def test_a_condition_that_is_known_beforehand():
    x = torch.tensor(0.5, dtype=torch.float64)
    assert ops.where(True, x, 2 * x).item() == 0.5
    assert ops.where(False, x, 2 * x).item() == 1.0


CONDITIONS = {
    "and": lambda x: (x > 0) & (x < 1),
    "or": lambda x: (x < 0) | (x > 1),
    "not": lambda x: ~(x > 0),
    "of arrays": lambda x: (x > 0) & np.array([True, False, True]) | np.array([False, True, False]),
    "arrays to the left": lambda x: np.array([True, False, True]) & (x > 0) | np.array([False, True, False]) & (x < 0),
    "of known ones": lambda x: True & (x > 0) & ~(x > 1) | False,
    "nested": lambda x: ~((x > -1) & ~((x > 0) | (x < -0.25))) & (x <= 2),
    "by name": lambda x: ops.logical_and(ops.logical_not(x > 1), ops.logical_or(x > 0, x < -1)),
    "of numbers": lambda x: ops.logical_or(ops.logical_not(x), ops.logical_and(x, x > 1)),
    "a number": lambda x: x - 1,
    "an array of numbers": lambda x: x * np.array([0.25, -1.0, 0.0]),
}


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
@pytest.mark.parametrize("x", [(0.5, -0.5, 2.0), (0.0, 1.0, -2.0), (-1.0, 0.25, 3.0)], ids=str)
def test_conditions_are_joined_alike_everywhere(condition, x):
    def function(x):
        return ops.where(condition(x), x + 10, -x)

    array = np.array(x)
    expected = np.where(condition(array), array + 10, -array).tolist()
    program = trace(function, {"x": (3,)}, {})
    assert Compiled(program).batch(array[None])[0].tolist() == expected
    with ctx.workprec(BITS):
        assert in_balls(program, fractions([array])) == expected
    symbols, expressions = closed_form(program)
    at = {s: sympy.Rational(v) for s, v in zip(symbols, x, strict=True)}
    assert [float(e.subs(at)) for e in expressions] == expected


TORCH_CONDITIONS = {name: c for name, c in CONDITIONS.items() if "array" not in name}


@pytest.mark.parametrize("condition", TORCH_CONDITIONS.values(), ids=TORCH_CONDITIONS)
def test_torch_joins_conditions_alike(condition):
    x = np.array([0.5, -0.5, 2.0, 0.0, 1.0, -2.0])
    assert condition(torch.tensor(x)).tolist() == np.asarray(condition(x)).tolist()
    chosen = [ops.where(condition(of), of + 10, -of).tolist() for of in (torch.tensor(x), x)]
    assert chosen[0] == chosen[1]


def test_a_condition_behind_one_that_fails_need_not_exist():
    program = trace(lambda x: ops.where((x > 0) & (ops.log(x) < 1), ops.log(x), x), {"x": ()}, {})
    with ctx.workprec(BITS):
        assert in_balls(program, [Fraction(-2)]) == [-2]
    with pytest.raises(AssertionError), ctx.workprec(BITS):
        in_balls(trace(lambda x: ops.where((ops.log(x) < 1) & (x > 0), x, x), {"x": ()}, {}), [Fraction(-2)])


NUMBERS_JOINED = {
    "and": lambda x: x & (x > 0),
    "or": lambda x: (x > 0) | 2.0,
    "not": lambda x: ~x,
    "without parentheses": lambda x: x > 0 & x,
    "an array of numbers": lambda x: np.ones(2) & (x > 0),
}


@pytest.mark.parametrize("function", NUMBERS_JOINED.values(), ids=NUMBERS_JOINED)
def test_numbers_are_not_joined(function):
    with pytest.raises(CaseError, match="of numbers: it joins conditions; write"):
        trace(function, {"x": (2,)}, {})
