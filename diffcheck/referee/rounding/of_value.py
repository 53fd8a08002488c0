"""What rounding leaves on one intermediate value in one format."""

import functools
from collections.abc import Iterable, Sequence

from flint import arb

from diffcheck.formats import Format
from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Node
from diffcheck.referee.evaluate import Ball


class Rounding:
    """The rounding errors of a format, as balls whose midpoint counts."""

    def __init__(self, format: Format) -> None:
        self._format = format
        self.unit = balls.power_of_two(-format.precision)
        self.root = balls.power_of_two(-format.precision).sqrt()
        self.subnormal = balls.power_of_two(format.smallest_subnormal_exponent)
        self._half_subnormal = self.subnormal / 2
        self._largest = balls.power_of_two(format.maximum_exponent + 1) * (1 - self.unit)

    def loss(self, node: Node, value: Ball, values: Sequence[Ball] = ()) -> Ball:
        """The absolute error that rounding leaves on the value of a node; ``values`` are those of all nodes before."""
        name, operands = node
        if value is None or name == INPUT or (name == CONST and self._format.holds(operands[0])):
            return balls.ZERO
        row = None if name == CONST else Primitive.rows[name]
        ulps = 1.0 if row is None else row.ulps
        beside = None if row is None else row.beside
        if ulps == 0 or not value.is_finite() or (value.is_zero() and beside is None):
            return balls.ZERO
        magnitude = abs(value).mid()
        if beside is not None:
            magnitude = max(magnitude, beside(*(values[i] for i in operands)).mid())
        if magnitude > self._largest:
            return arb.pos_inf()
        return max(ulps * (magnitude * self.unit), self._half_subnormal)

    def loss_on_the_way(self, node: Node, value: Ball, values: Sequence[Ball]) -> Ball:
        """The same of what is no result: where it is smaller than the smallest number it becomes zero, no other one."""
        lost = self.loss(node, value, values)
        return min(lost, abs(value).mid()) if lost == self._half_subnormal else lost

    def losses(self, nodes: Sequence[Node], values: Sequence[Ball], results: Iterable[int]) -> list[Ball]:
        """What rounding leaves on each of the first nodes, from the values of all."""
        kind = dict.fromkeys(results, self.loss)
        return [
            kind.get(number, self.loss_on_the_way)(node, value, values)
            for number, (node, value) in enumerate(zip(nodes, values, strict=False))
        ]


@functools.cache
def rounding(format: Format) -> Rounding:
    """The rounding errors of a format."""
    return Rounding(format)
