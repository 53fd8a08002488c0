"""Complex constants: what operations on plain complex numbers give, by exact parts."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.ops.arguments import Traceable, is_complex
from diffcheck.ops.complex_numbers.formulas import applied
from diffcheck.ops.complex_numbers.pairs import Pair
from diffcheck.ops.exact import Exact, exact
from diffcheck.ops.functions.arithmetic import Arithmetic
from diffcheck.ops.table import Operation


class ComplexConstant(Arithmetic, Traceable):
    """A complex number whose parts are fractions and constant expressions: ``exp(1j * pi / 4)`` itself."""

    is_constant = True
    has_parts = True

    def __init__(self, real: Any, imag: Any) -> None:
        self.real = _part(real)
        self.imag = _part(imag)

    def apply(self, operation: Operation, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """What an operation gives; with an array or a tensor beside it this is not called."""
        return of_constants(operation, arguments, options)

    def __complex__(self) -> complex:
        return complex(float(self.real), float(self.imag))

    def __repr__(self) -> str:
        return f"({self.real} + {self.imag}j)"

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return getattr(ufunc, method)(*map(_plain, inputs), **options)

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return function(*map(_plain, args), **(kwargs or {}))


def _plain(value: Any) -> Any:
    return complex(value) if isinstance(value, ComplexConstant) else value


def _part(value: Any) -> Fraction | Exact:
    return value if isinstance(value, Exact) else exact(value, "complex")


def of_constants(operation: Operation, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What an operation gives of numbers, some of which are complex.

    Raises
    ------
    CaseError
        If it has no rule for complex numbers.
    """

    def on_pairs(formula: Callable[..., Any], given: tuple[Any, ...], options: dict[str, Any]) -> Any:
        found = formula(*map(_given, given), **options)
        return ComplexConstant(found.re, found.im) if isinstance(found, Pair) else found

    return applied(operation, on_pairs, arguments, options)


def _given(value: Any) -> Any:
    """A complex number as a pair of exact parts, a float as the fraction that it is."""
    if is_complex(value):
        return Pair(_part(value.real), _part(value.imag))
    return exact(value) if isinstance(value, (float, np.floating)) else value
