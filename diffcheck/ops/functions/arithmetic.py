"""Python's operators, as rows of the table."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import Composite
from diffcheck.ops.table import Operation, Primitive


def _binary(name: str, rows: Mapping[str, Operation] = Primitive.rows) -> tuple[Any, Any]:
    def forward(self: Any, other: Any) -> Any:
        return rows[name](self, other)

    def reflected(self: Any, other: Any) -> Any:
        return rows[name](other, self)

    return forward, reflected


def _joining(sign: str, name: str) -> tuple[Any, Any]:
    def forward(self: Any, other: Any) -> Any:
        return Composite.rows[name](*_conditions(sign, self, other))

    def reflected(self: Any, other: Any) -> Any:
        return Composite.rows[name](*_conditions(sign, other, self))

    return forward, reflected


def _conditions(sign: str, *values: Any) -> tuple[Any, ...]:
    """The values, each a condition, as ``& | ~`` want them of arrays and tensors, too."""
    for value in values:
        known = value.is_condition if hasattr(value, "is_condition") else np.asarray(value).dtype.kind == "b"
        if not known:
            raise CaseError(f"{sign} of numbers: it joins conditions; write (x > 0) {sign} (x < 1), with parentheses")
    return values


class Arithmetic:
    """Gives a value ``+ - * / ** % // abs``, the comparisons and what joins them by way of the table."""

    __add__, __radd__ = _binary("add")
    __sub__, __rsub__ = _binary("sub")
    __mul__, __rmul__ = _binary("mul")
    __truediv__, __rtruediv__ = _binary("div")
    __pow__, __rpow__ = _binary("power")
    __mod__, __rmod__ = _binary("remainder", Composite.rows)
    __floordiv__, __rfloordiv__ = _binary("floor_divide", Composite.rows)
    __lt__, __gt__ = _binary("lt")[0], _binary("gt")[0]
    __le__, __ge__ = _binary("le")[0], _binary("ge")[0]
    __eq__, __ne__ = _binary("eq")[0], _binary("ne")[0]
    __and__, __rand__ = _joining("&", "logical_and")
    __or__, __ror__ = _joining("|", "logical_or")
    # Whoever compares element by element cannot be hashed; Python says it in this way, which `object`'s type denies.
    __hash__ = None  # type: ignore[assignment]

    def __invert__(self) -> Any:
        return Composite.rows["logical_not"](*_conditions("~", self))

    def __neg__(self) -> Any:
        return Primitive.rows["neg"](self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return Primitive.rows["abs"](self)
