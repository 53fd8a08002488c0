"""The smooth graph that a function is at a point: what chooses between pieces is frozen to what it chooses there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
from flint import arb

from diffcheck.ops.enclosures import balls
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Index, Linear, matmul, unbroadcast
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import Graph, GraphBuilder, Node
from diffcheck.program.traced import Traced
from diffcheck.referee.arrays.enclose import BallArray, ball_array

# The largest of the machine's whole numbers.
_LARGEST = 2**63 - 1
Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a node made of pieces chooses: for each element the sign of its switch, and the whole number that it is.

    ``constants`` is ``None`` for what is no constant on any of its pieces. A selection has no switch: its ``places``
    are those of the elements that it takes, in row-major order of its operand.
    """

    sides: Index
    constants: tuple[int, ...] | None = None
    places: Index | None = None

    def __hash__(self) -> int:
        return hash((self.sides, self.constants, self.places))


def choose(node: Node, operands: Sequence[BallArray]) -> tuple[Choice, Mask, BallArray]:
    """What a node made of pieces chooses for these operands, where the balls do not tell, and its value.

    Where two pieces meet the side is 0; where the balls do not tell it is 0 as well, and the value has no meaning.
    """
    if node.name in Own.rows:
        return _selected(node, operands[0])
    row = Primitive.rows[node.name]
    assert row.switch is not None
    spread = [np.broadcast_to(x, node.shape).ravel().tolist() for x in operands]
    deciding = spread[: row.deciding]
    told = [balls.sign(row.switch(*x)) for x in zip(*deciding, strict=True)]
    unknown: Mask = np.array([side is None for side in told], bool).reshape(node.shape)
    sides = [side or 0 for side in told]
    if row.takes is not None:
        taken = {side: row.takes(side) for side in set(sides)}
        values = [spread[taken[side]][k] for k, side in enumerate(sides)]
        return Choice(Index(sides)), unknown, ball_array(values, node.shape)
    assert row.piece is not None
    arguments = zip(told, map(list, zip(*spread, strict=True)), strict=True)
    chosen = [0 if side is None else row.piece(side, x, x) for side, x in arguments]
    constant = all(isinstance(c, int) for c in chosen)
    values = [balls.ball(c) if isinstance(c, int) else c for c in chosen]
    return Choice(Index(sides), tuple(chosen) if constant else None), unknown, ball_array(values, node.shape)


def _selected(node: Node, x: BallArray) -> tuple[Choice, Mask, BallArray]:
    """The same for a selection, along the last axis of its operand."""
    row = Own.rows[node.name]
    assert row.chosen is not None
    n, taken = x.shape[-1], node.shape[-1]
    places: list[int] = []
    unknown = []
    for start in range(0, x.size, n):
        found = row.chosen(node.parameters, x.ravel()[start : start + n].tolist())
        unknown += [found is None] * taken
        places += [start + place for place in found or [0] * taken]
    chosen = Index(np.reshape(places, node.shape))
    mask: Mask = np.reshape(np.array(unknown, bool), node.shape)
    return Choice(Index(np.ones(node.shape)), None, chosen), mask, x.ravel()[chosen.array]


def _selects(node: Node) -> bool:
    return node.name in Own.rows and Own.rows[node.name].chosen is not None


def sources(graph: Graph) -> dict[int, list[int]]:
    """For each selection a number for each element of its operand: the same for those that are one number, moved only.

    Two elements that are equal at the point, or that a limit cuts off at the same number, may part beside it.
    """
    selections = {n: node.operands[0] for n, node in enumerate(graph.nodes) if _selects(node)}
    moved = set(selections.values())
    for number in range(max(moved, default=-1), -1, -1):
        if number in moved and graph.nodes[number].name in Linear.rows:
            moved.update(graph.nodes[number].operands)
    marks: dict[int, BallArray] = {}
    for number in sorted(moved):
        node = graph.nodes[number]
        if node.name in Linear.rows:
            found = Linear.rows[node.name].on_arrays(node.parameters, 0, *(marks[i] for i in node.operands))
            marks[number] = np.asarray(found, object)
        else:
            marks[number] = ball_array([arb(1) for _ in range(int(np.prod(node.shape, dtype=int)))], node.shape)
    return {number: [id(mark) for mark in marks[i].ravel().tolist()] for number, i in selections.items()}


def told_apart(x: BallArray, numbers: Sequence[int]) -> BallArray:
    """The array in which elements are one object if they have the same number of these."""
    flat = x.ravel().tolist()
    objects = {number: arb(ball) for number, ball in zip(numbers, flat, strict=True)}
    return ball_array([objects[number] for number in numbers], x.shape)


def whichever(node: Node, operands: Sequence[BallArray], value: BallArray, unknown: Mask) -> BallArray:
    """A node's value, as `choose` gives it; where the balls do not tell what is chosen, one that encloses all of that.

    The element of some rank lies between the lower bounds and the upper bounds of that rank.
    """
    if not unknown.any():
        return value
    found = value.copy()
    if node.name in Own.rows:
        rows = operands[0].reshape(-1, operands[0].shape[-1])
        flat = found.reshape(-1, node.shape[-1])
        for k in np.flatnonzero(unknown.reshape(flat.shape).any(-1)).tolist():
            lower, upper = (sorted(map(end, rows[k].tolist())) for end in (arb.lower, arb.upper))
            flat[k] = [lower[rank].union(upper[rank]) for rank in node.parameters]
        return flat.reshape(node.shape)
    row = Primitive.rows[node.name]
    spread = [np.broadcast_to(x, node.shape) for x in operands]
    for place in map(tuple, np.argwhere(unknown)):
        x = [s[place] for s in spread]
        if not all(b.is_finite() for b in x):
            found[place] = arb.nan()
            continue
        pieces = [_piece_of(row, side, x) for side in (-1, 0, 1)]
        found[place] = pieces[0].union(pieces[1]).union(pieces[2])
    return found


def _piece_of(row: Primitive, side: int, x: Sequence[Any]) -> Any:
    if row.takes is not None:
        return x[row.takes(side)]
    assert row.piece is not None
    chosen = row.piece(side, x, x)
    return balls.ball(chosen) if isinstance(chosen, int) else chosen


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
            new.append(piece(builder, node, operands, choice))
    return builder.graph(graph.inputs, new[graph.output])


def piece(builder: GraphBuilder, node: Node, operands: Sequence[int], choice: Choice) -> int:
    """A node as it is at the point: for each element the piece that is chosen there."""
    if choice.constants is not None:
        return _whole(builder, choice.constants, node.shape)
    if choice.places is not None:
        return builder.move("take", (0, choice.places), operands[0])
    sides = choice.sides.array.reshape(node.shape)
    first, *others = sorted(set(choice.sides.array.tolist()))
    found = piece_at(builder, node, operands, first)
    for side in others:
        other = piece_at(builder, node, operands, side)
        found = builder.move("blend", (Index(sides == side),), other, found)
    return found


def _whole(builder: GraphBuilder, numbers: Sequence[int], shape: tuple[int, ...]) -> int:
    """An array of whole numbers, which may be larger than those of the machine."""
    if all(-_LARGEST <= n <= _LARGEST for n in numbers):
        return builder.array(np.reshape(np.array(numbers, np.int64), shape))
    spread = np.reshape(np.array(numbers, object), shape)
    first, *others = sorted(set(numbers))
    found = builder.move("broadcast", (0, shape), builder.const(Fraction(first)))
    for n in others:
        other = builder.move("broadcast", (0, shape), builder.const(Fraction(n)))
        found = builder.move("blend", (Index(spread == n),), other, found)
    return found


def piece_at(builder: GraphBuilder, node: Node, operands: Sequence[int], side: int) -> int:
    """A node as it is where its switch has this sign, in its shape."""
    row = Primitive.rows[node.name]
    if row.takes is not None:
        made = operands[row.takes(side)]
    else:
        assert row.piece is not None
        value: Any = row.piece(side, [Traced(builder, i) for i in operands], None)
        made = value.node
    return builder.move("broadcast", (0, node.shape), made)


NOTHING: Mapping[int, Choice] = MappingProxyType({})
NOWHERE: Mapping[int, Mask] = MappingProxyType({})


def needed(
    graph: Graph,
    choices: Mapping[int, Choice] = NOTHING,
    seed: Mask | None = None,
    met: Mapping[int, Mask] = NOWHERE,
) -> dict[int, Mask]:
    """Which elements of its nodes the result depends on; of nodes of which it needs all nothing is said.

    With ``choices``, those of a graph with pieces: of an argument what is taken, and what decides; of elements that
    have ``met`` all arguments, for a step takes others. With ``seed``, what these elements of the result depend on.
    """
    found: dict[int, Any] = {graph.output: np.ones(graph.shape, bool) if seed is None else seed}
    for number in range(graph.output, -1, -1):
        here = found.get(number)
        node = graph.nodes[number]
        if here is None:
            found[number] = np.zeros(node.shape, bool)
            continue
        if not here.any():
            continue
        for position, operand in enumerate(node.operands):
            chosen = here
            if number in choices:
                chosen = _chosen(node, position, choices[number], here) | (here & met.get(number, np.False_))
            asked = _asked(graph, node, position, chosen)
            found[operand] = found[operand] | asked if operand in found else asked
    return {number: here for number, here in found.items() if not here.all()}


def _chosen(node: Node, position: int, choice: Choice, here: Mask) -> Mask:
    """The elements of a node made of pieces that need the argument at this position."""
    if choice.places is not None:
        return here
    row = Primitive.rows[node.name]
    if row.takes is None or row.deciding is None or position < row.deciding:
        return here
    taken: Mask = np.isin(choice.sides.array, [side for side in (-1, 0, 1) if row.takes(side) == position])
    return here & taken.reshape(node.shape)


def _asked(graph: Graph, node: Node, position: int, here: Mask) -> Any:
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
