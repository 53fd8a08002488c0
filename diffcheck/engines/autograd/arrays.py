"""NumPy arrays that a case's function holds: in a closure, a global, or made on the way. They are constants.

NumPy asks a tensor for its own array where the two meet, which a tensor that is differentiated by refuses. With an
``__array_ufunc__`` of its own it is asked to compute instead, by the operation's row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from diffcheck.ops.table import Composite, Primitive
from diffcheck.program.trace import NUMPY_OPERATORS


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
    name = NUMPY_OPERATORS.get(ufunc.__name__)
    if method != "__call__" or name is None or options:
        return NotImplemented
    row: Any = Primitive.rows.get(name) or Composite.rows[name]
    return row(*inputs)
