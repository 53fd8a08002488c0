"""Recording: the user's function runs once on traced arrays and leaves a program behind."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.errors import BranchError, CaseError
from diffcheck.ops.exact import Exact, exact
from diffcheck.ops.table import Composite, Operation, Primitive
from diffcheck.program.program import CONST, INPUT, Builder, Program, uncollected
from diffcheck.program.recorded import Recorded

Numbers = np.ndarray[Any, np.dtype[np.int64]]


class Traced(Recorded):
    """An array of nodes; behaves like the arrays and tensors that the function will meet later.

    ``shape``, ``ndim``, ``size``, ``T``, indexing, ``reshape``, ``sum`` ... mean what they mean in NumPy.
    """

    def __init__(self, builder: Builder, numbers: Any) -> None:
        self._builder = builder
        self.numbers: Numbers = np.asarray(numbers, dtype=np.int64)

    @property
    def node(self) -> int:
        """The node of a single number."""
        return int(self.numbers)

    # What every array has.

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape, as in NumPy."""
        return tuple(self.numbers.shape)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.numbers.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self.numbers.size

    @property
    def T(self) -> "Traced":
        """The transposed array."""
        return self._like(self.numbers.T)

    @property
    def is_condition(self) -> bool:
        """Whether every element is a relation, or joins relations; 1 and 0 are conditions that are known."""
        pending = self.numbers.ravel().tolist()
        seen = set(pending)
        while pending:
            name, operands = self._builder.nodes[pending.pop()]
            if name == "where":
                new = set(operands[1:]) - seen
                seen |= new
                pending += new
            elif name == CONST:
                if operands[0] not in (0, 1):
                    return False
            elif name == INPUT or not Primitive.rows[name].condition:
                return False
        return True

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator["Traced"]:
        return (self._like(row) for row in self.numbers)

    def __getitem__(self, index: Any) -> "Traced":
        if isinstance(index, Traced) or (isinstance(index, tuple) and any(isinstance(i, Traced) for i in index)):
            raise BranchError("an index depends on an input: only whole numbers and arrays of them can be indices")
        return self._like(self.numbers[index])

    def reshape(self, *shape: Any) -> "Traced":
        """The same elements in another shape."""
        return self._like(self.numbers.reshape(*shape))

    def ravel(self) -> "Traced":
        """The same elements along one axis."""
        return self.reshape((-1,))

    def swapaxes(self, first: int, second: int) -> "Traced":
        """Two axes exchanged."""
        return self._like(self.numbers.swapaxes(first, second))

    def sum(self, axis: int | None = None) -> "Traced":
        """The sum of all elements, or along an axis."""
        return self._reduced(Primitive.rows["add"], axis)

    def prod(self, axis: int | None = None) -> "Traced":
        """The product of all elements, or along an axis."""
        return self._reduced(Primitive.rows["mul"], axis)

    def mean(self, axis: int | None = None) -> "Traced":
        """The mean of all elements, or along an axis."""
        mean: Traced = Composite.rows["mean"](self, axis)
        return mean

    def __matmul__(self, other: Any) -> "Traced":
        return self._product(self, self._lift(other))

    def __rmatmul__(self, other: Any) -> "Traced":
        return self._product(self._lift(other), self)

    def stack(self, arrays: Sequence[Any], axis: int) -> "Traced":
        """Arrays along a new axis; ``self`` is one of them."""
        return self._like(np.stack([self._lift(a).numbers for a in arrays], axis))

    def concatenate(self, arrays: Sequence[Any], axis: int) -> "Traced":
        """Arrays one behind the other; ``self`` is one of them."""
        return self._like(np.concatenate([self._lift(a).numbers for a in arrays], axis))

    def along(self, axis: int, operation: Primitive) -> "Traced":
        """An operation of many arguments applied to the rows along an axis."""
        rows = np.moveaxis(self.numbers, axis, -1)
        return self._like(np.apply_along_axis(lambda row: self._builder.apply(operation.name, *row.tolist()), -1, rows))

    # How operations are recorded.

    def apply(self, operation: Operation, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Record an operation, element by element; a composite one by its definition."""
        if isinstance(operation, Composite):
            return operation.definition(*arguments, **options)
        numbers = [self._lift(a).numbers for a in arguments]
        try:
            broadcast = np.broadcast_arrays(*numbers)
        except ValueError:
            shapes = " and ".join(str(n.shape) for n in numbers)
            raise CaseError(f"{operation.name}: shapes {shapes} do not fit together") from None
        build = self._builder.apply
        flat = [b.ravel().tolist() for b in broadcast]
        result = [build(operation.name, *operands) for operands in zip(*flat, strict=True)]
        return self._like(np.array(result, np.int64).reshape(broadcast[0].shape))

    def _like(self, numbers: Any) -> "Traced":
        return Traced(self._builder, numbers)

    def _lift(self, value: Any) -> "Traced":
        """Constants, arrays of them and sequences of traced values as a traced array."""
        if isinstance(value, Traced):
            if value._builder is not self._builder:
                raise CaseError("a value traced in another case is used: a case may not keep its values between calls")
            return value
        if isinstance(value, Exact):
            operands = [int(self._lift(a).numbers) for a in value.arguments]
            return self._like(self._builder.apply(value.operation.name, *operands))
        if isinstance(value, (list, tuple)):
            return self.stack(value, 0)
        if isinstance(value, (Fraction, int)):
            return self._like(self._builder.const(Fraction(value)))
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise CaseError(f"cannot compute with {value!r} of type {type(value).__name__}: use numbers and arrays")
        # A float may stand for another number, a whole number is itself.
        make = self._builder.data if array.dtype.kind == "f" else self._builder.const
        numbers = [make(exact(v)) for v in array.ravel().tolist()]
        return self._like(np.array(numbers, np.int64).reshape(array.shape))

    def _reduced(self, operation: Primitive, axis: int | None) -> "Traced":
        rows = self.ravel() if axis is None else self._like(np.moveaxis(self.numbers, axis, 0))
        if len(rows) == 0:
            raise CaseError(f"{operation.name} over an empty axis of an array of shape {self.shape}")
        total = rows[0]
        for row in list(rows)[1:]:
            total = operation(total, row)
        return total

    def _product(self, left: "Traced", right: "Traced") -> "Traced":
        if 0 in (left.ndim, right.ndim) or max(left.ndim, right.ndim) > 2 or left.shape[-1] != right.shape[0]:
            raise CaseError(f"matrix product of shapes {left.shape} and {right.shape}: the inner sizes must be equal")
        columns = right if right.ndim == 2 else right.reshape((-1, 1))
        rows = left if left.ndim == 2 else left.reshape((1, -1))
        product = (rows.reshape((*rows.shape, 1)) * columns.reshape((1, *columns.shape))).sum(1)
        shape = (*left.shape[:-1], *right.shape[1:])
        return self._like(product.numbers.reshape(shape))


@uncollected()
def trace(function: Callable[..., Any], shapes: Mapping[str, tuple[int, ...]], constants: Mapping[str, Any]) -> Program:
    """The program of ``function``.

    Parameters
    ----------
    shapes:
        The shape of each input, by parameter name; the flattened inputs are numbered in this order.
    constants:
        The values of the other parameters.

    Raises
    ------
    CaseError
        If the function branches on an input, leaves the traced arithmetic or returns something that is not numbers.
    """
    builder = Builder()
    inputs: dict[str, Traced] = {}
    count = 0
    for name, shape in shapes.items():
        size = int(np.prod(shape, dtype=int))
        numbers = np.array([builder.input(count + i) for i in range(size)], np.int64)
        inputs[name] = Traced(builder, numbers.reshape(shape))
        count += size
    try:
        result = function(**inputs, **constants)
    except (TypeError, ValueError) as wrapped:
        # NumPy hides our message behind its own when an array cannot hold a traced value.
        told = wrapped.__cause__ or wrapped.__context__
        if isinstance(told, CaseError):
            raise told from None
        raise
    if result is None:
        raise CaseError("the function returns None: it must return its value")
    lift = Traced(builder, builder.const(0) if not count else 0)._lift
    try:
        outputs = lift(result).numbers
    except ValueError:
        raise CaseError("the function returns an empty list or values of different shapes: stack what fits") from None
    except (TypeError, StopIteration):
        raise CaseError(f"the function returns {type(result).__name__}, not a number or an array of numbers") from None
    return builder.program(count, outputs)
