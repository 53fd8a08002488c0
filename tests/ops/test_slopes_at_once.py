"""The slopes that a row tells for all its operands at once are those of its forms."""

import numpy as np
import pytest
from flint import arb, ctx

from diffcheck.ops.table import Primitive
from diffcheck.program.program import Builder
from diffcheck.program.rules import partial
from diffcheck.referee.evaluate import Balls, evaluate

ROWS = {name: row for name, row in Primitive.rows.items() if row.slopes is not None}
A = np.array([[0.5, -1.25, 0.25], [1.0, 0.25, 0.375], [0.125, 0.5, 2.0]])
MATRICES = {
    "exponential_of": [(1, 2), A.ravel()],
    "eigenvalue_of": [(1,), A[np.tril_indices(3)]],
    "eigenprojection_of": [(1, 0, 2), A[np.tril_indices(3)]],
    "eigenresolvent_of": [(2, 1, 1), A[np.tril_indices(3)]],
    "general_eigenvalue_of": [(1, 0), A.ravel()],
    "general_eigenprojection_of": [(0, 2, 1, 0), A.ravel()],
    "general_eigenresolvent_of": [(1, 0, 0, 2), A.ravel()],
}


@pytest.mark.parametrize("name", ROWS)
def test_both_ways_to_a_slope_agree(name):
    places, entries = MATRICES[name]
    builder = Builder()
    constants = [builder.const(k) for k in places]
    inputs = [builder.input(k) for k in range(len(entries))]
    number = builder.apply(name, *constants, *inputs)
    written = [partial(builder, number, len(places) + k) for k in range(len(entries))]
    with ctx.workprec(200):
        values = evaluate(builder.nodes, [arb(float(x)) for x in entries], Balls()).values
        _, operands = builder.nodes[number]
        told = ROWS[name].slopes(*(values[i] for i in operands))
        assert all(x.is_zero() for x in told[: len(places)])
        for slope, node in zip(told[len(places) :], written, strict=True):
            assert slope.overlaps(values[node])
            assert slope.rad() < 1e-40 > values[node].rad()
        assert any(abs(x) > 1e-3 for x in told)
