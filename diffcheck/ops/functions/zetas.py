"""Sums of powers: polylogarithms, Lerch's transcendent and Dirichlet's eta function."""

from typing import Any

import numpy as np
from flint import acb, arb, ctx

from diffcheck.ops.composites import composite
from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.functions.differentiated import analytic_row, in_doubles
from diffcheck.ops.orders import ANY
from diffcheck.ops.table import Function, Primitive, Without

_FAR_LEFT = 4096


def _bounded(found: Any, z: Any, on_ray: Function) -> Any:
    """The enclosure, or that the sum of the sizes of all terms is no less, for boxes across the real axis.

    There Arb's logarithm of z meets its cut. The sum is that for the size of z, where it is below one.
    """
    size = abs(z).upper()
    if z.imag.is_zero() or not z.imag.contains(0) or not size < 1:
        return found
    most = on_ray(acb(size)).real.upper()
    return found if abs(found).upper() < most else acb(arb(0, most), arb(0, most))


def _phi(s: Any, z: Any, a: Any) -> Any:
    """Of a complex a its terms are not known to be below those of the real part."""
    found = z.lerch_phi(s, a)
    return _bounded(found, z, lambda size: size.lerch_phi(s, a.real)) if a.imag.is_zero() else found


def _polylog(s: Any, x: Any) -> Any:
    return _bounded(x.polylog(s), x, lambda size: size.polylog(s))


lerchphi_of: Primitive = analytic_row(
    "lerchphi_of",
    "lerchphi, its arguments in the order s, z, a",
    on_reals(_phi),
    {
        1: lambda s, z, a, _: lerchphi_of(s - 1, z, a + 1) - a * lerchphi_of(s, z, a + 1),
        2: lambda s, z, a, _: -s * lerchphi_of(s + 1, z, a),
    },
    arity=3,
    orders=(ANY,),
    analytic=lambda s, z, a: z.real < 1 and a.real > 0,
    outside=lambda s, z, a: z >= 1 or a <= 0,
    numpy=in_doubles(on_reals(_phi)),
    sympy=lambda sympy, s, z, a: sympy.lerchphi(z, s, a),
    sympy_rule=False,
    ulps=1,
)
polylog: Primitive = analytic_row(
    "polylog",
    "the polylogarithm, the sum of x^k / k^s over k = 1, 2 ..., for x < 1, its order s a constant",
    on_reals(_polylog),
    {1: lambda s, x, _: lerchphi_of(s - 1, x, 1)},
    arity=2,
    orders=(ANY,),
    analytic=lambda s, x: x.real < 1,
    outside=lambda s, x: x >= 1,
    numpy=in_doubles(on_reals(_polylog)),
    sympy="sympy.polylog",
    ulps=1,
)


@composite(torch=Without("torch has no lerchphi"))
def lerchphi(z: Any, s: Any, a: Any) -> Any:
    """Lerch's transcendent, the sum of z^k / (k + a)^s over k = 0, 1 ..., for z < 1 and a > 0, s a constant."""
    return lerchphi_of(s, z, a)


def _eta(s: Any) -> Any:
    """Far right a few terms serve, what is left being below an integral; far left its size is no double."""
    if s.real > ctx.prec / 8 + 1:
        count = int(2 ** (ctx.prec / float(s.real.lower()))) + 1
        rest = (arb(count) ** (1 - s.real) / (s.real - 1)).upper()
        return sum(((-1) ** (k - 1) * acb(k) ** -s for k in range(1, count + 1)), acb(arb(0, rest), arb(0, rest)))
    return acb(arb.nan()) if s.real < -_FAR_LEFT else s.dirichlet_eta()


def _eta_numpy(s: Any) -> Any:
    """By Riemann's zeta function, whose pole at 1 the factor takes away."""
    factor = -np.expm1((1 - s) * np.log(2))
    return np.where(s == 1, np.log(2), factor * resolve("scipy.special.zeta")(np.where(s == 1, 2, s)))


dirichlet_eta = analytic_row(
    "dirichlet_eta",
    "Dirichlet's eta function, the sum of (-1)^(k - 1) / k^s over k = 1, 2 ..., continued to all s",
    on_reals(_eta),
    numpy=_eta_numpy,
    sympy="sympy.dirichlet_eta",
    ulps=8,
)
