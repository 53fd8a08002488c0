"""What a hunt found of an engine: the row that a run has of the point, beside what the run's own points show."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from diffcheck.hunt.ground import Place
from diffcheck.hunt.hunted import Hunted
from diffcheck.hunt.limit import Limit
from diffcheck.hunt.score import Score
from diffcheck.hunt.search import Field, Numbers
from diffcheck.hunt.simpler import says_the_same, simpler
from diffcheck.results import Row
from diffcheck.runner.examine import court_of, hear


@dataclass(frozen=True, slots=True)
class Found:
    """The worst point of an engine.

    Attributes
    ----------
    row:
        What ``diffcheck run`` says of the point.
    at:
        The point, in short decimals.
    first, score:
        Where it was found, before it was made simpler, and what was wrong there.
    plain, plain_at:
        What was wrong at the worst of a run's own points; ``None`` where a run has none, or they were not all asked.
    plain_points:
        How many of them there are.
    """

    row: Row
    at: Numbers
    first: Numbers
    score: Score
    plain: Score | None
    plain_at: Numbers
    plain_points: int


def found_of(field: Field, limit: Limit) -> Iterable[Found]:
    """What was found of each engine of whom anything was judged.

    Parameters
    ----------
    limit:
        That of the hunt. To make a point simpler takes no more answers than it took to find it, and no longer.
    """
    for hunted in field.hunted:
        worst = hunted.worst
        if worst is not None:
            yield _found(field, hunted, worst, Limit(most=len(hunted.scores), seconds=limit.seconds))


def _found(field: Field, hunted: Hunted, worst: Place, limit: Limit) -> Found:
    score = hunted.scores[worst]
    plain = [field.ground.place(point) for point in field.plain]
    known = max((p for p in plain if p in hunted.scores), key=lambda place: hunted.scores[place].rank, default=None)
    beside = None if known is None else hunted.scores[known]
    places = simpler(worst, lambda found: says_the_same(found, score, beside), hunted.score, field.ground, limit)
    first = _row(field, hunted, worst)
    rows = ((place, _row(field, hunted, place)) for place in reversed(places[1:]))
    # With another reason it is another mistake than the one that was found.
    place, row = next(((place, row) for place, row in rows if row.reason == first.reason), (worst, first))
    return Found(
        row,
        field.numbers(place),
        field.numbers(worst),
        score,
        beside,
        {} if known is None else field.numbers(known),
        len(plain),
    )


def _row(field: Field, hunted: Hunted, place: Place) -> Row:
    """The row of a run that has this point only; what its case declares is not declared of it."""
    point = field.ground.point(place)
    case = replace(field.unit.case, points=(point,), samples=0, expect={}, because="")
    unit = replace(field.unit, case=case)
    return hear(court_of(unit, field.dtype, 0, 0), hunted.engine, replace(hunted.task, case=case)).row
