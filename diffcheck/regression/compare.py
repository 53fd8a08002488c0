"""Two runs, or baselines, side by side: across commits, versions of libraries, devices."""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from diffcheck.errors import BaselineError, UsageError
from diffcheck.regression.baseline import differing, read, taken_apart
from diffcheck.regression.difference import Group, difference, has_lost
from diffcheck.regression.entry import Entry, entry_of
from diffcheck.regression.slower import Effect, slower
from diffcheck.regression.update import keyed
from diffcheck.results import load

PARTS = ("place", "operator", "engine", "method", "device", "dtype")
IGNORABLE = ("method", "device", "dtype")
"""What two sides may differ in and still be about the same tasks."""
FACTOR = 1.3
"""What takes so many times as long is slower; see `diffcheck.regression.slower`."""
Key = tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """What was known of each task, by the keys of a baseline; ``cut`` says where the run was interrupted."""

    name: str
    environment: Mapping[str, str]
    entries: Mapping[str, Entry]
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A task that is not as it was: what it was and is, and how large the difference is."""

    group: Group
    task: str
    was: str
    now: str
    effect: str = ""


@dataclass(frozen=True)
class Comparison:
    """What changed, in the order of the groups, and how many tasks did not."""

    front: tuple[str, ...]
    """What to know before: in what the environments differ, which run was cut short."""
    changes: tuple[Change, ...]
    unchanged: int

    @property
    def counts(self) -> Mapping[Group, int]:
        """How many changes each group has that has any, in order."""
        found = Counter(change.group for change in self.changes)
        return {group: found[group] for group in Group if found[group]}

    @property
    def passed(self) -> bool:
        """Whether nothing broke or is worse."""
        return not {Group.BROKE, Group.WORSE} & self.counts.keys()


def side(place: str | Path) -> Side:
    """The side that a folder of a run, or a baseline, holds.

    Raises
    ------
    BaselineError, JournalError
        If it holds neither.
    """
    path = Path(place)
    if not path.exists():
        raise BaselineError(f"{place}: there is nothing; give the folder of a run (--output), or a baseline")
    if path.is_file() and path.suffix == ".json":
        found = read(path)
        return Side(str(place), found.environment, found.entries)
    run = load(path)
    entries = {
        key: entry_of(row, definition)
        for key, (row, definition) in keyed(run, Path()).items()
        if row.reason != Group.GONE
    }
    return Side(str(place), run.environment, entries, run.interrupted)


def compare(old: Side, new: Side, ignoring: Collection[str] = ()) -> Comparison:
    """What became of the tasks of one side on another.

    Tasks are the same if operator, engine, method, device, dtype and the case's name are, and its file, where several
    cases of a side have one name.

    Parameters
    ----------
    ignoring:
        Of `IGNORABLE` what may differ: a device, to hold a GPU against a processor.

    Raises
    ------
    UsageError
        If a side has two tasks that are then the same.
    """
    named = _ambiguous(old) | _ambiguous(new)
    before, after = _tasks(old, ignoring, named), _tasks(new, ignoring, named)
    both = [key for key in before if key in after]
    comparable = {k: (before[k].rounds, after[k].rounds) for k in both if before[k].definition == after[k].definition}
    later = slower(comparable, FACTOR)
    sooner = slower({key: (now, was) for key, (was, now) in comparable.items()}, FACTOR)
    changed = [change for key in both if (change := _change(key, before[key], after[key], later, sooner)) is not None]
    fresh = [Change(Group.NEW, " ".join(key), "", told(after[key])) for key in after if key not in before]
    gone = [Change(Group.GONE, " ".join(key), told(before[key]), "") for key in before if key not in after]
    order = list(Group)
    changes = sorted([*changed, *fresh, *gone], key=lambda change: order.index(change.group))
    return Comparison(tuple(_front(old, new)), tuple(changes), len(both) - len(changed))


def _change(
    key: Key, old: Entry, new: Entry, later: Mapping[Key, Effect], sooner: Mapping[Key, Effect]
) -> Change | None:
    task, was, now = " ".join(key), told(old), told(new)
    found = difference(old, new, key[1])
    if found is not None:
        return Change(found[0], task, was, now, _size(old, new))
    if key in later:
        return Change(Group.SLOWER, task, was, now, str(later[key]))
    if has_lost(new, old):
        return Change(Group.BETTER, task, was, now, _size(old, new))
    if key in sooner:
        effect = sooner[key]
        turned = Effect(1 / effect.ratio, 1 / effect.high, 1 / effect.low, effect.p)
        return Change(Group.BETTER, task, was, now, str(turned))
    return None


def told(entry: Entry) -> str:
    """An outcome with its digits."""
    return f"{entry}, {math.floor(entry.digits * 10) / 10:.1f} digits" if entry.digits == entry.digits else str(entry)


def _size(old: Entry, new: Entry) -> str:
    """How many digits were lost or won; empty if nobody knows."""
    change = new.digits - old.digits
    return f"{change:+.1f} digits" if change == change and abs(change) >= 0.05 else ""


def _front(old: Side, new: Side) -> Iterator[str]:
    environment = differing(old.environment, new.environment)
    if environment:
        yield f"environments differ: {environment}"
    for each in (old, new):
        if each.cut:
            yield f"{each.name} was interrupted at {each.cut}: what comes after was not run"


def _ambiguous(each: Side) -> set[str]:
    """The names that stand for several cases."""
    places = {taken_apart(key)[0] for key in each.entries}
    counts = Counter(map(_name, places))
    return {name for name, count in counts.items() if count > 1}


def _tasks(each: Side, ignoring: Collection[str], named: set[str]) -> dict[Key, Entry]:
    """The entries by what names a task in both sides."""
    found: dict[Key, Entry] = {}
    for full, entry in each.entries.items():
        parts = dict(zip(PARTS, taken_apart(full), strict=True))
        name = _name(parts["place"])
        case = parts["place"] if name in named else name
        engine = parts["engine"] if "method" in ignoring else f"{parts['engine']}:{parts['method']}"
        key = (case, parts["operator"], engine, *(parts[p] for p in ("device", "dtype") if p not in ignoring))
        if key in found:
            raise UsageError(
                f"{each.name} has {' '.join(key)} twice where {', '.join(ignoring)} is ignored: compare runs of one"
            )
        found[key] = entry
    return found


def _name(place: str) -> str:
    return place.partition("::")[2] or place
