"""Beyond gradients: derivatives of higher orders, and products of Jacobians and Hessians with vectors.

Where a row is not `agree` its case says why. Differences keep fewer digits with every order: from the third on they may
be `lossy`, in the roots of a derivative first, and their estimates of the error say so.
"""

from diffcheck import case, interval
from diffcheck.ops import cos, exp, log, logsumexp, maximum, sin, softmax, stack, tanh
from diffcheck.ops import sum as total


@case(
    x=interval(-3, 3),
    points=[{"x": 0.0}, {"x": 1.5}],
    operators=["derivative2", "derivative3", "derivative4", "derivative5", "derivative6"],
    reference="DLMF 18.5.5",
)
def gaussian(x):
    """exp(-x^2): the n-th derivative is (-1)^n H_n(x) exp(-x^2), zero in the roots of the Hermite polynomial."""
    return exp(-(x**2))


@case(
    x=interval(0.9, 4),
    points=[{"x": 2 ** (1 / 6)}],
    operators=["derivative2", "derivative3", "derivative4"],
    reference="Jones 1924",
)
def lennard_jones(x):
    """4 (x^-12 - x^-6): the force constant of two atoms, and the anharmonic ones beyond it."""
    return 4 * (x**-12 - x**-6)


@case(x=interval(-25, 25), points=[{"x": 20.0}], operators=["derivative2", "derivative3"], reference="DLMF 4.34.9")
def saturated_tanh(x):
    """tanh far out: 1 - tanh(x)^2 is a factor of every derivative, and cancels all digits from x = 19 on (`lossy`)."""
    return tanh(x)


@case(
    x=interval(-1, 1),
    points=[{"x": 0.0}],
    operators=["derivative2", "derivative3"],
    reference="de Boor 2001, chapter IX",
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
    reference="velocity in polar coordinates",
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


@case(x=interval(-6, 6, shape=3), operators=["jvp", "hvp"], reference="Boyd and Vandenberghe 2004, 3.1.5")
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
def larger_of_two(x):
    """max(x_0, x_1): where they are equal, the slope along (1, -1/2) is -1/2 to the left, 1 to the right (`kink`)."""
    return maximum(x[0], x[1])


@case(x=interval(0.01, 10), operators=["derivative6"], reference="DLMF 4.7.7")
def entropy_term(x):
    """x log(x): the sixth derivative is 24 / x^5."""
    return x * log(x)
