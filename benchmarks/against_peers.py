"""diffcheck's parts beside what a user would take instead, in one process, as ratios.

    python benchmarks/against_peers.py                 every comparison whose libraries are installed
    python benchmarks/against_peers.py prepare growth  some of them
    python benchmarks/against_peers.py --write         every one, and the table goes into docs/benchmarks.md

Libraries: ``pip install -c constraints.txt -e ".[benchmarks]"``. A ratio is their time over ours (above 1: diffcheck is
faster), the median over rounds taken in turns, with the quartiles.
"""

import itertools
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from measure import cells, headed, into_page, printed, ratio, seconds
from problems import Problem, helmholtz, network, on_casadi_scalars, on_objects, traced
from threadpoolctl import threadpool_limits

from diffcheck import case, interval, ops
from diffcheck.case.operators import Operator
from diffcheck.engines.base import Task
from diffcheck.engines.finite import Finite
from diffcheck.engines.symbolic.chain_rule import batch_code, derivative_code, derivative_program
from diffcheck.program.compile import Compiled
from diffcheck.program.emit import Emitted
from diffcheck.program.program import Program
from diffcheck.program.scalarise import scalarise
from diffcheck.program.trace import record, trace
from diffcheck.referee.truth import Referee


@dataclass(frozen=True)
class Line:
    """One comparison: what, against whom, the ratio or another figure, and the goal."""

    what: str
    against: str
    figure: str
    goal: str
    more: str = ""


def gradient_of(problem: Problem) -> Compiled | Emitted:
    """The function's gradient ready to call, as the engine makes it."""
    program = trace(traced(problem), {"x": (problem.n,)}, {})
    return derivative_code(program, Operator.GRADIENT, range(problem.n), "float64")


def gradient_by_numbers(problem: Problem) -> tuple[Program, Compiled]:
    """The function's program and its gradient, both operations on numbers, as of code that is made of scalar loops."""
    program = scalarise(record(traced(problem), {"x": (problem.n,)}, {}))
    return program, Compiled(derivative_program(program, Operator.GRADIENT, range(problem.n)))


def prepare() -> Iterator[Line]:
    """From a Python function to the first gradient."""
    problem = helmholtz(50)
    point = problem.point.tolist()

    def ours() -> Any:
        return gradient_of(problem).at(point)

    expected = ours()

    def sympy_way() -> Any:
        import sympy

        symbols = sympy.symbols(f"x:{problem.n}")
        energy = on_objects(problem, symbols, sympy)
        return sympy.lambdify(symbols, [sympy.diff(energy, x) for x in symbols], cse=True)(*point)

    def symengine_way() -> Any:
        import symengine

        symbols = [symengine.Symbol(f"x{k}") for k in range(problem.n)]
        energy = on_objects(problem, symbols, symengine)
        return symengine.Lambdify(symbols, [energy.diff(x) for x in symbols], cse=True)(point)

    def casadi_way() -> Any:
        return _on_casadi_matrices(problem)

    def casadi_scalars() -> Any:
        return on_casadi_scalars(problem)(point)

    def jax_way() -> Any:
        import jax

        jax.config.update("jax_enable_x64", True)
        return jax.jit(jax.grad(lambda x: problem.function(x, jax.numpy)))(problem.point)

    what = "symbolic gradient ready to call, Helmholtz n = 50"
    for name, way, rounds, goal in (
        ("sympy.diff + lambdify", sympy_way, 3, "2,000"),
        ("SymEngine, diff + Lambdify", symengine_way, 3, "above 1"),
        ("CasADi, number by number", casadi_scalars, 5, "above 1"),
        ("CasADi, its own matrices", casadi_way, 5, "above 1"),
        ("JAX, jit(grad)", jax_way, 3, ""),
    ):
        agrees = np.abs(np.array(way()).ravel() / expected - 1).max() < 1e-9
        yield Line(what, name, ratio(way, ours, rounds), goal, "" if agrees else "the gradients differ")
    large = helmholtz(200)
    yield Line(
        what.replace("50", "200"),
        "CasADi, its own matrices",
        ratio(partial(_on_casadi_matrices, large), lambda: gradient_of(large).at(large.point.tolist()), 5),
        "above 1",
    )


def _on_casadi_matrices(problem: Problem) -> Any:
    import casadi

    x = casadi.SX.sym("x", problem.n)
    energy = problem.function(_Casadi(x), _Casadi, lambda v: _Casadi(casadi.DM(v)))
    return casadi.Function("gradient", [x], [casadi.gradient(energy, x)])(problem.point.tolist())


class _Casadi:
    """CasADi's vectors with the sum, the products and the elementwise operations of NumPy's."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def sum(self) -> Any:
        import casadi

        return casadi.sum1(self.value)

    def __mul__(self, other: Any) -> Any:
        return _Casadi(self.value * other.value)

    def __matmul__(self, other: Any) -> Any:
        import casadi

        return _Casadi(casadi.mtimes(self.value, other.value))

    def __truediv__(self, other: Any) -> Any:
        return _Casadi(self.value / other)

    @staticmethod
    def log(x: Any) -> Any:
        import casadi

        return _Casadi(casadi.log(x.value)) if isinstance(x, _Casadi) else casadi.log(x)


def growth() -> Iterator[Line]:
    """Time and memory of the gradient against the size of the function."""
    sizes, times = [], []
    for n in (22, 70, 223, 707):
        problem = helmholtz(n)
        start = time.perf_counter()
        program, _ = gradient_by_numbers(problem)
        times.append(time.perf_counter() - start)
        sizes.append(program.operations)
    slope = np.polyfit(np.log(sizes), np.log(times), 1)[0]
    what = f"growth of that number by number, {sizes[0]:.0e} to {sizes[-1]:.0e} operations"
    yield Line(what, "size", f"slope {slope:.2f}", "at most 1.1", f"{times[-1]:.1f} s at the largest")
    problem = helmholtz(223)
    tracemalloc.start()
    kept = gradient_by_numbers(problem)
    bytes_held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    per_operation = bytes_held / (kept[0].operations + kept[1].program.operations)
    yield Line(what, "size", f"{per_operation:.0f} bytes an operation", "at most 400", f"peak {peak / 2**20:.0f} MiB")


def evaluate() -> Iterator[Line]:
    """The gradient on many points at once, of both on one thread."""
    import torch

    torch.set_num_threads(1)
    for problem, goal in ((helmholtz(8), "2"), (helmholtz(50), "1.5"), (network(), "1.5")):
        points = np.random.default_rng(1).uniform(0.1, 0.9, (10_000, problem.n))
        tensors = torch.tensor(points)
        program = trace(traced(problem), {"x": (problem.n,)}, {})
        wrt = range(problem.n)
        compiled = derivative_code(program, Operator.GRADIENT, wrt, "float64")
        compiled = batch_code(compiled, program, Operator.GRADIENT, wrt, points)
        batched = torch.func.vmap(torch.func.grad(lambda x, p=problem: p.function(x, torch, torch.tensor)))
        agrees = np.allclose(batched(tensors[:10]).numpy(), compiled.batch(points[:10]), rtol=1e-9, atol=1e-12)
        yield Line(
            f"evaluation of the gradient on 10,000 points, {problem.name}",
            "torch.func.vmap(grad)",
            ratio(partial(batched, tensors), partial(compiled.batch, points), 9),
            goal,
            "" if agrees else "the gradients differ",
        )


def differences_of(function: Callable[..., Any], n: int | None, lo: float, hi: float) -> Any:
    """Adaptive differences of a function of a number, or of a vector of n."""
    made = case(x=interval(lo, hi, shape=() if n is None else n))(function)
    program = trace(made.function, made.shapes, made.constants)
    task = Task(made, program, Operator.DERIVATIVE if n is None else Operator.GRADIENT, "finite", "adaptive")
    prepared: Any = Finite().prepare(task)
    return prepared._differences


def digits(found: Any, expected: Any) -> float:
    """The median of correct digits."""
    relative = np.abs(np.ravel(found) / np.ravel(expected) - 1)
    return float(np.median(-np.log10(np.maximum(relative, 1e-16))))


def finite() -> Iterator[Line]:
    """Finite differences: many points of one function, and a gradient of many inputs."""
    import jacobi
    import numdifftools
    import scipy.differentiate

    points = np.random.default_rng(2).uniform(-3, 3, 1000)
    expected = np.cos(points) * np.exp(np.sin(points))
    ours = differences_of(lambda x: ops.exp(ops.sin(x)), None, -10, 10)

    def function(x: Any) -> Any:
        return np.exp(np.sin(x))

    ways: Sequence[tuple[str, Callable[[], Any]]] = (
        ("numdifftools.Derivative", lambda: numdifftools.Derivative(function)(points)),
        ("jacobi", lambda: jacobi.jacobi(function, points, diagonal=True)[0]),
        ("scipy.differentiate", lambda: scipy.differentiate.derivative(function, points).df),
    )
    found = ours.at(points[:, None])
    for name, way in ways:
        more = f"digits: ours {digits(found.value, expected):.1f}, theirs {digits(way(), expected):.1f}"
        yield Line(
            "finite:adaptive on 1,000 points",
            name,
            ratio(way, lambda: ours.at(points[:, None])),
            "above 2" if "numdiff" in name else "",
            more,
        )
    yield from _finite_points()
    yield from _finite_gradient()


def _finite_points() -> Iterator[Line]:
    """Many points of a function of several inputs, which the others take one after another."""
    import numdifftools

    points = np.random.default_rng(5).uniform(-1, 1, (1000, 5))
    expected = points * np.exp(np.sin(points)) * np.cos(points) + np.exp(np.sin(points))
    ours = differences_of(lambda x: ops.sum(x * ops.exp(ops.sin(x))), 5, -10, 10)
    gradient = numdifftools.Gradient(lambda x: np.sum(x * np.exp(np.sin(x))))

    def theirs() -> Any:
        return np.array([gradient(x) for x in points])

    more = f"digits: ours {digits(ours.at(points).value, expected):.1f}, theirs {digits(theirs(), expected):.1f}"
    what = "finite:adaptive, gradients of 5 inputs at 1,000 points"
    yield Line(what, "numdifftools.Gradient", ratio(theirs, lambda: ours.at(points), 3), "20, no fewer digits", more)


def _finite_gradient() -> Iterator[Line]:
    import jacobi
    import numdifftools

    n = 100
    weights = np.random.default_rng(3).uniform(0.5, 1.5, n)
    x = np.random.default_rng(4).uniform(-1, 1, n)
    expected = weights * np.cos(weights * x) * np.exp(np.sin(weights * x))
    ours = differences_of(lambda x: ops.sum(ops.exp(ops.sin(weights * x))), n, -10, 10)
    calls = 0

    def function(x: Any) -> Any:
        nonlocal calls
        calls += 1
        return np.sum(np.exp(np.sin(weights * x)))

    ways: Sequence[tuple[str, Callable[[], Any]]] = (
        ("numdifftools.Gradient", lambda: numdifftools.Gradient(function)(x)),
        ("jacobi", lambda: jacobi.jacobi(function, x)[0]),
    )
    found = ours.at(x[None])
    for name, way in ways:
        calls = 0
        theirs = digits(way(), expected)
        mine = digits(found.value, expected)
        more = f"digits: ours {mine:.1f}, theirs {theirs:.1f}; calls: {found.calls[0]}, {calls}"
        what, goal = "same, gradient with n = 100", "20, no fewer digits, fewer calls"
        yield Line(what, name, ratio(way, lambda: ours.at(x[None])), goal, more)


def certified() -> Iterator[Line]:
    """Thirty digits of a gradient, certain ones against SymPy's and mpmath's."""
    import mpmath
    import sympy

    problem = helmholtz(50)
    program = trace(traced(problem), {"x": (50,)}, {})
    referee = Referee(program, Operator.GRADIENT, range(50))
    point = problem.point.tolist()
    smooth = referee.truth(point).smooth
    assert smooth is not None
    symbols = sympy.symbols("x:50")
    energy = on_objects(problem, symbols, sympy)
    slopes = [sympy.diff(energy, x) for x in symbols]
    values = dict(zip(symbols, map(sympy.Float, point), strict=True))
    lambdified = sympy.lambdify(symbols, slopes, modules="mpmath", cse=True)
    what = "certified gradient, 30 digits, Helmholtz n = 50"

    # Every round another point: the referee keeps what it evaluated last.
    points = itertools.cycle(np.random.default_rng(6).uniform(0.1, 0.9, (64, 50)).tolist())

    def ours() -> Any:
        return referee.derivatives.certified(smooth, next(points))

    def many_digits() -> Any:
        with mpmath.workdps(30):
            return lambdified(*map(mpmath.mpf, next(points)))

    part = slopes[:5]

    def evalf() -> Any:
        return [slope.evalf(30, subs=values) for slope in part]

    share = len(slopes) / len(part)
    found = seconds(evalf) * share / min(seconds(ours) for _ in range(3))
    yield Line(what, "SymPy evalf", f"{found:.3g}", "100", "evalf of 5 components, times 10")
    yield Line(what, "mpmath, lambdified", ratio(many_digits, ours, 15), "100")


def start() -> Iterator[Line]:
    """How long the command line takes to say something."""
    for arguments, goal in (
        (["--version"], "under 0.15 s"),
        (["list", "cases"], "under 0.3 s"),
        (["run", "cases", "--engin", "x"], "under 0.3 s"),
    ):
        command = [sys.executable, "-m", "diffcheck.cli", *arguments]
        best = min(seconds(partial(subprocess.run, command, capture_output=True)) for _ in range(5))
        yield Line(f"diffcheck {' '.join(arguments)}", "", f"{best:.2f} s", goal)


def library() -> Iterator[Line]:
    """All shipped cases, check only."""
    from plain_script import compare

    found = compare([str(Path(__file__).parents[1] / "cases")])
    what = "the shipped library, check only"
    yield Line(what, "the plain script", f"{found.theirs / found.ours:.2g}", "8", str(found))
    figure, took = f"{found.theirs / found.without:.2g}", f"{found.without:.0f} s with symbolic:program"
    yield Line(f"{what}, without closed forms", "the plain script", figure, "20", took)


PARTS = {
    "prepare": prepare,
    "growth": growth,
    "evaluate": evaluate,
    "finite": finite,
    "certified": certified,
    "library": library,
    "start": start,
}


def rows(wanted: Sequence[str]) -> Iterator[str]:
    """The lines of the Markdown table, each as soon as it is known."""
    yield from headed(["what", "against", "times faster, or figure", "goal", "beside"])
    with threadpool_limits(limits=1):
        for name in wanted or PARTS:
            try:
                for line in PARTS[name]():
                    yield cells(line.what, line.against, line.figure, line.goal, line.more)
            except ImportError as missing:
                yield cells(name, "", f"not run: {missing.name} is not installed", "", "")


def main(arguments: Sequence[str]) -> None:
    """Print the comparisons as a Markdown table."""
    wanted = [name for name in arguments if name != "--write"]
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        sys.exit(f"no comparison {unknown[0]!r}: choose from {', '.join(PARTS)}")
    table = printed(rows(wanted))
    if "--write" in arguments:
        into_page("benchmarks", table)


if __name__ == "__main__":
    main(sys.argv[1:])
