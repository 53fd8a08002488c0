"""One component of an answer, with all that is known of it."""

from dataclasses import dataclass

from diffcheck.case.case import Array
from diffcheck.judgement.court import Court, Question
from diffcheck.judgement.numbers import Judgement, judge
from diffcheck.judgement.witness import Witness
from diffcheck.referee.component import Component
from diffcheck.referee.rounding.bound import Bound


@dataclass(frozen=True, slots=True)
class Dispute:
    """One number of an answer, the question it answers, and who gave it.

    Attributes
    ----------
    values, errors:
        All numbers of the answer, and the method's own estimates of their errors.
    component:
        Which of them is in dispute.
    """

    court: Court
    witness: Witness
    question: Question
    values: Array
    errors: list[float | None]
    component: int

    @property
    def value(self) -> float:
        """The number."""
        return float(self.values[self.component])

    @property
    def truth(self) -> Component:
        """What it should be."""
        return self.question.truth.components[self.component]

    @property
    def bound(self) -> Bound | None:
        """What it may be off by."""
        return self.question.bounds[self.component]

    def judged(self, bound: Bound | None) -> Judgement:
        """The number held against the truth with this bound."""
        return judge(self.value, self.errors[self.component], self.truth, bound, self.court.format, self.question.size)
