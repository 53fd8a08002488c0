"""Torch's own operations on trial, each on a few of torch's samples: the forward as recorded defines."""

import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from diffcheck.audit.answers.outcome import Audit, Fault
from diffcheck.audit.inquiry import audit
from diffcheck.audit.of_torch.catalogue import Entry, TorchCall, entries, samples
from diffcheck.audit.trials.ruling import Ruling
from diffcheck.errors import DiffcheckError

# A sample gets so many seconds of an operation's budget at least: below that no pair of conditions is reached.
_LEAST_S, _MOST_SAMPLES = 1.5, 8


class Outcome(StrEnum):
    """What became of an operation on one sample."""

    CLEAR = "nothing found"
    WRONG = "wrong"
    DIGITS = "no digit left"
    """Wrong as well, by what its formula loses in that format."""
    OPEN = "not recorded"
    """Nothing could be certified, by the reason given."""
    LOST = "lost"
    """It took its process down, or did not come back."""


@dataclass(frozen=True, slots=True)
class Told:
    """One sample of an operation, as it is written to a file.

    Attributes
    ----------
    call:
        The call in Python, with names for tensors.
    what:
        What is wrong, or why nothing was certified.
    place, value, truth:
        Of the gradient by which tensor, where in it, what torch gives, what is right.
    text:
        All that the audit says.
    """

    operation: str
    call: str
    outcome: Outcome
    what: str = ""
    condition: str = ""
    input: str = ""
    place: str = ""
    value: float = float("nan")
    truth: str = ""
    format: str = ""
    contexts: int = 0
    certified: int = 0
    seconds: float = 0.0
    text: str = ""


def told(path: str, name: str, budget: float, seed: int) -> Iterator[Told]:
    """What is found of the operation of this name in a module, sample by sample.

    Parameters
    ----------
    budget:
        Seconds for all samples together.
    """
    warnings.simplefilter("ignore")
    entry = next(entry for entry in entries(path) if entry.name == name)
    left, calls = budget, samples(entry, min(_MOST_SAMPLES, max(1, int(budget / _LEAST_S))))
    if not calls:
        yield Told(name, "", Outcome.OPEN, "none of torch's samples has a small tensor to differentiate by")
    for k, call in enumerate(calls):
        start = time.monotonic()
        yield _on(entry, call, left / (len(calls) - k), seed)
        left = max(left - (time.monotonic() - start), _LEAST_S / 3)


def _on(entry: Entry, call: TorchCall, budget: float, seed: int) -> Told:
    written = call.spelled({}) or entry.name
    start = time.monotonic()
    try:
        found = audit(call, inputs=call.tensors, budget=budget, seed=seed)
    except DiffcheckError as refusal:
        why = " ".join(str(refusal).split())
        return Told(entry.name, written, Outcome.OPEN, why, seconds=time.monotonic() - start)
    seconds = time.monotonic() - start
    counts: dict[str, Any] = {
        "contexts": found.contexts,
        "certified": found.certified,
        "seconds": seconds,
        "text": repr(found),
    }
    if found.fault is not None:
        return _wrong(entry.name, written, found, found.fault, counts)
    if not found.certified:
        return Told(entry.name, written, Outcome.OPEN, _why(found), **counts)
    return Told(entry.name, written, Outcome.CLEAR, **counts)


def _wrong(name: str, written: str, found: Audit, fault: Fault, counts: Mapping[str, Any]) -> Told:
    heard = fault.heard
    # The first line of a fault is the name and what is wrong.
    what = counts["text"].splitlines()[0].removeprefix(f"{found.name}: ")
    if heard is None or heard.ruling is not Ruling.WRONG or not heard.input:
        return Told(name, written, Outcome.WRONG, what, fault.condition.words, **counts)
    where: dict[str, Any] = {
        "input": heard.input,
        "place": str(list(heard.place)),
        "value": heard.value,
        "truth": heard.truth,
    }
    outcome = Outcome.DIGITS if heard.lossy else Outcome.WRONG
    return Told(name, written, outcome, what, fault.condition.words, **where, format=heard.format, **counts)


def _why(found: Audit) -> str:
    """The reason that is given most often for certifying nothing."""
    trials = found.trials
    reasons = [h.reason for h in trials.hearings.values() if h.ruling is Ruling.OPEN]
    reasons = reasons or [s.skipped or s.refused for s in trials.seen.values() if not s.counts]
    return Counter(reasons).most_common(1)[0][0] if reasons else "in every context that was heard it is excused"
