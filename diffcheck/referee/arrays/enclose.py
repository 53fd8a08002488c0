"""A graph evaluated in arrays of balls: one pass, products of matrices by Arb's own."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flint import arb, arb_mat

from diffcheck.ops import balls
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Linear
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import Graph, Node

# An array of `flint.arb`.
BallArray = np.ndarray[Any, np.dtype[np.object_]]


def enclose(
    graph: Graph,
    inputs: BallArray,
    decide: Callable[[int, Node, Sequence[BallArray]], BallArray] | None = None,
    known: Sequence[BallArray] = (),
) -> list[BallArray]:
    """Every node's value at these inputs, at the working precision of `flint.ctx`.

    Parameters
    ----------
    inputs:
        All flattened inputs.
    decide:
        Gives the value of a node that is made of pieces.
    known:
        The values of the nodes of the graph from which this one was derived.
    """
    values: list[BallArray] = []
    for number, node in enumerate(graph.nodes):
        if graph.origins[number] < len(known):
            values.append(known[graph.origins[number]])
            continue
        operands = [values[i] for i in node.operands]
        if is_made_of_pieces(node):
            assert decide is not None
            values.append(decide(number, node, operands))
        else:
            values.append(_value(node, operands, inputs))
    return values


def is_made_of_pieces(node: Node) -> bool:
    """Whether comparisons decide what a node is."""
    if node.name in Own.rows:
        return Own.rows[node.name].chosen is not None
    return node.name in Primitive.rows and Primitive.rows[node.name].switch is not None


def _value(node: Node, operands: Sequence[BallArray], inputs: BallArray) -> BallArray:
    match node.name:
        case "input":
            start = node.parameters[0]
            return inputs[start : start + int(np.prod(node.shape, dtype=int))].reshape(node.shape)
        case "const":
            return ball_array([balls.ball(node.parameters[0])], ())
        case "array":
            return of_numbers(node.parameters[0].array)
        case "matmul":
            return product(*operands)
    if node.name in Own.rows:
        row = Own.rows[node.name]
        return row.each(row.on_balls, node.parameters, operands)
    if node.name in Linear.rows:
        found = Linear.rows[node.name].on_arrays(node.parameters, 0, *operands)
        return found if isinstance(found, np.ndarray) else ball_array([found], ())
    return each(Primitive.rows[node.name], operands)


def ball_array(values: Sequence[Any], shape: tuple[int, ...]) -> BallArray:
    """Balls in row-major order as an array."""
    found: BallArray = np.empty(len(values), object)
    found[:] = values
    return found.reshape(shape)


def of_numbers(array: Any) -> BallArray:
    """Floats or whole numbers as exact balls."""
    numbers = array.astype(float) if array.dtype.kind == "f" else array.astype(object)
    return ball_array([arb(v) for v in numbers.ravel().tolist()], array.shape)


def each(row: Primitive, operands: Sequence[BallArray]) -> BallArray:
    """An operation element by element."""
    if not operands:
        return ball_array([row.on_balls()()], ())
    found = _elementwise(row, len(operands))(*operands)
    return found if isinstance(found, np.ndarray) else ball_array([found], ())


@functools.cache
def _elementwise(row: Primitive, arity: int) -> Callable[..., Any]:
    return np.frompyfunc(row.on_balls(), arity, 1)


def product(x: BallArray, y: BallArray) -> BallArray:
    """Products of matrices."""
    if x.ndim == 2:
        (rows, inner), columns = x.shape, y.shape[1]
        left, right = arb_mat(rows, inner, x.ravel().tolist()), arb_mat(inner, columns, y.ravel().tolist())
        return ball_array((left * right).entries(), (rows, columns))
    before = x.shape[:-2]
    flat = zip(x.reshape(-1, *x.shape[-2:]), y.reshape(-1, *y.shape[-2:]), strict=True)
    return np.stack([product(a, b) for a, b in flat]).reshape(*before, x.shape[-2], y.shape[-1])


def floats(x: BallArray) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """The midpoints in double precision."""
    return np.array(list(map(float, x.ravel().tolist()))).reshape(x.shape)


def all_finite(x: BallArray) -> bool:
    """Whether all balls are finite."""
    return all(map(arb.is_finite, x.ravel().tolist()))
