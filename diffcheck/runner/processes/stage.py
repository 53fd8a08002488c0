"""Where a run is: what it does, of which case; and what becomes of that if it does not come back."""

from dataclasses import dataclass, field
from enum import StrEnum

from diffcheck.verdict import Verdict


class Step(StrEnum):
    """What is done; the value says it to a person."""

    READ = "reading the file"
    TRACE = "tracing"
    TRUTH = "truth"
    TASK = "engine"
    AUDIT = "every context"
    CLOCK = "timing"


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a run; what ends it is blamed on all but the ``detail``."""

    step: Step
    source: str
    operator: str = ""
    engine: str = ""
    method: str = ""
    device: str = ""
    dtype: str = ""
    detail: str = field(default="", compare=False)

    def __str__(self) -> str:
        """``cases/x.py::net gradient, truth at point 3 of 12``."""
        return f"{self.subject}, {self.what}"

    @property
    def subject(self) -> str:
        """The file, or the case with the operator."""
        return f"{self.source} {self.operator}".strip()

    @property
    def what(self) -> str:
        """What is done with it."""
        who = f"{self.engine}:{self.method}" if self.engine else ""
        unusual = [self.device] * (self.device not in ("", "cpu")) + [self.dtype] * (self.dtype not in ("", "float64"))
        step = "" if self.step is Step.TASK else str(self.step)
        return " ".join(filter(None, [step, who, *unusual, self.detail]))


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a stage that did not come back: `Verdict.CRASH` or `Verdict.TIMEOUT`, and how it is told."""

    verdict: Verdict
    note: str
