"""Objects of Python files by their names."""

import ast
import difflib
import inspect
from collections.abc import Sequence
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from diffcheck.errors import RAISED, CaseError, DiffcheckError, SourceError, UsageError
from diffcheck.sources.executed import executed, parsed, raised_at

# So many names are told.
_TOLD = 8


def named(file: Path, name: str) -> Any:
    """The object of a file that has this name, with dots for what others hold.

    Raises
    ------
    SourceError
        If the file cannot be read, or raises.
    UsageError
        If it has no such object.
    """
    module, tree = parsed(file)
    problems = executed(module, tree, file)
    if problems:
        raise SourceError("\n".join(problems))
    offered = _offered(tree, module)
    if not name:
        raise UsageError(f"{file}: say which function or module, as in {file}::NAME: it has {_told(offered)}")
    found: Any = module
    label = str(file)
    for part in name.split("."):
        if not hasattr(found, part):
            known = offered if found is module else [known for known in dir(found) if not known.startswith("_")]
            raise UsageError(f"{label} has no {part!r}: {_advice(part, known)}")
        if isinstance(found, type) and isinstance(inspect.getattr_static(found, part), FunctionType):
            found = made(found, label, file)  # a method needs an object
        label = f"{file}::{part}" if found is module else f"{label}.{part}"
        found = getattr(found, part)
    return found


def made(kind: type, label: str, file: Path) -> Any:
    """An object of a class.

    Raises
    ------
    UsageError, CaseError
        If it needs arguments, or raises.
    """
    try:
        parameters = list(inspect.signature(kind).parameters.values())
    except (TypeError, ValueError):  # it does not tell
        parameters = []
    needed = [p.name for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
    if needed:
        raise UsageError(
            f"{label} is a class whose objects need {', '.join(needed)}: make one in the file, and give its name"
        )
    try:
        return kind()
    except DiffcheckError:
        raise
    except RAISED as raised:
        raise CaseError(f"{raised_at(file, 1, raised)}, where an object of {label} is made") from None


def _offered(tree: ast.Module, module: ModuleType) -> list[str]:
    """The functions, classes and modules that a file itself makes, in their order."""
    names: list[str] = []
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            names.append(statement.name)
        elif isinstance(statement, ast.Assign):
            names += [target.id for target in statement.targets if isinstance(target, ast.Name)]
    return [name for name in dict.fromkeys(names) if callable(getattr(module, name, None))]


def _advice(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f"did you mean {close[0]!r}?" if close else f"it has {_told(known)}"


def _told(names: Sequence[str]) -> str:
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return ", ".join(names[:_TOLD]) + more if names else "nothing to differentiate"
