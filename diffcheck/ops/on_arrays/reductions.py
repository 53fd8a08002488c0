"""Sums, means and elements by their rank, under the names and with the arguments of torch and NumPy.

Elements that are NaN are left out by some of these; where everything is a number they are what they are without.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import beside
from diffcheck.ops.composites import Composite, composite
from diffcheck.ops.functions.pieces import maximum, minimum
from diffcheck.ops.on_arrays.common import amax, amin, kept, mean, median, prod, reshape, sort, sum
from diffcheck.ops.on_arrays.statistics import quantile, std, var
from diffcheck.ops.table import Function

Axes = int | Sequence[int] | None


@composite(
    torch=lambda torch, x, dim=None, keepdim=False: torch.nansum(x, dim, keepdim),
    numpy=lambda x, dim=None, keepdim=False: np.nansum(x, dim, keepdims=keepdim),
)
def nansum(x: Any, dim: Axes = None, keepdim: bool = False) -> Any:
    """The sum of all elements that are numbers, or along an axis or several."""
    return kept(sum(x, dim), x, dim, keepdim)


@composite(
    torch=lambda torch, x, dim=None, keepdim=False: torch.nanmean(x, dim, keepdim),
    numpy=lambda x, dim=None, keepdim=False: np.nanmean(x, dim, keepdims=keepdim),
)
def nanmean(x: Any, dim: Axes = None, keepdim: bool = False) -> Any:
    """The mean of all elements that are numbers, or along an axis or several."""
    return kept(mean(x, dim), x, dim, keepdim)


@composite(
    torch=lambda torch, x, axis=None: torch.prod(x) if axis is None else torch.prod(x, dim=axis), numpy=np.nanprod
)
def nanprod(x: Any, axis: int | None = None) -> Any:
    """NumPy's product of all elements that are numbers, or along an axis."""
    return prod(x, axis)


def _nanmedian_torch(torch: Any, x: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    return torch.nanmedian(x) if dim is None else torch.nanmedian(x, dim, keepdim).values


@composite(torch=_nanmedian_torch)
def nanmedian(x: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The element in the middle of those that are numbers, the smaller one of two; not its place."""
    return median(reshape(x, (-1,))) if dim is None else kept(median(x, dim), x, dim, keepdim)


@composite(
    torch=lambda torch, x, q, dim=None, keepdim=False: torch.nanquantile(x, q, dim, keepdim),
    numpy=lambda x, q, dim=None, keepdim=False: np.nanquantile(x, q, dim, keepdims=keepdim),
)
def nanquantile(x: Any, q: float, dim: int | None = None, keepdim: bool = False) -> Any:
    """What a part q of the elements that are numbers lies below, on the line that joins two of them."""
    found = quantile(reshape(x, (-1,)), q) if dim is None else quantile(x, q, dim)
    return kept(found, x, dim, keepdim)


@composite(
    torch=lambda torch, x, nan=0.0, posinf=None, neginf=None: torch.nan_to_num(x, nan, posinf, neginf),
    numpy=lambda x, nan=0.0, posinf=None, neginf=None: np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf),
)
def nan_to_num(x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Any:
    """X, with numbers in place of NaN and of the infinities."""
    return +x


@composite(torch=lambda torch, x, *, dim=None, keepdim=False: tuple(torch.aminmax(x, dim=dim, keepdim=keepdim)))
def aminmax(x: Any, *, dim: int | None = None, keepdim: bool = False) -> Any:
    """The smallest and the largest element, of all or along an axis."""
    return kept(amin(x, dim), x, dim, keepdim), kept(amax(x, dim), x, dim, keepdim)


def _extreme(name: str, of_two: Function, of_all: Function, doc: str) -> Composite:
    def found(x: Any, other: Any = None, dim: Any = None, keepdim: bool = False) -> Any:
        along = isinstance(other, (int, list, tuple)) and not isinstance(other, bool)
        if along and isinstance(dim, bool):
            dim, keepdim = None, dim
        if other is None or along:
            if along and dim is not None:
                raise CaseError(f"{name}: it says twice along which axis")
            return of_all(x, other if along else dim, keepdim)
        if dim is not None or keepdim:
            raise CaseError(f"{name}: of two arrays there is no axis: {name}(x, other)")
        return of_two(x, other)

    found.__name__, found.__doc__ = name, doc
    return composite(torch=lambda torch, *x, **options: found(*x, **options), numpy=found)(found)


max = _extreme("max", maximum, amax, "The largest element, of all or along axes, not its place; or the larger of two.")
min = _extreme(
    "min", minimum, amin, "The smallest element, of all or along axes, not its place; or the smaller of two."
)


@composite(torch=lambda torch, x, k, dim=-1, keepdim=False: torch.kthvalue(x, k, dim, keepdim).values)
def kthvalue(x: Any, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """The k-th smallest element along an axis; not its place."""
    if not 1 <= k <= x.shape[dim]:
        raise CaseError(f"kthvalue: the {k}-th of {x.shape[dim]} elements along axis {dim}")
    before = (slice(None),) * range(len(x.shape))[dim]
    return kept(sort(x, dim)[(*before, k - 1)], x, dim, keepdim)


@composite(torch="torch.msort", numpy=lambda x: np.sort(x, 0))
def msort(x: Any) -> Any:
    """The elements along the first axis in ascending order."""
    return sort(x, 0)


@composite(torch=lambda torch, x, axis=None: (x.amax() - x.amin()) if axis is None else x.amax(axis) - x.amin(axis))
def ptp(x: Any, axis: Axes = None) -> Any:
    """NumPy's distance of the largest from the smallest element, of all or along an axis or several."""
    return amax(x, axis) - amin(x, axis)


def _average(x: Any, axis: int | None = None, weights: Any = None) -> Any:
    if weights is None:
        return mean(x, axis)
    if axis is not None and len(weights.shape) == 1:
        weights = reshape(weights, tuple(n if a == range(len(x.shape))[axis] else 1 for a, n in enumerate(x.shape)))
        return sum(x * weights, axis) / sum(weights)
    return sum(x * weights, axis) / sum(weights, axis)


def _average_torch(torch: Any, x: Any, axis: int | None = None, weights: Any = None) -> Any:
    given = None if weights is None else torch.as_tensor(weights, dtype=x.dtype, device=x.device)
    return _average(x, axis, given)


@composite(torch=_average_torch, numpy="numpy.average")
def average(x: Any, axis: int | None = None, weights: Any = None) -> Any:
    """NumPy's mean with weights, of all elements or along an axis."""
    return _average(x, axis, beside(x, weights))


@composite(
    torch=lambda torch, x, dim=None, correction=1, keepdim=False: torch.std_mean(
        x, dim, correction=correction, keepdim=keepdim
    )
)
def std_mean(x: Any, dim: Axes = None, correction: int = 1, keepdim: bool = False) -> Any:
    """The standard deviation and the mean, of all elements or along an axis."""
    return std(x, dim, correction, keepdim), mean(x, dim, keepdim)


@composite(
    torch=lambda torch, x, dim=None, correction=1, keepdim=False: torch.var_mean(
        x, dim, correction=correction, keepdim=keepdim
    )
)
def var_mean(x: Any, dim: Axes = None, correction: int = 1, keepdim: bool = False) -> Any:
    """The variance and the mean, of all elements or along an axis."""
    return var(x, dim, correction, keepdim), mean(x, dim, keepdim)
