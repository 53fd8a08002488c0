"""What may still excuse a failing number, or accuse a passing one.

A failing number is excused by the rounding errors of the program that the engine says it evaluates, and by a
comparison that the format cannot decide. A passing one is accused where the function itself is another one.
"""

from collections.abc import Iterator
from dataclasses import replace

from diffcheck.judgement.court import Court, Question
from diffcheck.judgement.dispute import Dispute
from diffcheck.judgement.numbers import Judgement, judge, worst
from diffcheck.judgement.witness import Witness
from diffcheck.referee.component import Component, Status, is_tight
from diffcheck.referee.truth import Truth
from diffcheck.verdict import Reason, Verdict


def by_own_code(judgement: Judgement, dispute: Dispute) -> Judgement:
    """The judgement by the rounding errors of the program that the engine evaluates, if it says which."""
    code, bound = dispute.witness.code, dispute.bound
    if code is None or bound is None:
        return judgement
    formula = code.formula(dispute.question.x, dispute.component, dispute.question.truth.precision)
    if formula is None:
        return judgement
    found = dispute.judged(replace(bound, formula=max(bound.formula, formula)))
    if found.reason is Reason.WRONG and not formula.is_finite():
        return replace(found, reason=Reason.OVERFLOW)
    return found


def by_near_tie(judgement: Judgement, dispute: Dispute) -> Judgement:
    """The judgement on a value that may be another piece's, where the format cannot tell them apart."""
    court, question = dispute.court, dispute.question
    if not court.near_ties.explain(dispute.value, question.truth, question.x, dispute.component):
        return judgement
    here, *others = map(_wrong, _of_each_piece(court, dispute.witness, question))
    if not here and all(others):
        return judgement  # the engine's own value is that of the right piece: it did tell them apart
    note = court.near_ties.text(court.near_ties.at(question.truth, question.x), court.label)
    return replace(judgement, verdict=Verdict.LOSSY, reason=Reason.BRANCH, note=note)


def of_function(court: Court, witness: Witness, question: Question) -> Judgement | None:
    """The judgement on the value of the function itself, like that on the derivative; ``None`` if nobody tells it.

    Where the format cannot tell pieces apart, the value of any of them is right.
    """
    found = list(_of_each_piece(court, witness, question))
    return found[0] if all(map(_wrong, found)) else next(j for j in found if not _wrong(j))


def other_function(court: Court, witness: Witness, question: Question) -> str:
    """What is wrong with the value of the function itself; empty if nothing is."""
    found = of_function(court, witness, question)
    return found.note if found is not None and found.verdict.fails else ""


def _wrong(judgement: Judgement | None) -> bool:
    return judgement is not None and (judgement.verdict.fails or judgement.no_digit)


def _of_each_piece(court: Court, witness: Witness, question: Question) -> Iterator[Judgement | None]:
    """The judgement on the value against the piece at the point, then against what the format takes for it."""
    values = witness.value(question.point)
    ties = court.near_ties.at(question.truth, question.x)
    for truth in (question.truth, *(other for tie in ties for other in tie.others)):
        found = [] if values is None else list(_values_judged(court, question, truth, values))
        yield worst(found) if found else None


def _values_judged(court: Court, question: Question, truth: Truth, values: list[float]) -> Iterator[Judgement]:
    for row, (bound, exact) in zip(truth.rows, court.values(truth, question), strict=True):
        if is_tight(exact):
            found = judge(values[row], None, Component(Status.CERTIFIED, exact, exact), bound, court.format)
            note = f"the function itself gives {values[row]!r}, its definition {exact.str(17, radius=False)}"
            yield replace(found, note=note)
