"""Arrays with other elements at some places, under the names and with the arguments of torch."""

from typing import Any

import numpy as np

from diffcheck.ops.composites import composite
from diffcheck.ops.functions.relations import where
from diffcheck.ops.on_arrays.moving import moving


def _section(dim: int, places: Any, ndim: int) -> tuple[Any, ...]:
    return (*[slice(None)] * range(ndim)[dim], places)


def _with(x: Any, values: Any, section: Any) -> Any:
    """A copy with these values in a section."""
    found = np.array(x)
    found[section] = values
    return found


@moving("x", "src")
def select_scatter(x: Any, src: Any, dim: int, index: int) -> Any:
    """X, with src at one place along an axis."""
    return _with(x, src, _section(dim, index, np.ndim(x)))


@moving("x", "src")
def slice_scatter(
    x: Any, src: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Any:
    """X, with src in a section along an axis."""
    return _with(x, src, _section(dim, slice(start, end, step), np.ndim(x)))


@moving("x", "src")
def diagonal_scatter(x: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """X, with src on a diagonal of two axes; the diagonal is the last axis of src."""
    numbers = np.arange(np.size(x)).reshape(np.shape(x))
    found = np.array(x)
    found.ravel()[np.diagonal(numbers, offset, dim1, dim2)] = src
    return found


@moving("x", "source")
def index_copy(x: Any, dim: int, index: Any, source: Any) -> Any:
    """X, with what stands in source at these places along an axis."""
    _demand_different(np.asarray(index))
    return _with(x, source, _section(dim, np.asarray(index), np.ndim(x)))


@moving("x", "value")
def index_fill(x: Any, dim: int, index: Any, value: Any) -> Any:
    """X, with one number at these places along an axis."""
    return _with(x, value, _section(dim, np.asarray(index), np.ndim(x)))


@moving("x", "source")
def masked_scatter(x: Any, mask: Any, source: Any) -> Any:
    """X, with the first elements of source, in row-major order, where the mask, which is known, holds true."""
    mask = np.broadcast_to(np.asarray(mask, bool), np.shape(x))
    return _with(x, np.ravel(source)[: int(mask.sum())], mask)


def _put_along(x: Any, dim: int, index: Any, src: Any) -> Any:
    """X with src at the places that index names along an axis."""
    index = np.asarray(index)
    places = list(np.indices(index.shape))
    places[dim] = index
    if not np.ndim(src):
        return _with(x, src, tuple(places))
    _demand_different(np.ravel_multi_index(places, np.shape(x)))
    return _with(x, src[tuple(slice(n) for n in index.shape)], tuple(places))


def _demand_different(places: Any) -> None:
    """Torch does not say which of several elements comes to stand at one place."""
    if len(np.unique(places)) < np.size(places):
        raise ValueError("several elements are for one place, and which of them stands there is not said")


@moving("x", "src")
def scatter(x: Any, dim: int, index: Any, src: Any) -> Any:
    """X, with elements of src, or one number, at places along an axis."""
    return _put_along(x, dim, index, src)


@composite(torch=lambda torch, x, mask, value: torch.masked_fill(x, torch.as_tensor(mask, device=x.device), value))
def masked_fill(x: Any, mask: Any, value: Any) -> Any:
    """X, with one number where the mask holds."""
    return where(mask, value, x)
