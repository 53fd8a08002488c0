"""What is told of a run as it goes, in one process or from one to another; and what a process is asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from diffcheck.runner.settings import Settings
from diffcheck.runner.stage import Fate, Stage

if TYPE_CHECKING:
    from diffcheck.results import CaseRow, Row  # the supervisor starts the worker before it loads pandas

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

    def agreed(self, row: "CaseRow") -> None:
        """What the engines say together of a case and operator."""
        ...

    def checked(self, unit: UnitKey, case: str) -> None:
        """All tasks of a case and operator are checked."""
        ...

    def clocked(self, unit: UnitKey, case: str) -> None:
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

    paths: tuple[str, ...]
    settings: Settings
    earlier: Earlier


# What a worker says beside the calls of an observer: it has finished; the user made a mistake; we made one.
DONE, REFUSED, FAILED = "done", "refused", "failed"
