"""A program evaluated in balls, or in another arithmetic: every node's enclosure, or why it has none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from operator import sub
from types import MappingProxyType
from typing import Any, Protocol

from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Node

Ball = Any
NOTHING: Mapping[int, int] = MappingProxyType({})


class Fault(Enum):
    """Why a node has no value."""

    UNDEFINED = "undefined"
    """Outside the domain for certain."""
    UNDECIDED = "undecided"
    """The enclosure is too wide to tell; more precision may."""


@dataclass(slots=True)
class Evaluation:
    """What became of each node.

    Attributes
    ----------
    values:
        For each node its enclosure; of no meaning for a node in ``faults``.
    faults:
        The nodes without a value: the fault and the node where it began.
    decisions:
        For each node made of pieces the sign of its switch, and the constant that it is there (``None`` if it is one
        of its operands).
    """

    values: list[Any] = field(default_factory=list)
    faults: dict[int, tuple[Fault, int]] = field(default_factory=dict)
    decisions: dict[int, tuple[int, int | None]] = field(default_factory=dict)

    def copy(self) -> "Evaluation":
        """The same, to be extended."""
        return Evaluation(list(self.values), dict(self.faults), dict(self.decisions))


class Arithmetic(Protocol):
    """What values are made of."""

    def const(self, value: Fraction) -> Any:
        """The enclosure of an exact number."""
        ...

    def function(self, row: Primitive) -> Callable[..., Any]:
        """The operation on values."""
        ...

    def is_finite(self, x: Any) -> bool:
        """Whether the value encloses finite numbers only."""
        ...

    def switch(self, row: Primitive, operands: Sequence[Any]) -> Any:
        """The value whose sign says which piece the operands lie in."""
        ...

    def sign(self, x: Any) -> int | None:
        """The certain sign of a value, ``None`` if it does not decide."""
        ...

    def head(self, x: Any) -> Ball:
        """The ball that a value begins with."""
        ...

    def outside(self, row: Primitive, operands: Sequence[Any]) -> bool:
        """Whether the operands lie outside the operation's domain for certain."""
        ...


class Balls:
    """Values at a point."""

    def const(self, value: Fraction) -> Ball:
        """The ball of an exact number."""
        return balls.ball(value)

    def function(self, row: Primitive) -> Callable[..., Any]:
        """The operation on balls."""
        return row.on_balls()

    def is_finite(self, x: Ball) -> bool:
        """Whether the ball is finite."""
        return bool(x.is_finite())

    def switch(self, row: Primitive, operands: Sequence[Ball]) -> Ball:
        """The ball of the switch."""
        assert row.switch is not None
        return row.switch(*operands)

    def sign(self, x: Ball) -> int | None:
        """The certain sign."""
        return balls.sign(x)

    def head(self, x: Ball) -> Ball:
        """The ball itself."""
        return x

    def outside(self, row: Primitive, operands: Sequence[Ball]) -> bool:
        """Whether the balls lie outside the domain."""
        return row.outside is not None and bool(row.outside(*operands))

    def polynomial(self, coefficients: Mapping[int, Fraction]) -> Ball:
        """The number that stands alone: at a point there is no way to go."""
        return balls.ball(coefficients.get(0, Fraction(0)))

    def with_coefficients(self, x: Ball, coefficients: Sequence[Fraction | None]) -> Ball:
        """The number that the ball encloses, if it may be the first one of these."""
        known = coefficients[0] if coefficients else None
        return balls.ball(known) if known is not None and x.contains(balls.ball(known)) else x

    def is_vague(self, x: Ball) -> bool:
        """Whether the ball holds zero and other numbers."""
        return balls.sign(x) is None

    def of_pi(self, row: Primitive, x: Ball) -> Ball:
        """The operation of pi times a ball."""
        assert row.of_pi is not None
        return row.of_pi(x)


def evaluate(
    nodes: Sequence[Node],
    inputs: Sequence[Any],
    arithmetic: Arithmetic,
    forced: Mapping[int, int] = NOTHING,
    known: Evaluation | None = None,
) -> Evaluation:
    """Every node's value at these inputs, at the working precision of `flint.ctx`.

    Parameters
    ----------
    forced:
        The signs of switches that are not to be decided by their values.
    known:
        What is known already of the first nodes.
    """
    result = Evaluation() if known is None else known.copy()
    values, faults = result.values, result.faults
    rows = Primitive.rows
    functions: dict[str, Callable[..., Any]] = {}
    finite = arithmetic.is_finite
    for number in range(len(values), len(nodes)):
        name, operands = nodes[number]
        if name == INPUT:
            values.append(inputs[operands[0]])
            continue
        if name == CONST:
            values.append(arithmetic.const(operands[0]))
            continue
        if rows[name].switch is not None:
            values.append(_piece(rows[name], number, operands, result, arithmetic, forced.get(number)))
            continue
        if faults and not faults.keys().isdisjoint(operands):
            faults[number] = _inherited(operands, faults)
            values.append(None)
            continue
        function = functions.get(name)
        if function is None:
            function = functions[name] = arithmetic.function(rows[name])
        arguments = [values[i] for i in operands]
        value = function(*arguments)
        if not finite(value):
            certain = arithmetic.outside(rows[name], arguments)
            faults[number] = (Fault.UNDEFINED if certain else Fault.UNDECIDED), number
        values.append(value)
    return result


def _inherited(operands: Sequence[int], faults: dict[int, tuple[Fault, int]]) -> tuple[Fault, int]:
    found = [faults[i] for i in operands if i in faults]
    return next((f for f in found if f[0] is Fault.UNDEFINED), found[0])


def _piece(
    row: Primitive,
    number: int,
    operands: tuple[int, ...],
    result: Evaluation,
    arithmetic: Arithmetic,
    forced: int | None,
) -> Any:
    """The value of an operation made of pieces; the pieces that are not chosen need not exist."""
    deciding = operands[: row.deciding]
    if not result.faults.keys().isdisjoint(deciding):
        result.faults[number] = _inherited(deciding, result.faults)
        return None
    arguments = [result.values[i] for i in operands]
    side = _side(row, arguments[: row.deciding], arithmetic) if forced is None else forced
    if side is None:
        result.faults[number] = Fault.UNDECIDED, number
        return None
    if row.takes is not None:
        taken = operands[row.takes(side)]
        result.decisions[number] = side, None
        if taken in result.faults:
            result.faults[number] = result.faults[taken]
        return result.values[taken]
    assert row.piece is not None
    chosen = row.piece(side, arguments, [arithmetic.head(x) for x in arguments])
    if isinstance(chosen, int):
        result.decisions[number] = side, chosen
        return arithmetic.const(Fraction(chosen))
    result.decisions[number] = side, None
    return chosen


def _side(row: Primitive, deciding: Sequence[Any], arithmetic: Arithmetic) -> int | None:
    """The certain sign of a switch; what is compared with itself, as the largest of some is with one of them, ties."""
    if row.switch is sub and deciding[0] is deciding[1]:
        return 0
    return arithmetic.sign(arithmetic.switch(row, deciding))
