"""The pictures of a case for its report, while they are small enough to be looked at."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from flint import ctx

from diffcheck.case.case import Array
from diffcheck.engines.base import Task
from diffcheck.judgement.answer import Answer, speaking
from diffcheck.judgement.court import Court, Question
from diffcheck.ops.enclosures import balls
from diffcheck.ops.enclosures.decimals import brief
from diffcheck.program.code import code
from diffcheck.program.program import CONST, INPUT, Program
from diffcheck.program.steps import Step, steps
from diffcheck.referee.component import Component, Status
from diffcheck.referee.evaluate import Evaluation
from diffcheck.referee.paths import live_decisions
from diffcheck.referee.rounding.tape import Tape
from diffcheck.referee.steps import by_chain_rule, slopes
from diffcheck.results import NAN, Curve, Drawing
from diffcheck.runner.told.rows import plain, shown
from diffcheck.runner.trial import Trial

# A graph of more nodes than this is a thicket.
_NODES = 48
# Bits for values and derivatives that are shown to a few figures.
_PRECISION = 128
_FIGURES = 6
_WORDS = {Status.UNDEFINED: "none", Status.UNCERTAIN: "not certified"}
# Quotients with so many steps, each half of the last: from the coordinate's size, one at least, to the last bit of it.
_STEPS = 54


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with the program that it is of.

    Attributes
    ----------
    label:
        The name of the input at a position.
    ruled:
        The nodes whose derivative is what the chain rule says; `None` for all.
    """

    drawing: Drawing
    program: Program
    label: Callable[[int], str]
    ruled: frozenset[int] | None = None

    def steps(self) -> list[Step]:
        """The chain rule along it, without the formulas that do not hold here."""
        found = steps(self.program, self.label, self.drawing.output)
        ruled = self.ruled
        return found if ruled is None else [s if s.node in ruled else replace(s, backward="") for s in found]


def drawing(case: str, court: Court, trials: Sequence[Trial] = ()) -> Drawing | None:
    """The program at a point where it has a value; `None` if it is large.

    Where something fails that is its point, else the first one, of the listed ones if it has a value there.
    """
    failing = [speaking(trial.answers)[0] for trial in trials if trial.row.fails and trial.answers]
    first = {id(court.questions[k]) for k in failing}
    every = sorted(drawable(court), key=lambda question: id(question) not in first)
    found = next(filter(None, (drawn(case, court, question) for question in every)), None)
    return None if found is None else found.drawing


def drawable(court: Court) -> list[Question]:
    """The questions at whose points the program is short, those at listed points first."""
    if court.program.is_large or court.operator.order > 1:
        return []
    short = [q for q in court.questions if q.truth.smooth is not None and len(q.truth.smooth.program.nodes) <= _NODES]
    listed = [np.hstack([np.ravel(value) for value in point.values()]) for point in court.case.points]
    return sorted(short, key=lambda q: not any(np.array_equal(point, q.x) for point in listed))


def drawn(case: str, court: Court, question: Question) -> Picture | None:
    """The program at one point; `None` if it has no value there, or is long.

    Where the function is one smooth piece all around the point that is drawn, else the whole program with what the
    referee says of each node.
    """
    return _of_piece(case, court, question) or _of_whole(case, court, question)


def _of_piece(case: str, court: Court, question: Question) -> Picture | None:
    """The program without pieces; `None` where others meet it, or a derivative along it does not exist."""
    smooth = question.truth.smooth
    assert smooth is not None
    program = smooth.program
    outputs = program.outputs.ravel().tolist()
    with ctx.workprec(_PRECISION):
        tape = Tape(program)
        evaluation = tape.evaluation(smooth.inputs(question.x))
        if not outputs or outputs[0] in evaluation.faults or tape.lacks_slopes(evaluation):
            return None
        if not _is_one_piece(court, question):
            return None
        by_node = dict.fromkeys(range(len(program.nodes)), NAN)
        by_node |= {i: float(slope.mid()) for i, slope in tape.adjoints(outputs[0], evaluation)}
        values = [_middle(i, evaluation) for i in by_node]

    def label(position: int) -> str:
        """The name of an input; of a constant that counts as one, the number that it is."""
        return court.label(position) if position < len(question.x) else _number(smooth.data[position - len(question.x)])

    named = _nodes(program, label)
    place = plain(question.point, court.case)
    found = Drawing(case, str(court.operator), place, *named, tuple(values), tuple(by_node.values()), outputs[0])
    return Picture(found, program, label)


def _is_one_piece(court: Court, question: Question) -> bool:
    """Whether the function is smooth at the point, and no other piece of it meets the one that holds."""
    if any(component.status is not Status.CERTIFIED for component in question.truth.components):
        return False
    referee = court.referee
    primal = referee.primal.at([Fraction(v) for v in question.x])
    if isinstance(primal, str):
        return False
    evaluation, _ = primal
    sides = live_decisions(referee.program, evaluation.decisions).values()
    return all(side for side, _ in sides) and not referee.primal.at_edge(evaluation)


def _of_whole(case: str, court: Court, question: Question) -> Picture | None:
    """The program with its pieces, and at each node what the referee says; `None` if it is long."""
    program, x = court.referee.program, question.x
    primal = court.referee.primal.at([Fraction(v) for v in x])
    if len(program.nodes) > _NODES or isinstance(primal, str):
        return None
    evaluation, _ = primal
    rows = court.referee.primal.rows(evaluation)
    if not rows:
        return None
    output = int(program.outputs.flat[rows[0]])
    found = slopes(program, output, x, court.label)
    known = [found.get(i) for i in range(len(program.nodes))]
    drawing = Drawing(
        *(case, str(court.operator), plain(question.point, court.case), *_nodes(program, court.label)),
        tuple(_middle(i, evaluation) for i in range(len(known))),
        tuple(NAN if c is None or not c.has_value else float(c.left.mid()) for c in known),
        output,
        tuple("" if c is None else _in_place(c) for c in known),
        tuple("" if c is None else _why(c) for c in known),
    )
    return Picture(drawing, program, court.label, by_chain_rule(program, x, found))


def _in_place(component: Component) -> str:
    """What stands in place of a derivative that is none, or one from one side only."""
    if component.status is Status.CERTIFIED:
        return ""
    number = shown(component, _FIGURES)
    if component.status is Status.KINK:
        return number
    return f"{number} one-sided" if component.status is Status.ONE_SIDED else _WORDS[component.status]


def _why(component: Component) -> str:
    return "a kink, " * (component.status is Status.KINK) + component.reason


def _middle(number: int, evaluation: Evaluation) -> float:
    return NAN if number in evaluation.faults else float(evaluation.values[number].mid())


def _nodes(program: Program, label: Callable[[int], str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of each node its operation, the name of an input, or the number that a constant is; and its operands."""
    names, made = [], []
    for name, operands in program.nodes:
        names.append(label(operands[0]) if name == INPUT else _number(operands[0]) if name == CONST else name)
        made.append("" if name in (INPUT, CONST) else " ".join(map(str, operands)))
    return tuple(names), tuple(made)


def _number(value: Fraction) -> str:
    return str(value) if value.denominator < 1000 and abs(value) < 10**6 else brief(balls.ball(value))


def curve(answers: Sequence[Answer], task: Task, court: Court, steps: Sequence[Array | None]) -> Curve | None:
    """The error against the step at the component that decides; `None` where that is no first derivative by an input.

    Parameters
    ----------
    steps:
        For each point the longest steps that the method took its values from, flattened; none of a method without.
    """
    operator = court.operator
    if court.program.is_large or operator.order != 1 or operator.along or operator.weighted:
        return None
    k, answer = speaking(answers)
    question, step = court.questions[k], steps[k]
    c = answer.judgements.speaking
    truth = question.truth.components[c]
    if answer.values is None or step is None or truth.status is not Status.CERTIFIED:
        return None
    exact = float(truth.left.mid())
    output, column = divmod(c, len(court.case.wrt_positions))
    position = court.case.wrt_positions[column]
    domain = [d for d in court.case.inputs.values() for _ in range(int(np.prod(d.shape, dtype=int)))][position]
    point = np.array(question.x)
    x = float(point[position])
    lengths = np.ldexp(1.0, math.frexp(max(abs(x), 1.0))[1] - np.arange(1, _STEPS + 1))
    room = domain.hi - x, x - domain.lo
    central = bool(min(room) > lengths[-1])
    widest, side = (min(room), 1) if central else (max(room), 1 if room[0] >= room[1] else -1)
    around = [h for h in lengths.tolist() if h <= widest and x + h != x != x - h]
    unit = _ulp(exact, court)
    if not around or not unit:
        return None
    batch = np.repeat(point[None], 2 * len(around), axis=0)
    batch[:, position] = [place for h in around for place in (x + side * h, x - h if central else x)]
    batch[:, position] = court.format.round_all(batch[:, position])
    with np.errstate(all="ignore"):
        found = code(task.program, task.dtype).batch(batch).reshape(len(batch), -1)[:, output].astype(np.float64)
        ahead, back = found[0::2], found[1::2]
        really = batch[0::2, position] - batch[1::2, position]
        errors = np.abs((ahead - back) / really - exact) / unit
        floors = court.format.unit_roundoff * (np.abs(ahead) + np.abs(back)) / np.abs(really) / unit
    return Curve(
        *(task.case.name, str(task.operator), task.engine, task.method, task.device, task.dtype),
        plain(question.point, court.case),
        court.labels[c],
        tuple(around),
        tuple(map(_short, errors)),
        tuple(map(_short, floors)),
        float(step[c]),
        _short(answer.judgements[c].error_ulp),
        central,
    )


def _ulp(exact: float, court: Court) -> float:
    """The spacing of the format's numbers at the truth; 0 where it has none."""
    if not exact or not math.isfinite(exact):
        return 0.0
    return math.ldexp(1.0, court.format.ulp_exponent(math.frexp(exact)[1] - 1))


def _short(x: float) -> float:
    return float(f"{x:.4g}") if math.isfinite(x) else float(x)
