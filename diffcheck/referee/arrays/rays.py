"""The second route on arrays: power series of a graph without pieces along one direction.

A value is the list of its coefficients, arrays of balls; what does not move is its first one alone. No derivative rule
takes part.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_series

from diffcheck.ops.enclosures import balls
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Linear, matmul
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import Graph, Node
from diffcheck.referee.arrays.enclose import BallArray, Exact, ball_array, each, product

# The coefficients of t^0, t^1 ...; those that are not there are zero.
Series = list[Exact]


def along(graph: Graph, values: Sequence[Exact], direction: Mapping[int, Fraction | int], order: int) -> Series:
    """The result's coefficients up to ``t ** order``, for inputs that move by ``direction`` times t.

    Inputs that have none stay. ``values`` are those of all nodes at t = 0.
    """
    steps = {d: balls.ball(d) for d in (0, *direction.values())}  # a few, along millions of inputs
    moved = np.zeros(graph.inputs, bool)
    moved[[position for position, step in direction.items() if step]] = True
    found: list[Series] = []
    for number, node in enumerate(graph.nodes):
        operands = [found[i] for i in node.operands]
        if node.name == "input":
            start = node.parameters[0]
            stop = start + int(np.prod(node.shape, dtype=int))
            if moved[start:stop].any():
                moving = [steps[direction.get(position, 0)] for position in range(start, stop)]
                found.append([values[number], ball_array(moving, node.shape)])
            else:
                found.append([values[number]])
        elif all(len(x) == 1 for x in operands):
            found.append([values[number]])
        else:
            found.append([values[number], *_moving(node, operands, order)])
    return found[graph.output]


def _moving(node: Node, operands: Sequence[Series], order: int) -> list[BallArray]:
    """The coefficients behind the first."""
    longest = max(map(len, operands))
    if node.name in Linear.rows:
        row = Linear.rows[node.name]
        spread = [_padded(x, longest) for x in operands]
        return [_array(row.on_arrays(node.parameters, 0, *(x[k] for x in spread))) for k in range(1, longest)]
    if node.name == matmul.name:
        return _cauchy(operands[0], operands[1], order, product)
    element = Primitive.rows.get(node.name)
    if element is not None and element.signs:
        spread = [_padded(x, longest) for x in operands]
        # A coefficient of a sum is the sum of those of its operands.
        return [_array(each(element, [x[k] for x in spread])) for k in range(1, longest)]
    if element is not None and element.product:
        return _cauchy(operands[0], operands[1], order, np.multiply)
    return _each(node, operands, order)


def _padded(x: Series, length: int) -> Series:
    zero = np.full(x[0].shape, balls.ZERO, object)
    return x + [zero] * (length - len(x))


def _array(x: Any) -> BallArray:
    return x if isinstance(x, np.ndarray) else ball_array([x], ())


def _cauchy(x: Series, y: Series, order: int, times: Any) -> list[BallArray]:
    """The coefficients of a product behind the first."""
    found = []
    for k in range(1, min(order, len(x) + len(y) - 2) + 1):
        pairs = [(i, k - i) for i in range(len(x)) if 0 <= k - i < len(y)]
        found.append(_array(functools.reduce(np.add, [times(x[i], y[j]) for i, j in pairs])))
    return found


def _each(node: Node, operands: Sequence[Series], order: int) -> list[BallArray]:
    """An operation element by element, or one with a calculus of its own, on power series."""
    if node.name in Own.rows:
        row = Own.rows[node.name]
        found = row.each(
            row.on_series or row.on_balls, node.parameters, [_joined(x, x[0].shape, order) for x in operands]
        )
    else:
        function = Primitive.rows[node.name].on_series()
        function = _or_nothing(function, order)
        found = _array(np.frompyfunc(function, len(operands), 1)(*(_joined(x, node.shape, order) for x in operands)))
    values = found.ravel().tolist()
    return [ball_array([value[k] for value in values], node.shape) for k in range(1, order + 1)]


def _or_nothing(function: Callable[..., Any], order: int) -> Callable[..., Any]:
    """The function of power series that is NaN where it raises: at a pole, in a branch that is not taken."""

    def found(*x: Any) -> Any:
        try:
            return function(*x)
        except ValueError:  # flint: "quotient would not be a power series"
            return arb_series([arb.nan()] * (order + 1), order + 1)

    return found


def _joined(x: Series, shape: tuple[int, ...], order: int) -> BallArray:
    """The elements' power series, spread to a shape."""
    columns = [c.ravel().tolist() for c in x]
    series = [arb_series(list(coefficients), order + 1) for coefficients in zip(*columns, strict=True)]
    return np.broadcast_to(ball_array(series, x[0].shape), shape)
