"""Why a verdict is not better: asked once for each task, at its worst point."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from diffcheck.case.case import Case, Point
from diffcheck.case.operators import Operator
from diffcheck.engines.base import Engine, Prepared, Task
from diffcheck.formats import FORMATS, Format
from diffcheck.judgement import Judgement
from diffcheck.ops import balls
from diffcheck.referee.bounds import INHERENT_FACTOR, Bounds
from diffcheck.referee.branches import singular_branch
from diffcheck.referee.component import Status
from diffcheck.referee.culprit import better_forms
from diffcheck.referee.own_code import OwnCode
from diffcheck.referee.shape import Shape, shape
from diffcheck.referee.truth import Referee, Truth
from diffcheck.verdict import Reason, Verdict

# Which two precisions tell whether an error shrinks with precision.
_LADDER = {
    "float64": ("float32", "float64"),
    "float32": ("float32", "float64"),
    "bfloat16": ("bfloat16", "float32"),
    "float16": ("float16", "float32"),
}
# An error shrinks when, counted in unit roundoffs, it does not grow by more than this from the lower precision to the
# higher.
_SHRINKS = 2.0**5


def explained(
    judgement: Judgement,
    *,
    task: Task,
    engine: Engine,
    prepared: Prepared,
    referee: Referee,
    bounds: Bounds,
    truth: Truth,
    point: Point,
    component: int,
) -> Judgement:
    """The judgement on a component, with the reason and the operation where it went wrong."""
    x = flat(point)
    label = label_of(task.case)
    if judgement.verdict is Verdict.UNDEFINED or truth.components[component].status is Status.KINK:
        judgement = replace(judgement, note=f"{_shape(task, x, component)}: {judgement.note}")
        return replace(judgement, reason=Reason.SINGULAR) if judgement.verdict is Verdict.NONFINITE else judgement
    code = own_code(prepared, task.format)
    if code is not None and judgement.reason in (Reason.CANCELLATION, Reason.OVERFLOW, Reason.UNDERFLOW):
        found = code.culprit(x, component, truth.precision, label)
        if found is not None:
            reason = found.reason if judgement.verdict is Verdict.LOSSY else judgement.reason
            return replace(judgement, reason=reason, note=found.text)
    if judgement.verdict is Verdict.LOSSY and judgement.reason not in (Reason.TRUNCATION, Reason.BRANCH):
        return _lossy(judgement, task, bounds, truth, x, component, label)
    if judgement.verdict is Verdict.NONFINITE:
        found = bounds.culprit(truth, x, component, task.format, label)
        if found is not None and found.reason in (Reason.OVERFLOW, Reason.UNDERFLOW):
            return replace(judgement, reason=found.reason, note=found.text)
        branch = singular_branch(task.program, x, task.case.wrt_positions, task.format, label)
        if branch:
            return replace(judgement, reason=Reason.BRANCH, note=f"from the branch that is not taken: {branch}")
        if _finite_in_double(task, engine, point, component):
            return replace(judgement, reason=Reason.OVERFLOW, note="float64 has the range that this formula needs")
        return replace(judgement, reason=Reason.SINGULAR)
    if judgement.verdict is Verdict.DISAGREE and judgement.reason is Reason.WRONG:
        off = value_note(prepared, task, bounds, truth, point)
        if off:
            return replace(judgement, reason=Reason.VALUE, note=off)
        if _shrinks(task, engine, referee, point, component):
            found = bounds.culprit(truth, x, component, task.format, label)
            return replace(judgement, reason=Reason.INACCURATE, note=found.text if found else "")
    return judgement


def own_code(prepared: Prepared, format: Format) -> OwnCode | None:
    """The program that an engine evaluates, if it says which."""
    program = getattr(prepared, "program", None)
    return None if program is None else OwnCode(program, format)


def _shape(task: Task, x: list[float], component: int) -> str:
    """What the point is, along the input that a component belongs to."""
    positions = task.case.wrt_positions
    row, column = divmod(component, len(positions))
    second = task.operator is Operator.HESSIAN
    found = shape(task.program, x, positions[column], 0 if second else row)
    return "the slope has a kink" if second and found is Shape.SMOOTH else str(found)


def label_of(case: Case) -> Callable[[int], str]:
    """The name of each flattened input, and of the data behind them."""
    labels = case.input_labels
    return lambda position: labels[position] if position < len(labels) else f"c{position - len(labels) + 1}"


def flat(point: Point) -> list[float]:
    """All input elements of a point."""
    values: list[float] = np.concatenate([np.ravel(v) for v in point.values()]).tolist()
    return values


def _lossy(
    judgement: Judgement, task: Task, bounds: Bounds, truth: Truth, x: list[float], component: int, label: Any
) -> Judgement:
    found = bounds.culprit(truth, x, component, task.format, label)
    if found is None:
        return judgement
    assert truth.smooth is not None
    advice = better_forms(truth.smooth.program.operation_names()) if found.avoidable else ""
    return replace(judgement, reason=found.reason, note="; ".join(filter(None, [found.text, advice])))


def value_note(
    prepared: Prepared, task: Task, bounds: Bounds, truth: Truth, point: Point, *, gross: bool = False
) -> str:
    """What is wrong with the value of the function itself; empty if nothing is.

    ``gross`` asks for another function only, not for an inaccurate one: an error above a quarter of the digits of 1 +
    |f|.
    """
    try:
        values = np.ravel(prepared.value(point))
    except Exception:  # an engine that has no value of the function tells nothing
        return ""
    for k, (bound, exact) in enumerate(bounds.of_values(truth, flat(point), task.format)):
        value = float(values[truth.rows[k]])
        if not np.isfinite(value):
            if abs(exact) < balls.ball(task.format.largest) and bound.formula.is_finite():
                return f"the function itself gives {value!r}, its definition {exact.str(17, radius=False)}"
            continue
        error = abs(balls.ball_of_float(value) - exact)
        allowed = max(bound.inherent.mid(), bound.formula.mid())
        if gross:
            allowed = max(allowed, balls.ball_of_float(task.format.unit_roundoff**0.25) * (1 + abs(exact).mid()))
        if error > allowed:
            return f"the function itself gives {value!r}, its definition {exact.str(17, radius=False)}"
    return ""


def _finite_in_double(task: Task, engine: Engine, point: Point, component: int) -> bool:
    """Whether the same engine gives a number in double precision."""
    if task.dtype == "float64":
        return False
    try:
        value = engine.prepare(replace(task, dtype="float64")).derivative(point).value
    except Exception:  # an engine that has no such precision tells nothing
        return False
    return bool(np.isfinite(np.ravel(value)[component]))


def _shrinks(task: Task, engine: Engine, referee: Referee, point: Point, component: int) -> bool:
    """Whether the error, at the point rounded to the lower precision, shrinks as the precision rises."""
    low, high = _LADDER[task.dtype]
    rounded = {
        name: np.array([FORMATS[low].round(v) for v in np.ravel(value).tolist()]).reshape(np.shape(value))
        for name, value in point.items()
    }
    if not np.isfinite(flat(rounded)).all():
        return False
    truth = referee.truth(flat(rounded)).components[component]
    if truth.status is not Status.CERTIFIED or truth.left.contains(0):
        return False
    errors = []
    for dtype in (low, high):
        try:
            value = engine.prepare(replace(task, dtype=dtype)).derivative(rounded).value
        except Exception:  # an engine that has no such precision tells nothing
            return False
        x = float(np.ravel(value)[component])
        if not np.isfinite(x):
            return False
        relative = abs(balls.ball_of_float(x) / truth.left - 1)
        errors.append(float(relative.mid()) / FORMATS[dtype].unit_roundoff)
    # An error that does not come back when the task is prepared anew has nothing to do with precision.
    again = INHERENT_FACTOR < errors[1] < np.inf
    return again and errors[1] <= _SHRINKS * max(errors[0], 1.0)
