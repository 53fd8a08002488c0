"""What a gradient costs in time, in multiples of the function that is differentiated, timed in turns in one run."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from diffcheck.case.operators import Operator
from diffcheck.claims.families import Family
from diffcheck.runner.plan import Unit, contestants, traced
from diffcheck.timing import Call, Timing, measure

PLAIN = "symbolic:program"
"""Whose code for the function is the plainest: Python's own arithmetic of a few numbers, NumPy of many."""
REVERSE, FORWARD, DIFFERENCES = "autograd:reverse", "autograd:forward", "finite:central"
# What takes a pass for each input takes half a second at 300 of them, and is timed a dozen times.
SIZES = (
    (REVERSE, (2, 10, 100, 300, 1_000, 10_000, 100_000, 1_000_000)),
    (PLAIN, (2, 10, 100, 300, 1_000, 10_000, 100_000, 1_000_000)),
    (FORWARD, (2, 10, 100, 300)),
    (DIFFERENCES, (2, 10, 100, 300)),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """How long a method takes for a gradient by ``inputs`` inputs, in multiples of a function.

    Attributes
    ----------
    ratio, low, high:
        Over the method's own function: the median of all rounds, and the quartiles.
    plain:
        Over the plainest code for the function.
    """

    method: str
    inputs: int
    gradient_s: float
    ratio: float
    low: float
    high: float
    plain: float


def costs(family: Family, largest: int) -> list[Cost]:
    """The costs of all methods at all sizes up to one, size by size."""
    sizes = sorted({n for _, sizes in SIZES for n in sizes if n <= largest})
    return [cost for n in sizes for cost in _at(family, n, [method for method, own in SIZES if n in own])]


def _at(family: Family, size: int, methods: Sequence[str]) -> list[Cost]:
    case, point = family.case(size), family.point(size)
    by = contestants(methods, ("cpu",), ("float64",))
    tasks = Unit(case, Operator.GRADIENT, by, traced(case)).tasks()
    clocks = [engine.prepare(task).clockwork(point) for engine, task in tasks]
    calls = [Call(call) for clock in clocks for call in (clock.derivative, clock.primal)]
    found = []
    for timing in measure(calls):
        if isinstance(timing, BaseException):
            raise timing
        found.append(timing)
    plainest = min(timing.median_s for timing in found[1::2])
    return [
        _cost(method, family.inputs(size), gradient, function, plainest)
        for method, gradient, function in zip(methods, found[0::2], found[1::2], strict=True)
    ]


def _cost(method: str, inputs: int, gradient: Timing, function: Timing, plainest: float) -> Cost:
    rounds = [ours / theirs for ours, theirs in zip(gradient.work_s, function.work_s, strict=True)]
    low, middle, high = statistics.quantiles(rounds, n=4)
    return Cost(method, inputs, gradient.median_s, middle, low, high, gradient.median_s / plainest)
