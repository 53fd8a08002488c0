"""Programs made runnable, and differentiated in either direction by SymPy's rules."""

import math

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st

import diffcheck.ops as o
from diffcheck import case, check, interval
from diffcheck.case.operators import Operator
from diffcheck.engines.base import Task
from diffcheck.engines.symbolic import Symbolic, chain_rule
from diffcheck.engines.symbolic.chain_rule import batch_code, derivative_code, derivative_program
from diffcheck.program.compile import Compiled
from diffcheck.program.differentiate import Mode, cheaper_mode, jacobian
from diffcheck.program.emit import Emitted
from diffcheck.program.program import CONST, INPUT
from diffcheck.program.rules import SYMPY
from diffcheck.program.schedule import SUM, schedule
from diffcheck.program.trace import trace

MATRIX = np.random.default_rng(5).normal(size=(9, 9))
# Functions of x (3 elements) with what NumPy makes of them.
FUNCTIONS = {
    "arithmetic": (lambda x: x[0] * x[1] - x[2] / (x[0] + 2), lambda x: x[0] * x[1] - x[2] / (x[0] + 2)),
    "powers": (lambda x: x[0] ** 3 + x[1] ** 0.5, lambda x: x[0] ** 3 + x[1] ** 0.5),
    "functions": (
        lambda x: o.sin(x[0]) * o.exp(-x[1]) + o.erf(x[2]),
        lambda x: np.sin(x[0]) * np.exp(-x[1]) + scipy.special.erf(x[2]),
    ),
    "pieces": (
        lambda x: o.where(x[0] > x[1], o.maximum(x[0], x[2]), o.abs(x[1]) - o.floor(3 * x[2])),
        lambda x: np.where(x[0] > x[1], np.maximum(x[0], x[2]), np.abs(x[1]) - np.floor(3 * x[2])),
    ),
    "constants": (lambda x: o.pi * x[0] + o.sqrt(2) * x[1], lambda x: np.pi * x[0] + np.sqrt(2) * x[1]),
    "many arguments": (lambda x: o.logsumexp(x), lambda x: scipy.special.logsumexp(x, axis=0)),
    "a constant": (lambda x: 3.5, lambda x: 3.5 + 0 * x[0]),
    "an input": (lambda x: x[1], lambda x: x[1]),
    "vector": (
        lambda x: o.stack([x[0], x[1] * x[2], o.tanh(x[2])]),
        lambda x: np.stack([x[0], x[1] * x[2], np.tanh(x[2])]),
    ),
    "matrix": (lambda x: o.tanh(x.reshape((3, 1)) * x), lambda x: np.tanh(x[:, None] * x[None])),
}
each_function = pytest.mark.parametrize(("function", "expected"), FUNCTIONS.values(), ids=FUNCTIONS)
POINTS = np.random.default_rng(1).uniform(0.1, 2, (50, 3))


@each_function
def test_batches_and_single_points_give_what_numpy_gives(function, expected):
    compiled = Compiled(trace(function, {"x": (3,)}, {}))
    reference = np.moveaxis(np.asarray(expected(POINTS.T), dtype=float), -1, 0)
    assert compiled.batch(POINTS) == pytest.approx(reference, rel=1e-15)
    assert np.stack([compiled.at(x.tolist()) for x in POINTS]) == pytest.approx(reference, rel=1e-15)


@pytest.mark.parametrize("function", [row[0] for row in FUNCTIONS.values()], ids=FUNCTIONS)
def test_float32_stays_float32(function):
    compiled = Compiled(trace(function, {"x": (3,)}, {}), "float32")
    found = compiled.batch(POINTS.astype(np.float32))
    assert found.dtype == np.float32
    assert compiled.at(POINTS[0].tolist()) == pytest.approx(found[0], rel=1e-6)


REFUSED = {
    "a pole": (lambda x: 1 / x, 0.0, math.inf),
    "the logarithm of zero": (lambda x: o.log(x), 0.0, -math.inf),
    "the logarithm of a negative number": (lambda x: o.log(x), -1.0, math.nan),
    "a root of a negative number": (lambda x: x ** o.rational(1, 3), -8.0, math.nan),
    "overflow": (lambda x: o.exp(x), 1000.0, math.inf),
    "overflow of a power": (lambda x: x**3, 1e200, math.inf),
    "zero to a negative power": (lambda x: x ** (-2), 0.0, math.inf),
    "nan and a maximum": (lambda x: o.maximum(o.log(x), 1), -1.0, math.nan),
}


@pytest.mark.parametrize(("function", "x", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_python_refuses_has_the_value_of_ieee_arithmetic(function, x, expected):
    compiled = Compiled(trace(function, {"x": ()}, {}))
    assert compiled.at([x]) == pytest.approx(expected, nan_ok=True)
    assert compiled.batch(np.array([[x]]))[0] == pytest.approx(expected, nan_ok=True)


def test_a_long_sum_is_one_row_of_a_matrix():
    program = trace(lambda x: MATRIX @ x, {"x": (9,)}, {})
    (group,) = schedule(program)
    assert (group.name, len(group.nodes)) == (SUM, 9)
    assert Compiled(program).calls == 1
    x = np.arange(9.0)
    assert Compiled(program).batch(x[None])[0] == pytest.approx(MATRIX @ x)


def test_a_short_sum_is_added_up_as_written():
    """(x + 1) - 1 is what its rounding makes of it, not x."""
    program = trace(lambda x: (x + 1) - 1, {"x": ()}, {})
    assert [group.name for group in schedule(program)] == ["add", "sub"]
    assert float(Compiled(program).batch(np.array([[1e-17]]))[0]) == 0.0


def test_every_group_finds_its_operands():
    program = derivative_program(
        trace(lambda x: o.sum(o.tanh(MATRIX @ x)), {"x": (9,)}, {}), Operator.GRADIENT, range(9)
    )
    known = {i for i, (name, _) in enumerate(program.nodes) if name in (INPUT, CONST)}
    for group in schedule(program):
        assert {i for operands in group.operands for i in operands} <= known
        known.update(group.nodes)
    assert set(program.outputs.ravel().tolist()) <= known


def test_many_points_are_taken_in_portions():
    compiled = Compiled(trace(lambda x: o.sin(x) * x, {"x": ()}, {}))
    points = np.linspace(-3, 3, 10_001)[:, None]
    assert compiled.batch(points) == pytest.approx(np.sin(points[:, 0]) * points[:, 0])
    assert compiled.batch(points[:0]).shape == (0,)


# Derivatives in both directions.

DIFFERENTIABLE = {
    "scalar": lambda x: o.sin(x[0] * x[1]) / x[2],
    "vector": lambda x: o.stack([x[0] * x[1], o.exp(x[2]), x[1]]),
    "pieces": lambda x: o.stack([o.where(x[0] > 1, x[0] * x[1], x[2] ** 2), o.maximum(x[0], x[1]), o.abs(x[2] - 1)]),
    "wide": lambda x: o.stack([x[0] ** k * x[1] for k in range(1, 9)]),
    "powers": lambda x: x[0] ** x[1] + x[2] ** 2.5,
}


@pytest.mark.parametrize("function", DIFFERENTIABLE.values(), ids=DIFFERENTIABLE)
def test_both_directions_give_one_derivative(function):
    program = trace(function, {"x": (3,)}, {})
    backward, forward = (Compiled(jacobian(program, range(3), SYMPY, mode)) for mode in Mode)
    assert backward.batch(POINTS) == pytest.approx(forward.batch(POINTS), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("function", DIFFERENTIABLE.values(), ids=DIFFERENTIABLE)
def test_both_directions_give_what_differences_give(function):
    program = trace(function, {"x": (3,)}, {})
    primal, slope = Compiled(program), Compiled(jacobian(program, range(3), SYMPY))
    h = 1e-6
    columns = [(primal.batch(POINTS + h * e) - primal.batch(POINTS - h * e)) / (2 * h) for e in np.eye(3)]
    assert slope.batch(POINTS) == pytest.approx(np.stack(columns, -1), rel=1e-6, abs=1e-6)


def test_the_cheaper_direction_is_taken():
    to_one = trace(lambda x: o.sum(x**2), {"x": (20,)}, {})
    from_one = trace(lambda x: o.stack([x**k for k in range(1, 20)]), {"x": ()}, {})
    assert cheaper_mode(to_one, range(20)) is Mode.REVERSE
    assert cheaper_mode(from_one, [0]) is Mode.FORWARD


@pytest.mark.parametrize("mode", Mode)
def test_a_branch_that_is_not_taken_leaves_no_nan(mode):
    program = trace(lambda x: o.where(x > 0, o.sqrt(x) * o.log(x), 2 * x), {"x": ()}, {})
    slope = Compiled(jacobian(program, [0], SYMPY, mode))
    assert slope.at([-1.0]).tolist() == [2.0]
    assert slope.batch(np.array([[-1.0], [4.0]]))[:, 0] == pytest.approx([2.0, math.log(4) / 4 + 0.5])


@pytest.mark.parametrize("n", [10, 100])
def test_a_sparse_hessian_costs_what_is_not_zero(n):
    """Rosenbrock's chain: at most three second derivatives in a row."""
    program = trace(lambda x: o.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2), {"x": (n,)}, {})
    hessian = derivative_program(program, Operator.HESSIAN, range(n))
    assert hessian.operations <= 8 * program.operations


@settings(max_examples=25, deadline=None)
@given(n=st.integers(2, 12), depth=st.integers(1, 4), seed=st.integers(0, 1000))
def test_a_gradient_has_at_most_four_times_the_operations(n, depth, seed):
    """Griewank's bound, for programs of arithmetic and functions whose slope is one operation."""
    weights = np.random.default_rng(seed).normal(size=(depth, n, n))

    def function(x):
        for w in weights:
            x = o.exp(w @ x) * x
        return o.sum(x)

    program = trace(function, {"x": (n,)}, {})
    assert derivative_program(program, Operator.GRADIENT, range(n)).operations <= 4 * program.operations


def test_the_cost_of_a_gradient_is_linear():
    ratios = []
    for n in (50, 400):
        program = trace(lambda x: o.prod(1 + o.sin(x) * x), {"x": (n,)}, {})
        ratios.append(derivative_program(program, Operator.GRADIENT, range(n)).operations / program.operations)
    assert ratios[1] == pytest.approx(ratios[0], rel=0.05)


# The engine.


def method_for(function, operator=Operator.GRADIENT, **inputs):
    made = case(**inputs)(function)
    program = trace(made.function, made.shapes, made.constants)
    return Symbolic().preferred(program, operator, len(made.wrt_positions))


def test_the_method_is_chosen_by_size():
    def iterated(x):
        for _ in range(12):
            x = 3.7 * x * (1 - x)
        return x

    box = interval(0, 1)
    assert method_for(lambda x: o.sin(x) * x, x=box) == "closed"
    assert method_for(lambda x: o.abs(x - 0.5) * x, x=box) == "closed"
    assert method_for(iterated, x=box) == "program"
    assert method_for(lambda x: o.amax(x), x=interval(0, 1, shape=6)) == "program"
    assert method_for(lambda x: o.sum(o.tanh(MATRIX @ x)), x=interval(0, 1, shape=9)) == "program"


def test_steps_are_differentiated_by_their_rows_which_sympy_leaves_undone():
    for step in (o.floor, o.ceil, o.trunc, o.round):
        (row,) = check(lambda x, step=step: x * step(3 * x), x=interval(0.7, 0.8), engines=["symbolic"]).result.rows
        assert (row.method, row.verdict) == ("program", "agree")
    (row,) = check(lambda x: x * o.floor(x), x=interval(0.7, 0.8), engines=["symbolic:closed"]).result.rows
    assert row.verdict == "unsupported"
    assert "Derivative" in row.note


def test_the_row_says_which_method_was_used():
    box = {"x": interval(0.1, 0.9), "samples": 1}
    small = check(lambda x: x * x, engines=["symbolic"], **box).result.rows
    large = check(lambda x: o.sum(o.tanh(o.sin(x * MATRIX) * x) * x * x * x), engines=["symbolic"], **box).result.rows
    asked = check(lambda x: x * x, engines=["symbolic:program"], **box).result.rows
    assert [rows[0].method for rows in (small, large, asked)] == ["closed", "program", "program"]
    assert [rows[0].verdict for rows in (small, large, asked)] == ["agree"] * 3


def test_it_is_sympy_s_rule_not_the_stable_one():
    (row,) = check(
        lambda x: o.tanh(x), x=interval(-30, 30), points=[{"x": 20.0}], samples=0, engines=["symbolic:program"]
    ).result.rows
    assert (row.verdict, row.reason, row.value) == ("lossy", "cancellation", 0.0)
    assert row.note == "1 - tanh(x)**2 cancels 17 digits"


def test_an_engine_is_judged_by_the_code_it_evaluates():
    """SymPy's slope of the sigmoid squares an overflowing exponential, which the definition never forms."""
    found = check(
        lambda x: o.silu(x),
        x=interval(-300, 300),
        operators=["hessian"],
        points=[{"x": -200.0}],
        samples=0,
        engines=["symbolic:program"],
    ).result.rows
    assert [(row.verdict, row.reason) for row in found] == [("disagree", "overflow")]
    assert "overflows in float64" in found[0].note


def test_the_program_and_the_closed_form_agree_with_each_other():
    made = case(x=interval(0.2, 2, shape=3))(lambda x: o.sin(x[0] * x[1]) / x[2] + x[0] ** x[1])
    program = trace(made.function, made.shapes, made.constants)
    for operator in (Operator.GRADIENT, Operator.HESSIAN):
        closed, chained = (
            Symbolic().prepare(Task(made, program, operator, "symbolic", method)) for method in ("closed", "program")
        )
        for x in POINTS[:5]:
            one, other = (ready.derivative({"x": x}).value for ready in (closed, chained))
            assert one == pytest.approx(other, rel=1e-12)


@pytest.mark.parametrize("seconds", [(1.0, 2.0), (2.0, 1.0)], ids=["numbers are faster", "arrays are faster"])
def test_many_points_are_taken_by_the_faster_code(monkeypatch, seconds):
    """By numbers or on arrays, as a trial says; the derivative is the same."""
    program = trace(lambda x: o.sum(o.exp(x) * o.sin(x)), {"x": (6,)}, {})
    known = derivative_code(program, Operator.GRADIENT, range(6), "float64")
    times = dict(zip((Compiled, Emitted), seconds, strict=True))
    monkeypatch.setattr(chain_rule, "_seconds", lambda code, points: times[type(code)])
    points = np.random.default_rng(0).normal(size=(50, 6))
    chosen = batch_code(known, program, Operator.GRADIENT, range(6), points)
    assert type(chosen) is min(times, key=times.get)
    np.testing.assert_allclose(chosen.batch(points), np.exp(points) * (np.sin(points) + np.cos(points)), rtol=1e-13)


def test_arrays_are_not_tried_where_they_hold_much_more_than_numbers():
    """The Hessian of a sum of functions of one number each is a diagonal."""
    program = trace(lambda x: o.sum(o.exp(x)), {"x": (20,)}, {})
    known = derivative_code(program, Operator.HESSIAN, range(20), "float64")
    assert batch_code(known, program, Operator.HESSIAN, range(20), np.zeros((2, 20))) is known
