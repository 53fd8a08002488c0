"""``diffcheck audit`` as a user types it."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from diffcheck.cli import main

KERNELS = """
import os
import torch

def plain(x, weight, power=2):
    return x ** power * weight

class Fused(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, power):
        ctx.save_for_backward(x, weight)
        ctx.power = power
        return x ** power * weight

    @staticmethod
    def backward(ctx, g):
        x, weight = ctx.saved_tensors
        return g * 2 * x * weight, (g * x ** ctx.power).sum(0), None

def crashing(x):
    if len(x) > 2:
        os.abort()
    return 2 * x

def make(sizes, dtype, seed):
    return torch.randn(sizes.rows, 3).to(dtype), torch.randn(3).to(dtype)
"""
DECLARED = ["--input", "x=tensor:rows,width", "--input", "weight=tensor:width"]


@pytest.fixture
def kernels(tmp_path: Path) -> Path:
    file = tmp_path / "kernels.py"
    file.write_text(KERNELS, encoding="utf-8")
    return file


def typed(*words):
    return CliRunner().invoke(main, ["audit", *map(str, words)])


def test_a_right_operation_passes_and_says_what_was_tried(kernels) -> None:
    told = typed(f"{kernels}::Fused", "--definition", f"{kernels}::plain", *DECLARED, *RIGHT, "--in-process")
    assert told.exit_code == 0, told.output
    assert "nothing wrong was found in" in told.stdout
    assert "pairs of conditions tried" in told.stdout


RIGHT = ["--input", "power=2", "--budget", "1s", "--dtype", "float64", "--size", "rows=1,2,3"]
WRONG = ["--input", "power=3", "--budget", "2s", "--dtype", "float64", "--relation", "rows > 1"]


def test_a_wrong_operation_fails(kernels) -> None:
    told = typed(f"{kernels}::Fused", "--definition", f"{kernels}::plain", *DECLARED, *WRONG, "--in-process")
    assert told.exit_code == 1
    assert "from kernels import Fused" in told.stdout
    assert "y = Fused.apply(x, weight, power)" in told.stdout
    assert "the gradient by `x` is wrong" in told.stdout


def test_an_operation_may_take_its_process_down(kernels) -> None:
    told = typed(f"{kernels}::crashing", "--input", "x=tensor:rows", "--budget", "1s")
    assert told.exit_code == 1
    assert re.search(r"took its process down \(SIGABRT\), in the context: .*rows = \d", told.stderr)


def test_inputs_may_be_made(kernels) -> None:
    words = [f"{kernels}::plain", "--definition", f"{kernels}::plain", "--make", f"{kernels}::make"]
    told = typed(*words, "--budget", "1s", "--dtype", "float64", "--in-process")
    assert told.exit_code == 0, told.output
    assert "sizes of rows" in told.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--input", "x=tensr:rows"], "write NAME=KIND with tensor:AXES"),
        (["--input", "x=integers:rows"], "write NAME=KIND"),
        ([*DECLARED, "--size", "rows=few"], "write NAME=1,2,4"),
        ([*DECLARED, "--budget", "soon", "--in-process"], "budget 'soon': write seconds"),
        ([*DECLARED, "--definition", "nowhere.py::plain", "--in-process"], "nowhere.py"),
        ([*DECLARED, "--dtype", "float8", "--in-process"], "unknown dtype 'float8'"),
    ],
)
def test_a_mistake_ends_with_two(kernels, words, message) -> None:
    told = typed(f"{kernels}::Fused", *words)
    assert told.exit_code == 2
    assert message in told.output
