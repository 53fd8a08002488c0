"""Values and slopes of every operation by formulas of their own, in mpmath: no ball, no rule of SymPy takes part.

Formulas lose no digits by cancellation beyond what a hundred bits more than the arguments' exponents give back; mpmath
itself works with guard bits.
"""

from collections.abc import Callable, Sequence
from typing import Any

import mpmath as mp
from flint import arb, fmpz

Function = Callable[..., Any]
# A working precision at which every formula here is right to `RIGHT_BITS`: doubles have exponents up to 1075, whose
# squares and differences take twice that.
_GUARD_BITS = 300
RIGHT_BITS = 200


class Missing(Exception):
    """There is no number to compare with: outside the domain, or at a pole."""


def number(function: Function, arguments: Sequence[float]) -> Any:
    """What a reference gives at these doubles, a ball that is right to `RIGHT_BITS` bits.

    Raises
    ------
    Missing
        Where mpmath has no real number.
    """
    exponents = [abs(mp.frexp(x)[1]) for x in arguments if x]
    with mp.workprec(_GUARD_BITS + 2 * max(exponents, default=0)):
        try:
            found = function(*map(mp.mpf, arguments))
        except (ValueError, ZeroDivisionError) as raised:
            raise Missing from raised
        return _ball(found)


def _ball(x: Any) -> Any:
    if not mp.isfinite(x) or mp.im(x) != 0:
        raise Missing
    sign, mantissa, exponent, _ = mp.mpf(mp.re(x))._mpf_
    exact = arb((fmpz(-mantissa if sign else mantissa), fmpz(exponent)))
    return arb(exact, abs(exact).upper() * arb((1, -RIGHT_BITS)))


def _exp(x: Any) -> Any:
    # mpmath would raise e to a whole power of a thousand bits.
    whole = mp.floor(x / mp.ln2)
    return mp.ldexp(mp.exp(x - whole * mp.ln2), int(whole))


def _cosh(x: Any) -> Any:
    return (_exp(x) + _exp(-x)) / 2


def _sinh(x: Any) -> Any:
    return (_exp(x) - _exp(-x)) / 2 if abs(x) > 1 else mp.sinh(x)


def _expm1(x: Any) -> Any:
    return _exp(x) - 1 if abs(x) > 1 else mp.expm1(x)


def _erf(x: Any) -> Any:
    return mp.sign(x) * (1 - _erfc(abs(x))) if abs(x) > 1 else mp.erf(x)


def _erfc(x: Any) -> Any:
    if x < -1:
        return 2 - _erfc(-x)
    if x < 1e8:
        return mp.erfc(x)
    # The asymptotic series, DLMF 7.12.1: each term is 16 digits below the one before.
    terms, term = [], mp.mpf(1)
    for k in range(40):
        terms.append(term)
        term *= -(2 * k + 1) / (2 * x * x)
    return _exp(-x * x) / (x * mp.sqrt(mp.pi)) * mp.fsum(terms)


def _density(x: Any) -> Any:
    return _exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def _ndtr(x: Any) -> Any:
    return _erfc(-x / mp.sqrt(2)) / 2


def _at_few_bits(function: Function) -> Function:
    """The function at the least precision: mpmath's tables for the gamma function take seconds for each precision."""

    def at_few_bits(*arguments: Any) -> Any:
        with mp.workprec(_GUARD_BITS + 100):
            return function(*arguments)

    return at_few_bits


@_at_few_bits
def _log_gamma(x: Any) -> Any:
    if x > 0:
        return mp.loggamma(x)
    if mp.isint(x):
        raise Missing
    # Reflection, DLMF 5.5.3.
    return mp.log(mp.pi / abs(mp.sinpi(x))) - mp.loggamma(1 - x)


@_at_few_bits
def _polygamma(n: int, x: Any) -> Any:
    if x > 0:
        return mp.psi(n, x)
    if mp.isint(x):
        raise Missing
    # Reflection, DLMF 5.15.6, with the derivatives of the cotangent as polynomials in it.
    cot = mp.cospi(x) / mp.sinpi(x)
    polynomial = [0, 1]
    for _ in range(n):
        slope = [k * c for k, c in enumerate(polynomial)][1:]
        polynomial = [-(a + b) for a, b in zip([*slope, 0, 0], [0, 0, *slope], strict=True)]
    return (-1) ** n * mp.psi(n, 1 - x) - mp.pi ** (n + 1) * mp.polyval(polynomial[::-1], cot)


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + _exp(-x)) if x > 0 else _exp(x) / (1 + _exp(x))


def _softplus(x: Any) -> Any:
    return x + mp.log1p(_exp(-x)) if x > 0 else mp.log1p(_exp(x))


def _power(x: Any, y: Any) -> Any:
    if x == 0:
        return mp.mpf(y == 0) if y >= 0 else _missing()
    if x < 0 and not mp.isint(y):
        raise Missing
    size = _exp(y * mp.log(abs(x)))
    return -size if x < 0 and mp.isint(y) and int(y) % 2 else size


def _missing() -> Any:
    raise Missing


def _log_sum(*x: Any) -> Any:
    top = max(x)
    rest = list(x)
    rest.remove(top)
    return top + mp.log1p(mp.fsum(_exp(v - top) for v in rest))


def _norm(*x: Any) -> Any:
    return mp.sqrt(mp.fsum(v * v for v in x))


def _cbrt(x: Any) -> Any:
    return mp.sign(x) * mp.cbrt(abs(x))


# For each operation its value and its slopes, one for each argument; a slope that is left out is not compared.
UNARY: dict[str, tuple[Function, Function]] = {
    "neg": (lambda x: -x, lambda x: mp.mpf(-1)),
    "sqrt": (mp.sqrt, lambda x: mp.sqrt(x) / (2 * x)),
    "cbrt": (_cbrt, lambda x: _cbrt(x) / (3 * x)),
    "exp": (_exp, _exp),
    "exp2": (lambda x: _exp(x * mp.ln2), lambda x: _exp(x * mp.ln2) * mp.ln2),
    "expm1": (_expm1, _exp),
    "log": (mp.log, lambda x: 1 / x),
    "log2": (lambda x: mp.log(x) / mp.ln2, lambda x: 1 / (x * mp.ln2)),
    "log10": (mp.log10, lambda x: 1 / (x * mp.ln10)),
    "log1p": (mp.log1p, lambda x: 1 / (1 + x)),
    "sin": (mp.sin, mp.cos),
    "cos": (mp.cos, lambda x: -mp.sin(x)),
    "tan": (mp.tan, lambda x: mp.sec(x) ** 2),
    "asin": (mp.asin, lambda x: 1 / mp.sqrt((1 - x) * (1 + x))),
    "acos": (mp.acos, lambda x: -1 / mp.sqrt((1 - x) * (1 + x))),
    "atan": (mp.atan, lambda x: 1 / (1 + x * x)),
    "sinh": (_sinh, _cosh),
    "cosh": (_cosh, _sinh),
    "tanh": (lambda x: _sinh(x) / _cosh(x), lambda x: 1 / _cosh(x) ** 2),
    "asinh": (mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x)),
    "acosh": (mp.acosh, lambda x: 1 / mp.sqrt((x - 1) * (x + 1))),
    "atanh": (mp.atanh, lambda x: 1 / ((1 - x) * (1 + x))),
    "sigmoid": (_sigmoid, lambda x: _sigmoid(x) * _sigmoid(-x)),
    "erf": (_erf, lambda x: 2 * _exp(-x * x) / mp.sqrt(mp.pi)),
    "erfc": (_erfc, lambda x: -2 * _exp(-x * x) / mp.sqrt(mp.pi)),
    "erfinv": (mp.erfinv, lambda x: mp.sqrt(mp.pi) / 2 * _exp(mp.erfinv(x) ** 2)),
    "log_ndtr": (
        lambda x: mp.log1p(-_ndtr(-x)) if x > 0 else mp.log(_ndtr(x)),
        lambda x: _density(x) / _ndtr(x),
    ),
    "lgamma": (_log_gamma, lambda x: _polygamma(0, x)),
    "digamma": (lambda x: _polygamma(0, x), lambda x: _polygamma(1, x)),
    "softplus": (_softplus, _sigmoid),
}
BINARY: dict[str, tuple[Function, Function, Function]] = {
    "add": (lambda x, y: x + y, lambda x, y: mp.mpf(1), lambda x, y: mp.mpf(1)),
    "sub": (lambda x, y: x - y, lambda x, y: mp.mpf(1), lambda x, y: mp.mpf(-1)),
    "mul": (lambda x, y: x * y, lambda x, y: y, lambda x, y: x),
    "div": (lambda x, y: x / y, lambda x, y: 1 / y, lambda x, y: -x / y**2),
    "power": (_power, lambda x, y: y * _power(x, y) / x, lambda x, y: _power(x, y) * mp.log(x)),
    "atan2": (mp.atan2, lambda y, x: x / (x * x + y * y), lambda y, x: -y / (x * x + y * y)),
    "hypot": (_norm, lambda x, y: x / _norm(x, y), lambda x, y: y / _norm(x, y)),
    "xlogy": (lambda x, y: x * mp.log(y) if x else mp.mpf(0), lambda x, y: mp.log(y), lambda x, y: x / y),
    "logsumexp_of": (_log_sum, lambda x, y: _sigmoid(x - y), lambda x, y: _sigmoid(y - x)),
}


# What is made of pieces: values only.
STEPS: dict[str, tuple[Function, ...]] = {
    "abs": (abs,),
    "sign": (mp.sign,),
    "floor": (mp.floor,),
    "ceil": (mp.ceil,),
    "trunc": (lambda x: mp.sign(x) * mp.floor(abs(x)),),
    "round": (mp.nint,),
}
CHOICES: dict[str, tuple[Function, ...]] = {
    "gt": (lambda x, y: mp.mpf(x > y),),
    "ge": (lambda x, y: mp.mpf(x >= y),),
    "lt": (lambda x, y: mp.mpf(x < y),),
    "le": (lambda x, y: mp.mpf(x <= y),),
    "eq": (lambda x, y: mp.mpf(x == y),),
    "ne": (lambda x, y: mp.mpf(x != y),),
    "maximum": (max,),
    "minimum": (min,),
}


def bessel_i(order: int) -> tuple[Function, Function]:
    """The value and the slope of the modified Bessel function of the first kind of an order."""
    return (
        lambda x: _bessel_i(order, x),
        lambda x: (_bessel_i(abs(order - 1), x) + _bessel_i(order + 1, x)) / 2,
    )


@_at_few_bits
def _bessel_i(n: int, x: Any) -> Any:
    if abs(x) > 1e6:  # mpmath's asymptotic series takes the exponential to as many digits as it has
        raise Missing
    return mp.besseli(n, x)


def polygamma(order: int) -> tuple[Function, Function]:
    """The value and the slope of the polygamma function of an order."""
    return lambda x: _polygamma(order, x), lambda x: _polygamma(order + 1, x)
