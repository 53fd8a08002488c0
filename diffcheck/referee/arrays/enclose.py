"""A graph evaluated in arrays of balls: one pass, products of matrices by Arb's own.

What is exactly a double, as inputs, constants and what only moves them are, stays an array of doubles: a ball takes
nine times the memory. `in_balls` makes balls of it where balls are wanted.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flint import arb, arb_mat

from diffcheck.ops.enclosures import balls
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Linear
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import Graph, Node

# An array of `flint.arb`.
BallArray = np.ndarray[Any, np.dtype[np.object_]]
# The same, or an array of doubles, which are meant exactly.
Exact = np.ndarray[Any, np.dtype[Any]]
# Whole numbers up to this are doubles.
_EXACT = 2.0**53
# A matrix of so many doubles takes a third of a gigabyte as one of balls.
_PART = 2**22


def enclose(
    graph: Graph,
    inputs: Exact,
    decide: Callable[[int, Node, Sequence[BallArray]], BallArray] | None = None,
    known: Sequence[Exact] = (),
) -> list[Exact]:
    """Every node's value at these inputs, at the working precision of `flint.ctx`.

    Parameters
    ----------
    inputs:
        All flattened inputs, balls or doubles.
    decide:
        Gives the value of a node that is made of pieces.
    known:
        The values of the nodes of the graph from which this one was derived.
    """
    values: list[Exact] = []
    for number, node in enumerate(graph.nodes):
        if graph.origins[number] < len(known):
            values.append(known[graph.origins[number]])
            continue
        operands = [values[i] for i in node.operands]
        if is_made_of_pieces(node):
            assert decide is not None
            values.append(decide(number, node, [in_balls(x) for x in operands]))
        else:
            values.append(_value(node, operands, inputs))
    return values


def is_made_of_pieces(node: Node) -> bool:
    """Whether comparisons decide what a node is."""
    if node.name in Own.rows:
        return Own.rows[node.name].chosen is not None
    return node.name in Primitive.rows and Primitive.rows[node.name].switch is not None


def _value(node: Node, operands: Sequence[Exact], inputs: Exact) -> Exact:
    match node.name:
        case "input":
            start = node.parameters[0]
            return inputs[start : start + int(np.prod(node.shape, dtype=int))].reshape(node.shape)
        case "const":
            return ball_array([balls.ball(node.parameters[0])], ())
        case "array":
            return _of_numbers(node.parameters[0].array)
        case "matmul":
            return _zeros(node) if _is_zero_product(operands) else product(*operands)
    if node.name in Linear.rows:
        row = Linear.rows[node.name]
        exact = row.operations is None and all(map(is_exact, operands))
        found = row.on_arrays(node.parameters, 0, *(operands if exact else map(in_balls, operands)))
        return found if isinstance(found, np.ndarray) else ball_array([found], ())
    if node.name in Own.rows:
        own = Own.rows[node.name]
        return own.each(own.on_balls, node.parameters, list(map(in_balls, operands)))
    return _each(node, operands)


def _each(node: Node, operands: Sequence[Exact]) -> Exact:
    """An operation element by element; one with zero alone is not carried out."""
    row = Primitive.rows[node.name]
    if row.product and _is_zero_product(operands):
        return _zeros(node)
    if len(row.signs) == 2:
        x, y = (np.broadcast_to(o, node.shape) for o in operands)
        if _vanishes(y):
            return x
        if _vanishes(x) and row.signs[1] > 0:
            return y
    return each(row, list(map(in_balls, operands)))


def is_exact(x: Exact) -> bool:
    """Whether an array holds doubles that are meant exactly."""
    return x.dtype != object


def in_balls(x: Exact) -> BallArray:
    """An array of balls."""
    return of_numbers(x) if is_exact(x) else x


def _vanishes(x: Exact) -> bool:
    """Whether all elements are known to be zero, exactly."""
    return is_exact(x) and not x.any()


def _is_zero_product(operands: Sequence[Exact]) -> bool:
    return any(map(_vanishes, operands)) and all(map(all_finite, operands))


def _zeros(node: Node) -> Exact:
    return np.broadcast_to(0.0, node.shape)


def _of_numbers(array: Any) -> Exact:
    """Floats or whole numbers, as doubles where these hold them."""
    if array.dtype.kind == "f":
        return np.asarray(array, float)
    return of_numbers(array) if np.abs(array, dtype=float).max(initial=0.0) > _EXACT else array.astype(float)


def ball_array(values: Sequence[Any], shape: tuple[int, ...]) -> BallArray:
    """Balls in row-major order as an array."""
    found: BallArray = np.empty(len(values), object)
    found[:] = values
    return found.reshape(shape)


def of_numbers(array: Any) -> BallArray:
    """Floats or whole numbers as exact balls."""
    repeated = [step == 0 and n > 1 for step, n in zip(array.strides, array.shape, strict=True)]
    if any(repeated):  # of what is repeated one ball will do
        axes = tuple(slice(0, 1) if again else slice(None) for again in repeated)
        return np.broadcast_to(of_numbers(np.ascontiguousarray(array[axes])), array.shape)
    numbers = array.astype(float) if array.dtype.kind == "f" else array.astype(object)
    return ball_array([arb(v) for v in numbers.ravel().tolist()], array.shape)


def each(row: Primitive, operands: Sequence[BallArray]) -> BallArray:
    """An operation element by element."""
    if not operands:
        return ball_array([row.on_balls()()], ())
    with np.errstate(invalid="ignore"):  # balls without a value set the flag of the processor
        found = _elementwise(row, len(operands))(*operands)
    return found if isinstance(found, np.ndarray) else ball_array([found], ())


@functools.cache
def _elementwise(row: Primitive, arity: int) -> Callable[..., Any]:
    return np.frompyfunc(row.on_balls(), arity, 1)


def product(x: Exact, y: Exact) -> BallArray:
    """Products of matrices; those with a large one of doubles in parts, for each takes six times its memory."""
    if x.ndim == 2:
        if is_exact(y) and y.size > _PART and y.shape[1] > 1:
            return np.concatenate([product(x, part) for part in np.array_split(y, 2, axis=1)], axis=1)
        if is_exact(x) and x.size > _PART and x.shape[0] > 1:
            return np.concatenate([product(part, y) for part in np.array_split(x, 2, axis=0)], axis=0)
        (rows, inner), columns = x.shape, y.shape[1]
        left, right = arb_mat(rows, inner, x.ravel().tolist()), arb_mat(inner, columns, y.ravel().tolist())
        return ball_array((left * right).entries(), (rows, columns))
    before = x.shape[:-2]
    flat = zip(x.reshape(-1, *x.shape[-2:]), y.reshape(-1, *y.shape[-2:]), strict=True)
    return np.stack([product(a, b) for a, b in flat]).reshape(*before, x.shape[-2], y.shape[-1])


def floats(x: Exact) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """The midpoints in double precision."""
    return x if is_exact(x) else np.array(list(map(float, x.ravel().tolist()))).reshape(x.shape)


def all_finite(x: Exact) -> bool:
    """Whether all elements are finite."""
    return bool(np.isfinite(x).all()) if is_exact(x) else all(map(arb.is_finite, x.ravel().tolist()))
