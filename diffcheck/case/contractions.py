"""What a derivative is contracted with: a direction of the inputs, weights of the outputs.

A case may give them. Otherwise the case's name draws them, so that they are the same in every run, whatever its seed:
few quarters, which every format holds, never one alone (a direction that is forgotten shows), and not all equal (two
inputs that are swapped show).
"""

import zlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.case.constants import Array, doubles
from diffcheck.errors import CaseError
from diffcheck.formats import FORMATS

Shapes = Mapping[str, tuple[int, ...]]

_DRAWN = (0.5, 0.75, 1.25, 1.5, 1.75, -0.5, -0.75, -1.25, -1.5, -1.75)
# What keeps the two apart where an input and the result have one shape.
_DIRECTION, _WEIGHTS = 1, 2
# What this format holds all hold: it has the fewest bits.
_NARROWEST = FORMATS["bfloat16"]


def directions_given(given: Any, shapes: Shapes) -> dict[str, Array]:
    """The directions that a case gives, checked against the inputs that are differentiated by."""
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not given:
        raise CaseError(f"directions={given!r}: it must map an input to its direction, such as {{'x': [1, -0.5]}}")
    found = {}
    for name, value in given.items():
        if name not in shapes:
            raise CaseError(f"directions names {name!r}; differentiated by are {', '.join(shapes)}")
        found[name] = _numbers(f"the direction of {name}", value)
        if found[name].shape != shapes[name]:
            raise CaseError(f"the direction of {name} has shape {found[name].shape}, the input has {shapes[name]}")
    if not any(value.any() for value in found.values()):
        raise CaseError("directions is zero: nothing moves along it")
    return found


def weights_given(given: Any) -> Array | None:
    """The weights that a case gives; whether they have the shape of its result, only the result tells."""
    return None if given is None else _numbers("output_weights", given)


def along(given: Mapping[str, Array], shapes: Shapes, name: str) -> list[float]:
    """The direction of all elements that are differentiated by."""
    if not given:
        return _drawn(sum(int(np.prod(shape, dtype=int)) for shape in shapes.values()), name, _DIRECTION)
    parts = [given.get(of, np.zeros(shape)) for of, shape in shapes.items()]
    return [v for part in parts for v in part.ravel().tolist()]


def weights_of(given: Array | None, outputs: tuple[int, ...], name: str) -> list[float]:
    """The weights of all elements of a result of this shape."""
    if given is None:
        return _drawn(int(np.prod(outputs, dtype=int)), name, _WEIGHTS)
    if given.shape != outputs:
        raise CaseError(f"output_weights has shape {given.shape}, the function returns shape {outputs}")
    found: list[float] = given.ravel().tolist()
    return found


def _drawn(size: int, name: str, purpose: int) -> list[float]:
    generator = np.random.default_rng([purpose, zlib.crc32(name.encode())])
    found: list[float] = generator.choice(_DRAWN, size).tolist()
    if size > 1 and len(set(found)) == 1:
        found[-1] = -found[-1]
    return found


def _numbers(what: str, given: Any) -> Array:
    try:
        value = doubles(given)
    except (TypeError, ValueError):
        raise CaseError(f"{what} is {given!r}: it must be a number or an array of numbers") from None
    for v in value.ravel().tolist():
        if not np.isfinite(v) or not _NARROWEST.holds(Fraction(v)):
            raise CaseError(f"{what} has {v!r}: it must be a number that every format holds, such as 0.5 or -3")
    return value
