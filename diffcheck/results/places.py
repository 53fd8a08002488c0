"""A point in words."""

import math
from collections.abc import Mapping
from typing import Any

# Arrays are written up to so many characters, and so many longer ones named: the weights of a network say nothing. Of
# so many inputs no array does.
_WRITTEN = 40
_ARRAYS = 2
_MANY = 6


def place(point: Mapping[str, Any]) -> str:
    """A point in words, short for large arrays.

    >>> place({"x": 0.1, "w": [1.0, 2.0]})
    'x = 0.1, w = [1, 2]'
    """
    given = {name: math.prod(value["given"]) for name, value in point.items() if isinstance(value, dict)}
    texts = {name: _written(value) for name, value in point.items()}
    few = len(point) < _MANY
    said_nothing = [name for name, text in texts.items() if len(text) > _WRITTEN or not (few or text[0] != "[")]
    sizes = {name: texts[name].count(",") + 1 for name in said_nothing if name not in given} | given
    if len(sizes) > _ARRAYS:
        shown = [f"{name} = {text}" for name, text in texts.items() if name not in sizes]
        return ", ".join([*shown, f"{len(sizes)} arrays ({sum(sizes.values())} numbers)"])
    short = {name: f"array ({size} numbers)" for name, size in sizes.items()}
    return ", ".join(f"{name} = {text}" for name, text in (texts | short).items())


def _written(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
