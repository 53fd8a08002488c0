"""What networks are made of, beside `activations`, `losses`, `norms`, `heads`: linear maps, softmax, embeddings."""

import itertools
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import beside, constants, is_whole
from diffcheck.ops.composites import composite
from diffcheck.ops.on_arrays import along
from diffcheck.ops.on_arrays.common import Axes, amax, behind, kept, reshape, scatter_add, stack, take
from diffcheck.ops.on_arrays.contraction import einsum
from diffcheck.ops.table import Function


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


@composite(
    torch=lambda torch, x, axis=-1, keepdim=False: torch.logsumexp(
        x, tuple(range(x.ndim)) if axis is None else axis, keepdim
    ),
    numpy=lambda x, axis=-1, keepdim=False: _lse(x, axis, keepdim),
)
def logsumexp(x: Any, axis: Axes = -1, keepdim: bool = False) -> Any:
    """The logarithm of the sum of the exponentials along an axis or several, or of all."""
    return kept(behind(x, axis).along(-1, along.logsumexp), x, axis, keepdim)


def _lse(x: Any, axis: Axes, keepdim: bool) -> Any:
    from scipy.special import logsumexp as function

    return function(x, axis=axis, keepdims=keepdim)


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


def of_shown(x: Any, shown: Any, function: Function) -> Any:
    """A function of the rows along the last axis, each of what it shows; zeros in the other places."""
    rows = np.broadcast_to(shown, x.shape).reshape(-1, x.shape[-1])
    numbers, counts = np.arange(rows.size).reshape(rows.shape), rows.sum(-1)
    found = beside(x, np.zeros(rows.size))
    for count in np.unique(counts[counts > 0]):
        places = numbers[counts == count][rows[counts == count]]
        part = function(take(x, places.reshape(-1, count)))
        found = scatter_add(found, 0, places, reshape(part, (-1,)))
    return reshape(found, x.shape)


def of_each_shown(x: Any, shown: Any, function: Function) -> Any:
    """A function of the rows along the last axis, each of what it shows: one number for each, zero for nothing."""
    rows = np.broadcast_to(shown, x.shape).reshape(-1, x.shape[-1])
    numbers, counts = np.arange(rows.size).reshape(rows.shape), rows.sum(-1)
    found = beside(x, np.zeros(len(rows)))
    for count in np.unique(counts[counts > 0]):
        which = np.flatnonzero(counts == count)
        part = function(take(x, numbers[which][rows[which]].reshape(-1, count)))
        found = scatter_add(found, 0, which, reshape(part, (-1,)))
    return reshape(found, x.shape[:-1])


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


def _places_first(arguments: tuple[Any, ...], options: dict[str, Any]) -> bool:
    """Whether whole numbers stand before the weight, as torch has it."""
    if len(arguments) == 1:
        return "weight" in options
    return bool(arguments) and is_whole(arguments[0]) and not is_whole(arguments[1])


@composite(
    torch=lambda torch, weight, places: torch.nn.functional.embedding(
        torch.as_tensor(places, device=weight.device), weight
    ),
    order=("places", "weight"),
    in_order=_places_first,
)
def embedding(weight: Any, places: Any) -> Any:
    """For each of the places, whole numbers, the row of the weight there."""
    return weight[np.asarray(places)]


def _bags_of_torch(torch: Any, weight: Any, places: Any, offsets: Any = None, **options: Any) -> Any:
    places, offsets = (None if g is None else torch.as_tensor(g, device=weight.device) for g in (places, offsets))
    shares = options.pop("per_sample_weights", None)
    if shares is not None:
        shares = torch.as_tensor(shares, dtype=weight.dtype, device=weight.device)
    return torch.nn.functional.embedding_bag(places, weight, offsets, per_sample_weights=shares, **options)


@composite(torch=_bags_of_torch, order=("places", "weight", "offsets"), in_order=_places_first)
def embedding_bag(
    weight: Any,
    places: Any,
    offsets: Any = None,
    *,
    mode: str = "mean",
    per_sample_weights: Any = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Any:
    """For each bag of places the mean of the rows of the weight there, their sum, or the largest elements of all.

    Bags are the rows of places, or begin at `offsets`. Rows may count by `per_sample_weights`, in sums; the row
    `padding_idx` does not count. An empty bag gives zeros.
    """
    places = constants("embedding_bag", places, "places")
    if mode not in ("sum", "mean", "max") or (per_sample_weights is not None and mode != "sum"):
        raise CaseError(f"embedding_bag: mode {mode!r}: choose from sum, mean, max, with per_sample_weights sum alone")
    if (places.ndim, offsets is None) not in ((1, False), (2, True)):
        raise CaseError(f"embedding_bag: places of shape {places.shape}: give rows of them, or one row and its offsets")
    ends = _ends(places, offsets, include_last_offset)
    flat = places.ravel()
    padding = None if padding_idx is None else range(weight.shape[0])[padding_idx]
    found = []
    for start, stop in itertools.pairwise(ends):
        counted = np.arange(start, stop)[flat[start:stop] != padding]
        rows = weight[flat[counted]]
        if per_sample_weights is not None:
            rows = rows * beside(weight, per_sample_weights).reshape((-1, 1))[counted]
        found.append(_of_bag(rows, mode) if len(counted) else weight[0] * 0)
    return stack(found)


def _ends(places: Any, offsets: Any, last: bool) -> list[int]:
    """Where bags begin, and where the last one ends."""
    if offsets is None:
        return list(range(0, places.size + 1, places.shape[1]))
    starts: list[int] = constants("embedding_bag", offsets, "offsets").tolist()
    return starts if last else [*starts, places.size]


def _of_bag(rows: Any, mode: str) -> Any:
    if mode == "max":
        return amax(rows, 0)
    return rows.sum(0) if mode == "sum" else rows.sum(0) / rows.shape[0]


@composite(torch=lambda torch, labels, num_classes=-1: torch.nn.functional.one_hot(labels.to(torch.int64), num_classes))
def one_hot(labels: Any, num_classes: int = -1) -> Any:
    """For each label a row of zeros with a one at its place, as many as there are classes, or as the labels need."""
    places = constants("one_hot", labels)
    classes = places.max(initial=-1) + 1 if num_classes == -1 else num_classes
    if places.dtype.kind not in "iu" or places.min(initial=0) < 0 or places.max(initial=-1) >= classes or classes < 1:
        raise CaseError(f"one_hot: labels {places.tolist()} must be whole numbers from 0 to {classes - 1}")
    return (places[..., None] == np.arange(classes)).astype(np.int64)
