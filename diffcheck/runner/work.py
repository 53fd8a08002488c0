"""A run from sources to rows: read, plan, check, time; an observer is told each thing as soon as it is known."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from diffcheck.case.audited import AUDIT, Audited
from diffcheck.case.case import Case
from diffcheck.case.operators import operator_named
from diffcheck.engines.base import Engine
from diffcheck.environment import environment
from diffcheck.program.program import Program
from diffcheck.runner.audits import AuditUnit, audits
from diffcheck.runner.engines import LEFT_OUT, installed_engines, left_out, named
from diffcheck.runner.execute import Execution
from diffcheck.runner.held import Held
from diffcheck.runner.plan import Contestant, Unit, also_tried, contestants, plan, traced, unknown_engines
from diffcheck.runner.processes.escort import Escort, Lost
from diffcheck.runner.processes.messages import Earlier, Observer
from diffcheck.runner.processes.stage import Stage, Step
from diffcheck.runner.settings import Settings
from diffcheck.sources.asked import Asked, asked_for
from diffcheck.sources.collect import collect, read
from diffcheck.sources.loaded import Loaded, sorted_out
from diffcheck.sources.select import matcher

Source = str | Path | Case | Audited | Asked
Sources = Source | Iterable[Source]


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
    by = contestants(settings.engines, settings.devices, settings.number_formats, known)
    for name in settings.engines_named:
        named(name, known)
    # The versions of libraries load them, PyTorch too: whose state is kept must be loaded.
    told = description(by, settings)
    if not settings.engines and (without := left_out(known)):
        told[LEFT_OUT] = "; ".join(without)
    held = Held(settings)
    if settings.baseline is not None:
        told["baseline"] = held.told(told)
    with Escort(observer.at, earlier.condemned) as escort:
        found = _collected(sources, escort)
        every = list(filter(matcher(settings.match), found.all)) if settings.match else found.all
        mistakes = [(case, unknown_engines(case, known)) for case in every]
        problems = [*found.problems, *(f"{case.source}: {mistake}" for case, mistake in mistakes if mistake)]
        sound = sorted_out((case for case, mistake in mistakes if not mistake), problems)

        def guarded(case: Case) -> Program:
            with escort.inside(Stage(Step.TRACE, case.source)):
                return traced(case)

        also = also_tried(settings.engines, by, known)
        for engine in {c.engine.name: c.engine for case in sound.cases for c in also(case)}.values():
            told |= engine.versions()
        units = _units(sound, settings, by, guarded, also)
        for text in problems:
            observer.broken(text)
        observer.described(told)
        observer.planned(len(units))
        Execution(settings, observer, escort, earlier, held).run(units)


def _units(
    sound: Loaded,
    settings: Settings,
    by: tuple[Contestant, ...],
    traced: Callable[[Case], Program],
    also: Callable[[Case], tuple[Contestant, ...]],
) -> list[Unit | AuditUnit]:
    """Cases with their operators, then operations on trial."""
    wanted = [operator_named(name) for name in settings.operators if name != AUDIT]
    found: list[Unit | AuditUnit] = []
    if wanted or not settings.operators:
        found += plan(sound.cases, wanted, by, traced, also)
    if AUDIT in (settings.operators or [AUDIT]):
        found += audits(sound.operations, by, settings.dtypes)
    return found


def description(by: Iterable[Contestant], settings: Settings) -> dict[str, str]:
    """What the results of engines depend on, with these settings."""
    used = {c.engine.name: c.engine for c in by}.values()
    return environment(used, {"seed": settings.seed, "samples": settings.samples, "timing_threads": 1})


def _collected(sources: Sources, escort: Escort) -> Loaded:
    """The cases and operations, and what is wrong with others."""
    given = [sources] if isinstance(sources, (str, Path, Case, Audited, Asked)) else list(sources)
    found: list[Case | Audited] = [source for source in given if isinstance(source, (Case, Audited))]
    paths = [str(source) for source in given if isinstance(source, (str, Path))]
    problems = []
    for asked in given:
        if isinstance(asked, Asked):
            try:
                with escort.reading(Stage(Step.READ, asked.place)):
                    found.append(asked_for(asked))
            except Lost as lost:
                problems.append(f"{asked.subject}: {lost}")

    def guarded(file: Path) -> Loaded:
        try:
            with escort.reading(Stage(Step.READ, str(file))):
                return read(file)
        except Lost as lost:
            return Loaded((), (f"{file}: {lost}; nothing of the file is used",))

    if not paths:
        return sorted_out(found, problems)
    loaded = collect(paths, guarded)
    return sorted_out([*found, *loaded.all], [*problems, *loaded.problems])
