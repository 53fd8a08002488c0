"""The entries of a baseline that a run should have met and has not."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from diffcheck.case.audited import AUDIT
from diffcheck.regression.baseline import Baseline, taken_apart
from diffcheck.regression.difference import Group
from diffcheck.results import Row
from diffcheck.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a run was asked for; entries of anything else are not missed.

    Attributes
    ----------
    paths:
        Files, folders, and single cases by ``file.py::name``; cases that stand in no file are never missed.
    engines, operators, devices, dtypes:
        As in `diffcheck.runner.settings.Settings`: without names, all engines by the methods that they prefer.
    """

    paths: Sequence[str]
    engines: Sequence[str] = ()
    operators: Sequence[str] = ()
    devices: Sequence[str] = ("cpu",)
    dtypes: Sequence[str] = ()


def gone(baseline: Baseline, asked: Asked, met: Iterable[tuple[str, Row]]) -> list[tuple[str, Row]]:
    """For each entry that was asked for and not met its key, and a row that says that the task is gone, and fails.

    Parameters
    ----------
    met:
        The rows of the run with their keys.
    """
    return [(key, _missing(key)) for key in unused(baseline, asked, met)]


def _missing(key: str) -> Row:
    place, *rest = taken_apart(key)
    operator, engine, method, device, dtype = rest
    name = place.partition("::")[2] or place
    told = f"{Group.GONE}: the baseline has an entry {key} that this run does not meet: update the baseline"
    row = Row(name, operator, engine, method, device, dtype, Verdict.UNSUPPORTED, str(Group.GONE), departure=told)
    return replace(row, note=told)


def unused(baseline: Baseline, asked: Asked, met: Iterable[tuple[str, Row]]) -> Iterator[str]:
    """The keys of the entries that were asked for and not met.

    A method that an engine was not told to take is missed only if none other stands in its place: the entry may be of
    another run, which asks for that method. A case that is broken now says so itself.
    """
    rows = dict(met)
    broken = {taken_apart(key)[0] for key, row in rows.items() if row.reason == "case"}
    known = {_family(key) for key in rows if key in baseline.entries}
    for key in baseline.entries:
        place, operator, engine, method, device, dtype = taken_apart(key)
        if key in rows or place in broken or not _covered(baseline.file.parent, asked.paths, place):
            continue
        formats = asked.dtypes or (() if operator == AUDIT else ("float64",))
        wanted = (
            (not asked.operators or operator in asked.operators)
            and device in asked.devices
            and (not formats or dtype in formats)
        )
        named = f"{engine}:{method}" in asked.engines
        by_family = (not asked.engines or engine in asked.engines) and _family(key) not in known
        if wanted and (named or by_family):
            yield key


def _family(key: str) -> tuple[str, ...]:
    """A task without its method."""
    place, operator, engine, _, device, dtype = taken_apart(key)
    return place, operator, engine, device, dtype


def _covered(folder: Path, paths: Iterable[str], place: str) -> bool:
    """Whether one of the paths names a place, or a folder above it."""
    file, colons, name = place.partition("::")
    if not colons:
        return False
    whole = Path(os.path.abspath(folder / file))
    for path in paths:
        above, _, wanted = str(path).partition("::")
        inside = whole.is_relative_to(os.path.abspath(above))
        if inside and (not wanted or name == wanted or name.startswith(f"{wanted}[")):
            return True
    return False
