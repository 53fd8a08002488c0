"""Layers that draw random numbers, with the numbers given: masks of what is kept, slopes, noise.

Torch has no functions of given draws: its side is what its own compute once they have drawn.
"""

import math
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import beside
from diffcheck.ops.composites import Composite, composite
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.relations import where
from diffcheck.ops.layers.common import softmax

# Where selu ends to the left, with the other sign, in torch's digits.
_ALPHA = 1.7580993408473766


def _demand_drawn(name: str, x: Any, drawn: Any, call: str) -> None:
    """Raise `CaseError` for one number in place of what is drawn: in torch an option stands there."""
    if isinstance(drawn, (bool, int, float)) and len(x.shape):
        raise CaseError(f"{name}: {drawn} in the place of what is drawn, which is given here: write {call}")


def _dropout_of_torch(torch: Any, x: Any, kept: Any, rate: float = 0.5) -> Any:
    _demand_drawn("dropout", x, kept, "dropout(x, kept, p)")
    return x * _given(torch, x, kept) / (1 - rate)


@composite(torch=_dropout_of_torch)
def dropout(x: Any, kept: Any, rate: float = 0.5) -> Any:
    """X where it is kept, a given mask of ones and zeros, divided by the part that is; zero elsewhere."""
    _demand_drawn("dropout", x, kept, "dropout(x, kept, p)")
    return x * beside(x, np.asarray(kept, float)) / (1 - rate)


def _of_channels(axes: int) -> Composite:
    name = f"dropout{axes}d"

    def torch_side(torch: Any, x: Any, kept: Any, rate: float = 0.5) -> Any:
        return x * _given(torch, x, _spread(name, x, kept, axes)) / (1 - rate)

    def dropped(x: Any, kept: Any, rate: float = 0.5) -> Any:
        return dropout(x, _spread(name, x, kept, axes), rate)

    dropped.__name__ = name
    dropped.__doc__ = (
        f"The channels that are kept, a given mask over all but the last {axes} axes, over the part that is."
    )
    return composite(torch=torch_side)(dropped)


@composite(torch=lambda torch, x, kept, rate=0.5: _saturated_by_torch(torch, x, kept, rate))
def alpha_dropout(x: Any, kept: Any, rate: float = 0.5) -> Any:
    """Dropout to the left end of selu in the place of zero, scaled so that mean 0 and variance 1 stay what they are."""
    _demand_drawn("alpha_dropout", x, kept, "alpha_dropout(x, kept, p)")
    mask = beside(x, np.asarray(kept, float))
    scale = 1 / sqrt((_ALPHA * _ALPHA * rate + 1) * (1 - rate))
    return (x * mask + _ALPHA * (mask - 1 + rate)) * scale


def _saturated_by_torch(torch: Any, x: Any, kept: Any, rate: float) -> Any:
    mask = _given(torch, x, kept)
    scale = 1 / math.sqrt((_ALPHA * _ALPHA * rate + 1) * (1 - rate))
    return x * (mask * scale) + ((mask - 1) * (_ALPHA * scale) + _ALPHA * scale * rate)


@composite(
    torch=lambda torch, x, kept, rate=0.5: _saturated_by_torch(
        torch, x, _spread("feature_alpha_dropout", x, kept, x.ndim - 2), rate
    )
)
def feature_alpha_dropout(x: Any, kept: Any, rate: float = 0.5) -> Any:
    """`alpha_dropout` of whole channels, by a given mask over the first two axes."""
    return alpha_dropout(x, _spread("feature_alpha_dropout", x, kept, len(x.shape) - 2), rate)


@composite(
    torch=lambda torch, x, lower=1 / 8, upper=1 / 3, slopes=None: (
        torch.nn.functional.rrelu(x, lower, upper)
        if slopes is None
        else torch.where(x > 0, x, _given(torch, x, slopes) * x)
    )
)
def rrelu(x: Any, lower: float = 1 / 8, upper: float = 1 / 3, *, slopes: Any = None) -> Any:
    """X where positive, elsewhere x times the middle between two slopes, or slopes that were drawn between them."""
    drawn = (lower + upper) / 2 if slopes is None else beside(x, slopes)
    return where(x > 0, x, drawn * x)


@composite(
    torch=lambda torch, logits, noise, tau=1.0, axis=-1: torch.softmax(
        (logits + _given(torch, logits, noise)) / tau, dim=axis
    )
)
def gumbel_softmax(logits: Any, noise: Any, tau: float = 1.0, axis: int = -1) -> Any:
    """Softmax of the logits and given noise, of Gumbel's distribution in training, divided by a temperature."""
    _demand_drawn("gumbel_softmax", logits, noise, "gumbel_softmax(logits, noise, tau)")
    return softmax((logits + beside(logits, noise)) / tau, axis)


def _spread(name: str, x: Any, kept: Any, axes: int) -> Any:
    """A mask of channels over the last axes as well."""
    mask = np.asarray(kept, float)
    if axes < 0 or mask.shape != tuple(x.shape[: len(x.shape) - axes]):
        raise CaseError(f"{name}: x has shape {tuple(x.shape)}, the mask {mask.shape}: it must hold a number a channel")
    return mask.reshape((*mask.shape, *(1,) * axes))


def _given(torch: Any, x: Any, values: Any) -> Any:
    return torch.as_tensor(values, dtype=x.dtype, device=x.device)


dropout1d, dropout2d, dropout3d = map(_of_channels, (1, 2, 3))
