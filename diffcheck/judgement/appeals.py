"""What may still excuse a failing number, or accuse a passing one.

A failing number is excused by the rounding errors of the program that the engine says it evaluates, by a comparison
that the format cannot decide, and by pieces that meet where the function has no derivative. A passing one is accused
where the function itself is another one.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from flint import ctx

from diffcheck.formats import Format
from diffcheck.judgement.court import Court, Question
from diffcheck.judgement.dispute import Dispute
from diffcheck.judgement.numbers import Judgement, judge, worst
from diffcheck.judgement.recorded_code import ANOTHER, RecordedCode
from diffcheck.judgement.witness import Witness
from diffcheck.ops.enclosures import balls
from diffcheck.ops.enclosures.decimals import brief, decimal
from diffcheck.referee.beside.around import slopes
from diffcheck.referee.component import Component, Status
from diffcheck.referee.evaluate import Ball
from diffcheck.referee.rounding.bound import FORMULA_FACTOR, Bound
from diffcheck.referee.rounding.near_ties import NearTie, Values
from diffcheck.verdict import Reason, Verdict

# The enclosure of a value tells when its radius is so many times smaller than what any algorithm may be off by.
_NARROW = 1024


def by_own_code(judgement: Judgement, dispute: Dispute) -> Judgement:
    """The judgement by the rounding errors of the program that the engine evaluates, if it says which."""
    code, bound = dispute.witness.code, dispute.bound
    if isinstance(code, RecordedCode):
        return judgement if bound is None else _by_recording(judgement, dispute, code, bound)
    if code is None or bound is None or not judgement.verdict.fails:
        return judgement
    formula = code.formula(dispute.question.x, dispute.component, dispute.question.truth.precision)
    if formula is None:
        return judgement
    return _allowed(dispute, bound, max(bound.formula, formula))


def _allowed(dispute: Dispute, bound: Bound, formula: Ball) -> Judgement:
    """The judgement where a formula may be off by so much."""
    found = dispute.judged(Bound(bound.scale, bound.inherent, formula))
    if found.reason is Reason.WRONG and not formula.is_finite():
        return replace(found, reason=Reason.OVERFLOW)
    return found


def _by_recording(judgement: Judgement, dispute: Dispute, code: RecordedCode, bound: Bound) -> Judgement:
    """The judgement by code that was watched while it ran.

    The definition's formula does not excuse somebody's own backward, which is another one: where that hides something
    it is judged by what any algorithm reaches. It does excuse torch's own kernels, of which a recording knows the
    formula, not the order of all they do, and what is not looked at because torch hides something or it is too large.
    """
    point, precision = dispute.question.point, dispute.question.truth.precision
    own = code.is_own(point)
    if not own and not judgement.verdict.fails:
        return judgement
    another = code.is_another_formula(point, dispute.component, dispute.truth, bound, precision)
    if another and judgement.verdict is not Verdict.NONFINITE:
        return replace(judgement, verdict=Verdict.DISAGREE, reason=Reason.WRONG, note=ANOTHER)
    absent, formula = code.absent(point, precision), code.formula(point, dispute.component, precision)
    if absent is not None and own and absent.hides:
        formula = balls.ZERO
    if formula is None:
        return judgement
    return _allowed(dispute, bound, formula if own else max(bound.formula, formula))


def by_exact_code(told: Mapping[int, Judgement], disputed: Callable[[int], Dispute]) -> dict[int, Judgement]:
    """Judgements on components that a backward of somebody's own makes by another formula, whatever their digits say.

    Parameters
    ----------
    told:
        Judgements by component; those that are not told agree.
    disputed:
        Gives the dispute about a component.
    """
    first = disputed(0)
    code, question = first.witness.code, first.question
    found: dict[int, Judgement] = {}
    if not isinstance(code, RecordedCode) or not code.is_own(question.point):
        return found
    for k, (truth, bound) in enumerate(zip(question.truth.components, question.bounds, strict=True)):
        if k in told and told[k].verdict.fails:
            continue
        if code.is_another_formula(question.point, k, truth, bound, question.truth.precision):
            wrong = replace(disputed(k).judged(bound), verdict=Verdict.DISAGREE, reason=Reason.WRONG, note=ANOTHER)
            found[k] = by_near_tie(wrong, disputed(k))
    return found


def by_finite_terms(judgement: Judgement, dispute: Dispute) -> Judgement:
    """The judgement where the definition's formula overflows and the engine's number came by one that does not.

    Of that the rounding errors are what the definition's would be in a format without an end.
    """
    formula = _without_overflow(dispute, dispute.court.format.wide)
    if formula is None or dispute.bound is None:
        return judgement
    found = _allowed(dispute, dispute.bound, formula)
    return judgement if found.verdict.fails else found


def by_lost_quotients(judgement: Judgement, dispute: Dispute) -> Judgement:
    """The judgement where the definition's formula overflows and a number came of it: what was divided by is lost.

    It is excused what these quotients are, twice for what the first order leaves out.
    """
    formula = _without_overflow(dispute, dispute.court.format.forgetting)
    if formula is None or dispute.bound is None:
        return judgement
    found = _allowed(dispute, dispute.bound, 2 * formula / FORMULA_FACTOR)
    return judgement if found.verdict.fails else replace(found, reason=Reason.OVERFLOW)


def _without_overflow(dispute: Dispute, format: Format) -> Ball | None:
    """What the definition's formula may be off by in this format, where it overflows in its own and a number came.

    ``None`` where it does not, or overflows in this one too.
    """
    bound, question = dispute.bound, dispute.question
    if bound is None or bound.formula.is_finite() or bound.formula.is_nan() or not math.isfinite(dispute.value):
        return None
    found = dispute.court.bounds.at(question.truth, question.x, format)[dispute.component]
    return None if found is None or not found.formula.is_finite() else found.formula


def by_near_tie(judgement: Judgement, dispute: Dispute) -> Judgement:
    """The judgement on a value that may be another piece's, where the format cannot tell them apart."""
    court, question = dispute.court, dispute.question
    in_double = judgement.note == ANOTHER
    near_ties = court.near_ties_in_double if in_double else court.near_ties

    def explained(ties: Sequence[NearTie]) -> bool:
        return near_ties.explain(dispute.value, ties, question.truth, question.x, dispute.component)

    ties = near_ties.at(question.truth, question.x)
    if not explained(ties):
        return judgement
    ties = ties if in_double else _not_refuted(ties, dispute)
    if not explained(ties):
        return judgement
    return replace(
        judgement, verdict=Verdict.LOSSY, reason=Reason.BRANCH, note=near_ties.text(ties, dispute.court.label)
    )


def by_meeting_pieces(judgement: Judgement, dispute: Dispute) -> Judgement:
    """The judgement where pieces meet, so that partial derivatives are no derivative: by those of the pieces."""
    court, question, value = dispute.court, dispute.question, dispute.value
    if judgement.reason not in (Reason.WRONG, Reason.INACCURATE, Reason.KINK_SIDE) or not math.isfinite(value):
        return judgement
    found = slopes(court.referee, question.truth, question.x, dispute.component)
    if not found or dispute.bound is None:
        return judgement
    with ctx.workprec(question.truth.precision):
        known = [*found, *(side for side in (dispute.truth.left, dispute.truth.right) if side is not None)]
        low, high = min(ball.mid() for ball in known), max(ball.mid() for ball in known)
        given, slack = balls.ball_of_float(value), dispute.bound.inherent.mid()
        # Where the function has a derivative all pieces have it.
        if not (high - low > slack and low - given <= slack and given - high <= slack):
            return judgement
    note = f"no derivative: pieces with slopes from {brief(low)} to {brief(high)} meet; the engine says {value:.4g}"
    return replace(judgement, verdict=Verdict.KINK, reason=Reason.NONE, note=note)


def _not_refuted(ties: Sequence[NearTie], dispute: Dispute) -> list[NearTie]:
    """The comparisons without the pieces that the engine's own value of the function is not of.

    Where its value is that of the piece at the point, it did tell this one from those.
    """
    refuted = map(_wrong, _of_each_piece(dispute.court, dispute.witness, dispute.question))
    if next(refuted):
        return list(ties)
    left = [replace(tie, others=tuple(other for other in tie.others if not next(refuted))) for tie in ties]
    return [tie for tie in left if tie.others]


def of_function(court: Court, witness: Witness, question: Question) -> tuple[int, Judgement] | None:
    """The worst judgement on a value of the function itself, like that on a derivative, and of which output it is.

    ``None`` if nobody tells the value. Where the format cannot tell pieces apart, the value of any of them is right.
    """
    pieces = _of_each_piece(court, witness, question)
    here = next(pieces)
    if not _wrong(here):  # most are right, and no other piece is looked at
        return here
    found = list(pieces)
    return None if None in found else next((f for f in found if not _wrong(f)), here)


def other_function(court: Court, witness: Witness, question: Question) -> str:
    """What is wrong with the value of the function itself; empty if nothing is."""
    found = of_function(court, witness, question)
    return found[1].note if found is not None and found[1].verdict.fails else ""


def _wrong(found: tuple[int, Judgement] | None) -> bool:
    return found is not None and (found[1].verdict.fails or found[1].no_digit)


def _of_each_piece(court: Court, witness: Witness, question: Question) -> Iterator[tuple[int, Judgement] | None]:
    """The judgement on the value against the piece at the point, then against what the format takes for it."""
    values = witness.value(question.point)

    def against(known: Values | None) -> tuple[int, Judgement] | None:
        found = {} if values is None else dict(_values_judged(court, question.truth.rows, values, known or []))
        return _worst(found) if found else None

    yield against(court.values(question.truth, question))
    yield from map(against, court.near_ties.values(question.truth, question.x))


def _worst(found: Mapping[int, Judgement]) -> tuple[int, Judgement]:
    chosen = worst(found.values())
    return next(row for row, judgement in found.items() if judgement is chosen), chosen


def _values_judged(
    court: Court, rows: Sequence[int], values: list[float], known: Values
) -> Iterator[tuple[int, Judgement]]:
    if court.operator.weighted:
        values = [math.fsum(w * v for w, v in zip(court.operator.weights, values, strict=True))]
    # Of a large function whose values double precision does not hold nothing is known, and none is judged.
    for row, (bound, exact) in zip(rows if known else (), known, strict=True):
        if exact.rad() * _NARROW <= bound.inherent.mid():
            found = judge(values[row], None, Component(Status.CERTIFIED, exact, exact), bound, court.format)
            right = f", {found.digits:.1f} digits" if 1 <= found.digits < court.format.digits else ""
            whose = "the weighted function" if court.operator.weighted else "the function itself"
            note = f"{whose} gives {values[row]!r}, its definition {decimal(exact, 17)}{right}"
            yield row, replace(found, note=note)
