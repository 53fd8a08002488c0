"""Special functions: the error function's and the gamma function's relatives."""

from diffcheck import case, interval
from diffcheck.ops import (
    bessel_i,
    dawsn,
    digamma,
    erf,
    erfc,
    erfinv,
    exp,
    exp1,
    expi,
    fresnelc,
    fresnels,
    lgamma,
    log,
    log1p,
    log_ndtr,
    ndtr,
    pi,
    polygamma,
    si,
    sqrt,
    stack,
    sum,
    xlogy,
)


@case(x=interval(-6, 6), reference="DLMF 7.2.1")
def error_function(x):
    """erf x."""
    return erf(x)


@case(x=interval(-5, 25), reference="DLMF 7.2.2")
def complementary_error_function(x):
    """erfc x, down to 1e-273."""
    return erfc(x)


@case(x=interval(0, 20), reference="DLMF 7.2.3")
def scaled_complementary_error_function(x):
    """e^(x^2) erfc x, written out."""
    return exp(x**2) * erfc(x)


@case(x=interval(0.1, 100), reference="DLMF 5.2.1")
def log_gamma(x):
    """ln Gamma(x)."""
    return lgamma(x)


@case(
    x=interval(3, 30),
    expect={"autograd": "disagree"},
    because="torch's trigamma ends its asymptotic series at x^-7, which leaves ten digits at 3",
    reference="DLMF 5.2.2",
)
def psi(x):
    """The digamma function."""
    return digamma(x)


@case(x=interval(0.5, 20), reference="DLMF 5.15.1")
def trigamma(x):
    """The first derivative of digamma."""
    return polygamma(1, x)


@case(x=interval(0.5, 10), reference="DLMF 5.15")
def tetragamma(x):
    """The second derivative of digamma."""
    return polygamma(2, x)


@case(a=interval(0.5, 20), b=interval(0.5, 20), reference="DLMF 5.12.1")
def log_beta(a, b):
    """ln B(a, b)."""
    return lgamma(a) + lgamma(b) - lgamma(a + b)


@case(x=interval(-8, 8), reference="Feller 1968, VII.1")
def normal_distribution(x):
    """Phi(x)."""
    return ndtr(x)


@case(
    x=interval(-30, 8),
    expect={"symbolic": "nonfinite"},
    because="SymPy rewrites erfc(-z) as 2 - erfc(z), which cancels in the left tail and is 0 below -8.3",
    reference="DLMF 7.12.1",
)
def log_normal_distribution(x):
    """ln Phi(x), far into the left tail."""
    return log_ndtr(x)


@case(x=interval(0, 5), y=interval(0.1, 5), reference="Shannon 1948")
def x_log_y(x, y):
    """x ln y."""
    return xlogy(x, y)


@case(p=interval(0.01, 1, shape=4), reference="Shannon 1948")
def entropy(p):
    """-sum of p ln p, over four weights."""
    return -sum(xlogy(p, p))


@case(k=interval(1, 20), rate=interval(0.1, 10), y=2.5, reference="Johnson, Kotz & Balakrishnan 1994, 17")
def gamma_log_density(k, rate, y):
    """The gamma distribution's log-density at y, by shape and rate."""
    return k * log(rate) + (k - 1) * log(y) - rate * y - lgamma(k)


@case(x=interval(1, 12), reference="Stirling 1730; DLMF 5.11.3")
def stirling_series(x):
    """sqrt(2 pi) x^(x - 1/2) e^-x (1 + 1/(12 x)), close to Gamma(x)."""
    return sqrt(2 * pi) * x ** (x - 0.5) * exp(-x) * (1 + 1 / (12 * x))


@case(x=interval(0.5, 8), reference="DLMF 5.2.1")
def gamma_function(x):
    """e^(ln Gamma(x)); the slope is zero near 1.4616."""
    return exp(lgamma(x))


@case(n=interval(1, 20), share=interval(0, 1), reference="DLMF 1.2(i), 5.2")
def binomial_coefficient(n, share):
    """ln of n! / (k! (n - k)!) by Gamma functions, k being a share of n."""
    k = share * n
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


@case(p=interval(-0.99, 0.99), reference="DLMF 7.17; Blair, Edwards & Johnson 1976")
def inverse_error_function(p):
    """The x with erf x = p."""
    return erfinv(p)


@case(p=interval(0.01, 0.99), reference="Wichura 1988")
def probit(p):
    """The quantile of the normal distribution, sqrt(2) erfinv(2 p - 1)."""
    return sqrt(2) * erfinv(2 * p - 1)


@case(p=interval(0.001, 0.999), reference="Berkson 1944")
def logit(p):
    """ln(p / (1 - p))."""
    return log(p) - log1p(-p)


@case(x=interval(0, 10), reference="DLMF 10.25, 10.29.3")
def bessel_i0(x):
    """I_0(x), whose derivative is I_1(x)."""
    return bessel_i(0, x)


@case(x=interval(0.1, 20), reference="Mardia & Jupp 2000, 3.5; DLMF 10.33")
def bessel_ratio(x):
    """I_1(x) / I_0(x): how far a von Mises distribution points in one direction."""
    return bessel_i(1, x) / bessel_i(0, x)


@case(x=interval(-5, 5), reference="DLMF 7.2.5; Dawson 1897")
def dawson_integral(x):
    """e^(-x^2) times the integral of e^(t^2) from 0 to x; largest near 0.9241."""
    return dawsn(x)


@case(x=interval(0.1, 40), reference="DLMF 6.2.5")
def exponential_integral(x):
    """Ei(x), whose root is near 0.3725."""
    return expi(x)


@case(
    x=interval(0, 20),
    expect={"symbolic": "nonfinite"},
    because="SymPy's derivative is sin(x) / x, which is 0/0 at 0, where the slope is 1",
    reference="DLMF 6.2.9; Gibbs 1899",
)
def sine_integral(x):
    """Si(x), how Fourier series overshoot at a jump."""
    return si(x)


@case(t=interval(-4, 4), reference="DLMF 7.20(ii); Cornu 1874")
def cornu_spiral(t):
    """C(t) and S(t): a curve of unit speed whose curvature is pi t."""
    return stack([fresnelc(t), fresnels(t)])


@case(
    transmissivity=interval(0.01, 1),
    storage=interval(1e-4, 1e-2),
    radius=interval(1, 50),
    time=interval(0.1, 10),
    reference="Theis 1935",
)
def drawdown_at_a_well(transmissivity, storage, radius, time):
    """E1(r^2 S / (4 T t)) / (4 pi T), how far a unit pumping rate lowers the water table."""
    return exp1(radius**2 * storage / (4 * transmissivity * time)) / (4 * pi * transmissivity)
