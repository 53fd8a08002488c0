"""One unit: the truth at every point, every engine's answer held against it, and what the engines say together."""

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from diffcheck.case.case import Array, Point
from diffcheck.case.points import points
from diffcheck.engines.base import Engine, Estimate, Prepared, Task
from diffcheck.errors import DiffcheckError, Unsupported
from diffcheck.formats import FORMATS, Format
from diffcheck.judgement import Judgement, judge
from diffcheck.ops import balls
from diffcheck.referee.bounds import Bounds
from diffcheck.referee.component import Status
from diffcheck.referee.near_ties import NearTies
from diffcheck.referee.truth import Referee
from diffcheck.results import CaseRow
from diffcheck.runner.answer import Answer, Question, Trial
from diffcheck.runner.consensus import consensus
from diffcheck.runner.plan import Unit
from diffcheck.runner.reasons import explained, flat, label_of, own_code, value_note
from diffcheck.runner.rows import empty_row, speaking, summary
from diffcheck.verdict import Reason, Verdict


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
        row = empty_row(task)
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
        for question, estimate in zip(self.questions, self._estimates(prepared), strict=True):
            answer, calls = self._answer(prepared, task, question, estimate)
            if task.engine in task.case.implementations:
                self._judge_value(answer, prepared, task, question)
            trial.answers.append(answer)
        trial.first_call_s = trial.answers[0].seconds
        trial.points = [question.point for question in self.questions]
        trial.row = summary(row, trial.answers, calls, self.questions, self.labels)
        self._reason(trial, engine)
        return trial

    def _reason(self, trial: Trial, engine: Engine) -> None:
        """Say why the verdict is not better, and what contradicts the referee's own rules."""
        k, answer = speaking(trial.answers)
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

    def _estimates(self, prepared: Prepared) -> Sequence[Callable[[], Estimate]]:
        """The engine's answers; beyond the first, whose time counts, all together if it can."""
        one_by_one = [functools.partial(prepared.derivative, question.point) for question in self.questions]
        together = getattr(prepared, "derivatives", None)
        if together is None:
            return one_by_one
        later = [question.point for question in self.questions[1:]]
        try:
            found = together(later) if later else []
        except Exception:  # alone, each point tells its own story
            return one_by_one
        return [one_by_one[0], *(functools.partial(_same, estimate) for estimate in found)]

    def _answer(
        self, prepared: Prepared, task: Task, question: Question, ask: Callable[[], Estimate]
    ) -> tuple[Answer, int | None]:
        start = time.perf_counter()
        try:
            estimate = ask()
            seconds = time.perf_counter() - start
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
        for c, value in enumerate(numbers):
            if judgements[c].verdict.fails:
                judgements[c] = self._by_its_own_code(judgements[c], value, errors[c], prepared, question, c)
            if judgements[c].verdict.fails:
                judgements[c] = self._tied(judgements[c], value, prepared, task, question, c)
        return Answer(values.ravel(), judgements, seconds), estimate.function_calls

    def _by_its_own_code(
        self,
        judgement: Judgement,
        value: float,
        error: float | None,
        prepared: Prepared,
        question: Question,
        component: int,
    ) -> Judgement:
        """The judgement by the rounding errors of the program that the engine evaluates, if it says which."""
        code, bound = own_code(prepared, self.format), question.bounds[component]
        if code is None or bound is None:
            return judgement
        formula = code.formula(flat(question.point), component, question.truth.precision)
        if formula is None:
            return judgement
        wider = replace(bound, formula=max(bound.formula, formula))
        found = judge(value, error, question.truth.components[component], wider, self.format, question.size)
        if found.reason is Reason.WRONG and not formula.is_finite():
            return replace(found, reason=Reason.OVERFLOW)
        return found

    def _tied(
        self, judgement: Judgement, value: float, prepared: Prepared, task: Task, question: Question, component: int
    ) -> Judgement:
        """The judgement on a value that may be another piece's, where the format cannot tell them apart."""
        x = flat(question.point)
        if not self.near_ties.explain(value, question.truth, x, component):
            return judgement
        here, *others = self._value_notes(prepared, task, question)
        if not here and all(others):
            return judgement  # the engine's own value is that of the right piece: it did tell them apart
        note = self.near_ties.text(self.near_ties.at(question.truth, x), label_of(self.unit.case))
        return replace(judgement, verdict=Verdict.LOSSY, reason=Reason.BRANCH, note=note)

    def _value_notes(self, prepared: Prepared, task: Task, question: Question, *, gross: bool = False) -> Iterator[str]:
        """What is wrong with the value of the function, held against the piece at the point, then against others."""
        ties = self.near_ties.at(question.truth, flat(question.point))
        for truth in (question.truth, *(other for tie in ties for other in tie.others)):
            yield value_note(prepared, task, self.bounds, truth, question.point, gross=gross)

    def _judge_value(self, answer: Answer, prepared: Prepared, task: Task, question: Question) -> None:
        """Another implementation must also be the same function."""
        notes = list(self._value_notes(prepared, task, question, gross=True))
        note = notes[0] if all(notes) else ""
        if note and answer.values is not None and not answer.worst.verdict.fails:
            answer.judgements[0] = replace(
                answer.judgements[0], verdict=Verdict.DISAGREE, reason=Reason.VALUE, note=note
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


def _same(estimate: Estimate) -> Estimate:
    return estimate


def _numbers(value: Any) -> Array:
    """Real numbers in double precision; TypeError or ValueError for anything else."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"an engine must return real numbers, not {type(value).__name__} of {array.dtype}")
    return array.astype(np.float64)


def _told(raised: Exception) -> str:
    text = str(raised) if isinstance(raised, DiffcheckError) else f"{type(raised).__name__}: {raised}"
    return " ".join(text.split())
