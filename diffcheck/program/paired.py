"""Complex arrays that record what is computed with them: pairs of traced ones, by `ops.complex_numbers.pairs`.

What comes out at the end are real numbers, the parts along a last axis, so that nobody else has to know.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from diffcheck.ops.arguments import flat, is_complex
from diffcheck.ops.complex_numbers.constants import ComplexConstant
from diffcheck.ops.complex_numbers.formulas import FORMULAS, applied
from diffcheck.ops.complex_numbers.pairs import Pair
from diffcheck.ops.structure import Shape
from diffcheck.ops.table import Operation
from diffcheck.program.recorded import Recorded
from diffcheck.program.traced import Traced


class Paired(Recorded):
    """Complex values that depend on inputs; behaves like the complex arrays and tensors met later."""

    has_parts = True

    def __init__(self, re: Any, im: Any) -> None:
        like = next(part for part in (re, im) if isinstance(part, Traced))
        parts = [like.lift(part) for part in (re, im)]
        shape = np.broadcast_shapes(*(part.shape for part in parts))
        self.re, self.im = (part.spread(shape) for part in parts)

    @property
    def shape(self) -> Shape:
        """Shape, as in NumPy."""
        return self.re.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.re.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self.re.size

    @property
    def real(self) -> Traced:
        """The first parts."""
        return self.re

    @property
    def imag(self) -> Traced:
        """The second parts."""
        return self.im

    @property
    def T(self) -> "Paired":
        """The transposed array, not conjugated."""
        return self._each(lambda part: part.T)

    @property
    def parts(self) -> Traced:
        """Both parts, along a new last axis."""
        return self.re.stack([self.re, self.im], -1)

    def __len__(self) -> int:
        return len(self.re)

    def __iter__(self) -> Iterator["Paired"]:
        return (self[k] for k in range(len(self)))

    def __getitem__(self, index: Any) -> "Paired":
        return self._each(lambda part: part[index])

    def conj(self) -> "Paired":
        """The conjugates."""
        return Paired(self.re, -self.im)

    def reshape(self, *shape: Any) -> "Paired":
        """The same elements in another shape."""
        return self._each(lambda part: part.reshape(*shape))

    def ravel(self) -> "Paired":
        """The same elements along one axis."""
        return self._each(lambda part: part.ravel())

    def swapaxes(self, first: int, second: int) -> "Paired":
        """Two axes exchanged."""
        return self._each(lambda part: part.swapaxes(first, second))

    def permute(self, axes: Sequence[int]) -> "Paired":
        """The axes in another order."""
        return self._each(lambda part: part.permute(axes))

    def pad(self, widths: Sequence[tuple[int, int]]) -> "Paired":
        """Zeros around it."""
        return self._each(lambda part: part.pad(widths))

    def sum(self, axis: int | Sequence[int] | None = None) -> "Paired":
        """The sum of all elements, or along an axis or several."""
        return self._each(lambda part: part.sum(axis))

    def mean(self, axis: int | None = None) -> "Paired":
        """The mean of all elements, or along an axis."""
        return self._each(lambda part: part.mean(axis))

    def cumsum(self, axis: int) -> "Paired":
        """The sums of all elements up to each along an axis."""
        return self._each(lambda part: part.cumsum(axis))

    def triangle(self, lower: bool, diagonal: int = 0) -> "Paired":
        """What stands on this diagonal of matrices and on one side of it, and zeros."""
        return self._each(lambda part: part.triangle(lower, diagonal))

    def __matmul__(self, other: Any) -> Any:
        return self._applied(FORMULAS["matmul"], (self, other))

    def __rmatmul__(self, other: Any) -> Any:
        return self._applied(FORMULAS["matmul"], (other, self))

    def stack(self, arrays: Sequence[Any], axis: int) -> "Paired":
        """Arrays along a new axis; ``self`` is one of them."""
        return self._joined(arrays, lambda parts: self.re.stack(parts, axis))

    def concatenate(self, arrays: Sequence[Any], axis: int) -> "Paired":
        """Arrays one behind the other; ``self`` is one of them."""
        return self._joined(arrays, lambda parts: self.re.concatenate(parts, axis))

    def __repr__(self) -> str:
        return f"<complex traced value of shape {self.shape}>"

    def apply(self, operation: Operation, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Record an operation by its formula for pairs; a definition that holds for complex numbers as it is."""
        return applied(operation, self._applied, arguments, options)

    def lift(self, value: Any) -> "Paired":
        """Real and complex constants, arrays of them and sequences of traced values as a complex traced array."""
        if isinstance(value, Paired):
            return value
        if isinstance(value, (list, tuple)):
            return self.stack(value, 0)
        if is_complex(value):
            return Paired(self.re.lift(value.real), value.imag)
        return Paired(self.re.lift(value), 0)

    def _each(self, move: Callable[[Traced], Traced]) -> "Paired":
        return Paired(move(self.re), move(self.im))

    def _joined(self, arrays: Sequence[Any], join: Callable[[list[Traced]], Traced]) -> "Paired":
        lifted = [self.lift(a) for a in arrays]
        return Paired(join([a.re for a in lifted]), join([a.im for a in lifted]))

    def _applied(self, formula: Callable[..., Any], arguments: Sequence[Any], options: Any = None) -> Any:
        found = formula(*map(self._given, arguments), **(options or {}))
        return tuple(map(self._found, found)) if isinstance(found, tuple) else self._found(found)

    def _found(self, value: Any) -> Any:
        # A part may be a number: what is 1 or 0 for certain is left out.
        return Paired(self.re.lift(value.re), value.im) if isinstance(value, Pair) else self.re.lift(value)

    def _given(self, value: Any) -> Any:
        """What a formula takes: pairs for complex values, real ones as they are."""
        if isinstance(value, (list, tuple)) and any(map(is_complex, flat(value))):
            value = self.lift(value)
        if isinstance(value, Paired):
            return Pair(value.re, value.im)
        if isinstance(value, ComplexConstant):
            return Pair(value.real, value.imag)
        if isinstance(value, np.ndarray) and is_complex(value):
            return Pair(self.re.lift(value.real), self.re.lift(value.imag))
        return value


def of_complex(value: Traced) -> Paired:
    """A real traced value among complex ones."""
    return Paired(value, 0)


Traced.as_complex = of_complex
