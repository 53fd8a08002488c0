"""In which order a program is evaluated on arrays: what does not depend on one another is one call.

Nodes of one level and one operation are computed together. A long sum of values, each times a constant, is one row of
a matrix, and the sums of one level are one matrix product.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Node, Program, distinct

SUM = "sum"
# The nodes that are added up, and the factor of each.
Terms = tuple[tuple[int, ...], tuple[float, ...]]
NO_SUMS: Mapping[int, Terms] = MappingProxyType({})
# A shorter sum is added up as it is written: its order may have been chosen with care.
_LONG = 8


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes that are computed by one call, with the operands of each; the terms of a ``SUM`` have factors."""

    name: str
    nodes: list[int] = field(default_factory=list)
    operands: list[tuple[int, ...]] = field(default_factory=list)
    factors: list[tuple[float, ...]] = field(default_factory=list)


def schedule(program: Program) -> list[Group]:
    """The groups that compute a program's outputs, with its long sums in one piece."""
    sums = long_sums(program)
    return by_level(program.nodes, needed(program, sums), sums)


def by_level(nodes: Sequence[Node], numbers: Iterable[int], sums: Mapping[int, Terms] = NO_SUMS) -> list[Group]:
    """The groups that compute these nodes, in an order in which each finds its operands computed.

    ``numbers`` are ascending; what is not among them is known before, as inputs and constants are.
    """
    level = [0] * len(nodes)
    groups: dict[tuple[int, str, int], Group] = {}
    for number in numbers:
        name, operands = nodes[number]
        if name in (INPUT, CONST):
            continue
        factors: tuple[float, ...] = ()
        if number in sums:
            name, (operands, factors) = SUM, sums[number]
        level[number] = 1 + max(map(level.__getitem__, operands), default=0)
        # One constant for all may be worth a function of its own.
        special = name != SUM and Primitive.rows[name].numpy_at is not None
        variant = operands[1] if special and nodes[operands[1]][0] == CONST else -len(operands)
        key = level[number], name, 0 if factors else variant
        group = groups.get(key)
        if group is None:
            group = groups[key] = Group(name)
        group.nodes.append(number)
        group.operands.append(operands)
        group.factors.append(factors)
    return [groups[key] for key in sorted(groups)]


def long_sums(program: Program) -> dict[int, Terms]:
    """The terms of every long sum, by the node that is the sum."""
    nodes = program.nodes
    uses = [0] * len(nodes)
    for number in distinct(program.outputs):
        uses[number] = 1
    linear = bytearray(len(nodes))
    summed: list[int] = []  # what a sum uses
    for number, (name, operands) in enumerate(nodes):
        if name in (INPUT, CONST):
            continue
        for i in operands:
            uses[i] += 1
        row = Primitive.rows[name]
        if row.signs or (row.product and any(nodes[i][0] == CONST for i in operands)):
            linear[number] = 1
            summed += operands
    inside = {i for i in summed if linear[i] and uses[i] == 1}  # nodes that only another sum uses
    found: dict[int, Terms] = {}
    for number in range(len(nodes)):
        if linear[number] and number not in inside:
            terms = list(_terms(nodes, number, inside))
            if len(terms) >= _LONG:
                found[number] = tuple(i for i, _ in terms), tuple(factor for _, factor in terms)
    return found


def _terms(nodes: Sequence[Node], root: int, inside: set[int]) -> Iterator[tuple[int, float]]:
    """The terms of a sum with their factors."""
    pending = [(root, 1.0)]
    while pending:
        number, factor = pending.pop()
        if number != root and number not in inside:
            yield number, factor
            continue
        name, operands = nodes[number]
        signs = Primitive.rows[name].signs
        if signs:
            pending += [(i, sign * factor) for i, sign in reversed(list(zip(operands, signs, strict=True)))]
        else:
            constant, other = operands if nodes[operands[0]][0] == CONST else reversed(operands)
            pending.append((other, factor * float(nodes[constant][1][0])))


def needed(program: Program, sums: Mapping[int, Terms]) -> list[int]:
    """The nodes that are computed on their own, in ascending order."""
    seen: set[int] = set()
    pending: list[int] = distinct(program.outputs)
    while pending:
        number = pending.pop()
        if number in seen:
            continue
        seen.add(number)
        name, operands = program.nodes[number]
        if number in sums:
            pending += sums[number][0]
        elif name not in (INPUT, CONST):
            pending += operands
    return sorted(seen)
