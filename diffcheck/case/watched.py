"""The relations that a precondition looks at on its way to a truth value, noted while it runs on numbers."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffcheck.case.toward import HOLDS, Toward, difference

_SIGNS = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "=="}

# What looks at more relations searches in a loop, and none of them is one to lead to.
_MOST = 32
# A sign, and by how much the number to its left is larger.
_Note = tuple[str, float]
_Run = Callable[[Mapping[str, float]], list[_Note]]


class _Endless(Exception):
    """More relations are looked at than a condition has."""


class _Watched(np.ndarray):
    """A number of which comparisons are noted, and those of numbers that are computed from it.

    They come out true, so that those behind them in an ``and`` are looked at as well.
    """

    notes: list[_Note]

    def __array_finalize__(self, whole: Any) -> None:
        self.notes = getattr(whole, "notes", [])

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        plain = [_plain(x) for x in inputs]
        if "out" in options:
            options["out"] = tuple(map(_plain, options["out"]))
        found = getattr(ufunc, method)(*plain, **options)
        if np.ndim(found) == 0 and ufunc.__name__ in _SIGNS:
            notes = next(x.notes for x in inputs if isinstance(x, _Watched))
            notes.append((_SIGNS[ufunc.__name__], difference(*map(float, plain))))
            if len(notes) > _MOST:
                raise _Endless
            return np.True_
        return _watched(found, self.notes) if isinstance(found, np.floating) else found


def _plain(x: Any) -> Any:
    return np.asarray(x) if isinstance(x, _Watched) else x


def _watched(number: Any, notes: list[_Note]) -> _Watched:
    found = np.asarray(number).view(_Watched)
    found.notes = notes
    return found


@dataclass(frozen=True, slots=True)
class _Noted:
    """The relation that is noted at this place; where there is none it does not hold."""

    run: _Run
    place: int

    def gap(self, values: Mapping[str, float]) -> float:
        return self._note(values)[1]

    def holds(self, values: Mapping[str, float]) -> bool:
        sign, gap = self._note(values)
        return HOLDS[sign](gap)

    def _note(self, values: Mapping[str, float]) -> _Note:
        notes = self.run(values)
        return notes[self.place] if self.place < len(notes) else ("==", math.nan)


def toward(function: Callable[..., Any], inputs: Sequence[str], constants: Mapping[str, Any]) -> Toward:
    """What leads to the points where a function of numbers holds true, as far as relations decide that."""

    def run(values: Mapping[str, float]) -> list[_Note]:
        notes: list[_Note] = []
        if not values.keys() >= {*inputs}:  # it is a function of arrays
            return notes
        try:
            with np.errstate(all="ignore"):
                function(**{name: _watched(np.float64(values[name]), notes) for name in inputs}, **constants)
        except _Endless:
            return []
        except (Exception, SystemExit):  # what it raises is told where its truth is asked for
            pass
        return notes

    return Toward(lambda values: [_Noted(run, place) for place in range(len(run(values)))])
