"""Expressions that lose their digits, as numerical analysts collect them: each is right in exact arithmetic.

`hard.py` has the ones that everybody meets; these are Kahan's, Hamming's, Wilkinson's. Most lose what they lose to one
subtraction of numbers that are nearly equal, and an engine is not to blame for it (`lossy`): it does what the formula
allows. The report names the subtraction. Their domains are chosen for the sixteen digits of double precision.
"""

import numpy as np

from diffcheck import case, interval, ops
from diffcheck.ops import acos, atan, cos, exp, log, prod, sin, sqrt, sum, where


@case(x=interval(1, 1e8, scale="log"), reference="Panchekha et al. 2015; Hamming 1987, 3")
def arctangent_difference(x):
    """atan(x + 1) - atan(x)."""
    return atan(x + 1) - atan(x)


@case(x=interval(1e-8, 1, scale="log"), reference="Kahan 1987; Hamming 1987, 3")
def angle_of_small_chord(x):
    """acos(1 - x): for small x the digits of x are lost beside one, the angle is sqrt(2 x)."""
    return acos(1 - x)


@case(n=interval(1, 1e8, scale="log"), reference="Jacob Bernoulli 1683; Higham 2002, 1.11")
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
    """(x - 1) (x - 2) ... (x - 20): at a root k the slope is (-1)^k (k - 1)! (20 - k)!, at 20 it is 1.2e17."""
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


@case(x=interval(1e-4, 1), reference="Panchekha et al. 2015; Hamming 1987, 3")
def reciprocal_less_cotangent(x):
    """1/x - cos(x)/sin(x): two poles that cancel to x/3."""
    return 1 / x - cos(x) / sin(x)


@case(x=interval(1e-3, 1), reference="Higham 2002, 1.7")
def sine_remainder(x):
    """(x - sin x) / x^3, a sixth at zero."""
    return (x - sin(x)) / x**3


@case(x=interval(1, 10), points=[{"x": 5.5}], terms=60, reference="Forsythe 1970")
def exponential_by_its_series(x, terms):
    """e^-x by its alternating series: at 10 terms of 2,756 add up to 4.5e-5."""
    total = term = 1.0
    for k in range(1, terms):
        term = term * -x / k
        total = total + term
    return total


@case(x=interval(-1, 1), points=[{"x": 0.0}], reference="Cauchy 1823; Spivak 2008, ch. 18")
def flat_function(x):
    """e^(-1/x^2), and 0 at 0: every derivative there is 0."""
    return where(x == 0, 0.0, exp(-1 / where(x == 0, 1.0, x) ** 2))


@case(x=interval(0, 0.4), tents=10, reference="Collet & Eckmann 1980")
def tent_map(x, tents):
    """Ten folds of 1 - |1 - 2x|, a slope of plus or minus 1,024 and a kink at every multiple of 1/1,024."""
    for _ in range(tents):
        x = 1 - ops.abs(1 - 2 * x)
    return x
