"""A task with all its answers; ready to be timed."""

from dataclasses import dataclass, field

from diffcheck.case.case import Point
from diffcheck.engines.base import Prepared, Task
from diffcheck.judgement.answer import Answer, Testimony
from diffcheck.results import Curve, Points, Row, TensorRow


@dataclass(slots=True)
class Trial:
    """A task with what an engine said, and its row."""

    task: Task
    row: Row
    prepared: Prepared | None = None
    answers: list[Answer] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    tensors: list[TensorRow] = field(default_factory=list)
    told: list[Points | Curve] = field(default_factory=list)
    """What it came to at its points."""
    first_call_s: float = float("nan")

    @property
    def point(self) -> Point | None:
        """The point at which the task is timed: the last one."""
        return self.points[-1] if self.points else None

    @property
    def testimony(self) -> Testimony:
        """What the engine said, for the consensus."""
        return Testimony(
            self.task.engine, self.task.format.unit_roundoff, self.row.verdict, self.answers, bool(self.row.findings)
        )
