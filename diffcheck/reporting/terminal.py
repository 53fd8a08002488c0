"""What a person sees in the terminal of a run, a check, a self-test."""

import io
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from diffcheck.reporting import tables, words
from diffcheck.reporting.components import by
from diffcheck.reporting.failure import aligned, failure, reproduced
from diffcheck.reporting.sentence import sentence
from diffcheck.reporting.tables import Table
from diffcheck.reporting.tensors import tensors
from diffcheck.results import Row, Run, place
from diffcheck.verdict import Verdict

_STYLES = {Verdict.AGREE: "green", Verdict.LOSSY: "yellow", Verdict.UNCERTAIN: "magenta"}
_SHOWN = 10
# A table of six columns with numbers of seventeen digits takes so many letters.
_WIDE = 120
# A line of the terminal has no room for all figures of a value.
_FIGURES = 10
# What loses digits by its nature, and would hide those that lose them without need.
ESTIMATING = "finite"


def style(verdict: Verdict) -> str:
    """The colour of a verdict."""
    return "bold red" if verdict.fails else _STYLES.get(verdict, "cyan")


def marked(row: Row) -> Text:
    """The verdict in its colour, with what is found beside it."""
    return Text(str(row.verdict), style(row.verdict)).append(words.breaches(row), "bold red")


def summary(run: Run, console: Console, level: int = 0) -> None:
    """The result of a run: what fails, the worst first, and in two lines how all went.

    Parameters
    ----------
    level:
        0; -1 for the last line alone; 1 also for the verdicts by engine, where digits are lost, and for the points at
        which something fails.
    """
    if level > 0 and run.rows:
        console.print(_rich(tables.by_engine(run)))
    if level >= 0:
        _failures(run, console, level)
        if level > 0:
            _lossy(run, console)
        _unjudged(run, console)
        wrong = tables.contradictions(run)
        for text in wrong[:_SHOWN]:
            console.print(Text(text, "yellow"), soft_wrap=True)
        _more(console, len(wrong) - _SHOWN, "whose rules contradict their series")
        for text in run.broken:
            console.print(Text(f"broken: {text}", "bold red"), soft_wrap=True)
        _say(console, sentence(run))
    _say(console, tables.headline(run))


def _failures(run: Run, console: Console, level: int) -> None:
    """The rows that fail, five lines each: who, point, value, truth, why; and how to see it again."""
    rows = tables.failing_rows(run)
    for row in rows[:_SHOWN]:
        why, again = reproduced(row.note)
        first, *rest = failure(replace(row, note=why))
        console.print(Text(first, style(row.verdict) if row.verdict.fails else "bold red"))
        for text in [*rest, *[f"  again  {again}"] * bool(again)]:
            _indented(console, text)
        if level > 0:
            _points(run, row, console)
    _more(console, len(rows) - _SHOWN, "that fail")


def _points(run: Run, row: Row, console: Console) -> None:
    """The points at which a row is not right, the worst first."""
    found = run.points_of(row)
    if found is None or not found.rows:
        return
    wrong = [p for p in found.rows if p.verdict.fails or p.verdict is Verdict.LOSSY]
    wrong.sort(key=lambda p: (-p.verdict.severity, p.digits))
    lines = [
        (place(found.places[p.place]), by(p.component), *aligned(p.value, p.truth, p.digits), str(p.verdict))
        if p.truth
        else (place(found.places[p.place]), by(p.component), f"{p.value:.{_FIGURES}g}", "", str(p.verdict))
        for p in wrong[:_SHOWN]
    ]
    if lines:
        console.print(_rich(Table(("at", "component", "value", "truth", "verdict"), tuple(lines))))
        _more(console, len(wrong) - _SHOWN, "points and components")


def _lossy(run: Run, console: Console) -> None:
    lossy = tables.lossy_rows(run)
    _findings(console, "that lose digits", [row for row in lossy if row.engine != ESTIMATING])
    estimated = sum(row.engine == ESTIMATING for row in lossy)
    if estimated:
        rows = f"{words.counted(estimated, 'row')} of {ESTIMATING} differences"
        _say(console, f"{rows} {'loses' if estimated == 1 else 'lose'} digits; the report has all of them")


def _unjudged(run: Run, console: Console) -> None:
    _findings(console, "of which nobody is judged", tables.unjudged_cases(run))


def _findings(console: Console, what: str, rows: Sequence[Row]) -> None:
    for row in rows[:_SHOWN]:
        console.print(Text.assemble(marked(row), f" {tables.finding(row)}"), soft_wrap=True)
    _more(console, len(rows) - _SHOWN, what)


def _more(console: Console, count: int, what: str) -> None:
    if count > 0:
        _say(console, f"... and {count} more {what}; the report has all of them")


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, emoji=False, soft_wrap=not console.is_terminal)


def _indented(console: Console, text: str) -> None:
    """A line as ``  why    ...``; what does not fit goes on below its own beginning."""
    margin = 2 + len(text[2:].split(" ", 1)[0])
    margin += len(text[margin:]) - len(text[margin:].lstrip())
    if text.startswith(("  value", "  truth", "  again")):
        console.print(text, soft_wrap=True, highlight=False)  # digits stand below digits; a command is copied whole
        return
    wrapped = textwrap.wrap(text[margin:], max(20, console.width - margin)) or [""]
    for k, part in enumerate(wrapped):
        console.print((text[:margin] if k == 0 else " " * margin) + part, soft_wrap=True, highlight=False)


def _rich(content: Table) -> RichTable:
    table = RichTable(header_style="bold")
    for k, name in enumerate(content.header):
        table.add_column(name, justify="right" if k else "left", overflow="fold")
    for row in content.rows:
        table.add_row(*row)
    return table


def check_text(run: Run, width: int = _WIDE) -> str:
    """The result of a check as a plain table; on a narrow terminal a few lines for each engine."""
    stream = io.StringIO()
    console = Console(file=stream, width=width, no_color=True, markup=False, emoji=False)
    for case in tables.cases(run, _FIGURES):
        facts = f" ({case.facts})" if case.facts else ""
        console.print(f"{case.title}: {case.consensus}{facts}", soft_wrap=True, highlight=False)
        if width < _WIDE:
            for row in run.rows:
                if (row.case, row.operator) == case.key:
                    why, again = reproduced(row.note)
                    for text in [*failure(replace(row, note=why)), *[f"  again  {again}"] * bool(again)]:
                        _indented(console, text)
        else:
            short = tuple((r[0], r[1], r[2] if r[2] == "-" else f"{r[2]} of {r[3]}", *r[7:]) for r in case.table.rows)
            console.print(_rich(Table(("engine", "verdict", "digits", "at", "value", "truth"), short)))
        worst, more = tensors(run, case.key, _SHOWN)
        if worst.rows:
            console.print(_rich(Table(worst.header[:-2], tuple(row[:-2] for row in worst.rows))))
        if more:
            console.print(f"... and {more} more lines by tensor, none worse")
    for row in run.rows if width >= _WIDE else ():
        if (row.note or row.findings) and row.reason != "case":
            console.print(f"{row.engine}:{row.method}: {words.told(row)}", soft_wrap=True, highlight=False)
    return stream.getvalue().rstrip()


def timing_text(run: Run) -> str:
    """What each task costs, as a plain table."""
    stream = io.StringIO()
    Console(file=stream, width=160, no_color=True, markup=False, emoji=False).print(_rich(tables.timing(run)))
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
    console = Console(file=stream, width=120, no_color=True, markup=False, emoji=False)
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
