"""What is infinite at some places of a tensor: masks that values decide, tables that begin with infinity."""

import numpy as np
import pytest
import torch

from diffcheck import case_of
from diffcheck.api import Settings, conduct
from diffcheck.errors import Unsupported
from diffcheck.program.emit import Emitted
from diffcheck.verdict import Verdict

INF = float("inf")
X = torch.tensor([0.3, -1.2, 0.7], dtype=torch.float64)
FIRST = torch.tensor([True, False, False])
LOWER = torch.tensor([[True, False, False], [True, True, False], [True, True, True]])


def masked(x):
    return x.masked_fill(FIRST, -INF)


def softmax_by_hand(x):
    scores = x.outer(x).masked_fill(~LOWER, -INF)
    grown = (scores - scores.amax(-1, keepdim=True)).exp()
    return grown / grown.sum(-1, keepdim=True)


def shortest_ways(x):
    """Floyd's: the ways between three places of which two roads are known."""
    ways = torch.full((3, 3), INF, dtype=x.dtype)
    ways.fill_diagonal_(0)
    ways[0, 1], ways[1, 2] = x[0] ** 2, x[1] ** 2
    for k in range(3):
        ways = torch.minimum(ways, ways[:, k : k + 1] + ways[k : k + 1])
    return ways[0, 2]


def time_warp(x, y=(0.5, 0.1)):
    """The costs of matching two sequences, written into a table one after another."""
    costs = torch.full((len(x) + 1, len(y) + 1), INF, dtype=x.dtype)
    costs[0, 0] = 0
    for i in range(len(x)):
        for j in range(len(y)):
            before = torch.stack([costs[i, j], costs[i + 1, j], costs[i, j + 1]]).min()
            costs[i + 1, j + 1] = (x[i] - y[j]) ** 2 + before
    return costs[-1, -1]


def paths(x):
    """The forward algorithm: a vector of minus infinity into which the start is written."""
    before = torch.full((3,), -INF, dtype=x.dtype)
    before[0] = x[0]
    for k in range(1, 3):
        before = torch.stack([before, before.roll(1)]).logsumexp(0) + x[k]
        before = torch.where(torch.isinf(before), torch.full_like(before, -INF), before)
    return before.logsumexp(0)


def running(x):
    found = torch.tensor(-INF, dtype=x.dtype)
    for element in x:
        found = torch.maximum(found, element)
    return found * x[0]


CODES = {
    "a softmax by hand": softmax_by_hand,
    "shortest ways": shortest_ways,
    "a time warp": time_warp,
    "a forward algorithm": paths,
    "a running maximum": running,
    "a sigmoid": lambda x: masked(x).sigmoid().cumsum(0),
    "a clamp": lambda x: masked(x).clamp(min=-0.5).exp(),
    "a comparison": lambda x: (lambda y: y.masked_fill(y == -INF, 0.0).exp())(masked(x)),
    "logaddexp": lambda x: torch.logaddexp(torch.full_like(x, -INF), x),
    "the other sign": lambda x: torch.minimum(-masked(x), x * x),
}


@pytest.mark.parametrize("name", CODES)
def test_an_infinity_is_followed(name):
    subject = case_of(CODES[name], X, name="code")
    (row,) = conduct(subject, Settings(engines=("autograd",), timing=False)).rows
    assert row.verdict is Verdict.AGREE
    near = X * torch.tensor([1.02, 0.99, 1.01])
    found = Emitted(subject.function.graph).at(near.numpy())
    np.testing.assert_allclose(found, CODES[name](near).numpy(), rtol=1e-14)


def above_the_second(x):
    """Only what lies among the two largest takes part."""
    return x.masked_fill(x < x.topk(2).values[-1], -INF).softmax(0)


def written(x):
    y = x.clone()
    y[y < 0] = 0.0
    return y.exp()


def joined_in_place(x):
    chosen = x > 0
    chosen &= x < 0.5
    chosen |= x < -1
    return x.masked_fill(~chosen, -INF).softmax(0)


# Conditions on values that say which places take part, and a point at which they say others.
DECIDED = {
    "masked_fill": (above_the_second, [0.3, 1.2, 0.7]),
    "where": (lambda x: torch.where(x > 0, x, -INF).logsumexp(0), [0.3, 1.2, 0.7]),
    "joined in place": (joined_in_place, [0.3, -1.2, 0.2]),
    "an assignment": (written, [0.3, 1.2, 0.7]),
    "a selection": (lambda x: x[x > 0].prod(), [0.3, 1.2, 0.7]),
}


@pytest.mark.parametrize("name", DECIDED)
def test_a_mask_that_values_decide_holds_where_it_is_the_same(name):
    code, elsewhere = DECIDED[name]
    subject = case_of(code, X, name="code")
    (row,) = conduct(subject, Settings(engines=("autograd",), timing=False)).rows
    assert row.verdict is Verdict.AGREE
    replay, near = Emitted(subject.function.graph), X * torch.tensor([1.02, 0.99, 1.01])
    np.testing.assert_allclose(replay.at(near.numpy()), code(near).numpy(), rtol=1e-14)
    assert np.isnan(replay.at(np.array(elsewhere))).all()


def test_infinity_less_infinity_is_refused():
    with pytest.raises(Unsupported, match="aten.sub at test_torch_infinities.py:[0-9]+: infinity is subtracted from"):
        _ = case_of(lambda x: (masked(x) - masked(x)).nansum(), X, name="code").function.graph
