"""Jacobi's elliptic functions of an argument u and a parameter m = k^2 between 0 and 1, by theta functions."""

from typing import Any

from flint import acb

from diffcheck.ops.composites import composite
from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.exact import pi
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.elementary import atan2
from diffcheck.ops.functions.hypergeometric import elliptic_k
from diffcheck.ops.functions.pieces import round
from diffcheck.ops.table import Column, Function, Primitive, Without


def _nome(m: Any) -> tuple[Any, Any]:
    """``2 K`` and ``tau = i K(1 - m) / K(m)``, DLMF 22.2.1."""
    period = m.elliptic_k()
    return 2 * period, acb(0, 1) * (1 - m).elliptic_k() / period


def _thetas(u: Any, m: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The four theta functions of ``u / (2 K)``, and those of zero."""
    period, tau = _nome(m)
    return (u / period).modular_theta(tau), acb.modular_theta(acb(0), tau)


def _sn(u: Any, m: Any) -> Any:
    """DLMF 22.2.4."""
    at, of_zero = _thetas(u, m)
    return of_zero[2] * at[0] / (of_zero[1] * at[3])


def _cn(u: Any, m: Any) -> Any:
    """DLMF 22.2.5."""
    at, of_zero = _thetas(u, m)
    return of_zero[3] * at[1] / (of_zero[1] * at[3])


def _dn(u: Any, m: Any) -> Any:
    """DLMF 22.2.6."""
    at, of_zero = _thetas(u, m)
    return of_zero[3] * at[2] / (of_zero[2] * at[3])


def _epsilon(u: Any, m: Any) -> Any:
    """``E u / K`` and Jacobi's zeta function, the logarithmic derivative of a theta function, DLMF 22.16.30."""
    if u.is_zero():
        return u
    period, tau = _nome(m)
    z = u / period
    return 2 * m.elliptic_e() * z + z.modular_theta(tau, 1)[3] / z.modular_theta(tau)[3] / period


def _amplitude_by_m(u: Any, m: Any) -> Any:
    """The slope of the amplitude by m: F of it is u, whose slopes are known, DLMF 19.4.6."""
    sn, cn, dn = jacobi_sn(u, m), jacobi_cn(u, m), jacobi_dn(u, m)
    return (dn * ((1 - m) * u - jacobi_epsilon(u, m)) + m * sn * cn) / (2 * m * (1 - m))


def _jacobi(
    name: str, doc: str, balls: Function, slopes: dict[int, Function], numpy: Column, ulps: int, parity: int
) -> Primitive:
    return analytic_row(
        f"jacobi_{name}",
        f"{doc}, of a parameter m between 0 and 1",
        on_reals(balls),
        slopes,
        arity=2,
        analytic=lambda u, m: m.real > 0 and (1 - m).real > 0,
        outside=lambda u, m: m <= 0 or m >= 1,
        symmetry=lambda *_: parity,
        numpy=numpy,
        sympy=Without(f"SymPy has no counterpart of jacobi_{name}"),
        sympy_rule=False,
        ulps=ulps,
    )


def _of_scipy(place: int) -> Function:
    return lambda u, m: resolve("scipy.special.ellipj")(u, m)[place]


def _epsilon_numpy(u: Any, m: Any) -> Any:
    """By the amplitude, which SciPy gives as well."""
    return resolve("scipy.special.ellipeinc")(resolve("scipy.special.ellipj")(u, m)[3], m)


jacobi_epsilon: Primitive = _jacobi(
    "epsilon",
    "Jacobi's epsilon function: the integral of dn(t, m)^2 from 0 to u",
    _epsilon,
    {
        0: lambda u, m, _: jacobi_dn(u, m) ** 2,
        1: lambda u, m, v: jacobi_dn(u, m) * _amplitude_by_m(u, m) + (v - u) / (2 * m),
    },
    _epsilon_numpy,
    ulps=4,
    parity=-1,
)
jacobi_sn: Primitive = _jacobi(
    "sn",
    "Jacobi's elliptic function sn(u, m)",
    _sn,
    {
        0: lambda u, m, _: jacobi_cn(u, m) * jacobi_dn(u, m),
        1: lambda u, m, _: jacobi_cn(u, m) * _amplitude_by_m(u, m),
    },
    _of_scipy(0),
    ulps=4,
    parity=-1,
)
jacobi_cn: Primitive = _jacobi(
    "cn",
    "Jacobi's elliptic function cn(u, m)",
    _cn,
    {
        0: lambda u, m, _: -jacobi_sn(u, m) * jacobi_dn(u, m),
        1: lambda u, m, _: -jacobi_sn(u, m) * _amplitude_by_m(u, m),
    },
    _of_scipy(1),
    ulps=12,
    parity=1,
)
jacobi_dn: Primitive = _jacobi(
    "dn",
    "Jacobi's elliptic function dn(u, m)",
    _dn,
    {
        0: lambda u, m, _: -m * jacobi_sn(u, m) * jacobi_cn(u, m),
        1: lambda u, m, v: -jacobi_sn(u, m) * (jacobi_sn(u, m) / 2 + m * jacobi_cn(u, m) * _amplitude_by_m(u, m)) / v,
    },
    _of_scipy(2),
    ulps=24,
    parity=1,
)


@composite(torch=Without("torch has no Jacobi elliptic functions"), numpy=_of_scipy(3))
def jacobi_am(u: Any, m: Any) -> Any:
    """Jacobi's amplitude: the angle of cn and sn, and a turn for each 4 K(m) of u (DLMF 22.16.1)."""
    return atan2(jacobi_sn(u, m), jacobi_cn(u, m)) + 2 * pi * round(u / (4 * elliptic_k(m)))
