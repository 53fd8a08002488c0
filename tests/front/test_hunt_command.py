"""``diffcheck hunt``: what is typed, what is printed, the file that is written, and mistakes."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command import table, typed
from processes import INTERRUPTIBLE

from diffcheck.sources.collect import collect

CASES = """
import torch
from diffcheck import case, interval, tensor, operation
from diffcheck.ops import cos, log, sin, stack

class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 2 * x * torch.where((x > 0.72) & (x < 0.76), 1.001, 1.0)

@case(x=interval(0, 1), implementations={"autograd": Square.apply}, expect={"autograd": "agree"}, because="it is known")
def square(x):
    return x * x

@case(x=interval(0.5, 3), operators=["derivative", "derivative2"])
def quotient(x):
    return log(x) / (x - 1)

@case(x=interval(-1, 1, shape=2), w=interval(0.5, 1), operators=["jvp", "vjp"])
def pair(x, w):
    return stack([x[0] * sin(w), x[1] / w])

@case(x=interval(-1, 1))
def size(x):
    return abs(x)

@operation(x=tensor("n"))
def scan(x):
    return x.cumsum(-1)
"""
MODEL = """
import torch

def scaled(x, w):
    return (torch.sin(x) * w).sum()
"""
TOML = """
[[case]]
name = "versine"
function = "(1 - cos(x)) / x**2"
[case.inputs]
x = [-1, 1]
"""
PRESSED = """
import signal
from diffcheck import case, interval

asked = []

def pressed(x):
    asked.append(1)
    if len(asked) == 40:
        signal.raise_signal(signal.SIGINT)
    return x * x

@case(x=interval(1, 2), implementations={"autograd": pressed})
def square(x):
    return x * x
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("cases.py").write_text(CASES)
    Path("model.py").write_text(MODEL)
    Path("pressed.py").write_text(PRESSED)
    Path("one.toml").write_text(
        '[[case]]\nname = "versine"\nfunction = "(1 - cos(x)) / x**2"\n[case.inputs]\nx = [-1, 1]\n'
    )
    Path("nowhere.toml").write_text(
        '[[case]]\nname = "versine"\nfunction = "x*x"\nwhere = "x > 3"\n[case.inputs]\nx = [-1, 1]\n'
    )
    return tmp_path


def point_of(text: str) -> str:
    """The point that is told first."""
    return re.findall(r"^  point  (.*)$", text, re.MULTILINE)[0]


def test_a_failing_verdict_ends_with_one_and_is_told_with_all_that_belongs_to_it(files: Path) -> None:
    done = typed("hunt cases.py::square --engine autograd --evaluations 600")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "600 answers in 1 task"
    assert lines[1] == "autograd:reverse disagree (wrong), 2.9 right: square derivative"
    told = [line.split()[0] for line in lines[2:]]
    assert told == ["point", "value", "truth", "why", "error", "found", "a", "again"]
    assert 0.72 < float(point_of(done.stdout).removeprefix("x = ")) < 0.76
    assert "off by 0.001 of the truth" in done.stdout
    assert "rounding explains" in done.stdout
    assert re.search(r"  a run  the worst of its \d+ points: agree, 15.9 of 15.9 digits right at x = ", done.stdout)
    assert lines[-1] == "  again  diffcheck hunt cases.py::square --engine autograd --seed 0 --evaluations 600"
    assert re.match(r"\d+ answers: autograd:reverse agree", done.stderr)


def test_the_command_that_is_told_finds_the_same(files: Path) -> None:
    first = typed("hunt cases.py::quotient --engine symbolic --operator derivative --budget 1s --seed 3")
    assert first.exit_code == 0
    again = first.stdout.splitlines()[-1].removeprefix("  again  diffcheck ")
    assert "--evaluations" in again
    assert typed(again).stdout == first.stdout


@pytest.mark.parametrize(
    ("command", "dtype"),
    [
        ("hunt cases.py::square --engine autograd --evaluations 600", "float64"),
        ("hunt cases.py::quotient --engine symbolic,autograd --evaluations 600", "float64"),
        ("hunt cases.py::quotient --operator derivative --dtype float32 --engine autograd --evaluations 99", "float32"),
        ("hunt cases.py::pair --engine autograd --evaluations 200", "float64"),
        ("hunt one.toml::versine --engine autograd --evaluations 400", "float64"),
        ("hunt '(1 - cos(x)) / x**2' --input x=interval:-1,1 --engine autograd --evaluations 400", "float64"),
        ("hunt model.py::scaled --input x=interval:-3,3:2 --input w=randn:2 --evaluations 99", "float64"),
    ],
    ids=["trial", "two operators and engines", "float32", "contracted", "toml", "formula", "torch code"],
)
def test_what_is_saved_shows_the_same_when_it_is_run(files: Path, command: str, dtype: str) -> None:
    Path("far").mkdir()
    told = typed(f"{command} --save far/worst.py")
    assert "saved: far/worst.py" in told.stderr
    heads = re.findall(r"^(\w+:\w+)(?: float32)? ([\w-]+)(?: \(([\w-]+)\))?.*: (.*) (\w+)$", told.stdout, re.MULTILINE)
    values = re.findall(r"^  value  (.*)$", told.stdout, re.MULTILINE)
    assert heads
    seen = re.search(r"Seen by +diffcheck (run .*)", Path("far/worst.py").read_text())
    assert seen is not None
    assert typed(f"{seen[1]} --no-timing --output out").exit_code in (0, 1)
    rows = table("out/results.csv")
    assert {row["dtype"] for row in rows} == {dtype}
    assert all("_worst" in row["case"] for row in rows)
    for who, verdict, reason, name, operator in heads:
        found = [
            (row["verdict"], row["reason"])
            for row in rows
            if row["operator"] == operator
            and f"{row['engine']}:{row['method']}" == who
            and row["case"].startswith(f"{name}_worst")
        ]
        assert (verdict, reason) in found
    assert len(rows) >= len(heads) >= 1
    assert len(values) <= len(heads)


def test_a_saved_point_is_contracted_as_its_case_is(files: Path) -> None:
    """The name of a case draws its direction and weights, and the saved one has another name."""
    typed("hunt cases.py::pair --engine autograd --evaluations 60 --save worst.py")
    (pair,) = collect(["cases.py::pair"]).cases
    saved = collect(["worst.py"]).cases
    assert [str(operator) for case in saved for operator in case.operators] == ["jvp", "vjp"]
    for case in saved:
        aimed, wanted = (one.aimed(case.operators[0], (2,)) for one in (case, pair))
        assert (aimed.direction, aimed.weights) == (wanted.direction, wanted.weights)


def test_an_interrupted_hunt_shows_what_it_has(files: Path) -> None:
    done = typed("hunt pressed.py::square --engine autograd --evaluations 5000")
    assert done.exit_code == 130
    assert re.match(r"interrupted after \d+ answers in 1 task\n", done.stdout)
    assert "autograd:reverse agree" in done.stdout


def test_ctrl_c_ends_a_hunt_in_a_terminal(files: Path) -> None:
    words = ["hunt", "cases.py::quotient", "--engine", "symbolic", "--budget", "10m"]
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        assert "answers" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "interrupted after" in out
    assert "symbolic:closed" in out
    assert "Traceback" not in err


MISTAKES = {
    "hunt nowhere.py::f": "no such file or folder: nowhere.py",
    "hunt cases.py": "name one case, as in file.py::name; it has square, quotient, pair, size",
    "hunt cases.py::scan": "is an operation on trial",
    "hunt cases.py::cube": "has no case 'cube'",
    "hunt 'sin(x'": ") is missing",
    "hunt 'sin(x)'": "argument 'x' of sin(x) has no value: give --input x=interval:LO,HI",
    "hunt nowhere.toml::versine": "where= is false at 10000 random points in a row",
    "hunt 'sin(x)' --input x=2.0": "nothing of sin(x) can move",
    "hunt 'sin(x)' --input x=interval:1": "write interval:LO,HI:SHAPE",
    "hunt cases.py::square --engine nobody": "unknown engine 'nobody'",
    "hunt cases.py::square --dtype float8": "unknown dtype 'float8'",
    "hunt cases.py::square --operator curl": "curl",
    "hunt cases.py::square --device tpu": "unknown device 'tpu'",
    "hunt cases.py::square --budget soon": "budget 'soon'",
    "hunt cases.py::square --budget 0s": "a hunt needs at least one evaluation, and some time",
    "hunt cases.py::square --evaluations 0": "0 is not in the range",
    "hunt cases.py::square --save worst.csv": "a file of Python is written: give FILE.py",
    "hunt cases.py::square --save cases.py": "there is such a file",
    "hunt cases.py::square --save none/worst.py": "there is no folder none",
    "hunt cases.py::pair --engine finite:complex --dtype bfloat16": "nobody can be hunted",
}


@pytest.mark.parametrize(("line", "told"), MISTAKES.items(), ids=MISTAKES)
def test_a_mistake_is_told(files: Path, line: str, told: str) -> None:
    done = typed(line)
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stdout == ""


def test_an_operator_that_the_case_does_not_ask_for_is_nothing_to_do(files: Path) -> None:
    done = typed("hunt cases.py::square --operator hessian")
    assert done.exit_code == 5
    assert "cases.py::square has no operator hessian" in done.stderr


def test_who_cannot_be_asked_is_told_beside_who_can(files: Path) -> None:
    done = typed("hunt cases.py::size --engine finite:complex,autograd --evaluations 40")
    assert re.search(r"^finite:complex is not hunted: ", done.stdout, re.MULTILINE)
    assert "autograd:reverse" in done.stdout
