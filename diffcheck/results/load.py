"""The journal of a folder becomes a run again, also of another machine, and of a run that was killed."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from diffcheck.errors import JournalError
from diffcheck.results.gathered import Gathered
from diffcheck.results.lines import BROKEN, DETAILS, END, KINDS, ROWS, RUN, SCHEMA, whole
from diffcheck.results.rows import Row
from diffcheck.results.run import Run

KILLED = "a place that is not known: it was killed, or is still going on"


def load(place: str | Path) -> Run:
    """The run whose journal a folder holds.

    Parameters
    ----------
    place:
        The folder, or its ``results.jsonl``.

    Raises
    ------
    JournalError
        If there is none, or it was written by something else, or by a newer diffcheck.
    """
    folder = Path(place).parent if Path(place).name == ROWS else Path(place)
    if not (folder / ROWS).is_file():
        raise JournalError(
            f"{folder}: there is no {ROWS}, the journal of a run; give the folder that a run wrote (--output)"
        )
    if not (folder / DETAILS).is_file():
        raise JournalError(
            f"{folder}: {ROWS} has no {DETAILS} beside it: copy that as well, or run again if an older diffcheck "
            "wrote it"
        )
    gathered = _begun(folder / DETAILS)
    for file in (folder / ROWS, folder / DETAILS):
        for number, values in _lines(file):
            try:
                _take(gathered, values, Row if file.name == ROWS else KINDS.get(values.get("kind", "")))
            except (KeyError, TypeError, ValueError, AttributeError) as problem:
                raise _foreign(file, number, f"{type(problem).__name__}: {problem}") from None
    return gathered.run()


def _begun(file: Path) -> Gathered:
    """What the first line says of the run as a whole."""
    _, first = next(_lines(file), (1, {}))
    if first.get("kind") != RUN or not isinstance(first.get("schema"), int):
        raise _foreign(file, 1, f"the first line is not of kind {RUN!r} with a schema")
    if first["schema"] > SCHEMA:
        raise JournalError(
            f"{file}: written by diffcheck {first.get('diffcheck')} in schema {first['schema']}, this one reads up to "
            f"{SCHEMA}: update diffcheck, or make the report where the run was made"
        )
    gathered = Gathered(first.get("command", ""), first.get("settings", {}))
    gathered.environment = first.get("environment", {})
    gathered.interrupted = KILLED
    return gathered


def _take(gathered: Gathered, values: Mapping[str, Any], kind: Any) -> None:
    if kind is not None:
        gathered.add(whole(kind, values))
    elif values["kind"] == BROKEN:
        gathered.broken.append(values["text"])
    elif values["kind"] == END:
        gathered.interrupted = values["interrupted"]
    elif values["kind"] != RUN:
        raise ValueError(f"kind {values['kind']!r}")


def _lines(file: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The lines with their numbers; without the last one if it was cut short when the run was killed."""
    with file.open(encoding="utf-8", errors="replace") as stream:
        for number, text in enumerate(stream, 1):
            try:
                values = json.loads(text)
            except ValueError:
                if text.endswith("\n"):
                    raise _foreign(file, number, "it is not JSON") from None
                return
            if not isinstance(values, dict):
                raise _foreign(file, number, "it is no object")
            yield number, values


def _foreign(file: Path, number: int, problem: str) -> JournalError:
    return JournalError(
        f"{file}: line {number} is no line of diffcheck's journal ({problem}): give a folder that a run wrote, or run "
        "again"
    )
