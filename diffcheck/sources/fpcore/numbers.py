"""The numbers of FPCore: ``0.5``, ``1/3``, ``0x1p-3``, ``0.6931f0``."""

import math
import re
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.errors import Unsupported

_NUMBER = re.compile(r"[+-]?\.?[0-9]|[+-]?[0#]x", re.I)
_DECIMAL = re.compile(
    r"(?P<digits>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:(?P<mark>[ef])(?P<exponent>[+-]?[0-9]+))?", re.I
)
_FRACTION = re.compile(r"([+-]?[0-9]+)/([0-9]+)")
_HEXADECIMAL = re.compile(r"([+-]?)[0#]x([0-9a-f]*\.?[0-9a-f]*(?:p[+-]?[0-9]+)?)", re.I)
# The largest double has 309 digits, and the reciprocal of the smallest 324.
_MOST_DIGITS = 400


def is_number(text: str) -> bool:
    """Whether a word looks like a number."""
    return _NUMBER.match(text) is not None


def number(text: str) -> Any:
    """The number that a word writes: whole numbers and fractions are exact, decimals the doubles that they are.

    ``0.6931f0`` is a number in single precision, with its exponent behind the letter.

    Raises
    ------
    ValueError
        If it writes none.
    Unsupported
        If no double holds it.
    """
    if len(text) > 2 * _MOST_DIGITS:
        raise Unsupported(f"a number of {len(text):,} characters")
    if found := _FRACTION.fullmatch(text):
        above, below = int(found[1]), int(found[2])
        if not below:
            raise ValueError(text)
        return _exact(text, above, below)
    if found := _HEXADECIMAL.fullmatch(text):
        return _held(text, _hexadecimal(found[1], found[2]), bool(re.search("[1-9a-f]", found[2].partition("p")[0])))
    if found := _DECIMAL.fullmatch(text):
        if found["digits"].lstrip("+-").isdecimal() and not found["mark"]:
            return _exact(text, int(text), 1)
        single = found["mark"] in ("f", "F")
        significant = bool(re.search("[1-9]", found["digits"]))
        value = _held(text, float(f"{found['digits']}e{found['exponent'] or 0}"), significant)
        with np.errstate(over="ignore", under="ignore"):
            return _held(text, float(np.float32(value)), significant) if single else value
    raise ValueError(text)


def _hexadecimal(sign: str, digits: str) -> float:
    try:
        return float.fromhex(f"{sign}0x{digits}")
    except OverflowError:
        return float("inf")


def digits(m: int, e: int, b: int) -> Any:
    """The number ``(digits m e b)``, which is m times b to the power e.

    Raises
    ------
    Unsupported
        If no double holds it.
    """
    text = f"(digits {m} {e} {b})"
    if abs(e) > 8 * _MOST_DIGITS or abs(e) * math.log10(b) > 2 * _MOST_DIGITS:
        return _held(text, math.copysign(math.inf, m) if e > 0 and m else 0.0, m != 0)
    return _exact(text, m * b ** max(e, 0), b ** max(-e, 0))


def _exact(text: str, above: int, below: int) -> Any:
    """A whole number, or a fraction as it is."""
    try:
        _held(text, above / below, above != 0)
    except OverflowError:
        raise _beyond(text) from None
    return above // below if above % below == 0 else ops.rational(above, below)


def _held(text: str, value: float, significant: bool) -> float:
    """A value that is not infinite, and zero only if no digit that was written is another."""
    if abs(value) == math.inf:
        raise _beyond(text)
    if value == 0 and significant:
        raise Unsupported(f"{text} is smaller than every number of its format but zero")
    return value


def _beyond(text: str) -> Unsupported:
    return Unsupported(f"{text} is larger than every number of its format")
