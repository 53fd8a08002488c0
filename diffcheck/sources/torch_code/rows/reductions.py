"""Rows of what goes along axes: sums, means, extremes, softmax."""

from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.ops.exact import reciprocal
from diffcheck.ops.layers.common import of_each_shown, of_shown
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.memory import Excluded
from diffcheck.sources.torch_code.rows.registry import (
    as_number,
    axes_of,
    count,
    kept,
    mean,
    refuse,
    row,
    total,
    with_an_axis,
)


@row("sum")
def _sum(x: Any, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    if not x.size:
        return np.asarray(np.zeros(x.shape).sum(axes_of(x, dim), keepdims=keepdim))
    return total(as_number(x), dim, keepdim)


@row("mean")
def _mean(x: Any, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    return mean(as_number(x), dim, keepdim)


def _variance(x: Any, dim: Any, correction: Any, keepdim: bool) -> Any:
    if isinstance(dim, bool):  # torch's older way to ask for a correction
        dim, correction = None, int(dim)
    axes = axes_of(x, dim)
    centred = x - mean(x, axes, keepdim=True)
    less = 1 if correction is None else correction
    return total(centred * centred, axes, keepdim) / (count(x, axes) - less)


@row("var")
def variance(x: Any, dim: Any = None, correction: Any = None, keepdim: bool = False, unbiased: bool = True) -> Any:
    """By the differences from the mean."""
    return _variance(x, dim, correction if unbiased else 0, keepdim)


@row("std")
def _std(x: Any, dim: Any = None, correction: Any = None, keepdim: bool = False, unbiased: bool = True) -> Any:
    return ops.sqrt(_variance(x, dim, correction if unbiased else 0, keepdim))


@row("var_mean")
def _var_mean(x: Any, dim: Any = None, correction: Any = None, keepdim: bool = False) -> Any:
    return _variance(x, dim, correction, keepdim), mean(x, None if isinstance(dim, bool) else dim, keepdim)


@row("prod")
def _prod(x: Any, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    axes = axes_of(x, dim)
    beside = tuple(a for a in range(x.ndim) if a not in axes)
    rows = x.permute((*beside, *axes)).reshape((*(x.shape[a] for a in beside), -1))
    return kept(ops.prod(rows, axis=-1), x, axes, keepdim)


@row("cumsum")
def _cumsum(x: Any, dim: int, dtype: Any = None) -> Any:
    return ops.cumsum(x, dim) if x.ndim else x


@row("amax")
def _amax(x: Any, dim: Any = (), keepdim: bool = False) -> Any:
    if isinstance(x, Excluded):
        return _of_what_is_left(x, dim, keepdim, lambda rows: ops.amax(rows, -1))
    axes = axes_of(x, dim)
    return kept(ops.amax(x, axes) if axes else x, x, axes, keepdim)


@row("amin")
def _amin(x: Any, dim: Any = (), keepdim: bool = False) -> Any:
    if isinstance(x, Excluded):
        if not x.above:
            return refuse("minus infinity goes into it")
        return _of_what_is_left(x, dim, keepdim, lambda rows: ops.amin(rows, -1))
    axes = axes_of(x, dim)
    return kept(ops.amin(x, axes) if axes else x, x, axes, keepdim)


@row("max")
def _max(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
    return (_amax(x, dim, keepdim), None)[: 1 if dim is None else 2]


@row("min")
def _min(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
    return (_amin(x, dim, keepdim), None)[: 1 if dim is None else 2]


@row("sort")
@with_an_axis
def _sort(x: Any, dim: int = -1, descending: bool = False, stable: bool | None = None) -> Any:
    found = ops.sort(x, dim)
    order = (*[slice(None)] * (range(x.ndim)[dim]), slice(None, None, -1))
    return (found[order] if descending else found), None


@row("topk")
@with_an_axis
def _topk(x: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    return (ops.topk(x, k, dim) if largest else -ops.topk(-x, k, dim)), None


@row("kthvalue")
@with_an_axis
def _kth_value(x: Any, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    found = x.swapaxes(dim, -1).ranked((k - 1,)).swapaxes(dim, -1)
    return (found if keepdim else found.sum(dim)), None


@row("median", "nanmedian")
@with_an_axis
def _median(x: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    if dim is None:
        return ops.median(x.ravel())
    return kept(ops.median(x, dim), x, axes_of(x, dim), keepdim), None


@row("_cdist_forward")
def distances(x: Any, y: Any, p: float, mode: Any = None) -> Any:
    """Between each row of one and each of the other; of a row and itself it is zero wherever the row lies."""
    itself = np.eye(x.shape[-2], dtype=bool) & (isinstance(y, Traced) and isinstance(x, Traced) and x.node == y.node)
    apart = x.reshape((*x.shape[:-1], 1, x.shape[-1])) - y.reshape((*y.shape[:-2], 1, *y.shape[-2:]))
    if not itself.any():
        return _norm(apart, p, -1)
    # Of what is nothing the root has no slope, which is nobody's question there.
    return _norm(apart.replaced(itself[..., None], 1), p, -1).replaced(itself, 0)


@row("_pdist_forward")
def distances_of_pairs(x: Any, p: float = 2) -> Any:
    """Between each two rows."""
    one, two = np.triu_indices(x.shape[0], 1)
    return _norm(x[one] - x[two], p, -1)


@row("linalg_vector_norm")
def _norm(x: Any, ord: Any = 2, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    if ord == 2:
        return ops.sqrt(total(x * x, dim, keepdim))
    if ord == 1:
        return total(ops.abs(x), dim, keepdim)
    if ord in (np.inf, -np.inf):
        return (_amax if ord > 0 else _amin)(ops.abs(x), () if dim is None else dim, keepdim)
    if ord == 0:
        return total(ops.where(ops.ne(x, 0), 1, 0), dim, keepdim)
    return total(ops.abs(x) ** ord, dim, keepdim) ** reciprocal(ord)


# Softmax and what belongs to it; where values are minus infinity, along what is left of each row.


@row("_softmax")
@with_an_axis
def _softmax(x: Any, dim: int, half: bool = False) -> Any:
    return softmax(x, dim)


@row("_safe_softmax")
@with_an_axis
def _safe_softmax(x: Any, dim: int, dtype: Any = None) -> Any:
    return softmax(x, dim)


@row("_log_softmax")
@with_an_axis
def _log_softmax(x: Any, dim: int, half: bool = False) -> Any:
    if not isinstance(x, Excluded):
        return ops.log_softmax(x, dim)
    return Excluded(_of_rows(x, dim, lambda rows: ops.log_softmax(rows, -1)), x.places)


@row("logsumexp")
def _logsumexp(x: Any, dim: Any, keepdim: bool = False) -> Any:
    if isinstance(x, Excluded):
        return _of_what_is_left(x, dim, keepdim, lambda rows: ops.logsumexp(rows, -1))
    axes = axes_of(x, dim)
    beside = tuple(a for a in range(x.ndim) if a not in axes)
    rows = x.permute((*beside, *axes)).reshape((*(x.shape[a] for a in beside), -1))
    return kept(ops.logsumexp(rows, -1), x, axes, keepdim)


def softmax(x: Any, dim: int) -> Any:
    """Softmax along an axis; excluded places get zero."""
    return _of_rows(x, dim, lambda rows: ops.softmax(rows, -1)) if isinstance(x, Excluded) else ops.softmax(x, dim)


def _of_what_is_left(x: Excluded, dim: Any, keepdim: bool, function: Any) -> Any:
    """A function of what lies along some axes, without what is excluded; of nothing it is infinite, too."""
    axes = axes_of(x.values, dim)
    beside = tuple(a for a in range(x.values.ndim) if a not in axes)
    shape = (*(x.values.shape[a] for a in beside), count(x.values, axes))
    left = ~x.places.transpose((*beside, *axes)).reshape(shape)
    found = of_each_shown(x.values.permute((*beside, *axes)).reshape(shape), left, function)
    values, nothing = (kept(part, x.values, axes, keepdim) for part in (found, ~left.any(-1)))
    return Excluded(values, nothing, x.above) if nothing.any() else values


def _of_rows(x: Excluded, dim: int, function: Any) -> Traced:
    """A function of the rows along an axis, each without what is excluded; zeros there."""
    values, left = x.values.swapaxes(dim, -1), ~np.swapaxes(x.places, dim, -1)
    if not left.any(-1).all():
        refuse("a row is excluded altogether")
    found: Traced = of_shown(values, left, function).swapaxes(dim, -1)
    return found
