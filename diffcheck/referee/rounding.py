"""What rounding leaves on one intermediate value in one format."""

import functools
from collections.abc import Sequence

from flint import arb

from diffcheck.formats import Format
from diffcheck.ops import balls
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
        self._largest = balls.ball(format.largest)

    def loss(self, node: Node, value: Ball) -> Ball:
        """The absolute error that rounding leaves on the value of a node."""
        name, operands = node
        if value is None or name == INPUT or (name == CONST and self._format.holds(operands[0])):
            return balls.ZERO
        ulps = 1.0 if name == CONST else Primitive.rows[name].ulps
        if ulps == 0 or not value.is_finite() or value.is_zero():
            return balls.ZERO
        magnitude = abs(value).mid()
        if magnitude > self._largest:
            return arb.pos_inf()
        return max(ulps * (magnitude * self.unit), self._half_subnormal)

    def losses(self, nodes: Sequence[Node], values: Sequence[Ball]) -> list[Ball]:
        """What rounding leaves on each node."""
        return list(map(self.loss, nodes, values))


@functools.cache
def rounding(format: Format) -> Rounding:
    """The rounding errors of a format."""
    return Rounding(format)
