"""Right operations of many kinds, torch's own fused ones against plain definitions: none is accused in any format."""

import math
from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from diffcheck import integers, tensor
from diffcheck.audit import audit
from diffcheck.audit.design import design
from diffcheck.audit.subjects.told import subject
from diffcheck.audit.trials.ruling import Ruling
from diffcheck.audit.trials.trial import Trials

ROWS = {"x": tensor("rows width")}
TWO = {"a": tensor("rows width"), "b": tensor("rows width")}
NORM = {"x": tensor("rows width"), "weight": tensor("width"), "bias": tensor("width")}
LABELS = {"x": tensor("rows classes"), "target": integers("rows", below="classes", ignored=-100)}
HEADS = {"q": tensor("heads queries dim"), "k": tensor("heads keys dim"), "v": tensor("heads keys dim")}


def layer_norm(x, weight, bias):
    centred = x - x.mean(-1, keepdim=True)
    return centred * torch.rsqrt((centred**2).mean(-1, keepdim=True) + 1e-5) * weight + bias


def cross_entropy(x, target):
    chosen = x.log_softmax(-1).gather(1, target.clamp(min=0)[:, None])[:, 0]
    return -(chosen * (target >= 0)).sum()


def attention(q, k, v):
    return torch.softmax(q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5, -1) @ v


def huber(a, b):
    return torch.where((a - b).abs() < 1, (a - b) ** 2 / 2, (a - b).abs() - 0.5).mean()


# The fused operation, its definition, what both take.
RIGHT = {
    "softmax": (lambda x: functional.softmax(x, -1), lambda x: (x - torch.logsumexp(x, -1, keepdim=True)).exp(), ROWS),
    "log_softmax": (lambda x: functional.log_softmax(x, -1), lambda x: x - torch.logsumexp(x, -1, keepdim=True), ROWS),
    "silu": (functional.silu, lambda x: x * torch.sigmoid(x), ROWS),
    "gelu": (functional.gelu, lambda x: x * (1 + torch.erf(x / math.sqrt(2))) / 2, ROWS),
    "mish": (functional.mish, lambda x: x * torch.tanh(functional.softplus(x)), ROWS),
    "relu": (functional.relu, lambda x: torch.where(x > 0, x, torch.zeros_like(x)), ROWS),
    "hardswish": (functional.hardswish, lambda x: x * torch.clamp(x + 3, 0, 6) / 6, ROWS),
    "softplus": (functional.softplus, lambda x: torch.log1p(torch.exp(-x.abs())) + x.clamp(min=0), ROWS),
    "var": (lambda x: x.var(-1, unbiased=False), lambda x: ((x - x.mean(-1, keepdim=True)) ** 2).mean(-1), ROWS),
    "amax": (lambda x: x.amax(-1), lambda x: x.max(-1).values, ROWS),
    "cumsum": (lambda x: x.cumsum(-1), lambda x: x @ torch.ones(x.shape[-1], x.shape[-1]).to(x).triu(), ROWS),
    # Beyond 256 rows torch's own is wrong: it adds up the bias's gradient in bfloat16.
    "layer_norm": (
        lambda x, weight, bias: functional.layer_norm(x, x.shape[-1:], weight, bias),
        layer_norm,
        {**NORM, "sizes": {"rows": (2, 1, 3, 5, 8, 16, 17, 64)}},
    ),
    "glu": (lambda a, b: functional.glu(torch.cat([a, b], -1), -1), lambda a, b: a * torch.sigmoid(b), TWO),
    "smooth_l1": (functional.smooth_l1_loss, huber, TWO),
    "mse": (functional.mse_loss, lambda a, b: ((a - b) ** 2).mean(), TWO),
    "cross_entropy": (lambda x, target: functional.cross_entropy(x, target, reduction="sum"), cross_entropy, LABELS),
    "linear": (
        functional.linear,
        lambda x, weight, bias: x @ weight.T + bias,
        {"x": tensor("rows inner"), "weight": tensor("outer inner"), "bias": tensor("outer")},
    ),
    "bmm": (
        torch.bmm,
        lambda a, b: (a[:, :, :, None] * b[:, None]).sum(2),
        {"a": tensor("batch n k"), "b": tensor("batch k m")},
    ),
    "embedding": (
        lambda weight, index: functional.embedding(index, weight),
        lambda weight, index: weight[index],
        {"weight": tensor("words width"), "index": integers("tokens", below="words")},
    ),
    "attention": (functional.scaled_dot_product_attention, attention, HEADS),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_operation_is_not_accused(name) -> None:
    operation, definition, arguments = RIGHT[name]
    found = audit(operation, definition, budget=0.7, **arguments)
    assert found.fault is None, repr(found)
    assert found.contexts > 0
    assert found.certified > 0


def test_there_are_twenty_of_them() -> None:
    assert len(RIGHT) == 20


def test_a_square_that_only_half_precision_cannot_hold_is_nobodys_fault():
    def divided(x):
        return x / (x.abs().sum(-1, keepdim=True) + 1)

    class Divided(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            size = x.abs().sum(-1, keepdim=True) + 1
            ctx.save_for_backward(x, size)
            return x / size

        @staticmethod
        def backward(ctx, g):
            x, size = ctx.saved_tensors
            return g / size - x.sign() * (g * x).sum(-1, keepdim=True) / size**2

    found = audit(Divided.apply, divided, x=tensor("rows width"), dtypes="float16", budget=4)
    assert found.fault is None, repr(found)


def test_an_exponential_of_what_rounding_leaves_accuses_nobody():
    """Of numbers whose squares overflow a difference has no digit left, and its exponential may be infinite."""

    def shares(x):
        return torch.logsumexp(x, -1)

    class Shares(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return shares(x)

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            forward, back = x.cumsum(-1), x.flip(-1).cumsum(-1).flip(-1)
            total = forward[..., -1:]
            return g[..., None] * torch.exp(forward + back - total - torch.logsumexp(x, -1, keepdim=True))

    found = audit(Shares.apply, shares, inputs=(torch.randn(3, 4).double(),), budget=2, dtypes="float64")
    assert found.passed, repr(found)


def test_who_calls_a_matrix_singular_in_words_is_not_accused():
    class Solve(torch.autograd.Function):
        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, g):
            a, x = ctx.saved_tensors
            by_b = torch.linalg.solve(a.mT, g)
            return -by_b @ x.mT, by_b

        @staticmethod
        def forward(ctx, a, b):
            x = torch.linalg.solve(a, b)
            ctx.save_for_backward(a, x)
            return x

    generator = torch.Generator().manual_seed(22)
    x, b = (torch.randn(2, 4, n, generator=generator).double() for n in (4, 3))
    found = audit(Solve.apply, torch.linalg.solve, inputs=(x @ x.mT + torch.eye(4).double(), b), budget=2)
    assert found.passed, repr(found)


SHORT = {"rows": (5,), "n": (16,)}


def test_a_result_beyond_its_format_is_infinite_whatever_plain_torch_takes():
    """Plain torch refuses a product of two formats, and what the smaller one does not hold is infinite."""

    class Product(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, weight):
            ctx.save_for_backward(x, weight)
            return (x.double() @ weight.double()).to(x.dtype)

        @staticmethod
        def backward(ctx, g):
            x, weight = ctx.saved_tensors
            of_x, of_weight = g.double()[:, None] * weight.double(), g.double() @ x.double()
            return of_x.to(x.dtype), of_weight.to(weight.dtype)

    taken = subject(Product.apply, torch.matmul, {"x": tensor("rows n"), "weight": tensor("n")}, sizes=SHORT)
    plan = design(taken, ["float16", "float32"], ["cpu"], 0, "float32")
    trials = Trials(taken, patience=5.0)
    mixed = plan.ordinary.with_choice("precision", "float16 with float32 weights").with_choice("values", "saturated")
    contexts = [replace(mixed, seed=seed) for seed in range(12)]
    assert sum(bool(trials.screen(c).values[0].isinf().any()) for c in contexts) >= 3
    assert {trials.hear(c).ruling for c in contexts} <= {Ruling.RIGHT, Ruling.EXCUSED}
