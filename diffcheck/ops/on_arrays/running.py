"""What runs along an axis: each element together with all before it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from diffcheck.ops.composites import composite
from diffcheck.ops.functions.pieces import maximum, minimum
from diffcheck.ops.on_arrays.common import stack


def running(x: Any, dim: int, joined: Callable[[Any, Any], Any]) -> Any:
    """The first element, this joined with the second one, that with the third ..."""
    rows = x.swapaxes(dim, 0)
    found = [rows[0]]
    for k in range(1, rows.shape[0]):
        found.append(joined(found[-1], rows[k]))
    return stack(found, 0).swapaxes(dim, 0)


@composite(
    torch=lambda torch, x, dim: torch.cummax(x, dim).values, numpy=lambda x, dim: np.maximum.accumulate(x, axis=dim)
)
def cummax(x: Any, dim: int) -> Any:
    """The largest of all elements up to each along an axis; not their places."""
    return running(x, dim, maximum)


@composite(
    torch=lambda torch, x, dim: torch.cummin(x, dim).values, numpy=lambda x, dim: np.minimum.accumulate(x, axis=dim)
)
def cummin(x: Any, dim: int) -> Any:
    """The smallest of all elements up to each along an axis; not their places."""
    return running(x, dim, minimum)
