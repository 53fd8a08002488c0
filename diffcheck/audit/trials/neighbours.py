"""Whether a gradient is right for inputs beside those that were given: on which side of a kink these lie is rounded."""

from collections.abc import Iterator

import torch

from diffcheck.audit.conditions.world import World
from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.trials.loss import loss_of
from diffcheck.audit.trials.screen import Screened

Tensor = torch.Tensor
# Every number is moved at random by up to so many roundings, so often.
_ROUNDINGS, _TIMES = 4, 16
_SEED = 5


def of_a_neighbour(
    subject: Subject, here: World, screened: Screened, name: str, k: int, value: float, slack: float
) -> bool:
    """Whether a component has a value that the definition's gradient, by torch in double precision, has beside it.

    Not if it has that value everywhere there: then torch's kernel is wrong itself, and nothing was rounded.

    Parameters
    ----------
    k:
        Its place in the gradient by the input of that name.
    slack:
        Gradients that differ by no more are the same.
    """
    same = [abs(found - value) <= slack for found in _beside(subject, here, screened, name, k)]
    return any(same) and not all(same)


def between_neighbours(subject: Subject, here: World, screened: Screened, name: str, k: int, value: float) -> bool:
    """Whether a component lies between those that the definition's gradient, by torch in double, has beside it."""
    found = list(_beside(subject, here, screened, name, k))
    return min(found) <= value <= max(found)


def _beside(subject: Subject, here: World, screened: Screened, name: str, k: int) -> Iterator[float]:
    """A component of the definition's gradient for inputs that are moved at random by a few roundings."""
    code = subject.definition if subject.gradient is None else subject.gradient
    loss, names = loss_of(code, here, screened), list(here.asked)
    unit = torch.finfo(getattr(torch, screened.format)).eps / 2
    generator = torch.Generator().manual_seed(_SEED)

    def component(inputs: list[Tensor]) -> float:
        inputs = [x.requires_grad_() for x in inputs]
        found = torch.autograd.grad(loss(*inputs), inputs, allow_unused=True)[names.index(name)]
        return 0.0 if found is None else float(found.reshape(-1)[k])

    plain = [here.exact[0][n].detach() for n in names]
    for _ in range(_TIMES):
        steps = [2 * torch.rand(x.shape, generator=generator, dtype=torch.float64) - 1 for x in plain]
        # Zero is as near to its neighbours as one is to its own.
        sizes = [_ROUNDINGS * unit * torch.where(x == 0, 1.0, x) for x in plain]
        moved = [x + size * step for x, size, step in zip(plain, sizes, steps, strict=True)]
        yield component(moved)
