"""What is heard of one context: the referee's word, and where he has none, what else is known of it."""

from diffcheck.audit.conditions.world import world
from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.trials.differences import by_differences, no_number
from diffcheck.audit.trials.hearing import Hearing
from diffcheck.audit.trials.hearing_of_torch import HearingOfTorch
from diffcheck.audit.trials.lines import along_a_line
from diffcheck.audit.trials.loss import court_of
from diffcheck.audit.trials.ruling import Heard, Ruling
from diffcheck.audit.trials.screen import Screened
from diffcheck.errors import RAISED

# A context of more numbers is not heard.
MOST = 4_500


def heard(subject: Subject, screened: Screened) -> Heard:
    """The referee's ruling on a context that was screened."""
    if not screened.gradients:
        return Heard(Ruling.OPEN, "there is nothing to compare")
    here = world(subject, screened.context)
    if here.numbers > MOST:
        found = by_differences(subject, here, screened)
        return found or Heard(Ruling.OPEN, f"{here.numbers:,} numbers are too many to certify here")
    if not all(t.numel() for t in here.asked.values()):
        # Of an empty batch there is a gradient, by what is shared; of empty rows nobody need have thought.
        batch = next(iter(here.asked.values())).shape[:1] == (0,)
        found = by_differences(subject, here, screened) if batch else None
        return found or Heard(Ruling.OPEN, "an input is empty")
    try:
        case, court = court_of(subject, here, screened, screened.format)
        if subject.of_torch:
            return HearingOfTorch(subject, here, screened, case, court).ruling()
        hearing = Hearing(subject, here, screened, case, court)
        found = hearing.ruling()
        if found.ruling is not Ruling.WRONG and no_number(screened):
            # Where the truth is not known, or there is none, there are conventions; none of them is NaN.
            found = by_differences(subject, here, screened) or found
        if found.ruling is Ruling.RIGHT and screened.suspects and hearing.bends_one_way:
            found = along_a_line(subject, here, screened) or found
        return found
    except RAISED as reason:
        told = " ".join(str(reason).split())[:300]
        return by_differences(subject, here, screened) or Heard(Ruling.OPEN, told)
