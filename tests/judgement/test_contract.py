"""What a backward must do beside giving the right numbers: each breach is a finding of its own, and fails a trial."""

import numpy as np
import pytest
import torch
from backward import custom, right, row, saved

from diffcheck import case, interval
from diffcheck.api import Settings, conduct
from diffcheck.engines.autograd.passes import bits
from diffcheck.ops import cos, sin, stack
from diffcheck.ops import sum as total


def spoils(ctx, x):
    x.data.mul_(2)
    return torch.sin(x / 2).sum()


def spoils_gradient(ctx, g):
    kept = g.clone()
    g.mul_(2)
    return kept * torch.cos(saved(ctx))


class Forgetful:
    """Right at every first call of a pair only."""

    def __init__(self):
        self.calls = 0

    def __call__(self, ctx, g):
        self.calls += 1
        return g * torch.cos(saved(ctx)) * (1 + 1e-3 * (self.calls % 2))


class Draining:
    """A backward that uses up what it saved."""

    def __call__(self, ctx, g):
        x = saved(ctx)
        result = g * torch.cos(x)
        x.data.zero_()
        return result


FAULTS = {
    "ignores": (custom(right, lambda ctx, g: torch.cos(saved(ctx))), "ignores-gradient"),
    "squares": (custom(right, lambda ctx, g: g**2 * torch.cos(saved(ctx))), "nonlinear-gradient"),
    "clips": (custom(right, lambda ctx, g: g.clamp(-1, 1) * torch.cos(saved(ctx))), "nonlinear-gradient"),
    "absolute": (custom(right, lambda ctx, g: g.abs() * torch.cos(saved(ctx))), "nonlinear-gradient"),
    "adds": (custom(right, lambda ctx, g: g * torch.cos(saved(ctx)) + 1e-3), "nonlinear-gradient"),
    "input in place": (custom(spoils, lambda ctx, g: g * torch.cos(saved(ctx) / 2)), "changes-input"),
    "incoming in place": (custom(right, spoils_gradient), "changes-gradient"),
    "another each time": (custom(right, Forgetful()), "unrepeatable"),
    "random": (
        custom(right, lambda ctx, g: g * torch.cos(saved(ctx)) * (1 + 1e-9 * torch.rand(3, dtype=g.dtype))),
        "unrepeatable",
    ),
    "random value": (lambda x: torch.sin(x).sum() * (1 + 1e-15 * torch.rand(()).item()), "unrepeatable"),
    "drained": (custom(right, Draining()), "unrepeatable"),
    "no graph": (lambda x: torch.sin(x.detach()).sum(), "no-gradient"),
    "from numpy": (lambda x: torch.tensor(np.sin(x.detach().numpy()).sum()), "no-gradient"),
    "undefined": (
        custom(right, lambda ctx, g: g * torch.cos(saved(ctx)), materialize=False),
        "undefined-gradient",
    ),
}


@pytest.mark.parametrize(("implementation", "breach"), FAULTS.values(), ids=FAULTS)
def test_a_breach_is_found_and_fails_the_trial(implementation, breach):
    found = row(implementation)
    assert breach in found.findings
    assert found.fails


@pytest.mark.parametrize(("implementation", "breach"), FAULTS.values(), ids=FAULTS)
def test_scalar_functions_too(implementation, breach):
    found = row(implementation, definition=lambda x: sin(x), shape=())
    assert breach in found.findings
    assert found.fails


def test_a_backward_inside_a_model_that_writes_into_what_comes_in_is_named():
    """Its numbers are right here; where the incoming gradient is another path's as well they are not."""

    def halved(ctx, g):
        return g.mul_(torch.cos(saved(ctx)))

    inside = custom(lambda ctx, x: torch.sin(x), halved)
    found = row(lambda x: (2 * inside(x)).sum(), definition=lambda x: total(2 * sin(x)))
    assert (found.verdict, found.fails) == ("agree", True)
    assert found.findings == "changes-gradient: the backward of Custom writes into it"
    parted = row(lambda x: (2 * (inside(x) + x)).sum(), definition=lambda x: total(2 * (sin(x) + x)))
    assert "changes-gradient" in parted.findings


def two(ctx, x):
    return torch.sin(x), torch.cos(x)


def both(ctx, g, h):
    return g * torch.cos(saved(ctx)) - h * torch.sin(saved(ctx))


def lazy(ctx, g, h):
    if g is None and h is None:
        return None
    g = 0 if g is None else g * torch.cos(saved(ctx))
    return g - (0 if h is None else h * torch.sin(saved(ctx)))


def forgets_second(ctx, g, h):
    return None if g is None else g * torch.cos(saved(ctx)) - (0 if h is None else h * torch.sin(saved(ctx)))


@pytest.mark.parametrize(
    ("backward", "materialize", "breach"),
    [
        (both, True, ""),
        (lazy, False, ""),
        (both, False, "undefined-gradient"),
        (forgets_second, False, "undefined-gradient"),
    ],
    ids=["zeros", "looks for none", "multiplies none", "drops the other"],
)
def test_of_several_outputs_one_may_be_used_alone(backward, materialize, breach):
    found = row(custom(two, backward, materialize=materialize), definition=lambda x: stack([sin(x), cos(x)]))
    assert found.findings.startswith(breach)
    assert bool(found.findings) == bool(breach)


class Mixing(torch.autograd.Function):
    """The sum of sines; a batch of incoming gradients is mixed up in its backward."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x):
        return torch.sin(x).sum()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, g):
        return Product.apply(g, saved(ctx))


class Product(torch.autograd.Function):
    """g cos(x), with a rule for batches that takes the first gradient for all."""

    @staticmethod
    def forward(g, x):
        return g * torch.cos(x)

    @staticmethod
    def setup_context(ctx, inputs, output):
        pass

    @staticmethod
    def vmap(info, in_dims, g, x):
        first = g.movedim(in_dims[0], 0)[0]
        return (first * torch.cos(x)).expand(info.batch_size, *x.shape), 0


def test_a_batch_must_give_what_one_after_the_other_gives():
    found = row(Mixing.apply)
    assert "batched-gradient" in found.findings
    assert found.fails


def test_no_gradient_is_told_as_such_beside_the_number():
    found = row(lambda x: torch.sin(x.detach()).sum())
    assert (found.verdict, found.value) == ("disagree", 0.0)
    assert found.findings == "no-gradient: the output has no graph"


def test_constants_are_handed_out_as_copies():
    def spoiling(x, w):
        result = (w.clone() * torch.sin(x)).sum()
        w.data.mul_(2)
        return result

    subject = case(
        x=interval(-2, 2, shape=3), w=np.array([1.0, 2.0, 3.0]), samples=2, implementations={"autograd": spoiling}
    )(lambda x, w: total(w * sin(x)))
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    assert found.verdict == "agree"
    assert found.findings == "changes-input: the forward pass changes w in place"


def test_no_gradient_by_an_input_that_matters_is_a_finding():
    subject = case(
        a=interval(-2, 2), b=interval(0.25, 0.75), samples=2, implementations={"autograd": lambda a, b: a * b.detach()}
    )(lambda a, b: a * b)
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    assert found.findings == "no-gradient: none by b"


def test_the_value_is_that_of_the_call_that_is_differentiated():
    found = row(lambda x: x.sin().sum() + 1 if x.requires_grad else x.sin().sum())
    assert (found.verdict, found.reason) == ("disagree", "value")


@pytest.mark.parametrize(
    "backward",
    [lambda g, x: g.clamp(-1, 1) * x.cos(), lambda g, x: g.sign() * x.cos(), lambda g, x: g / g.norm() * x.cos()],
    ids=["clamp", "sign", "normed"],
)
def test_who_is_not_linear_does_not_ignore(backward):
    found = row(custom(right, lambda ctx, g: backward(g, saved(ctx))))
    assert found.breaches == ["nonlinear-gradient"]


def raises_below_zero(ctx, g):
    if float(g) < 0:
        raise ValueError("no such gradient")
    return g * torch.cos(saved(ctx))


def one_where_undefined(ctx, g):
    return torch.ones(3, dtype=torch.float64) if g is None else g * torch.cos(saved(ctx))


def needs_both(ctx, g, h):
    if (g is None) != (h is None):
        raise ValueError("one is missing")
    return None if g is None else both(ctx, g, h)


SINE, BOTH = (lambda x: total(sin(x))), (lambda x: stack([sin(x), cos(x)]))
TOLD = {
    "raises below zero": (
        custom(right, raises_below_zero),
        SINE,
        "nonlinear-gradient: -3.14 times the incoming gradient raises ValueError: no such gradient",
    ),
    "one where undefined": (
        custom(right, one_where_undefined, materialize=False),
        SINE,
        "undefined-gradient: gives something else than zero",
    ),
    "ignores": (
        custom(right, lambda ctx, g: torch.cos(saved(ctx))),
        SINE,
        "ignores-gradient: whatever comes in, the gradient by x is the same",
    ),
    "squares": (
        custom(right, lambda ctx, g: g**2 * torch.cos(saved(ctx))),
        SINE,
        "nonlinear-gradient: 0.739 times as much does not give 0.739 times the gradient by x",
    ),
    "writes": (
        custom(right, lambda ctx, g: g.neg_().neg() * torch.cos(saved(ctx))),
        SINE,
        "changes-gradient: the backward pass writes into it",
    ),
    "writes into one of two": (
        custom(two, lambda ctx, g, h: both(ctx, g.neg_().neg(), h)),
        BOTH,
        "changes-gradient: the backward pass writes into it",
    ),
    "needs both": (
        custom(two, needs_both, materialize=False),
        BOTH,
        "undefined-gradient: output 0 alone raises ValueError: one is missing",
    ),
    "drops the other": (
        custom(two, forgets_second, materialize=False),
        BOTH,
        "undefined-gradient: output 1 alone has another gradient than with zeros beside it",
    ),
    "batch": (Mixing.apply, SINE, "batched-gradient: a batch gives something else than one after the other"),
}


@pytest.mark.parametrize(("implementation", "definition", "told"), TOLD.values(), ids=TOLD)
def test_a_finding_says_what_was_seen(implementation, definition, told):
    assert row(implementation, definition=definition).findings == told


def test_the_bytes_of_a_single_element_are_those_of_its_number_whatever_its_stride():
    column = torch.arange(18.0).reshape(3, 6)[1:2, 4]
    assert column.stride() == (6,)
    assert bits(column) == np.float32(10).tobytes()
