"""The sizes of a context: which values each takes, and the relations between them."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diffcheck.errors import CaseError

# What unit tests seldom try and kernels trip over: one, two, a prime, a block (a power of two) and its neighbours.
LADDER = (
    *(1, 2, 3, 5, 4, 7, 8, 9, 15, 16, 17, 6, 31, 32, 33, 12, 63, 64, 65, 127, 128, 129, 0, 20),
    *(255, 256, 257, 511, 512, 513, 1023, 1024, 1025),
)
# Where nothing is said sizes are small and differ from one another, so that no two axes can be mistaken.
_ORDINARY = (2, 3, 5, 4, 7, 6, 11, 8, 9, 10, 13, 12)
# Leading axes that are not named: their shapes, the ordinary one first.
LEADING_SHAPES: tuple[tuple[int, ...], ...] = ((2,), (), (2, 3), (1,), (3, 1))

_RELATIONS: tuple[tuple[str, Callable[..., bool]], ...] = (
    (r"(?P<a>\w+) divides (?P<b>\w+)", lambda a, b: a > 0 and b % a == 0),
    (r"(?P<a>\w+) is even", lambda a: a % 2 == 0),
    (r"(?P<a>\w+) is odd", lambda a: a % 2 == 1),
    (r"(?P<a>\w+) is a multiple of (?P<b>\w+)", lambda a, b: b > 0 and a % b == 0),
    (r"(?P<a>\w+) is a power of (?:two|2)", lambda a: a > 0 and a & (a - 1) == 0),
    (r"(?P<a>\w+) <= (?P<b>\w+)", lambda a, b: a <= b),
    (r"(?P<a>\w+) < (?P<b>\w+)", lambda a, b: a < b),
    (r"(?P<a>\w+) >= (?P<b>\w+)", lambda a, b: a >= b),
    (r"(?P<a>\w+) > (?P<b>\w+)", lambda a, b: a > b),
    (r"(?P<a>\w+) (?:==|=|equals) (?P<b>\w+)", lambda a, b: a == b),
    (r"(?P<a>\w+) (?:!=|differs from) (?P<b>\w+)", lambda a, b: a != b),
)


class Sizes(dict[str, Any]):
    """Sizes by name, as ``sizes["tokens"]`` and as ``sizes.tokens``."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"no size {name!r}: there are {', '.join(self) or 'none'}") from None


@dataclass(frozen=True, slots=True)
class Relation:
    """What must hold between sizes: a test of one or two of them, names or numbers."""

    text: str
    of: tuple[str, ...]
    test: Callable[..., bool]

    def holds(self, sizes: Mapping[str, Any]) -> bool:
        """Whether it does."""
        return bool(self.test(*(int(n) if n.isdecimal() else sizes[n] for n in self.of)))


def relation(text: str, names: Sequence[str]) -> Relation:
    """A relation from words.

    Raises
    ------
    CaseError
        For words that say nothing known, or name no size.
    """
    for pattern, test in _RELATIONS:
        found = re.fullmatch(pattern, " ".join(text.split()))
        if found:
            of = tuple(found.groupdict().values())
            for name in of:
                if not name.isdecimal() and name not in names:
                    raise CaseError(f"relation {text!r}: {name!r} is no size; the sizes are {', '.join(names)}")
            return Relation(text, of, test)
    raise CaseError(
        f"relation {text!r} is not understood: write 'a divides b', 'a is even', 'a is a multiple of 8', "
        "'a is a power of two', 'a <= b', 'a equals b'"
    )


@dataclass(frozen=True, slots=True)
class Space:
    """All sizes that an operation may have.

    Attributes
    ----------
    values:
        For each name what it may be, the ordinary one first.
    """

    values: Mapping[str, tuple[Any, ...]]
    relations: tuple[Relation, ...]

    def allows(self, sizes: Mapping[str, Any]) -> bool:
        """Whether all relations hold."""
        return all(r.holds(sizes) for r in self.relations)

    def ordinary(self) -> Sizes:
        """Small sizes above one that differ from one another as far as the relations let them.

        Raises
        ------
        CaseError
            If no sizes satisfy the relations.
        """
        names = list(self.values)
        given = Sizes({n: self.values[n][0] for n in names})
        if self.allows(given):
            return given
        # Those that relations tie are sought together, among few values each; the others are what comes first.
        tied = [n for n in names if any(n in r.of for r in self.relations)]
        found = {n: self.values[n][0] for n in names}
        few = [[v for v in self.values[n] if v != 0][:_FEW] for n in tied]
        others = [found[n] for n in names if n not in tied]

        def special(choice: tuple[Any, ...]) -> tuple[int, int, int]:
            """How many are one, how many are others again, how large they are."""
            return choice.count(1), len(choice) + len(others) - len({*choice, *others}), sum(choice)

        for choice in sorted(itertools.islice(itertools.product(*few), _MOST), key=special):
            sizes = Sizes({**found, **dict(zip(tied, choice, strict=True))})
            if self.allows(sizes):
                return sizes
        raise CaseError(f"no sizes satisfy {'; '.join(r.text for r in self.relations)}")

    def changed(self, sizes: Mapping[str, Any], name: str, value: Any) -> Sizes | None:
        """The sizes with one changed, and others moved where a relation makes them; ``None`` if nothing fits."""
        if value not in self.values[name]:
            return None
        first = Sizes({**sizes, name: value})
        if self.allows(first):
            return first
        tied = [n for n in self.values if n != name and any(n in r.of and name in r.of for r in self.relations)]
        few = [[sizes[n], *(v for v in self.values[n] if v not in (0, sizes[n]))][: 2 * _FEW] for n in tied]
        for choice in itertools.islice(itertools.product(*few), _MOST):
            other = Sizes({**first, **dict(zip(tied, choice, strict=True))})
            if self.allows(other):
                return other
        return None


_FEW, _MOST = 12, 20_000


def space(
    names: Sequence[str], given: Mapping[str, int | Sequence[int]] | None = None, relations: Sequence[str] = ()
) -> Space:
    """The sizes of these names.

    Raises
    ------
    CaseError
        If sizes are given that nothing has, or none is possible.
    """
    given = dict(given or {})
    for name in given:
        if name not in names:
            raise CaseError(f"sizes={{{name!r}: ...}} names no size of an input; the sizes are {', '.join(names)}")
    ordinary = _distinct()
    values: dict[str, tuple[Any, ...]] = {}
    for name in names:
        if name == "...":
            values[name] = LEADING_SHAPES
            continue
        listed = given.get(name)
        first = next(ordinary)
        if listed is None:
            values[name] = (first, *(v for v in LADDER if v != first))
        else:
            values[name] = tuple(map(int, listed)) if isinstance(listed, Sequence) else (int(listed),)
    return Space(values, tuple(relation(text, names) for text in relations))


def _distinct() -> Iterator[int]:
    yield from _ORDINARY
    yield from itertools.count(14)
