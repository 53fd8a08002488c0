"""What can be seen of a wrong number from outside, without knowing the code that made it.

What is said of a number must hold wherever the same component is wrong: one coincidence is no symptom.
"""

import math
from collections.abc import Iterator, Sequence

from diffcheck.formats import FORMATS
from diffcheck.judgement.answer import Answer
from diffcheck.judgement.appeals import other_function
from diffcheck.judgement.court import Question
from diffcheck.judgement.dispute import Dispute
from diffcheck.judgement.factor import common_factor
from diffcheck.ops.enclosures import balls
from diffcheck.ops.enclosures.decimals import brief
from diffcheck.referee.component import Component
from diffcheck.referee.neighbours import neighbouring_slopes
from diffcheck.verdict import Verdict

Record = Sequence[tuple[Question, Answer]]
# A number is taken for another truth when it is that truth but for a few roundings.
_ROUNDINGS = 4
# A factor so near to one is told as an error.
_NEAR_ONE = 1e-3
# How many wrong components are named.
_NAMED = 3
_FAILING = [verdict for verdict in Verdict if verdict.fails]
_PASSING = [verdict for verdict in Verdict if verdict.judged and not verdict.fails]


def symptoms(dispute: Dispute, record: Record) -> str:
    """What is wrong with the number, in words; never empty.

    Parameters
    ----------
    record:
        All questions that the engine was asked, and its answers.
    """
    seen = [_nonfinite(dispute.value)] if not math.isfinite(dispute.value) else list(_finite(dispute, record))
    return "; ".join([*seen, *_rest_right(dispute, record)])


def _nonfinite(value: float) -> str:
    name = "NaN" if math.isnan(value) else "infinity" if value > 0 else "-infinity"
    return f"{name} from finite inputs, where a finite derivative exists"


def _finite(dispute: Dispute, record: Record) -> Iterator[str]:
    factor = common_factor(record, dispute.court.format, lambda j: j.verdict.fails or j.no_digit, *_evidence(record))
    piece = _piece(dispute, record)
    if not dispute.truth.has_value:
        yield "outside the one-sided derivatives" if factor is None else _factor_text(factor)
        return
    value, truth = dispute.value, _number(dispute.truth)
    twin = _twin(dispute, record)
    if value == 0:
        yield f"exactly 0{_not_followed(dispute)}"
    elif truth == 0:
        yield f"the derivative is {brief(dispute.truth.left)}"
    elif factor is not None:
        yield _factor_text(factor)
    elif _nearly(dispute, value, -truth):
        yield "the truth with the other sign"
    elif twin:
        yield f"that is the derivative {twin}"
    elif not piece:
        yield _size(dispute, record, value, truth)
    if piece:
        yield piece


def _not_followed(dispute: Dispute) -> str:
    """That a library gives no gradient by what is asked, for which zero stands; empty where it gives one."""
    court, unused = dispute.court, dispute.witness.unused(dispute.question.point)
    if court.operator.full:
        unused = [name for name in unused if dispute.component % court.width in court.columns([name])]
    elif len(unused) < len(court.case.wrt):
        return ""
    names = ", ".join(f"`{name}`" for name in unused)
    return f": {dispute.witness.engine.name} gives no gradient, for to it the result does not depend on {names}" * bool(
        names
    )


def _evidence(record: Record) -> tuple[int, int]:
    """At how many points a factor must be seen, with how many different truths: of one point alone, with three."""
    return (2, 2) if len(record) > 1 else (1, 3)


def _size(dispute: Dispute, record: Record, value: float, truth: float) -> str:
    if dispute.court.format.name == "float64" and _of_single_precision(record):
        return "the error has the size of float32's rounding, wherever it is wrong"
    wrong_sign = "; the sign is wrong" if (value < 0) != (truth < 0) else ""
    relative = abs(balls.ball_of_float(value) / dispute.truth.left - 1)
    return f"off by {brief(relative, 2)} of the truth{wrong_sign}"


def _factor_text(factor: float) -> str:
    where = "wherever it is wrong"
    if abs(factor - 1) < _NEAR_ONE:
        return f"off by {abs(factor - 1):.2g} of the truth, {where}"
    if abs(factor + 1) < _NEAR_ONE:
        return f"the truth with the other sign, {where}"
    inverse = 1 / factor
    if abs(round(inverse)) > 1 and abs(inverse - round(inverse)) < _NEAR_ONE:
        return f"{'-' if inverse < 0 else ''}1/{abs(round(inverse))} of the truth, {where}"
    return f"{factor:.6g} times the truth, {where}"


def _nearly(dispute: Dispute, value: float, other: float) -> bool:
    """Whether a number is another one, which a float holds, but for a few roundings."""
    return math.isfinite(other) and abs(value - other) <= _ROUNDINGS * dispute.court.format.unit_roundoff * abs(other)


def _wrong_ones(dispute: Dispute, record: Record) -> Iterator[tuple[Question, float]]:
    """Where the disputed component is wrong, and what is said there."""
    for question, answer in record:
        if answer.values is not None:
            judgement = answer.judgements[dispute.component]
            if judgement.verdict.fails or judgement.no_digit:
                yield question, float(answer.values[dispute.component])


def _twin(dispute: Dispute, record: Record) -> str:
    """The one other component whose truth the number is, wherever it is wrong; empty if there is none."""
    found: set[int] | None = None
    for question, value in _wrong_ones(dispute, record):
        here = question.truth.components[dispute.component]
        same = {
            c
            for c, other in enumerate(question.truth.components)
            if other.has_value
            and here.has_value
            and not other.left.overlaps(here.left)
            and _nearly(dispute, value, _number(other))
        }
        found = same if found is None else found & same
    return dispute.court.spoken(found.pop()) if found is not None and len(found) == 1 else ""


def _piece(dispute: Dispute, record: Record) -> str:
    """The operation made of pieces of which the numbers are another piece's slopes; empty if there is none."""
    court = dispute.court
    found: set[str] | None = None
    for question, value in _wrong_ones(dispute, record):
        slopes = neighbouring_slopes(court.referee, question.x, dispute.component)
        same = {text for text, slope in slopes if _nearly(dispute, value, _number(slope))}
        found = same if found is None else found & same
        if not found:
            break
    if not found:
        return ""
    known = dispute.witness.value(dispute.question.point) is not None
    right = known and not other_function(court, dispute.witness, dispute.question)
    return f"{'the value is right, ' if right else ''}the slope is that of another piece of {min(found, key=len)}"


def _of_single_precision(record: Record) -> bool:
    """Whether all doubles that are wrong are off by about what a few roundings to single precision leave."""
    unit = FORMATS["float32"].unit_roundoff
    relative = [
        abs(float(answer.values[component]) / _number(truth) - 1)
        for question, answer in record
        if answer.values is not None
        for component in answer.judgements.of(*_FAILING)
        if (truth := question.truth.components[component]).has_value and _number(truth) != 0
    ]
    return bool(relative) and unit / 16 <= max(relative) <= _ROUNDINGS * unit


def _rest_right(dispute: Dispute, record: Record) -> Iterator[str]:
    """Which components of the same answer are wrong, where others are right."""
    answer = next(a for q, a in record if q is dispute.question)
    wrong = [dispute.court.spoken(c).split(" ", 1)[1] for c in answer.judgements.of(*_FAILING)]
    right = len(answer.judgements.of(*_PASSING))
    if right and wrong:
        which = ", ".join(wrong[:_NAMED]) + (f" and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else "")
        others = "the other component is" if right == 1 else f"the other {right} components are"
        yield f"{which} wrong, {others} right"


def _number(component: Component) -> float:
    return float(component.left.mid())
