"""What leads to the points where the precondition of a core holds: the relations of the alternative that is nearest."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from diffcheck.case.toward import HOLDS, Toward, difference
from diffcheck.program.compile import Compiled
from diffcheck.program.trace import trace
from diffcheck.sources.formula import Formula
from diffcheck.sources.fpcore.lists import List, Node
from diffcheck.sources.fpcore.translate import Callee, translated


@dataclass(frozen=True, slots=True)
class _Relation:
    """Two neighbours in a chain such as ``(< x y z)``."""

    sign: str
    left: Callable[[Mapping[str, float]], float]
    right: Callable[[Mapping[str, float]], float]

    def gap(self, values: Mapping[str, float]) -> float:
        """By how much the left one is larger."""
        return difference(self.left(values), self.right(values))

    def holds(self, values: Mapping[str, float]) -> bool:
        return bool(HOLDS[self.sign](self.gap(values)))


def toward(choices: Sequence[Sequence[Node]], names: tuple[str, ...], callees: Mapping[str, Callee]) -> Toward | None:
    """What leads to the relations of any of some alternatives; `None` if one has none."""
    every = [[r for part in parts for r in _relations(part, names, callees)] for parts in choices]

    def nearest(values: Mapping[str, float]) -> Sequence[_Relation]:
        return min(every, key=lambda relations: _distance(relations, values))

    return Toward(nearest) if every and all(every) else None


def _relations(part: Node, names: tuple[str, ...], callees: Mapping[str, Callee]) -> list[_Relation]:
    """Those of neighbours in a chain, of all pairs if they are to be different; none of what is no chain."""
    if not (isinstance(part, List) and part.head in HOLDS):
        return []
    sides = [_compiled(translated(term, names, "", callees=callees, infinite=True)) for term in part.items[1:]]
    pairs = itertools.combinations(sides, 2) if part.head == "!=" else itertools.pairwise(sides)
    return [_Relation(part.head, x, y) for x, y in pairs]


def _compiled(side: Formula) -> Callable[[Mapping[str, float]], float]:
    """The number that one side is at named numbers: hundreds of thousands are asked for."""
    names = side.argument_names
    code = Compiled(trace(side, dict.fromkeys(names, ()), {}))
    return lambda values: float(code.at([values[name] for name in names]))


def _distance(relations: Sequence[_Relation], values: Mapping[str, float]) -> tuple[int, float]:
    """How many relations do not hold, and by how much."""
    gaps = [abs(relation.gap(values)) for relation in relations if not relation.holds(values)]
    return len(gaps), sum(gap if gap == gap else math.inf for gap in gaps)
