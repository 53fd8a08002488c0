"""Arrays that record what is computed with them: what NumPy's and torch's have, as nodes of a graph."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from diffcheck.errors import BranchError, CaseError
from diffcheck.ops.arguments import flat, is_complex
from diffcheck.ops.arity import demand_arguments
from diffcheck.ops.composites import Composite
from diffcheck.ops.exact import Exact, exact
from diffcheck.ops.on_arrays import sums
from diffcheck.ops.on_arrays.selection import ranked
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Index, Parameters, Shape
from diffcheck.ops.table import Operation, Primitive
from diffcheck.program.conditions import is_condition
from diffcheck.program.graph import GraphBuilder
from diffcheck.program.recorded import Recorded


class Traced(Recorded):
    """A node of a graph; behaves like the arrays and tensors that the function will meet later.

    ``shape``, ``ndim``, ``size``, ``T``, indexing, ``reshape``, ``sum`` ... mean what they mean in NumPy.
    """

    as_complex: ClassVar[Callable[["Traced"], Any]]
    """The value among complex ones; see `diffcheck.program.paired`, which stands above this module."""
    with_infinities: ClassVar[Callable[[Operation, tuple[Any, ...]], Any]] = lambda *_: None
    """What comes of minus infinity among operands, or ``None``; see `diffcheck.program.masked`."""

    def __init__(self, builder: GraphBuilder, node: int) -> None:
        self._builder = builder
        self.node = node

    # What every array has.

    @property
    def shape(self) -> Shape:
        """Shape, as in NumPy."""
        return self._builder.shape(self.node)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=int))

    @property
    def T(self) -> "Traced":
        """The transposed array."""
        return self.permute(range(self.ndim)[::-1])

    @property
    def known(self) -> Fraction | None:
        """The number that all elements are, whatever the inputs are."""
        return self._builder.value(self.node)

    @property
    def is_condition(self) -> bool:
        """Whether every element is a relation, or joins relations; 1 and 0 are conditions that are known."""
        return is_condition(self._builder, self.node)

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() of a traced value without axes")
        return self.shape[0]

    def __iter__(self) -> Iterator["Traced"]:
        return (self[k] for k in range(len(self)))

    def __getitem__(self, index: Any) -> "Traced":
        if isinstance(index, Traced) or (isinstance(index, tuple) and any(isinstance(i, Traced) for i in index)):
            raise BranchError("an index depends on an input: only whole numbers and arrays of them can be indices")
        try:
            places = np.arange(self.size).reshape(self.shape)[index]
        except IndexError as mistake:
            what = f"an array of shape {self.shape}" if self.shape else "one number, which has no elements"
            raise CaseError(f"an index into {what}: {mistake}") from None
        if np.array_equal(places.ravel(), np.arange(self.size)):
            return self._moved("reshape", places.shape)
        section = _section(self.shape, index if isinstance(index, tuple) else (index,))
        if section is None:
            return self._moved("take", (0, Index(places)))
        found = self
        for axis, (start, stop) in section.items():
            found = found._moved("slice", (axis, start, stop))
        return found._moved("reshape", places.shape)

    def reshape(self, *shape: Any) -> "Traced":
        """The same elements in another shape."""
        return self._moved("reshape", np.empty(self.shape, bool).reshape(*shape).shape)

    def ravel(self) -> "Traced":
        """The same elements along one axis."""
        return self._moved("reshape", (self.size,))

    def swapaxes(self, first: int, second: int) -> "Traced":
        """Two axes exchanged."""
        axes = list(range(self.ndim))
        axes[first], axes[second] = axes[second], axes[first]
        return self.permute(axes)

    def permute(self, axes: Sequence[int]) -> "Traced":
        """The axes in another order: for each new one the old one."""
        order = tuple(range(self.ndim)[a] for a in axes)
        if sorted(order) != list(range(self.ndim)):
            raise CaseError(f"permute: {tuple(axes)} is no order of the axes of an array of shape {self.shape}")
        return self._moved("permute", order)

    def pad(self, widths: Sequence[tuple[int, int]]) -> "Traced":
        """Zeros around it: for each axis how many before and how many behind."""
        found = self
        for axis, (before, behind) in enumerate(widths):
            if before or behind:
                found = found._moved("pad", (axis, before, behind))
        return found

    def sum(self, axis: int | Sequence[int] | None = None) -> "Traced":
        """The sum of all elements, or along an axis or several."""
        axes = range(self.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
        for a in axes:
            self._demand_elements("add", a)
        return self._moved(sums.sum.name, tuple(sorted(range(self.ndim)[a] for a in axes)))

    def prod(self, axis: int | None = None) -> "Traced":
        """The product of all elements, or along an axis."""
        product: Traced = Composite.rows["prod"](self, axis)
        return product

    def mean(self, axis: int | None = None) -> "Traced":
        """The mean of all elements, or along an axis."""
        mean: Traced = Composite.rows["mean"](self, axis)
        return mean

    def cumsum(self, axis: int) -> "Traced":
        """The sums of all elements up to each along an axis."""
        self._demand_elements("cumsum", axis)
        return self._moved(sums.cumsum.name, (range(self.ndim)[axis], False))

    def scattered(self, places: Any, shape: Shape) -> "Traced":
        """Zeros in this shape, to which the elements are added at these places in row-major order."""
        return self._moved(sums.scatter.name, (0, Index(places), tuple(shape)))

    def __matmul__(self, other: Any) -> Any:
        return self._product(self, self.lift(other)) if not is_complex(other) else self.as_complex() @ other

    def __rmatmul__(self, other: Any) -> Any:
        return self._product(self.lift(other), self) if not is_complex(other) else other @ self.as_complex()

    def stack(self, arrays: Sequence[Any], axis: int) -> "Traced":
        """Arrays along a new axis; ``self`` is one of them."""
        lifted = [self.lift(a) for a in arrays]
        shapes = {a.shape for a in lifted}
        if len(shapes) != 1:
            raise ValueError("all input arrays must have the same shape")
        (shape,) = shapes
        place = range(len(shape) + 1)[axis]
        parts = [a._moved("reshape", (*shape[:place], 1, *shape[place:])).node for a in lifted]
        return self._like(self._builder.move("concatenate", (place,), *parts))

    def concatenate(self, arrays: Sequence[Any], axis: int) -> "Traced":
        """Arrays one behind the other; ``self`` is one of them."""
        lifted = [self.lift(a) for a in arrays]
        np.concatenate([np.empty(a.shape, bool) for a in lifted], axis)  # NumPy says what does not fit
        return self._like(self._builder.move("concatenate", (range(self.ndim)[axis],), *(a.node for a in lifted)))

    def along(self, axis: int, row: Own) -> "Traced":
        """A row of one operand, whose arguments lie along an axis; a number alone is one along an axis of its own."""
        if self.ndim == 0 and axis in (0, -1):
            return self.reshape(1).along(0, row).reshape(())
        self._demand_elements(row.name, axis)
        found = self._with_axis(axis, -1).own(row)
        return found if found.ndim < self.ndim else found._with_axis(-1, axis)

    def ranked(self, ranks: Sequence[int]) -> "Traced":
        """The elements along the last axis with these ranks, when they are sorted upwards."""
        self._demand_elements(ranked.name, -1)
        return self.own(ranked, parameters=tuple(range(self.shape[-1])[rank] for rank in ranks))

    def own(self, row: Own, *others: Any, parameters: Parameters = ()) -> "Traced":
        """A row of operations with a calculus of their own; the axes before those that it speaks of broadcast."""
        operands = [self, *map(self.lift, others)]
        own = [x.shape[x.ndim - n :] for x, n in zip(operands, row.axes, strict=True)]
        befores = [x.shape[: x.ndim - n] for x, n in zip(operands, row.axes, strict=True)]
        try:
            before = np.broadcast_shapes(*befores)
        except ValueError:
            told = " and ".join(str(x.shape) for x in operands)
            raise CaseError(f"{row.name}: shapes {told} do not fit together") from None
        spread = [x.spread(before + s).node for x, s in zip(operands, own, strict=True)]
        return self._like(self._builder.own(row.name, parameters, *spread))

    def spread(self, shape: Shape) -> "Traced":
        """Elements repeated along new axes and axes of length one."""
        return self._moved("broadcast", (0, tuple(shape)))

    def triangle(self, lower: bool, diagonal: int = 0) -> "Traced":
        """What stands on this diagonal of the matrices along the last two axes and on one side of it, and zeros."""
        ones = np.ones(self.shape, bool)
        return self._moved("masked", (Index(np.tril(ones, diagonal) if lower else np.triu(ones, diagonal)),))

    def replaced(self, places: Any, number: int) -> "Traced":
        """With this number where ``places``, which broadcast, hold true."""
        mask = np.broadcast_to(places, self.shape)
        constant = self.lift(number).spread(self.shape)
        return self._like(self._builder.move("blend", (Index(mask),), constant.node, self.node))

    def __repr__(self) -> str:
        return f"<traced value of shape {self.shape}>"

    # How operations are recorded.

    def apply(self, operation: Operation, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Record an operation, element by element; a composite one by its definition."""
        if any(map(is_complex, flat(arguments))):
            return self.as_complex().apply(operation, arguments, options)
        if isinstance(operation, Composite):
            return operation.definition(*arguments, **options)
        demand_arguments(operation, len(arguments), options)
        masked = Traced.with_infinities(operation, arguments)
        if masked is not None:
            return masked
        operands = [self.lift(a) for a in arguments]
        if isinstance(operation, Primitive) and operation.chooses:
            operands[: operation.deciding] = [c.holds() for c in operands[: operation.deciding]]
        return self._like(self._builder.apply(operation.name, *(operand.node for operand in operands)))

    def holds(self) -> "Traced":
        """A condition as it is; of a number, whether it is not zero."""
        return self if self.is_condition else self.apply(Primitive.rows["ne"], (self, 0), {})

    def _like(self, node: int) -> "Traced":
        return Traced(self._builder, node)

    def _moved(self, name: str, parameters: Any) -> "Traced":
        return self._like(self._builder.move(name, parameters, self.node))

    def _with_axis(self, axis: int, place: int) -> "Traced":
        axes = np.moveaxis(np.empty(range(1, self.ndim + 1), bool), axis, place).shape
        return self.permute([n - 1 for n in axes])

    def lift(self, value: Any) -> "Traced":
        """Constants, arrays of them and sequences of traced values as a traced array."""
        if isinstance(value, Traced):
            if value._builder is not self._builder:
                raise CaseError("a value traced in another case is used: a case may not keep its values between calls")
            return value
        if isinstance(value, Exact):
            operands = [self.lift(a).node for a in value.arguments]
            return self._like(self._builder.apply(value.operation.name, *operands))
        if isinstance(value, (list, tuple)):
            return self.stack(value, 0)
        if isinstance(value, (Fraction, int)):
            return self._like(self._builder.const(Fraction(value)))
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise CaseError(f"cannot compute with {value!r} of type {type(value).__name__}: use numbers and arrays")
        if not array.ndim:
            number = exact(array.item())
            return self._like(self._builder.number(number) if array.dtype.kind == "f" else self._builder.const(number))
        if not np.isfinite(array).all():
            exact(array[~np.isfinite(array)][0])
        return self._like(self._builder.array(array))

    def _demand_elements(self, name: str, axis: int | None) -> None:
        if (self.size if axis is None else self.shape[axis]) == 0:
            raise CaseError(f"{name} over an empty axis of an array of shape {self.shape}")

    def _product(self, left: "Traced", right: "Traced") -> "Traced":
        inner = right.shape[-2:-1] or right.shape
        if not left.shape or left.shape[-1:] != inner:
            raise CaseError(f"matrix product of shapes {left.shape} and {right.shape}: the inner sizes must be equal")
        if not left.shape[-1]:
            return self.lift(np.zeros(np.matmul(np.empty(left.shape), np.empty(right.shape)).shape))
        rows = left if left.ndim > 1 else left.reshape((1, -1))
        columns = right if right.ndim > 1 else right.reshape((-1, 1))
        product = self._of_matrices(rows, columns)
        before = product.shape[:-2]
        return product.reshape((*before, *left.shape[-2:-1], *(right.shape[-1:] if right.ndim > 1 else ())))

    def _of_matrices(self, x: "Traced", y: "Traced") -> "Traced":
        """The product of the matrices along the last two axes; one matrix beside many makes one large product."""
        if y.ndim == 2:
            flat = self._builder.matmul(x.reshape((-1, x.shape[-1])).node, y.node)
            return self._like(flat).reshape((*x.shape[:-1], y.shape[-1]))
        if x.ndim == 2:
            return self._of_matrices(y.swapaxes(-1, -2), x.T).swapaxes(-1, -2)
        try:
            before = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
        except ValueError:
            raise CaseError(
                f"matrix product of shapes {x.shape} and {y.shape}: the axes before the last two do not fit together"
            ) from None
        spread = [a._moved("broadcast", (0, before + a.shape[-2:])).node for a in (x, y)]
        return self._like(self._builder.matmul(*spread))


def _section(shape: Shape, index: tuple[Any, ...]) -> dict[int, tuple[int, int]] | None:
    """Which places along which axes whole numbers and slices without steps mean; ``None`` for anything else."""
    found = {}
    for axis, i in enumerate(index):
        if isinstance(i, (int, np.integer)) and not isinstance(i, (bool, np.bool_)):
            place = range(shape[axis])[int(i)]
            found[axis] = place, place + 1
        elif isinstance(i, slice) and i.step in (None, 1):
            start, stop, _ = i.indices(shape[axis])
            if (start, stop) != (0, shape[axis]):
                found[axis] = start, max(start, stop)
        else:
            return None
    return found
