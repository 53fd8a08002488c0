"""Problems that grow: each a function over `diffcheck.ops`, and the same for SymPy, CasADi, SymEngine and torch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffcheck import ops


@dataclass(frozen=True)
class Problem:
    """A function of ``n`` numbers.

    ``function(x, log)`` is written with arithmetic and the logarithm only, so that any library's numbers fit; ``x`` is
    a vector of them that supports sums and matrix products by ``total`` and ``product``.
    """

    n: int
    function: Callable[..., Any]
    point: Any


def helmholtz(n: int) -> Problem:
    """The Helmholtz energy of a mixed fluid (Griewank 1989), the usual test of derivatives with many inputs."""
    random = np.random.default_rng(0)
    a = random.uniform(0.1, 1.0, (n, n))
    a, b = (a + a.T) / 2, random.uniform(0.1, 0.9, n) / n
    root = 2.0**0.5

    def function(x: Any, log: Callable[[Any], Any], array: Callable[[Any], Any] = lambda v: v) -> Any:
        """``array`` makes the constants what the library multiplies with."""
        matrix, vector = array(a), array(b)
        bx = (vector * x).sum()
        quadratic = (x * (matrix @ x)).sum()
        entropy = (x * log(x / (1 - bx))).sum()
        return entropy - quadratic / (8.0**0.5 * bx) * log((1 + (1 + root) * bx) / (1 + (1 - root) * bx))

    return Problem(n, function, random.uniform(0.1, 0.9, n))


def on_objects(problem: Problem, symbols: Any, log: Callable[[Any], Any]) -> Any:
    """The function of a list of symbols, added up in NumPy arrays of objects."""
    logs = np.vectorize(log, otypes=[object])

    def of(x: Any) -> Any:
        return logs(x) if isinstance(x, np.ndarray) else log(x)

    return problem.function(np.array(symbols, dtype=object), of)


def traced(problem: Problem) -> Callable[[Any], Any]:
    """The function over `diffcheck.ops`."""
    return lambda x: problem.function(x, ops.log)
