"""What networks are made of, beside `activations`, `losses`, `norms`: linear maps, softmax, attention, embeddings."""

from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops import along
from diffcheck.ops.arrays import stack
from diffcheck.ops.basic import sqrt
from diffcheck.ops.contraction import einsum
from diffcheck.ops.table import composite


@composite(torch=lambda torch, x, weight, bias=None: torch.nn.functional.linear(x, weight, bias))
def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """X, whose last axis are features, times the transposed weight, plus the bias."""
    if len(weight.shape) not in (1, 2) or not len(x.shape) or x.shape[-1] != weight.shape[-1]:
        raise CaseError(
            f"linear: x has shape {tuple(x.shape)}, weight {tuple(weight.shape)}: x must be (..., inputs), weight "
            "([outputs,] inputs)"
        )
    found = x @ (weight.swapaxes(0, 1) if len(weight.shape) == 2 else weight)
    return found if bias is None else found + bias


@composite(torch=lambda torch, x1, x2, weight, bias=None: torch.nn.functional.bilinear(x1, x2, weight, bias))
def bilinear(x1: Any, x2: Any, weight: Any, bias: Any = None) -> Any:
    """For each output k the sum of x1_i W_kij x2_j, plus the bias."""
    (*rows, m), (*others, n) = x1.shape, x2.shape
    if rows != others or len(weight.shape) != 3 or tuple(weight.shape[1:]) != (m, n):
        raise CaseError(
            f"bilinear: shapes {tuple(x1.shape)} and {tuple(x2.shape)}, weight {tuple(weight.shape)}: x1 must be "
            "(..., m), x2 (..., n) with the same axes before, weight (outputs, m, n)"
        )
    found = einsum("bi,kij,bj->bk", x1.reshape((-1, m)), weight, x2.reshape((-1, n)))
    found = found.reshape((*rows, weight.shape[0]))
    return found if bias is None else found + bias


@composite(torch=lambda torch, x, axis=-1: torch.logsumexp(x, dim=axis), numpy=lambda x, axis=-1: _lse(x, axis))
def logsumexp(x: Any, axis: int = -1) -> Any:
    """The logarithm of the sum of the exponentials along an axis."""
    return x.along(axis, along.logsumexp)


def _lse(x: Any, axis: int) -> Any:
    from scipy.special import logsumexp as function

    return function(x, axis=axis)


@composite(torch=lambda torch, x, axis=-1: torch.softmax(x, dim=axis), numpy=lambda x, axis=-1: _softmax(x, axis))
def softmax(x: Any, axis: int = -1) -> Any:
    """Exponentials along an axis, divided by their sum."""
    return x.along(axis, along.softmax)


def _softmax(x: Any, axis: int) -> Any:
    from scipy.special import softmax as function

    return function(x, axis=axis)


@composite(
    torch=lambda torch, x, axis=-1: torch.log_softmax(x, dim=axis), numpy=lambda x, axis=-1: _log_softmax(x, axis)
)
def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithm of softmax."""
    return x.along(axis, along.log_softmax)


def _log_softmax(x: Any, axis: int) -> Any:
    from scipy.special import log_softmax as function

    return function(x, axis=axis)


@composite(
    torch=lambda torch, x, axis=-1: torch.nn.functional.softmin(x, dim=axis),
    numpy=lambda x, axis=-1: _softmax(-x, axis),
)
def softmin(x: Any, axis: int = -1) -> Any:
    """Softmax of -x."""
    return softmax(-x, axis)


@composite(
    torch=lambda torch, x, axis=-1: torch.logcumsumexp(x, dim=axis),
    numpy=lambda x, axis=-1: np.logaddexp.accumulate(x, axis),
)
def logcumsumexp(x: Any, axis: int = -1) -> Any:
    """The logarithms of the sums of all exponentials up to each along an axis."""
    rows = x.swapaxes(axis, -1)
    found = [logsumexp(rows[..., : k + 1], -1) for k in range(x.shape[axis])]
    return stack(found, -1).swapaxes(axis, -1)


@composite(
    torch=lambda torch, q, k, v, mask=None: torch.nn.functional.scaled_dot_product_attention(
        q, k, v, None if mask is None else torch.as_tensor(mask, device=q.device)
    )
)
def attention(q: Any, k: Any, v: Any, mask: Any = None) -> Any:
    """Softmax(q k^T / sqrt(width)) v over the last two axes; where the mask is false nothing is looked at."""
    weights = softmax(q @ k.swapaxes(-1, -2) / sqrt(q.shape[-1]), -1)
    if mask is None:
        return weights @ v
    shown = weights * np.asarray(mask, float)
    return shown / shown.sum(-1).reshape((*shown.shape[:-1], 1)) @ v


@composite(torch=lambda torch, x, kept, rate: x * torch.as_tensor(kept, dtype=x.dtype, device=x.device) / (1 - rate))
def dropout(x: Any, kept: Any, rate: float) -> Any:
    """X where it is kept, a given mask of ones and zeros, divided by the part that is; zero elsewhere."""
    return x * np.asarray(kept, float) / (1 - rate)


@composite(
    torch=lambda torch, weight, places: torch.nn.functional.embedding(
        torch.as_tensor(places, device=weight.device), weight
    )
)
def embedding(weight: Any, places: Any) -> Any:
    """For each of the places, whole numbers, the row of the weight there."""
    return weight[np.asarray(places)]
