"""Which values are conditions: numbers that are one where something holds, and zero elsewhere."""

import numpy as np

from diffcheck.ops.structure import Linear
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import ARRAY, CONST, GraphBuilder


def is_condition(builder: GraphBuilder, number: int) -> bool:
    """Whether every element of a node is a relation, or joins relations; 1 and 0 are conditions that are known."""
    pending, seen = [number], {number}
    while pending:
        node = builder.nodes[pending.pop()]
        row = Primitive.rows.get(node.name)
        if node.name == CONST:
            known = node.parameters[0] in (0, 1)
        elif node.name == ARRAY:
            known = bool(np.isin(node.parameters[0].array, (0, 1)).all())
        elif row is not None and row.chooses:
            known = True
        else:
            known = row.condition if row is not None else _moves(node.name)
        if not known:
            return False
        if row is None or row.chooses:
            new = set(node.operands[row.deciding if row is not None else 0 :]) - seen
            seen |= new
            pending += new
    return True


def _moves(name: str) -> bool:
    """Whether an operation adds nothing up: what it gives are its operands' elements, and zeros."""
    return name in Linear.rows and Linear.rows[name].operations is None
