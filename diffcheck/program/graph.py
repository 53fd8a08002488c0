"""A function as a straight-line list of operations on arrays, each kept once.

What is done element by element is named by its row in `diffcheck.ops.table` and broadcasts as NumPy does; what moves,
adds up or multiplies arrays by its row in `diffcheck.ops.structure`, anything else by its row in `diffcheck.ops.own`.
`diffcheck.program.scalarise` lowers a graph to operations on numbers.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.own import Own
from diffcheck.ops.structure import ARRAY as ARRAY
from diffcheck.ops.structure import CONST as CONST
from diffcheck.ops.structure import INPUT as INPUT
from diffcheck.ops.structure import Linear, Parameters, Shape, Steps, matmul
from diffcheck.ops.table import Primitive
from diffcheck.program.program import DATA, HELD_BY_ALL, NEGATION, fold, identity

_LEAVES = (INPUT, CONST, ARRAY)


# Longer arrays are told apart by a digest of their bytes, which are not kept a second time.
_DIGESTED = 1024


class Values:
    """An array of floats or whole numbers as a parameter, kept once by its bytes; floats are data."""

    __slots__ = ("_key", "array")

    def __init__(self, array: Any) -> None:
        self.array: np.ndarray[Any, np.dtype[Any]] = np.array(array)
        self.array.flags.writeable = False
        written = self.array.tobytes() if self.array.size <= _DIGESTED else _digest(self.array)
        self._key = self.array.dtype.str, self.array.shape, written

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Values) and self._key == other._key


def _digest(array: "np.ndarray[Any, np.dtype[Any]]") -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(array).view(np.uint8).data, digest_size=32).digest()


class Node(NamedTuple):
    """An operation on the results of earlier ones.

    An ``input`` has its first place among the flattened inputs for a parameter, a ``const`` an exact fraction (and
    "data" if it is the rounding of another number), an ``array`` its `Values`.
    """

    name: str
    operands: tuple[int, ...]
    parameters: Parameters
    shape: Shape


@dataclass(frozen=True, eq=False)
class Graph:
    """Straight-line code on arrays: every operand stands before its use.

    Attributes
    ----------
    inputs:
        How many flattened inputs there are.
    output:
        The node of the result.
    origins:
        For each node the number that it had where the graph was built: a derivative's first ones are the function's.
    in_parts:
        Whether the results are the parts of complex numbers, along a last axis.
    """

    nodes: tuple[Node, ...]
    inputs: int
    output: int
    origins: tuple[int, ...]
    in_parts: bool = False

    @property
    def shape(self) -> Shape:
        """The shape of the result."""
        return self.nodes[self.output].shape

    @cached_property
    def reached(self) -> list[bool]:
        """For each node whether it depends on an input."""
        found: list[bool] = []
        for node in self.nodes:
            found.append(node.name == INPUT or any(found[i] for i in node.operands))
        return found

    @cached_property
    def last_uses(self) -> dict[int, int]:
        """For each node that others use the last of these; behind it its value is needed no more."""
        return {i: number for number, node in enumerate(self.nodes) for i in node.operands}

    @cached_property
    def operations(self) -> int:
        """How many operations on numbers it stands for."""
        return sum(_operations(self.nodes, node) for node in self.nodes)


def _operations(nodes: Sequence[Node], node: Node) -> int:
    size = int(np.prod(node.shape, dtype=int))
    if node.name in _LEAVES:
        return 0
    if node.name == matmul.name:
        return size * (2 * nodes[node.operands[0]].shape[-1] - 1)
    if node.name in Own.rows:
        row = Own.rows[node.name]
        before, own = row.split([nodes[i].shape for i in node.operands])
        return int(np.prod(before, dtype=int)) * row.operations(node.parameters, *own)
    if node.name in Linear.rows:
        count = Linear.rows[node.name].operations
        return 0 if count is None else count(node.parameters, nodes[node.operands[0]].shape)
    return size


class GraphBuilder:
    """Collects nodes, each kept once, and leaves out what changes nothing: ``x + 0``, ``x * 1``, the same shape."""

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self.nodes: list[Node] = list(nodes)
        self._number: dict[Node, int] = {node: i for i, node in enumerate(self.nodes)}

    def keep(self, node: Node) -> int:
        """The number of a node."""
        number = self._number.get(node)
        if number is None:
            number = self._number[node] = len(self.nodes)
            self.nodes.append(node)
        return number

    def shape(self, number: int) -> Shape:
        """The shape of a node."""
        return self.nodes[number].shape

    def input(self, place: int, shape: Shape) -> int:
        """An input, by its first place among the flattened ones."""
        return self.keep(Node(INPUT, (), (place,), shape))

    def const(self, value: Fraction | int, *data: str) -> int:
        """An exact number."""
        return self.keep(Node(CONST, (), (Fraction(value), *data), ()))

    def number(self, value: Fraction) -> int:
        """A number that is the rounding of another one, unless every format holds it: 0.5 is itself."""
        return self.const(value) if HELD_BY_ALL.holds(value) else self.const(value, DATA)

    def array(self, array: Any) -> int:
        """An array of numbers."""
        return self.keep(Node(ARRAY, (), (Values(array),), np.shape(array)))

    def value(self, number: int) -> Fraction | None:
        """The exact number that all elements of a node are, ``None`` if they are not one constant."""
        node = self._constant(number)
        return node.parameters[0] if node.name == CONST else None

    def apply(self, name: str, *operands: int) -> int:
        """An operation element by element."""
        shapes = [self.nodes[i].shape for i in operands]
        try:
            shape = np.broadcast_shapes(*shapes)
        except ValueError:
            told = " and ".join(map(str, shapes))
            raise CaseError(f"{name}: shapes {told} do not fit together") from None
        simpler = self._simplified(name, operands)
        if simpler is not None:
            return self.move("broadcast", (0, shape), simpler)
        return self.keep(Node(name, operands, (), shape))

    def _simplified(self, name: str, operands: tuple[int, ...]) -> int | None:
        """The node of an operation on constants, among others; ``None`` if it is no simpler one."""
        values = [self.value(i) for i in operands]
        if operands and None not in values:
            folded = fold(name, values)
            if folded is not None:
                measured = not Primitive.rows[name].condition and any(self._is_data(i) for i in operands)
                return self.number(folded) if measured else self.const(folded)
        return self._identity(name, operands, values)

    def _is_data(self, number: int) -> bool:
        """Whether a constant is the rounding of another number."""
        return DATA in self._constant(number).parameters

    def _constant(self, number: int) -> Node:
        """The node whose elements a node repeats."""
        node = self.nodes[number]
        while node.name in ("broadcast", "reshape"):
            node = self.nodes[node.operands[0]]
        return node

    def _identity(self, name: str, operands: tuple[int, ...], values: Sequence[Fraction | None]) -> int | None:
        if name == NEGATION and self.nodes[operands[0]].name == NEGATION:
            return self.nodes[operands[0]].operands[0]
        found = identity(name, values)
        if found is None:
            return None
        position, negated = found
        return self.apply(NEGATION, operands[position]) if negated else operands[position]

    def move(self, name: str, parameters: Parameters, *operands: int) -> int:
        """A row of `diffcheck.ops.structure` that is linear."""
        shapes = [self.nodes[i].shape for i in operands]
        node = self.nodes[operands[0]]
        shape = Linear.rows[name].shape(parameters, *shapes)
        if name in ("reshape", "broadcast") and shape == node.shape:
            return operands[0]
        if (name == "permute" and parameters == tuple(range(len(shape)))) or (name == "sum" and not parameters):
            return operands[0]
        if name == "reshape" and node.name == "reshape":
            return self.move(name, parameters, node.operands[0])
        return self.keep(Node(name, operands, parameters, shape))

    def steps(self, steps: Steps, number: int, more: Shape = ()) -> int:
        """Several such rows, one after another, for a node with these further axes before those they speak of."""
        for name, parameters in steps:
            number = self.move(name, Linear.rows[name].shifted(parameters, more), number)
        return number

    def matmul(self, x: int, y: int) -> int:
        """The product of matrices."""
        return self.keep(Node(matmul.name, (x, y), (), matmul.shape(self.nodes[x].shape, self.nodes[y].shape)))

    def own(self, name: str, parameters: Parameters, *operands: int) -> int:
        """A row of `diffcheck.ops.own`; the axes before those that it speaks of are the same in all operands."""
        before, shapes = Own.rows[name].split([self.nodes[i].shape for i in operands])
        return self.keep(Node(name, operands, parameters, before + Own.rows[name].shape(parameters, *shapes)))

    def graph(self, inputs: int, output: int) -> Graph:
        """The graph of this result; what it does not need is left out."""
        live = bytearray(output + 1)
        live[output] = 1
        for number in range(output, -1, -1):
            if live[number]:
                for i in self.nodes[number].operands:
                    live[i] = 1
        kept = [number for number, alive in enumerate(live) if alive]
        new = dict(zip(kept, range(len(kept)), strict=True))
        live_nodes = map(self.nodes.__getitem__, kept)
        nodes = tuple([node._replace(operands=tuple(new[i] for i in node.operands)) for node in live_nodes])
        return Graph(nodes, inputs, new[output], tuple(kept))


def is_elementwise(node: Node) -> bool:
    """Whether a node does something element by element."""
    return node.name in Primitive.rows
