"""All measurements of a run, one after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from diffcheck.case.case import Case
from diffcheck.claims.claim import Measured
from diffcheck.claims.families import ROSENBROCK
from diffcheck.claims.library import support
from diffcheck.claims.operations import counts
from diffcheck.claims.plain import CONSTRUCTS, WAYS, tried
from diffcheck.claims.steps import cancelling, curves, kept, population
from diffcheck.claims.swell import all_lengths
from diffcheck.claims.times import costs

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Extent:
    """How far each measurement goes: the largest sizes, and the points for each function."""

    counted: int
    timed: int
    written: int
    points: int


FULL = Extent(counted=10_000, timed=1_000_000, written=16, points=16)
QUICK = Extent(counted=100, timed=100, written=8, points=4)


def measured(extent: Extent, cases: Sequence[Case], told: Callable[[str], None] = lambda _: None) -> Measured:
    """The figures of all claims.

    Parameters
    ----------
    cases:
        Those whose derivatives are counted; none leaves the claims on libraries unmeasured.
    told:
        Is told what comes next.
    """

    def next_comes(what: str, call: Callable[[], T]) -> T:
        told(what)
        return call()

    subjects, points = population(extent.points)
    return Measured(
        counts=next_comes("operations", lambda: tuple(counts(extent.counted))),
        costs=next_comes("times", lambda: tuple(costs(ROSENBROCK, extent.timed))),
        curves=next_comes("steps", lambda: curves(subjects, points)),
        kept=next_comes("digits", lambda: kept(subjects, points)),
        cancelling=cancelling(),
        constructs=next_comes("constructs", lambda: tuple(tuple(tried(c, way) for _, way in WAYS) for c in CONSTRUCTS)),
        lengths=next_comes("formulas", lambda: tuple(all_lengths(extent.written))),
        support=next_comes(f"{len(cases)} cases", lambda: tuple(support(cases))) if cases else (),
    )
