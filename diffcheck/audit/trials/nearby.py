"""Where no derivative exists: what torch's gradient of the definition is at points nearby, where one does.

Where several pieces meet in one number, as in overlapping windows, each may choose for itself, and the sum of the
choices need not lie between the derivatives of both sides. It is among the gradients nearby.
"""

from collections.abc import Iterator, Mapping

import torch

from diffcheck.audit.conditions.world import World
from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.trials.loss import loss_of
from diffcheck.audit.trials.screen import Screened

Tensor = torch.Tensor
_POINTS, _STEP = 62, 2.0**-20
# What is farther than this part of the largest component from all gradients nearby is none of them.
_PART = 2.0**-8


def gradients_nearby(subject: Subject, here: World, screened: Screened) -> Mapping[str, tuple[Tensor, Tensor]]:
    """By each input the least and the largest of each component of the gradients at points nearby, flat."""
    code = subject.definition if subject.gradient is None else subject.gradient
    loss = loss_of(code, here, screened)
    inputs = [here.exact[0][name].detach() for name in here.asked]
    size = max((float(x.abs().max()) for x in inputs if x.numel()), default=0.0) or 1.0
    least: dict[str, Tensor] = {}
    most: dict[str, Tensor] = {}
    for away in _ways(inputs):
        moved = [(x + _STEP * size * d).requires_grad_() for x, d in zip(inputs, away, strict=True)]
        found = torch.autograd.grad(loss(*moved), moved, allow_unused=True)
        for name, x, g in zip(here.asked, moved, found, strict=True):
            flat = (torch.zeros_like(x) if g is None else g.detach()).reshape(-1)
            least[name] = torch.minimum(least[name], flat) if name in least else flat
            most[name] = torch.maximum(most[name], flat) if name in most else flat
    slack = _PART * max((float(most[n].abs().max()) for n in most if most[n].numel()), default=0.0)
    return {n: (least[n] - slack, most[n] + slack) for n in least}


def _ways(inputs: list[Tensor]) -> Iterator[list[Tensor]]:
    """Directions: the first of equal numbers is the largest, the last one is, any one is."""
    for sign in (-1.0, 1.0):
        yield [sign * torch.linspace(0.5, 1, x.numel(), dtype=torch.float64).reshape(x.shape) for x in inputs]
    generator = torch.Generator().manual_seed(0)
    for _ in range(_POINTS):
        yield [torch.randn(x.shape, generator=generator, dtype=torch.float64) for x in inputs]
