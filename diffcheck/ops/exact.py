"""Exact constants: pi, e, fractions, and what operations on plain numbers give.

``sqrt(2)`` inside a case is the square root of two itself, not the double next to it: exact for SymPy and the
referee, rounded once to the dtype for NumPy and PyTorch.
"""

import math
import numbers
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from operator import sub
from typing import Any

import flint
import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import Traceable
from diffcheck.ops.enclosures.balls import ball, sign
from diffcheck.ops.functions.arithmetic import Arithmetic
from diffcheck.ops.table import Operation, Primitive

# The bits that an exact power may have.
_LARGEST_POWER = 4096


def exact(value: Any, operation: str = "") -> Fraction:
    """The number that a Python or NumPy number is, exactly.

    Raises
    ------
    CaseError
        For NaN, infinities, and whatever else can be made a float but is none: a decimal, a number of SymPy's, a dual
        number would lose what it stands for. ``operation`` is named in the text.
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, numbers.Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, np.bool_):
        return Fraction(bool(value))
    where = f"{operation}: " if operation else ""
    if not isinstance(value, (float, np.floating)):
        raise CaseError(
            f"{where}{value!r} of type {type(value).__name__} is not a number that a case can compute with: use an "
            "int, a float, a Fraction or diffcheck.ops.rational (float(...) gives the double next to it)"
        )
    if not np.isfinite(value):
        raise CaseError(
            f"{where}the constant {value} is not a number that a derivative can be taken with: use a finite value"
        )
    return Fraction(*value.as_integer_ratio())


def _argument(value: Any, operation: str) -> Fraction | float:
    """A whole number or a fraction as what it is; a float stays one, because it may stand for another number."""
    number = exact(value, operation)
    return float(number) if isinstance(value, (float, np.floating)) else number


def exact_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """``base ** exponent`` where that is a fraction with no more than a few thousand bits.

    >>> exact_power(Fraction(4, 9), Fraction(3, 2))
    Fraction(8, 27)
    """
    above, below = (_root(n, exponent.denominator) for n in base.as_integer_ratio())
    size = max(base.numerator.bit_length(), base.denominator.bit_length()) * abs(exponent.numerator)
    if above is None or below is None or size > _LARGEST_POWER or (base == 0 and exponent <= 0):
        return None
    return Fraction(above, below) ** exponent.numerator


def _root(value: int, degree: int) -> int | None:
    """The whole ``degree``-th root of a whole number, ``None`` if it has none."""
    if degree == 1 or value in (0, 1):
        return value
    if value < 0 or degree > value.bit_length():
        return None
    found = int(flint.fmpz(value).root(degree))
    return found if found**degree == value else None


class Exact(Arithmetic, Traceable):
    """A constant expression: an operation on fractions and constant expressions."""

    is_constant = True

    def __init__(self, operation: Primitive, arguments: tuple["Fraction | float | Exact", ...]) -> None:
        self.operation = operation
        self.arguments = arguments

    @classmethod
    def of(cls, operation: Primitive, arguments: tuple[Any, ...]) -> "Exact":
        """The constant that ``operation`` gives on numbers and constants."""
        return cls(operation, tuple(a if isinstance(a, Exact) else _argument(a, operation.name) for a in arguments))

    @staticmethod
    def demand_number(value: Any, operation: str) -> None:
        """An error if the operation is given, without arrays beside it, what is no number."""
        exact(value, operation)

    def apply(self, operation: Operation, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """The constant that ``operation`` gives; with an array or a tensor beside it this is not called."""
        return operation._on_constants(arguments, options)

    @cached_property
    def _float(self) -> float:
        with flint.ctx.workprec(256):
            return float(self.enclosure().mid())

    def enclosure(self) -> Any:
        """The ball that encloses the number at the working precision."""
        row = self.operation
        arguments = [a.enclosure() if isinstance(a, Exact) else ball(exact(a)) for a in self.arguments]
        if row.switch is None:
            return row.on_balls()(*arguments)
        # What is compared with itself ties, however many bits are looked at.
        itself = row.switch is sub and _same(*self.arguments[: row.deciding])
        side = 0 if itself else sign(row.switch(*arguments[: row.deciding]))
        if side is None:
            raise CaseError(f"the constant {self} is not decided at {flint.ctx.prec} bits: write the number that it is")
        if row.takes is not None:
            return arguments[row.takes(side)]
        assert row.piece is not None
        chosen = row.piece(side, arguments, arguments)
        return ball(chosen) if isinstance(chosen, int) else chosen

    def __float__(self) -> float:
        return self._float

    def __repr__(self) -> str:
        return f"{self.operation.name}({', '.join(map(str, self.arguments))})"

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return getattr(ufunc, method)(*(float(a) if isinstance(a, Exact) else a for a in inputs), **options)

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return function(*(float(a) if isinstance(a, Exact) else a for a in args), **(kwargs or {}))


def _same(x: Any, y: Any) -> bool:
    """Whether two constants are the same operation on the same numbers."""
    if isinstance(x, Exact) and isinstance(y, Exact):
        return x.operation is y.operation and all(map(_same, x.arguments, y.arguments))
    return not isinstance(x, Exact) and not isinstance(y, Exact) and exact(x) == exact(y)


Primitive.constant_class = Exact


def rational(numerator: int, denominator: int = 1) -> Exact:
    """The fraction itself, not the double next to it.

    >>> float(rational(1, 3))
    0.3333333333333333
    """
    return Exact.of(Primitive.rows["div"], (numerator, denominator))


def reciprocal(number: float | Fraction) -> Exact:
    """One over a number, not the double next to it: of a power it is the exponent of the root that undoes it.

    >>> float(reciprocal(2.5)), float(reciprocal(3))
    (0.4, 0.3333333333333333)
    """
    return rational(*reversed(Fraction(number).as_integer_ratio()))


def constants_like(x: Any, numbers: Sequence[Fraction | int | Exact]) -> Any:
    """A row of exact numbers as what computes with ``x``: traced ones with traced values, else rounded to its dtype."""
    if hasattr(x, "lift"):
        return x.lift([x.lift(number) for number in numbers])
    dtype = np.asarray(x).dtype
    return np.array([float(number) for number in numbers], dtype if dtype.kind in "fc" else np.float64)


def _number(name: str, doc: str, value: float, sympy: Any, arb: Any, **columns: Any) -> Exact:
    here = {"torch": lambda _: value, "numpy": lambda: value, "sympy": sympy, "arb": arb}
    row = Primitive(name=name, doc=doc, ulps=0.5, **here, **columns)
    return Exact(row, ())


pi = _number("pi", "the circle constant", math.pi, lambda sympy: sympy.pi, flint.arb.pi)
e = _number(
    "e",
    "Euler's number",
    math.e,
    lambda sympy: sympy.E,
    flint.arb.const_e,
    formula=lambda: Primitive.rows["exp"](1),
)
