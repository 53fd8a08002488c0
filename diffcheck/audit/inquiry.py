"""The whole inquiry: contexts are tried within a budget, a fault is made small and told, else what was tried is."""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch

from diffcheck.audit.answers.explain import explained
from diffcheck.audit.answers.outcome import Audit, Fault
from diffcheck.audit.answers.script import script_of
from diffcheck.audit.answers.shrink import shrunk, with_ones
from diffcheck.audit.budget import seconds_of
from diffcheck.audit.conditions.context import ORDINARY, Context, condition
from diffcheck.audit.conditions.precisions import DTYPES
from diffcheck.audit.design import Design
from diffcheck.audit.examples.inferred import inferred
from diffcheck.audit.examples.smaller import smaller
from diffcheck.audit.late import late_uses, tried_late
from diffcheck.audit.opening import opening
from diffcheck.audit.subjects.modules import opened
from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.subjects.told import subject
from diffcheck.audit.trials.screen import Screened
from diffcheck.audit.trials.trial import LOST, Trials
from diffcheck.errors import UsageError

# Of the budget: what the referee may take for contexts that look right, and what making a fault small may take.
_HEARINGS, _TELLING = 0.4, 0.4
# What second derivatives may take, which few ask for.
_BRIEF = 0.1
# By when those that look wrong must have been heard, so that pairs of conditions get their turn.
_SUSPECTS = 0.7
# Inputs of more numbers than this are heard only where they look wrong, and cannot be made smaller.
_LARGE = 600
# An error of so many times what is suspicious is heard at once, up to so many times in vain.
_FAR, _TRIES = 1e3, 6
# Of the budget: what one hearing may take.
_PATIENCE = 1 / 8
# An error of less than a percent is looked for elsewhere, in so many contexts, where it may be larger.
_SMALL, _OTHERS = 0.01, 6


def audit(
    operation: Callable[..., Any],
    definition: Callable[..., Any] | None = None,
    *,
    inputs: Any = None,
    sizes: Mapping[str, int | Sequence[int]] | None = None,
    relations: Sequence[str] = (),
    dtypes: str | Sequence[str] = DTYPES,
    devices: str | Sequence[str] = ("cpu",),
    seed: int = 0,
    budget: str | float = 10.0,
    surrogate: Callable[..., Any] | None = None,
    at_kinks: str = "any",
    **arguments: Any,
) -> Audit:
    """An operation on trial against its definition over shapes, layouts, uses, incoming gradients, values, precisions.

    Parameters
    ----------
    operation, definition:
        Torch code both, called with the same arguments. Without a definition the operation's own forward, as it is
        recorded, is the definition of its value, and its backward is on trial. Parameters of modules, which both must
        have by the same names and shapes, are inputs.
    inputs:
        ``make(sizes, dtype, seed)``, which gives a tuple or dictionary of arguments; or example tensors, as a unit test
        has them.
    sizes:
        What named sizes may be: ``{"heads": (1, 2, 4), "width": 64}``.
    relations:
        Between sizes: ``"kv_heads divides heads"``, ``"width is a multiple of 8"``.
    budget:
        Seconds, or ``"30s"``.
    surrogate:
        Torch code whose derivative the operation's is meant to be, such as that of a straight-through estimator.
    at_kinks:
        Where no derivative exists: ``any`` value between those of both sides, or ``left``, ``right``, ``zero``.
    **arguments:
        `tensor`, `integers`, `mask`, `lengths`; all else is handed on.

    Raises
    ------
    CaseError
        If inputs, sizes and relations do not fit together, or neither code runs in an ordinary context.
    UsageError
        For a dtype, device or budget that does not exist.
    """
    start = time.monotonic()
    wanted = _listed(dtypes, DTYPES, "dtype")
    places = _listed(devices, ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",), "device")
    _listed(at_kinks, ("any", "left", "right", "zero"), "convention at_kinks")
    operation, definition, arguments = opened(operation, definition, arguments)
    found = subject(operation, definition, arguments, inputs, sizes, relations, surrogate, at_kinks)
    with torch.random.fork_rng():
        return _Inquiry(found, wanted, places, seed, start, seconds_of(budget)).audit()


def assert_operation(
    operation: Callable[..., Any], definition: Callable[..., Any] | None = None, **options: Any
) -> Audit:
    """The audit of an operation in which nothing wrong was found: see `audit` for what it takes.

    Raises
    ------
    AssertionError
        If it is wrong in some context, with the condition, the smallest context and a script; or if nothing could be
        certified.
    """
    found = audit(operation, definition, **options)
    if not found.passed:
        raise AssertionError(repr(found))
    return found


def _listed(given: str | Sequence[str], known: Sequence[str], what: str) -> list[str]:
    names = [given] if isinstance(given, str) else list(given)
    for name in names:
        if name not in known:
            raise UsageError(f"unknown {what} {name!r}: choose from {', '.join(known)}")
    return names


class _Inquiry:
    def __init__(
        self,
        found: Subject,
        dtypes: Sequence[str],
        devices: Sequence[str],
        seed: int,
        start: float,
        budget: float,
    ) -> None:
        self._start, self._budget = start, budget
        self._asked = dtypes, devices, seed
        self._subject = found
        self._lesser: Context | None = None
        self._bent: Context | None = None
        self._late_s = sum(use.late_s for use in late_uses(budget))

    def audit(self) -> Audit:
        """The inquiry from its first context to its text."""
        found = smaller(inferred(self._subject), self._asked[0], self._asked[2])
        first = opening(found, *self._asked, self._budget * _PATIENCE)
        plan, trials = first.plan, first.trials
        guilty = self._searched(trials, plan)
        if guilty is None:
            plan, guilty = tried_late(trials, plan, self._budget)
        guilty = guilty or self._lesser
        fault = None if guilty is None else self._told(trials, plan, guilty)
        seconds = time.monotonic() - self._start
        bent = "" if self._bent is None else f"wrong where {condition('values', self._bent['values'])}"
        second = (bent or first.second) if fault is None else ""
        return Audit(trials.subject.operation.__name__, trials, plan, fault, seconds, second)

    def _left(self, part: float = 1.0) -> float:
        return self._start + part * self._budget - self._late_s - time.monotonic()

    def _briefly(self, contexts: Iterator[Context]) -> Iterator[Context]:
        """As many of some contexts as a small part of the budget holds."""
        start = time.monotonic()
        return itertools.takewhile(lambda _: time.monotonic() - start < _BRIEF * self._budget, contexts)

    def _searched(self, trials: Trials, plan: Design) -> Context | None:
        """The first context in which the operation is wrong for certain."""
        if trials.screen(plan.ordinary).raised:
            return plan.ordinary
        trials.hear(plan.ordinary)
        # What is loaded for the first hearing, and never again, does not count.
        self._start = time.monotonic()
        alone, guilty, tries = list[Screened](), None, 0
        sizes = plan.sizes_in_formats() if trials.subject.of_torch else ()
        second = self._briefly(plan.second_order())
        for context in itertools.chain(second, plan.alone(), plan.ties(), plan.long_sums(), sizes):
            if self._left(0.6) < 0:
                break
            seen = trials.screen(context)
            if seen.counts:
                alone.append(seen)
                plan.covered.update(plan.pairs_of(context))
                # What is far off and small is heard at once, a few times.
                if guilty is None and seen.score > _FAR and tries < _TRIES and plan.numbers(context) <= _LARGE:
                    tries += 1
                    guilty = context if self._accused(trials, context) else None
        guilty = self._worst(trials, plan, alone) if guilty is None else self._plainest(trials, guilty, alone)
        if guilty is not None:
            return guilty
        # What was looked at and is excused is not looked at again together with something else.
        heard = [s.context for s in alone if s.suspicious and s.context.key in trials.hearings]
        excused = [atoms for c in heard if (atoms := frozenset(plan.atoms_of(c)))]
        for seen in alone:
            if self._left(_HEARINGS + 0.2) < 0:
                break
            if plan.numbers(seen.context) <= _LARGE:
                trials.hear(seen.context)
                if self._accused(trials, seen.context):
                    return seen.context
        for context in plan.pairs():
            if self._left() < 0:
                break
            seen = trials.screen(context)
            plan.covered.update(plan.pairs_of(context))
            atoms = frozenset(plan.atoms_of(context))
            to_hear = seen.suspicious or (trials.subject.of_torch and plan.numbers(context) <= _LARGE)
            if not to_hear or any(known <= atoms for known in excused):
                continue
            until = time.monotonic() + self._left() / 4
            small = shrunk(trials, plan, context, until, trials.looks) if seen.suspicious else context
            if self._accused(trials, small):
                return small
            atoms = frozenset(plan.atoms_of(_at_ordinary_sizes(trials, plan, small)))
            excused += [atoms] if atoms else []
        return None

    def _accused(self, trials: Trials, context: Context) -> bool:
        """Whether a context settles the inquiry.

        That torch's formula loses all digits does not, if worse is found. Nor do second derivatives at special values:
        a backward made of signs and sizes is right there, and has none, which is told.
        """
        kind = trials.accused(context)
        if kind == LOST:
            self._lesser = self._lesser or context
        elif kind and context["use"] == "twice" and context["values"] != ORDINARY["values"]:
            self._bent = self._bent or context
            return False
        return kind not in ("", LOST)

    def _worst(self, trials: Trials, plan: Design, seen: Sequence[Screened]) -> Context | None:
        """Of suspicious contexts the first one that is wrong for certain, those that are heard soonest first."""
        usual, lengths = plan.ordinary["precision"], {c.key for c in plan.long_sums()}
        suspicious = sorted(
            (s for s in seen if s.suspicious), key=lambda s: (s.context["precision"] != usual, plan.numbers(s.context))
        )
        for one in suspicious:
            if self._left(_SUSPECTS) < 0:
                break
            tried = [one.context]
            if plan.numbers(one.context) > _LARGE:
                until = time.monotonic() + self._left() / 4
                small = shrunk(trials, plan, one.context, until, trials.looks)
                # Of a long sum the length itself may be what is wrong.
                tried = [small, one.context] if one.context.key in lengths else [small]
            for context in tried:
                if self._accused(trials, context):
                    return self._plainest(trials, context, suspicious)
        return None

    def _plainest(self, trials: Trials, found: Context, seen: Sequence[Screened]) -> Context:
        """Where the same is seen best: an error in late digits may be large elsewhere."""
        heard = trials.hearings.get(found.key)
        if heard is None or not heard.error < _SMALL:
            return found
        for one in sorted((s for s in seen if s.suspicious), key=lambda s: -s.score)[:_OTHERS]:
            other = trials.hear(one.context) if trials.accused(one.context) and not one.broken else None
            if other is not None and _SMALL <= other.error < float("inf"):
                return one.context
        return found

    def _told(self, trials: Trials, plan: Design, guilty: Context) -> Fault:
        """The fault in its smallest context. What makes it readable has time of its own, should the budget be spent."""
        now = time.monotonic()
        until = now + max(self._left(), _TELLING * self._budget)
        smallest = shrunk(trials, plan, guilty, now + (until - now) / 2, trials.accused)
        condition = explained(trials, plan, smallest, until)
        smallest = with_ones(trials, plan, smallest, until)
        seen = trials.screen(smallest)
        heard = trials.hearings.get(smallest.key)
        return Fault(smallest, seen, heard, condition, script_of(trials.subject, seen, heard))


def _at_ordinary_sizes(trials: Trials, plan: Design, small: Context) -> Context:
    """A suspicious context with each size that need not be another one as it is in the ordinary context."""
    look = trials.looks(small)
    for name in small.sizes:
        other = plan.changed(small, f"size:{name}", plan.ordinary.sizes[name])
        small = other if other is not None and trials.looks(other) == look else small
    return small
