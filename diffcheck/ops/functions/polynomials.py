"""Classical orthogonal polynomials, their degree n a whole number: by the recurrences of DLMF 18.9."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import Traceable
from diffcheck.ops.composites import Composite, composite
from diffcheck.ops.dotted import resolve
from diffcheck.ops.exact import rational
from diffcheck.ops.table import Without

# The polynomial of degree k + 1, by k, x and the polynomials of the degrees k and k - 1.
Recurrence = Callable[[int, Any, Any, Any], Any]
_ENDING = " of degree n, arguments in the order n, x."


def degree(name: str, given: Any) -> int:
    """The whole number, not below zero, that a degree is.

    Raises
    ------
    CaseError
        If it is none, or depends on an input.
    """
    if isinstance(given, Traceable):
        raise CaseError(f"{name}: its degree depends on an input: give it as a number")
    number = np.asarray(given)
    if number.ndim or number.dtype.kind not in "iuf" or number < 0 or number != np.floor(number):
        raise CaseError(f"{name}: its degree {given!r} is not a whole number from 0 on")
    return int(number)


def _family(
    name: str, doc: str, first: Callable[[Any], Any], step: Recurrence, named: str, numpy: str | None = None
) -> Composite:
    """The polynomials that are 1 for degree 0 and ``first`` for degree 1; ``named`` is torch's name."""

    def polynomial(n: int, x: Any) -> Any:
        below, found, n = x * 0 + 1, first(x), degree(name, n)
        if n == 0:
            return below
        for k in range(1, n):
            below, found = found, step(k, x, found, below)
        return found

    polynomial.__name__ = name
    polynomial.__doc__ = f"{doc}{_ENDING}"
    return composite(torch=lambda torch, n, x: getattr(torch.special, named)(x, int(n)), numpy=numpy)(polynomial)


def _shifted(below: Composite, numpy: str | None = None) -> Composite:
    """The polynomials of the interval from 0 to 1, stretched to that from -1 to 1."""

    def polynomial(n: int, x: Any) -> Any:
        return below(n, 2 * x - 1)

    kind = below.name.rpartition("_")[2]
    polynomial.__name__ = f"shifted_{below.name}"
    polynomial.__doc__ = f"{below.doc.removesuffix(_ENDING)} of 2x - 1{_ENDING}"
    named = f"shifted_chebyshev_polynomial_{kind}"
    return composite(torch=lambda torch, n, x: getattr(torch.special, named)(x, int(n)), numpy=numpy)(polynomial)


def _chebyshev(_: int, x: Any, found: Any, below: Any) -> Any:
    """The recurrence of all four kinds."""
    return 2 * x * found - below


chebyshev_t = _family(
    "chebyshev_t",
    "Chebyshev's polynomial of the first kind",
    lambda x: x,
    _chebyshev,
    "chebyshev_polynomial_t",
    "scipy.special.eval_chebyt",
)
chebyshev_u = _family(
    "chebyshev_u",
    "Chebyshev's polynomial of the second kind",
    lambda x: 2 * x,
    _chebyshev,
    "chebyshev_polynomial_u",
    "scipy.special.eval_chebyu",
)
chebyshev_v = _family(
    "chebyshev_v",
    "Chebyshev's polynomial of the third kind",
    lambda x: 2 * x - 1,
    _chebyshev,
    "chebyshev_polynomial_v",
)
chebyshev_w = _family(
    "chebyshev_w",
    "Chebyshev's polynomial of the fourth kind",
    lambda x: 2 * x + 1,
    _chebyshev,
    "chebyshev_polynomial_w",
)
legendre_p = _family(
    "legendre_p",
    "Legendre's polynomial",
    lambda x: x,
    lambda k, x, found, below: ((2 * k + 1) * x * found - k * below) / (k + 1),
    "legendre_polynomial_p",
    "scipy.special.eval_legendre",
)
hermite_h = _family(
    "hermite_h",
    "Hermite's polynomial for the weight exp(-x^2)",
    lambda x: 2 * x,
    lambda k, x, found, below: 2 * (x * found - k * below),
    "hermite_polynomial_h",
    "scipy.special.eval_hermite",
)
hermite_he = _family(
    "hermite_he",
    "Hermite's polynomial for the weight exp(-x^2/2)",
    lambda x: x,
    lambda k, x, found, below: x * found - k * below,
    "hermite_polynomial_he",
    "scipy.special.eval_hermitenorm",
)
laguerre_l = _family(
    "laguerre_l",
    "Laguerre's polynomial",
    lambda x: 1 - x,
    lambda k, x, found, below: ((2 * k + 1 - x) * found - k * below) / (k + 1),
    "laguerre_polynomial_l",
    "scipy.special.eval_laguerre",
)
shifted_chebyshev_t = _shifted(chebyshev_t, "scipy.special.eval_sh_chebyt")
shifted_chebyshev_u = _shifted(chebyshev_u, "scipy.special.eval_sh_chebyu")
shifted_chebyshev_v = _shifted(chebyshev_v)
shifted_chebyshev_w = _shifted(chebyshev_w)


@composite(torch=Without("torch has no Gegenbauer polynomials"), numpy="scipy.special.eval_gegenbauer")
def gegenbauer_c(n: int, alpha: Any, x: Any) -> Any:
    """Gegenbauer's polynomial of degree n, arguments in the order n, alpha, x."""
    below, found, n = x * 0 + 1, 2 * alpha * x, degree("gegenbauer_c", n)
    for k in range(1, n):
        below, found = found, (2 * (k + alpha) * x * found - (k + 2 * alpha - 1) * below) / (k + 1)
    return found if n else below


@composite(torch=Without("torch has no Jacobi polynomials"), numpy="scipy.special.eval_jacobi")
def jacobi_p(n: int, alpha: Any, beta: Any, x: Any) -> Any:
    """Jacobi's polynomial of degree n, arguments in the order n, alpha, beta, x."""
    total, n = alpha + beta, degree("jacobi_p", n)
    below, found = x * 0 + 1, 1 + alpha + (total + 2) * (x - 1) / 2
    for k in range(1, n):
        twice = 2 * k + total
        middle = (twice + 1) * (twice * (twice + 2) * x + alpha * alpha - beta * beta)
        past = 2 * (k + alpha) * (k + beta) * (twice + 2)
        below, found = found, (middle * found - past * below) / (2 * (k + 1) * (k + total + 1) * twice)
    return found if n else below


@composite(torch=Without("torch has no generalized Laguerre polynomials"), numpy="scipy.special.eval_genlaguerre")
def assoc_laguerre_l(n: int, alpha: Any, x: Any) -> Any:
    """Laguerre's generalized polynomial of degree n, arguments in the order n, alpha, x."""
    below, found, n = x * 0 + 1, 1 + alpha - x, degree("assoc_laguerre_l", n)
    for k in range(1, n):
        below, found = found, ((2 * k + 1 + alpha - x) * found - (k + alpha) * below) / (k + 1)
    return found if n else below


@composite(torch=Without("torch has no eval_chebyc"), numpy="scipy.special.eval_chebyc")
def eval_chebyc(n: int, x: Any) -> Any:
    """Twice Chebyshev's polynomial of the first kind of x / 2, of degree n, arguments in the order n, x."""
    return 2 * chebyshev_t(n, x / 2)


@composite(torch=Without("torch has no eval_chebys"), numpy="scipy.special.eval_chebys")
def eval_chebys(n: int, x: Any) -> Any:
    """Chebyshev's polynomial of the second kind of x / 2, of degree n, arguments in the order n, x."""
    return chebyshev_u(n, x / 2)


@composite(torch=Without("torch has no shifted Legendre polynomials"), numpy="scipy.special.eval_sh_legendre")
def eval_sh_legendre(n: int, x: Any) -> Any:
    """Legendre's polynomial of 2x - 1 of degree n, arguments in the order n, x."""
    return legendre_p(n, 2 * x - 1)


@composite(torch=Without("torch has no shifted Jacobi polynomials"), numpy="scipy.special.eval_sh_jacobi")
def eval_sh_jacobi(n: int, p: Any, q: Any, x: Any) -> Any:
    """Jacobi's polynomial of 2x - 1 with the leading coefficient 1, arguments in the order n, p, q, x."""
    scale, n = x * 0 + 1, degree("eval_sh_jacobi", n)
    for k in range(n):
        scale = scale * (k + 1) / (p + n + k)
    return scale * jacobi_p(n, p - q, q - 1, 2 * x - 1)


@composite(
    torch=Without("torch has no associated Legendre functions"),
    numpy=lambda n, m, x: resolve("scipy.special.lpmv")(m, n, x),
)
def assoc_legendre_p(n: int, m: int, x: Any) -> Any:
    """Legendre's function of degree n and order m, whole numbers, with Condon's and Shortley's sign (-1)^m."""
    n = degree("assoc_legendre_p", n)
    if not 0 <= m <= n:
        raise CaseError(f"assoc_legendre_p: the order {m} is not between 0 and the degree {n}")
    factor = (-1) ** m * math.prod(range(1, 2 * m, 2)) * ((1 - x) * (1 + x)) ** rational(m, 2)
    return factor * gegenbauer_c(n - m, rational(2 * m + 1, 2), x)


def _by_torch(of: Composite) -> Composite:
    """The same polynomials by torch's name and in torch's order of arguments."""
    family, _, kind = of.name.rpartition("_")
    name = f"{family}_polynomial_{kind}"

    def polynomial(x: Any, n: int) -> Any:
        return of(n, x)

    polynomial.__name__ = name
    polynomial.__doc__ = of.doc.replace("the order n, x", "the order x, n")
    return composite(torch=lambda torch, x, n: getattr(torch.special, name)(x, int(n)))(polynomial)


chebyshev_polynomial_t = _by_torch(chebyshev_t)
chebyshev_polynomial_u = _by_torch(chebyshev_u)
chebyshev_polynomial_v = _by_torch(chebyshev_v)
chebyshev_polynomial_w = _by_torch(chebyshev_w)
shifted_chebyshev_polynomial_t = _by_torch(shifted_chebyshev_t)
shifted_chebyshev_polynomial_u = _by_torch(shifted_chebyshev_u)
shifted_chebyshev_polynomial_v = _by_torch(shifted_chebyshev_v)
shifted_chebyshev_polynomial_w = _by_torch(shifted_chebyshev_w)
hermite_polynomial_h = _by_torch(hermite_h)
hermite_polynomial_he = _by_torch(hermite_he)
laguerre_polynomial_l = _by_torch(laguerre_l)
legendre_polynomial_p = _by_torch(legendre_p)


@composite(torch=Without("torch has no associated Legendre functions"), numpy="scipy.special.lpmv")
def lpmv(m: int, v: int, x: Any) -> Any:
    """Legendre's function of order m and degree v, whole numbers: `assoc_legendre_p` as SciPy calls it."""
    return assoc_legendre_p(v, m, x)
