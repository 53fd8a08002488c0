"""An engine that raises where there is no derivative is right; where there is one it is not."""

import numpy as np
import pytest

import diffcheck
from diffcheck import interval, ops
from diffcheck.verdict import Verdict

SINGULAR, REGULAR = [[1.0, 2.0], [2.0, 4.0]], [[1.0, 2.0], [2.0, 5.0]]
FACTORS = {
    "solve": lambda a: ops.sum(ops.solve(a, np.ones(2))),
    "inverse": lambda a: ops.sum(ops.inverse(a)),
    "cholesky": lambda a: ops.sum(ops.cholesky(a)),
}


def by_autograd(function, *points):
    domain = interval(-9, 9, shape=(2, 2))
    run = diffcheck.check(function, a=domain, points=[{"a": a} for a in points], samples=0, engines=["autograd"])
    (row,) = run.result.rows
    return row


@pytest.mark.parametrize("function", FACTORS.values(), ids=FACTORS)
def test_a_singular_matrix_may_be_refused(function):
    row = by_autograd(function, SINGULAR)
    assert row.verdict is Verdict.UNDEFINED
    assert row.failed_points == 0
    other = by_autograd(function, SINGULAR, REGULAR)
    assert other.verdict is not Verdict.ERROR
    assert other.points >= 1


def test_a_refusal_where_there_is_a_derivative_is_an_error():
    def function(a):
        if not hasattr(a, "detach"):
            return ops.sum(a)
        raise ValueError("no")

    row = by_autograd(function, REGULAR)
    assert row.verdict is Verdict.ERROR
    assert 0 < row.failed_points <= row.points
