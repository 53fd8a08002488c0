"""Who keeps the contract of a backward is not accused, whatever rounding, zeros and overflow make of its gradients."""

import numpy as np
import pytest
import torch
from backward import custom, right, row, saved

from diffcheck import case, interval
from diffcheck.api import Settings, conduct
from diffcheck.ops import floor, sin, where
from diffcheck.ops import sum as total

RIGHT = {
    "torch": lambda x: torch.sin(x).sum(),
    "custom": custom(right, lambda ctx, g: g * torch.cos(saved(ctx))),
    "in place on its own": lambda x: x.clone().sin_().sum(),
    "cancelling": custom(right, lambda ctx, g: (g + g * 1e2 - g * 1e2) * 0 + g * torch.cos(saved(ctx))),
}


@pytest.mark.parametrize("implementation", RIGHT.values(), ids=RIGHT)
@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
def test_who_keeps_the_contract_is_not_accused(implementation, dtype):
    subject = case(x=interval(-2, 2, shape=3), samples=2, implementations={"autograd": implementation})(
        lambda x: total(sin(x))
    )
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False, dtypes=[dtype])).rows
    assert found.findings == ""
    assert not found.fails


def test_no_graph_is_right_where_the_derivative_is_zero():
    found = row(lambda x: x.detach().sum() * 0 + 3.0, definition=lambda x: 0 * total(x) + 3)
    assert found.findings == ""
    assert found.verdict == "agree"


@pytest.mark.parametrize(
    ("definition", "implementation"),
    [
        (lambda a, b: where(b > 0, a, 2 * a), lambda a, b: torch.where(b > 0, a, 2 * a)),
        (lambda a, b: a * a, lambda a, b: a * a),
        (lambda a, b: a * floor(b), lambda a, b: a * torch.floor(b).detach()),
    ],
    ids=["condition", "unused", "floor"],
)
def test_no_gradient_by_an_input_is_right_where_it_is_zero(definition, implementation):
    subject = case(a=interval(-2, 2), b=interval(0.25, 0.75), samples=2, implementations={"autograd": implementation})(
        definition
    )
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    assert (found.findings, found.fails) == ("", False)


def test_sparse_gradients_are_gradients():
    def sparse(ctx, g):
        x = saved(ctx)
        return torch.sparse_coo_tensor(torch.arange(3)[None], g * x.cos(), (3,), check_invariants=False)

    found = row(custom(right, sparse))
    assert (found.verdict, found.findings) == ("agree", "")


def test_rounding_noise_of_a_gradient_of_zero_is_no_breach():
    centre = np.eye(30) - np.ones((30, 30)) / 30
    rows = torch.from_numpy(centre)
    subject = case(
        x=interval(-1, 1, shape=30), samples=2, implementations={"autograd": lambda x: (rows.to(x.dtype) @ x).sum()}
    )(lambda x: total(centre @ x))
    found = conduct(subject, Settings(engines=["autograd"], timing=False, dtypes=["float32", "float64"])).rows
    assert [f.findings for f in found] == ["", ""]


def test_overflow_for_a_larger_incoming_gradient_is_no_breach():
    kernel = custom(lambda ctx, x: x * (x * x / 3000), lambda ctx, g: g * 3 * saved(ctx) ** 2 / 3000)
    subject = case(x=interval(1, 80), samples=3, implementations={"autograd": kernel})(lambda x: x * (x * x / 3000))
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False, dtypes=["float16"])).rows
    assert found.findings == ""


def test_who_works_in_training_only_makes_no_claim_about_the_rest():
    def training_only(x):
        if not torch.is_grad_enabled():
            raise RuntimeError("for training only")
        return torch.sin(x).sum()

    found = row(training_only)
    assert (found.verdict, found.findings) == ("agree", "")
