"""``@operation`` in case files: each audit is a row of a run, whatever the operation does."""

import json
import re
from pathlib import Path

import pytest

from diffcheck import operation, run, tensor
from diffcheck.errors import CaseError
from diffcheck.results import Row
from tests.command import typed
from tests.processes import outcome

HEADER = '''
import os, time, torch
from diffcheck import case, interval, operation, tensor

def plain(x, weight):
    return torch.sin(x) * weight

TAKES = {"x": tensor("rows width", low=-3, high=3), "weight": tensor("width", low=-3, high=3)}

def made(name, backward, **options):
    """An operation with this backward of the sine."""
    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(x, weight)
        return plain(x, weight)

    kind = type(name, (torch.autograd.Function,), {"forward": forward, "backward": staticmethod(backward)})
    return operation(plain, **{"budget": 2, **TAKES, **options})(kind)

def right(ctx, g):
    x, weight = ctx.saved_tensors
    return g * torch.cos(x) * weight, (g * torch.sin(x)).sum(0)

def off(ctx, g):
    gx, gweight = right(ctx, g)
    return gx * 1.01, gweight
'''
RIGHT = "Right = made('Right', right)\n"
OFF = "Off = made('Off', off)\n"
CASE = "@case(x=interval(1, 2))\ndef cube(x):\n    return x * x * x\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows_of(text: str, options: str = "") -> tuple[int, dict[str, dict[str, object]]]:
    """The exit code of a run of a file with this text, and its rows by name."""
    Path("kernels.py").write_text(HEADER + text)
    done = typed(f"run kernels.py --no-timing --output out {options}")
    journal = Path("out/results.jsonl")
    lines = map(json.loads, journal.read_text().splitlines() if journal.exists() else [])
    return done.exit_code, {line["case"]: line for line in lines if "verdict" in line}


def test_a_right_one_passes_and_says_what_was_tried(folder):
    code, rows = rows_of(RIGHT)
    (row,) = rows.values()
    assert code == 0
    assert (row["operator"], row["engine"], row["method"]) == ("audit", "autograd", "reverse")
    assert (row["verdict"], row["failed_points"]) == ("agree", 0)
    assert row["points"] > 50
    assert row["note"].startswith(f"nothing wrong was found in {row['points']} contexts")
    assert "pairs of conditions tried" in row["note"]


def test_a_wrong_one_fails_with_its_numbers_and_a_script(folder):
    code, rows = rows_of(OFF)
    (row,) = rows.values()
    assert code == 1
    assert (row["verdict"], row["reason"]) == ("disagree", "wrong")
    assert row["value"] == pytest.approx(1.01 * float(row["truth"]), rel=1e-9)
    assert row["digits"] == pytest.approx(2, abs=0.1)
    assert re.fullmatch(r"x\[\d+,\d+\]", row["worst_component"])
    assert {"rows", "width"} <= json.loads(row["worst_point"]).keys()
    assert 0 < row["failed_points"] <= row["points"]
    assert "import torch" in row["script"]
    assert "diffcheck" not in row["script"]
    command = re.search(r"reproduce: diffcheck (audit .*)$", row["note"]).group(1)
    again = typed(f"{command} --in-process")
    assert again.exit_code == 1
    assert "off by 1 percent" in again.output


WAYS = {
    "writes into what comes in": (
        "def bad(ctx, g):\n    gx, gweight = right(ctx, g)\n    g.mul_(2)\n    return gx, gweight\n",
        ("agree", "", "changes-gradient"),
    ),
    "changes an input": (
        "def bad(ctx, g):\n    found = right(ctx, g)\n    ctx.saved_tensors[0].data.mul_(2)\n    return found\n",
        ("agree", "", "changes-input"),
    ),
    "raises": ("def bad(ctx, g):\n    raise RuntimeError('no kernel')\n", ("error", "", "")),
    "NaN": (
        "def bad(ctx, g):\n    return [t * float('nan') for t in right(ctx, g)][0], right(ctx, g)[1]\n",
        ("nonfinite", "singular", ""),
    ),
}


@pytest.mark.parametrize(("backward", "expected"), WAYS.values(), ids=WAYS)
def test_each_way_to_be_wrong_has_its_verdict(folder, backward, expected):
    code, rows = rows_of(f"{backward}Bad = made('Bad', bad)\n")
    row = rows["Bad"]
    assert code == 1
    assert (row["verdict"], row["reason"], row["findings"].partition(":")[0]) == expected


def test_a_wrong_value_is_told_as_one(folder):
    made = "operation(plain, name='wrong', budget=2, **TAKES)"
    code, rows = rows_of(f"wrong = {made}(lambda x, weight: torch.sin(x) * weight + 0.5)\n")
    row = rows["wrong"]
    assert (code, row["verdict"], row["reason"]) == (1, "disagree", "value")
    assert row["worst_component"].startswith("result[")
    assert row["value"] == pytest.approx(float(row["truth"]) + 0.5)


def test_one_that_is_bound_to_another_name_is_audited_by_its_own(folder):
    _, rows = rows_of("other = made('Named', off)\n")
    command = re.search(r"reproduce: diffcheck (audit .*)$", rows["Named"]["note"]).group(1)
    assert "kernels.py::Named" in command
    assert "off by 1 percent" in typed(f"{command} --in-process").output
    Path("kernels.py").write_text(Path("kernels.py").read_text() + "\nclass Named: pass\n")
    assert "off by 1 percent" in typed(f"{command} --in-process").output


def test_a_known_defect_is_declared_and_strict(folder):
    declared = "made('Off', off, expect={'autograd': 'disagree'}, because='kernels#1')\n"
    assert rows_of(f"Off = {declared}")[0] == 0
    code, rows = rows_of(f"Off = {declared.replace('off,', 'right,')}")
    assert code == 1
    assert "the case expects disagree: kernels#1" in rows["Off"]["note"]


def test_what_does_not_run_is_a_row_that_says_why(folder):
    code, rows = rows_of("lost = operation(plain, name='lost', **TAKES)('torch.nn.functional.slu')\n")
    assert (code, rows["lost"]["verdict"], rows["lost"]["reason"]) == (1, "error", "case")
    assert "did you mean 'silu'?" in rows["lost"]["note"]


CHOICES = {
    "": {"cube", "Right"},
    "--operator audit": {"Right"},
    "--operator derivative": {"cube"},
    "-k Right": {"Right"},
    "--engine finite": {"cube"},
    "--engine autograd:forward": {"cube"},
    "--engine autograd": {"cube", "Right"},
}


@pytest.mark.parametrize(("options", "names"), CHOICES.items())
def test_options_choose_among_them(folder, options, names):
    code, rows = rows_of(RIGHT.replace("right)", "right, budget=1)") + CASE, options)
    assert code == 0
    assert set(rows) == names


def test_it_is_tried_in_the_formats_that_are_asked_for(folder):
    code, rows = rows_of(RIGHT.replace("right)", "right, dtypes='float64')"), "--dtype bfloat16")
    assert code == 0
    assert (rows["Right"]["verdict"], rows["Right"]["note"]) == (
        "unsupported",
        "it is tried in float64, not in bfloat16",
    )
    _, rows = rows_of(RIGHT, "--dtype float32")
    assert rows["Right"]["dtype"] == "float32"
    assert "precision" not in rows["Right"]["note"]


@pytest.mark.long
def test_an_operation_that_ends_its_process_or_never_comes_back_costs_its_own_row_only(folder):
    text = (
        "def dies(ctx, g):\n    os._exit(3)\n\ndef hangs(ctx, g):\n    while True:\n        time.sleep(0.1)\n\n"
        "Dies = made('Dies', dies)\nHangs = made('Hangs', hangs, budget=600)\n"
    )
    Path("kernels.py").write_text(HEADER + text + RIGHT)
    found = outcome("kernels.py", "--no-timing", "--output", "out", "--timeout", "12")
    verdicts = {name: row["verdict"] for (name, _), row in found.rows.items()}
    assert verdicts == {"Dies": "crash", "Hangs": "timeout", "Right": "agree"}
    assert found.code == 1


def test_they_are_listed_with_what_they_take(folder):
    Path("kernels.py").write_text(HEADER + RIGHT)
    assert "kernels.py::Right  x[rows width], weight[width]  audit" in typed("list kernels.py").output


def test_options_that_say_again_what_a_file_says_are_refused(folder):
    Path("kernels.py").write_text(HEADER + RIGHT)
    done = typed("audit kernels.py::Right --in-process --at-kinks left --input x=tensor:rows,width")
    assert done.exit_code == 2
    assert "says itself what it takes: leave out --input, --at-kinks" in done.output


def test_it_is_run_from_python_and_called_as_itself():
    import torch

    found = operation(lambda x: x * torch.sigmoid(x), x=tensor("n"), budget=1)("torch.nn.functional.silu")
    table = run([found], timing=False)
    assert table[["case", "operator", "verdict"]].to_numpy().tolist() == [["silu", "audit", "agree"]]
    doubled = operation(x=tensor("n"))(lambda x: 2 * x)
    assert doubled(4) == doubled.apply(4) == 8


MISTAKES = {
    "no name": (lambda: operation(name="a::b", x=tensor("n"))(abs), "text on one line"),
    "no path": (lambda: operation(x=tensor("n"))("silu"), "is no dotted path"),
    "a definition that is none": (lambda: operation(3, x=tensor("n"))(abs), "its definition is of type int"),
    "a class": (lambda: operation(x=tensor("n"))(Row), "it is the class Row"),
    "no reason": (
        lambda: operation(x=tensor("n"), expect={"autograd": "disagree"})(abs),
        "expect=... needs because=...",
    ),
    "no verdict": (
        lambda: operation(x=tensor("n"), expect={"autograd": "bad"}, because="x")(abs),
        "unknown verdict 'bad'",
    ),
}


@pytest.mark.parametrize(("make", "text"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_told_where_they_are_made(make, text):
    with pytest.raises(CaseError, match=re.escape(text)):
        make()


def test_two_of_one_name_are_told(folder):
    Path("kernels.py").write_text(HEADER + RIGHT + "made('Right', off)\n")
    done = typed("run kernels.py --no-timing --output out")
    assert done.exit_code == 2
    assert "2 cases are called 'Right'" in done.output
