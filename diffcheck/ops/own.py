"""Operations on whole arrays that are neither element by element nor linear: each row knows its own calculus.

A row speaks of the last axes of its operands. They may have further ones before, the same in all: each array along
those is treated alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from diffcheck.ops.structure import Array, Parameters, Shape

# What is done to slopes: nothing, or their sizes are taken.
Size = Callable[[Any], Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Own:
    """A row of an operation with a calculus of its own; every function takes the parameters first.

    Attributes
    ----------
    axes:
        Of how many last axes of each operand the row speaks.
    shape:
        The shape of the result behind the axes before: a function of the operands' shapes behind those.
    on_numpy:
        The operation on arrays of floats, which may have axes before.
    on_balls:
        The operation on arrays of balls without axes before; NaN where they do not tell.
    on_series:
        The same on arrays of power series; left out, the function of balls serves both.
    on_numbers:
        The operation by those on numbers: on arrays of traced numbers without axes before.
    pulled:
        What the adjoint of the result adds to that of the operand at a position: a function of the position, the
        adjoint, the value and the operands, by operations on arrays. The adjoint may have more axes before.
    pushed:
        How far the result moves with its operands: a function of `Size`, which is applied to the slopes, of the value,
        the operands and how far they move, in double precision; what moves may have more axes before.
    back:
        What the adjoint of the result adds to that of the operand at a position, as ``pulled`` but in double precision:
        a function of `Size`, the position, the adjoint, the value and the operands.
    lost:
        What a good implementation loses in unit roundoffs: a function of the value and the operands.
    operations:
        How many operations on numbers it stands for, by the operands' shapes behind the axes before.
    chosen:
        For what gives back some of the elements of its one operand, which comparisons choose: their places, as these
        balls tell for certain; ``None`` where they do not. Such a row has no balls and no slopes: at a point it is
        a `take`.
    """

    name: str
    doc: str
    axes: tuple[int, ...]
    shape: Callable[..., Shape]
    on_numpy: Callable[..., Any]
    on_balls: Callable[..., Any] | None = None
    on_series: Callable[..., Any] | None = None
    on_numbers: Callable[..., Any]
    pulled: Callable[..., Any]
    pushed: Callable[..., Any] | None = None
    back: Callable[..., Any] | None = None
    lost: Callable[..., Any] | None = None
    operations: Callable[..., int]
    chosen: Callable[[Parameters, Sequence[Any]], list[int] | None] | None = None
    rows: ClassVar[dict[str, "Own"]] = {}

    def __post_init__(self) -> None:
        assert self.name not in self.rows, self.name
        smooth = [f is not None for f in (self.on_balls, self.pushed, self.back, self.lost)]
        assert all(smooth) if self.chosen is None else not any(smooth), self.name
        self.rows[self.name] = self

    def split(self, shapes: Sequence[Shape]) -> tuple[Shape, list[Shape]]:
        """The axes before, and those of each operand that the row speaks of."""
        cuts = [len(s) - n for s, n in zip(shapes, self.axes, strict=True)]
        return shapes[0][: cuts[0]], [s[cut:] for s, cut in zip(shapes, cuts, strict=True)]

    def asked(self, here: Any, shapes: Sequence[Shape], position: int) -> Array:
        """Which elements of an operand these elements of the result depend on: all of an array, if on any."""
        before, own = self.split(shapes)
        matters = here.reshape(*before, -1).any(-1)
        return np.broadcast_to(matters.reshape(*before, *(1,) * len(own[position])), shapes[position])

    def each(self, function: Callable[..., Any] | None, parameters: Parameters, operands: Sequence[Array]) -> Array:
        """A function of arrays without axes before, applied to each along those."""
        assert function is not None, self.name
        before, own = self.split([x.shape for x in operands])
        shape = self.shape(parameters, *own)
        found = np.empty((int(np.prod(before, dtype=int)), *shape), object)
        flat = [x.reshape(-1, *s) for x, s in zip(operands, own, strict=True)]
        for k in range(len(found)):
            found[k] = function(parameters, *(x[k] for x in flat))
        return found.reshape(before + shape)
