"""A run as a whole and its baseline: the entries that it should have met, and the file that it becomes."""

from pathlib import Path
from typing import Any

from diffcheck.regression import Asked, gone, read, updated
from diffcheck.regression.update import keyed
from diffcheck.results import Row, Run
from diffcheck.runner.settings import Settings


def missed(run: Run, settings: Settings, sources: Any) -> list[Row]:
    """A row for each entry of the baseline that should have been met; none of a run that was cut short."""
    asked = _asked(run, settings, sources)
    if settings.baseline is None or settings.update_baseline or asked is None or not run.rows:
        return []
    baseline = read(settings.baseline)
    rows = keyed(run, baseline.file.parent)
    return [row for _, row in gone(baseline, asked, ((key, row) for key, (row, _) in rows.items()))]


def keep(run: Run, settings: Settings, sources: Any) -> str:
    """Write a run into the baseline, if that was asked for, and say so; empty if not."""
    if not settings.update_baseline or settings.baseline is None or not run.rows:
        return ""
    timed = settings.fail_on_slower is not None
    return updated(run, settings.baseline, _asked(run, settings, sources), timed)


def _asked(run: Run, settings: Settings, sources: Any) -> Asked | None:
    """What the run was asked for; ``None`` if it was not done with all of it, or chose cases by their names."""
    if run.interrupted or run.broken or settings.match or (settings.fail_fast and run.failing):
        return None
    given = [sources] if isinstance(sources, (str, Path)) or not isinstance(sources, (list, tuple)) else sources
    paths = [str(source) for source in given if isinstance(source, (str, Path))]
    return Asked(
        paths=paths,
        engines=settings.engines,
        operators=settings.operators,
        devices=settings.devices,
        dtypes=settings.dtypes,
    )
