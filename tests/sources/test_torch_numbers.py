"""Numbers that leave for Python: logged they say nothing, deciding a branch they hold, going back they are followed."""

import copy
import math
import pickle

import numpy as np
import pytest
import torch

from diffcheck import case_of
from diffcheck.api import Settings, conduct
from diffcheck.program.emit import Emitted
from diffcheck.verdict import Verdict

X = torch.tensor([0.3, 1.2, 0.7], dtype=torch.float64)


def judged(code, dtype="float64"):
    (row,) = conduct(case_of(code, X, name="code"), Settings(engines=("autograd",), timing=False, dtypes=(dtype,))).rows
    return row


def logged(x):
    loss = (x**2).sum()
    history = [loss.item(), f"{loss:.3f}", str(round(loss.item(), 2))]
    assert history[1:] == [f"{history[0]:.3f}", f"{history[0]:.2f}".rstrip("0")]
    return loss


def stopped_early(x):
    """Heron's roots, until they hardly move."""
    y = torch.ones_like(x)
    for _ in range(20):
        after = (y + x / y) / 2
        if (after - y).abs().max().item() < 1e-3:
            return after
        y = after
    return y


SAID = {
    "logged": logged,
    "a tolerance": stopped_early,
    "a branch": lambda x: x.sum() if x[0].item() > 0 else (x * x).sum(),
    "computed before it decides": lambda x: x.exp() if 2 * max(x[0].item(), x[1].item()) - 1 < 5 else x,
    "finite": lambda x: x.exp() if math.isfinite(x.sum().item()) else x * 0,
    "copied and kept": lambda x: (copy.deepcopy([x.sum().item()]), pickle.dumps(x.sum().item()), x.exp())[-1],
    "an assertion": lambda x: x.exp() if torch.equal(x, x) and torch.allclose(x, x * (1 + 1e-9)) else x,
    "another answer": lambda x: x.exp() if torch.allclose(x, x + 1) else x * x,
    "a whole number": lambda x: x[: int(x.sum().item())].exp() * math.ceil(x[0].item()),
    "a float as a condition": lambda x: x.exp() if x.sum() else x,
}


@pytest.mark.parametrize("name", SAID)
@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_a_number_that_decides_or_is_logged_is_no_obstacle(name, dtype):
    assert judged(SAID[name], dtype).verdict in (Verdict.AGREE, Verdict.ILL_CONDITIONED)


# The same with other numbers, at which Python would take another branch.
ELSEWHERE = {
    "a branch": [-0.3, 1.2, 0.7],
    "computed before it decides": [3.5, 1.2, 0.7],
    "a whole number": [0.3, 0.2, 0.7],
    "a tolerance": [0.3, 90.0, 0.7],
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_on_another_branch_the_recording_says_nothing(name):
    replay = Emitted(case_of(SAID[name], X, name="code").function.graph)
    near = X * torch.tensor([1.01, 1.02, 0.99])
    np.testing.assert_allclose(replay.at(near.numpy()), SAID[name](near).numpy(), rtol=1e-12)
    assert np.isnan(replay.at(np.array(ELSEWHERE[name]))).all()


BACK = {
    "a scale": lambda x: (x / x.abs().max().item()).sin(),
    "computed": lambda x: (1 - 2 * abs(-x[1].item()) ** 2) * x,
    "an exponent": lambda x: x ** x[0].item(),
    "a new tensor": lambda x: x * torch.tensor(x[0].item(), dtype=x.dtype),
    "an argument by name": lambda x: torch.clamp(x, max=x[2].item()) ** 2,
}


@pytest.mark.parametrize("name", BACK)
def test_a_number_that_goes_back_is_a_part_of_the_function_whose_gradient_is_cut(name):
    replay = Emitted(case_of(BACK[name], X, name="code").function.graph)
    near = X * torch.tensor([1.01, 1.02, 0.99])
    np.testing.assert_allclose(replay.at(near.numpy()), BACK[name](near).numpy(), rtol=1e-14)
    row = judged(BACK[name])
    assert (row.verdict, row.fails) == (Verdict.DISAGREE, True)
    assert "the gradient is cut by .item() at test_torch_numbers.py:" in row.note


def test_a_number_that_only_decides_cuts_nothing():
    """A wrong backward beside it is not put down to it."""

    class Own(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, g):
            return 2 * g

    row = judged(lambda x: Own.apply(x).sum() if x.sum().item() > 0 else x.sum())
    assert row.verdict is Verdict.DISAGREE
    assert "cut" not in row.note
