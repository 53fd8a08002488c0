"""What example tensors show of an operation's sizes, as its definition says."""

import re

import audit_examples
import pytest
import torch
from torch.nn import functional
from wrong_backwards import Scaled

from diffcheck import assert_operation
from diffcheck.audit import audit
from diffcheck.audit.examples.inferred import inferred
from diffcheck.audit.subjects.told import subject


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
        (
            attention,
            [(1, 5, 8), (1, 5, 8), (1, 5, 8)],
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


def mass(values, edges):
    return values * (edges[1:] - edges[:-1])


def packed(x, p):
    lower = torch.tril_indices(len(x), len(x))
    return torch.zeros(len(x), len(x), dtype=x.dtype).index_put((lower[0], lower[1]), p) @ x


@pytest.mark.parametrize(
    ("definition", "shapes", "follows"),
    [
        (mass, [(6,), (7,)], {"edges": ("values.shape[0] + 1",)}),
        (packed, [(4,), (10,)], {"p": ("x.shape[0] * (x.shape[0] + 1) / 2",)}),
        (
            lambda x, gains: torch.fft.irfft(torch.fft.rfft(x) * gains, n=x.shape[-1]),
            [(8,), (5,)],
            {"gains": ("x.shape[0] // 2 + 1",)},
        ),
        (lambda x, w: x.reshape(len(x), 2, len(w)) * w, [(5, 6), (3,)], {"w": ("x.shape[1] / 2",)}),
    ],
)
def test_a_length_that_follows_from_another_is_told(definition, shapes, follows):
    generator = torch.Generator().manual_seed(0)
    given = [torch.randn(s, generator=generator, dtype=torch.float64) for s in shapes]
    found = inferred(subject(definition, definition, {}, tuple(given)))
    axes = {n: tuple(a for a in d.axes if a != "...") for n, d in found.declared.items()}
    assert {n: axes[n] for n in follows} == follows
    assert set(found.following) == {axis for names in follows.values() for axis in names}


def test_what_must_hold_between_two_sizes_is_told():
    def shared(q, k):
        return q @ k.repeat(len(q) // len(k), 1, 1).mT

    given = [torch.randn(n, 3, 5, dtype=torch.float64) for n in (4, 2)]
    found = inferred(subject(shared, shared, {}, tuple(given)))
    (relation,) = found.space.relations
    assert relation.text == "`k.shape[0]` divides `q.shape[0]`"
    assert found.space.ordinary()["q.shape[0]"] == 4
    assert found.space.changed(found.space.ordinary(), "q.shape[0]", 9)["k.shape[0]"] in (1, 3, 9)


def fused(backward):
    return audit_examples.made(lambda a, b: a * b, backward)


def product(a, b):
    return a * b


NARROWED = fused(lambda a, b, g: ((g * b)[: len(a)], g * a))


@pytest.mark.parametrize(("operation", "tried"), [(product, True), (NARROWED, False)])
def test_an_axis_that_is_broadcast_is_tried_where_the_gradient_is_right_there(operation, tried):
    given = torch.randn(3, 4, dtype=torch.float64), torch.randn(3, 4, dtype=torch.float64)
    found = inferred(subject(operation, product, {}, given))
    assert ("a.shape[0]" in found.broadcast) is tried
    assert ("`a.shape[0]` of 1, which is broadcast" in found.unheld) is not tried


def test_what_it_is_not_held_to_is_said():
    def halved(a, b):
        return (a * b).sum() / a.shape[1]

    given = torch.randn(1, 5, dtype=torch.float64), torch.randn(1, 5, dtype=torch.float64)
    found = assert_operation(halved, lambda a, b: (a * b).sum() / b.numel(), inputs=given, budget=1, dtypes="float64")
    assert re.search(r"not held to other lengths of `b.shape\[0\]`.*: its result is another there", repr(found))


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
    """Made for the six columns of the example: of more its gradient is that of the first six, its value is right."""

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


@pytest.mark.parametrize("operation", [Narrow, Strict])
def test_who_is_not_made_for_other_sizes_is_not_accused(operation):
    assert assert_operation(operation.apply, definition=scaled, inputs=EXAMPLE, budget=2).passed


def test_who_has_the_value_at_another_size_is_held_to_the_gradient():
    with pytest.raises(AssertionError, match=r"only if `x\.shape\[1\]` > 6") as told:
        assert_operation(Made.apply, definition=scaled, inputs=EXAMPLE, budget=4)
    assert "not held" not in str(told.value)


def looked_up(x, counts):
    """Rows of x, as many as are counted in each."""
    return x * (torch.arange(x.shape[1]) < counts[:, None])


def fused_looked_up(wrong):
    def backward(x, counts, g):
        kept = torch.arange(x.shape[1]) < (counts.clamp(min=1) if wrong else counts)[:, None]
        return g * kept, None

    return audit_examples.made(looked_up, backward)


def chosen(x, labels):
    """The logarithm at each label; nothing where there is none."""
    return torch.where(labels >= 0, x.gather(1, labels.clamp(min=0)[:, None])[:, 0], 0.0)


def fused_chosen(wrong):
    def backward(x, labels, g):
        there = labels[:, None] == torch.arange(x.shape[1])
        if wrong:  # one that is missing counts as the first
            there = labels.clamp(min=0)[:, None] == torch.arange(x.shape[1])
        return torch.where(there, g[:, None], 0.0), None

    return audit_examples.made(chosen, backward)


def layered(x, decay):
    for a in decay:
        x = torch.sin(x) * a
    return x


def fused_layered(wrong):
    def backward(x, decay, g):
        leaves = [t.detach().requires_grad_() for t in (x, decay)]
        with torch.enable_grad():
            by_x, by_decay = torch.autograd.grad(layered(*leaves), leaves, g)
        return by_x * (2 if wrong and len(decay) > 2 else 1), by_decay

    return audit_examples.made(layered, backward)


def reduced(x, reduction):
    return (x * x).sum() if reduction == "sum" else (x * x).mean()


def fused_reduced(wrong):
    def backward(x, reduction, g):
        return 2 * x * g / (1 if reduction == "sum" and not wrong else x.numel()), None

    return audit_examples.made(reduced, backward)


def lower(x, causal):
    return (x * x).tril() if causal else x * x


def fused_lower(wrong):
    def backward(x, causal, g):
        return 2 * x * (g.tril() if causal and not wrong else g), None

    return audit_examples.made(lower, backward)


def shifted(x, shift):
    return x * x if shift is None else x * x + shift


def fused_shifted(wrong):
    def backward(x, shift, g):
        return (g if wrong and shift is None else 2 * x * g), None if shift is None else g.sum(0)

    return audit_examples.made(shifted, backward)


BEYOND = {
    "a count of zero": (
        looked_up,
        fused_looked_up,
        (torch.randn(2, 4), torch.tensor([3, 2])),
        r"some of `counts` are 0",
    ),
    "a label of none": (chosen, fused_chosen, (torch.randn(3, 4), torch.tensor([1, 0, 3])), r"some of `labels` are -1"),
    "a word": (reduced, fused_reduced, (torch.randn(3, 4), "mean"), r"`reduction` is 'sum'"),
    "a flag": (lower, fused_lower, (torch.randn(3, 4), False), r"`causal` is True"),
    "nothing": (shifted, fused_shifted, (torch.randn(3, 4), torch.randn(4)), r"`shift` is None"),
    "more layers": (layered, fused_layered, (torch.randn(3), torch.tensor([0.5, 0.7])), r"`decay.shape\[0\]` > 2"),
}


@pytest.mark.parametrize(("definition", "make", "inputs", "told"), BEYOND.values(), ids=BEYOND)
def test_what_no_example_holds_is_tried(definition, make, inputs, told):
    inputs = tuple(t.double() if isinstance(t, torch.Tensor) and t.is_floating_point() else t for t in inputs)
    with pytest.raises(AssertionError, match=told):
        assert_operation(make(True), definition, inputs=inputs, budget=4, dtypes="float64")
    assert assert_operation(make(False), definition, inputs=inputs, budget=2, dtypes="float64").passed


def test_a_number_that_only_looks_like_none_is_not_tried():
    def counted(x, ids):
        """What is hit by an index; -1 hits nothing."""
        return (torch.arange(len(x))[:, None] == ids).any(1) * x

    found = inferred(subject(counted, counted, {}, (torch.randn(5), torch.tensor([3, 0, 4]))))
    assert found.declared["ids"].ignored is None


def pooled(x, groups):
    """The sum of each of as many groups as there are rows."""
    return (x * (groups == torch.arange(len(x))[:, None])).sum(1)


def taken(x, places):
    return x[places]


def test_a_group_that_is_not_there_is_no_last_place():
    given = torch.randn(3, 4), torch.tensor([0, 2, 1, 2])
    assert inferred(subject(pooled, pooled, {}, given)).declared["groups"].ignored != -1
    rows = torch.randn(5, 3), torch.tensor([2, 4, 1])
    assert inferred(subject(taken, taken, {}, rows)).declared["places"].ignored == -1


class ByHeads(torch.autograd.Function):
    """Weighs rows by a gate for each head; its backward has all heads weighed by the first one's."""

    @staticmethod
    def forward(ctx, x, gate, wrong):
        ctx.save_for_backward(x, gate)
        ctx.wrong = wrong
        return x * gate[:, None, None]

    @staticmethod
    def backward(ctx, g):
        x, gate = ctx.saved_tensors
        used = gate[:1].expand_as(gate) if ctx.wrong else gate
        return g * used[:, None, None], (g * x).sum((1, 2)), None


@pytest.mark.parametrize("wrong", [False, True])
def test_a_single_head_of_the_examples_becomes_several(wrong):
    def operation(x, gate):
        if len(x) != len(gate):
            raise ValueError("a gate for each head")
        return ByHeads.apply(x, gate, wrong)

    given = torch.linspace(-1, 1, 12).reshape(1, 4, 3), torch.tensor([0.5])
    found = audit(operation, lambda x, gate: x * gate[:, None, None], inputs=given, budget=2)
    assert found.passed is not wrong
