"""A user's own operation: a row of the table that is declared where it is used.

What its author leaves out is refused by name where it is needed, and nowhere else.
"""

import functools
import math
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, arb_series

from diffcheck.errors import RAISED, CaseError, DiffcheckError, Lacking
from diffcheck.ops.arguments import Traceable
from diffcheck.ops.composites import Composite
from diffcheck.ops.declared import Declared, slope_of, slopes_by_series
from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures import series as power_series
from diffcheck.ops.own import Own
from diffcheck.ops.structure import ARRAY, CONST, INPUT, Linear
from diffcheck.ops.table import Function, Primitive, Without

# So much of what a function gave is shown where that is refused.
_LONGEST = 80
# Where each own operation was declared, by its name.
_PLACES: dict[str, str] = {}


def _forms(name: str, given: Function | tuple[Function, ...], position: int) -> tuple[Function, ...]:
    """The one form of the slope by an argument."""

    def form(*x: Any) -> Any:
        found = _called(name, "slopes", given[position] if isinstance(given, tuple) else given, x)
        if isinstance(found, (tuple, list)):
            found = found[position]
        if getattr(found, "is_constant", False):
            return found + 0 * x[0]
        if not isinstance(found, (Traceable, int, Fraction)) and not (
            isinstance(found, float) and math.isfinite(found)
        ):
            raise _refused(name, "slopes", f"gives {_shown(found)}")
        return found

    return (form,)


# What the function of a column is given, and what it has to give.
_TAKES = {
    "balls": "it takes a flint.arb for each argument and gives a flint.arb",
    "series": "it takes a flint.arb_series for each argument and gives a flint.arb_series",
    "slopes": "it takes the arguments and then the value, and gives the slope, written with diffcheck.ops",
    "sympy": "it takes a SymPy expression for each argument and gives one",
    "outside": "it takes a flint.arb for each argument and gives a truth value",
}


def _called(name: str, column: str, function: Function, x: Sequence[Any]) -> Any:
    """What a function of somebody else's gives; a `CaseError` names it for what it raises."""
    try:
        return function(*x)
    except DiffcheckError:
        raise
    except RAISED as fault:
        told = f"{type(fault).__name__}: {fault}".removesuffix(": ")
        raise _refused(name, column, f"raises {told}") from fault


def _refused(name: str, column: str, what: str) -> CaseError:
    return CaseError(f"own_operation {name!r}: {column} {what}: {_TAKES[column]}")


def _shown(found: Any) -> str:
    return f"{repr(found)[:_LONGEST]} of type {type(found).__name__}"


def _enclosing(name: str, function: Function, outside: Callable[..., bool]) -> Function:
    """The function of balls, which has to give one; outside of the domain there is none, whatever it gives."""

    def enclosure(*x: Any) -> Any:
        if outside(*x):
            return power_series.NAN
        return _demanded(name, "balls", _called(name, "balls", function, x), arb)

    return enclosure


def _through_balls(balls: Function, outside: Callable[..., bool], lacking: str) -> Function:
    """The function of power series that a function of balls is if it takes them; else it tells what is lacking."""

    def expanded(*x: Any) -> Any:
        if outside(*(s[0] for s in x)):
            return power_series.undefined()
        try:
            found = balls(*x)
        except (ArithmeticError, ValueError):  # flint's, for places that have none
            return power_series.undefined()
        except RAISED:
            found = None
        if not isinstance(found, arb_series):
            raise Lacking(lacking)
        return found

    return expanded


def _if_there_is_one(expanded: Function) -> Function:
    """The function of power series, undefined where there is none."""

    def tried(*x: Any) -> Any:
        try:
            return expanded(*x)
        except Lacking:
            return power_series.undefined()

    return tried


def _expanding(name: str, function: Function, balls: Function) -> Function:
    """The function of power series, which has to give one; flint has exceptions for places that have none."""

    def expanded(*x: Any) -> Any:
        try:
            found = _demanded(name, "series", _called(name, "series", function, x), arb_series)
            value = found[0] if isinstance(balls, Without) else balls(*(s[0] for s in x))
            if value.is_finite() and not value.overlaps(found[0]):
                told = f"begins with {_digits(found[0])} at {', '.join(_digits(s[0]) for s in x)}"
                raise _refused(name, "series", f"{told}, where balls gives {_digits(value)}")
            return found if value.is_finite() else power_series.undefined()
        except CaseError as refused:
            if isinstance(refused.__cause__, (ArithmeticError, ValueError)):
                return power_series.undefined()
            raise

    return expanded


def _digits(x: arb) -> str:
    return str(x.str(6, radius=False))


def _demanded(name: str, column: str, found: Any, kind: type) -> Any:
    if not isinstance(found, kind):
        raise _refused(name, column, f"gives {_shown(found)}")
    return found


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
    by_series = slopes is None and sympy is None and balls is not None
    place = _place()
    _claim(name, place)
    if by_series:
        _claim(slope_of(name), place)
    for word, given in (("balls", balls), ("series", series), ("outside", outside)):
        if given is not None and not callable(given):
            raise CaseError(f"own_operation {name!r}: {word} is {given!r}: give a function")
    for word, column in (("numpy", numpy), ("torch", torch), ("sympy", sympy)):
        if column is not None and not isinstance(column, str) and not callable(column):
            raise CaseError(f"own_operation {name!r}: {word} is {column!r}: give a function, or its dotted name")
    formulas = slopes if slopes is None or callable(slopes) else tuple(slopes)

    def lacks(what: str, *give: str) -> Without:
        wanted = " or ".join(f"{word}=..." for word in give)
        return Without(f"the operation {name!r} has no {what}: give own_operation(..., {wanted})")

    no_expression = lacks("SymPy expression", "sympy")
    if slopes is None:
        no_expression = lacks("SymPy expression, and no slopes", "sympy", "slopes")

    def on_expressions(_: Any, *x: Any) -> Any:
        function = resolve(sympy) if isinstance(sympy, str) else sympy
        assert function is not None
        return _called(name, "sympy", function, x)

    def on_tensors(_: Any, *x: Any) -> Any:
        return torch(*x)  # type: ignore[operator, misc]

    def beyond(*x: Any) -> bool:
        try:
            return outside is not None and bool(_called(name, "outside", outside, x))
        except CaseError as refused:
            if isinstance(refused.__cause__, ArithmeticError):  # an operand without an expansion
                return False
            raise

    no_enclosure = lacks("enclosure", "balls")
    enclosed = no_enclosure if balls is None else _enclosing(name, balls, beyond)
    expanded: Function = no_enclosure
    if series is not None:
        expanded = _expanding(name, series, enclosed)
    elif balls is not None:
        expanded = _through_balls(balls, beyond, f"{no_expression.why}; nor do its balls take flint.arb_series")
    forms: Any = () if formulas is None else functools.partial(_forms, name, formulas)
    if by_series:
        forms = slopes_by_series(name, expanded, beyond, no_expression)
    return Declared(
        name=name,
        doc=doc or f"{name}, declared in {_PLACES[name]}",
        numpy=lacks("NumPy function", "numpy") if numpy is None else numpy,
        torch=lacks("torch function", "torch") if torch is None else torch if isinstance(torch, str) else on_tensors,
        sympy=no_expression if sympy is None else on_expressions,
        arb=enclosed,
        series=_if_there_is_one(expanded),
        forms=forms,
        given=formulas,
        slope=slope_of(name) if by_series else "",
        sympy_rule=sympy is not None or by_series,  # SymPy is to chain what it or the user knows
        outside=None if outside is None else beyond,
        ulps=ulps,
    )


def _place() -> str:
    """Where `own_operation` was called."""
    frame = sys._getframe(2)
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _claim(name: str, place: str) -> None:
    """Take a name; the same place in a file that is read again gives its operation anew."""
    if not isinstance(name, str) or not name.isidentifier():
        raise CaseError(f"own_operation {name!r}: the name of an operation is a name of Python")
    known = _PLACES.get(name)
    taken = name in Composite.rows or name in Linear.rows or name in Own.rows or name in (INPUT, CONST, ARRAY)
    if taken or (name in Primitive.rows and known is None):
        raise CaseError(f"own_operation {name!r}: diffcheck has an operation of this name: choose another one")
    if known not in (None, place) and not place.startswith("<"):
        raise CaseError(f"own_operation {name!r}: {known} declares one of this name too: choose another one")
    Primitive.rows.pop(name, None)
    _PLACES[name] = place
