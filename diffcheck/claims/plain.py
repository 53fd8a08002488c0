"""The three ways to a derivative as somebody writes them without diffcheck, tried on plain Python code.

Each function of ``CONSTRUCTS`` takes a number and a library with ``sin``, ``exp`` and ``sqrt``: SymPy, `math` or torch.
"""

import inspect
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sympy
import torch

Plain = Callable[[Any, Any], Any]


def by_symbols(function: Plain, at: float) -> float:
    """SymPy: an expression, its derivative, a number for the symbol."""
    x = sympy.Symbol("x", real=True)
    slope = sympy.diff(function(x, sympy), x)
    return float(slope.subs(x, at))


def by_differences(function: Plain, at: float) -> float:
    """A central difference with the step that theory gives."""
    h = 6e-6
    return float(function(at + h, math) - function(at - h, math)) / (2 * h)


def by_torch(function: Plain, at: float) -> float:
    """Torch: a tensor, the function, one backward pass."""
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    function(x, torch).backward()
    return 0.0 if x.grad is None else float(x.grad)


WAYS: Sequence[tuple[str, Callable[[Plain, float], float]]] = (
    ("symbols", by_symbols),
    ("differences", by_differences),
    ("automatic", by_torch),
)


def _loop(x: Any, lib: Any) -> Any:
    total = x
    for k in range(1, 6):
        total = total + lib.sin(k * x) / k
    return total


def _branch(x: Any, lib: Any) -> Any:
    return x * x if x > 1 else lib.exp(x)


def _newton(x: Any, _: Any) -> Any:
    root = x
    while abs(root * root - x) > 1e-12:
        root = (root + x / root) / 2
    return root


def _bisection(x: Any, _: Any) -> Any:
    low, high = 0 * x, x
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (low, middle) if middle * middle > x else (middle, high)
    return low


def _recursion(x: Any, lib: Any, depth: int = 4) -> Any:
    return x if depth == 0 else lib.sin(_recursion(x, lib, depth - 1))


def _list(x: Any, _: Any) -> Any:
    powers = [x]
    for _ in range(4):
        powers.append(powers[-1] * x)
    powers[0] = 0
    return sum(powers)


def _table(x: Any, _: Any) -> Any:
    return (2.0, 3.0, 5.0)[int(x)] * x


def _equality(x: Any, lib: Any) -> Any:
    return 0 * x + 1 if x == 1 else lib.exp(x - 1)


def _outside(x: Any, _: Any) -> Any:
    return x * math.exp(x)


def _equation(x: Any, lib: Any) -> Any:
    y = 0 * x
    for _ in range(20):
        y = lib.exp(-x * y)
    return y


def _sine(x: Any, lib: Any) -> Any:
    return x * lib.sin(x)


@dataclass(frozen=True, slots=True)
class Construct:
    """Plain code of one kind: the function, a point, and the derivative there, which pencil and paper gives.

    ``formula`` says whether the code is one expression.
    """

    name: str
    function: Plain
    at: float
    slope: float
    formula: bool = False


def _fixed_point_slope(x: float) -> float:
    """Of y = exp(-x y): y' = -y^2 / (1 + x y)."""
    y = 0.0
    for _ in range(200):
        y = math.exp(-x * y)
    return -y * y / (1 + x * y)


def _chain(x: float, depth: int) -> float:
    slope = 1.0
    for _ in range(depth):
        x, slope = math.sin(x), slope * math.cos(x)
    return slope


CONSTRUCTS: Sequence[Construct] = (
    Construct("one formula", _sine, 1.2, math.sin(1.2) + 1.2 * math.cos(1.2), formula=True),
    Construct("a loop of given length", _loop, 0.7, 1 + sum(math.cos(0.7 * k) for k in range(1, 6))),
    Construct("recursion", _recursion, 0.9, _chain(0.9, 4)),
    Construct("a list that is written into", _list, 1.1, sum(k * 1.1 ** (k - 1) for k in range(2, 6))),
    Construct("a branch on the value", _branch, 1.5, 3.0),
    Construct("a loop until it converges", _newton, 2.0, 0.5 / math.sqrt(2.0)),
    Construct("a root by bisection to 1e-6", _bisection, 2.0, 0.5 / math.sqrt(2.0)),
    Construct("twenty steps to a fixed point", _equation, 0.5, _fixed_point_slope(0.5)),
    Construct("a table by a whole number", _table, 1.5, 3.0),
    Construct("a branch on equality", _equality, 1.0, 1.0),
    Construct("a call that leaves the library", _outside, 0.5, 1.5 * math.exp(0.5)),
)

# Half of the digits that a central quotient with that step has: what is right has them, what lacks a term has not.
_RIGHT = 1e-5


@dataclass(frozen=True, slots=True)
class Tried:
    """What a way made of a construct: a word, ``right``, ``wrong`` or ``refused``, and what it said."""

    word: str
    told: str


def tried(construct: Construct, way: Callable[[Plain, float], float]) -> Tried:
    """The outcome of one way on one construct."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch may warn of a number that is read, and goes on
            found = way(construct.function, construct.at)
    except Exception as raised:  # whatever the library says is the answer
        return Tried("refused", f"{type(raised).__name__}: {str(raised).splitlines()[0] if str(raised) else ''}")
    if not abs(found - construct.slope) <= _RIGHT * abs(construct.slope):
        return Tried("wrong", f"{found:.6g} for {construct.slope:.6g}")
    return Tried("right", f"{found:.6g}")


def lines(way: Callable[[Plain, float], float]) -> int:
    """How many lines the way has behind its name and its docstring."""
    source, _ = inspect.getsourcelines(way)
    return len(source) - 2
