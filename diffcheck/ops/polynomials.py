"""Classical orthogonal polynomials, their degree n a whole number: by the recurrences of DLMF 18.9."""

from collections.abc import Callable
from typing import Any

from diffcheck.ops.table import Composite, composite

# The polynomial of degree k + 1, by k, x and the polynomials of the degrees k and k - 1.
Recurrence = Callable[[int, Any, Any, Any], Any]


def _family(
    name: str, doc: str, first: Callable[[Any], Any], step: Recurrence, named: str, numpy: str | None = None
) -> Composite:
    """The polynomials that are 1 for degree 0 and ``first`` for degree 1; ``named`` is torch's name."""

    def polynomial(n: int, x: Any) -> Any:
        below, found = x * 0 + 1, first(x)
        if n == 0:
            return below
        for k in range(1, n):
            below, found = found, step(k, x, found, below)
        return found

    polynomial.__name__ = name
    polynomial.__doc__ = f"{doc} of degree n, arguments in the order n, x."
    return composite(torch=lambda torch, n, x: getattr(torch.special, named)(x, n), numpy=numpy)(polynomial)


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
