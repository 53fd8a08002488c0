"""Hankel's functions of real numbers, whose values are complex, and derivatives of Bessel functions of any order."""

import math
from collections.abc import Callable
from typing import Any

from diffcheck.ops.complex_numbers.parts import complex
from diffcheck.ops.composites import Composite, composite
from diffcheck.ops.functions.bessel import bessel_j, bessel_k, bessel_y
from diffcheck.ops.functions.elementary import cos, sin
from diffcheck.ops.functions.special import bessel_i
from diffcheck.ops.table import Without


@composite(torch=Without("torch has no Hankel functions"), numpy="scipy.special.hankel1")
def hankel1(n: Any, x: Any) -> Any:
    """Hankel's function of the first kind of a positive number, J + i Y, its order n a constant."""
    return complex(bessel_j(n, x), bessel_y(n, x))


@composite(torch=Without("torch has no Hankel functions"), numpy="scipy.special.hankel2")
def hankel2(n: Any, x: Any) -> Any:
    """Hankel's function of the second kind of a positive number, J - i Y, its order n a constant."""
    return complex(bessel_j(n, x), -bessel_y(n, x))


@composite(torch=Without("torch has no Hankel functions"), numpy="scipy.special.hankel1e")
def hankel1e(n: Any, x: Any) -> Any:
    """exp(-i x) times Hankel's function of the first kind."""
    j, y = bessel_j(n, x), bessel_y(n, x)
    return complex(cos(x) * j + sin(x) * y, cos(x) * y - sin(x) * j)


@composite(torch=Without("torch has no Hankel functions"), numpy="scipy.special.hankel2e")
def hankel2e(n: Any, x: Any) -> Any:
    """exp(i x) times Hankel's function of the second kind."""
    j, y = bessel_j(n, x), bessel_y(n, x)
    return complex(cos(x) * j + sin(x) * y, sin(x) * j - cos(x) * y)


@composite(torch=Without("torch has no jve"), numpy="scipy.special.jve")
def jve(n: Any, x: Any) -> Any:
    """The Bessel function of the first kind, scaled by what is 1 for real numbers."""
    return bessel_j(n, x)


@composite(torch=Without("torch has no yve"), numpy="scipy.special.yve")
def yve(n: Any, x: Any) -> Any:
    """The Bessel function of the second kind, scaled by what is 1 for real numbers."""
    return bessel_y(n, x)


def _derivative(name: str, function: Callable[..., Any], kind: str, signs: tuple[int, int]) -> Composite:
    """The n-th derivative by the functions of the orders from v - n to v + n, DLMF 10.6.7 and 10.29.5."""

    def differentiated(v: Any, x: Any, n: int = 1) -> Any:
        found = 0
        for k in range(n + 1):
            found = found + signs[0] ** (n - k) * signs[1] ** k * math.comb(n, k) * function(v - n + 2 * k, x)
        return found / 2**n

    differentiated.__name__ = name
    differentiated.__doc__ = f"The n-th derivative of the {kind}, arguments in the order v, x, n."
    return composite(torch=Without(f"torch has no {name}"), numpy=f"scipy.special.{name}")(differentiated)


jvp = _derivative("jvp", bessel_j, "Bessel function of the first kind", (1, -1))
yvp = _derivative("yvp", bessel_y, "Bessel function of the second kind", (1, -1))
ivp = _derivative("ivp", bessel_i, "modified Bessel function of the first kind", (1, 1))
kvp = _derivative("kvp", bessel_k, "modified Bessel function of the second kind", (-1, -1))
h1vp = _derivative("h1vp", hankel1, "Hankel function of the first kind", (1, -1))
h2vp = _derivative("h2vp", hankel2, "Hankel function of the second kind", (1, -1))
