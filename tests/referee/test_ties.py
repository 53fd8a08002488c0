"""Where pieces of a large function meet: both sides on whole arrays, against the referee of numbers."""

import random

import numpy as np
import pytest

import diffcheck.ops as o
from diffcheck import case, check, interval
from diffcheck.case.operators import OPERATORS, Operator
from diffcheck.program.scalarise import scalarise
from diffcheck.program.trace import record, trace
from diffcheck.referee.arrays.certify import ArrayReferee
from diffcheck.referee.beside.neighbourhood import Neighbourhood
from diffcheck.referee.component import Status
from diffcheck.referee.ladder import LADDER
from diffcheck.referee.truth import Referee

# Function, point, what its three components are, by the definition of a one-sided derivative.
KINK, SMOOTH = Status.KINK, Status.CERTIFIED
TIES = {
    "a tie": (lambda x: o.sum(o.abs(x)), [1.5, 0.0, 0.25], [(1, 1), (-1, 1), (1, 1)]),
    "two equal ones": (lambda x: o.amax(x), [1.5, 1.5, 0.25], [(0, 1), (0, 1), (0, 0)]),
    "three equal ones": (lambda x: o.amax(x), [1.5, 1.5, 1.5], [(0, 1), (0, 1), (0, 1)]),
    "the smallest": (lambda x: o.amin(x), [1.5, 0.25, 0.25], [(0, 0), (1, 0), (1, 0)]),
    "a factor of zero": (lambda x: o.sum(o.relu(x * x[0])), [0.0, 1.0, -2.0], [(-2, 1), (0, 0), (0, 0)]),
    "a square": (lambda x: o.sum(o.abs(x) ** 2), [0.0, 1.0, -2.0], [(0, 0), (2, 2), (-4, -4)]),
    "two formulas": (lambda x: o.sum(o.where(x > 0, 3 * x, 2 * x)), [0.0, 1.0, -2.0], [(2, 3), (3, 3), (2, 2)]),
    "two formulas with one slope": (lambda x: o.sum(o.elu(x)), [0.0, 1.0, 2.0], [(1, 1), (1, 1), (1, 1)]),
    "one behind another": (lambda x: o.abs(o.abs(x[0]) + x[1]) + x[2], [0.0, 0.0, 0.0], [(-1, 1), (-1, 1), (1, 1)]),
    "one against another": (lambda x: o.abs(o.abs(x[0]) - 2 * o.abs(x[1])), [0.0] * 3, [(-1, 1), (-2, 2), (0, 0)]),
    "what stands still": (lambda x: o.amax(o.relu(-x * x - 1)) + x[0], [0.0, 1.0, -2.0], [(1, 1), (0, 0), (0, 0)]),
    "two borders": (lambda x: o.sum(o.clip(x, -1, 1)), [1.0, -1.0, 0.5], [(1, 0), (0, 1), (1, 1)]),
    "an edge in a branch": (lambda x: o.sum(o.where(x > 0.5, o.sqrt(x), x)), [0.0] * 3, [(1, 1)] * 3),
    "a tie in a branch": (lambda x: o.sum(o.where(x > -1, x, o.abs(o.log(x)))), [0.0, 1.0, 2.0], [(1, 1)] * 3),
    "all factors zero": (lambda x: o.sum(o.relu(x[:2] * x[2]) + x[:2]), [0.0] * 3, [(1, 1), (1, 1), (0, 0)]),
    "a pole in a branch": (lambda x: o.sum(o.where(x < 0.5, x, 1 / x)), [0.0, -1.0, 1.0], [(1, 1), (1, 1), (-1, -1)]),
    "a pole and a tie": (lambda x: o.sum(o.where(x <= 1, x, 1 / x)), [0.0, 1.0, 0.5], [(1, 1), (1, -1), (1, 1)]),
    "a step where nothing is": (lambda x: o.sum(o.where(x > -1, x, o.floor(1 / x))), [0.0, 1.0, 2.0], [(1, 1)] * 3),
    "a root where nothing is": (lambda x: o.sum(o.where(x > -1, x, o.cbrt(1 / x))), [0.0, 1.0, 2.0], [(1, 1)] * 3),
    "a tie beside the point": (lambda x: o.sum(o.where(x > 0, o.abs(x), 0)), [0, 1.0, -1.0], [(0, 1), (1, 1), (0, 0)]),
    "two that vanish": (lambda x: o.abs(x[0] * x[1]) + x[2], [0.0, 0.0, 2.0], [(0, 0), (0, 0), (1, 1)]),
}  # fmt: skip


def at(function, x, operator=Operator.GRADIENT):
    return ArrayReferee(record(function, {"x": (len(x),)}, {}), operator, range(len(x))).at(x, LADDER)


@pytest.mark.parametrize(("function", "x", "expected"), TIES.values(), ids=TIES)
def test_both_sides_are_certified(function, x, expected):
    found = at(function, x)
    assert all(found.confirmed)
    for component, (left, right) in zip(found.components, expected, strict=True):
        assert component.status is (SMOOTH if left == right else KINK)
        assert component.left.contains(left)
        assert component.right.contains(right)


# At these points arrays do not tell, and numbers take over.
ELSEWHERE = {
    "a jump": (lambda x: o.sum(o.where(x > 0, x + 1, x)), [0.0, 1.0]),
    "a step": (lambda x: o.sum(o.sign(x) * x), [0.0, 1.0]),
    "the point alone": (lambda x: o.sum(o.where(x == 0, 1, x * x)), [0.0, 1.0]),
    "the end of a branch": (lambda x: o.sum(o.where(x > 0, o.sqrt(x), x)), [0.0, 1.0]),
    "a comparison of squares": (lambda x: o.sum(o.where(x * x > 0, 3 * x, 2 * x)), [0.0, 1.0]),
    "a jump beside the point": (lambda x: o.sum(o.where(x == 0, 0, o.sin(x) / o.where(x == 0, 1, x))), [0.0, 1.0]),
    "no operation beside the point": (lambda x: o.where(x[0] <= 0, 0, o.where(x[0] <= 0, 0, 1)), [0.0, 1.0]),
    "one condition twice": (lambda x: o.sum(o.where(x > 0, x * o.where(x > 0, 3, 2), 4 * x)), [0.0, 1.0]),
    "a step of what does not exist": (lambda x: o.sum(o.where(x > 0, o.floor(1 / x), x)), [0.0, 1.5]),
    "two conditions": (lambda x: o.sum(o.where(o.logical_and(x > 0, x < 2), x, 0 * x)), [0.0, 1.0]),
}


@pytest.mark.parametrize(("function", "x"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_more_than_slopes_decide_is_left_to_the_numbers(function, x):
    assert at(function, x) is None


@pytest.mark.parametrize("bent", [lambda x: o.sum(o.abs(x) ** 3), lambda x: o.abs(x[0] * x[1]) + o.sum(x)])
def test_second_derivatives_at_a_tie_are_left_to_the_numbers(bent):
    def function(x):
        return bent(x)

    assert at(function, [0.0, 1.0], Operator.HESSIAN) is None
    assert at(function, [1.0, -1.0], Operator.HESSIAN) is not None


def bent(seed):
    """A function with pieces, at points of small whole numbers where many of them meet."""

    def function(x):
        dice = random.Random(seed)
        pool = [x, x[::-1], 2 * x - 1]
        for _ in range(8):
            a, b = dice.choice(pool), dice.choice(pool)
            pool.append(dice.choice(STEPS)(a, b))
        return o.sum(pool[-1] * 3 + pool[-2] - pool[-3])

    return function


STEPS = [
    lambda a, b: o.abs(a),
    lambda a, b: o.maximum(a, b),
    lambda a, b: o.minimum(a, b - 1),
    lambda a, b: o.relu(a - b),
    lambda a, b: a + b,
    lambda a, b: a * b,
    lambda a, b: o.where(a > b, a, b),
    lambda a, b: o.where(a >= 0, a * b, 0 * b),
    lambda a, b: o.sin(a) - b,
    lambda a, b: o.leaky_relu(a),
    lambda a, b: o.amax(a) - b,
    lambda a, b: a[[1, 1, 0]] - b,
    lambda a, b: o.where(a == 0, b, o.sin(a) * b / o.where(a == 0, 1, a)),
    lambda a, b: o.where(a > 0, o.where(a > 0, b, 1) * a, o.where(b > 0, a, 2 * a)),
    lambda a, b: o.where(o.abs(a) > 0, b * a / o.where(o.abs(a) > 0, a, 1), b),
]


def test_random_functions_with_pieces_against_the_numbers(capsys):
    """Where arrays tell, numbers tell the same; how often they do is printed."""
    points = told = kinks = 0
    for seed in range(120):
        graph = record(bent(seed), {"x": (3,)}, {})
        dice = random.Random(seed)
        for _ in range(4):
            x = [float(dice.choice([-1, 0, 0.5, 1, 2])) for _ in range(3)]
            found = ArrayReferee(graph, Operator.GRADIENT, range(3)).at(x, LADDER[:3])
            points += 1
            if found is None:
                continue
            expected = Referee(scalarise(graph), Operator.GRADIENT, range(3)).truth(x).components
            told += 1
            kinks += any(c.status is KINK for c in expected)
            for ours, theirs in zip(found.components, expected, strict=True):
                assert ours.status is theirs.status
                assert ours.left.overlaps(theirs.left)
                assert ours.right.overlaps(theirs.right)
    with capsys.disabled():
        print(f"\n{points} points: arrays tell at {told}, {kinks} of them with a kink")
    assert kinks > 0


def test_a_network_at_rest_is_certified_by_sides():
    """Biases of zero and a row of zeros: every hidden unit sits on its border for that row."""
    random_numbers = np.random.default_rng(0)
    weights, inputs = random_numbers.normal(size=(40, 30)), random_numbers.normal(size=(16, 40))
    inputs[3] = 0.0

    def network(w, b):
        return o.sum(o.tanh(o.relu(inputs @ w + b)))

    program = trace(network, {"w": (40, 30), "b": (30,)}, {})
    truth = Referee(program, Operator.GRADIENT, range(1230)).truth([*weights.ravel().tolist(), *[0.0] * 30])
    assert program.is_large
    assert truth.arrays is not None
    assert all(truth.confirmed)
    assert {c.status for c in truth.components[:1200]} == {SMOOTH}
    # A bias moves the row of zeros from rest to one side only: 0 against 1, beside what it does to the other rows.
    hidden = np.maximum(inputs @ weights, 0)
    slopes = ((1 - np.tanh(hidden) ** 2) * (hidden > 0)).sum(0)
    for component, slope in zip(truth.components[1200:], slopes.tolist(), strict=True):
        assert component.status is KINK
        assert float(component.left.mid()) == pytest.approx(slope, rel=1e-12)
        assert float(component.right.mid()) == pytest.approx(slope + 1, rel=1e-12)


def test_the_largest_of_what_is_switched_off_is_no_kink():
    """Pooling over units that are all off: equal zeros that no small step moves."""
    weights = np.random.default_rng(0).normal(size=(30, 20))

    def pooled(x):
        hidden = o.relu(weights @ x - 3)
        return o.sum(o.amax(o.reshape(hidden, (5, 6, 25)), 1)) + o.sum(x)

    program = trace(pooled, {"x": (20, 25)}, {})
    x = np.random.default_rng(1).normal(size=500) / 10
    truth = Referee(program, Operator.GRADIENT, range(500)).truth(x.tolist())
    assert program.is_large
    assert truth.arrays is not None
    assert {(c.status, float(c.left.mid())) for c in truth.components} >= {(SMOOTH, 1.0)}
    assert {c.status for c in truth.components} == {SMOOTH}


def test_as_many_ties_as_there_are_inputs_cost_one_sweep():
    """No input moves two of them: they are asked together. Behind them lies one that all of them move."""
    program = trace(lambda x: o.abs(o.sum(o.abs(x) * o.exp(x)) + x[0]) + o.sum(x), {"x": (4000,)}, {})
    assert program.is_large
    truth = Referee(program, Operator.GRADIENT, range(4000)).truth([0.0] * 4000)
    assert truth.arrays is not None
    # Along x0 to the right |t + t|, to the left |-t + t|; along the others |t|; and t itself.
    assert [(float(c.left.mid()), float(c.right.mid())) for c in truth.components] == [(1, 3)] + [(0, 2)] * 3999
    assert {c.status for c in truth.components} == {KINK}


DIRECTIONS = [(1.0, -1.0, 0.5), (0.0, 2.0, -1.0), (-1.0, 0.0, 0.0)]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_products_with_a_direction_against_the_numbers(direction):
    kinks = 0
    operator = OPERATORS["jvp"].aimed(direction, ())
    for seed in range(30):
        graph = record(bent(seed), {"x": (3,)}, {})
        x = [float(random.Random(seed).choice([-1, 0, 0.5, 1, 2])) for _ in range(3)]
        found = ArrayReferee(graph, operator, range(3)).at(x, LADDER[:3])
        if found is None:
            continue
        (ours,), (theirs,) = found.components, Referee(scalarise(graph), operator, range(3)).truth(x).components
        kinks += ours.status is KINK
        assert ours.status is theirs.status
        assert ours.left.overlaps(theirs.left)
        assert ours.right.overlaps(theirs.right)
    assert kinks


SELECTIONS = {
    "sorted": (lambda x: o.dot(o.sort(x), [1.0, 2.0, 4.0]), [0.5, 0.5, -1.0]),
    "all equal": (lambda x: o.dot(o.sort(x * x), [1.0, 2.0, 4.0]), [0.5, -0.5, 0.5]),
    "the middle one": (lambda x: o.median(x), [0.5, 0.5, 1.0]),
    "the two largest": (lambda x: o.sum(o.topk(x, 2)) - o.amin(x), [1.0, 0.0, 0.0]),
    "pooled": (lambda x: o.sum(o.max_pool1d(o.reshape(o.abs(x), (1, 1, 3)), 2, stride=1)), [1.0, -1.0, 0.0]),
    "cut off": (lambda x: o.amax(o.minimum(x, 0.5)) + o.abs(x[2]), [1.0, 0.5, 0.0]),
    "cut off at a step": (lambda x: o.amax(o.where(x >= 0.5, 0.5, x)) + o.abs(x[2]), [1.0, 0.5, 0.0]),
    "nothing added": (lambda x: o.amax(o.concatenate([x, x + x[::-1] * x])), [0.0, -1.0, 0.0]),
    "zeros": (lambda x: o.amax(x * np.array([1.0, 2.0, 3.0])), [0.0, 0.0, 0.0]),
    "zeros of a product": (lambda x: o.amax(np.array([[1.0, 0.0, 1.0], [2.0, 1.0, 1.0]]) @ x), [0.0, 0.0, 0.0]),
    "zeros of an operation": (lambda x: o.amax(o.xlogy(x, np.array([2.0, 3.0, 4.0]))), [0.0, 0.0, 0.0]),
    "padded": (lambda x: o.sum(o.max_pool1d(o.reshape(o.relu(x), (1, 1, 3)), 3, padding=1)), [0.0, -1.0, 0.0]),
}


@pytest.mark.parametrize(("function", "x"), SELECTIONS.values(), ids=SELECTIONS)
def test_ties_in_selections_against_the_numbers(function, x):
    graph = record(function, {"x": (3,)}, {})
    found = ArrayReferee(graph, Operator.GRADIENT, range(3)).at(x, LADDER)
    expected = Referee(scalarise(graph), Operator.GRADIENT, range(3)).truth(x).components
    assert KINK in {c.status for c in expected}
    for ours, theirs in zip(found.components, expected, strict=True):
        assert ours.status is theirs.status
        assert ours.left.overlaps(theirs.left)
        assert ours.right.overlaps(theirs.right)


def test_numbers_look_only_along_the_inputs_that_reach_a_tie(monkeypatch):
    """Second derivatives at a tie are left to numbers; what holds no input of the tie is one smooth piece."""
    weights = np.random.default_rng(0).normal(size=(4, 5))
    seen = []
    look = Neighbourhood.component
    monkeypatch.setattr(Neighbourhood, "component", lambda self, k, found: seen.append(k) or look(self, k, found))
    program = trace(lambda x: o.abs(x[0]) ** 3 + o.sum(o.tanh(weights @ x)), {"x": (5,)}, {})
    x = np.array([0.0, 0.3, 0.3, 0.3, 0.3])
    truth = Referee(program, Operator.HESSIAN, range(5)).truth(x.tolist())
    assert seen == [k for k in range(25) if 0 in divmod(k, 5)]
    y = np.tanh(weights @ x)
    hessian = weights.T @ np.diag(-2 * y * (1 - y * y)) @ weights  # |x|^3 has none at 0
    assert {c.status for c in truth.components} == {SMOOTH}
    assert [float(c.left.mid()) for c in truth.components] == pytest.approx(hessian.ravel().tolist(), rel=1e-12)
    assert all(truth.confirmed)


@pytest.mark.parametrize("order", [0.7, 1.1, 1.5, 2.5, 3])
@pytest.mark.parametrize("size", [1, 3])
def test_a_norm_of_any_order_has_its_kink_at_zero(order, size):
    zeros = {"x": [0.0] * size}
    subject = case(x=interval(-1, 1, shape=size), points=[zeros], samples=0)(lambda x: o.vector_norm(x, order))
    (row,) = check(subject, engines=["autograd"]).result.rows
    assert (row.verdict, row.truth) == ("kink", "[-1, 1]")
