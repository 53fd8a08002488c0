"""Arguments that say which function an operation is: whether all that a program gives are constants of their kind."""

from collections.abc import Iterator
from fractions import Fraction

from diffcheck.errors import CaseError, Unsupported
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import ARRAY, CONST, Graph


def demand_orders(graph: Graph) -> None:
    """An error where an order depends on an input, or is none.

    Raises
    ------
    Unsupported
        If it depends on an input.
    CaseError
        If there is no such order.
    """
    for node in graph.nodes:
        row = Primitive.rows.get(node.name)
        for order, operand in zip(() if row is None else row.orders, node.operands, strict=False):
            if graph.reached[operand]:
                raise Unsupported(f"{node.name} is not differentiated by its order: give that as a number")
            for value in _numbers(graph, operand):
                if not order.holds(value):
                    raise CaseError(f"{node.name}: its order {_short(value)} is not {order.told}")


def _numbers(graph: Graph, number: int) -> Iterator[Fraction]:
    """The numbers that a constant, however it is moved, is written with; none of one that is computed."""
    node = graph.nodes[number]
    if node.name == CONST:
        yield node.parameters[0]
    elif node.name == ARRAY:
        yield from (Fraction(float(x)) for x in node.parameters[0].array.ravel())
    elif node.name not in Primitive.rows:
        for operand in node.operands:
            yield from _numbers(graph, operand)


def _short(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else f"{float(value):g}"
