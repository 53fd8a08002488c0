"""What an engine answers at a point, and a task with all its answers."""

from dataclasses import dataclass, field

from diffcheck.case.case import Array, Point
from diffcheck.engines.base import Prepared, Task
from diffcheck.judgement import Judgement, worst
from diffcheck.results import Row


@dataclass(frozen=True, slots=True)
class Answer:
    """One engine's values at one point, and the judgement on each component."""

    values: Array | None
    judgements: list[Judgement]

    @property
    def worst(self) -> Judgement:
        """The judgement that speaks for the point."""
        return worst(self.judgements)


@dataclass(slots=True)
class Trial:
    """A task with its answers; ready to be timed."""

    task: Task
    row: Row
    prepared: Prepared | None = None
    answers: list[Answer] = field(default_factory=list)
    point: Point | None = None
