"""Which operation of a derivative loses the digits, and which form would keep them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb

from diffcheck.formats import Format
from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Node
from diffcheck.program.text import form, formula
from diffcheck.verdict import Reason


@dataclass(frozen=True, slots=True)
class Culprit:
    """The operation where digits are lost first, and why."""

    reason: Reason
    text: str
    avoidable: bool = False
    """Whether another derivative form in common use would keep the digits."""
    digits: float = 0.0
    """How many are lost, where they are."""


def culprit(
    nodes: Sequence[Node],
    values: Sequence[Any],
    adjoints: Sequence[tuple[int, Any]],
    format: Format,
    label: Callable[[int], str],
) -> Culprit:
    """Where the rounding errors of one component come from.

    Parameters
    ----------
    nodes, values:
        The derivative program and its enclosures.
    adjoints:
        The nodes that the component depends on, with its derivative by each.
    label:
        The name of the input at a position.
    """
    largest = balls.ball(format.largest)
    smallest = balls.power_of_two(format.minimum_exponent)
    order = sorted((i, a) for i, a in adjoints if nodes[i][0] not in (INPUT, CONST) and values[i] is not None)
    for i, _ in order:
        if values[i].is_finite() and abs(values[i]) > largest:
            return Culprit(Reason.OVERFLOW, f"{formula(nodes, i, label)} overflows in {format.name}")
    lost = [(_terms(nodes, values, i) * abs(a).mid(), i) for i, a in order]
    worst, where = max(lost, default=(balls.ZERO, -1))
    for i, a in order:
        value = abs(values[i])
        if not value.is_zero() and value < smallest and abs(a).mid() * smallest > worst:
            return Culprit(Reason.UNDERFLOW, f"{formula(nodes, i, label)} underflows in {format.name}")
    size = abs(values[adjoints[0][0]]).mid()
    if where < 0 or worst <= size or size.is_zero():
        return Culprit(Reason.CANCELLATION, "")
    digits = float((worst / size).log() / arb.const_log10())
    text = formula(nodes, where, label)
    if _adds(nodes[where][0]):
        return Culprit(Reason.CANCELLATION, f"{text} cancels {digits:.0f} digits", digits=digits)
    return Culprit(Reason.CANCELLATION, f"the rounding of {text} costs {digits:.0f} digits", digits=digits)


def _terms(nodes: Sequence[Node], values: Sequence[Any], number: int) -> Any:
    """The size of the larger term of a sum; for another operation a little less than the size of its value."""
    name, operands = nodes[number]
    if _adds(name):
        return max(abs(values[i]).mid() for i in operands)
    # A sum that cancels is named before the operation that feeds it.
    return abs(values[number]).mid() / 16 if values[number].is_finite() else balls.ZERO


def _adds(name: str) -> bool:
    """Whether an operation adds numbers up, which may cancel."""
    return name in Primitive.rows and len(Primitive.rows[name].signs) > 1


def better_forms(names: frozenset[str]) -> str:
    """For the operations that have several derivative forms in common use: which loses digits, which keeps them."""
    texts = []
    for name in sorted(names):
        row = Primitive.rows[name]
        if not callable(row.forms) and len(row.forms) == 1 and len(row.forms[0]) > 1:
            kept, *losing = (form(f, 1) for f in row.forms[0])
            texts.append(f"the slope of y = {name}(x) as {losing[-1]} loses digits, {kept} keeps them")
    return "; ".join(texts)
