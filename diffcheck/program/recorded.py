"""What recorded values of every kind do: they behave like arrays, and refuse what would leave the recording."""

from typing import Any

from diffcheck.errors import BranchError, CaseError
from diffcheck.ops.arguments import Traceable
from diffcheck.ops.composites import Composite
from diffcheck.ops.functions.arithmetic import Arithmetic
from diffcheck.ops.table import Primitive


class Recorded(Arithmetic, Traceable):
    """A value that records what is done with it."""

    __array_priority__ = 1000

    node: int
    """The node that it is."""

    def __bool__(self) -> bool:
        raise BranchError(
            "a Python `if`, `and`, `or`, `while`, `min` or `max` depends on an input: "
            "write diffcheck.ops.where(condition, a, b), maximum or minimum instead"
        )

    def __float__(self) -> float:
        raise BranchError(
            "float() of a value that depends on an input: use the functions of diffcheck.ops, not of math"
        )

    __int__ = __index__ = __float__

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise CaseError("NumPy cannot compute with a traced value: use the functions of diffcheck.ops instead")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method == "__call__" and ufunc.__name__ in _METHODS:
            # The array stands to the left: Python's own dispatch would come back here.
            (left, right), word = inputs, _METHODS[ufunc.__name__]
            return getattr(right, f"__r{word}__")(left) if right is self else getattr(left, f"__{word}__")(right)
        name = _OPERATORS.get(ufunc.__name__)
        if method != "__call__" or name is None:
            raise _not_numpy(ufunc.__name__)
        return Primitive.rows[name](*inputs)

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        raise _not_numpy(function.__name__)


def _not_numpy(name: str) -> CaseError:
    """The error that names the operation to use instead of NumPy's function."""
    rows = {*Primitive.rows, *Composite.rows}
    ours = next((n for n in (name, name.replace("arc", "a"), _OPERATORS.get(name, "")) if n in rows), "")
    advice = f"use diffcheck.ops.{ours} instead" if ours else "use the functions of diffcheck.ops instead"
    return CaseError(f"numpy.{name} cannot be traced: {advice}")


# What NumPy calls when an array stands to the left of a traced value.
_OPERATORS = {
    "add": "add",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "power": "power",
    "negative": "neg",
    "greater": "gt",
    "greater_equal": "ge",
    "less": "lt",
    "less_equal": "le",
    "equal": "eq",
    "not_equal": "ne",
}
# The same where no operation is called, but a method of this name, with or without an r before it.
_METHODS = {"matmul": "matmul", "remainder": "mod", "bitwise_and": "and", "bitwise_or": "or"}
