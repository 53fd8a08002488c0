"""Paths -> cases: files, folders of files, and single cases by ``file.py::name``."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from diffcheck.case.case import Case
from diffcheck.errors import UsageError
from diffcheck.sources import python
from diffcheck.sources.loaded import Loaded

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
    cases: list[Case] = []
    problems: list[str] = []
    known: dict[Path, Loaded] = {}
    for path in paths:
        name, _, wanted = path.partition("::")
        for file in _files(Path(name)):
            if file not in known:
                known[file] = read(file)
                problems += known[file].problems
            found = known[file].cases
            if wanted:
                found = tuple(c for c in found if c.name == wanted)
                if not found:
                    names = ", ".join(c.name for c in known[file].cases) or "none"
                    text = f"{file} has no case {wanted!r}; it has {names}"
                    if not known[file].problems:
                        raise UsageError(text)
                    problems.append(text)
            cases += [replace(c, source=f"{file}::{c.name}") for c in found]
    return Loaded(tuple(_distinct(cases)), tuple(dict.fromkeys(problems)))


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise UsageError(f"no such file or folder: {path}")
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


def _distinct(cases: list[Case]) -> list[Case]:
    """Each case once; cases of one name in several files are named after their files as well."""
    once = list({c.source: c for c in cases}.values())
    often = Counter(c.name for c in once)
    return [
        replace(c, name=f"{Path(c.source.partition('::')[0]).stem}.{c.name}") if often[c.name] > 1 else c for c in once
    ]
