"""The library's front door: `run` for case files, `check` for one function in a notebook."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from diffcheck.case.case import Case, case
from diffcheck.case.operators import operator_named
from diffcheck.engines.base import Engine
from diffcheck.environment import environment
from diffcheck.errors import CaseError, SourceError, UsageError
from diffcheck.formats import format_named
from diffcheck.reporting.terminal import check_text
from diffcheck.reporting.write import write_reports
from diffcheck.results import Row, Run
from diffcheck.runner.execute import execute
from diffcheck.runner.journal import Journal
from diffcheck.runner.plan import contestants, installed_engines, plan
from diffcheck.sources.collect import collect
from diffcheck.sources.select import matcher

DEFAULT_SAMPLES = 8


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What to run and how; the command line's options, under the same names.

    Attributes
    ----------
    match:
        A ``-k`` expression over names, files and tags.
    engines:
        ``engine`` or ``engine:method``; empty for every engine's default method.
    operators, devices, dtypes:
        Restrict or widen what is computed.
    samples, seed:
        Random points for each case, beside the listed and the hard ones, and where they start from.
    timing:
        Whether to time the tasks after checking them.
    batch:
        Points at once for the throughput (``points_per_s``); 0 leaves it out.
    fail_fast:
        Stop at the first case that fails.
    output:
        The folder for the result files; ``None`` writes none.
    """

    match: str = ""
    engines: Sequence[str] = ()
    operators: Sequence[str] = ()
    devices: Sequence[str] = ("cpu",)
    dtypes: Sequence[str] = ("float64",)
    samples: int = DEFAULT_SAMPLES
    seed: int = 0
    timing: bool = True
    batch: int = 0
    fail_fast: bool = False
    output: str | Path | None = None

    def __post_init__(self) -> None:
        if self.samples < 0:
            raise UsageError(f"samples is {self.samples}: it must be 0 or more")
        if self.batch < 0:
            raise UsageError(f"batch is {self.batch}: it must be 0 or more")
        if self.seed < 0:
            raise UsageError(f"seed is {self.seed}: it must be 0 or more")
        for name in self.dtypes:
            format_named(name)


class Spectator(Protocol):
    """Is told of a run as it goes."""

    def started(self, units: int) -> None:
        """The plan is made: so many cases with their operators."""
        ...

    def checked(self, case: str, operator: str, rows: Sequence[Row]) -> None:
        """A case's operator is checked; its rows have no timings yet."""
        ...

    def timed(self, row: Row) -> None:
        """A task is timed."""
        ...


class _Nobody:
    """Watches nothing."""

    def started(self, units: int) -> None: ...

    def checked(self, case: str, operator: str, rows: Sequence[Row]) -> None: ...

    def timed(self, row: Row) -> None: ...


def conduct(
    sources: str | Path | Case | Iterable[str | Path | Case],
    settings: Settings,
    spectator: Spectator | None = None,
    engines: Mapping[str, Engine] | None = None,
) -> Run:
    """A whole run: collect, plan, check, time, write.

    Raises
    ------
    UsageError
        For a path, engine, device, operator or expression that does not exist.
    OutputError
        If the output folder cannot be written.
    """
    watching = spectator or _Nobody()
    cases, broken = _collected(sources)
    known = installed_engines() if engines is None else dict(engines)
    by = contestants(settings.engines, settings.devices, settings.dtypes, known)
    operators = [operator_named(name) for name in settings.operators]
    if settings.match:
        selected = matcher(settings.match)
        cases = [c for c in cases if selected(c)]
    units = plan(cases, operators, by)
    watching.started(len(units))
    # A run of nothing leaves the results of the last one where they are.
    folder = Path(settings.output) if settings.output is not None and (units or broken) else None
    journal = Journal(folder) if folder else None
    try:
        progress = execute(
            units,
            samples=settings.samples,
            seed=settings.seed,
            timing=settings.timing,
            batch=settings.batch,
            fail_fast=settings.fail_fast,
            written=journal.write if journal else lambda row: None,
            checked=watching.checked,
            timed=watching.timed,
        )
    finally:
        if journal:
            journal.close()
    used = {c.engine.name: c.engine for c in by}.values()
    described = environment(used, {"seed": settings.seed, "samples": settings.samples, "timing_threads": 1})
    result = Run(tuple(progress.rows.values()), tuple(progress.cases), described, tuple(broken), progress.interrupted)
    if folder is not None:
        write_reports(result, folder)
    return result


def run(
    sources: str | Path | Case | Iterable[str | Path | Case],
    *,
    engines: Sequence[str | Engine] = (),
    output: str | Path | None = None,
    **settings: Any,
) -> pd.DataFrame:
    """The results of all cases, one row for each task, with the columns of ``results.csv``.

    Parameters
    ----------
    sources:
        Paths of case files and folders, or cases.
    engines:
        Names (``"autograd"``, ``"symbolic:closed"``) of installed engines, or engine objects of your own; empty for
        all installed ones.
    output:
        A folder for the result files; without it nothing is written.
    **settings:
        See `Settings`.

    Raises
    ------
    SourceError
        If a case file is broken.
    """
    chosen, known = _engines(engines)
    result = conduct(sources, Settings(engines=chosen, output=output, **settings), engines=known)
    if result.broken:
        raise SourceError("\n".join(result.broken))
    return result.frame()


def _engines(wanted: Sequence[str | Engine]) -> tuple[list[str], dict[str, Engine]]:
    """The names that were asked for, and the engines they are among."""
    own = {e.name: e for e in wanted if not isinstance(e, str)}
    names = [e if isinstance(e, str) else e.name for e in wanted]
    return names, installed_engines() | own


class Check:
    """What `check` found; prints as a table, ``frame`` holds the rows."""

    def __init__(self, result: Run) -> None:
        self.result = result

    @property
    def frame(self) -> pd.DataFrame:
        """One row for each engine and operator, with the columns of ``results.csv``."""
        return self.result.frame()

    @property
    def passed(self) -> bool:
        """Whether no row fails."""
        return not self.result.failing

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        return check_text(self.result)


def check(
    function: Callable[..., Any],
    *,
    engines: Sequence[str | Engine] = (),
    samples: int = DEFAULT_SAMPLES,
    seed: int = 0,
    timing: bool = False,
    dtypes: Sequence[str] = ("float64",),
    devices: Sequence[str] = ("cpu",),
    **parameters: Any,
) -> Check:
    """Who is right about the derivative of one function.

    Parameters
    ----------
    function:
        An ordinary function over `diffcheck.ops`, or a `Case`.
    **parameters:
        As for :func:`diffcheck.case`: an interval for each input, constants, ``points``, ``operators`` ...

    >>> from diffcheck import check, interval
    >>> from diffcheck.ops import sin
    >>> check(lambda x: x * sin(x), x=interval(1, 2)).passed
    True
    """
    if isinstance(function, Case):
        if parameters:
            raise CaseError(f"a case has its parameters already; leave out {', '.join(parameters)}")
        subject = function
    else:
        subject = case(**parameters)(function)
    chosen, known = _engines(engines)
    settings = Settings(engines=chosen, samples=samples, seed=seed, timing=timing, dtypes=dtypes, devices=devices)
    return Check(conduct(subject, settings, engines=known))


def _collected(sources: str | Path | Case | Iterable[str | Path | Case]) -> tuple[list[Case], list[str]]:
    given = [sources] if isinstance(sources, (str, Path, Case)) else list(sources)
    cases = [source for source in given if isinstance(source, Case)]
    paths = [str(source) for source in given if not isinstance(source, Case)]
    if not paths:
        return cases, []
    loaded = collect(paths)
    return [*cases, *loaded.cases], list(loaded.problems)
