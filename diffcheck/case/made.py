"""Which cases are made while a file is executed, and on which line: also those that no name keeps."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_WATCHING: ContextVar[tuple[dict[str, Any], list[tuple[Any, int]]] | None] = ContextVar("_WATCHING", default=None)


@contextmanager
def watched(namespace: dict[str, Any]) -> Iterator[list[tuple[Any, int]]]:
    """The cases made by a module that is executed in the meantime, in their order, each with the module's line.

    Parameters
    ----------
    namespace:
        The module's own: it tells the module's code from that of others.
    """
    made: list[tuple[Any, int]] = []
    before = _WATCHING.set((namespace, made))
    try:
        yield made
    finally:
        _WATCHING.reset(before)


def tell(case: Any) -> None:
    """Note a case that has just been made, if somebody watches the module that makes it."""
    watching = _WATCHING.get()
    if watching is not None:
        namespace, made = watching
        line = _line(namespace)
        if line is not None:
            made.append((case, line))


def _line(namespace: dict[str, Any]) -> int | None:
    """The line of the module that is at work, itself or by way of functions of others.

    ``None`` if it is not: what another module makes while it is imported is that one's, and `diffcheck.check` makes
    cases for itself.
    """
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals is not namespace:
        name = str(frame.f_globals.get("__name__"))
        if frame.f_code.co_name == "<module>" or name.partition(".")[0::2] == ("diffcheck", "api"):
            return None
        frame = frame.f_back
    return None if frame is None else frame.f_lineno
