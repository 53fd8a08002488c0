"""The library's front door: `run` for case files, `check` for one function in a notebook."""

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pandas as pd

from diffcheck.case.case import Case, case
from diffcheck.engines.base import Engine
from diffcheck.errors import CaseError, SourceError, UsageError
from diffcheck.reporting.terminal import check_text
from diffcheck.results import Run
from diffcheck.runner.engines import installed_engines
from diffcheck.runner.settings import DEFAULT_SAMPLES
from diffcheck.runner.settings import Settings as Settings
from diffcheck.runner.work import Sources, work
from diffcheck.session import Record, Spectator


def conduct(
    sources: Sources,
    settings: Settings,
    spectator: Spectator | None = None,
    engines: Mapping[str, Engine] | None = None,
) -> Run:
    """A whole run in this process: collect, plan, check, time, write.

    Cases and engines are objects of this process, which no other one can be given: what ends it ends the run, and
    nothing can be stopped by a timeout. The command line runs case files in a process of their own.

    Raises
    ------
    UsageError
        For a path, engine, device, operator or expression that does not exist, and for a timeout.
    OutputError
        If the output folder cannot be written, or another run writes there.
    """
    if settings.timeout is not None:
        raise UsageError("a timeout needs a process for the cases alone: use the command line, diffcheck run --timeout")
    with Record(settings.output, spectator) as record:
        try:
            work(sources, settings, record, engines)
        except KeyboardInterrupt:
            return record.run(interrupted=True)
        return record.run()


def run(
    sources: Sources,
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
    KeyboardInterrupt
        If Ctrl-C was pressed; what was known by then is written.
    """
    chosen, known = _engines(engines)
    result = conduct(sources, Settings(engines=chosen, output=output, **settings), engines=known)
    if result.interrupted:
        raise KeyboardInterrupt(f"at {result.interrupted}")
    if result.broken:
        raise SourceError("\n".join(result.broken))
    return result.frame()


def _engines(wanted: Sequence[str | Engine]) -> tuple[list[str], Mapping[str, Engine]]:
    """The names that were asked for, and the engines they are among."""
    own = {e.name: e for e in wanted if not isinstance(e, str)}
    names = [e if isinstance(e, str) else e.name for e in wanted]
    return names, ChainMap(own, cast("dict[str, Engine]", installed_engines()))  # only read


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
    result = conduct(subject, settings, engines=known)
    if result.interrupted:
        raise KeyboardInterrupt(f"at {result.interrupted}")
    if result.broken:
        raise CaseError("\n".join(result.broken))
    return Check(result)
