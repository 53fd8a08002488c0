"""What a command line says of an input: ``randn:4,8``, ``[0, 2]``, ``weights.npy``."""

import ast
import difflib
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from diffcheck.errors import UsageError

# For each kind how many numbers stand before the shape, at least and at most.
_KINDS = {"randn": (0, 0), "rand": (0, 0), "zeros": (0, 0), "ones": (0, 0), "uniform": (2, 2), "interval": (2, 2)}
_KINDS["randint"] = (1, 2)
_FILES = (".pt", ".pth", ".npy")
FORMS = (
    "randn:SHAPE, rand:SHAPE, zeros:SHAPE, ones:SHAPE, uniform:LO,HI:SHAPE, interval:LO,HI:SHAPE, randint:HI:SHAPE, "
    "a number, a list of numbers, or a .pt or .npy file"
)


@dataclass(frozen=True, slots=True)
class Spec:
    """Where the values of an input come from.

    Attributes
    ----------
    text:
        As it was written.
    kind:
        What is drawn; ``literal`` for a ``value`` that was written out, ``file`` for the path of one.
    """

    text: str
    kind: str
    numbers: tuple[float, ...] = ()
    shape: tuple[int, ...] = ()
    value: Any = field(default=None)


def spec_of(text: str) -> Spec:
    """The meaning of a text; `UsageError` if it has none."""
    head, *rest = text.split(":")
    if head in _KINDS:
        return _drawn(text, head, rest)
    if text.endswith(_FILES):
        if not Path(text).is_file():
            raise UsageError(f"{text!r}: there is no such file")
        return Spec(text, "file", value=text)
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError):
        close = difflib.get_close_matches(head, _KINDS, 1)
        told = f"{head!r} is not known: did you mean {close[0]!r}?" if close else f"it is none of {FORMS}"
        raise UsageError(f"{text!r}: {told}") from None
    return Spec(text, "literal", value=value)


def _drawn(text: str, kind: str, rest: list[str]) -> Spec:
    least, most = _KINDS[kind]
    form = next(form for form in FORMS.split(", ") if form.startswith(f"{kind}:"))
    if most and not rest:
        raise UsageError(f"{text!r}: write {form}")
    given, shape = (rest[0], rest[1:]) if most else ("", rest)
    try:
        numbers = tuple(float(part) for part in given.split(",") if most)
    except ValueError:
        raise UsageError(f"{text!r}: {given!r} is no number: write {form}") from None
    if not least <= len(numbers) <= most or len(shape) > 1 or not all(map(math.isfinite, numbers)):
        raise UsageError(f"{text!r}: write {form}")
    return Spec(text, kind, numbers, _shape(text, shape[0] if shape else ""))


def _shape(text: str, given: str) -> tuple[int, ...]:
    """Lengths of axes, joined by commas; of a single number there is none."""
    parts = [part.strip() for part in given.split(",")] if given.strip() else []
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise UsageError(f"{text!r}: the shape {given!r} must be made of positive whole numbers, such as 4,8")
    return tuple(map(int, parts))
