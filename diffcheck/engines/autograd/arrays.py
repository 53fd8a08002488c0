"""NumPy arrays that a case's function holds: in a closure, a global, or made on the way. They are constants.

NumPy asks a tensor for its own array where the two meet, which a tensor that is differentiated by refuses. With an
``__array_ufunc__`` of its own it is asked to compute instead.
"""

import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from diffcheck.ops.arguments import fitting, with_fractions

# What NumPy calls for Python's operators.
_OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "remainder": operator.mod,
    "power": operator.pow,
    "negative": operator.neg,
    "matmul": operator.matmul,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
    "equal": operator.eq,
    "not_equal": operator.ne,
    "bitwise_and": operator.and_,
    "bitwise_or": operator.or_,
}


@contextmanager
def arrays_as_tensors() -> Iterator[None]:
    """Arrays that meet tensors become tensors of their dtype."""
    tensor: Any = torch.Tensor
    tensor.__array_ufunc__ = _computed
    try:
        yield
    finally:
        del tensor.__array_ufunc__


def _computed(self: Any, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    compute = _OPERATORS.get(ufunc.__name__)
    if method != "__call__" or compute is None or options:
        return NotImplemented
    given = [_constant(x, self) for x in inputs]
    if compute is operator.matmul:  # torch multiplies no whole numbers with others
        given = [with_fractions(torch, x, self) for x in given]
    return compute(*given)


def _constant(x: Any, like: Any) -> Any:
    """An array as a tensor, with fractions in the dtype of the tensor that it meets; a scalar as a number."""
    if isinstance(x, np.generic):
        return x.item()
    if not isinstance(x, np.ndarray):
        return x
    return fitting(torch, x, like)


def in_parts(x: torch.Tensor) -> torch.Tensor:
    """Complex numbers by their parts, along a last axis; real ones as they are."""
    return torch.view_as_real(x.resolve_conj()) if x.is_complex() else x
