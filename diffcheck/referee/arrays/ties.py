"""Derivatives from both sides of a point at which pieces of a large function meet.

Each element at which they meet gets an input of its own that is added to it, zero at the point. One Jacobian of the
frozen function with these inputs says how every input moves the results, the switches and what the other pieces differ
by, and how every such difference moves what comes behind it. Along a step to one side of one input the switches then
tell one after another which piece goes on, and the differences of their slopes add up to the one-sided derivative.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffcheck.ops import balls
from diffcheck.ops.structure import Index
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import Graph, GraphBuilder, Node
from diffcheck.program.trace import Traced
from diffcheck.referee.arrays.enclose import BallArray
from diffcheck.referee.arrays.pieces import Choice, Mask, piece, piece_at

SIDES = (-1, 1)


@dataclass(frozen=True, slots=True)
class Tie:
    """Where the pieces of one node meet.

    Attributes
    ----------
    switch:
        The node by whose switch they are told apart: its own, or a comparison that is its condition.
    places:
        The elements, by their places in row-major order.
    """

    number: int
    switch: int
    places: Index


def ties(
    graph: Graph, choices: Mapping[int, Choice], moving: Sequence[Mask], needed: Mapping[int, Mask]
) -> list[Tie] | None:
    """Where pieces meet that the result needs and that a step may part, by node; ``None`` where it may jump."""
    found: list[Tie] = []
    for number, choice in choices.items():
        node = graph.nodes[number]
        row = Primitive.rows[node.name]
        border = choice.sides.array.reshape(node.shape) == 0
        met = border & _spread(moving, node, row.deciding) & needed.get(number, True)
        if not met.any():
            continue
        if choice.constants is None:
            if row.deciding is not None:
                return None
            found.append(Tie(number, number, _places(met)))
            continue
        if number == graph.output:
            return None
        for user in _users(graph, number, needed):
            if not _is_condition(graph.nodes[user], number):
                return None
            where = np.broadcast_to(met, graph.nodes[user].shape) & needed.get(user, True)
            if where.any():
                found.append(Tie(user, number, _places(where)))
    found.sort(key=lambda tie: tie.number)
    return found if len({tie.number for tie in found}) == len(found) else None


def _spread(moving: Sequence[Mask], node: Node, deciding: int | None) -> Mask:
    return np.asarray(np.any([np.broadcast_to(moving[i], node.shape) for i in node.operands[:deciding]], axis=0))


def _places(mask: Mask) -> Index:
    return Index(np.flatnonzero(mask))


def _users(graph: Graph, number: int, needed: Mapping[int, Mask]) -> Iterator[int]:
    """The nodes that the result needs and that have this one for an argument."""
    for user, node in enumerate(graph.nodes):
        if number in node.operands and (user not in needed or needed[user].any()):
            yield user


def _is_condition(node: Node, number: int) -> bool:
    """Whether a node uses another one as the condition by which it takes one of its arguments, and as nothing else."""
    row = Primitive.rows.get(node.name)
    if row is None or row.takes is None or row.deciding is None:
        return False
    return number not in node.operands[row.deciding :]


def with_seams(graph: Graph, choices: Mapping[int, Choice], met: Sequence[Tie]) -> Graph:
    """The frozen graph with one further input for each tie, added to its element.

    Returns
    -------
    Graph
        Its result is a vector: the elements of the function's result; for all ties the switches; by what the piece on
        the negative side differs from the frozen one; and the same for the positive side.
    """
    builder = GraphBuilder()
    by_number = {tie.number: tie for tie in met}
    place = graph.inputs
    new: list[int] = []
    told: list[list[int]] = [[], [], []]
    for number, node in enumerate(graph.nodes):
        operands = [new[i] for i in node.operands]
        if number not in choices:
            new.append(builder.keep(node._replace(operands=tuple(operands))))
            continue
        frozen = piece(builder, node, operands, choices[number])
        tie = by_number.get(number)
        if tie is not None:
            count = tie.places.array.size
            for found, made in zip(told, _differences(builder, graph, tie, new), strict=True):
                found.append(made)
            seam = builder.move("scatter", (0, tie.places, node.shape), builder.input(place, (count,)))
            frozen = builder.apply("add", frozen, seam)
            place += count
        new.append(frozen)
    flat = builder.move("reshape", (int(np.prod(graph.shape, dtype=int)),), new[graph.output])
    result = builder.move("concatenate", (0,), flat, *(made for found in told for made in found))
    return builder.graph(place, result)


def _differences(builder: GraphBuilder, graph: Graph, tie: Tie, new: Sequence[int]) -> Iterator[int]:
    """The switches of the elements that meet, and by what the pieces at both sides differ from the frozen one."""
    node, source = graph.nodes[tie.number], graph.nodes[tie.switch]
    row = Primitive.rows[source.name]
    assert row.switch is not None
    switch: Any = row.switch(*(Traced(builder, new[i]) for i in source.operands[: row.deciding]))
    yield _at(builder, node, tie, switch.node)
    operands = [new[i] for i in node.operands]
    frozen = piece_at(builder, node, operands, _own_side(node, source, 0))
    for side in SIDES:
        other = piece_at(builder, node, operands, _own_side(node, source, side))
        parts = [_at(builder, node, tie, made) for made in (other, frozen)]
        yield builder.apply("sub", *parts) if other != frozen else _nothing(builder, tie)


def _own_side(node: Node, source: Node, side: int) -> int:
    """The sign of a node's own switch where that of its condition has this sign."""
    if node is source:
        return side
    holds, chooses = Primitive.rows[source.name].piece, Primitive.rows[node.name].switch
    assert holds is not None
    assert chooses is not None
    return balls.sign(chooses(balls.ball(holds(side, None, None)))) or 0


def _at(builder: GraphBuilder, node: Node, tie: Tie, made: int) -> int:
    return builder.move("take", (0, tie.places), builder.move("broadcast", (0, node.shape), made))


def _nothing(builder: GraphBuilder, tie: Tie) -> int:
    return builder.move("broadcast", (0, tie.places.array.shape), builder.const(0))


@dataclass(frozen=True, slots=True)
class Seams:
    """How the results move along both sides of every input.

    Parameters
    ----------
    jacobian:
        The derivative of `with_seams` by the inputs that are asked for and, behind them, by those of the ties.
    width:
        How many inputs are asked for.
    count:
        How many ties there are.
    """

    jacobian: BallArray
    width: int
    count: int

    @property
    def frozen(self) -> BallArray:
        """The derivative of the frozen function."""
        return self.jacobian[: -3 * self.count, : self.width]

    def sides(self) -> dict[int, tuple[BallArray, BallArray]]:
        """For the inputs whose both sides may differ the derivatives of all outputs from the left and the right."""
        switches, below, above = np.split(self.jacobian[-3 * self.count :], 3)
        behind = [
            [k for k in range(tie) if not all(m[tie, self.width + k].is_zero() for m in (switches, below, above))]
            for tie in range(self.count)
        ]
        seams = self.jacobian[: -3 * self.count, self.width :]
        found = {}
        for column in range(self.width):
            if all(m[tie, column].is_zero() for m in (switches, below, above) for tie in range(self.count)):
                continue
            left, right = (seams @ self._parted(column, way, (switches, below, above), behind) for way in SIDES)
            along = self.frozen[:, column]
            found[column] = along - left, along + right
        return found

    def _parted(self, column: int, way: int, rows: tuple[BallArray, ...], behind: Sequence[Sequence[int]]) -> BallArray:
        """By how much each tie's element moves off the frozen piece, a unit step this way along an input."""
        moved: list[Any] = []
        for tie in range(self.count):
            switch, below, above = (
                sum((m[tie, self.width + k] * moved[k] for k in behind[tie]), way * m[tie, column]) for m in rows
            )
            side = balls.sign(switch)
            # Where the switch does not move at first order either piece may go on, or the frozen one.
            moved.append((above if side > 0 else below) if side else balls.ZERO.union(below).union(above))
        found: BallArray = np.empty(self.count, object)
        found[:] = moved
        return found


def meet(values: BallArray, count: int) -> bool:
    """Whether the pieces of all ties have one value; ``values`` are those of `with_seams`."""
    return all(v.is_zero() for v in values[-2 * count :].tolist())
