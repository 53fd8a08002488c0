"""The condition under which an operation is wrong, in words, from contexts around the smallest one that fails."""

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diffcheck.audit.answers.atoms import Atom, above, comparisons, of_kind, of_size, products
from diffcheck.audit.answers.contents import contents
from diffcheck.audit.answers.rules import Rules
from diffcheck.audit.conditions.context import ORDINARY, Context
from diffcheck.audit.design import Design
from diffcheck.audit.subjects.declared import FREE
from diffcheck.audit.trials.ruling import Ruling
from diffcheck.audit.trials.screen import Screened
from diffcheck.audit.trials.trial import Trials

# What multiplies every gradient by zero, or all but one, tells right from wrong in few places.
_BLIND = {
    *(("incoming", "zeros"), ("incoming", "single"), ("incoming", "first")),
    *(("values", "zeros"), ("values", "negative zero"), ("use", "slice"), ("use", "last row")),
}
# So many contexts are heard for the sake of the words.
_HEARD = 12


@dataclass(frozen=True)
class Condition:
    """When an operation is wrong.

    Attributes
    ----------
    atoms:
        What must hold together; empty if it is wrong in every context that was tried around the smallest.
    agree, missed, others, right:
        In how many contexts it is wrong as the condition says, right although it holds, wrong although it does not,
        right as it says.
    """

    atoms: tuple[Atom, ...]
    agree: int = 0
    missed: int = 0
    others: int = 0
    right: int = 0

    @property
    def tried(self) -> int:
        """In how many contexts right can be told from wrong."""
        return self.agree + self.missed + self.others + self.right

    @property
    def words(self) -> str:
        """The condition as a sentence: with "if and only if" where no context that was tried contradicts it."""
        both = " and ".join(atom.words for atom in self.atoms)
        if not both:
            return "wrong in every context" if not self.missed else "wrong in nearly every context"
        if self.missed and self.others:
            return f"wrong where {both}, among others"
        if self.missed:
            return f"wrong only if {both}"
        return f"wrong {'if' if self.others else 'if and only if'} {both}"


def explained(trials: Trials, design: Design, smallest: Context, until: float) -> Condition:
    """The condition, tried one choice at a time around the smallest context, and held against all contexts tried."""
    atoms: dict[str, Atom] = {}
    for kind, names in design.kinds.items():
        failing, passing = _sides(trials, design, smallest, kind, names, until)
        if not passing:
            continue
        if kind.startswith("size:"):
            found = of_size(kind[5:], failing, passing)
        else:
            found = of_kind(design, smallest, kind, failing, passing)
        if found is not None:
            atoms[kind] = found
    _hear_others(trials, smallest, until)
    return _refined(trials, design, smallest, atoms)


def _hear_others(trials: Trials, smallest: Context, until: float) -> None:
    """Have some contexts heard that look wrong at other values than the smallest one's: they may have it in common."""
    usual = (ORDINARY["values"], smallest["values"])
    others = (s for s in trials.counted if s.suspicious and s.context["values"] not in usual)
    for seen in itertools.islice((s for s in others if s.context["precision"] == smallest["precision"]), _HEARD):
        if time.monotonic() > until:
            return
        trials.hear(seen.context)


def _sides(
    trials: Trials, design: Design, smallest: Context, kind: str, names: Sequence[Any], until: float
) -> tuple[list[Any], list[Any]]:
    """The choices of a kind with which the smallest context is still wrong, and those with which it is right."""
    failing, passing = [smallest[kind]], list[Any]()
    for name in names:
        if name == smallest[kind] or (kind, name) in _BLIND or name == 0 or time.monotonic() > until:
            continue
        candidate = design.changed(smallest, kind, name)
        if candidate is None or _moves_others(smallest, candidate, kind):
            continue
        seen = trials.screen(candidate)
        if seen.counts:
            (failing if trials.seems_wrong(candidate) else passing).append(name)
    return failing, passing


def _moves_others(smallest: Context, candidate: Context, kind: str) -> bool:
    """Whether other sizes had to change as well: what that shows says nothing of this one."""
    return any(f"size:{n}" != kind and candidate.sizes[n] != v for n, v in smallest.sizes.items())


def _refined(trials: Trials, design: Design, smallest: Context, atoms: Mapping[str, Atom]) -> Condition:
    """The rule made of what was found around the smallest context, or of what fits all contexts much better."""
    seen = list(_telling(trials, smallest, "precision" in atoms))
    rules = Rules(seen, [_is_wrong(trials, s) for s in seen])
    names = [n for n in design.subject.space.values if n not in FREE]
    thresholds = (atom for n in names for atom in above({s.context.sizes[n] for s in seen}, n))
    pool = itertools.chain(thresholds, comparisons(names), contents(trials.subject, seen), products(names))
    best = rules.best(list(atoms.values()), pool)
    return Condition(best, *rules.counts(best))


def _telling(trials: Trials, smallest: Context, in_all_formats: bool) -> Iterator[Screened]:
    """The contexts in which right can be told from wrong: with as many digits as where it is seen, for one."""
    for seen in trials.counted:
        unlike = [kind for kind in ("incoming", "values", "use") if seen.context[kind] != smallest[kind]]
        blind = any((kind, seen.context[kind]) in _BLIND for kind in unlike)
        alike = in_all_formats or seen.context["precision"] == smallest["precision"]
        # What only looks wrong, at values where much does, says nothing.
        doubtful = seen.suspicious and seen.context["values"] not in (ORDINARY["values"], smallest["values"])
        heard = seen.context.key in trials.hearings
        known = heard or not (doubtful or trials.subject.of_torch) or bool(seen.raised or seen.breaches)
        if alike and known and not blind and 0 not in seen.context.sizes.values():
            yield seen


def _is_wrong(trials: Trials, seen: Screened) -> bool:
    if trials.subject.of_torch:
        return bool(trials.accused(seen.context))
    heard = trials.hearings.get(seen.context.key)
    return seen.suspicious and (heard is None or heard.ruling is Ruling.WRONG or bool(seen.broken or seen.raised))
