"""Looking at points at random and climbing from the bad ones, in turns that grow."""

import itertools
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffcheck.case.case import Point
from diffcheck.case.points import points
from diffcheck.engines.base import Engine, Task
from diffcheck.errors import RAISED, CaseError, Unsupported, UsageError
from diffcheck.formats import FORMATS
from diffcheck.hunt.ground import Ground, Place
from diffcheck.hunt.hunted import Hunted
from diffcheck.hunt.limit import Enough, Limit
from diffcheck.hunt.simpler import shortest
from diffcheck.judgement.court import Court
from diffcheck.runner.plan import Unit

Numbers = dict[str, Any]
"""For each input that may move a number, or nested lists of them: decimals with as few digits as they need."""

# The fewest points of a first turn.
_FIRST = 16


@dataclass(frozen=True)
class Field:
    """A case, an operator and a dtype: the ground, and who is hunted there.

    Attributes
    ----------
    plain:
        The points of a run, at which every hunt begins.
    excuses:
        For each engine that cannot do the task, why.
    """

    unit: Unit
    dtype: str
    ground: Ground
    plain: list[Point]
    hunted: list[Hunted]
    court: Court
    excuses: dict[str, str]
    drawn: Iterator[Place]

    def numbers(self, place: Place) -> Numbers:
        """A place in decimals."""
        point, format = self.ground.point(place), self.ground.format
        return {
            name: np.reshape([shortest(x, format) for x in np.ravel(point[name]).tolist()], domain.shape).tolist()
            for name, domain in self.unit.case.inputs.items()
            if domain.value is None
        }


def field_of(unit: Unit, dtype: str, samples: int, seed: int, limit: Limit) -> Field:
    """The field of a unit in a dtype.

    Raises
    ------
    UsageError
        If nothing can move.
    CaseError
        If the precondition holds hardly anywhere.
    Unsupported
        If the domains hold no number of the dtype.
    """
    assert unit.program is not None
    format = FORMATS[dtype]
    ground = Ground(unit.case, format)
    generator = np.random.default_rng([seed, zlib.crc32(f"{unit.case.own_name} {unit.operator} {dtype}".encode())])
    court = Court(unit.case, unit.operator, unit.program, format, ())
    hunted, excuses = [], {}
    for engine, task in unit.tasks():
        if task.dtype == dtype:
            try:
                hunted.append(Hunted(engine, task, court, ground, limit, generator))
            except Unsupported as reason:
                excuses[_named(engine, task)] = str(reason)
            except RAISED as raised:  # an engine that raises cannot be asked anywhere
                excuses[_named(engine, task)] = f"{type(raised).__name__}: {raised}"
    plain = _plain(unit, dtype, samples, seed)
    return Field(unit, dtype, ground, plain, hunted, court, excuses, ground.drawn(generator))


def _named(engine: Engine, task: Task) -> str:
    return f"{engine.name}:{task.method}"


def _plain(unit: Unit, dtype: str, samples: int, seed: int) -> list[Point]:
    """The points of a run; none where a run has none, unless because the precondition holds nowhere."""
    try:
        return points(unit.case, samples, seed, FORMATS[dtype])
    except Unsupported:
        return []
    except CaseError:
        if unit.case.where is not None:
            raise
        return []


def search(fields: Sequence[Field], limit: Limit, told: Callable[[int, Sequence[Field]], object]) -> bool:
    """Ask until it is enough; whether Ctrl-C ended it.

    Half of the answers look around, half climb: if only one of the two was the right one to do, no more than twice as
    many answers were needed. A turn is as long as all before it together, so a longer hunt begins with the shorter one.

    Parameters
    ----------
    told:
        Is given the number of answers and the fields after every turn.
    """
    if not any(field.hunted for field in fields):
        excuses = "; ".join(f"{who}: {why}" for field in fields for who, why in field.excuses.items())
        raise UsageError(f"nobody can be hunted: {excuses}")
    try:
        for turn in itertools.count():
            before = limit.answers
            for field in fields:
                size = max(_FIRST, len(field.plain)) << max(0, turn - 1)
                _look(field, map(field.ground.place, field.plain) if turn == 0 else field.drawn, size, limit)
                for hunted in field.hunted:
                    hunted.climb(size)
            told(limit.answers, fields)
            if limit.answers == before and turn:
                return False  # every number was tried, or hardly any is valid
    except Enough:
        return False
    except KeyboardInterrupt:
        return True
    raise AssertionError("a count has no end")


def _look(field: Field, places: Iterator[Place], size: int, limit: Limit) -> None:
    for place in itertools.islice(places, size):
        limit.demand()
        if all(place in hunted.scores for hunted in field.hunted):
            continue
        question = field.court.question(field.ground.point(place))
        for hunted in field.hunted:
            hunted.look(place, question)
