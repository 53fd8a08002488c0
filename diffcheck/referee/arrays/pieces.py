"""The smooth graph that a function is at a point: what chooses between pieces is frozen to what it chooses there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffcheck.ops import balls
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Index, Linear, matmul, unbroadcast
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import Graph, GraphBuilder, Node
from diffcheck.program.traced import Traced
from diffcheck.referee.arrays.enclose import BallArray, Undecided, ball_array


@dataclass(frozen=True, slots=True)
class Choice:
    """What a node made of pieces chooses: for each element the sign of its switch, and the whole number that it is.

    For a selection ``sides`` are the places of the elements that it takes. ``constants`` is ``None`` for what is no
    constant on any of its pieces.
    """

    sides: Index
    constants: Index | None

    def __hash__(self) -> int:
        return hash((self.sides, self.constants))


def choose(node: Node, operands: Sequence[BallArray]) -> tuple[Choice, BallArray]:
    """What a node made of pieces chooses for these operands, and its value.

    Raises
    ------
    Undecided
        Where two pieces meet, or the balls do not tell.
    """
    if node.name in Own.rows:
        return _selected(node, operands[0])
    row = Primitive.rows[node.name]
    assert row.switch is not None
    spread = [np.broadcast_to(x, node.shape).ravel().tolist() for x in operands]
    deciding = spread[: row.deciding]
    sides = [balls.sign(row.switch(*x)) or 0 for x in zip(*deciding, strict=True)]
    if 0 in sides:
        raise Undecided
    if row.takes is not None:
        taken = {side: row.takes(side) for side in set(sides)}
        values = [spread[taken[side]][k] for k, side in enumerate(sides)]
        return Choice(Index(sides), None), ball_array(values, node.shape)
    assert row.piece is not None
    arguments = zip(*spread, strict=True)
    chosen = [row.piece(side, x, x) for side, x in zip(sides, map(list, arguments), strict=True)]
    constant = [isinstance(c, int) for c in chosen]
    values = [balls.ball(c) if isinstance(c, int) else c for c in chosen]
    if any(constant) and not all(constant):
        raise Undecided
    return Choice(Index(sides), Index(chosen) if all(constant) else None), ball_array(values, node.shape)


def _selected(node: Node, x: BallArray) -> tuple[Choice, BallArray]:
    """The places of the elements that a selection takes, in row-major order of its operand, and these elements."""
    row = Own.rows[node.name]
    assert row.chosen is not None
    places: list[int] = []
    for start in range(0, x.size, x.shape[-1]):
        found = row.chosen(node.parameters, x.ravel()[start : start + x.shape[-1]].tolist())
        if found is None:
            raise Undecided
        places += [start + place for place in found]
    taken = Index(np.reshape(places, node.shape))
    return Choice(taken, None), x.ravel()[taken.array]


def frozen(graph: Graph, choices: Mapping[int, Choice]) -> Graph:
    """The graph with every choice put in its place."""
    builder = GraphBuilder()
    new: list[int] = []
    for number, node in enumerate(graph.nodes):
        operands = tuple(new[i] for i in node.operands)
        choice = choices.get(number)
        if choice is None:
            new.append(builder.keep(node._replace(operands=operands)))
        else:
            new.append(_piece(builder, node, operands, choice))
    return builder.graph(graph.inputs, new[graph.output])


def _piece(builder: GraphBuilder, node: Node, operands: Sequence[int], choice: Choice) -> int:
    if choice.constants is not None:
        return builder.array(choice.constants.array.reshape(node.shape))
    if node.name in Own.rows:
        return builder.move("take", (0, choice.sides), operands[0])
    row = Primitive.rows[node.name]
    sides = choice.sides.array.reshape(node.shape)
    found: int | None = None
    for side in sorted(set(choice.sides.array.tolist())):
        if row.takes is not None:
            piece = operands[row.takes(side)]
        else:
            assert row.piece is not None
            value: Any = row.piece(side, [Traced(builder, i) for i in operands], None)
            piece = value.node
        piece = builder.move("broadcast", (0, node.shape), piece)
        found = piece if found is None else builder.move("blend", (Index(sides == side),), piece, found)
    assert found is not None
    return found


def needed(graph: Graph) -> dict[int, "np.ndarray[Any, np.dtype[np.bool_]]"]:
    """Which elements of its nodes the result depends on; of nodes of which it needs all nothing is said."""
    found: dict[int, Any] = {graph.output: np.ones(graph.shape, bool)}
    for number in range(graph.output, -1, -1):
        here = found.get(number)
        node = graph.nodes[number]
        if here is None:
            continue
        for position, operand in enumerate(node.operands):
            asked = _asked(graph, node, position, here)
            found[operand] = found[operand] | asked if operand in found else asked
    return {number: here for number, here in found.items() if not here.all()}


def _asked(graph: Graph, node: Node, position: int, here: Any) -> Any:
    """Which elements of an operand the elements of a node depend on."""
    shapes = [graph.nodes[i].shape for i in node.operands]
    shape = shapes[position]
    if here.all() and node.name not in ("blend", "masked", "take", "slice"):
        return np.ones(shape, bool)
    if node.name == matmul.name:
        return np.broadcast_to(here.any(-1 if position == 0 else -2, keepdims=True), shape)
    if node.name in Own.rows:
        return Own.rows[node.name].asked(here, shapes, position)
    if node.name in Linear.rows:
        steps = Linear.rows[node.name].transposed(node.parameters, shapes, position)
    else:
        steps = unbroadcast(node.shape, shape)
    count = here.astype(int)
    for name, parameters in steps:
        count = Linear.rows[name].on_arrays(parameters, 0, count)
    return np.asarray(count) > 0
