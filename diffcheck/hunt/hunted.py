"""An engine that is hunted: all that it was asked, its worst point, and the climbs from its bad ones."""

import itertools
from collections.abc import Iterator
from functools import partial
from operator import attrgetter

import numpy as np

from diffcheck.engines.base import Engine, Task
from diffcheck.hunt.climb import Key, climb
from diffcheck.hunt.ground import Ground, Place
from diffcheck.hunt.limit import Limit
from diffcheck.hunt.score import Score, score_of
from diffcheck.judgement.court import Court, Question
from diffcheck.judgement.witness import Witness
from diffcheck.runner.examine import asked, heard

# What is climbed in turns: from the worst point, from the one nearest to a failing verdict, from one at random. By less
# than a tenth of a digit nobody climbs: among errors that scatter there would be no end of it.
_SHOWN, _NEARNESS = attrgetter("shown"), attrgetter("nearness")
_PURSUITS: tuple[tuple[Key, bool], ...] = ((_SHOWN, False), (_NEARNESS, False), (_SHOWN, True))


class Hunted:
    """One engine, method, device and dtype.

    Attributes
    ----------
    scores:
        What it came to at each place that it was asked at.

    Raises
    ------
    Unsupported
        With the reason why this engine cannot do the task.
    """

    def __init__(
        self, engine: Engine, task: Task, court: Court, ground: Ground, limit: Limit, generator: np.random.Generator
    ) -> None:
        self.engine = engine
        self.task = task
        self.court = court
        self.ground = ground
        self.scores: dict[Place, Score] = {}
        self._limit = limit
        self._generator = generator
        self._prepared = engine.prepare(task)
        self._witness = Witness(engine, task, self._prepared)
        self._seen: list[Place] = []
        self._climbed: list[Place] = []

    @property
    def worst(self) -> Place | None:
        """The first of the worst places; ``None`` before anything was judged."""
        judged = [place for place, score in self.scores.items() if score.rank[0] >= 0]
        return max(judged, key=lambda place: self.scores[place].rank, default=None)

    def look(self, place: Place, question: Question) -> None:
        """Ask at a place whose truth is known; a later climb may begin there."""
        if place not in self.scores:
            self._seen.append(place)
        self.ask(place, question)

    def ask(self, place: Place, question: Question | None = None) -> Score:
        """The score at a place; what was asked before is known, and not counted again.

        Raises
        ------
        Enough
            If nobody may be asked any more.
        """
        if place in self.scores:
            return self.scores[place]
        self._limit.demand()
        score = self.score(place, question)
        self._limit.counted()
        self.scores[place] = score
        return score

    def score(self, place: Place, question: Question | None = None) -> Score:
        """The score at a place, whatever the limit is; not kept."""
        question = question or self.court.question(self.ground.point(place))
        given = asked(self.task, partial(self._prepared.derivative, question.point))
        return score_of(heard(self.court, self._witness, question, given), given.errors)

    def climb(self, steps: int) -> None:
        """Climb for so many answers.

        A climb that they end is not gone on with: what was seen since may be a better place to begin, and where it had
        come to is one as well.
        """
        for _ in itertools.islice(self._climbing(), steps):
            pass

    def _climbing(self) -> Iterator[None]:
        for key, at_random in itertools.cycle(_PURSUITS):
            # As far as the points that were looked at lie from one another, on an axis.
            reach = [(high - low) // (len(self._seen) + 1) for low, high in zip(*self._ends, strict=True)]
            start = next((place for place in self._starts(key, at_random) if not self._is_known(place, reach)), None)
            if start is None:
                yield
                continue
            summit = start
            for here in climb(self.ask, start, key, self.ground, reach):
                summit = here
                yield
            self._climbed += [start, summit]

    def _starts(self, key: Key, at_random: bool) -> list[Place]:
        """Where a climb may begin, what is best first."""
        if at_random:
            return [self._seen[k] for k in self._generator.permutation(len(self._seen))]
        return sorted(self.scores, key=lambda place: key(self.scores[place]), reverse=True)

    @property
    def _ends(self) -> tuple[Place, Place]:
        return self.ground.low, self.ground.high

    def _is_known(self, place: Place, reach: list[int]) -> bool:
        """Whether a climb began or ended near a place."""
        return any(all(abs(a - b) <= r for a, b, r in zip(place, known, reach, strict=True)) for known in self._climbed)
