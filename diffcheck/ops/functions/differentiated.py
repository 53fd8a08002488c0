"""Rows of analytic functions: the power series and, where no formula is known, the slopes follow from the values.

A row gives balls at real and complex arguments, and formulas for the slopes that have one. The slope by another
argument is a row of its own, ``<name>_slope``: the partial derivative, whose first arguments say how often by which
argument. So the referee has all derivatives of a function, whoever else knows them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from flint import acb, arb, ctx

from diffcheck.ops.enclosures.analytic import Throughout, derivative, everywhere, series_of
from diffcheck.ops.orders import Order
from diffcheck.ops.table import Column, Function, Primitive, Without

NONE: Mapping[int, Function] = MappingProxyType({})
# The bits from which a derivative is rounded to a double, and those at which it is given up.
_BITS, _MOST_BITS, _ENOUGH = 128, 2048, 60
# Half of the smallest double: what is below is zero.
_NOTHING = arb((1, -1075))


def analytic_row(
    name: str,
    doc: str,
    balls: Function,
    slopes: Mapping[int, Function] = NONE,
    *,
    arity: int = 1,
    analytic: Function = everywhere,
    orders: tuple[Order, ...] = (),
    outside: Function | None = None,
    torch: Column | None = None,
    series: Function | None = None,
    symmetry: Function | None = None,
    **columns: Any,
) -> Primitive:
    """The row of an analytic function.

    Parameters
    ----------
    balls:
        The enclosure, by balls: of real arguments a real one, of complex arguments a complex one.
    slopes:
        For arguments by which the slope has a formula that serves everywhere, that one.
    analytic:
        Whether it is analytic in all of a box of complex arguments, for certain, where ``balls`` are finite.
    series:
        A power series that is known better than from the values.
    symmetry:
        Of a function of several arguments, 1 where it is even in the first one that is no constant, -1 where it is odd,
        else 0: a function of all arguments.
    orders:
        What the first arguments may be, of those that are constants: nothing is differentiated by them.
    """
    balls, fixed = _inside(balls, outside), len(orders)
    parts = [k for k in range(fixed, arity) if k not in slopes]
    by = (
        _derivatives(name, balls, arity, analytic, outside, symmetry, fixed, columns.get("parity", 0))
        if parts
        else None
    )

    def slope(position: int) -> tuple[Function, ...]:
        if position in slopes or by is None or position < fixed:
            return (slopes.get(position, lambda *_: 0),)
        orders = [int(k == position) for k in range(arity)]
        return (lambda *x: by(*orders, *x[:-1]),)

    return Primitive(
        name=name,
        doc=doc,
        arb=balls,
        series=series or series_of(balls, analytic, symmetry or columns.get("parity", 0), fixed),
        forms=tuple(map(slope, range(arity))),
        rule_by=tuple(range(fixed)),
        orders=orders,
        outside=outside,
        torch=Without(f"torch has no {name}") if torch is None else torch,
        **columns,
    )


def _inside(balls: Function, outside: Function | None) -> Function:
    """The function of balls without a value at real arguments outside of the domain, whatever Arb continues it by."""
    if outside is None:
        return balls

    def within(*x: Any) -> Any:
        is_real = not any(isinstance(v, acb) for v in x)
        return arb.nan() if is_real and outside(*x) else balls(*x)

    return within


def _derivatives(
    name: str,
    balls: Function,
    arity: int,
    analytic: Function,
    outside: Function | None,
    symmetry: Function | None,
    fixed: int,
    parity: int,
) -> Primitive:
    """The row of a function's partial derivatives: first how often by each argument, then the arguments."""

    def differentiated(*x: Any) -> Any:
        orders = [_real(k).unique_fmpz() for k in x[:arity]]
        if None in orders:
            return arb.nan()
        if (
            symmetry is not None
            and x[arity + fixed].is_zero()
            and symmetry(*x[arity:]) == -((-1) ** int(orders[fixed]))
        ):
            return 0 * x[arity + fixed]
        return derivative(balls, list(map(int, orders)), analytic, parity)(*x[arity:])

    def slope(position: int) -> tuple[Function, ...]:
        if position < arity:
            return (lambda *_: 0,)  # how often is no variable
        return (lambda *x: row(*(x[k] + int(k == position - arity) for k in range(arity)), *x[arity:-1]),)

    beyond = None if outside is None else lambda *x: outside(*x[arity:])
    enclosed = _inside(differentiated, beyond)
    behind = analytic.behind(arity) if isinstance(analytic, Throughout) else lambda *x: analytic(*x[arity:])
    row = Primitive(
        name=f"{name}_slope",
        doc=f"the partial derivatives of {name}: how often by each argument, then the arguments",
        numpy=in_doubles(enclosed),
        torch=Without(f"torch has no derivative of {name} by every argument"),
        sympy=Without(f"SymPy has no derivative of {name} by every argument"),
        sympy_rule=False,
        arb=enclosed,
        series=series_of(enclosed, behind),
        forms=slope,
        outside=beyond,
        rule_by=tuple(range(arity)),
    )
    return row


def _real(x: Any) -> Any:
    return x.real if isinstance(x, acb) else x


def in_doubles(function: Function) -> Function:
    """The function of arrays of doubles that rounds an enclosure; NaN where none is narrow enough."""

    def rounded(*x: float) -> float:
        bits = _BITS
        while bits <= _MOST_BITS:
            with ctx.workprec(bits):
                found = function(*map(arb, map(float, x)))
                if found.is_finite() and found.rel_accuracy_bits() >= _ENOUGH:
                    return float(found.mid())
                if abs(found) < _NOTHING:
                    return 0.0
            bits *= 2
        return float("nan")

    return np.vectorize(rounded, otypes=[np.float64])
