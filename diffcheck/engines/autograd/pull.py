"""One backward pass through a graph that stays: what `torch.autograd.grad` gives, also where it is refused."""

from collections.abc import Sequence

import torch

Tensor = torch.Tensor


def pulled_back(
    outputs: Sequence[Tensor], leaves: Sequence[Tensor], incoming: Sequence[Tensor], differentiable: bool = False
) -> list[Tensor | None]:
    """The gradients by leaves, ``None`` by those that the outputs do not depend on.

    A checkpoint of torch's older kind (``use_reentrant=True``) runs a backward pass of its own, which can only add to
    the leaves; so it refuses `torch.autograd.grad`, and is asked in its own way.
    """
    try:
        return list(
            torch.autograd.grad(
                outputs, leaves, incoming, retain_graph=True, create_graph=differentiable, allow_unused=True
            )
        )
    except RuntimeError as refused:
        if "use_reentrant=True" not in str(refused):
            raise
    for leaf in leaves:
        leaf.grad = None
    torch.autograd.backward(outputs, incoming, retain_graph=True, create_graph=differentiable)
    found = [leaf.grad for leaf in leaves]
    for leaf in leaves:
        leaf.grad = None
    return found
