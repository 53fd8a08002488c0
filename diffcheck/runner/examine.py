"""One unit: every engine is asked at every point, and its answers are judged."""

import functools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from diffcheck.case.case import Array, Point
from diffcheck.case.points import points
from diffcheck.engines.base import Engine, Estimate, Prepared, Task
from diffcheck.errors import RAISED, DiffcheckError, Unsupported
from diffcheck.formats import FORMATS
from diffcheck.judgement.answer import Answer, speaking
from diffcheck.judgement.consensus import consensus
from diffcheck.judgement.contract import breaches
from diffcheck.judgement.court import Court, Question
from diffcheck.judgement.dispute import Dispute
from diffcheck.judgement.hearing import judged, systematic
from diffcheck.judgement.judgements import Judgements
from diffcheck.judgement.numbers import Judgement
from diffcheck.judgement.reasons import explained
from diffcheck.judgement.witness import Witness
from diffcheck.ops.own import Own
from diffcheck.program.program import Program
from diffcheck.program.scalarise import Lowered
from diffcheck.referee.component import Status
from diffcheck.results import NAN, CaseRow, place
from diffcheck.runner.plan import Unit
from diffcheck.runner.told.about import about, formulas
from diffcheck.runner.told.allowances import may_lose
from diffcheck.runner.told.pictures import curve
from diffcheck.runner.told.points import points_of
from diffcheck.runner.told.rows import empty_row, plain, summary
from diffcheck.runner.told.scripts import script_of
from diffcheck.runner.told.tensors import by_tensor
from diffcheck.runner.trial import Trial
from diffcheck.verdict import Verdict

# A large derivative is tried at fewer points: at so many hard and random ones that they have together twice as many
# components, two of each at least.
_COMPONENTS, _FEWEST = 100_000, 2
# How many of an engine's values are told at a point where no derivative exists.
_SAID = 3


def court_of(
    unit: Unit, dtype: str, samples: int, seed: int, each: Callable[[Sequence[Point]], Iterable[Point]] = iter
) -> Court:
    """The truths of a unit in one dtype, at its points.

    Parameters
    ----------
    each:
        Is given the points and hands them on, one after another.
    """
    assert unit.program is not None
    format = FORMATS[dtype]
    components = len(unit.case.components(unit.operator, unit.program.shape))
    most = max(_FEWEST, _COMPONENTS // max(1, components))
    chosen = points(unit.case, samples, seed, format, most, alike=not _selects_often(unit.program))
    return Court(unit.case, unit.operator, unit.program, format, each(chosen))


def _selects_often(program: Program) -> bool:
    """Whether an output is made of elements that are selected in several places, as by pooling.

    Where all inputs are alike each place has a kink of its own. Their sum has two sides as well, but what an engine
    takes in one place and another need not lie between them: it would be accused by accident.
    """
    nodes = program.graph.nodes if isinstance(program, Lowered) else ()
    selections = [node for node in nodes if node.name in Own.rows and Own.rows[node.name].chosen is not None]
    return any(int(np.prod(node.shape[:-1], dtype=int)) > program.size for node in selections)


def hear(court: Court, engine: Engine, task: Task) -> Trial:
    """Let an engine answer all questions, and judge it."""
    row = empty_row(task)
    start = time.perf_counter()
    try:
        prepared = engine.prepare(task)
    except Unsupported as reason:
        return Trial(task, replace(row, verdict=Verdict.UNSUPPORTED, note=str(reason)))
    except RAISED as raised:  # an engine that raises is a result
        return Trial(task, replace(row, reason="prepare", note=_told(raised)))
    row = replace(row, prepare_s=time.perf_counter() - start, operations=prepared.operations)
    witness = Witness(engine, task, prepared)
    trial = Trial(task, row, prepared, points=[question.point for question in court.questions])
    given = [asked(task, ask) for _, ask in zip(court.questions, _estimates(prepared, court.questions), strict=True)]
    answers = [heard(court, witness, q, g) for q, g in zip(court.questions, given, strict=True)]
    trial.answers = systematic(court, witness, answers)
    trial.first_call_s = trial.answers[0].seconds
    decisive = _decisive(court, witness, trial.answers, given)
    trial.row = summary(row, trial.answers, decisive, given[-1].calls, court)
    trial.tensors = by_tensor(trial.row, trial.answers, court)
    told = points_of(trial.row, trial.answers, court)
    drawn = curve(trial.answers, task, court, [g.steps for g in given])
    trial.told = [told, *([] if drawn is None else [drawn])]
    trial.row = replace(trial.row, may_lose=may_lose(told.rows, trial.answers, [g.errors for g in given]))
    found = "; ".join(map(str, breaches(court, witness, trial.answers)))
    trial.row = replace(trial.row, findings=found, script=script_of(trial, court))
    return trial


@dataclass(frozen=True, slots=True)
class Given:
    """What an engine gave at one point: numbers, flattened, or why there are none.

    Attributes
    ----------
    errors:
        The engine's own estimate of each number's absolute error; ``None`` where it makes none.
    calls, seconds, steps:
        Evaluations of the function, the time that the answer took, and the steps of a difference quotient.
    """

    values: Array | None = None
    errors: list[float | None] = field(default_factory=list)
    calls: int | None = None
    seconds: float = float("nan")
    steps: Array | None = None
    failure: Judgement | None = None


def asked(task: Task, ask: Callable[[], Estimate]) -> Given:
    """What an engine gives when it is asked at a point."""
    start = time.perf_counter()
    try:
        estimate = ask()
        seconds = time.perf_counter() - start
        if not isinstance(estimate, Estimate):
            raise TypeError(f"an engine must return an Estimate, not {type(estimate).__name__}")
        values = _numbers(estimate.value)
        own = None if estimate.error is None else _numbers(estimate.error)
        if own is not None and (own < 0).any():
            raise ValueError(f"an engine's own estimate of an error is no negative number: {own[own < 0][0]:g}")
    except Unsupported as reason:
        return Given(failure=Judgement(Verdict.UNSUPPORTED, note=str(reason)))
    except RAISED as raised:  # an engine that raises is a result
        return Given(failure=Judgement(Verdict.ERROR, note=_told(raised)))
    for what, array in (("returns", values), ("estimates errors of", own)):
        if array is not None and array.shape != task.shape:
            note = f"the engine {what} shape {array.shape}, the {task.operator} has shape {task.shape}"
            return Given(calls=estimate.function_calls, failure=Judgement(Verdict.ERROR, note=note))
    errors: list[float | None] = [None] * values.size if own is None else list(own.ravel().tolist())
    steps = None if estimate.step is None else np.ravel(estimate.step)
    return Given(values.ravel(), errors, estimate.function_calls, seconds, steps)


def heard(court: Court, witness: Witness, question: Question, given: Given) -> Answer:
    """What an engine gave, judged."""
    if given.values is None:
        assert given.failure is not None
        return Answer(None, Judgements({0: _refused(question, given.failure)}))
    return Answer(given.values, judged(court, witness, question, given.values, given.errors), given.seconds)


def _refused(question: Question, failure: Judgement) -> Judgement:
    """What is wrong with an engine that raises: nothing, where a component does not exist, for it gives all or none."""
    missing = next((c for c in question.truth.components if c.status is Status.UNDEFINED), None)
    if failure.verdict is Verdict.ERROR and missing is not None:
        return Judgement(Verdict.UNDEFINED, note=missing.reason)
    return failure


def _decisive(court: Court, witness: Witness, answers: Sequence[Answer], given: Sequence[Given]) -> Judgement:
    """The judgement that decides, with its reason, and what contradicts the referee's own rules."""
    k, answer = speaking(answers)
    found = answer.worst
    if answer.values is not None:
        component = answer.judgements.speaking
        dispute = Dispute(court, witness, court.questions[k], answer.values, given[k].errors, component)
        found = explained(found, dispute, list(zip(court.questions, answers, strict=True)))
    silent = [] if found.verdict is Verdict.UNDEFINED else list(_unjudged(court, answers))
    told = [
        found.note,
        _cut(court, witness, found),
        *_contradictions(court),
        *silent,
        _in_vain(court),
        contraction(court),
    ]
    return replace(found, note="; ".join(filter(None, told)))


def _contradictions(court: Court) -> list[str]:
    """The operations whose derivative rules contradict the second route, in words."""
    return sorted({q.truth.contradiction for q in court.questions} - {""})


def _cut(court: Court, witness: Witness, found: Judgement) -> str:
    """Where the code that is asked keeps its gradient from torch, if it is wrong; empty for other code."""
    cuts = getattr(court.case.function, "cuts", ()) if witness.defines else ()
    if found.verdict is not Verdict.DISAGREE or not cuts:
        return ""
    more = f" and {len(cuts) - _SAID} more" if len(cuts) > _SAID else ""
    return (
        f"the gradient is cut by {', '.join(cuts[:_SAID])}{more}: if that is meant (a straight-through estimator, a "
        "fixed target), torch's gradient is not meant to be the function's derivative"
    )


def _in_vain(court: Court) -> str:
    """How many points were tried in vain, and why the first was; empty if none."""
    if not court.undecided:
        return ""
    count, reason = len(court.undecided), court.undecided[0].truth.components[0].reason
    points = "1 hard point is" if count == 1 else f"{count} hard points are"
    return f"{points} not certified and not counted: {reason}"


def contraction(court: Court) -> str:
    """What the derivative is contracted with, in words; empty where all axes are kept."""
    operator, told = court.operator, [*filter(None, [getattr(court.case.function, "told", "")])]
    if operator.along:
        told.append(f"direction {place(court.case.by_input(operator.direction))}")
    if operator.weighted:
        weights = np.reshape(operator.weights, court.program.shape).tolist()
        told.append(place({"weights": weights}))
    return ", ".join(told)


def _unjudged(court: Court, answers: Sequence[Answer]) -> Iterator[str]:
    """The listed points at which no derivative exists, and what the engine says there."""
    for k, (where, shape) in _places_without_derivative(court).items():
        values = answers[k].values
        says = "" if values is None else f"; the engine says {', '.join(f'{v:.6g}' for v in values[:_SAID])}"
        yield f"not judged at {where}: {shape}{says}"


def _places_without_derivative(court: Court) -> dict[int, tuple[str, str]]:
    """The listed points at which no derivative exists, in words, and what each of them is."""
    return {
        k: (place(plain(court.questions[k].point, court.case)), shape) for k, shape in court.without_derivative.items()
    }


def _estimates(prepared: Prepared, questions: Sequence[Question]) -> Sequence[Callable[[], Estimate]]:
    """The engine's answers; beyond the first, whose time counts, all together if it can."""
    one_by_one = [functools.partial(prepared.derivative, question.point) for question in questions]
    together = getattr(prepared, "derivatives", None)
    if together is None:
        return one_by_one
    later = [question.point for question in questions[1:]]
    try:
        found = together(later) if later else []
    except RAISED:  # alone, each point tells its own story
        return one_by_one
    return [one_by_one[0], *(functools.partial(_same, estimate) for estimate in found)]


def together(unit: Unit, court: Court, trials: Sequence[Trial]) -> CaseRow:
    """What the engines say together of the case."""
    confirmed, unconfirmed = _second_route(court)
    verdict, blamed = consensus([trial.testimony for trial in trials])
    return CaseRow(
        unit.case.name,
        str(unit.operator),
        verdict,
        ", ".join(blamed),
        min(_certified_digits(court), default=0.0),
        court.program.operations,
        court.derivative_operations,
        unit.case.reference,
        "; ".join(f"{where}: {shape}" for where, shape in _places_without_derivative(court).values()),
        confirmed,
        unconfirmed,
        contradiction="; ".join(_contradictions(court)),
        **about(unit),
        **formulas(court),
    )


def unheard(unit: Unit) -> CaseRow:
    """What is known of a case of which nobody was heard."""
    return CaseRow(unit.case.name, str(unit.operator), "", "", NAN, 0, 0, unit.case.reference, **about(unit))


def _second_route(court: Court) -> tuple[int, int]:
    """How many components, at all points, the second route confirms, and of how many it says nothing."""
    words = [
        confirmed
        for question in court.questions
        for component, confirmed in zip(question.truth.components, question.truth.confirmed, strict=True)
        if component.has_value
    ]
    return words.count(True), words.count(False)


def _certified_digits(court: Court) -> Iterator[float]:
    for question in court.questions:
        for component in question.truth.components:
            if component.has_value:
                yield min(component.digits, 99.0)


def _same(estimate: Estimate) -> Estimate:
    return estimate


def _numbers(value: Any) -> Array:
    """Real numbers in double precision; TypeError or ValueError for anything else."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"an engine must return real numbers, not {type(value).__name__} of {array.dtype}")
    return array.astype(np.float64)


def _told(raised: BaseException) -> str:
    text = str(raised) if isinstance(raised, DiffcheckError) else f"{type(raised).__name__}: {raised}"
    return " ".join(text.split()).removesuffix(":")
