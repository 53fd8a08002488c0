"""Losses under PyTorch's names, means over all elements as torch has them: its fused function is called there."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import Traceable
from diffcheck.ops.basic import sqrt
from diffcheck.ops.elementary import exp, log
from diffcheck.ops.neural import log_softmax
from diffcheck.ops.pieces import abs, maximum, where
from diffcheck.ops.special import softplus, xlogy
from diffcheck.ops.table import composite

# Loss.cpp of torch holds this constant as a float; beside short vectors nine digits of it show.
_LENGTHENED = float(np.float32(1e-12))


@composite(torch="torch.nn.functional.mse_loss")
def mse_loss(prediction: Any, target: Any) -> Any:
    """The mean of the squared differences."""
    return _mean((prediction - target) ** 2)


@composite(torch="torch.nn.functional.l1_loss")
def l1_loss(prediction: Any, target: Any) -> Any:
    """The mean of the sizes of the differences."""
    return _mean(abs(prediction - target))


@composite(torch=lambda torch, x, target, beta=1.0: torch.nn.functional.smooth_l1_loss(x, target, beta=beta))
def smooth_l1_loss(prediction: Any, target: Any, beta: float = 1.0) -> Any:
    """The mean of d^2 / (2 beta) for differences d below beta, of |d| - beta/2 from there on."""
    d = abs(prediction - target)
    return _mean(where(d < beta, d * d / (2 * beta), d - 0.5 * beta))


@composite(torch=lambda torch, x, target, delta=1.0: torch.nn.functional.huber_loss(x, target, delta=delta))
def huber_loss(prediction: Any, target: Any, delta: float = 1.0) -> Any:
    """The mean of d^2 / 2 for differences d up to delta, of delta (|d| - delta/2) beyond."""
    d = abs(prediction - target)
    return _mean(where(d <= delta, 0.5 * d * d, delta * (d - 0.5 * delta)))


@composite(torch="torch.nn.functional.binary_cross_entropy")
def binary_cross_entropy(probability: Any, target: Any) -> Any:
    """The mean of -(y ln p + (1 - y) ln(1 - p))."""
    return _mean(-(xlogy(target, probability) + xlogy(1 - target, 1 - probability)))


@composite(torch="torch.nn.functional.binary_cross_entropy_with_logits")
def bce_with_logits(logits: Any, target: Any) -> Any:
    """Binary cross-entropy of sigmoid(logits), without its overflow."""
    return _mean(softplus(logits) - target * logits)


@composite(
    torch=lambda torch, logits, labels: torch.nn.functional.cross_entropy(logits, _labels(torch, logits, labels))
)
def cross_entropy(logits: Any, labels: Any) -> Any:
    """The mean of -ln softmax(logits) at the labels, whole numbers."""
    return _at_labels(log_softmax(logits, -1), labels)


@composite(torch=lambda torch, logs, labels: torch.nn.functional.nll_loss(logs, _labels(torch, logs, labels)))
def nll_loss(logs: Any, labels: Any) -> Any:
    """The mean of the negative logarithms at the labels, whole numbers."""
    return _at_labels(logs, labels)


def _at_labels(logs: Any, labels: Any) -> Any:
    if logs.ndim == 1:
        return -logs[int(labels)]
    return -logs[range(logs.shape[0]), labels].sum() / logs.shape[0]


@composite(torch=lambda torch, logs, target: torch.nn.functional.kl_div(logs, target, reduction="batchmean"))
def kl_div(logs: Any, target: Any) -> Any:
    """The sum of y (ln y - x) over the number of rows: x are logarithms, y probabilities."""
    return (xlogy(target, target) - target * logs).sum() / logs.shape[0]


@composite(torch="torch.nn.functional.poisson_nll_loss")
def poisson_nll_loss(logs: Any, target: Any) -> Any:
    """The mean of e^x - y x: of a Poisson variable y whose mean has the logarithm x, without ln y!."""
    return _mean(exp(logs) - target * logs)


@composite(torch=lambda torch, mean, target, variance: torch.nn.functional.gaussian_nll_loss(mean, target, variance))
def gaussian_nll_loss(mean: Any, target: Any, variance: Any) -> Any:
    """The mean of (ln v + (y - m)^2 / v) / 2; a variance below 1e-6 counts as that, and gets the slope at it."""
    kept = maximum(variance, 1e-6)
    return _mean(0.5 * (log(kept) + (mean - target) ** 2 / kept))


@composite(torch="torch.nn.functional.soft_margin_loss")
def soft_margin_loss(x: Any, sign: Any) -> Any:
    """The mean of ln(1 + e^(-y x)), y being 1 or -1."""
    return _mean(softplus(-sign * x))


@composite(torch=lambda torch, x, sign: torch.nn.functional.hinge_embedding_loss(x, _constant(torch, x, sign)))
def hinge_embedding_loss(x: Any, sign: Any) -> Any:
    """The mean of x where y is 1, of max(0, 1 - x) where it is -1."""
    return _mean(where(sign > 0, x, maximum(1 - x, 0)))


@composite(
    torch=lambda torch, a, b, sign, margin=0.0: torch.nn.functional.margin_ranking_loss(
        a, b, _constant(torch, a, sign), margin
    )
)
def margin_ranking_loss(a: Any, b: Any, sign: Any, margin: float = 0.0) -> Any:
    """The mean of max(0, -y (a - b) + margin), y being 1 or -1."""
    return _mean(maximum(-sign * (a - b) + margin, 0))


@composite(
    torch=lambda torch, anchor, positive, negative, margin=1.0: torch.nn.functional.triplet_margin_loss(
        anchor, positive, negative, margin
    )
)
def triplet_margin_loss(anchor: Any, positive: Any, negative: Any, margin: float = 1.0) -> Any:
    """The mean of max(0, |a - p| - |a - n| + margin) over rows; 1e-6 is added to each difference, as torch does."""
    near, far = (sqrt(((anchor - other + 1e-6) ** 2).sum(-1)) for other in (positive, negative))
    return _mean(maximum(near - far + margin, 0))


@composite(
    torch=lambda torch, x, labels, margin=1.0: torch.nn.functional.multi_margin_loss(
        x, _labels(torch, x, labels), margin=margin
    )
)
def multi_margin_loss(x: Any, labels: Any, margin: float = 1.0) -> Any:
    """The mean over rows of the sum of max(0, margin - x_label + x_i) / classes over the other classes."""
    rows, classes = x.shape
    others = np.ones((rows, classes))
    others[range(rows), labels] = 0
    chosen = x[range(rows), labels].reshape((rows, 1))
    return (maximum(margin - chosen + x, 0) * others).sum() / (rows * classes)


@composite(torch="torch.nn.functional.multilabel_soft_margin_loss")
def multilabel_soft_margin_loss(x: Any, target: Any) -> Any:
    """The mean of the binary cross-entropies of sigmoid(x)."""
    return _mean(softplus(x) - target * x)


@composite(
    torch=lambda torch, x, target: torch.nn.functional.multilabel_margin_loss(x, _labels(torch, x, target)),
)
def multilabel_margin_loss(x: Any, target: Any) -> Any:
    """The mean over rows of the sum of max(0, 1 - x_j + x_i) / classes, j its labels, i all other classes.

    The labels of a row are the whole numbers before its first -1; one that stands there twice counts twice.
    """
    labels = _numbers("multilabel_margin_loss", target)
    if len(x.shape) not in (1, 2) or labels.shape != tuple(x.shape):
        raise CaseError(
            f"multilabel_margin_loss: x has shape {tuple(x.shape)}, target {labels.shape}: both must be "
            "([rows,] classes); fill the rows of target up with -1"
        )
    classes = x.shape[-1]
    if labels.dtype.kind not in "iu" or labels.min(initial=0) < -1 or labels.max(initial=0) >= classes:
        raise CaseError(
            f"multilabel_margin_loss: target {labels.tolist()} must hold whole numbers from 0 to {classes - 1}, "
            "and -1 behind them"
        )
    pairs = list(_pairs(np.atleast_2d(labels)))
    if not pairs:
        return x.sum() * 0
    chosen, others = np.array(pairs).T
    flat = x.reshape((-1,))
    return maximum(1 - flat[chosen] + flat[others], 0).sum() / x.size


def _pairs(labels: "np.ndarray[Any, np.dtype[Any]]") -> Iterator[tuple[int, int]]:
    """The places, in row-major order, of each label and each class of its row that is none."""
    classes = labels.shape[1]
    for row, given in enumerate(labels.tolist()):
        own = list(itertools.takewhile(lambda label: label >= 0, given))
        for j, i in itertools.product(own, sorted({*range(classes)} - {*own})):
            yield row * classes + j, row * classes + i


@composite(
    torch=lambda torch, a, b, sign, margin=0.0: torch.nn.functional.cosine_embedding_loss(
        a, b, _constant(torch, a, sign), margin
    )
)
def cosine_embedding_loss(a: Any, b: Any, sign: Any, margin: float = 0.0) -> Any:
    """The mean over rows of 1 - cos where y is 1, of max(0, cos - margin) where it is -1.

    1e-12, rounded to single precision, is added to both squared lengths, as torch does.
    """
    signs = _numbers("cosine_embedding_loss", sign)
    if len(a.shape) not in (1, 2) or a.shape != b.shape or signs.shape != tuple(a.shape[:-1]):
        raise CaseError(
            f"cosine_embedding_loss: shapes {tuple(a.shape)} and {tuple(b.shape)} with signs of shape {signs.shape}: "
            "a and b must be ([rows,] width), sign (rows) or a number"
        )
    if not np.isin(signs, (-1, 1)).all():
        raise CaseError(f"cosine_embedding_loss: sign {signs.tolist()} must hold 1 and -1 alone")
    first, second = ((v * v).sum(-1) + _LENGTHENED for v in (a, b))
    cosine = (a * b).sum(-1) / sqrt(first * second)
    return _mean(where(signs > 0, 1 - cosine, maximum(cosine - margin, 0)))


def _numbers(name: str, given: Any) -> "np.ndarray[Any, np.dtype[Any]]":
    """Labels or signs, which say what the formula is."""
    if isinstance(given, Traceable):
        raise CaseError(f"{name}: its labels depend on an input: give them as numbers, such as np.array([1, -1])")
    return np.asarray(given)


def _constant(torch: Any, x: Any, values: Any) -> Any:
    return torch.as_tensor(values, dtype=x.dtype, device=x.device)


def _labels(torch: Any, logits: Any, labels: Any) -> Any:
    return torch.as_tensor(labels, dtype=torch.int64, device=logits.device)


def _mean(each: Any) -> Any:
    return each.sum() / each.size
