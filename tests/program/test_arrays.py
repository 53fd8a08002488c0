"""Arrays that a function brings along."""

import numpy as np
import pytest
import torch
from flint import ctx
from uses import BITS, assert_near

from diffcheck import ops
from diffcheck.program.compile import Compiled
from diffcheck.program.trace import trace

ARRAY = np.array([0.5, 0.25, 1.0])
WITH_ARRAY = {
    "add": lambda x: ops.add(x, ARRAY),
    "sub": lambda x: ops.sub(ARRAY, x),
    "mul": lambda x: ops.mul(x, ARRAY),
    "div": lambda x: ops.div(ARRAY, x),
    "maximum": lambda x: ops.maximum(x, ARRAY),
    "hypot": lambda x: ops.hypot(x, ARRAY),
    "where": lambda x: ops.where(x > 0.7, x, ARRAY),
    "clip": lambda x: ops.clip(x, ARRAY, 2),
    "dot": lambda x: ops.dot(ARRAY, x),
    "stack": lambda x: ops.stack([x, ARRAY]),
    "concatenate": lambda x: ops.concatenate([x, ARRAY]),
    "mse_loss": lambda x: ops.mse_loss(x, ARRAY),
    "binary_cross_entropy": lambda x: ops.binary_cross_entropy(x, ARRAY),
    "bce_with_logits": lambda x: ops.bce_with_logits(x, ARRAY),
}


@pytest.mark.parametrize("function", WITH_ARRAY.values(), ids=WITH_ARRAY)
def test_an_array_that_the_function_brings_along(function):
    point = [np.array([0.25, 0.5, 0.875])]
    program = trace(function, {"x": (3,)}, {})
    with ctx.workprec(BITS):
        assert_near(function(*point), program, point)
        assert_near(function(torch.tensor(point[0])).numpy(), program, point)


def test_a_product_with_an_array_to_the_left_is_in_order():
    left = np.array([[1.0, 2.0], [3.0, 5.0]])
    program = trace(lambda x: np.matmul(left, x) + np.matmul(x, left), {"x": (2, 2)}, {})
    x = np.array([[2.0, -1.0], [0.5, 4.0]])
    assert Compiled(program).batch(x.reshape(1, -1))[0].tolist() == (left @ x + x @ left).tolist()
