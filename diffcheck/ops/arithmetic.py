"""Python's operators, as rows of the table."""

from typing import Any

from diffcheck.ops.table import Primitive


def _binary(name: str) -> tuple[Any, Any]:
    def forward(self: Any, other: Any) -> Any:
        return Primitive.rows[name](self, other)

    def reflected(self: Any, other: Any) -> Any:
        return Primitive.rows[name](other, self)

    return forward, reflected


class Arithmetic:
    """Gives a value ``+ - * / ** abs`` and the comparisons by way of the table."""

    __add__, __radd__ = _binary("add")
    __sub__, __rsub__ = _binary("sub")
    __mul__, __rmul__ = _binary("mul")
    __truediv__, __rtruediv__ = _binary("div")
    __pow__, __rpow__ = _binary("power")
    __lt__, __gt__ = _binary("lt")[0], _binary("gt")[0]
    __le__, __ge__ = _binary("le")[0], _binary("ge")[0]
    __eq__, __ne__ = _binary("eq")[0], _binary("ne")[0]
    __hash__ = None  # type: ignore[assignment]

    def __neg__(self) -> Any:
        return Primitive.rows["neg"](self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return Primitive.rows["abs"](self)
