"""What ties the lengths of examples: one that follows from another, and what must hold between two.

Both are asked of the definition, which runs on tensors of other lengths or refuses them, and told as the first row of a
table that fits all of its answers.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from diffcheck.audit.conditions.sizes import Relation, relation
from diffcheck.audit.examples.probe import Axis, Probe


class Group(NamedTuple):
    """Axes that change together, with their length in the examples."""

    axes: tuple[Axis, ...]
    length: int

    @property
    def name(self) -> str:
        """What the size is called."""
        return f"{self.axes[0][0]}.shape[{self.axes[0][1]}]"


class Form(NamedTuple):
    """How a length follows from another one, with ``{n}`` for that: zero where it does not."""

    words: str
    length: Callable[[int], int]


def forms(n: int, m: int) -> Iterator[Form]:
    """How a length m may follow from a length n."""
    if m == n // 2 + 1:
        yield Form("{n} // 2 + 1", lambda k: k // 2 + 1)  # as of the frequencies of real numbers
    if n and m % n == 0:
        yield Form(f"{m // n} * {{n}}" if m > n else "{n}", lambda k: m // n * k)
    if m and n > m and n % m == 0:
        part = n // m
        yield Form(f"{{n}} / {part}", lambda k: 0 if k % part else k // part)
    if m == n * (n - 1) // 2:
        yield Form("{n} * ({n} - 1) / 2", lambda k: k * (k - 1) // 2)
    if m == n * (n + 1) // 2:
        yield Form("{n} * ({n} + 1) / 2", lambda k: k * (k + 1) // 2)
    if m != n:
        yield Form(f"{{n}} {'-' if m < n else '+'} {abs(m - n)}", lambda k: max(0, k + m - n))


def follow(probe: Probe, groups: Sequence[Group]) -> Iterator[Group]:
    """All groups again, and new ones of axes that change only with others; the probe is told which follow from which.

    An axis that cannot change alone, nor with others of its length, follows from a size if it must be longer where that
    is. If it need not, as the number of groups that share a length, it is a size of its own.
    """
    known = {axis for group in groups for axis in group.axes}
    left = [(n, k) for n, shape in probe.shapes.items() for k, length in enumerate(shape) if length > 1]
    left = [axis for axis in left if axis not in known]
    for group in groups:
        found = _following(probe, group, left)
        left = [axis for axis in left if axis not in found]
        yield group
        first = next(iter(found), None)
        if first is not None and first not in probe.followers:
            yield Group(tuple(sorted(found)), probe.shapes[first[0]][first[1]])
    while left:
        first = left.pop(0)
        length = probe.shapes[first[0]][first[1]]
        alike = [axis for axis in left if probe.shapes[axis[0]][axis[1]] == length]
        for count in range(len(alike) + 1):
            tried = (Group((first, *others), length) for others in itertools.combinations(alike, count))
            chosen = next(((g, f) for g in tried if (f := _following(probe, g, left))), None)
            if chosen is not None:
                group, found = chosen
                left = [axis for axis in left if axis not in found and axis not in group.axes]
                yield group
                break


def _following(probe: Probe, group: Group, left: Sequence[Axis]) -> set[Axis]:
    """The smallest set of axes among those left that change with a group; the probe is told if they must."""
    by_length: dict[int, list[Axis]] = {}
    for axis in left:
        if axis not in group.axes:
            by_length.setdefault(probe.shapes[axis[0]][axis[1]], []).append(axis)
    for length, axes in by_length.items():
        for count in range(1, len(axes) + 1):
            for chosen in itertools.combinations(axes, count):
                form = next((f for f in forms(group.length, length) if _fits(probe, group, chosen, f)), None)
                if form is not None and probe.runs(probe.with_length(group.axes, 2 * group.length)):
                    return set(chosen)
                if form is not None:
                    probe.followers.update(dict.fromkeys(chosen, (group.axes[0], form)))
                    return set(chosen)
    return set()


def _fits(probe: Probe, group: Group, chosen: Sequence[Axis], form: Form) -> bool:
    """Whether the definition runs at twice the length and at another one, which the axes follow by the form."""
    n = group.length
    before = dict(probe.followers)
    probe.followers.update(dict.fromkeys(chosen, (group.axes[0], form)))
    fits = probe.runs(probe.with_length(group.axes, 2 * n)) and any(
        form.length(k) not in (0, form.length(n)) and probe.runs(probe.with_length(group.axes, k))
        for k in (n + 2, 3 * n)
    )
    probe.followers.clear()
    probe.followers.update(before)
    return fits


# What may hold between two sizes a and b.
_RELATIONS = ("a divides b", "b divides a", "a <= b", "b <= a")
# A size may be as many times as long as in the examples where the operation is asked for its gradient.
_TIMES = 3


class Tie(NamedTuple):
    """What must hold between two sizes."""

    first: Group
    second: Group
    relation: Relation


def ties(probe: Probe, groups: Sequence[Group]) -> Iterator[Tie]:
    """What holds between two sizes, each of which may change alone, but not to every length."""
    bound = [g for g in groups if not all(probe.runs(probe.with_length(g.axes, n)) for n in _near(g.length))]
    for a, b in itertools.combinations(bound, 2):
        known = {(n, m): probe.runs(probe.with_lengths(a.axes, n, b.axes, m)) for n, m in _points(a.length, b.length)}
        for text in _RELATIONS:
            rule = relation(text, ("a", "b"))
            if all(rule.holds({"a": n, "b": m}) is runs for (n, m), runs in known.items()):
                named = {"a": a.name, "b": b.name}
                of = tuple(named[n] for n in rule.of)
                words = " ".join(f"`{named[w]}`" if w in named else w for w in text.split())
                yield Tie(a, b, Relation(words, of, rule.test))
                break


def _near(n: int) -> list[int]:
    return [k for k in (n - 1, n + 1) if k > 0]


def _points(n: int, m: int) -> list[tuple[int, int]]:
    """Pairs of lengths near those of the examples, and at small multiples."""
    alone = [*((k, m) for k in (*_near(n), 2 * n)), *((n, k) for k in (*_near(m), 2 * m))]
    return [*alone, (2 * n, m + 1), (n + 1, 2 * m), (2 * (m + 1), m + 1), (n + 1, 2 * (n + 1))]


def made_beside(probe: Probe, tie: Tie) -> bool:
    """Whether the operation has the gradient somewhere where both sizes are longer, and what ties them holds."""
    a, b = tie.first, tie.second
    longer = itertools.product(range(a.length + 1, _TIMES * a.length + 1), range(b.length + 1, _TIMES * b.length + 1))
    lengths = (
        pair for pair in sorted(longer, key=sum) if tie.relation.holds(dict(zip((a.name, b.name), pair, strict=True)))
    )
    shapes = (probe.with_lengths(a.axes, n, b.axes, m) for n, m in itertools.islice(lengths, _ASKED))
    return any(probe.derives(probe.arguments(s)) for s in shapes)


# Each such question is a run of both codes, forward and backward.
_ASKED = 12
