"""Cases from Python files: every module-level `Case`, as pytest collects functions, and whatever else is made there."""

import ast
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from diffcheck.case.case import Case
from diffcheck.case.made import watched
from diffcheck.errors import RAISED, DiffcheckError
from diffcheck.sources.loaded import Loaded

# The top-level modules that case files have imported from their own folders. Python gives the one that it has to
# whoever asks for the name, although the file of another folder means the one that lies beside it.
_NEIGHBOURS: dict[str, Path] = {}


def load(path: Path) -> Loaded:
    """The cases of a file, in the order of their definition, and what is wrong with the others.

    Cases are what module-level names hold, also inside lists, tuples and dicts, and what was made while the file ran
    and is no longer held by any name, as in a loop. Two of one name are an error, because a row of results speaks of
    one case.

    The file is executed statement by statement, so that one case that contradicts itself does not take the others
    with it. After any other exception the rest of the file is not executed.
    """
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as mistake:
        return Loaded((), (f"{path}:{mistake.lineno or 1}: syntax error: {mistake.msg}",))
    except (OSError, ValueError) as problem:
        return Loaded((), (f"{path}: cannot be read: {problem}",))
    module = ModuleType(f"diffcheck_cases_{path.stem}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    with _importing_from(path.parent), watched(module.__dict__) as made:
        problems = _executed(tree, path, module.__dict__)
    lines = {id(case): line for case, line in made}
    held = {id(case): case for case in [case for case, _ in made] + list(_held(vars(module)))}
    namesakes: dict[str, list[Case]] = {}
    for case in held.values():
        namesakes.setdefault(case.name, []).append(case)
    problems += [_ambiguous(path, several, lines) for several in namesakes.values() if len(several) > 1]
    return Loaded(tuple(only[0] for only in namesakes.values() if len(only) == 1), tuple(problems))


def _executed(tree: ast.Module, path: Path, namespace: dict[str, Any]) -> list[str]:
    """What went wrong in the statements of a file, which are executed one after the other."""
    problems = []
    for statement in tree.body:
        code = compile(ast.Module([statement], []), str(path), "exec")
        try:
            exec(code, namespace)
        except DiffcheckError as mistake:
            problems.append(f"{path}:{statement.lineno}: {mistake}")
        except RAISED as raised:  # whatever a user's file raises is told, not propagated
            problems.append(_stopped(path, statement.lineno, raised))
            break
    return problems


@contextmanager
def _importing_from(folder: Path) -> Iterator[None]:
    """Imports find the modules beside the file first, whatever another folder has under their names."""
    here = folder.resolve()
    for name, origin in list(_NEIGHBOURS.items()):
        if origin.parent != here and any(file.exists() for file in _files_of(here, name)):
            for stale in [m for m in sys.modules if m.partition(".")[0] == name]:
                del sys.modules[stale]
            del _NEIGHBOURS[name]
    before = set(sys.modules)
    # The whole path: for a relative one Python remembers the folder that was current at its first use.
    sys.path.insert(0, str(here))
    try:
        yield
    finally:
        with suppress(ValueError):  # the file may have removed it
            sys.path.remove(str(here))
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file is not None and Path(file).resolve() in _files_of(here, name):
                _NEIGHBOURS[name] = here / name


def _files_of(folder: Path, name: str) -> tuple[Path, Path]:
    """The files in which a folder may have a module."""
    return folder / f"{name}.py", folder / name / "__init__.py"


def _held(namespace: dict[str, Any]) -> Iterator[Case]:
    """The cases that names of a module hold, also inside lists, tuples and dicts."""
    pending: list[Any] = [[value for name, value in namespace.items() if not name.startswith("__")]]
    seen = set()
    while pending:
        value = pending.pop()
        if isinstance(value, Case):
            yield value
        elif isinstance(value, (list, tuple, dict)) and id(value) not in seen:
            seen.add(id(value))
            pending += reversed(list(value.values() if isinstance(value, dict) else value))


def _ambiguous(path: Path, namesakes: list[Case], lines: dict[int, int]) -> str:
    """What is wrong with several cases of one name, and where they come from."""
    made = sorted(lines[id(case)] for case in namesakes if id(case) in lines)
    elsewhere = [case.source for case in namesakes if id(case) not in lines]
    places = dict.fromkeys([*(f"line {line}" for line in made), *elsewhere])
    where = f"{path}:{made[0]}" if made else str(path)
    return (
        f"{where}: {len(namesakes)} cases are called {namesakes[0].name!r} ({', '.join(places)}): "
        "give each its own name: case(..., name=...)"
    )


def _stopped(path: Path, line: int, raised: BaseException) -> str:
    trace = raised.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{path}:{line}: {type(raised).__name__}: {raised}; the rest of the file was not read"
