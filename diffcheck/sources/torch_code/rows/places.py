"""Whole numbers that values decide, such as the places of the largest ones: constants, under a condition.

What uses them is one formula only while they are what they are. So the condition that they are these is one of the
recording's, like those that Python branches on.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.errors import Unsupported
from diffcheck.ops.on_arrays.conditions import all_joined
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.memory import Condition
from diffcheck.sources.torch_code.rows.registry import as_number

Array = np.ndarray[Any, np.dtype[Any]]

# For each operation that gives places: the axis that they are along (all if None), and whether the largest come first.
_ORDERS: dict[str, Callable[..., tuple[int | None, bool]]] = {
    "argmax": lambda dim=None, keepdim=False: (dim, True),
    "argmin": lambda dim=None, keepdim=False: (dim, False),
    "argsort": lambda dim=-1, descending=False, stable=None: (dim, descending),
    "max": lambda dim, keepdim=False: (dim, True),
    "min": lambda dim, keepdim=False: (dim, False),
    "sort": lambda dim=-1, descending=False, stable=None: (dim, descending),
    "topk": lambda k, dim=-1, largest=True, **_: (dim, largest),
}


def gives_places(name: str) -> bool:
    """Whether an operation gives the places of its argument's elements in their order, or of the first of them."""
    return name in _ORDERS


def of_order(
    name: str, x: Traced, numbers: Array, places: Array, args: Any, kwargs: Any, refusal: Callable[[str], str]
) -> Condition:
    """The condition that an operation's places are these.

    Parameters
    ----------
    numbers:
        What ``x`` is where it was recorded.
    args, kwargs:
        The operation's other arguments.
    refusal:
        Says where the operation was called, and why its places are not to be followed.
    """
    axis, largest_first = _ORDERS[name](*args, **kwargs)

    def holds() -> Traced | None:
        if x.size < 2:
            return None
        along = 0 if axis is None else range(x.ndim)[axis]
        traced, real = (x.ravel(), numbers.ravel()) if axis is None else (x, numbers)
        given = (
            places.reshape(-1) if axis is None else places.reshape(*real.shape[:along], -1, *real.shape[along + 1 :])
        )
        n = real.shape[along]
        flat = np.moveaxis(np.arange(real.size).reshape(real.shape), along, -1).reshape(-1, n)
        chosen = np.moveaxis(given, along, -1).reshape(len(flat), -1)
        rows = np.moveaxis(real, along, -1).reshape(-1, n) * (-1 if largest_first else 1)
        chosen = np.take_along_axis(chosen, np.argsort(np.take_along_axis(rows, chosen, 1), 1), 1)
        left = np.ones_like(rows, bool)
        np.put_along_axis(left, chosen, False, 1)
        others = np.nonzero(left)[1].reshape(len(flat), -1)
        first = np.concatenate([chosen[:, :-1], np.repeat(chosen[:, -1:], others.shape[1], 1)], 1)
        second = np.concatenate([chosen[:, 1:], others], 1)
        before, behind = (np.take_along_axis(flat, part, 1) for part in (first, second))
        if (real.ravel()[before] == real.ravel()[behind]).any():
            raise Unsupported(refusal("its places are used, and of two equal values either one may come first"))
        if not before.size:
            return None
        values = traced.ravel()
        apart = (ops.gt if largest_first else ops.lt)(values[before.ravel()], values[behind.ravel()])
        held: Traced = all_joined(apart, ops.logical_and)
        return held

    return holds


def of_numbers(x: Traced, numbers: Array) -> Condition:
    """The condition that values are these without what follows the point."""
    same = ops.eq(ops.trunc(as_number(x)), x.lift(numbers.astype(float)))
    return lambda: all_joined(same.ravel(), ops.logical_and)
