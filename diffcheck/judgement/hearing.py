"""An answer becomes judgements: the comparison, then the appeals."""

from collections.abc import Sequence
from dataclasses import replace

from diffcheck.case.case import Array
from diffcheck.judgement.appeals import by_near_tie, by_own_code, of_function
from diffcheck.judgement.court import Court, Question
from diffcheck.judgement.dispute import Dispute
from diffcheck.judgement.numbers import Judgement
from diffcheck.judgement.witness import Witness
from diffcheck.referee.component import Status
from diffcheck.verdict import Breach, Finding, Reason, Verdict


def judged(
    court: Court, witness: Witness, question: Question, values: Array, errors: Sequence[float | None]
) -> list[Judgement]:
    """The judgement on each component of an answer.

    Parameters
    ----------
    values, errors:
        The flattened derivative, and the method's own estimates of its errors (``None`` for a method that has none).
    """
    found = [_judged(Dispute(court, witness, question, values, list(errors), c)) for c in range(len(values))]
    if witness.on_trial and not any(j.verdict.fails for j in found):
        value = of_function(court, witness, question)
        # Where the derivative has lost all its digits it speaks for itself.
        lost = value is not None and value.no_digit and not any(j.no_digit for j in found)
        if value is not None and (value.verdict.fails or lost):
            found[0] = replace(found[0], verdict=Verdict.DISAGREE, reason=Reason.VALUE, note=value.note)
    return found


def findings(court: Court, witness: Witness) -> list[Finding]:
    """How an implementation on trial breaks its contract at any point, each breach once.

    No gradient is none where the derivative is zero.
    """
    found: dict[Breach, Finding] = {}
    for question in court.questions:
        certified = [c for c in question.truth.components if c.status is Status.CERTIFIED]
        moves = any(not c.left.contains(0) for c in certified)
        for finding in witness.findings(question.point):
            if moves or finding.breach is not Breach.NO_GRADIENT:
                found.setdefault(finding.breach, finding)
    return list(found.values())


def _judged(dispute: Dispute) -> Judgement:
    found = dispute.judged(dispute.bound)
    if found.verdict.fails:
        found = by_own_code(found, dispute)
    if found.verdict.fails:
        found = by_near_tie(found, dispute)
    return found
