"""Cases from Python files: every module-level `Case`, as pytest collects functions."""

import ast
import contextlib
import hashlib
import sys
from pathlib import Path
from types import ModuleType

from diffcheck.case.case import Case
from diffcheck.errors import RAISED, DiffcheckError
from diffcheck.sources.loaded import Loaded


def load(path: Path) -> Loaded:
    """The cases of a file, in the order of their definition, and what is wrong with the others.

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
    sys.path.insert(0, str(path.parent))
    problems = []
    try:
        for statement in tree.body:
            code = compile(ast.Module([statement], []), str(path), "exec")
            try:
                exec(code, module.__dict__)
            except DiffcheckError as mistake:
                problems.append(f"{path}:{statement.lineno}: {mistake}")
            except RAISED as raised:  # whatever a user's file raises is told, not propagated
                problems.append(_stopped(path, statement.lineno, raised))
                break
    finally:
        with contextlib.suppress(ValueError):  # the file may have changed the list
            sys.path.remove(str(path.parent))
    cases = {id(value): value for value in vars(module).values() if isinstance(value, Case)}
    return Loaded(tuple(cases.values()), tuple(problems))


def _stopped(path: Path, line: int, raised: BaseException) -> str:
    trace = raised.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{path}:{line}: {type(raised).__name__}: {raised}; the rest of the file was not read"
