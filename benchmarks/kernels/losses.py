"""Fused losses: labels that are ignored, reductions, and what is done with the incoming gradient."""

from typing import Any

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn.functional import cross_entropy, log_softmax, one_hot, softmax

from diffcheck import integers, tensor
from kernels.contexts import at, expanded, kept_by_another
from kernels.memory import memory, narrow, padded, power_of_two, wide
from kernels.report import Report, numbers

Tensor = torch.Tensor
IGNORED = -100


def slopes(logits: Tensor, labels: Tensor) -> Tensor:
    """The gradient of each row's cross entropy by its logits; none where the label is ignored."""
    kept = labels != IGNORED
    hot = one_hot(torch.where(kept, labels, 0), logits.shape[-1])
    return (softmax(logits, -1) - hot) * kept[:, None]


def plain_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """The cross entropy of each row, zero where the label is ignored."""
    return cross_entropy(logits, labels, reduction="none")


class RightCrossEntropy(Function):
    """A row of the incoming gradient for each row."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, labels: Tensor) -> Tensor:
        ctx.save_for_backward(logits, labels)
        return narrow(plain_cross_entropy(wide(logits), labels), logits)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        logits, labels = ctx.saved_tensors
        return wide(g)[:, None] * slopes(wide(logits), labels), None


class WrongCrossEntropyOfAddresses(RightCrossEntropy):
    """The incoming gradient is read as if its elements lay side by side; of an expanded one there is only the first."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightCrossEntropy.backward(ctx, memory(g))  # not g


class WrongCrossEntropyInPlace(RightCrossEntropy):
    """The gradient is written over the saved logits, which are the input."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        logits, _ = ctx.saved_tensors
        found, _ = RightCrossEntropy.backward(ctx, g)
        return logits.data.copy_(found), None  # over what others may have saved


def plain_linear_cross_entropy(x: Tensor, weight: Tensor, labels: Tensor) -> Tensor:
    """The cross entropy of each token, from the activations of the last layer."""
    return cross_entropy(x @ weight.T, labels, reduction="none")


class RightLinearCrossEntropy(Function):
    """The logits' gradients are weighted before they are summed over the tokens."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, labels: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight, labels)
        return narrow(plain_linear_cross_entropy(wide(x), wide(weight), labels), x, weight)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight, labels = ctx.saved_tensors
        rows = wide(g)[:, None] * slopes(wide(x) @ wide(weight).T, labels)
        return rows @ wide(weight), rows.T @ wide(x), None


class WrongLinearCrossEntropy(RightLinearCrossEntropy):
    """The sums over the tokens are made in the forward; the backward multiplies them by the first incoming element."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        dx, dw, _ = RightLinearCrossEntropy.backward(ctx, torch.ones_like(g))
        return g[0] * dx, g[0] * dw, None  # one factor for all tokens


def plain_smoothed(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy with a tenth of the target spread over all classes: the mean over rows that are not ignored."""
    kept = labels != IGNORED
    logp = log_softmax(logits, -1)
    own = -logp.gather(-1, torch.where(kept, labels, 0)[:, None])[:, 0]
    rows = 0.9 * own - 0.1 * logp.mean(-1)
    return (rows * kept).sum() / kept.sum().clamp(min=1)


class RightSmoothed(Function):
    """No row that is ignored counts."""

    spread_over_ignored = False

    @classmethod
    def value(cls, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss; of the wrong version the spread part of the rows that are ignored is in it."""
        kept = labels != IGNORED
        extra = (-0.1 * log_softmax(logits, -1).mean(-1) * ~kept).sum() / kept.sum().clamp(min=1)
        return plain_smoothed(logits, labels) + (extra if cls.spread_over_ignored else 0)

    @classmethod
    def made(cls, ctx: Any, logits: Tensor, labels: Tensor) -> Tensor:
        """The forward, for both."""
        ctx.save_for_backward(logits, labels)
        ctx.everywhere = cls.spread_over_ignored
        return narrow(cls.value(wide(logits), labels), logits)

    @staticmethod
    def forward(ctx: Any, logits: Tensor, labels: Tensor) -> Tensor:
        return RightSmoothed.made(ctx, logits, labels)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        logits, labels = ctx.saved_tensors
        p, kept = softmax(wide(logits), -1), labels != IGNORED
        spread = 0.1 * (p - 1 / p.shape[-1])
        rows = 0.9 * slopes(wide(logits), labels) + (spread if ctx.everywhere else spread * kept[:, None])
        return wide(g) * rows / kept.sum().clamp(min=1), None


class WrongSmoothed(RightSmoothed):
    """The part that is spread over the classes is taken of rows that are ignored, too."""

    spread_over_ignored = True

    @staticmethod
    def forward(ctx: Any, logits: Tensor, labels: Tensor) -> Tensor:
        return WrongSmoothed.made(ctx, logits, labels)


CAP = 5.0


def plain_capped(logits: Tensor, labels: Tensor) -> Tensor:
    """The cross entropy of each row of softly capped logits."""
    return cross_entropy(CAP * torch.tanh(logits / CAP), labels, reduction="none")


class RightCapped(Function):
    """The lanes beyond the classes stay excluded."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, labels: Tensor) -> Tensor:
        ctx.save_for_backward(logits, labels)
        return narrow(plain_capped(wide(logits), labels), logits)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        logits, labels = ctx.saved_tensors
        t = torch.tanh(wide(logits) / CAP)
        return wide(g)[:, None] * slopes(CAP * t, labels) * (1 - t * t), None


class WrongCapped(RightCapped):
    """Blocks have a power of two of lanes; those beyond the classes are minus infinity before the cap, not after."""

    @staticmethod
    def filled(logits: Tensor) -> Tensor:
        """What the block holds."""
        return padded(wide(logits), power_of_two(logits.shape[-1]), -torch.inf)

    @staticmethod
    def forward(ctx: Any, logits: Tensor, labels: Tensor) -> Tensor:
        ctx.save_for_backward(logits, labels)
        return narrow(plain_capped(WrongCapped.filled(logits), labels), logits)  # capped at -CAP

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        logits, labels = ctx.saved_tensors
        t = torch.tanh(WrongCapped.filled(logits) / CAP)
        found = wide(g)[:, None] * slopes(CAP * t, labels) * (1 - t * t)
        return found[:, : logits.shape[-1]], None


_LOGITS, _LABELS = numbers(5, 8), torch.tensor([1, 7, 0, 3, 2])
_SOME_IGNORED = torch.tensor([1, IGNORED, 0, 3, IGNORED])
_BY_SIZES = {
    "logits": tensor("tokens classes"),
    "labels": integers("tokens", below="classes", ignored=IGNORED),
}

REPORTS = [
    Report(
        name="cross entropy of addresses",
        source="ROCm/TransformerEngine#623",
        told="reads the incoming gradient as if its elements lay side by side",
        condition="the incoming gradient is expanded, as `sum` makes it, or otherwise not contiguous",
        plain=plain_cross_entropy,
        right=RightCrossEntropy.apply,
        wrong=WrongCrossEntropyOfAddresses.apply,
        unit=(_LOGITS, _LABELS),
        shown=at(_LOGITS, _LABELS, incoming=expanded),
        declared=_BY_SIZES,
    ),
    Report(
        name="cross entropy in place",
        source="unslothai/unsloth#5002",
        told="writes the gradient over the saved logits",
        condition="the logits have another consumer, or the graph is gone through twice",
        plain=plain_cross_entropy,
        right=RightCrossEntropy.apply,
        wrong=WrongCrossEntropyInPlace.apply,
        unit=(_LOGITS, _LABELS),
        shown=kept_by_another(_LOGITS, _LABELS),
        declared=_BY_SIZES,
    ),
    Report(
        name="linear cross entropy",
        source="linkedin/Liger-Kernel#1298",
        told="multiplies the gradients of all tokens by the first token's incoming gradient",
        condition="the incoming gradient is not the same for all tokens",
        plain=plain_linear_cross_entropy,
        right=RightLinearCrossEntropy.apply,
        wrong=WrongLinearCrossEntropy.apply,
        unit=(numbers(5, 4), numbers(8, 4), _LABELS),
        shown=at(numbers(5, 4), numbers(8, 4), _LABELS),
        declared={
            "x": tensor("tokens width"),
            "weight": tensor("classes width"),
            "labels": integers("tokens", below="classes", ignored=IGNORED),
        },
    ),
    Report(
        name="smoothed cross entropy",
        source="pytorch/pytorch#73205",
        told="spreads the target over the classes in rows that are ignored, too",
        condition="a label is ignored; the value is wrong as well",
        plain=plain_smoothed,
        right=RightSmoothed.apply,
        wrong=WrongSmoothed.apply,
        unit=(_LOGITS, _LABELS),
        shown=at(_LOGITS, _SOME_IGNORED),
        declared=_BY_SIZES,
    ),
    Report(
        name="capped cross entropy",
        source="unslothai/unsloth#10616",
        told="caps the lanes beyond the classes at a finite number, so that they count",
        condition="the number of classes is no power of two; the value is wrong as well",
        plain=plain_capped,
        right=RightCapped.apply,
        wrong=WrongCapped.apply,
        unit=(_LOGITS, _LABELS),
        shown=at(numbers(3, 5), torch.tensor([4, 0, 2])),
        declared=_BY_SIZES,
    ),
]
