"""Which elements of a graph's nodes may move at all when the inputs that are differentiated by do."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from diffcheck.ops.own import Own
from diffcheck.ops.structure import Linear, matmul
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import Graph, Node
from diffcheck.referee.arrays.enclose import BallArray
from diffcheck.referee.arrays.pieces import Choice, Mask

_is_zero = np.frompyfunc(lambda ball: ball.is_zero(), 1, 1)


def moving(graph: Graph, wrt: Sequence[int], choices: Mapping[int, Choice], values: Sequence[BallArray]) -> list[Mask]:
    """For each node the elements that a small step along one of these inputs may move; the others stay for certain.

    Parameters
    ----------
    wrt:
        Positions of the flattened inputs; steps go along one of them at a time, the others stand still.
    choices, values:
        What the pieces choose at the point, and what all nodes enclose there.
    """
    asked = np.zeros(graph.inputs, bool)
    asked[list(wrt)] = True
    found: list[Mask] = []
    for number, node in enumerate(graph.nodes):
        if node.name == "input":
            start = node.parameters[0]
            found.append(asked[start : start + int(np.prod(node.shape, dtype=int))].reshape(node.shape))
            continue
        operands = [found[i] for i in node.operands]
        if not any(x.any() for x in operands):
            found.append(np.zeros(node.shape, bool))
        elif number in choices:
            found.append(_piece(node, operands, choices[number]))
        else:
            found.append(_moved(node, operands, [values[i] for i in node.operands]))
    return found


def _piece(node: Node, operands: Sequence[Mask], choice: Choice) -> Mask:
    """What moves of a node made of pieces: what is taken, and wherever what decides is on the border and moves."""
    if choice.places is not None:
        return operands[0].ravel()[choice.places.array]
    row = Primitive.rows[node.name]
    sides = choice.sides.array.reshape(node.shape)
    spread = [np.broadcast_to(x, node.shape) for x in operands]
    deciding = np.any(spread[: row.deciding], axis=0)
    if choice.constants is not None:
        return np.asarray(deciding & (sides == 0))
    if row.takes is None:
        return np.asarray(np.any(spread, axis=0))
    taken = (
        np.choose(np.vectorize(row.takes, otypes=[int])(sides), spread) if node.shape else spread[row.takes(int(sides))]
    )
    # A condition that moves is one on its border, where its node holds a constant.
    borders = deciding if row.deciding is not None else deciding & (sides == 0)
    return np.asarray(taken | borders)


def _moved(node: Node, operands: Sequence[Mask], values: Sequence[BallArray]) -> Mask:
    """What moves of a smooth node; zero times what moves stands still."""
    if node.name in Linear.rows:
        count = Linear.rows[node.name].on_arrays(node.parameters, 0, *(x.astype(int) for x in operands))
        return np.asarray(count) > 0
    if node.name in ("mul", matmul.name):
        times: Any = np.matmul if node.name == matmul.name else np.multiply
        (x, y), (a, b) = operands, (_nonzero(v) for v in values)
        return np.asarray(times(x.astype(float), y | b) + times(a | x, y.astype(float))) > 0
    if node.name in Own.rows:
        before, _ = Own.rows[node.name].split([x.shape for x in operands])
        any_of_each = np.any([x.reshape(*before, -1).any(-1) for x in operands], axis=0)
        axes = (1,) * (len(node.shape) - len(before))
        return np.asarray(np.broadcast_to(any_of_each.reshape(*before, *axes), node.shape))
    return np.asarray(np.any([np.broadcast_to(x, node.shape) for x in operands], axis=0))


def _nonzero(values: BallArray) -> Mask:
    return ~np.asarray(_is_zero(values), bool)
