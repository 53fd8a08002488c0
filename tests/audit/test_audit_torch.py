"""Torch's own operations through the door of an audit: what is found, what is a convention, what ends a process."""

import csv
import math

import pytest
import torch
from click.testing import CliRunner
from pieces import carried_out

from diffcheck import tensor
from diffcheck.audit import audit
from diffcheck.audit.of_torch.apart import Lost, apart
from diffcheck.audit.of_torch.catalogue import entries, samples
from diffcheck.audit.of_torch.findings import line, passed
from diffcheck.audit.of_torch.torch_itself import Outcome, Told, told
from diffcheck.cli import main
from diffcheck.cli import torch_itself as command
from diffcheck.errors import UsageError

pytestmark = pytest.mark.long

BUDGET = 2.0


def cube(factor):
    """A cube whose backward passes for one of torch's own."""

    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return factor * g * x**2

    Cube.__module__ = "torch.planted"
    return Cube.apply


def outcomes(path):
    return {row.outcome for row in told(path, entries(path)[0].name, BUDGET, 0)}


def test_a_wrong_backward_of_torchs_own_is_found_beside_its_forward():
    found = audit(cube(2.0), x=tensor("n"), dtypes="float64", budget=BUDGET)
    assert "the gradient by `x` is wrong, off by 33 percent" in repr(found)
    assert found.fault.heard.value == pytest.approx(2 / 3 * float(found.fault.heard.truth))


def test_a_right_backward_of_torchs_own_passes():
    found = audit(cube(3.0), x=tensor("n"), dtypes="float64", budget=BUDGET)
    assert found.passed
    assert found.certified > 10


def test_what_torch_itself_gets_wrong_is_listed():
    # The slope is 1/6; the kernel has that number in single precision, as 0.16666667163...
    rows = list(told("torch.nn.functional.hardsigmoid", "torch.nn.functional.hardsigmoid", BUDGET, 0))
    assert {row.outcome for row in rows} == {Outcome.WRONG}
    assert rows[0].format == "float64"
    assert rows[0].value / float(rows[0].truth) == pytest.approx(float(torch.tensor(1 / 6)) * 6, rel=1e-12)
    assert "torch.nn.functional.hardsigmoid(input)" in rows[0].text


@pytest.mark.parametrize(
    "path",
    [
        "torch.nn.functional.softplus",
        "torch.nn.functional.max_pool1d",  # of numbers that tie it takes one
        "torch.nn.functional.batch_norm",  # it changes its running statistics, as it is meant to
        "torch.nn.functional.margin_ranking_loss",  # the sides of its kink lie closer than bfloat16 tells
        "torch.special.erfc",  # another name of torch.erfc
        "torch.cat",
    ],
)
def test_conventions_and_rounding_are_no_faults(path):
    assert outcomes(path) == {Outcome.CLEAR}


def test_a_digit_that_the_formula_loses_is_told_as_that():
    # 1 - tanh(x)^2 is zero in bfloat16 long before the slope is.
    found = audit(torch.tanh, x=tensor("n"), sizes={"n": (2, 3)}, dtypes="bfloat16", budget=BUDGET)
    assert found.fault.heard.lossy
    assert found.fault.heard.value == 0
    assert abs(float(found.fault.heard.truth)) > 0


def test_what_cannot_be_recorded_is_told_with_its_reason():
    rows = list(told("torch.linalg.eigvals", "torch.linalg.eigvals", 1.0, 0))
    assert {row.outcome for row in rows} == {Outcome.OPEN}
    assert all("no row for eigenvalues" in row.what for row in rows)


def test_a_module_holds_the_operations_that_live_in_it():
    names = [entry.name for entry in entries("torch.special")]
    assert {"torch.special.erf", "torch.special.ndtri"} <= set(names)
    assert all(name.startswith("torch.special.") for name in names)
    assert not any(name.startswith("torch.nn") for name in (entry.name for entry in entries("torch")))


def test_a_module_of_nothing_is_refused():
    with pytest.raises(UsageError, match=r"torch\.nonsense: torch's list of its operations has no such"):
        entries("torch.nonsense")


def test_whole_numbers_that_all_differ_do_not_vary():
    # Places to write to; to draw one twice would ask a question without an answer.
    assert all("x2" not in call.tensors for call in samples(entries("torch.index_copy")[0], 5))


def test_numbers_that_were_drawn_are_held_by_every_format():
    (call, *_) = samples(entries("torch.nn.functional.hinge_embedding_loss")[0], 1)
    margin = float(call.spelled({}).partition("margin=")[2].partition(")")[0])
    assert margin == float(torch.tensor(margin).bfloat16())


def test_pieces_of_work_do_not_take_each_other_down():
    found = list(apart(carried_out, [("crash",), ("hang",), ("raise",), ("right",)], 15.0, ()))
    texts = [(piece, str(what), isinstance(what, Lost)) for (piece,), what in found]
    assert texts == [
        ("crash", "crash begins", False),
        ("crash", "it took its process down (SIGABRT)", True),
        ("hang", "hang begins", False),
        ("hang", "it did not come back within 15 s", True),
        ("raise", "raise begins", False),
        ("raise", "it raised ValueError: so it goes", True),
        ("right", "right begins", False),
        ("right", "done", False),
    ]


def typed(*words):
    return CliRunner().invoke(main, ["audit", *map(str, words)])


def test_the_command_tells_findings_first_and_writes_them(tmp_path):
    done = typed("torch.nn.functional.hardsigmoid", "--budget", "1s", "--output", tmp_path, "--in-process")
    assert done.exit_code == 1
    assert done.stdout.startswith("torch.nn.functional.hardsigmoid: WRONG in ")
    assert "1 operations in" in done.stdout.splitlines()[-1]
    assert "[1/1] torch.nn.functional.hardsigmoid: WRONG" in done.stderr
    rows = list(csv.DictReader((tmp_path / "audit.csv").open(encoding="utf-8")))
    assert rows[0]["outcome"] == "wrong"
    assert math.isclose(float(rows[0]["value"]), float(rows[0]["truth"]), rel_tol=1e-7)
    assert "## `torch.nn.functional.hardsigmoid`" in (tmp_path / "audit.md").read_text(encoding="utf-8")


def test_a_right_operation_passes_in_a_process_of_its_own():
    done = typed("torch.add", "--budget", "1s")
    assert done.exit_code == 0, done.output
    assert "torch.add: nothing found in" in done.stdout


def test_what_is_known_is_told_when_somebody_interrupts(monkeypatch):
    def one_by_one(path, names, *_):
        yield (path, names[0]), Told(names[0], "", Outcome.CLEAR, contexts=3, certified=2)
        yield (path, names[0]), None
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_one_by_one", one_by_one)
    done = typed("torch.special")
    assert done.exit_code == 130
    assert "nothing found in 3 contexts, 2 of them certified" in done.stdout
    assert "interrupted after 1 of" in done.stderr


@pytest.mark.parametrize("words", [("--definition", "a.py::f"), ("--dtype", "float32"), ("--size", "n=3")])
def test_what_the_samples_say_themselves_is_no_option(words):
    done = typed("torch.special", *words)
    assert done.exit_code == 2
    assert f"{words[0]} is for operations of a file" in done.stderr


def test_an_output_is_for_operations_of_torch(tmp_path):
    done = typed("kernels.py::fused", "--output", tmp_path)
    assert done.exit_code == 2
    assert "--output is for operations of torch" in done.stderr


WRONG = Told("f", "f(x)", Outcome.WRONG, "it is wrong", "wrong if `n` > 2", "x", "[0]", 1.0, "2.0")
CLEAR = Told("f", "f(x)", Outcome.CLEAR, contexts=5, certified=4)
OPEN = Told("f", "f(x)", Outcome.OPEN, "why")
LOST = Told("f", "f(x)", Outcome.LOST, "it took its process down (SIGSEGV)")
DIGITS = Told("f", "f(x)", Outcome.DIGITS, "cancellation", "wrong in float16", "x", "[0]", 0.0, "2.0")


@pytest.mark.parametrize(
    ("rows", "words", "passes"),
    [
        ([CLEAR, WRONG], "f: WRONG in 1 of 2 samples: it is wrong; wrong if `n` > 2; 1, truth 2.0", False),
        (
            [CLEAR, OPEN],
            "f: nothing found in 5 contexts, 4 of them certified; 1 of 2 samples not recorded: why",
            True,
        ),
        ([OPEN], "f: not recorded: why", False),
        ([CLEAR, LOST], "f: lost: it took its process down (SIGSEGV)", False),
        ([DIGITS], "f: NO DIGIT LEFT in 1 of 1 samples: cancellation; wrong in float16; 0, truth 2.0", True),
    ],
)
def test_an_operation_is_one_line(rows, words, passes):
    assert line(rows) == words
    assert passed([rows]) is passes


def test_the_list_leaves_everybody_his_flags():
    entries("torch.special")
    assert not torch.backends.flags_frozen()
    torch.backends.cudnn.allow_tf32 = torch.backends.cudnn.allow_tf32
