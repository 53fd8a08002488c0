"""What the recorded code of a derivative does at one point: its exact values, and what its rounding errors leave.

The counterpart on arrays of `diffcheck.referee.rounding.own_code`. The graph is that of the operations carried out;
what chooses between pieces is put in its place, as the point has it.
"""

import functools
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from flint import arb, ctx

from diffcheck.formats import Format
from diffcheck.ops.structure import Linear, matmul
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import ARRAY, CONST, INPUT, Graph, GraphBuilder, Node, is_elementwise
from diffcheck.program.scalarise import LARGE, Lowered
from diffcheck.program.sourced import Place, Sourced
from diffcheck.referee.arrays.bounds import Slopes
from diffcheck.referee.arrays.enclose import BallArray, Exact, enclose, floats, in_balls
from diffcheck.referee.arrays.losses import losses, sizes_of_data
from diffcheck.referee.arrays.pieces import Choice, Mask, choose, needed, piece, whichever
from diffcheck.referee.arrays.sensitivity import Array, Sensitivity
from diffcheck.referee.evaluate import Ball
from diffcheck.referee.rounding.bound import FORMULA_FACTOR
from diffcheck.referee.rounding.culprit import Culprit
from diffcheck.referee.rounding.own_code import OwnCode
from diffcheck.verdict import Reason

# The errors of so many components are followed back one by one, exactly; when more are asked for, all are estimated
# together.
_FEW = 8
# What makes an error so many times larger has lost a digit, rounded to whole ones.
_HALF_A_DIGIT = 10**0.5
_LEAVES = (INPUT, CONST, ARRAY)
# What an operation is called where nobody knows how it is written.
_CALLED = {"add": "a sum", "sub": "a difference", "sum": "a sum", matmul.name: "a product of matrices"}


class OwnGraph:
    """Recorded code at one point, in one format.

    Parameters
    ----------
    point:
        All flattened inputs.
    precision:
        The working precision in bits.
    """

    def __init__(self, code: Sourced, point: Sequence[float], format: Format, precision: int) -> None:
        self._code = code
        self._point = list(point)
        self._format = format
        self._precision = precision
        self._asked = 0

    @cached_property
    def exact(self) -> list[Ball | None]:
        """What the code gives in exact arithmetic, enclosed, for each component; ``None`` where that does not exist."""
        found: list[Ball] = in_balls(self._enclosed.values[self._code.graph.output]).ravel().tolist()
        return [ball if ball.is_finite() else None for ball in found]

    def formula(self, place: int) -> Ball | None:
        """The error that rounding may leave on a component; infinite where a number overflows, ``None`` if unknown."""
        if self.exact[place] is None or self._graph is None:
            return None
        if self._overflowing(place) is not None:
            return arb.pos_inf()
        if self._sensitivity is None:
            numbers = self._by_numbers
            return None if numbers is None else numbers.formula(self._point, place, self._precision)
        self._asked += 1
        few = self._asked <= _FEW
        lost = self._sensitivity.sum_of(place, self._lost) if few else self._together[place]
        return FORMULA_FACTOR * arb(lost)

    def culprit(self, place: int, label: Callable[[int], str]) -> Culprit | None:
        """Which of its operations loses the digits of a component, and where that stands; ``None`` if none does."""
        exact = self.exact[place]
        if exact is None or self._graph is None:
            return None
        overflowing = self._overflowing(place)
        if overflowing is not None:
            return Culprit(Reason.OVERFLOW, self._told(overflowing, f"overflows in {self._format.name}"))
        if self._sensitivity is None:
            numbers = self._by_numbers
            return None if numbers is None else numbers.culprit(self._point, place, self._precision, label)
        return self._losing(self._sensitivity, place, abs(float(exact.mid())))

    def lines(self, place: int) -> list[str]:
        """The lines of somebody's own backward that a component depends on."""
        masks = needed(self._code.graph, seed=_one(self._code.graph, place))
        told = (p for n, p in enumerate(self._code.places) if p is not None and np.any(masks.get(n, True)))
        return sorted({p.where for p in told if p.is_backward})

    # The piece of the code that holds at the point.

    @cached_property
    def _enclosed(self) -> "_Enclosed":
        """The code at the point, whichever pieces hold where that is not known."""
        choices: dict[int, Choice] = {}
        unknown: dict[int, Mask] = {}

        def decide(number: int, node: Node, operands: Sequence[BallArray]) -> BallArray:
            choices[number], unknown[number], value = choose(node, operands)
            return whichever(node, operands, value, unknown[number])

        with ctx.workprec(self._precision):
            values = enclose(self._code.graph, self._inputs, decide)
        asked = needed(self._code.graph, choices)
        blocked = any((mask & asked.get(number, True)).any() for number, mask in unknown.items())
        return _Enclosed(values, None if blocked else choices)

    @property
    def _inputs(self) -> Array:
        return np.array(self._point)

    @cached_property
    def _found(self) -> tuple[Graph, list[int], list[Exact]] | None:
        """The graph with its choices made, for each node the one of the code that it belongs to, and its values.

        ``None`` where some choice is not known.
        """
        code, choices = self._code.graph, self._enclosed.choices
        if choices is None:
            return None
        if not choices:
            return code, list(range(len(code.nodes))), self._enclosed.values
        graph, owners = _frozen(code, choices)
        with ctx.workprec(self._precision):
            return graph, owners, enclose(graph, self._inputs)

    @property
    def _graph(self) -> Graph | None:
        return None if self._found is None else self._found[0]

    @property
    def _values(self) -> list[Exact]:
        assert self._found is not None
        return self._found[2]

    def _place(self, number: int) -> Place | None:
        assert self._found is not None
        return self._code.places[self._found[1][number]]

    def _needed(self, place: int) -> dict[int, Mask]:
        """The elements of nodes that a component depends on; of a node that is not named, all."""
        assert self._graph is not None
        return needed(self._graph, seed=_one(self._graph, place))

    # Its rounding errors.

    @cached_property
    def _floats(self) -> list[Array]:
        return [floats(x) for x in self._values]

    @cached_property
    def _beyond(self) -> dict[int, Mask]:
        """For each node the elements that are beyond the largest number of the format."""
        found = {n: np.abs(v) > self._format.largest_double for n, v in enumerate(self._floats)}
        return {n: mask for n, mask in found.items() if mask.any()}

    def _overflowing(self, place: int) -> int | None:
        """The first node that a component depends on with an element that overflows."""
        if not self._beyond:
            return None
        masks = self._needed(place)
        return next((n for n, mask in self._beyond.items() if (mask & masks.get(n, True)).any()), None)

    @cached_property
    def _lost(self) -> dict[int, Array]:
        """What rounding leaves on the nodes, and on constants that are the rounding of another number."""
        assert self._graph is not None
        found = losses(self._graph, self._floats, self._format)
        for number, size in sizes_of_data(self._graph, self._floats).items():
            if self._graph.nodes[number].name != INPUT:
                found[number] = self._format.unit_roundoff * size
        # What overflows is looked for by itself: nothing else that a component depends on is infinite.
        return {n: np.where(np.isfinite(lost), lost, 0.0) for n, lost in found.items()}

    @cached_property
    def _sensitivity(self) -> Sensitivity | None:
        """What moves the result; ``None`` where it leaves the range of double precision."""
        assert self._graph is not None
        with ctx.workprec(self._precision):
            slopes = Slopes.of(self._graph, self._values)
        return None if slopes is None else slopes.moved_by(self._lost)

    @cached_property
    def _together(self) -> list[float]:
        assert self._sensitivity is not None
        found: list[float] = self._sensitivity.sums(self._lost).ravel().tolist()
        return found

    @cached_property
    def _by_numbers(self) -> OwnCode | None:
        """The same number by number, in balls, whose exponents have no bounds; ``None`` of what is large."""
        graph = self._code.graph
        return OwnCode(Lowered(graph), self._format) if graph.operations <= LARGE else None

    # Who loses digits.

    def _losing(self, sensitivity: Sensitivity, place: int, size: float) -> Culprit | None:
        assert self._graph is not None
        smallest = 2.0**self._format.minimum_exponent
        worst, where, under, tiny = 0.0, -1, 0.0, -1
        for number, adjoint in sensitivity.adjoints(place):
            node = self._graph.nodes[number]
            if node.name in _LEAVES:
                continue
            values, moves = np.abs(self._floats[number]), np.abs(adjoint)
            terms = float(np.max(self._terms(node, values) * moves, initial=0.0))
            if terms > worst:
                worst, where = terms, number
            vanishes = (values != 0) & (values < smallest)
            below = float(np.max(np.where(vanishes, moves, 0.0), initial=0.0)) * smallest
            if below > under:
                under, tiny = below, number
        if under > worst:
            return Culprit(Reason.UNDERFLOW, self._told(tiny, f"underflows in {self._format.name}"))
        if where < 0 or worst <= size * _HALF_A_DIGIT or size == 0:
            return None
        digits = float(np.log10(worst / size))
        adds = _adds(self._graph.nodes[where])
        how = f"cancels {digits:.0f} digits" if adds else f"loses {digits:.0f} digits by its rounding"
        return Culprit(Reason.CANCELLATION, self._told(where, how), digits=digits)

    def _terms(self, node: Node, size: Array) -> Array:
        """The size of the terms of a sum; of another operation a little less than that of its value."""
        # A sum that cancels is named before the operation that feeds it.
        if not _adds(node):
            return size / 16
        operands = [np.abs(self._floats[i]) for i in node.operands]
        if node.name == matmul.name:
            return np.asarray(np.matmul(*operands))
        if is_elementwise(node):
            return functools.reduce(np.maximum, operands)
        return np.asarray(Linear.rows[node.name].on_arrays(node.parameters, 0, *operands))

    def _told(self, number: int, what: str) -> str:
        """What an operation does, and where that stands."""
        assert self._graph is not None
        place = self._place(number) or Place("in its own code")
        name = self._graph.nodes[number].name
        text = f"`{place.text}`" if place.text else _CALLED.get(name, name)
        return f"{place.whose}: {text} {what}{f', {place.where}' if place.where else ''}"


class _Enclosed(NamedTuple):
    """What all nodes enclose, and what those that are made of pieces choose; ``None`` where that is not known."""

    values: list[Exact]
    choices: dict[int, Choice] | None


def _one(graph: Graph, place: int) -> Mask:
    """Which element of a graph's result is meant."""
    found = np.zeros(graph.shape, bool)
    found.reshape(-1)[place] = True
    return found


def _adds(node: Node) -> bool:
    """Whether an operation adds numbers up, which may cancel."""
    if node.name in Linear.rows:
        return Linear.rows[node.name].operations is not None
    return node.name == matmul.name or (is_elementwise(node) and len(Primitive.rows[node.name].signs) > 1)


def _frozen(graph: Graph, choices: dict[int, Choice]) -> tuple[Graph, list[int]]:
    """The graph with every choice made, and for each of its nodes the one that it belongs to."""
    builder = GraphBuilder()
    new: list[int] = []
    owners: list[int] = []
    for number, node in enumerate(graph.nodes):
        operands = tuple(new[i] for i in node.operands)
        choice = choices.get(number)
        kept = builder.keep(node._replace(operands=operands)) if choice is None else None
        new.append(piece(builder, node, operands, choices[number]) if kept is None else kept)
        owners += [number] * (len(builder.nodes) - len(owners))
    found = builder.graph(graph.inputs, new[graph.output])
    return found, [owners[origin] for origin in found.origins]
