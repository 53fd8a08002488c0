"""Problems that grow, each written once for diffcheck, SymPy, SymEngine, CasADi, JAX and torch.

A function takes a vector of the library's numbers, the library's functions (``log``, ``exp``, ``tanh``, ``stack`` ...)
and what makes the constants arrays that the library multiplies with.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.case.operators import Operator

Array = Callable[[Any], Any]


def _as_it_is(v: Any) -> Any:
    return v


@dataclass(frozen=True)
class Problem:
    """A function of ``n`` numbers, called ``function(x, library, array)``, and which derivative of it is wanted."""

    name: str
    n: int
    function: Callable[..., Any]
    point: Any
    operator: Operator = Operator.GRADIENT


def helmholtz(n: int) -> Problem:
    """The Helmholtz energy of a mixed fluid (Griewank 1989), the usual test of derivatives with many inputs."""
    random = np.random.default_rng(0)
    a = random.uniform(0.1, 1.0, (n, n))
    a, b = (a + a.T) / 2, random.uniform(0.1, 0.9, n) / n
    root = 2.0**0.5

    def function(x: Any, lib: Any, array: Array = _as_it_is) -> Any:
        matrix, vector = array(a), array(b)
        bx = (vector * x).sum()
        quadratic = (x * (matrix @ x)).sum()
        entropy = (x * lib.log(x / (1 - bx))).sum()
        return entropy - quadratic / (8.0**0.5 * bx) * lib.log((1 + (1 + root) * bx) / (1 + (1 - root) * bx))

    return Problem(f"Helmholtz energy, n = {n}", n, function, random.uniform(0.1, 0.9, n))


def rosenbrock(n: int, operator: Operator = Operator.GRADIENT) -> Problem:
    """The Rosenbrock function, whose Hessian is tridiagonal."""

    def function(x: Any, lib: Any, array: Array = _as_it_is) -> Any:
        return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()

    point = np.random.default_rng(0).uniform(-2, 2, n)
    return Problem(f"Rosenbrock, n = {n}", n, function, point, operator)


# Packed, here and below: a number on each line is no table.
_RATES = (
    0.35, 26.6, 1.23e4, 8.6e-4, 8.2e-4, 1.5e4, 1.3e-4, 2.4e4, 1.65e4, 9e3, 0.022, 1.2e4, 1.88, 1.63e4, 4.8e6, 3.5e-4,
    0.0175, 1e8, 4.44e11, 1.24e3, 2.1, 5.78, 0.0474, 1.78e3, 3.12,
)  # fmt: skip
# The species that react, and for each species the reactions that take it away or make it (numbered from 1).
_REACTANTS = (
    (1,), (2, 4), (5, 2), (7,), (7,), (7, 6), (9,), (9, 6), (11, 2), (11, 1), (13,), (10, 2), (14,), (1, 6), (3,),
    (4,), (4,), (16,), (16,), (17, 6), (19,), (19,), (1, 4), (19, 1), (20,),
)  # fmt: skip
_BALANCE = (
    (-1, -10, -14, -23, -24, 2, 3, 9, 11, 12, 22, 25), (-2, -3, -9, -12, 1, 21), (-15, 1, 17, 19, 22),
    (-2, -16, -17, -23, 15), (-3, 4, 4, 6, 7, 13, 20), (-6, -8, -14, -20, 3, 18, 18), (-4, -5, -6, 13), (4, 5, 6, 7),
    (-7, -8), (-12, 7, 9), (-9, -10, 8, 11), (9,), (-11, 10), (-13, 12), (14,), (-18, -19, 16), (-20,), (20,),
    (-21, -22, -24, 23, 25), (-25, 24),
)  # fmt: skip


def pollution() -> Problem:
    """The Jacobian of a model of air pollution: 20 species, 25 reactions (Verwer 1994)."""

    def function(y: Any, lib: Any, array: Array = _as_it_is) -> Any:
        rates = [k * math.prod(y[i - 1] for i in species) for k, species in zip(_RATES, _REACTANTS, strict=True)]
        return lib.stack([sum(rates[r - 1] if r > 0 else -rates[-r - 1] for r in balance) for balance in _BALANCE])

    return Problem(
        "pollution, 20 species", 20, function, np.random.default_rng(0).uniform(0.01, 1, 20), Operator.JACOBIAN
    )


def mixture(components: int = 4, dimension: int = 2, samples: int = 20) -> Problem:
    """The log-likelihood of a Gaussian mixture by its weights, means and widths (one for each component)."""
    data = np.random.default_rng(0).normal(size=(samples, dimension))
    k, d = components, dimension

    def function(x: Any, lib: Any, array: Array = _as_it_is) -> Any:
        weights, means, widths = x[:k], [x[k + d * j : k + d * (j + 1)] for j in range(k)], x[k + d * k :]
        total = 0.0
        for sample in data:
            exponents = [
                weights[j] - d * widths[j] - ((array(sample) - means[j]) ** 2).sum() * lib.exp(-2 * widths[j]) / 2
                for j in range(k)
            ]
            total = total + lib.log(sum(lib.exp(e) for e in exponents))
        return total - samples * lib.log(lib.exp(weights).sum())

    n = k * (2 + d)
    return Problem(f"Gaussian mixture, n = {n}", n, function, np.random.default_rng(1).normal(size=n) / 2)


def minors(size: int) -> Problem:
    """The determinant of a matrix of inputs, expanded by minors that are not shared."""

    def determinant(rows: Sequence[Any]) -> Any:
        if len(rows) == 1:
            return rows[0][0]
        rest = [[row[:j] + row[j + 1 :] for row in rows[1:]] for j in range(len(rows))]
        return sum((-1) ** j * rows[0][j] * determinant(rest[j]) for j in range(len(rows)))

    def function(x: Any, lib: Any, array: Array = _as_it_is) -> Any:
        return determinant([[x[size * i + j] for j in range(size)] for i in range(size)])

    n = size * size
    return Problem(f"determinant by minors, {size} by {size}", n, function, np.random.default_rng(0).normal(size=n))


def spherical_harmonics(degree: int) -> Problem:
    """All real spherical harmonics up to a degree, without their norms, by the recurrences of Legendre functions."""

    def function(x: Any, lib: Any, array: Array = _as_it_is) -> Any:
        cosine, sine = lib.cos(x[0]), lib.sin(x[0])
        found, first = [], cosine * 0 + 1
        for m in range(degree + 1):
            before, here = 0 * cosine, first
            for degree_now in range(m, degree + 1):
                found.append(here * lib.cos(m * x[1]))
                upper = ((2 * degree_now + 1) * cosine * here - (degree_now + m) * before) / (degree_now - m + 1)
                before, here = here, upper
            first = -(2 * m + 1) * sine * first
        return lib.stack(found)

    return Problem(f"spherical harmonics to degree {degree}", 2, function, np.array([0.7, 1.9]), Operator.JACOBIAN)


def logistic(iterates: int) -> Problem:
    """The logistic map, iterated."""

    def function(x: Any, lib: Any, array: Array = _as_it_is) -> Any:
        rate, value = x[0], x[1]
        for _ in range(iterates):
            value = rate * value * (1 - value)
        return value

    return Problem(f"logistic map, {iterates} iterates", 2, function, np.array([3.0, 0.4]))


def network(inputs: int = 8, hidden: int = 16, samples: int = 8) -> Problem:
    """The squared error of a network of two layers by its weights."""
    random = np.random.default_rng(0)
    data, targets = random.normal(size=(samples, inputs)), random.normal(size=samples)
    n = hidden * (inputs + 2)

    def function(x: Any, lib: Any, array: Array = _as_it_is) -> Any:
        first = x[: hidden * inputs].reshape(hidden, inputs)
        shift, second = x[hidden * inputs : hidden * (inputs + 1)], x[hidden * (inputs + 1) :]
        total = 0.0
        for sample, target in zip(data, targets, strict=True):
            out = (second * lib.tanh(first @ array(sample) + shift)).sum()
            total = total + (out - float(target)) ** 2
        return total

    return Problem(f"network of two layers, {n} weights", n, function, random.normal(size=n) / 3)


PROBLEMS: Sequence[Problem] = (
    *(helmholtz(n) for n in (8, 22, 50, 200)),
    *(rosenbrock(n) for n in (10, 100, 1000)),
    *(rosenbrock(n, Operator.HESSIAN) for n in (10, 100, 1000)),
    pollution(),
    mixture(),
    minors(5),
    minors(6),
    spherical_harmonics(8),
    logistic(10),
    logistic(100),
    network(),
)


def _objects(module: Any) -> SimpleNamespace:
    """A library's functions on NumPy arrays of its numbers."""

    def elementwise(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        vectorized = np.vectorize(function, otypes=[object])
        return lambda x: vectorized(x) if isinstance(x, np.ndarray) else function(x)

    functions = {name: elementwise(getattr(module, name)) for name in ("log", "exp", "tanh", "sin", "cos")}
    return SimpleNamespace(**functions, stack=_vector)


def _vector(numbers: Sequence[Any]) -> Any:
    found = np.empty(len(numbers), object)
    for k, number in enumerate(numbers):
        found[k] = number
    return found


def on_objects(problem: Problem, symbols: Sequence[Any], module: Any) -> Any:
    """The function of a list of a library's symbols, in NumPy arrays of objects."""
    return problem.function(_vector(symbols), _objects(module))


def traced(problem: Problem) -> Callable[[Any], Any]:
    """The function over `diffcheck.ops`."""
    return lambda x: problem.function(x, ops)


def derivatives(problem: Problem, outputs: Any, symbols: Sequence[Any]) -> list[Any]:
    """The wanted derivatives of expressions that have a method ``diff``; of a symmetric pair one."""
    slopes = [output.diff(x) for output in np.ravel(outputs) for x in symbols]
    if problem.operator is not Operator.HESSIAN:
        return slopes
    pairs = itertools.combinations_with_replacement(range(len(symbols)), 2)
    return [slopes[i].diff(symbols[j]) for i, j in pairs]


class _Number:
    """One of CasADi's numbers, kept from taking NumPy's arrays for matrices of its own."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    @staticmethod
    def _plain(other: Any) -> Any:
        return other.value if isinstance(other, _Number) else other

    def __add__(self, other: Any) -> "_Number":
        return _Number(self.value + self._plain(other))

    def __sub__(self, other: Any) -> "_Number":
        return _Number(self.value - self._plain(other))

    def __rsub__(self, other: Any) -> "_Number":
        return _Number(other - self.value)

    def __mul__(self, other: Any) -> "_Number":
        return _Number(self.value * self._plain(other))

    def __truediv__(self, other: Any) -> "_Number":
        return _Number(self.value / self._plain(other))

    def __pow__(self, other: Any) -> "_Number":
        return _Number(self.value**other)

    def __neg__(self) -> "_Number":
        return _Number(-self.value)

    __radd__, __rmul__ = __add__, __mul__


def _casadi_function(name: str) -> Callable[[_Number], _Number]:
    def apply(x: _Number) -> _Number:
        import casadi

        return _Number(getattr(casadi, name)(x.value))

    return apply


_CASADI = SimpleNamespace(**{name: _casadi_function(name) for name in ("log", "exp", "tanh", "sin", "cos")})


def on_casadi_scalars(problem: Problem) -> Any:
    """CasADi's function for the derivative, built number by number."""
    import casadi

    x = casadi.SX.sym("x", problem.n)
    found = on_objects(problem, [_Number(x[k]) for k in range(problem.n)], _CASADI)
    outputs = casadi.vertcat(*[number.value for number in np.ravel(found)])
    match problem.operator:
        case Operator.HESSIAN:
            derivative = casadi.hessian(outputs, x)[0]
        case Operator.JACOBIAN:
            derivative = casadi.jacobian(outputs, x)
        case _:
            derivative = casadi.gradient(outputs, x)
    return casadi.Function("derivative", [x], [derivative])
