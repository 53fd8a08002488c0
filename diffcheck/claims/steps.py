"""How many digits a difference quotient keeps at every step, beside the other methods, all against certified truth."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.case.case import Array, Case, case
from diffcheck.case.domain import interval
from diffcheck.case.operators import Operator, operator_named
from diffcheck.formats import FORMATS
from diffcheck.ops.enclosures import balls
from diffcheck.program.code import code
from diffcheck.referee.evaluate import Ball
from diffcheck.referee.rounding.bounds import Bounds
from diffcheck.referee.truth import Referee
from diffcheck.runner.plan import Unit, contestants, traced

Function = Callable[[Any], Any]
DOUBLE = FORMATS["float64"]
METHODS = ("autograd:reverse", "autograd:forward", "symbolic:closed", "finite:adaptive", "finite:complex")
STEPS: tuple[float, ...] = tuple(10.0 ** (-k / 4) for k in range(4, 61))
"""From a tenth to 1e-15, four to a decade."""
_ORDERS = tuple(map(operator_named, ("derivative", "derivative2", "derivative3")))

# Functions whose derivatives are all about as large as they are, on 0.5 to 1.5: those that the theory is told for.
SMOOTH: Sequence[tuple[str, Function]] = (
    ("sin(x)", lambda x: ops.sin(x)),
    ("exp(x)", lambda x: ops.exp(x)),
    ("x exp(-x^2)", lambda x: x * ops.exp(-(x**2))),
    ("ln(1 + x)", lambda x: ops.log(1 + x)),
    ("x / (1 + x^2)", lambda x: x / (1 + x**2)),
    ("x^3 - 2 x", lambda x: x**3 - 2 * x),
)
# Formulas that cancel, where they do: the derivative has all its digits, and the formula throws them away.
CANCELLING: Sequence[tuple[str, Function, float]] = (
    ("(1 - cos x) / x^2", lambda x: (1 - ops.cos(x)) / x**2, 1e-4),
    ("(exp x - 1) / x", lambda x: (ops.exp(x) - 1) / x, 1e-6),
    ("tanh x", lambda x: ops.tanh(x), 18.0),
    ("sqrt(x + 1) - sqrt(x)", lambda x: ops.sqrt(x + 1) - ops.sqrt(x), 1e10),
)


@dataclass(frozen=True, slots=True)
class Curve:
    """A kind of quotient over a population of points.

    Attributes
    ----------
    errors:
        For each of ``STEPS`` the median of the relative errors.
    theory_step, theory_error:
        Where the theory puts the least error, and how large it says that is: medians over the population.
    """

    name: str
    errors: tuple[float, ...]
    theory_step: float
    theory_error: float

    @property
    def step(self) -> float:
        """The step with the least error."""
        return STEPS[self.errors.index(self.error)]

    @property
    def error(self) -> float:
        """The least error."""
        return min(self.errors)


@dataclass(frozen=True, slots=True)
class Kept:
    """The correct digits of a method at each point of a population, and at how many the error is one of rounding.

    That is what any good algorithm may leave: the referee's inherent bound.
    """

    method: str
    digits: tuple[float, ...]
    within: int


@dataclass(frozen=True, slots=True)
class Cancelling:
    """A formula that cancels at a point: for each of ``METHODS`` the correct digits, and whether rounding explains."""

    formula: str
    at: float
    digits: tuple[float, ...]
    within: tuple[bool, ...]


class Subject:
    """A function of a number, with the certified truth about it."""

    def __init__(self, name: str, function: Function, lo: float, hi: float) -> None:
        self.case: Case = case(x=interval(lo, hi), name=name)(lambda x: function(x))
        self.program = traced(self.case)
        self._code = code(self.program, DOUBLE.name)
        self._referees = {operator: Referee(self.program, operator, [0]) for operator in _ORDERS}

    def truth(self, x: float, order: int = 1) -> Ball:
        """The enclosure of a derivative at a point."""
        return self._referees[_ORDERS[order - 1]].truth([x]).components[0].left

    def inherent(self, x: float) -> Ball:
        """The error that any good algorithm may have in the first derivative."""
        referee = self._referees[_ORDERS[0]]
        (bound,) = Bounds(referee).at(referee.truth([x]), [x], DOUBLE)
        assert bound is not None
        return bound.inherent

    def values(self, x: Array) -> Array:
        """The function in double precision."""
        return self._code.batch(x[:, None]).astype(np.float64)

    def slopes(self, method: str, x: Sequence[float]) -> list[float]:
        """The first derivative by a method of an engine."""
        by = contestants((method,), ("cpu",), (DOUBLE.name,))
        ((engine, task),) = Unit(self.case, Operator.DERIVATIVE, by, self.program).tasks()
        prepared = engine.prepare(task)
        return [np.ravel(prepared.derivative({"x": np.array(p)}).value).item() for p in x]


def population(points: int) -> tuple[list[Subject], Array]:
    """The smooth functions, and the points at which all of them are looked at."""
    drawn: Array = np.random.default_rng(0).uniform(0.5, 1.5, points)
    return [Subject(name, function, 0.25, 2.0) for name, function in SMOOTH], drawn


def curves(subjects: Sequence[Subject], points: Array) -> tuple[Curve, ...]:
    """The one-sided and the central quotient, as books write them, at all steps."""
    kinds = (("forward", 2), ("central", 3))
    errors: dict[str, list[list[float]]] = {name: [] for name, _ in kinds}
    theory: dict[str, list[tuple[float, float]]] = {name: [] for name, _ in kinds}
    steps = np.array(STEPS)
    for subject in subjects:
        for x in points.tolist():
            truth = subject.truth(x)
            here, ahead, back = (subject.values(x + side * steps) for side in (0, 1, -1))
            quotients = {"forward": (ahead - here) / steps, "central": (ahead - back) / (2 * steps)}
            for name, order in kinds:
                errors[name].append([relative_error(q, truth) for q in quotients[name].tolist()])
                bend = abs(float(subject.truth(x, order).mid()))
                step, error = best_step(name, abs(float(here[0])), bend)
                theory[name].append((step, error / abs(float(truth.mid()))))
    return tuple(
        Curve(name, tuple(np.median(errors[name], axis=0).tolist()), *np.median(theory[name], axis=0).tolist())
        for name, _ in kinds
    )


def best_step(kind: str, value: float, bend: float) -> tuple[float, float]:
    """The step with the least bound of the error, and that bound.

    Rounding leaves at most u abs(f) on each of two values, so twice that over h on a one-sided quotient and once on a
    central one; a step of h bends by h/2 times the second derivative, or by h^2/6 times the third (Press et al. 2007,
    5.7).

    Parameters
    ----------
    bend:
        The absolute value of the second derivative for a one-sided quotient, of the third for a central one.
    """
    noise = DOUBLE.unit_roundoff * value
    if kind == "forward":
        step = 2 * math.sqrt(noise / bend)
        return step, 2 * noise / step + step * bend / 2
    step = (3 * noise / bend) ** (1 / 3)
    return step, noise / step + step**2 * bend / 6


def kept(subjects: Sequence[Subject], points: Array) -> tuple[Kept, ...]:
    """All methods on smooth functions."""
    found = []
    for method in METHODS:
        all_digits, within = [], 0
        for subject in subjects:
            for x, slope in zip(points.tolist(), subject.slopes(method, points.tolist()), strict=True):
                truth = subject.truth(x)
                all_digits.append(digits(slope, truth))
                within += is_within(slope, truth, subject.inherent(x))
        found.append(Kept(method, tuple(all_digits), within))
    return tuple(found)


def cancelling() -> tuple[Cancelling, ...]:
    """All methods on formulas that cancel."""
    found = []
    for name, function, x in CANCELLING:
        subject = Subject(name, function, x / 2, 2 * x)
        truth, bound = subject.truth(x), subject.inherent(x)
        slopes = [subject.slopes(method, [x])[0] for method in METHODS]
        right = tuple(digits(slope, truth) for slope in slopes)
        found.append(Cancelling(name, x, right, tuple(is_within(slope, truth, bound) for slope in slopes)))
    return tuple(found)


def digits(value: float, truth: Ball) -> float:
    """The correct decimal digits of a value, at most those that the format holds, 0 where none is right.

    >>> from flint import arb
    >>> round(digits(3.1416, arb.pi()), 1), digits(float("nan"), arb(1)), digits(1.0, arb(1)) == DOUBLE.digits
    (5.6, 0.0, True)
    """
    return max(0.0, min(DOUBLE.digits, -math.log10(relative_error(value, truth) or DOUBLE.unit_roundoff)))


def relative_error(value: float, truth: Ball) -> float:
    """The error over the truth, a tight enclosure; 1, all of it, where there is no number."""
    if not math.isfinite(value):
        return 1.0
    return float(abs((balls.ball_of_float(value) - truth) / truth).mid())


def is_within(value: float, truth: Ball, bound: Ball) -> bool:
    """Whether a value is a number no farther from the truth than that."""
    return math.isfinite(value) and bool(abs(balls.ball_of_float(value) - truth).mid() <= bound.mid())
