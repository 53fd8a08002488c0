"""Rows of what adds elements up at places."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.ops.on_arrays.arrivals import joined
from diffcheck.sources.torch_code.rows.registry import Row, lifted, refuse, row


def _with_an_axis(function: Row) -> Row:
    """For numbers without an axis as well: torch takes them for rows of length one."""

    @functools.wraps(function)
    def call(x: Any, dim: int, index: Any, source: Any, *options: Any, **more: Any) -> Any:
        x, source = lifted(x, source)
        if x.ndim:
            return function(x, dim, _fixed(index), source, *options, **more)
        found = function(x.reshape((1,)), 0, _fixed(index).reshape(-1), source.reshape((-1,)), *options, **more)
        return found.reshape(())

    return call


@row("scatter_add")
def _scatter_add(x: Any, dim: int, index: Any, source: Any) -> Any:
    return _scatter_reduce(x, dim, index, source, "sum")


@row("scatter_reduce")
@_with_an_axis
def _scatter_reduce(x: Any, dim: int, index: Any, source: Any, reduce: str, include_self: bool = True) -> Any:
    if not np.size(index):
        return x
    coordinates = list(np.indices(np.shape(index)))
    used = source[tuple(slice(0, n) for n in np.shape(index))]
    coordinates[dim] = index
    return joined(x, _numbers(x)[tuple(coordinates)], used, reduce, include_self)


@row("index_reduce")
@_with_an_axis
def _index_reduce(x: Any, dim: int, index: Any, source: Any, reduce: str, include_self: bool = True) -> Any:
    return joined(x, np.take(_numbers(x), np.ravel(index), dim), source, reduce, include_self)


@row("_embedding_bag")
def _embedding_bag(
    weight: Any,
    indices: Any,
    offsets: Any,
    scale_grad_by_freq: bool = False,
    mode: int = 0,
    sparse: bool = False,
    per_sample_weights: Any = None,
    include_last_offset: bool = False,
    padding_idx: int = -1,
) -> Any:
    """The sum, the mean or the largest of the rows in each bag; of none of them zero."""
    indices, offsets = _fixed(indices), _fixed(offsets)
    weight, factors = lifted(weight, np.ones(len(indices)) if per_sample_weights is None else per_sample_weights)
    bags, width = len(offsets) - include_last_offset, weight.shape[1]
    bag = np.searchsorted(offsets[:bags], np.arange(len(indices)), side="right") - 1
    counted = indices != padding_idx
    rows = weight[indices[counted]]
    rows = rows if per_sample_weights is None else rows * factors[counted].reshape((-1, 1))
    places = bag[counted][:, None] * width + np.arange(width)
    zeros = weight.lift(np.zeros((bags, width)))
    return joined(zeros, places, rows, ("sum", "mean", "amax")[mode], False), None, None, None


@row("segment_reduce")
def _segment_reduce(
    x: Any,
    reduce: str,
    lengths: Any = None,
    indices: Any = None,
    offsets: Any = None,
    axis: int = 0,
    unsafe: bool = False,
    initial: Any = None,
) -> Any:
    """Sections along an axis, each reduced; the axes before have sections of their own."""
    counts = _fixed(lengths) if offsets is None else np.diff(_fixed(offsets), axis=-1)
    how = {"max": "amax", "min": "amin"}.get(reduce, reduce)
    if how == "mean" and initial is not None:
        return refuse("a mean with an initial value")
    if initial is None and how not in ("sum", "prod") and not counts.all():
        return refuse("a section without elements")
    shape = (*counts.shape, *x.shape[axis + 1 :])
    beside = int(np.prod(x.shape[axis + 1 :], dtype=int))
    section = np.repeat(np.arange(counts.size), counts.ravel())
    places = section[:, None] * beside + np.arange(beside)
    start = {"prod": 1.0}.get(how, 0.0) if initial is None else initial
    whole = x.lift(np.full(shape, start))
    return joined(whole, places, x.reshape(places.shape), how, initial is not None)


@row("put")
def _put(x: Any, index: Any, source: Any, accumulate: bool = False) -> Any:
    """Only where it adds up: else it is a move."""
    x, source = lifted(x, source)
    places = np.arange(x.size)[np.asarray(_fixed(index))]
    return x + source.reshape(places.shape).scattered(places, x.shape)


@row("index_add")
@_with_an_axis
def _index_add(x: Any, dim: int, index: Any, source: Any, alpha: Any = 1) -> Any:
    places = np.take(_numbers(x), np.ravel(index), dim)
    return x + (source if alpha == 1 else alpha * source).scattered(places, x.shape)


@row("index_put", "_unsafe_index_put")
def _index_put(x: Any, indices: Sequence[Any], values: Any, accumulate: bool = False) -> Any:
    """Only where it adds up: else it is a move."""
    x, values = lifted(x, values)
    index = tuple(slice(None) if i is None else _fixed(i) for i in indices)
    places = _numbers(x)[index]
    return x + values.spread(places.shape).scattered(places, x.shape)


def _numbers(x: Any) -> Any:
    return np.arange(x.size).reshape(x.shape)


def _fixed(index: Any) -> Any:
    return index if isinstance(index, np.ndarray) else refuse("where elements go depends on an input")
