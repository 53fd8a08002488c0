"""Conditions as alternatives, each a number of relations that hold together: `or`, `not`, `if` and `let` written out.

What a condition is of numbers stays: of no number here, a NaN, every relation but `!=` is false, and its opposite too.
"""

import itertools
from collections.abc import Mapping, Sequence

from diffcheck.errors import Unsupported
from diffcheck.sources.fpcore.lists import Atom, List, Node

# Of a condition with more alternatives the parts that are none of `and` say nothing.
_MOST = 64
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def alternatives(condition: Node) -> list[list[Node]]:
    """The alternatives of a condition, each the parts that have to hold together: relations, and what is none.

    No alternative is left of one that is false, and an empty one of one that is true.
    """
    try:
        return _told(condition, True, {})
    except _TooMany:
        return [[condition]]


class _TooMany(Unsupported):
    """There are more alternatives than anybody looks at."""


def _told(part: Node, holds: bool, named: Mapping[str, Node]) -> list[list[Node]]:
    """What it takes for a part to hold, or not to; ``named`` are the values of `let` around it."""
    if isinstance(part, Atom) and part.text in ("TRUE", "FALSE"):
        return [[]] if (part.text == "TRUE") is holds else []
    if isinstance(part, List) and len(part.items) > 1:
        head, items = part.head, part.items[1:]
        if head == "not" and len(items) == 1:
            return _told(items[0], not holds, named)
        if head in ("and", "or"):
            told = [_told(item, holds, named) for item in items]
            return _together(told) if (head == "and") is holds else _any(told)
        if head == "if" and len(items) == 3:
            condition, yes, no = items
            branches = [
                _together([_told(condition, taken, named), _told(branch, holds, named)])
                for taken, branch in ((True, yes), (False, no))
            ]
            return _any(branches)
        if head in ("let", "let*") and len(items) == 2 and isinstance(items[0], List):
            return _told(items[1], holds, _with(items[0], named, head == "let*"))
        if head in _OPPOSITE and any(_is_no_number(_written(item, named)) for item in items):
            return [[]] if (head == "!=") is holds else []
        if head in _OPPOSITE and len(items) > 1 and not holds:
            return _any([[[_relation(_OPPOSITE[head], x, y, part, named)]] for x, y in _pairs(head, items)])
    whole = _written(part, named)
    return [[whole if holds else List((Atom("not", whole.place), whole), whole.place)]]


def _is_no_number(part: Node) -> bool:
    return isinstance(part, Atom) and part.text == "NAN"


def _pairs(head: str, items: Sequence[Node]) -> list[tuple[Node, Node]]:
    """The pairs that a chain relates: neighbours; of numbers that are all different any two."""
    return list(itertools.combinations(items, 2) if head == "!=" else itertools.pairwise(items))


def _relation(head: str, x: Node, y: Node, beside: List, named: Mapping[str, Node]) -> List:
    return List((Atom(head, beside.place), _written(x, named), _written(y, named)), beside.place)


def _any(told: Sequence[list[list[Node]]]) -> list[list[Node]]:
    return _limited([alternative for several in told for alternative in several])


def _together(told: Sequence[list[list[Node]]]) -> list[list[Node]]:
    found: list[list[Node]] = [[]]
    for several in told:
        found = _limited([[*first, *more] for first in found for more in several])
    return found


def _limited(found: list[list[Node]]) -> list[list[Node]]:
    if len(found) > _MOST:
        raise _TooMany(f"a condition with more than {_MOST} alternatives")
    return found


def _with(bindings: List, named: Mapping[str, Node], one_by_one: bool) -> Mapping[str, Node]:
    """The values of names, with those of a `let`, written by what stands around it."""
    found = dict(named)
    for binding in bindings.items:
        if isinstance(binding, List) and len(binding.items) == 2 and isinstance(binding.items[0], Atom):
            found[binding.items[0].text] = _written(binding.items[1], found if one_by_one else named)
    return found


def _written(part: Node, named: Mapping[str, Node]) -> Node:
    """A part with values for the names."""
    if not named:
        return part
    if isinstance(part, Atom):
        return named.get(part.text, part)
    if not isinstance(part, List):
        return part
    if part.head in ("let", "let*") and len(part.items) == 3 and isinstance(part.items[1], List):
        inner = _with(part.items[1], named, part.head == "let*")
        return _written(part.items[2], inner)
    return List((part.items[:1] + tuple(_written(item, named) for item in part.items[1:])), part.place)
