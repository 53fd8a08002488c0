"""Operations that only move elements, written once: what they do to arrays of NumPy's they do to all others."""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import Traceable, as_tensors, flat
from diffcheck.ops.composites import Composite, composite
from diffcheck.ops.on_arrays.common import concatenate, reshape
from diffcheck.ops.options import no_such_place
from diffcheck.ops.table import Function

# Parameters that torch wants tensors for: they say which elements are meant.
_PLACES = ("index", "indices", "mask", "repeats")


def moving(*operands: str, torch: Function | None = None) -> Callable[[Function], Composite]:
    """Make the decorated function of NumPy arrays an operation.

    Of traced arrays it is told where each element of the result comes from: it is given arrays of whole numbers, from
    one on, in their place, and puts zero where the result is zero.

    Parameters
    ----------
    operands:
        The names of the arguments whose elements are moved; of a sequence of arrays those of each. All other arguments
        are the same at every point.
    torch:
        The column; left out, torch's function of this name.
    """

    def wrap(function: Function) -> Composite:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def definition(*given: Any, **options: Any) -> Any:
            bound = signature.bind(*given, **options)
            elements = _Elements()
            for name, value in bound.arguments.items():
                if name in operands:
                    bound.arguments[name] = elements.numbered(value)
                elif isinstance(value, Traceable):
                    raise CaseError(f"{function.__name__}: its {name} depends on an input: give it as a number")
            try:
                found = function(*bound.args, **bound.kwargs)
            except IndexError as mistake:
                raise CaseError(f"{function.__name__}: {no_such_place(mistake, bound.arguments)}") from None
            except ValueError as mistake:
                raise CaseError(f"{function.__name__}: {mistake}") from None
            return tuple(map(elements.at, found)) if isinstance(found, (tuple, list)) else elements.at(found)

        def on_torch(torch: Any, *given: Any, **options: Any) -> Any:
            bound = signature.bind(*given, **options)
            for name in [name for name, value in bound.arguments.items() if value is None]:
                del bound.arguments[name]  # torch has no None for what is left out
            device = next(a.device for a in flat(bound.arguments.values()) if isinstance(a, torch.Tensor))
            for name, value in bound.arguments.items():
                if name in _PLACES and isinstance(value, (list, np.ndarray)):
                    bound.arguments[name] = torch.as_tensor(value, device=device)
                elif name in operands and isinstance(value, (list, tuple)):
                    bound.arguments[name] = as_tensors(torch, value)
            return getattr(torch, function.__name__)(*bound.args, **bound.kwargs)

        return composite(torch=torch or on_torch, numpy=function)(definition)

    return wrap


class _Elements:
    """The elements of all operands, numbered one after another from one on."""

    def __init__(self) -> None:
        self._parts: list[Any] = []
        self._count = 0

    def numbered(self, operand: Any) -> Any:
        """The numbers of an operand's elements, in their place."""
        if isinstance(operand, (list, tuple)):
            return [self.numbered(part) for part in operand]
        operand = np.asarray(operand) if isinstance(operand, (int, float)) else operand
        shape, size = tuple(operand.shape), int(np.prod(operand.shape, dtype=int))
        self._parts.append(reshape(operand, (size,)))
        self._count += size
        return np.arange(self._count - size + 1, self._count + 1).reshape(shape)

    def at(self, numbers: Any) -> Any:
        """The elements with these numbers."""
        if np.all(numbers):
            return self._joined(self._parts)[numbers - 1]
        return self._joined([np.zeros(1), *self._parts])[numbers]

    @staticmethod
    def _joined(parts: Sequence[Any]) -> Any:
        return parts[0] if len(parts) == 1 else concatenate(parts)
