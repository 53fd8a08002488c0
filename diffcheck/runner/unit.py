"""One unit: the truth at every point, every engine's answer held against it, and what the engines say together."""

import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from diffcheck.case.case import Array, Case, Point
from diffcheck.case.points import points
from diffcheck.engines.base import Engine, Prepared, Task
from diffcheck.errors import DiffcheckError, Unsupported
from diffcheck.formats import FORMATS, Format
from diffcheck.judgement import Judgement, judge, worst
from diffcheck.ops import balls
from diffcheck.referee.bounds import Bound, Bounds
from diffcheck.referee.component import Component, Status
from diffcheck.referee.near_ties import NearTies
from diffcheck.referee.truth import Referee, Truth
from diffcheck.results import CaseRow, Row
from diffcheck.runner.answer import Answer, Trial
from diffcheck.runner.consensus import consensus
from diffcheck.runner.plan import Unit
from diffcheck.runner.reasons import explained, flat, label_of, value_note
from diffcheck.verdict import Reason, Verdict


@dataclass(frozen=True, slots=True)
class Question:
    """A point with its truth and the bounds on what an answer may be off by."""

    point: Point
    truth: Truth
    bounds: list[Bound | None]
    size: Any
    """The absolute value of the largest component; where all are zero, a typical one of other points."""


def broken_rows(unit: Unit) -> list[Row]:
    """A row for each task of a case that cannot be asked."""
    return [
        Row(
            unit.case.name,
            str(unit.operator),
            c.engine.name,
            c.method,
            c.device,
            c.dtype,
            Verdict.ERROR,
            "case",
            note=f"{unit.case.source}: {unit.problem}",
            expected=expected(unit.case, c.engine.name, c.method),
        )
        for c in unit.contestants
    ]


def expected(case: Case, engine: str, method: str) -> str:
    """The verdict that the case declares for an engine and method."""
    return case.expect.get(f"{engine}:{method}", case.expect.get(engine, ""))


class Court:
    """The truths of one unit, in one dtype, computed once for all engines."""

    def __init__(self, unit: Unit, dtype: str, samples: int, seed: int) -> None:
        assert unit.program is not None
        self.unit = unit
        self.format: Format = FORMATS[dtype]
        self.referee = Referee(unit.program, unit.operator, unit.case.wrt_positions, label_of(unit.case))
        self.bounds = Bounds(self.referee)
        self.near_ties = NearTies(self.referee, self.bounds, self.format)
        questions = [self._question(p, self.bounds) for p in points(unit.case, samples, seed, self.format)]
        sizes = sorted(q.size for q in questions if not q.size.is_zero())
        typical = sizes[len(sizes) // 2] if sizes else balls.ZERO
        self.questions = [replace(q, size=typical) if q.size.is_zero() else q for q in questions]
        self.labels = unit.case.components(unit.operator, unit.program.outputs.shape)

    def _question(self, point: Point, bounds: Bounds) -> Question:
        x = flat(point)
        truth = self.referee.truth(x)
        found = bounds.at(truth, x, self.format)
        largest = max((c.size for c in truth.components), default=balls.ZERO)
        return Question(point, truth, found, largest)

    def hear(self, engine: Engine, task: Task) -> Trial:
        """Let an engine answer all questions, and judge it."""
        row = _row(task)
        start = time.perf_counter()
        try:
            prepared = engine.prepare(task)
        except Unsupported as reason:
            return Trial(task, replace(row, verdict=Verdict.UNSUPPORTED, note=str(reason)))
        except Exception as raised:  # an engine that raises is a result
            return Trial(task, replace(row, reason="prepare", note=_told(raised)))
        prepare_s = time.perf_counter() - start
        row = replace(row, prepare_s=prepare_s, operations=prepared.operations)
        trial = Trial(task, row, prepared)
        calls = None
        for question in self.questions:
            answer, calls = self._answer(prepared, task, question)
            if task.engine in task.case.implementations:
                self._judge_value(answer, prepared, task, question)
            trial.answers.append(answer)
        trial.point = self.questions[-1].point
        trial.row = self._summary(row, trial.answers, calls)
        self._reason(trial, engine)
        return trial

    def _reason(self, trial: Trial, engine: Engine) -> None:
        """Say why the verdict is not better, and what contradicts the referee's own rules."""
        k, answer = _worst(trial.answers)
        question = self.questions[k]
        found = answer.worst
        if trial.prepared is not None and answer.values is not None:
            found = explained(
                found,
                task=trial.task,
                engine=engine,
                prepared=trial.prepared,
                referee=self.referee,
                bounds=self.bounds,
                truth=question.truth,
                point=question.point,
                component=answer.judgements.index(found),
            )
        contradictions = sorted({q.truth.contradiction for q in self.questions} - {""})
        note = "; ".join(filter(None, [found.note, *contradictions]))
        trial.row = replace(trial.row, reason=str(found.reason), note=note)

    def _answer(self, prepared: Prepared, task: Task, question: Question) -> tuple[Answer, int | None]:
        try:
            estimate = prepared.derivative(question.point)
            values = _numbers(estimate.value)
            own = None if estimate.error is None else _numbers(estimate.error)
        except Unsupported as reason:
            return Answer(None, [Judgement(Verdict.UNSUPPORTED, note=str(reason))]), None
        except Exception as raised:  # an engine that raises is a result
            return Answer(None, [Judgement(Verdict.ERROR, note=_told(raised))]), None
        for what, array in (("returns", values), ("estimates errors of", own)):
            if array is not None and array.shape != task.shape:
                note = f"the engine {what} shape {array.shape}, the {task.operator} has shape {task.shape}"
                return Answer(None, [Judgement(Verdict.ERROR, note=note)]), estimate.function_calls
        numbers = values.ravel().tolist()
        errors = [None] * len(numbers) if own is None else own.ravel().tolist()
        judgements = [
            judge(v, e, component, bound, self.format, question.size)
            for v, e, component, bound in zip(numbers, errors, question.truth.components, question.bounds, strict=True)
        ]
        judgements = [
            self._tied(j, v, question, c) if j.verdict.fails else j
            for c, (j, v) in enumerate(zip(judgements, numbers, strict=True))
        ]
        return Answer(values.ravel(), judgements), estimate.function_calls

    def _tied(self, judgement: Judgement, value: float, question: Question, component: int) -> Judgement:
        """The judgement on a value that may be another piece's: the format cannot tell them apart."""
        x = flat(question.point)
        if not self.near_ties.explain(value, question.truth, x, component):
            return judgement
        note = self.near_ties.text(self.near_ties.at(question.truth, x), label_of(self.unit.case))
        return replace(judgement, verdict=Verdict.LOSSY, reason=Reason.BRANCH, note=note)

    def _judge_value(self, answer: Answer, prepared: Prepared, task: Task, question: Question) -> None:
        """Another implementation must also be the same function."""
        ties = self.near_ties.at(question.truth, flat(question.point))
        truths = [question.truth, *(other for tie in ties for other in tie.others)]
        notes = [value_note(prepared, task, self.bounds, truth, question.point, gross=True) for truth in truths]
        note = notes[0] if all(notes) else ""
        if note and answer.values is not None and not answer.worst.verdict.fails:
            answer.judgements[0] = replace(
                answer.judgements[0], verdict=Verdict.DISAGREE, reason=Reason.VALUE, note=note
            )

    def _summary(self, row: Row, answers: Sequence[Answer], calls: int | None) -> Row:
        by_point = [a.worst for a in answers]
        k, answer = _worst(answers)
        overall, question = by_point[k], self.questions[k]
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
            worst_component=self.labels[c],
            value=float(answer.values[c]),
            truth=shown(question.truth.components[c]),
        )

    def together(self, trials: Sequence[Trial]) -> CaseRow:
        """What the engines say together of the case."""
        smooth = next((q.truth.smooth for q in self.questions if q.truth.smooth is not None), None)
        digits = [c.digits for q in self.questions for c in q.truth.components if c.status is Status.CERTIFIED]
        verdict, blamed = consensus(trials)
        assert self.unit.program is not None
        return CaseRow(
            self.unit.case.name,
            str(self.unit.operator),
            verdict,
            ", ".join(blamed),
            min(min(digits, default=0.0), 99.0),
            self.unit.program.operations,
            0 if smooth is None else self.referee.derivative(smooth).operations,
            self.unit.case.reference,
        )


def _worst(answers: Sequence[Answer]) -> tuple[int, Answer]:
    """The answer that speaks for the task, and the number of its point."""
    by_point = [a.worst for a in answers]
    k = by_point.index(worst(by_point))
    return k, answers[k]


def refused(unit: Unit, dtype: str, reason: str) -> list[Trial]:
    """The trials of a dtype in which the case has no points."""
    return [
        Trial(task, replace(_row(task), verdict=Verdict.UNSUPPORTED, note=reason))
        for _, task in unit.tasks()
        if task.dtype == dtype
    ]


def _row(task: Task) -> Row:
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


def shown(component: Component) -> str:
    """The truth to 30 digits; at a kink both one-sided derivatives."""
    if component.status is Status.KINK:
        return f"[{_decimal(component.left)}, {_decimal(component.right)}]"
    return "" if component.left is None else _decimal(component.left)


def _decimal(ball: Any) -> str:
    text: str = ball.str(30, radius=False)
    mantissa, mark, exponent = text.partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return "0" if mantissa == "0" else mantissa + mark + exponent


def _numbers(value: Any) -> Array:
    """Real numbers in double precision; TypeError or ValueError for anything else."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"an engine must return real numbers, not {type(value).__name__} of {array.dtype}")
    return array.astype(np.float64)


def _told(raised: Exception) -> str:
    text = str(raised) if isinstance(raised, DiffcheckError) else f"{type(raised).__name__}: {raised}"
    return " ".join(text.split())
