"""Every operation on whole arrays: against NumPy, torch and the same by numbers, with first and second derivatives."""

import numpy as np
import pytest
import torch
from array_rows import SHAPE, USES, function, point

import diffcheck.ops as o
from diffcheck.case.operators import Operator
from diffcheck.formats import FORMATS
from diffcheck.ops.own import Own
from diffcheck.program.chain import gradient
from diffcheck.program.compile import Compiled
from diffcheck.program.differentiate import jacobian
from diffcheck.program.emit import Emitted
from diffcheck.program.scalarise import scalarise
from diffcheck.program.trace import record
from diffcheck.referee.arrays.bounds import bounds, bounds_of_values
from diffcheck.referee.arrays.certify import ArrayReferee
from diffcheck.referee.bounds import Bounds
from diffcheck.referee.component import Status
from diffcheck.referee.ladder import LADDER
from diffcheck.referee.truth import Referee

FLOAT64 = FORMATS["float64"]
NAMES = "abc"
SEEDS = range(30)
each_use = pytest.mark.parametrize(("use", "shapes"), USES.values(), ids=USES)
NEAR = {"rtol": 1e-8, "atol": 1e-9}


def recorded(use, shapes):
    names = NAMES[: len(shapes)]
    return record(lambda **x: use(*(x[n] for n in names)), dict(zip(names, shapes, strict=True)), {})


def mixed(use, shapes):
    """A number made of all the results, so that second derivatives move."""
    shape = recorded(use, shapes).shape
    weights = np.random.default_rng(5).normal(size=shape)
    return lambda *x: o.sum(o.mul(o.tanh(use(*x)), weights))


def flat(arrays):
    return np.concatenate([np.ravel(a) for a in arrays])


def test_every_row_is_used_here():
    used = {node.name for use, shapes in USES.values() for node in recorded(use, shapes).nodes}
    assert used >= Own.rows.keys()


@each_use
def test_values_are_those_of_numpy_and_torch(use, shapes):
    arrays, graph = point(shapes), recorded(use, shapes)
    expected = use(*map(torch.tensor, arrays)).numpy()
    assert graph.shape == expected.shape
    np.testing.assert_allclose(use(*arrays), expected, **NEAR)
    np.testing.assert_allclose(Emitted(graph).at(flat(arrays)), expected, **NEAR)
    np.testing.assert_allclose(Compiled(scalarise(graph)).batch(flat(arrays)[None])[0], expected, **NEAR)


@each_use
def test_jacobians_are_torchs(use, shapes):
    arrays, graph = point(shapes), recorded(use, shapes)
    x, wrt = flat(arrays), range(sum(a.size for a in arrays))
    parts = torch.autograd.functional.jacobian(use, tuple(map(torch.tensor, arrays)))
    expected = np.concatenate([p.numpy().reshape(*graph.shape, -1) for p in parts], -1)
    np.testing.assert_allclose(Emitted(gradient(graph, wrt)).at(x), expected, **NEAR)
    np.testing.assert_allclose(Compiled(jacobian(scalarise(graph), wrt)).batch(x[None])[0], expected, **NEAR)


@each_use
def test_second_derivatives_are_torchs(use, shapes):
    arrays, whole = point(shapes), mixed(use, shapes)
    graph, x, wrt = recorded(whole, shapes), flat(arrays), range(sum(a.size for a in arrays))

    def of_vector(v):
        sections = torch.split(v, [a.size for a in arrays])
        return whole(*(s.reshape(a.shape) for s, a in zip(sections, arrays, strict=True)))

    expected = torch.autograd.functional.hessian(of_vector, torch.tensor(x)).numpy()
    found = Emitted(gradient(gradient(graph, wrt), wrt)).at(x)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7)


@each_use
def test_a_batch_is_its_points(use, shapes):
    many = np.stack([flat(point(shapes, seed)) for seed in range(3)])
    emitted = Emitted(gradient(recorded(use, shapes), range(many.shape[1])))
    np.testing.assert_allclose(emitted.batch(many), [emitted.at(x) for x in many], **NEAR)


def certified(graph, x, operator):
    """What arrays certify at a point, having held it against numbers."""
    wrt = range(len(x))
    found = ArrayReferee(graph, operator, wrt).at(x, LADDER)
    by_numbers = Referee(scalarise(graph), operator, wrt)
    truth = by_numbers.truth(x)
    assert all(found.confirmed)
    for ball, component in zip(found.components.ravel().tolist(), truth.components, strict=True):
        assert component.status is Status.CERTIFIED
        assert ball.overlaps(component.left)
    return found, by_numbers, truth


@each_use
@pytest.mark.parametrize("operator", [Operator.GRADIENT, Operator.HESSIAN], ids=lambda o: o.value)
def test_enclosures_are_those_of_the_numbers(use, shapes, operator):
    certified(recorded(mixed(use, shapes), shapes), flat(point(shapes)).tolist(), operator)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_functions_are_certified_and_bounded_as_by_numbers(seed):
    """A constant that arrays hold twice counts twice there: a factor of four is allowed."""
    graph = record(function(seed), {"x": SHAPE}, {})
    x = point([SHAPE], seed)[0].ravel().tolist()
    found, by_numbers, truth = certified(graph, x, Operator.GRADIENT)
    exact = Bounds(by_numbers)
    pairs = [*zip(bounds(found, x, FLOAT64), exact.at(truth, x, FLOAT64), strict=True)]
    values = [bound for bound, _ in exact.of_values(truth, x, FLOAT64)]
    pairs += zip(bounds_of_values(found, FLOAT64), values, strict=True)
    for estimate, expected in pairs:
        left, right = float(estimate.scale.mid()), float(expected.scale.mid())
        assert right / 4 <= left <= 4 * right


@pytest.mark.parametrize("seed", SEEDS)
def test_random_functions_have_torchs_gradient(seed):
    (x,) = point([SHAPE], seed)
    tensor = torch.tensor(x, requires_grad=True)
    (expected,) = torch.autograd.grad(function(seed)(tensor), tensor)
    graph = record(function(seed), {"x": SHAPE}, {})
    np.testing.assert_allclose(Emitted(gradient(graph, range(x.size))).at(x.ravel()), expected.numpy().ravel(), **NEAR)
