"""Engines of others, kept from what all engines are given: the points of a case."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from diffcheck.engines.base import Engine, Prepared, Task
from diffcheck.errors import RAISED, DiffcheckError

# What an engine has to have, and which of its answers are about a point, or about several.
_NEEDED = ("name", "methods", "available", "prepare")
_OF_POINTS = frozenset(
    (
        *("derivative", "derivatives", "batch", "value", "clockwork", "recorded", "own_backwards", "script", "unused"),
        *("findings",),
    )
)


class Guarded:
    """An engine that is given copies of points, and whose `available` never raises.

    Raises
    ------
    TypeError
        If it is none.
    """

    def __init__(self, engine: Any) -> None:
        lacking = [what for what in _NEEDED if not hasattr(engine, what)]
        if lacking:
            raise TypeError(f"it has no {' and no '.join(lacking)}")
        self._engine: Engine = engine
        self.is_broken = False
        """Whether it could not say which devices it can use."""

    @property
    def name(self) -> str:
        """The family's name."""
        return self._engine.name

    @property
    def methods(self) -> Any:
        """The methods by name, the default one first."""
        return self._engine.methods

    def available(self, device: str) -> str | None:
        """Why the engine cannot use a device; ``None`` if it can."""
        try:
            return self._engine.available(device)
        except RAISED as fault:
            self.is_broken = True
            return f"it raises {_told(fault)} when it is asked whether it can use {device}"

    def prepare(self, task: Task) -> Prepared:
        """The task made ready."""
        found: Prepared = _Prepared(self._engine.prepare(task))
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


class _Prepared:
    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._prepared, name)
        return functools.partial(_on_copies, found) if name in _OF_POINTS else found


def _on_copies(function: Callable[..., Any], points: Any, *more: Any) -> Any:
    given, kept = _copied(points), _copied(points)
    found = function(given, *more)
    if not _same(given, kept):
        raise DiffcheckError("the engine changes the point that it is given: it has to work on a copy")
    return found


def _copied(points: Any) -> Any:
    if isinstance(points, Mapping):
        return {name: np.array(value) for name, value in points.items()}
    return [_copied(point) for point in points]


def _same(points: Any, others: Any) -> bool:
    if isinstance(points, Mapping):
        return points.keys() == others.keys() and all(
            np.array_equal(value, others[name], equal_nan=True) for name, value in points.items()
        )
    return all(_same(point, other) for point, other in zip(points, others, strict=True))


def _told(fault: BaseException) -> str:
    return f"{type(fault).__name__}: {' '.join(str(fault).split())}".removesuffix(": ")
