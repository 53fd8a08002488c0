"""Beyond gradients: derivatives of higher orders, and products of Jacobians and Hessians with vectors.

Where a row is not `agree` its case says why. Differences keep fewer digits with every order: from the third on they may
be `lossy`, in the roots of a derivative first, and their estimates of the error say so.
"""

import numpy as np

from diffcheck import case, interval
from diffcheck.ops import (
    atan,
    bessel_i,
    cos,
    cosh,
    exp,
    log,
    logsumexp,
    matmul,
    maximum,
    sin,
    softmax,
    softplus,
    stack,
    tan,
    tanh,
)
from diffcheck.ops import sum as total


@case(
    x=interval(-3, 3),
    points=[{"x": 0.0}, {"x": 1.5}],
    operators=["derivative2", "derivative3", "derivative4", "derivative5", "derivative6"],
    reference="DLMF 18.5.5",
)
def hermite_functions(x):
    """exp(-x^2): the n-th derivative is (-1)^n H_n(x) exp(-x^2), zero in the roots of the Hermite polynomial."""
    return exp(-(x**2))


@case(
    x=interval(0.9, 4),
    points=[{"x": 2 ** (1 / 6)}],
    operators=["derivative2", "derivative3", "derivative4"],
    reference="Lennard-Jones 1931",
)
def anharmonic_lennard_jones(x):
    """4 (x^-12 - x^-6): the force constant of two atoms, and the anharmonic ones beyond it."""
    return 4 * (x**-12 - x**-6)


@case(x=interval(-25, 25), points=[{"x": 20.0}], operators=["derivative2", "derivative3"], reference="DLMF 4.34.3")
def curvature_of_saturated_tanh(x):
    """tanh far out: 1 - tanh(x)^2 is a factor of every derivative, and cancels all digits from x = 19 on (`lossy`)."""
    return tanh(x)


@case(
    x=interval(-1, 1),
    points=[{"x": 0.0}],
    operators=["derivative2", "derivative3"],
    reference="de Boor 2001, VIII",
)
def cubic_spline_term(x):
    """max(x, 0)^3: at the knot the second derivative is zero and the third jumps from 0 to 6 (`kink`).

    SymPy's closed form has a Dirac delta there (`unsupported`).
    """
    return maximum(x, 0) ** 3


@case(
    r=interval(0.5, 3),
    theta=interval(-3, 3),
    operators=["jvp"],
    directions={"r": 0.5, "theta": -1.25},
    reference="DLMF 1.5(ii)",
)
def polar_velocity(r, theta):
    """Where a point is that moves with dr/dt = 1/2 and dtheta/dt = -5/4: the jvp is its velocity."""
    return stack([r * cos(theta), r * sin(theta)])


@case(x=interval(-8, 8, shape=4), operators=["vjp"], output_weights=[1, 0, -0.5, 2], reference="Bishop 2006, (4.106)")
def softmax_pulled_back(x):
    """What a loss with the gradient (1, 0, -1/2, 2) gives back through a softmax: s (w - s w).

    Where one s is nearly one, w - s w is a difference of numbers that are nearly equal (`lossy`).
    """
    return softmax(x)


@case(x=interval(-2, 2, shape=3), points=[{"x": [1, 1, 1]}], operators=["hvp", "hessian"], reference="Pearlmutter 1994")
def rosenbrock_curvature(x):
    """The Hessian of Rosenbrock's function times a vector, beside the Hessian itself."""
    return total(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


@case(x=interval(-6, 6, shape=3), operators=["jvp", "hvp"], reference="Boyd & Vandenberghe 2004, 3.1.5")
def logsumexp_along(x):
    """Slope and curvature of log(exp(x_0) + exp(x_1) + exp(x_2)) along a line; the curvature is a variance."""
    return logsumexp(x)


@case(
    x=interval(-1, 1, shape=2),
    points=[{"x": [0.5, 0.5]}, {"x": [0.25, -0.5]}],
    samples=0,
    operators=["jvp"],
    directions={"x": [1, -0.5]},
    reference="one-sided directional derivatives: Clarke 1983, 2.1",
)
def along_larger_of_two(x):
    """max(x_0, x_1): where they are equal, the slope along (1, -1/2) is -1/2 to the left, 1 to the right (`kink`)."""
    return maximum(x[0], x[1])


@case(x=interval(0.01, 10), operators=["derivative6"], reference="DLMF 4.7.3")
def sixth_of_x_log_x(x):
    """x log(x): the sixth derivative is 24 / x^5."""
    return x * log(x)


# Functions whose derivatives are known by name.


@case(
    x=interval(-2, 1.5),
    points=[{"x": 0.0}],
    operators=["derivative2", "derivative3", "derivative4", "derivative5", "derivative6"],
    reference="Bell 1934; DLMF 26.7.5",
)
def bell_numbers(x):
    """exp(exp(x) - 1): the derivatives at 0 are 2, 5, 15, 52, 203."""
    return exp(exp(x) - 1)


@case(
    x=interval(-1, 1),
    points=[{"x": 0.0}],
    operators=["derivative3", "derivative5"],
    reference="DLMF 4.19.3, 24.15",
)
def tangent_numbers(x):
    """tan(x): the odd derivatives at 0 are 1, 2, 16."""
    return tan(x)


@case(
    x=interval(-1, 1),
    points=[{"x": 0.0}],
    operators=["derivative2", "derivative4", "derivative6"],
    reference="DLMF 24.2.6",
)
def euler_numbers(x):
    """1 / cosh(x): the even derivatives at 0 are -1, 5, -61."""
    return 1 / cosh(x)


@case(
    x=interval(-1, 1),
    points=[{"x": 0.0}, {"x": 0.2}],
    operators=["derivative2", "derivative3", "derivative4"],
    reference="Runge 1901",
)
def runge_function(x):
    """1 / (1 + 25 x^2): the n-th derivative grows like n! 5^n, which is why interpolation fails."""
    return 1 / (1 + 25 * x**2)


@case(
    x=interval(-1, 1),
    operators=["derivative2", "derivative3", "derivative4", "derivative5"],
    reference="DLMF 18.5(iv), 14.7.13",
)
def legendre_p5(x):
    """P5(x) = (63 x^5 - 70 x^3 + 15 x) / 8; the fifth derivative is 945."""
    return (63 * x**5 - 70 * x**3 + 15 * x) / 8


@case(x=interval(-3, 3), operators=["derivative2", "derivative3", "derivative4"], reference="DLMF 4.24(ii)")
def arctangent_beyond_slope(x):
    """atan(x): the second derivative is -2 x / (1 + x^2)^2."""
    return atan(x)


@case(x=interval(0.5, 5), n=1, operators=["derivative2", "derivative3"], reference="DLMF 10.29.1")
def modified_bessel(x, n):
    """I_1(x): twice the derivative of each I_n is the sum of its neighbours."""
    return bessel_i(n, x)


@case(
    x=interval(-2, 2, shape=3),
    operators=["hvp"],
    directions={"x": [1, 0, -1]},
    reference="Pearlmutter 1994",
)
def curvature_of_softplus_network(x):
    """The Hessian of a sum of softplus units times a vector."""
    return total(softplus(matmul(np.array([[1.0, -2.0, 0.5], [0.25, 1.0, -1.0]]), x)))


@case(
    w=interval(-1, 1, shape=(2, 3)),
    operators=["vjp", "jvp"],
    reference="Griewank & Walther 2008, 3",
)
def both_modes(w):
    """tanh(W x) for a fixed x: forward along a direction, backward by weights."""
    return tanh(matmul(w, np.array([0.5, -1.0, 2.0])))
