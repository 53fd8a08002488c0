"""What an engine answers at a point, and what is thought of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from diffcheck.case.case import Array
from diffcheck.judgement.judgements import Judgements
from diffcheck.judgement.numbers import Judgement, worst
from diffcheck.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """One engine's values at one point, and the judgement on each component; on the whole where there are none."""

    values: Array | None
    judgements: Judgements
    seconds: float = float("nan")
    """How long the engine took."""

    @property
    def worst(self) -> Judgement:
        """The judgement that speaks for the point."""
        return self.judgements[self.judgements.speaking]


@dataclass(frozen=True, slots=True)
class Testimony:
    """All that an engine said in one task, and the verdict on it."""

    engine: str
    unit_roundoff: float
    verdict: Verdict
    answers: Sequence[Answer]
    breaks: bool = False
    """Whether a contract is broken, whatever the numbers say."""


def speaking(answers: Sequence[Answer]) -> tuple[int, Answer]:
    """The answer that speaks for the task, and the number of its point."""
    by_point = [a.worst for a in answers]
    k = by_point.index(worst(by_point))
    return k, answers[k]
