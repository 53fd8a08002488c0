"""The Faddeeva function of complex numbers, and Fresnel's integrals in its terms."""

from typing import Any

from flint import acb

from diffcheck.ops.complex_numbers.parts import complex, conj
from diffcheck.ops.composites import composite
from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.exact import pi
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.distributions import scaled_erfc
from diffcheck.ops.functions.elementary import cos, exp, sin
from diffcheck.ops.functions.integrals import dawsn
from diffcheck.ops.table import Primitive, Without

_I = acb(0, 1)


def _at(x: Any, y: Any) -> Any:
    """``exp(-z^2) erfc(-i z)`` for z = x + i y; below the real axis by that of -z, DLMF 7.4.3."""
    t = y - _I * x
    return 2 * (t * t).exp() - scaled_erfc(-t) if t.real < 0 else scaled_erfc(t)


def _real_part(x: Any, y: Any) -> Any:
    """Half the sum for x and -x, DLMF 7.4.2, which is analytic in both."""
    return (-x * x).exp() if y.is_zero() else (_at(x, y) + _at(-x, y)) / 2


def _imaginary_part(x: Any, y: Any) -> Any:
    return acb(0) if x.is_zero() else (_at(x, y) - _at(-x, y)) / (2 * _I)


faddeeva_re_of: Primitive = analytic_row(
    "faddeeva_re_of",
    "the real part of the Faddeeva function of x + i y",
    on_reals(_real_part),
    {
        0: lambda x, y, u: -2 * (x * u - y * faddeeva_im_of(x, y)),
        1: lambda x, y, u: 2 * (x * faddeeva_im_of(x, y) + y * u) - 2 / sqrt(pi),
    },
    arity=2,
    symmetry=lambda *_: 1,
    numpy=lambda x, y: resolve("scipy.special.wofz")(x + 1j * y).real,
    sympy=Without("SymPy has no counterpart of faddeeva_re_of"),
    sympy_rule=False,
    ulps=72,
)
faddeeva_im_of: Primitive = analytic_row(
    "faddeeva_im_of",
    "the imaginary part of the Faddeeva function of x + i y",
    on_reals(_imaginary_part),
    {
        0: lambda x, y, v: 2 / sqrt(pi) - 2 * (x * v + y * faddeeva_re_of(x, y)),
        1: lambda x, y, v: -2 * (x * faddeeva_re_of(x, y) - y * v),
    },
    arity=2,
    symmetry=lambda *_: -1,
    numpy=lambda x, y: resolve("scipy.special.wofz")(x + 1j * y).imag,
    sympy=Without("SymPy has no counterpart of faddeeva_im_of"),
    sympy_rule=False,
    ulps=72,
)


@composite(torch=Without("torch has no wofz"), numpy="scipy.special.wofz")
def wofz(z: Any) -> Any:
    """The Faddeeva function exp(-z^2) erfc(-i z); of real numbers exp(-z^2) and Dawson's integral (DLMF 7.5.1)."""
    return complex(exp(-z * z), 2 / sqrt(pi) * dawsn(z))


def _turned(x: Any) -> Any:
    """Half the Faddeeva function on the diagonal: of a half-plane in which it does not grow if x is positive."""
    part = x / sqrt(2)
    return wofz(complex(part, part)) / 2


@composite(torch=Without("torch has no modfresnelp"), numpy=lambda x: resolve("scipy.special.modfresnelp")(x)[1])
def modfresnelp_k(x: Any) -> Any:
    """Fresnel's modified integral K+, exp(-i (x^2 + pi/4)) / sqrt(pi) times F+."""
    return _turned(x)


@composite(torch=Without("torch has no modfresnelp"), numpy=lambda x: resolve("scipy.special.modfresnelp")(x)[0])
def modfresnelp_f(x: Any) -> Any:
    """Fresnel's modified integral F+, that of exp(i t^2) from x to infinity."""
    angle = x * x + pi / 4
    return sqrt(pi) * complex(cos(angle), sin(angle)) * _turned(x)


@composite(torch=Without("torch has no modfresnelm"), numpy=lambda x: resolve("scipy.special.modfresnelm")(x)[1])
def modfresnelm_k(x: Any) -> Any:
    """Fresnel's modified integral K-, the conjugate of K+."""
    return conj(modfresnelp_k(x))


@composite(torch=Without("torch has no modfresnelm"), numpy=lambda x: resolve("scipy.special.modfresnelm")(x)[0])
def modfresnelm_f(x: Any) -> Any:
    """Fresnel's modified integral F-, that of exp(-i t^2) from x to infinity."""
    return conj(modfresnelp_f(x))
