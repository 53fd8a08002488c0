"""What is known of a task becomes its row of the results."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from diffcheck.case.case import Case, Point
from diffcheck.engines.base import Task
from diffcheck.judgement.answer import Answer, speaking
from diffcheck.judgement.court import Court
from diffcheck.judgement.numbers import Judgement, Quality
from diffcheck.ops.enclosures.decimals import decimal
from diffcheck.referee.component import Component, Status
from diffcheck.results import NAN, Row
from diffcheck.runner.plan import Unit
from diffcheck.runner.trial import Trial
from diffcheck.verdict import Verdict

# How many digits of a truth are written.
_DIGITS = 30
# Of more numbers than this that a case was given nobody needs a copy in its results.
_LARGE = 10_000


def broken_rows(unit: Unit) -> list[Row]:
    """A row for each task of a case that cannot be asked."""
    return [
        Row(
            unit.case.name,
            str(unit.operator),
            c.engine.name,
            c.method or c.engine.methods[0],
            c.device,
            c.dtype,
            unit.verdict,
            "case",
            note=f"{unit.case.source or unit.case.name}: {unit.problem}",
            expected=expected(unit.case, c.engine.name, c.method or c.engine.methods[0]),
        )
        for c in unit.contestants
    ]


def refused(unit: Unit, dtype: str, reason: str) -> list[Trial]:
    """The trials of a dtype in which the case has no points."""
    return [
        Trial(task, replace(empty_row(task), verdict=Verdict.UNSUPPORTED, note=reason))
        for _, task in unit.tasks()
        if task.dtype == dtype
    ]


def expected(case: Case, engine: str, method: str) -> str:
    """The verdict that the case declares for an engine and method."""
    return case.expect.get(f"{engine}:{method}", case.expect.get(engine, ""))


def empty_row(task: Task) -> Row:
    """The row of a task that nothing is known of yet."""
    return Row(
        task.case.name,
        str(task.operator),
        task.engine,
        task.method,
        task.device,
        task.dtype,
        Verdict.ERROR,
        components=int(np.prod(task.shape, dtype=int)),
        on_trial=task.engine in task.case.implementations,
        expected=expected(task.case, task.engine, task.method),
    )


def summary(row: Row, answers: Sequence[Answer], decisive: Judgement, calls: int | None, court: Court) -> Row:
    """The row with what the answers came to.

    Parameters
    ----------
    decisive:
        The judgement that decides, with its reason: point, component, digits, value and truth of the row are its own.
    """
    by_point = [a.worst for a in answers]
    k, answer = speaking(answers)
    question = court.questions[k]
    told = [a.judgements.told.values() for a in answers]
    errors = [max((j.error_ulp for j in point if j.error_ulp == j.error_ulp), default=None) for point in told]
    known = [e for e in errors if e is not None]
    row = replace(
        row,
        verdict=decisive.verdict,
        reason=str(decisive.reason),
        points=sum(j.verdict.judged or j.verdict.fails for j in by_point),
        failed_points=sum(j.verdict.fails for j in by_point),
        lossy_points=sum(j.verdict is Verdict.LOSSY for j in by_point),
        error_ulp=decisive.error_ulp,
        max_error_ulp=max(known, default=NAN),
        median_error_ulp=statistics.median(known) if known else NAN,
        inherent_ulp=decisive.inherent_ulp,
        formula_ulp=decisive.formula_ulp,
        digits=decisive.digits,
        digits_possible=decisive.digits_possible,
        min_digits=min((j.digits for point in told for j in point if j.digits == j.digits), default=NAN),
        estimate=str(max((j.estimate for point in told for j in point), key=list(Quality).index)),
        worst_point=json.dumps(plain(question.point, court.case)),
        function_calls=calls,
        note=decisive.note,
    )
    if answer.values is None:
        return row
    c = answer.judgements.speaking
    return replace(
        row,
        worst_component=court.labels[c],
        value=float(answer.values[c]),
        truth=shown(question.truth.components[c]),
    )


def plain(point: Point, case: Case) -> dict[str, Any]:
    """A point as numbers and lists of them; of large arrays that have no other value the shape alone."""
    return {
        name: {"given": list(value.shape)}
        if value.size > _LARGE and case.inputs[name].value is not None
        else value.tolist()
        for name, value in point.items()
    }


def shown(component: Component, digits: int = _DIGITS) -> str:
    """The truth to so many digits; at a kink both one-sided derivatives."""
    if component.status is Status.KINK:
        return f"[{decimal(component.left, digits)}, {decimal(component.right, digits)}]"
    if component.left is None or component.status is Status.UNDEFINED:
        return ""
    return decimal(component.left, digits)
