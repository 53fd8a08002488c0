"""The numbers of FPCore: ``0.5``, ``1/3``, ``0x1p-3``, ``0.6931f0``."""

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
        return above // below if above % below == 0 else ops.rational(above, below)
    if found := _HEXADECIMAL.fullmatch(text):
        return _finite(text, _hexadecimal(found[1], found[2]))
    if found := _DECIMAL.fullmatch(text):
        if found["digits"].lstrip("+-").isdecimal() and not found["mark"]:
            _finite(text, float(text))
            return int(text)
        single = found["mark"] in ("f", "F")
        value = _finite(text, float(f"{found['digits']}e{found['exponent'] or 0}"))
        with np.errstate(over="ignore"):
            return _finite(text, float(np.float32(value))) if single else value
    raise ValueError(text)


def _hexadecimal(sign: str, digits: str) -> float:
    try:
        return float.fromhex(f"{sign}0x{digits}")
    except OverflowError:
        return float("inf")


def _finite(text: str, value: float) -> float:
    if abs(value) == float("inf"):
        raise Unsupported(f"{text} is larger than every number of its format")
    return value
