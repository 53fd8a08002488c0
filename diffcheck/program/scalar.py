"""Numbers that record what is computed with them, for rules and pieces that are written over the table's operations."""

from typing import Any

from diffcheck.ops.composites import Composite
from diffcheck.ops.exact import Exact, exact
from diffcheck.ops.table import Operation, Primitive
from diffcheck.program.program import CONST, INPUT, Builder
from diffcheck.program.recorded import Recorded


class TracedScalar(Recorded):
    """A node of a program of numbers."""

    def __init__(self, builder: Builder, node: int) -> None:
        self._builder = builder
        self.node = node

    @property
    def is_condition(self) -> bool:
        """Whether it is a relation; 1 and 0 are conditions that are known."""
        pending, nodes = [self.node], self._builder.nodes
        while pending:
            name, operands = nodes[pending.pop()]
            row = Primitive.rows.get(name)
            if row is not None and row.chooses:
                pending += operands[row.deciding :]
            elif name == INPUT or not (operands[0] in (0, 1) if name == CONST else Primitive.rows[name].condition):
                return False
        return True

    def apply(self, operation: Operation, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Record an operation; a composite one by its definition."""
        if isinstance(operation, Composite):
            return operation.definition(*arguments, **options)
        return self._like(self._builder.apply(operation.name, *map(self._lift, arguments)))

    def _like(self, node: int) -> "TracedScalar":
        return TracedScalar(self._builder, node)

    def _lift(self, value: Any) -> int:
        """The node of a value, or of a constant."""
        if isinstance(value, TracedScalar):
            return value.node
        if isinstance(value, Exact):
            return self._builder.apply(value.operation.name, *map(self._lift, value.arguments))
        number = exact(value)
        return self._builder.data(number) if isinstance(value, float) else self._builder.const(number)

    def __repr__(self) -> str:
        return "<traced number>"
