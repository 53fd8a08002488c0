"""Modules as operations: their parameters are inputs like others."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from diffcheck import assert_operation, tensor
from diffcheck.audit import audit
from diffcheck.audit.subjects.modules import ModuleCall
from diffcheck.errors import CaseError

DECLARED = {"sizes": {"batch": (3, 2, 1, 5, 16, 17, 32)}, "dtypes": "float64", "budget": 3.0}


class Norm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias, rows):
        centred = x - x.mean(-1, keepdim=True)
        scale = torch.rsqrt(centred.pow(2).mean(-1, keepdim=True) + 1e-5)
        ctx.save_for_backward(centred * scale, scale, weight)
        ctx.rows = rows
        return centred * scale * weight + bias

    @staticmethod
    def backward(ctx, g):
        hat, scale, weight = ctx.saved_tensors
        gw = g * weight
        gx = scale * (gw - gw.mean(-1, keepdim=True) - hat * (gw * hat).mean(-1, keepdim=True))
        flat = g.reshape(-1, g.shape[-1])
        return gx, (flat * hat.reshape(flat.shape))[: ctx.rows].sum(0), flat.sum(0), None


class PlainNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x):
        self.calls += 1
        return functional.layer_norm(x, x.shape[-1:]) * self.weight + self.bias


class FusedNorm(PlainNorm):
    rows = None

    def forward(self, x):
        return Norm.apply(x, self.weight, self.bias, self.rows)


class BlockNorm(FusedNorm):
    rows = 16  # the others are left out of the gradient by the weight


class ForgetfulNorm(FusedNorm):
    """What it needs for the backward it keeps in itself, until it is called again."""

    def forward(self, x):
        outer = self
        outer.kept = x.detach() - x.detach().mean(-1, keepdim=True)

        class Shift(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, weight, bias):
                centred = x - x.mean(-1, keepdim=True)
                return centred * torch.rsqrt(centred.pow(2).mean(-1, keepdim=True) + 1e-5) * weight + bias

            @staticmethod
            def backward(ctx, g):
                scale = torch.rsqrt(outer.kept.pow(2).mean(-1, keepdim=True) + 1e-5)
                hat, gw = outer.kept * scale, g * outer.weight
                gx = scale * (gw - gw.mean(-1, keepdim=True) - hat * (gw * hat).mean(-1, keepdim=True))
                return gx, (g * hat).reshape(-1, g.shape[-1]).sum(0), g.reshape(-1, g.shape[-1]).sum(0)

        return Shift.apply(x, self.weight, self.bias)


def test_a_right_module_passes_by_its_input_and_its_parameters():
    found = assert_operation(FusedNorm(4), definition=PlainNorm(4), x=tensor("batch 4"), **DECLARED)
    asked = {name for seen in found.trials.counted for name in seen.gradients}
    assert asked == {"x", "weight", "bias"}


def test_a_wrong_gradient_by_a_parameter_is_found():
    found = audit(BlockNorm(4), definition=PlainNorm(4), x=tensor("batch 4"), **DECLARED)
    assert found.fault.heard.input == "weight"
    assert found.fault.condition.words.endswith("if `batch` > 16")


def test_what_a_module_keeps_between_its_calls_is_kept():
    found = audit(ForgetfulNorm(4), definition=PlainNorm(4), x=tensor("batch 4"), **DECLARED)
    assert found.fault.seen.context["use"] in ("shared weight", "two calls")


def test_a_script_says_how_the_module_is_called():
    found = audit(BlockNorm(2), definition=PlainNorm(2), inputs=torch.randn(17, 2), dtypes="float64", budget=3.0)
    lines = found.fault.script.splitlines()
    assert "# module is the BlockNorm on trial" in lines
    call = next(text for text in lines if text.startswith("y = "))
    scope = {"torch": torch, "module": BlockNorm(2), "x": torch.randn(3, 2), "weight": torch.ones(2)}
    exec(call, scope | {"bias": torch.zeros(2)}, given := {})
    assert given["y"].shape == (3, 2)


def test_a_module_may_be_its_own_definition_and_be_called_by_position():
    assert audit(nn.Linear(3, 4), anything=tensor("batch 3"), dtypes="float64", budget=1.0).passed


def test_a_function_of_the_parameters_may_define_a_module():
    def plain(x, weight, bias):
        return functional.layer_norm(x, x.shape[-1:]) * weight + bias

    assert audit(FusedNorm(4), definition=plain, x=tensor("batch 4"), **DECLARED).passed


def test_parameters_that_differ_are_told():
    with pytest.raises(
        CaseError, match=r"FusedNorm has weight \[8\], bias \[8\]; PlainNorm has weight \[7\], bias \[7\]"
    ):
        audit(FusedNorm(8), definition=PlainNorm(7), x=tensor("batch 8"))


def test_a_parameter_is_not_declared():
    with pytest.raises(CaseError, match="FusedNorm has a parameter 'weight': do not declare it"):
        audit(FusedNorm(8), definition=PlainNorm(8), x=tensor("batch 8"), weight=tensor("8"))


def test_present_values_are_examples_and_what_is_all_alike_is_drawn():
    linear = nn.Linear(2, 2)
    nn.init.ones_(linear.bias)
    found = audit(linear, input=tensor("batch 2"), dtypes="float64", budget=1.0).trials.subject.declared
    assert found["weight"].example == linear.weight.detach().double().tolist()
    assert len(set(found["bias"].example)) == 2


def test_a_module_goes_on_holding_its_own_parameters():
    module = FusedNorm(2)
    before = [p.detach().clone() for p in module.parameters()]
    ModuleCall(module)(torch.randn(3, 2), torch.full((2,), 5.0), torch.full((2,), 7.0))
    assert all(torch.equal(a, b) for a, b in zip(before, module.parameters(), strict=True))
    assert not hasattr(module, "kept")
