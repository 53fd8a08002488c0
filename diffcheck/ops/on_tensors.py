"""A function of torch's on what a case gives an operation: numbers, arrays and tensors, as NumPy understands them."""

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from diffcheck.errors import Unsupported
from diffcheck.ops.arguments import as_scalar, fitting, understood, whole_for_fractions

# What torch and Python say of arguments that they do not take.
_REFUSED = RuntimeError, TypeError, AttributeError
_NO_TENSOR = "not Tensor", "invalid combination of arguments"


def called(
    name: str, function: Callable[..., Any], named: bool, like: Any, arguments: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    """What the function gives of these arguments, or of what they may mean where it refuses them.

    Parameters
    ----------
    name:
        The operation's.
    named:
        Whether it is one of torch's own, which want tensors.
    like:
        The tensor in whose precision, and on whose device, numbers and arrays are meant.

    Raises
    ------
    Unsupported
        If torch takes no tensor where one is given.
    """
    torch = sys.modules["torch"]
    numbers = (int, float, np.generic, np.ndarray) if named else np.ndarray
    taken = map(as_scalar, arguments)
    given = [fitting(torch, a, like) if isinstance(a, numbers) else a for a in taken]
    try:
        found = function(*given, **options)
        if not whole_for_fractions(torch, found, like):
            return found
    except _REFUSED as refused:
        found = refused
    for meant in understood(torch, given, like):
        with suppress(*_REFUSED):
            another = function(*meant, **options)
            if not whole_for_fractions(torch, another, like):
                return another
    if isinstance(found, TypeError) and any(told in str(found) for told in _NO_TENSOR):
        raise Unsupported(f"torch takes a number where {name} is given a tensor: {found}") from None
    if isinstance(found, Exception):
        raise found
    return found
