"""Clocks: what is timed, in which order, and what the results say of it. No test asserts a time."""

import itertools
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import diffcheck.ops as o
from diffcheck import case, check, interval
from diffcheck.api import Settings, conduct
from diffcheck.case.operators import Operator
from diffcheck.engines.autograd import Autograd
from diffcheck.engines.base import Task
from diffcheck.engines.finite import Finite
from diffcheck.engines.symbolic import Symbolic
from diffcheck.errors import UsageError
from diffcheck.program.trace import trace
from diffcheck.results import TIMINGS, Row
from diffcheck.runner.clocks import _break_even
from diffcheck.timing import ROUNDS, Call, Timing, measure, peak_bytes
from diffcheck.verdict import Verdict


def test_calls_are_timed_in_turns():
    order = []
    slow, fast = (lambda name=name: order.append(name) or sum(range(20_000)) for name in ("slow", "fast"))
    found = measure([Call(slow), Call(fast)])
    assert all(isinstance(timing, Timing) for timing in found)
    changes = sum(a != b for a, b in itertools.pairwise(order))
    assert changes >= 2 * ROUNDS - 1


def test_a_call_that_raises_spoils_no_other():
    def broken():
        raise ValueError("boom")

    first, second = measure([Call(broken), Call(lambda: None)])
    assert isinstance(first, ValueError)
    assert isinstance(second, Timing)
    assert second.median_s > 0


@pytest.mark.parametrize("kind", [ValueError, SystemExit])
def test_a_call_that_raises_in_its_last_round_spoils_no_other(kind):
    told = []

    def late():
        if len(told) > 2 * ROUNDS:
            raise kind("late")

    first, second = measure([Call(late), Call(lambda: None)], told.append)
    assert isinstance(first, kind)
    assert isinstance(second, Timing)
    assert told == [0, 1] * (1 + ROUNDS)


def test_waiting_for_the_device_is_inside_the_clock():
    waited = []
    measure([Call(lambda: None, lambda: waited.append(1))])
    assert len(waited) >= 2 * ROUNDS


def test_peak_memory_is_that_of_the_call():
    assert 8_000_000 <= peak_bytes(lambda: np.zeros(1_000_000) + 1) < 40_000_000


def row(engine, **times):
    return replace(Row("f", "gradient", engine, "m", "cpu", "float64", Verdict.AGREE), **times)


PAID = {
    "pays after a while": (10.0, 1e-3, 3e-3, 5000.0),
    "never pays": (10.0, 3e-3, 1e-3, math.inf),
    "is ahead from the start": (0.0, 1e-3, 3e-3, 0.0),
}


@pytest.mark.parametrize(("prepare", "symbolic", "autograd", "expected"), PAID.values(), ids=PAID)
def test_break_even(prepare, symbolic, autograd, expected):
    ours = row("symbolic", prepare_s=prepare, first_call_s=0.0, evaluate_s=symbolic)
    theirs = row("autograd", prepare_s=0.0, first_call_s=0.0, evaluate_s=autograd)
    assert _break_even(ours, [ours, theirs]) == pytest.approx(expected)


def test_without_autograd_there_is_no_break_even():
    assert math.isnan(_break_even(row("symbolic", evaluate_s=1.0), [row("finite", evaluate_s=1.0)]))


def test_the_timings_have_a_file_of_their_own(tmp_path: Path):
    made = case(x=interval(0.5, 2, shape=2))(lambda x: o.sum(o.sin(x) * x))
    conduct(made, Settings(samples=2, batch=50, output=tmp_path))
    table = pd.read_csv(tmp_path / "timings.csv")
    assert list(table.columns) == list(TIMINGS)
    assert list(table.engine) == ["symbolic", "finite", "autograd"]
    measured = ["prepare_s", "first_call_s", "evaluate_s", "primal_s", "cost_ratio", "points_per_s"]
    assert (table[measured] > 0).all(axis=None)
    assert table.peak_bytes.notna().tolist() == [True, True, False]
    assert table.break_even.notna().tolist() == [True, False, False]


def test_without_a_batch_there_is_no_throughput():
    made = case(x=interval(0.5, 2))(lambda x: o.sin(x) * x)
    assert all(math.isnan(r.points_per_s) for r in conduct(made, Settings(samples=1)).rows)


def test_a_negative_batch_is_refused():
    with pytest.raises(UsageError, match="batch is -1"):
        Settings(batch=-1)


# Many points at once are the same as one after the other.

FUNCTIONS = {
    "gradient": (lambda x: o.sum(o.tanh(x) * x), Operator.GRADIENT),
    "jacobian": (lambda x: o.stack([x[0] * x[1], o.exp(x[2])]), Operator.JACOBIAN),
    "hessian": (lambda x: o.exp(x[0]) * x[1] ** 3 + x[2] ** 2, Operator.HESSIAN),
    "pieces": (lambda x: o.sum(o.maximum(x, 1) ** 2), Operator.GRADIENT),
}
ENGINES = {
    "autograd:reverse": Autograd(),
    "autograd:forward": Autograd(),
    "autograd:func": Autograd(),
    "symbolic:program": Symbolic(),
    "symbolic:closed": Symbolic(),
}
POINTS = [{"x": x} for x in np.random.default_rng(7).uniform(0.2, 1.8, (9, 3))]


def ready(engine, method, function, operator):
    made = case(x=interval(0.1, 2, shape=3))(function)
    return engine.prepare(Task(made, trace(made.function, made.shapes, made.constants), operator, engine.name, method))


@pytest.mark.parametrize(("function", "operator"), FUNCTIONS.values(), ids=FUNCTIONS)
@pytest.mark.parametrize("name", ENGINES)
def test_a_batch_is_equal_to_the_loop(name, function, operator):
    prepared = ready(ENGINES[name], name.partition(":")[2], function, operator)
    alone = np.stack([np.ravel(prepared.derivative(point).value) for point in POINTS])
    together = prepared.batch(POINTS)()
    if isinstance(together, list):  # the closed form gives a value, or one for all points, for each component
        together = np.stack([np.broadcast_to(part, len(POINTS)) for part in together], -1)
    assert np.asarray(together).reshape(len(POINTS), -1) == pytest.approx(alone, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("method", ["adaptive", "complex"])
def test_a_batch_of_differences_is_equal_to_the_loop(method):
    prepared = ready(Finite(), method, *FUNCTIONS["jacobian"])
    alone = np.stack([prepared.derivative(point).value for point in POINTS])
    found = prepared.batch(POINTS)()
    together = found if method == "complex" else np.moveaxis(found.value, 1, 2)
    assert together == pytest.approx(alone, rel=1e-12, abs=1e-12)


def test_a_function_that_decides_by_its_values_has_no_batch():
    def decides(x):
        return x.sum() if float(x[0]) > 1 else (x * x).sum()

    made = case(x=interval(0.1, 2, shape=3), implementations={"autograd": decides})(lambda x: o.sum(x * x))
    task = Task(made, trace(made.function, made.shapes, {}), Operator.GRADIENT, "autograd", "reverse")
    assert Autograd().prepare(task).batch(POINTS) is None


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch's own, on import of its compiler
def test_compiled():
    rows = check(
        lambda x: o.tanh(x) * x, x=interval(-2, 2), samples=2, engines=["autograd:compiled", "autograd:func"]
    ).result.rows
    assert [(r.verdict, r.note) for r in rows] == [("agree", ""), ("agree", "")]


def test_what_torch_cannot_compile_is_unsupported(monkeypatch):
    def refuses(inputs):
        raise torch._dynamo.exc.Unsupported("graph break")

    monkeypatch.setattr(torch, "compile", lambda function, **options: refuses)
    (found,) = check(lambda x: x * x, x=interval(-2, 2), samples=1, engines=["autograd:compiled"]).result.rows
    assert (found.verdict, found.note) == ("unsupported", "torch.compile: graph break")
