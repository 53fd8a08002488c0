"""A graph lowered to operations on numbers."""

import functools
from collections.abc import Callable
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from diffcheck.errors import Unsupported
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Add, Linear
from diffcheck.program.graph import Graph, Node
from diffcheck.program.program import Builder, Program, uncollected
from diffcheck.program.scalar import TracedScalar

# A function of more operations than this is evaluated on whole arrays; one of more than that is never lowered, for
# looking at its operations one by one would take minutes.
LARGE, MOST = 20_000, 100_000
# It is on whole arrays if an operation stands for so many on numbers, on the average: loops over numbers are not.
WHOLE = 10
# Node numbers of a scalar program, in the shape of an array.
Numbers = np.ndarray[Any, np.dtype[Any]]


@uncollected()
def scalarise(graph: Graph) -> Program:
    """The program that a graph stands for, with the same results in exact arithmetic.

    Sums are added up in ascending order, and so are the products of a product of matrices.
    """
    builder = Builder()
    found: list[Numbers] = []
    for node in graph.nodes:
        found.append(_lowered(builder, node, [found[i] for i in node.operands]))
    return builder.program(graph.inputs, found[graph.output])


class Lowered(Program):
    """The program of a graph, lowered when somebody asks for its nodes.

    Attributes
    ----------
    graph:
        The function on whole arrays.
    """

    graph: Graph

    def __init__(self, graph: Graph) -> None:
        object.__setattr__(self, "graph", graph)

    @property
    def in_parts(self) -> bool:
        """Whether the results are the parts of complex numbers, along a last axis."""
        return self.graph.in_parts

    @cached_property
    def _program(self) -> Program:
        if self.is_large and self.graph.operations > MOST:
            raise Unsupported(f"{self.graph.operations:,} operations are too many to be looked at one by one")
        return scalarise(self.graph)

    @property
    def nodes(self) -> tuple[Any, ...]:
        """All operations, inputs and constants."""
        return self._program.nodes

    @property
    def inputs(self) -> tuple[int, ...]:
        """The node of each flattened input."""
        return self._program.inputs

    @property
    def outputs(self) -> Numbers:
        """The node of each output."""
        return self._program.outputs

    def kinds(self) -> frozenset[tuple[str, int]]:
        """The names of what occurs, with how many operands it has: of whole arrays."""
        return frozenset((node.name, len(node.operands)) for node in self.graph.nodes)

    @property
    def operations(self) -> int:
        """How many operations the program has; of a large one, how many it stands for."""
        return self.graph.operations if self.is_large else self._program.operations

    @property
    def is_large(self) -> bool:
        """Whether it is evaluated on whole arrays, not number by number."""
        return self.graph.operations > max(LARGE, WHOLE * len(self.graph.nodes))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the result."""
        return self.graph.shape


def _lowered(builder: Builder, node: Node, operands: list[Numbers]) -> Numbers:
    match node.name:
        case "input":
            size = int(np.prod(node.shape, dtype=int))
            return _numbers([builder.input(node.parameters[0] + k) for k in range(size)], node.shape)
        case "const":
            return _numbers([builder.const(*node.parameters)], ())
        case "array":
            return _numbers(_constants(builder, node.parameters[0].array), node.shape)
        case "matmul":
            return _multiplied(builder, *operands)
    if node.name in Own.rows:
        return _of_own(builder, node, operands)
    if node.name in Linear.rows:
        row = Linear.rows[node.name]
        if row.on_numbers is not None:
            return row.on_numbers(node.parameters, _adding(builder), builder.const(0), *operands)
        moved: Numbers = row.on_arrays(node.parameters, 0, *operands)
        return moved
    return _each(lambda *x: builder.apply(node.name, *x), *operands)


def _numbers(numbers: list[int], shape: tuple[int, ...]) -> Numbers:
    return np.array(numbers, np.int64).reshape(shape)


def _constants(builder: Builder, array: Any) -> list[int]:
    # A float may stand for another number, a whole number is itself.
    make = builder.data if array.dtype.kind == "f" else builder.const
    return [make(Fraction(v)) for v in array.ravel().tolist()]


def _each(function: Callable[..., int], *operands: Numbers) -> Numbers:
    arrays = np.broadcast_arrays(*operands) if operands else [np.zeros((), np.int64)]
    flat = [a.ravel().tolist() for a in arrays] if operands else []
    numbers = [function(*x) for x in zip(*flat, strict=True)] if operands else [function()]
    return _numbers(numbers, arrays[0].shape)


def _of_own(builder: Builder, node: Node, operands: list[Numbers]) -> Numbers:
    row = Own.rows[node.name]
    traced = [np.frompyfunc(lambda i: TracedScalar(builder, i), 1, 1)(x) for x in operands]
    found = row.each(row.on_numbers, node.parameters, traced).ravel().tolist()
    return _numbers([x.node if isinstance(x, TracedScalar) else builder.const(x) for x in found], node.shape)


def _adding(builder: Builder) -> Add:
    return lambda x, y: _each(lambda a, b: builder.apply("add", a, b), x, y)


def _multiplied(builder: Builder, x: Numbers, y: Numbers) -> Numbers:
    products = _each(lambda a, b: builder.apply("mul", a, b), x[..., None], y[..., None, :, :])
    return functools.reduce(_adding(builder), np.moveaxis(products, -2, 0))
