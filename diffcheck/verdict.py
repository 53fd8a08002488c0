"""The words for the outcome of a comparison, from the best to the worst, and for its reason."""

import math
from dataclasses import dataclass
from enum import StrEnum

# A value that is off by half of the truth has no digit right: not even the first rounds to the same.
NO_DIGIT = math.log10(2.0)


class Verdict(StrEnum):
    """From the best to the worst; the verdict of a task is the worst of its points."""

    AGREE = "agree"
    """The error is within `inherent`."""
    KINK = "kink"
    """No derivative exists and the value lies between the left and the right one."""
    ILL_CONDITIONED = "ill-conditioned"
    """Within `inherent`, which itself leaves less than half of the format's digits."""
    UNDEFINED = "undefined"
    """The function or its derivative does not exist there."""
    LOSSY = "lossy"
    """Outside `inherent`, within `formula`: the formula throws away digits that exist."""
    UNSUPPORTED = "unsupported"
    """The engine says why it cannot."""
    UNCERTAIN = "uncertain"
    """The referee could not certify."""
    DISAGREE = "disagree"
    """Finite, outside both bounds."""
    NONFINITE = "nonfinite"
    """NaN or infinity where a finite truth exists."""
    ERROR = "error"
    """The engine raised."""
    TIMEOUT = "timeout"
    """The engine did not answer in time and was stopped."""
    CRASH = "crash"
    """The engine took its process down."""

    @property
    def severity(self) -> int:
        """Place in the order from best to worst."""
        return _ORDER[self]

    @property
    def fails(self) -> bool:
        """Whether a run with this verdict fails."""
        return self in (Verdict.DISAGREE, Verdict.NONFINITE, *UNANSWERED)

    @property
    def judged(self) -> bool:
        """Whether a point with this verdict was really compared with a truth."""
        return self not in (Verdict.UNDEFINED, Verdict.UNSUPPORTED, Verdict.UNCERTAIN, *UNANSWERED)


_ORDER = {verdict: place for place, verdict in enumerate(Verdict)}
UNANSWERED = (Verdict.ERROR, Verdict.TIMEOUT, Verdict.CRASH)
"""The engine gave no answer to judge."""


class Reason(StrEnum):
    """Why a verdict is not better."""

    NONE = ""
    VALUE = "value"
    """The function itself differs from its definition."""
    INACCURATE = "inaccurate"
    """The error shrinks with precision: the engine computes the right thing badly."""
    BRANCH = "branch"
    """NaN, or the slope of another piece, comes from a branch that is not taken."""
    CANCELLATION = "cancellation"
    """Digits cancel in the derivative's formula."""
    OVERFLOW = "overflow"
    """An intermediate value is too large for the format."""
    UNDERFLOW = "underflow"
    """An intermediate value is too small for the format."""
    TRUNCATION = "truncation"
    """The step of a finite difference cannot be chosen well enough."""
    OVERCONFIDENT = "overconfident"
    """The error is larger than the method's own estimate of it."""
    KINK_SIDE = "kink-side"
    """At a kink the value lies outside the interval of the one-sided derivatives."""
    SINGULAR = "singular"
    """NaN or infinity."""
    WRONG = "wrong"
    """A value that neither rounding nor the formula explains, and whose error does not shrink with precision."""


def no_digit_right(digits: float, possible: float, reason: str) -> bool:
    """Whether no digit is right, or not even the sign, where the format has digits to give.

    The slope of another piece at a comparison that the format cannot decide has no digits of this one.
    """
    return digits <= NO_DIGIT and possible >= 1 and reason != Reason.BRANCH


class Breach(StrEnum):
    """How a backward breaks its contract, whatever its numbers say."""

    NO_GRADIENT = "no-gradient"
    """The output has no graph, or an input gets no gradient, though the derivative is not zero."""
    IGNORES_GRADIENT = "ignores-gradient"
    """The incoming gradient has no influence."""
    NONLINEAR = "nonlinear-gradient"
    """The result is not linear in the incoming gradient."""
    CHANGES_INPUT = "changes-input"
    """An input, a constant, or the result that was returned, is changed in place."""
    CHANGES_GRADIENT = "changes-gradient"
    """The incoming gradient is changed in place."""
    UNREPEATABLE = "unrepeatable"
    """Two calls, or two backward passes through one graph, answer differently."""
    UNDEFINED_GRADIENT = "undefined-gradient"
    """An undefined incoming gradient is not taken for zero."""
    BATCHED_GRADIENT = "batched-gradient"
    """A batch of incoming gradients gives something else than one after the other."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach, and what was seen of it."""

    breach: Breach
    detail: str
    inputs: tuple[str, ...] = ()
    """The inputs that it is about; empty for all."""

    def __str__(self) -> str:
        return f"{self.breach}: {self.detail.replace(';', ',')}"
