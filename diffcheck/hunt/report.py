"""What a hunt found, in words."""

import math
import textwrap
from collections.abc import Iterator, Sequence

from diffcheck.engines.base import Task
from diffcheck.hunt.found import Found
from diffcheck.hunt.score import Score
from diffcheck.hunt.search import Field, Numbers
from diffcheck.reporting.components import by
from diffcheck.reporting.failure import failure
from diffcheck.reporting.numbers import digits_right
from diffcheck.reporting.words import contestant, counted
from diffcheck.results import Row

_WHERE = 160


def report(found: Sequence[Found], fields: Sequence[Field], answers: int, interrupted: bool) -> Iterator[str]:
    """The lines: how long it was, then some for each engine."""
    ended = "interrupted after " if interrupted else ""
    tasks = sum(len(field.hunted) for field in fields)
    yield f"{ended}{answers:,} answers in {counted(tasks, 'task')}"
    for each in found:
        yield from _told(each)
    if not found:
        yield "nothing was judged: nobody has answered where a derivative is certified"
    for field in fields:
        for who, why in field.excuses.items():
            yield f"{who} is not hunted: {why}"


def progress(answers: int, fields: Sequence[Field]) -> str:
    """How far it is, in one line."""
    worst = [
        f"{_who(hunted.task, len(fields) > 1)} {_worst(hunted.scores[place])} at {written(field.numbers(place))}"
        for field in fields
        for hunted in field.hunted
        if (place := hunted.worst) is not None
    ]
    return f"{answers:,} answers: {'; '.join(worst)}"


def _who(task: Task, several: bool) -> str:
    return " ".join([f"{task.engine}:{task.method}", *([str(task.operator), task.dtype] if several else [])])


def written(at: Numbers) -> str:
    """A point with all digits that it needs.

    >>> written({"x": 1.0, "w": [0.25, -3e-200]})
    'x = 1, w = [0.25, -3e-200]'
    """
    return ", ".join(f"{name} = {_number(value)}" for name, value in at.items())


def _number(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_number, value))}]"
    return repr(value).removesuffix(".0")


def _told(found: Found) -> Iterator[str]:
    row = found.row
    component = f"; {by(row.worst_component)}" if row.components > 1 and row.worst_component else ""
    for line in failure(row):
        at = textwrap.shorten(f"{written(found.at)}{component}", _WHERE, placeholder=" ...")
        yield f"  point  {at}" if line.startswith("  point") else line
    if row.error_ulp == row.error_ulp:
        yield f"  error  {_error(row)}"
    if found.first != found.at:
        first = textwrap.shorten(written(found.first), _WHERE, placeholder=" ...")
        yield f"  found  {_worst(found.score)} at {first}"
    if found.plain is not None:
        yield f"  a run  {_beside(found)}"


def _error(row: Row) -> str:
    """The error beside both bounds."""
    formula = f"{row.formula_ulp:.2g} ulp" if math.isfinite(row.formula_ulp) else "anything"
    allowed = f"rounding explains {row.inherent_ulp:.2g} ulp in any algorithm, {formula} in this formula"
    return f"{row.error_ulp:.2g} ulp; {allowed}" if math.isfinite(row.error_ulp) else f"no number; {allowed}"


def _beside(found: Found) -> str:
    """What the points of a run show."""
    assert found.plain is not None
    at = textwrap.shorten(written(found.plain_at), _WHERE, placeholder=" ...")
    if found.plain.rank >= found.score.rank:
        same = found.plain_at == found.at
        return f"{'has it among' if same else 'is as bad at one of'} its {found.plain_points} points: {at}"
    return f"the worst of its {found.plain_points} points: {_worst(found.plain)} at {at}"


def _worst(score: Score) -> str:
    right = f", {digits_right(score.digits, score.digits_possible)} digits right" * (score.digits == score.digits)
    return f"{score.verdict}{right}"


def headline(row: Row) -> str:
    """Who, and how badly, in one line without the case."""
    return f"{contestant(row)} {row.verdict}"
