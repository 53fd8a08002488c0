"""What a dotted path names, imported when it is first asked for."""

import difflib
import functools
import importlib
import pkgutil
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from diffcheck.errors import UsageError


@functools.cache
def resolve(path: str) -> Any:
    """What has this dotted path, mostly a function; its module is imported on first use.

    Raises
    ------
    UsageError
        If there is no such module, or no such name in it. What a module raises while it is imported is its own, also
        that it misses another one.
    """
    module, names = _imported(path.split("."))
    found: Any = module
    reached = module.__name__
    for name in names:
        if not hasattr(found, name):
            raise UsageError(f"{path!r}: {reached} has no {name!r}: {_advice(name, _contents(found))}")
        found = getattr(found, name)
        reached += f".{name}"
    return found


def _imported(parts: list[str]) -> tuple[ModuleType, list[str]]:
    """The longest beginning of a path that is a module, and the names that follow."""
    for depth in range(len(parts) - 1, 0, -1):
        wanted = ".".join(parts[:depth])
        try:
            return importlib.import_module(wanted), parts[depth:]
        except ModuleNotFoundError as missing:
            # Another name is one that a module on the way imports itself.
            if not f"{wanted}.".startswith(f"{missing.name}."):
                raise
    known = (module.name for module in pkgutil.iter_modules())
    raise UsageError(f"{'.'.join(parts)!r}: there is no module {parts[0]!r}: {_advice(parts[0], known)}")


def _contents(found: Any) -> set[str]:
    """The names in a module or class, modules that are not yet imported among them."""
    return {*dir(found), *(module.name for module in pkgutil.iter_modules(getattr(found, "__path__", [])))}


def _advice(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    if close:
        return f"did you mean {close[0]!r}?"
    return "correct the path, install what is missing, or give the function itself"
