"""The question at a point, what an engine answers, and a task with all its answers."""

from dataclasses import dataclass, field
from typing import Any

from diffcheck.case.case import Array, Point
from diffcheck.engines.base import Prepared, Task
from diffcheck.judgement import Judgement, worst
from diffcheck.referee.bounds import Bound
from diffcheck.referee.truth import Truth
from diffcheck.results import Row


@dataclass(frozen=True, slots=True)
class Question:
    """A point with its truth and the bounds on what an answer may be off by."""

    point: Point
    truth: Truth
    bounds: list[Bound | None]
    size: Any
    """The absolute value of the largest component; where all are zero, a typical one of other points."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One engine's values at one point, and the judgement on each component."""

    values: Array | None
    judgements: list[Judgement]
    seconds: float = float("nan")
    """How long the engine took."""

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
    points: list[Point] = field(default_factory=list)
    first_call_s: float = float("nan")

    @property
    def point(self) -> Point | None:
        """The point at which the task is timed: the last one."""
        return self.points[-1] if self.points else None
