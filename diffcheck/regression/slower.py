"""Whether tasks take longer than they did, by a test on interleaved rounds."""

import math
import statistics
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Rounds = Sequence[float]
LEVEL = 0.01
"""The chance that unchanged tasks, all of them together, have one called slower; and of each interval to miss."""
# A spread is told from so many rounds at least.
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Effect:
    """How many times as long a task takes, with its interval, and the chance of that if nothing had changed much."""

    ratio: float
    low: float
    high: float
    p: float

    def __str__(self) -> str:
        return f"{self.ratio:.2f} times as long, between {self.low:.2f} and {self.high:.2f}, p = {self.p:.1g}"


def effect(old: Rounds, new: Rounds, factor: float) -> Effect | None:
    """How the times of a task differ; ``None`` where there are not enough to tell.

    Parameters
    ----------
    old, new:
        Times in rounds, each over that of a yardstick in the same round, so that the machine's speed cancels.
    factor:
        What counts as slower.

    Notes
    -----
    Welch's t-test on logarithms, in which a slow machine is a shift and most rounds are normal. The mean of logarithms
    is that of a symmetric distribution its median, so the ratio is one of medians. The hypothesis is that the ratio is
    at most the square root of the factor: it lies in the middle, on a scale of ratios, between a task that is as it
    was and one that is slower by the factor, so that to call the first one slower and to miss the second are equally
    far. A ratio must exceed it by what chance explains. What differs between two processes with the same code (where
    memory lies, for one) is in no spread of rounds; the square root is there for that, too.
    """
    if min(len(old), len(new)) < _FEWEST or min(*old, *new) <= 0:
        return None
    from scipy import stats

    before, after = ([math.log(x) for x in rounds] for rounds in (old, new))
    squares = [_variance(logs) / len(logs) for logs in (before, after)]
    shift, error = _mean(after) - _mean(before), math.sqrt(sum(squares))
    if error == 0:
        return Effect(math.exp(shift), math.exp(shift), math.exp(shift), float(shift <= math.log(factor) / 2))
    freedom = sum(squares) ** 2 / sum(s**2 / (len(x) - 1) for s, x in zip(squares, (before, after), strict=True))
    half = error * float(stats.t.ppf(1 - LEVEL / 2, freedom))
    p = float(stats.t.sf((shift - math.log(factor) / 2) / error, freedom))
    return Effect(math.exp(shift), math.exp(shift - half), math.exp(shift + half), p)


def slower(times: Mapping[Key, tuple[Rounds, Rounds]], factor: float) -> dict[Key, Effect]:
    """The tasks that are slower by a factor, of all that were timed then and now.

    The level holds for all of them together (Holm, 1979): the least p is held against ``LEVEL`` over the number of
    tasks, the next one against ``LEVEL`` over one less, and so on until one is not below.
    """
    known = {key: found for key, (old, new) in times.items() if (found := effect(old, new, factor)) is not None}
    chosen: dict[Key, Effect] = {}
    for place, key in enumerate(sorted(known, key=lambda key: known[key].p)):
        if not known[key].p <= LEVEL / (len(known) - place):
            break
        chosen[key] = known[key]
    return chosen


def the_slower(one: Rounds, other: Rounds) -> tuple[float, ...]:
    """Those rounds of which the median is larger; of none the others.

    A task that was timed in a good moment would be slower ever after.
    """
    return tuple(max(one, other, key=lambda rounds: statistics.median(rounds) if rounds else 0.0))


def _mean(values: Rounds) -> float:
    return math.fsum(values) / len(values)


def _variance(values: Rounds) -> float:
    mean = _mean(values)
    return math.fsum((x - mean) ** 2 for x in values) / (len(values) - 1)
