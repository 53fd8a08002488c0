"""Paths -> cases: files, folders of files, single cases by ``file.py::name`` and families by their common name."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from diffcheck.case.audited import Audited
from diffcheck.case.case import Case
from diffcheck.errors import UsageError
from diffcheck.sources import python
from diffcheck.sources.loaded import Loaded, sorted_out
from diffcheck.sources.paths import demand_there

READERS: dict[str, Callable[[Path], Loaded]] = {".py": python.load}


def read(file: Path) -> Loaded:
    """The cases of a file of a known kind."""
    return READERS[file.suffix](file)


def collect(paths: Iterable[str], read: Callable[[Path], Loaded] = read) -> Loaded:
    """The cases of all files at or below these paths, each file read once.

    Raises
    ------
    UsageError
        For a path or a case that does not exist, or a file of an unknown kind.
    """
    cases: list[Case | Audited] = []
    problems: list[str] = []
    known: dict[Path, Loaded] = {}
    for path in paths:
        name, _, wanted = path.partition("::")
        for file in _files(Path(name)):
            if file not in known:
                known[file] = read(file)
                problems += known[file].problems
            found = known[file].all
            if wanted:
                found = tuple(c for c in found if c.name == wanted or c.name.startswith(f"{wanted}["))
                if not found:
                    names = ", ".join(c.name for c in known[file].all) or "none"
                    reasons = "".join(f"\n{problem}" for problem in known[file].problems)
                    raise UsageError(f"{file} has no case {wanted!r}; it has {names}{reasons}")
            cases += [replace(c, source=f"{file}::{c.name}") for c in found]
    return sorted_out(_distinct(cases), dict.fromkeys(problems))


def _files(path: Path) -> Iterator[Path]:
    demand_there(path)
    if path.is_dir():
        yield from sorted(
            file
            for suffix in READERS
            for file in path.rglob(f"*{suffix}")
            if file.is_file() and not any(part.startswith((".", "_")) for part in file.relative_to(path).parts)
        )
    elif path.suffix in READERS:
        yield path
    else:
        raise UsageError(
            f"{path}: cases are read from {', '.join(READERS)} files, not from {path.suffix or 'this kind of'} files"
        )


def _distinct(cases: list[Case | Audited]) -> list[Case | Audited]:
    """Each case once; cases of one name in several files are named after as much of their paths as tells them apart."""
    once = list({(Path(c.source.partition("::")[0]).resolve(), c.own_name): c for c in cases}.values())
    named = [c.name for c in once]
    parts = [Path(c.source.partition("::")[0]).with_suffix("").parts for c in once]
    depth = 0
    while len(set(named)) < len(named) and depth < max(map(len, parts)):
        depth += 1
        often = Counter(named)
        named = [
            f"{'/'.join(path[-depth:])}.{c.own_name}" if often[name] > 1 else name
            for name, path, c in zip(named, parts, once, strict=True)
        ]
    return [replace(c, name=name) for c, name in zip(once, named, strict=True)]
