"""What a claim is, what is measured for it, and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from diffcheck.claims.library import Support
from diffcheck.claims.operations import Count
from diffcheck.claims.plain import Tried
from diffcheck.claims.steps import Cancelling, Curve, Kept
from diffcheck.claims.swell import Lengths
from diffcheck.claims.times import Cost


class Verdict(StrEnum):
    """What the figures say of a claim."""

    HOLDS = "holds"
    """In all that was measured."""
    WITHIN = "holds within"
    """In a part of it, which the figures name."""
    NOT = "does not hold here"
    """In none of it."""
    UNKNOWN = "not measured"
    """What it is about was not given."""


@dataclass(frozen=True, slots=True)
class Measured:
    """All figures of one run, in the order in which they are taken.

    ``constructs`` has a row for each construct, an outcome for each plain way; ``support`` is empty without cases.
    """

    counts: tuple[Count, ...]
    costs: tuple[Cost, ...]
    curves: tuple[Curve, ...]
    kept: tuple[Kept, ...]
    cancelling: tuple[Cancelling, ...]
    constructs: tuple[tuple[Tried, ...], ...]
    lengths: tuple[Lengths, ...]
    support: tuple[Support, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict with the figures that say so."""

    verdict: Verdict
    figures: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of the textbooks.

    Attributes
    ----------
    name:
        What it is called in the files.
    source:
        Who says so.
    counts:
        What counts as holding.
    judged:
        The verdict from the figures.
    """

    name: str
    statement: str
    source: str
    counts: str
    judged: Callable[[Measured], Finding]


def by_parts(holding: int, parts: int) -> Verdict:
    """The verdict on what holds in so many of several parts.

    >>> by_parts(3, 3), by_parts(1, 3), by_parts(0, 3)
    (<Verdict.HOLDS: 'holds'>, <Verdict.WITHIN: 'holds within'>, <Verdict.NOT: 'does not hold here'>)
    """
    return Verdict.HOLDS if holding == parts else Verdict.WITHIN if holding else Verdict.NOT
