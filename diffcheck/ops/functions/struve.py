"""Struve's functions H and L of a constant order."""

from collections.abc import Iterator
from typing import Any

from flint import acb, arb, ctx

from diffcheck.ops.enclosures import balls
from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.enclosures.balls import HALF
from diffcheck.ops.exact import pi, rational
from diffcheck.ops.functions.basic import power, sqrt
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.gamma import rgamma
from diffcheck.ops.orders import ANY
from diffcheck.ops.table import Function, Primitive, Without

# Beyond this, and the bits of the working precision, asymptotic series serve.
_FAR = 16


def _power(v: Any, x: Any) -> Any:
    """``(x / 2)^v``."""
    whole = v.real.unique_fmpz()
    return (x / 2) ** v if whole is None else (x / 2) ** int(whole)


def _near(v: Any, x: Any, sign: int) -> Any:
    """By the power series, DLMF 11.2.1 and 11.2.2."""
    if x.is_zero() and (v + 1).real > 0:
        return x
    series = (sign * x * x / 4).hypgeom([acb(1)], [acb(3 * HALF), v + 3 * HALF], regularized=True)
    return _power(v + 1, x) * series


def _is_far(v: Any, x: Any) -> bool:
    return bool(x.real > _FAR + ctx.prec and x.real > 2 * abs(x.imag) and x.real > 4 * abs(v))


def _beyond(v: Any, x: Any) -> Any:
    """H less Y, the integral of ``exp(-x t) (1 + t^2)^(v - 1/2)`` over all positive t, scaled, DLMF 11.5.2.

    Of the binomial series of a real exponent what is left after n terms, n above v, is less than the next term. The
    integral of its size is that of the next term, times the size of x over its real part to the power 2 n + 1.
    """
    total, term, n = acb(0), 1 / x, 0
    while not (n > v.real and abs(term) < abs(total) * arb((1, -ctx.prec))) and n < ctx.prec:
        total += term
        term = term * (v - HALF - n) * (2 * n + 1) * (2 * n + 2) / ((n + 1) * x * x)
        n += 1
    left = (abs(term) * (abs(x) / x.real) ** (2 * n + 1)).upper() if n > v.real else arb.nan()
    front = 2 * _power(v, x) * (v + HALF).rgamma() / arb.const_sqrt_pi()
    return front * (total + acb(arb(0, left), arb(0, left)))


def _mirrored(function: Function, v: Any, x: Any) -> Any:
    """A function left of zero, which is even or odd if the order is whole, and no number else."""
    whole = v.real.unique_fmpz()
    return acb(arb.nan()) if whole is None else -((-1) ** int(whole)) * function(v, -x)


def _struve(v: Any, x: Any) -> Any:
    if x.real < 0:
        return _mirrored(_struve, v, x)
    return x.bessel_y(v) + _beyond(v, x) if _is_far(v, x) else _near(v, x, -1)


def _modified(v: Any, x: Any) -> Any:
    if x.real < 0:
        return _mirrored(_modified, v, x)
    return _modified_far(v, x) if _is_far(v, x / 2) else _near(v, x, 1)


def _modified_far(v: Any, x: Any) -> Any:
    """I less an integral of an exponential below one, DLMF 11.5.4; of a low order by higher ones, DLMF 11.4.29."""
    if not v.real > -HALF:
        first = _power(v + 1, x) * (v + 5 * HALF).rgamma() / arb.const_sqrt_pi()
        return _modified_far(v + 2, x) + 2 * (v + 1) / x * _modified_far(v + 1, x) + first
    most = abs(_power(v, x) * (v + 1).rgamma()).upper()
    return x.bessel_i(v) + acb(arb(0, most), arb(0, most))


def _symmetry(v: Any, x: Any) -> int:
    """Of a whole order n it is even where n is odd, and the other way round."""
    order = v.unique_fmpz()
    return 0 if order is None else -((-1) ** (int(order) % 2))


def _from_zero(v: Any, x: Any, sign: int) -> Any:
    """A power times a power series, DLMF 11.2.1 and 11.2.2."""

    def coefficients(count: int) -> Iterator[Any]:
        for k in range(count):
            yield (-sign) ** k * (arb(k) + 3 * HALF).rgamma() * (v.ball + k + 3 * HALF).rgamma()

    return power(x / 2, v + 1) * (x * x / 4).small(coefficients)


def _row(name: str, doc: str, enclosed: Function, sign: int, **columns: Any) -> Primitive:
    """By the orders beside: ``2 S' = S_(v - 1) -+ S_(v + 1) + the first term of S_v over x``, DLMF 11.4.27, 11.4.31."""

    def slope(v: Any, x: Any, _: Any) -> Any:
        first = (x / 2) ** v * rgamma(v + rational(3, 2)) / sqrt(pi)
        return (row(v - 1, x) - sign * row(v + 1, x) + first) / 2

    row: Primitive = analytic_row(
        name,
        doc,
        on_reals(enclosed),
        {1: slope},
        arity=2,
        orders=(ANY,),
        analytic=lambda v, x: x.real > 0 or v.real.unique_fmpz() is not None,
        outside=lambda v, x: balls.has_no_power(v + 1, x),
        at_edge=lambda v, x: x.contains(0) and v.unique_fmpz() is None,
        elsewhere=lambda v, x: _from_zero(v, x, sign),
        symmetry=_symmetry,
        numpy=f"scipy.special.{name}",
        sympy=Without(f"SymPy has no counterpart of {name}"),
        sympy_rule=False,
        **columns,
    )
    return row


struve = _row("struve", "Struve's function H, its order v a constant; of a broken order for x > 0", _struve, 1, ulps=6)
modstruve = _row(
    "modstruve",
    "Struve's modified function L, its order v a constant; of a broken order for x > 0",
    _modified,
    -1,
    ulps=4,
)
