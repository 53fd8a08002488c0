"""The library's front door: `run` for case files, `check` for one function in a notebook, an assertion for tests."""

import sys
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from diffcheck.case.audited import Audited
from diffcheck.case.case import Case, case
from diffcheck.engines.base import Engine
from diffcheck.errors import CaseError, SourceError, UsageError
from diffcheck.notebook import case_html as case_html
from diffcheck.notebook import check_html
from diffcheck.reporting.failure import failure
from diffcheck.reporting.terminal import check_text
from diffcheck.results import Run
from diffcheck.runner.engines import installed_engines
from diffcheck.runner.kept import keep
from diffcheck.runner.settings import DEFAULT_SAMPLES
from diffcheck.runner.settings import Settings as Settings
from diffcheck.runner.work import Sources, work
from diffcheck.session import Record, Spectator
from diffcheck.sources.asked import Asked
from diffcheck.verdict import Verdict

if TYPE_CHECKING:  # the command line makes no data frame, and does not wait for pandas
    import pandas as pd

    from diffcheck.table import Results


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
    with Record(settings, spectator, sources) as record:
        try:
            work(sources, settings, record, engines)
        except KeyboardInterrupt:
            return record.run(interrupted=True)
        return record.run()


def run(
    sources: Sources,
    *,
    engines: str | Sequence[str | Engine] = (),
    output: str | Path | None = None,
    **settings: Any,
) -> "Results":
    """The results of all cases, one row for each task, with the columns of ``results.csv``; they have their reports.

    Parameters
    ----------
    sources:
        Paths of case files and folders, or cases.
    engines:
        Names (``"autograd"``, ``"symbolic:closed"``) of installed engines, or engine objects of your own; empty for
        all installed ones that need no extra, and those by which a case puts something on trial.
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
    from diffcheck.table import Results

    chosen, known = _engines(engines)
    wanted = Settings(engines=chosen, output=output, **settings)
    sources = list(sources) if isinstance(sources, Iterable) and not isinstance(sources, str) else [sources]
    for source in sources:
        if not isinstance(source, (str, Path, Case, Audited, Asked)):
            kind = type(source).__name__
            advice = "diffcheck.check(function, x=interval(0, 1)) takes a function, and a family is run as it is"
            raise UsageError(f"run takes cases and paths of case files, not an object of type {kind}: {advice}")
    result = conduct(sources, wanted, engines=known)
    keep(result, wanted, sources)
    if result.interrupted:
        raise KeyboardInterrupt(f"at {result.interrupted}")
    if result.broken:
        raise SourceError("\n".join(result.broken))
    return Results.of(result)


def _engines(wanted: str | Sequence[str | Engine]) -> tuple[list[str], Mapping[str, Engine]]:
    """The names that were asked for, and the engines they are among."""
    wanted = [wanted] if isinstance(wanted, str) else wanted
    own = {e.name: e for e in wanted if not isinstance(e, str)}
    names = [e if isinstance(e, str) else e.name for e in wanted]
    return names, ChainMap(own, cast("dict[str, Engine]", installed_engines()))  # only read


class Check:
    """What `check` found; prints as a table, ``frame`` holds the rows."""

    def __init__(self, result: Run) -> None:
        self.result = result

    @property
    def frame(self) -> "pd.DataFrame":
        """One row for each engine and operator, with the columns of ``results.csv``."""
        return self.result.frame()

    @property
    def passed(self) -> bool:
        """See `diffcheck.results.Run.passed`."""
        return self.result.passed

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        return check_text(self.result)

    def _repr_html_(self) -> str:
        return check_html(self.result)


def check(
    function: Callable[..., Any],
    *arguments: Any,
    engines: str | Sequence[str | Engine] = (),
    samples: int = DEFAULT_SAMPLES,
    seed: int = 0,
    timing: bool = False,
    dtypes: str | Sequence[str] = ("float64",),
    devices: str | Sequence[str] = ("cpu",),
    **parameters: Any,
) -> Check:
    """Who is right about the derivative of one function.

    Parameters
    ----------
    function:
        An ordinary function over `diffcheck.ops`, or a `Case`, or an operation on trial; or torch code: a
        `torch.nn.Module`, the ``apply`` of a `torch.autograd.Function`, or a function for which a tensor is among the
        arguments.
    **parameters:
        As for :func:`diffcheck.case`: an interval for each input, constants, ``points``, ``operators`` ... For torch
        code as for `diffcheck.case_of`, which also takes arguments by position.

    >>> from diffcheck import check, interval
    >>> from diffcheck.ops import sin
    >>> check(lambda x: x * sin(x), x=interval(1, 2)).passed
    True
    """
    subject: Case | Audited
    if isinstance(function, (Case, Audited)):
        if parameters or arguments:
            raise CaseError(f"a case has its parameters already; leave out {', '.join(parameters) or 'the arguments'}")
        subject = function
    elif _is_torch_code(function, [*arguments, *parameters.values()]):
        from diffcheck.sources.torch_code import case_of

        subject = case_of(function, *arguments, **parameters)
    elif arguments:
        raise CaseError(
            "give the inputs by name, such as x=interval(-1, 1); tensors, or diffcheck.case_of, of torch code"
        )
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


def _is_torch_code(function: Any, arguments: Sequence[Any]) -> bool:
    """Whether a function is one of tensors. Whoever has tensors has imported torch."""
    torch = sys.modules.get("torch")
    if torch is None:
        return False
    owner = function if isinstance(function, type) else getattr(function, "__self__", None)
    if isinstance(owner, type) and issubclass(owner, torch.autograd.Function):
        return True
    return isinstance(function, torch.nn.Module) or any(isinstance(a, torch.Tensor) for a in arguments)


# What a judged derivative may be called; anything else was not judged, or fails.
_RIGHT = (Verdict.AGREE, Verdict.ILL_CONDITIONED, Verdict.LOSSY, Verdict.KINK)


def assert_gradients(
    function: Callable[..., Any], inputs: Any, *, operators: str | Sequence[str] = (), dtype: str = "float64"
) -> None:
    """Nothing, if torch's gradient of a function is right at these inputs: in the place of `torch.autograd.gradcheck`.

    Parameters
    ----------
    function:
        A function of tensors, or a module, whose parameters are judged as well.
    inputs:
        Its arguments by position, as `gradcheck` takes them: a tensor, or a tuple. Those that require a gradient are
        differentiated by; if none does, all that are numbers with a fraction.
    operators:
        As for :func:`diffcheck.case`; ``hessian`` for second derivatives.
    dtype:
        In what torch computes.

    Raises
    ------
    AssertionError
        If the gradient is wrong, a backward breaks its contract, or nothing can be certified, which is told.
    """
    given = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    from diffcheck.sources.torch_code import case_of

    found = check(case_of(function, *given, operators=operators), engines=("autograd",), dtypes=(dtype,))
    _demand_right(found)


def assert_derivatives(function: Callable[..., Any], *arguments: Any, **parameters: Any) -> None:
    """Nothing, if all engines have the derivatives of a function right: `check` as an assertion, for a test.

    Parameters
    ----------
    function, *arguments, **parameters:
        As for :func:`check`.

    Raises
    ------
    AssertionError
        If a derivative is wrong, or nothing can be certified; five lines for each engine that fails.
    """
    _demand_right(check(function, *arguments, **parameters), all_of_them=False)


def _demand_right(found: Check, all_of_them: bool = True) -> None:
    """Raise `AssertionError` unless nothing fails and all, or at least one, are judged right."""
    rows = found.result.rows
    wrong = found.result.failing or [row for row in rows if row.verdict not in _RIGHT]
    if found.result.failing or (wrong if all_of_them else len(wrong) == len(rows)):
        raise AssertionError("\n".join(line for row in wrong for line in failure(row)))
