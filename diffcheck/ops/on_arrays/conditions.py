"""Many conditions as one."""

from collections.abc import Callable
from typing import Any

import numpy as np

from diffcheck.ops.composites import composite
from diffcheck.ops.functions.relations import logical_and, logical_or
from diffcheck.ops.on_arrays.common import Axes, concatenate, kept


def all_joined(conditions: Any, joined: Callable[[Any, Any], Any]) -> Any:
    """The conditions along the last axis, of which there are some, joined two by two until one is left."""
    found = conditions
    while found.shape[-1] > 1:
        half = found.shape[-1] // 2
        rest = found[..., 2 * half :]
        found = joined(found[..., :half], found[..., half : 2 * half])
        found = found if not rest.shape[-1] else concatenate([found, rest], -1)
    return found.reshape(found.shape[:-1])


def _along(x: Any, dim: Axes, keepdim: bool, joined: Callable[[Any, Any], Any]) -> Any:
    axes = tuple(range(x.ndim)) if dim is None else tuple(range(x.ndim)[a] for a in np.atleast_1d(dim))
    beside = tuple(a for a in range(x.ndim) if a not in axes)
    rows = x.permute((*beside, *axes)).reshape((*(x.shape[a] for a in beside), -1))
    return kept(all_joined(rows, joined), x, axes, keepdim)


@composite(
    torch=lambda torch, x, dim=None, keepdim=False: torch.all(x, dim=dim, keepdim=keepdim),
    numpy=lambda x, dim=None, keepdim=False: np.all(x, dim, keepdims=keepdim),
)
def all(x: Any, dim: Axes = None, keepdim: bool = False) -> Any:
    """Every one of the conditions holds, or every one along an axis or several."""
    return _along(x, dim, keepdim, logical_and)


@composite(
    torch=lambda torch, x, dim=None, keepdim=False: torch.any(x, dim=dim, keepdim=keepdim),
    numpy=lambda x, dim=None, keepdim=False: np.any(x, dim, keepdims=keepdim),
)
def any(x: Any, dim: Axes = None, keepdim: bool = False) -> Any:
    """One of the conditions holds, or one along an axis or several."""
    return _along(x, dim, keepdim, logical_or)
