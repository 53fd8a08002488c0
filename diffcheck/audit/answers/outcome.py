"""What an audit found: a fault, or what was tried."""

from dataclasses import dataclass

from diffcheck.audit.answers.explain import Condition
from diffcheck.audit.answers.report import coverage_text, fault_text, summary_text
from diffcheck.audit.conditions.context import Context
from diffcheck.audit.design import Design
from diffcheck.audit.trials.ruling import Heard, Ruling
from diffcheck.audit.trials.screen import Screened
from diffcheck.audit.trials.trial import Trials


@dataclass(frozen=True)
class Fault:
    """Where an operation is wrong.

    Attributes
    ----------
    seen, heard:
        What the screen and the referee say of the smallest context; a breach of the contract is not heard.
    """

    context: Context
    seen: Screened
    heard: Heard | None
    condition: Condition
    script: str


class Audit:
    """What an audit found; prints as text.

    Attributes
    ----------
    fault:
        ``None`` if nothing wrong was found.
    second:
        What is seen of second derivatives: ``refused``, ``right``, ``wrong``, or ``wrong where ...``. Nobody is accused
        of them in the ordinary context, nor at special values: an operation does not say how often it may be
        differentiated.
    """

    def __init__(
        self, name: str, trials: Trials, design: Design, fault: Fault | None, seconds: float, second: str
    ) -> None:
        self.name = name
        self.second = second
        self.trials = trials
        self.design = design
        self.fault = fault
        self.seconds = seconds

    @property
    def passed(self) -> bool:
        """Whether nothing wrong was found, and something was certified, or confirmed where nothing can be."""
        confirmed = any(h.ruling is Ruling.CONFIRMED for h in self.trials.hearings.values())
        return self.fault is None and (self.certified > 0 or confirmed)

    @property
    def contexts(self) -> int:
        """In how many contexts something was compared."""
        return len(self.trials.counted)

    @property
    def certified(self) -> int:
        """In how many of them the referee found the operation right."""
        return sum(h.ruling is Ruling.RIGHT for h in self.trials.hearings.values())

    @property
    def told(self) -> str:
        """What is wrong and under which condition; else what was tried."""
        if self.fault is None:
            return coverage_text("", self.trials, self.design, self.seconds, self.second)
        return summary_text(self.fault.seen, self.fault.heard, self.fault.condition)

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        if self.fault is not None:
            return fault_text(self.name, self.fault.seen, self.fault.heard, self.fault.condition, self.fault.script, [])
        return coverage_text(self.name, self.trials, self.design, self.seconds, self.second)
