"""A pattern search: from a bad point to a worse one among its neighbours, by ordinals."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from diffcheck.hunt.ground import Ground, Place
from diffcheck.hunt.score import Score

# By so much a step shrinks once no neighbour is worse. Errors scatter, so a move must gain more than they do. Toward a
# place where digits die, at a distance d, some halved step is between d/2 and d, and leads to less than half of d.
_SHRINK = 2
# A lucky error stops that all the same. So there is another descent from where one has ended, and one with steps that
# lie between those of the first; where both bring nothing is the summit.
_LONG = (1.0, 0.7)

Ask = Callable[[Place], Score]
Key = Callable[[Score], Any]


def climb(ask: Ask, start: Place, key: Key, ground: Ground, steps: Sequence[int]) -> Iterator[Place]:
    """The worst place so far, after each answer; it ends where no neighbouring number is worse.

    Parameters
    ----------
    ask:
        Asks the engine at a place.
    key:
        What is to become larger.
    steps:
        How far the first neighbours are, for each element, in ordinals.
    """
    here = start
    yield here
    vain = 0
    for share in itertools.cycle(_LONG):
        before = here
        for here in _descent(ask, before, key, ground, [int(step * share) for step in steps]):
            yield here
        vain = 0 if here != before else vain + 1
        if vain == len(_LONG):
            return


def _descent(ask: Ask, start: Place, key: Key, ground: Ground, steps: Sequence[int]) -> Iterator[Place]:
    """The worst place so far, from long steps to those of one number."""
    here, best = start, key(ask(start))
    reach = list(steps)
    while any(reach):
        moved = False
        for element, step in enumerate(reach):
            for way in (step, -step) if step else ():
                there = ground.held([k + way * (e == element) for e, k in enumerate(here)])
                if there == here or not ground.is_valid(there):
                    continue
                found = key(ask(there))
                if found > best:
                    here, best, moved = there, found, True
                yield here
                if here == there:
                    break
        if not moved:
            reach = [step // _SHRINK for step in reach]
