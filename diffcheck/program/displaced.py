"""Products with matrices that move along fixed directions, taken apart: ``x (P + t v)`` is ``x P + t (x v)``.

What is differentiated by steps ``t`` at zero only, in place of all elements of ``P``, then never needs the derivative
by these elements: that of the product by ``t`` is ``x v``. In exact arithmetic the function is the same.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from diffcheck.ops.structure import Linear, matmul
from diffcheck.program.graph import INPUT, Graph, GraphBuilder, Node


class _Displaced(NamedTuple):
    """A node as the sum of one that no step moves, if there is one, and of steps times such nodes."""

    base: int | None
    terms: tuple[tuple[int, int], ...]


def displaced(graph: Graph, steps: Collection[int]) -> Graph:
    """The graph with these products taken apart.

    Parameters
    ----------
    steps:
        The places, among the flattened inputs, at which the inputs begin that are steps.
    """
    pass_ = _Pass(graph, frozenset(steps))
    new = [pass_.node(number, node) for number, node in enumerate(graph.nodes)]
    return pass_.builder.graph(graph.inputs, new[graph.output])


class _Pass:
    def __init__(self, graph: Graph, steps: frozenset[int]) -> None:
        self.builder = GraphBuilder()
        self._new: list[int] = []
        self._steps = steps
        self._graph = graph
        self._moves: list[bool] = []
        """For each old node whether steps move it."""
        self._apart: dict[int, _Displaced] = {}
        """By old nodes."""

    def node(self, number: int, node: Node) -> int:
        """A node's number in the new graph."""
        own = node.name == INPUT and node.parameters[0] in self._steps
        self._moves.append(own or any(self._moves[i] for i in node.operands))
        found = self._taken_apart(node) if self._moves[number] else None
        if found is None:
            made = self.builder.keep(node._replace(operands=tuple(self._new[i] for i in node.operands)))
        else:
            # What nobody asks for together is left out of the graph in the end.
            made = self._joined(found)
            if node.name != matmul.name:
                self._apart[number] = found
        self._new.append(made)
        return made

    def _taken_apart(self, node: Node) -> _Displaced | None:
        operands, builder = node.operands, self.builder
        if node.name == "mul":
            for step, direction in (operands, operands[::-1]):
                scalar = self._graph.nodes[step].shape == ()
                if scalar and self._moves[step] and not self._moves[direction]:
                    return _Displaced(None, ((self._new[step], self._new[direction]),))
            return None
        parts = [self._apart.get(i) for i in operands]
        if node.name == "add" and any(parts) and {self._graph.nodes[i].shape for i in operands} == {node.shape}:
            return self._sum(operands, parts)
        row = Linear.rows.get(node.name)
        if row is not None and row.operations is None and len(parts) == 1 and parts[0] is not None:
            base, terms = parts[0]

            def moved(i: int) -> int:
                return builder.move(node.name, node.parameters, i)

            return _Displaced(None if base is None else moved(base), tuple((t, moved(v)) for t, v in terms))
        if node.name == matmul.name:
            return self._product(operands, parts)
        return None

    def _sum(self, operands: Sequence[int], parts: Sequence[_Displaced | None]) -> _Displaced | None:
        bases: list[int | None] = []
        terms: list[tuple[int, int]] = []
        for i, part in zip(operands, parts, strict=True):
            if part is None and self._moves[i]:
                return None
            bases.append(self._new[i] if part is None else part.base)
            terms += [] if part is None else part.terms
        there = [base for base in bases if base is not None]
        base = None if not there else there[0] if len(there) == 1 else self.builder.apply("add", *there)
        return _Displaced(base, tuple(terms))

    def _product(self, operands: Sequence[int], parts: Sequence[_Displaced | None]) -> _Displaced | None:
        sizes = [
            -1 if p is None else int(np.prod(self._graph.nodes[i].shape, dtype=int))
            for i, p in zip(operands, parts, strict=True)
        ]
        position = int(np.argmax(sizes))  # the larger one, if both move
        part, other = parts[position], self._new[operands[1 - position]]
        if part is None:
            return None

        def times(i: int) -> int:
            return self.builder.matmul(*((i, other) if position == 0 else (other, i)))

        base = None if part.base is None else times(part.base)
        return _Displaced(base, tuple((t, times(v)) for t, v in part.terms))

    def _joined(self, found: _Displaced) -> int:
        made = found.base
        for step, direction in found.terms:
            term = self.builder.apply("mul", step, direction)
            made = term if made is None else self.builder.apply("add", made, term)
        assert made is not None
        return made
