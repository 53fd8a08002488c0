"""Where operations have an edge: ties, steps, signs of remainders, lengths of very large, small and no legs."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from flint import ctx
from uses import BITS, fractions, in_balls

from diffcheck import ops
from diffcheck.ops.table import Primitive
from diffcheck.program.compile import Compiled
from diffcheck.program.trace import trace

TIES = {
    "gt": (0, 0, 1),
    "ge": (0, 1, 1),
    "lt": (1, 0, 0),
    "le": (1, 1, 0),
    "eq": (0, 1, 0),
    "ne": (1, 0, 1),
    "maximum": (2, 2, 3),
    "minimum": (1, 2, 2),
}


@pytest.mark.parametrize(("name", "expected"), TIES.items(), ids=TIES)
def test_pieces_at_ties(name, expected):
    row = Primitive.rows[name]
    x, y = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])
    program = trace(lambda x, y: row(x, y), {"x": (3,), "y": (3,)}, {})
    with ctx.workprec(BITS):
        assert [float(b) for b in in_balls(program, fractions([x, y]))] == list(expected)
    assert np.asarray(row(x, y), dtype=float).tolist() == list(expected)
    assert row(torch.tensor(x), torch.tensor(y)).double().tolist() == list(expected)


HALVES = (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.5)
STEPS = {
    "floor": (-2, -1, -1, 0, 0, 1, 2),
    "ceil": (-1, -1, 0, 0, 1, 1, 3),
    "trunc": (-1, -1, 0, 0, 0, 1, 2),
    "round": (-2, -1, 0, 0, 0, 1, 2),
    "sign": (-1, -1, -1, 0, 1, 1, 1),
    "abs": (1.5, 1.0, 0.5, 0.0, 0.5, 1.0, 2.5),
}


@pytest.mark.parametrize(("name", "expected"), STEPS.items(), ids=STEPS)
def test_steps_at_their_edges(name, expected):
    row = Primitive.rows[name]
    x = np.array(HALVES)
    program = trace(lambda x: row(x), {"x": x.shape}, {})
    with ctx.workprec(BITS):
        assert [float(b) for b in in_balls(program, fractions([x]))] == list(expected)
    assert row(x).tolist() == list(expected)
    assert row(torch.tensor(x)).tolist() == list(expected)
    for dtype in ("float64", "float32"):
        assert Compiled(program, dtype).batch(x[None])[0].tolist() == list(expected)
    assert Compiled(program).at(x.tolist()).tolist() == list(expected)


# The dividend, the divisor, what is left by fmod and by remainder.
REMAINDERS = [(7, 3, 1, 1), (-7, 3, -1, 2), (7, -3, 1, -2), (-7, -3, -1, -1), (6, 3, 0, 0), (-0.75, 0.5, -0.25, 0.25)]


@pytest.mark.parametrize(("x", "y", "rest", "modulus"), REMAINDERS)
def test_remainders_have_the_sign_of_the_dividend_or_of_the_divisor(x, y, rest, modulus):
    for function, expected in ((ops.fmod, rest), (ops.remainder, modulus), (lambda a, b: a % b, modulus)):
        program = trace(lambda x, y, function=function: function(x, y), {"x": (), "y": ()}, {})
        with ctx.workprec(BITS):
            assert in_balls(program, [Fraction(x), Fraction(y)]) == [expected]
        assert Compiled(program).at([x, y]) == expected
        assert function(np.float64(x), np.float64(y)) == expected
        assert function(torch.tensor(float(x)), torch.tensor(float(y))).item() == expected


@pytest.mark.parametrize("x", [1e308, -1e308, 1e-308, 3.0], ids=str)
def test_the_length_of_many_neither_overflows_nor_underflows(x):
    expected = math.sqrt(3) * abs(x)
    assert ops.hypot(np.float64(x), np.float64(x), np.float64(x)) == pytest.approx(expected, rel=1e-15)
    legs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for _ in range(3)]
    length = ops.hypot(*legs)
    assert length.item() == pytest.approx(expected, rel=1e-15)
    slopes = torch.autograd.grad(length, legs)
    assert [s.item() for s in slopes] == pytest.approx([math.copysign(1 / math.sqrt(3), x)] * 3, rel=1e-14)


def test_the_length_of_many_at_a_point_where_some_are_zero():
    legs = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.0, 0.0, -2.0)]
    length = ops.hypot(*legs, 0)
    assert length.item() == 2
    assert [s.item() for s in torch.autograd.grad(length, legs)] == [0, 0, -1]


def test_the_length_of_one_is_its_size():
    assert ops.hypot(np.array([-3.0, 2.0])).tolist() == [3, 2]
    assert ops.hypot(torch.tensor([-3.0, 2.0])).tolist() == [3, 2]
