"""A function at points from which one input after the other is moved: what a move does not reach is evaluated once.

All moves of a point are one program. Its inputs are the point's and, behind them, the moved ones of each move; what a
move does not reach is the point's own. Long sums are added up as trees, so that a moved term changes only some partial
sums. They are so at every point: values are, to the last bit, those of the function evaluated as a whole.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.program.compile import Array, Compiled
from diffcheck.program.program import CONST, INPUT, Builder, Node, Program, uncollected
from diffcheck.program.scalarise import MOST
from diffcheck.program.schedule import NO_SUMS, SUM, Group, Terms, by_level, long_sums, needed

Rows = np.ndarray[Any, np.dtype[np.intp]]
# The two inputs that are moved; the same twice if it is one.
Move = tuple[int, int]

# Numbers in the largest array of points with their moves.
_LARGEST_BATCH = 2**22
# Numbers read and written that a node must save: to make one takes as long as that at a dozen points.
_WORTH = 10


class Moves:
    """A program at points, and with some of their inputs moved.

    Parameters
    ----------
    whole:
        The program, its long sums as trees.
    moves:
        The inputs that are moved together, ascending, each pair once.
    dtype:
        ``float64`` or ``float32``: what is computed in.
    """

    def __init__(self, whole: Program, moves: Sequence[Move], dtype: str) -> None:
        every = together(whole, moves)
        of_whole, of_every = _as_written(whole), _as_written(every)
        self._costs = cost(of_whole), cost(of_every)
        self._whole, self._every = Compiled(whole, dtype, of_whole), Compiled(every, dtype, of_every)
        self._inputs = len(whole.inputs)
        self._moves = np.array(moves, np.intp)
        self._slots = np.array(list(_slots(self._inputs, moves)), np.intp)
        self._keys = self._key(self._moves)

    def _key(self, inputs: Rows) -> Rows:
        """A number for each move, of its first and its last input; ascending like the moves."""
        found: Rows = inputs[:, 0] * self._inputs + inputs[:, -1]
        return found

    def batch(self, points: Array) -> Array:
        """The outputs at points of shape (points, flattened inputs), in the shape (points,) + shape of the outputs."""
        return self._whole.batch(points)

    def saves(self, where: Rows) -> bool:
        """Whether moves take less than the function as a whole; ``where`` is the point of each."""
        whole, every = self._costs
        return int(np.count_nonzero(np.bincount(where))) * every < len(where) * whole

    def moved(self, points: Array, where: Rows, inputs: Rows, coordinates: Array) -> Array:
        """The outputs with inputs moved, shape (steps, rows, outputs).

        Parameters
        ----------
        points:
            Shape (points, flattened inputs).
        where, inputs:
            For each row the point and the inputs of one of the moves, shapes (rows,) and (rows, 1 or 2).
        coordinates:
            Where they are moved to, shape (steps, rows, 1 or 2); of one input named twice the last counts.
        """
        used = np.zeros(len(points), dtype=bool)
        used[where] = True
        at, row = points[used], (np.cumsum(used) - 1)[where]
        move = np.searchsorted(self._keys, self._key(inputs))
        steps, outputs, width = len(coordinates), self._whole.program.size, len(self._every.program.inputs)
        found = np.empty((steps, len(where), outputs))
        size = max(1, _LARGEST_BATCH // (steps * max(width, len(self._moves) * outputs)))
        for start in range(0, len(at), size):
            part = at[start : start + size]
            asked = np.flatnonzero((row >= start) & (row < start + size))
            r, m = row[asked] - start, move[asked]
            placed = np.empty((steps, len(part), width))
            placed[..., : self._inputs] = part
            placed[..., self._slots] = part[:, self._moves]
            for k, slot in enumerate(self._slots[m, : inputs.shape[1]].T):
                placed[:, r, slot] = coordinates[:, asked, k]
            values = self._every.batch(placed.reshape(-1, width))
            found[:, asked] = values.reshape(steps, len(part), len(self._moves), outputs)[:, r, m]
        return found


def moves(program: Program, columns: Iterable[Sequence[int]], dtype: str) -> Moves | None:
    """The program with the inputs of these columns moved; ``None`` where that saves too little to be worth making."""
    of = sorted({(column[0], column[-1]) for column in columns})
    if len(of) < 2 or program.is_large:
        return None
    with uncollected():
        sums = long_sums(program)
        reached, takes = _reached(program, sums, of)
        whole = cost(by_level(program.nodes, needed(program, sums), sums))
        saved, made = len(of) * whole - (takes + whole), reached + len(program.nodes)
        if reached > MOST or saved < _WORTH * made:
            return None
        return Moves(with_trees(program, sums), of, dtype)


def _as_written(program: Program) -> list[Group]:
    """The groups that compute a program, its sums added up in the order that they have."""
    return by_level(program.nodes, needed(program, NO_SUMS))


def cost(groups: Iterable[Group]) -> int:
    """How many numbers are read and written: by an operation, and in fetching what it takes."""
    found = 0
    for group in groups:
        sums = group.name == SUM  # of which the matrix product fetches each term once
        taken = len({i for terms in group.operands for i in terms}) if sums else sum(map(len, group.operands))
        found += len(group.nodes) + 3 * taken
    return found


def _reach(nodes: Sequence[Node], moved: Iterable[int]) -> list[int]:
    """For each node the moved inputs that it depends on, as the bits of a number."""
    bits = {i: 1 << k for k, i in enumerate(moved)}
    reach: list[int] = []
    for name, operands in nodes:
        found = 0
        if name == INPUT:
            found = bits.get(operands[0], 0)
        elif name != CONST:
            for i in operands:
                found |= reach[i]
        reach.append(found)
    return reach


def _inputs(of: Sequence[Move]) -> list[int]:
    """All inputs of some moves."""
    return sorted({i for move in of for i in move})


def _reached(program: Program, sums: Mapping[int, Terms], of: Sequence[Move]) -> tuple[int, int]:
    """How many nodes all moves reach, and what they cost, of a tree no fewer than there will be."""
    inputs = _inputs(of)
    size, pairs = len(inputs), any(i != j for i, j in of)
    reach = _reach(program.nodes, inputs)

    def reaching(number: int) -> int:
        """How many of the moves reach a node; of pairs all but those of inputs that do not."""
        many = reach[number].bit_count()
        return math.comb(size + 1, 2) - math.comb(size + 1 - many, 2) if pairs else many

    reached = takes = 0
    for number in needed(program, sums):
        operands = program.nodes[number][1]
        if number in sums:
            terms, factors = sums[number]
            moved = sum(map(reaching, terms))
            # Of n terms t reach as many sums at each level of a tree, until there are fewer: t log n/t + t.
            height = math.log2(len(terms) * reaching(number) / moved) + 1 if moved else 0
            many = math.ceil(moved * height) + sum(reaching(i) for i, f in zip(terms, factors, strict=True) if f != 1)
            operands = terms[:2]
        else:
            many = reaching(number)
        reached += many
        takes += many * (1 + 3 * len(operands))
    return reached, takes


def with_trees(program: Program, sums: Mapping[int, Terms]) -> Program:
    """The program with each of its `long_sums` as a tree: of neighbours, then of neighbouring sums, and so on."""
    sums = {number: terms for number, terms in sums.items() if all(map(math.isfinite, terms[1]))}
    builder = Builder()
    new: dict[int, int] = {}
    for number in needed(program, sums):
        name, operands = program.nodes[number]
        if name == INPUT:
            new[number] = builder.input(operands[0])
        elif name == CONST:
            new[number] = builder.const(*operands)
        elif number in sums:
            terms = [
                builder.apply("mul", builder.const(Fraction(f)), new[i]) for i, f in zip(*sums[number], strict=True)
            ]
            while len(terms) > 1:
                pairs = [builder.apply("add", *pair) for pair in zip(terms[::2], terms[1::2], strict=False)]
                terms = pairs + terms[2 * len(pairs) :]
            new[number] = terms[0]
        else:
            new[number] = builder.apply(name, *(new[i] for i in operands))
    outputs = [new[i] for i in program.outputs.ravel().tolist()]
    return builder.program(len(program.inputs), np.array(outputs, np.int64).reshape(program.outputs.shape))


def together(program: Program, of: Sequence[Move]) -> Program:
    """All moves of a point as one program; its outputs have the shape (moves, outputs).

    Its inputs are the point's and one for each input that a move is of.
    """
    nodes = list(program.nodes)
    inputs = _inputs(of)
    after: dict[int, list[int]] = {i: [] for i in inputs}
    for number, bits in enumerate(_reach(nodes, inputs)):
        while bits:
            after[inputs[bits.bit_length() - 1]].append(number)
            bits ^= 1 << bits.bit_length() - 1
    places, outputs = list(program.inputs), []
    for (i, j), slots in zip(of, _slots(len(program.inputs), of), strict=True):
        place = dict(zip((i, j), slots, strict=True))
        places += [-1] * len(place)
        new: dict[int, int] = {}
        for number in after[i] if i == j else sorted({*after[i], *after[j]}):
            name, operands = program.nodes[number]
            new[number] = len(nodes)
            if name == INPUT:
                slot = place[operands[0]]
                places[slot] = len(nodes)
                nodes.append((INPUT, (slot,)))
            else:
                nodes.append((name, tuple([new.get(k, k) for k in operands])))
        outputs.append([new.get(k, k) for k in program.outputs.ravel().tolist()])
    return Program(tuple(nodes), tuple(places), np.array(outputs, np.int64).reshape(len(of), program.size))


def _slots(first: int, of: Sequence[Move]) -> Iterator[tuple[int, int]]:
    """The places of the moved inputs of each move, behind those of the point."""
    for i, j in of:
        last = first + (i != j)
        yield first, last
        first = last + 1
