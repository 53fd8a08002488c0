"""Test functions of optimisation."""

import numpy as np

from diffcheck import case, interval
from diffcheck.ops import cos, dot, e, exp, log, matmul, mean, pi, sin, sqrt, sum

SECOND_ORDER = ("gradient", "hessian")


@case(
    x=interval(-2, 2, shape=2),
    points=[{"x": [1.0, 1.0]}, {"x": [-1.25, 1.0]}],
    operators=SECOND_ORDER,
    reference="Rosenbrock 1960",
)
def rosenbrock(x):
    """100 (x1 - x0^2)^2 + (1 - x0)^2, a curved valley."""
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


@case(x=interval(-2, 2, shape=6), reference="More, Garbow & Hillstrom 1981, (21)")
def extended_rosenbrock(x):
    """Three valleys side by side."""
    return sum(100 * (x[1::2] - x[0::2] ** 2) ** 2 + (1 - x[0::2]) ** 2)


@case(x=interval(-5, 5, shape=2), points=[{"x": [3.0, 2.0]}], operators=SECOND_ORDER, reference="Himmelblau 1972")
def himmelblau(x):
    """(x0^2 + x1 - 11)^2 + (x0 + x1^2 - 7)^2, with four minima."""
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


@case(
    x=interval(-4.5, 4.5, shape=2),
    points=[{"x": [3.0, 0.5]}],
    operators=SECOND_ORDER,
    reference="Beale 1958; More, Garbow & Hillstrom 1981, (5)",
)
def beale(x):
    """(3/2 - x0 (1 - x1))^2 + (9/4 - x0 (1 - x1^2))^2 + (21/8 - x0 (1 - x1^3))^2: sharp ridges at the corners."""
    u, v = x[0], x[1]
    return (1.5 - u + u * v) ** 2 + (2.25 - u + u * v**2) ** 2 + (2.625 - u + u * v**3) ** 2


@case(x=interval(-10, 10, shape=2), operators=SECOND_ORDER, reference="Jamil & Yang 2013")
def booth(x):
    """(x0 + 2 x1 - 7)^2 + (2 x0 + x1 - 5)^2, a quadratic bowl."""
    return (x[0] + 2 * x[1] - 7) ** 2 + (2 * x[0] + x[1] - 5) ** 2


@case(x=interval(-10, 10, shape=2), operators=SECOND_ORDER, reference="Jamil & Yang 2013")
def matyas(x):
    """0.26 (x0^2 + x1^2) - 0.48 x0 x1, a flat quadratic bowl."""
    return 0.26 * (x[0] ** 2 + x[1] ** 2) - 0.48 * x[0] * x[1]


@case(x=interval(0.5, 30, shape=3), reference="Ackley 1987")
def ackley(x):
    """-20 exp(-0.2 sqrt(mean x^2)) - exp(mean cos(2 pi x)) + e + 20, off its centre, where it has a cone's tip."""
    return -20 * exp(-0.2 * sqrt(mean(x**2))) - exp(mean(cos(2 * pi * x))) + e + 20


@case(x=interval(-5.12, 5.12, shape=3), reference="Rastrigin 1974")
def rastrigin(x):
    """30 + sum of x^2 - 10 cos(2 pi x): many minima on a paraboloid."""
    return 30 + sum(x**2 - 10 * cos(2 * pi * x))


@case(x=interval(-5, 5, shape=3), operators=SECOND_ORDER, reference="Styblinski & Tang 1990")
def styblinski_tang(x):
    """The sum of x^4 - 16 x^2 + 5 x, halved: a separable quartic."""
    return sum(x**4 - 16 * x**2 + 5 * x) / 2


@case(x=interval(-2, 2, shape=2), points=[{"x": [0.0, -1.0]}], reference="Goldstein & Price 1971")
def goldstein_price(x):
    """A product of two polynomials of degree four: values from 3, at (0, -1), to a million."""
    u, v = x[0], x[1]
    ridge = 1 + (u + v + 1) ** 2 * (19 - 14 * u + 3 * u**2 - 14 * v + 6 * u * v + 3 * v**2)
    valley = 30 + (2 * u - 3 * v) ** 2 * (18 - 32 * u + 12 * u**2 + 48 * v - 36 * u * v + 27 * v**2)
    return ridge * valley


@case(x=interval(-4, 5, shape=4), reference="Powell 1962; More, Garbow & Hillstrom 1981, (13)")
def powell_singular(x):
    """(a + 10 b)^2 + 5 (c - d)^2 + (b - 2 c)^4 + 10 (a - d)^4: the Hessian is singular at the minimum."""
    a, b, c, d = x[0], x[1], x[2], x[3]
    return (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4


@case(x=interval(-1.5, 4, shape=2), reference="Jamil & Yang 2013")
def mccormick(x):
    """sin(x0 + x1) + (x0 - x1)^2 - 1.5 x0 + 2.5 x1 + 1."""
    return sin(x[0] + x[1]) + (x[0] - x[1]) ** 2 - 1.5 * x[0] + 2.5 * x[1] + 1


@case(
    x=interval(0.1, 1, shape=8),
    RT=8.0,
    b=1 / np.arange(10.0, 18.0),
    A=1 / np.add.outer(np.arange(1.0, 9.0), np.arange(8.0)),
    reference="Griewank 1989; Peng & Robinson 1976",
)
def helmholtz_energy(x, RT, b, A):
    """The free energy of a mixed fluid in a unit volume, by its eight densities: Griewank's formula.

    RT sum x_i ln(x_i / (1 - b x)) - x A x / (sqrt(8) b x) ln((1 + (1 + sqrt(2)) b x) / (1 + (1 - sqrt(2)) b x)).
    """
    bx = dot(b, x)
    attraction = dot(x, matmul(A, x)) / (sqrt(8) * bx)
    return RT * sum(x * log(x / (1 - bx))) - attraction * log((1 + (1 + sqrt(2)) * bx) / (1 + (1 - sqrt(2)) * bx))
