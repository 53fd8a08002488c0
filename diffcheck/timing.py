"""How long calls take: calibrated loops by the standard library's `timeit`, median and spread, one thread.

Calls that are to be compared are timed in turns, a round of each, so that a machine that grows slower or faster treats
all alike.
"""

import gc
import statistics
import time
import timeit
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from diffcheck.errors import RAISED

# Several short rounds tell a spread; each is long enough that the clock's resolution does not matter.
ROUNDS = 5
ROUND_S = 0.004
# A round that takes so many times as long as it works waits for something else than the processor.
_WAITING = 50
HELD_ROUNDS = 15
"""Where times are held against older ones: with 5 a single unquiet round of 400 tasks hides a third more time."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is timed, in so many rounds.

    ``synchronize`` waits for a device that works on its own, inside the clock, once a round.
    """

    run: Callable[[], object]
    synchronize: Callable[[], None] | None = None
    rounds: int = ROUNDS


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds per call: the median over rounds, and the distance between the quartiles.

    ``work_s`` has for each round the seconds that the processor worked on a call, which others who want the processor
    do not lengthen; of a device that works on its own the time that passed.
    """

    median_s: float
    iqr_s: float
    work_s: tuple[float, ...] = ()


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
        rounds: list[list[tuple[float, float]]] = [[] for _ in calls]
        for turn in range(max((call.rounds for call in calls), default=0)):
            for k, call in enumerate(calls):
                number = loops[k]
                if isinstance(number, int) and turn < call.rounds:
                    before(k)
                    try:
                        passed, worked = _round(call, number)
                        rounds[k].append((passed / number, worked / number))
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
        # Time that others have had the processor for makes no round long; what waits without work ends, too.
        number, (passed, worked) = 1, _round(call, 1)
        while worked < ROUND_S and passed < _WAITING * ROUND_S and number < 1_000_000:
            number = max(number + 1, min(10 * number, int(1.2 * number * ROUND_S / max(worked, 1e-9))))
            passed, worked = _round(call, number)
    except RAISED as raised:  # the caller decides what a call that raises means
        return raised
    return number


def _timing(rounds: Sequence[tuple[float, float]]) -> Timing:
    low, middle, high = statistics.quantiles([passed for passed, _ in rounds], n=4)
    return Timing(middle, high - low, tuple(worked for _, worked in rounds))


def _round(call: Call, number: int) -> tuple[float, float]:
    """The seconds that pass in a round, and those that the processor works."""

    def loop() -> None:
        for _ in range(number):
            call.run()
        if call.synchronize is not None:
            call.synchronize()

    if call.synchronize is not None:
        call.synchronize()
    gc.collect(0)
    before = time.process_time()
    passed = timeit.timeit(loop, number=1)
    return passed, passed if call.synchronize is not None else time.process_time() - before


def yardstick() -> object:
    """A call that takes as long as its machine is slow: what an interpreter does, and small arrays."""
    total = 0.0
    for k in range(20):
        total += _SMALL[k % 4].item() * k
    return np.sin(_SMALL) * total + np.exp(-_SMALL)


_SMALL = np.linspace(0.1, 1.0, 16)
