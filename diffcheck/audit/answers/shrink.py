"""From a context in which an operation is wrong to the smallest one."""

import time
from collections.abc import Callable
from typing import Any

from diffcheck.audit.conditions.context import Context
from diffcheck.audit.design import Design
from diffcheck.audit.subjects.declared import FREE
from diffcheck.audit.trials.trial import Trials


def shrunk(trials: Trials, design: Design, start: Context, until: float, by: Callable[[Context], Any]) -> Context:
    """The context with every choice that need not be unusual made ordinary, and the sizes as small as they go.

    Parameters
    ----------
    until:
        When to stop, on the clock of `time.monotonic`.
    by:
        What must stay the same of a context.
    """
    fault = by(start)
    kept = start

    def still(candidate: Context | None) -> bool:
        if candidate is None or time.monotonic() > until:
            return False
        return bool(by(candidate) == fault)

    for _ in range(2):  # a choice may be ordinary once another one is
        before = kept
        for kind in design.kinds:
            if kind.startswith("size:") or kept[kind] == design.ordinary[kind]:
                continue
            candidate = kept.with_choice(kind, design.ordinary[kind])
            kept = candidate if still(candidate) else kept
        alike = kept.with_sizes(design.ordinary.sizes)
        kept = alike if still(alike) else kept
        for name in kept.sizes:
            for value in _smaller(design, kept, name):
                smaller = design.changed(kept, f"size:{name}", value)
                if smaller is not None and still(smaller):
                    kept = smaller
                    break
        if kept.key == before.key:
            break
    return kept


def with_ones(trials: Trials, design: Design, start: Context, until: float) -> Context:
    """The context with sizes of one, where the same is wrong there by no less: it is shorter to read."""
    fault, kept = trials.accused(start), start
    for name in start.sizes:
        candidate = None if name in FREE else design.changed(kept, f"size:{name}", 1)
        if candidate is None or 1 not in design.subject.space.values[name] or time.monotonic() > until:
            continue
        if trials.accused(candidate) == fault and not _error(trials, candidate) < _error(trials, kept) / 2:
            kept = candidate
    return kept


def _error(trials: Trials, context: Context) -> float:
    heard = trials.hearings.get(context.key)
    return float("inf") if heard is None else heard.error


def _smaller(design: Design, context: Context, name: str) -> list[object]:
    values = design.subject.space.values[name]
    if name in FREE:
        return [v for v in values if len(v) < len(context.sizes[name])]
    # With one row or column a context shows less: sums have one term, and much cancels.
    return sorted(v for v in values if 1 < v < context.sizes[name])
