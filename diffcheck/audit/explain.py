"""The condition under which an operation is wrong, in words, from contexts around the smallest one that fails."""

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from diffcheck.audit.atoms import Atom, of_kind, of_size, products
from diffcheck.audit.contents import contents
from diffcheck.audit.context import Context
from diffcheck.audit.design import Design
from diffcheck.audit.screen import Screened
from diffcheck.audit.trial import Trials

# What multiplies every gradient by zero tells right from wrong nowhere.
_BLIND = {("incoming", "zeros"), ("values", "zeros"), ("values", "negative zero")}


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

    @property
    def errors(self) -> int:
        """How many contexts contradict it."""
        return self.missed + self.others


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
    return _refined(trials, design, atoms)


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
            (failing if seen.suspicious else passing).append(name)
    return failing, passing


def _moves_others(smallest: Context, candidate: Context, kind: str) -> bool:
    """Whether other sizes had to change as well: what that shows says nothing of this one."""
    return any(f"size:{n}" != kind and candidate.sizes[n] != v for n, v in smallest.sizes.items())


def _refined(trials: Trials, design: Design, atoms: dict[str, Atom]) -> Condition:
    """The condition with what explains more than half of the contexts that contradict it, if anything does."""
    seen = list(_telling(trials))
    best = _counted(seen, tuple(atoms.values()))
    every, sizes = list(atoms.values()), [atom for kind, atom in atoms.items() if kind.startswith("size:")]
    kept: tuple[list[Atom], ...] = ([], sizes, [atom for atom in every if atom not in sizes], every)
    for candidate in itertools.chain(contents(trials.subject, seen), products(list(design.subject.space.values))):
        if not best.errors:
            break
        for others in kept:
            found = _counted(seen, (*others, candidate))
            if found.agree and 2 * found.errors < best.errors:
                best = found
    return best


def _telling(trials: Trials) -> Iterator[Screened]:
    """The contexts in which right can be told from wrong."""
    for seen in trials.counted:
        blind = any((kind, seen.context[kind]) in _BLIND for kind in ("incoming", "values"))
        if not blind and 0 not in seen.context.sizes.values():
            yield seen


def _counted(contexts: Sequence[Screened], atoms: tuple[Atom, ...]) -> Condition:
    counts = [0, 0, 0, 0]
    for seen in contexts:
        says = all(atom.test(seen.context) for atom in atoms)
        counts[2 * (not says) + (says != seen.suspicious if says else not seen.suspicious)] += 1
    return Condition(atoms, *counts)
