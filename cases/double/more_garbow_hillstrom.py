"""The 35 problems of More, Garbow & Hillstrom 1981, "Testing unconstrained optimization software".

Every problem is a vector of residuals r(x); what is to be made small is the sum of their squares. Each makes two cases:
`NAME_residuals` with the Jacobian of r, as a method of Gauss and Newton needs it, and `NAME_squares` with the gradient
and the Hessian of the sum. They are tried where the authors start and at the minimiser, where all that the gradient
adds up cancels. The minimum is the one that the paper prints, at a size that it prints one for, and a test holds the
functions to it. Numbers of problems, data and starts are the paper's.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from diffcheck import case, interval, ops
from diffcheck.ops import atan, concatenate, cos, exp, matmul, pi, prod, sin, sqrt, stack, sum, where

PAPER = "More, Garbow & Hillstrom 1981"


def table(text):
    """The numbers of a printed table, in their order."""
    return np.array(text.split(), dtype=float)


@dataclass(frozen=True)
class Problem:
    """A problem, and what the paper prints of its minimum."""

    number: int
    residuals: Any
    start: Any
    solution: Any
    minimum: float


def problem(number, start, solution, minimum=0.0):
    """The decorated residuals as a `Problem`, with its two cases."""
    points = [{"x": start}, {"x": solution}]
    told = np.concatenate([start, solution])
    options = {"x": interval(told.min() - 1, told.max() + 1, shape=len(start)), "points": points, "samples": 0}

    def made(residuals):
        def squares(x):
            return sum(residuals(x) ** 2)

        squares.__doc__ = f"{residuals.__doc__.rstrip('.')}, the sum of the squares."
        name, where_it_stands = residuals.__name__, f"{PAPER}, ({number})"
        case(name=f"{name}_residuals", operators="jacobian", reference=where_it_stands, **options)(residuals)
        case(name=f"{name}_squares", operators=["gradient", "hessian"], reference=where_it_stands, **options)(squares)
        return Problem(number, residuals, start, solution, minimum)

    return made


# Problems of fixed size.


@problem(1, start=[-1.2, 1.0], solution=[1.0, 1.0])
def rosenbrock(x):
    """A curved valley."""
    return stack([10 * (x[1] - x[0] ** 2), 1 - x[0]])


@problem(2, start=[0.5, -2.0], solution=[11.41277898690209, -0.8968052532744767], minimum=48.9842)
def freudenstein_roth(x):
    """Two cubics; one minimum is 0, this is the other."""
    return stack([-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1], -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]])


@problem(3, start=[0.0, 1.0], solution=[1.098159329699759e-05, 9.106146739866714])
def powell_badly_scaled(x):
    """A hyperbola, ten thousand times steeper than what it meets."""
    return stack([1e4 * x[0] * x[1] - 1, exp(-x[0]) + exp(-x[1]) - 1.0001])


@problem(4, start=[1.0, 1.0], solution=[1e6, 2e-6])
def brown_badly_scaled(x):
    """Two unknowns that are twelve orders of magnitude apart."""
    return stack([x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2])


@problem(5, start=[1.0, 1.0], solution=[3.0, 0.5])
def beale(x):
    """Sharp ridges at the corners."""
    powers = np.arange(1, 4)
    return np.array([1.5, 2.25, 2.625]) - x[0] * (1 - x[1] ** powers)


@problem(6, start=[0.3, 0.4], solution=[0.2578252136, 0.2578252136], minimum=124.362)
def jennrich_sampson(x):
    """Two exponentials that want to be the same."""
    i = np.arange(1.0, 11.0)
    return 2 + 2 * i - (exp(i * x[0]) + exp(i * x[1]))


@problem(7, start=[-1.0, 0.0, 0.0], solution=[1.0, 0.0, 0.0])
def helical_valley(x):
    """A valley that winds around the third axis; the angle is counted in turns."""
    turns = atan(x[1] / x[0]) / (2 * pi) + where(x[0] > 0, 0.0, 0.5)
    return stack([10 * (x[2] - 10 * turns), 10 * (sqrt(x[0] ** 2 + x[1] ** 2) - 1), x[2]])


BARD = np.array([0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39])


@problem(8, start=[1.0, 1.0, 1.0], solution=[0.0824105597, 1.1330360920, 2.3436951791], minimum=8.21487e-3)
def bard(x):
    """A rational function of two variables, fitted to fifteen numbers."""
    u = np.arange(1.0, 16.0)
    v = 16 - u
    w = np.minimum(u, v)
    return BARD - (x[0] + u / (v * x[1] + w * x[2]))


HALF_A_BELL = np.array([0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521])


@problem(9, start=[0.4, 1.0, 0.0], solution=[0.3989561378, 1.0000190845, 0.0], minimum=1.12793e-8)
def gaussian(x):
    """A bell curve, fitted to one that is rounded to four digits."""
    t = (8 - np.arange(1.0, 16.0)) / 2
    y = np.concatenate([HALF_A_BELL, [0.3989], HALF_A_BELL[::-1]])
    return x[0] * exp(-x[1] * (t - x[2]) ** 2 / 2) - y


MEYER = np.array(
    [34780.0, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872]
)


@problem(10, start=[0.02, 4000.0, 250.0], solution=[0.0056096364710, 6181.3463463, 345.22363462], minimum=87.9458)
def meyer(x):
    """The resistance of a thermistor; its three parameters differ by six orders of magnitude."""
    t = 45 + 5 * np.arange(1.0, 17.0)
    return x[0] * exp(x[1] / (t + x[2])) - MEYER


@problem(11, start=[5.0, 2.5, 0.15], solution=[50.0, 25.0, 1.5])
def gulf_research(x):
    """A Weibull distribution; the paper prints a slip for the minus sign before x[1]."""
    t = np.arange(1, 11) / 100
    y = 25 + (-50 * np.log(t)) ** (2 / 3)
    return exp(-(ops.abs(y - x[1]) ** x[2]) / x[0]) - t


@problem(12, start=[0.0, 10.0, 20.0], solution=[1.0, 10.0, 1.0])
def box_three_dimensional(x):
    """A difference of exponentials, fitted to one."""
    t = np.arange(1, 11) / 10
    return exp(-t * x[0]) - exp(-t * x[1]) - x[2] * (np.exp(-t) - np.exp(-10 * t))


@problem(13, start=[3.0, -1.0, 0.0, 1.0], solution=[0.0, 0.0, 0.0, 0.0])
def powell_singular(x):
    """The Hessian is singular at the minimum."""
    return stack([x[0] + 10 * x[1], sqrt(5) * (x[2] - x[3]), (x[1] - 2 * x[2]) ** 2, sqrt(10) * (x[0] - x[3]) ** 2])


@problem(14, start=[-3.0, -1.0, -3.0, -1.0], solution=[1.0, 1.0, 1.0, 1.0])
def wood(x):
    """Two curved valleys, tied to each other."""
    valleys = [10 * (x[1] - x[0] ** 2), 1 - x[0], sqrt(90) * (x[3] - x[2] ** 2), 1 - x[2]]
    return stack([*valleys, sqrt(10) * (x[1] + x[3] - 2), (x[1] - x[3]) / sqrt(10)])


KOWALIK_Y = np.array([0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246])
KOWALIK_U = np.array([4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625])


@problem(
    15,
    start=[0.25, 0.39, 0.415, 0.39],
    solution=[0.19280693458, 0.19128232873, 0.12305650693, 0.13606233068],
    minimum=3.07505e-4,
)
def kowalik_osborne(x):
    """The kinetics of an enzyme."""
    u = KOWALIK_U
    return KOWALIK_Y - x[0] * (u**2 + u * x[1]) / (u**2 + u * x[2] + x[3])


@problem(
    16,
    start=[25.0, 5.0, -5.0, -1.0],
    solution=[-11.5944399230, 13.2036300510, -0.4034394882, 0.2367787297],
    minimum=85822.2,
)
def brown_dennis(x):
    """Residuals that are sums of squares themselves."""
    t = np.arange(1, 21) / 5
    return (x[0] + t * x[1] - np.exp(t)) ** 2 + (x[2] + x[3] * np.sin(t) - np.cos(t)) ** 2


OSBORNE_1 = table("""
    0.844 0.908 0.932 0.936 0.925 0.908 0.881 0.850 0.818 0.784 0.751
    0.718 0.685 0.658 0.628 0.603 0.580 0.558 0.538 0.522 0.506 0.490
    0.478 0.467 0.457 0.448 0.438 0.431 0.424 0.420 0.414 0.411 0.406
""")


@problem(
    17,
    start=[0.5, 1.5, -1.0, 0.01, 0.02],
    solution=[0.37541005211, 1.9358469127, -1.4646871366, 0.012867534640, 0.022122699662],
    minimum=5.46489e-5,
)
def osborne_1(x):
    """Two exponentials and a constant."""
    t = 10 * np.arange(33.0)
    return OSBORNE_1 - (x[0] + x[1] * exp(-t * x[3]) + x[2] * exp(-t * x[4]))


@problem(
    18,
    start=[1.0, 2.0, 1.0, 1.0, 1.0, 1.0],
    solution=[1.7114159945931, 17.683198140348, 1.1631436609838, 5.1865615312717, 1.7114159945931, 1.1631436609838],
    minimum=5.65565e-3,
)
def biggs_exp6(x):
    """Three exponentials; one minimum is 0 at (1, 10, 1, 5, 4, 3), this is the other."""
    t = np.arange(1, 14) / 10
    y = np.exp(-t) - 5 * np.exp(-10 * t) + 3 * np.exp(-4 * t)
    return x[2] * exp(-t * x[0]) - x[3] * exp(-t * x[1]) + x[5] * exp(-t * x[4]) - y


OSBORNE_2 = table("""
    1.366 1.191 1.112 1.013 0.991 0.885 0.831 0.847 0.786 0.725 0.746 0.679 0.608
    0.655 0.616 0.606 0.602 0.626 0.651 0.724 0.649 0.649 0.694 0.644 0.624 0.661
    0.612 0.558 0.533 0.495 0.500 0.423 0.395 0.375 0.372 0.391 0.396 0.405 0.428
    0.429 0.523 0.562 0.607 0.653 0.672 0.708 0.633 0.668 0.645 0.632 0.591 0.559
    0.597 0.625 0.739 0.710 0.729 0.720 0.636 0.581 0.428 0.292 0.162 0.098 0.054
""")


@problem(
    19,
    start=[1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5],
    solution=table("""
    1.3099771546273 0.43155379460299 0.63366169896072 0.59943053478592 0.75418322632801 0.90428857985963
    1.36581183523703 4.82369881722716 2.39868486613175 4.56887459766767 5.67534147058064
"""),
    minimum=4.01377e-2,
)
def osborne_2(x):
    """An exponential and three bell curves."""
    t = np.arange(65) / 10
    bells = [x[k] * exp(-((t - x[k + 7]) ** 2) * x[k + 4]) for k in (1, 2, 3)]
    return OSBORNE_2 - (x[0] * exp(-t * x[4]) + bells[0] + bells[1] + bells[2])


# Problems of any size.


@problem(
    20,
    start=[0.0] * 6,
    solution=[
        -0.01572508640146,
        1.01243486936911,
        -0.23299162595673,
        1.26043008779960,
        -1.51372892272227,
        0.99299643243113,
    ],
    minimum=2.28767e-3,
)
def watson(x):
    """A polynomial that solves y' = y^2 + 1, by its six coefficients."""
    t = np.arange(1, 30) / 29
    j = np.arange(6)
    slope = matmul(j[1:] * t[:, None] ** (j[1:] - 1), x[1:])
    value = matmul(t[:, None] ** j, x)
    return concatenate([slope - value**2 - 1, stack([x[0], x[1] - x[0] ** 2 - 1])])


@problem(21, start=[-1.2, 1.0, -1.2, 1.0], solution=[1.0] * 4)
def extended_rosenbrock(x):
    """Two curved valleys side by side."""
    return concatenate([10 * (x[1::2] - x[0::2] ** 2), 1 - x[0::2]])


@problem(22, start=[3.0, -1.0, 0.0, 1.0] * 2, solution=[0.0] * 8)
def extended_powell_singular(x):
    """Two singular functions side by side."""
    a, b, c, d = (x[k::4] for k in range(4))
    return concatenate([a + 10 * b, sqrt(5) * (c - d), (b - 2 * c) ** 2, sqrt(10) * (a - d) ** 2])


@problem(23, start=[1.0, 2.0, 3.0, 4.0], solution=[0.25000749958754] * 4, minimum=2.24997e-5)
def penalty_1(x):
    """A sphere as a penalty, beside a weak pull towards ones."""
    return concatenate([sqrt(1e-5) * (x - 1), stack([sum(x**2) - 0.25])])


@problem(
    24,
    start=[0.5] * 4,
    solution=[0.19999933335038, 0.19131670099277, 0.48010148533262, 0.51884540439020],
    minimum=9.37629e-6,
)
def penalty_2(x):
    """An ellipsoid as a penalty, beside weak exponentials."""
    i = np.arange(2, 5)
    y = np.exp(i / 10) + np.exp((i - 1) / 10)
    weak = sqrt(1e-5) * concatenate([exp(x[1:] / 10) + exp(x[:-1] / 10) - y, exp(x[1:] / 10) - np.exp(-1 / 10)])
    return concatenate([stack([x[0] - 0.2]), weak, stack([sum(np.arange(4.0, 0.0, -1.0) * x**2) - 1])])


@problem(25, start=[1 - j / 6 for j in range(1, 7)], solution=[1.0] * 6)
def variably_dimensioned(x):
    """A quartic along one direction."""
    along = sum(np.arange(1.0, 7.0) * (x - 1))
    return concatenate([x - 1, stack([along, along**2])])


@problem(26, start=[0.2] * 5, solution=[0.0] * 5)
def trigonometric(x):
    """Cosines of all in every equation."""
    return 5 - sum(cos(x)) + np.arange(1.0, 6.0) * (1 - cos(x)) - sin(x)


@problem(27, start=[0.5] * 5, solution=[1.0] * 5)
def brown_almost_linear(x):
    """All but one linear, the last a product."""
    return concatenate([x[:-1] + sum(x) - 6, stack([prod(x) - 1])])


GRID = np.arange(1, 6) / 6
# The solution at these places.
RISE = [-0.07502212929232, -0.13197621035219, -0.16484877190934, -0.16466468021580, -0.11741765168419]


@problem(28, start=GRID * (GRID - 1), solution=RISE)
def discrete_boundary_value(x):
    """u'' = (u + t + 1)^3 / 2 by differences, zero at both ends."""
    ends = np.zeros(1)
    inside = concatenate([ends, x, ends])
    return 2 * x - inside[:-2] - inside[2:] + (x + GRID + 1) ** 3 / 72


@problem(29, start=GRID * (GRID - 1), solution=RISE)
def discrete_integral_equation(x):
    """The same as an integral equation, by the rectangle rule."""
    kernel = np.minimum.outer(GRID, GRID) * (1 - np.maximum.outer(GRID, GRID))
    return x + matmul(kernel, (x + GRID + 1) ** 3) / 12


@problem(
    30,
    start=[-1.0] * 9,
    solution=table("""
    -0.57065451246466 -0.68162834129328 -0.70173245136181 -0.70421293969033 -0.70136904828190
    -0.69186564446553 -0.66579201254905 -0.59603420056491 -0.41641206281591
"""),
)
def broyden_tridiagonal(x):
    """Each unknown beside its two neighbours."""
    ends = np.zeros(1)
    padded = concatenate([ends, x, ends])
    return (3 - 2 * x) * x - padded[:-2] - 2 * padded[2:] + 1


# For each of eight unknowns which others stand in its equation: five before it and one behind.
BAND = np.tri(8, 8, 1) - np.tri(8, 8, -6) - np.eye(8)


@problem(
    31,
    start=[-1.0] * 8,
    solution=table("""
    -0.4283028635872 -0.4765964243528 -0.5196524641352 -0.5580992994025
    -0.5925070737956 -0.6244769343131 -0.6240877381421 -0.5899852409470
"""),
)
def broyden_banded(x):
    """Each unknown beside five before it and one behind."""
    return x * (2 + 5 * x**2) + 1 - matmul(BAND, x * (1 + x))


@problem(32, start=[1.0] * 5, solution=[-1.0] * 5, minimum=5.0)
def linear_full_rank(x):
    """Ten equations for five unknowns; the minimum is 10 - 5."""
    return concatenate([x, np.zeros(5)]) - 2 * sum(x) / 10 - 1


RANK = np.outer(np.arange(1.0, 11.0), np.arange(1.0, 6.0))


@problem(33, start=[1.0] * 5, solution=[3 / 21, 0.0, 0.0, 0.0, 0.0], minimum=90 / 42)
def linear_rank_one(x):
    """Of rank one: all points with sum of j x_j = 3/21 are minimisers."""
    return matmul(RANK, x) - 1


EDGED = np.pad(np.outer(np.arange(1.0, 9.0), np.arange(2.0, 5.0)), 1)


@problem(34, start=[1.0] * 5, solution=[0.0, 3 / 34, 0.0, 0.0, 0.0], minimum=124 / 34)
def linear_rank_one_with_zeros(x):
    """Of rank one, with rows and columns of zeros."""
    return matmul(EDGED, x) - 1


@problem(
    35,
    start=[j / 9 for j in range(1, 9)],
    solution=table("""
    0.04315276015102 0.19309084038419 0.26632870689027 0.5
    0.5 0.73367129310973 0.80690915961581 0.95684723984898
"""),
    minimum=3.51687e-3,
)
def chebyquad(x):
    """Eight places at which Chebyshev's rule would integrate exactly, if there were such."""
    before, now = 1, 2 * x - 1
    means = []
    for _ in range(8):
        means.append(sum(now) / 8)
        before, now = now, 2 * (2 * x - 1) * now - before
    i = np.arange(1, 9)
    integrals = np.where(i % 2, 0, -1 / np.where(i % 2, 1.0, i**2 - 1.0))
    return stack(means) - integrals
