"""Why a verdict is not better: asked once for each task, at its worst point.

A cause is named only where it was found. What is found in the definition's formula is the cause for engines that
evaluate the definition; of somebody's own implementation it is told as what it is, and the rest is what can be seen
from outside.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from diffcheck.errors import Unsupported
from diffcheck.formats import FORMATS
from diffcheck.judgement.answer import Answer
from diffcheck.judgement.appeals import other_function
from diffcheck.judgement.court import Question
from diffcheck.judgement.dispute import Dispute
from diffcheck.judgement.numbers import Judgement
from diffcheck.judgement.recorded_code import ANOTHER, RecordedCode
from diffcheck.judgement.symptoms import symptoms
from diffcheck.ops.enclosures import balls
from diffcheck.ops.enclosures.decimals import brief
from diffcheck.referee.branches import singular_branch
from diffcheck.referee.component import Status
from diffcheck.referee.rounding.bound import INHERENT_FACTOR
from diffcheck.referee.rounding.culprit import Culprit, better_forms
from diffcheck.verdict import Reason, Verdict

# Which two precisions tell whether an error shrinks with precision.
_LADDER = {
    "float64": ("float32", "float64"),
    "float32": ("float32", "float64"),
    "bfloat16": ("bfloat16", "float32"),
    "float16": ("float16", "float32"),
    "tf32": ("tf32", "float32"),
}


def explained(judgement: Judgement, dispute: Dispute, record: Sequence[tuple[Question, Answer]]) -> Judgement:
    """The judgement on a component, with the reason and what is known of where it went wrong.

    Parameters
    ----------
    record:
        All questions that the engine was asked, and its answers.
    """
    if judgement.reason is Reason.VALUE:
        return judgement
    try:
        found = _explained(judgement, dispute, record)
    except Unsupported as reason:  # a cause is looked for number by number
        return replace(judgement, note=_joined(judgement.note, f"no cause is named: {reason}"))
    if dispute.truth.status is Status.CERTIFIED and dispute.truth.reason:
        return replace(found, note=_joined(f"the truth is {dispute.truth.reason}", found.note))
    if dispute.truth.status is Status.ONE_SIDED:
        return replace(found, note=_joined(f"one-sided: {dispute.truth.reason}", found.note))
    return found


def _explained(judgement: Judgement, dispute: Dispute, record: Sequence[tuple[Question, Answer]]) -> Judgement:
    if judgement.verdict is Verdict.UNDEFINED or dispute.truth.status is Status.KINK:
        found = _at_no_derivative(judgement, dispute)
        seen = symptoms(dispute, record) if found.verdict is Verdict.DISAGREE else ""
        return replace(found, note=_joined(found.note, seen))
    match judgement.verdict:
        case Verdict.LOSSY if judgement.reason not in (Reason.TRUNCATION, Reason.BRANCH):
            found = _lossy(judgement, dispute)
            if not (judgement.no_digit and dispute.witness.on_trial):
                return found
        case Verdict.NONFINITE:
            found = _nonfinite(judgement, dispute)
        case Verdict.DISAGREE if judgement.note == ANOTHER:
            # A second version of the code may be another function altogether.
            off = "" if dispute.witness.defines else _value_off(dispute)
            if off:
                return replace(judgement, reason=Reason.VALUE, note=off)
            seen = symptoms(dispute, record) if dispute.judged(dispute.bound).verdict.fails else ""
            return replace(judgement, note=_joined(_another_formula(dispute), seen))
        case Verdict.DISAGREE:
            found = _disagree(judgement, dispute)
        case Verdict.ILL_CONDITIONED:
            return replace(judgement, note=_condition(judgement, dispute))
        case _:
            return judgement
    told = found.reason in (Reason.OVERCONFIDENT, Reason.VALUE)
    return replace(found, note=_joined("" if told else symptoms(dispute, record), found.note))


def _joined(*texts: str) -> str:
    return "; ".join(filter(None, texts))


def _at_no_derivative(judgement: Judgement, dispute: Dispute) -> Judgement:
    """What the point is, and what the engine makes of it."""
    truth = dispute.truth
    says = f"the engine says {dispute.value:.6g}"
    if judgement.verdict is Verdict.NONFINITE:
        judgement = replace(judgement, reason=Reason.SINGULAR)
    if truth.status is Status.KINK:
        below = ("kink", "the slope has a kink", "the second derivative has a kink")
        order = dispute.court.operator.order
        shape = below[order - 1] if order <= len(below) else f"the derivative of order {order - 1} has a kink"
        return replace(judgement, note=f"{shape}: left {brief(truth.left)}, right {brief(truth.right)}; {says}")
    shape = dispute.court.shape(dispute.question, dispute.component)
    return replace(judgement, note=f"{shape}: {_joined(truth.reason, says)}")


def _lossy(judgement: Judgement, dispute: Dispute) -> Judgement:
    """The operation in which digits die: of the engine's own code where that is known, else of the definition."""
    own = _own_culprit(dispute)
    if own is not None:
        advice = _advice(dispute) if isinstance(dispute.witness.code, RecordedCode) else ""
        return replace(judgement, reason=own.reason, note=_joined(own.text, advice))
    found = _culprit(dispute)
    if found is None:
        return judgement
    advice = _advice(dispute, found)
    told = _placed(dispute, found.text) or "rounding errors of which no single operation stands out"
    return replace(judgement, reason=found.reason, note=_joined(told, advice, judgement.note))


def _condition(judgement: Judgement, dispute: Dispute) -> str:
    """What the question itself leaves to any algorithm."""
    court, question = dispute.court, dispute.question
    most = court.bounds.most_moving(question.truth, question.x, dispute.component)
    who = ""
    if most is not None:
        position, value = most
        who = f", most of all in {f'the constant {float(value):.6g}' if position is None else court.label(position)},"
    left = "no digit" if judgement.digits_possible < 1 else f"{judgement.digits_possible:.1f} digits"
    far = f"up to {judgement.inherent_ulp:.2g} ulp" if math.isfinite(judgement.inherent_ulp) else "any number of ulp"
    moved = f"moves the derivative by {far}"
    return f"roundoff in the inputs alone{who} {moved}: it leaves {left} to any algorithm"


def _advice(dispute: Dispute, found: Culprit | None = None) -> str:
    """Which form of the derivative keeps the digits, where the definition has one that loses them; empty if not."""
    smooth = dispute.question.truth.smooth
    if smooth is None:
        return ""
    found = found or _culprit(dispute)
    return better_forms(smooth.program.operation_names()) if found is not None and found.avoidable else ""


def _value_is_beyond(dispute: Dispute) -> bool:
    """Whether there is no value of which a difference could be taken."""
    court, question = dispute.court, dispute.question
    largest = float(court.format.largest)
    return any(abs(value) > largest for _, value in court.values(question.truth, question))


def _nonfinite(judgement: Judgement, dispute: Dispute) -> Judgement:
    own = _own_culprit(dispute)
    if own is not None and own.reason in (Reason.OVERFLOW, Reason.UNDERFLOW):
        return replace(judgement, reason=own.reason, note=own.text)
    found = _culprit(dispute)
    judgement = replace(judgement, reason=Reason.SINGULAR)
    if found is not None and found.reason in (Reason.OVERFLOW, Reason.UNDERFLOW):
        reason = judgement.reason if dispute.witness.on_trial else found.reason
        return replace(judgement, reason=reason, note=_placed(dispute, found.text))
    court = dispute.court
    if dispute.errors[dispute.component] is not None and _value_is_beyond(dispute):
        note = f"the function's own value lies beyond the largest number of {court.format.name}"
        return replace(judgement, reason=Reason.OVERFLOW, note=note)
    if not dispute.witness.on_trial:
        branch = singular_branch(court.program, dispute.question.x, court.case.wrt_positions, court.format, court.label)
        if branch:
            return replace(judgement, reason=Reason.BRANCH, note=f"from the branch that is not taken: {branch}")
        # What has lost some of its digits is still a number; a difference that has lost all may be divided by.
        cause = found if own is None else own
        if cause is not None and cause.digits >= court.format.digits:
            return replace(judgement, reason=cause.reason, note=cause.text)
    in_double = _finite_in_double(dispute)
    return replace(judgement, note="the same in float64 gives a number") if in_double else judgement


def _disagree(judgement: Judgement, dispute: Dispute) -> Judgement:
    off = _value_off(dispute) if judgement.reason in (Reason.OVERCONFIDENT, Reason.WRONG) else ""
    if off:
        return replace(judgement, reason=Reason.VALUE, note=off)
    if judgement.reason is Reason.OVERCONFIDENT:
        error = abs(balls.ball_of_float(dispute.value) - dispute.truth.left)
        claimed = dispute.errors[dispute.component]
        return replace(judgement, note=f"off by {float(error.mid()):.2g}, its own estimate says {claimed:.2g}")
    if judgement.reason is not Reason.WRONG:
        own = _own_culprit(dispute)
        return judgement if own is None else replace(judgement, note=own.text)
    shrunk = _shrinks(dispute)
    reason = Reason.INACCURATE if shrunk else judgement.reason
    return replace(judgement, reason=reason, note=_joined(shrunk, _by_another_order(dispute), _unseen(dispute)))


def _value_off(dispute: Dispute) -> str:
    """What is wrong with the function's own value, where its slope is wrong; empty if nothing is."""
    off = other_function(dispute.court, dispute.witness, dispute.question)
    return f"value and slope are both off: {off}" if off else ""


def _another_formula(dispute: Dispute) -> str:
    """How the code that was recorded differs from the derivative, and which backward of several is to blame."""
    code, point, component = dispute.witness.code, dispute.question.point, dispute.component
    precision = dispute.question.truth.precision
    assert isinstance(code, RecordedCode)
    told = code.another_formula(point, component, dispute.truth, precision)
    return _joined(told, code.to_blame(point, component, dispute.truth, dispute.bound, precision))


def _unseen(dispute: Dispute) -> str:
    """Why nobody could see what somebody's own backward does; empty if somebody could."""
    code, question = dispute.witness.code, dispute.question
    if not isinstance(code, RecordedCode) or not code.is_own(question.point):
        return ""
    absent = code.absent(question.point, question.truth.precision)
    return "" if absent is None else f"its backward is not recorded: {absent.why}"


def _by_another_order(dispute: Dispute) -> str:
    """Whether the order of additions may be all that is wrong; empty if not."""
    bound, value = dispute.bound, dispute.value
    if bound is None or not dispute.truth.has_value:
        return ""
    allowed = bound.in_any_order
    error = abs(balls.ball_of_float(value) - dispute.truth.left)
    if not (allowed.is_finite() and error <= allowed):
        return ""
    return "sums added up in another order than NumPy's and torch's may lose as much"


def _own_culprit(dispute: Dispute) -> Culprit | None:
    code, point = dispute.witness.code, dispute.question.point
    if code is None:
        return None
    if isinstance(code, RecordedCode):
        return code.culprit(point, dispute.component, dispute.question.truth.precision, dispute.court.label)
    return code.culprit(dispute.question.x, dispute.component, dispute.question.truth.precision, dispute.court.label)


def _culprit(dispute: Dispute) -> Culprit | None:
    court, question = dispute.court, dispute.question
    return court.bounds.culprit(question.truth, question.x, dispute.component, court.format, court.label)


def _placed(dispute: Dispute, text: str) -> str:
    """What was found in the definition, called so where another implementation is on trial."""
    return f"in the definition, {text}" if text and dispute.witness.on_trial else text


def _finite_in_double(dispute: Dispute) -> bool:
    """Whether the same engine gives a number in double precision."""
    if dispute.court.format.name == "float64":
        return False
    values = dispute.witness.again("float64", dispute.question.point)
    return values is not None and bool(np.isfinite(values[dispute.component]))


def _shrinks(dispute: Dispute) -> str:
    """How the error, at the point rounded to the lower precision, shrinks as the precision rises; empty if not.

    It shrinks when it falls with the unit roundoff for half of the digits that the higher precision adds: an error
    that rounding makes falls for all of them, one of a wrong formula for none.
    """
    court, question = dispute.court, dispute.question
    names = _LADDER[court.format.name]
    low, high = (FORMATS[name] for name in names)
    rounded = {name: low.round_all(value) for name, value in question.point.items()}
    x = Question(rounded, question.truth, [], None).x
    if not np.isfinite(x).all():
        return ""
    truth = court.referee.truth(x).components[dispute.component]
    if not truth.has_value or truth.left.contains(0):
        return ""
    errors: list[Any] = []
    for name in names:
        values = dispute.witness.again(name, rounded)
        if values is None or not np.isfinite(values[dispute.component]):
            return ""
        errors.append(abs(balls.ball_of_float(float(values[dispute.component])) / truth.left - 1).mid())
    # What one rounding of the lower precision hides tells nothing, and an error that does not come back when the task
    # is prepared anew has nothing to do with precision.
    seen = errors[0] > min(INHERENT_FACTOR * low.unit_roundoff, low.unit_roundoff**0.5)
    again = court.format is low or errors[1] > INHERENT_FACTOR * high.unit_roundoff
    shrinks = errors[1] <= errors[0] * (high.unit_roundoff / low.unit_roundoff) ** 0.5
    if not (seen and again and shrinks):
        return ""
    return f"off by {brief(errors[0], 1)} of the truth in {low.name}, by {brief(errors[1], 1)} in {high.name}"
