"""Functions that grow: the ones by which the literature tells what a derivative costs and how long its formula is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.case.case import Case, case
from diffcheck.case.domain import interval
from diffcheck.program.program import Program
from diffcheck.program.trace import trace

Function = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Family:
    """A function of every size.

    Attributes
    ----------
    function:
        Makes the function of that size: of a vector, or of a number if ``inputs`` is 1 for every size.
    inputs:
        How many inputs it has at a size.
    """

    name: str
    reference: str
    function: Callable[[int], Function]
    inputs: Callable[[int], int]

    def shape(self, size: int) -> tuple[int, ...]:
        """The shape of its input: a number for a function of one input at every size."""
        return (size,) if self.inputs(2) == 2 else ()

    def program(self, size: int) -> Program:
        """The function as straight-line code."""
        return trace(self.function(size), {"x": self.shape(size)}, {})

    def case(self, size: int) -> Case:
        """The function as a case, between 0.1 and 0.9."""
        function = self.function(size)
        made: Case = case(x=interval(0.1, 0.9, shape=self.shape(size)), name=self.name)(lambda x: function(x))
        return made

    def point(self, size: int) -> dict[str, Any]:
        """A seeded point of it."""
        return {"x": np.random.default_rng(size).uniform(0.1, 0.9, self.shape(size))}


def _product(size: int) -> Function:
    def function(x: Any) -> Any:
        found = x[0]
        for k in range(1, size):
            found = found * x[k]
        return found

    return function


def _rosenbrock(_: int) -> Function:
    return lambda x: ops.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def _helmholtz(size: int) -> Function:
    random = np.random.default_rng(0)
    pairs = random.uniform(0.1, 1.0, (size, size))
    a, b, root = (pairs + pairs.T) / 2, random.uniform(0.1, 0.9, size) / size, 2.0**0.5

    def function(x: Any) -> Any:
        bx, quadratic = ops.sum(b * x), ops.sum(x * ops.matmul(a, x))
        entropy = ops.sum(x * ops.log(x / (1 - bx)))
        return entropy - quadratic / (8.0**0.5 * bx) * ops.log((1 + (1 + root) * bx) / (1 + (1 - root) * bx))

    return function


def _nested(size: int) -> Function:
    def function(x: Any) -> Any:
        for _ in range(size):
            x = ops.sin(x)
        return x

    return function


def _logistic(size: int) -> Function:
    def function(x: Any) -> Any:
        for _ in range(size - 1):
            x = 4 * x * (1 - x)
        return x

    return function


PRODUCT = Family("product of n", "Speelpenning 1980", _product, lambda n: n)
ROSENBROCK = Family("Rosenbrock", "Rosenbrock 1960", _rosenbrock, lambda n: n)
HELMHOLTZ = Family("Helmholtz energy", "Griewank 1989", _helmholtz, lambda n: n)
NESTED = Family("sin of sin of ...", "Griewank and Walther 2008", _nested, lambda _: 1)
LOGISTIC = Family("logistic map", "Baydin et al. 2018, table 1", _logistic, lambda _: 1)
