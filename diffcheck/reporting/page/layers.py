"""Where each node of a program stands: one layer a depth, and in a layer so that edges cross little."""

from collections.abc import Sequence
from dataclasses import dataclass

# Passes of ordering, each by the mean place of the neighbours in the layer before (Sugiyama, Tagawa, Toda 1981): after
# some they come and go.
_PASSES = 6


@dataclass(frozen=True, slots=True)
class Place:
    """The layer of a node, from the inputs on, and its place in the layer."""

    layer: int
    place: float


def placed(operands: Sequence[Sequence[int]]) -> list[Place]:
    """Places for the nodes of a program, each given by the nodes that it is applied to, all before it.

    >>> placed([(), (), (0, 1)])
    [Place(layer=0, place=0.0), Place(layer=0, place=1.0), Place(layer=1, place=0.5)]
    """
    depth: list[int] = []
    for own in operands:
        depth.append(1 + max((depth[i] for i in own), default=-1))
    used = [[k for k, own in enumerate(operands) if i in own] for i in range(len(operands))]
    for i in range(len(operands) - 1, -1, -1):  # what is given stands just before its first use
        if not operands[i] and used[i]:
            depth[i] = min(depth[k] for k in used[i]) - 1
    layers = [[i for i in range(len(operands)) if depth[i] == d] for d in range(max(depth, default=-1) + 1)]
    place = {i: float(k) for layer in layers for k, i in enumerate(layer)}
    for turn in range(_PASSES):
        neighbours = used if turn % 2 else operands
        for layer in layers[::-1] if turn % 2 else layers:
            wanted = {i: _mean([place[k] for k in neighbours[i]], place[i]) for i in layer}
            place |= {i: float(k) for k, i in enumerate(sorted(layer, key=lambda i: (wanted[i], i)))}
    widest = max(map(len, layers), default=0)
    for layer in layers:
        for i in layer:
            place[i] += (widest - len(layer)) / 2
    return [Place(depth[i], place[i]) for i in range(len(operands))]


def _mean(places: Sequence[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise
