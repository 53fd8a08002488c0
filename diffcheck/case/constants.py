"""What counts as a number in a case: Python's, NumPy's and exact ones, and nothing that can merely be turned into one.

A ``Decimal``, a SymPy number or an array of another library is rounded, cut from its graph or stripped of its units
when it is made a double. That is for the user to say.
"""

import reprlib
import sys
from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.exact import Exact, rational

Array = np.ndarray[Any, np.dtype[np.float64]]

_PLAIN = (int, float, range)
_REAL = (*_PLAIN, Fraction, Exact)
_ALLOWED = "a number, a Fraction, an exact constant of diffcheck.ops, a NumPy array or a list of plain numbers"


def constant(name: str, value: Any) -> Any:
    """The constant as engines get it: numbers and arrays of doubles or whole numbers, exact constants, text, functions.

    A torch tensor is taken for the numbers that it holds, detached from its graph; a fraction becomes exact.

    Raises
    ------
    CaseError
        For a value of another type, also inside a list, and for NaN and infinity.
    """
    if value is None or isinstance(value, (int, str, Exact)) or _is_function(value):
        return value
    if isinstance(value, Fraction):
        return rational(value.numerator, value.denominator)
    try:
        array = _array(value)
    except (TypeError, ValueError) as mistake:
        raise CaseError(f"constant {name!r} {mistake}: it must be {_ALLOWED}") from None
    if not np.isfinite(array).all():
        raise CaseError(f"constant {name!r} holds NaN or infinity")
    return array.item() if array.shape == () else array


def doubles(value: Any) -> Array:
    """The doubles next to some numbers, exact ones among them: a coordinate, the end of a domain.

    Raises
    ------
    TypeError, ValueError
        If something else is among them, or no array holds them; the text says what.
    """
    found = _detached(value)
    _demand_numbers(found, _REAL)
    try:
        return np.array(found, dtype=np.float64)
    except OverflowError:
        raise ValueError("is larger than every double") from None


def _array(value: Any) -> Any:
    found = _detached(value)
    _demand_numbers(found, _PLAIN)
    try:
        array = np.array(found)
    except ValueError:
        raise ValueError("has rows of different lengths") from None
    _demand_numbers(array, _PLAIN)
    return array


def _is_function(value: Any) -> bool:
    """Whether it can be called, and does not pose as a number as well."""
    return callable(value) and not any(hasattr(type(value), name) for name in ("__float__", "__array__"))


def _detached(value: Any) -> Any:
    """A torch tensor as the array of its numbers; anything else as it is. Whoever has a tensor has imported torch."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(value, torch.Tensor):
        return value
    try:
        numbers = value.detach().to("cpu")
        return (numbers.double() if numbers.is_floating_point() else numbers).numpy()
    except (RuntimeError, TypeError, NotImplementedError) as raised:
        reason = str(raised).strip().partition("\n")[0]
        raise TypeError(f"is a torch tensor that NumPy cannot hold ({reason})") from None


def _demand_numbers(value: Any, allowed: tuple[type, ...], holds: str = "is") -> None:
    """Raise TypeError for the first part that is neither of these types nor a NumPy number or array."""
    if isinstance(value, (list, tuple)):
        for part in value:
            _demand_numbers(part, allowed, "holds")
    elif isinstance(value, np.generic) or type(value) is np.ndarray:
        # A wider number, or one of the objects that NumPy carries, would be rounded.
        if value.dtype.kind not in "biuf" or value.dtype.itemsize > 8:
            raise TypeError(f"holds values of dtype {value.dtype}")
    elif not isinstance(value, allowed):
        kind = type(value)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        shown = " ".join(reprlib.repr(value).split())
        raise TypeError(f"{holds} {shown} of type {name}")
