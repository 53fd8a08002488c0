"""Modules of every kind as definitions: scripted, traced, of complex weights, with what Python does not copy."""

import threading
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from diffcheck import case_of
from diffcheck.api import Settings, conduct
from diffcheck.verdict import Verdict

X = torch.tensor([[0.3, -1.2, 0.7], [1.0, 0.4, -0.6]])


def judged(code, *arguments, dtype="float64", **options):
    settings = Settings(engines=("autograd",), timing=False, dtypes=(dtype,))
    return conduct(case_of(code, *arguments, name="code", **options), settings).rows[0]


def layers():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Tanh()).eval()


class Around(nn.Module):
    """A plain module around a scripted one."""

    def __init__(self, inner):
        super().__init__()
        self.inner, self.scale = inner, nn.Parameter(torch.tensor(1.5))

    def forward(self, x):
        return self.inner(self.scale * x)


class Locked(nn.Linear):
    """It holds what Python does not copy."""

    def __init__(self):
        super().__init__(3, 2)
        self.lock, self.sine = threading.Lock(), torch.ops.aten.sin

    def forward(self, x):
        with self.lock:
            return self.sine(super().forward(x))


def normed():
    """Torch's old way, in which a layer holds the result of other operations."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return nn.utils.weight_norm(nn.Linear(3, 2))


def quietly(make):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make()


MODULES = {
    "scripted": lambda: torch.jit.script(layers()),
    "traced": lambda: torch.jit.trace(layers(), X),
    "scripted inside": lambda: Around(torch.jit.script(layers())),
    "locked": Locked,
    "weight norm": normed,
}


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_judged_by_its_parameters_and_left_as_it_was(name, dtype):
    module = quietly(MODULES[name])
    before = [(n, type(p), p.dtype, p.requires_grad, p.detach().clone()) for n, p in module.named_parameters()]
    rows = [judged(module, X, dtype=dtype) for _ in range(2)]
    assert all(row.verdict in (Verdict.AGREE, Verdict.ILL_CONDITIONED) and not row.findings for row in rows)
    assert {row.components for row in rows} == {4 * (X.numel() + sum(p[-1].numel() for p in before))}
    for (n, kind, dtype_, asked, value), (name_, now) in zip(before, module.named_parameters(), strict=True):
        assert (n, kind, dtype_, asked) == (name_, type(now), now.dtype, now.requires_grad)
        assert torch.equal(value, now)


class Spectral(nn.Module):
    """A layer of complex weights between two Fourier transforms."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.view_as_complex(torch.tensor([[0.5, -1.0], [2.0, 0.25]])))
        self.register_buffer("shift", torch.tensor([0.5j, -0.25j]))

    def forward(self, x):
        return torch.fft.irfft((torch.fft.rfft(x) * self.weight + self.shift) ** 2, n=3)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_complex_parameters_are_inputs_by_their_parts(dtype):
    module = Spectral()
    row = judged(module, X, dtype=dtype)
    assert (row.verdict, row.components) == (Verdict.AGREE, 6 * (4 + 6))
    inputs = case_of(module, X, name="code").inputs
    np.testing.assert_array_equal(inputs["weight"].value, [[0.5, -1.0], [2.0, 0.25]])


def test_complex_arguments_and_results_are_pairs_of_numbers():
    """Conjugation is differentiable as a function of both parts."""
    z = torch.tensor([1.0 + 2.0j, -0.5 + 0.25j])
    row = judged(lambda z: z.conj() * z + 1j * z, z)
    assert (row.verdict, row.components) == (Verdict.AGREE, 16)


class Conjugated(torch.autograd.Function):
    """A product with a weight, whose gradient by it is not conjugated."""

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x * w

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        return g * w.conj(), g * x  # x.conj()


def test_a_forgotten_conjugate_is_caught():
    z = torch.tensor([1.0 + 2.0j, -0.5 + 0.25j])
    row = judged(lambda x, w: Conjugated.apply(x, w).abs(), z, z * (2 - 1j))
    assert (row.verdict, row.fails) == (Verdict.DISAGREE, True)
    assert "your backward (test_torch_modules.py:" in row.note


@torch.library.custom_op("diffcheck_tests::squared_sine", mutates_args=())
def squared_sine(x: torch.Tensor) -> torch.Tensor:
    return torch.sin(x) ** 2


@torch.library.custom_op("diffcheck_tests::squared_sine_wrong", mutates_args=())
def squared_sine_wrong(x: torch.Tensor) -> torch.Tensor:
    return torch.sin(x) ** 2


def keep(ctx, inputs, output):
    ctx.save_for_backward(inputs[0])


squared_sine.register_autograd(lambda ctx, g: g * torch.sin(2 * ctx.saved_tensors[0]), setup_context=keep)
squared_sine_wrong.register_autograd(lambda ctx, g: g * torch.cos(2 * ctx.saved_tensors[0]), setup_context=keep)


def test_an_operation_of_ones_own_is_followed_by_its_own_code():
    assert judged(squared_sine, X).verdict is Verdict.AGREE
    row = judged(squared_sine_wrong, X)
    assert row.verdict is Verdict.DISAGREE
    assert "is another formula" in row.note


def test_a_result_that_is_written_into_a_tensor_is_followed():
    def code(x):
        found = torch.empty_like(x)
        with torch.no_grad():
            torch.div(x, x.sum(), out=found)
        return found * 2

    row = judged(code, X)
    assert "the gradient is cut by no_grad at test_torch_modules.py:" in row.note
    assert float(row.truth) == pytest.approx(2 / 0.6 - 2 * X.flatten()[0].item() / 0.6**2, rel=1e9)
