"""What is said of the inputs of an operation holds in every context that is tried."""

import torch

from diffcheck.audit import audit
from diffcheck.audit.conditions.sizes import space


def test_a_size_that_is_fixed_does_not_move():
    fixed = space(["tokens", "taps"], {"taps": 4})
    assert fixed.changed({"tokens": 2, "taps": 4}, "taps", 2) is None
    assert fixed.changed({"tokens": 2, "taps": 4}, "tokens", 17) == {"tokens": 17, "taps": 4}


class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(x, weight)
        return x * weight

    @staticmethod
    def backward(ctx, g):
        x, weight = ctx.saved_tensors
        return g * weight, (g * x).sum(0)


def product(x, weight):
    return x * weight


def test_arguments_that_a_function_makes_reach_an_apply():
    def make(sizes, dtype, seed):
        draws = torch.Generator().manual_seed(seed)
        return tuple(
            torch.randn(shape, generator=draws).to(dtype) for shape in ((sizes.rows, sizes.width), sizes.width)
        )

    found = audit(Product.apply, product, inputs=make, budget=2)
    assert found.passed, repr(found)
    assert found.contexts > 1
