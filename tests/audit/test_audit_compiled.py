"""Compilation as a use: tried once, at the end; what it refuses is told."""

import os

import pytest
import torch

from diffcheck import tensor
from diffcheck.audit import audit
from diffcheck.audit.conditions.uses import USES
from diffcheck.audit.late import late_uses

pytestmark = pytest.mark.long

BUDGET = 5.0


def plain(x, w):
    return x.tanh() * w


def scaled(fault=""):
    class Scaled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, w):
            ctx.save_for_backward(x, w)
            if fault == "untraced":
                os.getpid()  # a function in C that the tracer does not know
            return x.tanh() * w

        @staticmethod
        def backward(ctx, g):
            x, w = ctx.saved_tensors
            t = x.tanh()
            # As those do who keep another path for the compiler.
            slope = 1 - t if fault == "compiled" and torch.compiler.is_compiling() else 1 - t * t
            return g * w * slope, (g * t).sum(0)

    return Scaled.apply


def audited(fault):
    sizes = {"batch": (2, 3), "width": (3, 2)}
    declared = {"x": tensor("batch width"), "w": tensor("width")}
    return audit(scaled(fault), plain, sizes=sizes, dtypes="float64", budget=BUDGET, **declared)


def test_an_operation_that_is_wrong_only_when_it_is_compiled_is_found():
    found = audited("compiled")
    assert "if it is traced by `torch.compile`" in found.fault.condition.words
    assert found.fault.heard.input == "x"
    assert 'torch.compile(lambda: Scaled.apply(x, w), backend="aot_eager")()' in found.fault.script


def test_a_right_operation_is_tried_and_passes():
    found = audited("")
    assert found.passed
    tried = [s for s in found.trials.counted if s.context["use"] == "compile"]
    assert len(tried) == 1
    assert not tried[0].suspicious


def test_what_cannot_be_traced_is_told_and_no_fault():
    found = audited("untraced")
    assert found.passed
    assert "not tried whether it is traced by `torch.compile` (backend `aot_eager`): " in repr(found)


@pytest.mark.parametrize(
    ("budget", "there", "names"),
    [(1.0, True, []), (10.0, True, ["compile"]), (60.0, True, ["compile", "inductor"]), (60.0, False, ["compile"])],
)
def test_compilation_takes_no_more_than_a_part_of_the_budget(budget, there, names, monkeypatch):
    monkeypatch.setenv("CXX", "/bin/true" if there else "/nowhere/g++")
    monkeypatch.setenv("PATH", "")
    assert [use.name for use in late_uses(budget)] == names


def test_compilation_is_in_no_pair_of_conditions():
    found = audited("")
    assert USES["compile"].late_s > 0
    mixed = [s for s in found.trials.counted if s.context["use"] == "compile" and s.context["values"] != "ordinary"]
    assert mixed == []
