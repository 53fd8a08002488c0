"""Tukey's lambda distribution, whose quantiles have a formula, and Smirnov's distribution of finite samples."""

import math
from typing import Any

import numpy as np
from flint import acb, arb

from diffcheck.ops.composites import composite
from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.exact import rational
from diffcheck.ops.functions.basic import power
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.elementary import log, log1p
from diffcheck.ops.functions.inverses import Where, inverse_row, of_numbers
from diffcheck.ops.functions.pieces import maximum
from diffcheck.ops.functions.relations import where
from diffcheck.ops.functions.transforms import exprel
from diffcheck.ops.orders import POSITIVE
from diffcheck.ops.table import Primitive, Without


def _quantile(lmbda: Any, p: Any) -> Any:
    """``(p^lmbda - 1) / lmbda`` less that of ``1 - p``, of a small lmbda without the quotient."""
    relative = exprel.on_balls()
    left, right = p.log(), (-p).log1p()
    if abs(lmbda) > 1:
        return ((lmbda * left).exp() - (lmbda * right).exp()) / lmbda
    return left * relative(lmbda * left) - right * relative(lmbda * right)


def _slope_by_lambda(lmbda: Any, p: Any, _: Any) -> Any:
    slope, left, right = Primitive.rows["exprel_slope"], log(p), log1p(-p)
    return left * left * slope(1, lmbda * left) - right * right * slope(1, lmbda * right)


def _in_floats(lmbda: Any, p: Any) -> Any:
    left, right = np.log(p), np.log1p(-p)
    return left * exprel(lmbda * left) - right * exprel(lmbda * right)


tukey_quantile_of = analytic_row(
    "tukey_quantile_of",
    "the quantile (p^lmbda - (1 - p)^lmbda) / lmbda of Tukey's distribution, of lmbda and p",
    on_reals(_quantile),
    {0: _slope_by_lambda, 1: lambda lmbda, p, _: p ** (lmbda - 1) + (1 - p) ** (lmbda - 1)},
    arity=2,
    analytic=lambda lmbda, p: p.real > 0 and p.real < 1,
    outside=lambda lmbda, p: p <= 0 or p >= 1,
    numpy=_in_floats,
    sympy=lambda sympy, lmbda, p: (p**lmbda - (1 - p) ** lmbda) / lmbda,
    ulps=6,
)


def _beyond(lmbda: Any, rest: Any) -> Any:
    """The w at which ``w^lmbda + 1 - (1 - w)^lmbda`` is ``rest``, near zero."""

    def quotient(w: Any) -> Any:
        return (1 - power(1 - w, lmbda)) / w

    if lmbda[0] < 1:
        first = power(rest, 1 / lmbda)
        return first.fixed_point(lambda w: power(rest / (1 + quotient(w) * power(w, 1 - lmbda)), 1 / lmbda))
    first = rest / lmbda if lmbda[0] > 1 else rest / 2
    return first.fixed_point(lambda w: rest / (quotient(w) + power(w, lmbda - 1)))


def _from_an_end(lmbda: Any, x: Any) -> Any:
    return 1 - _beyond(lmbda, 1 - lmbda * x) if x > 0 else _beyond(lmbda, 1 + lmbda * x)


tklmbda_of = inverse_row(
    "tklmbda_of",
    "tklmbda, of lmbda and an x inside of the distribution's support",
    tukey_quantile_of,
    1,
    Where.UNIT,
    lambda *_: 1,
    lambda lmbda, x: lmbda > 0 and abs(lmbda * x) >= 1,
    1,
    missing=of_numbers,
    elsewhere=_from_an_end,
)


@composite(torch=Without("torch has no tklmbda"))
def tklmbda(x: Any, lmbda: Any) -> Any:
    """Tukey's lambda distribution function; of a positive lmbda its support ends at 1 / lmbda and at -1 / lmbda."""
    place = x * maximum(lmbda, 0)
    return where(place >= 1, 1, where(place <= -1, 0, tklmbda_of(lmbda, x)))


@composite(torch=Without("torch has no smirnov"), numpy="scipy.special.smirnov")
def smirnov(n: int, d: Any) -> Any:
    """What Smirnov's distribution of n numbers, of the largest distance to one side, has beyond d, from 0 to 1."""
    found = (1 - d) ** n
    for j in range(1, n):
        left = maximum(1 - d - rational(j, n), 0)
        found = found + math.comb(n, j) * d * (d + rational(j, n)) ** (j - 1) * left ** (n - j)
    inside = d * (1 - d)
    return where(inside >= 0, found, log(inside))


def _terms_of(n: Any, d: Any) -> list[int] | None:
    """The terms of Smirnov's sum that there are for d, one of zero at most among them; ``None`` if that is not told."""
    found = []
    for j in range(1, n):
        left = n * (1 - d.real) - j
        if not (left > 0 or left < 0 or left.is_zero()):
            return None
        found += [j] * (not left < 0)
    return found


def _smirnov(n: Any, d: Any) -> Any:
    count = int(n.real.unique_fmpz())
    terms = _terms_of(count, d)
    if terms is None:
        return acb(arb.nan(), arb.nan())
    parts = (
        arb.bin_uiui(count, j) * d * (d + arb(j) / count) ** (j - 1) * (1 - d - arb(j) / count) ** (count - j)
        for j in terms
    )
    return sum(parts, (1 - d) ** count)


smirnov_of = analytic_row(
    "smirnov_of",
    "smirnov, of n, a constant, and d, between the multiples of 1 / n, where its pieces meet",
    on_reals(_smirnov),
    arity=2,
    orders=(POSITIVE,),
    analytic=lambda n, d: _terms_of(int(n.real.unique_fmpz()), d) is not None,
    outside=lambda n, d: d < 0 or d > 1,
    numpy=lambda n, d: resolve("scipy.special.smirnov")(np.rint(n).astype(int), d),
    sympy=Without("SymPy has no counterpart of smirnov_of"),
    sympy_rule=False,
    ulps=6,
)
smirnovi = inverse_row(
    "smirnovi",
    "the inverse of smirnov: beyond which d Smirnov's distribution of n numbers has the probability p",
    smirnov_of,
    1,
    Where.UNIT,
    lambda _: -1,
    lambda _, p: p <= 0 or p >= 1,
    24,
    numpy=lambda n, p: resolve("scipy.special.smirnovi")(np.rint(n).astype(int), p),
)
