"""Parts of an array, under the names and with the arguments of torch."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.ops.on_arrays.moving import moving


@moving("x")
def select(x: Any, dim: int, index: int) -> Any:
    """What stands at one place along an axis."""
    return np.take(x, index, dim)


@moving("x")
def narrow(x: Any, dim: int, start: int, length: int) -> Any:
    """A section along an axis."""
    count = np.shape(x)[dim]
    first = start + count if start < 0 else start
    if not 0 <= first <= first + length <= count:
        raise ValueError(f"start={start} and length={length} do not fit into {count}")
    return np.take(x, range(first, first + length), dim)


@moving("x")
def index_select(x: Any, dim: int, index: Any) -> Any:
    """What stands at these places along an axis."""
    return np.take(x, np.ravel(index), dim)


@moving("x")
def take_along_dim(x: Any, indices: Any, dim: int | None = None) -> Any:
    """For each of the places along an axis the element there; of all elements in row-major order without an axis."""
    if dim is None:
        return np.ravel(x)[np.ravel(indices)]
    return np.take_along_axis(*_broadcast_beside(x, indices, dim), dim)


def _broadcast_beside(x: Any, indices: Any, dim: int) -> tuple[Any, Any]:
    """Both arrays, broadcast along all axes but one."""
    shapes = [list(np.shape(a)) for a in (x, indices)]
    lengths = [shape[dim] for shape in shapes]
    for shape in shapes:
        shape[dim] = 1
    whole = list(np.broadcast_shapes(*map(tuple, shapes)))
    found = []
    for array, length in zip((x, indices), lengths, strict=True):
        whole[dim] = length
        found.append(np.broadcast_to(array, whole))
    return found[0], found[1]


@moving("x")
def masked_select(x: Any, mask: Any) -> Any:
    """The elements where the mask, which is known, holds true, along one axis."""
    x, mask = np.broadcast_arrays(x, np.asarray(mask, bool))
    return x[mask]


@moving("x")
def chunk(x: Any, chunks: int, dim: int = 0) -> Any:
    """Parts of one length along an axis, at most so many; the last one may be shorter."""
    if chunks < 1:
        raise ValueError(f"chunks={chunks}: it must be one at least")
    return _parts(x, -(-np.shape(x)[dim] // chunks), dim)


@moving("x")
def split(x: Any, split_size_or_sections: int | Sequence[int], dim: int = 0) -> Any:
    """Parts of one length along an axis, of which the last one may be shorter, or of these lengths."""
    if isinstance(split_size_or_sections, int):
        return _parts(x, split_size_or_sections, dim)
    if sum(split_size_or_sections) != np.shape(x)[dim]:
        raise ValueError(f"sections of {tuple(split_size_or_sections)} do not make {np.shape(x)[dim]}")
    return tuple(np.split(x, np.cumsum(split_size_or_sections)[:-1], dim))


def _parts(x: Any, length: int, dim: int) -> tuple[Any, ...]:
    if length < 1:
        raise ValueError(f"parts of {length}: there must be one element at least")
    return tuple(np.split(x, range(length, np.shape(x)[dim], length), dim))


@moving("x")
def tensor_split(x: Any, indices_or_sections: int | Sequence[int], dim: int = 0) -> Any:
    """So many parts along an axis, as even as may be, or those between these places."""
    given = indices_or_sections if isinstance(indices_or_sections, int) else list(indices_or_sections)
    return tuple(np.array_split(x, given, dim))


@moving("x")
def unbind(x: Any, dim: int = 0) -> Any:
    """What stands at each place along an axis."""
    return tuple(np.moveaxis(np.asarray(x), dim, 0))


@moving("x")
def hsplit(x: Any, indices_or_sections: int | Sequence[int]) -> Any:
    """So many parts of one length along the second axis, or those between these places; of a vector along its own."""
    return tuple(np.hsplit(x, indices_or_sections))


@moving("x")
def vsplit(x: Any, indices_or_sections: int | Sequence[int]) -> Any:
    """The same along the first axis."""
    return tuple(np.vsplit(x, indices_or_sections))


@moving("x")
def dsplit(x: Any, indices_or_sections: int | Sequence[int]) -> Any:
    """The same along the third axis."""
    return tuple(np.dsplit(x, indices_or_sections))
