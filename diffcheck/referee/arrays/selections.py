"""Selections at a point: the function with frozen places in their stead; where some tie, with comparisons of pairs."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import arb

from diffcheck.ops.own import Own
from diffcheck.ops.structure import Index
from diffcheck.program.graph import Graph, GraphBuilder, Node
from diffcheck.program.traced import Traced
from diffcheck.referee.arrays.enclose import BallArray, ball_array, enclose
from diffcheck.referee.arrays.pieces import choose

# For each selection, in the order of the nodes, the places that it takes in row-major order; ``None`` where elements
# may tie.
Chosen = tuple[Index | None, ...]


def selects(graph: Graph) -> bool:
    """Whether the function has selections."""
    return any(_is_selection(node) for node in graph.nodes)


def _is_selection(node: Node) -> bool:
    return node.name in Own.rows and Own.rows[node.name].chosen is not None


def chosen(graph: Graph, inputs: BallArray) -> Chosen | None:
    """What the selections choose at these inputs; ``None`` where more bits may tell more.

    The largest and the smallest element of some that may tie are left to comparisons of pairs.
    """
    found: list[Index | None] = []
    told = True

    def decide(_: int, node: Node, operands: Sequence[BallArray]) -> BallArray:
        nonlocal told
        if not _is_selection(node):
            _choice, unknown, value = choose(node, operands)
            value[unknown] = arb.nan()
            return value
        (x,) = operands
        places = _places(node, x)
        found.append(places)
        if places is not None:
            return x.ravel()[places.array]
        told = told and _is_extreme(node, x.shape[-1])
        # Whatever is largest or smallest: the selections behind are told by what encloses it.
        pick: Any = arb.max if node.parameters != (0,) else arb.min
        rows = x.reshape(-1, x.shape[-1]).tolist()
        return np.broadcast_to(
            ball_array([functools.reduce(pick, row) for row in rows], (*x.shape[:-1], 1)), node.shape
        )

    enclose(graph, inputs, decide)
    return tuple(found) if told else None


def _places(node: Node, x: BallArray) -> Index | None:
    row = Own.rows[node.name]
    assert row.chosen is not None
    places: list[int] = []
    for start in range(0, x.size, x.shape[-1]):
        taken = row.chosen(node.parameters, x.ravel()[start : start + x.shape[-1]].tolist())
        if taken is None:
            return None
        places += [start + place for place in taken]
    return Index(np.reshape(places, node.shape))


def _is_extreme(node: Node, n: int) -> bool:
    """Whether a chain of comparisons gives what is chosen."""
    return node.parameters in ((0,), (n - 1,))


def settled(graph: Graph, chosen: Chosen) -> Graph:
    """The graph with what is chosen in place of its selections."""
    builder = GraphBuilder()
    new: list[int] = []
    places = iter(chosen)
    for node in graph.nodes:
        operands = tuple(new[i] for i in node.operands)
        if not _is_selection(node):
            new.append(builder.keep(node._replace(operands=operands)))
            continue
        taken = next(places)
        if taken is not None:
            new.append(builder.move("take", (0, taken), *operands))
        else:
            new.append(_by_pairs(builder, node, operands[0]))
    return builder.graph(graph.inputs, new[graph.output])


def _by_pairs(builder: GraphBuilder, node: Node, operand: int) -> int:
    """A selection by the larger and the smaller of pairs, all rows at once."""
    whole = Traced(builder, operand)
    elements = np.empty(whole.shape[-1], object)
    for k in range(len(elements)):
        elements[k] = whole[..., k]
    found = Own.rows[node.name].on_numbers(node.parameters, elements).tolist()
    result: int = found[0].stack(found, -1).node
    return result
