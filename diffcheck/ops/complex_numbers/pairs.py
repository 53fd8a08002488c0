"""Complex numbers as pairs of real ones, and the operations on them by operations on their parts.

An operation stands here under its name in the table. What a formula is given is a `Pair`, or a real value where the
argument is real; it gives a `Pair`, or a real value where the result is real. Values are of any kind that computes:
traced, NumPy arrays, numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, TypeVar

import numpy as np

from diffcheck.ops.arguments import is_complex
from diffcheck.ops.functions.elementary import atan2, hypot
from diffcheck.ops.functions.relations import where as _where
from diffcheck.ops.on_arrays.common import matmul as _matmul

Formula = Callable[..., Any]
_F = TypeVar("_F", bound=Formula)


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Complex numbers."""

    re: Any
    im: Any
    has_parts: ClassVar[bool] = True


def pair(x: Any) -> Pair:
    """Real and complex numbers as complex ones."""
    if isinstance(x, Pair):
        return x
    return Pair(x.real, x.imag) if is_complex(x) else Pair(x, 0)


def is_surely(number: int, x: Any) -> bool:
    """Whether a value is this number for certain, whatever the inputs are."""
    known = x.known if hasattr(x, "known") else x if isinstance(x, (int, float, Fraction)) else None
    return known is not None and known == number


def _spread(value: Any, x: Any, y: Any) -> Any:
    """A value that an operation on two others is, in the shape that these have together."""
    shape = np.broadcast_shapes(*(getattr(v, "shape", ()) for v in (x, y)))
    if getattr(value, "shape", ()) == shape:
        return value
    traced = next((v for v in (x, y) if hasattr(v, "lift")), None)
    return np.broadcast_to(value, shape) if traced is None else traced.lift(value).spread(shape)


def times(x: Any, y: Any) -> Any:
    """A product of real values, without what is 0 or 1 for certain: one part of a constant usually is."""
    for a, b in ((x, y), (y, x)):
        if is_surely(0, a) or is_surely(1, a):
            return _spread(0 if is_surely(0, a) else b, x, y)
    return x * y


def _plus(x: Any, y: Any) -> Any:
    if is_surely(0, x) or is_surely(0, y):
        return _spread(y if is_surely(0, x) else x, x, y)
    return x + y


def _minus(x: Any, y: Any) -> Any:
    if is_surely(0, x) or is_surely(0, y):
        return _spread(-y if is_surely(0, x) else x, x, y)
    return x - y


def collected_in(table: dict[str, Formula]) -> Callable[..., Callable[[_F], _F]]:
    """What puts a formula into a table, as that of the operation of this name, or of several."""

    def of_pairs(*names: str) -> Callable[[_F], _F]:
        def wrap(formula: _F) -> _F:
            table.update(dict.fromkeys(names, formula))
            return formula

        return wrap

    return of_pairs


ARITHMETIC: dict[str, Formula] = {}
_of_pairs = collected_in(ARITHMETIC)


@_of_pairs("real")
def real(x: Any) -> Any:
    """The first part."""
    return pair(x).re


@_of_pairs("imag")
def imag(x: Any) -> Any:
    """The second part."""
    return pair(x).im


@_of_pairs("abs")
def size(x: Any) -> Any:
    """The distance from zero, where it has no slope."""
    x = pair(x)
    return hypot(x.re, x.im)


@_of_pairs("angle")
def angle(x: Any) -> Any:
    """From -pi to pi; it jumps where the number is negative."""
    x = pair(x)
    return atan2(x.im, x.re)


@_of_pairs("conj")
def conj(x: Any) -> Pair:
    """With the other sign of the second part."""
    x = pair(x)
    return Pair(x.re, -x.im)


@_of_pairs("neg")
def neg(x: Any) -> Pair:
    """With the other sign."""
    x = pair(x)
    return Pair(-x.re, -x.im)


@_of_pairs("add")
def add(x: Any, y: Any) -> Pair:
    """Part by part."""
    x, y = pair(x), pair(y)
    return Pair(_plus(x.re, y.re), _plus(x.im, y.im))


@_of_pairs("sub")
def sub(x: Any, y: Any) -> Pair:
    """Part by part."""
    x, y = pair(x), pair(y)
    return Pair(_minus(x.re, y.re), _minus(x.im, y.im))


@_of_pairs("mul")
def mul(x: Any, y: Any) -> Pair:
    """(a + ib)(c + id) = ac - bd + i (ad + bc)."""
    x, y = pair(x), pair(y)
    return Pair(
        _minus(times(x.re, y.re), times(x.im, y.im)),
        _plus(times(x.re, y.im), times(x.im, y.re)),
    )


@_of_pairs("square")
def square(x: Any) -> Pair:
    """The number times itself."""
    return mul(x, x)


def reciprocal(x: Any) -> Pair:
    """The conjugate over the square of the size."""
    x = pair(x)
    length = times(x.re, x.re) + times(x.im, x.im)
    return Pair(x.re / length, -x.im / length)


@_of_pairs("div")
def div(x: Any, y: Any) -> Pair:
    """The product with the reciprocal; part by part where that is real."""
    y, real = pair(y), not is_complex(y)
    if real:
        x = pair(x)
        return Pair(x.re / y.re, x.im / y.re)
    return mul(x, reciprocal(y))


@_of_pairs("where")
def where(condition: Any, x: Any, y: Any) -> Pair:
    """Part by part."""
    x, y = pair(x), pair(y)
    return Pair(_where(condition, x.re, y.re), _where(condition, x.im, y.im))


@_of_pairs("matmul", "dot")
def matmul(x: Any, y: Any) -> Pair:
    """As `mul`, of matrices."""
    if not is_complex(x):
        return Pair(_matmul(x, y.re), _matmul(x, y.im))
    if not is_complex(y):
        return Pair(_matmul(x.re, y), _matmul(x.im, y))
    x, y = pair(x), pair(y)
    return Pair(_matmul(x.re, y.re) - _matmul(x.im, y.im), _matmul(x.re, y.im) + _matmul(x.im, y.re))


@_of_pairs("sign")
def sign(x: Any) -> Pair:
    """The number of size one and the same angle; of zero there is none."""
    x = pair(x)
    length = size(x)
    return Pair(x.re / length, x.im / length)


# Definitions that move elements, add them up and multiply them: they hold for complex numbers as they are written.
AS_WRITTEN = frozenset(
    (
        *("concatenate", "cross", "cumsum", "diagonal", "diff", "einsum", "flip", "gather", "kron", "mean"),
        *("multi_dot", "outer", "pad", "permute", "reshape", "roll", "stack", "sum", "take", "tensordot", "trace"),
        *("transpose", "vander", "vecdot"),
        *("fft2", "fftn", "fftshift", "hfft", "ifft2", "ifftn", "ifftshift", "ihfft"),
        *("irfft2", "irfftn", "rfft2", "rfftn", "hfft2", "hfftn", "ihfft2", "ihfftn", "istft"),
        *("adjoint", "broadcast_to", "column_stack", "diag", "diag_embed", "diagflat", "dstack", "expand", "flatten"),
        *("fliplr", "flipud", "hstack", "block_diag", "movedim", "ravel", "repeat_interleave", "rot90", "squeeze"),
        *("swapaxes", "t", "tile", "unflatten", "unsqueeze", "vstack", "cartesian_prod", "combinations"),
        *("atleast_1d", "atleast_2d", "atleast_3d"),
        *("chunk", "index_select", "masked_select", "narrow", "select", "split", "take_along_dim", "tensor_split"),
        *("dsplit", "hsplit", "meshgrid", "vsplit"),
        *("unbind", "diagonal_scatter", "index_copy", "index_fill", "masked_fill", "masked_scatter", "scatter"),
        *("select_scatter", "slice_scatter"),
        *("addbmm", "addcdiv", "addcmul", "addmm", "addmv", "addr", "baddbmm", "inner", "lerp", "vdot"),
        *(
            "polyval",
            "reciprocal",
            "trapezoid",
            "cumulative_trapezoid",
            "cumprod",
            "matrix_power",
            "silu",
            "tril",
            "triu",
            "rsub",
        ),
    )
)
