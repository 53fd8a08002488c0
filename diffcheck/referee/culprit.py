"""Which operation of a derivative loses the digits, and which form would keep them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb

from diffcheck.formats import Format
from diffcheck.ops import balls
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
    lost = [(_cancelled(nodes, values, i) * abs(a * values[i]).mid(), i) for i, a in order if values[i].is_finite()]
    worst, where = max(lost, default=(balls.ZERO, -1))
    for i, a in order:
        value = abs(values[i])
        if not value.is_zero() and value < smallest and abs(a).mid() * smallest > worst:
            return Culprit(Reason.UNDERFLOW, f"{formula(nodes, i, label)} underflows in {format.name}")
    if where < 0 or worst.is_zero():
        return Culprit(Reason.CANCELLATION, "")
    digits = float(_cancelled(nodes, values, where).log() / arb.const_log10())
    return Culprit(Reason.CANCELLATION, f"{formula(nodes, where, label)} cancels {digits:.0f} digits")


def _cancelled(nodes: Sequence[Node], values: Sequence[Any], number: int) -> Any:
    """By which factor a sum is smaller than its larger term; zero for other operations."""
    name, operands = nodes[number]
    if name not in ("add", "sub") or values[number].contains(0):
        return balls.ZERO if name not in ("add", "sub") else arb(1)
    ratio = max(abs(values[i]).mid() for i in operands) / abs(values[number]).mid()
    return ratio.mid() if ratio > 1 else balls.ZERO


def better_forms(names: frozenset[str]) -> str:
    """For the operations that have several derivative forms in common use: which loses digits, which keeps them."""
    texts = []
    for name in sorted(names):
        row = Primitive.rows[name]
        if not callable(row.forms) and len(row.forms) == 1 and len(row.forms[0]) > 1:
            kept, *losing = (form(f, 1) for f in row.forms[0])
            texts.append(f"the slope of y = {name}(x) as {losing[-1]} loses digits, {kept} keeps them")
    return "; ".join(texts)
