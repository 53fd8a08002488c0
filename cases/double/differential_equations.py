"""One step of a method for a differential equation, by the state that it starts from and by its parameters.

What a solver does a thousand times and an adjoint undoes: a right-hand side f(y), and a step of Euler, of Heun, of the
classical method of Runge and Kutta, or of one that solves for what comes next. For stiff ones the Jacobian of f itself
is the case, as implicit methods need it; for partial differential equations a step on a small grid.
"""

import numpy as np

from diffcheck import case, interval
from diffcheck.ops import concatenate, cos, matmul, mean, sin, solve, sqrt, stack, sum

HNW = "Hairer, Norsett & Wanner 1993"


def euler(f, y, h):
    """y + h f(y)."""
    return y + h * f(y)


def heun(f, y, h):
    """The mean of the slopes here and where Euler's step leads."""
    k1 = f(y)
    return y + h / 2 * (k1 + f(y + h * k1))


def runge_kutta(f, y, h):
    """The classical method of order four."""
    k1 = f(y)
    k2 = f(y + h / 2 * k1)
    k3 = f(y + h / 2 * k2)
    k4 = f(y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


# Oscillators, and chaos.


@case(
    y=interval(-20, 20, shape=3),
    sigma=interval(5, 15),
    rho=interval(20, 30),
    beta=8 / 3,
    h=0.01,
    reference=f"Lorenz 1963; {HNW}, I.16",
)
def lorenz(y, sigma, rho, beta, h):
    """Lorenz's weather, a step of Runge and Kutta."""

    def f(y):
        return stack([sigma * (y[1] - y[0]), y[0] * (rho - y[2]) - y[1], y[0] * y[1] - beta * y[2]])

    return runge_kutta(f, y, h)


@case(y=interval(-10, 10, shape=3), a=0.2, b=0.2, c=interval(4, 6), h=0.02, reference="Roessler 1976")
def roessler(y, a, b, c, h):
    """The simplest flow that folds, a step of Runge and Kutta."""

    def f(y):
        return stack([-y[1] - y[2], y[0] + a * y[1], b + y[2] * (y[0] - c)])

    return runge_kutta(f, y, h)


@case(y=interval(-3, 3, shape=2), mu=interval(0.1, 10), h=0.01, reference=f"van der Pol 1926; {HNW}, I.16")
def van_der_pol(y, mu, h):
    """An oscillator that damps itself outside and drives itself inside, a step of Heun."""
    return heun(lambda y: stack([y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]]), y, h)


@case(y=interval(-3, 3, shape=2), damping=interval(0, 1), h=0.1, reference="Strogatz 2015, 6.7")
def pendulum(y, damping, h):
    """Angle and speed of a damped pendulum, a step of Runge and Kutta."""
    return runge_kutta(lambda y: stack([y[1], -sin(y[0]) - damping * y[1]]), y, h)


@case(q=interval(-3, 3), p=interval(-2, 2), h=0.1, reference="Hairer, Lubich & Wanner 2006, I.1.4")
def leapfrog(q, p, h):
    """A pendulum by the method of Stoermer and Verlet, which keeps areas: the Jacobian's determinant is one."""
    half = p - h / 2 * sin(q)
    after = q + h * half
    return stack([after, half - h / 2 * sin(after)])


@case(y=interval(-1.5, 1.5, shape=4), h=0.1, reference="Henon & Heiles 1964")
def henon_heiles(y, h):
    """A star in a galaxy, a step of Euler."""
    return euler(lambda y: stack([y[2], y[3], -y[0] - 2 * y[0] * y[1], -y[1] - y[0] ** 2 + y[1] ** 2]), y, h)


@case(y=interval(-1, 1, shape=4), h=0.05, reference="Shinbrot, Grebogi, Wisdom & Yorke 1992")
def double_pendulum(y, h):
    """Two angles and their speeds, both arms and both weights one, a step of Heun."""

    def f(y):
        between = y[0] - y[1]
        s, c = sin(between), cos(between)
        below = 1 + s**2
        first = (9.8 * (sin(y[1]) * c - 2 * sin(y[0])) - s * (y[3] ** 2 + y[2] ** 2 * c)) / below
        second = (2 * 9.8 * (sin(y[0]) * c - sin(y[1])) + s * (2 * y[2] ** 2 + y[3] ** 2 * c)) / below
        return stack([y[2], y[3], first, second])

    return heun(f, y, h)


@case(
    y=interval(-3, 3, shape=4),
    points=[{"y": [0.994, 0.0, 0.0, -2.00158510637908252]}],
    h=1e-3,
    where=lambda y: (y[0] + 0.0123) ** 2 + y[1] ** 2 > 0.01 and (y[0] - 0.9877) ** 2 + y[1] ** 2 > 1e-5,
    reference=f"Arenstorf 1963; {HNW}, II.0",
)
def restricted_three_bodies(y, h):
    """A satellite between earth and moon, on Arenstorf's orbit, a step of Euler."""
    mu = 0.012277471
    far = (y[0] + mu) ** 2 + y[1] ** 2
    near = (y[0] - (1 - mu)) ** 2 + y[1] ** 2
    d1, d2 = far * sqrt(far), near * sqrt(near)

    def f(y):
        first = y[0] + 2 * y[3] - (1 - mu) * (y[0] + mu) / d1 - mu * (y[0] - (1 - mu)) / d2
        return stack([y[2], y[3], first, y[1] - 2 * y[2] - (1 - mu) * y[1] / d1 - mu * y[1] / d2])

    return euler(f, y, h)


# Life.


@case(
    y=interval(0.1, 10, shape=2),
    rates=interval(0.1, 2, shape=4),
    h=0.1,
    reference="Lotka 1925; Volterra 1926",
)
def lotka_volterra(y, rates, h):
    """Hares and lynxes, by their numbers and by the four rates, a step of Runge and Kutta."""
    a, b, c, d = rates[0], rates[1], rates[2], rates[3]
    return runge_kutta(lambda y: stack([a * y[0] - b * y[0] * y[1], c * y[0] * y[1] - d * y[1]]), y, h)


@case(
    y=interval(0, 1, shape=3),
    beta=interval(0.1, 2),
    gamma=interval(0.05, 1),
    h=0.1,
    reference="Kermack & McKendrick 1927",
)
def epidemic(y, beta, gamma, h):
    """Susceptible, infected, recovered, a step of Heun: the columns of the Jacobian by y add up to one."""

    def f(y):
        infected, recovered = beta * y[0] * y[1], gamma * y[1]
        return stack([-infected, infected - recovered, recovered])

    return heun(f, y, h)


@case(
    y=interval(-2, 2, shape=2),
    current=interval(0, 1),
    h=0.1,
    reference="FitzHugh 1961; Nagumo, Arimoto & Yoshizawa 1962",
)
def fitzhugh_nagumo(y, current, h):
    """A nerve's voltage and its recovery, a step of Runge and Kutta."""

    def f(y):
        return stack([y[0] - y[0] ** 3 / 3 - y[1] + current, 0.08 * (y[0] + 0.7 - 0.8 * y[1])])

    return runge_kutta(f, y, h)


@case(y=interval(0.1, 2, shape=2), r=interval(0.1, 3), K=interval(0.5, 3), h=0.1, reference="Verhulst 1838")
def logistic_growth(y, r, K, h):
    """Two colonies that grow to what their place bears, a step of Euler."""
    return euler(lambda y: r * y * (1 - y / K), y, h)


# Chemistry.


@case(y=interval(0.1, 5, shape=2), A=1.0, B=3.0, h=0.05, reference=f"Prigogine & Lefever 1968; {HNW}, I.16")
def brusselator(y, A, B, h):
    """A reaction that swings, a step of Runge and Kutta."""

    def f(y):
        made = y[0] ** 2 * y[1]
        return stack([A + made - (B + 1) * y[0], B * y[0] - made])

    return runge_kutta(f, y, h)


@case(
    y=interval(0, 1, shape=3),
    points=[{"y": [1.0, 0.0, 0.0]}, {"y": [0.9851721, 3.386395e-5, 1.479402e-2]}],
    reference="Robertson 1966; Hairer & Wanner 1996, IV.1",
)
def robertson(y):
    """Three species, with rates nine orders of magnitude apart; the columns of the Jacobian add up to zero."""
    slow, fast, back = 0.04 * y[0], 3e7 * y[1] ** 2, 1e4 * y[1] * y[2]
    return stack([-slow + back, slow - back - fast, fast])


@case(
    y=interval(0.5, 100, shape=3),
    points=[{"y": [1.0, 2.0, 3.0]}],
    reference="Field & Noyes 1974; Hairer & Wanner 1996, IV.10",
)
def oregonator(y):
    """Belousov and Zhabotinsky's reaction."""
    first = 77.27 * (y[1] + y[0] * (1 - 8.375e-6 * y[0] - y[1]))
    return stack([first, (y[2] - (1 + y[0]) * y[1]) / 77.27, 0.161 * (y[0] - y[2])])


# For each of the 25 reactions of air over a city: its rate, what it uses up, what it makes.
POLLUTION = [
    (0.35, [1], [2, 3]),
    (26.6, [2, 4], [1]),
    (1.23e4, [5, 2], [1, 6]),
    (8.6e-4, [7], [5, 5, 8]),
    (8.2e-4, [7], [8]),
    (1.5e4, [7, 6], [5, 8]),
    (1.3e-4, [9], [5, 8, 10]),
    (2.4e4, [9, 6], [11]),
    (1.65e4, [11, 2], [1, 10, 12]),
    (9e3, [11, 1], [13]),
    (0.022, [13], [1, 11]),
    (1.2e4, [10, 2], [1, 14]),
    (1.88, [14], [5, 7]),
    (1.63e4, [1, 6], [15]),
    (4.8e6, [3], [4]),
    (3.5e-4, [4], [16]),
    (0.0175, [4], [3]),
    (1e8, [16], [6, 6]),
    (4.44e11, [16], [3]),
    (1.24e3, [17, 6], [5, 18]),
    (2.1, [19], [2]),
    (5.78, [19], [1, 3]),
    (0.0474, [1, 4], [19]),
    (1.78e3, [19, 1], [20]),
    (3.12, [20], [1, 19]),
]
BALANCE = np.zeros((20, 25))
for column, (_, used, produced) in enumerate(POLLUTION):
    np.add.at(BALANCE[:, column], np.array(used) - 1, -1.0)
    np.add.at(BALANCE[:, column], np.array(produced) - 1, 1.0)
AT_FIRST = np.zeros(20)
AT_FIRST[[1, 3, 6, 7, 8, 16]] = [0.2, 0.04, 0.1, 0.3, 0.01, 0.007]


@case(
    y=interval(0, 0.5, shape=20),
    points=[{"y": AT_FIRST}, {"y": np.arange(1.0, 21.0) / 64}],
    samples=0,
    reference="Verwer 1994; Test Set for IVP Solvers, II.5",
)
def pollution(y):
    """How 20 species change by 25 reactions, whose rates are sixteen orders of magnitude apart."""
    rates = []
    for rate, used, _ in POLLUTION:
        speed = rate * y[used[0] - 1]
        rates.append(speed * y[used[1] - 1] if len(used) == 2 else speed)
    return matmul(BALANCE, stack(rates))


# Fields on a grid.


def neighbours(u):
    """What stands left and right of each place; zeros at both ends."""
    ends = np.zeros(1)
    wide = concatenate([ends, u, ends])
    return wide[:-2], wide[2:]


@case(u=interval(-1, 1, shape=6), r=interval(0.1, 0.5), reference="Courant, Friedrichs & Lewy 1928")
def heat_equation(u, r):
    """u + r (left - 2 u + right): an explicit step."""
    left, right = neighbours(u)
    return u + r * (left - 2 * u + right)


STENCIL = 2 * np.eye(4) - np.eye(4, k=1) - np.eye(4, k=-1)


@case(u=interval(0.25, 2, shape=4), r=interval(0.1, 2), reference="Crank & Nicolson 1947")
def crank_nicolson(u, r):
    """(I + r A / 2) v = (I - r A / 2) u: the step that heat takes by solving for what comes next."""
    return solve(np.eye(4) + r / 2 * STENCIL, matmul(np.eye(4) - r / 2 * STENCIL, u))


@case(u=interval(-1, 1, shape=6), nu=interval(0.01, 0.5), h=0.05, dx=0.25, reference="Burgers 1948; LeVeque 2007, 10")
def burgers(u, nu, h, dx):
    """A wave that steepens and wears off, an explicit step."""
    left, right = neighbours(u)
    return u - h * u * (right - left) / (2 * dx) + nu * h * (left - 2 * u + right) / dx**2


@case(
    u=interval(-1, 1, shape=5),
    v=interval(-1, 1, shape=5),
    c=interval(0.1, 1),
    reference="Courant, Friedrichs & Lewy 1928",
)
def wave_equation(u, v, c):
    """2 u - v + c^2 (left - 2 u + right), from the last two times to the next."""
    left, right = neighbours(u)
    return 2 * u - v + c**2 * (left - 2 * u + right)


@case(u=interval(-2, 2, shape=6), h=0.1, reference="Allen & Cahn 1979")
def allen_cahn(u, h):
    """Two phases that part from each other, an explicit step."""
    left, right = neighbours(u)
    return u + h * (left - 2 * u + right + u - u**3)


# Through time: what adjoints are for.


@case(rate=interval(0.1, 3), y0=interval(0.5, 2), steps=20, reference="Chen, Rubanova, Bettencourt & Duvenaud 2018")
def loss_at_the_end(rate, y0, steps):
    """Twenty steps of Runge and Kutta for y' = -r y^2, then the square of the distance from a half."""
    y = y0
    for _ in range(steps):
        y = runge_kutta(lambda y: -rate * y**2, y, 0.05)
    return (y - 0.5) ** 2


@case(
    W=interval(-1, 1, shape=(2, 2)),
    y0=np.array([1.0, -0.5]),
    target=np.array([0.25, 0.5]),
    reference="Chen, Rubanova, Bettencourt & Duvenaud 2018",
)
def neural_differential_equation(W, y0, target):
    """y' = sin(W y), six steps of Euler, and the mean squared distance from a target."""
    y = y0
    for _ in range(6):
        y = y + 0.25 * sin(matmul(W, y))
    return mean((y - target) ** 2)


@case(x=interval(0, 1), r=interval(3.5, 4), steps=8, reference="May 1976; Ott 2002, 2.2")
def lyapunov_product(x, r, steps):
    """The eighth iterate of r x (1 - x): its slope by x is the product whose logarithm is Lyapunov's exponent."""
    for _ in range(steps):
        x = r * x * (1 - x)
    return x


@case(theta=interval(0.5, 2, shape=2), steps=10, reference="Griewank & Walther 2008, 12")
def energy_of_an_orbit(theta, steps):
    """Ten leapfrog steps of a spring whose stiffness and mass are sought; the sum of squared distances on the way."""
    q, p, seen = 1.0, 0.0, []
    for _ in range(steps):
        p = p - 0.05 * theta[0] * q
        q = q + 0.1 * p / theta[1]
        p = p - 0.05 * theta[0] * q
        seen.append(q**2)
    return sum(stack(seen))
