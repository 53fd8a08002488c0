"""The scripts of failing rows: a fresh interpreter without diffcheck prints what the row says."""

import contextlib
import io
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from prepared import BOX, DERIVATIVE, ENGINES, GRADIENT, HESSIAN, JACOBIAN, MATRIX, PAIR, prepared

from diffcheck import case, interval, ops
from diffcheck.api import conduct
from diffcheck.case.operators import OPERATORS, Operator
from diffcheck.engines.autograd.calls import Calls, literal
from diffcheck.errors import Unsupported
from diffcheck.results import Row, Run
from diffcheck.runner.settings import Settings
from diffcheck.verdict import Verdict

ROOT = Path(__file__).parents[2]
WRONG = (Verdict.DISAGREE, Verdict.NONFINITE, Verdict.LOSSY)
# Each script has names of its own; what it prints, or raises, is told as JSON.
ALONE = """
import contextlib, io, json, sys, warnings
sys.modules["diffcheck"] = None
warnings.simplefilter("ignore")
for text in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as stream:
        exec(compile(text, "<script>", "exec"), {"__name__": "__main__"})
    print(json.dumps(stream.getvalue().strip()))
"""


def run_of(subject: Any, **settings: Any) -> Run:
    return conduct(subject, Settings(timing=False, **settings))


@pytest.fixture(scope="module")
def defects() -> list[Row]:
    """The rows of the shipped trials that are wrong, as their cases declare."""
    found = run_of(str(ROOT / "cases/trials"), engines=("autograd", "symbolic"), samples=2)
    return [row for row in found.rows if row.expected and row.verdict in WRONG and row.reason != "value"]


def test_the_shipped_defects_are_shown_without_diffcheck(defects: list[Row]) -> None:
    shown = [row for row in defects if row.script]
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        input=json.dumps([row.script for row in shown]),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    printed = [float(json.loads(line)) for line in done.stdout.splitlines()]
    wrong = [
        (row.key, value, row.value)
        for row, value in zip(shown, printed, strict=True)
        if not (value == row.value or (math.isnan(value) and math.isnan(row.value)))
    ]
    assert wrong == []
    assert {row.engine for row in shown} == {"autograd", "symbolic"}


def test_nearly_all_defects_of_torch_have_a_script(defects: list[Row]) -> None:
    of_torch = [row for row in defects if row.engine == "autograd"]
    assert len(of_torch) > 60
    assert sum(bool(row.script) for row in of_torch) > 0.95 * len(of_torch)


def test_a_script_is_a_dozen_lines_that_name_torch_and_the_truth(defects: list[Row]) -> None:
    (row,) = (row for row in defects if (row.case, row.engine) == ("tanh_tail", "autograd"))
    assert row.script.splitlines() == [
        "import torch",
        "",
        "x = torch.tensor(20.0, dtype=torch.float64).requires_grad_()",
        "t1 = torch.tanh(x)",
        "(g,) = torch.autograd.grad(t1, x)",
        f"print(g.item())  # 0.0, the truth is {row.truth}",
    ]
    assert max(len(row.script.splitlines()) for row in defects) <= 16
    assert not any("diffcheck" in row.script for row in defects)


class Doubled(torch.autograd.Function):
    """Somebody's own backward, off by two."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x.sin()

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return 2 * g


@case(x=interval(1, 2), samples=1, implementations={"autograd": lambda x: Doubled.apply(x * 1)})
def sine(x: Any) -> Any:
    return ops.sin(x)


@case(x=interval(1, 2), samples=1)
def square(x: Any) -> Any:
    return x * x


def test_what_is_made_of_code_that_is_nowhere_else_has_no_script() -> None:
    (row,) = run_of(sine, engines=("autograd",)).rows
    assert (row.verdict, row.script) == (Verdict.DISAGREE, "")


ASKED = {
    "a number": (lambda x: ops.sin(x) * x, {"x": BOX}, [DERIVATIVE, OPERATORS["derivative2"]]),
    "two inputs": (lambda x, y: (x * ops.exp(y)).sum(), {"x": PAIR, "y": BOX}, [GRADIENT, HESSIAN]),
    "a vector": (lambda x, y: ops.stack([x * y, ops.sin(x)]), {"x": BOX, "y": BOX}, [JACOBIAN]),
    "a matrix": (lambda x: x**3, {"x": MATRIX}, [JACOBIAN]),
}


@pytest.mark.parametrize("method", ["reverse", "forward", "func"])
@pytest.mark.parametrize(("function", "inputs", "operators"), ASKED.values(), ids=ASKED)
def test_a_script_prints_the_component_that_it_is_asked_for(
    function: Any, inputs: Any, operators: list[Operator], method: str
) -> None:
    made = case(**inputs)(function)
    generator = np.random.default_rng(3)
    point = {name: generator.uniform(0.5, 2, domain.shape) for name, domain in inputs.items()}
    for operator in operators:
        task = prepared(ENGINES["autograd"], made, operator, method=method)
        found = task.derivative(point).value.reshape(-1)
        printed = [printed_by(task.script(point, component)) for component in range(found.size)]
        np.testing.assert_allclose(printed, found, rtol=1e-14)


def printed_by(script: str) -> float:
    with contextlib.redirect_stdout(io.StringIO()) as stream:
        exec(compile(script, "<script>", "exec"), {"__name__": "__main__"})
    return float(stream.getvalue())


@pytest.mark.parametrize("method", ["forward", "func"])
@pytest.mark.long
def test_the_other_ways_to_ask_torch_have_scripts_too(method: str) -> None:
    found = run_of(str(ROOT / "cases/trials"), engines=(f"autograd:{method}",), samples=2)
    wrong = [row for row in found.rows if row.verdict in WRONG and row.reason != "value" and row.worst_component]
    assert len(wrong) > 10
    assert sum(bool(row.script) for row in wrong) > 0.8 * len(wrong)
    assert all(f"torch.func.{'jvp' if method == 'forward' else ''}" in row.script for row in wrong if row.script)


KERNELS = """
import torch

class Sine(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale
        return torch.sin(x) * scale

    @staticmethod
    def backward(ctx, g):
        return 2 * g * ctx.scale, None

def sine(x, scale):
    return Sine.apply(x, scale)
"""
TRIAL = """
from diffcheck import case, interval
from diffcheck.ops import sin
from sine_kernels import Sine, sine

@case(x=interval(1, 2), scale=3.0, implementations={"autograd": SUBJECT}, samples=1)
def trial(x, scale):
    return sin(x) * scale
"""


@pytest.mark.parametrize(
    ("subject", "imported"),
    [("sine", "from sine_kernels import sine"), ("Sine.apply", "from sine_kernels import Sine")],
    ids=["function", "class"],
)
def test_somebodys_own_code_is_imported(subject: str, imported: str, tmp_path: Path) -> None:
    (tmp_path / "sine_kernels.py").write_text(KERNELS)
    (tmp_path / "trial.py").write_text(TRIAL.replace("SUBJECT", subject))
    (row,) = run_of(str(tmp_path / "trial.py"), engines=("autograd",)).rows
    assert row.script.splitlines()[:2] == ["import torch", imported]
    done = subprocess.run(
        [sys.executable, "-c", row.script], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
    )
    assert float(done.stdout) == row.value


def test_what_is_right_has_no_script() -> None:
    assert [row.script for row in run_of(square, engines=("autograd", "symbolic")).rows] == ["", ""]


@pytest.mark.parametrize("scale", [2.0, 3.0])
def test_a_script_that_prints_another_number_is_left_out(scale: float, monkeypatch: pytest.MonkeyPatch) -> None:
    from diffcheck.engines.autograd.automatic import Automatic

    written = Automatic.script

    def another(self: Automatic, point: Any, component: int) -> str:
        return written(self, point, component).replace("print(g", f"print({scale} / 2 * g")

    monkeypatch.setattr(Automatic, "script", another)
    tripled = case(x=interval(1, 2), samples=1, implementations={"autograd": halved})(lambda x: x * x)
    (row,) = run_of(tripled, engines=("autograd",)).rows
    assert row.verdict is Verdict.DISAGREE
    assert bool(row.script) is (scale == 2.0)


def halved(x: Any) -> Any:
    """The value of a square, and half of its slope."""
    return x * x - (x * x - (x * x).detach()) / 2


def test_calls_are_written_as_people_write_them() -> None:
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    with Calls({"x": x}) as calls:
        y = -(2 / x[0, 1:].sum(dim=0, keepdim=True)) + torch.stack([x.T @ x, 3 - x]).mean().reshape(1)
    lines, name = calls.leading_to(y)
    names: dict[str, Any] = {"torch": torch, "x": x}
    exec("\n".join(lines), names)
    assert torch.equal(names[name], y)
    assert lines[:3] == ["t1 = x[0, 1:]", "t2 = t1.sum(dim=0, keepdim=True)", "t3 = 2 / t2"]


def test_what_works_in_place_stays_so() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    with Calls({"x": x}) as calls:
        y = (x * -1).add_(3) ** 2
    assert calls.leading_to(y)[0] == ["t1 = x * (-1)", "t2 = t1.add_(3)", "t3 = t2 ** 2"]


def test_what_a_result_does_not_need_is_left_out() -> None:
    x = torch.tensor(2.0, requires_grad=True)
    with Calls({"x": x}) as calls:
        x.exp()
        y = x.sin()
    assert calls.leading_to(y)[0] == ["t2 = x.sin()"]


def test_many_numbers_are_not_written_down() -> None:
    with pytest.raises(Unsupported, match="49 numbers"):
        literal(torch.zeros(7, 7))
    numbers = torch.tensor([-math.inf, 0.1, 1e-45], dtype=torch.float32)
    assert torch.equal(eval(literal(numbers), {"torch": torch}), numbers)
