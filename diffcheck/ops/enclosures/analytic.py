"""Power series of analytic functions from their values on a small circle: many-bit differences with a certified error.

Cauchy's integral over a circle of radius r, as the sum over N points of it, gives the coefficient of ``t^k`` and adds
those of ``t^(k + N)``, ``t^(k + 2N)`` ... times powers of ``r^N``; where the function stays below M on a disc of radius
R, these are at most ``M / R^k`` times powers of ``(r / R)^N`` (Bornemann, Found. Comput. Math. 11, 2011). No rule for a
derivative takes part: the function's own enclosures at complex arguments are all that is needed. The working precision
rises by what the division by ``r^k`` takes.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flint import acb, arb, arb_series, ctx, fmpq

from diffcheck.ops.enclosures import balls, series

# Real or complex balls to a ball.
Function = Callable[..., Any]
# How many bits the bound on a disc may lie above what the function is at the centre, or half way from there: more than
# where it has a pole of any order in use beside the disc, less than where it is exponential and the disc wide.
_GROWTH = 16
# A disc is halved, quartered ... at most so often; the last is smaller by 2^(2^_TRIES).
_TRIES = 12


# The edge of a square is covered by so many squares on each side.
_PARTS = 4


@dataclass(frozen=True, slots=True)
class Throughout:
    """Where a function is analytic for certain, also if its enclosure is not finite there.

    About a number at which a formula has a limit only, a bound comes from the edge, which does not hold that number.
    """

    holds: Callable[..., bool]

    def __call__(self, *x: Any) -> bool:
        """Whether it is, in all of a box of complex arguments."""
        return self.holds(*x)

    def behind(self, count: int) -> "Throughout":
        """The same of a function with so many further arguments before these."""
        return Throughout(lambda *x: self.holds(*x[count:]))


def everywhere(*_: Any) -> bool:
    """An entire function, and one whose enclosure is not finite wherever it is not analytic, is analytic anywhere."""
    return True


def series_of(
    function: Function, analytic: Function = everywhere, parity: int | Function = 0, place: int = 0
) -> Function:
    """The function of power series that a function of balls, real and complex ones, has.

    Parameters
    ----------
    analytic:
        Whether the function is analytic, for certain, in all of a box of complex arguments where it is finite.
    parity:
        1 for an even function of the argument at ``place``, -1 for an odd one, or a function of all arguments that says
        so: where that alone moves from zero, every other coefficient is zero.
    """

    def expanded(*x: Any) -> Any:
        size = min(s.prec for s in x)
        heads = [s[0] for s in x]
        value = function(*heads)
        moving = [s for s in x if s.length() > 1]
        alone = len(moving) == 1 and moving[0] is x[place] and heads[place].is_zero()
        kind = 0 if not alone else parity if isinstance(parity, int) else parity(*heads)
        if not value.is_finite():
            return series.undefined()
        if not moving or size < 2:
            return arb_series([value], size)
        if kind and (x[place].length() > 2 or x[place][1] != 1):
            way = arb_series([0, 1], size)
            found = expanded(*(way if k == place else s for k, s in enumerate(x)))
            return series.composed(found.coeffs(), x[place])
        found = _coefficients(
            lambda t: tuple(_at(s, size, t) for s in x), function, analytic, range(1, size), _reaches(moving)
        )
        if found is None:
            return series.undefined()
        return arb_series([balls.ZERO if kind == -((-1) ** k) else c for k, c in enumerate([value, *found])], size)

    return expanded


def derivative(function: Function, orders: Sequence[int], analytic: Function = everywhere, parity: int = 0) -> Function:
    """The partial derivative of a function of balls, so often by each argument, once at least; see `series_of`."""
    place = max(k for k, order in enumerate(orders) if order)
    below = [0 if k == place else order for k, order in enumerate(orders)]
    inner = derivative(function, below, analytic) if any(below) else function
    order = orders[place]

    def differentiated(*x: Any) -> Any:
        def moved(t: Any) -> tuple[Any, ...]:
            return tuple(acb(v) + t if k == place else acb(v) for k, v in enumerate(x))

        if parity and x[place].is_zero() and (-1) ** order != parity:
            return 0 * x[place]
        real = not any(isinstance(v, acb) for v in x)
        reaches = list(_scales(x[place]))
        if min(v.rel_one_accuracy_bits() for v in x) < ctx.prec // 4:
            return arb.fac_ui(order) * _anywhere(moved, inner, analytic, order, reaches, real)
        found = _coefficients(moved, inner, analytic, [order], reaches, real)
        return (arb.nan() if real else acb(math.nan)) if found is None else found[0] * arb.fac_ui(order)

    return differentiated


def _anywhere(
    arguments: Callable[[Any], tuple[Any, ...]],
    function: Function,
    analytic: Function,
    order: int,
    reaches: Sequence[int],
    real: bool,
) -> Any:
    """The coefficient about any of the numbers in wide balls: by Cauchy's estimate, no more than ``M / R^k``."""
    sizes = [
        bound * arb((1, -reach)) ** order
        for reach in _falling(reaches)
        if (bound := _bound(arguments, function, analytic, reach)) is not None
    ]
    most = arb(0, min(sizes)) if sizes else arb.nan()
    return most if real else acb(most, most)


def on_reals(function: Function) -> Function:
    """The function of balls, real and complex ones, of one that takes complex ones only and is real on the reals."""

    def on_either(*x: Any) -> Any:
        found = function(*map(acb, x))
        return found if any(isinstance(v, acb) for v in x) else found.real

    return on_either


def _at(x: Any, size: int, t: Any) -> Any:
    """The polynomial of a series' first terms at a complex number."""
    found = acb(0)
    for k in range(min(x.length(), size) - 1, -1, -1):
        found = found * t + x[k]
    return found


def _binade(x: Any) -> int | None:
    """The power of two above the size of a ball's midpoint; ``None`` for zero."""
    size = abs(x.mid())
    if size.is_zero():
        return None
    mantissa, exponent = size.upper().man_exp()
    return int(exponent) + int(mantissa).bit_length()


def _scales(x: Any) -> Iterator[int]:
    """Radii, as powers of two, on which a function may change: one, the argument, and the reciprocal of a large one."""
    size = _binade(x)
    yield 0
    if size is not None:
        yield size - 3
        yield min(-size, 0)


def _reaches(moving: Sequence[Any]) -> list[int]:
    """The same for the parameter of series."""
    found: dict[int, int] = {}
    for s in moving:
        for kind, scale in enumerate(_scales(s[0])):
            for k in range(1, s.length()):
                step = _binade(s[k])
                if step is not None:
                    found[kind] = min(found.get(kind, (scale - step) // k), (scale - step) // k)
    return list(found.values()) or [0]


def _coefficients(
    arguments: Callable[[Any], tuple[Any, ...]],
    function: Function,
    analytic: Function,
    wanted: Sequence[int],
    reaches: Sequence[int],
    real: bool = True,
) -> list[Any] | None:
    """Some coefficients, the last one the highest, of the function of one complex number; ``None`` if none were found.

    ``real``: whether conjugate numbers have conjugate values.
    """
    precision, count = ctx.prec, 2 * (wanted[-1] + 1)
    disc = _disc(arguments, function, analytic, reaches)
    if disc is None:
        return None
    reach, largest = disc
    shrunk = precision // count + 2
    with ctx.workprec(precision + shrunk * wanted[-1] + 32):
        radius = arb((1, reach - shrunk))
        roots = [acb.exp_pi_i(acb(fmpq(2 * j, count))) for j in range(count)]
        half = count // 2
        values = [function(*arguments(radius * w)) for w in (roots[: half + 1] if real else roots)]
        if real:
            values += [v.conjugate() for v in reversed(values[1:half])]
        ratio = arb((1, -shrunk)) ** count
        found = []
        for k in wanted:
            total = sum((v * roots[-j * k % count] for j, v in enumerate(values)), acb(0)) / count / radius**k
            missing = (largest * arb((1, -reach)) ** k * ratio / (1 - ratio)).upper()
            error = arb(0, missing)
            found.append(total.real + error if real else total + acb(error, error))
    return found


def _falling(reaches: Sequence[int]) -> Iterator[int]:
    """Radii to try, as powers of two, the largest first: each of these and a bit less, then far less."""
    yield from sorted({reach - less for reach in reaches for less in (0, 1, 2, 4)}, reverse=True)
    yield from (min(reaches) - 2**k for k in range(_TRIES))


def _disc(
    arguments: Callable[[Any], tuple[Any, ...]], function: Function, analytic: Function, reaches: Sequence[int]
) -> tuple[int, Any] | None:
    """The radius of a disc, as a power of two, in which the function is analytic, and a bound on its size there."""
    for reach in _falling(reaches):
        largest = _bound(arguments, function, analytic, reach)
        if largest is None:
            continue
        # The bound may be a wide enclosure's; what the function really reaches is seen at some points.
        seen = [abs(function(*arguments(acb(t)))) for t in (arb(0), arb((1, reach - 1)))]
        if any(largest <= value.lower() * arb((1, _GROWTH)) for value in seen):
            return reach, largest
    return None


def _bound(
    arguments: Callable[[Any], tuple[Any, ...]], function: Function, analytic: Function, reach: int
) -> Any | None:
    """What an analytic function does not exceed in a disc; ``None`` if it is not known to be analytic there."""
    side = arb(0, arb((1, reach)))
    box = arguments(acb(side, side))
    if not analytic(*box):
        return None
    largest = abs(function(*box))
    if not largest.is_finite() and isinstance(analytic, Throughout):
        largest = _on_the_edge(arguments, function, reach)
    return largest.upper() if largest.is_finite() else None


def _on_the_edge(arguments: Callable[[Any], tuple[Any, ...]], function: Function, reach: int) -> Any:
    """What a function does not exceed on the edge of a square; NaN if that is not known."""
    side, part, found = arb((1, reach)), arb((1, reach)) / _PARTS, arb(0)
    for k in range(1 - _PARTS, _PARTS, 2):
        along = arb((k * part).mid(), part)
        for t in (acb(side, along), acb(-side, along), acb(along, side), acb(along, -side)):
            size = abs(function(*arguments(t)))
            if not size.is_finite():
                return arb.nan()
            found = max(found, size.upper())
    return found
