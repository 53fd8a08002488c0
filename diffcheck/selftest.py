"""Does the checker catch what it should? Wrong derivatives are planted in a right engine, and the verdicts are counted.

A fault counts as planted where it moves some certified component by more than a billionth of its size. It is caught
when the verdict fails the run, and missed otherwise; a right engine whose verdict fails, without its case declaring
that, is accused.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from diffcheck.case.case import Array, Case, Point, case
from diffcheck.case.domain import interval
from diffcheck.engines.base import Clockwork, Engine, Estimate, Prepared, Task
from diffcheck.judgement.court import Court
from diffcheck.ops import exp, maximum, sin, tanh
from diffcheck.ops import sum as total
from diffcheck.runner.examine import court_of, hear
from diffcheck.runner.plan import Contestant, Unit, plan

# A change below this part of a component's size is none.
_NOTICED = 1e-9


@dataclass(frozen=True, slots=True)
class Fault:
    """A wrong derivative, by what it does to the values, to the task before it is prepared, or to the point."""

    name: str
    values: Callable[[Array], Array] = field(default=lambda v: v)
    task: Callable[[Task], Task] = field(default=lambda t: t)
    point: Callable[[Point, Case], Point] = field(default=lambda p, c: p)


def _dropped(v: Array) -> Array:
    """The largest component is missing."""
    changed = v.copy()
    changed.flat[int(np.argmax(np.abs(np.nan_to_num(v))))] = 0.0
    return changed


def _transposed(v: Array) -> Array:
    """Rows for columns; a Jacobian that is not square becomes one of another shape."""
    return v.T.copy()


def _stale(task: Task) -> Task:
    """Constants that are 1 percent off."""
    old = {n: v * 1.01 if isinstance(v, (float, np.ndarray)) else v for n, v in task.case.constants.items()}
    return replace(task, case=replace(task.case, constants=old))


def _evenly(task: Task) -> Task:
    """All steps of the direction and all weights of the outputs are one."""
    operator = task.operator
    ones = operator.aimed([1.0] * len(operator.direction), [1.0] * len(operator.weights))
    return replace(task, operator=ones)


def _mirrored(point: Point, case: Case) -> Point:
    """The other side of a function made of pieces."""
    return {n: np.clip(-v, case.inputs[n].lo, case.inputs[n].hi) for n, v in point.items()}


FAULTS = (
    Fault("sign", values=lambda v: -v),
    Fault("1 percent", values=lambda v: v * 1.01),
    Fault("1e-6 relative", values=lambda v: v * (1 + 1e-6)),
    Fault("dropped term", values=_dropped),
    Fault("swapped inputs", values=lambda v: np.roll(v, 1, axis=-1) if v.ndim else v),
    Fault("transposed", values=_transposed),
    Fault("wrong branch", point=_mirrored),
    Fault("float32 inside", values=lambda v: v.astype(np.float32).astype(np.float64)),
    Fault("stale constant", task=_stale),
    Fault("all ones for the direction and weights", task=_evenly),
    Fault("NaN", values=lambda v: np.full_like(v, np.nan)),
)


@dataclass(slots=True, eq=False)
class Faulty:
    """An engine with a fault."""

    engine: Engine
    fault: Fault
    name: str = "planted"
    methods: Sequence[str] = ("fault",)

    def available(self, device: str) -> str | None:
        """As the engine without the fault."""
        return self.engine.available(device)

    def prepare(self, task: Task) -> "_FaultyPrepared":
        """Prepare the engine for the task that the fault makes of this one."""
        right = replace(task, engine=self.engine.name, method=self.engine.methods[0])
        return _FaultyPrepared(self.engine.prepare(self.fault.task(right)), self.fault, task.case)

    def versions(self) -> dict[str, str]:
        """As the engine without the fault."""
        return self.engine.versions()


@dataclass(slots=True, eq=False)
class _FaultyPrepared:
    prepared: Prepared
    fault: Fault
    case: Case
    operations: int | None = None

    def derivative(self, point: Point) -> Estimate:
        found = self.prepared.derivative(self.fault.point(point, self.case))
        with np.errstate(over="ignore"):
            return replace(found, value=self.fault.values(np.asarray(found.value, dtype=np.float64)))

    def value(self, point: Point) -> Any:
        return self.prepared.value(point)

    def clockwork(self, point: Point) -> Clockwork:
        return self.prepared.clockwork(point)


@dataclass(slots=True)
class Tally:
    """What became of one fault in all cases."""

    caught: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    @property
    def planted(self) -> int:
        """How many of these faults changed something."""
        return sum(self.caught.values()) + len(self.missed)


@dataclass(slots=True)
class Outcome:
    """The counts of a self-test: for each fault what was caught, and the right engines that were accused."""

    faults: dict[str, Tally]
    healthy: int = 0
    accused: list[str] = field(default_factory=list)

    @property
    def missed(self) -> list[str]:
        """Every fault that was not caught, in words."""
        return [line for tally in self.faults.values() for line in tally.missed]


def selftest(cases: Iterable[Case], engines: Sequence[Engine], samples: int, seed: int) -> Outcome:
    """Plant every fault in the first engine for every case, and hear every engine as it is.

    Parameters
    ----------
    engines:
        The right engines; the faults are planted in the first one.
    """
    outcome = Outcome({fault.name: Tally() for fault in FAULTS})
    healthy = tuple(Contestant(e, e.methods[0], "cpu", "float64") for e in engines)
    planted = tuple(Contestant(Faulty(engines[0], fault), "fault", "cpu", "float64") for fault in FAULTS)
    for unit in plan(cases, [], (*healthy, *planted)):
        if unit.program is None:
            outcome.accused.append(f"{unit.case.name}: {unit.problem}")
            continue
        _try(unit, outcome, samples, seed)
    return outcome


def _try(unit: Unit, outcome: Outcome, samples: int, seed: int) -> None:
    court = court_of(unit, "float64", samples, seed)
    where = f"{unit.case.name} {unit.operator}"
    right: list[Array | None] | None = None
    for engine, task in unit.tasks():
        trial = hear(court, engine, task)
        if isinstance(engine, Faulty):
            wrong = [answer.values for answer in trial.answers]
            if right is None or not _changes(court, right, wrong):
                continue
            tally = outcome.faults[engine.fault.name]
            if trial.row.verdict.fails:
                tally.caught[str(trial.row.verdict)] += 1
            else:
                tally.missed.append(f"{engine.fault.name} in {where}: {trial.row.verdict} {trial.row.reason}".strip())
            continue
        outcome.healthy += 1
        if trial.row.fails:
            outcome.accused.append(f"{where}, {engine.name}: {trial.row.verdict} {trial.row.reason}; {trial.row.note}")
        if right is None and trial.answers and not trial.row.verdict.fails:
            right = [answer.values for answer in trial.answers]


def _changes(court: Court, right: Sequence[Array | None], wrong: Sequence[Array | None]) -> bool:
    """Whether some certified component is another one."""
    for question, before, after in zip(court.questions, right, wrong, strict=True):
        if before is None:
            continue
        if after is None:
            return True
        certified = [c.has_value for c in question.truth.components]
        with np.errstate(invalid="ignore"):
            same = np.abs(after - before) <= _NOTICED * np.abs(before)
        if (~same & np.array(certified)).any():
            return True
    return False


_PRODUCTS = ("jacobian", "jvp", "vjp")


def sample() -> list[Case]:
    """A few cases of every shape, for a self-test without case files."""

    @case(x=interval(-3, 3), c=0.7, operators=("derivative", "derivative2", "derivative3"))
    def wave(x: Any, c: Any) -> Any:
        return x * sin(c * x) + exp(-x)

    @case(x=interval(-2, 2))
    def bent(x: Any) -> Any:
        return maximum(x, 0) ** 2 + 3 * x

    @case(x=interval(-2, 2, shape=3), a=np.array([0.3, -1.7, 2.9]))
    def weighted(x: Any, a: Any) -> Any:
        return total(a * x**2) + x[0] * x[1]

    @case(x=interval(-1, 1, shape=3), a=np.array([[0.3, -1.7, 2.9], [1.1, 0.4, -0.6]]), operators=_PRODUCTS)
    def layer(x: Any, a: Any) -> Any:
        return tanh(a @ x)

    @case(x=interval(-1, 1, shape=2), a=0.9, operators=("jacobian",))
    def turn(x: Any, a: Any) -> Any:
        return [x[0] * exp(a * x[1]), x[0] ** 3 - a * x[1]]

    @case(x=interval(0.5, 2, shape=2), operators=("hessian", "hvp"))
    def curved(x: Any) -> Any:
        return exp(x[0]) * x[1] ** 3

    return [wave, bent, weighted, layer, turn, curved]
