"""What is told of a run as it goes, in one process or from one to another; and what a process is asked to do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from diffcheck.runner.processes.stage import Fate, Stage, Step
from diffcheck.runner.settings import Settings

if TYPE_CHECKING:
    # The supervisor starts the worker before it loads pandas.
    from diffcheck.results import CaseRow, Curve, Drawing, Points, Row, TensorRow
    from diffcheck.sources.asked import Source

UnitKey = tuple[str, str]


class Observer(Protocol):
    """Is told each thing as soon as it is known."""

    def described(self, environment: Mapping[str, str]) -> None:
        """What the results will depend on."""
        ...

    def broken(self, text: str) -> None:
        """A case file or a definition cannot be used."""
        ...

    def planned(self, units: int) -> None:
        """So many cases with their operators will be checked."""
        ...

    def at(self, stage: Stage) -> None:
        """What is done now."""
        ...

    def foreseen(self, stage: Stage, seconds: float) -> None:
        """A case will take long."""
        ...

    def known(self, row: "Row") -> None:
        """A task is checked, or timed: the row takes the place of an earlier one."""
        ...

    def weighed(self, row: "TensorRow") -> None:
        """What a task that is known came to for one input tensor."""
        ...

    def detailed(self, record: "Points | Drawing | Curve") -> None:
        """What a task came to at its points, or what is drawn of it, or of its case."""
        ...

    def agreed(self, row: "CaseRow") -> None:
        """What the engines say together of a case and operator."""
        ...

    def checked(self, source: str, operator: str, case: str) -> None:
        """All tasks of a case and operator are checked."""
        ...

    def clocked(self, source: str, operator: str, case: str) -> None:
        """All tasks of a case and operator are timed."""
        ...


@dataclass(frozen=True, slots=True)
class Earlier:
    """What processes that ended have left of this run.

    Attributes
    ----------
    rows:
        What is known, by the rows' keys.
    checked, clocked:
        The units that need no more.
    condemned:
        What ended those processes, and must not be tried again.
    """

    rows: Mapping[tuple[str, ...], "Row"] = field(default_factory=dict)
    checked: frozenset[UnitKey] = frozenset()
    clocked: frozenset[UnitKey] = frozenset()
    condemned: Mapping[Stage, Fate] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is asked to do."""

    sources: "tuple[Source, ...]"
    settings: Settings
    earlier: Earlier


# What a worker says beside the calls of an observer: it has finished; the user made a mistake; we made one.
DONE, REFUSED, FAILED = "done", "refused", "failed"


def packed(name: str, *arguments: Any) -> bytes:
    """A call of an observer as JSON; of what cases hold, a subclass of ``str`` for one, only the plain text is sent."""
    return json.dumps([name, *map(_plain, arguments)]).encode()


def unpacked(message: bytes) -> tuple[str, list[Any]]:
    """The name and the arguments of a call; `ValueError` for what was never packed."""
    name, *arguments = json.loads(message)
    return name, [_whole(*argument) if isinstance(argument, list) else argument for argument in arguments]


def _plain(argument: Any) -> Any:
    if not is_dataclass(argument):
        return dict(argument) if isinstance(argument, Mapping) else argument
    if isinstance(argument, Stage):
        return [Stage.__name__, *(getattr(argument, f.name) for f in fields(argument))]
    from diffcheck.results.lines import plain

    return [type(argument).__name__, plain(cast("Row", argument))]


def _whole(kind: str, *values: Any) -> Any:
    if kind == Stage.__name__:
        step, *rest = values
        return Stage(Step(step), *rest)
    from diffcheck.results import Row
    from diffcheck.results.lines import KINDS, whole

    known: dict[str, Any] = {k.__name__: k for k in (Row, *KINDS.values())}
    return whole(known[kind], *values)
