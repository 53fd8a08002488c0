"""With what the code of an operation and of its definition compares a constant that it is handed.

Where it does, it branches: it is another operation for another word, and at the very number.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from diffcheck.audit.examples.probe import values_of
from diffcheck.audit.subjects.subject import Subject

# What torch calls the ways to make one number of a loss: the last one is often what no word is compared with.
_REDUCTIONS = ("mean", "sum", "none")
# Of the numbers that a constant is compared with, as in a loop, the first ones.
_MOST = 4


class _Word(str):
    """A word that notes with which others it is compared; it may claim to be none of them."""

    others: list[str]
    denies: bool

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str) and other not in self.others:
            self.others.append(str(other))
        return not self.denies and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


def _noting(name: str) -> Callable[[Any, object], Any]:
    def compared(self: Any, other: object) -> Any:
        if type(other) in (int, float):
            self.others.append(other)
        return getattr(super(type(self), self), name)(other)

    return compared


_COMPARISONS = {f"__{name}__": _noting(f"__{name}__") for name in ("eq", "ne", "lt", "le", "gt", "ge")}
# Numbers that note with which others they are compared.
_NUMBERS = {kind: type(kind.__name__, (kind,), {**_COMPARISONS, "__hash__": kind.__hash__}) for kind in (int, float)}


def words_beside(subject: Subject, arguments: Mapping[str, Any], name: str) -> list[str]:
    """The words with which the definition compares one that is handed on, and those with which the operation does."""
    word = _Word(arguments[name])
    word.others = []
    for code, denies in itertools.product((subject.definition, subject.operation), (False, True)):
        word.denies = denies  # one that is found at once is compared with no others
        values_of(code, {**arguments, name: word})
    known = [*word.others, *(_REDUCTIONS if arguments[name] in _REDUCTIONS else ())]
    for code in (subject.definition, subject.operation):
        written = list(_written(getattr(code.code, "__code__", None)))
        known += written if arguments[name] in written else []  # the keys of a dictionary are compared with nothing
    return [other for other in dict.fromkeys(known) if str(arguments[name]) != other]


def numbers_beside(subject: Subject, arguments: Mapping[str, Any], name: str) -> list[int | float]:
    """The numbers with which either compares one that is handed on, of the same kind."""
    kind = type(arguments[name])
    number: Any = _NUMBERS[kind](arguments[name])
    number.others = []
    for code in (subject.definition, subject.operation):
        values_of(code, {**arguments, name: number})
    others = (kind(other) for other in number.others if other - other == 0 and kind(other) == other)
    return [other for other in dict.fromkeys(others) if other != arguments[name]][:_MOST]


def _written(code: Any) -> Iterator[str]:
    """The words in the code of a function, and of those within it."""
    for constant in getattr(code, "co_consts", ()):
        for one in constant if isinstance(constant, tuple) else (constant,):
            if isinstance(one, str) and one.isidentifier():
                yield one
        yield from _written(constant)
