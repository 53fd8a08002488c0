"""The elements of an array in another shape or order, or several times, under torch's names and with its arguments."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.ops.arguments import as_tensors
from diffcheck.ops.complex_numbers.parts import conj
from diffcheck.ops.composites import composite
from diffcheck.ops.on_arrays.common import transpose
from diffcheck.ops.on_arrays.moving import moving

Axes = int | Sequence[int]


@moving("x")
def ravel(x: Any) -> Any:
    """The elements along one axis."""
    return np.ravel(x)


@moving("x")
def flatten(x: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """Several neighbouring axes as one."""
    shape = np.shape(x) or (1,)
    first, last = range(len(shape))[start_dim], range(len(shape))[end_dim]
    return np.reshape(x, (*shape[:first], -1, *shape[last + 1 :]))


@moving("x")
def unflatten(x: Any, dim: int, sizes: Sequence[int]) -> Any:
    """One axis as several of these lengths, of which one may be -1."""
    shape = np.shape(x)
    axis = range(len(shape))[dim]
    return np.reshape(x, (*shape[:axis], *np.empty(shape[axis]).reshape(tuple(sizes)).shape, *shape[axis + 1 :]))


@moving("x")
def squeeze(x: Any, dim: Axes | None = None) -> Any:
    """Without axes of length one: without all of them, or those that are named."""
    shape = np.shape(x)
    named = range(len(shape)) if dim is None else [range(len(shape))[a] for a in np.atleast_1d(dim)]
    return np.reshape(x, tuple(n for a, n in enumerate(shape) if n != 1 or a not in named))


@moving("x", torch=lambda torch, x, dim: _with_axes(torch, x, dim))
def unsqueeze(x: Any, dim: Axes) -> Any:
    """With one more axis of length one, or several, as NumPy has it."""
    return np.expand_dims(x, dim)


def _with_axes(torch: Any, x: Any, dim: Axes) -> Any:
    if isinstance(dim, int):
        return torch.unsqueeze(x, dim)
    return x.reshape(np.expand_dims(np.broadcast_to(0, tuple(x.shape)), dim).shape)


@moving("x")
def movedim(x: Any, source: Axes, destination: Axes) -> Any:
    """Some axes moved to other places; the others stay in their order."""
    return np.moveaxis(np.asarray(x), source, destination)


@moving("x")
def swapaxes(x: Any, axis0: int, axis1: int) -> Any:
    """Two axes exchanged."""
    return np.swapaxes(x, axis0, axis1)


@moving("x")
def t(x: Any) -> Any:
    """The transposed matrix; a vector as it is."""
    if np.ndim(x) > 2:
        raise ValueError(f"an array of shape {np.shape(x)} is no matrix: use transpose")
    return np.transpose(x)


@composite(torch="torch.adjoint")
def adjoint(x: Any) -> Any:
    """The transposed matrix with conjugated elements; of many, which the last two axes hold, each."""
    return conj(transpose(x))


@moving("x")
def broadcast_to(x: Any, size: Sequence[int]) -> Any:
    """The elements repeated along new axes and axes of length one."""
    return np.broadcast_to(x, tuple(size))


@moving("x", torch=lambda torch, x, *size: x.expand(*size))
def expand(x: Any, *size: Any) -> Any:
    """The same, where -1 stands for the length that an axis has; the lengths may stand one by one."""
    size = size if isinstance(size[0], int) else tuple(size[0])
    new = len(size) - np.ndim(x)
    return np.broadcast_to(x, tuple(np.shape(x)[k - new] if n == -1 and k >= new else n for k, n in enumerate(size)))


@moving("x", torch=lambda torch, x, dims: torch.tile(x, (dims,) if isinstance(dims, int) else tuple(dims)))
def tile(x: Any, dims: Axes) -> Any:
    """The whole array so many times along each axis, or along the last one."""
    return np.tile(x, dims)


@moving("x")
def repeat_interleave(x: Any, repeats: Any, dim: int | None = None) -> Any:
    """Each element so many times, one behind the other, along an axis or of all in row-major order."""
    return np.repeat(x, repeats, dim)


@moving("x")
def rot90(x: Any, k: int = 1, dims: Sequence[int] = (0, 1)) -> Any:
    """Turned k times by a right angle, from the first of two axes towards the second."""
    return np.rot90(x, k, (dims[0], dims[1]))


@moving("x")
def fliplr(x: Any) -> Any:
    """The columns from the last to the first."""
    return np.fliplr(x)


@moving("x")
def flipud(x: Any) -> Any:
    """The rows from the last to the first."""
    return np.flipud(x)


@moving("x")
def diag(x: Any, diagonal: int = 0) -> Any:
    """A matrix with this vector on a diagonal, or the diagonal of a matrix."""
    return np.diag(x, diagonal)


@moving("x")
def diagflat(x: Any, offset: int = 0) -> Any:
    """A matrix with all elements on a diagonal."""
    return np.diagflat(x, offset)


@moving("x")
def diag_embed(x: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """Matrices along two axes, with what lies along the last axis on their diagonals."""
    n = np.shape(x)[-1]
    found = np.zeros((*np.shape(x)[:-1], n + abs(offset), n + abs(offset)), np.asarray(x).dtype)
    found[..., np.arange(n) + max(-offset, 0), np.arange(n) + max(offset, 0)] = x
    return np.moveaxis(found, (-2, -1), (dim1, dim2))


@moving("tensors")
def hstack(tensors: Sequence[Any]) -> Any:
    """Arrays beside one another: along the second axis, vectors along their only one."""
    return np.hstack(tensors)


@moving("tensors")
def vstack(tensors: Sequence[Any]) -> Any:
    """Arrays below one another: along the first axis, vectors as rows."""
    return np.vstack(tensors)


@moving("tensors")
def dstack(tensors: Sequence[Any]) -> Any:
    """Arrays behind one another: along the third axis."""
    return np.dstack(tensors)


@moving("tensors")
def column_stack(tensors: Sequence[Any]) -> Any:
    """Arrays beside one another, vectors as columns."""
    return np.column_stack(tensors)


@moving("tensors", torch=lambda torch, *tensors: torch.block_diag(*as_tensors(torch, tensors)))
def block_diag(*tensors: Any) -> Any:
    """A matrix with these matrices on its diagonal, one behind the other."""
    blocks = [np.atleast_2d(block) for block in tensors]
    rows, columns = (np.cumsum([0, *(block.shape[axis] for block in blocks)]) for axis in (0, 1))
    found = np.zeros((rows[-1], columns[-1]), np.result_type(*blocks))
    for block, row, column in zip(blocks, rows, columns, strict=False):
        found[row : row + block.shape[0], column : column + block.shape[1]] = block
    return found


def _meshgrid_torch(torch: Any, *tensors: Any, indexing: str = "ij") -> Any:
    return torch.meshgrid(*as_tensors(torch, _one_by_one(tensors)), indexing=indexing)


def _one_by_one(tensors: Sequence[Any]) -> Sequence[Any]:
    """Arrays that stand in one list, each by itself."""
    return tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors


@moving("tensors", torch=_meshgrid_torch)
def meshgrid(*tensors: Any, indexing: str = "ij") -> Any:
    """Each of several vectors spread over a grid of which it is one axis; with "xy" the first two are exchanged."""
    return tuple(np.meshgrid(*_one_by_one(tensors), indexing="xy" if indexing == "xy" else "ij"))


@moving("x")
def atleast_1d(x: Any) -> Any:
    """A number as an array of one axis; others as they are."""
    return np.atleast_1d(x)


@moving("x")
def atleast_2d(x: Any) -> Any:
    """Less than two axes as rows of a matrix; others as they are."""
    return np.atleast_2d(x)


@moving("x")
def atleast_3d(x: Any) -> Any:
    """Less than three axes as three, a vector along the middle one; others as they are."""
    return np.atleast_3d(x)


@moving("tensors", torch=lambda torch, *tensors: torch.cartesian_prod(*as_tensors(torch, tensors)))
def cartesian_prod(*tensors: Any) -> Any:
    """All rows of one element of each of several vectors."""
    grid = np.meshgrid(*tensors, indexing="ij")
    return np.stack(grid, -1).reshape((-1, len(tensors))) if len(tensors) > 1 else np.asarray(tensors[0])


@moving("x")
def combinations(x: Any, r: int = 2, with_replacement: bool = False) -> Any:
    """All rows of r elements of a vector, in their order, each once or as often as may be."""
    chosen = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    return np.asarray(x)[np.array([*chosen(range(len(x)), r)], int).reshape((-1, r))]
