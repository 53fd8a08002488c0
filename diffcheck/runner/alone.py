"""One unit examined by itself, for whoever brings a loop of his own, as pytest does."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from diffcheck.results import Row
from diffcheck.runner.audits import AuditUnit
from diffcheck.runner.execute import Execution
from diffcheck.runner.held import Held
from diffcheck.runner.plan import Unit
from diffcheck.runner.processes.escort import Escort
from diffcheck.runner.processes.messages import Earlier
from diffcheck.runner.settings import Settings


def examine(unit: Unit | AuditUnit, settings: Settings, held: Held | None = None) -> list[Row]:
    """The rows of all tasks of a unit, checked and not timed.

    It runs in this process. State that the process shares is given back; what cases raise is a result.

    Parameters
    ----------
    held:
        The baseline of the settings, for whoever examines many units; read anew without it.
    """
    known: dict[tuple[str, ...], Row] = {}
    with Escort(lambda _: None, {}) as escort:
        Execution(replace(settings, timing=False), _Known(known), escort, Earlier(), held or Held(settings)).run([unit])
    return list(known.values())


class _Known:
    """Keeps the rows of what it is told, and nothing else."""

    def __init__(self, rows: dict[tuple[str, ...], Row]) -> None:
        self._rows = rows

    def known(self, row: Row) -> None:
        """A task is checked."""
        self._rows[row.key] = row

    def described(self, environment: Mapping[str, str]) -> None:
        """What the results depend on."""

    def broken(self, text: str) -> None:
        """A definition cannot be used."""

    def planned(self, units: int) -> None:
        """So many units will be checked."""

    def at(self, stage: Any) -> None:
        """What is done now."""

    def foreseen(self, stage: Any, seconds: float) -> None:
        """It will take long."""

    def weighed(self, row: Any) -> None:
        """What a task came to for one tensor."""

    def detailed(self, record: Any) -> None:
        """What a task came to at its points."""

    def agreed(self, row: Any) -> None:
        """What the engines say together."""

    def checked(self, source: str, operator: str, case: str) -> None:
        """All is checked."""

    def clocked(self, source: str, operator: str, case: str) -> None:
        """All is timed."""
