"""How a task differs from what it was."""

import math
from enum import StrEnum

from diffcheck.case.audited import AUDIT
from diffcheck.regression.entry import Entry
from diffcheck.verdict import NO_DIGIT, Reason


class Group(StrEnum):
    """The ways to differ, in the order in which they are told."""

    BROKE = "broke"
    """It fails and did not."""
    WORSE = "worse"
    """A verdict further down, another failure, a further finding, or digits lost."""
    SLOWER = "slower"
    """By a test on interleaved rounds."""
    BETTER = "better"
    """A verdict further up, or a finding less."""
    FIXED = "fixed"
    """It failed and does not any more."""
    NEW = "new"
    """Nothing is known of it from before."""
    GONE = "gone"
    """Something was known of it, and it was not met."""
    NOT_COMPARABLE = "not comparable"
    """The case itself is another one."""

    @property
    def bad(self) -> bool:
        """Whether somebody should look at it before anything is merged."""
        return self in (Group.BROKE, Group.WORSE, Group.SLOWER)


# Errors of these kinds are the same wherever they are computed, but for rounding; of all others beyond every bound
# nobody knows how large they are elsewhere.
_SYSTEMATIC = (Reason.WRONG, Reason.VALUE, Reason.KINK_SIDE)


def difference(old: Entry, new: Entry, operator: str) -> tuple[Group, str] | None:
    """In which way an outcome differs from an older one, with what was; ``None`` if it does not.

    The verdict, and what is found beside it, are to stay. The reason counts where the task fails: a known failure for
    another reason is another failure. Of an operation on trial (``audit``) another context may speak each time: its
    reason and its digits are not compared. For the digits see `has_lost`.
    """
    if old.definition and new.definition and old.definition != new.definition:
        return Group.NOT_COMPARABLE, f"the case is defined otherwise than when it was {old}"
    if old.fails != new.fails:
        return (Group.BROKE if new.fails else Group.FIXED), f"was {old}"
    if old.verdict is not new.verdict:
        return (Group.WORSE if new.verdict.severity > old.verdict.severity else Group.BETTER), f"was {old}"
    if old.findings != new.findings:
        less = _names(new) < _names(old)
        return (Group.BETTER if less else Group.WORSE), f"was {old}"
    if operator == AUDIT:
        return None
    if old.reason != new.reason and new.fails:
        return Group.WORSE, f"was {old}"
    if has_lost(old, new):
        return Group.WORSE, f"was {old} with {_digits(old)}, and the bounds of then do not allow {_digits(new)}"
    return None


def has_lost(old: Entry, new: Entry) -> bool:
    """Whether more digits are lost than rounding on another machine explains.

    Notes
    -----
    Let r be an error over the `inherent` bound of its point: the factor by which it exceeds what any algorithm may be
    off by (``lost`` is its logarithm, and none of a value within the bound). Rounding is another one with each library
    and processor; by the bounds of the older outcome it may add as much as a = ``10**may_lose`` at any of the points:
    the largest `formula` over `inherent` there, or the method's own estimate of its error over `inherent`, which is
    the bound of a finite difference. What was off by r, for whatever reason, may thus be off by r + a, and a new error
    is a loss only if it is not within that.

    What agrees within `inherent` has lost nothing: r is at most 1, as the bound is the question's and the question is
    the same. Of a ``lossy`` task the older formula says what may go: a worse one has larger bounds of its own, and
    shows against the older. Of a failure whose error is systematic (a wrong formula, another value) the sum holds as
    well. Of one that is rounding beyond every bound no bound is known; there it counts whether any digit is right.
    """
    if new.fails and new.reason not in _SYSTEMATIC:
        return old.digits > NO_DIGIT and new.digits <= NO_DIGIT
    allowed = max(_factor(old.may_lose), 1.0)
    return _factor(new.lost) > _factor(old.lost) + allowed


def _factor(digits: float) -> float:
    """The factor of so many digits; 1 where there are none to count."""
    return 1.0 if digits != digits else float("inf") if digits > 300 else 10.0**digits


def _names(entry: Entry) -> set[str]:
    return set(filter(None, entry.findings.split(", ")))


def _digits(entry: Entry) -> str:
    return "no digits" if entry.digits != entry.digits else f"{math.floor(entry.digits * 10) / 10:.1f} digits"
