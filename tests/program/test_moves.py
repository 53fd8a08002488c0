"""Moved inputs: what a move does not reach is evaluated once, and the values are those of the function as a whole."""

import math
import random

import numpy as np
import pytest
from array_programs import SHAPES, function
from prepared import ENGINES, GRADIENT, HESSIAN, JACOBIAN, at, prepared

import diffcheck.ops as o
from diffcheck import case, interval
from diffcheck.program.compile import Compiled
from diffcheck.program.moves import Moves, moves, together, with_trees
from diffcheck.program.program import CONST, INPUT
from diffcheck.program.scalarise import scalarise
from diffcheck.program.schedule import long_sums
from diffcheck.program.trace import record, trace

N = 12
STEPS, POINTS = 3, 4


def pieces(seed):
    """A function of N numbers: pieces, powers, quotients and long sums of each other, some of which few reach."""

    def made(x):
        dice = random.Random(seed)
        pool = [x[k] for k in range(N)]
        for _ in range(30):
            a, b, c = (dice.choice(pool) for _ in range(3))
            pool.append(dice.choice(_STEPS)(a, b, c))
            if dice.random() < 0.2:
                terms = dice.choices(pool, k=dice.randint(8, 21))
                pool.append(sum(dice.uniform(-1, 1) * t if dice.random() < 0.5 else t for t in terms[1:]) - terms[0])
        return o.stack(dice.choices(pool, k=3))

    return made


_STEPS = [
    lambda a, b, c: a + b * c,
    lambda a, b, c: a / (b + c),
    lambda a, b, c: o.where(a > b, o.log(a), c * c),
    lambda a, b, c: o.where((a > 0) & (b < c), b, o.exp(-a)),
    lambda a, b, c: o.maximum(a, o.minimum(b, c)),
    lambda a, b, c: o.abs(a) ** b,
    lambda a, b, c: o.sqrt(o.sin(a) - b),
    lambda a, b, c: (a - b) ** 2 + o.erf(c),
    lambda a, b, c: o.clip(a, -0.3, 0.4) - o.floor(b),
]

ONE, TWO = [(k, k) for k in range(N)], [(i, j) for i in range(N) for j in range(i, N)]
FUNCTIONS = {f"pieces {seed}": lambda seed=seed: trace(pieces(seed), {"x": (N,)}, {}) for seed in range(25)} | {
    f"arrays {seed}": lambda seed=seed: scalarise(record(function(seed), SHAPES, {})) for seed in range(6)
}


def as_trees(program):
    return with_trees(program, long_sums(program))


def as_a_whole(function, points, where, inputs, coordinates):
    """The outputs at points whose coordinates are replaced before the function is evaluated."""
    places = np.repeat(points[where][None], len(coordinates), axis=0)
    for k, column in enumerate(inputs.T):
        places[:, np.arange(len(where)), column] = coordinates[..., k]
    values = function.batch(places.reshape(-1, points.shape[1]))
    return values.reshape(*places.shape[:2], -1).astype(np.float64)


def bits(values):
    """To the last one, signs of zeros too; what is no number has no sign."""
    return np.where(np.isnan(values), np.nan, values).tobytes()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("of", [ONE, TWO], ids=["one", "two"])
@pytest.mark.parametrize("make", FUNCTIONS.values(), ids=FUNCTIONS)
def test_values_are_those_of_the_function_as_a_whole_to_the_last_bit(make, of, dtype):
    moving = Moves(as_trees(make()), of, dtype)
    dice = np.random.default_rng(1)
    points, coordinates = (
        dice.uniform(-1, 1, shape).astype(dtype).astype(np.float64)
        for shape in ((POINTS, len(make().inputs)), (STEPS, POINTS * len(of), 2))
    )
    where, inputs = np.repeat(np.arange(POINTS), len(of)), np.tile(of, (POINTS, 1))
    asked = dice.random(len(where)) < 0.7
    for width in (1, 2):
        some = asked & ((inputs[:, 0] == inputs[:, 1]) | (width == 2))
        question = points, where[some], inputs[some, :width], coordinates[:, some, :width]
        found, expected = moving.moved(*question), as_a_whole(moving, *question)
        assert found.shape == expected.shape
        assert bits(found) == bits(expected)


def test_some_of_these_values_are_numbers_and_some_are_none():
    places = np.random.default_rng(1).uniform(-1, 1, (POINTS, N))
    values = [Compiled(trace(pieces(seed), {"x": (N,)}, {})).batch(places) for seed in range(25)]
    assert np.isfinite(values).any()
    assert np.isnan(values).any()


def test_points_are_taken_in_portions(monkeypatch):
    moving = Moves(as_trees(trace(lambda x: o.sum(o.exp(x)), {"x": (N,)}, {})), ONE, "float64")
    points = np.random.default_rng(2).uniform(-1, 1, (7, N))
    where, inputs = np.repeat(np.arange(7), N), np.tile(np.arange(N)[:, None], (7, 1))
    question = points, where, inputs, np.zeros((STEPS, 7 * N, 1))
    at_once = moving.moved(*question)
    monkeypatch.setattr("diffcheck.program.moves._LARGEST_BATCH", 2 * STEPS * 2 * N)
    assert moving.moved(*question).tobytes() == at_once.tobytes()


@pytest.mark.parametrize("n", [8, 9, 64, 1000])
def test_a_tree_loses_as_many_roundings_as_it_is_high(n):
    terms = np.random.default_rng(n).uniform(-1, 1, n)
    program = as_trees(trace(lambda x: o.sum(x), {"x": (n,)}, {}))
    found = Moves(program, [(0, 0), (1, 1)], "float64").batch(terms[None])[0]
    roundings = math.ceil(math.log2(n)) * 2.0**-53
    assert abs(float(found) - math.fsum(terms)) <= roundings * math.fsum(abs(terms)) * (1 + 1e-9)


@pytest.mark.parametrize("n", [8, 64, 512])
def test_a_move_reaches_as_many_sums_as_the_tree_is_high(n):
    """Beside the sine of its own: each move is 1 + log2 n operations, not the 2 n - 1 of the function."""
    program = as_trees(trace(lambda x: o.sum(o.sin(x)), {"x": (n,)}, {}))
    every = together(program, [(k, k) for k in range(n)])
    operations = sum(name not in (INPUT, CONST) for name, _ in every.nodes[len(program.nodes) :])
    assert operations == n * (1 + math.log2(n))


WHOLE = {
    "all reach all": (lambda x: o.sum(o.tanh(np.arange(1.0, 401).reshape(20, 20) @ x)), 20, ONE),
    "one move": (lambda x: o.exp(x[0]) * x[1], 2, [(1,)]),
    "large": (lambda x: o.sum(o.sin(x) * o.exp(x)), 30_000, ONE),
}


@pytest.mark.parametrize(("made", "n", "columns"), WHOLE.values(), ids=WHOLE)
def test_moves_that_save_nothing_are_not_made(made, n, columns):
    assert moves(trace(made, {"x": (n,)}, {}), columns, "float64") is None


def test_few_moves_of_many_are_evaluated_as_a_whole():
    """All moves are one program: where only some are asked for, the function may take less."""
    moving = Moves(as_trees(trace(lambda x: o.sum(o.exp(x)), {"x": (N,)}, {})), ONE, "float64")
    assert moving.saves(np.repeat([0, 3], N))
    assert not moving.saves(np.array([0, 3]))


class Counted:
    """A function with its moves that counts how often it is evaluated, and how often moved."""

    def __init__(self, function):
        self.function = function
        self.evaluated = self.moves = 0

    def batch(self, points):
        self.evaluated += len(points)
        return self.function.batch(points)

    def saves(self, where):
        return self.function.saves(where)

    def moved(self, points, where, inputs, coordinates):
        self.moves += len(coordinates) * len(where)
        return self.function.moved(points, where, inputs, coordinates)


class Whole:
    """The same function without its moves."""

    def __init__(self, function):
        self.function = function

    def batch(self, points):
        return self.function.batch(points)


WEIGHTS = np.random.default_rng(3).uniform(0.5, 1.5, 40)
SPARSE = {
    "gradient": (lambda x: o.sum(o.exp(o.sin(WEIGHTS * x))), GRADIENT),
    "hessian": (lambda x: o.sum(o.sin(x[1:] * x[:-1])) + o.sum(o.abs(x)), HESSIAN),
    "jacobian": (lambda x: o.exp(o.sin(x)) * o.where(x > 0.5, x, 1), JACOBIAN),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("made", "operator"), SPARSE.values(), ids=SPARSE)
def test_sparse_functions_are_moved_counted_and_differenced_as_others(made, operator, dtype):
    ready = prepared(ENGINES["finite"], case(x=interval(-2, 2, shape=40))(made), operator, dtype)
    region = ready._differences.region
    # At an end of the domain, on the two sides of a piece, and in the middle.
    x = np.random.default_rng(4).uniform(-2, 2, 40)
    x[:5] = 2.0, -2.0, 0.5, 0.0, 1.0
    point = at(x=x.astype(dtype))
    function, rounded = region.function, region.rounded
    region.function, region.rounded = Counted(function), Counted(rounded)
    found = ready.derivative(point)
    assert region.function.moves > region.function.evaluated > 0
    assert found.function_calls == region.function.evaluated + region.function.moves + region.rounded.evaluated
    region.function, region.rounded = Whole(function), rounded
    expected = ready.derivative(point)
    assert found.value.tobytes() == expected.value.tobytes()
    assert found.error.tobytes() == expected.error.tobytes()
    assert found.function_calls == expected.function_calls


def test_sparse_gradients_are_right():
    made, operator = SPARSE["gradient"]
    ready = prepared(ENGINES["finite"], case(x=interval(-9, 9, shape=40))(made), operator)
    x = np.random.default_rng(5).uniform(-1, 1, 40)
    found = ready.derivative(at(x=x))
    expected = WEIGHTS * np.cos(WEIGHTS * x) * np.exp(np.sin(WEIGHTS * x))
    assert (abs(found.value - expected) <= found.error).all()
    assert found.error.max() < 1e-9
