"""Large tensors by seeded directions: the same derivative contracted, faults in it seen, and people told."""

import sys

import numpy as np
import pytest
import torch
from flint import arb, ctx
from torch.nn import functional

import diffcheck.ops as o
from diffcheck import case, case_of, check, interval
from diffcheck.case.operators import Operator
from diffcheck.errors import CaseError
from diffcheck.program.displaced import displaced
from diffcheck.program.scalarise import Lowered
from diffcheck.program.trace import trace
from diffcheck.referee.arrays.certify import ArrayReferee
from diffcheck.referee.arrays.enclose import enclose, in_balls
from diffcheck.sources.torch_code import directions


class Network(torch.nn.Module):
    """A table, a gate, products from both sides, and a product with itself."""

    def __init__(self, width=24):
        super().__init__()
        torch.manual_seed(0)
        self.table = torch.nn.Embedding(30, width)
        self.first = torch.nn.Linear(width, width)
        self.gate = torch.nn.Parameter(torch.rand(width))
        self.second = torch.nn.Parameter(torch.randn(width, width) / 5)

    def forward(self, words, target):
        x = torch.tanh(self.first(self.table(words))) * self.gate
        mixed = self.second @ x.T + self.second.T @ x.T
        return functional.cross_entropy(mixed.T, target)


MODULE = sys.modules["diffcheck.sources.torch_code.case_of"]  # the package calls the function so
MOVED = "along second", "along table.weight", "along first.weight"
WORDS, TARGET = torch.tensor([3, 1, 4, 1, 5]), torch.tensor([9, 2, 6, 5, 3])


@pytest.fixture
def small(monkeypatch):
    """Tensors of more than a hundred numbers count as large."""
    monkeypatch.setattr(directions, "WHOLE", 100)


def graph_of(made):
    return trace(made.function, made.shapes, made.constants).graph


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_a_direction_is_the_gradient_contracted(small, dtype):
    network = Network().to(getattr(torch, dtype))
    network.double()
    found = check(case_of(network, WORDS, TARGET, directions=3, name="net"), engines=("autograd",), dtypes=(dtype,))
    (row,) = found.result.rows
    assert row.verdict in ("agree", "ill-conditioned"), found
    taken = directions.Directions.of({n: p.detach().numpy() for n, p in network.named_parameters()}, 3)
    assert set(taken.signs) == {"table.weight", "first.weight", "second"}
    made = case_of(network, WORDS, TARGET, directions=3, name="net")
    ((point),) = made.points
    referee = ArrayReferee(graph_of(made), *natural(made))
    certified = referee.at(np.concatenate([np.ravel(v) for v in point.values()]), (192,))
    network(WORDS, TARGET).backward()
    expected = {n: p.grad.numpy() for n, p in network.named_parameters()}
    k = 0
    for name in made.wrt:
        whole = name.removeprefix("along ")
        if whole in taken.signs:
            wanted = [(s * taken.sizes[whole] * expected[whole]).sum() for s in taken.signs[whole]]
        else:
            wanted = expected[whole].ravel().tolist()
        for value in wanted:
            assert float(certified.components[k].left) == pytest.approx(value, rel=1e-9, abs=1e-12), (name, k)
            k += 1
    assert k == len(certified.components)
    assert all(certified.confirmed)


def natural(made):
    """What a referee on arrays is asked."""
    return Operator.GRADIENT, made.wrt_positions


def test_products_are_taken_apart(small):
    made = case_of(Network(), WORDS, TARGET, directions=2, name="net")
    graph = graph_of(made)
    (point,) = made.points
    certified = ArrayReferee(graph, *natural(made)).at(np.concatenate([np.ravel(v) for v in point.values()]), (192,))
    derivative = certified.piece.derivative()
    # No product gives the derivative by all elements of a matrix.
    products = {node.shape for node in derivative.nodes if node.name == "matmul"}
    assert products
    assert not products & {(24, 24), (30, 24)}
    # What is added up along the steps is the loss and its slopes, not the tensors.
    balls = [x for x in certified.derivatives if x.dtype == object]
    assert max(x.size for x in balls) < 24 * 24


def test_taken_apart_it_is_the_same_function():
    starts = {"p": 0, "t": 12}

    def f(p, t):
        moved = p + t[0] * (np.arange(12.0).reshape(3, 4) - 5) + t[1] * np.ones((3, 4))
        x = o.matmul(o.tanh(moved), o.transpose(moved))
        return o.sum(o.matmul(x, moved) * o.reshape(moved, (3, 4)) + t[0])

    made = case(p=interval(-1, 1, shape=(3, 4)), t=interval(-1, 1, shape=2))(f)
    graph = graph_of(made)
    apart = displaced(graph, [starts["t"]])
    at = np.random.default_rng(0).uniform(-1, 1, 14)
    with ctx.workprec(160):
        one, other = (in_balls(enclose(g, at)[g.output]).item() for g in (graph, apart))
        assert one.overlaps(other)
        assert float(abs(one - other).upper()) < 1e-40
    assert Lowered(apart).operations > 0


class Wrong(torch.autograd.Function):
    """A product whose backward forgets a thousandth of the gradient by its matrix."""

    factor = 0.999

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x @ w

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        return g @ w.T, Wrong.factor * (x.T @ g)


@pytest.mark.parametrize(("factor", "verdicts"), [(0.999, {"disagree"}), (1.0, {"agree", "ill-conditioned"})])
def test_a_wrong_backward_of_a_large_tensor_is_seen(small, monkeypatch, factor, verdicts):
    monkeypatch.setattr(Wrong, "factor", factor)
    torch.manual_seed(1)
    x, w = torch.randn(4, 16), torch.randn(16, 16)
    found = check(
        case_of(lambda x, w: torch.sin(Wrong.apply(x, w)).sum(), x, w, directions=2, name="product"),
        engines=("autograd:reverse",),
        dtypes=("float32",),
    )
    (row,) = found.result.rows
    assert row.verdict in verdicts, found
    if factor != 1:
        assert row.worst_component.startswith("along w[")


def test_above_a_size_directions_are_taken_and_told(small, monkeypatch):
    monkeypatch.setattr(MODULE, "MOST", 1_000)
    made = case_of(Network(), WORDS, TARGET, name="net")
    assert made.wrt == ("gate", "first.bias", *MOVED)
    (row,) = check(made, engines=("autograd:reverse",)).result.rows
    assert "along 2 seeded directions of each of 3 tensors (1,872 of 1,920 numbers)" in row.note
    tensors = check(made, engines=("autograd:reverse",)).result.tensors
    assert {(t.tensor, t.components) for t in tensors} >= {("along second", 2), ("gate", 24)}
    asked = case_of(Network(), WORDS, TARGET, name="net", operators="gradient")
    assert "second" in asked.wrt, "a gradient that is asked for is told whole"
    assert "second" in case_of(Network(), WORDS, TARGET, name="net", directions=0).wrt
    monkeypatch.setattr(MODULE, "MOST", 10_000)
    assert "second" in case_of(Network(), WORDS, TARGET, name="net").wrt


def test_all_engines_take_directions(small):
    found = check(case_of(Network(), WORDS, TARGET, directions=1, name="net"), dtypes=("float64",))
    assert found.passed, found
    by_engine = {f"{row.engine}:{row.method}": row.verdict for row in found.result.rows}
    assert {engine.partition(":")[0] for engine in by_engine} == {"autograd", "finite", "symbolic"}
    assert {v for e, v in by_engine.items() if e != "symbolic:closed"} == {"agree"}, by_engine


@pytest.mark.parametrize("given", [-1, 1.5, True])
def test_directions_are_a_number(given):
    with pytest.raises(CaseError, match="give how many, or 0 for none"):
        case_of(Network(), WORDS, TARGET, directions=given)


def test_doubles_stay_doubles_only_where_they_are_exact():
    made = case_of(lambda x: (x.T.reshape(-1)[1:] * 3 + torch.zeros(7)).sum(), torch.rand(2, 4).double(), name="f")
    graph = graph_of(made)
    at = np.random.default_rng(0).uniform(0, 1, 8)
    with ctx.workprec(160):
        values = enclose(graph, at)
        exact = sum(3 * arb(v) for v in at.reshape(2, 4).T.ravel()[1:].tolist())
        for node, value in zip(graph.nodes, values, strict=True):
            if node.name in ("mul", "sum"):
                assert value.dtype == object, node
        assert float(abs(in_balls(values[graph.output]).item() - exact).upper()) < 1e-45
    assert any(v.dtype == float and n.name == "permute" for n, v in zip(graph.nodes, values, strict=True))
