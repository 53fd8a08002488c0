"""What long sums and products lose, in the orders in which libraries really add up."""

import math

import numpy as np
import pytest

import diffcheck.ops as o
from diffcheck import check, interval
from diffcheck.formats import FORMATS
from diffcheck.ops.structure import Index, Linear
from diffcheck.program.graph import GraphBuilder
from diffcheck.referee.arrays.losses import losses

torch = pytest.importorskip("torch")
UNIT = 2.0**-24
N = 30_000


def waves(period):
    """Numbers around 1 and -1, so many of each in turn: in one order they cancel at once, in another at last."""
    sizes = 1 + np.random.default_rng(period).random(N) / 100
    return (sizes * np.where(np.arange(N) // period % 2 == 0, 1, -1)).astype(np.float32).astype(float)


def lost(node, *values):
    """In absolute size, for single precision."""
    return losses(node, values, FORMATS["float32"])[node.output]


def a_sum(shape):
    builder = GraphBuilder()
    x = builder.input(0, shape)
    return builder.graph(int(np.prod(shape)), builder.move("sum", tuple(range(len(shape))), x))


def a_product(rows, inner, columns):
    builder = GraphBuilder()
    x, y = builder.input(0, (rows, inner)), builder.input(rows * inner, (inner, columns))
    return builder.graph((rows + columns) * inner, builder.matmul(x, y))


@pytest.mark.parametrize("period", [1, 4, 8, 16, 32, 64, 100, N])
def test_sums_of_numpy_and_torch_lose_no_more(period):
    x = waves(period)
    exact = math.fsum(x)
    allowed = lost(a_sum((N,)), x, np.asarray(exact))
    single = x.astype(np.float32)
    for found in (np.sum(single), torch.tensor(single).sum(), torch.tensor(single).reshape(300, 100).sum(0).sum()):
        assert abs(float(found) - exact) <= allowed


@pytest.mark.parametrize("period", [1, 4, 8, 16, 32, 64, 100, N])
def test_products_of_numpy_and_torch_lose_no_more(period):
    x = waves(period)
    y = np.random.default_rng(1).choice([0.5, 1.0, 2.0], (N, 3))
    exact = np.array([math.fsum(x * column) for column in y.T])
    allowed = lost(a_product(1, N, 3), x[None], y, exact[None])[0]
    single, other = x.astype(np.float32), y.astype(np.float32)
    for found in (single @ other, (torch.tensor(single) @ torch.tensor(other)).numpy()):
        assert (np.abs(found.astype(float) - exact) <= allowed).all()


def test_ascending_order_alone_would_not_tell():
    """What cancels at once in ascending order adds up in lanes, and the other way round."""
    for period, more in ((1, 100), (8, 3)):
        rows = waves(period)
        ascending = np.abs(np.cumsum(rows)[1:]).sum()
        found = Linear.rows["sum"].lost((0,), rows)
        assert found > more * ascending


def test_no_order_loses_more_than_all_partial_sums_can():
    for period in (1, 8, 64):
        x = waves(period)
        assert Linear.rows["sum"].lost((0,), x) <= (N - 1) * np.abs(x).sum()


ORDERS = [np.argsort, lambda x: np.argsort(-x), lambda x: np.argsort(-np.abs(x)), lambda x: np.argsort(np.abs(x))]


@pytest.mark.parametrize("order", ORDERS, ids=["ascending", "descending", "largest first", "smallest first"])
def test_no_order_loses_more_than_any_order_may(order):
    x = waves(1)
    exact = math.fsum(x)
    allowed = losses(a_sum((N,)), [x, np.asarray(exact)], FORMATS["float32"], in_any_order=True)[1]
    usual = lost(a_sum((N,)), x, np.asarray(exact))
    found = np.add.accumulate(x[order(x)].astype(np.float32), dtype=np.float32)[-1]
    assert abs(float(found) - exact) <= allowed
    assert usual < allowed


def scattered(places, size):
    builder = GraphBuilder()
    x = builder.input(0, (len(places),))
    return builder.graph(len(places), builder.move("scatter", (0, Index(np.array(places)), (size,)), x))


@pytest.mark.parametrize("period", [1, 4, 16, 100, N])
def test_additions_at_places_lose_no_more(period):
    x = waves(period)
    places = np.random.default_rng(2).integers(0, 7, N)
    exact = np.array([math.fsum(x[places == k]) for k in range(7)])
    allowed = lost(scattered(places, 7), x, exact)
    found = torch.zeros(7).index_add(0, torch.tensor(places), torch.tensor(x.astype(np.float32)))
    assert (np.abs(found.numpy().astype(float) - exact) <= allowed).all()
    assert (allowed > 0).all()


def test_what_is_put_at_a_place_of_its_own_loses_nothing():
    """Two that meet lose the roundoff of their sum."""
    x = np.array([1.0, 2.0, 4.0, 8.0])
    np.testing.assert_array_equal(lost(scattered([3, 0, 3, 1], 4), x, np.array([2.0, 8, 0, 5])) / UNIT, [0, 0, 0, 5])


@pytest.mark.parametrize(("count", "off"), [(N, 50.0), (1500, 0.5)], ids=["on arrays", "number by number"])
def test_of_a_wrong_number_it_is_told_what_another_order_may_lose(count, off):
    """Neighbours cancel, in lanes as well; summed up by their signs they do not."""
    places = np.arange(count)
    signs = np.where((places + places // 64) % 2 == 0, 1.0, -1.0)
    signs[-1] = 3.0
    scales = 1 + places / 1e9

    class Off(torch.autograd.Function):
        @staticmethod
        def forward(ctx, w, by):
            ctx.save_for_backward(w)
            ctx.by = by
            return (torch.tensor(signs) * torch.tanh(w.double() * torch.tensor(scales))).sum().to(w.dtype)

        @staticmethod
        def backward(ctx, g):
            (w,) = ctx.saved_tensors
            slopes = 1 - torch.tanh(w.double() * torch.tensor(scales)) ** 2
            return g * ((torch.tensor(signs * scales) * slopes).sum().to(w.dtype) + ctx.by), None

    def note(by):
        of = {"autograd": lambda w: Off.apply(w, by)}
        settings = {"points": [{"w": 1.0}], "samples": 0, "engines": ["autograd"], "dtypes": ["float32"]}
        made = check(lambda w: o.sum(signs * o.tanh(w * scales)), w=interval(0.5, 1.5), implementations=of, **settings)
        (row,) = made.result.rows
        assert row.verdict == "disagree", row.note
        return row.note

    assert note(off).endswith("sums added up in another order than NumPy's and torch's may lose as much")
    assert "order" not in note(1000 * off)
