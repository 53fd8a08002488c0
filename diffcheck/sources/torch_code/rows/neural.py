"""Rows of layers and losses."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.ops.layers.convolution import windows
from diffcheck.sources.torch_code.memory import Excluded
from diffcheck.sources.torch_code.rows.reductions import softmax
from diffcheck.sources.torch_code.rows.registry import lifted, mean, refuse, row, total

_CONVOLUTIONS = {1: ops.conv1d, 2: ops.conv2d, 3: ops.conv3d}


@row("convolution")
def convolution(
    x: Any, w: Any, bias: Any, stride: Any, padding: Any, dilation: Any, transposed: bool, more: Any, groups: int
) -> Any:
    """The convolution, or the transposed one."""
    x, w = lifted(*(v for v in (x, w, bias) if v is not None))[:2]
    if transposed:
        found = _spread_by_kernel(x, w, tuple(stride), tuple(padding), tuple(dilation), tuple(more), groups)
        return found if bias is None else found + bias.reshape((-1, *(1,) * len(stride)))
    return _CONVOLUTIONS[len(w.shape) - 2](
        x, w, bias, stride=tuple(stride), padding=tuple(padding), dilation=tuple(dilation), groups=groups
    )


def _spread_by_kernel(x: Any, w: Any, stride: Any, padding: Any, dilation: Any, more: Any, groups: int) -> Any:
    """The transposed convolution: every element puts the kernel, times itself, where it lies; what meets is added."""
    if groups != 1:
        inner, outer = x.shape[1] // groups, w.shape[0] // groups
        parts = [
            _spread_by_kernel(
                x[:, g * inner : (g + 1) * inner], w[g * outer : (g + 1) * outer], stride, padding, dilation, more, 1
            )
            for g in range(groups)
        ]
        return parts[0].concatenate(parts, 1)
    axes = len(stride)
    (batch, inner, *lengths), (_, outer, *kernel) = x.shape, w.shape
    whole = [
        (n - 1) * s + d * (k - 1) + 1 + m for n, s, d, k, m in zip(lengths, stride, dilation, kernel, more, strict=True)
    ]
    shape = (batch, outer, *whole)
    places = windows("convolution", shape, kernel, stride, dilation)
    places = places[(slice(None), slice(None), *(slice(0, n) for n in lengths))]
    # For each position and place of the kernel the sum over the channels that come in.
    columns = x.permute((0, *range(2, 2 + axes), 1)).reshape((-1, inner)) @ w.reshape((inner, -1))
    parts = columns.reshape((batch, *lengths, outer, *kernel))
    order = (0, 1 + axes, *range(1, 1 + axes), *range(2 + axes, 2 + 2 * axes))
    found = parts.permute(order).scattered(places, shape)
    return found[(slice(None), slice(None), *(slice(p, n - p) for p, n in zip(padding, whole, strict=True)))]


@row("native_layer_norm")
def _layer_norm(x: Any, shape: Sequence[int], weight: Any, bias: Any, eps: float) -> Any:
    axes = tuple(range(x.ndim - len(shape), x.ndim))
    normed, centre, scale = _normed(x, axes, eps)
    normed = normed if weight is None else normed * weight
    return (normed if bias is None else normed + bias), centre, scale


def _normed(x: Any, axes: tuple[int, ...], eps: float) -> Any:
    """Less the mean, divided by the root of the variance and eps; with the mean and one over that root."""
    centre = mean(x, axes, keepdim=True)
    centred = x - centre
    root = ops.sqrt(mean(centred * centred, axes, keepdim=True) + eps)
    return centred / root, centre, 1 / root


@row("native_group_norm")
def _group_norm(x: Any, weight: Any, bias: Any, n: int, c: int, size: int, groups: int, eps: float) -> Any:
    normed, centre, scale = _normed(x.reshape((n, groups, c // groups * size)), (2,), eps)
    found = normed.reshape(x.shape)
    like = (1, c, *(1,) * (x.ndim - 2))
    found = found if weight is None else found * weight.reshape(like)
    found = found if bias is None else found + bias.reshape(like)
    return found, centre.reshape((n, groups)), scale.reshape((n, groups))


@row("_native_batch_norm_legit")
def _batch_norm_legit(x: Any, weight: Any, bias: Any, *others: Any) -> Any:
    """With running statistics, or without: then they are no arguments either."""
    statistics = others if len(others) == 5 else (None, None, *others)
    return _batch_norm(x, weight, bias, *statistics)


@row("_batch_norm_with_update")
def _batch_norm_with_update(x: Any, weight: Any, bias: Any, *others: Any) -> Any:
    *statistics, momentum, eps = others
    return _batch_norm(x, weight, bias, *statistics, True, momentum, eps)


@row("native_batch_norm")
def _batch_norm(
    x: Any, weight: Any, bias: Any, centre: Any, variance: Any, training: bool, momentum: Any, eps: float
) -> Any:
    """The running statistics are a side effect; no later operation of the same run may need them."""
    like = (1, -1, *(1,) * (x.ndim - 2))
    beside = tuple(a for a in range(x.ndim) if a != 1)
    if training:
        normed, found, scale = _normed(x, beside, eps)
        found, scale = found.reshape((-1,)), scale.reshape((-1,))
    else:
        normed = (x - centre.reshape(like)) / lifted(x, ops.sqrt(variance + eps))[1].reshape(like)
        found, scale = None, None
    normed = normed if weight is None else normed * weight.reshape(like)
    return (normed if bias is None else normed + bias.reshape(like)), found, scale


@row("_scaled_dot_product_flash_attention_for_cpu")
def attention(
    q: Any, k: Any, v: Any, dropout: float = 0.0, causal: bool = False, attn_mask: Any = None, scale: Any = None
) -> Any:
    """Attention, and nothing of the logarithms of its sums; of fewer keys' heads each serves several queries' ones."""
    if dropout:
        return refuse("dropout inside a fused attention")
    q, k, v = lifted(q, k, v)
    serves = np.arange(q.shape[-3]) * k.shape[-3] // q.shape[-3]
    k, v = (a if a.shape[-3] == q.shape[-3] else a[:, serves] for a in (k, v))
    scores = q @ k.swapaxes(-1, -2) * (1 / np.sqrt(q.shape[-1]) if scale is None else scale)
    excluded = ~np.tril(np.ones(scores.shape[-2:], bool)) if causal else np.zeros(scores.shape[-2:], bool)
    if isinstance(attn_mask, np.ndarray) and attn_mask.dtype.kind == "b":
        excluded = excluded | ~attn_mask
    elif isinstance(attn_mask, np.ndarray):
        excluded = excluded | np.isneginf(attn_mask)
        scores = scores + np.where(np.isneginf(attn_mask), 0, attn_mask)
    elif isinstance(attn_mask, Excluded):
        excluded, scores = excluded | attn_mask.places, scores + attn_mask.values
    elif attn_mask is not None:
        scores = scores + attn_mask
    masked = Excluded(scores, np.broadcast_to(excluded, scores.shape)) if excluded.any() else scores
    return softmax(masked, -1) @ v, None


# Losses. How they are reduced: 0 not at all, 1 by the mean, 2 by the sum.


def _reduced(each_: Any, reduction: int) -> Any:
    return (lambda x: x, mean, total)[reduction](each_)


@row("nll_loss_forward", "nll_loss2d_forward")
def _nll_loss(x: Any, target: Any, weight: Any, reduction: int, ignored: int) -> Any:
    """Minus what stands at the labels; the mean is weighted."""
    x = x.values if isinstance(x, Excluded) else x
    many = x if x.ndim > 1 else x.reshape((1, -1))
    labels = np.asarray(target).reshape((many.shape[0], *many.shape[2:]))
    counted = labels != ignored
    places = np.where(counted, labels, 0)
    others = np.indices(labels.shape)
    chosen = many[(others[0], places, *others[1:])]
    weights = counted.astype(float) if weight is None else lifted(x, weight)[1][places] * counted
    losses = -(chosen * weights)
    if reduction == 0:
        return losses.reshape(np.shape(target)), None
    whole = weights.sum() if weight is not None else int(counted.sum())
    return (losses.sum() / whole if reduction == 1 else losses.sum()), lifted(x, whole)[1]


@row("multilabel_margin_loss_forward")
def multilabel_margin_loss(x: Any, target: Any, reduction: int) -> Any:
    """The loss, and which classes are labels of their row: those before its first -1."""
    labels = np.asarray(target)
    many = np.atleast_2d(labels)
    marks = np.zeros(many.shape)
    rows, places = np.nonzero(np.cumprod(many >= 0, -1))
    marks[rows, many[rows, places]] = 1
    found = ops.multilabel_margin_loss(x, labels, reduction=("none", "mean", "sum")[reduction])
    return found, lifted(x, marks.reshape(labels.shape))[1]


@row("binary_cross_entropy")
def _bce(x: Any, target: Any, weight: Any = None, reduction: int = 1) -> Any:
    x, target = lifted(x, target)
    found = -(ops.xlogy(target, x) + ops.xlogy(1 - target, 1 - x))
    return _reduced(found if weight is None else found * weight, reduction)


@row("binary_cross_entropy_with_logits")
def _bce_with_logits(x: Any, target: Any, weight: Any = None, pos_weight: Any = None, reduction: int = 1) -> Any:
    x, target = lifted(x, target)
    if pos_weight is None:
        found = ops.softplus(x) - target * x
    else:
        found = (1 - target) * x + (1 + (pos_weight - 1) * target) * ops.softplus(-x)
    return _reduced(found if weight is None else found * weight, reduction)


@row("mse_loss")
def _mse_loss(x: Any, y: Any, reduction: int = 1) -> Any:
    return _reduced((x - y) ** 2, reduction)


@row("huber_loss")
def _huber_loss(x: Any, y: Any, reduction: int = 1, delta: float = 1.0) -> Any:
    size = ops.abs(x - y)
    return _reduced(ops.where(size <= delta, 0.5 * size * size, delta * (size - 0.5 * delta)), reduction)


@row("smooth_l1_loss")
def _smooth_l1_loss(x: Any, y: Any, reduction: int = 1, beta: float = 1.0) -> Any:
    size = ops.abs(x - y)
    return _reduced(size if beta == 0 else ops.where(size < beta, size * size / (2 * beta), size - beta / 2), reduction)
