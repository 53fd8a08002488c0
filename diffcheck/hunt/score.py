"""How bad an answer is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from flint import arb, ctx

from diffcheck.judgement.answer import Answer
from diffcheck.judgement.numbers import PRECISION, Judgement, rank
from diffcheck.verdict import Verdict

Rank = tuple[int, bool, float, float]
_NOT_JUDGED: Rank = (-1, False, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Score:
    """What is kept of an answer at a point; of several components of the one that speaks for all.

    Attributes
    ----------
    rank:
        The larger, the worse, in the order in which a run has its worst point, with two differences: what passes
        without losing digits is one level, and what nobody could judge comes last.
    unexplained:
        The decimal digits by which the error exceeds all that is allowed: both bounds, and the method's own estimate.
        Below zero inside of it; infinite where no number came.
    lost:
        The decimal digits by which the error exceeds what it is blamed for exceeding: all that is allowed if the
        verdict fails, else what rounding leaves any algorithm. An error as large as the truth has lost all of them.
    """

    verdict: Verdict
    rank: Rank
    unexplained: float
    lost: float
    no_digit: bool
    digits: float
    digits_possible: float

    @property
    def nearness(self) -> tuple[bool, float]:
        """How near an answer is to a failing one, to a tenth of a digit: the larger, the nearer."""
        return self.verdict.fails, round(self.unexplained, 1)

    @property
    def shown(self) -> tuple[int, bool, float]:
        """How bad an answer is, to a tenth of a digit: as a report shows it."""
        level, no_digit, lacking, _ = self.rank
        return level, no_digit, round(lacking, 1)


def score_of(answer: Answer, errors: Sequence[float | None]) -> Score:
    """The score of an answer.

    Parameters
    ----------
    errors:
        The method's own estimates of its absolute errors, one for each component; empty if there is no answer.
    """
    judgement = answer.worst
    own = errors[answer.judgements.speaking] if errors else None
    allowed = max(judgement.formula_ulp, _ulps(judgement, own))
    unexplained = _digits_beyond(judgement, allowed, judgement.error_ulp)
    error = min(judgement.error_ulp, _truth_ulp(judgement))
    lost = _digits_beyond(judgement, allowed if judgement.verdict.fails else 0.0, error)
    return Score(
        judgement.verdict,
        _rank(judgement),
        unexplained,
        lost,
        judgement.no_digit,
        judgement.digits,
        judgement.digits_possible,
    )


def _rank(judgement: Judgement) -> Rank:
    if not (judgement.verdict.judged or judgement.verdict.fails):
        return _NOT_JUDGED
    severity, no_digit, lacking, excess = rank(judgement)
    level = severity if judgement.verdict.fails or judgement.verdict is Verdict.LOSSY else 0
    return level, no_digit, lacking, excess


def _ulps(judgement: Judgement, own: float | None) -> float:
    """An engine's own estimate in units in the last place; zero if it makes none."""
    if own is None or own != own or judgement.measure is None:
        return 0.0
    with ctx.workprec(PRECISION):
        return judgement.measure.ulps(arb(own))


def _truth_ulp(judgement: Judgement) -> float:
    """The truth in units in the last place; infinite where it is zero, which no error is as large as."""
    if judgement.measure is None or judgement.measure.magnitude.is_zero():
        return math.inf
    with ctx.workprec(PRECISION):
        return judgement.measure.ulps(judgement.measure.magnitude)


def _digits_beyond(judgement: Judgement, more: float, error: float) -> float:
    """The decimal digits by which an error exceeds the larger of the inherent bound and ``more``, all in ulps."""
    if judgement.verdict in (Verdict.NONFINITE, Verdict.ERROR):
        return math.inf
    allowed = max(judgement.inherent_ulp, more)
    if not error > 0 or allowed != allowed or allowed == math.inf:
        return -math.inf
    # Of two numbers that are far apart the quotient may be zero.
    return math.log10(error) - math.log10(allowed) if allowed > 0 and error < math.inf else math.inf
