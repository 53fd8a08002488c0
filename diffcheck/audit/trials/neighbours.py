"""Whether a gradient is right for inputs beside those that were given: on which side of a kink these lie is rounded."""

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
    code = subject.definition if subject.gradient is None else subject.gradient
    loss, names = loss_of(code, here, screened), list(here.asked)
    unit = torch.finfo(getattr(torch, screened.format)).eps / 2
    generator = torch.Generator().manual_seed(_SEED)

    def component(inputs: list[Tensor]) -> float:
        inputs = [x.requires_grad_() for x in inputs]
        found = torch.autograd.grad(loss(*inputs), inputs, allow_unused=True)[names.index(name)]
        return 0.0 if found is None else float(found.reshape(-1)[k])

    plain = [here.exact[0][n].detach() for n in names]
    same = []
    for _ in range(_TIMES):
        steps = [2 * torch.rand(x.shape, generator=generator, dtype=torch.float64) - 1 for x in plain]
        # Zero is as near to its neighbours as one is to its own.
        sizes = [_ROUNDINGS * unit * torch.where(x == 0, 1.0, x) for x in plain]
        moved = [x + size * step for x, size, step in zip(plain, sizes, steps, strict=True)]
        same.append(abs(component(moved) - value) <= slack)
    return any(same) and not all(same)
