"""Integrals of Bessel functions of order zero, by Struve's functions, and of powers times Bessel functions."""

from collections.abc import Iterator
from typing import Any

from flint import acb, arb, ctx

from diffcheck.ops.enclosures import balls, series
from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.enclosures.balls import HALF
from diffcheck.ops.functions.basic import power
from diffcheck.ops.functions.bessel import bessel_j, bessel_k, bessel_y
from diffcheck.ops.functions.differentiated import analytic_row, in_doubles
from diffcheck.ops.functions.special import bessel_i
from diffcheck.ops.functions.struve import modstruve, struve
from diffcheck.ops.table import Function, Primitive, Without

# Farther out the sums of Arb take seconds.
_FAR = 2**14


def _waves(first: Any, second: Any, x: Any) -> Any:
    """The integral of a Bessel function of order 0 with that of order 1, J or Y, DLMF 10.22.2 and 11.4.21."""
    h = struve.on_balls()
    return x * first + arb.pi() * x / 2 * (second * h(balls.ZERO, x) - first * h(arb(1), x))


def _of_i(x: Any) -> Any:
    """``x 1F2(1/2; 1, 3/2; x^2 / 4)``, term by term from DLMF 10.25.2."""
    return x * (x * x / 4).hypgeom([HALF], [arb(1), 3 * HALF]) if abs(x) < _FAR else arb.nan()


def _of_k(x: Any) -> Any:
    """DLMF 10.43.2 and 11.4.21; far out half of pi, for K_0 is below ``exp(-x)`` beyond 2."""
    if x > ctx.prec + 2:
        return arb.pi() / 2 + arb(0, (-x).exp().upper())
    low = modstruve.on_balls()
    return arb.pi() * x / 2 * (x.bessel_k(0) * (low(arb(1), x) + 2 / arb.pi()) + x.bessel_k(1) * low(balls.ZERO, x))


def _integral(name: str, kind: str, of: Primitive, balls_of: Function, **columns: Any) -> Primitive:
    """The row of an integral from 0 to x of a function of order 0."""

    def expanded(x: Any) -> Any:
        inside = of.on_series()(series.constant(balls.ZERO), x)
        return series.beginning(balls_of(x[0]), (inside * x.derivative()).integral())

    return Primitive(
        name=name,
        doc=f"the integral from 0 to x of the {kind} of order 0",
        numpy=in_doubles(balls_of),  # SciPy keeps twelve digits
        torch=Without(f"torch has no {name}"),
        sympy=Without(f"SymPy has no counterpart of {name}"),
        sympy_rule=False,
        arb=balls_of,
        series=expanded,
        forms=((lambda x, _: of(0, x),),),
        **columns,
    )


def _outside(x: Any) -> bool:
    return bool(x <= 0)


itj0 = _integral(
    "itj0",
    "Bessel function of the first kind",
    bessel_j,
    lambda x: _waves(x.bessel_j(0), x.bessel_j(1), x),
    parity=-1,
    ulps=1,
)
ity0 = _integral(
    "ity0",
    "Bessel function of the second kind",
    bessel_y,
    lambda x: _waves(x.bessel_y(0), x.bessel_y(1), x),
    outside=_outside,
    ulps=1,
)
iti0 = _integral(
    "iti0",
    "modified Bessel function of the first kind",
    bessel_i,
    _of_i,
    parity=-1,
    ulps=1,
)
itk0 = _integral(
    "itk0",
    "modified Bessel function of the second kind",
    bessel_k,
    _of_k,
    outside=_outside,
    ulps=1,
)


def _of_powers(a: Any, lmbda: Any, nu: Any) -> Any:
    """Term by term from DLMF 10.2.2; of a negative whole order by DLMF 10.4.1."""
    if not abs(a) < _FAR:
        return acb(arb.nan())
    order = _whole(nu)
    if order is not None and order < 0:
        return (-1) ** order * _of_powers(a, lmbda, -nu)
    if a.is_zero() and nu.real > 0:
        return a
    half = (lmbda + nu + 1) / 2
    sums = (-a * a).hypgeom([half], [nu + 1, half + 1])
    return (a**order if order is not None else (nu * a.log()).exp()) * (nu + 1).rgamma() / (2 * half) * sums


def _whole(nu: Any) -> int | None:
    """The whole number that an order is, if any."""
    found = nu.real.unique_fmpz() if nu.is_exact() and nu.imag.is_zero() else None
    return None if found is None else int(found)


def _powers_from_zero(a: Any, lmbda: Any, nu: Any) -> Any:
    """The same as a power times a series."""
    if a.is_zero():
        return power(a, nu)
    order, half = nu.ball, (lmbda.ball + nu.ball + 1) / 2

    def coefficients(count: int) -> Iterator[Any]:
        for k in range(count):
            yield (-1) ** k * (order + k + 1).rgamma() / (arb.fac_ui(k) * 2 * (half + k))

    return power(a, nu) * (a * a).small(coefficients)


besselpoly: Primitive = analytic_row(
    "besselpoly",
    "the integral from 0 to 1 of x^lmbda times the Bessel function of order nu of 2 a x, of a, lmbda and nu",
    on_reals(_of_powers),
    {0: lambda a, lmbda, nu, _: besselpoly(a, lmbda + 1, nu - 1) - besselpoly(a, lmbda + 1, nu + 1)},
    arity=3,
    analytic=lambda a, lmbda, nu: (a.real > 0 or _whole(nu) is not None) and (lmbda + nu + 1).real > 0,
    outside=lambda a, lmbda, nu: a < 0 or balls.has_no_power(nu, a) or lmbda + nu + 1 <= 0,
    at_edge=lambda a, lmbda, nu: a.contains(0),
    elsewhere=_powers_from_zero,
    numpy="scipy.special.besselpoly",
    sympy=Without("SymPy has no counterpart of besselpoly"),
    sympy_rule=False,
    ulps=6,
)
