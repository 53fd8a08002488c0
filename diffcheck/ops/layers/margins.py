"""Losses with a margin under PyTorch's names: nothing is lost where examples keep a distance from each other."""

from collections.abc import Callable
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import beside, constants
from diffcheck.ops.composites import composite
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.pieces import maximum, minimum
from diffcheck.ops.functions.relations import where
from diffcheck.ops.functions.special import softplus
from diffcheck.ops.layers.norms import pairwise_distance
from diffcheck.ops.layers.reduction import of_torch, reduced

# Loss.cpp of torch holds this constant as a float; beside short vectors nine digits of it show.
_LENGTHENED = float(np.float32(1e-12))


@composite(torch=of_torch("soft_margin_loss", 2))
def soft_margin_loss(x: Any, sign: Any, *, reduction: str = "mean") -> Any:
    """The mean of ln(1 + e^(-y x)), y being 1 or -1."""
    return reduced("soft_margin_loss", softplus(-beside(x, sign) * x), reduction)


@composite(torch=of_torch("hinge_embedding_loss", 2, "margin"))
def hinge_embedding_loss(x: Any, sign: Any, margin: float = 1.0, *, reduction: str = "mean") -> Any:
    """The mean of x where y is 1, of max(0, margin - x) where it is -1."""
    return reduced("hinge_embedding_loss", where(sign > 0, x, maximum(margin - x, 0)), reduction)


@composite(torch=of_torch("margin_ranking_loss", 3, "margin"))
def margin_ranking_loss(a: Any, b: Any, sign: Any, margin: float = 0.0, *, reduction: str = "mean") -> Any:
    """The mean of max(0, -y (a - b) + margin), y being 1 or -1."""
    return reduced("margin_ranking_loss", maximum(-beside(a, sign) * (a - b) + margin, 0), reduction)


@composite(
    torch=of_torch("triplet_margin_loss", 3, "margin"),
    order=("anchor", "positive", "negative", "margin", "p", "eps", "swap"),
)
def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    *,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """The mean of max(0, |a - p| - |a - n| + margin) over rows, of p-norms; eps is added to each difference.

    With `swap` the smaller one of |a - n| and |p - n| stands for |a - n|.
    """

    def distance(x: Any, y: Any) -> Any:
        return pairwise_distance(x, y, p, eps)

    each = _nearer(distance, anchor, positive, negative, margin, swap)
    return reduced("triplet_margin_loss", each, reduction)


@composite(
    torch=lambda torch, anchor, positive, negative, **options: torch.nn.functional.triplet_margin_with_distance_loss(
        anchor, positive, negative, **options
    )
)
def triplet_margin_with_distance_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    distance_function: Callable[[Any, Any], Any] = pairwise_distance,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """The mean of max(0, d(a, p) - d(a, n) + margin), d being a function of operations."""
    each = _nearer(distance_function, anchor, positive, negative, margin, swap)
    return reduced("triplet_margin_with_distance_loss", each, reduction)


def _nearer(
    distance: Callable[[Any, Any], Any], anchor: Any, positive: Any, negative: Any, margin: float, swap: bool
) -> Any:
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return maximum(near - far + margin, 0)


@composite(torch=of_torch("cosine_embedding_loss", 3, "margin"))
def cosine_embedding_loss(a: Any, b: Any, sign: Any, margin: float = 0.0, *, reduction: str = "mean") -> Any:
    """The mean over rows of 1 - cos where y is 1, of max(0, cos - margin) where it is -1.

    1e-12, rounded to single precision, is added to both squared lengths, as torch does.
    """
    signs = constants("cosine_embedding_loss", sign)
    if len(a.shape) not in (1, 2) or a.shape != b.shape or signs.shape != tuple(a.shape[:-1]):
        raise CaseError(
            f"cosine_embedding_loss: shapes {tuple(a.shape)} and {tuple(b.shape)} with signs of shape {signs.shape}: "
            "a and b must be ([rows,] width), sign (rows) or a number"
        )
    if not np.isin(signs, (-1, 1)).all():
        raise CaseError(f"cosine_embedding_loss: sign {signs.tolist()} must hold 1 and -1 alone")
    first, second = ((v * v).sum(-1) + _LENGTHENED for v in (a, b))
    cosine = (a * b).sum(-1) / sqrt(first * second)
    each = where(signs > 0, 1 - cosine, maximum(cosine - margin, 0))
    return reduced("cosine_embedding_loss", each, reduction)
