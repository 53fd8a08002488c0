"""How many derivatives of a library of cases each method gives, and what it says where it gives none."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diffcheck.case.case import Case, Point
from diffcheck.case.points import points
from diffcheck.engines.base import Engine, Task
from diffcheck.errors import RAISED, DiffcheckError, Lacking, Unsupported
from diffcheck.formats import FORMATS
from diffcheck.runner.plan import contestants, plan

METHODS = ("symbolic", "symbolic:program", "finite", "finite:complex", "autograd", "autograd:forward")
"""Without a method that which the engine takes for a function of its size."""
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Support:
    """What a method makes of a library.

    Attributes
    ----------
    given:
        Derivatives that it gives, at the first point of each.
    asked:
        All derivatives.
    lacking:
        Those of functions that the method's library does not have.
    closed:
        How many of those given are in closed form; of another engine than ``symbolic`` 0.
    reasons:
        Why not otherwise, each with how often; numbers and names are left out of them.
    """

    method: str
    given: int
    asked: int
    lacking: int
    closed: int
    reasons: tuple[tuple[str, int], ...]


def support(cases: Sequence[Case]) -> list[Support]:
    """The support of every method."""
    by = contestants(METHODS, ("cpu",), ("float64",))
    units = [unit for unit in plan(cases, (), by) if unit.program is not None]
    given: Counter[str] = Counter()
    closed: Counter[str] = Counter()
    lacking: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = {method: Counter() for method in METHODS}
    for unit in units:
        try:
            first, *_ = points(unit.case, 1, 0, FORMATS["float64"])
        except DiffcheckError as none:
            for method in METHODS:
                reasons[method][kind(str(none))] += 1
            continue
        for method, (engine, task) in zip(METHODS, unit.tasks(), strict=True):
            why = refusal(engine, task, first)
            if why is None:
                given[method] += 1
                closed[method] += task.method == CLOSED
            else:
                reasons[method][kind(str(why)) if isinstance(why, Unsupported) else f"raises {type(why).__name__}"] += 1
                lacking[method] += isinstance(why, Lacking)
    return [
        Support(
            method, given[method], len(units), lacking[method], closed[method], tuple(reasons[method].most_common())
        )
        for method in METHODS
    ]


def refusal(engine: Engine, task: Task, point: Point) -> BaseException | None:
    """Why an engine does not do a task; ``None`` if it does."""
    try:
        with np.errstate(all="ignore"):
            engine.prepare(task).derivative(point)
    except RAISED as raised:
        return raised
    return None


def kind(reason: str) -> str:
    """A reason without what is special about one case: up to its first colon, without expressions, numbers as ``N``.

    >>> kind("differences by 1,024 inputs of 5 operations take too long: name fewer with wrt=...")
    'differences by N inputs of N operations take too long'
    >>> kind("torch: SymPy's derivative contains DiracDelta(1 - x0), which has no floating-point value")
    "SymPy's derivative contains DiracDelta, which has no floating-point value"
    """
    told = re.split(r"[:;] ", reason.removeprefix("torch: "))[0]
    return re.sub(r"\d[\d,.]*", "N", re.sub(r"\(.*\)", "", told))
