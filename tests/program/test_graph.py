"""Functions recorded on whole arrays: what the graph computes, its lowering to numbers, its derivatives, its code."""

from dataclasses import replace

import numpy as np
import pytest
from array_programs import SHAPES, SIZE, function, point
from library import library

import diffcheck.ops as o
from diffcheck.case.points import points
from diffcheck.errors import Unsupported
from diffcheck.formats import FORMATS
from diffcheck.program.chain import gradient
from diffcheck.program.compile import Compiled
from diffcheck.program.differentiate import jacobian
from diffcheck.program.emit import Emitted
from diffcheck.program.graph import GraphBuilder
from diffcheck.program.rules import STABLE, SYMPY
from diffcheck.program.scalarise import MOST, Lowered, scalarise
from diffcheck.program.trace import record, trace

SEEDS = range(40)
CASES = library()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_recorded_function_gives_what_numpy_gives(seed):
    flat, inputs = point(seed)
    graph = record(function(seed), SHAPES, {})
    expected = np.asarray(function(seed)(**inputs))
    assert graph.shape == expected.shape
    np.testing.assert_allclose(Emitted(graph).at(flat), expected, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(Compiled(scalarise(graph)).batch(flat[None])[0], expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("form", [STABLE, SYMPY], ids=["stable", "sympy"])
def test_derivatives_by_structure_are_those_of_the_numbers(seed, form):
    flat, _ = point(seed)
    graph = record(function(seed), SHAPES, {})
    wrt = range(SIZE)
    expected = Compiled(jacobian(scalarise(graph), wrt, form)).batch(flat[None])[0]
    derivative = gradient(graph, wrt, form)
    assert derivative.shape == expected.shape
    np.testing.assert_allclose(Emitted(derivative).at(flat), expected, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(Compiled(scalarise(derivative)).batch(flat[None])[0], expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("seed", SEEDS[:10])
def test_second_derivatives_are_derivatives_of_derivatives(seed):
    flat, _ = point(seed)
    graph = record(function(seed), SHAPES, {})
    wrt = [0, 5, 13, SIZE - 1]
    expected = Compiled(jacobian(jacobian(scalarise(graph), wrt), wrt)).batch(flat[None])[0]
    found = Emitted(gradient(gradient(graph, wrt), wrt)).at(flat)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("seed", SEEDS[:10])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_batch_is_its_points(seed, dtype):
    flats = np.stack([point(k)[0] for k in range(5)])
    emitted = Emitted(gradient(record(function(seed), SHAPES, {}), range(SIZE)), dtype)
    tolerance = 1e-11 if dtype == "float64" else 1e-3
    together = emitted.batch(flats)
    assert together.dtype == np.dtype(dtype)
    np.testing.assert_allclose(together, [emitted.at(x) for x in flats], rtol=tolerance, atol=tolerance)


def ties(graph, x):
    """Whether a selection chooses among equals: arrays then share the slope among all, numbers between pairs."""
    operands = [node.operands[0] for node in graph.nodes if node.name == "ranked"]
    rows = [Emitted(replace(graph, output=i)).at(x).reshape(-1, graph.nodes[i].shape[-1]) for i in operands]
    return any(len(set(row)) < len(row) for found in rows for row in found.tolist())


@pytest.mark.parametrize("made", CASES, ids=lambda c: c.own_name)
def test_the_library_differentiated_on_arrays_is_that_of_the_numbers(made):
    program = trace(made.function, made.shapes, made.constants)
    chosen = points(made, 2, 0, FORMATS["float64"])
    flat = np.stack([np.concatenate([np.ravel(v) for v in point.values()]) for point in chosen])
    with np.errstate(all="ignore"):
        expected = Compiled(jacobian(program, made.wrt_positions)).batch(flat)
    found = Emitted(gradient(program.graph, made.wrt_positions)).batch(flat)
    exist = np.isfinite(expected).reshape(len(flat), -1).all(1) & [not ties(program.graph, x) for x in flat]
    np.testing.assert_allclose(found[exist], expected[exist], rtol=1e-6, atol=1e-9)


def test_the_order_of_the_inputs_asked_for_is_that_of_the_columns():
    graph = record(lambda x, y: x[0] * y + x[1], {"x": (2,), "y": ()}, {})
    assert Emitted(gradient(graph, [2, 0])).at([3.0, 4.0, 5.0]).tolist() == [3.0, 5.0]


def test_an_input_that_nothing_depends_on_has_the_derivative_zero():
    graph = record(lambda x, y: 2 * x, {"x": (), "y": ()}, {})
    assert Emitted(gradient(graph, [0, 1])).at([3.0, 4.0]).tolist() == [2.0, 0.0]


def test_what_is_equal_is_one_node():
    builder = GraphBuilder()
    x = builder.input(0, (2, 3))
    assert builder.apply("exp", x) == builder.apply("exp", x)
    assert builder.array([1.0, 2.0]) == builder.array(np.array([1.0, 2.0]))
    assert builder.array([1.0, 2.0]) != builder.array([1, 2])


def test_what_changes_nothing_is_no_node():
    builder = GraphBuilder()
    x = builder.input(0, (2, 3))
    zero, one = builder.const(0), builder.const(1)
    same = [
        builder.apply("add", x, zero),
        builder.apply("sub", x, zero),
        builder.apply("mul", one, x),
        builder.apply("div", x, one),
        builder.apply("power", x, one),
        builder.apply("neg", builder.apply("neg", x)),
        builder.move("reshape", (2, 3), builder.move("reshape", (6,), x)),
        builder.move("permute", (0, 1), x),
        builder.move("sum", (), x),
        builder.move("broadcast", (0, (2, 3)), x),
    ]
    assert same == [x] * len(same)


def test_a_long_sum_is_one_node_and_counts_as_many_operations():
    program = trace(lambda x: o.sum(o.exp(x)), {"x": (1000, 1000)}, {})
    assert len(program.graph.nodes) == 3
    assert program.operations == 1_999_999


def test_a_program_too_large_to_be_lowered_says_so():
    size = MOST + 1
    program = trace(lambda x: o.sum(x), {"x": (size + 1,)}, {})
    assert isinstance(program, Lowered)
    assert program.shape == ()
    with pytest.raises(Unsupported, match=f"{size:,} operations are too many to be looked at one by one"):
        _ = program.nodes


def test_the_values_of_an_array_that_dies_are_not_written_over_while_a_view_lives():
    def used_twice(x):
        y = o.exp(x)
        return o.sum(o.transpose(y) * 2) + o.sum(o.sin(y)) + o.sum(o.reshape(y, (4,)) * 3)

    graph = record(used_twice, {"x": (2, 2)}, {})
    x = np.array([0.1, 0.2, 0.3, 0.4])
    y = np.exp(x)
    assert Emitted(graph).at(x) == pytest.approx(np.sum(5 * y + np.sin(y)), rel=1e-14)
