"""The shortest condition that tells the contexts in which something is wrong from the others."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from diffcheck.audit.answers.atoms import Atom
from diffcheck.audit.trials.screen import Screened

Mask = np.ndarray[Any, np.dtype[np.bool_]]
# So many tests are joined to others.
_JOINED = 3


class Counts(NamedTuple):
    """In how many contexts it is wrong as a rule says, right although that holds, wrong although not, right as said."""

    agree: int
    missed: int
    others: int
    right: int

    @property
    def errors(self) -> int:
        """How many contexts contradict the rule."""
        return self.missed + self.others


class Rules:
    """Contexts with their outcome, which rules are held against."""

    def __init__(self, seen: Sequence[Screened], wrong: Sequence[bool]) -> None:
        self._contexts = [s.context for s in seen]
        self._wrong: Mask = np.array(wrong, bool)
        self._masks: dict[str, Mask] = {}

    def counts(self, atoms: Sequence[Atom]) -> Counts:
        """What the contexts say of a rule."""
        return self._counts(self._all(atoms))

    def best(self, found: Sequence[Atom], pool: Iterable[Atom]) -> tuple[Atom, ...]:
        """The rule that fewest contexts contradict, each of its tests keeping half of the contradictions away.

        Parameters
        ----------
        found:
            Tests that were found by changing one thing at a time, which explain more than what merely fits.
        pool:
            Others that may fit.
        """
        best = self._pruned(tuple(found))
        others = list(pool)
        for start in dict.fromkeys([best, ()]):
            grown = self._grown(start, others)
            left, before = self.counts(grown).errors, self.counts(best).errors
            # One test says more than a list of all choices that have it in common.
            if 2 * left < before or (left <= before and _choices(grown) < _choices(best)):
                best = grown
        return best

    def _pruned(self, rule: tuple[Atom, ...]) -> tuple[Atom, ...]:
        """A rule without the tests that do not keep half of the contradictions away."""
        while rule:
            shorter = min(
                (rule[:k] + rule[k + 1 :] for k in range(len(rule))), key=lambda atoms: self.counts(atoms).errors
            )
            left = self.counts(shorter).errors
            if left and left >= 2 * self.counts(rule).errors:
                break
            rule = shorter
        return rule

    def _grown(self, start: tuple[Atom, ...], pool: Sequence[Atom]) -> tuple[Atom, ...]:
        """A rule with tests added as long as each leaves less than half of the contradictions."""
        rule = start
        while len(rule) < _JOINED + len(start) and self.counts(rule).errors and pool:
            mask = self._all(rule)
            added = min(pool, key=lambda atom: self._counts(mask & self._mask(atom)).errors)
            longer = (*rule, added)
            found = self.counts(longer)
            if not found.agree or 2 * found.errors >= self.counts(rule).errors:
                break
            rule = longer
        return rule

    def _counts(self, says: Mask) -> Counts:
        return Counts(*(int(both.sum()) for w in (says, ~says) for both in (w & self._wrong, w & ~self._wrong)))

    def _all(self, atoms: Sequence[Atom]) -> Mask:
        found = np.ones(len(self._contexts), bool)
        for atom in atoms:
            found = found & self._mask(atom)
        return found

    def _mask(self, atom: Atom) -> Mask:
        if atom.words not in self._masks:
            self._masks[atom.words] = np.array([atom.test(c) for c in self._contexts], bool)
        return self._masks[atom.words]


def _choices(rule: Sequence[Atom]) -> int:
    """How many choices a rule lists."""
    return sum(1 + atom.words.count(" or ") for atom in rule)
