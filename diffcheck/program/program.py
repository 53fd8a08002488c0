"""A program: the function as a straight-line list of scalar operations, each kept once.

A node is a pair ``(operation name, operand numbers)``. Two names are not operations: ``input``, whose operand is the
position among the flattened inputs, and ``const``, whose operand is an exact fraction. A constant that is the rounding
of another number, such as 0.1 or a measured value, is data: a second operand says so.
"""

import contextlib
import gc
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.formats import FORMATS
from diffcheck.ops.structure import CONST as CONST
from diffcheck.ops.structure import INPUT as INPUT
from diffcheck.ops.table import Primitive

Node = tuple[str, tuple[Any, ...]]

DATA = "data"
# The format with the fewest bits holds what all hold.
HELD_BY_ALL = FORMATS["bfloat16"]

# A folded constant may grow to this many bits; beyond it the operation stays a node, so that 3 ** 10 ** 9 costs
# nothing.
_FOLD_BITS = 2048
NEGATION = "neg"
# A constant that no identity is about.
_OTHER = "other"


@dataclass(frozen=True)
class Program:
    """Straight-line code: every operand stands before its use.

    Attributes
    ----------
    nodes:
        All operations, inputs and constants.
    inputs:
        The node of each flattened input; -1 for an input that nothing depends on.
    outputs:
        The node of each output, an integer array in the shape of the result.
    """

    nodes: tuple[Node, ...]
    inputs: tuple[int, ...]
    outputs: "np.ndarray[Any, np.dtype[np.int64]]"

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the result."""
        shape: tuple[int, ...] = self.outputs.shape
        return shape

    @property
    def size(self) -> int:
        """How many outputs there are."""
        return math.prod(self.shape)

    @property
    def operations(self) -> int:
        """How many operations the program has; inputs and constants are none."""
        return sum(name not in (INPUT, CONST) for name, _ in self.nodes)

    @property
    def is_large(self) -> bool:
        """Whether it is evaluated on whole arrays, not number by number."""
        return False

    @property
    def in_parts(self) -> bool:
        """Whether the results are the parts of complex numbers, along a last axis."""
        return False

    def kinds(self) -> frozenset[tuple[str, int]]:
        """The names of what occurs, as it was written, with how many operands it has."""
        return frozenset((name, len(operands)) for name, operands in self.nodes)

    def operation_names(self) -> frozenset[str]:
        """The names of the operations that occur."""
        return frozenset(name for name, _ in self.nodes) - {INPUT, CONST}


class Builder:
    """Collects nodes, each kept once, and simplifies what is exact to simplify.

    Only rewritings that hold for every value, NaN and infinity included, are made: ``x + 0``, ``x * 1``, ``x / 1``,
    ``--x`` and arithmetic on constants. ``x * 0`` stays, because it is not 0 where ``x`` does not exist.
    """

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self.nodes: list[Node] = list(nodes)
        self._number: dict[Node, int] = {node: i for i, node in enumerate(self.nodes)}
        # Constants by node; of those that are not 0, 1 or -1 nobody asks for the value here.
        self._constants: dict[int, int | str] = {}
        # Whole numbers are asked for again and again; a fraction's hash takes long.
        self._whole: dict[int, int] = {}
        for number, node in enumerate(self.nodes):
            self._note(number, node)

    def _keep(self, node: Node) -> int:
        number = self._number.get(node)
        if number is None:
            number = self._number[node] = len(self.nodes)
            self.nodes.append(node)
            self._note(number, node)
        return number

    def _note(self, number: int, node: Node) -> None:
        if node[0] == CONST:
            value = node[1][0]
            simple = value.denominator == 1 and -1 <= value.numerator <= 1
            self._constants[number] = value.numerator if simple else _OTHER

    def input(self, position: int) -> int:
        """The node of the flattened input at ``position``."""
        return self._keep((INPUT, (position,)))

    def const(self, value: Fraction | int, *data: str) -> int:
        """The node of an exact number; of one that is `data` if the operand that says so stands behind it."""
        if type(value) is Fraction:
            return self._keep((CONST, (value, *data)))
        number = self._whole.get(int(value))
        if number is None:
            number = self._whole[int(value)] = self._keep((CONST, (Fraction(value),)))
        return number

    def data(self, value: Fraction) -> int:
        """The node of a number that is the rounding of another one, unless every format holds it: 0.5 is itself."""
        return self.const(value) if HELD_BY_ALL.holds(value) else self.const(value, DATA)

    def value(self, number: int) -> Fraction | None:
        """The exact number that a node is, ``None`` if it is not a constant."""
        name, operands = self.nodes[number]
        return operands[0] if name == CONST else None

    def apply(self, name: str, *operands: int) -> int:
        """The node of an operation on nodes."""
        constants = self._constants
        known = [constants[i] for i in operands if i in constants]
        if known and (len(known) == len(operands) or known != [_OTHER] or Primitive.rows[name].chooses):
            simpler = self._simplified(name, operands)
            if simpler is not None:
                return simpler
        if name == NEGATION and self.nodes[operands[0]][0] == NEGATION:
            inner: int = self.nodes[operands[0]][1][0]
            return inner
        node = (name, operands)
        number = self._number.get(node)
        if number is None:
            number = self._number[node] = len(self.nodes)
            self.nodes.append(node)
        return number

    def _simplified(self, name: str, operands: tuple[int, ...]) -> int | None:
        """The node of an operation on constants, among others; ``None`` if it is no simpler one."""
        if all(i in self._constants for i in operands):
            folded = fold(name, [self.value(i) for i in operands])
            if folded is not None:
                # What is made of data is data; an answer of yes or no is not.
                measured = not Primitive.rows[name].condition and any(is_data(self.nodes[i]) for i in operands)
                return self.data(folded) if measured else self.const(folded)
        return self._identity(name, operands)

    def _identity(self, name: str, operands: tuple[int, ...]) -> int | None:
        found = identity(name, [self._constants.get(i) for i in operands])
        if found is None:
            return None
        position, negated = found
        return self.apply(NEGATION, operands[position]) if negated else operands[position]

    def program(self, inputs: int, outputs: "np.ndarray[Any, Any]") -> Program:
        """The program of these outputs; what they do not need is left out."""
        live = live_nodes(self.nodes, distinct(outputs))
        new = dict(zip(live, range(len(live)), strict=True)).__getitem__
        nodes = tuple(
            [
                node if node[0] == INPUT or node[0] == CONST else (node[0], tuple(map(new, node[1])))
                for node in map(self.nodes.__getitem__, live)
            ]
        )
        positions = [-1] * inputs
        for number, (name, operands) in enumerate(nodes):
            if name == INPUT:
                positions[operands[0]] = number
        renumbered = np.zeros(len(self.nodes), np.int64)
        renumbered[live] = range(len(live))
        return Program(nodes, tuple(positions), renumbered[outputs])


def identity(name: str, values: Sequence[Any]) -> tuple[int, bool] | None:
    """The operand that an operation gives back whatever it is, and whether with the other sign.

    ``values`` are the constants among the operands, ``None`` for what is none.
    """
    gives_back = Primitive.rows[name].gives_back
    return None if gives_back is None else gives_back(*values)


def is_made_of_pieces(node: Node) -> bool:
    """Whether the sign of something decides what a node is."""
    return node[0] not in (INPUT, CONST) and Primitive.rows[node[0]].switch is not None


def is_data(node: Node) -> bool:
    """Whether a node is a constant that is the rounding of another number."""
    return node[0] == CONST and len(node[1]) > 1


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection inside: programs are many small tuples without circles, which it would visit in vain."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def distinct(outputs: "np.ndarray[Any, Any]") -> list[int]:
    """The nodes among the outputs, each once, in ascending order."""
    found: list[int] = np.flatnonzero(np.bincount(outputs.ravel())).tolist()
    return found


def live_nodes(nodes: Sequence[Node], outputs: Iterable[int]) -> list[int]:
    """The nodes that the outputs depend on, in ascending order."""
    pending = list(outputs)
    if not pending:
        return []
    live = bytearray(max(pending) + 1)
    for number in pending:
        live[number] = 1
    # Every operand stands before its use: one way down suffices.
    for number in range(len(live) - 1, -1, -1):
        if live[number]:
            name, operands = nodes[number]
            if name != INPUT and name != CONST:
                for i in operands:
                    live[i] = 1
    return [number for number, alive in enumerate(live) if alive]


def nodes_below(nodes: Sequence[Node], output: int) -> list[int]:
    """The nodes that one output depends on, itself the first, in descending order."""
    found = {output}
    pending = [output]
    while pending:
        name, operands = nodes[pending.pop()]
        if name != INPUT and name != CONST:
            new = [i for i in operands if i not in found]
            found.update(new)
            pending += new
    return sorted(found, reverse=True)


def fold(name: str, values: list[Fraction | None]) -> Fraction | None:
    """The exact result of arithmetic on constants."""
    if any(v is None or v.numerator.bit_length() + v.denominator.bit_length() > _FOLD_BITS for v in values):
        return None
    folded = Primitive.rows[name].folded
    return None if folded is None else folded(*values)
