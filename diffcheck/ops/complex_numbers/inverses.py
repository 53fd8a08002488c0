"""Inverse circular and hyperbolic functions of complex numbers, and exponentials and logarithms beside one and zero.

The principal values, by parts that do not cancel: W. Kahan, *Branch cuts for complex elementary functions*, 1987. On a
cut they are those of C for parts that are +0.
"""

from typing import Any

from diffcheck.ops.complex_numbers.holomorphic import exp, log, sqrt
from diffcheck.ops.complex_numbers.pairs import Formula, Pair, add, collected_in, conj, mul, pair, reciprocal, sub
from diffcheck.ops.functions.elementary import asinh as _asinh
from diffcheck.ops.functions.elementary import atan2
from diffcheck.ops.functions.elementary import cos as _cos
from diffcheck.ops.functions.elementary import exp as _exp
from diffcheck.ops.functions.elementary import expm1 as _expm1
from diffcheck.ops.functions.elementary import log as _log
from diffcheck.ops.functions.elementary import log1p as _log1p
from diffcheck.ops.functions.elementary import sin as _sin

INVERSES: dict[str, Formula] = {}
_of_pairs = collected_in(INVERSES)


def _root_below_one(x: Any) -> Pair:
    """The root of 1 - x: of a second part that is 0 this has -0."""
    return conj(sqrt(sub(1, conj(x))))


@_of_pairs("asin")
def asin(x: Any) -> Pair:
    """Cut where it is real and beyond one."""
    below, above = _root_below_one(x), sqrt(add(1, x))
    return Pair(atan2(pair(x).re, mul(below, above).re), _asinh(mul(conj(below), above).im))


@_of_pairs("acos")
def acos(x: Any) -> Pair:
    """Cut where it is real and beyond one."""
    below, above = _root_below_one(x), sqrt(add(1, x))
    return Pair(2 * atan2(below.re, above.re), _asinh(mul(conj(above), below).im))


@_of_pairs("acosh")
def acosh(x: Any) -> Pair:
    """Cut where it is real and below one."""
    below, above = sqrt(sub(x, 1)), sqrt(add(x, 1))
    return Pair(_asinh(mul(conj(below), above).re), 2 * atan2(below.im, above.re))


@_of_pairs("asinh")
def asinh(x: Any) -> Pair:
    """Cut where it is imaginary and beyond one."""
    x = pair(x)
    found = asin(Pair(x.im, x.re))
    return Pair(found.im, found.re)


@_of_pairs("atanh")
def atanh(x: Any) -> Pair:
    """Cut where it is real and beyond one."""
    x = pair(x)
    near, square = (1 - x.re) * (1 - x.re) + x.im * x.im, x.im * x.im
    return Pair(_log1p(4 * x.re / near) / 4, atan2(2 * x.im, (1 - x.re) * (1 + x.re) - square) / 2)


@_of_pairs("atan")
def atan(x: Any) -> Pair:
    """Cut where it is imaginary and beyond one."""
    x = pair(x)
    found = atanh(Pair(-x.im, x.re))
    return Pair(found.im, -found.re)


@_of_pairs("log1p")
def log1p(x: Any) -> Pair:
    """The square of the size of 1 + x is 1 + (2 + a) a + b^2."""
    x = pair(x)
    return Pair(_log1p((2 + x.re) * x.re + x.im * x.im) / 2, atan2(x.im, 1 + x.re))


@_of_pairs("expm1")
def expm1(x: Any) -> Pair:
    """With cos b = 1 - 2 sin^2 (b/2)."""
    x = pair(x)
    half = _sin(x.im / 2)
    return Pair(_expm1(x.re) * _cos(x.im) - 2 * half * half, _exp(x.re) * _sin(x.im))


@_of_pairs("exp2")
def exp2(x: Any) -> Pair:
    """The exponential of x ln 2."""
    return exp(mul(x, _log(2)))


def _logarithm(x: Any, base: int) -> Pair:
    found = log(x)
    return Pair(found.re / _log(base), found.im / _log(base))


@_of_pairs("log2")
def log2(x: Any) -> Pair:
    """The logarithm over ln 2."""
    return _logarithm(x, 2)


@_of_pairs("log10")
def log10(x: Any) -> Pair:
    """The logarithm over ln 10."""
    return _logarithm(x, 10)


@_of_pairs("sigmoid")
def sigmoid(x: Any) -> Pair:
    """1 / (1 + e^-x)."""
    x = pair(x)
    return reciprocal(add(1, exp(Pair(-x.re, -x.im))))


@_of_pairs("rsqrt")
def rsqrt(x: Any) -> Pair:
    """One over the root."""
    return reciprocal(sqrt(x))
