"""Powers, exponentials, and circular and hyperbolic functions of complex numbers, by the real ones of their parts."""

from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.ops.complex_numbers.pairs import (
    Formula,
    Pair,
    angle,
    collected_in,
    div,
    is_surely,
    mul,
    pair,
    reciprocal,
    size,
    times,
)
from diffcheck.ops.exact import pi
from diffcheck.ops.functions.basic import sqrt as _root
from diffcheck.ops.functions.elementary import cos as _cos
from diffcheck.ops.functions.elementary import cosh as _cosh
from diffcheck.ops.functions.elementary import exp as _exp
from diffcheck.ops.functions.elementary import log as _log
from diffcheck.ops.functions.elementary import sin as _sin
from diffcheck.ops.functions.elementary import sinh as _sinh
from diffcheck.ops.functions.faddeeva import faddeeva_im_of, faddeeva_re_of
from diffcheck.ops.functions.relations import where

FUNCTIONS: dict[str, Formula] = {}
_of_pairs = collected_in(FUNCTIONS)


def polar(length: Any, turn: Any) -> Pair:
    """The number of this size and angle."""
    return Pair(times(length, _cos(turn)), times(length, _sin(turn)))


@_of_pairs("exp")
def exp(x: Any) -> Pair:
    """Of the size e^a and the angle b (DLMF 4.2.26)."""
    x = pair(x)
    return polar(1 if is_surely(0, x.re) else _exp(x.re), x.im)


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


@_of_pairs("sinc")
def sinc(x: Any) -> Pair:
    """Sin(pi z) / (pi z), which is not written at zero itself."""
    turned = mul(pi, x)
    return div(sin(turned), turned)


@_of_pairs("sqrt")
def sqrt(x: Any) -> Pair:
    """That right of the imaginary axis, by the part that does not cancel: 2 s^2 = size + abs(a), and t = b / (2 s).

    The other sign of a exchanges them. Pieces, not `abs`, for it is smooth where they meet.
    """
    x = pair(x)
    right, above = x.re >= 0, x.im >= 0
    s = _root((size(x) + where(right, x.re, -x.re)) / 2)
    t = x.im / (2 * s)
    return Pair(where(right, s, where(above, t, -t)), where(right, t, where(above, s, -s)))


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


@_of_pairs("wofz")
def wofz(x: Any) -> Pair:
    """Each part is a function of both, DLMF 7.19."""
    x = pair(x)
    return Pair(faddeeva_re_of(x.re, x.im), faddeeva_im_of(x.re, x.im))
