"""An answer becomes judgements: the comparison, then the appeals."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from flint import ctx

from diffcheck.case.case import Array
from diffcheck.judgement.answer import Answer
from diffcheck.judgement.appeals import (
    by_exact_code,
    by_finite_terms,
    by_lost_quotients,
    by_meeting_pieces,
    by_near_tie,
    by_own_code,
    of_function,
)
from diffcheck.judgement.court import Court, Question
from diffcheck.judgement.dispute import Dispute
from diffcheck.judgement.factor import common_factor
from diffcheck.judgement.judgements import Judgements
from diffcheck.judgement.numbers import PRECISION, Judgement
from diffcheck.judgement.recorded_code import RecordedCode
from diffcheck.judgement.sketch import Sketch, at_once
from diffcheck.judgement.witness import Witness
from diffcheck.program.program import uncollected
from diffcheck.verdict import Reason, Verdict


def judged(
    court: Court, witness: Witness, question: Question, values: Array, errors: Sequence[float | None]
) -> Judgements:
    """The judgement on each component of an answer.

    Parameters
    ----------
    values, errors:
        The flattened derivative, and the method's own estimates of its errors (``None`` for a method that has none).
    """
    own = list(errors)
    sketch, chosen = at_once(question, values, own, court.format)

    def dispute(component: int) -> Dispute:
        return Dispute(court, witness, question, values, own, component)

    with uncollected():
        disputes = list(map(dispute, sorted({*chosen, *_reopened(witness, question, sketch)})))
        with ctx.workprec(PRECISION):
            compared = [d.judged(d.bound) for d in disputes]
        told = {d.component: _after_appeals(judgement, d) for d, judgement in zip(disputes, compared, strict=True)}
        told |= by_exact_code(told, dispute)
    if witness.tells_own_values and not any(j.verdict.fails for j in told.values()):
        value = of_function(court, witness, question)
        # Where the derivative has lost all its digits it speaks for itself; code that is its own definition may lose
        # those of the value that its formula loses.
        excused = not witness.on_trial or witness.defines or any(j.no_digit for j in told.values())
        if value is not None and (value[1].verdict.fails or (value[1].no_digit and not excused)):
            component = value[0] * (len(values) // court.referee.program.size)
            note = f"{_of_derivative(told.values())}{value[1].note}"
            first = told.get(component) or dispute(component).judged(question.bounds[component])
            told[component] = replace(first, verdict=Verdict.DISAGREE, reason=Reason.VALUE, note=note)
    return Judgements(told, sketch)


def _reopened(witness: Witness, question: Question, sketch: Sketch | None) -> list[int]:
    """The components whose lost digits the definition's formula has excused, where it is not that of the code."""
    code = witness.code
    if sketch is None or not isinstance(code, RecordedCode) or not code.is_own(question.point):
        return []
    lost = [kind for kind, judgement in enumerate(sketch.kinds) if judgement.verdict is Verdict.LOSSY]
    found: list[int] = np.flatnonzero(np.isin(sketch.kind, lost)).tolist()
    return found


def _after_appeals(found: Judgement, dispute: Dispute) -> Judgement:
    if found.verdict.fails or found.verdict is Verdict.LOSSY:
        found = by_own_code(found, dispute)
    if found.verdict.fails:
        found = by_finite_terms(found, dispute)
    if found.verdict.fails:
        found = by_lost_quotients(found, dispute)
    if found.verdict.fails:
        found = by_near_tie(found, dispute)
    if found.verdict.fails:
        found = by_meeting_pieces(found, dispute)
    return found


def _of_derivative(judgements: Iterable[Judgement]) -> str:
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
    return [replace(answer, judgements=answer.judgements.changed(_unexcused)) for answer in answers]


def _unexcused(judgement: Judgement) -> Judgement:
    """A mistake for lost digits."""
    if judgement.verdict is not Verdict.LOSSY or judgement.reason is Reason.BRANCH:
        return judgement
    return replace(judgement, verdict=Verdict.DISAGREE, reason=Reason.WRONG, note="")
