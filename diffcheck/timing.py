"""How long calls take: calibrated loops by the standard library's `timeit`, median and spread, one thread.

Calls that are to be compared are timed in turns, a round of each, so that a machine that grows slower or faster treats
all alike.
"""

import gc
import statistics
import timeit
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from diffcheck.errors import RAISED

# Several short rounds tell a spread; each is long enough that the clock's resolution does not matter.
ROUNDS = 5
ROUND_S = 0.004


@dataclass(frozen=True, slots=True)
class Call:
    """What is timed; ``synchronize`` waits for a device that works on its own, inside the clock, once a round."""

    run: Callable[[], object]
    synchronize: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds per call: the median over rounds, and the distance between the quartiles."""

    median_s: float
    iqr_s: float


def measure(
    calls: Sequence[Call], before: Callable[[int], object] = lambda number: None
) -> list[Timing | BaseException]:
    """The time of each call, in turns; for a call that raises, what it raised.

    Parameters
    ----------
    before:
        Is told, outside the clock, which call comes next.
    """
    with threadpool_limits(limits=1):
        loops: list[int | BaseException] = []
        for k, call in enumerate(calls):
            before(k)
            loops.append(_calibrated(call))
        rounds: list[list[float]] = [[] for _ in calls]
        for _ in range(ROUNDS):
            for k, call in enumerate(calls):
                number = loops[k]
                if isinstance(number, int):
                    before(k)
                    try:
                        rounds[k].append(_round(call, number) / number)
                    except RAISED as raised:  # late, but it counts
                        loops[k] = raised
    return [_timing(found) if isinstance(number, int) else number for number, found in zip(loops, rounds, strict=True)]


def peak_bytes(call: Callable[[], object]) -> int:
    """The most memory that Python and NumPy hold for one call, beyond what they held before it."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _calibrated(call: Call) -> int | BaseException:
    """How many calls make a round long enough."""
    try:
        call.run()  # first calls fill caches
        number, elapsed = 1, _round(call, 1)
        while elapsed < ROUND_S and number < 1_000_000:
            number = max(number + 1, min(10 * number, int(1.2 * number * ROUND_S / max(elapsed, 1e-9))))
            elapsed = _round(call, number)
    except RAISED as raised:  # the caller decides what a call that raises means
        return raised
    return number


def _timing(rounds: Sequence[float]) -> Timing:
    low, middle, high = statistics.quantiles(rounds, n=4)
    return Timing(middle, high - low)


def _round(call: Call, number: int) -> float:
    def loop() -> None:
        for _ in range(number):
            call.run()
        if call.synchronize is not None:
            call.synchronize()

    if call.synchronize is not None:
        call.synchronize()
    gc.collect(0)
    return timeit.timeit(loop, number=1)
