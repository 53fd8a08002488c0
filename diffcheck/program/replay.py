"""A graph done once more: its operations on other arguments than those it was recorded with."""

from collections.abc import Sequence
from typing import Any

from diffcheck.program.graph import INPUT, Graph
from diffcheck.program.traced import Traced


def replayed(graph: Graph, arguments: Sequence[Traced]) -> Traced:
    """The result of a graph whose inputs are these values, in their order and of their shapes."""
    (first, *_) = arguments
    builder = first._builder
    starts: dict[Any, Traced] = {}
    count = 0
    for argument in arguments:
        starts[count] = argument
        count += argument.size
    found: list[int] = []
    for node in graph.nodes:
        if node.name == INPUT:
            found.append(starts[node.parameters[0]].node)
        else:
            found.append(builder.keep(node._replace(operands=tuple(found[i] for i in node.operands))))
    return Traced(builder, found[graph.output])
