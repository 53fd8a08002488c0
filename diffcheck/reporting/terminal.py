"""What a person sees in the terminal: a progress bar or plain lines while it runs, then the summary."""

import io
import time
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table as RichTable
from rich.text import Text

from diffcheck.reporting import tables
from diffcheck.reporting.numbers import duration
from diffcheck.reporting.tables import Table
from diffcheck.reporting.tensors import tensors
from diffcheck.results import Row, Run
from diffcheck.verdict import Verdict

_STYLES = {Verdict.AGREE: "green", Verdict.LOSSY: "yellow", Verdict.UNCERTAIN: "magenta"}
_SHOWN = 10
# A line of the terminal has no room for all figures of a value.
_FIGURES = 10
# What loses digits by its nature, and would hide those that lose them without need.
ESTIMATING = "finite"
# Nobody wonders for so long what a run is doing.
PATIENCE_S = 10.0


def style(verdict: Verdict) -> str:
    """The colour of a verdict."""
    return "bold red" if verdict.fails else _STYLES.get(verdict, "cyan")


class Reporter:
    """Shows a run as it goes, on the error stream; a bar on a terminal, a line for each case elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._done = 0
        self._total = 0
        self._subject = ""
        self._what = ""
        self._began = 0.0
        self._patience_s = PATIENCE_S
        self._live = console.is_terminal
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, TextColumn("{task.fields[place]}"), console=console, transient=True)
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
        if self._live and not failing:
            return
        line = Text(f"[{self._done}/{self._total}] {case} {operator}:")
        for row in rows:
            line.append(f" {row.engine} ")
            line.append_text(_verdict(row))
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
        self._console.print(text, soft_wrap=True, highlight=False, markup=False)


def summary(run: Run, console: Console) -> None:
    """The result of a run: verdicts by engine, what fails, where digits are lost."""
    if run.rows:
        console.print(_rich(tables.by_engine(run)))
    _findings(console, "that fail", tables.failing_rows(run))
    lossy = tables.lossy_rows(run)
    _findings(console, "that lose digits", [row for row in lossy if row.engine != ESTIMATING])
    estimated = sum(row.engine == ESTIMATING for row in lossy)
    if estimated:
        console.print(
            f"{estimated} {'row' if estimated == 1 else 'rows'} of {ESTIMATING} differences "
            f"{'loses' if estimated == 1 else 'lose'} digits; the report has all of them",
            highlight=False,
        )
    _findings(console, "of which nobody is judged", tables.unjudged_cases(run))
    for text in run.broken:
        console.print(Text(f"broken: {text}", "bold red"), soft_wrap=True)
    console.print(tables.headline(run), soft_wrap=True, highlight=False)


def _findings(console: Console, what: str, rows: Sequence[Row]) -> None:
    for row in rows[:_SHOWN]:
        console.print(Text.assemble(_verdict(row), f" {tables.finding(row)}"), soft_wrap=True)
    if len(rows) > _SHOWN:
        console.print(f"... and {len(rows) - _SHOWN} more {what}; the report has all of them", highlight=False)


def _verdict(row: Row) -> Text:
    """The verdict, with what is found beside it."""
    return Text(str(row.verdict), style(row.verdict)).append(tables.breaches(row), "bold red")


def _rich(content: Table) -> RichTable:
    table = RichTable(header_style="bold")
    for k, name in enumerate(content.header):
        table.add_column(name, justify="right" if k else "left", overflow="fold")
    for row in content.rows:
        table.add_row(*row)
    return table


def check_text(run: Run) -> str:
    """The result of a check as a plain table."""
    stream = io.StringIO()
    console = Console(file=stream, width=120, no_color=True, markup=False)
    for case in tables.cases(run, _FIGURES):
        console.print(f"{case.title}: {case.consensus} ({case.facts})", soft_wrap=True, highlight=False)
        short = tuple((r[0], r[1], r[2] if r[2] == "-" else f"{r[2]} of {r[3]}", *r[7:]) for r in case.table.rows)
        console.print(_rich(Table(("engine", "verdict", "digits", "at", "value", "truth"), short)))
        worst, more = tensors(run, case.key, _SHOWN)
        if worst.rows:
            console.print(_rich(Table(worst.header[:-2], tuple(row[:-2] for row in worst.rows))))
        if more:
            console.print(f"... and {more} more lines by tensor, none worse; tensors.csv has all of them")
    for row in run.rows:
        if (row.note or row.findings) and row.reason != "case":
            console.print(f"{row.engine}:{row.method}: {tables.told(row)}", soft_wrap=True, highlight=False)
    return stream.getvalue().rstrip()


def timing_text(run: Run) -> str:
    """What each task costs, as a plain table."""
    stream = io.StringIO()
    Console(file=stream, width=160, no_color=True, markup=False).print(_rich(tables.timing(run)))
    return stream.getvalue().rstrip()


def selftest_text(
    faults: Sequence[tuple[str, int, Mapping[str, int], int]],
    missed: Sequence[str],
    healthy: int,
    accused: Sequence[str],
) -> str:
    """The counts of a self-test, for each fault: planted, caught by which verdict, missed."""
    rows = [
        (name, str(planted), ", ".join(f"{n} {verdict}" for verdict, n in caught.items()) or "-", str(lost))
        for name, planted, caught, lost in faults
    ]
    stream = io.StringIO()
    console = Console(file=stream, width=120, no_color=True, markup=False)
    console.print(_rich(Table(("fault", "planted", "caught", "missed"), tuple(rows))))
    for line in missed:
        console.print(f"missed: {line}", soft_wrap=True, highlight=False)
    for line in accused:
        console.print(f"accused: {line}", soft_wrap=True, highlight=False)
    planted = sum(row[1] for row in faults)
    console.print(
        f"{planted} faults planted, {len(missed)} missed; {healthy} right engines heard, {len(accused)} accused",
        soft_wrap=True,
        highlight=False,
    )
    return stream.getvalue().rstrip()
