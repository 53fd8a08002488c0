"""The baseline: one file of JSON, an entry a line in the order of their keys, so that git shows what changed."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diffcheck.errors import BaselineError, OutputError
from diffcheck.regression.entry import Entry, entry_from, values_of
from diffcheck.results import Row

SCHEMA = 1
"""Raised when an older diffcheck could misread what a newer one writes."""
# What results depend on, of all that a run tells of its environment: a date or a commit would change every time.
_PASSING = ("commit", "date", "cores", "baseline")


@dataclass(frozen=True)
class Baseline:
    """What the tasks of a run came to last time.

    Attributes
    ----------
    file:
        Where it stands; places of cases in keys are relative to its folder.
    entries:
        By keys, see `key_of`.
    """

    file: Path
    environment: Mapping[str, str]
    entries: Mapping[str, Entry]

    def elsewhere(self, environment: Mapping[str, str]) -> str:
        """In what this environment differs from the one of the baseline, in one line; empty if in nothing."""
        return differing(self.environment, environment)

    def write(self) -> None:
        """Write the file, whole or not at all; `OutputError` if it cannot be written."""
        entries = ",\n".join(f"{_json(key)}: {_json(values_of(entry))}" for key, entry in sorted(self.entries.items()))
        environment = ",\n".join(f"{_json(name)}: {_json(self.environment[name])}" for name in self.environment)
        text = f'{{\n"schema": {SCHEMA},\n"environment": {{\n{environment}\n}},\n"entries": {{\n{entries}\n}}\n}}\n'
        half = self.file.with_name(f".{self.file.name}.part")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            half.write_text(text, encoding="utf-8", newline="\n")
            half.replace(self.file)
        except OSError as problem:
            raise OutputError(f"cannot write {self.file}: {problem.strerror or problem}") from None


def read(place: str | Path) -> Baseline:
    """The baseline of a file.

    Raises
    ------
    BaselineError
        If there is none, or the file is no baseline, or one of a newer diffcheck.
    """
    file = Path(place)
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BaselineError(f"{file}: there is no such baseline; --update-baseline makes it") from None
    except OSError as problem:
        raise BaselineError(f"{file}: cannot read the baseline: {problem.strerror or problem}") from None
    except ValueError as problem:
        raise BaselineError(f"{file}: the baseline is no JSON ({problem}): {_MEND}") from None
    if not isinstance(found, dict) or not isinstance(found.get("schema"), int):
        raise BaselineError(f"{file}: this is no baseline of diffcheck: {_MEND}")
    if found["schema"] > SCHEMA:
        raise BaselineError(
            f"{file}: a baseline in schema {found['schema']}, this diffcheck reads up to {SCHEMA}: update diffcheck"
        )
    entries: dict[str, Entry] = {}
    for key, values in found.get("entries", {}).items():
        try:
            entries[key] = entry_from(values)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise BaselineError(f"{file}: {key!r} is no entry of a baseline ({problem}): {_MEND}") from None
    return Baseline(file, found.get("environment", {}), entries)


_MEND = "give a file that --update-baseline wrote, or delete this one and make it anew"


def lasting(environment: Mapping[str, str]) -> dict[str, str]:
    """What of an environment results depend on."""
    return {name: value for name, value in environment.items() if name not in _PASSING}


def differing(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """In what two environments differ, in one line; what only one of them has used says nothing."""
    both = [name for name in old if name in new and name not in _PASSING]
    return ", ".join(f"{name} {old[name]} -> {new[name]}" for name in both if old[name] != new[name])


def key_of(row: Row, source: str, folder: Path) -> str:
    """What names a task in a baseline: ``cases/hard.py::f|gradient|autograd:reverse|cpu|float64``.

    The file tells cases of one name apart, whatever else runs beside them.

    Parameters
    ----------
    source:
        ``file.py::name``, as it was given; empty for a case that stands in no file.
    folder:
        That of the baseline, from which the way to the file is told.
    """
    case = placed(source, folder) if source else row.case
    return "|".join((case, row.operator, f"{row.engine}:{row.method}", row.device, row.dtype))


def placed(source: str, folder: Path) -> str:
    """A place with the way to its file from a folder."""
    file, colons, name = source.partition("::")
    return Path(os.path.relpath(file, folder)).as_posix() + colons + name


def taken_apart(key: str) -> tuple[str, str, str, str, str, str]:
    """Place, operator, engine, method, device and dtype of a key."""
    place, operator, contestant, device, dtype = key.rsplit("|", 4)
    engine, _, method = contestant.partition(":")
    return place, operator, engine, method, device, dtype


def _json(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False)
