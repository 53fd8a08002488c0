"""Hard ones, as people write them: cancellation, saturation, singular points, chaos."""

import numpy as np

from diffcheck import case, interval
from diffcheck.ops import acos, atan, cos, exp, log, mean, prod, sin, sqrt, sum, tanh, where


@case(x=interval(-1e3, 1e3), reference="Higham 2002, 1.7")
def saturated_tanh(x):
    """tanh far out: 1 - tanh(x)^2 has lost all digits at 20, the derivative there is 1.7e-17."""
    return tanh(x)


@case(x=interval(-10, 10), reference="Higham 2002, 1.7")
def versine_quotient(x):
    """(1 - cos x) / x^2, removable at 0."""
    return (1 - cos(x)) / x**2


@case(
    x=interval(-800, 800),
    expect={"symbolic": "nonfinite", "finite": "nonfinite", "autograd": "nonfinite"},
    because="e^-x is infinite below -709.8: the derivative becomes inf/inf, the difference inf - inf",
    reference="Goodfellow, Bengio & Courville 2016, 4.1",
)
def log_one_plus_exp(x):
    """ln(1 + e^-x): e^-x overflows from -710 on, and is lost in the sum from 37 on."""
    return log(1 + exp(-x))


@case(
    x=interval(-4, 4),
    expect={"autograd": "nonfinite"},
    because="pytorch#187297: where sends a zero gradient into the branch not taken, and 0 times sqrt'(x) = nan is nan",
    reference="pytorch#187297",
)
def guarded_sqrt(x):
    """sqrt(x) where positive, else x: the branch not taken has no derivative."""
    return where(x > 0, sqrt(x), x)


@case(
    x=interval(-4, 4),
    expect={"autograd": "nonfinite"},
    because="pytorch#52248: at 0 the zero gradient of the branch not taken meets 0/0",
    reference="pytorch#52248",
)
def guarded_sinc(x):
    """sin(x)/x, guarded at 0 by a condition that guards the value but not the derivative."""
    return where(x == 0, 1.0, sin(x) / x)


@case(x=interval(0, 1), r=3.75, steps=12, reference="May 1976")
def logistic_map(x, r, steps):
    """Twelve iterates of r x (1 - x)."""
    for _ in range(steps):
        x = r * x * (1 - x)
    return x


@case(
    a=interval(7e4, 8e4),
    b=interval(3e4, 3.5e4),
    points=[{"a": 77617.0, "b": 33096.0}],
    reference="Rump 1988; Loh & Walster 2002",
)
def rump(a, b):
    """Rump's polynomial: at (77617, 33096) all digits cancel, twice."""
    return 333.75 * b**6 + a**2 * (11 * a**2 * b**2 - b**6 - 121 * b**4 - 2) + 5.5 * b**8 + a / (2 * b)


@case(x=interval(0.5, 1.5), points=[{"x": 1.0}, {"x": 1.0078125}], reference="Demmel 1997, 1.4, there for (x - 2)^9")
def expanded_power(x):
    """(x - 1)^7, multiplied out."""
    return x**7 - 7 * x**6 + 21 * x**5 - 35 * x**4 + 35 * x**3 - 21 * x**2 + 7 * x - 1


@case(x=interval(1e-4, 1), reference="Spivak 2008, ch. 5")
def topologists_sine(x):
    """sin(1/x)."""
    return sin(1 / x)


@case(x=interval(1e-6, 10, scale="log"), reference="Johann Bernoulli 1697")
def self_power(x):
    """x^x."""
    return x**x


@case(x=interval(1e4, 1.0001e4, shape=4), reference="Chan, Golub & LeVeque 1983")
def naive_variance(x):
    """mean(x^2) - mean(x)^2, of numbers that are nearly alike."""
    return mean(x**2) - mean(x) ** 2


@case(x=interval(1e-8, 1e8, scale="log"), reference="Panchekha et al. 2015")
def roots_difference(x):
    """sqrt(x + 1) - sqrt(x)."""
    return sqrt(x + 1) - sqrt(x)


@case(b=interval(1e2, 1e6, scale="log"), reference="Higham 2002, 1.8")
def quadratic_root(b):
    """The small root of x^2 + b x + 1, by the school formula."""
    return (-b + sqrt(b**2 - 4)) / 2


@case(
    x=interval(0, 1),
    halvings=20,
    reference="Higham 2002, 1.12.2",
    expect={"autograd": "nonfinite"},
    because="at 0 the slope from the right is 1, and the chain rule says infinity times zero",
)
def root_of_square(x, halvings):
    """Twenty square roots followed by twenty squares."""
    for _ in range(halvings):
        x = sqrt(x)
    for _ in range(halvings):
        x = x**2
    return x


@case(
    x=interval(-1, 1, shape=2),
    points=[{"x": [0.0, 0.0]}],
    reference="Griewank & Walther 2008, ch. 14",
    expect={"symbolic": "nonfinite", "autograd": "nonfinite"},
    because="at the tip of the cone the chain rule multiplies the infinite slope of sqrt by zero",
)
def distance_to_origin(x):
    """sqrt(x^2 + y^2): a cone's tip at the origin."""
    return sqrt(x[0] ** 2 + x[1] ** 2)


@case(
    x=interval(-1e155, 1e155),
    y=3.0,
    expect={"finite": "nonfinite"},
    because="the squares overflow from 1.3e154 on: inf - inf here, and a slope of 0 instead of 1 by the other engines",
    reference="Moler & Morrison 1983",
)
def overflowing_hypotenuse(x, y):
    """sqrt(x^2 + y^2), whose squares overflow."""
    return sqrt(x**2 + y**2)


@case(x=interval(1, 1e8, scale="log"), reference="Panchekha et al. 2015; Hamming 1987, 3")
def arctangent_difference(x):
    """atan(x + 1) - atan(x)."""
    return atan(x + 1) - atan(x)


@case(x=interval(1e-8, 1, scale="log"), reference="Kahan 1987; Hamming 1987, 3")
def angle_of_small_chord(x):
    """acos(1 - x): for small x the digits of x are lost beside one, the angle is sqrt(2 x)."""
    return acos(1 - x)


@case(n=interval(1, 1e8, scale="log"), reference="Jacob Bernoulli 1683; Higham 2002, 1.5")
def compound_interest(n):
    """(1 + 1/n)^n, which comes to e; for large n the digits of 1/n are lost beside one."""
    return (1 + 1 / n) ** n


@case(x=interval(1e-8, 1, scale="log"), reference="Higham 2002, 1.14.1")
def quotient_of_exponential(x):
    """(e^x - 1) / x, with e^x - 1 as a difference."""
    return (exp(x) - 1) / x


@case(
    c=interval(1e-6, 1, scale="log"),
    reference="Heron of Alexandria; Kahan 2014",
)
def needle_triangle(c):
    """Heron's area of a triangle with sides one, one and c: the slope is 1/2 for small c."""
    s = (2 + c) / 2
    return sqrt(s * (s - 1) * (s - 1) * (s - c))


@case(x=interval(0.5, 20), points=[{"x": 10.0}, {"x": 15.5}], reference="Wilkinson 1959")
def wilkinson_polynomial(x):
    """(x - 1) (x - 2) ... (x - 20): a slope between -9.8e12 and 1.2e17."""
    return prod(x - np.arange(1.0, 21.0))


@case(
    x=interval(-800, 800, shape=3),
    expect={"symbolic": "nonfinite", "finite": "nonfinite", "autograd": "nonfinite"},
    because="e^x is infinite beyond 709.8 and 0 below -745.1: the quotient becomes inf/inf or 0/0",
    reference="Goodfellow, Bengio & Courville 2016, 4.1",
)
def naive_softmax(x):
    """e^x_0 / sum of e^x_i, without the shift that keeps it finite."""
    return exp(x[0]) / sum(exp(x))


@case(
    x=interval(0.01, 1, shape=4),
    power=80,
    expect={"finite": "nonfinite", "autograd": "nonfinite"},
    because="below 1e-308 the product is 0: its logarithm is infinite, and the chain rule says infinity times zero",
    reference="Rabiner 1989, V.A",
)
def logarithm_of_small_product(x, power):
    """ln of the product of x^80: below 1e-308 nothing is left of it."""
    return log(prod(x**power))


@case(x=interval(1e-4, 1), reference="Goldberg 1991; Hamming 1987, 3")
def reciprocal_less_cotangent(x):
    """1/x - cos(x)/sin(x): two poles that cancel to x/3."""
    return 1 / x - cos(x) / sin(x)


@case(x=interval(1e-3, 1), reference="Higham 2002, 1.7")
def sine_remainder(x):
    """(x - sin x) / x^3, a sixth at zero."""
    return (x - sin(x)) / x**3


@case(x=interval(10, 30), terms=60, reference="Forsythe 1970")
def exponential_by_its_series(x, terms):
    """e^-x by its alternating series: terms of 1e12 that add up to 1e-13."""
    total = term = 1.0
    for k in range(1, terms):
        term = term * -x / k
        total = total + term
    return total


@case(x=interval(-1, 1), points=[{"x": 0.0}], reference="Cauchy 1823; Spivak 2008, ch. 18")
def flat_function(x):
    """e^(-1/x^2), and 0 at 0: every derivative there is 0."""
    return where(x == 0, 0.0, exp(-1 / where(x == 0, 1.0, x) ** 2))


@case(x=interval(0, 0.4), tents=20, reference="Collet & Eckmann 1980")
def tent_map(x, tents):
    """Twenty folds of 1 - |1 - 2x|, a slope of plus or minus a million."""
    for _ in range(tents):
        x = 1 - sqrt((1 - 2 * x) ** 2)
    return x
