"""A second, independent route to the truth: power series along a ray, in which no derivative rule of SymPy takes part.

The chain rule's derivative along a direction d and the series' coefficient are both enclosures of one number. If they
do not overlap, a rule is wrong for certain, and the rule that contradicts the series of its own operation is found by
comparing the two node by node.
"""

import itertools
import math
from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from typing import Any

from flint import arb, arb_series

from diffcheck.case.operators import Operator
from diffcheck.ops import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Builder, Program
from diffcheck.program.rules import partial
from diffcheck.referee.component import Component, Status, is_tight
from diffcheck.referee.evaluate import Ball, Balls, Evaluation, evaluate
from diffcheck.referee.germs import germ
from diffcheck.referee.jets import Jets, along

# A series confirms what it tells to double precision.
_CONFIRMING_BITS = 53


class Word(Enum):
    """What the second route says of the first."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    SILENT = "silent"
    """It has no expansion, or one too wide to tell."""


def words(
    program: Program,
    point: Sequence[Fraction],
    operator: Operator,
    wrt: Sequence[int],
    components: Sequence[Component],
) -> list[Word]:
    """What the power series of a smooth program along one direction say of its components, one for each.

    Parameters
    ----------
    point:
        All inputs, the data constants among them.
    components:
        In row-major order. Of one that is not certified nothing is said.
    """
    size = len(wrt)
    width = size**operator.order
    certified = [c.status is Status.CERTIFIED for c in components]
    found = [Word.SILENT] * len(components)
    asked: dict[tuple[int, ...], list[int]] = {}
    for row in range(len(components) // width if width else 0):
        known = certified[row * width : (row + 1) * width]
        columns = tuple(k for k in range(size) if known[k]) if operator.order == 1 else tuple(range(size))
        if columns and (operator.order == 1 or all(known)):
            asked.setdefault(columns, []).append(row)
    outputs = program.outputs.ravel().tolist()
    for columns, rows in asked.items():
        # Different for every input, so that swapped derivatives show; fixed, so that a run can be repeated.
        steps = [1 + (7 * k + 3) % 11 if k in columns else 0 for k in range(size)]
        weights = [math.prod(pair) for pair in itertools.product(steps, repeat=operator.order)]
        for way in (1, -1):
            direction = [0] * len(point)
            for position, step in zip(wrt, steps, strict=True):
                direction[position] = way * step
            ray = evaluate(program.nodes, along(point, direction, operator.order + 1), Jets())
            for row in rows:
                place = slice(row * width, (row + 1) * width)
                terms = [w * c.left for w, c in zip(weights, components[place], strict=True) if w]
                word = _compared(terms, _derivative(ray, outputs[row], operator.order, way))
                for k in range(width):
                    if weights[k]:
                        found[row * width + k] = word
            rows = [row for row in rows if found[row * width + columns[0]] is Word.SILENT]
            if not rows:
                break  # where the function ends, the other way may tell
    return found


def _derivative(ray: Evaluation, output: int, order: int, way: int) -> Ball:
    """The derivative of an order by the way along a ray; NaN where it has none."""
    if output in ray.faults:
        return arb.nan()
    value = germ(ray.values[output])
    if any(a < order and (b or a.denominator > 1) for a, b in value.terms) or value.order <= order:
        return arb.nan()
    return value[order] * math.factorial(order) * way**order


def _compared(terms: Sequence[Ball], expected: Ball) -> Word:
    """What a derivative by the second route says of the sum that the first route makes of its components."""
    if not expected.is_finite():
        return Word.SILENT
    if not sum(terms, balls.ZERO).overlaps(expected):
        return Word.CONTRADICTED
    size = sum((abs(t).mid() for t in terms), balls.ZERO)
    told = is_tight(expected) or expected.rad() <= size * balls.power_of_two(-_CONFIRMING_BITS)
    return Word.CONFIRMED if told else Word.SILENT


def compared(component: Component, expected: Ball) -> Word:
    """What another enclosure of the same number says of a component."""
    return _compared([component.left], expected) if component.status is Status.CERTIFIED else Word.SILENT


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
            arguments = [arb_series([values[i], 1], 3) if k == position else values[i] for k, i in enumerate(operands)]
            expansion = germ(Jets().function(Primitive.rows[name])(*arguments))
            found = _derivative(Evaluation([expansion]), 0, 1, 1) if expansion.is_finite() else arb.nan()
            if slope is not None and found.is_finite() and slope.is_finite() and not slope.overlaps(found):
                wrong.append(name)
                break
    return wrong
