"""A second, independent route to the truth: power series along a ray, in which no derivative rule of SymPy takes part.

The chain rule's derivative along a direction d and the series' coefficient are both enclosures of one number. If they
do not overlap, a rule is wrong for certain, and the rule that contradicts the series of its own operation is found by
comparing the two node by node.
"""

import functools
import itertools
import math
from collections import Counter
from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from typing import Any

from flint import arb, arb_series, ctx

from diffcheck.case.operators import Operator
from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Builder, Program
from diffcheck.program.rules import partial
from diffcheck.referee.beside.germs import Germ, NoExpansion
from diffcheck.referee.beside.jets import Jets, along, coefficient
from diffcheck.referee.component import Component, Status, is_tight
from diffcheck.referee.evaluate import Ball, Balls, Evaluation, evaluate

# A series confirms what it tells to double precision.
_CONFIRMING_BITS = 53
# Which way to go along a direction, and with how many times the bits: a series may lose more than the chain rule, and
# where the function ends, the other way may tell.
_ATTEMPTS = ((1, 1), (1, 16), (-1, 1))


# A direction, as steps along each input, and how often the derivative along it counts.
Way = tuple[Fraction, Sequence[Fraction | int]]


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
    order, width = operator.order, operator.width(len(wrt))
    found = [Word.SILENT] * len(components)
    outputs: list[int] = program.outputs.ravel().tolist()
    asked: dict[frozenset[int], list[int]] = {}
    for row in range(len(outputs)):
        certified = [c.status is Status.CERTIFIED for c in components[row * width : (row + 1) * width]]
        if any(certified):
            asked.setdefault(_among(certified, len(wrt), operator.full), []).append(row)
    for inputs, rows in asked.items():
        ways, weights = _ways(len(wrt), operator, inputs if len(inputs) < len(wrt) else None)
        told = [k for k, weight in enumerate(weights) if weight]
        if not told:
            continue
        for sign, more in _ATTEMPTS:
            rays = []
            for share, steps in ways:
                direction: list[Fraction | int] = [0] * len(point)
                for position, step in zip(wrt, steps, strict=True):
                    direction[position] = sign * step
                with ctx.workprec(more * ctx.prec):
                    rays.append((share, evaluate(program.nodes, along(point, direction, order + 1), Jets())))
            for row in rows:
                start = row * width
                terms = [weights[k] * components[start + k].left for k in told]
                parts = [balls.ball(share) * _derivative(ray, outputs[row], order, sign) for share, ray in rays]
                word = _compared(terms, sum(parts, balls.ZERO))
                for k in told:
                    found[start + k] = word
            rows = [row for row in rows if found[row * width + told[0]] is Word.SILENT]
            if not rows:
                break
    return found


def _among(certified: Sequence[bool], size: int, full: int) -> frozenset[int]:
    """Inputs by which all of an output's components are certified, those by several of them too."""
    unknown = [
        set(columns)
        for columns, known in zip(itertools.product(range(size), repeat=full), certified, strict=True)
        if not known
    ]
    inputs = frozenset(range(size))
    while True:
        missing = Counter(i for columns in unknown if columns <= inputs for i in columns)
        if not missing:
            return inputs
        most = max(missing.values())
        inputs -= {i for i, times in missing.items() if times == most}


@functools.cache
def _ways(size: int, operator: Operator, inputs: frozenset[int] | None) -> tuple[list[Way], list[int]]:
    """The ways along which derivatives of the order add up to a sum of an output's components, and their weights in it.

    The sum is what the components make of one direction ``s`` for all full slots: along all inputs, or along these.
    What is full in some slots and contracted with d in others is told by polarisation: 2^n n! M(u_1 ... u_n) is the sum
    over all signs of their product times the derivative along +-u_1 ... +-u_n.
    """
    # Different for every input, so that swapped derivatives show; fixed, so that a run can be repeated.
    steps = [1 + (7 * k + 3) % 11 if inputs is None or k in inputs else 0 for k in range(size)]
    weights = [1]
    for _ in range(operator.full):
        weights = [weight * step for weight in weights for step in steps]
    direction = list(map(Fraction, operator.direction))
    if not operator.along or not operator.full:
        return [(Fraction(1), direction if operator.along else steps)], weights
    whole = 2**operator.order * math.factorial(operator.order)
    found: dict[tuple[int, int], int] = {}
    for signs in itertools.product((1, -1), repeat=operator.order):
        product, (i, j) = math.prod(signs), (sum(signs[: operator.full]), sum(signs[operator.full :]))
        if (i, j) < (0, 0):  # the way back says what the way there does
            product, i, j = product * (-1) ** operator.order, -i, -j
        found[i, j] = found.get((i, j), 0) + product
    ways: list[Way] = [
        (Fraction(count, whole), [i * s + j * d for s, d in zip(steps, direction, strict=True)])
        for (i, j), count in found.items()
    ]
    return ways, weights


def _derivative(ray: Evaluation, output: int, order: int, way: int) -> Ball:
    """The derivative of an order by the way along a ray; NaN where it has none."""
    if output in ray.faults:
        return arb.nan()
    value = ray.values[output]
    try:
        if type(value) is Germ and any(a < order and (b or a.denominator > 1) for a, b in value.terms):
            return arb.nan()
        found = coefficient(value, order)
        return way**order * math.factorial(order) * found
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


def ways(size: int, operator: Operator) -> tuple[list[Way], list[int]]:
    """The ways to go, each with its share, and what each component of an output's derivative counts for then."""
    return _ways(size, operator, None)


def confirmation(terms: Sequence[Ball], coefficient: Ball, order: int, least: Ball = balls.ZERO) -> Word:
    """What the coefficient of a power series along these ways says of all components of an output's derivative.

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
