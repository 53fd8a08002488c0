"""Where an input may lie."""

import math
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np

from diffcheck.case.constants import Array, doubles
from diffcheck.errors import DomainError

Scale = Literal["linear", "log", "float"]


@dataclass(frozen=True, slots=True)
class Interval:
    """The closed interval of an input's elements; make one with :func:`interval`.

    Attributes
    ----------
    value:
        The only point of an input that has no other, as the present weights of a network are (see `given`).
    """

    lo: float
    hi: float
    shape: tuple[int, ...] = ()
    scale: Scale = "linear"
    value: Array | None = field(default=None, repr=False, compare=False)

    def __contains__(self, x: object) -> bool:
        return isinstance(x, float) and self.lo <= x <= self.hi

    def __str__(self) -> str:
        return f"[{self.lo:g}, {self.hi:g}]" if self.value is None else "the given numbers"


def interval(lo: float, hi: float, *, shape: int | tuple[int, ...] = (), scale: Scale = "linear") -> Interval:
    """The numbers from ``lo`` to ``hi``, for every element of an input.

    Parameters
    ----------
    lo, hi:
        Finite ends, both included, ``lo <= hi``.
    shape:
        Shape of the input; ``()`` is a scalar.
    scale:
        How points are sampled: evenly (``"linear"``), evenly in the logarithm (``"log"``, positive ends), or evenly
        over the representable numbers (``"float"``).

    Raises
    ------
    DomainError
        If no such interval exists.

    >>> interval(-1, 1, shape=3)
    Interval(lo=-1.0, hi=1.0, shape=(3,), scale='linear')
    """
    where = f"interval({lo!r}, {hi!r})"
    if isinstance(lo, (complex, np.complexfloating)) or isinstance(hi, (complex, np.complexfloating)):
        raise DomainError(f"{where}: complex numbers lie in a rectangle({lo!r}, {hi!r})")
    try:
        lo, hi = float(doubles(lo)), float(doubles(hi))
    except (TypeError, ValueError):
        raise DomainError(f"{where}: the ends must be numbers that a float holds") from None
    if not (math.isfinite(lo) and math.isfinite(hi)):
        raise DomainError(f"{where}: the ends must be finite numbers")
    if lo > hi:
        raise DomainError(f"{where}: the lower end is above the upper one; did you mean interval({hi:g}, {lo:g})?")
    if scale not in get_args(Scale):
        raise DomainError(f"{where}: unknown scale {scale!r}: choose from {', '.join(get_args(Scale))}")
    if scale == "log" and lo <= 0:
        raise DomainError(f"{where}: scale='log' needs a lower end above 0; use scale='float' for both signs")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if not all(isinstance(n, int) and n > 0 for n in sizes):
        raise DomainError(f"{where}: shape {shape!r} must be made of positive whole numbers")
    return Interval(lo, hi, sizes, scale)


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Where the parts of a complex input's elements may lie; make one with :func:`rectangle`."""

    re: Interval
    im: Interval


def rectangle(lo: complex, hi: complex, *, shape: int | tuple[int, ...] = ()) -> Rectangle:
    """The complex numbers between two corners, for every element of an input.

    Parameters
    ----------
    lo, hi:
        The corner at the lower left and the one at the upper right, both included.
    shape:
        Shape of the input; ``()`` is a number.

    Raises
    ------
    DomainError
        If no such rectangle exists.

    >>> rectangle(-1 - 2j, 1 + 2j).im
    Interval(lo=-2.0, hi=2.0, shape=(), scale='linear')
    """
    if not all(isinstance(corner, (int, float, complex, np.number)) for corner in (lo, hi)):
        raise DomainError(f"rectangle({lo!r}, {hi!r}): the corners must be complex numbers")
    return Rectangle(interval(lo.real, hi.real, shape=shape), interval(lo.imag, hi.imag, shape=shape))


def given(value: Array) -> Interval:
    """An input that is tried at these numbers only; what moves beside them may go anywhere.

    Raises
    ------
    DomainError
        If NaN or infinity is among them.
    """
    if not np.isfinite(value).all():
        raise DomainError("NaN or infinity is among the given numbers")
    largest = float(np.finfo(np.float64).max)
    return Interval(-largest, largest, value.shape, value=value)


def one_of(name: str, values: Any, wrong: Any) -> str:
    """The first element that is wrong, as ``x[0,2] = 3.0``."""
    place = tuple(int(k) for k in np.argwhere(wrong)[0])
    return f"{name}[{','.join(map(str, place))}] = {values[place]}" if place else f"{name} = {values}"
