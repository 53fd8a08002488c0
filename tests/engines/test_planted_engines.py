"""Engines that are wrong on purpose are caught, each with its verdict; the same engines left alone are not accused."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

import diffcheck
from diffcheck import Case, case, interval, ops
from diffcheck.api import Check
from diffcheck.case.case import Point
from diffcheck.engines.autograd import Autograd
from diffcheck.engines.base import Clockwork, Engine, Estimate, Prepared, Task
from diffcheck.engines.finite import Finite
from diffcheck.engines.symbolic import Symbolic
from diffcheck.errors import Unsupported
from diffcheck.ops import exp, sin, stack, where
from diffcheck.program.trace import trace

Derivative = Callable[[Point], Estimate]
Fault = Callable[[Derivative], Derivative]

SAMPLES = 1
BOX = interval(0.5, 2)
PAIR = interval(0.5, 2, shape=2)

# Cases. Each has a constant `part` that a planted engine can get wrong.


@case(x=BOX, part=1.0)
def scalar(x, part):
    return exp(x) * sin(x) + part * x**2


@case(x=BOX, part=1.1)
def piecewise(x, part):
    return where(x > part, x**3, exp(x))


@case(x=interval(0.5, 2, shape=3), part=1.0)
def weighted(x, part):
    return x[0] * exp(x[1]) + sin(x[2]) + part * x[0] * x[2]


@case(x=PAIR, part=1.0)
def square(x, part):
    return stack([x[0] * x[1] ** 2, exp(x[0]) + part * 3.1 * x[1]])


@case(x=PAIR, part=1.0)
def tall(x, part):
    return stack([x[0] * x[1], exp(x[0]) + part * x[1] ** 2, sin(x[1])])


@case(x=PAIR, part=1.0, operators="hessian")
def curved(x, part):
    return exp(x[0]) * sin(x[1]) + part * x[0] ** 3 * x[1]


@case(x=interval(-1, 1), points=[{"x": 0.0}], samples=0)
def corner(x):
    return ops.abs(x)


CASES = {c.name: c for c in (scalar, piecewise, weighted, square, tall, curved)}
EXACT = {e.name: e for e in (Symbolic(), Autograd())}
HEALTHY = {**EXACT, "finite": Finite()}


# Planted engines.


@dataclass(frozen=True)
class PlantedTask:
    """A task whose derivative went through a fault."""

    inner: Prepared
    derivative: Derivative
    clock: Callable[[], object]
    operations: int | None = None

    def clockwork(self, point: Point) -> Clockwork:
        """The healthy engine's, after whatever `clock` does."""
        self.clock()
        return self.inner.clockwork(point)


@dataclass(frozen=True)
class Planted:
    """A healthy engine with one fault."""

    healthy: Engine
    fault: Fault = lambda derivative: derivative
    asked: Callable[[Task], Task] = lambda task: task
    clock: Callable[[], object] = lambda: None
    name: str = "planted"
    methods: tuple[str, ...] = ("faulty",)

    def available(self, device: str) -> str | None:
        """As the healthy engine."""
        return self.healthy.available(device)

    def versions(self) -> dict[str, str]:
        """Nothing of its own."""
        return {}

    def prepare(self, task: Task) -> PlantedTask:
        """The healthy engine's task with the fault in between."""
        prepared = self.healthy.prepare(self.asked(task))
        return PlantedTask(prepared, self.fault(prepared.derivative), self.clock)


def values(change: Callable[[Any], Any]) -> Fault:
    """The fault that changes every value."""

    def fault(derivative: Derivative) -> Derivative:
        def changed(point: Point) -> Estimate:
            estimate = derivative(point)
            return replace(estimate, value=change(estimate.value))

        return changed

    return fault


def estimates(change: Callable[[Estimate], Any]) -> Fault:
    """The fault that changes what is returned as a whole."""
    return lambda derivative: lambda point: change(derivative(point))


def once(fault: Fault) -> Fault:
    """The fault at the second point only."""

    def at_second(derivative: Derivative) -> Derivative:
        calls = iter((derivative, fault(derivative)))
        return lambda point: next(calls, derivative)(point)

    return at_second


def stale(derivative: Derivative) -> Derivative:
    """The derivative at the point before; at the first point the right one."""
    seen: list[Point] = []

    def late(point: Point) -> Estimate:
        seen.append(point)
        return derivative(seen[-2:][0])

    return late


def raising(problem: Exception) -> Fault:
    """The fault that raises at every point."""

    def fault(_: Derivative) -> Derivative:
        def fails(_: Point) -> Estimate:
            raise problem

        return fails

    return fault


def refusing(problem: Exception) -> Callable[[Task], Task]:
    """A preparation that raises."""

    def prepare(_: Task) -> Task:
        raise problem

    return prepare


def element(index: int, value: float) -> Callable[[Any], Any]:
    """A change of one element to a value."""

    def change(array: Any) -> Any:
        changed = np.array(array)
        changed.flat[index] = value
        return changed

    return change


def asked_without_part(task: Task) -> Task:
    """The task of the same function with its constant `part` zero: a dropped term, or the branch not taken."""
    other = replace(task.case, constants={"part": 0.0})
    return replace(task, case=other, program=trace(other.function, other.shapes, other.constants))


def heard(subject: Case, *engines: str | Engine, timing: bool = False) -> Check:
    """What diffcheck says of these engines."""
    return diffcheck.check(subject, engines=engines, samples=SAMPLES, timing=timing)


def the_row(check: Check) -> Any:
    """The only row."""
    (row,) = check.frame.to_dict("records")
    return row


# What each fault makes of an engine that was right, for whichever case.
FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "zero": ({"fault": values(lambda v: 0 * v)}, "disagree", "wrong"),
    "times-1.001": ({"fault": values(lambda v: 1.001 * v)}, "disagree", "wrong"),
    "times-1+1e-9": ({"fault": values(lambda v: (1 + 1e-9) * v)}, "disagree", "wrong"),
    "wrong-sign": ({"fault": values(lambda v: -v)}, "disagree", "wrong"),
    "plus-one": ({"fault": values(lambda v: v + 1)}, "disagree", "wrong"),
    "float32-result": ({"fault": values(lambda v: v.astype(np.float32))}, "disagree", "wrong"),
    "float32-throughout": ({"asked": lambda task: replace(task, dtype="float32")}, "disagree", "wrong"),
    "dropped-term": ({"asked": asked_without_part}, "disagree", "wrong"),
    "stale-point": ({"fault": stale}, "disagree", "wrong"),
    "huge": ({"fault": values(element(-1, 1e300))}, "disagree", "wrong"),
    "wrong-once": ({"fault": once(values(lambda v: -v))}, "disagree", "wrong"),
    "nan": ({"fault": values(lambda v: v * np.nan)}, "nonfinite", "singular"),
    "nan-in-one-component": ({"fault": values(element(0, np.nan))}, "nonfinite", "singular"),
    "nan-once": ({"fault": once(values(lambda v: v * np.nan))}, "nonfinite", "singular"),
    "inf": ({"fault": values(element(0, np.inf))}, "nonfinite", "singular"),
    "minus-inf": ({"fault": values(element(0, -np.inf))}, "nonfinite", "singular"),
    "one-element-more": ({"fault": values(lambda v: np.append(v, 1.0))}, "error", ""),
    "one-axis-more": ({"fault": values(lambda v: v[None])}, "error", ""),
    "scalar": ({"fault": values(lambda v: v.sum())}, "error", ""),
    "none-as-value": ({"fault": values(lambda _: None)}, "error", ""),
    "empty": ({"fault": values(lambda _: np.array([]))}, "error", ""),
    "raises": ({"fault": raising(RuntimeError("planted"))}, "error", ""),
    "raises-once": ({"fault": once(raising(ZeroDivisionError("planted")))}, "error", ""),
    "raises-at-prepare": ({"asked": refusing(RuntimeError("planted"))}, "error", "prepare"),
}

# What is no estimate at all must be a row as well, and never end the run.
NO_ESTIMATES: dict[str, Callable[[Estimate], Any]] = {
    "none": lambda _: None,
    "bare-array": lambda e: e.value,
    "text": lambda _: Estimate("abc"),
    "ragged": lambda _: Estimate([1.0, [2.0, 3.0]]),
    "complex": lambda e: replace(e, value=e.value * (1 + 1j)),
    "error-of-another-shape": lambda e: replace(e, error=np.zeros(7)),
    "error-is-text": lambda e: replace(e, error="small"),
}

SHAPES = [
    pytest.param(square, lambda v: v.T, "disagree", id="square-transposed"),
    pytest.param(tall, lambda v: v.T, "error", id="tall-transposed"),
    pytest.param(tall, lambda v: v.T.reshape(v.shape), "disagree", id="tall-in-column-order"),
    pytest.param(tall, lambda v: v.ravel(), "error", id="tall-flattened"),
    pytest.param(tall, lambda v: v[::-1], "disagree", id="rows-reversed"),
    pytest.param(weighted, lambda v: v[::-1], "disagree", id="gradient-reversed"),
    pytest.param(curved, np.diag, "error", id="hessian-diagonal-only"),
    pytest.param(curved, lambda v: np.diag(np.diag(v)), "disagree", id="hessian-without-mixed-terms"),
    pytest.param(curved, np.triu, "disagree", id="hessian-upper-triangle"),
]


# Every case with one engine, and one case with the other: SymPy takes its time to prepare.
TRIALS = [*((name, "autograd") for name in CASES), ("tall", "symbolic")]


@pytest.mark.parametrize("table", [CASES, EXACT, HEALTHY, FAULTS, NO_ESTIMATES, SHAPES, TRIALS])
def test_tables_are_not_empty(table: Any) -> None:
    assert len(table) > 1


@pytest.mark.parametrize("engine", HEALTHY)
@pytest.mark.parametrize("subject", CASES)
def test_undistorted_engine_is_not_accused(subject: str, engine: str) -> None:
    check = heard(CASES[subject], Planted(HEALTHY[engine]))
    row = the_row(check)
    assert (row["verdict"], row["reason"], row["failed_points"], row["note"]) == ("agree", "", 0, "")
    assert row["points"] > 1
    assert check.passed


@pytest.mark.parametrize(("subject", "engine"), TRIALS)
@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_caught(fault: str, subject: str, engine: str) -> None:
    planted, verdict, reason = FAULTS[fault]
    check = heard(CASES[subject], Planted(EXACT[engine], **planted))
    row = the_row(check)
    assert (row["verdict"], row["reason"]) == (verdict, reason)
    assert not check.passed


@pytest.mark.parametrize("fault", ["zero", "times-1.001", "wrong-sign", "plus-one", "huge"])
@pytest.mark.parametrize("subject", CASES)
def test_wrong_finite_difference_is_overconfident(subject: str, fault: str) -> None:
    planted, verdict, _ = FAULTS[fault]
    row = the_row(heard(CASES[subject], Planted(Finite(), **planted)))
    assert (row["verdict"], row["reason"]) == (verdict, "overconfident")


@pytest.mark.parametrize("engine", EXACT)
@pytest.mark.parametrize(("subject", "change", "verdict"), SHAPES)
def test_wrong_arrangement_is_caught(subject: Case, change: Callable[[Any], Any], verdict: str, engine: str) -> None:
    check = heard(subject, Planted(EXACT[engine], values(change)))
    assert the_row(check)["verdict"] == verdict
    assert not check.passed


@pytest.mark.parametrize("fault", ["wrong-once", "nan-once", "raises-once"])
def test_fault_at_one_point_leaves_the_others(fault: str) -> None:
    row = the_row(heard(scalar, Planted(Autograd(), **FAULTS[fault][0])))
    assert row["failed_points"] == 1
    assert row["points"] > 1


def test_worst_component_is_named() -> None:
    row = the_row(heard(tall, Planted(Autograd(), values(element(3, 1e6)))))
    assert row["worst_component"] == "[1] by x[1]"
    assert row["value"] == 1e6


def test_wrong_shape_is_told_with_both_shapes() -> None:
    row = the_row(heard(tall, Planted(Autograd(), values(np.transpose))))
    assert "shape (2, 3)" in row["note"]
    assert "shape (3, 2)" in row["note"]


@pytest.mark.parametrize("fault", ["raises", "raises-at-prepare"])
def test_exception_is_told_by_name_and_text(fault: str) -> None:
    assert "RuntimeError: planted" in the_row(heard(scalar, Planted(Autograd(), **FAULTS[fault][0])))["note"]


@pytest.mark.parametrize("change", NO_ESTIMATES.values(), ids=NO_ESTIMATES)
def test_what_is_no_estimate_is_an_error(change: Callable[[Estimate], Any]) -> None:
    check = heard(weighted, "symbolic", Planted(Autograd(), estimates(change)))
    assert dict(zip(check.frame["engine"], check.frame["verdict"], strict=True)) == {
        "symbolic": "agree",
        "planted": "error",
    }
    assert not check.passed


def test_error_estimate_of_nan_excuses_nothing() -> None:
    change = estimates(lambda e: replace(e, value=3 * e.value, error=np.full_like(e.value, np.nan)))
    check = heard(scalar, Planted(Autograd(), change))
    assert the_row(check)["verdict"] == "disagree"
    assert not check.passed


def test_exception_while_timing_leaves_the_verdict_and_the_other_engine() -> None:
    def broken_clock() -> object:
        raise RuntimeError("planted clock")

    check = heard(scalar, Planted(Autograd(), clock=broken_clock), "symbolic", timing=True)
    planted, symbolic = check.frame.to_dict("records")
    assert symbolic["evaluate_s"] > 0
    assert "planted clock" in planted["note"]


@pytest.mark.parametrize(
    "planted",
    [
        pytest.param({"asked": refusing(Unsupported("no such thing here"))}, id="at-prepare"),
        pytest.param({"fault": raising(Unsupported("no such thing here"))}, id="at-every-point"),
        pytest.param({"fault": once(raising(Unsupported("no such thing here")))}, id="at-one-point"),
    ],
)
def test_unsupported_is_reported_and_fails_nothing(planted: dict[str, Any]) -> None:
    """Beside an engine that is judged the check has passed; of one alone nobody knows."""
    check = heard(scalar, Planted(Autograd(), **planted), "symbolic")
    row, _ = check.frame.to_dict("records")
    assert (row["verdict"], row["failed_points"], row["note"]) == ("unsupported", 0, "no such thing here")
    assert check.passed
    alone = heard(scalar, Planted(Autograd(), **planted))
    assert not alone.result.failing
    assert not alone.passed


@pytest.mark.parametrize(
    ("value", "verdict", "reason"),
    [
        (-1.0, "kink", ""),
        (0.0, "kink", ""),
        (0.3, "kink", ""),
        (1.0, "kink", ""),
        (1.001, "disagree", "kink-side"),
        (-2.0, "disagree", "kink-side"),
        (float("nan"), "nonfinite", "singular"),
        (float("inf"), "nonfinite", "singular"),
    ],
)
def test_value_at_a_kink(value: float, verdict: str, reason: str) -> None:
    row = the_row(heard(corner, Planted(Autograd(), values(lambda v: np.full_like(v, value)))))
    assert (row["verdict"], row["reason"]) == (verdict, reason)


# What the engines say together.

WRONG = Planted(Autograd(), values(lambda v: 1.001 * v))
AS_WRONG = Planted(Symbolic(), values(lambda v: 1.001 * v), name="accomplice")
OTHERWISE_WRONG = Planted(Symbolic(), values(lambda v: -v), name="loner")


@pytest.mark.parametrize(
    ("engines", "consensus"),
    [
        pytest.param(("symbolic", "autograd"), "all right", id="none-wrong"),
        pytest.param(("symbolic", "autograd", WRONG), "blame: planted", id="one-wrong"),
        pytest.param((WRONG, AS_WRONG), "all wrong together", id="both-wrong-alike"),
        pytest.param((WRONG, OTHERWISE_WRONG), "blame: planted, loner", id="both-wrong-differently"),
        pytest.param((Planted(Autograd(), asked=refusing(Unsupported("no"))),), "undecided", id="none-heard"),
    ],
)
@pytest.mark.parametrize("subject", CASES)
def test_consensus(subject: str, engines: tuple[str | Engine, ...], consensus: str) -> None:
    (found,) = heard(CASES[subject], *engines).result.cases
    assert found.consensus == consensus


# What a case declares.


@pytest.mark.parametrize(
    ("fault", "declared", "passed"),
    [
        pytest.param("zero", {"planted": "disagree"}, True, id="known-defect"),
        pytest.param("zero", {"planted:faulty": "disagree"}, True, id="known-defect-of-the-method"),
        pytest.param("nan", {"planted": "nonfinite"}, True, id="known-nan"),
        pytest.param("raises", {"planted": "error"}, True, id="known-error"),
        pytest.param("raises-at-prepare", {"planted": "error"}, True, id="known-error-at-prepare"),
        pytest.param("nan", {"planted": "disagree"}, False, id="another-defect"),
        pytest.param("zero", {"planted": "agree"}, False, id="defect-declared-healthy"),
        pytest.param("zero", {"symbolic": "disagree"}, False, id="defect-declared-for-another-engine"),
        pytest.param("zero", {"planted": "disagree", "planted:faulty": "agree"}, False, id="method-before-engine"),
    ],
)
def test_declared_outcome(fault: str, declared: dict[str, str], passed: bool) -> None:
    check = heard(declaring(declared), Planted(Autograd(), **FAULTS[fault][0]))
    assert check.passed is passed


@pytest.mark.parametrize(
    ("declared", "passed"),
    [
        pytest.param({"planted": "disagree"}, False, id="defect-is-gone"),
        pytest.param({"planted": "agree"}, True, id="declared-healthy"),
        pytest.param({"planted": "lossy"}, False, id="declared-lossy"),
    ],
)
def test_declared_outcome_of_a_healthy_engine(declared: dict[str, str], passed: bool) -> None:
    assert heard(declaring(declared), Planted(Autograd())).passed is passed


@pytest.mark.parametrize(
    ("fault", "told"),
    [("zero", "expected disagree: ticket 17"), ("nan", "the case expects disagree: ticket 17")],
    ids=["met", "missed"],
)
def test_declaration_is_told_with_its_reason(fault: str, told: str) -> None:
    row = the_row(heard(declaring({"planted": "disagree"}), Planted(Autograd(), **FAULTS[fault][0])))
    assert told in row["note"]


def declaring(declared: dict[str, str]) -> Case:
    """The scalar case with an expectation."""
    return replace(scalar, expect=declared, because="ticket 17")
