"""What comes into a backward: numbers of the result's shape, in double precision before they are rounded."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from diffcheck.audit.conditions.values import short

Tensor = torch.Tensor


@dataclass(frozen=True, slots=True)
class Incoming:
    """A kind of incoming gradient; ``make(shape, generator, largest)`` with the largest number of the format.

    Attributes
    ----------
    only:
        The place of the one result that it reaches; ``None`` for all.
    """

    name: str
    words: str
    make: Callable[[tuple[int, ...], torch.Generator, float], Tensor]
    only: int | None = None


def _random(shape: tuple[int, ...], generator: torch.Generator, largest: float) -> Tensor:
    return short(torch.randn(shape, generator=generator, dtype=torch.float64))


def _single(place: int) -> Callable[[tuple[int, ...], torch.Generator, float], Tensor]:
    def make(shape: tuple[int, ...], generator: torch.Generator, largest: float) -> Tensor:
        found = torch.zeros(shape, dtype=torch.float64)
        if found.numel():
            found.view(-1)[place] = 0.75
        return found

    return make


def _scaled(power: float) -> Callable[[tuple[int, ...], torch.Generator, float], Tensor]:
    # A fraction of the format's range, so that what is huge in one is not infinite in another.
    def make(shape: tuple[int, ...], generator: torch.Generator, largest: float) -> Tensor:
        return _random(shape, generator, largest) * float(min(largest, 1e30) ** power)

    return make


ROWS = (
    Incoming("random", "is random", _random),
    Incoming("ones", "is one", lambda s, g, m: torch.ones(s, dtype=torch.float64)),
    Incoming("constant", "is constant, not one", lambda s, g, m: torch.full(s, -1.625, dtype=torch.float64)),
    Incoming("single", "is zero but for the last component", _single(-1)),
    Incoming("first", "is zero but for the first component", _single(0)),
    Incoming("zeros", "is zero", lambda s, g, m: torch.zeros(s, dtype=torch.float64)),
    Incoming("large", "is large", _scaled(0.25)),
    Incoming("tiny", "is tiny", _scaled(-0.25)),
    Incoming("positive", "is positive and not constant", lambda s, g, m: _random(s, g, m).abs() + 0.5),
    Incoming("first result", "reaches only the first of several results", _random, 0),
    Incoming("last result", "reaches only the last of several results", _random, -1),
)
INCOMING = {row.name: row for row in ROWS}
