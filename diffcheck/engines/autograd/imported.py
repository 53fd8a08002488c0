"""Somebody's own functions by the lines that import them."""

import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from diffcheck.errors import Unsupported


def import_of(code: Callable[..., Any]) -> tuple[str, str]:
    """The line that imports a function, or the class whose method it is, and how it is called by then.

    Raises
    ------
    Unsupported
        If no file has it under its name.
    """
    owner = getattr(code, "__self__", None)
    thing = owner if isinstance(owner, type) else code
    module, name = inspect.getmodule(thing), getattr(thing, "__name__", "")
    if module is None or module.__name__ == "__main__" or vars(module).get(name) is not thing:
        raise Unsupported("a function that no file has under its name")
    return f"from {_name(module)} import {name}", name if thing is code else f"{name}.{code.__name__}"


def _name(module: ModuleType) -> str:
    """A module as it is imported from its own folder; a file that the command line has read has another name here."""
    read = module.__spec__ is None and getattr(module, "__file__", None) is not None
    return Path(str(module.__file__)).stem if read else module.__name__
