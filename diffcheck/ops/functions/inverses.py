"""Inverses of distribution functions by any of their arguments: one mechanism, for functions that rise or fall.

The inverse is found by the secant method and certified by the function itself: on one side of it that is too small, on
the other too large. Its power series and slopes are those of an implicit function.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

from flint import arb, arb_series, ctx

from diffcheck.ops.enclosures import balls, series
from diffcheck.ops.functions.differentiated import in_doubles
from diffcheck.ops.table import Column, Function, Primitive, Without

# Steps of the search for bounds, each longer by half, or half as long where there is no value: to exp(5000).
_SEARCHED = 22
_STEPS = 300
# How far from the root it is certified: so many bits more than it was missed by.
_WIDENED = (0, 8, 16)


class Where(Enum):
    """Where an inverse is sought, by a rising function of all real numbers."""

    POSITIVE = (arb.exp,)
    UNIT = (lambda s: 1 / (1 + (-s).exp()),)
    REAL = (arb.sinh,)

    def __call__(self, s: Any) -> Any:
        """The number there."""
        return self.value[0](s)


def of_probabilities(found: Any, wanted: Any) -> Any:
    """How far a probability was missed, by the quotient of the odds: in the tails they fall exponentially."""
    return (found / wanted * (1 - wanted) / (1 - found)).log() if 0 < found < 1 else found - wanted


def of_numbers(found: Any, wanted: Any) -> Any:
    """How far a number of any sign was missed, of large ones by their logarithms."""
    return found.asinh() - wanted.asinh()


def _bracket(residual: Function) -> tuple[Any, Any] | None:
    """Numbers at which a rising function is below and above zero; ``None`` if none were found."""
    last, way, step = balls.ZERO, -1 if residual(balls.ZERO) > 0 else 1, arb(1)
    for _ in range(_SEARCHED):
        s = last + way * step
        found = residual(s) * way
        if not found.is_finite():
            step /= 2
        elif found < 0:
            last, step = s, 3 * step / 2
        else:
            return (last, s) if way > 0 else (s, last)
    return None


def _root(residual: Function) -> tuple[Any, Any] | None:
    """Nearly where a rising function is zero, by the secant method between bounds, and its slope there."""
    found = _bracket(residual)
    if found is None:
        return None
    low, high = found
    (s, r), (t, q), slope = (low, residual(low)), (high, residual(high)), balls.ZERO
    for _ in range(_STEPS):
        if r != q:
            slope = ((q - r) / (t - s)).mid()
        following = (t - q / slope).mid()
        if not low <= following <= high:
            following = ((low + high) / 2).mid()
        s, r, t = t, q, following
        q = residual(t)
        if not q.is_finite():
            return None
        low, high = (t, high) if q < 0 else (low, t)
        if abs(t - s) <= abs(t).max(arb(1)) * arb((1, 4 - ctx.prec // 2)):
            # The next step of the secant method would have all bits.
            return (t - q / slope).mid(), abs(slope)
    return None


def _certified(function: Function, where: Where, rising: int, missing: Function, y: Any) -> Any:
    """Where a function that rises (1) or falls (-1) is y."""
    found = _root(lambda s: rising * missing(function(where(s)).mid(), y.mid()).mid())
    if found is None:
        return series.NAN
    s, slope = found
    missed = balls.magnitude(missing(function(where(s)), y)).upper()
    for bits in _WIDENED:
        off = (2 * missed / slope + abs(s).max(arb(1)) * arb((1, 8 - ctx.prec))) * arb((1, bits))
        below, above = where(s - off).lower(), where(s + off).upper()
        if rising * (function(below) - y) < 0 < rising * (function(above) - y):
            return below.union(above)
    return series.NAN


def inverse_row(
    name: str,
    doc: str,
    of: Primitive,
    place: int,
    where: Where,
    rising: Callable[..., int],
    outside: Callable[..., bool],
    ulps: float,
    numpy: Column = "",
    missing: Function = of_probabilities,
    elsewhere: Function | None = None,
) -> Primitive:
    """The row of an inverse: its arguments are the others of the function, in order, then what that is.

    Parameters
    ----------
    of, place:
        The function, and its argument that is sought.
    rising:
        1 where it rises with that argument, -1 where it falls: a function of the other arguments.
    missing:
        How far what the function gives is from what it should give: a rising function.
    elsewhere:
        The inverse where its domain ends.
    """
    function = of.on_balls()
    assert isinstance(of.forms, tuple)

    def with_it(others: Any, t: Any) -> tuple[Any, ...]:
        return (*others[:place], t, *others[place:])

    def enclosed(*x: Any) -> Any:
        """With twice the bits: slopes by numerical differentiation are taken there."""
        *others, y = x
        if outside(*x):
            return series.NAN
        with ctx.workprec(2 * ctx.prec):
            return _certified(lambda t: function(*with_it(others, t)), where, rising(*others), missing, y)

    def expanded(*x: Any) -> Any:
        *others, y = x
        heads = [arb_series([s[0]], 2) for s in others]
        start = enclosed(*(s[0] for s in x))
        moved = of.on_series()(*with_it(heads, arb_series([start, 1], 2)))
        if not moved[0].is_finite():
            return series.undefined()
        size = min(s.prec for s in x)
        return series.implicit(lambda t: of.on_series()(*with_it(others, t)), start, moved[1], y, size)

    def form(position: int) -> tuple[Function, ...]:
        def by(*x: Any) -> Any:
            *others, y, value = x
            every = (*with_it(others, value), y)
            density = of.forms_of(place)[0](*every)
            if position == len(others):
                return 1 / density
            return -of.forms_of(position + (position >= place))[0](*every) / density

        return (by,)

    return Primitive(
        name=name,
        doc=doc,
        numpy=numpy or in_doubles(enclosed),
        torch=Without(f"torch has no {name}"),
        sympy=Without(f"SymPy has no closed form of {name}"),
        sympy_rule=False,
        arb=enclosed,
        series=expanded,
        forms=tuple(map(form, range(len(of.forms)))),
        orders=of.orders,
        rule_by=tuple(range(len(of.orders))),
        outside=outside,
        elsewhere=elsewhere,
        ulps=ulps,
    )
