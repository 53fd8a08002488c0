"""Where code keeps its gradient from torch, the row of a wrong gradient names the line; elsewhere nothing is said."""

import inspect
import re

import pytest
import torch

from diffcheck import case_of
from diffcheck.api import Settings, conduct
from diffcheck.sources.torch_code.definition import recorded
from diffcheck.verdict import Verdict

X = torch.tensor([0.3, -1.2, 0.7], dtype=torch.float64)


def straight_through(x):
    steps = torch.round(3 * x) / 3
    return (x + (steps - x).detach()).sin().sum()  # cut


def fixed_target(x):
    with torch.no_grad():
        target = x.exp()  # cut
        target = target * 2
    return (x - target).square().sum()


def data(x):
    return (x.data * x).sum()  # cut


def in_place(x):
    y = x * 1
    y.detach_()
    return (y * x).sum()  # cut


def without_graph(x):
    (slope,) = torch.autograd.grad((x**3).sum(), x)  # cut
    return (slope * x).sum()


def viewed(x):
    frozen = x.detach()  # cut
    return (frozen.view(3, 1).expand(3, 2).sum(1) * x).sum()


def whole(x):
    return x.sin().sum().detach()  # cut


CUT = [straight_through, fixed_target, data, in_place, without_graph, viewed, whole]
WORDS = {"fixed_target": "no_grad", "without_graph": "no_grad", "in_place": "something before"}


def row(code):
    return conduct(case_of(code, X, name=code.__name__), Settings(engines=("autograd",), timing=False)).rows[0]


def line(code) -> int:
    lines, first = inspect.getsourcelines(code)
    return first + next(k for k, text in enumerate(lines) if "# cut" in text)


@pytest.mark.parametrize("code", CUT, ids=lambda code: code.__name__)
def test_the_line_that_cuts_a_gradient_is_named(code) -> None:
    found = row(code)
    assert found.verdict is Verdict.DISAGREE
    cause = re.search(r"the gradient is cut by ([^:]*):(\d+): if that is meant", found.note)
    assert cause is not None
    assert int(cause[2]) == line(code)
    assert cause[1].startswith(WORDS.get(code.__name__, "detach"))


def test_a_cut_that_changes_nothing_is_not_told() -> None:
    def shifted(x):
        largest = x.max().detach()
        return (x - largest).exp().sum().log() + largest

    found = row(shifted)
    assert found.verdict is Verdict.AGREE
    assert "the gradient is cut" not in found.note


class Wrong(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.detach().sin()

    @staticmethod
    def backward(ctx, g):
        return g


def test_a_wrong_backward_is_no_cut() -> None:
    """Inside a `torch.autograd.Function` there is no gradient to be cut: its backward gives it."""
    found = row(lambda x: Wrong.apply(x).sum())
    assert found.verdict is Verdict.DISAGREE
    assert "the gradient is cut" not in found.note


def test_what_is_only_looked_at_is_no_cut() -> None:
    def looked_at(x):
        assert x.detach().sum().isfinite()
        with torch.no_grad():
            x.exp()
        return Wrong.apply(x).sum()

    subject = case_of(looked_at, X)
    *_, cuts = recorded(subject.function.code, {"x": X.numpy()})
    assert cuts == []


class Squared(Wrong):
    @staticmethod
    def forward(ctx, x):
        return x * x


def test_of_a_second_version_the_definition_s_cuts_are_not_told() -> None:
    subject = case_of(data, X, implementations={"autograd": lambda x: Squared.apply(x).sum()})
    (found,) = conduct(subject, Settings(engines=("autograd",), timing=False)).rows
    assert found.verdict is Verdict.DISAGREE
    assert "the gradient is cut" not in found.note
