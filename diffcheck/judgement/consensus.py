"""What the engines of a case say together."""

from collections.abc import Sequence

import numpy as np

from diffcheck.judgement.answer import Answer, Testimony
from diffcheck.verdict import UNANSWERED, Verdict

_WRONG = (Verdict.LOSSY, Verdict.DISAGREE, Verdict.NONFINITE, *UNANSWERED)


def consensus(testimonies: Sequence[Testimony]) -> tuple[str, list[str]]:
    """``all right``, ``all wrong together``, ``blame: ...`` or ``undecided``, and the engines that are wrong somewhere.

    Together wrong are engines whose values at a point lie closer to one another, ten times at least, than to the truth.
    """
    heard = [t for t in testimonies if t.verdict not in (Verdict.UNSUPPORTED, Verdict.UNCERTAIN, Verdict.UNDEFINED)]
    blamed = list(dict.fromkeys(t.engine for t in heard if t.verdict in _WRONG or t.breaks))
    if not heard:
        return ("undecided: the engines differ" if _differ(testimonies) else "undecided"), []
    if not blamed:
        return "all right", []
    unit = max(t.unit_roundoff for t in heard)
    if len(heard) > 1 and any(_together(answers, unit) for answers in zip(*(t.answers for t in heard), strict=False)):
        return "all wrong together", blamed
    return f"blame: {', '.join(blamed)}", blamed


def _together(answers: Sequence[Answer], unit: float) -> bool:
    """Whether all engines give one and the same wrong value for some component at this point."""
    values = [a.values for a in answers if a.values is not None]
    if len(values) < len(answers):
        return False
    wrong = sorted(set.intersection(*(set(a.judgements.of(Verdict.LOSSY, Verdict.DISAGREE)) for a in answers)))
    table = np.array(values)[:, wrong]
    largest = np.abs(table).max(axis=0)
    nearest_ulp = np.min([a.judgements.error_ulp[wrong] for a in answers], axis=0)
    with np.errstate(invalid="ignore", over="ignore"):  # of values that are no numbers none is the same
        spread_ulp = np.ptp(table, axis=0) / np.where(largest == 0, 1.0, largest) / unit
    return bool((spread_ulp <= nearest_ulp / 10).any())


def _differ(testimonies: Sequence[Testimony]) -> bool:
    """Whether engines that nobody can judge contradict one another beyond half of the digits."""
    for answers in zip(*(t.answers for t in testimonies if t.answers), strict=False):
        values = [a.values for a in answers if a.values is not None]
        if not values or not any(a.judgements.of(Verdict.UNCERTAIN) for a in answers):
            continue
        table = np.array(values)
        spread = np.ptp(table, axis=0)
        if not (spread <= np.abs(table).max(axis=0) * 2.0**-26).all():
            return True
    return False
