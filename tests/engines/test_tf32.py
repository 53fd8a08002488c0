"""TF32 is how GPUs multiply: a format with bounds of its own, and a method that says where it cannot be had."""

import numpy as np
import pytest
import torch

from diffcheck import check
from diffcheck.engines.autograd import tf32
from diffcheck.errors import UsageError
from diffcheck.verdict import Verdict

X = torch.tensor([[0.3, -1.2], [0.7, 2.0]])


def rows(engine, dtype):
    return check(lambda x: (x @ x).tanh(), X, engines=engine, dtypes=dtype).result.rows


def test_a_device_without_it_is_told():
    (row,) = rows("autograd:tf32", "tf32")
    assert (row.verdict, row.dtype) == (Verdict.UNSUPPORTED, "tf32")
    assert row.note == "TF32 is how GPUs multiply in float32; on the device cpu products are those of float32"


@pytest.mark.parametrize(("engine", "dtype"), [("autograd:tf32", "float32"), ("autograd", "tf32")])
def test_the_format_and_the_method_belong_together(engine, dtype):
    (row,) = rows(engine, dtype)
    assert row.verdict is Verdict.UNSUPPORTED
    assert "ask for autograd:tf32 --dtype tf32" in row.note


@pytest.mark.parametrize("engine", ["symbolic", "finite"])
def test_numpy_has_no_such_arithmetic(engine):
    assert [row.note for row in rows(engine, "tf32")] == ["NumPy has no tf32 arithmetic"]


@pytest.mark.parametrize(("capability", "told"), [((7, 5), "this one has 7.5"), ((8, 0), ""), ((9, 0), "")])
def test_gpus_have_it_from_their_eighth_generation_on(monkeypatch, capability, told):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert tf32.absent(torch.device("cuda")).endswith(told)
    assert bool(tf32.absent(torch.device("cuda"))) is bool(told)


def test_the_settings_are_given_back_whatever_happens():
    def settings():
        return torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32

    before = settings()
    inside = []

    def spoiled():
        with tf32.products():
            inside.append(settings())
            raise UsageError("planted")

    with pytest.raises(UsageError):
        spoiled()
    assert (inside, settings()) == ([(True, True)], before)


class OnProcessor(torch.autograd.Function):
    """A product as a GPU computes it: its factors are rounded to TF32, the sums are those of float32."""

    scale = 1.0

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return rounded(x) @ rounded(y)

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        return rounded(g) @ rounded(y).mT * OnProcessor.scale, rounded(x).mT @ rounded(g)


def rounded(x):
    if x.dtype is torch.float64:
        return x
    bits = x.contiguous().view(torch.int32)
    return (bits + 0xFFF + (bits >> 13 & 1) & ~0x1FFF).view(torch.float32)


@pytest.mark.parametrize(("scale", "fails"), [(1.0, False), (1.2, True), (-1.0, True)])
def test_such_products_are_right_by_its_bounds_and_wrong_ones_are_not(monkeypatch, scale, fails):
    """What a GPU does is computed here in float32, as the method has it there."""
    monkeypatch.setattr(tf32, "absent", lambda device: "")
    monkeypatch.setattr(OnProcessor, "scale", scale)
    generator = np.random.default_rng(3)
    a, b = (torch.tensor(generator.standard_normal((4, 4)), dtype=torch.float32) for _ in range(2))
    (row,) = check(
        lambda x, y: OnProcessor.apply(x, y).tanh().sum(), a, b, engines="autograd:tf32", dtypes="tf32"
    ).result.rows
    assert row.fails is fails
    assert row.dtype == "tf32"
