"""Values that are minus infinity at some places, whatever the inputs are: what a mask keeps out of a softmax."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import Composite
from diffcheck.ops.layers.common import of_each_shown, of_shown
from diffcheck.ops.on_arrays import along
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Shape
from diffcheck.ops.table import Operation, Primitive
from diffcheck.program.recorded import Recorded
from diffcheck.program.traced import Traced

Places = np.ndarray[Any, np.dtype[np.bool_]]


class Masked(Recorded):
    """Traced values, and where they are minus infinity instead; there they mean nothing."""

    def __init__(self, values: Traced, places: Places) -> None:
        self.values, self.places = values, places

    @property
    def shape(self) -> Shape:
        """Shape, as in NumPy."""
        return self.values.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.values.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self.values.size

    def __getitem__(self, index: Any) -> Any:
        return _masked(self.values[index], self.places[index])

    def reshape(self, *shape: Any) -> Any:
        """The same elements in another shape."""
        return _masked(self.values.reshape(*shape), self.places.reshape(*shape))

    def swapaxes(self, first: int, second: int) -> Any:
        """Two axes exchanged."""
        return _masked(self.values.swapaxes(first, second), self.places.swapaxes(first, second))

    def permute(self, axes: Sequence[int]) -> Any:
        """The axes in another order."""
        return _masked(self.values.permute(axes), self.places.transpose(tuple(axes)))

    def along(self, axis: int, row: Own) -> Any:
        """Softmax and its relatives along an axis, of what is left."""
        values, left = self.values.swapaxes(axis, -1), ~self.places.swapaxes(axis, -1)
        if row is along.logsumexp:
            return _of_what_is_left(values, left, lambda rows: rows.along(-1, row))
        if row not in (along.softmax, along.log_softmax):
            raise _refused(row.name)
        if not left.any(-1).all():
            raise CaseError(f"{row.name}: minus infinity takes the place of all elements along an axis")
        found = of_shown(values, left, lambda rows: rows.along(-1, row)).swapaxes(axis, -1)
        return _masked(found, self.places) if row is along.log_softmax else found

    def ranked(self, ranks: Sequence[int]) -> Any:
        """The largest element along the last axis."""
        if tuple(ranks) not in ((-1,), (self.shape[-1] - 1,)):
            raise _refused("an order of elements")
        return _of_what_is_left(self.values, ~self.places, lambda rows: rows.ranked((-1,))).reshape(
            (*self.shape[:-1], 1)
        )

    def apply(self, operation: Operation, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Record an operation that minus infinity may go into; a composite one by its definition."""
        if isinstance(operation, Composite):
            try:
                return operation.definition(*arguments, **options)
            except AttributeError as missing:
                if isinstance(missing.obj, Masked):
                    raise _refused(operation.name) from None
                raise
        found = of_masked(operation, arguments)
        if found is None:
            raise _refused(operation.name)
        return found

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise _refused("a result or a sequence")

    def __repr__(self) -> str:
        return f"<traced value of shape {self.shape}, minus infinity at {int(self.places.sum())} places>"


def _masked(values: Traced, places: Any) -> Any:
    whole: Places = np.broadcast_to(places, values.shape)
    return Masked(values, whole) if whole.any() else values


def _refused(name: str) -> CaseError:
    return CaseError(
        f"{name}: minus infinity goes into it: softmax, log_softmax, logsumexp and amax leave it out, exp makes it 0"
    )


def _of_what_is_left(values: Traced, left: Places, function: Callable[[Traced], Traced]) -> Any:
    """One number for each row along the last axis, by what is left of it; of nothing minus infinity."""
    return _masked(of_each_shown(values, left, function), ~left.any(-1))


def of_masked(operation: Operation, arguments: Sequence[Any]) -> Any:
    """What an operation gives of values that are minus infinity at some places; ``None`` if it has no rule for them."""
    rule = _RULES.get(operation.name)
    return None if rule is None else rule(*arguments)


def _holds(x: Any) -> bool:
    number = isinstance(x, (float, np.floating, np.ndarray)) and np.asarray(x).dtype.kind == "f"
    return number and bool(np.isneginf(x).any())


def _parts(x: Any) -> tuple[Any, Places]:
    """Numbers, and where they are minus infinity."""
    if isinstance(x, Masked):
        return x.values, x.places
    if not _holds(x):
        return x, np.zeros((), bool)
    places = np.isneginf(x)
    return np.where(places, 0, x), places


def _where(condition: Any, x: Any, y: Any) -> Any:
    if isinstance(condition, Recorded):
        return None
    chosen = np.asarray(condition) != 0
    (x, of_x), (y, of_y) = _parts(x), _parts(y)
    return _masked(Primitive.rows["where"](chosen, x, y), np.where(chosen, of_x, of_y))


def _sum(x: Any, y: Any) -> Any:
    (x, of_x), (y, of_y) = _parts(x), _parts(y)
    return _masked(x + y, of_x | of_y)


def _difference(x: Any, y: Any) -> Any:
    (x, of_x), (y, of_y) = _parts(x), _parts(y)
    return None if of_y.any() else _masked(x - y, of_x)


def _product(x: Any, y: Any) -> Any:
    if isinstance(y, Masked):
        x, y = y, x
    return _masked(x.values * y, x.places) if _is_positive(y) else None


def _quotient(x: Any, y: Any) -> Any:
    return _masked(x.values / y, x.places) if isinstance(x, Masked) and _is_positive(y) else None


def _is_positive(factor: Any) -> bool:
    """Whether it is known to be positive, whatever the inputs are."""
    if isinstance(factor, Recorded):
        return False
    number = np.asarray(float(factor) if not isinstance(factor, np.ndarray) else factor)
    return bool((number > 0).all() and np.isfinite(number).all())


def _exponential(x: Masked) -> Traced:
    found: Traced = Primitive.rows["exp"](x.values).replaced(x.places, 0)
    return found


_RULES: dict[str, Callable[..., Any]] = {
    "where": _where,
    "add": _sum,
    "sub": _difference,
    "mul": _product,
    "div": _quotient,
    "exp": _exponential,
}


def with_infinities(operation: Operation, arguments: tuple[Any, ...]) -> Any:
    """What an operation gives where minus infinity is among the arguments; ``None`` where it is not, or has no rule."""
    if any(isinstance(a, Masked) for a in arguments):
        return next(a for a in arguments if isinstance(a, Masked)).apply(operation, arguments, {})
    found = of_masked(operation, arguments) if any(map(_holds, arguments)) else None
    return None if isinstance(found, Masked) and found.places.all() else found


Traced.with_infinities = with_infinities
