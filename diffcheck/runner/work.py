"""A run from sources to rows: read, plan, check, time; an observer is told each thing as soon as it is known."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from diffcheck.case.case import Case
from diffcheck.case.operators import operator_named
from diffcheck.engines.base import Engine
from diffcheck.environment import environment
from diffcheck.program.program import Program
from diffcheck.runner.engines import installed_engines, named
from diffcheck.runner.escort import Escort, Lost
from diffcheck.runner.execute import Execution
from diffcheck.runner.messages import Earlier, Observer
from diffcheck.runner.plan import Contestant, contestants, plan, traced, unknown_engines
from diffcheck.runner.settings import Settings
from diffcheck.runner.stage import Stage, Step
from diffcheck.sources.asked import Asked, asked_for
from diffcheck.sources.collect import collect, read
from diffcheck.sources.loaded import Loaded
from diffcheck.sources.select import matcher

Sources = str | Path | Case | Asked | Iterable[str | Path | Case | Asked]


def work(
    sources: Sources,
    settings: Settings,
    observer: Observer,
    engines: Mapping[str, Engine] | None = None,
    earlier: Earlier | None = None,
) -> None:
    """Do the work of a run, in this process.

    Parameters
    ----------
    engines:
        The engines that may be named; by default those that are installed.
    earlier:
        What processes that ended have left to do.

    Raises
    ------
    UsageError
        For a path, engine, device, operator or expression that does not exist.
    KeyboardInterrupt
        If Ctrl-C was pressed; code of a case that raises it itself is a result.
    """
    earlier = earlier or Earlier()
    # First what a name may be wrong in.
    known = installed_engines() if engines is None else engines
    by = contestants(settings.engines, settings.devices, settings.dtypes, known)
    for name in settings.engines_named:
        named(name, known)
    # The versions of libraries load them, PyTorch too: whose state is kept must be loaded.
    description = _description(by, settings)
    with Escort(observer.at, earlier.condemned) as escort:
        cases, problems = _collected(sources, escort)
        if settings.match:
            cases = list(filter(matcher(settings.match), cases))
        mistaken = {id(case): problem for case in cases if (problem := unknown_engines(case, known))}
        problems += [f"{case.source}: {mistaken[id(case)]}" for case in cases if id(case) in mistaken]
        sound = [case for case in cases if id(case) not in mistaken]

        def guarded(case: Case) -> Program:
            with escort.inside(Stage(Step.TRACE, case.source)):
                return traced(case)

        units = plan(sound, [operator_named(name) for name in settings.operators], by, guarded)
        for text in problems:
            observer.broken(text)
        observer.described(description)
        observer.planned(len(units))
        Execution(settings, observer, escort, earlier).run(units)


def _description(by: Iterable[Contestant], settings: Settings) -> dict[str, str]:
    used = {c.engine.name: c.engine for c in by}.values()
    return environment(used, {"seed": settings.seed, "samples": settings.samples, "timing_threads": 1})


def _collected(sources: Sources, escort: Escort) -> tuple[list[Case], list[str]]:
    """The cases, and what is wrong with others."""
    given = [sources] if isinstance(sources, (str, Path, Case, Asked)) else list(sources)
    cases = [source for source in given if isinstance(source, Case)]
    paths = [str(source) for source in given if isinstance(source, (str, Path))]
    problems = []
    for asked in given:
        if isinstance(asked, Asked):
            try:
                with escort.reading(Stage(Step.READ, asked.place)):
                    cases.append(asked_for(asked))
            except Lost as lost:
                problems.append(f"{asked.subject}: {lost}")

    def guarded(file: Path) -> Loaded:
        try:
            with escort.reading(Stage(Step.READ, str(file))):
                return read(file)
        except Lost as lost:
            return Loaded((), (f"{file}: {lost}; nothing of the file is used",))

    if not paths:
        return cases, problems
    loaded = collect(paths, guarded)
    return [*cases, *loaded.cases], [*problems, *loaded.problems]
