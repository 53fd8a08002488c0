"""Functions on whole arrays: how long truth, bounds and code take, beside the same function number by number.

python benchmarks/on_arrays.py            the table
python benchmarks/on_arrays.py --write    and it goes into docs/benchmarks.md
python benchmarks/on_arrays.py --large    and a GPT-2 block of width 768 with 64 tokens: a minute, 6 GB
"""

import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from measure import cells, headed, into_page, printed, seconds
from problems import helmholtz, traced
from threadpoolctl import threadpool_limits

import diffcheck.ops as o
from diffcheck.case.operators import Operator
from diffcheck.engines.symbolic.chain_rule import derivative_program
from diffcheck.formats import FORMATS
from diffcheck.program.chain import gradient
from diffcheck.program.compile import Compiled
from diffcheck.program.emit import Emitted
from diffcheck.program.rules import SYMPY
from diffcheck.program.scalarise import scalarise
from diffcheck.program.trace import record, trace
from diffcheck.referee.found import Truth
from diffcheck.referee.rounding.bounds import Bounds
from diffcheck.referee.truth import Referee

FLOAT64 = FORMATS["float64"]
_NETWORK = """
from diffcheck import case, interval
from diffcheck.ops import sum, tanh

matrix = interval(-1, 1, shape=(128, 128))

@case(u=matrix, w=matrix, x=matrix)
def network(u, w, x):
    return sum(tanh(u @ tanh(w @ x)))
"""
Shapes = dict[str, tuple[int, ...]]


def network(n: int) -> tuple[Callable[..., Any], Shapes]:
    """The sum of tanh(W2 tanh(W X)), by X alone while that is small, by all three matrices else."""
    if n > 64:
        return lambda u, w, x: o.sum(o.tanh(u @ o.tanh(w @ x))), dict.fromkeys(("u", "w", "x"), (n, n))
    first, second = np.random.default_rng(1).normal(size=(2, n, n)) / np.sqrt(n)
    return lambda x: o.sum(o.tanh(second @ o.tanh(first @ x))), {"x": (n, n)}


def block(width: int, tokens: int, heads: int) -> tuple[Callable[..., Any], Shapes]:
    """Half the squared length of what a GPT-2 block gives, by its input and all its weights."""
    per_head = width // heads
    later = np.triu(np.full((tokens, tokens), -1e4), 1)

    def normalised(x: Any, scale: Any, shift: Any) -> Any:
        centred = x - o.reshape(o.mean(x, 1), (tokens, 1))
        variance = o.reshape(o.mean(centred * centred, 1), (tokens, 1))
        return centred / o.sqrt(variance + 1e-5) * scale + shift

    def attention(qkv: Any, k: int) -> Any:
        query, key, value = (qkv[:, s * width + k * per_head : s * width + (k + 1) * per_head] for s in range(3))
        scores = o.matmul(query, o.transpose(key)) / np.sqrt(per_head) + later
        return o.matmul(o.softmax(scores, 1), value)

    def function(x: Any, g1: Any, b1: Any, *rest: Any) -> Any:
        mix, shift, out, out_shift, g2, b2, up, up_shift, down, down_shift = rest
        qkv = o.matmul(normalised(x, g1, b1), mix) + shift
        x = x + o.matmul(o.concatenate([attention(qkv, k) for k in range(heads)], 1), out) + out_shift
        hidden = o.gelu_tanh(o.matmul(normalised(x, g2, b2), up) + up_shift)
        x = x + o.matmul(hidden, down) + down_shift
        return o.sum(x * x) / 2

    w = width
    names = ("x", "g1", "b1", "mix", "shift", "out", "out_shift", "g2", "b2", "up", "up_shift", "down", "down_shift")
    sizes = ((tokens, w), (w,), (w,), (w, 3 * w), (3 * w,), (w, w), (w,), (w,), (w,), (w, 4 * w), (4 * w,), (4 * w, w))
    return (lambda **x: function(*(x[n] for n in names))), dict(zip(names, (*sizes, (w,)), strict=True))


def point(shapes: Shapes, size: float = 1.0) -> list[float]:
    """Normal numbers; the scales of normalisations are about one."""
    random = np.random.default_rng(0)
    parts = [
        random.normal(size=shape) * (1.0 if name == "x" else size) + (name in ("g1", "g2"))
        for name, shape in shapes.items()
    ]
    values: list[float] = np.concatenate([part.ravel() for part in parts]).tolist()
    return values


def certified(function: Callable[..., Any], shapes: Shapes, x: Sequence[float]) -> tuple[Referee, Truth, float]:
    """The truth on arrays at a point, and how long it took the second time."""
    referee = Referee(trace(function, shapes, {}), Operator.GRADIENT, range(len(x)))
    referee.truth(x)
    return referee, *once(referee, x)


def apart(make: Callable[..., tuple[Callable[..., Any], Shapes]], sizes: Sequence[int], weights: float) -> Any:
    """How long truth and bounds of a large function take, in a process of their own, and what the memory was."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(_measured, make, sizes, weights).result()


def _measured(
    make: Callable[..., tuple[Callable[..., Any], Shapes]], sizes: Sequence[int], weights: float
) -> tuple[float, float, str]:
    before = _peak()
    function, shapes = make(*sizes)
    x = point(shapes, weights)
    with threadpool_limits(1):
        referee = Referee(trace(function, shapes, {}), Operator.GRADIENT, range(len(x)))
        truth, took = once(referee, x)
        peak = _peak()
        bounded = seconds(lambda: Bounds(referee).at(truth, x, FLOAT64))
    memory = f"peak {peak / 1e9:.1f} GB, {(peak - before) / len(x):,.0f} bytes a component"
    return took, bounded, f"{len(x):,} components, {sum(truth.confirmed):,} confirmed; {memory}"


def _peak() -> int:
    """The largest memory of this process in bytes; what the operating system counts may be that of the parent."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS counts bytes
    return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))


def once(referee: Referee, x: Sequence[float]) -> tuple[Truth, float]:
    """A truth, and how long it took."""
    start = time.perf_counter()
    truth = referee.truth(x)
    return truth, time.perf_counter() - start


def _formulas(referee: Referee, truth: Truth, x: Sequence[float], count: int) -> float:
    """How long the second bound takes, beyond the first, of so many components."""
    bounds = Bounds(referee).at(truth, x, FLOAT64)
    return seconds(lambda: [bound.formula for bound in bounds[:count] if bound is not None])


def whole_run() -> tuple[float, str]:
    """How long the command line takes for all of the network of three matrices of 128 x 128, and its memory."""
    options = ["--engine", "autograd,symbolic:program", "--no-timing"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.py"
        file.write_text(_NETWORK)
        command = [sys.executable, "-m", "diffcheck.cli", "run", str(file), *options, "--output", folder]
        took = seconds(lambda: subprocess.run(command, check=True, capture_output=True))
    return took, f"peak {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9:.1f} GB"


def rows(large: bool) -> Iterator[str]:
    """The table."""
    yield from headed(["what", "seconds on arrays", "number by number", "times faster", "goal", "beside"])
    function, shapes = network(24)
    x = point(shapes)
    referee, truth, took = certified(function, shapes, x)
    by_numbers = Referee(scalarise(record(function, shapes, {})), Operator.GRADIENT, range(len(x)))
    slow_truth, slow = once(by_numbers, x)
    what = "sum(tanh(W2 tanh(W X))), 24 x 24"
    yield _row(f"{what}: certified gradient", took, slow, "under 0.02 s", f"{len(truth.components):,} components")
    took = seconds(lambda: Bounds(referee).at(truth, x, FLOAT64))
    slow = seconds(lambda: Bounds(by_numbers).at(slow_truth, x, FLOAT64))
    yield _row(f"{what}: bounds", took, slow, "under 0.1 s", "")
    for count, whose in ((1, "of one component"), (len(x), "of all")):
        took, slow = (_formulas(*known, x, count) for known in ((referee, truth), (by_numbers, slow_truth)))
        yield _row(f"{what}: what its formula may be off by, {whose}", took, slow, "", "where an error is larger")
    took, bounded, beside = apart(network, (128,), 0.1)
    yield _row("same, 128 x 128, by all matrices: certified gradient", took, None, "", beside)
    yield _row("same: bounds", bounded, None, "", "")
    took, peak = whole_run()
    yield _row("same: diffcheck run, autograd and symbolic:program, 4 points", took, None, "under 20 s, 4 GB", peak)
    for n in (50, 200):
        problem = helmholtz(n)
        helm = traced(problem)

        def on_arrays(helm: Any = helm, n: int = n, x: Any = problem.point) -> Any:
            return Emitted(gradient(record(helm, {"x": (n,)}, {}), range(n), SYMPY)).at(x)

        def by_number(helm: Any = helm, n: int = n, x: Any = problem.point) -> Any:
            program = scalarise(record(helm, {"x": (n,)}, {}))
            return Compiled(derivative_program(program, Operator.GRADIENT, range(n))).at(x)

        on_arrays()
        took, slow = min(seconds(on_arrays) for _ in range(3)), seconds(by_number)
        yield _row(f"gradient ready and evaluated, Helmholtz n = {n}", took, slow, "", "")
    for width, tokens, heads, goal in ((64, 32, 4, "under 1 s"), (768, 64, 12, "under 60 s, 6 GB"))[: 1 + large]:
        took, _, beside = apart(block, (width, tokens, heads), 0.02)
        yield _row(f"GPT-2 block, width {width}, {tokens} tokens: certified gradient", took, None, goal, beside)


def _row(what: str, took: float, slow: float | None, goal: str, beside: str) -> str:
    both = ("", "") if slow is None else (f"{slow:.3g}", f"{slow / took:.3g}")
    return cells(what, f"{took:.3g}", *both, goal, beside)


if __name__ == "__main__":
    with threadpool_limits(1):
        table = printed(rows("--large" in sys.argv))
    if "--write" in sys.argv:
        into_page("arrays", table)
