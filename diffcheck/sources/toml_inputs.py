"""The inputs of a case in TOML, and complex numbers, which are tables of both parts."""

import difflib
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from diffcheck.case.domain import Rectangle, interval
from diffcheck.case.family import each
from diffcheck.errors import CaseError

_INPUT = "lo", "hi", "shape", "scale", "value", "each", "re", "im"
_PARTS = {"re", "im"}
# An array of more elements wants to fill the memory.
_MOST_ELEMENTS = 2**20


def joined(given: Any, before: int = 0) -> Any:
    """Numbers, and lists of them, with each table of ``re`` and ``im`` as the complex numbers that it is.

    Parameters
    ----------
    before:
        So many lists and tables stand around the numbers; the keys of those are names of inputs.

    Raises
    ------
    CaseError
        If the parts are not numbers, or lists of them in one shape.
    """
    if isinstance(given, list):
        return [joined(part, before - 1) for part in given]
    if isinstance(given, dict) and before > 0:
        return {name: joined(part, before - 1) for name, part in given.items()}
    if not isinstance(given, dict) or given.keys() != _PARTS:
        return given
    try:
        re, im = np.array(given["re"], float), np.array(given["im"], float)
    except (TypeError, ValueError):
        re, im = np.array(0.0), np.array([0.0])
    if re.shape != im.shape:
        raise CaseError(f"{given}: re and im must be numbers, or lists of numbers in one shape")
    return re + 1j * im


def parameter(name: str, given: Any) -> Any:
    """What a parameter is: an interval, a constant, or each of several."""
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        return given
    if isinstance(given, list):
        if len(given) != 2 or any(isinstance(end, (list, dict, str)) for end in given):
            raise CaseError(f"input {name!r}: a list is [lo, hi]; write {{value = [...]}} for an array that stays")
        return interval(*given)
    if not isinstance(given, dict):
        raise CaseError(f"input {name!r} must be [lo, hi], a number, or a table such as {{lo = 0, hi = 1, shape = 3}}")
    for key in given:
        demand_known(key, _INPUT, f"input {name!r}")
    for alone in ("value", "each"):
        if alone in given and len(given) > 1:
            raise CaseError(f"input {name!r}: {alone} stands alone")
    if "value" in given:
        return joined(given["value"])
    if "each" in given:
        several = given["each"] if isinstance(given["each"], list) else [given["each"]]
        return each(*(parameter(name, one) for one in several))
    if _PARTS & given.keys():
        return _rectangle(name, given)
    if "lo" not in given or "hi" not in given:
        raise CaseError(f"input {name!r} has no {'hi' if 'lo' in given else 'lo'}: give lo and hi")
    return interval(given["lo"], given["hi"], shape=_shape(name, given), scale=given.get("scale", "linear"))


def _rectangle(name: str, given: dict[str, Any]) -> Rectangle:
    """The complex numbers whose parts lie in two intervals."""
    ends: list[Any] = [given.get(part) for part in ("re", "im")]
    if not given.keys() <= {*_PARTS, "shape"} or not all(isinstance(end, list) and len(end) == 2 for end in ends):
        raise CaseError(f"input {name!r}: a complex one is {{re = [lo, hi], im = [lo, hi]}}, if need be with a shape")
    shape = _shape(name, given)
    return Rectangle(*(interval(lo, hi, shape=shape) for lo, hi in ends))


def _shape(name: str, given: dict[str, Any]) -> tuple[int, ...]:
    shape = given.get("shape", ())
    sizes = [shape] if isinstance(shape, int) else shape
    if not isinstance(sizes, (list, tuple)) or not all(type(n) is int and n > 0 for n in sizes):
        raise CaseError(f"input {name!r}: shape {shape!r} must be made of positive whole numbers")
    if math.prod(sizes) > _MOST_ELEMENTS:
        raise CaseError(f"input {name!r}: more than {_MOST_ELEMENTS:,} elements are for a file of Python")
    return tuple(sizes)


def demand_known(key: str, known: Iterable[str], of: str) -> None:
    """Raise `CaseError` for a key that is not known, with the one that it may mean."""
    if key not in known:
        close = difflib.get_close_matches(key, known, 1)
        advice = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(known)}"
        raise CaseError(f"{of} has no {key!r}: {advice}")
