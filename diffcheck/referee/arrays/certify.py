"""The truth on arrays: certified where the function is one smooth piece and its enclosures are tight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, ctx

from diffcheck.case.operators import Operator
from diffcheck.ops.table import Primitive
from diffcheck.program.chain import gradient
from diffcheck.program.graph import Graph, Node
from diffcheck.program.program import uncollected
from diffcheck.program.rules import STABLE
from diffcheck.referee.arrays.cancelled import sizes
from diffcheck.referee.arrays.enclose import BallArray, Undecided, all_finite, ball_array, enclose, floats
from diffcheck.referee.arrays.pieces import Choice, choose, frozen, needed
from diffcheck.referee.arrays.rays import along
from diffcheck.referee.component import is_tight
from diffcheck.referee.second_route import Word, confirmation, directions


@dataclass(eq=False)
class Piece:
    """The function near a point where it is smooth, and its derivatives by each form, as graphs."""

    graph: Graph
    operator: Operator
    wrt: tuple[int, ...]
    _derivatives: dict[int, Graph] = field(default_factory=dict)

    def derivative(self, form: int = STABLE) -> Graph:
        """The derivative by one of the forms in common use."""
        if form not in self._derivatives:
            graph = self.graph
            for _ in range(self.operator.order):
                graph = gradient(graph, self.wrt, form, needed(graph))
            self._derivatives[form] = graph
        return self._derivatives[form]

    def enclosed(self, inputs: BallArray, values: Sequence[BallArray], form: int = STABLE) -> list[BallArray]:
        """What the nodes of the derivative enclose, from those of the piece."""
        # Only the first derivative is built from the piece itself.
        return enclose(self.derivative(form), inputs, known=values if self.operator.order == 1 else ())

    @cached_property
    def names(self) -> frozenset[str]:
        """The operations that occur in the function and its derivative."""
        return frozenset(n.name for g in (self.graph, self.derivative()) for n in g.nodes) & Primitive.rows.keys()


@dataclass(frozen=True, slots=True)
class Certified:
    """Tight enclosures of all components.

    Attributes
    ----------
    values, derivatives:
        What the nodes of the piece and of its derivative enclose.
    confirmed:
        For each output whether the second route gave the same.
    vanished:
        The components, by their places in row-major order, of which no more is known than that they are zero beside
        what cancels in them, and the size of that.
    """

    piece: Piece
    values: list[BallArray]
    derivatives: list[BallArray]
    precision: int
    confirmed: tuple[bool, ...]
    vanished: Mapping[int, float]

    @property
    def components(self) -> BallArray:
        """The components, in the shape of the derivative."""
        return self.derivatives[self.piece.derivative().output]

    @property
    def value(self) -> BallArray:
        """The function's own value."""
        return self.values[self.piece.graph.output]


class ArrayReferee:
    """Finds truths of one operator of one graph where the function is one smooth piece."""

    def __init__(self, graph: Graph, operator: Operator, wrt: Sequence[int]) -> None:
        self._graph = graph
        self._operator = operator
        self._wrt = tuple(wrt)
        self._pieces: dict[Any, Piece] = {}

    @uncollected()
    def at(self, point: Sequence[float], ladder: Sequence[int]) -> Certified | None:
        """The truth at a point; ``None`` where it takes more than this."""
        for precision in ladder:
            with ctx.workprec(precision):
                inputs = ball_array([arb(v) for v in point], (len(point),))
                found = self._chosen(inputs)
                if found is None:
                    return None
                piece, values = found
                if not all_finite(values[self._graph.output]) or self._at_edge(values):
                    return None
                smooth = values if piece.graph is self._graph else enclose(piece.graph, inputs)
                enclosed = piece.enclosed(inputs, smooth)
                components = enclosed[piece.derivative().output]
                if not all_finite(components):
                    return None
                wide = [k for k, ball in enumerate(components.ravel().tolist()) if not is_tight(ball)]
                vanished = _vanished(piece.derivative(), enclosed, wide, precision) if wide else {}
                if len(vanished) == len(wide):
                    said = self._said(piece, smooth, components)
                    if Word.CONTRADICTED in said:
                        return None
                    confirmed = tuple([word is Word.CONFIRMED for word in said])
                    return Certified(piece, smooth, enclosed, precision, confirmed, vanished)
        return None

    def _chosen(self, inputs: BallArray) -> tuple[Piece, list[BallArray]] | None:
        choices: dict[int, Choice] = {}

        def decide(number: int, node: Node, operands: Sequence[BallArray]) -> BallArray:
            choices[number], value = choose(node, operands)
            return value

        try:
            values = enclose(self._graph, inputs, decide)
        except Undecided:
            return None
        return self._piece(choices), values

    def _piece(self, choices: Mapping[int, Choice]) -> Piece:
        key = tuple(choices.items())
        if key not in self._pieces:
            graph = frozen(self._graph, choices) if choices else self._graph
            self._pieces[key] = Piece(graph, self._operator, self._wrt)
        return self._pieces[key]

    def _at_edge(self, values: Sequence[BallArray]) -> bool:
        """Whether an operation may end or jump at this point."""
        for node in self._graph.nodes:
            row = Primitive.rows.get(node.name)
            if row is not None and row.at_edge is not None:
                operands = [np.broadcast_to(values[i], node.shape).ravel().tolist() for i in node.operands]
                if any(row.at_edge(*x) for x in zip(*operands, strict=True)):
                    return True
        return False

    def _said(self, piece: Piece, values: Sequence[BallArray], components: BallArray) -> list[Word]:
        """For each output what power series along a direction say."""
        order, width = self._operator.order, len(self._wrt)
        steps, weights = directions(width, order)
        direction = [0] * self._graph.inputs
        for position, step in zip(self._wrt, steps, strict=True):
            direction[position] = step
        series = along(piece.graph, values, direction, order)
        if len(series) <= order:
            coefficients = [arb(0)] * int(np.prod(piece.graph.shape, dtype=int))
        else:
            coefficients = series[order].ravel().tolist()
        rows = components.reshape(len(coefficients), -1).tolist()
        return [confirmation(weights, row, c, order) for row, c in zip(rows, coefficients, strict=True)]


def _vanished(
    derivative: Graph, enclosed: Sequence[BallArray], wide: Sequence[int], precision: int
) -> dict[int, float]:
    """The components among these that are zero to half of the working precision, and the size of what cancels in them.

    The gradient of a softmax by what is added to all its arguments is zero by identity; its ball holds zero at every
    precision.
    """
    balls_of = enclosed[derivative.output].ravel().tolist()
    if not all(balls_of[k].contains(0) for k in wide):
        return {}
    found = sizes(derivative, [floats(x) for x in enclosed]).ravel()
    reach = 2.0 ** (-precision // 2)
    return {k: float(found[k]) for k in wide if float(balls_of[k].rad()) <= reach * found[k] < np.inf}
