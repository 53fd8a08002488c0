"""The slopes of an operation of which nothing but its power series is known, as rows of the table.

A partial derivative is a sum of derivatives along directions of whole numbers (the polarisation of a form), and each of
those is a coefficient of the power series along that direction.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

from flint import arb_series

from diffcheck.ops.enclosures import series
from diffcheck.ops.table import Function


def partial_on_balls(expanded: Function) -> Function:
    """The partial derivatives as a function of balls: first how often by each argument, then the arguments.

    Parameters
    ----------
    expanded:
        The function of power series.
    """

    def differentiated(*x: Any) -> Any:
        orders, at = _halves(x)
        return series.NAN if None in orders else _partial(expanded, orders, at)

    return differentiated


def partial_on_series(expanded: Function) -> Function:
    """The same as a function of power series, by Taylor's sum of partial derivatives of higher orders."""

    def composed(*x: Any) -> Any:
        orders, along = _halves(x)
        size = min(s.prec for s in along)
        if None in orders:
            return series.undefined()
        at = [s[0] for s in along]
        moved = [s - s[0] for s in along]
        total = arb_series([0], size)
        for more in itertools.product(*(range(size if s.length() > 1 else 1) for s in along)):
            if sum(more) < size:
                term = _partial(expanded, [k + j for k, j in zip(orders, more, strict=True)], at)
                for step, j in zip(moved, more, strict=True):
                    term = term * step**j / math.factorial(j)
                total = total + term
        return total

    return composed


def _halves(x: Sequence[Any]) -> tuple[list[Any], Sequence[Any]]:
    """The orders, ``None`` for what is no whole number, and the arguments."""
    count = len(x) // 2
    heads = [k[0] if isinstance(k, arb_series) else k for k in x[:count]]
    found = [k.unique_fmpz() for k in heads]
    return [None if k is None else int(k) for k in found], x[count:]


def _partial(expanded: Callable[..., Any], orders: Sequence[int], at: Sequence[Any]) -> Any:
    """A partial derivative at balls."""
    degree = sum(orders)
    total: Any = 0
    with series.keeping(degree + 1):
        for steps in itertools.product(*(range(k + 1) for k in orders)):
            weight = math.prod(math.comb(k, j) for k, j in zip(orders, steps, strict=True))
            if any(steps) or not degree:
                way = (arb_series([x, j], degree + 1) for x, j in zip(at, steps, strict=True))
                total = total + (-1) ** (degree - sum(steps)) * weight * expanded(*way)[degree]
    return total
