"""Where pieces of a large function meet, and the smooth function that tells what happens beside such a point.

Each element at which they meet gets an input of its own that is added to it, zero at the point. One Jacobian of the
frozen function with these inputs says how every input moves the results, the switches and what the other pieces differ
by, and how every such difference moves what comes behind it (see `diffcheck.referee.arrays.seams`).
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffcheck.ops.enclosures import balls
from diffcheck.ops.structure import Index
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import Graph, GraphBuilder, Node
from diffcheck.program.traced import Traced
from diffcheck.referee.arrays.moving import Moving
from diffcheck.referee.arrays.pieces import Choice, Mask, needed, piece, piece_at

SIDES = (-1, 1)
# So many ties tell whether one input moves them all.
_DRAWN = 6
# Whole numbers: for each input one of the ties.
Owners = np.ndarray[Any, np.dtype[np.intp]]


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
    graph: Graph, choices: Mapping[int, Choice], moving: Sequence[Moving], needed: Mapping[int, Mask], order: int
) -> list[Tie] | None:
    """Where pieces meet that the result needs and that a step may part, by node; ``None`` where it may jump.

    For derivatives of first ``order`` the larger of two numbers, which differ by their switch, is parted at first order
    or as good as not; a comparison may change with the least step.
    """
    found: list[Tie] = []
    for number, choice in choices.items():
        if choice.places is not None:
            continue
        node = graph.nodes[number]
        row = Primitive.rows[node.name]
        border = (choice.sides.array.reshape(node.shape) == 0) & needed.get(number, True)
        parted = [moving[i] for i in node.operands[: row.deciding]]
        if choice.constants is None:
            met = border & _any_of([m.at_first_order if order == 1 else m.at_all for m in parted], node)
            if met.any():
                if row.deciding is not None:
                    return None
                found.append(Tie(number, number, _places(met)))
            continue
        met = border & _any_of([m.at_all for m in parted], node)
        if not met.any():
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


def by_node(graph: Graph, met: Sequence[Tie]) -> dict[int, Mask]:
    """The elements at which pieces meet, of each node that has some."""
    found: dict[int, Mask] = {}
    for tie in met:
        mask = np.zeros(graph.nodes[tie.number].shape, bool)
        mask.flat[tie.places.array] = True
        found[tie.number] = mask
    return found


def _any_of(masks: Sequence[Mask], node: Node) -> Mask:
    return np.asarray(np.any([np.broadcast_to(mask, node.shape) for mask in masks], axis=0))


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


def with_seams(graph: Graph, choices: Mapping[int, Choice], met: Sequence[Tie], owners: Sequence[Owners] = ()) -> Graph:
    """The frozen graph with one further input for each tie, added to its element.

    Parameters
    ----------
    owners:
        The ties in `groups`, whose members are added up.

    Returns
    -------
    Graph
        Its result is a vector: the elements of the function's result; for all ties, or groups of them, the switches;
        by what the piece on the negative side differs from the frozen one; and the same for the positive side.
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
    parts = [builder.move("concatenate", (0,), *found) for found in told]
    if owners:
        places = _group_of(owners, place - graph.inputs)
        parts = [builder.move("scatter", (0, places, (len(owners),)), part) for part in parts]
    result = builder.move("concatenate", (0,), flat, *parts)
    return builder.graph(place, result)


def _group_of(owners: Sequence[Owners], count: int) -> Index:
    """For each tie the number of its group."""
    found = np.zeros(count, int)
    for group, ties in enumerate(owners):
        found[ties[ties >= 0]] = group
    return Index(found)


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


def groups(seamed: Graph, outputs: int, count: int, most: int, singly: bool) -> list[Owners] | None:
    """The ties in groups, such that no input moves two ties of one group; ``None`` if that takes more than so many.

    Parameters
    ----------
    seamed:
        A graph `with_seams`, without groups.
    outputs, count:
        How many results the function has, and how many ties there are.
    singly:
        Whether ties are told one by one that one input moves all: it takes longer than to look at all numbers.

    Returns
    -------
    list
        For each group and each input, those of the ties among them, the tie of the group that it may move, or -1.
    """
    found: list[Owners] = []
    if count > _DRAWN and _one_moves_all(seamed, outputs, count):
        if count > most or not singly:
            return None
        return [np.where(_moving(seamed, outputs, count, np.array([k])), k, -1) for k in range(count)]
    pending = [np.arange(count)]
    while pending:
        some = pending.pop()
        owners = _owners(seamed, outputs, count, some)
        if owners is not None:
            found.append(owners)
        else:
            pending += [some[len(some) // 2 :], some[: len(some) // 2]]
        if len(found) + len(pending) > most:
            return None
    return found


def _moving(seamed: Graph, outputs: int, count: int, ties: Owners) -> Mask:
    """The inputs that move some of these ties."""
    seed = np.zeros(seamed.shape, bool)
    for part in range(3):
        seed[outputs + part * count + ties] = True
    return _inputs_of(seamed, seed)


def _one_moves_all(seamed: Graph, outputs: int, count: int) -> bool:
    """Whether one input moves all of some ties that are drawn: each is then a group of its own, or next to it."""
    drawn = np.random.default_rng(0).choice(count, _DRAWN, replace=False)
    return bool(np.logical_and.reduce([_moving(seamed, outputs, count, drawn[[k]]) for k in range(_DRAWN)]).any())


def _owners(seamed: Graph, outputs: int, count: int, some: Owners) -> Owners | None:
    """For each input the only one of these ties that it may move; ``None`` if one moves several."""
    moved = functools.partial(_moving, seamed, outputs, count)
    places = np.arange(len(some))
    found = np.zeros(seamed.inputs, int)
    # Two different ties differ in a bit of their places: an input that moves both is found among both halves.
    for bit in range(len(some).bit_length()):
        is_set = (places >> bit & 1).astype(bool)
        ones, zeros = moved(some[is_set]), moved(some[~is_set])
        if (ones & zeros).any():
            return None
        found |= ones.astype(int) << bit
    return np.where(ones | zeros, some[found], -1)


def _inputs_of(graph: Graph, seed: Mask) -> Mask:
    """The inputs on which these elements of the result depend."""
    asked = needed(graph, seed=seed)
    found = np.zeros(graph.inputs, bool)
    for number, node in enumerate(graph.nodes):
        if node.name == "input":
            start = node.parameters[0]
            found[start : start + int(np.prod(node.shape, dtype=int))] = np.ravel(asked.get(number, np.True_))
    return found
