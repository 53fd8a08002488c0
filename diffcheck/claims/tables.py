"""The figures of the measurements as tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from diffcheck.claims.claim import Measured
from diffcheck.claims.efficiency import factor
from diffcheck.claims.expressions import of_order
from diffcheck.claims.plain import CONSTRUCTS, WAYS, lines
from diffcheck.claims.steps import DOUBLE, METHODS, STEPS
from diffcheck.reporting.numbers import digits_of, number, seconds

# Reasons behind this one are rare.
_REASONS = 3
# Every fourth step is a power of ten.
_TO_A_DECADE = 4


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a topic: its name, what it shows, and rows of texts, the first cells of which say what they are of."""

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: int = 1


def operations(measured: Measured) -> Table:
    """What value and gradient cost in operations."""
    columns = ("function", "inputs", "operations", "reverse", "one pass", "forward", "one-sided", "central")
    rows = tuple(
        (
            *(c.family, f"{c.inputs:,}", f"{c.function:,}"),
            *map(factor, (c.reverse, c.one_pass, c.forward, c.differences, c.central)),
        )
        for c in measured.counts
    )
    caption = (
        "Operations of the value with its gradient, in multiples of the function's: by reverse mode, by a pass of "
        "forward mode for each input (and of one pass alone), by one-sided and by central differences."
    )
    return Table("operations", caption, columns, rows, 2)


def times(measured: Measured) -> Table:
    """What a gradient costs in time."""
    rows = tuple(
        (
            *(c.method, f"{c.inputs:,}", seconds(c.gradient_s)),
            f"{factor(c.ratio)} ({factor(c.low)} to {factor(c.high)})",
            factor(c.plain),
        )
        for c in sorted(measured.costs, key=lambda c: c.method)
    )
    caption = (
        "The gradient of the Rosenbrock function in time, in multiples of the engine's own function (median and "
        "quartiles of rounds in turns) and of the plainest code for it."
    )
    return Table("times", caption, ("method", "inputs", "gradient", "own function", "plainest function"), rows, 2)


def steps(measured: Measured) -> Table:
    """What difference quotients lose at each step."""
    rows = tuple(
        (f"{STEPS[k]:.0e}", *(number(curve.errors[k], 2) for curve in measured.curves))
        for k in range(0, len(STEPS), _TO_A_DECADE)
    )
    caption = f"Relative error of a difference quotient by its step, the middle of {_points(measured)} points."
    return Table("steps", caption, ("h", *(curve.name for curve in measured.curves)), rows)


def _points(measured: Measured) -> int:
    return len(measured.kept[0].digits)


def digits(measured: Measured) -> Table:
    """What all methods keep on smooth functions."""
    rows = tuple(
        (k.method, digits_of(np.median(k.digits)), digits_of(min(k.digits)), f"{k.within} of {len(k.digits)}")
        for k in measured.kept
    )
    possible, points = digits_of(DOUBLE.digits), _points(measured)
    caption = f"Correct digits of {possible} at {points} points of smooth functions, and errors that rounding explains."
    return Table("digits", caption, ("method", "middle", "least", "rounding"), rows)


def cancelling(measured: Measured) -> Table:
    """What all methods keep where formulas cancel."""
    rows = tuple((row.formula, f"{row.at:g}", *map(digits_of, row.digits)) for row in measured.cancelling)
    caption = (
        "Correct digits where the formula cancels: the derivative has them all, and nobody who follows the formula. "
        "The domain of each is from x/2 to 2 x, so no step is longer than x. Where it is wider on both sides, "
        "as for a point that `diffcheck check --at` gives, `finite:adaptive` takes longer steps and keeps more."
    )
    return Table("cancelling", caption, ("formula", "x", *METHODS), rows, 2)


def constructs(measured: Measured) -> Table:
    """What plain SymPy, differences and torch make of plain code."""
    columns = ("construct", *(f"{name} ({lines(way)} lines)" for name, way in WAYS))
    rows = tuple(
        (
            construct.name,
            *(outcome.word if outcome.word == "right" else f"**{outcome.word}**: {outcome.told}" for outcome in row),
        )
        for construct, row in zip(CONSTRUCTS, measured.constructs, strict=True)
    )
    caption = (
        "Plain Python code of one number, differentiated by plain SymPy, by a central difference and by plain torch."
    )
    return Table("constructs", caption, columns, rows)


def support(measured: Measured) -> Table:
    """What each method gives of a library."""
    rows = tuple(
        (
            s.method,
            f"{s.given} of {s.asked}",
            str(s.closed) if s.closed else "",
            "; ".join(f"{count}: {reason}" for reason, count in s.reasons[:_REASONS])
            + f"; {len(s.reasons) - _REASONS} other reasons" * (len(s.reasons) > _REASONS),
        )
        for s in measured.support
    )
    caption = "Derivatives of the cases that a method gives at a first point, those in closed form, and why not."
    return Table("library", caption, ("method", "given", "in closed form", "how often not, and why"), rows)


def formulas(measured: Measured) -> Table:
    """How long functions and derivatives are."""
    orders = [of_order(measured.lengths, order) for order in range(3)]
    rows = tuple(
        (
            family,
            str(rows[k].size),
            *(f"{r.formula:,} / {r.shared:,} / {r.program:,}" for r in (o[family][k] for o in orders)),
        )
        for family, rows in orders[0].items()
        for k in range(len(rows))
    )
    caption = (
        "Operations of the function, its first and its second derivatives: as a formula written out / with SymPy's "
        "`cse` / as a program."
    )
    return Table("formulas", caption, ("function", "n", "function itself", "first", "second"), rows, 2)


TABLES: dict[str, Sequence[Callable[[Measured], Table]]] = {
    "Efficiency": (operations, times),
    "Accuracy": (digits, cancelling, steps),
    "Ease": (constructs, support),
    "Expression swell": (formulas,),
}
