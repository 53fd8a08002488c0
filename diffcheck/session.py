"""A run as its user sees it: what is known goes into the journal, to the spectator, and at the end into the reports."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, Self

from diffcheck.reporting.write import LEFT, write_reports
from diffcheck.results import CaseRow, Row, Run, TensorRow
from diffcheck.runner.journal import Journal
from diffcheck.runner.messages import Earlier, UnitKey
from diffcheck.runner.stage import Fate, Stage


class Spectator(Protocol):
    """Watches a run as it goes."""

    def started(self, units: int) -> None:
        """The plan is made: so many cases with their operators."""
        ...

    def at(self, subject: str, what: str) -> None:
        """What is done now, with which file or case."""
        ...

    def foreseen(self, subject: str, seconds: float) -> None:
        """What will take about so long."""
        ...

    def checked(self, case: str, operator: str, rows: Sequence[Row]) -> None:
        """A case's operator is checked; its rows have no timings yet."""
        ...

    def timed(self, case: str) -> None:
        """A case's operator is timed."""
        ...


class Record:
    """All that is known of a run; the observer of its work.

    Raises
    ------
    OutputError
        If the folder cannot be written, or another run writes there.
    """

    def __init__(self, output: str | Path | None, spectator: Spectator | None = None) -> None:
        self._folder = None if output is None else Path(output)
        self._journal = None if self._folder is None else Journal(self._folder, LEFT)
        self._spectator = spectator
        self._environment: Mapping[str, str] = {}
        self._rows: dict[tuple[str, str], dict[tuple[str, ...], Row]] = {}
        self._tensors: dict[tuple[str, ...], TensorRow] = {}
        self._cases: dict[tuple[str, str], CaseRow] = {}
        self._broken: list[str] = []
        self._checked: set[UnitKey] = set()
        self._clocked: set[UnitKey] = set()
        self._begun = False
        self._written = False
        self._stage: Stage | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._journal is not None:
            self._journal.close()

    def described(self, environment: Mapping[str, str]) -> None:
        """What the results depend on."""
        self._environment = environment

    def broken(self, text: str) -> None:
        """A case file or a definition cannot be used."""
        if text not in self._broken:
            self._broken.append(text)

    def planned(self, units: int) -> None:
        """So many units will be checked; a run of nothing leaves the results of the last one where they are."""
        if self._begun:
            return  # another process goes on
        self._begun = True
        if self._journal is not None and (units or self._broken):
            self._journal.begin()
            self._written = True
        if self._spectator is not None:
            self._spectator.started(units)

    def at(self, stage: Stage) -> None:
        """What is done now."""
        self._stage = stage
        if self._spectator is not None:
            self._spectator.at(stage.subject, stage.what)

    def foreseen(self, stage: Stage, seconds: float) -> None:
        """A case will take long."""
        if self._spectator is not None:
            self._spectator.foreseen(stage.subject, seconds)

    def known(self, row: Row) -> None:
        """A task is checked or timed."""
        self._rows.setdefault((row.case, row.operator), {})[row.key] = row
        if self._journal is not None:
            self._journal.write(row)

    def weighed(self, row: TensorRow) -> None:
        """What a task came to for one input tensor."""
        self._tensors[row.key] = row

    def agreed(self, row: CaseRow) -> None:
        """What the engines say together."""
        self._cases[row.case, row.operator] = row

    def checked(self, source: str, operator: str, case: str) -> None:
        """All tasks of a unit are checked."""
        self._checked.add((source, operator))
        if self._spectator is not None:
            self._spectator.checked(case, operator, list(self._rows[case, operator].values()))

    def clocked(self, source: str, operator: str, case: str) -> None:
        """All tasks of a unit are timed."""
        self._clocked.add((source, operator))
        if self._spectator is not None:
            self._spectator.timed(case)

    def left(self, condemned: Mapping[Stage, Fate]) -> Earlier:
        """What is done, for a process that goes on."""
        rows = {row.key: row for row in self._all()}
        return Earlier(rows, frozenset(self._checked), frozenset(self._clocked), dict(condemned))

    def run(self, *, interrupted: bool = False) -> Run:
        """The results; written as reports, if there is a folder for them."""
        place = str(self._stage or "its start") if interrupted else ""
        rows, cases, tensors = self._all(), self._cases.values(), self._tensors.values()
        found = Run(tuple(rows), tuple(cases), self._environment, tuple(self._broken), place, tuple(tensors))
        if self._folder is not None and self._written:
            write_reports(found, self._folder)
        return found

    def _all(self) -> list[Row]:
        return [row for rows in self._rows.values() for row in rows.values()]
