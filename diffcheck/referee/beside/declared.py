"""Slopes and series of operations that users declare, against difference quotients of their balls.

Balls that give no power series leave the derivative rule without a second opinion. Quotients are none that encloses
anything, but what a rule is off by in its first digits they tell.
"""

import itertools
from collections.abc import Iterable, Sequence

from flint import arb, arb_series, ctx

from diffcheck.ops.declared import Declared, owner
from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import Builder, Node
from diffcheck.program.rules import partial
from diffcheck.referee.evaluate import Ball, Balls, evaluate

# Quotients with steps of 1 and 1/2 have to meet to so many parts of their size, and the rule has to be as near to them.
_NEAR = 2.0**-20


class Misdeclared(ArithmeticError):
    """A user's own operation has a slope that its balls contradict: nobody knows what is true."""


def demand_slopes(uses: Iterable[tuple[str, Sequence[Ball]]]) -> None:
    """Raise `Misdeclared` where the rule of a declared operation is far from what quotients tell.

    Parameters
    ----------
    uses:
        Operations with their operands, whose balls are far narrower than a double is.
    """
    wrong: list[str] = []
    for name, operands in uses:
        known = name in wrong or not isinstance(Primitive.rows.get(name), Declared)
        if not known and None not in operands and any(map(_is_off, *_both(name, operands))):
            wrong.append(name)
    if wrong:
        told = dict.fromkeys(map(_source, wrong))
        raise Misdeclared(f"{', '.join(told)} contradicts difference quotients of its balls")


def _source(name: str) -> str:
    """What the slopes of an operation are made of."""
    row = Primitive.rows[name]
    by_series = isinstance(row, Declared) and row.slope
    return f"the series of {owner(name)}" if by_series else f"the slope of {name}"


def demand_series(uses: Iterable[tuple[str, Sequence[Ball]]]) -> None:
    """Raise `Misdeclared` unless quotients tell that it is the rule of a declared operation that is wrong.

    It is asked where the rule and the power series contradict each other.
    """
    for name, operands in uses:
        rules, quotients = _both(name, operands)
        if any(map(_is_off, _by_series(name, operands), quotients)):
            raise Misdeclared(f"the series of {name} contradicts difference quotients of its balls")
        if not any(map(_is_off, rules, quotients)):
            raise Misdeclared(f"the slope of {name} and its series contradict each other")


def _by_series(name: str, operands: Sequence[Ball]) -> list[Ball]:
    """The slopes by a row's power series."""
    ways = [[arb_series([x, int(i == k)], 2) for i, x in enumerate(operands)] for k in range(len(operands))]
    return [Primitive.rows[name].on_series()(*way)[1] for way in ways]


def slopes_of(name: str, operands: Sequence[Ball], order: int) -> list[tuple[str, list[Ball]]]:
    """The uses of its partial derivatives, of an order below this, if they are made of an operation's power series."""
    row = Primitive.rows[name]
    if not (isinstance(row, Declared) and row.slope):
        return []
    orders = itertools.product(range(order), repeat=len(operands))
    return [(row.slope, [*map(arb, often), *operands]) for often in orders if 0 < sum(often) < order]


def is_by_series(nodes: Iterable[Node]) -> bool:
    """Whether slopes of an operation are made of its power series, which then confirms nothing."""
    rows = (Primitive.rows.get(name) for name, _ in nodes)
    return any(isinstance(row, Declared) and row.slope for row in rows)


def has_series(name: str, operands: Sequence[Ball]) -> bool:
    """Whether an operation has a power series at these operands."""
    moved = [arb_series([x, 1], 2) for x in operands]
    found = Primitive.rows[name].on_series()(*moved)
    return bool(found[0].is_finite() and found[1].is_finite())


def _both(name: str, operands: Sequence[Ball]) -> tuple[list[Ball], list[Ball]]:
    """The slopes by the rule and those by quotients, NaN where there are none."""
    builder = Builder()
    inputs = [builder.input(k) for k in range(len(operands))]
    number = builder.apply(name, *inputs)
    nodes = [partial(builder, number, k) for k in inputs]
    told = evaluate(builder.nodes, operands, Balls())
    rules = [arb.nan() if node in told.faults else told.values[node] for node in nodes]
    return rules, [_quotient(Primitive.rows[name], operands, k) for k in inputs]


def _quotient(row: Primitive, operands: Sequence[Ball], position: int) -> Ball:
    """The slope by one operand; NaN where quotients do not meet."""
    x = operands[position]
    step = balls.power_of_two(-ctx.prec // 3) * (abs(x).mid() if not x.contains(0) else arb(1))

    def at(way: Ball) -> Ball:
        return row.on_balls()(*(v + way if k == position else v for k, v in enumerate(operands)))

    coarse, fine = ((at(h) - at(-h)) / (2 * h) for h in (step, step / 2))
    return fine if not _is_off(coarse, fine) else arb.nan()


def _is_off(x: Ball, y: Ball) -> bool:
    """Whether two numbers differ in more than a vanishing part; what is not known does not."""
    if not (x.is_finite() and y.is_finite()):
        return False
    return bool(abs(x - y).lower() > _NEAR * abs(x).max(abs(y)).upper())
