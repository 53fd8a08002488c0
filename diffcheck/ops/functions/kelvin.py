"""Kelvin's functions of order zero and their derivatives, DLMF 10.61: Bessel functions on a ray of complex numbers."""

from collections.abc import Callable
from typing import Any

from flint import acb, fmpq

from diffcheck.ops.complex_numbers.parts import complex
from diffcheck.ops.composites import composite
from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures import balls
from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.table import Primitive, Without


def _ray(turn: fmpq) -> Any:
    return acb.exp_pi_i(acb(turn))


def _first(x: Any, w: Any) -> Any:
    return (x * w).bessel_j(0)


def _first_slope(x: Any, w: Any) -> Any:
    return -w * (x * w).bessel_j(1)


def _second(x: Any, w: Any) -> Any:
    return (x * w).bessel_k(0)


def _second_slope(x: Any, w: Any) -> Any:
    return -w * (x * w).bessel_k(1)


def _real(function: Callable[..., Any], turn: fmpq) -> Callable[..., Any]:
    """What is the real part on the reals, as an analytic function: half the sum over a ray and its mirror image."""
    return on_reals(lambda x: (function(x, _ray(turn)) + function(x, _ray(-turn))) / 2)


def _imaginary(function: Callable[..., Any], turn: fmpq) -> Callable[..., Any]:
    return on_reals(lambda x: (function(x, _ray(turn)) - function(x, _ray(-turn))) / acb(0, 2))


def _from_zero(factor: Callable[[Any], Any], below: tuple[float, ...], far: Callable[..., Any]) -> Callable[..., Any]:
    """Near zero a multiple of ``0F3(; below; -x^4 / 256)``, whose digits are all there, DLMF 10.65.1."""

    def either(x: Any) -> Any:
        if not balls.magnitude(x) < 1:
            return far(x)
        square = x * x / 16
        return factor(x) * (-square * square).hypgeom([], list(map(acb, below)))

    return on_reals(either)


_OF_FIRST, _OF_SECOND = fmpq(3, 4), fmpq(1, 4)


def _kelvin(name: str, doc: str, enclosed: Callable[..., Any], **columns: Any) -> Primitive:
    return analytic_row(
        name,
        doc,
        enclosed,
        numpy=f"scipy.special.{name}",
        sympy=Without(f"SymPy has no counterpart of {name}"),
        sympy_rule=False,
        **columns,
    )


def _of_second(name: str, doc: str, enclosed: Callable[..., Any], **columns: Any) -> Primitive:
    return _kelvin(name, doc, enclosed, analytic=lambda x: x.real > 0, outside=lambda x: x <= 0, **columns)


berp = _kelvin(
    "berp",
    "the derivative of Kelvin's ber",
    _from_zero(lambda x: -x * x * x / 16, (1.5, 1.5, 2), _real(_first_slope, _OF_FIRST)),
    ulps=1,
    parity=-1,
)
beip = _kelvin(
    "beip",
    "the derivative of Kelvin's bei",
    _from_zero(lambda x: x / 2, (0.5, 1, 1.5), _imaginary(_first_slope, _OF_FIRST)),
    ulps=2,
    parity=-1,
)
# Of positive numbers the differential equation gives the second derivatives, DLMF 10.61.3.
kerp: Primitive = _of_second(
    "kerp",
    "the derivative of Kelvin's ker",
    _real(_second_slope, _OF_SECOND),
    slopes={0: lambda x, v: -kei(x) - v / x},
    ulps=3,
)
keip: Primitive = _of_second(
    "keip",
    "the derivative of Kelvin's kei",
    _imaginary(_second_slope, _OF_SECOND),
    slopes={0: lambda x, v: ker(x) - v / x},
    ulps=4,
)
ber = _kelvin(
    "ber",
    "Kelvin's function ber of order zero",
    _from_zero(lambda _: 1, (0.5, 0.5, 1), _real(_first, _OF_FIRST)),
    slopes={0: lambda x, _: berp(x)},
    ulps=1,
    parity=1,
)
bei = _kelvin(
    "bei",
    "Kelvin's function bei of order zero",
    _from_zero(lambda x: x * x / 4, (1, 1.5, 1.5), _imaginary(_first, _OF_FIRST)),
    slopes={0: lambda x, _: beip(x)},
    ulps=1,
    parity=1,
)
ker: Primitive = _of_second(
    "ker",
    "Kelvin's function ker of order zero, of positive numbers",
    _real(_second, _OF_SECOND),
    slopes={0: lambda x, _: kerp(x)},
    ulps=2,
)
kei: Primitive = _of_second(
    "kei",
    "Kelvin's function kei of order zero, of positive numbers",
    _imaginary(_second, _OF_SECOND),
    slopes={0: lambda x, _: keip(x)},
    ulps=3,
)


def _of_scipy(place: int) -> Callable[..., Any]:
    return lambda x: resolve("scipy.special.kelvin")(x)[place]


@composite(torch=Without("torch has no kelvin"), numpy=_of_scipy(0))
def kelvin_be(x: Any) -> Any:
    """Kelvin's ber + i bei."""
    return complex(ber(x), bei(x))


@composite(torch=Without("torch has no kelvin"), numpy=_of_scipy(1))
def kelvin_ke(x: Any) -> Any:
    """Kelvin's ker + i kei of a positive number."""
    return complex(ker(x), kei(x))


@composite(torch=Without("torch has no kelvin"), numpy=_of_scipy(2))
def kelvin_bep(x: Any) -> Any:
    """The derivative of Kelvin's ber + i bei."""
    return complex(berp(x), beip(x))


@composite(torch=Without("torch has no kelvin"), numpy=_of_scipy(3))
def kelvin_kep(x: Any) -> Any:
    """The derivative of Kelvin's ker + i kei of a positive number."""
    return complex(kerp(x), keip(x))
