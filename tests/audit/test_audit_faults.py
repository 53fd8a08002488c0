"""Planted faults that no unit test at its own inputs would see: each is found, and its condition is named."""

import re

import audit_operations as operations
import pytest
import torch
from torch.autograd.function import once_differentiable

from diffcheck import assert_operation, integers, mask, tensor
from diffcheck.audit import audit
from diffcheck.audit.conditions.world import world
from diffcheck.audit.design import design
from diffcheck.audit.examples.inferred import inferred
from diffcheck.audit.subjects.told import subject
from diffcheck.audit.trials.differences import by_differences
from diffcheck.audit.trials.screen import screened

RMS = {"x": tensor("batch tokens width"), "weight": tensor("width"), "eps": 1e-6}
LABELS = {"logits": tensor("rows classes"), "target": integers("rows", below="classes", ignored=-100)}
SCAN = {"x": tensor("batch tokens")}
ATTENTION = {
    "q": tensor("heads queries dim"),
    "k": tensor("heads keys dim"),
    "v": tensor("heads keys dim"),
    "allowed": mask("queries keys"),
}
DEFINITIONS = {
    operations.fused_rms_norm: (operations.rms_norm, RMS),
    operations.fused_cross_entropy: (operations.cross_entropy, LABELS),
    operations.fused_scan: (operations.scan, SCAN),
    operations.fused_attention: (operations.attention, ATTENTION),
}
FAULTS = [
    (operations.fused_rms_norm, "state", "it is called again before its backward"),
    (operations.fused_rms_norm, "memory", "the incoming gradient is not contiguous"),
    (operations.fused_rms_norm, "writes", "its backward writes into the incoming gradient"),
    (operations.fused_rms_norm, "ones", "the gradient by `(x|weight)` is wrong"),
    (operations.fused_rms_norm, "detached", "the gradient by `x` is wrong"),
    (operations.fused_rms_norm, "block", "is no multiple of 4"),
    (operations.fused_rms_norm, "frozen", "`x` requires no gradient"),
    (operations.fused_cross_entropy, "ignored", "some of `target` are -100"),
    (operations.fused_scan, "pieces", "`tokens` > 16"),
    (operations.fused_scan, "view", "its backward raises where the definition does not.*not contiguous"),
    (operations.fused_attention, "rows", "not finite"),
]


@pytest.mark.parametrize(("make", "fault", "told"), FAULTS, ids=[f"{m.__name__}-{f}" for m, f, _ in FAULTS])
def test_a_fault_is_found_and_its_condition_named(make, fault, told) -> None:
    definition, arguments = DEFINITIONS[make]
    with pytest.raises(AssertionError) as raised:
        assert_operation(make(fault), definition, budget=3, dtypes=("float64",), **arguments)
    assert re.search(told, str(raised.value), re.DOTALL), str(raised.value)


def test_too_few_bits_show_by_their_growth() -> None:
    found = audit(operations.fused_rms_norm("bits"), operations.rms_norm, dtypes="bfloat16", budget=6, **RMS)
    assert found.fault is not None
    assert "it grows with" in repr(found)


@pytest.mark.parametrize("make", DEFINITIONS, ids=lambda make: make.__name__)
def test_a_right_operation_is_not_accused(make) -> None:
    definition, arguments = DEFINITIONS[make]
    found = assert_operation(make(), definition, budget=1.5, **arguments)
    assert found.certified > 0
    assert "nothing wrong was found" in repr(found)
    assert "correct" not in repr(found)


class Square(torch.autograd.Function):
    """Its gradient is right; of what it keeps there is no second derivative."""

    @staticmethod
    def forward(ctx, x):
        ctx.twice = 2 * x.detach()
        return x * x

    @staticmethod
    def backward(ctx, g):
        return g * ctx.twice


def test_wrong_second_derivatives_are_told_and_nobody_is_accused() -> None:
    found = audit(Square.apply, lambda x: x * x, x=tensor("rows width"), budget=1, dtypes="float64")
    assert found.passed
    assert found.second == "wrong"
    assert "its second derivatives are wrong" in repr(found)
    assert audit(torch.square, lambda x: x * x, x=tensor("rows width"), budget=0.5, dtypes="float64").second == "right"


def test_who_is_differentiable_once_only_says_so_and_nobody_asks_for_more() -> None:
    class Once(Square):
        @staticmethod
        @once_differentiable
        def backward(ctx, g):
            return g * ctx.twice

    found = audit(Once.apply, lambda x: x * x, x=tensor("rows width"), budget=1, dtypes="float64")
    assert found.passed
    assert found.second == "refused"


def decayed(x, rate):
    total, sums = torch.zeros_like(x[0].double()), []
    for row in x.double():
        total = total * torch.exp(-(rate.double() ** 2)) + row
        sums.append(total)
    return torch.stack(sums).to(x.dtype)


def fused_decayed(kept):
    """Its backward hands on from row to row what it has, in the precision that ``kept`` makes of the input's."""

    class Decayed(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, rate):
            ctx.save_for_backward(x, rate)
            return decayed(x, rate)

        @staticmethod
        @once_differentiable
        def backward(ctx, g):
            x, rate = ctx.saved_tensors
            decay, before = torch.exp(-(rate.double() ** 2)), decayed(x.double(), rate.double()).roll(1, 0)
            before[0] = 0
            carried, of_decay, of_x = torch.zeros_like(x[0]).double(), torch.zeros_like(decay), []
            for row, state in zip(g.double().flip(0), before.flip(0), strict=True):
                carried = row + carried.to(kept(x.dtype)).double()
                of_x.append(carried)
                of_decay = of_decay + carried * state
                carried = carried * decay
            of_rate = -2 * rate.double() * decay * of_decay
            return torch.stack(of_x[::-1]).to(x.dtype), of_rate.to(rate.dtype)

    return Decayed.apply


@pytest.mark.parametrize(("kept", "passes"), [(lambda dtype: torch.float64, True), (lambda dtype: dtype, False)])
def test_too_few_bits_in_what_a_recurrence_hands_on(kept, passes) -> None:
    given = torch.randn(8, 2, generator=torch.Generator().manual_seed(0)), torch.tensor([0.5, -0.7])
    found = inferred(subject(fused_decayed(kept), decayed, {}, given))
    plan = design(found, ("float64", "bfloat16"), ("cpu",), 0, "float64")
    seen = [screened(found, context) for context in plan.long_sums()]
    heard = [by_differences(found, world(found, s.context), s) for s in seen if s.suspicious]
    assert [h.reason for h in heard] == ([] if passes else ["it grows with `x.shape[0]`"])


def test_a_straight_through_estimator_is_held_to_what_is_declared() -> None:
    class Rounded(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.round()

        @staticmethod
        def backward(ctx, g):
            return g

    named = {"x": tensor("rows width"), "budget": 1, "dtypes": "float64"}
    assert audit(Rounded.apply, torch.round, surrogate=lambda x: x * 1.0, **named).passed
    assert audit(Rounded.apply, torch.round, surrogate=lambda x: x * 0.5, **named).fault is not None


@pytest.mark.parametrize(("side", "passes"), [("any", True), ("zero", True), ("left", True), ("right", False)])
def test_a_convention_where_no_derivative_exists(side, passes) -> None:
    found = audit(
        torch.relu, lambda x: x.clamp(min=0), x=tensor("rows width"), budget=2, dtypes="float64", at_kinks=side
    )
    assert found.passed is passes, repr(found)


def test_an_operation_that_is_its_own_definition() -> None:
    found = audit(operations.fused_rms_norm("detached"), budget=3, dtypes="float64", **RMS)
    assert found.fault is not None
    assert "the gradient by `x` is wrong" in repr(found)
    assert audit(operations.fused_rms_norm(), budget=2, dtypes="float64", **RMS).passed


def test_the_script_shows_the_fault_without_diffcheck() -> None:
    found = audit(operations.fused_rms_norm("detached"), operations.rms_norm, budget=3, dtypes="float64", **RMS)
    assert found.fault is not None
    printed: list[object] = []
    names = {"RMSNorm": operations.fused_rms_norm("detached").__self__, "print": printed.append}
    exec(found.fault.script, names)
    heard = found.fault.heard
    assert heard is not None
    by_x = printed[0][0][heard.place]  # type: ignore[index]
    assert float(by_x) == pytest.approx(heard.value)
    assert float(by_x) != pytest.approx(float(heard.truth), rel=1e-3)


def test_further_results_are_an_affair_of_the_operation() -> None:
    def norm(x):
        scale = x.pow(2).mean(-1, keepdim=True).rsqrt()
        return x * scale, scale

    named = {"x": tensor("rows width"), "budget": 1, "dtypes": ("float64", "float32")}
    found = audit(norm, lambda x: x / x.pow(2).mean(-1, keepdim=True).sqrt(), **named)
    assert found.passed, repr(found)


class Single(torch.autograd.Function):
    """It takes single precision only, and so does its backward."""

    @staticmethod
    def forward(ctx, x):
        if x.dtype is not torch.float32:
            raise TypeError("single precision only")
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, g):
        return 2 * g * ctx.saved_tensors[0]


class Inside(torch.autograd.Function):
    """It computes in single precision whatever it is given."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, g):
        return (2 * g.float() * ctx.saved_tensors[0].float()).to(g.dtype)


@pytest.mark.parametrize("operation", [Single, Inside])
def test_an_operation_of_single_precision_is_judged_in_it(operation) -> None:
    found = audit(operation.apply, lambda x: x * x, x=tensor("rows width"), budget=1.5)
    assert found.passed, repr(found)
    assert found.design.ordinary["precision"] == "float32"
