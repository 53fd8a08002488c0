"""A program made runnable in balls: where it has no pieces, what does not depend on one another is one call.

The groups are those that arrays are computed by (see `diffcheck.program.schedule`).
"""

from collections.abc import Callable, Sequence
from operator import itemgetter

from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Node, is_made_of_pieces, uncollected
from diffcheck.program.schedule import Group, by_level
from diffcheck.referee.evaluate import Ball, Balls, Evaluation, evaluate

Fetch = Callable[[Sequence[Ball]], Sequence[Ball]]


class Enclosures:
    """Every node's enclosure.

    Parameters
    ----------
    known:
        How many of the first nodes are known when the others are asked for.
    """

    @uncollected()
    def __init__(self, nodes: Sequence[Node], known: int = 0) -> None:
        self._nodes = nodes
        self._in_pieces = any(map(is_made_of_pieces, nodes))
        if self._in_pieces:
            return
        later = range(known, len(nodes))
        inputs = [i for i in later if nodes[i][0] == INPUT]
        constants = [i for i in later if nodes[i][0] == CONST]
        self._inputs = _fetch([nodes[i][1][0] for i in inputs])
        self._constants = [nodes[i][1][0] for i in constants]
        groups = by_level(nodes, later)
        row = list(range(len(nodes)))
        for position, number in enumerate((*inputs, *constants, *(i for group in groups for i in group.nodes)), known):
            row[number] = position
        self._steps = [_step(group, row) for group in groups]
        self._in_order = _fetch(row)

    def at(self, inputs: Sequence[Ball], known: Evaluation | None = None) -> Evaluation:
        """What becomes of each node at these inputs, at the working precision of `flint.ctx`."""
        if not self._in_pieces and (known is None or not known.faults):
            rows = [] if known is None else list(known.values)
            rows.extend(self._inputs(inputs))
            rows.extend(map(balls.ball, self._constants))
            if all(step(rows) for step in self._steps):
                return Evaluation(list(self._in_order(rows)))
        # Node by node it is found out which pieces hold, what has no value, and why.
        return evaluate(self._nodes, inputs, Balls(), known=known)


def _step(group: Group, row: Sequence[int]) -> Callable[[list[Ball]], bool]:
    """The call that appends a group's values to those computed before, and says whether all are finite."""
    operation = Primitive.rows[group.name]
    function = operation.on_balls()
    fetch = [_fetch([row[i] for i in column]) for column in zip(*group.operands, strict=True)]
    count, certain = len(group.nodes), operation.keeps_finite

    def step(rows: list[Ball]) -> bool:
        if fetch:
            rows.extend(map(function, *[f(rows) for f in fetch]))
        else:
            rows.append(function())
        return certain or all(x.is_finite() for x in rows[-count:])

    return step


def _fetch(positions: Sequence[int]) -> Fetch:
    """What takes the values at these positions."""
    if not positions:
        return lambda values: ()
    first, count = positions[0], len(positions)
    if list(positions) == list(range(first, first + count)):
        one: Fetch = itemgetter(slice(first, first + count))
        return one
    several: Fetch = itemgetter(*positions)
    return several
