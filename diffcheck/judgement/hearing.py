"""An answer becomes judgements: the comparison, then the appeals."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from flint import ctx

from diffcheck.case.case import Array
from diffcheck.judgement.answer import Answer
from diffcheck.judgement.appeals import by_exact_code, by_near_tie, by_own_code, of_function
from diffcheck.judgement.at_once import to_be_judged
from diffcheck.judgement.court import Court, Question
from diffcheck.judgement.dispute import Dispute
from diffcheck.judgement.factor import common_factor
from diffcheck.judgement.numbers import PRECISION, UNREMARKABLE, Judgement
from diffcheck.judgement.witness import Witness
from diffcheck.program.program import uncollected
from diffcheck.verdict import Reason, Verdict


def judged(
    court: Court, witness: Witness, question: Question, values: Array, errors: Sequence[float | None]
) -> list[Judgement]:
    """The judgement on each component of an answer.

    Parameters
    ----------
    values, errors:
        The flattened derivative, and the method's own estimates of its errors (``None`` for a method that has none).
    """
    own = list(errors)
    found = [UNREMARKABLE] * len(values)
    with uncollected():
        disputes = [
            Dispute(court, witness, question, values, own, c) for c in to_be_judged(question, values, own, court.format)
        ]
        with ctx.workprec(PRECISION):
            compared = [dispute.judged(dispute.bound) for dispute in disputes]
        for dispute, judgement in zip(disputes, compared, strict=True):
            found[dispute.component] = _after_appeals(judgement, dispute)
        if witness.code is not None:
            found = by_exact_code(found, partial(Dispute, court, witness, question, values, own))
    if witness.on_trial and not any(j.verdict.fails for j in found):
        value = of_function(court, witness, question)
        # Where the derivative has lost all its digits it speaks for itself; code that is its own definition may lose
        # those of the value that its formula loses.
        excused = witness.defines or any(j.no_digit for j in found)
        if value is not None and (value[1].verdict.fails or (value[1].no_digit and not excused)):
            component = value[0] * (len(found) // court.referee.program.size)
            note = f"{_of_derivative(found)}{value[1].note}"
            found[component] = replace(found[component], verdict=Verdict.DISAGREE, reason=Reason.VALUE, note=note)
    return found


def _after_appeals(found: Judgement, dispute: Dispute) -> Judgement:
    if found.verdict.fails or found.verdict is Verdict.LOSSY:
        found = by_own_code(found, dispute)
    if found.verdict.fails:
        found = by_near_tie(found, dispute)
    return found


def _of_derivative(judgements: Sequence[Judgement]) -> str:
    right = all(j.verdict in (Verdict.AGREE, Verdict.ILL_CONDITIONED) for j in judgements)
    return "the derivative is right, the value is not: " if right else ""


def systematic(court: Court, witness: Witness, answers: Sequence[Answer]) -> list[Answer]:
    """The answers of an implementation on trial, in which one factor at several points is no lost digit.

    What rounding and a formula leave differs from point to point; one factor at all of them is a mistake, also where
    the format holds so few digits that each of the points alone could be excused.
    """
    if not witness.on_trial or any(a.values is None for a in answers):
        return list(answers)
    record = list(zip(court.questions, answers, strict=True))
    factor = common_factor(record, court.format, lambda j: j.verdict is Verdict.LOSSY or j.verdict.fails)
    if factor is None:
        return list(answers)
    wrong = [
        [
            replace(j, verdict=Verdict.DISAGREE, reason=Reason.WRONG, note="")
            if j.verdict is Verdict.LOSSY and j.reason is not Reason.BRANCH
            else j
            for j in answer.judgements
        ]
        for answer in answers
    ]
    return [replace(answer, judgements=found) for answer, found in zip(answers, wrong, strict=True)]
