"""A second, independent route to the truth: power series along a ray, in which no derivative rule of SymPy takes part.

The chain rule's derivative along a direction d and the series' coefficient are both enclosures of one number. If they
do not overlap, a rule is wrong for certain, and the rule that contradicts the series of its own operation is found by
comparing the two node by node.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import arb, arb_series

from diffcheck.case.operators import Operator
from diffcheck.ops import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Builder, Program
from diffcheck.program.rules import partial
from diffcheck.referee.component import Component, Status
from diffcheck.referee.evaluate import Ball, Balls, Jets, along, evaluate


def contradicts(
    program: Program,
    point: Sequence[Fraction],
    operator: Operator,
    wrt: Sequence[int],
    components: Sequence[Component],
) -> bool:
    """Whether the components of a smooth program contradict its power series along one direction.

    Parameters
    ----------
    point:
        All inputs, the data constants among them.
    components:
        In row-major order; one that is not certified, or a series that does not exist, contradicts nothing.
    """
    direction = [0] * len(point)
    for k, position in enumerate(wrt):
        # Different for every input, so that swapped derivatives show; fixed, so that a run can be repeated.
        direction[position] = 1 + (7 * k + 3) % 11
    steps = [direction[position] for position in wrt]
    series = evaluate(program.nodes, along(point, direction, operator.order + 1), Jets())
    width = len(wrt) ** operator.order
    weights = [math.prod(pair) for pair in _tuples(steps, operator.order)]
    for row, output in enumerate(program.outputs.ravel().tolist()):
        mine = components[row * width : (row + 1) * width]
        if output in series.faults or any(c.status is not Status.CERTIFIED for c in mine):
            continue
        chain: Ball = sum((w * c.left for w, c in zip(weights, mine, strict=True)), balls.ZERO)
        expected = series.values[output][operator.order] * math.factorial(operator.order)
        if expected.is_finite() and not chain.overlaps(expected):
            return True
    return False


def _tuples(steps: Sequence[int], order: int) -> list[tuple[int, ...]]:
    return [(a,) for a in steps] if order == 1 else [(a, b) for a in steps for b in steps]


def wrong_rules(program: Program, inputs: Sequence[Any]) -> list[str]:
    """The operations whose derivative rule contradicts their own power series at these inputs (balls)."""
    values = evaluate(program.nodes, inputs, Balls()).values
    wrong: list[str] = []
    for number, (name, operands) in enumerate(program.nodes):
        if name in (INPUT, CONST) or name in wrong:
            continue
        builder = Builder(program.nodes)
        for position, operand in enumerate(operands):
            if program.nodes[operand][0] == CONST:
                continue
            rule = partial(builder, number, position)
            slope = evaluate(builder.nodes, inputs, Balls()).values[rule]
            arguments = [arb_series([values[i], int(k == position)], 3) for k, i in enumerate(operands)]
            expansion = Jets().function(Primitive.rows[name])(*arguments)
            found = expansion if isinstance(expansion, arb) else expansion[1]
            if slope is not None and found.is_finite() and slope.is_finite() and not slope.overlaps(found):
                wrong.append(name)
                break
    return wrong
