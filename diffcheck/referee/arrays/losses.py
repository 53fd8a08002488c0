"""What rounding leaves on the nodes of a graph in one format, as arrays of absolute errors in double precision."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.formats import Format
from diffcheck.ops.on_arrays.sums import LANES
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Linear
from diffcheck.ops.table import Primitive
from diffcheck.program.chain import ALL
from diffcheck.program.graph import ARRAY, CONST, INPUT, Graph, Node, is_elementwise
from diffcheck.program.program import DATA, HELD_BY_ALL
from diffcheck.referee.arrays.pieces import needed

Array = np.ndarray[Any, np.dtype[np.float64]]

# A long sum is followed in so many steps: what its partial sums lose within one is that of its last.
_STEPS = 64
# In place of an operand that stands for numbers: neither zero nor one.
_BUSY = np.array(np.nan)


def losses(graph: Graph, values: Sequence[Array], format: Format, in_any_order: bool = False) -> dict[int, Array]:
    """For each node that rounding moves, how far; what is added up in the orders in use, or in any order."""
    unit, half = 2.0**-format.precision, 2.0 ** (format.smallest_subnormal_exponent - 1)
    found = {}
    made = _made(graph)
    # A matrix of which no element matters may have no inverse to measure by.
    matters = needed(graph) if any(node.name in Own.rows for node in graph.nodes) else ALL
    with np.errstate(all="ignore"):
        for number, node in enumerate(graph.nodes):
            idle = [values[i] if made[i] else _BUSY for i in node.operands]
            lost = _rounded(node, [values[i] for i in node.operands], idle, values[number], format, in_any_order)
            if lost is not None:
                if node.name in Own.rows:
                    lost = np.where(matters.get(number, True), lost, 0.0)
                size = np.where(np.abs(values[number]) > format.largest_double, np.inf, unit * lost)
                found[number] = np.where((values[number] == 0) | (lost == 0), 0.0, np.maximum(size, half))
    return found


def _made(graph: Graph) -> list[bool]:
    """For each node whether it holds zeros and ones that stand for no operation on numbers.

    They come from transposes and choices: a program of numbers has no products with them and does not add them.
    """
    found: list[bool] = []
    for node in graph.nodes:
        whole = node.name == ARRAY and node.parameters[0].array.dtype.kind != "f"
        row = Linear.rows.get(node.name)
        passes = row is not None or (is_elementwise(node) and _keeps_zeros_and_ones(Primitive.rows[node.name]))
        moved = passes and any(found[i] for i in node.operands)
        found.append(whole or moved or (row is not None and row.puts_zeros))
    return found


def _rounded(
    node: Node, operands: Sequence[Array], idle: Sequence[Array], value: Array, format: Format, in_any_order: bool
) -> Array | None:
    """What is lost in unit roundoffs; ``None`` for what is exact.

    ``idle`` are the operands that may hold zeros and ones which stand for no operation.
    """
    size = np.abs(value)
    match node.name:
        case "input" | "array":
            return None
        case "const":
            number = node.parameters[0]
            return None if format.holds(number) or DATA in node.parameters else size
        case "matmul":
            return _of_product(operands[0], operands[1], in_any_order)
    if node.name in Own.rows:
        own = Own.rows[node.name]
        assert own.lost is not None
        return np.asarray(own.lost(node.parameters, value, *operands))
    if node.name in Linear.rows:
        row = Linear.rows[node.name]
        lost_in = row.lost_in_any_order if in_any_order else row.lost
        return None if lost_in is None else lost_in(node.parameters, operands[0])
    element = Primitive.rows[node.name]
    if not element.ulps:
        return None
    # What stands for no operation is given back as it is.
    neutral = [np.abs(x) == 1 for x in idle] if element.product else [x == 0 for x in idle] if element.signs else []
    lost = element.ulps * size
    return np.where(np.any(np.broadcast_arrays(*neutral), axis=0), 0.0, lost) if neutral else lost


def _keeps_zeros_and_ones(row: Primitive) -> bool:
    """Whether zeros and ones make zeros and ones again: products, and what only turns a sign."""
    return row.product or row.signs == (-1,)


def _of_product(x: Array, y: Array, in_any_order: bool) -> Array:
    """All products, and their partial sums behind the first, by the order in use that loses most (see `sums`)."""
    lost = np.abs(x) @ np.abs(y)
    if in_any_order:
        return np.asarray(x.shape[-1] * lost)
    lanes = (lanes for lanes in LANES if lanes == 1 or x.shape[-1] > 2 * lanes)
    return np.asarray(lost + functools.reduce(np.maximum, (_of_lanes(x, y, n) for n in lanes)))


def _of_lanes(x: Array, y: Array, lanes: int) -> Array:
    """The partial sums of products, every n-th of which are added up on their own, and those of the lanes' sums."""
    inner = x.shape[-1]
    step = max(1, inner // _STEPS) * lanes
    found: Any = 0.0
    joined: Any = 0.0
    for lane in range(lanes):
        total: Any = 0.0
        for start in range(lane, inner, step):
            part = slice(start, min(start + step, inner), lanes)
            added = len(range(*part.indices(inner)))
            total = total + x[..., part] @ y[..., part, :]
            found = found + (added - (start == lane)) * np.abs(total)
        joined = joined + total
        found = found + (lane > 0) * np.abs(joined)
    return np.asarray(found)


def sizes_of_data(graph: Graph, values: Sequence[Array]) -> dict[int, Array]:
    """The absolute values of the inputs, and of the constants that are the rounding of another number."""
    found = {}
    for number, node in enumerate(graph.nodes):
        if node.name == INPUT or (node.name == CONST and DATA in node.parameters):
            found[number] = np.abs(values[number])
        elif node.name == ARRAY and node.parameters[0].array.dtype.kind == "f":
            array = node.parameters[0].array
            found[number] = np.where(_held(array), 0.0, np.abs(values[number]))
    return found


def _held(x: Array) -> Any:
    """Which of these numbers every format holds: whole numbers of units in the last place, and not too large."""
    _, exponent = np.frexp(x)
    last = np.maximum(exponent - 1, HELD_BY_ALL.minimum_exponent) - HELD_BY_ALL.precision + 1
    units = np.ldexp(x, -last)
    return (units == np.rint(units)) & (np.abs(x) <= float(HELD_BY_ALL.largest))
