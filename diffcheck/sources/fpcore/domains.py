"""Where a core is tried: the domains that its precondition gives to single inputs, and what else it demands."""

import itertools
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from diffcheck.case.domain import Interval, Scale, interval
from diffcheck.case.precondition import Precondition
from diffcheck.errors import DiffcheckError, Unsupported
from diffcheck.sources.fpcore.conditions import alternatives
from diffcheck.sources.fpcore.lists import Atom, List, Node
from diffcheck.sources.fpcore.toward import toward
from diffcheck.sources.fpcore.translate import Callee, translated

_LARGEST = sys.float_info.max
# An even draw has 53 binary digits: it tells no number from zero that is so much smaller than the ends.
_DRAWN = 2.0**53
# Of a thousand numbers drawn evenly one lies in the lowest part of a domain of so many octaves.
_OCTAVES = 10
_UPWARD, _DOWNWARD = ("<", "<="), (">", ">=")


@dataclass
class _Bounds:
    """What a condition says of single inputs.

    Attributes
    ----------
    whole:
        Whether that is all it says.
    """

    lo: dict[str, float] = field(default_factory=dict)
    hi: dict[str, float] = field(default_factory=dict)
    whole: bool = True

    def raise_to(self, name: str, bound: float) -> None:
        self.lo[name] = max(bound, self.lo.get(name, -math.inf))

    def lower_to(self, name: str, bound: float) -> None:
        self.hi[name] = min(bound, self.hi.get(name, math.inf))


def domains(
    names: Iterable[str], condition: Node | None, callees: Mapping[str, Callee]
) -> tuple[dict[str, Interval], Precondition | None]:
    """The domain of each input, and what must hold of them together; all floats where nothing is said.

    Raises
    ------
    Misplaced
        For a mistake in the condition.
    Unsupported
        If no number satisfies it.
    """
    names = tuple(names)
    if condition is None:
        return {name: _domain(name, -_LARGEST, _LARGEST) for name in names}, None
    holds = translated(condition, names, "where", callees=callees, infinite=True, condition=True)
    choices = alternatives(condition)
    found = _of_any([_of(parts, frozenset(names)) for parts in choices])
    limits = {name: (found.lo.get(name, -math.inf), found.hi.get(name, math.inf)) for name in names}
    known = {name: _domain(name, max(lo, -_LARGEST), min(hi, _LARGEST)) for name, (lo, hi) in limits.items()}
    if holds.constant is False or not choices:
        raise Unsupported("the precondition holds nowhere")
    if found.whole or holds.constant is True:
        return known, None
    leads = toward(choices, names, callees)
    return known, Precondition(holds, names, {}, leads, thin=leads is not None)


def _domain(name: str, lo: float, hi: float) -> Interval:
    if not lo <= hi:  # nothing is beside what is no number
        raise Unsupported(f"the precondition leaves no number for {name}: from {lo:g} to {hi:g}")
    return interval(lo, hi, scale=_scale(lo, hi))


def _scale(lo: float, hi: float) -> Scale:
    """Evenly, unless an even draw would leave out most of the sizes that the domain has."""
    small, large = sorted((abs(lo), abs(hi)))
    # The number beside zero stands for zero itself, which is excluded.
    if small >= sys.float_info.min and (lo > 0 or hi < 0):
        return "float" if large / small > 2**_OCTAVES else "linear"
    return "float" if large > _DRAWN or (small >= sys.float_info.min and large / small > _DRAWN) else "linear"


def _of_any(several: Sequence[_Bounds]) -> _Bounds:
    """What several alternatives say together: where one has no bound there is none."""
    if len(several) == 1:
        return several[0]
    found = _Bounds(whole=False)
    for name in set.intersection(*({*bounds.lo} for bounds in several)) if several else ():
        found.lo[name] = min(bounds.lo[name] for bounds in several)
    for name in set.intersection(*({*bounds.hi} for bounds in several)) if several else ():
        found.hi[name] = max(bounds.hi[name] for bounds in several)
    return found


def _of(parts: Sequence[Node], names: frozenset[str]) -> _Bounds:
    """The bounds of parts that hold together."""
    found = _Bounds()
    pending = list(parts)
    while pending:
        part = pending.pop()
        if isinstance(part, List) and part.head == "and":
            pending += part.items[1:]
        elif isinstance(part, List) and part.head in (*_UPWARD, *_DOWNWARD, "=="):
            _related(part, names, found)
        else:
            found.whole = False
    return found


def _related(relation: List, names: frozenset[str], found: _Bounds) -> None:
    """What a chain such as ``(< 0 x y 1)`` says of each input by the constants on either side of it."""
    terms = relation.items[1:]
    if relation.head in _DOWNWARD:
        terms = terms[::-1]
    strict = relation.head in ("<", ">")
    constants = [None if _name(term, names) else _constant(term) for term in terms]
    # Beside one another, an input and a constant: all that the chain says of the two is a bound.
    found.whole &= all(_plain(x, names) != _plain(y, names) for x, y in itertools.pairwise(terms))
    found.whole &= all(_plain(x, names) or c is not None for x, c in zip(terms, constants, strict=True))
    for k, term in enumerate(terms):
        name = _name(term, names)
        if not name:
            continue
        below = [c for c in constants[: len(terms) if relation.head == "==" else k] if c is not None]
        above = [c for c in constants[0 if relation.head == "==" else k :] if c is not None]
        size = not _plain(term, names)
        if below and not size:
            found.raise_to(name, math.nextafter(max(below), math.inf) if strict else max(below))
        if above:
            most = math.nextafter(min(above), -math.inf) if strict else min(above)
            found.lower_to(name, most)
            if size:
                found.raise_to(name, -most)


def _plain(term: Node, names: frozenset[str]) -> bool:
    return isinstance(term, Atom) and term.text in names


def _name(term: Node, names: frozenset[str]) -> str:
    """The input that a term is, or is the size of."""
    if isinstance(term, List) and term.head == "fabs" and len(term.items) == 2:
        term = term.items[1]
    return term.text if isinstance(term, Atom) and term.text in names else ""


def _constant(term: Node) -> float | None:
    """The number that a term is; `None` if it depends on inputs."""
    try:
        value = translated(term, (), "", infinite=True).constant
    except DiffcheckError:
        return None
    return None if isinstance(value, bool) or value is None else float(value)
