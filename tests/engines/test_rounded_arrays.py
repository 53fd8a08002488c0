"""Random rounding on whole arrays, against that of numbers and against what rounding really does."""

import numpy as np
import pytest
from array_programs import SHAPES, function, point

import diffcheck.ops as o
from diffcheck import case, interval
from diffcheck.engines.finite.random_rounding import TRIALS, RandomlyRounded, rounding_error
from diffcheck.engines.finite.rounded_arrays import RoundedArrays, rounded
from diffcheck.program.emit import Emitted
from diffcheck.program.scalarise import scalarise
from diffcheck.program.trace import record, trace
from diffcheck.runner.examine import court_of, hear
from diffcheck.runner.plan import contestants, plan


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_errors_are_those_of_numbers_rounded_at_random(dtype):
    """In the middle of many outputs of random functions: four trials tell the size of each within a factor of a few."""
    ratios = []
    for seed in range(40):
        graph = record(function(seed), SHAPES, {})
        points = np.array([point(seed + k)[0] for k in range(3)])
        values = Emitted(graph, dtype).batch(points).astype(np.float64)
        of_arrays, of_numbers = (
            rounding_error(of, points, values)
            for of in (RoundedArrays(graph, dtype), RandomlyRounded(scalarise(graph), dtype))
        )
        assert of_arrays.shape == values.shape
        seen = of_numbers > 0  # in four trials rounding may leave nothing
        ratios += (of_arrays[seen] / of_numbers[seen]).tolist()
    assert 0.5 < np.median(ratios) < 2
    assert np.quantile(ratios, 0.05) > 0.1


@pytest.mark.parametrize("seed", range(10))
def test_errors_cover_what_rounding_does(seed):
    """In single precision, against double."""
    graph = record(function(seed), SHAPES, {})
    points = np.array([point(seed + k)[0] for k in range(8)], np.float32).astype(np.float64)
    exact = Emitted(graph, "float64").batch(points)
    values = Emitted(graph, "float32").batch(points).astype(np.float64)
    found = rounding_error(RoundedArrays(graph, "float32"), points, values)
    assert (np.abs(values - exact) <= found).mean() > 0.9


def test_a_trial_is_the_same_at_every_point_and_in_every_batch():
    graph = record(function(1), SHAPES, {})
    of = RoundedArrays(graph, "float64")
    x = point(1)[0]
    together = of.batch(np.stack([x] * (2 * TRIALS)))
    assert np.array_equal(together[:TRIALS], together[TRIALS:])
    assert np.array_equal(together, of.batch(np.stack([x] * (2 * TRIALS))))
    assert len(np.unique(together[:TRIALS])) > 1
    # In portions of one point the trials go on.
    of._portion = 1
    assert np.array_equal(together, of.batch(np.stack([x] * (2 * TRIALS))))


def test_what_only_moves_elements_is_not_rounded():
    graph = record(lambda x: o.amax(o.transpose(x)[:, 1:], 1), {"x": (3, 4)}, {})
    x = np.random.default_rng(0).normal(size=(TRIALS, 12))
    assert np.array_equal(RoundedArrays(graph, "float64").batch(x), x.reshape(-1, 3, 4)[:, 1:].max(1))


def test_large_functions_are_rounded_on_arrays():
    weights = np.random.default_rng(0).normal(size=(100, 30))
    assert isinstance(rounded(trace(lambda x: o.sum(o.tanh(weights @ x)), {"x": (30,)}, {}), "float64"), RoundedArrays)
    assert isinstance(rounded(trace(lambda x: o.sum(o.tanh(x)), {"x": (30,)}, {}), "float64"), RandomlyRounded)


def test_a_row_with_a_calculus_of_its_own_loses_what_it_says():
    """The squarings of a matrix exponential lose more than rounding its arguments would, however small it is."""
    program = trace(lambda x: o.matrix_exp(x)[1, 1], {"x": (4, 4)}, {})
    points = np.random.default_rng(4).normal(size=(40, 16)).astype(np.float32).astype(np.float64)
    exact, values = (Emitted(program.graph, dtype).batch(points).astype(np.float64) for dtype in ("float64", "float32"))
    found = rounding_error(rounded(program, "float32"), points, values)
    assert (np.abs(values - exact) <= found).all()


def heard(function, operator="gradient", shape=(30,)):
    made = case(x=interval(-1, 1, shape=shape), operators=(operator,))(function)
    (unit,) = plan([made], [], contestants(["finite"], ["cpu"], ["float64"]))
    court = court_of(unit, "float64", 1, 0)
    ((engine, task),) = unit.tasks()
    return hear(court, engine, task).row


@pytest.mark.parametrize("operator", ["gradient", "jvp"])
def test_differences_of_a_large_function_agree(operator):
    weights = np.random.default_rng(0).normal(size=(600, 30)) / 5

    def network(x):
        return o.sum(o.tanh(o.softplus(weights @ x)))

    row = heard(network, operator)
    assert row.verdict == "agree"
    assert row.function_calls > 10


def test_what_would_take_too_long_is_refused():
    row = heard(lambda x: o.sum(o.exp(x @ x)), shape=(200, 200))
    assert row.verdict == "unsupported"
    assert "40,000 inputs" in row.note
