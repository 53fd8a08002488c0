"""Values and slopes of every operation by formulas of their own, in mpmath: no ball, no rule of SymPy takes part.

Formulas lose no digits by cancellation beyond what a hundred bits more than the arguments' exponents give back; mpmath
itself works with guard bits.
"""

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import mpmath as mp
import scipy.special
import wave_references as waves
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
    return _exp(-x * x) / (x * mp.sqrt(mp.pi)) * mp.fsum(_terms_of_erfc(x))


def _terms_of_erfc(x: Any) -> Iterator[Any]:
    """The asymptotic series, DLMF 7.12.1: each term is 16 digits below the one before."""
    term = mp.mpf(1)
    for k in range(40):
        yield term
        term *= -(2 * k + 1) / (2 * x * x)


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


def _erfcx(x: Any) -> Any:
    return _exp(x * x) * _erfc(x) if x < 1e8 else mp.fsum(_terms_of_erfc(x)) / (x * mp.sqrt(mp.pi))


def _erfcx_slope(x: Any) -> Any:
    if x < 1e8:
        return 2 * x * _erfcx(x) - 2 / mp.sqrt(mp.pi)
    slopes = (-(2 * k + 1) * term for k, term in enumerate(_terms_of_erfc(x)))
    return mp.fsum(slopes) / (x * x * mp.sqrt(mp.pi))


def _erfcinv(x: Any) -> Any:
    """Far out by Newton's method on the logarithm of erfc, which is nearly straight in the square."""
    if not 0 < x < 2:
        raise Missing
    if x > 1:
        return -_erfcinv(2 - x)
    if x > mp.mpf("0.1"):
        return mp.erfinv(1 - x)
    log = mp.log(x)
    found = mp.sqrt(-log - mp.log(mp.pi * -log) / 2)
    for _ in range(14):
        slope = -2 * _exp(-found * found) / mp.sqrt(mp.pi) / _erfc(found)
        found -= (mp.log(_erfc(found)) - log) / slope
    return found


def _ndtri(x: Any) -> Any:
    return -mp.sqrt(2) * _erfcinv(2 * x)


def _ndtri_exp(y: Any) -> Any:
    """By the erfc of the smaller tail; far out there is none to compare with."""
    if not -1e6 < y < 0:
        raise Missing
    return _ndtri(_exp(y)) if y < -1 else mp.sqrt(2) * _erfcinv(-2 * _expm1(y))


def _omega(x: Any) -> Any:
    """By Newton's method on ``w + ln(w) = x``, left of 1 by the exponential."""
    if x < 1:
        return mp.lambertw(_exp(x)).real
    w = x - mp.log(x) if x > 2 else mp.mpf(1)
    for _ in range(12):
        w -= (w + mp.log(w) - x) / (1 + 1 / w)
    return w


def _student(df: Any, t: Any) -> Any:
    if t < 0:
        return mp.betainc(df / 2, mp.mpf(0.5), 0, df / (df + t * t), regularized=True) / 2
    return 1 - _student(df, -t)


def _density_of_t(df: Any, t: Any) -> Any:
    return (1 + t * t / df) ** (-(df + 1) / 2) / (mp.sqrt(df) * mp.beta(df / 2, mp.mpf(0.5)))


def _owens_t(h: Any, a: Any) -> Any:
    return mp.quad(lambda t: _exp(-h * h * (1 + t * t) / 2) / (1 + t * t), [0, a / 2, a]) / (2 * mp.pi)


def _voigt(x: Any, sigma: Any, gamma: Any) -> Any:
    z = mp.mpc(x, gamma) / (sigma * mp.sqrt(2))
    return (mp.exp(-z * z) * mp.erfc(mp.mpc(0, -1) * z)).real / (sigma * mp.sqrt(2 * mp.pi))


def _sinc(x: Any) -> Any:
    return mp.sinpi(x) / (mp.pi * x) if x else mp.mpf(1)


def _sinc_slope(x: Any) -> Any:
    if abs(x) > mp.mpf("0.01"):
        return (mp.cospi(x) - _sinc(x)) / x
    return mp.fsum(
        (-1) ** k * 2 * k * mp.pi ** (2 * k) * x ** (2 * k - 1) / mp.factorial(2 * k + 1) for k in range(1, 60)
    )


@_at_few_bits
def _gamma(x: Any) -> Any:
    if x <= 0 and mp.isint(x):
        raise Missing
    if abs(x) > 1e6:
        raise Missing  # mpmath takes it to as many digits as it has
    return mp.gamma(x)


@_at_few_bits
def _rgamma(x: Any) -> Any:
    if abs(x) > 1e6:
        raise Missing
    return mp.rgamma(x)


@_at_few_bits
def _rgamma_slope(x: Any) -> Any:
    if abs(x) > 1e6:
        raise Missing
    if x <= 0 and mp.isint(x):
        return (-1) ** int(-x) * mp.factorial(-x)
    return -_polygamma(0, x) * mp.rgamma(x)


def _log_beta(a: Any, b: Any) -> Any:
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def _log_beta_slope(a: Any, b: Any) -> Any:
    return mp.psi(0, a) - mp.psi(0, a + b)


def _beta_slope(a: Any, b: Any) -> Any:
    return mp.beta(a, b) * _log_beta_slope(a, b)


def _within(least: float, most: float, function: Function) -> Function:
    """The function where mpmath's is right in reasonable time: all arguments lie between these."""

    @_at_few_bits
    def within(*arguments: Any) -> Any:
        if not all(least <= x <= most for x in arguments):
            raise Missing
        return function(*arguments)

    return within


def _p(a: Any, x: Any) -> Any:
    return mp.gammainc(a, 0, x, regularized=True)


def _q(a: Any, x: Any) -> Any:
    return 1 - _p(a, x)  # near whole numbers mpmath's own looks for more and more digits


def _density_of_gamma(a: Any, x: Any) -> Any:
    return _exp((a - 1) * mp.log(x) - x - mp.loggamma(a))


def _i(a: Any, b: Any, x: Any) -> Any:
    return mp.betainc(a, b, 0, x, regularized=True)


def _density_of_beta(a: Any, b: Any, x: Any) -> Any:
    return x ** (a - 1) * (1 - x) ** (b - 1) / mp.beta(a, b)


def _i_beyond(a: Any, b: Any, x: Any) -> Any:
    return mp.betainc(a, b, x, 1, regularized=True)


def _inverse(function: Function, start: Function) -> Function:
    """The number at which a function has a value, beside a double that is near."""

    def inverse(*x: Any) -> Any:
        *parameters, y = x
        return mp.findroot(lambda t: function(*parameters, t) - y, mp.mpf(float(start(*map(float, x)))))

    return inverse


_inverse_of_p = _inverse(_p, scipy.special.gammaincinv)
_inverse_of_q = _inverse(_q, scipy.special.gammainccinv)
_inverse_of_i = _inverse(_i, scipy.special.betaincinv)
_inverse_beyond = _inverse(_i_beyond, scipy.special.betainccinv)
_inverse_of_t = _inverse(_student, scipy.special.stdtrit)


def _kolmogorov(x: Any) -> Any:
    return 2 * mp.fsum((-1) ** (k - 1) * _exp(-2 * k * k * x * x) for k in range(1, 99))


def _kolmogorov_slope(x: Any) -> Any:
    return 8 * x * mp.fsum((-1) ** k * k * k * _exp(-2 * k * k * x * x) for k in range(1, 99))


def _kelvins(name: str, times: int) -> Function:
    """A derivative of one of Kelvin's functions of order zero: of a power series, or of Bessel functions on a ray."""
    first, even = name.startswith("be"), name.endswith("er")

    def of_first(x: Any) -> Any:
        terms = (j for j in range(0 if even else 1, 160, 2) if 2 * j >= times)
        return mp.fsum(
            (-1) ** (j // 2) * mp.ff(2 * j, times) * x ** (2 * j - times) / (4**j * mp.factorial(j) ** 2) for j in terms
        )

    def of_second(x: Any) -> Any:
        ray = mp.expjpi(mp.mpf(0.25))
        terms = [mp.binomial(times, k) * mp.besselk(2 * k - times, ray * x) for k in range(times + 1)]
        found = (-ray / 2) ** times * mp.fsum(terms)
        return found.real if even else found.imag

    return _within(-30, 30, of_first) if first else _within(1e-3, 30, of_second)


def _elliptic(kind: str) -> Function:
    return lambda u, m: mp.ellipfun(kind, u, m=m).real


def _epsilon(u: Any, m: Any) -> Any:
    """By the incomplete integral of the amplitude, of which whole half turns are counted."""
    period = mp.ellipk(m)
    turns = mp.nint(u / (2 * period))
    return 2 * turns * mp.ellipe(m) + mp.ellipe(mp.asin(_elliptic("sn")(u - 2 * turns * period, m)), m)


def _amplitude(u: Any, m: Any) -> Any:
    period = mp.ellipk(m)
    turns = mp.nint(u / (2 * period))
    return turns * mp.pi + mp.asin(_elliptic("sn")(u - 2 * turns * period, m))


def _phi(s: Any, z: Any, a: Any) -> Any:
    return mp.lerchphi(z, s, a).real


def _phi_slope(s: Any, z: Any, a: Any) -> Any:
    return _phi(s - 1, z, a + 1) - a * _phi(s, z, a + 1)


def _km1(p: Any) -> Any:
    return mp.ellipk(1 - p) if p > 0 else _missing()


def _parabolic_slope(v: Any, x: Any) -> Any:
    return x / 2 * mp.pcfd(v, x) - mp.pcfd(v + 1, x)


def _along(
    place: int, constants: Sequence[float], *functions: Function | None, most: float = 99
) -> tuple[Function, ...]:
    """Functions of the argument at a place, in the range where mpmath has them; one that is ``None`` is missing."""

    def of_one(function: Function | None) -> Function:
        def along(x: Any) -> Any:
            if function is None:
                raise Missing
            return function(*map(mp.mpf, constants[:place]), x, *map(mp.mpf, constants[place:]))

        return _within(1e-3, most, along)

    return tuple(map(of_one, functions))


def _bessel(function: Function, sign: int, n: float) -> tuple[Function, ...]:
    """Value and slope; that is half the sum, or difference, of the two beside it."""

    def slope(x: Any) -> Any:
        return (sign * function(n - 1, x) - function(n + 1, x)) / 2

    return _along(0, (), lambda x: function(n, x), slope, most=9)


# The kinds, and the sign of the function of the order below in the slope, that of the order above being minus.
_BESSEL = (("j", mp.besselj, 1), ("y", mp.bessely, 1), ("k", mp.besselk, -1))


def _scaled_k(n: int) -> tuple[Function, ...]:
    def scaled(x: Any) -> Any:
        return mp.exp(x) * mp.besselk(n, x)

    def slope(x: Any) -> Any:
        return scaled(x) - mp.exp(x) * (mp.besselk(n - 1, x) + mp.besselk(n + 1, x)) / 2

    return _along(0, (), scaled, slope, most=9)


def _spherical(function: Function, n: int) -> tuple[Function, ...]:
    def spherical(x: Any) -> Any:
        return mp.sqrt(mp.pi / (2 * x)) * function(n + mp.mpf(0.5), x)

    return _along(0, (), spherical, _by(spherical, 1))


def _expn(n: int) -> tuple[Function, ...]:
    return _along(0, (), lambda x: mp.expint(n, x), lambda x: -mp.expint(n - 1, x))


def _carlson(function: Function, first: Sequence[float], last: Sequence[float]) -> tuple[Function, ...]:
    """Value and slope of one of Carlson's integrals by the argument between these constants."""
    orders = [0] * len(first) + [1] + [0] * len(last)
    return _along(len(first), (*first, *last), function, _by(function, *orders))


def _airy(function: Function, times: int) -> Function:
    return _within(-1e3, 1e3, lambda x: function(x, derivative=times))


def _erfi(x: Any) -> Any:
    """By ``exp(x^2)`` times Dawson's integral, whose asymptotic series is that of erfc with all signs alike."""
    return 2 / mp.sqrt(mp.pi) * _exp(x * x) * _dawson(x) if abs(x) > 1 else mp.erfi(x)


def _dawson(x: Any) -> Any:
    """By erf of the imaginary axis (DLMF 7.5.1), far out by its asymptotic series 7.12.1 there."""
    if abs(x) < 100:
        return mp.sqrt(mp.pi) / 2 * _exp(-x * x) * mp.erfi(x)
    return mp.fsum(abs(term) for term in _terms_of_erfc(x)) / (2 * x)


def _dawson_slope(x: Any) -> Any:
    if abs(x) < 100:
        return 1 - 2 * x * _dawson(x)
    return -mp.fsum(abs(term) for term in itertools.islice(_terms_of_erfc(x), 1, None))


def _ei(x: Any) -> Any:
    """Far out by the asymptotic series, DLMF 6.12.2: each term is more than a digit below the one before."""
    if abs(x) < 1e3:
        return mp.ei(x)
    return _exp(x) / x * mp.fsum(mp.factorial(k) / x**k for k in range(45))


def _e1(x: Any) -> Any:
    return -_ei(-x) if x > 0 else _missing()


def _shi(x: Any) -> Any:
    return mp.shi(x) if abs(x) < 1e3 else (_ei(x) - _ei(-x)) / 2


def _chi(x: Any) -> Any:
    if x <= 0:
        raise Missing
    return mp.chi(x) if x < 1e3 else (_ei(x) + _ei(-x)) / 2


def _fresnel(place: int) -> Function:
    """S or C; far out by their asymptotic series, DLMF 7.5.3, 7.5.4 and 7.12.2, 7.12.3."""
    near = _within(-1e3, 1e3, (mp.fresnels, mp.fresnelc)[place])

    def fresnel(x: Any) -> Any:
        if abs(x) < 1e3:
            return near(x)
        phase = mp.pi * x * x / 2
        terms = [mp.rf(mp.mpf(0.5), k) / (mp.pi * x * phase**k) for k in range(24)]
        f = mp.fsum((-1) ** k * term for k, term in enumerate(terms[::2]))
        g = mp.fsum((-1) ** k * term for k, term in enumerate(terms[1::2]))
        sine, cosine = mp.sinpi(x * x / 2), mp.cospi(x * x / 2)
        return mp.sign(x) / 2 + (-f * cosine - g * sine, f * sine - g * cosine)[place]

    return fresnel


def _spence(x: Any) -> Any:
    """Far out by the dilogarithm of the reciprocal, DLMF 25.12.4."""
    if x < 0:
        raise Missing
    if x < 1e3:
        return mp.polylog(2, 1 - x).real
    return -(mp.pi**2) / 6 - mp.log(x - 1) ** 2 / 2 - mp.polylog(2, 1 / (1 - x))


def _log_quotient(x: Any) -> Any:
    return mp.log(x) / (1 - x) if x != 1 else mp.mpf(-1)


def _log_quotient_slope(x: Any) -> Any:
    return (1 / x + _log_quotient(x)) / (1 - x) if x != 1 else mp.mpf(0.5)


def _over(function: Function) -> Function:
    """An odd function over its argument, which is 1 at zero."""
    return lambda x: function(x) / x if x else mp.mpf(1)


def _sinhc_slope(x: Any) -> Any:
    if abs(x) > mp.mpf("0.01"):
        return (_cosh(x) - _sinh(x) / x) / x
    return mp.fsum(2 * k * x ** (2 * k - 1) / mp.factorial(2 * k + 1) for k in range(1, 60))


def _exprel(x: Any) -> Any:
    return _expm1(x) / x if x else mp.mpf(1)


def _exprel_slope(x: Any) -> Any:
    if abs(x) > mp.mpf("0.01"):
        return (_exp(x) - _exprel(x)) / x
    return mp.fsum(k * x ** (k - 1) / mp.factorial(k + 1) for k in range(1, 60))


def _rising(a: Any, m: Any) -> Any:
    if a <= 0 or a + m <= 0:
        raise Missing
    return _exp(mp.loggamma(a + m) - mp.loggamma(a))


def _rising_slope(a: Any, m: Any) -> Any:
    return _rising(a, m) * (mp.psi(0, a + m) - mp.psi(0, a))


def _hurwitz_slope(s: Any, q: Any) -> Any:
    return mp.zeta(s, q, 1)


def _lambert_w(x: Any) -> Any:
    return mp.lambertw(x) if x >= -mp.exp(-1) else _missing()


def _by(function: Function, *orders: int) -> Function:
    """A partial derivative by differences of mpmath's function."""
    return lambda *x: mp.diff(function, x, orders)


def _poisson(rate: Any, k: int) -> Any:
    return mp.exp(-rate) * rate**k / mp.factorial(k)


# So many of Poisson's weights of a mean up to 2 leave less than is compared.
_MIXED = 64


def _non_central_chi_square(x: Any, df: Any, nc: Any) -> Any:
    return mp.fsum(_poisson(nc / 2, k) * _p(df / 2 + k, x / 2) for k in range(_MIXED))


def _non_central_beta(a: Any, b: Any, rate: Any, y: Any) -> Any:
    return mp.fsum(_poisson(rate, k) * _i(a + k, b, y) for k in range(_MIXED))


def _non_central_student(df: Any, nc: Any, t: Any) -> Any:
    """Of a positive t (DLMF has none; Johnson and Kotz 1970, chapter 31)."""
    y, rate = t * t / (df + t * t), nc * nc / 2
    even = _non_central_beta(mp.mpf(0.5), df / 2, rate, y)
    odd = mp.fsum(
        mp.exp(-rate) * rate**k / mp.gamma(k + mp.mpf(1.5)) * _i(mp.mpf(k + 1), df / 2, y) for k in range(_MIXED)
    )
    return mp.erfc(nc / mp.sqrt(2)) / 2 + (even + nc / mp.sqrt(2) * odd) / 2


def _shape(function: Function, start: Function) -> Function:
    """The first argument for which a function of it and others is the last one."""
    return _inverse(lambda *x: function(x[-1], *x[:-1]), start)


_shape_of_p = _shape(_p, lambda x, y: scipy.special.gdtrib(1, y, x))
_shape_of_q = _shape(_q, lambda x, y: scipy.special.gdtrib(1, 1 - y, x))
_shape_of_i = _shape(_i, lambda b, x, y: scipy.special.btdtria(y, b, x))
_shape_beyond = _shape(_i_beyond, lambda b, x, y: scipy.special.btdtria(1 - y, b, x))
_df_of_t = _shape(_student, lambda t, p: scipy.special.stdtridf(p, t))
_inverse_of_kolmogorov = _inverse(lambda x: _kolmogorov(x), scipy.special.kolmogi)


def _wright(a: Any, b: Any, x: Any) -> Any:
    return mp.nsum(lambda k: x**k / mp.factorial(k) * mp.rgamma(a * k + b), [0, 400])


def _faddeeva(x: Any, y: Any) -> Any:
    z = mp.mpc(x, y)
    return mp.exp(-z * z) * mp.erfc(mp.mpc(y, -x))


def _faddeeva_slope(x: Any, y: Any) -> Any:
    return mp.mpc(0, 2) / mp.sqrt(mp.pi) - 2 * mp.mpc(x, y) * _faddeeva(x, y)


def _tukey(lmbda: Any, p: Any) -> Any:
    return (p**lmbda - (1 - p) ** lmbda) / lmbda


_inverse_of_tukey = _inverse(_tukey, lambda lmbda, x: scipy.special.tklmbda(x, lmbda))


def _integral(sign: int) -> Function:
    """That of J0, or I0, term by term from DLMF 10.2.2."""
    return lambda x: x * mp.hyp1f2(0.5, 1, 1.5, sign * x * x / 4)


def _polynomial(a: Any, lmbda: Any, nu: Any) -> Any:
    half = (lmbda + nu + 1) / 2
    return a**nu * mp.rgamma(nu + 1) / (2 * half) * mp.hyp1f2(half, nu + 1, half + 1, -a * a)


# For each operation its value and its slopes, one for each argument; a slope that is left out is not compared.
UNARY: dict[str, tuple[Function, Function]] = {
    "neg": (lambda x: -x, lambda x: mp.mpf(-1)),
    "sqrt": (mp.sqrt, lambda x: mp.sqrt(x) / (2 * x)),
    "cbrt": (_cbrt, lambda x: _cbrt(x) / (3 * x)),
    "exp": (_exp, _exp),
    "exp2": (lambda x: _exp(x * mp.ln2), lambda x: _exp(x * mp.ln2) * mp.ln2),
    "exp10": (lambda x: _exp(x * mp.ln10), lambda x: _exp(x * mp.ln10) * mp.ln10),
    "expm1": (_expm1, _exp),
    "exprel": (_exprel, _exprel_slope),
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
    "erfcx": (_erfcx, _erfcx_slope),
    "erfcinv": (_erfcinv, lambda x: -mp.sqrt(mp.pi) / 2 * _exp(_erfcinv(x) ** 2)),
    "ndtri": (_ndtri, lambda x: 1 / _density(_ndtri(x))),
    "logit": (lambda x: mp.log(x / (1 - x)), lambda x: 1 / (x * (1 - x))),
    "ndtri_exp": (_ndtri_exp, lambda y: _exp(y) / _density(_ndtri_exp(y))),
    "wrightomega": (_omega, lambda x: _omega(x) / (1 + _omega(x))),
    "sinc": (_sinc, _sinc_slope),
    "gamma": (_gamma, lambda x: _gamma(x) * _polygamma(0, x)),
    "rgamma": (_rgamma, _rgamma_slope),
    "airy_ai": (_airy(mp.airyai, 0), _airy(mp.airyai, 1)),
    "airy_ai_prime": (_airy(mp.airyai, 1), _within(-1e3, 1e3, lambda x: x * mp.airyai(x))),
    "airy_bi": (_airy(mp.airybi, 0), _airy(mp.airybi, 1)),
    "airy_bi_prime": (_airy(mp.airybi, 1), _within(-1e3, 1e3, lambda x: x * mp.airybi(x))),
    "elliptic_k": (_within(-1e9, 0.99, mp.ellipk), _within(-1e9, 0.99, lambda m: _by(mp.ellipk, 1)(m))),
    "elliptic_e": (_within(-1e9, 0.99, mp.ellipe), _within(-1e9, 0.99, lambda m: _by(mp.ellipe, 1)(m))),
    "lambert_w": (_lambert_w, lambda x: 1 / (_exp(_lambert_w(x)) * (1 + _lambert_w(x)))),
    "erfi": (_erfi, lambda x: 2 * _exp(x * x) / mp.sqrt(mp.pi)),
    "dawsn": (_dawson, _dawson_slope),
    "expi": (_ei, lambda x: _exp(x) / x),
    "exp1": (_e1, lambda x: -_exp(-x) / x),
    "si": (mp.si, _over(mp.sin)),
    "ci": (mp.ci, lambda x: mp.cos(x) / x),
    "sinhc_of": (_over(_sinh), _sinhc_slope),
    "shi": (_shi, _over(_sinh)),
    "chi": (_chi, lambda x: _cosh(x) / x),
    "spence": (_spence, _log_quotient),
    "log_quotient_of": (_log_quotient, _log_quotient_slope),
    **{name: (_kelvins(name, 0), _kelvins(name, 1)) for name in ("ber", "bei", "ker", "kei")},
    **{f"{name}p": (_kelvins(name, 1), _kelvins(name, 2)) for name in ("ker", "kei")},
    "ellipkm1": (_km1, _within(1e-3, 1e9, _by(_km1, 1))),
    "fresnels": (_fresnel(0), lambda x: mp.sinpi(x * x / 2)),
    "fresnelc": (_fresnel(1), lambda x: mp.cospi(x * x / 2)),
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
    "xlog1py": (lambda x, y: x * mp.log1p(y) if x else mp.mpf(0), lambda x, y: mp.log1p(y), lambda x, y: x / (1 + y)),
    "betaln": (
        _within(1e-9, 1e9, _log_beta),
        _within(1e-9, 1e9, _log_beta_slope),
        _within(1e-9, 1e9, lambda a, b: _log_beta_slope(b, a)),
    ),
    "beta": (
        _within(1e-9, 1e3, mp.beta),
        _within(1e-9, 1e3, _beta_slope),
        _within(1e-9, 1e3, lambda a, b: _beta_slope(b, a)),
    ),
    "logsumexp_of": (_log_sum, lambda x, y: _sigmoid(x - y), lambda x, y: _sigmoid(y - x)),
}


def _of_bessel(sign: int) -> Function:
    """J0 and I0 without their first term, integrated over their variable term by term."""
    return lambda x: x * x / 8 * mp.hyper([1, 1], [2, 2, 2], -sign * x * x / 4)


def _growing(v: Any, x: Any) -> Any:
    return mp.pcfv(-v - mp.mpf(0.5), x)


def _waves(a: Any, x: Any) -> Any:
    return mp.re(mp.pcfw(a, x))


def _smirnov(n: Any, d: Any) -> Any:
    """Its sum as it is written (Birnbaum and Tingey 1951)."""
    ends = range(int(mp.floor(n * (1 - d))) + 1)
    return d * mp.fsum(mp.binomial(n, j) * (d + j / n) ** (j - 1) * (1 - d - j / n) ** (n - j) for j in ends)


_inverse_of_smirnov = _inverse(_smirnov, lambda n, p: scipy.special.smirnovi(int(n), p))


def _share(u: Any, total: Any, p: Any) -> Any:
    return mp.betainc(total * u, total * (1 - u), p, 1, regularized=True)


def _of_struve(sign: int) -> Function:
    return lambda x: x * x / mp.pi * mp.hyper([1, 1], [1.5, 1.5, 2], -sign * x * x / 4)


def _of_airy(sign: int) -> Function:
    """By mpmath's own primitives of Airy's functions."""
    return lambda x: (mp.airyai if sign > 0 else mp.airybi)(x, derivative=-1)


# Operations of several arguments of which one moves and the others are constants: the constants, with `None` for what
# moves, and value and slope by that.
ALONG: tuple[tuple[Any, ...], ...] = (
    *((f"bessel_{kind}", (n, None), *_bessel(of, sign, n)) for kind, of, sign in _BESSEL for n in (0, 1, 3)),
    *(("bessel_ke", (n, None), *_scaled_k(n)) for n in (0, 1, 3)),
    *(
        (f"spherical_bessel_{kind}", (n, None), *_spherical(of, n))
        for kind, of in (("j", mp.besselj), ("y", mp.bessely), ("i", mp.besseli), ("k", mp.besselk))
        for n in (0, 1, 3)
    ),
    *((f"bessel_{kind}", (0.25, None), *_bessel(of, sign, 0.25)) for kind, of, sign in _BESSEL),
    ("bessel_i", (-1.5, None), *_along(0, (), lambda x: mp.besseli(-1.5, x), lambda x: mp.besseli(-1.5, x, 1), most=9)),
    ("owens_t", (1.5, None), *_along(1, (1.5,), _owens_t, _by(_owens_t, 0, 1), most=9)),
    ("owens_t", (None, 0.5), *_along(0, (0.5,), _owens_t, _by(_owens_t, 1, 0), most=9)),
    ("owens_t", (None, 3), *_along(0, (3,), _owens_t, None, most=9)),
    ("gammaincinv", (2.5, None), *_along(1, (2.5,), _inverse_of_p, _by(_inverse_of_p, 0, 1), most=0.99)),
    ("gammaincinv", (None, 0.25), *_along(0, (0.25,), _inverse_of_p, _by(_inverse_of_p, 1, 0), most=9)),
    ("gammainccinv", (2.5, None), *_along(1, (2.5,), _inverse_of_q, _by(_inverse_of_q, 0, 1), most=0.99)),
    ("gammainccinv", (None, 0.25), *_along(0, (0.25,), _inverse_of_q, None, most=9)),
    ("betaincinv", (None, 2.5, 0.25), *_along(0, (2.5, 0.25), _inverse_of_i, None, most=9)),
    ("betaincinv", (2.5, 0.5, None), *_along(2, (2.5, 0.5), _inverse_of_i, None, most=0.99)),
    ("voigt_profile", (None, 1.5, 0.5), *_along(0, (1.5, 0.5), _voigt, _by(_voigt, 1, 0, 0), most=9)),
    ("voigt_profile", (1.25, None, 0.5), *_along(1, (1.25, 0.5), _voigt, _by(_voigt, 0, 1, 0), most=9)),
    ("voigt_profile", (1.25, 1.5, None), *_along(2, (1.25, 1.5), _voigt, _by(_voigt, 0, 0, 1), most=9)),
    ("voigt_profile_slope", (0, 0, 1, None, 1.5, 0.5), *_along(0, (1.5, 0.5), _by(_voigt, 0, 0, 1), None)),
    ("kolmogorov", (None,), _within(0.25, 1e3, _kolmogorov), _within(0.25, 1e3, _kolmogorov_slope)),
    ("chndtr", (None, 2.5, 1.5), *_along(0, (2.5, 1.5), _non_central_chi_square, most=9)),
    ("chndtr", (3, 2.5, None), *_along(2, (3, 2.5), _non_central_chi_square, most=4)),
    ("chndtr", (3, None, 1.5), *_along(1, (3, 1.5), _non_central_chi_square, most=9)),
    ("chndtr_slope", (0, 1, 0, None, 2.5, 1.5), *_along(0, (2.5, 1.5), _by(_non_central_chi_square, 0, 1, 0), most=9)),
    ("noncentral_beta_of", (1.5, 2.5, 0.75, None), *_along(3, (1.5, 2.5, 0.75), _non_central_beta, most=0.99)),
    ("noncentral_beta_of", (1.5, 2.5, None, 0.75), *_along(2, (1.5, 2.5, 0.75), _non_central_beta, most=2)),
    ("noncentral_beta_of", (None, 2.5, 0.75, 0.5), *_along(0, (2.5, 0.75, 0.5), _non_central_beta, most=9)),
    (
        "noncentral_beta_of_slope",
        (1, 0, 0, 0, None, 2.5, 0.75, 0.5),
        *_along(0, (2.5, 0.75, 0.5), _by(_non_central_beta, 1, 0, 0, 0), most=9),
    ),
    ("nctdtr", (2.5, 1.5, None), *_along(2, (2.5, 1.5), _non_central_student, most=9)),
    ("nctdtr", (2.5, None, 1.25), *_along(1, (2.5, 1.25), _non_central_student, most=2)),
    ("nctdtr", (None, 1.5, 1.25), *_along(0, (1.5, 1.25), _non_central_student, most=9)),
    (
        "nctdtr_slope",
        (1, 0, 0, None, 1.5, 1.25),
        *_along(0, (1.5, 1.25), _by(_non_central_student, 1, 0, 0), most=9),
    ),
    ("gammainc_a_of", (1.5, None), *_along(1, (1.5,), _shape_of_p, _by(_shape_of_p, 0, 1), most=0.99)),
    ("gammaincc_a_of", (1.5, None), *_along(1, (1.5,), _shape_of_q, _by(_shape_of_q, 0, 1), most=0.99)),
    ("betainc_a_of", (2.5, 0.25, None), *_along(2, (2.5, 0.25), _shape_of_i, most=0.99)),
    ("betaincc_a_of", (2.5, 0.25, None), *_along(2, (2.5, 0.25), _shape_beyond, most=0.99)),
    ("stdtr_df_of", (None, 0.875), *_along(0, (0.875,), _df_of_t, most=9)),
    # What mpmath adds up for these it takes minutes for.
    *(("chndtr_x_of", constants) for constants in ((2.5, 1.5, None), (2.5, None, 0.25))),
    ("chndtr_df_of", (4.5, 1.5, None)),
    *(("chndtr_nc_of", constants) for constants in ((4.5, 2.5, None), (None, 2.5, 0.25))),
    ("noncentral_beta_rate_of", (1.5, 2.5, 0.75, None)),
    *(("noncentral_beta_y_of", constants) for constants in ((1.5, 2.5, 0.75, None), (1.5, 2.5, None, 0.25))),
    ("nctdtr_nc_of", (2.5, 1.25, None)),
    ("nctdtr_t_of", (2.5, 1.25, None)),
    ("kolmogi", (None,), *_along(0, (), _inverse_of_kolmogorov, most=0.99)),
    ("wright_bessel", (0.5, 1.5, None), *_along(2, (0.5, 1.5), _wright, lambda a, b, x: _wright(a, a + b, x), most=9)),
    ("wright_bessel", (None, 1.5, 2.5), *_along(0, (1.5, 2.5), _wright, most=9)),
    ("wright_bessel", (0.5, None, 2.5), *_along(1, (0.5, 2.5), _wright, most=9)),
    ("wright_bessel_slope", (1, 0, 0, None, 1.5, 2.5), *_along(0, (1.5, 2.5), _by(_wright, 1, 0, 0), most=9)),
    *(
        (f"faddeeva_{part[:2]}_of", constants, *_along(place, rest, *by))
        for part in ("real", "imag")
        for place, rest, constants in ((0, (0.5,), (None, 0.5)), (1, (1.5,), (1.5, None)))
        for by in [
            (
                lambda x, y, part=part: getattr(_faddeeva(x, y), part),
                lambda x, y, part=part, place=place: getattr((1, 1j)[place] * _faddeeva_slope(x, y), part),
            )
        ]
    ),
    ("tukey_quantile_of", (0.75, None), *_along(1, (0.75,), _tukey, _by(_tukey, 0, 1), most=0.99)),
    ("tukey_quantile_of", (None, 0.25), *_along(0, (0.25,), _tukey, _by(_tukey, 1, 0))),
    ("tklmbda_of", (0.75, None), *_along(1, (0.75,), _inverse_of_tukey, most=1.3)),
    ("tklmbda_of", (None, 0.25), *_along(0, (0.25,), _inverse_of_tukey, most=3.9)),
    ("itj0", (None,), *_along(0, (), _integral(-1), lambda x: mp.besselj(0, x))),
    ("iti0", (None,), *_along(0, (), _integral(1), lambda x: mp.besseli(0, x))),
    ("ity0", (None,)),
    ("itk0", (None,)),
    ("it2j0", (None,), *_along(0, (), _of_bessel(1), lambda x: (1 - mp.besselj(0, x)) / x, most=30)),
    ("it2i0", (None,), *_along(0, (), _of_bessel(-1), lambda x: (mp.besseli(0, x) - 1) / x, most=30)),
    ("it2y0", (None,), *_along(0, (), None, lambda x: -mp.bessely(0, x) / x)),
    ("it2k0", (None,), *_along(0, (), None, lambda x: -mp.besselk(0, x) / x)),
    ("itstruve0", (None,), *_along(0, (), _of_struve(1), lambda x: mp.struveh(0, x), most=30)),
    ("itmodstruve0", (None,), *_along(0, (), _of_struve(-1), lambda x: mp.struvel(0, x), most=30)),
    ("it2struve0", (None,), *_along(0, (), None, lambda x: -mp.struveh(0, x) / x, most=30)),
    ("itairy_ai", (None,), *_along(0, (), _of_airy(1), mp.airyai, most=30)),
    ("itairy_bi", (None,), *_along(0, (), _of_airy(-1), mp.airybi, most=30)),
    ("pbvv", (0.5, None), *_along(1, (0.5,), _growing, _by(_growing, 0, 1), most=9)),
    ("pbvv", (None, 1.5), *_along(0, (1.5,), _growing, _by(_growing, 1, 0), most=9)),
    ("pbvv_slope", (1, 0, 0.5, None), *_along(1, (0.5,), _by(_growing, 1, 0), None, most=9)),
    ("pbwa", (0.5, None), *_along(1, (0.5,), _waves, _by(_waves, 0, 1), most=9)),
    ("pbwa", (None, 1.5), *_along(0, (1.5,), _waves, _by(_waves, 1, 0), most=9)),
    ("pbwa_slope", (1, 0, 0.5, None), *_along(1, (0.5,), _by(_waves, 1, 0), None, most=9)),
    *(
        (f"mathieu_{kind}", (m, None), *_along(1, (m,), of, _by(of, 0, 1), most=30))
        for kind, sine in (("a", False), ("b", True))
        for m in (1, 2)
        for of in [functools.partial(waves.mathieu_value, sine)]
    ),
    *((f"mathieu_{kind}_slope", (0, 1, 2, None), *_along(1, (2,), None)) for kind in "ab"),
    *(
        (f"mathieu_{'cs'[sine]}e{'_prime' * slope}", (2, *rest), *_along(place, (2, *known), of, None, most=9))
        for sine in (False, True)
        for slope in (False, True)
        for of in [functools.partial(waves.mathieu, sine, slope)]
        for place, known, rest in ((1, (30,), (None, 30)), (2, (1.5,), (1.5, None)))
    ),
    *((f"mathieu_{kind}_slope", (0, 1, 0, 2, 1.5, None)) for kind in ("ce", "ce_prime", "se", "se_prime")),
    *(
        (f"{kind}_cv", (1, 2, None), *_along(2, (1, 2), of, _by(of, 0, 0, 1), most=9))
        for kind, sign in (("pro", 1), ("obl", -1))
        for of in [functools.partial(waves.spheroidal_value, sign)]
    ),
    *((f"{kind}_cv_slope", (0, 0, 1, 1, 2, None)) for kind in ("pro", "obl")),
    *(
        (f"{kind}_ang1_s{'p' * slope}", (1, 2, *rest), *_along(place, (1, 2, *known), of, None, most=most))
        for kind, sign in (("pro", 1), ("obl", -1))
        for slope in (False, True)
        for of in [functools.partial(waves.spheroidal, sign, slope)]
        for place, known, rest, most in ((2, (0.25,), (None, 0.25), 9), (3, (1.5,), (1.5, None), 0.99))
    ),
    *((f"{kind}_ang1_{of}_slope", (0, 0, 1, 0, 1, 2, None, 0.25)) for kind in ("pro", "obl") for of in ("s", "sp")),
    *(
        (f"mathieu_mod{kind}e1{'_prime' * slope}", (1, *rest), *_along(place, (1, *known), of, None, most=2))
        for kind, sine in (("c", False), ("s", True))
        for slope in (False, True)
        for of in [functools.partial(waves.modified, sine, slope)]
        for place, known, rest in ((1, (0.5,), (None, 0.5)), (2, (1.5,), (1.5, None)))
    ),
    *(
        (f"mathieu_mod{kind}e2{prime}", (1, *rest))
        for kind in "cs"
        for prime in ("", "_prime")
        for rest in ((None, 0.5), (1.5, None))
    ),
    *(
        (f"mathieu_mod{kind}e{k}{prime}_slope", (0, 1, 0, 1, None, 0.5))
        for kind in "cs"
        for k in (1, 2)
        for prime in ("", "_prime")
    ),
    *(
        (f"{kind}_rad{k}_s{prime}", (0, 1, *rest))
        for kind in ("pro", "obl")
        for k in (1, 2)
        for prime in ("", "p")
        for rest in ((None, 2.5), (1.5, None))
    ),
    *(
        (f"{kind}_rad{k}_s{prime}_slope", (0, 0, 1, 0, 0, 1, None, 2.5))
        for kind in ("pro", "obl")
        for k in (1, 2)
        for prime in ("", "p")
    ),
    ("smirnov_of", (5, None), *_along(1, (5,), _smirnov, _by(_smirnov, 0, 1), most=0.99)),
    ("smirnov_of_slope", (0, 1, 5, None), *_along(1, (5,), _by(_smirnov, 0, 1), None, most=0.99)),
    ("smirnovi", (5, None), *_along(1, (5,), _inverse_of_smirnov, None, most=0.99)),
    ("beta_share_of", (None, 5.5, 0.25), *_along(0, (5.5, 0.25), _share, _by(_share, 1, 0, 0), most=0.99)),
    ("beta_share_of", (0.25, None, 0.25), *_along(1, (0.25, 0.25), _share, _by(_share, 0, 1, 0), most=9)),
    ("beta_share_of_slope", (1, 0, 0, 0.25, None, 0.25)),
    ("beta_share_u_of", (5.5, 0.25, None)),
    ("besselpoly", (None, 0.5, 1.5), *_along(0, (0.5, 1.5), _polynomial, _by(_polynomial, 1, 0, 0), most=9)),
    ("besselpoly", (1.5, None, 1.5), *_along(1, (1.5, 1.5), _polynomial, most=9)),
    ("besselpoly_slope", (0, 0, 1, 1.5, 0.5, None), *_along(2, (1.5, 0.5), _by(_polynomial, 0, 0, 1), most=9)),
    ("dirichlet_eta", (None,), _within(-30, 99, mp.altzeta), _within(-30, 99, _by(mp.altzeta, 1))),
    ("betainccinv", (None, 2.5, 0.25), *_along(0, (2.5, 0.25), _inverse_beyond, None, most=9)),
    ("betainccinv", (2.5, 0.5, None), *_along(2, (2.5, 0.5), _inverse_beyond, None, most=0.99)),
    ("stdtrit", (1.5, None), *_along(1, (1.5,), _inverse_of_t, _by(_inverse_of_t, 0, 1), most=0.99)),
    ("stdtrit", (None, 0.25), *_along(0, (0.25,), _inverse_of_t, None, most=9)),
    ("kolmogorov_slope", (1, None), *_along(0, (), _kolmogorov_slope, None, most=9)),
    *((f"{name}p", (None,), _kelvins(name, 1), _kelvins(name, 2)) for name in ("ber", "bei")),
    *(
        (f"{name}p_slope", (1, None), *_along(0, (), *(_kelvins(name, k) for k in (2, 3)), most=9))
        for name in ("ber", "bei")
    ),
    *(
        (name, (v, None), *_along(1, (v,), of, _by(of, 0, 1), most=30))
        for name, of in (("struve", mp.struveh), ("modstruve", mp.struvel))
        for v in (0, 1, 2.5, -0.25)
    ),
    *(("pbdv", (v, None), *_along(1, (v,), mp.pcfd, _parabolic_slope, most=9)) for v in (0.5, -1.5, 3)),
    ("hyperu", (0.5, 1.5, None), *_along(2, (0.5, 1.5), mp.hyperu, _by(mp.hyperu, 0, 0, 1))),
    ("hyperu", (0.75, 0.25, None), *_along(2, (0.75, 0.25), mp.hyperu, _by(mp.hyperu, 0, 0, 1))),
    ("hyperu", (None, 0.75, 0.5), *_along(0, (0.75, 0.5), mp.hyperu, _by(mp.hyperu, 1, 0, 0), most=9)),
    ("hyperu_slope", (1, 0, 0, None, 0.75, 0.5), *_along(0, (0.75, 0.5), _by(mp.hyperu, 1, 0, 0), None, most=9)),
    ("ellipkm1_slope", (1, None), *_along(0, (), _by(_km1, 1), _by(_km1, 2))),
    ("dirichlet_eta_slope", (1, None), *_along(0, (), _by(mp.altzeta, 1), None)),
    *(
        (f"jacobi_{kind}", constants, *_along(place, rest, of, _by(of, 1 - place, place), most=0.99 if place else 9))
        for kind, of in (
            *((k, _elliptic(k)) for k in ("sn", "cn", "dn")),
            ("epsilon", _epsilon),
            ("am", _amplitude),
        )
        for place, rest, constants in ((0, (0.25,), (None, 0.25)), (1, (1.5,), (1.5, None)))
    ),
    *(("lerchphi_of", (s, None, 0.75), *_along(1, (s, 0.75), _phi, _phi_slope, most=0.9)) for s in (1.5, -2)),
    ("lerchphi_of", (1.5, -2, None), *_along(2, (1.5, -2), _phi, lambda s, z, a: -s * _phi(s + 1, z, a), most=9)),
    *(
        ("polylog", (s, None), *_along(1, (s,), mp.polylog, lambda s, x: mp.polylog(s - 1, x) / x, most=0.99))
        for s in (0.5, 2, 3.25, -2)
    ),
    *(
        ("elliprj", (*first, None, *last), *_carlson(mp.elliprj, first, last))
        for first, last in (((), (1.5, 2.5, 0.5)), ((1.5, 0.5, 0), ()))
    ),
    (
        "elliprj_slope",
        (1, 0, 0, 0, None, 1.5, 2.5, 0.5),
        *_along(0, (1.5, 2.5, 0.5), _by(mp.elliprj, 1, 0, 0, 0), None),
    ),
    ("stdtr", (2.5, None), *_along(1, (2.5,), _student, _density_of_t)),
    ("stdtr", (None, 0.75), *_along(0, (0.75,), _student, _by(_student, 1, 0))),
    ("stdtr_slope", (1, 0, None, 0.75), *_along(0, (0.75,), _by(_student, 1, 0), _by(_student, 2, 0))),
    *(("expn", (n, None), *_expn(n)) for n in (-1, 0, 1, 2, 5)),
    *(("hyp0f1", (b, None), *_along(1, (b,), mp.hyp0f1, _by(mp.hyp0f1, 0, 1))) for b in (0.5, 3)),
    ("hyp0f1", (None, 2.5), *_along(0, (2.5,), mp.hyp0f1, _by(mp.hyp0f1, 1, 0))),
    ("hyp0f1_slope", (1, 0, None, 2.5), *_along(0, (2.5,), _by(mp.hyp0f1, 1, 0), _by(mp.hyp0f1, 2, 0))),
    ("exprel_slope", (1, None), *_along(0, (), _exprel_slope, _by(_exprel_slope, 1))),
    ("elliptic_f_slope", (0, 1, None, 0.5), *_along(0, (0.5,), _by(mp.ellipf, 0, 1), _by(mp.ellipf, 1, 1))),
    ("elliptic_e_inc_slope", (0, 1, None, 0.5), *_along(0, (0.5,), _by(mp.ellipe, 0, 1), _by(mp.ellipe, 1, 1))),
    ("agm_slope", (1, 0, None, 1.5), *_along(0, (1.5,), _by(mp.agm, 1, 0), _by(mp.agm, 2, 0))),
    *(
        (name, (phi, None), *_along(1, (phi,), function, _by(function, 0, 1), most=0.9))
        for name, function in (("elliptic_f", mp.ellipf), ("elliptic_e_inc", mp.ellipe))
        for phi in (1.25, 4)
    ),
    ("elliptic_f", (None, 0.5), *_along(0, (0.5,), mp.ellipf, lambda phi, m: 1 / mp.sqrt(1 - m * mp.sin(phi) ** 2))),
    ("elliptic_e_inc", (None, 0.5), *_along(0, (0.5,), mp.ellipe, lambda phi, m: mp.sqrt(1 - m * mp.sin(phi) ** 2))),
    ("agm", (None, 1.5), *_along(0, (1.5,), mp.agm, _by(mp.agm, 1, 0))),
    ("elliprc", (None, 1.5), *_along(0, (1.5,), mp.elliprc, _by(mp.elliprc, 1, 0))),
    ("elliprc", (1.5, None), *_along(1, (1.5,), mp.elliprc, _by(mp.elliprc, 0, 1))),
    *(("poch", (None, m), *_along(0, (m,), _rising, _rising_slope)) for m in (0.5, -0.25)),
    ("poch", (2.5, None), *_along(1, (2.5,), _rising, lambda a, m: _rising(a, m) * mp.psi(0, a + m))),
    *(
        (f"ellipr{kind}", (*first, None, *last), *_carlson(getattr(mp, f"ellipr{kind}"), first, last))
        for kind in "dfg"
        for first, last in (((), (1.5, 2.5)), ((1.5,), (0,)), ((0, 1.5), ()))
    ),
    ("elliprd_slope", (1, 0, 0, None, 1.5, 2.5), *_along(0, (1.5, 2.5), _by(mp.elliprd, 1, 0, 0), None)),
    *(("gammainc", (a, None), *_along(1, (a,), _p, _density_of_gamma)) for a in (0.5, 2.5, 200)),
    *(("gammainc", (None, x), *_along(0, (x,), _p, _by(_p, 1, 0))) for x in (0.5, 20)),
    *(("gammaincc", (a, None), *_along(1, (a,), _q, lambda a, x: -_density_of_gamma(a, x))) for a in (0.5, 2.5)),
    *(("gammaincc", (None, x), *_along(0, (x,), _q, _by(_q, 1, 0))) for x in (0.5, 20)),
    ("gammainc_slope", (1, 0, None, 1.5), *_along(0, (1.5,), _by(_p, 1, 0), _by(_p, 2, 0))),
    ("gammaincc_slope", (1, 0, None, 1.5), *_along(0, (1.5,), _by(_q, 1, 0), _by(_q, 2, 0))),
    ("zeta", (2.5, None), *_along(1, (2.5,), mp.zeta, lambda s, q: -s * mp.zeta(s + 1, q))),
    ("zeta", (None, 0.75), *_along(0, (0.75,), mp.zeta, _hurwitz_slope)),
    (
        "zeta_slope",
        (1, 0, None, 0.75),
        *_along(0, (0.75,), _hurwitz_slope, lambda s, q: mp.zeta(s, q, 2)),
    ),
    ("betainc", (2.5, 0.5, None), *_along(2, (2.5, 0.5), _i, _density_of_beta)),
    ("betainc", (None, 2.5, 0.25), *_along(0, (2.5, 0.25), _i, _by(_i, 1, 0, 0))),
    ("betainc", (2.5, None, 0.25), *_along(1, (2.5, 0.25), _i, _by(_i, 0, 1, 0))),
    ("betaincc", (2.5, 0.5, None), *_along(2, (2.5, 0.5), _i_beyond, lambda *x: -_density_of_beta(*x))),
    ("betaincc", (None, 2.5, 0.25), *_along(0, (2.5, 0.25), _i_beyond, _by(_i_beyond, 1, 0, 0))),
    (
        "betaincc_slope",
        (1, 0, 0, None, 2.5, 0.25),
        *_along(0, (2.5, 0.25), _by(_i_beyond, 1, 0, 0), _by(_i_beyond, 2, 0, 0)),
    ),
    ("betainc_slope", (1, 0, 0, None, 2.5, 0.25), *_along(0, (2.5, 0.25), _by(_i, 1, 0, 0), _by(_i, 2, 0, 0))),
    ("hyp1f1", (0.5, 1.5, None), *_along(2, (0.5, 1.5), mp.hyp1f1, lambda a, b, x: a / b * mp.hyp1f1(a + 1, b + 1, x))),
    ("hyp1f1", (None, 1.5, 2.5), *_along(0, (1.5, 2.5), mp.hyp1f1, _by(mp.hyp1f1, 1, 0, 0))),
    ("hyp1f1_slope", (0, 1, 0, 0.5, None, 2.5), *_along(1, (0.5, 2.5), _by(mp.hyp1f1, 0, 1, 0), None)),
    ("hyp2f1", (0.5, 1.5, 2.5, None), *_along(3, (0.5, 1.5, 2.5), mp.hyp2f1, _by(mp.hyp2f1, 0, 0, 0, 1), most=0.6)),
    (
        "hyp2f1_slope",
        (0, 0, 1, 0, 0.5, 1.5, None, 0.25),
        *_along(2, (0.5, 1.5, 0.25), _by(mp.hyp2f1, 0, 0, 1, 0), None),
    ),
    ("log_quotient_of_slope", (1, None), *_along(0, (), _log_quotient_slope, _by(_log_quotient_slope, 1))),
    ("sinhc_of_slope", (1, None), *_along(0, (), _sinhc_slope, _by(_sinhc_slope, 1))),
    ("sinc_slope", (1, None), *_along(0, (), _sinc_slope, _by(_sinc_slope, 1))),
    ("rgamma_slope", (1, None), *_along(0, (), _rgamma_slope, _by(mp.rgamma, 2))),
    ("elliptic_k_slope", (1, None), *_along(0, (), _by(mp.ellipk, 1), _by(mp.ellipk, 2))),
    ("elliptic_e_slope", (1, None), *_along(0, (), _by(mp.ellipe, 1), _by(mp.ellipe, 2))),
)


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

# The largest eigenvalue of [[0, 0, x], [0, 0, 1], [x, 1, 0]], and what [[x, 1], [0, 0]] has above the diagonal of its
# exponential.
ARROW: tuple[Function, ...] = (lambda x: mp.hypot(x, 1), lambda x: x / mp.hypot(x, 1))
# For that eigenvalue r the element of v v^T in the middle is 1 / (2 r^2). The others are 0 and -r, and have there the
# products x^2 / r^2 and 1 / (2 r^2).
ARROW_PART: tuple[Function, ...] = (lambda x: 1 / (2 * (x * x + 1)), lambda x: -x / (x * x + 1) ** 2)
ARROW_REST: tuple[Function, ...] = (
    lambda x: (x * x + mp.mpf(0.25)) / mp.hypot(x, 1) ** 3,
    lambda x: x * (mp.mpf(1.25) - x * x) / mp.hypot(x, 1) ** 5,
)


def _upper(x: Any) -> Any:
    """The larger eigenvalue of [[x, 1], [1, 0]]; the other one is less than zero by that of -x."""
    return (x + mp.hypot(x, 2)) / 2 if x > 0 else 2 / (mp.hypot(x, 2) - x)


# That eigenvalue r, what v v^T has in the corner, and what the resolvent has there; with h = (x^2 + 4)^(1/2) these are
# r / h and (r - x) / h^2.
CORNER: tuple[Function, ...] = (_upper, lambda x: _upper(x) / mp.hypot(x, 2))
CORNER_PART: tuple[Function, ...] = (lambda x: _upper(x) / mp.hypot(x, 2), lambda x: 2 / mp.hypot(x, 2) ** 3)
CORNER_REST: tuple[Function, ...] = (
    lambda x: _upper(-x) / mp.hypot(x, 2) ** 2,
    lambda x: -_upper(-x) / mp.hypot(x, 2) ** 3 * (1 + 2 * x / mp.hypot(x, 2)),
)
MEAN_GROWTH: tuple[Function, ...] = (
    lambda x: _expm1(x) / x if x else mp.mpf(1),
    lambda x: (x * _exp(x) - _expm1(x)) / x**2 if x else mp.mpf(0.5),
)


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
