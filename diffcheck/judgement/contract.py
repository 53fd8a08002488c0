"""The contract of a backward, held at every point: which breaches are some, given what the derivative is."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np

from diffcheck.case.case import Array, Point
from diffcheck.judgement.answer import Answer
from diffcheck.judgement.court import Court, Question
from diffcheck.judgement.witness import Witness
from diffcheck.verdict import Breach, Finding

# Where a case has one point only, the other one lies so much nearer to zero.
_NEARBY = 1 - 2.0**-8


def breaches(court: Court, witness: Witness, answers: Sequence[Answer]) -> list[Finding]:
    """How an implementation on trial breaks its contract at any point, each breach once.

    No gradient by an input is none where the derivative by it is zero; who ignores the incoming gradient at one point
    and is merely not linear in it at another is not linear.
    """
    if not witness.on_trial:
        return []
    found: dict[Breach, Finding] = {}
    points = [question.point for question in court.questions]
    for k, (question, answer) in enumerate(zip(court.questions, answers, strict=True)):
        elsewhere = points[k - 1] if len(points) > 1 else _nearby(question.point, court)
        told = witness.findings(question.point, elsewhere, _Slack(court, question))
        for finding in (*told, *_asked_again(witness, question, answer)):
            if finding.breach is not Breach.NO_GRADIENT or _moves(court, question, finding.inputs):
                found.setdefault(finding.breach, finding)
    if Breach.NONLINEAR in found and set(found[Breach.NONLINEAR].inputs) >= set(
        found.get(Breach.IGNORES_GRADIENT, found[Breach.NONLINEAR]).inputs
    ):
        found.pop(Breach.IGNORES_GRADIENT, None)
    return list(found.values())


def _asked_again(witness: Witness, question: Question, answer: Answer) -> Iterator[Finding]:
    if answer.values is None:
        return
    again = witness.asked_again(question.point)
    if again is None:
        yield Finding(Breach.UNREPEATABLE, "asked again, it raises")
    elif not np.array_equal(again, answer.values, equal_nan=True):
        yield Finding(Breach.UNREPEATABLE, "asked again, it has another derivative")


def _moves(court: Court, question: Question, names: tuple[str, ...]) -> bool:
    """Whether some of these inputs (all, if none is named) has a derivative that is not zero.

    Along a direction that all inputs take part in no component speaks of one of them.
    """
    columns = set(court.columns(names or court.case.wrt))
    return any(
        c.has_value and not c.left.contains(0)
        for k, c in enumerate(question.truth.components)
        if k % court.width in columns or not court.operator.full
    )


class _Slack(Mapping[str, Array]):
    """For each input what rounding may leave on its gradient, for incoming ones of one.

    Of first derivatives by all inputs only. It is found when somebody asks: most gradients need no excuse.
    """

    def __init__(self, court: Court, question: Question) -> None:
        self._court = court
        self._question = question

    def __getitem__(self, name: str) -> Array:
        return self._allowed[self._court.columns([name])].reshape(self._court.case.inputs[name].shape)

    def __iter__(self) -> Iterator[str]:
        return iter(self._court.case.wrt)

    def __len__(self) -> int:
        return len(self._court.case.wrt)

    @cached_property
    def _allowed(self) -> Array:
        allowed = np.zeros(self._court.width)
        if self._court.operator.order == self._court.operator.full == 1:
            for k, bound in enumerate(self._question.bounds):
                if bound is not None:
                    worst = max(bound.inherent.mid(), bound.formula.mid())
                    allowed[k % self._court.width] += float(worst) if worst.is_finite() else np.inf
        return allowed


def _nearby(point: Point, court: Court) -> Point:
    return {name: court.format.round_all(_NEARBY * value) for name, value in point.items()}
