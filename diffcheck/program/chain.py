"""Derivatives of graphs: the chain rule along operations on arrays; the result is a graph again.

An operation element by element multiplies by its slope, which is the rule or form that its row lists, on arrays; what
is linear is transposed; a product gives two products of the same kind; any other row says what its adjoint adds to
those of its operands. Cotangents and tangents may have one further
axis in front: as many derivatives are then propagated together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from diffcheck.ops.own import Own
from diffcheck.ops.structure import Index, Linear, Shape, matmul, unbroadcast
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import INPUT, Graph, GraphBuilder, Node, is_elementwise
from diffcheck.program.rules import STABLE, partial
from diffcheck.program.traced import Traced

Mask = np.ndarray[Any, np.dtype[np.bool_]]
# For nodes of which not all elements matter, those that do.
Needed = Mapping[int, Mask]
ALL: Needed = MappingProxyType({})


def gradient(graph: Graph, wrt: Sequence[int], form: int = STABLE, needed: Needed = ALL) -> Graph:
    """The graph of all first derivatives.

    Parameters
    ----------
    wrt:
        Positions of the flattened inputs to differentiate with respect to.
    form:
        Which of the derivative forms in common use; see `diffcheck.program.rules`.
    needed:
        The elements that the result depends on; whatever the slopes at others are, they add nothing.

    Returns
    -------
    Graph
        Its result has the shape ``graph.shape + (len(wrt),)``.
    """
    writer = GraphBuilder(graph.nodes)
    size = int(np.prod(graph.shape, dtype=int))
    lead: Shape = () if graph.shape == () else (size,)
    one = writer.const(1)
    seed = one if not lead else writer.array(np.eye(size, dtype=int).reshape(size, *graph.shape))
    asked = inputs_among(graph, wrt)
    moves = leading_to(graph, asked)
    adjoints = backward(writer, graph, seed, lead, form, needed, moves)
    parts = []
    for number in asked:
        count = int(np.prod(graph.nodes[number].shape, dtype=int))
        adjoint = adjoints.get(number)
        if adjoint is None:
            parts.append(writer.move("broadcast", (0, (*lead, count)), writer.const(0)))
        else:
            parts.append(writer.move("reshape", (*lead, count), adjoint))
    return writer.graph(graph.inputs, _columns(writer, graph, wrt, asked, parts, lead))


def _places(node: Node) -> "np.ndarray[Any, np.dtype[np.intp]]":
    """The places of an input among the flattened ones."""
    start: int = node.parameters[0]
    return np.arange(start, start + int(np.prod(node.shape, dtype=int)))


def inputs_among(graph: Graph, wrt: Sequence[int]) -> list[int]:
    """The inputs, by their nodes, among which some of these places are."""
    wanted = np.zeros(max(graph.inputs, *(p + 1 for p in wrt)), bool)
    wanted[list(wrt)] = True
    return [number for number, node in enumerate(graph.nodes) if node.name == INPUT and wanted[_places(node)].any()]


def leading_to(graph: Graph, inputs: Sequence[int]) -> list[bool]:
    """For each node whether it depends on one of these inputs."""
    found: list[bool] = []
    for number, node in enumerate(graph.nodes):
        found.append(number in inputs or any(found[i] for i in node.operands))
    return found


def _columns(
    writer: GraphBuilder, graph: Graph, wrt: Sequence[int], asked: Sequence[int], parts: list[int], lead: Shape
) -> int:
    """The derivatives by the inputs asked for, in their order, in the shape of the result."""
    wanted = np.asarray(wrt, int)
    positions = np.concatenate([*(_places(graph.nodes[number]) for number in asked), np.zeros(0, int)])
    missing = wanted[~np.isin(wanted, positions)]
    if len(missing):
        parts = [*parts, writer.move("broadcast", (0, (*lead, len(missing))), writer.const(0))]
        positions = np.concatenate([positions, missing])
    if not parts:
        return writer.move("broadcast", (0, (*graph.shape, 0)), writer.const(0))
    all_columns = writer.move("concatenate", (len(lead),), *parts) if len(parts) > 1 else parts[0]
    if not np.array_equal(positions, wanted):
        order = np.argsort(positions)
        places = order[np.searchsorted(positions, wanted, sorter=order)]
        all_columns = writer.move("take", (len(lead), Index(places)), all_columns)
    return writer.move("reshape", (*graph.shape, len(wrt)), all_columns)


def backward(
    writer: GraphBuilder,
    graph: Graph,
    seed: int,
    lead: Shape,
    form: int = STABLE,
    needed: Needed = ALL,
    moves: Sequence[bool] | None = None,
) -> dict[int, int]:
    """The adjoint of every input that the result depends on, from the result back.

    ``moves`` says which nodes lead to an input whose adjoint is asked for; left out, those that lead to any.
    """
    moves = graph.reached if moves is None else moves
    sweep = _Sweep(writer, lead, form)
    adjoints: dict[int, int] = {graph.output: seed} if moves[graph.output] else {}
    found: dict[int, int] = {}
    for number in range(graph.output, -1, -1):
        adjoint = adjoints.pop(number, None)
        if adjoint is None:
            continue
        node = graph.nodes[number]
        if node.name == INPUT:
            found[number] = adjoint
        for position, operand in enumerate(node.operands):
            if moves[operand]:
                term = sweep.pulled(number, position, adjoint, needed.get(number))
                before = adjoints.get(operand)
                adjoints[operand] = term if before is None else writer.apply("add", before, term)
    return found


@dataclass(frozen=True, slots=True)
class _Sweep:
    """One way back: ``lead`` are the further axes of all adjoints, ``form`` the derivative form of every slope."""

    writer: GraphBuilder
    lead: Shape
    form: int

    def pulled(self, number: int, position: int, adjoint: int, mask: Mask | None) -> int:
        """What a node's adjoint adds to that of one of its operands; nothing for elements that do not matter."""
        writer, node = self.writer, self.writer.nodes[number]
        shapes = [writer.shape(i) for i in node.operands]
        if is_elementwise(node):
            term = self._masked(self._scaled(number, position, adjoint), mask)
            return writer.steps(unbroadcast(node.shape, shapes[position]), term, self.lead)
        if node.name == matmul.name:
            return self._factor(node, position, adjoint)
        if node.name in Own.rows:
            row = Own.rows[node.name]
            traced = [Traced(writer, i) for i in (adjoint, number, *node.operands)]
            term = row.pulled(node.parameters, position, *traced).node
            return self._masked(term, None if mask is None else row.asked(mask, shapes, position))
        steps = Linear.rows[node.name].transposed(node.parameters, shapes, position)
        return writer.steps(steps, adjoint, self.lead)

    def _masked(self, term: int, mask: Mask | None) -> int:
        return term if mask is None else self.writer.steps([("masked", (Index(mask),))], term, self.lead)

    def _scaled(self, number: int, position: int, adjoint: int) -> int:
        """The adjoint times the slope, in the node's shape; chosen, not multiplied by zero, where nothing is taken."""
        writer = self.writer
        slope = partial(writer, number, position, self.form)
        product = _chosen(writer, adjoint, slope)
        if product is None:
            product = writer.apply("mul", adjoint, slope)
        return writer.move("broadcast", (0, (*self.lead, *writer.shape(number))), product)

    def _factor(self, node: Node, position: int, adjoint: int) -> int:
        """The adjoint of a factor of a product of matrices: another product, with the other factor transposed."""
        writer, lead = self.writer, self.lead
        x, y = node.operands
        other = writer.nodes[y if position == 0 else x]
        axes = len(other.shape)
        turned = writer.move("permute", (*range(axes - 2), axes - 1, axes - 2), y if position == 0 else x)
        if not lead:
            return writer.matmul(adjoint, turned) if position == 0 else writer.matmul(turned, adjoint)
        if axes > 2:
            spread = writer.move("broadcast", (0, (*lead, *writer.shape(turned))), turned)
            return writer.matmul(adjoint, spread) if position == 0 else writer.matmul(spread, adjoint)
        # All derivatives in one product: the further axis lies beside the rows, or beside the columns.
        (count,), (rows, columns) = lead, node.shape
        if position == 0:
            flat = writer.matmul(writer.move("reshape", (count * rows, columns), adjoint), turned)
            return writer.move("reshape", (count, rows, writer.shape(turned)[1]), flat)
        beside = writer.move("reshape", (rows, count * columns), writer.move("permute", (1, 0, 2), adjoint))
        flat = writer.matmul(turned, beside)
        inner = writer.shape(turned)[0]
        return writer.move("permute", (1, 0, 2), writer.move("reshape", (inner, count, columns), flat))


def _chosen(writer: GraphBuilder, adjoint: int, slope: int) -> int | None:
    """Their product where one is a choice between something and zero, whose slope may be infinite."""
    for gate, factor in ((slope, adjoint), (adjoint, slope)):
        node = writer.nodes[gate]
        chooses = is_elementwise(node) and Primitive.rows[node.name].chooses
        if chooses and 0 in [writer.value(i) for i in node.operands[1:]]:
            condition, x, y = node.operands
            first = writer.value(y) == 0
            product = writer.apply("mul", x if first else y, factor)
            zero = y if first else x
            return writer.apply(node.name, condition, *((product, zero) if first else (zero, product)))
    return None
