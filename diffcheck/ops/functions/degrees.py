"""Circular functions of degrees, and Dirichlet's periodic sinc."""

from typing import Any

from diffcheck.ops.composites import composite
from diffcheck.ops.exact import pi
from diffcheck.ops.functions.elementary import cos, sin, tan
from diffcheck.ops.functions.polynomials import chebyshev_u
from diffcheck.ops.table import Without


@composite(torch=Without("torch has no sindg"), numpy="scipy.special.sindg")
def sindg(x: Any) -> Any:
    """The sine of x degrees."""
    return sin(pi * x / 180)


@composite(torch=Without("torch has no cosdg"), numpy="scipy.special.cosdg")
def cosdg(x: Any) -> Any:
    """The cosine of x degrees."""
    return cos(pi * x / 180)


@composite(torch=Without("torch has no tandg"), numpy="scipy.special.tandg")
def tandg(x: Any) -> Any:
    """The tangent of x degrees."""
    return tan(pi * x / 180)


@composite(torch=Without("torch has no cotdg"), numpy="scipy.special.cotdg")
def cotdg(x: Any) -> Any:
    """The cotangent of x degrees."""
    return 1 / tandg(x)


@composite(torch=Without("torch has no radian"), numpy="scipy.special.radian")
def radian(d: Any, m: Any, s: Any) -> Any:
    """The angle of d degrees, m minutes and s seconds."""
    return (d + m / 60 + s / 3600) * pi / 180


@composite(torch=Without("torch has no diric"), numpy="scipy.special.diric")
def diric(x: Any, n: int) -> Any:
    """Dirichlet's function sin(n x / 2) / (n sin(x / 2)), n a whole number: a polynomial of cos(x / 2), no quotient."""
    return chebyshev_u(n - 1, cos(x / 2)) / n
