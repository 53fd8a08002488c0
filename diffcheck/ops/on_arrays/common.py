"""Operations that move values, sums, and products of arrays.

Traced arrays, NumPy arrays and tensors share the methods that these call, so one definition serves all three.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import as_tensors
from diffcheck.ops.composites import composite
from diffcheck.ops.on_arrays import along

Axes = int | Sequence[int] | None


def axes_of(x: Any, axis: Axes) -> list[int]:
    """The places of an axis or several, of all if none is told."""
    return [*range(x.ndim)] if axis is None else [range(x.ndim)[a] for a in np.atleast_1d(axis)]


def behind(x: Any, axis: Axes) -> Any:
    """An array whose last axis holds the elements along all these axes, in their order."""
    axes = axes_of(x, axis)
    others = [a for a in range(x.ndim) if a not in axes]
    return permute(x, (*others, *axes)).reshape((*(x.shape[a] for a in others), math.prod(x.shape[a] for a in axes)))


def kept(found: Any, x: Any, axis: Axes, keepdim: bool) -> Any:
    """What is left of some axes, which have the length one if they are kept."""
    if not keepdim:
        return found
    axes = axes_of(x, axis)
    return reshape(found, tuple(1 if a in axes else n for a, n in enumerate(x.shape)))


@composite(
    torch=lambda torch, x, axis=None, keepdim=False: torch.sum(x, dim=axis, keepdim=keepdim),
    numpy=lambda x, axis=None, keepdim=False: np.sum(x, axis, keepdims=keepdim),
)
def sum(x: Any, axis: Axes = None, keepdim: bool = False) -> Any:
    """The sum of all elements, or along an axis or several."""
    if not all(x.shape[a] for a in axes_of(x, axis)):
        return kept(x.lift(np.zeros(np.sum(np.empty(x.shape), axis).shape)), x, axis, keepdim)
    return kept(x.sum(axis), x, axis, keepdim)


@composite(
    torch=lambda torch, x, axis=None, keepdim=False: torch.mean(x, dim=axis, keepdim=keepdim),
    numpy=lambda x, axis=None, keepdim=False: np.mean(x, axis, keepdims=keepdim),
)
def mean(x: Any, axis: Axes = None, keepdim: bool = False) -> Any:
    """The mean of all elements, or along an axis or several."""
    found = x.sum(axis) / (x.size if axis is None else int(np.prod([x.shape[a] for a in np.atleast_1d(axis)])))
    return kept(found, x, axis, keepdim)


def _prod_torch(torch: Any, x: Any, axis: Axes = None, keepdim: bool = False) -> Any:
    if isinstance(axis, int):
        return torch.prod(x, dim=axis, keepdim=keepdim)
    return kept(torch.prod(x) if axis is None else torch.prod(behind(x, axis), -1), x, axis, keepdim)


@composite(
    torch=_prod_torch,
    numpy=lambda x, axis=None, keepdim=False: np.prod(x, axis, keepdims=keepdim),
)
def prod(x: Any, axis: Axes = None, keepdim: bool = False) -> Any:
    """The product of all elements, or along an axis or several."""
    rows, place = (x, axis) if isinstance(axis, int) else (behind(x, axis), -1)
    if not rows.shape[place]:
        return kept(x.lift(np.ones(np.sum(np.empty(x.shape), axis).shape)), x, axis, keepdim)
    return kept(rows.along(place, along.prod), x, axis, keepdim)


@composite(torch=lambda torch, x, y: torch.matmul(x, y), numpy="numpy.matmul")
def matmul(x: Any, y: Any) -> Any:
    """The matrix product ``x @ y``: the last two axes are those of matrices, the others broadcast."""
    return x @ y


@composite(torch=lambda torch, x, y: torch.matmul(x, y), numpy="numpy.dot")
def dot(x: Any, y: Any) -> Any:
    """The inner product of vectors, the product of matrices."""
    return x @ y


@composite(torch=lambda torch, x, shape: torch.reshape(x, _shape(shape)), numpy=lambda x, shape: np.reshape(x, shape))
def reshape(x: Any, shape: int | Sequence[int]) -> Any:
    """The same elements, in row-major order, in another shape."""
    return x.reshape(_shape(shape))


def _shape(shape: int | Sequence[int]) -> tuple[int, ...]:
    return (shape,) if isinstance(shape, int) else tuple(shape)


def _exchanged(x: Any, dim0: Any = -2, dim1: int = -1) -> Any:
    if isinstance(dim0, (list, tuple)):
        return permute(x, dim0)
    return x.swapaxes(dim0, dim1) if x.ndim > 1 else x


@composite(torch=lambda torch, *given, **axes: _exchanged(*given, **axes), numpy=_exchanged)
def transpose(x: Any, dim0: int | Sequence[int] = -2, dim1: int = -1) -> Any:
    """Two axes exchanged: the transposed matrix; of many, which the last two axes hold, each, unless told otherwise.

    Or all axes in another order, as NumPy has it.
    """
    return _exchanged(x, dim0, dim1)


@composite(torch=lambda torch, x, axes: x.permute(tuple(axes)), numpy=lambda x, axes: np.transpose(x, axes))
def permute(x: Any, axes: Sequence[int]) -> Any:
    """The axes in another order: for each new one the old one."""
    return x.permute(axes)


@composite(
    torch=lambda torch, x, axis=None: torch.cumsum(x.ravel() if axis is None else x, dim=axis or 0),
    numpy="numpy.cumsum",
)
def cumsum(x: Any, axis: int | None = None) -> Any:
    """The sums of all elements up to each along an axis; without one of all in row-major order."""
    return x.reshape((-1,)).cumsum(0) if axis is None else x.cumsum(axis)


@composite(torch=lambda torch, x, places, axis=None: _taken(x, places, axis), numpy="numpy.take")
def take(x: Any, places: Any, axis: int | None = None) -> Any:
    """The elements at these places, in row-major order or along an axis; the places are whole numbers."""
    return _taken(x, places, axis)


def _taken(x: Any, places: Any, axis: int | None) -> Any:
    if axis is None:
        return x.reshape((-1,))[places]
    return x[(*[slice(None)] * range(len(x.shape))[axis], places)]


def _along_axis(shape: Sequence[int], axis: int, places: Any) -> Any:
    """Places along an axis as places in row-major order; their other coordinates are those in their own array."""
    coordinates = list(np.indices(np.shape(places)))
    coordinates[axis] = np.asarray(places)
    return np.ravel_multi_index(coordinates, tuple(shape))


def _demand_places(name: str, shape: Sequence[int], axis: int, places: Any) -> None:
    found, axis = np.shape(places), range(len(shape))[axis]
    beside = [*found[:axis], *found[axis + 1 :]], [*shape[:axis], *shape[axis + 1 :]]
    fits = len(found) == len(shape) and all(m <= n for m, n in zip(*beside, strict=True))
    if not fits or np.min(places, initial=0) < 0 or np.max(places, initial=0) >= shape[axis]:
        raise CaseError(f"{name}: places of shape {found} along axis {axis} do not fit into shape {tuple(shape)}")


@composite(
    torch=lambda torch, x, axis, places: torch.gather(x, axis, torch.as_tensor(places, device=x.device)),
    numpy=lambda x, axis, places: np.ravel(x)[_along_axis(np.shape(x), axis, places)],
)
def gather(x: Any, axis: int, places: Any) -> Any:
    """For each of the places along an axis the element there, as torch has it."""
    _demand_places("gather", x.shape, axis, places)
    return x.reshape((-1,))[_along_axis(x.shape, axis, places)]


def _used(name: str, elements: Any, places: Any) -> Any:
    """Of some elements the first ones along each axis: one for each place."""
    given, wanted = tuple(elements.shape), tuple(np.shape(places))
    if len(given) != len(wanted) or any(m < n for m, n in zip(given, wanted, strict=True)):
        raise CaseError(f"{name}: elements of shape {given} for places of shape {wanted}")
    return elements if given == wanted else elements[tuple(slice(n) for n in wanted)]


def _scatter_add_numpy(x: Any, axis: int, places: Any, added: Any) -> Any:
    found = np.array(x).ravel()
    np.add.at(found, _along_axis(np.shape(x), axis, places), _used("scatter_add", np.asarray(added), places))
    return found.reshape(np.shape(x))


def _scatter_add_torch(torch: Any, x: Any, axis: int, places: Any, added: Any) -> Any:
    places, added = (
        torch.as_tensor(places, device=x.device),
        torch.as_tensor(added, dtype=x.dtype, device=x.device),
    )
    return torch.scatter_add(x, axis, places, _used("scatter_add", added, places))


@composite(torch=_scatter_add_torch, numpy=_scatter_add_numpy)
def scatter_add(x: Any, axis: int, places: Any, added: Any) -> Any:
    """X, to which elements are added at places along an axis, the first ones of each axis, as torch has it."""
    _demand_places("scatter_add", x.shape, axis, places)
    added = _used("scatter_add", added, places)
    traced = added if hasattr(added, "scattered") else x.lift(added)
    return x + traced.scattered(_along_axis(x.shape, axis, places), x.shape)


def _as_arrays(arrays: Sequence[Any]) -> list[Any]:
    """Arrays of the dtype of those that are no plain numbers."""
    dtype = np.result_type(*(a for a in arrays if isinstance(a, (np.ndarray, np.generic))))
    return [np.asarray(a, dtype=dtype) for a in arrays]


@composite(
    torch=lambda torch, x, axis=0: torch.stack(as_tensors(torch, x), dim=axis),
    numpy=lambda x, axis=0: np.stack(_as_arrays(x), axis),
)
def stack(x: Sequence[Any], axis: int = 0) -> Any:
    """Arrays of one shape, along a new axis."""
    traced = _first_traced(x)
    return np.stack(_numbers("stack", x), axis) if traced is None else traced.stack(x, axis)


def _cat(torch: Any, x: Sequence[Any], axis: int | None = 0) -> Any:
    tensors = as_tensors(torch, x)
    return torch.cat([part.ravel() for part in tensors]) if axis is None else torch.cat(tensors, dim=axis)


@composite(torch=_cat, numpy=lambda x, axis=0: np.concatenate(_as_arrays(x), axis))
def concatenate(x: Sequence[Any], axis: int | None = 0) -> Any:
    """Arrays, one behind the other along an axis; without one all their elements, as NumPy has it."""
    if axis is None:
        return concatenate([reshape(part, (-1,)) for part in x])
    traced = _first_traced(x)
    return np.concatenate(_numbers("concatenate", x), axis) if traced is None else traced.concatenate(x, axis)


def _first_traced(arrays: Sequence[Any]) -> Any:
    return next((a for a in arrays if hasattr(type(a), "concatenate")), None)


def _numbers(name: str, parts: Sequence[Any]) -> list[Any]:
    """Parts that are numbers all, as arrays, which are constants; an exact one would be rounded there."""
    if any(hasattr(type(a), "apply") or isinstance(a, Fraction) for a in parts):
        raise CaseError(f"{name}: exact constants alone make no array: add them to an array of zeros, or use floats")
    return [np.asarray(a) for a in parts]


@composite(
    torch=lambda torch, x, axis=None, keepdim=False: torch.amax(x, () if axis is None else axis, keepdim),
    numpy=lambda x, axis=None, keepdim=False: np.amax(x, axis, keepdims=keepdim),
)
def amax(x: Any, axis: Axes = None, keepdim: bool = False) -> Any:
    """The largest element, of all or along an axis or several."""
    return kept(_extreme(x, axis, -1), x, axis, keepdim)


@composite(
    torch=lambda torch, x, axis=None, keepdim=False: torch.amin(x, () if axis is None else axis, keepdim),
    numpy=lambda x, axis=None, keepdim=False: np.amin(x, axis, keepdims=keepdim),
)
def amin(x: Any, axis: Axes = None, keepdim: bool = False) -> Any:
    """The smallest element, of all or along an axis or several."""
    return kept(_extreme(x, axis, 0), x, axis, keepdim)


def _extreme(x: Any, axis: Axes, rank: int) -> Any:
    """The element with a rank, of those along some axes."""
    return behind(x, axis).ranked((rank,))[..., 0]


@composite(
    torch=lambda torch, x, axis=-1, descending=False: torch.sort(*_rows(x, axis), descending).values,
    numpy=lambda x, axis=-1, descending=False: _turned(np.sort(x, axis), axis or 0, descending),
)
def sort(x: Any, axis: int | None = -1, descending: bool = False) -> Any:
    """The elements along an axis in ascending order, or descending; not their places. All of them without an axis."""
    x, axis = _rows(x, axis)
    ranks = range(x.shape[axis])
    return x.swapaxes(axis, -1).ranked(ranks[::-1] if descending else ranks).swapaxes(axis, -1)


def _rows(x: Any, axis: int | None) -> tuple[Any, int]:
    """An array and an axis of it; without one all its elements along one."""
    return (x.reshape((-1,)), 0) if axis is None else (x, axis)


def _turned(rows: Any, axis: int, turned: bool) -> Any:
    return np.flip(rows, axis) if turned else rows


def _median_torch(torch: Any, x: Any, axis: int | None = None, keepdim: bool = False) -> Any:
    return kept(torch.median(x), x, axis, keepdim) if axis is None else torch.median(x, axis, keepdim).values


def _median_numpy(x: Any, axis: int | None = None, keepdim: bool = False) -> Any:
    rows, along = (np.ravel(x), 0) if axis is None else (x, axis)
    return kept(np.take(np.sort(rows, along), (rows.shape[along] - 1) // 2, along), x, axis, keepdim)


@composite(torch=_median_torch, numpy=_median_numpy)
def median(x: Any, axis: int | None = None, keepdim: bool = False) -> Any:
    """The element in the middle, of all or along an axis, the smaller one of two, as torch has it; not its place."""
    rows = behind(x, axis)
    return kept(rows.ranked(((rows.shape[-1] - 1) // 2,))[..., 0], x, axis, keepdim)


def _topk_numpy(x: Any, k: int, axis: int = -1, largest: bool = True) -> Any:
    return np.take(_turned(np.sort(x, axis), axis, largest), range(k), axis)


@composite(
    torch=lambda torch, x, k, axis=-1, largest=True: torch.topk(x, k, axis, largest).values,
    numpy=_topk_numpy,
)
def topk(x: Any, k: int, axis: int = -1, largest: bool = True) -> Any:
    """The k largest elements along an axis, the largest first, or the smallest ones from below; not their places."""
    if not 0 <= k <= x.shape[axis]:
        raise CaseError(f"topk: {k} of {x.shape[axis]} elements along axis {axis}")
    ranks = range(-1, -1 - k, -1) if largest else range(k)
    return x.swapaxes(axis, -1).ranked(ranks).swapaxes(axis, -1)
