"""A graph that was recorded from somebody's code, with the place in that code where each operation stands."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from diffcheck.program.graph import Graph


class Place(NamedTuple):
    """Where an operation stands.

    Attributes
    ----------
    whose:
        Whose code it is, as a sentence about it begins: ``in your backward``, ``in torch's TanhBackward0``.
    text:
        The expression as it is written; empty where nobody knows.
    where:
        The file and line; empty where nobody knows.
    is_backward:
        Whether it stands in a backward of somebody's own.
    """

    whose: str
    text: str = ""
    where: str = ""
    is_backward: bool = False


class Sourced(NamedTuple):
    """A recorded graph.

    Attributes
    ----------
    places:
        For each node where it was recorded; ``None`` for inputs and constants.
    rounded:
        The formats of fewer digits than the inputs that numbers were rounded to, which the graph says nothing of, by
        name; and for each what does so first.
    """

    graph: Graph
    places: Sequence[Place | None]
    rounded: Mapping[str, str] = MappingProxyType({})
