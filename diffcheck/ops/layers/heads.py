"""Attention under PyTorch's names: of one head and of many, and of many between the linear maps of a layer."""

from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import Traceable, beside, constants
from diffcheck.ops.composites import composite
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.layers.common import linear, of_shown, softmax
from diffcheck.ops.on_arrays.common import permute, take


def _demand_nothing_drawn(dropout_p: float) -> None:
    if dropout_p:
        raise CaseError(f"attention: dropout_p={dropout_p} draws: write dropout(attention(q, k, v), kept, p)")


def _attention_of_torch(torch: Any, q: Any, k: Any, v: Any, mask: Any = None, **options: Any) -> Any:
    _demand_nothing_drawn(options.get("dropout_p", 0.0))
    given = None if mask is None else torch.as_tensor(mask, device=q.device)
    if given is not None and given.dtype is not torch.bool:
        given = given.to(q.dtype)
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, given, **options)


@composite(torch=_attention_of_torch, order=("q", "k", "v", "mask", "dropout_p", "is_causal", "scale", "enable_gqa"))
def attention(
    q: Any,
    k: Any,
    v: Any,
    mask: Any = None,
    *,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Any:
    """Softmax(q k^T / sqrt(width)) v over the last two axes; where the mask is false nothing is looked at.

    A mask of numbers is added to what softmax takes; with `is_causal` nothing is looked at that comes later. With
    `enable_gqa` several heads, axis -3, of q share one of k and v. Who looks at nothing gets zeros.
    """
    _demand_nothing_drawn(dropout_p)
    if is_causal and mask is not None:
        raise CaseError("attention: a mask beside is_causal=True: join them in the mask")
    if enable_gqa:
        k, v = (take(x, np.repeat(np.arange(x.shape[-3]), q.shape[-3] // x.shape[-3]), -3) for x in (k, v))
    scores = q @ k.swapaxes(-1, -2)
    scores = scores / sqrt(q.shape[-1]) if scale is None else scores * scale
    if is_causal:
        mask = np.tril(np.ones(scores.shape[-2:], bool))
    if mask is None or isinstance(mask, Traceable):
        return softmax(scores if mask is None else scores + mask, -1) @ v
    given = np.asarray(mask)
    if given.dtype.kind == "b":
        return of_shown(scores, given, softmax) @ v
    hidden = np.isneginf(given)
    scores = scores + beside(scores, np.where(hidden, 0, given))
    return (of_shown(scores, ~hidden, softmax) if hidden.any() else softmax(scores, -1)) @ v


def _layer_of_torch(torch: Any, query: Any, key: Any, value: Any, heads: int, *weights: Any, **masks: Any) -> Any:
    into, bias, *out = weights
    given = {k: None if mask is None else torch.as_tensor(mask, device=query.device) for k, mask in masks.items()}
    given = {k: m if m is None or m.dtype is torch.bool else m.to(query.dtype) for k, m in given.items()}
    maps = (query.shape[-1], heads, into, bias, None, None, False, 0.0, *out)
    options = {"training": False, "need_weights": False, **given}
    return torch.nn.functional.multi_head_attention_forward(query, key, value, *maps, **options)[0]


@composite(torch=_layer_of_torch)
def multi_head_attention(
    query: Any,
    key: Any,
    value: Any,
    num_heads: int,
    in_proj_weight: Any,
    in_proj_bias: Any,
    out_proj_weight: Any,
    out_proj_bias: Any,
    *,
    attn_mask: Any = None,
    key_padding_mask: Any = None,
) -> Any:
    """Attention of heads between linear maps, of arrays (positions, [batch,] width).

    Where a mask of truths holds, nothing is looked at: `attn_mask` ([batch heads,] positions, keys), whose numbers are
    added instead, and `key_padding_mask` ([batch,] keys). The weights of attention are no part of the result.
    """
    width, many = query.shape[-1], len(query.shape) == 3
    if width % num_heads or tuple(in_proj_weight.shape) != (3 * width, width):
        raise CaseError(
            f"multi_head_attention: a width of {width}, {num_heads} heads, in_proj_weight of shape "
            f"{tuple(in_proj_weight.shape)}: the width must be a multiple of the heads, the weight (3 width, width)"
        )
    parts = []
    for k, x in enumerate((query, key, value)):
        rows = slice(k * width, (k + 1) * width)
        bias = None if in_proj_bias is None else in_proj_bias[rows]
        mapped = linear(x, in_proj_weight[rows], bias)
        apart = mapped.reshape((x.shape[0], -1, num_heads, width // num_heads))
        parts.append(permute(apart, (1, 2, 0, 3)))
    batch, length = parts[0].shape[0], query.shape[0]
    mask = _hidden(attn_mask, key_padding_mask, (batch, num_heads, length, key.shape[0]))
    found = permute(attention(*parts, mask), (2, 0, 1, 3)).reshape((length, batch, width))
    return linear(found if many else found[:, 0], out_proj_weight, out_proj_bias)


def _hidden(attn_mask: Any, key_padding_mask: Any, shape: tuple[int, ...]) -> Any:
    """Both masks as numbers that are added, minus infinity where nothing is looked at."""
    found: Any = None
    for name, given in (("attn_mask", attn_mask), ("key_padding_mask", key_padding_mask)):
        if given is None:
            continue
        mask = constants("multi_head_attention", given, name)
        mask = np.where(mask, -np.inf, 0.0) if mask.dtype.kind == "b" else mask
        if name == "key_padding_mask":
            mask = mask.reshape((-1, 1, 1, shape[-1]))
        elif mask.ndim == 3:
            mask = mask.reshape(shape)
        found = mask if found is None else found + mask
    return found
