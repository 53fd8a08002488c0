"""What is known of a task becomes its row of the results."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from diffcheck.case.case import Case
from diffcheck.engines.base import Task
from diffcheck.judgement import worst
from diffcheck.referee.component import Component, Status
from diffcheck.results import Row
from diffcheck.runner.answer import Answer, Question, Trial
from diffcheck.runner.plan import Unit
from diffcheck.verdict import Verdict


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
            Verdict.ERROR,
            "case",
            note=f"{unit.case.source}: {unit.problem}",
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
        expected=expected(task.case, task.engine, task.method),
    )


def summary(
    row: Row, answers: Sequence[Answer], calls: int | None, questions: Sequence[Question], labels: Sequence[str]
) -> Row:
    """The row with what the answers came to; ``labels`` name the components."""
    by_point = [a.worst for a in answers]
    k, answer = speaking(answers)
    overall, question = by_point[k], questions[k]
    judged = [j for j in by_point if j.verdict.judged]
    errors = [max((j.error_ulp for j in a.judgements if j.error_ulp == j.error_ulp), default=None) for a in answers]
    known = [e for e in errors if e is not None]
    compared = [j for a in answers for j in a.judgements if j.digits == j.digits]
    row = replace(
        row,
        verdict=overall.verdict,
        reason=str(overall.reason),
        points=len(judged),
        failed_points=sum(j.verdict.fails for j in by_point),
        lossy_points=sum(j.verdict is Verdict.LOSSY for j in by_point),
        max_error_ulp=max(known, default=float("nan")),
        median_error_ulp=statistics.median(known) if known else float("nan"),
        inherent_ulp=overall.inherent_ulp,
        formula_ulp=overall.formula_ulp,
        digits=min((j.digits for j in compared), default=float("nan")),
        digits_possible=overall.digits_possible,
        worst_point=json.dumps({name: v.tolist() for name, v in question.point.items()}),
        function_calls=calls,
        note=overall.note,
    )
    if answer.values is None:
        return row
    c = answer.judgements.index(overall)
    return replace(
        row,
        worst_component=labels[c],
        value=float(answer.values[c]),
        truth=shown(question.truth.components[c]),
    )


def speaking(answers: Sequence[Answer]) -> tuple[int, Answer]:
    """The answer that speaks for the task, and the number of its point."""
    by_point = [a.worst for a in answers]
    k = by_point.index(worst(by_point))
    return k, answers[k]


def shown(component: Component) -> str:
    """The truth to 30 digits; at a kink both one-sided derivatives."""
    if component.status is Status.KINK:
        return f"[{_decimal(component.left)}, {_decimal(component.right)}]"
    return "" if component.left is None or component.status is Status.UNDEFINED else _decimal(component.left)


def _decimal(ball: Any) -> str:
    text: str = ball.str(30, radius=False)
    mantissa, mark, exponent = text.partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return "0" if mantissa == "0" else mantissa + mark + exponent
