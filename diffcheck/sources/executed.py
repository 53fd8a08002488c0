"""Files of Python code, executed."""

import ast
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

from diffcheck.errors import RAISED, DiffcheckError, SourceError

# The top-level modules that files have imported from their own folders. Python gives the one that it has to whoever
# asks for the name, although the file of another folder means the one that lies beside it.
_NEIGHBOURS: dict[str, Path] = {}

# The names of modules that are read from files begin with it; the file's own name may be another module's.
_READ = "diffcheck_cases_"


def parsed(path: Path) -> tuple[ModuleType, ast.Module]:
    """An empty module for a file, known to Python, and what the file says.

    Raises
    ------
    SourceError
        If it cannot be read, or is no Python.
    """
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as mistake:
        raise SourceError(f"{path}:{mistake.lineno or 1}: syntax error: {mistake.msg}") from None
    except (OSError, ValueError) as problem:
        raise SourceError(f"{path}: cannot be read: {problem}") from None
    module = ModuleType(f"{_READ}{path.stem}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]}")
    module.__file__ = str(path)
    module.__package__ = ".".join(_packages(path))
    sys.modules[module.__name__] = module
    return module, tree


@contextmanager
def files_as_modules() -> Iterator[None]:
    """Files that were read can be imported by their own names, as from their folder, and are not executed again."""
    read = {Path(str(m.__file__)).stem: m for name, m in list(sys.modules.items()) if name.startswith(_READ)}
    added = {name: module for name, module in read.items() if name not in sys.modules}
    sys.modules.update(added)
    try:
        yield
    finally:
        for name in added:
            sys.modules.pop(name, None)


def executed(module: ModuleType, tree: ast.Module, path: Path) -> list[str]:
    """What went wrong in the statements of a file, which are executed one after the other.

    A statement that contradicts itself does not take the others with it. After any other exception the rest of the
    file is not executed.
    """
    problems = []
    with _importing_from(path):
        for statement in tree.body:
            code = compile(ast.Module([statement], []), str(path), "exec")
            try:
                exec(code, module.__dict__)
            except DiffcheckError as mistake:
                problems.append(f"{path}:{statement.lineno}: {mistake}")
            except RAISED as raised:  # whatever a user's file raises is told, not propagated
                problems.append(f"{raised_at(path, statement.lineno, raised)}; the rest of the file was not read")
                break
    return problems


def raised_at(path: Path, line: int, raised: BaseException) -> str:
    """An exception with the innermost line of a file that it went through; ``line`` if it went through none."""
    trace = raised.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{path}:{line}: {type(raised).__name__}: {raised}"


def _packages(path: Path) -> list[str]:
    """The packages that a file is a part of, the outermost first."""
    names: list[str] = []
    folder = path.resolve().parent
    while (folder / "__init__.py").exists():
        names.insert(0, folder.name)
        folder = folder.parent
    return names


@contextmanager
def _importing_from(path: Path) -> Iterator[None]:
    """Imports find the modules beside the file first, whatever another folder has under their names.

    After them the outermost package that the file is a part of.
    """
    folders = list(dict.fromkeys([path.resolve().parent, path.resolve().parents[len(_packages(path))]]))
    for name, origin in list(_NEIGHBOURS.items()):
        there = [file for folder in folders for file in _files_of(folder, name)]
        if origin.parent not in folders and any(file.exists() for file in there):
            for stale in [m for m in sys.modules if m.partition(".")[0] == name]:
                del sys.modules[stale]
            del _NEIGHBOURS[name]
    before = set(sys.modules)
    # The whole path: for a relative one Python remembers the folder that was current at its first use.
    sys.path[:0] = map(str, folders)
    try:
        yield
    finally:
        for folder in folders:
            with suppress(ValueError):  # the file may have removed it
                sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            lies = None if file is None else Path(file).resolve()
            for folder in folders:
                if lies in _files_of(folder, name):
                    _NEIGHBOURS[name] = folder / name


def _files_of(folder: Path, name: str) -> tuple[Path, Path]:
    """The files in which a folder may have a module."""
    return folder / f"{name}.py", folder / name / "__init__.py"
