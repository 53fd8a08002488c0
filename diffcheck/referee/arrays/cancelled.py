"""How large the terms are that a result is left of, where they cancel: what a ball around zero is measured by."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flint import ctx

from diffcheck.ops.enclosures import balls
from diffcheck.ops.structure import Linear, matmul
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import Graph, is_elementwise
from diffcheck.referee.arrays.enclose import Exact, floats, in_balls
from diffcheck.referee.evaluate import Ball

Array = np.ndarray[Any, np.dtype[np.float64]]


def sizes(graph: Graph, value: Callable[[int], Array]) -> Array:
    """The result with all terms of its sums taken as positive, in double precision; ``value`` tells that of a node.

    Sums, differences, products and moves are followed back to what other functions gave: an upper bound, for what has
    cancelled in a factor counts as well.
    """
    found: list[Array] = []
    with np.errstate(all="ignore"):
        for number, node in enumerate(graph.nodes):
            if node.name in Linear.rows:
                size = Linear.rows[node.name].on_arrays(node.parameters, 0, *(found[i] for i in node.operands))
            elif node.name == matmul.name:
                size = np.matmul(*(found[i] for i in node.operands))
            elif is_elementwise(node) and (combined := _combined(Primitive.rows[node.name])) is not None:
                size = functools.reduce(combined, (found[i] for i in node.operands))
            else:
                size = np.abs(value(number))
            found.append(np.asarray(size))
    return found[graph.output]


def is_cancelled(ball: Ball, size: float) -> bool:
    """Whether no more is known of a sum than that it is zero, to half of the working precision beside its terms."""
    return bool(ball.contains(0)) and float(ball.rad()) <= 2.0 ** (-ctx.prec // 2) * size < np.inf


def cancelled(sums: Any, sizes: Array) -> Any:
    """An array of balls in which what `is_cancelled` is zero."""
    pairs = zip(sums.tolist(), sizes.tolist(), strict=True)
    found = np.empty(len(sums), object)
    found[:] = [balls.ZERO if is_cancelled(ball, size) else ball for ball, size in pairs]
    return found


def zeros_among(derivative: Graph, enclosed: Sequence[Exact], wide: Sequence[int]) -> dict[int, float]:
    """The components among these that are zero to half of the working precision, and the size of what cancels in them.

    The gradient of a softmax by what is added to all its arguments is zero by identity; its ball holds zero at every
    precision.
    """
    balls_of = in_balls(enclosed[derivative.output]).ravel().tolist()
    if not all(balls_of[k].contains(0) for k in wide):
        return {}
    found = sizes(derivative, lambda number: floats(enclosed[number])).ravel()
    return {k: float(found[k]) for k in wide if is_cancelled(balls_of[k], float(found[k]))}


def _combined(row: Primitive) -> Callable[[Array, Array], Array] | None:
    """How the sizes of the arguments make that of a sum or a product; ``None`` for any other operation."""
    return np.add if row.signs else np.multiply if row.product else None
