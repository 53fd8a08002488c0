"""A run of the command line: in another process, which may crash, or in this one, for a debugger."""

from pathlib import Path
from typing import TYPE_CHECKING

from diffcheck.runner.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffcheck.results import Run
    from diffcheck.sources.asked import Source


def supervised(sources: "Sequence[Source]", settings: Settings, quiet: bool = False) -> "Run":
    """The results of files, run in another process."""
    from diffcheck.runner.engines import demand_devices, installed_engines, named
    from diffcheck.runner.processes.supervisor import Supervisor, WorkerError
    from diffcheck.sources.paths import demand_there

    # What is mistyped is told before anything is loaded.
    known = installed_engines()
    for name in settings.engines_named:
        named(name, known)
    demand_devices(settings.devices, known)
    for source in sources:
        if isinstance(source, str):
            demand_there(Path(source.partition("::")[0]))
    with Supervisor(sources, settings) as supervisor:
        # These take as long to load as the other process needs until it has something to say.
        from rich.console import Console

        from diffcheck.reporting.progress import Reporter
        from diffcheck.session import Record

        reporter = Reporter(Console(stderr=True, markup=False, emoji=False), quiet)
        with Record(settings, reporter, sources) as record:
            try:
                supervisor.run(record, reporter.waiting)
            except KeyboardInterrupt:
                return record.run(interrupted=True)
            except WorkerError:
                record.run(interrupted=True)
                raise
            finally:
                reporter.stop()
            return record.run()


def here(sources: "Sequence[Source]", settings: Settings, quiet: bool = False) -> "Run":
    """The results of files, run in this process."""
    from rich.console import Console

    from diffcheck.api import conduct
    from diffcheck.reporting.progress import Reporter

    reporter = Reporter(Console(stderr=True, markup=False, emoji=False), quiet)
    try:
        return conduct(sources, settings, reporter)
    finally:
        reporter.stop()
