"""What the second route says of derivatives on arrays: power series along one direction, without derivative rules."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from diffcheck.case.operators import Operator
from diffcheck.ops.enclosures import balls
from diffcheck.program.graph import Graph
from diffcheck.referee.arrays.enclose import BallArray, Exact
from diffcheck.referee.arrays.rays import along
from diffcheck.referee.beside.second_route import Word, confirmation, size_of, ways

NOTHING: Mapping[int, float] = MappingProxyType({})


def words(
    operator: Operator,
    graph: Graph,
    values: Sequence[Exact],
    components: BallArray,
    wrt: Sequence[int],
    together: bool = False,
    cancelled: Mapping[int, float] = NOTHING,
) -> list[Word]:
    """For each output of a smooth graph what power series along a direction say of its derivative.

    Parameters
    ----------
    together:
        What is zero but for rounding need not be known better than it is, if only all outputs together count.
    cancelled:
        For components that are zero beside what cancels in them the size of that, beside which zero is known.
    """
    order = operator.order
    found, weights = ways(len(wrt), operator)
    coefficients = [balls.ZERO] * int(np.prod(graph.shape, dtype=int))
    for share, steps in found:
        series = along(graph, values, dict(zip(wrt, steps, strict=True)), order)
        if len(series) > order:
            terms = series[order].ravel().tolist()
            coefficients = [c + balls.ball(share) * t for c, t in zip(coefficients, terms, strict=True)]
    rows = components.reshape(len(coefficients), -1).tolist()
    sums = [[w * c for w, c in zip(weights, row, strict=True)] for row in rows]
    width = len(weights)
    terms = [balls.ZERO] * len(sums)
    for place, size in cancelled.items():
        terms[place // width] = terms[place // width] + abs(weights[place % width]) * balls.ball_of_float(size)
    least = max(map(size_of, sums)) if together else balls.ZERO
    return [confirmation(s, c, order, max(least, t)) for s, c, t in zip(sums, coefficients, terms, strict=True)]
