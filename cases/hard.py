"""Hard ones, as people write them: cancellation, saturation, singular points, chaos."""

from diffcheck import case, interval
from diffcheck.ops import cos, exp, log, mean, sin, sqrt, tanh, where


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


@case(x=interval(1e4, 1.0001e4, shape=4), reference="Chan, Golub & LeVeque 1983; Higham 2002, 1.9")
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
