"""The row of what comparisons choose along the last axis: the largest, the smallest, the sorted elements."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from diffcheck.ops.functions.pieces import maximum, minimum
from diffcheck.ops.functions.relations import eq, where
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Array, Parameters


def _sorted_numpy(p: Parameters, x: Array) -> Array:
    """By one pass where one end is asked for."""
    n = x.shape[-1]
    if p == (n - 1,):
        return np.asarray(x.max(-1, keepdims=True))
    if p == (0,):
        return np.asarray(x.min(-1, keepdims=True))
    return np.sort(x, -1)[..., list(p)]


def _places(p: Parameters, x: Sequence[Any]) -> list[int] | None:
    """The places of the elements with these ranks, if none of them may be as large as another.

    What was moved only is one object: equal to itself, whichever of its places is taken.
    """
    order = sorted(range(len(x)), key=lambda i: x[i].mid())
    ranks = set(p)
    for low, high in _neighbours(ranks, len(x)):
        smaller, larger = x[order[low]], x[order[high]]
        if smaller is not larger and not smaller < larger:
            return None
    return [order[rank] for rank in p]


def _neighbours(ranks: set[int], n: int) -> Iterator[tuple[int, int]]:
    """Pairs of ranks whose order says that the elements with these ranks have no other: balls may be of any width."""
    for rank in ranks:
        below = (rank - 1,) if rank - 1 in ranks else range(rank)
        above = () if rank + 1 in ranks else range(rank + 1, n)
        yield from ((low, rank) for low in below)
        yield from ((rank, high) for high in above)


def _sorted_numbers(p: Parameters, x: Array) -> Array:
    """By passes from the end that is nearer, each of which brings one element into its place."""
    numbers, n = x.tolist(), len(x)
    if p in ((0,), (n - 1,)):
        # Padding repeats elements, which change nothing in the largest or the smallest one.
        numbers = list({number.node: number for number in numbers}.values())
        p, n = (min(p[0], len(numbers) - 1),), len(numbers)
    if n - min(p) <= max(p) + 1:
        for last in range(n - 1, min(p) - (min(p) > 0), -1):
            for i in range(last):
                a, b = numbers[i], numbers[i + 1]
                numbers[i], numbers[i + 1] = minimum(a, b), maximum(a, b)
    else:
        for first in range(max(p) + 1):
            for i in range(first + 1, n):
                a, b = numbers[first], numbers[i]
                numbers[first], numbers[i] = minimum(a, b), maximum(a, b)
    found = np.empty(len(p), object)
    for k, rank in enumerate(p):
        found[k] = numbers[rank]
    return found


def _pulled(p: Parameters, _: int, g: Any, v: Any, x: Any) -> Any:
    """To the elements that are the value, in equal shares: what a place of padding repeats gets its own in all."""
    row = x.reshape((*x.shape[:-1], 1, x.shape[-1]))
    one = where(eq(row, v.reshape((*v.shape, 1))), 1, 0)
    share = one / one.sum(-1).reshape((*v.shape, 1))
    return (g.reshape((*g.shape, 1)) * share).sum(-2)


ranked = Own(
    name="ranked",
    doc="the elements with these ranks when they are sorted upwards; parameters: the ranks",
    axes=(1,),
    shape=lambda p, x: (len(p),),
    operations=lambda p, x: min(len(p), x[0] - len(p) + 1) * (x[0] - 1) if x[0] else 0,
    on_numpy=_sorted_numpy,
    on_numbers=_sorted_numbers,
    pulled=_pulled,
    chosen=_places,
)
