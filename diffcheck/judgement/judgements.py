"""What is thought of the components of an answer, one by one or together."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from diffcheck.case.case import Array
from diffcheck.judgement.numbers import Judgement, rank
from diffcheck.judgement.sketch import Places, Sketch
from diffcheck.verdict import Verdict

_DOUBTFUL = [verdict for verdict in Verdict if verdict is not Verdict.AGREE]


@dataclass(frozen=True, eq=False)
class Judgements:
    """The judgement on each component, in order.

    Attributes
    ----------
    told:
        Those that were judged one by one, by their components in order. The one that speaks for all, the largest error
        and the fewest digits are among them, and all that fail.
    sketch:
        What is certain of all others; ``None`` where there are none.
    """

    told: Mapping[int, Judgement]
    sketch: Sketch | None = None

    def __len__(self) -> int:
        return len(self.told) if self.sketch is None else len(self.sketch.kind)

    def __getitem__(self, component: int) -> Judgement:
        if self.sketch is None or component in self.told:
            return self.told[component]
        return self.sketch.judgement(component)

    def __iter__(self) -> Iterator[Judgement]:
        return (self[component] for component in range(len(self)))

    @cached_property
    def speaking(self) -> int:
        """The component whose judgement speaks for all."""
        return max(self.told, key=lambda component: rank(self.told[component]))

    def worst_among(self, components: Places) -> int:
        """The component, of these, whose judgement speaks for them: the first of the worst."""
        for part in self._ranks:
            found = part[components]
            components = components[found == found.max()]
        return int(components[0])

    def worst_doubtful(self, most: int) -> list[int]:
        """The components that do not agree, at most so many, the worst first."""
        components = np.array(self.of(*_DOUBTFUL), int)
        order = np.lexsort(-self._ranks[::-1, components])
        return [int(c) for c in components[order[:most]]]

    @cached_property
    def _ranks(self) -> Array:
        """What `rank` says of each component, a row for each of its parts."""
        found = np.zeros((4, len(self))) if self.sketch is None else self.sketch.ranks()
        found[:, list(self.told)] = np.array([rank(j) for j in self.told.values()], float).T
        return found

    def of(self, *verdicts: Verdict) -> list[int]:
        """The components with one of these verdicts."""
        found = {c for c, j in self.told.items() if j.verdict in verdicts}
        if self.sketch is not None:
            kinds = [k for k, j in enumerate(self.sketch.kinds) if j.verdict in verdicts]
            found |= set(np.flatnonzero(np.isin(self.sketch.kind, kinds)).tolist()) - self.told.keys()
        return sorted(found)

    def doubtful(self) -> Iterator[tuple[int, Judgement]]:
        """All judgements with their components, but for what is sketched as right."""
        components = {*self.told, *self.of(*_DOUBTFUL)}
        return ((component, self[component]) for component in sorted(components))

    @property
    def error_ulp(self) -> Array:
        """The error of each component; NaN if there is nothing to compare."""
        found = np.empty(len(self)) if self.sketch is None else self.sketch.error_ulp.copy()
        found[list(self.told)] = [j.error_ulp for j in self.told.values()]
        return found

    def changed(self, change: Callable[[Judgement], Judgement]) -> "Judgements":
        """The same with every judgement changed."""
        sketch = self.sketch and replace(self.sketch, kinds=list(map(change, self.sketch.kinds)))
        return Judgements({c: change(j) for c, j in self.told.items()}, sketch)
