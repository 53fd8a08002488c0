"""Balls and power series of the special functions, where Arb's own are too wide or do not exist."""

from collections.abc import Callable
from typing import Any

from flint import arb, arb_series

from diffcheck.ops.enclosures import series
from diffcheck.ops.enclosures.balls import HALF, ZERO

_THREE_HALVES = arb(1.5)


def erfc(x: Any) -> Any:
    """``1 - erf(x)``; far out for a ball that is not exact by ``exp(-x^2) U(1/2, 1/2, x^2) / sqrt(pi)``, DLMF 7.11.5.

    Arb's own then encloses zero: its error is absolute.
    """
    if x.is_exact() or not x > 1:
        return x.erfc()
    square = x * x
    return (-square).exp() * square.hypgeom_u(HALF, HALF) / arb.const_sqrt_pi()


def erfcx(x: Any) -> Any:
    """``exp(x^2) erfc(x)`` of a real or complex ball; on the right by ``U(1/2, 1/2, x^2) / sqrt(pi)``, DLMF 7.11.5."""
    square = x * x
    return square.hypgeom_u(HALF, HALF) / arb.const_sqrt_pi() if x.real > 1 else square.exp() * x.erfc()


def ndtri(x: Any) -> Any:
    """The inverse of the normal distribution function."""
    return -arb(2).sqrt() * (2 * x).erfcinv()


def ndtr(x: Any) -> Any:
    """The normal distribution function."""
    return erfc(-x / arb(2).sqrt()) / 2


def log_ndtr(x: Any) -> Any:
    """The logarithm of the normal distribution function, with all digits in both tails."""
    if x > 1:
        return (-ndtr(-x)).log1p()
    if x > -1:
        return ndtr(x).log()
    half_square = x * x / 2
    return (half_square.hypgeom_u(HALF, HALF) / (2 * arb.const_sqrt_pi())).log() - half_square


def series_of_erfc(x: Any) -> Any:
    """The series of ``1 - erf(x)``."""
    return series.beginning(erfc(x[0]), x.erfc())


def series_of_erfinv(x: Any) -> Any:
    """The inverse of the error function."""
    return _inverse_of_erf(x[0].erfinv(), 1, x)


def series_of_erfcinv(x: Any) -> Any:
    """The inverse of its complement."""
    return _inverse_of_erf(x[0].erfcinv(), -1, x)


def series_of_ndtri(x: Any) -> Any:
    """The inverse of the normal distribution function."""
    return -arb(2).sqrt() * series_of_erfcinv(2 * x)


def _inverse_of_erf(value: Any, sign: int, x: Any) -> Any:
    """What begins so and obeys ``y' = sign sqrt(pi) / 2 exp(y^2)``."""
    y = [value]
    grown: list[Any] = []
    squares = [y[0] * y[0]]
    for k in range(x.prec):
        # The series of exp(q) for q = y^2, by k e_k = sum of j q_j e_(k - j).
        exponential = (
            squares[0].exp() if not k else sum((j * squares[j] * grown[k - j] for j in range(1, k + 1)), ZERO) / k
        )
        grown.append(exponential)
        y.append(sign * arb.const_sqrt_pi() / 2 * exponential / (k + 1))
        squares.append(sum((y[i] * y[k + 1 - i] for i in range(k + 2)), ZERO))
    return series.composed(y, x)


def series_of_log_ndtr(x: Any) -> Any:
    """Its slope h, the density over the distribution function, obeys ``h' = -h (x + h)``.

    In the left tail ``h = sqrt(2) / U`` and ``x + h = |x| V / (2 U)`` lose no digits, where U and V are ``U(a, a, x^2
    / 2)`` for a = 1/2 and 3/2 (DLMF 7.11.5 and 13.3.22).
    """
    head = x[0]
    if head < ZERO:
        z = head * head / 2
        u = z.hypgeom_u(HALF, HALF)
        h, g = [arb(2).sqrt() / u], [-head * z.hypgeom_u(_THREE_HALVES, _THREE_HALVES) / (2 * u)]
    else:
        h = [(-head * head / 2).exp() / ((2 * arb.pi()).sqrt() * ndtr(head))]
        g = [head + h[0]]
    for k in range(x.prec):
        h.append(-sum((h[i] * g[k - i] for i in range(k + 1)), ZERO) / (k + 1))
        g.append(h[-1] + (1 if k == 0 else 0))
    taylor = [log_ndtr(head), *(slope / (k + 1) for k, slope in enumerate(h))]
    return series.composed(taylor, x)


def log_gamma(x: Any) -> Any:
    """Ln |Gamma(x)| on both sides of zero."""
    return x.lgamma() if x > ZERO else -abs(x.rgamma()).log()


def series_of_log_gamma(x: Any) -> Any:
    """The series of ``ln |Gamma(x)|`` on both sides of zero."""
    if x[0] > ZERO:
        return x.lgamma()
    reciprocal = x.rgamma()
    return -(reciprocal if reciprocal[0] > ZERO else -reciprocal).log()


def polygamma(order: Any, x: Any) -> Any:
    """The polygamma function of an integer order, DLMF 5.15: digamma for 0, else ``(-1)^(n+1) n! zeta(n+1, x)``.

    On the left by reflection, ``psi_n(x) = (-1)^n psi_n(1 - x) - (d/dx)^n pi cot(pi x)``. NaN of a ball so wide that
    its reflection is on the left as well.
    """
    n = int(order.unique_fmpz())
    if n == 0:
        return x.digamma()
    factorial = arb.fac_ui(n)
    if x > ZERO:
        return (-1) ** (n + 1) * factorial * arb(n + 1).zeta(x)
    if not x < 1:
        return arb.nan()
    with series.keeping(n + 1):
        cotangent = arb_series([x, 1], n + 1).cot_pi()[n]
    return (-1) ** n * polygamma(order, 1 - x) - factorial * arb.pi() * cotangent


def series_of_polygamma(order: Any, x: Any) -> Any:
    """The differentiated series of ``ln |Gamma|`` about ``x[0]``, composed with ``x``."""
    n = int(order[0].unique_fmpz()) + 1
    size = x.prec + n
    with series.keeping(size):
        around = series_of_log_gamma(arb_series([x[0], 1], size))
        for _ in range(n):
            around = around.derivative()
        return series.composed(around.coeffs(), x)


def series_of_bessel_i(order: Any, x: Any) -> Any:
    """By ``2 I_n' = I_(n-1) + I_(n+1)`` (DLMF 10.29.1); on one side of zero all terms have one sign."""
    return _by_neighbours(lambda n, head: head.bessel_i(n), 1, order, x)


def series_of_bessel_j(order: Any, x: Any) -> Any:
    """By ``2 J_n' = J_(n-1) - J_(n+1)`` (DLMF 10.6.1)."""
    return _by_neighbours(lambda n, head: head.bessel_j(n), -1, order, x)


def _by_neighbours(function: Callable[[Any, Any], Any], sign: int, order: Any, x: Any) -> Any:
    """The series of what has half the function of the order below, plus or minus that above, for its slope."""
    n, head = order[0], x[0]
    taylor = []
    for k in range(x.prec):
        terms = (sign**j * arb.bin_uiui(k, j) * function(n - k + 2 * j, head) for j in range(k + 1))
        taylor.append(sum(terms, ZERO) / (arb(2) ** k * arb.fac_ui(k)))
    return series.composed(taylor, x)
