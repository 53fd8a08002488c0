"""What a mask keeps out of a softmax by minus infinity: values and slopes are torch's, and nothing else takes it."""

import numpy as np
import pytest
import torch
from like_torch import NEAR, arrays, checked, of_diffcheck, of_torch

from diffcheck import ops
from diffcheck.errors import CaseError
from diffcheck.program.trace import record
from diffcheck.verdict import Verdict

SHOWN = np.array([[True, False, True, True], [False, True, False, True], [True, True, True, False]])
BIAS = np.where(SHOWN, np.array([0.0, 0.5, 0.0, -1.0]), -np.inf)
LATER = np.triu(np.full((3, 3), -np.inf), 1)
LABELS = np.array([2, 1, 0])
F = torch.nn.functional


def biased(x):
    """The rows of torch's with the bias."""
    return x + torch.tensor(BIAS)


# The function by our operations, and by torch's.
MASKED = {
    "softmax": (
        lambda x: ops.softmax(ops.where(SHOWN, x, -np.inf)),
        lambda x: torch.softmax(torch.where(torch.tensor(SHOWN), x, -torch.inf), -1),
    ),
    "softmax of what is hidden": (
        lambda x: ops.softmax(ops.where(~SHOWN, -np.inf, x), 1),
        lambda x: torch.softmax(torch.where(torch.tensor(SHOWN), x, -torch.inf), 1),
    ),
    "softmax of a bias": (lambda x: ops.softmax(x + BIAS), lambda x: torch.softmax(biased(x), -1)),
    "softmax down the columns": (lambda x: ops.softmax((BIAS + x) / 2, 0), lambda x: torch.softmax(biased(x) / 2, 0)),
    "softmax with a factor": (
        lambda x: ops.softmax(0.5 * (x + BIAS) - x),
        lambda x: torch.softmax(0.5 * biased(x) - x, -1),
    ),
    "softmax of filled places": (
        lambda x: ops.softmax(ops.masked_fill(x, ~SHOWN, -np.inf)),
        lambda x: torch.softmax(x.masked_fill(torch.tensor(~SHOWN), -torch.inf), -1),
    ),
    "softmax of a triangle": (
        lambda x: ops.softmax(ops.matmul(x, ops.transpose(x)) + LATER),
        lambda x: torch.softmax(x @ x.T + torch.tensor(LATER), -1),
    ),
    "log_softmax": (
        lambda x: ops.log_softmax(x + BIAS)[np.arange(3), LABELS],
        lambda x: torch.log_softmax(biased(x), -1)[torch.arange(3), torch.tensor(LABELS)],
    ),
    "cross_entropy": (
        lambda x: ops.cross_entropy(x + BIAS, LABELS),
        lambda x: F.cross_entropy(biased(x), torch.tensor(LABELS)),
    ),
    "logsumexp": (lambda x: ops.logsumexp(x + BIAS, 1), lambda x: torch.logsumexp(biased(x), 1)),
    "logsumexp of all": (lambda x: ops.logsumexp(x + BIAS, None), lambda x: torch.logsumexp(biased(x), (0, 1))),
    "amax": (lambda x: ops.amax(x + BIAS, 1, keepdim=True), lambda x: torch.amax(biased(x), 1, keepdim=True)),
    "exp": (lambda x: ops.sum(ops.exp(x + BIAS), 1), lambda x: torch.exp(biased(x)).sum(1)),
    "in another shape": (
        lambda x: ops.softmax((ops.reshape(x + BIAS, (2, 3, 2)))[..., 0]),
        lambda x: torch.softmax(biased(x).reshape(2, 3, 2)[..., 0], -1),
    ),
    "attention": (
        lambda x: ops.attention(x, x, x, x @ ops.transpose(x) + LATER),
        lambda x: F.scaled_dot_product_attention(x, x, x, x @ x.T + torch.tensor(LATER)),
    ),
}


@pytest.mark.parametrize(("ours", "theirs"), MASKED.values(), ids=MASKED)
def test_masked_rows_are_torchs(ours, theirs):
    given = arrays([(3, 4)])
    expected, slopes = of_torch(theirs, given)
    found, found_slopes = of_diffcheck(ours, given)
    np.testing.assert_allclose(found, expected, **NEAR)
    np.testing.assert_allclose(found_slopes, slopes, **NEAR)
    np.testing.assert_allclose(ours(*given), expected, **NEAR)


def test_every_engine_takes_a_masked_softmax():
    rows = checked(lambda x: ops.sum(ops.softmax(x + BIAS) ** 2), arrays([(3, 4)]))
    assert [row.verdict for row in rows] == [Verdict.AGREE] * 3


REFUSED = {
    "a sum": (lambda x: ops.sum(x + BIAS), "sum: minus infinity goes into it: softmax, log_softmax"),
    "a sine": (lambda x: ops.sin(x + BIAS), "sin: minus infinity goes into it"),
    "turned": (lambda x: -(x + BIAS), "neg: minus infinity goes into it"),
    "taken away": (lambda x: x - (x + BIAS), "sub: minus infinity goes into it"),
    "a negative factor": (lambda x: -2 * (x + BIAS), "mul: minus infinity goes into it"),
    "a factor of an input": (lambda x: (x + BIAS) / (x * x), "div: minus infinity goes into it"),
    "a product": (lambda x: (x + BIAS) @ ops.transpose(x), "minus infinity goes into it"),
    "sorted": (lambda x: ops.sort(x + BIAS), "minus infinity goes into it"),
    "a product along rows": (lambda x: ops.prod(x + BIAS, 1), "prod: minus infinity goes into it"),
    "a result": (lambda x: x + BIAS, "minus infinity goes into it"),
    "nothing left": (
        lambda x: ops.softmax(x + np.array([[-np.inf], [0.0], [0.0]])),
        "softmax: minus infinity takes the place of all",
    ),
    "a mask of an input": (lambda x: ops.softmax(ops.where(x > 0, x, -np.inf)), "the constant -inf is not a number"),
    "above": (lambda x: ops.softmax(x + np.inf), "the constant inf is not a number"),
    "a bound": (lambda x: ops.maximum(x, -np.inf), "the constant -inf is not a number"),
}


@pytest.mark.parametrize(("function", "told"), REFUSED.values(), ids=REFUSED)
def test_nothing_else_takes_minus_infinity(function, told):
    with pytest.raises(CaseError, match=told):
        record(function, {"x": (3, 4)}, {})
