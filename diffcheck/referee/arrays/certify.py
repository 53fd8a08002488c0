"""The truth on arrays: certified where the function is smooth or pieces meet, and its enclosures are tight."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from types import MappingProxyType
from typing import Any

import numpy as np
from flint import ctx

from diffcheck.case.operators import Operator
from diffcheck.ops.declared import Declared
from diffcheck.ops.enclosures import balls
from diffcheck.ops.enclosures.decimals import brief
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import Graph, Node
from diffcheck.program.products import derivative
from diffcheck.program.program import uncollected
from diffcheck.program.rules import STABLE
from diffcheck.referee.arrays.cancelled import zeros_among
from diffcheck.referee.arrays.confirm import words
from diffcheck.referee.arrays.enclose import BallArray, Exact, all_finite, enclose, in_balls
from diffcheck.referee.arrays.moving import moving
from diffcheck.referee.arrays.pairs import by_pairs
from diffcheck.referee.arrays.pieces import Choice, Mask, choose, frozen, needed, sources, told_apart
from diffcheck.referee.arrays.seams import Seams
from diffcheck.referee.arrays.ties import Tie, by_node, ties
from diffcheck.referee.beside.declared import demand_slopes
from diffcheck.referee.beside.second_route import Word
from diffcheck.referee.beside.sides import joined
from diffcheck.referee.component import Component, Status, is_tight

# So many elements of an operation that a user declares are held against difference quotients.
_TRIED = 8
NOTHING: Mapping[int, Any] = MappingProxyType({})


class Elsewhere(ArithmeticError):
    """What happens at this point takes more than arrays tell, with any number of bits."""


class Outside(ArithmeticError):
    """The function does not exist at this point: what it names is outside its domain."""


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
            directions = [self.operator.direction] * self.operator.along
            self._derivatives[form] = derivative(self.graph, self.wrt, self.operator.full, directions, form, needed)
        return self._derivatives[form]

    def enclosed(self, inputs: Exact, values: Sequence[Exact], form: int = STABLE) -> list[Exact]:
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
    sided:
        The components by inputs of which pieces meet, by their places.
    """

    piece: Piece
    values: list[Exact]
    derivatives: list[Exact]
    precision: int
    confirmed: tuple[bool, ...]
    vanished: Mapping[int, float]
    sided: Mapping[int, Component]

    @property
    def enclosed(self) -> BallArray:
        """The derivative of the piece, in its shape."""
        return in_balls(self.derivatives[self.piece.derivative().output])

    @property
    def components(self) -> list[Component]:
        """The components in row-major order."""
        enclosed = self.enclosed.ravel().tolist()
        found = [Component(Status.CERTIFIED, ball, ball) for ball in enclosed]
        for k, size in self.vanished.items():
            told = f"zero to within {brief(enclosed[k].rad())}, beside terms of up to {size:.2g} that cancel in it"
            found[k] = Component(Status.CERTIFIED, balls.ZERO, balls.ZERO, told)
        for k, component in self.sided.items():
            found[k] = component
        return found

    @property
    def value(self) -> BallArray:
        """The function's own value."""
        return in_balls(self.values[self.piece.graph.output])


class ArrayReferee:
    """Finds truths of one operator of one graph where the function is one smooth piece."""

    def __init__(self, graph: Graph, operator: Operator, wrt: Sequence[int]) -> None:
        self._graph = graph
        self._operator = operator
        self._wrt = tuple(wrt)
        self._pieces: dict[Any, Piece] = {}

    @uncollected()
    def at(self, point: Sequence[float], ladder: Sequence[int]) -> Certified | None:
        """The truth at a point; ``None`` where it takes more than this.

        Raises
        ------
        Outside
            Where the function has one result, and that does not exist.
        Misdeclared
            Where a user's own operation has a wrong slope.
        """
        for precision in ladder:
            with ctx.workprec(precision):
                inputs = np.asarray(point, float)
                try:
                    found = self._certified(inputs, precision)
                except Elsewhere:
                    return None
            if found is not None:
                return found
        return None

    def _certified(self, inputs: Exact, precision: int) -> Certified | None:
        """The truth, ``None`` where more bits may tell more."""
        choices, unknown, values = self._chosen(inputs)
        asked, met = needed(self._graph, choices), None
        while True:
            blocking = [number for number, mask in unknown.items() if (mask & asked.get(number, True)).any()]
            if any(choices[number].places is not None for number in blocking):
                return self._pairwise._certified(inputs, precision)
            if blocking:
                return None
            if not all_finite(values[self._graph.output]):
                self._demand_domain(values, asked)
                raise Elsewhere
            if self._at_edge(values, asked):
                raise Elsewhere
            seen, met = met, self._ties(choices, values, asked)
            if not met or met == seen:
                break
            # What a step takes has to be looked at as well: there may be further ties in it.
            asked = needed(self._graph, choices, met=by_node(self._graph, met))
        results = in_balls(values[self._graph.output]).ravel().tolist()
        if all(not ball.contains(0) and not is_tight(ball) for ball in results):
            return None  # the derivative, which takes longer, would be wider still
        piece = self._piece(choices)
        smooth = values if piece.graph is self._graph else enclose(piece.graph, inputs)
        enclosed = piece.enclosed(inputs, smooth)
        components = in_balls(enclosed[piece.derivative().output])
        if not all_finite(components):
            raise Elsewhere
        sided: Mapping[int, Component] = NOTHING
        beside: list[Word] = []
        if met:
            sided, beside = self._sided(choices, met, inputs)
            if Word.CONTRADICTED in beside:
                raise Elsewhere
            if any(c.status is Status.UNCERTAIN for c in sided.values()):
                return None
        flat = components.ravel().tolist()
        wide = [k for k, ball in enumerate(flat) if k not in sided and not is_tight(ball)]
        vanished = zeros_among(piece.derivative(), enclosed, wide) if wide else {}
        if len(vanished) < len(wide):
            return None
        said = words(self._operator, piece.graph, smooth, components, self._wrt, cancelled=vanished)
        if Word.CONTRADICTED in said:
            raise Elsewhere
        if Word.SILENT in said:
            self._demand_declared(values, asked)
        if Word.SILENT in beside:
            said = [Word.SILENT] * len(said)
        confirmed = tuple([word is Word.CONFIRMED for word in said])
        return Certified(piece, smooth, enclosed, precision, confirmed, vanished, sided)

    def _chosen(self, inputs: Exact) -> tuple[dict[int, Choice], dict[int, Mask], list[Exact]]:
        """What every node made of pieces chooses, where that is not known, and what all nodes enclose."""
        choices: dict[int, Choice] = {}
        unknown: dict[int, Mask] = {}

        def decide(number: int, node: Node, operands: Sequence[BallArray]) -> BallArray:
            if number in self._sources:
                operands = [told_apart(operands[0], self._sources[number])]
            choices[number], unknown[number], value = choose(node, operands)
            return value

        return choices, unknown, enclose(self._graph, inputs, decide)

    @cached_property
    def _pairwise(self) -> "ArrayReferee":
        """The same with selections by comparisons of two, which may be ties."""
        graph = by_pairs(self._graph)
        if graph is None:
            raise Elsewhere
        return ArrayReferee(graph, self._operator, self._wrt)

    @cached_property
    def _sources(self) -> Mapping[int, Sequence[int]]:
        return sources(self._graph)

    def _ties(self, choices: Mapping[int, Choice], values: Sequence[Exact], asked: Mapping[int, Mask]) -> Sequence[Tie]:
        """Where pieces meet and a step may part them."""
        if all(choice.sides.array.all() for choice in choices.values()):
            return ()
        moves = moving(self._graph, self._wrt, choices, values)
        met = ties(self._graph, choices, moves, asked, self._operator.order)
        if met is None:
            raise Elsewhere
        return met

    def _sided(
        self, choices: Mapping[int, Choice], met: Sequence[Tie], inputs: Exact
    ) -> tuple[dict[int, Component], list[Word]]:
        """The components whose both sides may differ, and what the second route says of all that they are made of."""
        if self._operator.order > 1:
            raise Elsewhere
        seams = Seams.at(self._graph, choices, met, self._wrt, inputs)
        if seams is None:
            raise Elsewhere
        width = self._operator.width(len(self._wrt))
        found = {
            row * width + column: joined(*sides)
            for column, left, right in seams.sides(self._operator.direction)
            for row, sides in enumerate(zip(left.tolist(), right.tolist(), strict=True))
        }
        return found, seams.words

    def _piece(self, choices: Mapping[int, Choice]) -> Piece:
        key = tuple(choices.items())
        if key not in self._pieces:
            graph = frozen(self._graph, choices) if choices else self._graph
            self._pieces[key] = Piece(graph, self._operator, self._wrt)
        return self._pieces[key]

    def _demand_domain(self, values: Sequence[Exact], asked: Mapping[int, Mask]) -> None:
        """Raise `Outside` where the one result needs an operation outside its domain, for certain."""
        if self._graph.shape != ():
            return
        bounded = {n: (row.name, row.outside) for n, row in self._rows() if row.outside is not None}
        for number, (name, outside) in bounded.items():
            for arguments in self._arguments(number, values, asked):
                if outside(*arguments):
                    raise Outside(f"{name}({', '.join(map(brief, arguments))})")

    def _demand_declared(self, values: Sequence[Exact], asked: Mapping[int, Mask]) -> None:
        """Raise `Misdeclared` where slopes of users' own operations are far from what their balls tell."""
        declared = [(number, row.name) for number, row in self._rows() if isinstance(row, Declared)]
        uses = ((name, x) for n, name in declared for x in islice(self._arguments(n, values, asked), _TRIED))
        demand_slopes(uses)

    def _rows(self) -> Iterator[tuple[int, Primitive]]:
        """The nodes of operations element by element."""
        for number, node in enumerate(self._graph.nodes):
            if node.name in Primitive.rows:
                yield number, Primitive.rows[node.name]

    def _arguments(self, number: int, values: Sequence[Exact], asked: Mapping[int, Mask]) -> Iterator[Any]:
        """The arguments of each element of a node that the result needs."""
        node = self._graph.nodes[number]
        mask = np.broadcast_to(asked.get(number, True), node.shape)
        operands = (np.broadcast_to(values[i], node.shape)[mask] for i in node.operands)
        return zip(*(in_balls(x).tolist() for x in operands), strict=True)

    def _at_edge(self, values: Sequence[Exact], asked: Mapping[int, Mask]) -> bool:
        """Whether an operation may end or jump at this point."""
        edges = {n: row.at_edge for n, row in self._rows() if row.at_edge is not None}
        return any(ends(*x) for n, ends in edges.items() for x in self._arguments(n, values, asked))
