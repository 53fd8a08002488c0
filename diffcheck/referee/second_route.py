"""A second, independent route to the truth: power series along a ray, in which no derivative rule of SymPy takes part.

The chain rule's derivative along a direction d and the series' coefficient are both enclosures of one number. If they
do not overlap, a rule is wrong for certain, and the rule that contradicts the series of its own operation is found by
comparing the two node by node.
"""

import functools
import math
from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from typing import Any

from flint import arb, arb_series, ctx

from diffcheck.case.operators import Operator
from diffcheck.ops import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Builder, Program
from diffcheck.program.rules import partial
from diffcheck.referee.component import Component, Status, is_tight
from diffcheck.referee.evaluate import Ball, Balls, Evaluation, evaluate
from diffcheck.referee.germs import Germ, NoExpansion
from diffcheck.referee.jets import Jets, along, coefficient

# A series confirms what it tells to double precision.
_CONFIRMING_BITS = 53
# Which way to go along a direction, and with how many times the bits: a series may lose more than the chain rule, and
# where the function ends, the other way may tell.
_ATTEMPTS = ((1, 1), (1, 16), (-1, 1))


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
    order, width = operator.order, len(wrt) ** operator.order
    found = [Word.SILENT] * len(components)
    outputs: list[int] = program.outputs.ravel().tolist()
    asked: dict[tuple[int, ...], list[int]] = {}
    for row in range(len(outputs)):
        start = row * width
        columns = tuple([k for k in range(width) if components[start + k].status is Status.CERTIFIED])
        # A quadratic form needs all of its coefficients.
        if len(columns) == width or (columns and order == 1):
            asked.setdefault(columns, []).append(row)
    for columns, rows in asked.items():
        steps, weights = _steps(len(wrt), order, columns if len(columns) < width else None)
        for way, more in _ATTEMPTS:
            direction = [0] * len(point)
            for position, step in zip(wrt, steps, strict=True):
                direction[position] = way * step
            with ctx.workprec(more * ctx.prec):
                ray = evaluate(program.nodes, along(point, direction, order + 1), Jets())
            for row in rows:
                start = row * width
                terms = [weights[k] * components[start + k].left for k in columns]
                word = _compared(terms, _derivative(ray, outputs[row], order, way))
                for k in columns:
                    found[start + k] = word
            rows = [row for row in rows if found[row * width + columns[0]] is Word.SILENT]
            if not rows:
                break
    return found


@functools.cache
def _steps(size: int, order: int, columns: tuple[int, ...] | None) -> tuple[list[int], list[int]]:
    """How far to go along each input, or those only that are named, and what each component counts for then."""
    # Different for every input, so that swapped derivatives show; fixed, so that a run can be repeated.
    steps = [1 + (7 * k + 3) % 11 if columns is None or k in columns else 0 for k in range(size)]
    return steps, steps if order == 1 else [a * b for a in steps for b in steps]


def _derivative(ray: Evaluation, output: int, order: int, way: int) -> Ball:
    """The derivative of an order by the way along a ray; NaN where it has none."""
    if output in ray.faults:
        return arb.nan()
    value = ray.values[output]
    try:
        if type(value) is Germ and any(a < order and (b or a.denominator > 1) for a, b in value.terms):
            return arb.nan()
        found = coefficient(value, order)
        return way * found if order == 1 else math.factorial(order) * found
    except NoExpansion:
        return arb.nan()


def _compared(terms: Sequence[Ball], expected: Ball, least: Ball = balls.ZERO) -> Word:
    """What a derivative by the second route says of the sum that the first route makes of its components.

    ``least`` is a size beside which it need not be known better.
    """
    if not expected.is_finite():
        return Word.SILENT
    if not sum(terms, balls.ZERO).overlaps(expected):
        return Word.CONTRADICTED
    if is_tight(expected):
        return Word.CONFIRMED
    size = max(least, size_of(terms))
    return Word.CONFIRMED if expected.rad() <= size * balls.power_of_two(-_CONFIRMING_BITS) else Word.SILENT


def size_of(terms: Sequence[Ball]) -> Ball:
    """The sum of their absolute values."""
    return sum((abs(t).mid() for t in terms), balls.ZERO)


def directions(size: int, order: int) -> tuple[list[int], list[int]]:
    """How far to go along each input, and what each component of an output's derivative counts for then."""
    return _steps(size, order, None)


def confirmation(terms: Sequence[Ball], coefficient: Ball, order: int, least: Ball = balls.ZERO) -> Word:
    """What a power series' coefficient along that direction says of all components of an output's derivative.

    ``terms`` are the components times what they count for; beside ``least`` the coefficient need not be known better.
    """
    return _compared(terms, math.factorial(order) * coefficient, least)


def compared(component: Component, expected: Ball) -> Word:
    """What another enclosure of the same number says of a component."""
    return _compared([component.left], expected) if component.has_value else Word.SILENT


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
            expansion = Jets().function(Primitive.rows[name])(*arguments)
            found = _derivative(Evaluation([expansion]), 0, 1, 1)
            if slope is not None and found.is_finite() and slope.is_finite() and not slope.overlaps(found):
                wrong.append(name)
                break
    return wrong
