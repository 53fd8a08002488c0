"""Selections along an axis as comparisons of two: what tells the sides of ties apart knows no more of them."""

from collections.abc import Sequence

import numpy as np

from diffcheck.ops.own import Own
from diffcheck.program.graph import Graph, GraphBuilder, Node
from diffcheck.program.traced import Traced

# So many comparisons, each a node of the graph, may stand in place of one selection.
_MOST = 10_000


def by_pairs(graph: Graph) -> Graph | None:
    """A graph in which every selection is written by its row's operations on numbers; ``None`` where they are too many.

    The elements along the axis stand for the numbers.
    """
    builder = GraphBuilder()
    new: list[int] = []
    for node in graph.nodes:
        operands = tuple([new[i] for i in node.operands])
        row = Own.rows.get(node.name)
        if row is None or row.chosen is None:
            new.append(builder.keep(node._replace(operands=operands)))
            continue
        _, own = row.split([graph.nodes[i].shape for i in node.operands])
        if row.operations(node.parameters, *own) > _MOST:
            return None
        new.append(_written(builder, node, row, operands))
    return builder.graph(graph.inputs, new[graph.output])


def _written(builder: GraphBuilder, node: Node, row: Own, operands: Sequence[int]) -> int:
    x = Traced(builder, operands[0])
    elements = np.empty(x.shape[-1], object)
    for k in range(len(elements)):
        elements[k] = x[..., k]
    found: int = x.stack(row.on_numbers(node.parameters, elements).tolist(), -1).node
    return found
