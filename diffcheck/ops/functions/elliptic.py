"""Incomplete elliptic integrals, Carlson's symmetric ones, and the arithmetic-geometric mean.

All are certified by Carlson's integrals of numbers right of the imaginary axis, where no root meets its cut.
"""

import functools
import operator
from collections.abc import Iterator, Sequence
from typing import Any

from flint import acb, arb, arb_series

from diffcheck.ops.composites import composite
from diffcheck.ops.enclosures import balls
from diffcheck.ops.enclosures.analytic import on_reals
from diffcheck.ops.enclosures.balls import HALF
from diffcheck.ops.exact import pi
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.elementary import cos, sin
from diffcheck.ops.functions.hypergeometric import elliptic_e
from diffcheck.ops.table import Function, Primitive, Without


def _turned(phi: Any, n: Any) -> tuple[int, Any, Any]:
    """How many right angles lie nearest, the angle from there, and the complement ``n`` of the parameter for it.

    From an odd number on the integral is one of the reciprocal complement, DLMF 19.7.4. About the parameter 1, of which
    there is none, all angles below a right one are taken as they are.
    """
    turns = phi.real * 2 / arb.pi()
    if n.contains(0) and abs(turns) < 1:
        return 0, phi, n
    k = int(balls.nearest_integer(turns).unique_fmpz()) if turns.is_finite() else 0
    return k, phi - k * arb.pi() / 2, 1 / n if k % 2 else n


def _parts(phi: Any, n: Any) -> tuple[Any, Any, Any]:
    """The sine, the square of the cosine, and ``1 - m sin(phi)^2`` as a sum of squares."""
    s, c = phi.sin(), phi.cos()
    return s, c * c, c * c + n * s * s


def _first(phi: Any, m: Any) -> Any:
    """F by ``sin(phi) R_F``, DLMF 19.25.5."""
    k, beside, n = _turned(phi, 1 - m)
    s, square, inside = _parts(beside, n)
    near = s * acb.elliptic_rf(square, inside, 1)
    near = near * n.sqrt() if k % 2 else near
    return near if k == 0 else k * m.elliptic_k() + near


def _second(phi: Any, m: Any) -> Any:
    """E by ``sin(phi) R_F - m / 3 sin(phi)^3 R_D``, DLMF 19.25.9; of the parameter 1 the integral of the cosine."""
    if m == 1:
        half = balls.nearest_integer(phi.real / arb.pi())
        return 2 * half + (phi - half * arb.pi()).sin()
    k, beside, n = _turned(phi, 1 - m)
    s, square, inside = _parts(beside, n)
    cubed = s * s * s * acb.elliptic_rd(square, inside, 1) / 3
    near = s * acb.elliptic_rf(square, inside, 1) - (1 - n) * cubed
    near = near / n.sqrt() if k % 2 else near
    return near if k == 0 else k * m.elliptic_e() + near


def _has_roots(phi: Any, m: Any) -> bool:
    """Whether all roots in the integral are those right of the imaginary axis."""
    k, beside, n = _turned(phi, 1 - m)
    _, square, inside = _parts(beside, n)
    return _positive(square, inside) and (_positive(1 - m) or k == 0)


def _positive(*x: Any) -> bool:
    return all(v.real > 0 for v in x)


def _inside(phi: Any, m: Any) -> Any:
    """``1 - m sin(phi)^2``, as a sum of squares."""
    return cos(phi) ** 2 + (1 - m) * sin(phi) ** 2


def _is_right_angle(phi: Any) -> bool:
    """Whether an angle is a right one or a larger one, for certain."""
    return bool(2 * abs(phi) >= arb.pi())


def _second_beyond(phi: Any, m: Any) -> Any:
    """E of an angle above a right one by that of the angle from the nearest straight one, DLMF 19.2.10."""
    turns = int(balls.nearest_integer(phi[0] / arb.pi()).unique_fmpz())
    if turns == 0:
        raise ArithmeticError("the nearest straight angle is zero")
    return 2 * turns * elliptic_e(m) + elliptic_e_inc(phi - turns * pi, m)


elliptic_f = analytic_row(
    "elliptic_f",
    "the incomplete elliptic integral F(phi, m) of the parameter m = k^2 up to 1",
    on_reals(_first),
    {0: lambda phi, m, _: 1 / sqrt(_inside(phi, m))},
    arity=2,
    analytic=_has_roots,
    outside=lambda phi, m: m > 1 or (m == 1 and _is_right_angle(phi)),
    at_edge=lambda phi, m: m.contains(1),
    numpy="scipy.special.ellipkinc",
    sympy="sympy.elliptic_f",
    ulps=4,
)
elliptic_e_inc: Primitive = analytic_row(
    "elliptic_e_inc",
    "the incomplete elliptic integral E(phi, m) of the parameter m = k^2 up to 1",
    on_reals(_second),
    {0: lambda phi, m, _: sqrt(_inside(phi, m))},
    arity=2,
    analytic=_has_roots,
    outside=lambda phi, m: m > 1,
    at_edge=lambda phi, m: m.contains(1),
    elsewhere=_second_beyond,
    numpy="scipy.special.ellipeinc",
    sympy="sympy.elliptic_e",
    sympy_name="elliptic_e of 2",
    ulps=5,
)


def _zeros(*x: Any) -> int:
    return sum(bool(v.is_zero()) for v in x)


def _by_roots(scale: Any, powers: Sequence[Any], others: Sequence[Any], count: int) -> Iterator[Any]:
    """The coefficients of ``sqrt(x)`` in what an integral has from -x to 0, in powers of x.

    Its integrand is ``scale / sqrt(t + x)`` times such powers of ``1 / (t + y)``, y the other arguments: a power series
    in ``u = t + x`` beside ``y - x``, which ``t = -x s`` makes beta functions of 1/2.
    """
    u = arb_series([0, 1], count)
    factors = (((y - u).log() * -p).exp() for y, p in zip(others, powers, strict=True))
    around = functools.reduce(operator.mul, factors)
    for k in range(count):
        yield scale * around[k] * arb.const_sqrt_pi() * arb(k + 1).gamma() / (arb(k) + 3 * HALF).gamma()


def _from_zero(name: str, scale: Any, *powers: Any) -> Function:
    """One of Carlson's integrals of a first argument near 0: that from -x on, and what it has there more."""

    def elsewhere(x: Any, *others: Any) -> Any:
        coefficients = functools.partial(_by_roots, scale, powers, [y.ball for y in others])
        return Primitive.rows[name](0, *(y - x for y in others)) - sqrt(x) * x.small(coefficients)

    return elsewhere


def _second_from_zero(x: Any, y: Any, z: Any) -> Any:
    """R_G of a small x, whose slope is ``R_F / 4 + x R_F' / 2`` with that of R_F: in powers of the root of x."""

    def coefficients(count: int) -> Iterator[Any]:
        s = arb_series([0, 1], count)
        whole = elliprf.on_series()(arb_series([0], count), y.ball - s * s, z.ball - s * s)
        roots = list(_by_roots(HALF, (HALF, HALF), (y.ball, z.ball), count))
        yield from [acb.elliptic_rg(0, y.ball, z.ball).real, arb(0)][:count]
        for k in range(count - 2):
            of_first = whole[k] - (roots[k // 2] if k % 2 else 0)
            yield (k + 1) * of_first / (2 * k + 4)

    return sqrt(x).small(coefficients)


def _smallest_first(function: Function, symmetric: int) -> Function:
    """The function of arguments of which the first ones may be exchanged, that one first that vanishes with t."""

    def ordered(*x: Any) -> Any:
        small = next((k for k in range(symmetric) if not x[k].is_number and not x[k][0] > 0), 0)
        return function(x[small], *x[:small], *x[small + 1 :])

    return ordered


def _carlson(name: str, doc: str, slopes: dict[int, Function], arity: int, **columns: Any) -> Primitive:
    """A row of one of Carlson's integrals, DLMF 19.16; SciPy and Arb call it alike."""
    method = f"elliptic_{name.removeprefix('ellip')}"
    return analytic_row(
        name,
        doc,
        on_reals(lambda *x: getattr(acb, method)(*x)),
        slopes,
        arity=arity,
        analytic=lambda *x: all(v.real > 0 or v.is_zero() for v in x),
        at_edge=lambda *x: any(v.contains(0) for v in x),
        numpy=f"scipy.special.{name}",
        sympy=Without(f"SymPy has no counterpart of {name}"),
        sympy_rule=False,
        **columns,
    )


elliprd: Primitive = _carlson(
    "elliprd",
    "Carlson's elliptic integral R_D(x, y, z) of x and y not below 0, one of them above, and a positive z",
    {},
    3,
    outside=lambda x, y, z: x < 0 or y < 0 or z <= 0 or _zeros(x, y) > 1,
    elsewhere=_smallest_first(_from_zero("elliprd", 3 * HALF, HALF, 3 * HALF), 2),
    ulps=4,
)
elliprf: Primitive = _carlson(
    "elliprf",
    "Carlson's elliptic integral R_F(x, y, z) of numbers not below 0, of which one at most is 0",
    {
        0: lambda x, y, z, _: -elliprd(y, z, x) / 6,
        1: lambda x, y, z, _: -elliprd(x, z, y) / 6,
        2: lambda x, y, z, _: -elliprd(x, y, z) / 6,
    },
    3,
    outside=lambda *x: any(v < 0 for v in x) or _zeros(*x) > 1,
    elsewhere=_smallest_first(_from_zero("elliprf", HALF, HALF, HALF), 3),
    ulps=4,
)
elliprg: Primitive = _carlson(
    "elliprg",
    "Carlson's elliptic integral R_G(x, y, z) of numbers not below 0",
    {
        0: lambda x, y, z, _: (3 * elliprf(x, y, z) - x * elliprd(y, z, x)) / 12,
        1: lambda x, y, z, _: (3 * elliprf(x, y, z) - y * elliprd(x, z, y)) / 12,
        2: lambda x, y, z, _: (3 * elliprf(x, y, z) - z * elliprd(x, y, z)) / 12,
    },
    3,
    outside=lambda *x: any(v < 0 for v in x),
    elsewhere=_smallest_first(_second_from_zero, 3),
    ulps=20,
)
elliprc: Primitive = _carlson(
    "elliprc",
    "Carlson's degenerate integral R_C(x, y) of x not below 0 and a positive y",
    {0: lambda x, y, _: -elliprd(y, y, x) / 6, 1: lambda x, y, _: -elliprd(x, y, y) / 3},
    2,
    outside=lambda x, y: x < 0 or y <= 0,
    elsewhere=lambda x, y: elliprf(x, y, y),
    ulps=4,
)
elliprj: Primitive = _carlson(
    "elliprj",
    "Carlson's elliptic integral R_J(x, y, z, p) of numbers not below 0, of which one at most is 0, and a positive p",
    {},
    4,
    outside=lambda x, y, z, p: any(v < 0 for v in (x, y, z)) or p <= 0 or _zeros(x, y, z) > 1,
    elsewhere=_smallest_first(_from_zero("elliprj", 3 * HALF, HALF, HALF, 1), 3),
    ulps=10,
)


@composite(torch=Without("torch has no elliptic_pi"))
def elliptic_pi(n: Any, m: Any) -> Any:
    """The complete elliptic integral of the third kind, of a characteristic and a parameter below 1, DLMF 19.25.2."""
    return elliprf(0, 1 - m, 1) + n * elliprj(0, 1 - m, 1, 1 - n) / 3


ellipkm1 = analytic_row(
    "ellipkm1",
    "the complete elliptic integral K of the parameter 1 - p, for a positive p",
    on_reals(lambda p: arb.pi() / (2 * acb(1).agm(p.sqrt()))),
    analytic=_positive,
    outside=lambda p: p <= 0,
    numpy="scipy.special.ellipkm1",
    sympy=lambda sympy, p: sympy.elliptic_k(1 - p),
    ulps=3,
)
agm: Primitive = analytic_row(
    "agm",
    "the arithmetic-geometric mean of two positive numbers",
    on_reals(lambda a, b: a.agm(b)),
    arity=2,
    analytic=_positive,
    outside=lambda a, b: a <= 0 or b <= 0,
    numpy="scipy.special.agm",
    sympy=lambda sympy, a, b: sympy.pi * (a + b) / (4 * sympy.elliptic_k(((a - b) / (a + b)) ** 2)),
    ulps=5,
)
