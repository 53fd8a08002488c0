"""Elementary functions: polynomials, powers, exponentials, logarithms, trigonometric and hyperbolic functions."""

from diffcheck import case, interval
from diffcheck.ops import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cos,
    cosh,
    exp,
    exp2,
    expm1,
    hypot,
    log,
    log1p,
    log2,
    log10,
    pi,
    rational,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)


@case(x=interval(-10, 10), reference="DLMF 1.11(i)")
def quartic(x):
    """3 x^4 - 2 x^3 + x - 7, by Horner's rule."""
    return ((3 * x - 2) * x**2 + 1) * x - 7


@case(x=interval(-1, 1), operators=["derivative", "hessian"], reference="DLMF 18.5(iv)")
def chebyshev_t5(x):
    """T5(x) = 16 x^5 - 20 x^3 + 5 x."""
    return 16 * x**5 - 20 * x**3 + 5 * x


@case(x=interval(-10, 10), reference="DLMF 4.2(iv)")
def reciprocal(x):
    """1/x, with its pole."""
    return 1 / x


@case(x=interval(0, 100), reference="DLMF 4.2(iv)")
def five_halves_power(x):
    """x^(5/2)."""
    return x**2.5


@case(x=interval(1e-6, 1e6, scale="log"), reference="DLMF 4.2(iv)")
def cube_root(x):
    """x^(1/3), the exponent being the fraction itself."""
    return x ** rational(1, 3)


@case(x=interval(0, 1e6), reference="DLMF 4.2(iv)")
def square_root(x):
    """sqrt(x), with its vertical tangent at 0."""
    return sqrt(x)


@case(x=interval(-700, 700), reference="DLMF 4.2(iii)")
def exponential(x):
    """e^x."""
    return exp(x)


@case(x=interval(-30, 30), reference="DLMF 4.2(iv)")
def binary_exponential(x):
    """2^x."""
    return exp2(x)


@case(x=interval(-40, 40), reference="Higham 2002, 1.14.1")
def exponential_minus_one(x):
    """e^x - 1; its derivative e^x is tiny on the left, where y + 1 cancels."""
    return expm1(x)


@case(x=interval(1e-9, 1e9, scale="log"), reference="DLMF 4.2.2")
def natural_logarithm(x):
    """ln x."""
    return log(x)


@case(x=interval(1e-9, 1e9, scale="log"), reference="DLMF 4.2(ii)")
def binary_logarithm(x):
    """log2 x."""
    return log2(x)


@case(x=interval(1e-9, 1e9, scale="log"), reference="DLMF 4.2(ii)")
def decimal_logarithm(x):
    """log10 x."""
    return log10(x)


@case(x=interval(-0.99, 1e6), reference="DLMF 4.6.1")
def logarithm_of_one_plus(x):
    """ln(1 + x)."""
    return log1p(x)


@case(x=interval(-10, 10), reference="DLMF 4.14")
def sine(x):
    """sin x."""
    return sin(x)


@case(x=interval(-100, 100), reference="DLMF 4.14")
def cosine(x):
    """cos x."""
    return cos(x)


@case(x=interval(-1.5, 1.5), reference="DLMF 4.14.4")
def tangent(x):
    """tan x, up to near its poles."""
    return tan(x)


@case(x=interval(-1, 1), reference="DLMF 4.23")
def arcsine(x):
    """asin x, with vertical tangents at both ends."""
    return asin(x)


@case(x=interval(-0.999, 0.999), reference="DLMF 4.23")
def arccosine(x):
    """acos x."""
    return acos(x)


@case(x=interval(-1e3, 1e3), reference="DLMF 4.23")
def arctangent(x):
    """atan x."""
    return atan(x)


@case(x=interval(-10, 10), reference="DLMF 4.28.1")
def hyperbolic_sine(x):
    """sinh x."""
    return sinh(x)


@case(x=interval(-10, 10), reference="DLMF 4.28.2")
def hyperbolic_cosine(x):
    """cosh x."""
    return cosh(x)


@case(x=interval(-2, 2), operators=["derivative", "hessian"], reference="DLMF 4.28.4")
def hyperbolic_tangent(x):
    """tanh x, where it is not yet saturated."""
    return tanh(x)


@case(x=interval(-1e6, 1e6), reference="DLMF 4.37.16")
def area_hyperbolic_sine(x):
    """asinh x."""
    return asinh(x)


@case(x=interval(1, 100), reference="DLMF 4.37.19")
def area_hyperbolic_cosine(x):
    """acosh x, with its vertical tangent at 1."""
    return acosh(x)


@case(x=interval(-0.999, 0.999), reference="DLMF 4.37.24")
def area_hyperbolic_tangent(x):
    """atanh x."""
    return atanh(x)


@case(x=interval(0.5, 10), y=interval(0.5, 10), reference="IEEE 754-2019, 9.2")
def hypotenuse(x, y):
    """sqrt(x^2 + y^2)."""
    return hypot(x, y)


@case(y=interval(-5, 5), x=interval(0.1, 5), reference="IEEE 754-2019, 9.2")
def polar_angle(y, x):
    """The angle of the point (x, y) in the right half plane."""
    return atan2(y, x)


@case(x=interval(-5, 5), operators=["derivative", "hessian"], reference="Feller 1968, VII.1")
def gaussian(x):
    """The normal density."""
    return exp(-(x**2) / 2) / sqrt(2 * pi)


@case(x=interval(0, 10), reference="Feynman 1963, I-24")
def damped_oscillation(x):
    """e^(-x/4) sin(2 pi x)."""
    return exp(-x / 4) * sin(2 * pi * x)


@case(x=interval(-3, 3), reference="DLMF 1.4(iii), the chain rule")
def log_cosh_of_sine(x):
    """ln cosh(3 sin x)."""
    return log(cosh(3 * sin(x)))


@case(x=interval(-1e3, 1e3), reference="Charbonnier, Blanc-Feraud, Aubert & Barlaud 1997")
def pseudo_huber(x):
    """sqrt(1 + x^2) - 1, half of the function of the reference."""
    return sqrt(1 + x**2) - 1


@case(x=interval(0.1, 3), y=interval(-3, 3), reference="DLMF 4.2(iv)")
def general_power(x, y):
    """x^y by both arguments."""
    return x**y


@case(
    x=interval(0.1, 3),
    y=interval(-3, 3),
    operators=["hessian"],
    expect={"autograd": "disagree"},
    because="torch sets y x^(y-1) to the constant 0 where y = 0, so its slope 1/x in y is lost (pow_backward_self)",
    reference="DLMF 4.2(iv)",
)
def curvature_of_general_power(x, y):
    """x^y once more, to second order."""
    return x**y
