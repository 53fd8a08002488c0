"""Bessel functions, the spherical ones, and Airy's."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb

from diffcheck.errors import Unsupported
from diffcheck.ops.composites import composite
from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures import balls
from diffcheck.ops.enclosures import of_special as special_enclosures
from diffcheck.ops.functions.basic import power
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.elementary import exp
from diffcheck.ops.functions.pieces import abs, maximum
from diffcheck.ops.functions.special import bessel_i, from_zero
from diffcheck.ops.orders import ANY, FROM_ZERO
from diffcheck.ops.table import Column, Function, Primitive, Without


def _positive(_: Any, x: Any) -> bool:
    return bool(x.real > 0)


def _of_orders(what: str, *names: str) -> Callable[..., Any]:
    """Torch's functions of the first orders."""

    def function(torch: Any, n: Any, x: Any) -> Any:
        if n not in range(len(names)):
            raise Unsupported(f"torch has no {what} of order {float(n):g}")
        return getattr(torch.special, names[int(n)])(x)

    return function


bessel_j: Primitive = analytic_row(
    "bessel_j",
    "the Bessel function of the first kind, its order n a constant; of a broken order for x > 0",
    lambda n, x: balls.ZERO if balls.is_power_of_zero(n, x) else x.bessel_j(n),
    {1: lambda n, x, _: (bessel_j(n - 1, x) - bessel_j(n + 1, x)) / 2},
    arity=2,
    orders=(ANY,),
    series=special_enclosures.series_of_bessel_j,
    outside=balls.has_no_power,
    at_edge=lambda n, x: x.contains(0) and n.unique_fmpz() is None,
    elsewhere=lambda n, x: from_zero(n, x, -1),
    numpy="scipy.special.jv",
    torch=_of_orders("Bessel function J", "bessel_j0", "bessel_j1"),
    sympy="sympy.besselj",
    ulps=8,
)
bessel_y: Primitive = analytic_row(
    "bessel_y",
    "the Bessel function of the second kind of positive numbers, its order n a constant",
    lambda n, x: x.bessel_y(n),
    {1: lambda n, x, _: (bessel_y(n - 1, x) - bessel_y(n + 1, x)) / 2},
    arity=2,
    orders=(ANY,),
    analytic=_positive,
    outside=lambda n, x: x <= 0,
    numpy="scipy.special.yv",
    torch=_of_orders("Bessel function Y", "bessel_y0", "bessel_y1"),
    sympy="sympy.bessely",
    ulps=8,
)
bessel_k: Primitive = analytic_row(
    "bessel_k",
    "the modified Bessel function of the second kind of positive numbers, its order n a constant",
    lambda n, x: x.bessel_k(n),
    {1: lambda n, x, _: -(bessel_k(n - 1, x) + bessel_k(n + 1, x)) / 2},
    arity=2,
    orders=(ANY,),
    analytic=_positive,
    outside=lambda n, x: x <= 0,
    numpy="scipy.special.kv",
    torch=_of_orders("Bessel function K", "modified_bessel_k0", "modified_bessel_k1"),
    sympy="sympy.besselk",
    ulps=8,
)
bessel_ke: Primitive = analytic_row(
    "bessel_ke",
    "exp(x) times the modified Bessel function of the second kind, its order n a constant",
    lambda n, x: x.bessel_k(n, scaled=True),
    {1: lambda n, x, v: v - (bessel_ke(n - 1, x) + bessel_ke(n + 1, x)) / 2},
    arity=2,
    orders=(ANY,),
    analytic=_positive,
    outside=lambda n, x: x <= 0,
    numpy="scipy.special.kve",
    torch=_of_orders("scaled Bessel function K", "scaled_modified_bessel_k0", "scaled_modified_bessel_k1"),
    sympy=lambda sympy, n, x: sympy.exp(x) * sympy.besselk(n, x),
    ulps=8,
)


@composite(torch=_of_orders("scaled Bessel function I", "i0e", "i1e"), numpy="scipy.special.ive")
def bessel_ie(n: Any, x: Any) -> Any:
    """exp(-|x|) times the modified Bessel function of the first kind, its order n a constant."""
    return exp(-abs(x)) * bessel_i(n, x)


def _odds(n: int) -> int:
    """``(2 n + 1)!!``, the product of the odd numbers up to there; ``(-3)!!`` is -1."""
    return math.prod(range(3, 2 * n + 2, 2)) if n > -2 else -1


def _spherical_first(sign: int) -> Function:
    """``x^n / (2n + 1)!! 0F1(; n + 3/2; +- x^2 / 4)``, which has no quotient at zero."""

    def enclosed(n: Any, x: Any) -> Any:
        order = int(n.real.unique_fmpz())
        return x**order / _odds(order) * (sign * x * x / 4).hypgeom_0f1(n + 3 / 2)

    return enclosed


def _spherical_y(n: Any, x: Any) -> Any:
    """``-(2n - 1)!! / x^(n + 1) 0F1(; 1/2 - n; -x^2 / 4)``."""
    order = int(n.real.unique_fmpz())
    return -_odds(order - 1) / x ** (order + 1) * (-x * x / 4).hypgeom_0f1(1 / 2 - n)


def _spherical_k(n: Any, x: Any) -> Any:
    """``pi / 2 exp(-x) / x`` times a polynomial of ``1 / (2 x)``, DLMF 10.49.12."""
    order = int(n.real.unique_fmpz())
    terms = (_falling(order, k) / (2 * x) ** k for k in range(order + 1))
    return arb.pi() / 2 * (-x).exp() / x * sum(terms, balls.ZERO)


def _falling(n: int, k: int) -> Any:
    return arb.fac_ui(n + k) / (arb.fac_ui(k) * arb.fac_ui(n - k))


def _spherical_row(
    letter: str, kind: str, enclosed: Function, signs: tuple[int, int], sympy: Column, **columns: Any
) -> Primitive:
    """A row whose slope is ``(n f_(n - 1) +- (n + 1) f_(n + 1)) / (2 n + 1)`` (DLMF 10.51.2 and 10.51.5), both signed.

    Of order zero the first part is zero, whatever stands there.
    """

    def slope(n: Any, x: Any, _: Any) -> Any:
        below, above = n * row(maximum(n - 1, 0), x), (n + 1) * row(n + 1, x)
        return (signs[0] * below + signs[1] * above) / (2 * n + 1)

    row: Primitive = analytic_row(
        f"spherical_bessel_{letter}",
        f"the {kind}, its order n a whole number not below zero",
        enclosed,
        {1: slope},
        arity=2,
        orders=(FROM_ZERO,),
        numpy=lambda n, x: resolve(f"scipy.special.spherical_{letter}n")(np.rint(n).astype(int), x),
        sympy=sympy,
        **columns,
    )
    return row


spherical_bessel_j = _spherical_row(
    "j",
    "spherical Bessel function of the first kind",
    _spherical_first(-1),
    (1, -1),
    "sympy.jn",
    torch=_of_orders("spherical Bessel function", "spherical_bessel_j0"),
    ulps=8,
)
spherical_bessel_y = _spherical_row(
    "y",
    "spherical Bessel function of the second kind",
    _spherical_y,
    (1, -1),
    "sympy.yn",
    outside=lambda n, x: x.is_zero(),
    ulps=2,
)
spherical_bessel_i = _spherical_row(
    "i",
    "modified spherical Bessel function of the first kind",
    _spherical_first(1),
    (1, 1),
    lambda sympy, n, x: sympy.sqrt(sympy.pi / (2 * x)) * sympy.besseli(n + sympy.Rational(1, 2), x),
    ulps=8,
)
spherical_bessel_k = _spherical_row(
    "k",
    "modified spherical Bessel function of the second kind, of positive numbers",
    _spherical_k,
    (-1, -1),
    lambda sympy, n, x: sympy.sqrt(sympy.pi / (2 * x)) * sympy.besselk(n + sympy.Rational(1, 2), x),
    outside=lambda n, x: x <= 0,
    ulps=2,
)


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


def _of_airye(place: int) -> Callable[..., Any]:
    return lambda x: resolve("scipy.special.airye")(x)[place]


@composite(torch=Without("torch has no airye"), numpy=_of_airye(0))
def airy_aie(x: Any) -> Any:
    """Ai times exp(2/3 x^1.5), of an x not below 0."""
    return exp(2 * power(x, 1.5) / 3) * airy_ai(x)


@composite(torch=Without("torch has no airye"), numpy=_of_airye(1))
def airy_aie_prime(x: Any) -> Any:
    """The derivative of Ai times exp(2/3 x^1.5), of an x not below 0."""
    return exp(2 * power(x, 1.5) / 3) * airy_ai_prime(x)


@composite(torch=Without("torch has no airye"), numpy=_of_airye(2))
def airy_bie(x: Any) -> Any:
    """Bi over exp(2/3 x^1.5), left of 0 as it is."""
    return exp(-2 * power(maximum(x, 0), 1.5) / 3) * airy_bi(x)


@composite(torch=Without("torch has no airye"), numpy=_of_airye(3))
def airy_bie_prime(x: Any) -> Any:
    """The derivative of Bi over exp(2/3 x^1.5), left of 0 as it is."""
    return exp(-2 * power(maximum(x, 0), 1.5) / 3) * airy_bi_prime(x)
