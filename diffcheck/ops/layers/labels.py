"""Losses of classes under PyTorch's names: at labels, which are whole numbers, or beside probabilities of all classes.

Classes lie along axis 1, those of a single row along axis 0. Labels say what the formula is: they are constants.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import beside, constants
from diffcheck.ops.composites import composite
from diffcheck.ops.exact import rational
from diffcheck.ops.functions.pieces import maximum
from diffcheck.ops.functions.special import softplus
from diffcheck.ops.layers.common import linear, log_softmax
from diffcheck.ops.layers.reduction import labels_of_torch, of_torch, reduced, target_of_torch, weights
from diffcheck.ops.on_arrays.common import permute, stack

Labels = np.ndarray[Any, np.dtype[Any]]


@composite(torch=labels_of_torch("cross_entropy"), order=("logits", "target", "weight"))
def cross_entropy(
    logits: Any,
    target: Any,
    *,
    weight: Any = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Any:
    """The mean of -ln softmax(logits) at the labels, or times probabilities of all classes and added up.

    The mean at labels is over the sum of the weights of their classes. A part of the probability, `label_smoothing`,
    goes to all classes in equal shares.
    """
    if not 0 <= label_smoothing <= 1:
        raise CaseError(f"cross_entropy: label_smoothing={label_smoothing}: it must lie between 0 and 1")
    shape = target.shape if hasattr(target, "shape") else np.shape(target)
    if tuple(shape) != tuple(logits.shape):
        logs, labels = log_softmax(_rows(logits), -1), constants("cross_entropy", target)
        options = weight, ignore_index, reduction
        return _at_labels("cross_entropy", logs, labels, logits.shape, options, label_smoothing)
    if ignore_index >= 0:
        raise CaseError(f"cross_entropy: ignore_index={ignore_index} beside probabilities: it is for labels")
    logs, shares = log_softmax(_rows(logits), -1), _rows(beside(logits, target))
    if label_smoothing:
        shares = (1 - label_smoothing) * shares + rational(1, logs.shape[1]) * label_smoothing
    found = shares * logs if weight is None else shares * logs * beside(logs, weight)
    return reduced("cross_entropy", -found.sum(-1).reshape(_shape_of_labels(logits.shape)), reduction)


@composite(torch=labels_of_torch("nll_loss"), order=("logs", "labels", "weight"))
def nll_loss(logs: Any, labels: Any, *, weight: Any = None, ignore_index: int = -100, reduction: str = "mean") -> Any:
    """The mean of the negative logarithms at the labels, over the sum of the weights of their classes."""
    found = constants("nll_loss", labels)
    return _at_labels("nll_loss", _rows(logs), found, logs.shape, (weight, ignore_index, reduction))


@composite(
    torch=lambda torch, x, linear_weight, target, **options: torch.nn.functional.linear_cross_entropy(
        x, linear_weight, target_of_torch(torch, x, target), **weights(torch, x, options)
    )
)
def linear_cross_entropy(x: Any, linear_weight: Any, target: Any, *, linear_bias: Any = None, **options: Any) -> Any:
    """Cross-entropy of a linear map of x, with its options; the weight is (classes, [lengths ...,] inputs)."""
    *shape, inputs = linear_weight.shape
    bias = None if linear_bias is None else beside(x, linear_bias).reshape((-1,))
    logits = linear(x, linear_weight.reshape((-1, inputs)), bias)
    return cross_entropy(logits.reshape((*x.shape[:-1], *shape)), target, **options)


def _rows(x: Any) -> Any:
    """Classes along the last of two axes."""
    if len(x.shape) == 2:
        return x
    behind = x if len(x.shape) == 1 else permute(x, (0, *range(2, len(x.shape)), 1))
    return behind.reshape((-1, behind.shape[-1]))


def _shape_of_labels(shape: Sequence[int]) -> tuple[int, ...]:
    return (*shape[:1], *shape[2:]) if len(shape) > 1 else ()


def _at_labels(
    name: str, logs: Any, labels: Labels, shape: Sequence[int], options: tuple[Any, int, str], smoothing: float = 0.0
) -> Any:
    """Negative logarithms at labels, times the weights of these; `logs` are rows, `shape` was theirs before."""
    weight, ignored, reduction = options
    classes, of_labels = logs.shape[1], _shape_of_labels(shape)
    counted = labels.ravel() != ignored
    places = np.where(counted, labels.ravel(), 0)
    if labels.shape != of_labels or labels.dtype.kind not in "iu" or not ((places >= 0) & (places < classes)).all():
        raise CaseError(
            f"{name}: labels {labels.tolist()} for logarithms of shape {tuple(shape)}: they must be whole numbers from "
            f"0 to {classes - 1}, or {ignored}, of shape {of_labels}"
        )
    if reduction == "mean" and not counted.any():
        raise CaseError(f"{name}: all labels are {ignored}, which is ignored: nothing is left to take the mean of")
    weight = beside(logs, weight)
    chosen = logs[np.arange(len(places)), places]
    each = chosen if weight is None else chosen * weight[places]
    if smoothing:
        spread = logs if weight is None else logs * weight
        each = (1 - smoothing) * each + smoothing * spread.sum(-1) / classes
    each = each if counted.all() else each * beside(logs, counted)
    count = int(counted.sum()) if weight is None else weight[places[counted]].sum()
    return reduced(name, -each.reshape(of_labels), reduction, count)


@composite(torch=labels_of_torch("multi_margin_loss", "p", "margin"))
def multi_margin_loss(
    x: Any, labels: Any, p: int = 1, margin: float = 1.0, *, weight: Any = None, reduction: str = "mean"
) -> Any:
    """The mean over rows of the sum of max(0, margin - x_label + x_i)^p / classes over the other classes."""
    rows, found = _rows(x), constants("multi_margin_loss", labels)
    if len(x.shape) not in (1, 2) or found.shape != tuple(x.shape[:-1]) or p not in (1, 2):
        raise CaseError(
            f"multi_margin_loss: x has shape {tuple(x.shape)}, the labels {found.shape}, p is {p}: x must be ([rows,] "
            "classes), labels (rows) or a number, p 1 or 2"
        )
    each, places = np.arange(rows.shape[0]), found.reshape((-1,))
    others = np.ones(rows.shape)
    others[each, places] = 0
    behind = maximum(margin - rows[each, places].reshape((-1, 1)) + rows, 0) * beside(x, others)
    lost = (behind if p == 1 else behind * behind).sum(-1) / rows.shape[1]
    lost = lost if weight is None else lost * beside(x, weight)[places]
    return reduced("multi_margin_loss", lost.reshape(found.shape), reduction)


@composite(torch=of_torch("multilabel_soft_margin_loss", 2), order=("x", "target", "weight"))
def multilabel_soft_margin_loss(x: Any, target: Any, *, weight: Any = None, reduction: str = "mean") -> Any:
    """The mean over rows of that of the binary cross-entropies of sigmoid(x), each class times its weight."""
    each = target * softplus(-x) + (1 - target) * softplus(x)
    each = each if weight is None else each * beside(each, weight)
    return reduced("multilabel_soft_margin_loss", each.sum(-1) / each.shape[-1], reduction)


@composite(torch=labels_of_torch("multilabel_margin_loss"))
def multilabel_margin_loss(x: Any, target: Any, *, reduction: str = "mean") -> Any:
    """The mean over rows of the sum of max(0, 1 - x_j + x_i) / classes, j its labels, i all other classes.

    The labels of a row are the whole numbers before its first -1; one that stands there twice counts twice.
    """
    labels = constants("multilabel_margin_loss", target)
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
    lost = [_behind(row, given) for row, given in zip(_rows(x), np.atleast_2d(labels), strict=True)]
    return reduced("multilabel_margin_loss", stack(lost) if len(x.shape) > 1 else lost[0], reduction)


def _behind(row: Any, labels: Labels) -> Any:
    """How far classes come near those that labels name, or stand above them: the mean over all classes."""
    pairs = list(_pairs(labels.tolist()))
    if not pairs:
        return row.sum() * 0
    chosen, others = np.array(pairs).T
    return maximum(1 - row[chosen] + row[others], 0).sum() / len(row)


def _pairs(labels: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Each label of a row with each class that is none."""
    own = list(itertools.takewhile(lambda label: label >= 0, labels))
    return itertools.product(own, sorted({*range(len(labels))} - {*own}))
