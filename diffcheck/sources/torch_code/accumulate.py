"""Rows of what adds elements up at places."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.sources.torch_code.registry import lifted, refuse, row


@row("scatter_add")
def _scatter_add(x: Any, dim: int, index: Any, source: Any) -> Any:
    x, source = lifted(x, source)
    used = source[tuple(slice(0, n) for n in np.shape(index))]
    return ops.scatter_add(x, dim, _fixed(index), used)


@row("scatter_reduce")
def _scatter_reduce(x: Any, dim: int, index: Any, source: Any, reduce: str, include_self: bool = True) -> Any:
    if reduce != "sum" or not include_self:
        return refuse("other than the sum, the elements themselves included")
    return _scatter_add(x, dim, index, source)


@row("index_add")
def _index_add(x: Any, dim: int, index: Any, source: Any, alpha: Any = 1) -> Any:
    x, source = lifted(x, source)
    places = np.take(_numbers(x), _fixed(index), dim)
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
