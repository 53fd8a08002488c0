"""Where in somebody's code an operation stands that torch is about to carry out: read off the stack."""

import functools
import importlib.util
import itertools
import linecache
import sys
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from types import CodeType
from typing import Any

from diffcheck.program.sourced import Place

_OURS = str(Path(__file__).parents[2])
# Where the user's code, and the derivative of it, is called from.
_CALLER = str(Path(__file__).with_name("code.py"))
_TORCH = str(Path(str(getattr(importlib.util.find_spec("torch"), "origin", ""))).parent)
_LAYERS = str(Path(_TORCH) / "nn")
# Where torch begins a backward pass.
_ENGINE = str(Path(_TORCH) / "autograd" / "graph.py")
# Where it calls the backward of a function of somebody's own.
_FUNCTION = str(Path(_TORCH) / "autograd" / "function.py")
_CALLS_BACKWARD = "BackwardCFunction.apply"
# Of longer expressions the first line is told, up to so many characters.
_LONGEST = 60


class _Kind(Enum):
    """Whose a file is."""

    CALLER = "calls the user's code"
    OURS = "ours"
    ENGINE = "begins a backward pass"
    FUNCTION = "calls functions of somebody's own, and their backward"
    LAYERS = "torch's layers and functions of them"
    TORCH = "torch's"
    USER = "the user's"


@functools.cache
def _kind(file: str) -> _Kind:
    if file == _CALLER:
        return _Kind.CALLER
    if file in (_ENGINE, _FUNCTION):
        return _Kind.ENGINE if file == _ENGINE else _Kind.FUNCTION
    for kind, directory in ((_Kind.OURS, _OURS), (_Kind.LAYERS, _LAYERS), (_Kind.TORCH, _TORCH)):
        if Path(directory) in Path(file).parents:
            return kind
    return _Kind.USER if file.endswith(".py") or not file.startswith("<frozen") else _Kind.OURS


class Origins:
    """Where the operations stand that are carried out one after another.

    Attributes
    ----------
    rounded:
        What rounds first to a format, by the format's name.
    """

    def __init__(self) -> None:
        self.rounded: dict[str, str] = {}
        self._places: dict[int, Place | None] = {}
        # Where the operation stands that has a backward of this number.
        self._forward: dict[int, Place | None] = {}

    def places(self, numbers: Iterable[int]) -> tuple[Place | None, ...]:
        """Where the operations stand that made these nodes of a graph."""
        return tuple(map(self._places.get, numbers))

    def note(self, numbers: Iterable[int], backward: Any, last: int) -> None:
        """Note that the operation at work made these nodes; a part of it has noted its own.

        Parameters
        ----------
        backward:
            Torch's node whose backward pass is under way; ``None`` outside of one.
        last:
            The number of torch's node that was made last: that of the operation, if it has one.
        """
        if backward is None:
            here = _place()
            self._forward.setdefault(last, here)
        else:
            here = _place(backward.name(), self._forward.get(backward._sequence_nr()))
        for number in numbers:
            self._places.setdefault(number, here)

    def refused_at(self, backward: Any) -> str:
        """The file and line that is at work: of the user's code, or of torch's own layer if there is none."""
        frame: Any = sys._getframe()
        of_torch = ""
        while frame is not None and (kind := _kind(frame.f_code.co_filename)) is not _Kind.CALLER:
            told = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
            if kind is _Kind.USER and frame.f_code.co_filename.endswith(".py"):
                return told
            if kind is _Kind.LAYERS:
                of_torch = of_torch or told
            frame = frame.f_back
        known = None if backward is None else self._forward.get(backward._sequence_nr())
        return of_torch or (known.where if known is not None else "") or "an unknown place"


def in_own_backward(backward: Any) -> bool:
    """Whether somebody's own backward is at work, as torch's node whose backward pass is under way."""
    found = None if backward is None else _place(backward.name())
    return found is not None and found.is_backward


def _place(backward: str = "", of: Place | None = None) -> Place | None:
    """Where the operation at work stands.

    Parameters
    ----------
    backward:
        The name of torch's node whose backward pass is under way; empty outside of one.
    of:
        Where the operation stands whose backward pass it is, if anybody knows.
    """
    frame: Any = sys._getframe()
    user, passes, is_own = None, 0, False
    while frame is not None and (kind := _kind(frame.f_code.co_filename)) is not _Kind.CALLER:
        if kind is _Kind.USER and user is None:
            user, inside = frame, passes
        # What a checkpoint runs again is nobody's backward.
        is_own = is_own or (user is not None and kind is _Kind.FUNCTION and frame.f_code.co_qualname == _CALLS_BACKWARD)
        passes += kind is _Kind.ENGINE
        if passes > 1 or (passes and not backward):
            break
        frame = frame.f_back
    if user is not None and (is_own or not backward or not inside):
        found = _written(user.f_code, user.f_lasti, user.f_lineno)
        whose = f"in torch's {backward} in your backward" if inside else "in your backward"
        return found._replace(whose=whose, is_backward=True) if is_own else found
    if not backward:
        return None
    if of is None or not of.text:
        return Place(f"in torch's {backward}")
    return Place(f"in torch's backward of `{of.text}`", "", of.where)


@functools.lru_cache(4096)
def _written(code: CodeType, instruction: int, line: int) -> Place:
    """The expression that an instruction belongs to."""
    first, last, start, stop = next(itertools.islice(code.co_positions(), instruction // 2, None), (None,) * 4)
    text = linecache.getline(code.co_filename, line).rstrip()
    if first == line and start is not None and text:
        part = text.encode()[start : stop if last == first else None].decode(errors="replace")
        text = part if last == first else f"{part.rstrip()} ..."
    text = text.strip()
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
    return Place("in your code", short, f"{Path(code.co_filename).name}:{line}")
