"""Jacobi's elliptic functions of an argument u and a parameter m = k^2 from 0 to 1, by Landen's transformations."""

from typing import Any

from flint import acb, arb, ctx

from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.table import Column, Function, Primitive, Without

Values = tuple[Any, Any, Any, Any, Any]
_UNKNOWN = acb(arb.nan(), arb.nan())
# Each transformation squares the parameter: so many come to 2^-16000 from one that is 2^-1000 below 1.
_MOST = 32
_NEAR = arb((1, -4))


def _moduli(m: Any) -> tuple[list[Any], Any]:
    """The moduli of the descending Landen transformations, DLMF 22.7.1, and the parameter left, a tiny one."""
    found: list[Any] = []
    while not abs(m) < arb((1, -2 * ctx.prec)) and len(found) < _MOST:
        root = 1 + (1 - m).sqrt()
        found.append(m / (root * root))
        m = found[-1] * found[-1]
    return found, m


def _circular(u: Any, m: Any) -> Values:
    """Of a tiny m: the amplitude is u but for ``|u m|`` times what ``|sin|^2`` is beside, for its slope is dn.

    Where it is off by less than 1, the sine is that of a number whose imaginary part is larger by 1 at most.
    """
    most = (abs(u.imag) + 1).cosh() ** 2
    off = (abs(u) * abs(m) * most).upper()
    if not (off < 1 and 2 * abs(m) * most < 1):
        return (_UNKNOWN,) * 5
    error = acb(arb(0, off), arb(0, off))
    s, c = (u + error).sin_cos()
    return s, c, (1 - m * s * s).sqrt(), u + error, error


def _descending(u: Any, m: Any) -> Values:
    """The functions sn, cn, dn, the amplitude, and u less Jacobi's epsilon.

    By Landen's transformations, DLMF 22.7.2 to 22.7.4, and what follows from these for the other two.
    """
    moduli, least = _moduli(m)
    arguments = [u]
    for k in moduli:
        arguments.append(arguments[-1] / (1 + k))
    s, c, d, amplitude, missing = _circular(arguments.pop(), least)
    for k in reversed(moduli):
        square, u = s * s, arguments.pop()
        below = 1 + k * square
        missing = 2 / (1 + k) * (missing + k * (u / (1 + k) - s * c * d / below))
        amplitude += (s * c * (1 + k - d) / (c * c * d + (1 + k) * square)).atan()
        s, c, d = (1 + k) * s / below, c * d / below, (1 - k * square) / below
    return s, c, d, amplitude, missing


def _is_beside_one(u: Any, m: Any) -> bool:
    """Whether m is near one, and u less than the quarter period, which is more than ``ln(4 / sqrt(1 - m))``."""
    rest = abs(1 - m).upper()
    return bool(rest < _NEAR and (2 * abs(u)).exp() * rest < 16)


def _values(u: Any, m: Any) -> Values:
    """The functions sn, cn and dn, the amplitude, and Jacobi's epsilon.

    Of a parameter near one by Jacobi's imaginary transformation, DLMF 22.6(iv) and 22.16.20.
    """
    if not _is_beside_one(u, m):
        s, c, d, amplitude, missing = _descending(u, m)
        return s, c, d, amplitude, u - missing
    i = acb(0, 1)
    s, c, d, _, missing = _descending(-i * u, 1 - m)
    sn, cn = i * s / c, 1 / c
    return sn, cn, d / c, 2 * (sn / (1 + cn)).atan(), i * (missing + s * d / c)


def _is_analytic(u: Any, m: Any) -> bool:
    """Whether the roots of all parameters, above all the first one, are those of numbers right of zero."""
    return bool(m.real > 0 if _is_beside_one(u, m) else m.real < 1)


def _amplitude_by_m(u: Any, m: Any) -> Any:
    """The slope of the amplitude by m: F of it is u, whose slopes are known, DLMF 19.4.6."""
    sn, cn, dn = jacobi_sn(u, m), jacobi_cn(u, m), jacobi_dn(u, m)
    return (dn * ((1 - m) * u - jacobi_epsilon(u, m)) + m * sn * cn) / (2 * m * (1 - m))


def _jacobi(
    name: str, doc: str, place: int, slopes: dict[int, Function], numpy: Column, ulps: int, parity: int
) -> Primitive:
    return analytic_row(
        f"jacobi_{name}",
        f"{doc}, of a parameter m from 0 to 1",
        on_reals(lambda u, m: _values(u, m)[place]),
        slopes,
        arity=2,
        analytic=_is_analytic,
        outside=lambda u, m: m < 0 or m > 1,
        at_edge=lambda u, m: m.contains(0) or m.contains(1),
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
    4,
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
    0,
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
    1,
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
    2,
    {
        0: lambda u, m, _: -m * jacobi_sn(u, m) * jacobi_cn(u, m),
        1: lambda u, m, v: -jacobi_sn(u, m) * (jacobi_sn(u, m) / 2 + m * jacobi_cn(u, m) * _amplitude_by_m(u, m)) / v,
    },
    _of_scipy(2),
    ulps=24,
    parity=1,
)
jacobi_am: Primitive = _jacobi(
    "am",
    "Jacobi's amplitude: the angle of cn and sn, and a turn for each 4 K(m) of u",
    3,
    {0: lambda u, m, _: jacobi_dn(u, m), 1: lambda u, m, _: _amplitude_by_m(u, m)},
    _of_scipy(3),
    ulps=12,
    parity=-1,
)
