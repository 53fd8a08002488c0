"""Contracted derivatives of graphs: a Jacobian times a direction, and the weighted sum whose gradient is a vjp.

The chain rule on arrays only runs backward. A Jacobian times a direction d is had by running it backward twice: the
gradient g of the outputs with the weights u is linear in u, and the gradient of g d by u is J d. Nothing of u is left
in that, nor of the first sweep: what remains is the forward derivative.
"""

from collections.abc import Callable, Sequence

import numpy as np

from diffcheck.program.chain import ALL, Needed, backward, gradient, inputs_among, leading_to
from diffcheck.program.differentiate import weighted as weighted_program
from diffcheck.program.graph import INPUT, Graph, GraphBuilder
from diffcheck.program.program import Program
from diffcheck.program.rules import STABLE
from diffcheck.program.scalarise import Lowered


def weighted(program: Program, weights: Sequence[float]) -> Program:
    """The program of the sum of all outputs times these weights, on whole arrays where the program is."""
    if not isinstance(program, Lowered):
        return weighted_program(program, weights)
    graph = program.graph
    writer = GraphBuilder(graph.nodes)
    factors = writer.array(np.array(weights, dtype=float).reshape(graph.shape))
    return Lowered(writer.graph(graph.inputs, _total(writer, writer.apply("mul", factors, graph.output))))


def derivative(
    graph: Graph,
    wrt: Sequence[int],
    full: int,
    directions: Sequence[Sequence[float]],
    form: int = STABLE,
    needed: Callable[[Graph], Needed] = lambda _: ALL,
) -> Graph:
    """The graph of a derivative tensor with so many axes over the inputs, contracted with these directions.

    Parameters
    ----------
    wrt, form:
        As for `diffcheck.program.chain.gradient`.
    needed:
        The elements of a graph's nodes that its result depends on.
    """
    for _ in range(full):
        graph = gradient(graph, wrt, form, needed(graph))
    for direction in directions:
        graph = directional(graph, wrt, direction, form, needed)
    return graph


def directional(
    graph: Graph,
    wrt: Sequence[int],
    direction: Sequence[float],
    form: int = STABLE,
    needed: Callable[[Graph], Needed] = lambda _: ALL,
) -> Graph:
    """The graph of the derivatives of all elements of the result along one direction, in its shape."""
    writer = GraphBuilder(graph.nodes)
    weights = writer.input(graph.inputs, graph.shape)
    along = np.zeros(graph.inputs)
    along[list(wrt)] = direction
    moved = leading_to(graph, inputs_among(graph, np.flatnonzero(along).tolist()))
    adjoints = backward(writer, graph, weights, (), form, needed(graph), moved)
    terms = []
    for number, adjoint in adjoints.items():
        node = graph.nodes[number]
        start, size = node.parameters[0], int(np.prod(node.shape, dtype=int))
        steps = along[start : start + size].reshape(node.shape)
        if steps.any():
            terms.append(_total(writer, writer.apply("mul", adjoint, writer.array(steps))))
    nothing = writer.move("broadcast", (0, graph.shape), writer.const(0))
    if not terms:
        return writer.graph(graph.inputs, nothing)
    total = terms[0]
    for term in terms[1:]:
        total = writer.apply("add", total, term)
    twice = Graph(tuple(writer.nodes), graph.inputs, total, tuple(range(len(writer.nodes))))
    of_weights = [False] * len(twice.nodes)
    for number, node in enumerate(twice.nodes):
        own = node.name == INPUT and number == weights
        of_weights[number] = own or any(of_weights[i] for i in node.operands)
    found = backward(writer, twice, writer.const(1), (), form, needed(twice), of_weights)
    return writer.graph(graph.inputs, found.get(weights, nothing))


def _total(writer: GraphBuilder, number: int) -> int:
    """The sum of all elements."""
    return writer.move("sum", tuple(range(len(writer.shape(number)))), number)
