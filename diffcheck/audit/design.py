"""Which contexts are tried, in which order: every condition alone first, then pairs of them, by seed."""

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from diffcheck.audit.conditions.context import NUMBER, ORDINARY, Context
from diffcheck.audit.conditions.incoming import INCOMING
from diffcheck.audit.conditions.layouts import LAYOUTS
from diffcheck.audit.conditions.precisions import PRECISIONS
from diffcheck.audit.conditions.uses import USES
from diffcheck.audit.conditions.values import BEYOND, BORDERS, VALUES
from diffcheck.audit.conditions.world import made_numbers
from diffcheck.audit.subjects.declared import FREE, Floats, Integers, Lengths, Mask
from diffcheck.audit.subjects.subject import Subject
from diffcheck.formats import FORMATS

# Inputs of more numbers than this are not tried: the referee takes each for a ball.
MOST = 4_000
# Ones that are added up in a format stop at 1/u, above which the numbers are two apart.
_STOPS = 1.0
# Of so many candidates the one with the most new pairs is taken; in each, so many parts are ordinary.
_CANDIDATES, _ORDINARY_PART = 12, 0.5
# Second derivatives are tried with so many draws of each kind of values, and so many values of each size.
_DRAWS, _SMALLEST = 3, 6
Atom = tuple[str, Any]


@dataclass(frozen=True)
class Design:
    """The conditions that fit a subject, and the contexts made of them.

    Attributes
    ----------
    kinds:
        For each kind of condition its choices, the ordinary one first. Kinds of sizes are called ``size:name``.
    """

    subject: Subject
    kinds: Mapping[str, Sequence[Any]]
    ordinary: Context
    seed: int = 0
    covered: set[frozenset[Atom]] = field(default_factory=set)

    def alone(self) -> Iterator[Context]:
        """The ordinary context, then one condition at a time: the first of each kind, the second of each ..."""
        yield self.ordinary
        columns = [[(kind, name) for name in names[1:]] for kind, names in self.kinds.items()]
        for row in itertools.zip_longest(*columns):
            for atom in filter(None, row):
                found = self.changed(self.ordinary, *atom)
                if found is not None:
                    yield found

    def ties(self) -> Iterator[Context]:
        """Equal numbers, zeros and borders with a gradient of one sign: all kinks bend the same way there."""
        for values in ("ties", "zeros", "constant rows", *BORDERS):
            if values in self.kinds.get("values", ()):
                yield self.ordinary.with_choice("values", values).with_choice("incoming", "positive")

    def long_sums(self) -> Iterator[Context]:
        """One size as large as it goes, with terms that do not cancel, in each format: too few bits show there.

        Then small values and a gradient of ones, in formats in which a sum of so many ones stops growing: what a
        recurrence hands on from step to step neither grows nor dies away there.
        """
        signed, ones = (list(self._longest(*pair)) for pair in (("positive", "positive"), ("small", "ones")))
        # Those with the fewest digits come first.
        for precision in sorted(self.kinds["precision"], key=_roundoff, reverse=True):
            yield from (context.with_choice("precision", precision) for context, _ in signed)
            for context, length in ones:
                if length * _roundoff(precision) >= _STOPS:
                    yield context.with_choice("precision", precision)

    def _longest(self, values: str, incoming: str) -> Iterator[tuple[Context, int]]:
        """Each size as large as it goes beside small ones, with such values and gradient; and how large that is."""
        start = self.ordinary
        for kind, name in (("values", values), ("incoming", incoming)):
            start = start.with_choice(kind, name) if name in self.kinds.get(kind, ()) else start
        lengths = {
            kind: sorted(v for v in names if isinstance(v, int) and v > 1)
            for kind, names in self.kinds.items()
            if kind.startswith("size:")
        }
        for kind, known in lengths.items():
            room = start
            for other, small in lengths.items():
                if other != kind and small and small[0] < room.sizes[other[5:]]:
                    room = self.changed(room, other, small[0]) or room
            large = reversed(known)
            found = next(((c, v) for v in large if (c := self.changed(room, kind, v)) is not None), None)
            if found is not None:
                yield found

    def second_order(self) -> Iterator[Context]:
        """The gradient differentiated, at each kind of values with draws of its own, small size, and other constant."""
        if "twice" not in self.kinds["use"]:
            return
        start = self.ordinary.with_choice("use", "twice")
        names = self.kinds.get("values", ())
        for step in range(_DRAWS):
            for name in names[1:]:
                drawn = start.with_choice("values", name)
                yield replace(drawn, seed=drawn.seed + step)
        for kind, values in self.kinds.items():
            for value in values[1:_SMALLEST] if kind.startswith("size:") else ():
                found = self.changed(start, kind, value)
                if found is not None:
                    yield found
            for other in values[1:] if kind.startswith(NUMBER) else ():
                yield start.with_choice(kind, other)

    def sizes_in_formats(self) -> Iterator[Context]:
        """Every size alone in every format but the ordinary one: kernels have blocks of their own for each."""
        for kind, names in self.kinds.items():
            for value, precision in itertools.product(names, self.kinds["precision"][1:]):
                found = self.changed(self.ordinary, kind, value) if kind.startswith("size:") else None
                if found is not None:
                    yield found.with_choice("precision", precision)

    def changed(self, context: Context, kind: str, name: Any) -> Context | None:
        """A context with another choice; ``None`` if relations, or the size, do not allow it."""
        if not kind.startswith("size:"):
            return context.with_choice(kind, name)
        sizes = self.subject.space.changed(context.sizes, kind[5:], name)
        if sizes is None:
            return None
        found = context.with_sizes(sizes)
        if self.numbers(found) <= MOST:
            return found
        for other, value in itertools.product([n for n in sizes if n != kind[5:] and n not in FREE], (2, 1)):
            smaller = self.subject.space.changed({**sizes}, other, value)
            if smaller is None or smaller[kind[5:]] != name:
                continue
            sizes = smaller
            if self.numbers(context.with_sizes(sizes)) <= MOST:
                return context.with_sizes(sizes)
        return None

    def numbers(self, context: Context) -> int:
        """How many numbers the inputs hold; more than any limit where they cannot be made."""
        if self.subject.make is not None:
            return made_numbers(self.subject, context)
        found = [0]
        for declared in self.subject.declared.values():
            count = 1
            for n in self.subject.shape(declared, context.sizes):
                count *= n
            found.append(count)
        return sum(found)

    def pairs(self) -> Iterator[Context]:
        """Contexts that cover pairs of conditions, as long as some are left."""
        chance = random.Random(self.seed)
        total = self.all_pairs()
        idle = 0
        while len(self.covered) < total and idle < _PATIENCE:
            candidates = [self._somewhere(chance) for _ in range(_CANDIDATES)]
            best = max(candidates, key=lambda c: len(self.pairs_of(c) - self.covered))
            new = self.pairs_of(best) - self.covered
            idle = 0 if new else idle + 1
            if new:
                yield best

    def with_use(self, name: str) -> "Design":
        """The design with one more use."""
        return replace(self, kinds={**self.kinds, "use": [*self.kinds["use"], name]})

    def all_pairs(self) -> int:
        """How many pairs of unusual choices there are."""
        counts = [len(names) - 1 for names in self.kinds.values()]
        return sum(a * b for a, b in itertools.combinations(counts, 2))

    def atoms_of(self, context: Context) -> list[Atom]:
        """The unusual choices of a context."""
        return [
            (kind, context[kind])
            for kind, names in self.kinds.items()
            if names and context[kind] != self.ordinary[kind]
        ]

    def pairs_of(self, context: Context) -> set[frozenset[Atom]]:
        """The pairs of unusual choices in a context."""
        return {frozenset(pair) for pair in itertools.combinations(self.atoms_of(context), 2)}

    def _somewhere(self, chance: random.Random) -> Context:
        found = self.ordinary
        kinds = [kind for kind, names in self.kinds.items() if len(names) > 1]
        chance.shuffle(kinds)
        for kind in kinds:
            names = self.kinds[kind]
            if chance.random() < _ORDINARY_PART:
                continue
            # Small sizes are tried more often than large ones, which leave no room for others.
            few = names[1:] if not kind.startswith("size:") or chance.random() < 0.3 else names[1:13]
            changed = self.changed(found, kind, chance.choice(few))
            if changed is not None and self.numbers(changed) <= MOST:
                found = changed
        return Context(found.sizes, found.choices, chance.randrange(1, 1000))


_PATIENCE = 40


def design(
    subject: Subject, dtypes: Sequence[str], devices: Sequence[str], seed: int, usual: str, results: int = 1
) -> Design:
    """All conditions that fit.

    Parameters
    ----------
    usual:
        The ordinary precision.
    results:
        How many results the operation has.
    """
    declared = subject.declared.values()
    floats = [d for d in declared if isinstance(d, Floats)]
    ranks = {len(d.axes) for d in floats}
    whole = any(isinstance(d, (Integers, Mask, Lengths)) for d in declared)
    kinds: dict[str, Any] = {}
    inputs = max(1, len(subject.asked) or 2)
    kinds["use"] = [
        n for n, row in USES.items() if not row.late_s and row.inputs <= inputs and subject.twice >= row.proven
    ]
    kinds["incoming layout"] = list(LAYOUTS)
    for name, values in subject.space.values.items():
        kinds[f"size:{name}"] = values
    kinds["incoming"] = [n for n, row in INCOMING.items() if row.only is None or results > 1]
    others = [n for n in LAYOUTS if n != "contiguous"]
    kinds["layout"] = ["contiguous", *_interleaved(others, subject.tensors)]
    if subject.make is None:
        kinds["values"] = [n for n, row in VALUES.items() if n == "ordinary" or row.change or whole]
        if not subject.branches:
            kinds["values"] = [n for n in kinds["values"] if n not in BORDERS]
        kinds["values"] = [n for n in kinds["values"] if n not in BEYOND or n in subject.beyond]
    kinds["precision"] = [
        name
        for name, row in PRECISIONS.items()
        if row.activations in dtypes and row.weights in dtypes and (row.activations == row.weights or len(ranks) > 1)
    ]
    kinds["device"] = list(devices)
    kinds["asked"] = ["", *_subsets(subject.asked, subject.required)]
    kinds["broadcast"] = ["", *subject.broadcast]
    numbers = {f"{NUMBER}{name}": ["", *map(repr, others)] for name, others in subject.numbers.items()}
    kinds |= numbers
    usual_ones = {**ORDINARY, "precision": usual, "device": devices[0], **dict.fromkeys(numbers, "")}
    ordinary = Context(subject.space.ordinary(), usual_ones, seed)
    first = {kind: [ordinary[kind], *(n for n in names if n != ordinary[kind])] for kind, names in kinds.items()}
    return Design(subject, first, ordinary, seed)


def _roundoff(precision: str) -> float:
    return FORMATS[PRECISIONS[precision].format].unit_roundoff


def _interleaved(layouts: Sequence[str], tensors: Sequence[str]) -> list[str]:
    if len(tensors) < 2:
        return list(layouts)
    return [f"{layout}:{t}" if t else layout for layout in layouts for t in ("", *tensors)]


def _subsets(names: Sequence[str], required: Sequence[str]) -> list[str]:
    """Those that examples ask for, each input alone, and of three or more all but one."""
    if len(names) < 2:
        return []
    asked = [",".join(required)] if required and len(required) < len(names) else []
    alone = list(names)
    without = [",".join(n for n in names if n != left) for left in names] if len(names) > 2 else []
    return list(dict.fromkeys([*asked, *alone, *without]))
