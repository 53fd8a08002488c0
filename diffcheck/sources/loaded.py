"""What a source gives."""

from collections.abc import Iterable
from dataclasses import dataclass

from diffcheck.case.audited import Audited
from diffcheck.case.case import Case


@dataclass(frozen=True, slots=True)
class Loaded:
    """Cases and operations on trial, and what is wrong with those that are not among them (each text says where)."""

    cases: tuple[Case, ...]
    problems: tuple[str, ...]
    operations: tuple[Audited, ...] = ()

    @property
    def all(self) -> tuple[Case | Audited, ...]:
        """All that can be run: cases, then operations."""
        return *self.cases, *self.operations


def sorted_out(found: Iterable[Case | Audited], problems: Iterable[str]) -> Loaded:
    """What was found, cases and operations apart."""
    every = tuple(found)
    cases = tuple(c for c in every if isinstance(c, Case))
    return Loaded(cases, tuple(problems), tuple(c for c in every if isinstance(c, Audited)))
