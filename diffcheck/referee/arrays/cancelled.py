"""How large the terms are that a result is left of, where they cancel: what a ball around zero is measured by."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import ctx

from diffcheck.ops import balls
from diffcheck.ops.structure import Linear, matmul
from diffcheck.program.graph import Graph
from diffcheck.referee.evaluate import Ball

Array = np.ndarray[Any, np.dtype[np.float64]]


_FOLLOWED = {"add": np.add, "sub": np.add, "mul": np.multiply, matmul.name: np.matmul}


def sizes(graph: Graph, values: Sequence[Array]) -> Array:
    """The result with all terms of its sums taken as positive, in double precision; ``values`` are those of all nodes.

    Sums, differences, products and moves are followed back to what other functions gave: an upper bound, for what has
    cancelled in a factor counts as well.
    """
    found: list[Array] = []
    with np.errstate(all="ignore"):
        for number, node in enumerate(graph.nodes):
            if node.name in Linear.rows:
                size = Linear.rows[node.name].on_arrays(node.parameters, 0, *(found[i] for i in node.operands))
            elif node.name in _FOLLOWED:
                size = _FOLLOWED[node.name](*(found[i] for i in node.operands))
            else:
                size = np.abs(values[number])
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
