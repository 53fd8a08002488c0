"""What arrives at places of an array and joins what stands there, under the names and with the arguments of torch."""

from collections.abc import Callable
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import constants
from diffcheck.ops.composites import composite
from diffcheck.ops.on_arrays.common import amax, amin, concatenate, mean, prod, reshape, scatter_add, sum

_JOINED: dict[str, Callable[..., Any]] = {"sum": sum, "mean": mean, "prod": prod, "amax": amax, "amin": amin}


def joined(x: Any, places: Any, source: Any, reduce: str, include_self: bool) -> Any:
    """At each place what arrives there, with what stands there or without; where nothing arrives what stands there.

    Parameters
    ----------
    places:
        For each element of ``source`` where it arrives, in row-major order of ``x``.
    reduce:
        ``sum``, ``mean``, ``prod``, ``amax`` or ``amin``.
    """
    size = int(np.prod(x.shape, dtype=int))
    flat, coming, places = reshape(x, (size,)), reshape(source, (-1,)), np.ravel(places)
    if reduce == "sum" and include_self:
        return reshape(scatter_add(flat, 0, places, coming), x.shape)
    every = concatenate([flat, coming])
    order = np.argsort(places, kind="stable")
    arrived, starts, counts = np.unique(places[order], return_index=True, return_counts=True)
    parts, origin, made = [flat], np.arange(size), size
    for n in np.unique(counts):
        own = arrived[counts == n]
        rows = size + order[starts[counts == n][:, None] + np.arange(n)]
        rows = np.concatenate([own[:, None], rows], 1) if include_self else rows
        parts.append(_JOINED[reduce](every[rows], -1))
        origin[own] = made + np.arange(own.size)
        made += own.size
    return reshape(concatenate(parts)[origin], x.shape)


def _numbers(x: Any) -> Any:
    return np.arange(int(np.prod(x.shape, dtype=int))).reshape(x.shape)


def _scatter_torch(
    torch: Any, x: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True
) -> Any:
    index, src = (torch.as_tensor(index, device=x.device), torch.as_tensor(src, dtype=x.dtype, device=x.device))
    return torch.scatter_reduce(x, dim, index, src, reduce, include_self=include_self)


@composite(torch=_scatter_torch)
def scatter_reduce(x: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True) -> Any:
    """X, with which elements of src are joined at places along an axis: by sums, means, products, the largest ..."""
    if reduce not in _JOINED:
        raise CaseError(f"scatter_reduce: reduce={reduce!r}: it must be one of {', '.join(_JOINED)}")
    index = constants("scatter_reduce", index, "places")
    coordinates = list(np.indices(index.shape))
    coordinates[dim] = index
    used = src[tuple(slice(0, n) for n in index.shape)]
    return joined(x, _numbers(x)[tuple(coordinates)], used, reduce, include_self)


def _add_torch(torch: Any, x: Any, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Any:
    source = torch.as_tensor(source, dtype=x.dtype, device=x.device)
    return torch.index_add(x, dim, torch.as_tensor(index, device=x.device), source, alpha=alpha)


@composite(torch=_add_torch)
def index_add(x: Any, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Any:
    """X, to which what stands in source, times a factor, is added at places along an axis."""
    index = constants("index_add", index, "places")
    return joined(x, np.take(_numbers(x), np.ravel(index), dim), source if alpha == 1 else alpha * source, "sum", True)


def _put_torch(torch: Any, x: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    places = tuple(torch.as_tensor(index, device=x.device) for index in indices)
    return torch.index_put(x, places, torch.as_tensor(values, dtype=x.dtype, device=x.device), accumulate)


@composite(torch=_put_torch)
def index_put(x: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """X, with these values where an index for each of the first axes says, or to which they are added there."""
    places = _numbers(x)[tuple(constants("index_put", index, "places") for index in indices)]
    whole = values + np.zeros(places.shape, np.int8)
    if accumulate:
        return joined(x, places, whole, "sum", True)
    if len(np.unique(places)) < places.size:
        raise CaseError("index_put: several values are for one place: accumulate=True adds them up")
    return joined(x, places, whole, "sum", False)
