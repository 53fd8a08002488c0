"""A run becomes the baseline."""

from dataclasses import replace
from pathlib import Path

from diffcheck.errors import BaselineError
from diffcheck.regression.baseline import Baseline, key_of, lasting, read
from diffcheck.regression.entry import Entry, entry_of
from diffcheck.regression.unused import Asked, unused
from diffcheck.results import Row, Run


def keyed(run: Run, folder: Path) -> dict[str, tuple[Row, str]]:
    """The rows of a run, with the definitions of their cases, by the keys of a baseline in a folder."""
    found = {}
    for row in run.rows:
        case = run.case_of(row)
        source, definition = ("", "") if case is None else (case.source, case.definition)
        found[key_of(row, source, folder)] = row, definition
    return found


def updated(run: Run, place: str | Path, asked: Asked | None, timed: bool = False) -> str:
    """Write what a run came to into a baseline, and say what became of its entries, in one line.

    Entries of what was not run stay as they are.

    Parameters
    ----------
    asked:
        Entries that were asked for and not met are deleted; ``None`` deletes none, as of a run that was not whole.
    timed:
        Whether times are kept as well. They are others with each run: without, those of before stay.
    """
    old = _before(place)
    rows = keyed(run, old.file.parent)
    fresh = {
        key: _kept(old.entries.get(key), entry_of(row if timed else replace(row, rounds=()), definition))
        for key, (row, definition) in rows.items()
    }
    met = ((key, row) for key, (row, _) in rows.items())
    lost = set() if asked is None or run.interrupted or run.broken else set(unused(old, asked, met))
    entries = {key: entry for key, entry in {**old.entries, **fresh}.items() if key not in lost}
    replace(old, environment=lasting(run.environment), entries=entries).write()
    counts = {
        "new": len(fresh.keys() - old.entries.keys()),
        "changed": sum(key in old.entries and old.entries[key] != entry for key, entry in fresh.items()),
        "deleted": len(lost),
        "not run": len(entries) - len(fresh),
    }
    failing = sum(entry.fails for entry in fresh.values())
    told = [f"{count} {what}" for what, count in counts.items() if count]
    known = f"; {failing} of them {'fails' if failing == 1 else 'fail'}, which is known from now on" if failing else ""
    return f"{old.file}: {len(fresh)} entries written ({', '.join(told) or 'all as before'}){known}"


def _before(place: str | Path) -> Baseline:
    """What stands there, entries none yet if nothing does."""
    file = Path(place)
    return read(file) if file.exists() else Baseline(file, {}, {})


def _kept(old: Entry | None, new: Entry) -> Entry:
    """The new entry; of one that was not timed the times of before, if it is of the same case."""
    same = old is not None and old.definition == new.definition
    return replace(new, rounds=old.rounds) if old is not None and same and not new.rounds else new


def demand_writable(place: str | Path) -> None:
    """Raise `BaselineError` for a file that is there and is no baseline: before a run, not after it."""
    if Path(place).is_dir():
        raise BaselineError(f"{place} is a folder: give a file for the baseline")
    _before(place)
