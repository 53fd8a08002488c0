"""Which elements of a graph's nodes may move at all when the inputs that are differentiated by do."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from diffcheck.ops.own import Own
from diffcheck.ops.structure import Linear, matmul
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import Graph, Node, is_elementwise
from diffcheck.referee.arrays.enclose import BallArray, is_exact
from diffcheck.referee.arrays.pieces import Choice, Mask

_is_zero = np.frompyfunc(lambda ball: ball.is_zero(), 1, 1)


class Moving(NamedTuple):
    """The elements of a node that a small step may move."""

    at_all: Mask
    """However little; the others stay for certain."""
    at_first_order: Mask
    """By more than a vanishing part of the step."""


def moving(
    graph: Graph, wrt: Sequence[int], choices: Mapping[int, Choice], values: Sequence[BallArray]
) -> list[Moving]:
    """For each node the elements that a small step along these inputs may move.

    Parameters
    ----------
    wrt:
        Positions of the flattened inputs.
    choices, values:
        What the pieces choose at the point, and what all nodes enclose there.
    """
    asked = np.zeros(graph.inputs, bool)
    asked[list(wrt)] = True
    found: list[Moving] = []
    for number, node in enumerate(graph.nodes):
        if node.name == "input":
            start = node.parameters[0]
            moved = asked[start : start + int(np.prod(node.shape, dtype=int))].reshape(node.shape)
            found.append(Moving(moved, moved))
            continue
        operands = [found[i] for i in node.operands]
        if not any(x.at_all.any() for x in operands):
            nothing = np.zeros(node.shape, bool)
            found.append(Moving(nothing, nothing))
        elif number in choices:
            found.append(_piece(node, operands, choices[number]))
        else:
            found.append(_smooth(node, operands, [values[i] for i in node.operands]))
    return found


def _piece(node: Node, operands: Sequence[Moving], choice: Choice) -> Moving:
    """What moves of a node made of pieces: what is taken, and wherever what decides is on the border and moves."""
    if choice.places is not None:
        return Moving(*(moved.ravel()[choice.places.array] for moved in operands[0]))
    row = Primitive.rows[node.name]
    sides = choice.sides.array.reshape(node.shape)
    at_all, at_first_order = ([np.broadcast_to(x[k], node.shape) for x in operands] for k in range(2))
    deciding = _any(at_all[: row.deciding])
    if choice.constants is not None:
        border = deciding & (sides == 0)
        return Moving(border, border)
    if row.takes is None:
        return Moving(_any(at_all), _any(at_first_order))
    places = np.reshape([row.takes(side) for side in choice.sides.array.ravel().tolist()], (1, *node.shape))
    # A condition that moves is one on its border, where its node holds a constant.
    border = deciding if row.deciding is not None else deciding & (sides == 0)
    return Moving(
        *(
            np.take_along_axis(np.stack(moved), places, 0)[0] | (border & _any(moved))
            for moved in (at_all, at_first_order)
        )
    )


def _smooth(node: Node, operands: Sequence[Moving], values: Sequence[BallArray]) -> Moving:
    """What moves of a smooth node."""
    if node.name == matmul.name:
        return _product(np.matmul, operands, values)
    if is_elementwise(node) and Primitive.rows[node.name].product:
        return _product(np.multiply, operands, values)
    at_all, at_first_order = zip(*operands, strict=True)
    return Moving(_reached(node, at_all), _reached(node, at_first_order))


def _product(times: Any, operands: Sequence[Moving], values: Sequence[BallArray]) -> Moving:
    """Zero times what moves stands still, and what moves times what leaves zero does so at first order."""
    (x, y), (a, b) = operands, (_nonzero(v).astype(float) for v in values)
    first = times(x.at_first_order.astype(float), b) + times(a, y.at_first_order.astype(float))
    both = times(x.at_all.astype(float), y.at_all.astype(float))
    rest = times(x.at_all.astype(float), b) + times(a, y.at_all.astype(float))
    return Moving(np.asarray(both + rest) > 0, np.asarray(first) > 0)


def _reached(node: Node, operands: Sequence[Mask]) -> Mask:
    """The elements of a node that depend on these of its operands."""
    if node.name in Linear.rows:
        count = Linear.rows[node.name].on_arrays(node.parameters, 0, *(x.astype(int) for x in operands))
        return np.asarray(count) > 0
    if node.name in Own.rows:
        before, _ = Own.rows[node.name].split([x.shape for x in operands])
        any_of_each = _any([np.asarray(x.reshape(*before, -1).any(-1)) for x in operands])
        axes = (1,) * (len(node.shape) - len(before))
        return np.asarray(np.broadcast_to(any_of_each.reshape((*before, *axes)), node.shape))
    return _any([np.broadcast_to(x, node.shape) for x in operands])


def _any(masks: Sequence[Mask]) -> Mask:
    return np.asarray(np.any(masks, axis=0))


def _nonzero(values: BallArray) -> Mask:
    return values != 0 if is_exact(values) else ~np.asarray(_is_zero(values), bool)
