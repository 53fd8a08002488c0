"""A run as its user sees it: what is known goes into the journal, to the spectator, and at the end into the reports."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, Self

from diffcheck.reporting.formats import demand
from diffcheck.reporting.write import LEFT, write_reports
from diffcheck.results import CaseRow, Gathered, Row, Run, TensorRow
from diffcheck.results.lines import BROKEN, END, RUN, SCHEMA, Detail
from diffcheck.runner.journal import Journal
from diffcheck.runner.kept import missed
from diffcheck.runner.processes.messages import Earlier, UnitKey
from diffcheck.runner.processes.stage import Fate, Stage
from diffcheck.runner.settings import Settings


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

    Parameters
    ----------
    sources:
        What the run was given, of which a baseline must have no entry that it does not meet.

    Raises
    ------
    OutputError
        If the folder cannot be written, or another run writes there.
    UsageError
        For a format that there is not.
    """

    def __init__(self, settings: Settings, spectator: Spectator | None = None, sources: Any = ()) -> None:
        self._settings = settings
        self._sources = sources
        self._folder = None if settings.output is None else Path(settings.output)
        self._journal = None if self._folder is None else Journal(self._folder, LEFT)
        demand(settings.reports)
        self._reports = settings.reports
        self._spectator = spectator
        self._gathered = Gathered(settings.typed, settings.chosen)
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
        """What the results depend on; of several processes the first one says it."""
        self._gathered.environment = self._gathered.environment or environment

    def broken(self, text: str) -> None:
        """A case file or a definition cannot be used."""
        if text not in self._gathered.broken:
            self._gathered.broken.append(text)
            self._note(BROKEN, text=text)

    def planned(self, units: int) -> None:
        """So many units will be checked; a run of nothing leaves the results of the last one where they are."""
        if self._begun:
            return  # another process goes on
        self._begun = True
        found = self._gathered
        if self._journal is not None and (units or found.broken):
            self._journal.begin()
            self._written = True
            told = {"command": found.command, "settings": found.settings, "environment": dict(found.environment)}
            self._note(RUN, schema=SCHEMA, diffcheck=version("diffcheck"), **told)
            for text in found.broken:
                self._note(BROKEN, text=text)
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
        self._keep(row)

    def weighed(self, row: TensorRow) -> None:
        """What a task came to for one input tensor."""
        self._keep(row)

    def detailed(self, record: Detail) -> None:
        """What a task came to at its points, or what is drawn of it, or of its case."""
        self._keep(record)

    def agreed(self, row: CaseRow) -> None:
        """What the engines say together."""
        self._keep(row)

    def checked(self, source: str, operator: str, case: str) -> None:
        """All tasks of a unit are checked."""
        self._checked.add((source, operator))
        if self._spectator is not None:
            self._spectator.checked(case, operator, self._gathered.rows_of(case, operator))

    def clocked(self, source: str, operator: str, case: str) -> None:
        """All tasks of a unit are timed."""
        self._clocked.add((source, operator))
        if self._spectator is not None:
            self._spectator.timed(case)

    def left(self, condemned: Mapping[Stage, Fate]) -> Earlier:
        """What is done, for a process that goes on."""
        rows = {row.key: row for row in self._gathered.rows}
        return Earlier(rows, frozenset(self._checked), frozenset(self._clocked), dict(condemned))

    def run(self, *, interrupted: bool = False) -> Run:
        """The results; written as reports, if there is a folder for them."""
        self._gathered.interrupted = str(self._stage or "its start") if interrupted else ""
        for row in missed(self._gathered.run(), self._settings, self._sources):
            self._keep(row)
        found = self._gathered.run()
        self._note(END, interrupted=found.interrupted)
        if self._folder is not None and self._written:
            write_reports(found, self._folder, self._reports)
        return found

    def _keep(self, record: Row | Detail) -> None:
        self._gathered.add(record)
        if self._journal is not None:
            self._journal.write(record)

    def _note(self, kind: str, **values: Any) -> None:
        if self._journal is not None and self._written:
            self._journal.note(kind, **values)
