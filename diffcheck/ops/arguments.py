"""The arguments of an operation: who computes on them, and what he is given."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.errors import CaseError


class Traceable:
    """A value that records the operations applied to it instead of computing them (see `diffcheck.program.traced`)."""

    has_parts = False

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


def holds_numbers(arguments: Iterable[Any]) -> bool:
    """Whether there is nothing but numbers, in lists and tuples or without."""
    return all(isinstance(a, (int, float, complex, np.generic)) for a in flat(arguments))


def is_complex(value: Any) -> bool:
    """Whether a value that is no tensor is a complex number, an array of those, or stands for them."""
    if isinstance(value, np.ndarray):
        return bool(value.dtype.kind == "c")
    return isinstance(value, (complex, np.complexfloating)) or getattr(value, "has_parts", False) is True


def kind_of(arguments: tuple[Any, ...]) -> tuple[Kind, Any]:
    """Who computes on these arguments, and the argument that decides it: complex ones before others."""
    torch = sys.modules.get("torch")
    kind = Kind.EXACT
    decider: Any = None
    for a in flat(arguments):
        if isinstance(a, Traceable):
            if not getattr(a, "is_constant", False):
                if kind is not Kind.TRACED or a.has_parts:
                    kind, decider = Kind.TRACED, a
            elif decider is None:
                decider = a
        elif torch is not None and isinstance(a, torch.Tensor) and kind is not Kind.TRACED:
            if kind is not Kind.TORCH or width(a) > width(decider):
                kind, decider = Kind.TORCH, a
        elif isinstance(a, (np.ndarray, np.generic)) and kind is Kind.EXACT:
            kind, decider = Kind.NUMPY, a
    return kind, decider


def width(tensor: Any) -> int:
    """Which numbers a tensor holds: whole ones, those with fractions, complex ones."""
    return 2 if tensor.is_complex() else int(tensor.is_floating_point())


def as_scalar(value: Any) -> Any:
    """A whole number beyond 64 bits, which torch does not take, as the double that arithmetic has for it."""
    beyond = type(value) is int and not -(2**63) <= value < 2**63
    return float(value) if beyond and abs(value) < 2**1024 - 2**970 else value


def fitting(torch: Any, value: Any, like: Any) -> Any:
    """A number or an array as a tensor that computes with another one: of its precision, complex ones too."""
    of_numpy = isinstance(value, (np.ndarray, np.generic))
    kind = value.dtype.kind if of_numpy else "b" if isinstance(value, bool) else "f"
    exact = kind == "b" or (isinstance(value, np.ndarray) and kind not in "fc")
    dtype = None
    if width(like) and not exact:
        dtype = like.dtype.to_complex() if kind == "c" else like.dtype
        dtype = dtype.to_real() if isinstance(value, np.ndarray) and kind == "f" else dtype
    return torch.as_tensor(value, dtype=dtype, device=like.device)


@contextmanager
def default_dtype(torch: Any, dtype: Any) -> Iterator[None]:
    """Inside, numbers that become tensors, and what else names no dtype, have this one."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def with_fractions(torch: Any, value: Any, like: Any) -> Any:
    """Whole numbers, and real ones, in the dtype of a tensor that holds wider ones; what is none, as it is."""
    narrow = isinstance(value, torch.Tensor) and value.dtype is not torch.bool and width(value) < width(like)
    return value.to(like.dtype) if narrow else value


def whole_for_fractions(torch: Any, found: Any, like: Any) -> bool:
    """Whether a result holds whole numbers although an argument holds others: torch has rounded those."""
    return isinstance(found, torch.Tensor) and found.dtype is not torch.bool and width(found) < width(like)


def understood(torch: Any, given: list[Any], like: Any) -> Iterator[list[Any]]:
    """What arguments that torch refuses may mean, as NumPy understands them: other numbers, numbers as tensors.

    Whole numbers may be places as well, but those that stand first.
    """
    first = [with_fractions(torch, a, like) if k == 0 else a for k, a in enumerate(given)]
    fractions = [with_fractions(torch, a, like) for a in given]
    readings = [given, first, fractions]
    readings += [[fitting(torch, a, like) if type(a) in (int, float) else a for a in known] for known in readings]
    for k, meant in enumerate(readings):
        if all(any(a is not b for a, b in zip(meant, before, strict=True)) for before in readings[:k]) and k:
            yield meant


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number, or holds whole numbers alone."""
    if isinstance(value, (list, tuple)):
        return bool(value) and all(map(is_whole, value))
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "iu"
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return not width(value) and value.dtype is not torch.bool
    return isinstance(value, int) and not isinstance(value, bool)


def constants(name: str, given: Any, what: str = "labels") -> "np.ndarray[Any, np.dtype[Any]]":
    """Numbers that say what the formula of an operation is, such as labels and places; those of an input cannot."""
    if isinstance(given, Traceable):
        raise CaseError(f"{name}: its {what} depend on an input: give them as numbers, such as np.array([1, -1])")
    return np.asarray(given)


def beside(x: Any, values: Any) -> Any:
    """Numbers that are given beside an array: traced ones if that is traced, else an array of its dtype."""
    if values is None or hasattr(values, "lift"):
        return values
    return x.lift(np.asarray(values)) if hasattr(x, "lift") else np.asarray(values, np.asarray(x).dtype)


def plain(a: Any) -> Any:
    """Exact constants and fractions as the floats that NumPy and PyTorch compute with."""
    if isinstance(a, (list, tuple)):
        return type(a)(plain(item) for item in a)
    exact = isinstance(a, Fraction) or (isinstance(a, Traceable) and getattr(a, "is_constant", False))
    if not exact:
        return a
    return complex(a) if is_complex(a) else float(a)


def as_tensors(torch: Any, arguments: Iterable[Any]) -> list[Any]:
    """Numbers, arrays and tensors as tensors of one dtype, the widest, on the device of the first that has it."""
    arguments = list(arguments)
    tensors = [a for a in arguments if isinstance(a, torch.Tensor)]
    like = max(tensors, key=width)
    return [torch.as_tensor(a, dtype=like.dtype, device=like.device) for a in arguments]
