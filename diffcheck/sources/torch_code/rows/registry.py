"""The rows of torch's operations: how each is computed from nodes, by its name under torch's dispatcher.

An operation that has a row of its own in the table, on the same operands, is found there by its column ``aten``. What
takes other arguments stands here. A row is given torch's arguments: nodes for what depends on an input, NumPy arrays
for other tensors, all else as it is; it returns the value, or one for each output: ``None`` for what it does not say,
and for whole numbers that hold under a condition the function that gives it (`memory.Condition`).
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.errors import Unsupported
from diffcheck.ops.composites import Composite
from diffcheck.ops.table import Primitive
from diffcheck.program.traced import Traced

Row = Callable[..., Any]


def named(text: str) -> frozenset[str]:
    """The names in a text."""
    return frozenset(text.split())


OWN: dict[str, Row] = {}
# Those of torch's backward operations.
BACKWARD: dict[str, Row] = {}


def row(*names: str) -> Callable[[Row], Row]:
    """The decorated function is the row of the operations of these names, in place or not."""

    def wrap(function: Row) -> Row:
        for name in names:
            assert name not in OWN, name
            OWN[name] = function
        return function

    return wrap


def backward_row(name: str) -> Callable[[Row], Row]:
    """The decorated function is the row of a backward operation; it gives what is asked for only."""

    def wrap(function: Row) -> Row:
        BACKWARD[name] = function
        return function

    return wrap


TABLE: dict[str, Row] = {
    operation.aten: operation for operation in (*Primitive.rows.values(), *Composite.rows.values()) if operation.aten
}


def lifted(*values: Any) -> list[Any]:
    """Values as nodes; one of them is."""
    traced = next(v for v in values if isinstance(v, Traced))
    return [traced.lift(v) for v in values]


def axes_of(x: Any, dim: Any) -> tuple[int, ...]:
    """The axes that torch means; all of them where it names none."""
    if dim is None or (isinstance(dim, Sequence) and not dim):
        return tuple(range(x.ndim))
    given = (dim,) if isinstance(dim, int) else dim
    return tuple(range(x.ndim)[a] for a in given) if x.ndim else ()


def kept(found: Any, x: Any, axes: Sequence[int], keepdim: bool) -> Any:
    """What is left of some axes: ones of length one, or none."""
    return found.reshape(tuple(1 if a in axes else n for a, n in enumerate(x.shape))) if keepdim else found


def count(x: Any, axes: Sequence[int]) -> int:
    """How many elements lie along some axes."""
    return int(np.prod([x.shape[a] for a in axes], dtype=int))


def total(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """The sum along some axes."""
    axes = axes_of(x, dim)
    return kept(x.sum(axes) if axes else x, x, axes, keepdim)


def mean(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """The mean along some axes."""
    return total(x, dim, keepdim) / count(x, axes_of(x, dim))


def with_an_axis(function: Row) -> Row:
    """A row of what goes along an axis, for numbers without one as well: torch takes them for rows of length one."""

    @functools.wraps(function)
    def call(x: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(x, Traced) or x.ndim:
            return function(x, *args, **kwargs)
        found = function(x.reshape((1,)), *args, **kwargs)
        if isinstance(found, tuple):
            return tuple(f if f is None else f.reshape(()) for f in found)
        return found.reshape(())

    return call


def as_number(x: Any) -> Any:
    """A condition as one and zero, anything else as it is."""
    return ops.where(x, 1, 0) if isinstance(x, Traced) and x.is_condition else x


def applied(row: Row, args: Any, kwargs: Any) -> tuple[Any, ...]:
    """What a row gives for each output; one that does not know these arguments refuses them."""
    try:
        found = row(*args, **kwargs)
    except (TypeError, ValueError, IndexError, KeyError, AttributeError, AssertionError) as unknown:
        raise Unsupported(f"the row does not take these arguments ({type(unknown).__name__}: {unknown})") from None
    return tuple(found) if isinstance(found, (tuple, list)) else (found,)


def nothing(like: Traced) -> Traced:
    """The value of what has none: 0 / 0."""
    builder = like._builder
    return Traced(builder, builder.apply("div", builder.const(0), builder.const(0)))


def refuse(why: str) -> Any:
    """Say that the operation cannot be recorded with these arguments."""
    raise Unsupported(why)
