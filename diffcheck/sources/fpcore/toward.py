"""What leads to the points where the precondition of a core holds: the relations that it joins by ``and``."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from diffcheck.case.toward import HOLDS, Toward, difference
from diffcheck.sources.formula import Formula
from diffcheck.sources.fpcore.lists import List, Node
from diffcheck.sources.fpcore.translate import Callee, translated


@dataclass(frozen=True, slots=True)
class _Relation:
    """Two neighbours in a chain such as ``(< x y z)``."""

    sign: str
    left: Formula
    right: Formula

    def gap(self, values: Mapping[str, float]) -> float:
        """By how much the left one is larger."""
        with np.errstate(all="ignore"):
            left, right = (
                float(side(**{k: np.float64(v) for k, v in values.items()})) for side in (self.left, self.right)
            )
        return difference(left, right)

    def holds(self, values: Mapping[str, float]) -> bool:
        return bool(HOLDS[self.sign](self.gap(values)))


def toward(condition: Node, names: tuple[str, ...], callees: Mapping[str, Callee]) -> Toward | None:
    """What leads to the relations that a condition joins by ``and``; `None` if there are none."""
    relations = []
    pending = [condition]
    while pending:
        part = pending.pop()
        if isinstance(part, List) and part.head == "and":
            pending += part.items[1:]
        elif isinstance(part, List) and part.head in HOLDS:
            sides = [translated(term, names, "", callees=callees, infinite=True) for term in part.items[1:]]
            relations += [_Relation(part.head, x, y) for x, y in itertools.pairwise(sides)]
    return Toward(lambda _: relations) if relations else None
