"""What can be seen of a wrong number from outside, without knowing the code that made it."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from diffcheck.formats import FORMATS
from diffcheck.judgement.answer import Answer
from diffcheck.judgement.appeals import other_function
from diffcheck.judgement.court import Question
from diffcheck.judgement.dispute import Dispute
from diffcheck.ops import balls
from diffcheck.referee.component import Component, Status
from diffcheck.referee.neighbours import neighbouring_slopes

# Ratios of value to truth that differ by no more than this part of what they differ from one by are one factor.
_SAME_FACTOR = 2.0**-10
# How many wrong components are named.
_NAMED = 3


def symptoms(dispute: Dispute, record: Sequence[tuple[Question, Answer]]) -> str:
    """What is wrong with the number, in words; never empty.

    Parameters
    ----------
    record:
        All questions that the engine was asked, and its answers.
    """
    seen = list(_nonfinite(dispute)) or list(_finite(dispute, record))
    return "; ".join([*seen, *_rest_right(dispute, record)])


def _nonfinite(dispute: Dispute) -> Iterator[str]:
    if not math.isfinite(dispute.value):
        name = "NaN" if math.isnan(dispute.value) else "infinity" if dispute.value > 0 else "-infinity"
        yield f"{name} from finite inputs, where a finite derivative exists"


def _finite(dispute: Dispute, record: Sequence[tuple[Question, Answer]]) -> Iterator[str]:
    if dispute.truth.status is not Status.CERTIFIED:
        yield "outside the one-sided derivatives"
        return
    value, truth = dispute.value, _number(dispute.truth)
    if value == 0:
        yield "exactly 0"
        return
    if truth == 0:
        yield "the derivative is 0"
        return
    factor = _factor(record)
    piece = _piece(dispute)
    twin = _twin(dispute)
    if factor is not None:
        yield f"{_factor_text(factor)}, wherever it is wrong"
    elif abs(value / truth + 1) <= _SAME_FACTOR:
        yield "the truth with the other sign"
    elif twin:
        yield f"that is the derivative by {twin}"
    elif piece:
        known = dispute.witness.value(dispute.question.point) is not None
        right = known and not other_function(dispute.court, dispute.witness, dispute.question)
        yield f"{'the value is right, ' if right else ''}the slope is that of another piece of {piece}"
    elif dispute.court.format.name == "float64" and _of_single_precision(value, truth):
        yield "the error is as large as one rounding to float32 makes it"
    else:
        wrong_sign = "; the sign is wrong" if (value < 0) != (truth < 0) else ""
        yield f"off by {abs(value / truth - 1):.2g} of the truth{wrong_sign}"


def _factor(record: Sequence[tuple[Question, Answer]]) -> float | None:
    """The one factor by which all wrong numbers differ from the truth; ``None`` without, or with a single truth."""
    ratios, truths = [], set()
    for question, answer in record:
        if answer.values is None:
            continue
        for value, judgement, truth in zip(
            answer.values.tolist(), answer.judgements, question.truth.components, strict=True
        ):
            if judgement.verdict.fails and truth.status is Status.CERTIFIED and math.isfinite(value) and value != 0:
                size = _number(truth)
                if size == 0 or not math.isfinite(size):
                    return None
                ratios.append(value / size)
                truths.add(size)
    if len(truths) < 2:
        return None
    middle = float(np.median(ratios))
    same = all(abs(r - middle) <= _SAME_FACTOR * abs(middle - 1) for r in ratios)
    return middle if same else None


def _factor_text(factor: float) -> str:
    if abs(factor + 1) <= _SAME_FACTOR:
        return "the truth with the other sign"
    inverse = 1 / factor
    if abs(factor) < 1 and abs(inverse - round(inverse)) <= _SAME_FACTOR:
        return f"1/{round(inverse)} of the truth" if inverse > 0 else f"-1/{-round(inverse)} of the truth"
    return f"{factor:.6g} times the truth"


def _twin(dispute: Dispute) -> str:
    """Another component whose truth the number is; empty if there is none."""
    if abs(dispute.value) == 0:
        return ""
    for c, (component, bound) in enumerate(
        zip(dispute.question.truth.components, dispute.question.bounds, strict=True)
    ):
        if c == dispute.component or component.status is not Status.CERTIFIED or bound is None:
            continue
        apart = abs(balls.ball_of_float(dispute.value) - component.left)
        if apart.upper() <= bound.inherent.mid() and not component.left.overlaps(dispute.truth.left):
            return dispute.court.labels[c]
    return ""


def _piece(dispute: Dispute) -> str:
    """The operation made of pieces of which the number is another piece's slope; empty if there is none."""
    court = dispute.court
    found = neighbouring_slopes(court.referee, dispute.question.x, dispute.component)
    bound = dispute.bound
    for text, slope in found:
        allowed = balls.ZERO if bound is None else bound.inherent.mid()
        near = abs(balls.ball_of_float(dispute.value) - slope.left).upper()
        relative = court.format.unit_roundoff**0.75 * abs(slope.left).mid()
        if near <= max(allowed, relative):
            return text
    return ""


def _of_single_precision(value: float, truth: float) -> bool:
    """Whether a double is off by about what a few roundings to single precision leave."""
    relative = abs(value / truth - 1)
    unit = FORMATS["float32"].unit_roundoff
    return unit / 64 <= relative <= 16 * unit


def _rest_right(dispute: Dispute, record: Sequence[tuple[Question, Answer]]) -> Iterator[str]:
    """Which components of the same answer are wrong, where others are right."""
    answer = next(a for q, a in record if q is dispute.question)
    wrong = [dispute.court.labels[c] for c, j in enumerate(answer.judgements) if j.verdict.fails]
    right = sum(j.verdict.judged and not j.verdict.fails for j in answer.judgements)
    if right and wrong:
        which = ", ".join(wrong[:_NAMED]) + (f" and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else "")
        others = "the other component is" if right == 1 else f"the other {right} components are"
        yield f"{which} wrong, {others} right"


def _number(component: Component) -> float:
    return float(component.left.mid())
