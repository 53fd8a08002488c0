"""Spherical harmonics of a constant degree and order, by SciPy's names."""

import math
from typing import Any

from diffcheck.ops.complex_numbers.parts import complex
from diffcheck.ops.composites import composite
from diffcheck.ops.dotted import resolve
from diffcheck.ops.exact import pi, rational
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.elementary import cos, sin
from diffcheck.ops.functions.pieces import abs
from diffcheck.ops.functions.polynomials import gegenbauer_c
from diffcheck.ops.table import Without


@composite(
    torch=Without("torch has no sph_legendre_p"),
    numpy=lambda n, m, theta: resolve("scipy.special.sph_legendre_p")(n, m, theta)[0],
)
def sph_legendre_p(n: int, m: int, theta: Any) -> Any:
    """Legendre's function of cos(theta), normalized on the sphere, of degree n and order m (DLMF 14.30.1, 14.3.21)."""
    size = max(m, -m)
    if size > n:
        return 0 * theta
    square = rational((2 * n + 1) * math.factorial(n - size), 4 * math.factorial(n + size)) / pi
    sign = (-1) ** max(m, 0) * math.prod(range(1, 2 * size, 2))
    return sign * sqrt(square) * abs(sin(theta)) ** size * gegenbauer_c(n - size, rational(2 * size + 1, 2), cos(theta))


@composite(torch=Without("torch has no sph_harm_y"), numpy="scipy.special.sph_harm_y")
def sph_harm_y(n: int, m: int, theta: Any, phi: Any) -> Any:
    """The spherical harmonic of degree n and order m at a polar angle theta and an azimuth phi, a complex number."""
    return sph_legendre_p(n, m, theta) * complex(cos(m * phi), sin(m * phi))
