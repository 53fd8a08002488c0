"""What example tensors show of an operation's sizes, as its definition says."""

import pytest
import torch
from torch.nn import functional
from wrong_backwards import Scaled

from diffcheck import assert_operation
from diffcheck.audit.inferred import inferred
from diffcheck.audit.subject import subject


def attention(q, k, v):
    return torch.softmax(q @ k.mT / q.shape[-1] ** 0.5, -1) @ v


def linear(x, weight, bias):
    return functional.linear(x, weight, bias)


def normed(x, weight):
    return functional.layer_norm(x, x.shape[-1:], weight)


def square(a):
    return torch.linalg.cholesky(a @ a.mT + torch.eye(len(a), dtype=a.dtype))


def inverse(a):
    return torch.linalg.inv(a)


def by_heads(x):
    return (x.reshape(*x.shape[:-1], 2, -1) * 2).flatten(-2)


@pytest.mark.parametrize(
    ("definition", "shapes", "sizes"),
    [
        (linear, [(4, 6), (5, 6), (5,)], [{"x0"}, {"x1", "weight1"}, {"weight0", "bias0"}]),
        (normed, [(4, 6), (6,)], [{"x0"}, {"x1", "weight0"}]),
        (
            attention,
            [(2, 5, 8), (2, 5, 8), (2, 5, 8)],
            [{"q0", "k0", "v0"}, {"q1"}, {"k1", "v1"}, {"q2", "k2"}, {"v2"}],
        ),
        (square, [(4, 4)], [{"a0"}, {"a1"}]),
        (inverse, [(3, 3)], [{"a0", "a1"}]),
        (by_heads, [(3, 8)], [{"x0"}, {"x1"}]),
        (functional.mse_loss, [(4,), (4,)], [{"input0", "target0"}]),
    ],
)
def test_axes_that_may_change_together_are_one_size(definition, shapes, sizes):
    generator = torch.Generator().manual_seed(0)
    given = [torch.randn(s, generator=generator, dtype=torch.float64) for s in shapes]
    found = inferred(subject(definition, definition, {}, tuple(given)))
    by_size = {}
    for argument, declared in found.declared.items():
        for place, axis in enumerate(axis for axis in declared.axes if axis != "..."):
            if not axis.isdecimal():
                by_size.setdefault(axis, set()).add(f"{argument}{place}")
    assert sorted(map(sorted, by_size.values())) == sorted(map(sorted, sizes))


@pytest.mark.parametrize(
    ("definition", "given", "index", "below"),
    [
        (functional.embedding, (torch.tensor([2, 4, 1]), torch.randn(5, 3)), "input", "weight.shape[0]"),
        (functional.cross_entropy, (torch.randn(6, 7), torch.tensor([1, 0, 3, 2, 5, 1])), "target", "input.shape[1]"),
        (lambda x, n: x * n, (torch.randn(4), torch.tensor([1, 0, 3, 2])), "n", 4),
    ],
)
def test_whole_numbers_are_places_along_the_axis_that_bounds_them(definition, given, index, below):
    found = inferred(subject(definition, definition, {}, given))
    assert found.declared[index].below == below


def test_the_label_that_torch_ignores_is_tried_where_the_definition_takes_it():
    given = torch.randn(6, 7), torch.tensor([1, 0, 3, 2, 5, 1])
    assert inferred(subject(functional.cross_entropy, None, {}, given)).declared["target"].ignored == -100
    given = torch.randn(6, 7), torch.tensor([1, 0, 3, 2, 5, 1]).reshape(6, 1)
    assert inferred(subject(lambda x, k: x.gather(1, k), None, {}, given)).declared["k"].ignored is None


class Blocked(Scaled):
    """Its gradient forgets what is left of the rows behind whole blocks of sixteen."""

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        whole = len(x) if len(x) <= 16 else len(x) // 16 * 16
        return g * w, (g * x)[:whole].sum(0)


class Narrow(Scaled):
    """Right, and made for no more than eight columns: beyond, its result is something else."""

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x * w if x.shape[1] <= 8 else x * 0


class Strict(Scaled):
    """Right, and refuses more than eight columns in its backward."""

    @staticmethod
    def backward(ctx, g):
        if g.shape[1] > 8:
            raise RuntimeError("not made for it")
        return Scaled.backward(ctx, g)


class Made(Scaled):
    """Right, and made for the six columns of the example: of more its gradient is that of the first six."""

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        first = (torch.arange(len(w)) < 6).to(g)
        return g * w * first, (g * x).sum(0)


def scaled(x, w):
    return x * w


EXAMPLE = torch.linspace(-1, 1, 24).reshape(4, 6), torch.linspace(0.5, 1, 6)


def test_a_fault_at_another_size_than_the_example_s_is_found():
    with pytest.raises(AssertionError, match=r"x\.shape\[0\]") as told:
        assert_operation(Blocked.apply, definition=scaled, inputs=EXAMPLE, budget=4)
    assert "`w`" in str(told.value)


@pytest.mark.parametrize("operation", [Narrow, Strict, Made])
def test_who_is_not_made_for_other_sizes_is_not_accused(operation):
    assert assert_operation(operation.apply, definition=scaled, inputs=EXAMPLE, budget=4).passed
