"""From a Python function to the first value of its derivative, problem by problem, beside four libraries.

    python benchmarks/across_problems.py            the table
    python benchmarks/across_problems.py --write    and it goes into docs/benchmarks.md

A number is the library's time over ours (above 1: diffcheck is faster), the median of three rounds in turns. The last
columns: the value at 1,000 points against torch's, and the operations of function and derivative.
"""

import multiprocessing
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from measure import cells, headed, into_page, printed, seconds
from problems import PROBLEMS, Problem, derivatives, on_casadi_scalars, on_objects, traced
from threadpoolctl import threadpool_limits

from diffcheck.case.operators import Operator
from diffcheck.engines.symbolic.chain_rule import batch_code, derivative_code, derivative_program
from diffcheck.program.compile import Compiled
from diffcheck.program.trace import trace

# A library that takes longer is stopped.
_PATIENCE = 60.0
_ROUNDS = 3


def ours(problem: Problem) -> Compiled:
    """The derivative ready to call."""
    program = trace(traced(problem), {"x": (problem.n,)}, {})
    return Compiled(derivative_program(program, problem.operator, range(problem.n)))


def sympy_way(problem: Problem) -> Any:
    """`sympy.diff` and `lambdify`."""
    import sympy

    symbols = sympy.symbols(f"x:{problem.n}")
    sys.setrecursionlimit(20_000)
    found = derivatives(problem, on_objects(problem, symbols, sympy), symbols)
    return sympy.lambdify(symbols, found, cse=True)(*problem.point.tolist())


def symengine_way(problem: Problem) -> Any:
    """SymEngine's `diff` and `Lambdify`."""
    import symengine

    symbols = [symengine.Symbol(f"x{k}") for k in range(problem.n)]
    found = derivatives(problem, on_objects(problem, symbols, symengine), symbols)
    return symengine.Lambdify(symbols, found, cse=True)(problem.point)


def casadi_way(problem: Problem) -> Any:
    """CasADi, number by number."""
    return on_casadi_scalars(problem)(problem.point.tolist())


def jax_way(problem: Problem) -> Any:
    """JAX, compiled."""
    import jax

    jax.config.update("jax_enable_x64", True)
    transform: Any = {Operator.GRADIENT: jax.grad, Operator.JACOBIAN: jax.jacobian, Operator.HESSIAN: jax.hessian}
    slope = transform[problem.operator](lambda x: problem.function(x, jax.numpy))
    return np.asarray(jax.jit(slope)(problem.point))


def torch_batch(problem: Problem, points: Any) -> Callable[[], Any]:
    """Torch's derivative at many points at once."""
    import torch

    torch.set_num_threads(1)
    func = torch.func
    transform: Any = {Operator.GRADIENT: func.grad, Operator.JACOBIAN: func.jacrev, Operator.HESSIAN: func.hessian}
    slope = func.vmap(transform[problem.operator](lambda x: problem.function(x, torch, torch.tensor)))
    tensors = torch.tensor(points)
    return lambda: slope(tensors)


PEERS = {"SymPy": sympy_way, "SymEngine": symengine_way, "CasADi": casadi_way, "JAX": jax_way}


def _child(way: Callable[[Problem], Any], number: int, sending: Any) -> None:
    with threadpool_limits(limits=1):
        problem = PROBLEMS[number]
        for _ in range(_ROUNDS):
            theirs = seconds(lambda: way(problem))
            sending.send(theirs / seconds(lambda: ours(problem).at(problem.point.tolist())))
            if theirs > _PATIENCE / 10:
                break
    sending.send(None)


def against(name: str, number: int) -> str:
    """How many times longer a library takes, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(PEERS[name], number, sending))
    child.start()
    sending.close()
    found: list[float] = []
    try:
        while receiving.poll(_PATIENCE):
            value = receiving.recv()
            if value is None:
                break
            found.append(value)
    except EOFError:
        return "fails"
    finally:
        child.kill()
        child.join()
    if found:
        return f"{float(np.median(found)):.3g}"
    mine = min(seconds(lambda: ours(PROBLEMS[number]).at(PROBLEMS[number].point.tolist())) for _ in range(_ROUNDS))
    return f"over {_PATIENCE / mine:.2g}"


def batched(problem: Problem, count: int = 1000) -> str:
    """Torch's time over ours for the derivative at many points."""
    points = problem.point * np.random.default_rng(1).uniform(0.9, 1.1, (count, problem.n))
    if problem.n**problem.operator.order * count > 10**8:
        return ""
    program = trace(traced(problem), {"x": (problem.n,)}, {})
    # As the engine does: of larger functions whole arrays, of others where that is faster.
    compiled = derivative_code(program, problem.operator, range(problem.n), "float64")
    compiled = batch_code(compiled, program, problem.operator, range(problem.n), points)
    theirs = torch_batch(problem, points)
    # Every path to this figure is checked: both compute the same.
    assert np.allclose(theirs().numpy(), compiled.batch(points).reshape(theirs().shape), rtol=1e-6, atol=1e-6), (
        problem.name
    )
    found = [seconds(theirs) / seconds(lambda: compiled.batch(points)) for _ in range(5)]
    return f"{float(np.median(found)):.3g}"


def at_its_point(problem: Problem) -> Any:
    """Our derivative, made ready and evaluated once."""
    return ours(problem).at(problem.point.tolist())


def lines() -> Iterator[str]:
    """The lines of the table."""
    yield from headed(["problem", "derivative", "ready in ms", *PEERS, "torch, 1,000 points", "operations"])
    for number, problem in enumerate(PROBLEMS):
        mine = min(seconds(partial(at_its_point, problem)) for _ in range(_ROUNDS))
        program, compiled = trace(traced(problem), {"x": (problem.n,)}, {}), ours(problem)
        operations = f"{program.operations}, {compiled.program.operations}"
        figures = [against(name, number) for name in PEERS]
        with threadpool_limits(limits=1):
            throughput = batched(problem)
        yield cells(problem.name, str(problem.operator), f"{1e3 * mine:.3g}", *figures, throughput, operations)


if __name__ == "__main__":
    table = printed(lines())
    if "--write" in sys.argv[1:]:
        into_page("problems", table)
