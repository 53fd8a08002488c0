"""Cases from Python files: every module-level `Case` or `Audited`, as pytest collects functions, and all else made."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from diffcheck.case.audited import Audited
from diffcheck.case.case import Case
from diffcheck.case.made import watched
from diffcheck.errors import SourceError
from diffcheck.sources.executed import executed, parsed
from diffcheck.sources.loaded import Loaded, sorted_out


def load(path: Path) -> Loaded:
    """The cases and operations of a file, in the order of their definition, and what is wrong with the others.

    Cases are what module-level names hold, also inside lists, tuples and dicts, and what was made while the file ran
    and is no longer held by any name, as in a loop. Two of one name are an error, because a row of results speaks of
    one case.
    """
    try:
        module, tree = parsed(path)
    except SourceError as mistake:
        return Loaded((), (str(mistake),))
    with watched(module.__dict__) as made:
        problems = executed(module, tree, path)
    lines = {id(case): line for case, line in made}
    held = {id(case): case for case in [case for case, _ in made] + list(_held(vars(module)))}
    namesakes: dict[str, list[Case | Audited]] = {}
    for case in held.values():
        namesakes.setdefault(case.name, []).append(case)
    problems += [_ambiguous(path, several, lines) for several in namesakes.values() if len(several) > 1]
    return sorted_out((only[0] for only in namesakes.values() if len(only) == 1), problems)


def _held(namespace: dict[str, Any]) -> Iterator[Case | Audited]:
    """The cases and operations that names of a module hold, also inside lists, tuples and dicts."""
    pending: list[Any] = [[value for name, value in namespace.items() if not name.startswith("__")]]
    seen = set()
    while pending:
        value = pending.pop()
        if isinstance(value, (Case, Audited)):
            yield value
        elif isinstance(value, (list, tuple, dict)) and id(value) not in seen:
            seen.add(id(value))
            pending += reversed(list(value.values() if isinstance(value, dict) else value))


def _ambiguous(path: Path, namesakes: list[Case | Audited], lines: dict[int, int]) -> str:
    """What is wrong with several cases of one name, and where they come from."""
    made = sorted(lines[id(case)] for case in namesakes if id(case) in lines)
    elsewhere = [case.source for case in namesakes if id(case) not in lines]
    places = dict.fromkeys([*(f"line {line}" for line in made), *elsewhere])
    where = f"{path}:{made[0]}" if made else str(path)
    return (
        f"{where}: {len(namesakes)} cases are called {namesakes[0].name!r} ({', '.join(places)}): "
        "give each its own name: case(..., name=...)"
    )
