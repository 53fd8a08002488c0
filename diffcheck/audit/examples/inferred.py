"""What example tensors show of an operation: which of their axes are one size, and what whole numbers index.

Nobody declares that. It is asked of the definition, which runs on tensors of other sizes or refuses them: the smallest
sets of axes that may change together are the sizes. An operation need not be made for other sizes than its example's:
what it refuses there, or answers with another value than the definition, is left out, not held against it; unless it is
right at twice and four times a length, and has another value at three times. Where its value is the definition's it is
held to the gradient.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from diffcheck.audit.conditions.context import NUMBER, Context
from diffcheck.audit.conditions.sizes import LADDER, LEADING_SHAPES, Relation, Space
from diffcheck.audit.conditions.values import BEYOND
from diffcheck.audit.examples.beyond import beyond
from diffcheck.audit.examples.more_axes import BEHIND, FRONT, batched, broadcast
from diffcheck.audit.examples.probe import IGNORED, LAST, Axis, Made, Probe
from diffcheck.audit.examples.sentinels import sentinel
from diffcheck.audit.examples.ties import Group, Tie, follow, made_beside, ties
from diffcheck.audit.subjects.declared import LEADING, TRAILING, Declared, Floats, Integers
from diffcheck.audit.subjects.subject import Subject


def inferred(subject: Subject) -> Subject:
    """The subject with the sizes that its examples show; the same where it has none, or its sizes are declared."""
    if subject.make is not None or subject.space.values or not _examples(subject):
        return subject
    probe = Probe(subject)
    if not probe.runs(probe.shapes):
        return subject
    without = probe.without_gradient()
    floats = {n for n, d in subject.declared.items() if isinstance(d, Floats)}
    # Who gives a gradient that no example requires is held to it, and who gives none is not, if none is required.
    unasked = without if not subject.marked and without < floats else set()
    required = [n for n in subject.declared if n in probe.asked]
    probe.asked = probe.asked - unasked | (floats - without)
    declared = dict(subject.declared)
    values: dict[str, tuple[Any, ...]] = {}
    anyhow: set[str] = set()
    unheld: dict[str, str] = {}
    groups = list(follow(probe, list(_sizes(probe))))
    tied = list(ties(probe, groups))
    following: dict[str, tuple[str, Callable[[int], int]]] = {}
    relations: list[Relation] = []
    for group in groups:
        axes, length, name = group.axes, group.length, group.name
        made = probe.made_for(axes, length, partial(_made_beside, probe, [t for t in tied if group in t]))
        if made is Made.ALONE:
            unheld |= {f"other lengths of `{name}`": what} if (what := probe.unlike_longer(axes, length)) else {}
            continue
        # None is nothing: who says nothing of sizes need not think of that. Along one row torch adds up whatever is
        # handed back: it tells only of who has the gradient along others.
        least = 1 if probe.derives_along(axes, length) else 2
        values[name] = (length, *(v for v in LADDER if v >= least and v != length))
        if made is Made.ANYHOW:
            anyhow.add(name)
            values[name] = (*dict.fromkeys((length, 3 * length, *values[name])),)
        named = dict.fromkeys(axes, name)
        for axis, (of, form) in probe.followers.items():
            if of == axes[0]:
                named[axis] = form.words.format(n=name)
                following[named[axis]] = name, form.length
                relations.append(Relation(f"`{named[axis]}` is a length", (name,), partial(_is_length, form.length)))
        for (argument, place), axis_name in named.items():
            changed = list(declared[argument].axes)
            changed[place] = axis_name
            declared[argument] = replace(declared[argument], axes=tuple(changed))
        for argument, d in declared.items():
            if isinstance(d, Integers) and d.example is not None and probe.indexes(argument, d, axes, length):
                declared[argument] = replace(d, below=name, low=0, ignored=d.ignored)
    relations += [t.relation for t in tied if {t.first.name, t.second.name} <= values.keys()]
    sizes = [group.axes for group in groups]
    # Behind, where none may stand in front: of numbers that are taken one by one both are the same.
    for place, free in ((FRONT, LEADING), (BEHIND, TRAILING)):
        chosen, unlike = batched(probe, place, sizes)
        if unlike:
            unheld[f"one more axis {'behind' if place == BEHIND else 'in front'}"] = unlike
        if chosen:
            lengths = [(n,) for n in sorted({g.length for g in groups} - {2})] if place == BEHIND else []
            values[free] = ((), *(shape for shape in LEADING_SHAPES if shape), *lengths)
            for n in chosen:
                named_axes = declared[n].axes
                longer = (*named_axes, free) if place == BEHIND else (free, *named_axes)
                declared[n] = replace(declared[n], axes=longer)
            break
    ones: dict[str, tuple[str, int]] = {}
    for argument, k in (axis for g in groups if g.name in values and len(g.axes) > 1 for axis in g.axes):
        other = broadcast(probe, (argument, k)) if isinstance(declared[argument], Floats) else None
        if other:
            unheld[f"`{argument}.shape[{k}]` of 1, which is broadcast"] = other
        elif other is not None:
            ones[f"{argument}.shape[{k}]"] = argument, k + (declared[argument].axes[0] == LEADING)
    whole = {n: d for n, d in declared.items() if isinstance(d, Integers)}
    ignoring = {n: label for n, d in whole.items() if d.ignored is None and (label := _special(probe, d, n))}
    otherwise = {n for n, d in whole.items() if d.ignored is None and n not in ignoring and probe.ignores(n) is None}
    unheld |= {f"a label of {IGNORED} in `{n}`": "result" for n in sorted(otherwise)}
    declared |= {n: replace(whole[n], ignored=label) for n, label in ignoring.items()}
    # Of a mask or a count that is one throughout nothing shows; lengths and counts may be zero.
    throughout = {n for n, d in whole.items() if (d.low, d.below) == (1, 2) or (d.low > 0 and probe.takes(n, 0))}
    declared |= {n: replace(whole[n], low=0) for n in throughout}
    declared |= {n: replace(d, grad=n in probe.asked) for n, d in declared.items() if isinstance(d, Floats)}
    return replace(
        subject,
        declared=declared,
        space=Space(values, tuple(relations)),
        following=following,
        broadcast=ones,
        beyond=beyond(probe),
        unheld=unheld,
        inferred=frozenset(values) | ignoring.keys() | throughout,
        anyhow=frozenset(anyhow),
        unasked=frozenset(unasked),
        required=tuple(required) if subject.marked else (),
    )


def _special(probe: Probe, declared: Integers, name: str) -> int:
    """The label that is ignored, or the place that stands for the last one; 0 if the definition knows neither."""
    if probe.ignores(name):
        return IGNORED
    none = sentinel(probe, name, declared)
    if none is not None:
        return none
    return LAST if declared.low == 0 and probe.counts_from_the_end(name) else 0


def undeclared(subject: Subject, context: Context) -> bool:
    """Whether a context has other sizes or numbers than the examples, labels that are ignored, or another constant."""
    if context["values"] in BEYOND:
        return True
    ignored = bool(subject.inferred - subject.space.values.keys()) and context["values"] != "ordinary"
    return ignored or _renumbered(context) or bool(_moved(subject, context) or context["broadcast"])


def anyhow(subject: Subject, context: Context) -> bool:
    """Whether an operation that does not refuse has to have the definition's value, though something is undeclared.

    At sizes that it is made for, whatever they are; and for a constant that it is handed.
    """
    moved = _moved(subject, context)
    first = subject.space.values
    made = moved <= subject.anyhow and all(context.sizes[n] % first[n][0] == 0 for n in moved)
    return bool(moved or _renumbered(context)) and made and not context["broadcast"]


def _renumbered(context: Context) -> bool:
    """Whether a constant is another one than is handed on."""
    return any(name for kind, name in context.choices.items() if kind.startswith(NUMBER))


def _moved(subject: Subject, context: Context) -> set[str]:
    """The sizes that nobody declared and that are not the examples'."""
    sizes = subject.space.values
    return {n for n in subject.inferred if n in sizes and context.sizes[n] != sizes[n][0]}


def _examples(subject: Subject) -> dict[str, Declared]:
    return {n: d for n, d in subject.declared.items() if getattr(d, "example", None) is not None}


def _made_beside(probe: Probe, tied: Sequence[Tie]) -> bool:
    """Whether the operation is made for other lengths of a size and of one that is tied to it."""
    return any(made_beside(probe, tie) for tie in tied)


def _is_length(length: Callable[[int], int], n: int) -> bool:
    return length(n) > 0


def _sizes(probe: Probe) -> Iterator[Group]:
    """The smallest sets of axes that may change together, with their length."""
    left = [(n, k) for n, shape in probe.shapes.items() for k, length in enumerate(shape) if length > 0]
    while left:
        first = left.pop(0)
        length = probe.shapes[first[0]][first[1]]
        alike = [axis for axis in left if probe.shapes[axis[0]][axis[1]] == length]
        found = _of_one(probe, first, alike) if length == 1 else next(_together(probe, first, alike), None)
        if found is not None:
            left = [axis for axis in left if axis not in found]
            yield Group(found, length)


def _together(probe: Probe, first: Axis, alike: Sequence[Axis]) -> Iterator[tuple[Axis, ...]]:
    """The sets of axes that may change together, the smallest first."""
    for count in range(len(alike) + 1):
        for others in itertools.combinations(alike, count):
            if probe.may(first, others):
                yield first, *others


def _of_one(probe: Probe, first: Axis, alike: Sequence[Axis]) -> tuple[Axis, ...] | None:
    """The axes that change together with one of length one, which the definition may broadcast against the others.

    Those in the same place, as a single batch has them, if the operation takes them; else the smallest set that it
    takes; else the smallest that the definition takes.
    """
    in_place = (first, *(axis for axis in alike if axis[1] == first[1]))
    if probe.may(first, in_place[1:]) and probe.answers(probe.with_length(in_place, 2)):
        return in_place
    sets = list(_together(probe, first, alike))
    return next((found for found in sets if probe.answers(probe.with_length(found, 2))), next(iter(sets), None))
