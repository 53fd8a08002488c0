"""A user's own operation: a row of the table that is declared where it is used.

What its author leaves out is refused by name where it is needed, and nowhere else.
"""

import functools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from diffcheck.errors import CaseError
from diffcheck.ops.composites import Composite
from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures import series as power_series
from diffcheck.ops.table import Function, Primitive, Without

# Where each own operation was declared, by its name.
_PLACES: dict[str, str] = {}


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Declared(Primitive):
    """A user's own operation; ``given`` are the slopes as he gave them, one function for each argument or for all."""

    given: Function | tuple[Function, ...] | None = None

    def demand_slopes(self, count: int) -> None:
        """Raise `CaseError` unless there is a slope for each of so many arguments."""
        known = count if self.given is None else _count(self.given, count)
        if known != count:
            told = f"{known} slope{'s' * (known != 1)}, and is applied to {count} argument{'s' * (count != 1)}"
            raise CaseError(f"own_operation {self.name!r} has {told}: give a slope for each, in order")


def _count(given: Function | tuple[Function, ...], arguments: int) -> int:
    """How many slopes are given; if their function does not run on numbers, as many as there are arguments."""
    if isinstance(given, tuple):
        return len(given)
    try:
        found = given(*[0.5] * (arguments + 1))
    except Exception:  # it is written for values that are recorded alone
        return arguments
    return len(found) if isinstance(found, (tuple, list)) else 1


def _forms(given: Function | tuple[Function, ...], position: int) -> tuple[Function, ...]:
    """The one form of the slope by an argument."""
    if isinstance(given, tuple):
        return (given[position],)

    def form(*x: Any) -> Any:
        found = given(*x)
        return found[position] if isinstance(found, (tuple, list)) else found

    return (form,)


def own_operation(
    name: str,
    *,
    doc: str = "",
    numpy: str | Function | None = None,
    torch: str | Function | None = None,
    sympy: str | Function | None = None,
    balls: Function | None = None,
    series: Function | None = None,
    slopes: Function | Sequence[Function] | None = None,
    outside: Function | None = None,
    ulps: float = 4,
) -> Declared:
    """An operation of numbers that diffcheck does not know; call it in the function of a case like any other.

    Parameters
    ----------
    numpy, torch, sympy:
        How each computes it: a dotted name, or a function of arrays, of tensors, of SymPy expressions.
    balls:
        Its enclosure: a function of `flint.arb`. The referee needs it.
    series:
        The same of `flint.arb_series`, for the second route; left out, the function of balls is asked.
    slopes:
        The derivatives by all arguments, functions of the arguments and the value, written with `diffcheck.ops`: one
        for each, or one that gives all as a tuple. Left out, SymPy's derivative of the expression serves.
    outside:
        Whether balls lie outside its domain for certain.
    ulps:
        Units of roundoff that a good implementation may lose.

    Raises
    ------
    CaseError
        If another operation has the name, or what is given cannot be called.
    """
    _claim(name)
    for word, given in (("balls", balls), ("series", series), ("outside", outside)):
        if given is not None and not callable(given):
            raise CaseError(f"own_operation {name!r}: {word} is {given!r}: give a function")
    formulas = slopes if slopes is None or callable(slopes) else tuple(slopes)

    def lacks(what: str, give: str) -> Without:
        return Without(f"the operation {name!r} has no {what}: give own_operation(..., {give}=...)")

    def on_expressions(_: Any, *x: Any) -> Any:
        return (resolve(sympy) if isinstance(sympy, str) else sympy)(*x)  # type: ignore[misc]

    def on_tensors(_: Any, *x: Any) -> Any:
        return torch(*x)  # type: ignore[operator, misc]

    def expanded(*x: Any) -> Any:
        try:
            return (series or balls)(*x)  # type: ignore[misc]
        except (AttributeError, TypeError):
            return power_series.undefined()  # it is written for balls alone

    return Declared(
        name=name,
        doc=doc or f"{name}, declared in {_PLACES[name]}",
        numpy=lacks("NumPy function", "numpy") if numpy is None else numpy,
        torch=lacks("torch function", "torch") if torch is None else torch if isinstance(torch, str) else on_tensors,
        sympy=lacks("SymPy expression", "sympy=..., or for its derivative slopes") if sympy is None else on_expressions,
        arb=lacks("enclosure", "balls") if balls is None else balls,
        series=lacks("enclosure", "balls") if balls is None and series is None else expanded,
        forms=() if formulas is None else functools.partial(_forms, formulas),
        given=formulas,
        sympy_rule=sympy is not None,
        outside=outside,
        ulps=ulps,
    )


def _claim(name: str) -> None:
    """Take a name; the same place in a file that is read again gives its operation anew."""
    frame = sys._getframe(2)
    file = frame.f_code.co_filename
    place = f"{file}:{frame.f_lineno}"
    if not name.isidentifier():
        raise CaseError(f"own_operation {name!r}: the name of an operation is a name of Python")
    known = _PLACES.get(name)
    if name in Composite.rows or (name in Primitive.rows and known is None):
        raise CaseError(f"own_operation {name!r}: diffcheck has an operation of this name: choose another one")
    if known not in (None, place) and not file.startswith("<"):
        raise CaseError(f"own_operation {name!r}: {known} declares one of this name too: choose another one")
    Primitive.rows.pop(name, None)
    _PLACES[name] = place
