"""Losses under PyTorch's names, of predictions and targets element by element: its fused functions are called there.

`reduction` is torch's: "mean", "sum", or "none". Those of labels are in `labels`, those with a margin in `margins`.
"""

from collections.abc import Sequence
from typing import Any

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import as_tensors, beside
from diffcheck.ops.composites import composite
from diffcheck.ops.exact import pi
from diffcheck.ops.functions.elementary import exp, log
from diffcheck.ops.functions.pieces import abs, maximum
from diffcheck.ops.functions.relations import where
from diffcheck.ops.functions.special import softplus, xlogy
from diffcheck.ops.layers.reduction import for_each, of_torch, reduced, weighted, weights


@composite(torch=of_torch("mse_loss", 2))
def mse_loss(prediction: Any, target: Any, *, weight: Any = None, reduction: str = "mean") -> Any:
    """The mean of the squared differences."""
    each = (prediction - target) ** 2
    return weighted("mse_loss", each, weight, reduction)


@composite(torch=of_torch("l1_loss", 2))
def l1_loss(prediction: Any, target: Any, *, weight: Any = None, reduction: str = "mean") -> Any:
    """The mean of the sizes of the differences."""
    each = abs(prediction - target)
    return weighted("l1_loss", each, weight, reduction)


@composite(torch=of_torch("smooth_l1_loss", 2, "beta"))
def smooth_l1_loss(prediction: Any, target: Any, beta: float = 1.0, *, reduction: str = "mean") -> Any:
    """The mean of d^2 / (2 beta) for differences d below beta, of |d| - beta/2 from there on."""
    if isinstance(beta, bool):
        raise CaseError(f"smooth_l1_loss: {beta} in the place of beta: name the options, beta= and reduction=")
    d = abs(prediction - target)
    each = d if beta == 0 else where(d < beta, d * d / (2 * beta), d - 0.5 * beta)
    return reduced("smooth_l1_loss", each, reduction)


def _reduction_first(arguments: tuple[Any, ...], _: dict[str, Any]) -> bool:
    return len(arguments) > 2 and isinstance(arguments[2], str)


@composite(
    torch=of_torch("huber_loss", 2, "delta"),
    order=("prediction", "target", "reduction", "delta", "weight"),
    in_order=_reduction_first,
)
def huber_loss(prediction: Any, target: Any, delta: float = 1.0, *, weight: Any = None, reduction: str = "mean") -> Any:
    """The mean of d^2 / 2 for differences d up to delta, of delta (|d| - delta/2) beyond."""
    d = abs(prediction - target)
    each = where(d <= delta, 0.5 * d * d, delta * (d - 0.5 * delta))
    return reduced("huber_loss", each if weight is None else each * for_each("huber_loss", each, weight), reduction)


@composite(torch=of_torch("binary_cross_entropy", 2), order=("probability", "target", "weight"))
def binary_cross_entropy(probability: Any, target: Any, *, weight: Any = None, reduction: str = "mean") -> Any:
    """The mean of -(y ln p + (1 - y) ln(1 - p)), each times its weight."""
    each = -(xlogy(target, probability) + xlogy(1 - target, 1 - probability))
    return reduced("binary_cross_entropy", _times(each, weight), reduction)


@composite(
    torch=lambda torch, logits, target, **options: torch.nn.functional.binary_cross_entropy_with_logits(
        *as_tensors(torch, (logits, target)), **weights(torch, logits, options)
    ),
    order=("logits", "target", "weight"),
)
def bce_with_logits(
    logits: Any, target: Any, *, weight: Any = None, pos_weight: Any = None, reduction: str = "mean"
) -> Any:
    """Binary cross-entropy of sigmoid(logits), without its overflow; `pos_weight` counts what is there."""
    if pos_weight is None:
        each = softplus(logits) - target * logits
    else:
        each = (1 - target) * softplus(logits) + _times(target, pos_weight) * softplus(-logits)
    return reduced("bce_with_logits", _times(each, weight), reduction)


def _torch_kl_div(torch: Any, logs: Any, target: Any, reduction: str = "mean", log_target: bool = False) -> Any:
    """Torch's, whose mean over all elements warns each time that one over the rows may be meant."""
    kl_div = torch.nn.functional.kl_div
    if reduction == "mean":
        return kl_div(logs, target, reduction="none", log_target=log_target).mean()
    return kl_div(logs, target, reduction=reduction, log_target=log_target)


@composite(torch=_torch_kl_div)
def kl_div(logs: Any, target: Any, *, reduction: str = "mean", log_target: bool = False) -> Any:
    """The mean of y (ln y - x): x are logarithms, y probabilities, or logarithms as well; "batchmean" is over rows."""
    each = exp(target) * (target - logs) if log_target else xlogy(target, target) - target * logs
    if reduction == "batchmean":
        return each.sum() / each.shape[0]
    return reduced("kl_div", each, reduction)


@composite(torch=of_torch("poisson_nll_loss", 2), order=("logs", "target", "log_input", "full"))
def poisson_nll_loss(
    logs: Any, target: Any, *, log_input: bool = True, full: bool = False, eps: float = 1e-8, reduction: str = "mean"
) -> Any:
    """The mean of e^x - y x: of a Poisson variable y whose mean has the logarithm x, without ln y!.

    Where x is the mean itself, that of x - y ln(x + eps); if it is to be full, Stirling's ln y! is added to y above 1.
    """
    each = exp(logs) - target * logs if log_input else logs - target * log(logs + eps)
    if full:
        # What is not chosen has its logarithm, too, for NumPy and torch compute both.
        many = where(target > 1, target, 2)
        each = each + where(target > 1, many * log(many) - many + 0.5 * log(2 * pi * many), 0)
    return reduced("poisson_nll_loss", each, reduction)


@composite(
    torch=lambda torch, mean, target, variance, **options: torch.nn.functional.gaussian_nll_loss(
        mean, target, variance, **options
    ),
    order=("mean", "target", "variance", "full", "eps", "reduction"),
)
def gaussian_nll_loss(
    mean: Any, target: Any, variance: Any, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Any:
    """The mean of (ln v + (y - m)^2 / v) / 2; a variance below 1e-6 counts as that, where torch still tells a slope."""
    each = mean - target
    spread = beside(each, variance)
    if spread.shape == each.shape[:-1] != ():
        spread = spread.reshape((*spread.shape, 1))
    if spread.shape != () and not _fits(spread.shape, each.shape):
        raise CaseError(
            f"gaussian_nll_loss: the variances have shape {tuple(spread.shape)}, the means {tuple(each.shape)}: give "
            "one number, one for each mean, or one for each of their rows"
        )
    kept = maximum(spread, eps)
    each = 0.5 * (log(kept) + each**2 / kept)
    return reduced("gaussian_nll_loss", each + 0.5 * log(2 * pi) if full else each, reduction)


def _fits(shape: Sequence[int], whole: Sequence[int]) -> bool:
    """Whether each axis has one element, or as many as the whole has."""
    return len(shape) == len(whole) and all(n in (1, m) for n, m in zip(shape, whole, strict=True))


def _times(each: Any, weight: Any) -> Any:
    return each if weight is None else each * beside(each, weight)
