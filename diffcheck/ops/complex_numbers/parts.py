"""Complex numbers and their parts under the names of torch and NumPy.

What these give of complex values stands in `diffcheck.ops.complex_numbers.pairs`; the definitions here are those for
real ones, whose second part is zero.
"""

from typing import Any

import numpy as np

from diffcheck.ops.composites import composite
from diffcheck.ops.exact import pi
from diffcheck.ops.functions.elementary import cos, sin
from diffcheck.ops.functions.relations import where


@composite(torch="torch.complex", numpy=lambda re, im: re + 1j * im)
def complex(re: Any, im: Any) -> Any:
    """The complex number with these parts."""
    return re + im * 1j


@composite(torch="torch.real", numpy="numpy.real")
def real(z: Any) -> Any:
    """The first part of complex numbers; real ones as they are."""
    return z


@composite(torch=lambda torch, z: torch.imag(z) if z.is_complex() else torch.zeros_like(z), numpy="numpy.imag")
def imag(z: Any) -> Any:
    """The second part of complex numbers; zero of real ones."""
    return 0 * z


@composite(torch="torch.conj", numpy="numpy.conj")
def conj(z: Any) -> Any:
    """The conjugates of complex numbers; real ones as they are."""
    return z


@composite(torch="torch.angle", numpy="numpy.angle")
def angle(z: Any) -> Any:
    """The angle of complex numbers, from -pi to pi: zero and pi of real ones."""
    return where(z < 0, pi, 0)


@composite(torch="torch.polar", numpy=lambda size, angle: size * np.exp(1j * angle))
def polar(abs: Any, angle: Any) -> Any:
    """The complex number of this size and angle."""
    return complex(abs * cos(angle), abs * sin(angle))
