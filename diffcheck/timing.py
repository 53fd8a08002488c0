"""How long a call takes: calibrated loops by the standard library's `timeit`, median and spread, one thread."""

import gc
import statistics
import timeit
from collections.abc import Callable
from dataclasses import dataclass

from threadpoolctl import threadpool_limits

# Several short rounds tell a spread; each is long enough that the clock's resolution does not matter.
ROUNDS = 5
ROUND_S = 0.004


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds per call: the median over rounds, and the distance between the quartiles."""

    median_s: float
    iqr_s: float


def measure(call: Callable[[], object], synchronize: Callable[[], None] | None = None) -> Timing:
    """The time of one call.

    Parameters
    ----------
    synchronize:
        Waits for a device that works on its own; it is called inside the clock, once a round.
    """
    with threadpool_limits(limits=1):
        call()  # first calls fill caches
        number, elapsed = 1, _round(call, 1, synchronize)
        while elapsed < ROUND_S and number < 1_000_000:
            number = max(number + 1, min(10 * number, int(1.2 * number * ROUND_S / max(elapsed, 1e-9))))
            elapsed = _round(call, number, synchronize)
        rounds = [elapsed / number, *(_round(call, number, synchronize) / number for _ in range(ROUNDS - 1))]
    low, middle, high = statistics.quantiles(rounds, n=4)
    return Timing(middle, high - low)


def _round(call: Callable[[], object], number: int, synchronize: Callable[[], None] | None) -> float:
    def loop() -> None:
        for _ in range(number):
            call()
        if synchronize is not None:
            synchronize()

    if synchronize is not None:
        synchronize()
    gc.collect(0)
    return timeit.timeit(loop, number=1)
