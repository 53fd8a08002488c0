"""Claims on what a derivative costs."""

import math
import statistics
from collections.abc import Callable, Sequence

from diffcheck.claims.claim import Claim, Finding, Measured, by_parts
from diffcheck.claims.operations import Count
from diffcheck.claims.times import DIFFERENCES, FORWARD, PLAIN, REVERSE, Cost

# What the books give for a gradient, and for one forward pass.
_CHEAP, _PASS = 5.0, 2.5
# With fewer inputs, what a call costs whatever it does is most of the time.
_FROM = 10


def spread(values: Sequence[float]) -> str:
    """The least and the largest of some factors.

    >>> spread([2.0, 3.30, 12345.6])
    '2.0 to 12,346'
    """
    low, high = factor(min(values)), factor(max(values))
    return low if low == high else f"{low} to {high}"


def factor(value: float) -> str:
    """A factor with one decimal while it is small."""
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def of_method(costs: Sequence[Cost], method: str) -> list[Cost]:
    """The costs of one method, by growing sizes."""
    return [cost for cost in costs if cost.method == method]


def _families(counts: Sequence[Count]) -> list[list[Count]]:
    return [[c for c in counts if c.family == name] for name in dict.fromkeys(c.family for c in counts)]


def _cheap_in_operations(measured: Measured) -> Finding:
    factors = [count.reverse for count in measured.counts]
    inputs = [count.inputs for count in measured.counts]
    verdict = by_parts(sum(f <= _CHEAP for f in factors), len(factors))
    families = len(_families(measured.counts))
    figures = f"{spread(factors)} times, at {min(inputs)} to {max(inputs):,} inputs of {families} functions"
    return Finding(verdict, figures)


def _cheap_in_time(method: str) -> Callable[[Measured], Finding]:
    """The judge of the gradient's time by a method."""

    def judged(measured: Measured) -> Finding:
        costs = of_method(measured.costs, method)
        factors = [cost.ratio for cost in costs]
        least = min(costs, key=lambda cost: cost.ratio)
        return Finding(
            by_parts(sum(f <= _CHEAP for f in factors), len(factors)),
            f"{spread(factors)} times its own function, least at {least.inputs:,} inputs; over the plainest code "
            f"for the function {factor(costs[0].plain)} times at {costs[0].inputs} inputs, {factor(costs[-1].plain)} "
            f"at {costs[-1].inputs:,}",
        )

    return judged


def power(costs: Sequence[tuple[int, float]]) -> float:
    """The power of the size that costs grow with, from ten inputs on: the slope of the line that fits the logarithms.

    >>> round(power([(1, 700.0), (10, 20.0), (100, 200.0), (1000, 2000.0)]), 9)
    1.0
    """
    kept = [(math.log(size), math.log(cost)) for size, cost in costs if size >= _FROM]
    return statistics.linear_regression(*zip(*kept, strict=True)).slope


def _growth(expected: int, count: Callable[[Count], float], method: str) -> Callable[[Measured], Finding]:
    """The judge of how operations and time grow."""

    def judged(measured: Measured) -> Finding:
        timed = of_method(measured.costs, method)
        powers = [power([(c.inputs, count(c)) for c in family]) for family in _families(measured.counts)]
        in_time = power([(c.inputs, c.ratio) for c in timed])
        largest = max(measured.counts, key=lambda c: c.inputs)
        first = next(cost for cost in timed if cost.inputs >= _FROM)
        last = timed[-1]
        return Finding(
            by_parts(sum(round(found) == expected for found in (*powers, in_time)), len(powers) + 1),
            f"operations: n^{min(powers):.2f} to n^{max(powers):.2f}, {factor(count(largest))} times at "
            f"{largest.inputs:,} inputs; time of {method}: n^{in_time:.2f}, {factor(first.ratio)} times at "
            f"{first.inputs} inputs, {factor(last.ratio)} at {last.inputs:,}",
        )

    return judged


def _forward_pass(measured: Measured) -> Finding:
    families = _families(measured.counts)
    largest = [family[-1] for family in families]
    holding = [c for c in largest if c.one_pass <= _PASS * (1 + 1e-3)]
    told = ", ".join(f"{c.family} {c.one_pass:.2f}" for c in largest)
    return Finding(
        by_parts(len(holding), len(largest)), f"{told}: a product of two takes four, three of them its slope"
    )


_POWER = f"the best power of n from {_FROM} inputs on is nearest to {{}}, in operations of every function and in time"
CLAIMS = (
    Claim(
        "reverse-operations",
        "A gradient by reverse mode, with the value, takes at most 4 or 5 times the operations of the function, "
        "however many inputs there are.",
        "Baur and Strassen 1983; Griewank 1989",
        "at most 5 times, at every size of every function",
        _cheap_in_operations,
    ),
    Claim(
        "reverse-time-torch",
        "So it is in time, by torch's autograd.",
        "Griewank and Walther 2008",
        "at most 5 times the time of torch's own function, at every size",
        _cheap_in_time(REVERSE),
    ),
    Claim(
        "reverse-time-compiled",
        "So it is in time, by code that is compiled from the differentiated program.",
        "Griewank and Walther 2008",
        "at most 5 times the time of the function compiled alike, at every size",
        _cheap_in_time(PLAIN),
    ),
    Claim(
        "reverse-growth",
        "The factor of reverse mode does not grow with the number of inputs.",
        "Baydin et al. 2018, 3.2",
        _POWER.format(0),
        _growth(0, lambda count: count.reverse, REVERSE),
    ),
    Claim(
        "forward-pass",
        "One pass of forward mode, with the value, takes 2 to 2.5 times the function.",
        "Griewank and Walther 2008 (who count what is moved in memory as well)",
        "at most 2.5 times the operations, at the largest size of every function",
        _forward_pass,
    ),
    Claim(
        "forward-growth",
        "A gradient by forward mode costs in proportion to the number of inputs.",
        "Baydin et al. 2018, 3.1",
        _POWER.format(1),
        _growth(1, lambda count: count.forward, FORWARD),
    ),
    Claim(
        "differences-growth",
        "So do finite differences: n + 1 functions one-sided, 2 n central.",
        "Nocedal and Wright 2006, 8.1",
        _POWER.format(1),
        _growth(1, lambda count: count.differences, DIFFERENCES),
    ),
)
