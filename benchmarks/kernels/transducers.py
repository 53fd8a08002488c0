"""The loss of a transducer: the probability of all ways through a lattice of frames and labels."""

from typing import Any

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from kernels.contexts import again, at
from kernels.memory import narrow, wide
from kernels.report import Report, numbers

Tensor = torch.Tensor


def ways_to(blank: Tensor, label: Tensor) -> list[list[Tensor]]:
    """The logarithm of the probability to come to each node (frame, labels so far)."""
    frames, nodes = blank.shape
    found: list[list[Tensor]] = [[blank.new_zeros(()) for _ in range(nodes)] for _ in range(frames)]
    for t in range(frames):
        for u in range(nodes):
            ways = [found[t - 1][u] + blank[t - 1, u]] if t else []
            ways += [found[t][u - 1] + label[t, u - 1]] if u else []
            if ways:
                found[t][u] = torch.logsumexp(torch.stack(ways), 0)
    return found


def plain_transducer(blank: Tensor, label: Tensor) -> Tensor:
    """Minus the logarithm of the probability of all ways from the first node to beyond the last.

    ``blank`` [frames, labels + 1] holds the logarithm of the probability to go on to the next frame, ``label`` [frames,
    labels] that of the next label.
    """
    return -(ways_to(blank, label)[-1][-1] + blank[-1, -1])


class RightTransducer(Function):
    """The share of the ways through each edge is known after the forward; the backward weights it."""

    @staticmethod
    def forward(ctx: Any, blank: Tensor, label: Tensor) -> Tensor:
        b, e = wide(blank), wide(label)
        to = torch.stack([torch.stack(row) for row in ways_to(b, e)])
        # The ways from a node to the end: those of the lattice that is turned round.
        back = torch.zeros_like(to)
        back[-1, -1] = b[-1, -1]
        for t in reversed(range(b.shape[0])):
            for u in reversed(range(b.shape[1])):
                ways = [back[t + 1, u] + b[t, u]] if t + 1 < b.shape[0] else []
                ways += [back[t, u + 1] + e[t, u]] if u + 1 < b.shape[1] else []
                if ways:
                    back[t, u] = torch.logsumexp(torch.stack(ways), 0)
        total = back[0, 0]
        beyond = torch.full_like(to, -torch.inf)
        beyond[:-1] = back[1:]
        beyond[-1, -1] = 0
        ctx.shares = (-torch.exp(to + b + beyond - total), -torch.exp(to[:, :-1] + e + back[:, 1:] - total))
        return narrow(-total, blank, label)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        of_blank, of_label = ctx.shares
        return wide(g) * of_blank, wide(g) * of_label


class WrongTransducerAlone(RightTransducer):
    """The incoming gradient is taken to be one."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        return ctx.shares  # g is missing


class WrongTransducerOnce(RightTransducer):
    """The saved gradients are weighted in place: the second time they are weighted twice."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        return tuple(share.mul_(wide(g)) for share in ctx.shares)


_UNIT = (-numbers(4, 3).abs(), -numbers(4, 2).abs())


def make(sizes: Any, dtype: torch.dtype, seed: int) -> tuple[Tensor, Tensor]:
    """A lattice of `frames` and `labels`, at most 5 each."""
    draws = torch.Generator().manual_seed(seed)
    frames, labels = min(sizes.frames, 5) or 1, min(sizes.labels, 5)
    blank = torch.randn(frames, labels + 1, generator=draws, dtype=torch.float64)
    label = torch.randn(frames, labels, generator=draws, dtype=torch.float64)
    return -blank.abs().to(dtype), -label.abs().to(dtype)


_MADE = {"inputs": make}

REPORTS = [
    Report(
        name="transducer, incoming gradient",
        source="pytorch/audio#1532",
        told="does not use its incoming gradient",
        condition="the incoming gradient is not one",
        plain=plain_transducer,
        right=RightTransducer.apply,
        wrong=WrongTransducerAlone.apply,
        unit=_UNIT,
        shown=at(*_UNIT),
        declared=_MADE,
    ),
    Report(
        name="transducer, second time",
        source="HawkAaron/warp-transducer, by pytorch/audio#1532",
        told="weights the saved gradients in place",
        condition="the graph is gone through twice",
        plain=plain_transducer,
        right=RightTransducer.apply,
        wrong=WrongTransducerOnce.apply,
        unit=_UNIT,
        shown=again(*_UNIT),
        declared=_MADE,
    ),
]
