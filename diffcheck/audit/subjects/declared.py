"""What an operation takes: tensors by named axes, whole numbers, masks, lengths. Values; nothing here knows torch."""

from dataclasses import dataclass
from typing import Any

from diffcheck.errors import CaseError

# Any number of leading axes, none included; and of axes behind all others.
LEADING, TRAILING = "...", "*..."
FREE = (LEADING, TRAILING)


@dataclass(frozen=True, slots=True)
class Declared:
    """An argument whose shape is given by names of sizes, or by numbers.

    Attributes
    ----------
    axes:
        The names in order; a name that is a number is that size.
    """

    axes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Floats(Declared):
    """Numbers with a fraction, from ``low`` to ``high`` where these are given; ``dtype`` if it is always the same."""

    low: float | None = None
    high: float | None = None
    dtype: str | None = None
    grad: bool = True
    example: Any = None
    """Numbers as somebody gave them, a nested list; ``None`` if none."""
    marked: bool = False
    """Whether the example, or another one beside it, requires a gradient."""


@dataclass(frozen=True, slots=True)
class Complex(Floats):
    """Complex numbers by their parts, along a last axis of two."""


@dataclass(frozen=True, slots=True)
class Integers(Declared):
    """Whole numbers from ``low`` to below a number or a named size; ``ignored`` may be among them.

    Those that are ``rising`` begin with the least, end with the largest and never fall between, as offsets do.
    """

    below: str | int = 2
    low: int = 0
    ignored: int | None = None
    example: Any = None
    rising: bool = False


@dataclass(frozen=True, slots=True)
class Mask(Declared):
    """Booleans."""

    example: Any = None


@dataclass(frozen=True, slots=True)
class Lengths(Declared):
    """Whole numbers from 0 to a named size, that one included."""

    up_to: str | int = 1


def tensor(
    axes: str = "", low: float | None = None, high: float | None = None, dtype: str | None = None, grad: bool = True
) -> Floats:
    """A tensor of numbers with a fraction.

    Parameters
    ----------
    axes:
        Names of sizes in order, such as ``"batch tokens width"``; ``...`` as the first stands for any number of leading
        axes, a number for itself; empty for a single number.
    low, high:
        The range of its values; without them everything sensible.
    dtype:
        For one that has always the same, ``"float32"``.
    grad:
        Whether it is differentiated by.

    >>> tensor("batch 3", low=0.0).axes
    ('batch', '3')
    """
    for name, end in (("low", low), ("high", high)):
        if end is not None and not isinstance(end, (int, float)):
            raise CaseError(f"tensor({axes!r}): {name} is {end!r}: give numbers, such as low=0.5, high=3")
    if low is not None and high is not None and not low < high:
        raise CaseError(f"tensor({axes!r}, low={low}, high={high}): low must be below high")
    return Floats(_axes(axes), low, high, dtype, grad)


def integers(axes: str, below: str | int, low: int = 0, ignored: int | None = None) -> Integers:
    """Whole numbers, such as labels or indices with repeats: from ``low`` to below a number or a size."""
    return Integers(_axes(axes), below, low, ignored)


def mask(axes: str) -> Mask:
    """Booleans; whole rows are false in some contexts, all are true in others."""
    return Mask(_axes(axes))


def lengths(axes: str, up_to: str | int) -> Lengths:
    """Whole numbers from 0 to a size, that one included."""
    return Lengths(_axes(axes), up_to)


def _axes(text: str) -> tuple[str, ...]:
    names = tuple(text.replace(",", " ").split())
    for k, name in enumerate(names):
        if not (name.isidentifier() or name.isdecimal() or (name == LEADING and k == 0)):
            raise CaseError(
                f"{text!r}: {name!r} names no size: write names or numbers with spaces between, '...' first"
            )
    return names
