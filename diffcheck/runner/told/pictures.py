"""The pictures of a case for its report, while they are small enough to be looked at."""

import math
from collections.abc import Sequence
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
from diffcheck.program.program import CONST, INPUT
from diffcheck.referee.component import Status
from diffcheck.referee.rounding.tape import Tape
from diffcheck.referee.smooth import Smooth
from diffcheck.results import NAN, Curve, Drawing
from diffcheck.runner.told.rows import plain
from diffcheck.runner.trial import Trial

# A graph of more nodes than this is a thicket.
_NODES = 48
# Bits for values and derivatives that are shown to a few figures.
_PRECISION = 128
# Quotients with so many steps, each half of the last: from the coordinate's size, one at least, to the last bit of it.
_STEPS = 54


def drawing(case: str, court: Court, trials: Sequence[Trial] = ()) -> Drawing | None:
    """The program at a point where it has a value; `None` if it is large.

    Where something fails that is its point, else the first one, of the listed ones if it has a value there.
    """
    failing = [speaking(trial.answers)[0] for trial in trials if trial.row.fails and trial.answers]
    first = {id(court.questions[k]) for k in failing}
    every = sorted(drawable(court), key=lambda question: id(question) not in first)
    return next(filter(None, (drawn(case, court, question) for question in every)), None)


def drawable(court: Court) -> list[Question]:
    """The questions at whose points the program is short, those at listed points first."""
    if court.program.is_large or court.operator.order > 1:
        return []
    short = [q for q in court.questions if q.truth.smooth is not None and len(q.truth.smooth.program.nodes) <= _NODES]
    listed = [np.hstack([np.ravel(value) for value in point.values()]) for point in court.case.points]
    return sorted(short, key=lambda q: not any(np.array_equal(point, q.x) for point in listed))


def drawn(case: str, court: Court, question: Question) -> Drawing | None:
    """The program at one point; `None` if it has no value there."""
    smooth = question.truth.smooth
    assert smooth is not None
    program = smooth.program
    outputs = program.outputs.ravel().tolist()
    with ctx.workprec(_PRECISION):
        tape = Tape(program)
        evaluation = tape.evaluation(smooth.inputs(question.x))
        if not outputs or outputs[0] in evaluation.faults:
            return None
        slopes = dict.fromkeys(range(len(program.nodes)), NAN)
        slopes |= {i: float(slope.mid()) for i, slope in tape.adjoints(outputs[0], evaluation)}
        values = [NAN if i in evaluation.faults else float(evaluation.values[i].mid()) for i in slopes]
    return Drawing(
        case,
        str(court.operator),
        plain(question.point, court.case),
        tuple(_name(smooth, i, court) for i in slopes),
        tuple("" if name in (INPUT, CONST) else " ".join(map(str, operands)) for name, operands in program.nodes),
        tuple(values),
        tuple(slopes.values()),
        outputs[0],
    )


def _name(smooth: Smooth, number: int, court: Court) -> str:
    """The operation of a node, the name of an input, the number that a constant is."""
    name, operands = smooth.program.nodes[number]
    if name == INPUT:
        return input_name(smooth, operands[0], court)
    return _number(operands[0]) if name == CONST else name


def input_name(smooth: Smooth, position: int, court: Court) -> str:
    """The name of an input; of a constant that counts as one, the number that it is."""
    behind = position - sum(int(np.prod(d.shape, dtype=int)) for d in court.case.inputs.values())
    return court.label(position) if behind < 0 else _number(smooth.data[behind])


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
