"""Operations on whole arrays, as rows: what moves elements (what adds them up: `sums`), and products of arrays.

A row says which shape comes out, what it does to arrays of any kind (floats, balls, node numbers), and of which rows
its transpose is made; the structure then gives derivatives in both directions (see `diffcheck.program.chain`).
Parameters are hashable. Arrays may have further axes before those that a row speaks of: ``lead`` says how many, and
`Row.shifted` makes them part of the parameters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

Shape = tuple[int, ...]
Parameters = tuple[Any, ...]
Array = np.ndarray[Any, np.dtype[Any]]
# What a node may be that is no operation.
INPUT, CONST, ARRAY = "input", "const", "array"
# Adds two arrays of node numbers element by element.
Add = Callable[[Array, Array], Array]
# Rows with their parameters, to be applied one after another.
Steps = Sequence[tuple[str, Parameters]]


class Index:
    """An array of positions as a parameter: equal where its numbers are."""

    __slots__ = ("_key", "array")

    def __init__(self, array: Any) -> None:
        self.array: Array = np.array(array, np.intp, order="C")
        self.array.flags.writeable = False
        self._key = self.array.shape, self.array.tobytes()

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Index) and self._key == other._key


@dataclass(frozen=True, eq=False, kw_only=True)
class Linear:
    """A row of what is linear in each of its operands.

    Attributes
    ----------
    shape:
        The shape of the result: a function of the parameters and the operands' shapes.
    on_arrays:
        The operation: a function of the parameters, how many further axes come first in all arrays, and the arrays.
    transposed:
        What the transpose with respect to the operand at a position is made of: a function of the parameters, the
        operands' shapes and the position.
    shifted:
        The parameters for operands with these further axes before their own.
    on_numbers:
        The operation on arrays of a program's node numbers, for what does more than move elements: a function of the
        parameters, of `Add`, of the number of zero and of the array.
    lost:
        What a result loses in unit roundoffs, a function of the parameters and the operand; ``None``: nothing. Where it
        is added up, by the order in use that loses most.
    lost_in_any_order:
        The same by the order of additions that loses most of all.
    operations:
        How many additions it takes, by the parameters and the operand's shape; ``None``: none.
    puts_zeros:
        Whether there are zeros in the result that stand for no number.
    once:
        Whether each element of an operand reaches one of the result at most, as it is, alone or in a sum.
    moves:
        Whether elements are moved only: the operation then serves arrays of anything.
    """

    name: str
    doc: str
    shape: Callable[..., Shape]
    on_arrays: Callable[..., Any]
    transposed: Callable[[Parameters, Sequence[Shape], int], Steps]
    shifted: Callable[[Parameters, Shape], Parameters]
    on_numbers: Callable[[Parameters, Add, int, Array], Array] | None = None
    lost: Callable[[Parameters, Array], Array] | None = None
    lost_in_any_order: Callable[[Parameters, Array], Array] | None = None
    operations: Callable[[Parameters, Shape], int] | None = None
    puts_zeros: bool = False
    once: bool = True
    moves: bool = True
    rows: ClassVar[dict[str, "Linear"]] = {}

    def __post_init__(self) -> None:
        assert self.name not in self.rows, self.name
        self.rows[self.name] = self


def _with_lead(x: Array, lead: int, shape: Shape) -> Array:
    return x.reshape(x.shape[:lead] + shape)


reshape = Linear(
    name="reshape",
    doc="the same elements in another shape; parameters: the shape",
    shape=lambda p, _: p,
    on_arrays=lambda p, lead, x: _with_lead(x, lead, p),
    transposed=lambda p, shapes, _: [("reshape", shapes[0])],
    shifted=lambda p, more: (*more, *p),
)
permute = Linear(
    name="permute",
    doc="the axes in another order; parameters: for each new axis the old one",
    shape=lambda p, x: tuple(x[a] for a in p),
    on_arrays=lambda p, lead, x: x.transpose((*range(lead), *(lead + a for a in p))),
    transposed=lambda p, *_: [("permute", tuple(int(a) for a in np.argsort(p)))],
    shifted=lambda p, more: (*range(len(more)), *(len(more) + a for a in p)),
)
broadcast = Linear(
    name="broadcast",
    doc="elements repeated along new axes and axes of length one; parameters: the axes before, the shape behind those",
    once=False,
    shape=lambda p, x: x[: p[0]] + p[1],
    on_arrays=lambda p, lead, x: _broadcast(p[1], lead + p[0], x),
    transposed=lambda p, shapes, _: _unbroadcast(p[0], p[1], shapes[0]),
    shifted=lambda p, more: (p[0] + len(more), p[1]),
)


def _broadcast(shape: Shape, lead: int, x: Array) -> Array:
    new = len(shape) + lead - x.ndim
    return np.broadcast_to(_with_lead(x, lead, (1,) * new + x.shape[lead:]), x.shape[:lead] + shape)


def _unbroadcast(before: int, shape: Shape, origin: Shape) -> Steps:
    """What adds up the elements that broadcasting from ``origin`` repeated behind the first axes."""
    new = before + len(shape) - len(origin)
    lengths = (*origin[:before], *(1,) * new, *origin[before:])
    axes = tuple(before + a for a, n in enumerate(shape) if a < new or lengths[before + a] != n)
    return [("sum", axes), ("reshape", origin)] if axes else [("reshape", origin)]


def unbroadcast(shape: Shape, origin: Shape) -> Steps:
    """The transpose of broadcasting from ``origin`` to ``shape``; nothing where they are one."""
    return [] if shape == origin else _unbroadcast(0, shape, origin)


take = Linear(
    name="take",
    doc="elements by their places in row-major order; parameters: the axes before, the places",
    once=False,
    shape=lambda p, x: x[: p[0]] + p[1].array.shape,
    on_arrays=lambda p, lead, x: _with_lead(x, lead + p[0], (-1,))[..., p[1].array],
    transposed=lambda p, shapes, _: [("scatter", (*p, shapes[0][p[0] :]))],
    shifted=lambda p, more: (p[0] + len(more), p[1]),
)


concatenate = Linear(
    name="concatenate",
    doc="one behind the other; parameters: the axis",
    shape=lambda p, *x: (*x[0][: p[0]], int(np.sum([s[p[0]] for s in x])), *x[0][p[0] + 1 :]),
    on_arrays=lambda p, lead, *x: np.concatenate(x, lead + p[0]),
    transposed=lambda p, shapes, k: [("slice", (p[0], _before(p[0], shapes, k), _before(p[0], shapes, k + 1)))],
    shifted=lambda p, more: (p[0] + len(more),),
)


def _before(axis: int, shapes: Sequence[Shape], count: int) -> int:
    return int(np.sum([s[axis] for s in shapes[:count]], dtype=int))


def _section(axis: int, start: int, stop: int) -> tuple[slice, ...]:
    return (*[slice(None)] * axis, slice(start, stop))


slice_ = Linear(
    name="slice",
    doc="a section along an axis; parameters: the axis, its first place and the one behind its last",
    shape=lambda p, x: (*x[: p[0]], p[2] - p[1], *x[p[0] + 1 :]),
    on_arrays=lambda p, lead, x: x[_section(lead + p[0], p[1], p[2])],
    transposed=lambda p, shapes, _: [("pad", (p[0], p[1], shapes[0][p[0]] - p[2]))],
    shifted=lambda p, more: (p[0] + len(more), *p[1:]),
)


def _zero(like: Array) -> Any:
    """The number zero, of the kind that an array holds."""
    return type(like.flat[0])(0) if like.size else 0


def zeros(shape: Shape, like: Array) -> Array:
    """Zeros of the kind that an array holds."""
    return np.full(shape, _zero(like), like.dtype)


def _numbers_and_zeros(row: str) -> Callable[[Parameters, Add, int, Array], Array]:
    def on_numbers(p: Parameters, _: Add, zero: int, x: Array) -> Array:
        found = Linear.rows[row].on_arrays(p, 0, x + 1)
        return np.where(found == 0, zero, found - 1)

    return on_numbers


blend = Linear(
    name="blend",
    doc="elements of the first where a place holds 1, of the second where it holds 0; parameters: the places",
    shape=lambda p, *_: p[0].array.shape,
    on_arrays=lambda p, lead, x, y: np.where(p[0].array, x, y),
    transposed=lambda p, _, k: [("masked", (Index(p[0].array == 1 - k),))],
    shifted=lambda p, more: (Index(np.broadcast_to(p[0].array, more + p[0].array.shape)),),
)
masked = Linear(
    name="masked",
    doc="elements where a place holds 1, zeros where it holds 0, whatever stands there; parameters: the places",
    shape=lambda _, x: x,
    on_arrays=lambda p, lead, x: np.where(p[0].array, x, _zero(x)),
    transposed=lambda p, *_: [("masked", p)],
    shifted=lambda p, more: (Index(np.broadcast_to(p[0].array, more + p[0].array.shape)),),
    on_numbers=_numbers_and_zeros("masked"),
    puts_zeros=True,
    moves=False,
)


def _padded(p: Parameters, lead: int, x: Array) -> Array:
    axis, before, after = p
    shape = list(x.shape)
    shape[lead + axis] += before + after
    found = zeros(tuple(shape), x)
    found[_section(lead + axis, before, shape[lead + axis] - after)] = x
    return found


pad = Linear(
    name="pad",
    doc="zeros before and behind along an axis; parameters: the axis, how many before, how many behind",
    shape=lambda p, x: (*x[: p[0]], x[p[0]] + p[1] + p[2], *x[p[0] + 1 :]),
    on_arrays=_padded,
    transposed=lambda p, shapes, _: [("slice", (p[0], p[1], p[1] + shapes[0][p[0]]))],
    shifted=lambda p, more: (p[0] + len(more), *p[1:]),
    on_numbers=_numbers_and_zeros("pad"),
    puts_zeros=True,
    moves=False,
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Product:
    """The row of what is linear in each of two operands, in both together not."""

    name: str
    doc: str
    shape: Callable[[Shape, Shape], Shape]
    on_arrays: Callable[[Array, Array], Any]


matmul = Product(
    name="matmul",
    doc="products of matrices, which are the last two axes; those before are the same in both",
    shape=lambda x, y: (*x[:-1], y[-1]),
    on_arrays=np.matmul,
)
