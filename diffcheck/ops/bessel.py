"""Bessel functions of whole orders, the spherical ones, and Airy's."""

from collections.abc import Callable
from typing import Any

import numpy as np

from diffcheck.errors import Unsupported
from diffcheck.ops import special_enclosures
from diffcheck.ops.differentiated import analytic_row
from diffcheck.ops.dotted import resolve
from diffcheck.ops.elementary import exp
from diffcheck.ops.pieces import abs, maximum
from diffcheck.ops.special import bessel_i
from diffcheck.ops.table import Primitive, composite


def _positive(_: Any, x: Any) -> bool:
    return bool(x.real > 0)


def _of_orders(what: str, *names: str) -> Callable[..., Any]:
    """Torch's functions of the first orders."""

    def function(torch: Any, n: Any, x: Any) -> Any:
        if not 0 <= int(n) < len(names):
            raise Unsupported(f"torch has no {what} of order {int(n)}")
        return getattr(torch.special, names[int(n)])(x)

    return function


bessel_j: Primitive = analytic_row(
    "bessel_j",
    "the Bessel function of the first kind, its order n a whole number",
    lambda n, x: x.bessel_j(n),
    {1: lambda n, x, _: (bessel_j(n - 1, x) - bessel_j(n + 1, x)) / 2},
    arity=2,
    fixed=1,
    series=special_enclosures.series_of_bessel_j,
    numpy="scipy.special.jv",
    torch=_of_orders("Bessel function J", "bessel_j0", "bessel_j1"),
    sympy="sympy.besselj",
    ulps=8,
)
bessel_y: Primitive = analytic_row(
    "bessel_y",
    "the Bessel function of the second kind of positive numbers, its order n a whole number",
    lambda n, x: x.bessel_y(n),
    {1: lambda n, x, _: (bessel_y(n - 1, x) - bessel_y(n + 1, x)) / 2},
    arity=2,
    fixed=1,
    analytic=_positive,
    outside=lambda n, x: x <= 0,
    numpy="scipy.special.yv",
    torch=_of_orders("Bessel function Y", "bessel_y0", "bessel_y1"),
    sympy="sympy.bessely",
    ulps=8,
)
bessel_k: Primitive = analytic_row(
    "bessel_k",
    "the modified Bessel function of the second kind of positive numbers, its order n a whole number",
    lambda n, x: x.bessel_k(n),
    {1: lambda n, x, _: -(bessel_k(n - 1, x) + bessel_k(n + 1, x)) / 2},
    arity=2,
    fixed=1,
    analytic=_positive,
    outside=lambda n, x: x <= 0,
    numpy="scipy.special.kv",
    torch=_of_orders("Bessel function K", "modified_bessel_k0", "modified_bessel_k1"),
    sympy="sympy.besselk",
    ulps=8,
)
bessel_ke: Primitive = analytic_row(
    "bessel_ke",
    "exp(x) times the modified Bessel function of the second kind, its order n a whole number",
    lambda n, x: x.bessel_k(n, scaled=True),
    {1: lambda n, x, v: v - (bessel_ke(n - 1, x) + bessel_ke(n + 1, x)) / 2},
    arity=2,
    fixed=1,
    analytic=_positive,
    outside=lambda n, x: x <= 0,
    numpy="scipy.special.kve",
    torch=_of_orders("scaled Bessel function K", "scaled_modified_bessel_k0", "scaled_modified_bessel_k1"),
    sympy=lambda sympy, n, x: sympy.exp(x) * sympy.besselk(n, x),
    ulps=8,
)


@composite(torch=_of_orders("scaled Bessel function I", "i0e", "i1e"), numpy="scipy.special.ive")
def bessel_ie(n: Any, x: Any) -> Any:
    """exp(-|x|) times the modified Bessel function of the first kind, its order n a whole number."""
    return exp(-abs(x)) * bessel_i(n, x)


def _spherical(n: Any, x: Any) -> Any:
    """``x^n / (2n + 1)!! 0F1(; n + 3/2; -x^2 / 4)``, which has no quotient at zero."""
    order = int(n.real.unique_fmpz())
    odd = 1
    for k in range(3, 2 * order + 2, 2):
        odd *= k
    return x**order / odd * (-x * x / 4).hypgeom_0f1(n + 3 / 2)


spherical_bessel_j: Primitive = analytic_row(
    "spherical_bessel_j",
    "the spherical Bessel function of the first kind, its order n a whole number not below zero",
    _spherical,
    {1: lambda n, x, _: _spherical_slope(n, x)},
    arity=2,
    fixed=1,
    numpy=lambda n, x: resolve("scipy.special.spherical_jn")(np.asarray(n, int), x),
    torch=_of_orders("spherical Bessel function", "spherical_bessel_j0"),
    sympy="sympy.jn",
    ulps=8,
)


def _spherical_slope(n: Any, x: Any) -> Any:
    """DLMF 10.51.1, both parts; of order zero the first one is zero, whatever stands there."""
    above = (n + 1) * spherical_bessel_j(n + 1, x)
    return (n * spherical_bessel_j(maximum(n - 1, 0), x) - above) / (2 * n + 1)


def _airy(name: str, doc: str, place: int, slope: Any, **columns: Any) -> Primitive:
    """A row of one of the four functions that SciPy gives together: Ai, Ai', Bi, Bi'."""
    method, times = ("airy_ai", "airy_bi")[place // 2], place % 2
    return analytic_row(
        name,
        doc,
        lambda x: getattr(x, method)(derivative=times),
        {0: slope},
        series=lambda x: getattr(x, method + "_prime" * times)(),
        numpy=lambda x: resolve("scipy.special.airy")(x)[place],
        **columns,
    )


airy_ai: Primitive = _airy(
    "airy_ai",
    "Airy's function Ai",
    0,
    lambda x, _: airy_ai_prime(x),
    sympy="sympy.airyai",
    ulps=20,
    torch="torch.special.airy_ai",
    aten="special_airy_ai",
)
airy_ai_prime: Primitive = _airy(
    "airy_ai_prime", "the derivative of Airy's Ai", 1, lambda x, _: x * airy_ai(x), sympy="sympy.airyaiprime", ulps=20
)
airy_bi: Primitive = _airy(
    "airy_bi", "Airy's function Bi", 2, lambda x, _: airy_bi_prime(x), sympy="sympy.airybi", ulps=36
)
airy_bi_prime: Primitive = _airy(
    "airy_bi_prime", "the derivative of Airy's Bi", 3, lambda x, _: x * airy_bi(x), sympy="sympy.airybiprime", ulps=8
)
