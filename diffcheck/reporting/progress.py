"""What a person sees while a run goes on: a bar on a terminal, plain lines elsewhere."""

import time
from collections.abc import Sequence

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from diffcheck.reporting.numbers import duration
from diffcheck.reporting.terminal import marked
from diffcheck.results import Row

# Nobody wonders for so long what a run is doing.
PATIENCE_S = 10.0


class Reporter:
    """Shows a run as it goes, on the error stream; a bar on a terminal, a line for each case elsewhere.

    Parameters
    ----------
    quiet:
        Elsewhere only the lines of cases that fail.
    """

    def __init__(self, console: Console, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._done = 0
        self._total = 0
        self._subject = ""
        self._what = ""
        self._began = 0.0
        self._patience_s = PATIENCE_S
        self._live = console.is_terminal
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        clocks = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
        self._bar = Progress(
            *columns, *clocks, TextColumn("{task.fields[place]}", markup=False), console=console, transient=True
        )
        self._task: TaskID | None = None
        self._clock: TaskID | None = None

    def at(self, subject: str, what: str) -> None:
        """What is done now, with which file or case."""
        self._what = what
        if subject != self._subject:
            self._subject = subject
            self._began = time.monotonic()
            self._patience_s = PATIENCE_S
        if self._live:
            if self._task is None:
                self._task = self._bar.add_task("reading", total=None, place="")
                self._bar.start()
            self._bar.update(self._task if self._clock is None else self._clock, place=f"{subject}, {what}")

    def started(self, units: int) -> None:
        """The plan is made."""
        self._total = units
        if self._task is not None:
            self._bar.update(self._task, description="checking", total=units)

    def waiting(self) -> None:
        """Time passes: outside a terminal say where the run is, at growing distances."""
        waited_s = time.monotonic() - self._began
        if self._subject and not self._live and waited_s > self._patience_s:
            self._patience_s *= 2
            self._say(f"still at: {self._subject}, {self._what} ({duration(waited_s)})")

    def foreseen(self, subject: str, seconds: float) -> None:
        """What will take about so long."""
        self._say(f"{subject}: some {duration(seconds)}, to judge by the size of the case")

    def checked(self, case: str, operator: str, rows: Sequence[Row]) -> None:
        """A case's operator is checked."""
        self._done += 1
        if self._task is not None:
            self._bar.update(self._task, advance=1)
        failing = [row for row in rows if row.fails]
        if (self._live or self._quiet) and not failing:
            return
        line = Text(f"[{self._done}/{self._total}] {case} {operator}:")
        for row in rows:
            line.append(f" {row.engine} ")
            line.append_text(marked(row))
        self._console.print(line, soft_wrap=True)

    def timed(self, case: str) -> None:
        """A case's operator is timed."""
        if not self._live:
            return
        if self._clock is None:
            self._clock = self._bar.add_task("timing", total=self._total, place="")
        self._bar.update(self._clock, advance=1)

    def stop(self) -> None:
        """Take the bar away."""
        if self._task is not None:
            self._bar.stop()

    def _say(self, text: str) -> None:
        self._console.print(text, soft_wrap=True, highlight=False, markup=False, emoji=False)
