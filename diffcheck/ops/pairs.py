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
from diffcheck.ops.arrays import matmul as _matmul
from diffcheck.ops.basic import sqrt as _root
from diffcheck.ops.elementary import atan2, hypot
from diffcheck.ops.elementary import cos as _cos
from diffcheck.ops.elementary import cosh as _cosh
from diffcheck.ops.elementary import exp as _exp
from diffcheck.ops.elementary import log as _log
from diffcheck.ops.elementary import sin as _sin
from diffcheck.ops.elementary import sinh as _sinh
from diffcheck.ops.pieces import where as _where

Formula = Callable[..., Any]
_F = TypeVar("_F", bound=Formula)


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Complex numbers."""

    re: Any
    im: Any
    is_complex: ClassVar[bool] = True


def pair(x: Any) -> Pair:
    """Real and complex numbers as complex ones."""
    if isinstance(x, Pair):
        return x
    return Pair(x.real, x.imag) if is_complex(x) else Pair(x, 0)


def _is(number: int, x: Any) -> bool:
    """Whether a value is this number for certain, whatever the inputs are."""
    known = x.known if hasattr(x, "known") else x if isinstance(x, (int, float, Fraction)) else None
    return known is not None and known == number


def _times(x: Any, y: Any) -> Any:
    """A product of real values, without what is 0 or 1 for certain: one part of a constant usually is."""
    for a, b in ((x, y), (y, x)):
        if _is(0, a):
            return 0
        if _is(1, a):
            return b
    return x * y


def _plus(x: Any, y: Any) -> Any:
    return y if _is(0, x) else x if _is(0, y) else x + y


def _minus(x: Any, y: Any) -> Any:
    return -y if _is(0, x) else x if _is(0, y) else x - y


OF_PAIRS: dict[str, Formula] = {}


def _of_pairs(*names: str) -> Callable[[_F], _F]:
    """The decorated formula is the operation of these names on complex numbers."""

    def wrap(formula: _F) -> _F:
        for name in names:
            assert name not in OF_PAIRS, name
            OF_PAIRS[name] = formula
        return formula

    return wrap


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
        _minus(_times(x.re, y.re), _times(x.im, y.im)),
        _plus(_times(x.re, y.im), _times(x.im, y.re)),
    )


@_of_pairs("square")
def square(x: Any) -> Pair:
    """The number times itself."""
    return mul(x, x)


def reciprocal(x: Any) -> Pair:
    """The conjugate over the square of the size."""
    x = pair(x)
    length = _times(x.re, x.re) + _times(x.im, x.im)
    return Pair(x.re / length, -x.im / length)


@_of_pairs("div")
def div(x: Any, y: Any) -> Pair:
    """The product with the reciprocal; part by part where that is real."""
    y, real = pair(y), not is_complex(y)
    if real:
        x = pair(x)
        return Pair(x.re / y.re, x.im / y.re)
    return mul(x, reciprocal(y))


def polar(length: Any, turn: Any) -> Pair:
    """The number of this size and angle."""
    return Pair(_times(length, _cos(turn)), _times(length, _sin(turn)))


@_of_pairs("exp")
def exp(x: Any) -> Pair:
    """Of the size e^a and the angle b (DLMF 4.2.26)."""
    x = pair(x)
    return polar(1 if _is(0, x.re) else _exp(x.re), x.im)


@_of_pairs("log")
def log(x: Any) -> Pair:
    """The principal value: ln of the size, and the angle (DLMF 4.2.3)."""
    return Pair(_log(size(x)), angle(x))


@_of_pairs("sin")
def sin(x: Any) -> Pair:
    """See DLMF 4.21.37."""
    x = pair(x)
    return Pair(_sin(x.re) * _cosh(x.im), _cos(x.re) * _sinh(x.im))


@_of_pairs("cos")
def cos(x: Any) -> Pair:
    """See DLMF 4.21.38."""
    x = pair(x)
    return Pair(_cos(x.re) * _cosh(x.im), -_sin(x.re) * _sinh(x.im))


@_of_pairs("sinh")
def sinh(x: Any) -> Pair:
    """See DLMF 4.35.34."""
    x = pair(x)
    return Pair(_sinh(x.re) * _cos(x.im), _cosh(x.re) * _sin(x.im))


@_of_pairs("cosh")
def cosh(x: Any) -> Pair:
    """See DLMF 4.35.35."""
    x = pair(x)
    return Pair(_cosh(x.re) * _cos(x.im), _sinh(x.re) * _sin(x.im))


@_of_pairs("tan")
def tan(x: Any) -> Pair:
    """DLMF 4.21.39 with cos(2a) + cosh(2b) = 2 (cos^2 a + sinh^2 b), which does not cancel at the poles."""
    x = pair(x)
    length = _cos(x.re) * _cos(x.re) + _sinh(x.im) * _sinh(x.im)
    return Pair(_sin(x.re) * _cos(x.re) / length, _sinh(x.im) * _cosh(x.im) / length)


@_of_pairs("tanh")
def tanh(x: Any) -> Pair:
    """DLMF 4.35.36 with cosh(2a) + cos(2b) = 2 (sinh^2 a + cos^2 b)."""
    x = pair(x)
    length = _sinh(x.re) * _sinh(x.re) + _cos(x.im) * _cos(x.im)
    return Pair(_sinh(x.re) * _cosh(x.re) / length, _sin(x.im) * _cos(x.im) / length)


@_of_pairs("sqrt")
def sqrt(x: Any) -> Pair:
    """That right of the imaginary axis, by the part that does not cancel: 2 s^2 = size + abs(a), and t = b / (2 s).

    The other sign of a exchanges them. Pieces, not `abs`, for it is smooth where they meet.
    """
    x = pair(x)
    right, above = x.re >= 0, x.im >= 0
    s = _root((size(x) + _where(right, x.re, -x.re)) / 2)
    t = x.im / (2 * s)
    return Pair(_where(right, s, _where(above, t, -t)), _where(right, t, _where(above, s, -s)))


@_of_pairs("power")
def power(x: Any, y: Any) -> Pair:
    """By products where the exponent is a whole number, by exp(y log x), the principal value, elsewhere."""
    whole = isinstance(y, (int, float, Fraction, np.integer, np.floating)) and y == int(y)
    if not whole:
        return exp(mul(y, log(x)))
    if not int(y):
        return Pair(1, 0)
    found = base = pair(x)
    for bit in bin(abs(int(y)))[3:]:
        found = mul(found, found)
        found = mul(found, base) if bit == "1" else found
    return found if y > 0 else reciprocal(found)


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


@_of_pairs("norm")
def norm(x: Any) -> Any:
    """The Euclidean length of all parts together."""
    x = pair(x)
    return _root((x.re * x.re + x.im * x.im).sum())


# Definitions that move elements, add them up and multiply them: they hold for complex numbers as they are written.
AS_WRITTEN = frozenset(
    (
        *("concatenate", "cumsum", "diagonal", "diff", "einsum", "flip", "gather", "kron", "mean", "outer", "pad"),
        *("permute", "reshape", "roll", "stack", "sum", "take", "tensordot", "trace", "transpose"),
    )
)
