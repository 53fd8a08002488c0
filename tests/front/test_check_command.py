"""``diffcheck check``: one function of a file, or a formula, as a user types it."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from command import table, typed
from processes import INTERRUPTIBLE, until

MODEL = """
import torch
from torch import nn
from torch.nn import functional
from diffcheck import case_of, interval
from diffcheck.ops import exp, log

net = nn.Sequential(nn.Linear(3, 2), nn.Tanh())
width = 3

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 2)

    def forward(self, x, scale=1.0):
        return scale * self.layer(x).tanh()

    def loss(self, x, y):
        return functional.mse_loss(self(x), y)

class Wide(nn.Module):
    def __init__(self, width):
        super().__init__()

class Hasty(nn.Module):
    def __init__(self):
        raise ValueError("not today")

class Halved(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * x

    @staticmethod
    def backward(ctx, g):
        return g

def loss(logits, target):
    return functional.cross_entropy(logits, target)

def softplus(x):
    return log(1 + exp(x))

def scaled(x, factor, rows=1):
    return (x * factor).sum() * rows

model = Net()
known = case_of(model, torch.ones(1, 3), name="known")
"""
FAST = "--engine autograd"


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("model.py").write_text(MODEL)
    Path("raises.py").write_text("import torch\nnet = torch.nn.Linear(2, 1)\ndef f():\n    return 1 / 0\nf()\n")
    Path("waits.py").write_text(
        "import torch\nfrom pathlib import Path\ndef f(x):\n    Path('here').touch()\n    while True: pass\n"
    )
    Path("dies.py").write_text("import os, torch\ndef f(x):\n    os._exit(3)\n")
    np.save("x.npy", np.array([[0.5, -1.0, 2.0]]))
    torch.save(torch.tensor([[0.5, -1.0, 2.0]]), "x.pt")
    torch.save({"x": torch.ones(1, 3)}, "state.pt")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("model.py::net --input input=randn:4,3", "net jacobian: all right.*160 components"),
        ("model.py::net --input randn:4,3", "net jacobian: all right.*160 components"),
        ("model.py::model --input x=randn:2,3", "model jacobian: all right.*56 components"),
        ("model.py::Net --input x=randn:2,3 --input scale=2", "Net jacobian: all right.*56 components"),
        ("model.py::Net.loss --input x=randn:2,3 --input y=zeros:2,2", "Net.loss gradient: all right.*18 components"),
        ("model.py::model.loss --input x=randn:2,3 --input y=ones:2,2 --wrt x", "all right.*6 components"),
        ("model.py::model --input x=x.npy", "all right.*22 components"),
        ("model.py::model --input x=x.pt", "all right.*22 components"),
        ("model.py::model --input 'x=[[0.5, -1, 2]]'", "all right.*22 components"),
        ("model.py::loss --input logits=rand:4,3 --input target=randint:3:4", "loss gradient.*12 components"),
        ("model.py::loss --input logits=uniform:-2,2:2,3 --input 'target=[2, 0]'", "loss gradient.*6 components"),
        ("model.py::softplus --input x=interval:-3,3", "softplus derivative: all right"),
        ("model.py::softplus --at x=0.5", r"softplus derivative: all right \(1 point"),
        ("model.py::softplus --at x=0.5 --operator hessian", "softplus hessian: all right"),
        ("model.py::scaled --input x=randn:3 --at factor=2", "scaled gradient: all right.*4 components"),
        ("model.py::known", "known jacobian: all right.*22 components"),
        ("model.py::known --operator vjp", "known vjp: all right.*11 components"),
        ("'2*x[1]' --input x=randn:3", r"gradient: all right \(1 point; 3 components; "),
        ("'x[1]' --input x=randn:3", r"gradient: all right \(1 point; 3 components; 0 operations"),
        (f"'x{' + x' * 1000}' --at x=1", r"x{}\.\.\. derivative: all right".format(r" \+ x" * 29 + r" \+ ")),
        ("'x*sin(x)' --at x=1.2", r"x\*sin\(x\) derivative: all right"),
        ("'real(exp(I*z)*z)' --at z=1+2j", r"gradient: all right \(1 point; 2 components"),
        ("'abs(z - w)' --at z=1j,w=2", "gradient: all right.*3 components"),
        ("'sum(abs(z)**2)' --input 'z=[1+2j, 3]'", "gradient: all right.*4 components"),
        ("'x*y + sum(w**2)' --at x=1.2,y=2 --input w=randn:3", "gradient: all right.*5 components"),
    ],
)
def test_what_is_right_ends_with_zero(model: Path, line: str, said: str) -> None:
    result = typed(f"check {line} {FAST}")
    assert re.search(said, result.stdout)
    assert result.exit_code == 0
    assert "┃ engine" in result.stdout


def test_a_formula_with_a_sign_in_front_stands_behind_two_dashes() -> None:
    result = typed(f"check {FAST} --at x=3 -- '-x**2'")
    assert "derivative: all right" in result.stdout
    assert result.exit_code == 0


def test_a_wrong_backward_ends_with_one_and_says_how_to_see_it_again(model: Path) -> None:
    result = typed(f"check model.py::Halved --input 'x=[0.25, 3.0]' {FAST}")
    assert result.exit_code == 1
    again = re.search(r"reproduce: diffcheck (check .*)", result.stdout)
    assert again is not None
    assert typed(again[1]).stdout == result.stdout


def test_large_tensors_are_taken_along_directions(model: Path) -> None:
    (model / "large.py").write_text("import torch\nnet = torch.nn.Linear(600, 300)\n")
    done = typed(f"check large.py::net --input randn:2,600 --directions 1 {FAST}")
    assert done.exit_code == 0, done.stderr
    assert "along weight" in done.stdout
    assert "along 1 seeded direction of a tensor (180,000 of 181,500 numbers), the others one by one" in done.stdout
    done = typed(f"check 'x*sin(x)' --at x=1.2 --directions 1 {FAST}")
    assert done.exit_code == 2
    assert "--directions is for large tensors of torch code" in done.stderr


def test_nothing_judged_is_no_success(model: Path) -> None:
    result = typed("check 'x*sin(x)' --at x=1.2 --engine finite --dtype float16")
    assert "unsupported" in result.stdout
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nowhere.py::net --input x=randn:3", "no such file or folder: nowhere.py"),
        ("x.npy::net", "x.npy is no Python file: give file.py::name"),
        ("model.py --input x=randn:3", "say which function or module, as in model.py::NAME: it has net, Net, Wide"),
        ("model.py::nett --input x=randn:3", "model.py has no 'nett': did you mean 'net'"),
        ("model.py::model.loss_ --input x=randn:3", "model.py::model has no 'loss_': did you mean 'loss'"),
        ("model.py::width --input x=randn:3", "model.py::width is of type int: give a function, a module or a case"),
        ("model.py::Wide --input x=randn:3", "Wide is a class whose objects need width: make one in the file"),
        ("model.py::Hasty --input x=randn:3", r"model.py:\d+: ValueError: not today, where an object of model.py::Has"),
        ("raises.py::net --input x=randn:2", "raises.py:4: ZeroDivisionError: division by zero"),
        ("model.py::Net", "argument 'x' of model.py::Net has no value: give --input x=randn:SHAPE"),
        ("name*x --input name=2 --input x=3", "input .name. is called like an option of diffcheck.case"),
        ("model.py::Net --input xs=randn:3", "model.py::Net has no argument 'xs': did you mean 'x'"),
        (
            "model.py::loss --input randn:3 --input ones:3 --input ones:3",
            "is given 3 arguments: it takes logits, target",
        ),
        ("model.py::Net --input randn:3 --input x=ones:3", "argument 'x' of model.py::Net is given twice"),
        ("model.py::Net --input x=rands:3", "'rands' is not known: did you mean 'rand'"),
        ("model.py::Net --input x=cat", "'cat': it is none of randn:SHAPE"),
        ("model.py::Net --input x=randn:0,2", "the shape '0,2' must be made of positive whole numbers"),
        ("model.py::Net --input x=uniform:1:3", "'uniform:1:3': write uniform:LO,HI:SHAPE"),
        ("model.py::Net --input x=uniform:a,b:3", "'a,b' is no number: write uniform:LO,HI:SHAPE"),
        ("model.py::Net --input x=randint:0:3", "there is no whole number from 0 to below 0"),
        ("model.py::Net --input x=interval:2,1:3", "did you mean interval.1, 2."),
        ("model.py::Net --input x=away.pt", "'away.pt': there is no such file"),
        ("model.py::Net --input x=state.pt", "state.pt holds a dict: save a single tensor there"),
        ("model.py::Net --input 'x=[[1, 2], [3]]'", "a list must be of numbers, in rows of one length"),
        ("model.py::Net --at x=one", "'x=one': write NAME=NUMBER"),
        ("sum(x) --at x=[1,2]", r"write an array as --input 'x=\[1.0, 2.0\]'"),
        *((f"x**2 --at x={x}", f"'x={x}': a point is made of finite numbers") for x in ("inf", "-inf", "nan", "1e400")),
        ("x**2 --at x=3,x=4", "'x=4': x has a number already"),
        ("x**2 --at x=3 --at x=3", "'x=3': x has a number already"),
        ("x**2 --at x=3 --input x=ones:2", "input 'x' is given 2 times: give one --input or --at for it"),
        ("'x=1' --at x=1", r"^ +\^$"),
        ("sin(1)", "it names no input"),
        ("sin --at x=3", r"sin is an operation, of what. Write sin\(x\)"),
        ("'-x**2' --at x=3", r"a formula that begins with a minus stands last, behind two, as in -- '-x\*\*2'"),
        ("'x +' --at x=3", r"^ +\^$"),
        ("model.py::Net --input x=randn:2,3 --wrt z", "wrt='z' is not an input; the inputs are layer.weight"),
        ("model.py::known --input x=randn:3", "is a case and has its inputs: leave out --input"),
        ("model.py::Net --input x=randn:2,3 --operator slope", "unknown operator 'slope'"),
        ("model.py::Net --input x=randn:2,3 --dtype double", "float64"),
        ("model.py::Net --input x=randn:2,3 --engine autogard", "unknown engine 'autogard'"),
        ("'x**sin(' --at x=1", r"^ +\^$"),
        ("'x + y' --at x=1", "argument 'y' of x . y has no value: .* or --at y=NUMBER"),
    ],
)
def test_a_wrong_use_is_one_line_and_ends_with_two(model: Path, line: str, said: str) -> None:
    result = typed(f"check {line}")
    assert result.exit_code == 2
    *_, told = [text for text in result.output.splitlines() if text.strip()]
    assert re.search(said, told)


def test_files_are_written_where_they_are_asked_for(model: Path) -> None:
    assert typed(f"check model.py::loss --input logits=rand:2,3 --input 'target=[0, 1]' {FAST}").exit_code == 0
    assert not Path("reports").exists()
    line = f"check model.py::loss --input logits=rand:2,3 --input 'target=[0, 1]' {FAST} --output out --timing"
    result = typed(line)
    assert "prepare" in result.stdout
    (row,) = table("out/results.csv")
    assert (row["case"], row["verdict"]) == ("loss", "agree")


def test_the_seed_draws_weights_and_inputs(model: Path) -> None:
    lines = [
        f"check model.py::Net --input x=randn:2,3 {FAST} --seed {seed} --output {k}" for k, seed in enumerate("112")
    ]
    assert {typed(line).exit_code for line in lines} == {0}
    points = [table(f"{k}/results.csv")[0]["worst_point"] for k in range(3)]
    assert points[0] == points[1] != points[2]


def process(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "diffcheck.cli", "check", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_a_module_that_takes_its_process_down_is_told(model: Path) -> None:
    done = process("dies.py::f", "--input", "x=randn:3", "--engine", "autograd")
    assert done.returncode == 2
    assert "dies.py::f: the process ended itself with exit code 3" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_does_not_come_back_is_given_up_in_time(model: Path) -> None:
    done = process("waits.py::f", "--input", "x=randn:3", "--timeout", "1")
    assert done.returncode == 2
    assert "waits.py::f: longer than --timeout 1 s, at waits.py:5 in f" in done.stderr


def test_ctrl_c_ends_a_check(model: Path) -> None:
    words = ["check", "waits.py::f", "--input", "x=randn:3"]
    with subprocess.Popen([sys.executable, "-c", INTERRUPTIBLE, *words], stderr=subprocess.PIPE, text=True) as running:
        until(Path("here").exists)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "diffcheck: interrupted at waits.py, reading the file" in said


def test_in_a_process_of_its_own(model: Path) -> None:
    done = process("model.py::net", "--input", "randn:4,3", "--engine", "autograd", "--dtype", "float32")
    assert done.returncode == 0
    assert "net jacobian: all right" in done.stdout


def test_a_file_of_a_package_imports_from_it(model: Path) -> None:
    folder = Path("lib/parts")
    folder.mkdir(parents=True)
    Path("lib/__init__.py").write_text("FACTOR = 3.0\n")
    (folder / "__init__.py").write_text("")
    (folder / "layers.py").write_text("def tripled(x, by):\n    return (x * by).sum()\n")
    (folder / "model.py").write_text(
        "import torch\nfrom .layers import tripled\nfrom .. import FACTOR\ndef f(x):\n    return tripled(x, FACTOR)\n"
    )
    result = typed(f"check lib/parts/model.py::f --input x=randn:3 {FAST}")
    assert result.exit_code == 0
    assert "f gradient: all right" in result.stdout
