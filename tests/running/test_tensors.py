"""What a task came to for each input tensor: its worst component, and how many fail."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from diffcheck import case, case_of, interval
from diffcheck.api import Settings, conduct
from diffcheck.case.operators import operator_named
from diffcheck.judgement.judgements import Judgements
from diffcheck.judgement.numbers import Judgement, rank
from diffcheck.judgement.sketch import Sketch
from diffcheck.ops import sin, sum
from diffcheck.reporting.terminal import check_text
from diffcheck.results import Run
from diffcheck.runner.processes.messages import packed, unpacked
from diffcheck.verdict import Reason, Verdict


class Scaled(torch.autograd.Function):
    """A product whose gradient by its second factor is off by a thousandth."""

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x @ w

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        return g @ w.T, x.T @ g * 1.001


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 5)
        self.second = nn.Parameter(torch.randn(5, 3))

    def forward(self, x):
        return Scaled.apply(self.first(x).tanh(), self.second).sin().sum()


def run_of(subject, engines=("autograd",), **settings) -> Run:
    return conduct(subject, Settings(engines=engines, timing=False, samples=2, **settings))


def model():
    torch.manual_seed(0)
    return case_of(Net(), torch.randn(2, 4), name="net")


def test_the_tensor_whose_gradient_is_wrong_is_told_from_those_that_are_right() -> None:
    found = {row.tensor: row for row in run_of(model()).tensors}
    assert {name: row.shape for name, row in found.items()} == {
        "second": "5x3",
        "first.weight": "5x4",
        "first.bias": "5",
        "x": "2x4",
    }
    wrong = found.pop("second")
    assert (wrong.verdict, wrong.reason) == (Verdict.DISAGREE, Reason.WRONG)
    assert (wrong.failed_components, wrong.components) == (15, 15)
    assert wrong.digits == pytest.approx(3.0, abs=0.01)
    assert wrong.worst_component.startswith("second[")
    assert wrong.value == pytest.approx(1.001 * float(wrong.truth), rel=1e-12)
    assert {(row.verdict, row.failed_components) for row in found.values()} == {(Verdict.AGREE, 0)}
    assert {name: row.components for name, row in found.items()} == {"first.weight": 20, "first.bias": 5, "x": 8}


def test_each_engine_has_a_row_for_each_tensor() -> None:
    run = run_of(model(), engines=("autograd", "symbolic"))
    assert [(row.engine, row.tensor) for row in run.tensors[:4]] == [
        ("autograd", name) for name in ("second", "first.weight", "first.bias", "x")
    ]
    assert len(run.tensors) == 8


@pytest.mark.parametrize(
    ("operator", "components"),
    [("jacobian", {"x": 4, "w": 6}), ("vjp", {"x": 2, "w": 3}), ("jvp", {})],
)
def test_a_component_belongs_to_the_input_that_it_is_by(operator: str, components: dict[str, int]) -> None:
    def function(x, w):
        return sin(x) * sum(w)

    made = case(x=interval(1, 2, shape=2), w=interval(1, 2, shape=3), operators=operator)(function)
    found = {row.tensor: row.components for row in run_of(made).tensors}
    assert found == components


def test_a_hessian_s_components_belong_to_the_last_input() -> None:
    made = case(x=interval(1, 2, shape=2), w=interval(1, 2, shape=3), operators="hessian")(lambda x, w: sum(x) * sum(w))
    assert {row.tensor: row.components for row in run_of(made).tensors} == {"x": 10, "w": 15}
    assert operator_named("hessian").full == 2


def test_of_single_numbers_the_row_of_the_task_says_all() -> None:
    assert run_of(case(x=interval(1, 2), y=interval(1, 2))(lambda x, y: x * y)).tensors == ()


def test_the_worst_of_some_is_the_first_with_the_highest_rank() -> None:
    generator = np.random.default_rng(0)
    size = 200
    kinds = [Judgement(Verdict.AGREE), Judgement(Verdict.LOSSY), Judgement(Verdict.DISAGREE), Judgement(Verdict.AGREE)]
    digits = generator.integers(0, 4, size).astype(float)
    digits[generator.random(size) < 0.1] = np.nan
    errors, inherent = generator.choice([0.0, 1.0, 2.0, np.inf, np.nan], size), generator.choice([1.0, np.inf], size)
    errors[np.isinf(errors) & np.isinf(inherent)] = 1.0
    errors[7], inherent[7] = np.inf, np.inf
    sketch = Sketch(kinds, generator.integers(0, 4, size), errors, inherent, digits, digits + 1)
    told = {7: Judgement(Verdict.NONFINITE), 50: Judgement(Verdict.AGREE, error_ulp=9.0, inherent_ulp=1.0)}
    told[60] = Judgement(Verdict.UNCERTAIN, error_ulp=np.inf, inherent_ulp=np.inf)
    judgements = Judgements(told, sketch)
    assert judgements.worst_among(np.array([60])) == 60
    for _ in range(50):
        some = np.flatnonzero(generator.random(size) < 0.05)
        some = np.union1d(some, [60])
        assert judgements.worst_among(some) == max(some.tolist(), key=lambda c: rank(judgements[c]))


def test_a_row_comes_unchanged_from_another_process() -> None:
    (row, *_) = run_of(model()).tensors
    name, (same,) = unpacked(packed("weighed", row))
    assert (name, same) == ("weighed", row)
    assert isinstance(same.verdict, Verdict)


def test_the_terminal_shows_the_worst_and_says_how_many_more() -> None:
    torch.manual_seed(0)
    deep = nn.Sequential(*(nn.Linear(2, 2) for _ in range(6)))
    text = check_text(run_of(case_of(deep, torch.randn(1, 2), name="deep", operators="vjp")))
    assert "... and 3 more lines by tensor" in text
    wrong = check_text(run_of(model()))
    lines = [line for line in wrong.splitlines() if line.startswith(("│ second", "│ first"))]
    assert lines[0].startswith("│ second")
    assert "15 of 15" in lines[0]


def test_the_file_has_all_tensors(tmp_path: Path) -> None:
    run_of(model(), output=tmp_path)
    with (tmp_path / "tensors.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["tensor"] for row in rows] == ["second", "first.weight", "first.bias", "x"]
    assert rows[0]["failed_components"] == "15"
    assert "| second | 5x3 | autograd:reverse | disagree (wrong) |" in (tmp_path / "report.md").read_text()
    assert json.loads((tmp_path / "results.jsonl").read_text().splitlines()[0])["components"] == 48
