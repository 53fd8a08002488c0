"""Breaches that show only when something is called again, in another mode, or with other inputs in between."""

import numpy as np
import pytest
import torch
from backward import custom, right, row, saved

from diffcheck import case, interval
from diffcheck.api import Settings, conduct
from diffcheck.ops import exp, sin
from diffcheck.ops import sum as total


class SpoilsOutput(torch.autograd.Function):
    """The exponential; its backward writes into the output that it saved."""

    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return y.mul_(g)


class Stash(torch.autograd.Function):
    """The sum of sines; keeps its input where every call finds it."""

    @staticmethod
    def forward(ctx, x):
        Stash.x = x.detach()
        return x.sin().sum()

    @staticmethod
    def backward(ctx, g):
        return g * Stash.x.cos()


def frees(ctx, g):
    x = saved(ctx)
    if not hasattr(ctx, "kept"):
        ctx.kept = x.cos()
    result = g * ctx.kept
    ctx.kept = None
    return result


def once(ctx, g):
    assert float(g) == 1.0
    return g * torch.cos(saved(ctx))


def different_in_evaluation(x):
    return x.sin().sum() if torch.is_grad_enabled() else x.sin().sum() * 1.01


class FirstVisit:
    """Right when it is asked for the first time."""

    def __init__(self):
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return x.sin().sum() + (0 if self.calls <= 2 else 0.5 * x.sum() - 0.5 * x.detach().sum())


LATER = {
    "output spoilt": (SpoilsOutput.apply, lambda x: exp(x), (), "changes-input: the backward pass changes the result"),
    "input spoilt": (
        custom(right, lambda ctx, g: saved(ctx).cos_().mul_(g)),
        lambda x: total(sin(x)),
        3,
        "changes-input: the backward pass changes x in place",
    ),
    "freed": (custom(right, frees), lambda x: total(sin(x)), 3, "unrepeatable: a second backward pass"),
    "only for one": (custom(right, once), lambda x: total(sin(x)), 3, "nonlinear-gradient: an incoming gradient"),
    "stash": (Stash.apply, lambda x: total(sin(x)), 3, "unrepeatable: a backward pass after a call with other inputs"),
    "in evaluation": (different_in_evaluation, lambda x: total(sin(x)), 3, "unrepeatable: a call without gradients"),
    "half": (
        custom(right, lambda ctx, g: g.half().to(g.dtype) * saved(ctx).cos()),
        lambda x: total(sin(x)),
        3,
        "nonlinear-gradient",
    ),
    "whole": (
        custom(right, lambda ctx, g: g.round() * saved(ctx).cos()),
        lambda x: total(sin(x)),
        3,
        "nonlinear-gradient",
    ),
}


@pytest.mark.parametrize("samples", [0, 2])
@pytest.mark.parametrize(("implementation", "definition", "shape", "told"), LATER.values(), ids=LATER)
def test_what_shows_only_in_later_calls_is_found(implementation, definition, shape, told, samples):
    subject = case(
        x=interval(-2, 2, shape=shape),
        points=[{"x": np.full(np.zeros(shape).shape, 0.75)}],
        samples=samples,
        implementations={"autograd": implementation},
    )(definition)
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    assert told in found.findings
    assert found.fails


def test_who_is_right_at_the_first_visit_only_is_asked_again():
    # One call for the derivative, one for the value; whoever comes later sees another slope, always the same.
    subject = case(x=interval(-2, 2), points=[{"x": 0.75}], samples=0, implementations={"autograd": FirstVisit()})(
        lambda x: sin(x)
    )
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    assert found.verdict == "agree"
    assert found.findings == "unrepeatable: asked again, it has another derivative"


def test_an_exception_later_on_keeps_what_was_found_before():
    def forward(ctx, x):
        x.data.add_(0.0 * x + 1e-3)
        return torch.sin(x - 1e-3).sum()

    def backward(ctx, g):
        assert float(g) == 1.0
        return g * torch.cos(saved(ctx) - 1e-3)

    found = row(custom(forward, backward))
    assert "changes-input" in found.findings
    assert "nonlinear-gradient" in found.findings


class Counting:
    """A sum of sines that raises from some call on; called twice for the derivative and its value."""

    def __init__(self, last):
        self.last = last
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        if self.calls > self.last:
            raise RuntimeError("worn out")
        return x.sin().sum()


def test_who_wears_out_is_told():
    subject = case(x=interval(-2, 2), points=[{"x": 0.75}], samples=0, implementations={"autograd": Counting(2)})(
        lambda x: sin(x)
    )
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    assert (found.verdict, found.fails) == ("agree", True)
    assert found.findings == "unrepeatable: asked again, it raises"
