"""The arguments of an operation: who computes on them, and what he is given."""

import sys
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from fractions import Fraction
from typing import Any

import numpy as np


class Traceable:
    """A value that records the operations applied to it instead of computing them (see `diffcheck.program.traced`)."""

    def apply(self, operation: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Record a `diffcheck.ops.table.Operation`; ``self`` is one of the arguments."""
        raise TypeError(f"{type(self).__name__} does not say how {operation.name} is recorded")


class Kind(Enum):
    """Who computes an operation, decided by its arguments."""

    TRACED = auto()
    TORCH = auto()
    NUMPY = auto()
    EXACT = auto()


def flat(arguments: Iterable[Any]) -> Iterator[Any]:
    """The arguments, those in lists and tuples one by one."""
    for a in arguments:
        if isinstance(a, (list, tuple)):
            yield from flat(a)
        else:
            yield a


def kind_of(arguments: tuple[Any, ...]) -> tuple[Kind, Any]:
    """Who computes on these arguments, and the argument that decides it."""
    torch = sys.modules.get("torch")
    kind = Kind.EXACT
    decider: Any = None
    for a in flat(arguments):
        if isinstance(a, Traceable):
            if not getattr(a, "is_constant", False):
                return Kind.TRACED, a
            if decider is None:
                decider = a
        elif torch is not None and isinstance(a, torch.Tensor):
            if kind is not Kind.TORCH or (a.is_floating_point() and not decider.is_floating_point()):
                kind, decider = Kind.TORCH, a
        elif isinstance(a, (np.ndarray, np.generic)) and kind is Kind.EXACT:
            kind, decider = Kind.NUMPY, a
    return kind, decider


def plain(a: Any) -> Any:
    """Exact constants and fractions as the floats that NumPy and PyTorch compute with."""
    if isinstance(a, (list, tuple)):
        return type(a)(plain(item) for item in a)
    exact = isinstance(a, Fraction) or (isinstance(a, Traceable) and getattr(a, "is_constant", False))
    return float(a) if exact else a


def as_tensors(torch: Any, arguments: Iterable[Any]) -> list[Any]:
    """Numbers, arrays and tensors as tensors of the dtype, and on the device, of the first that has fractions."""
    arguments = list(arguments)
    tensors = [a for a in arguments if isinstance(a, torch.Tensor)]
    like = next((a for a in tensors if a.is_floating_point()), tensors[0])
    return [torch.as_tensor(a, dtype=like.dtype, device=like.device) for a in arguments]
