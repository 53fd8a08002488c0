"""Runs that are killed, interrupted, started twice: what their folder holds, and what is left of them."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from processes import GOOD, HEADER, LIGHT, OPTIONS, alive, outcome, started, until

import diffcheck
from diffcheck import check, interval
from diffcheck.results import load

# The folder, the processes and the keyboard.

WAITING = (
    HEADER
    + """
from pathlib import Path

@case(x=interval(1, 2))
def first(x):
    return x * x

@case(x=interval(1, 2))
def waits(x):
    if numbers(x):
        Path("worker").write_text(str(os.getpid()))
        while True: pass
    return x * x
"""
)
OLD = ("report.md", "results.csv", "cases.csv", ".results.csv.part")


@pytest.fixture
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[str]]:
    """A run that stands at its second case, into a folder with the files of an older one."""
    monkeypatch.chdir(tmp_path)
    Path("file.py").write_text(WAITING)
    Path("out").mkdir()
    for name in OLD:
        Path("out", name).write_text("old")
    with started("file.py", *LIGHT, *OPTIONS) as process:
        try:
            until(lambda: Path("worker").exists() and bool(Path("worker").read_text()))
            # The one who watches may be behind the one who works.
            until(lambda: Path("out/results.jsonl").exists() and Path("out/results.jsonl").read_text().count("\n") == 3)
            yield process
        finally:
            process.kill()


def journal() -> list[tuple[str, str, str]]:
    """The rows of the journal."""
    rows = map(json.loads, Path("out/results.jsonl").read_text().splitlines())
    return [(row["case"], row["engine"], row["verdict"]) for row in rows]


KNOWN = [("first", "symbolic", "agree"), ("first", "finite", "agree"), ("waits", "symbolic", "agree")]


def test_a_killed_run_leaves_its_journal_and_no_process(waiting: subprocess.Popen[str]) -> None:
    worker = int(Path("worker").read_text())
    assert alive(worker)
    waiting.kill()
    waiting.wait()
    until(lambda: not alive(worker))
    assert {path.name for path in Path("out").iterdir()} == {"results.jsonl", "details.jsonl"}
    assert journal() == KNOWN
    Path("file.py").write_text(GOOD)
    assert outcome("file.py", *LIGHT, *OPTIONS).code == 0


def test_a_killed_run_can_be_reported(waiting: subprocess.Popen[str]) -> None:
    waiting.kill()
    waiting.wait()
    run = load("out")
    assert [(row.case, row.engine, row.verdict) for row in run.rows] == KNOWN
    assert "killed" in run.interrupted
    assert run.command.startswith("diffcheck ")
    assert [points.key for points in run.points] == [row.key for row in run.rows]
    assert [case.case for case in run.cases] == ["first"]


def test_a_second_run_into_the_folder_is_refused(waiting: subprocess.Popen[str]) -> None:
    with started("file.py", *LIGHT, *OPTIONS) as second:
        out, err = second.communicate(timeout=60)
    assert (second.returncode, out) == (2, "")
    assert err == "diffcheck: another run writes to out: wait for it, or choose another folder with --output\n"
    assert waiting.poll() is None
    assert journal() == KNOWN


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
def test_who_ends_it_is_told_the_case_and_keeps_what_is_known(
    waiting: subprocess.Popen[str], how: signal.Signals
) -> None:
    worker = int(Path("worker").read_text())
    waiting.send_signal(how)
    _, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 130
    assert "diffcheck: interrupted at file.py::waits derivative, finite:central answering; what was known" in err
    assert "Traceback" not in err
    assert journal() == KNOWN
    assert "interrupted" in Path("out/report.md").read_text()
    assert not alive(worker)


def test_a_worker_that_cannot_start_is_no_case_to_blame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file.py").write_text(GOOD)
    program = "import sys; sys.executable = '/bin/false'; from diffcheck.cli import main; main(['run', 'file.py'])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "diffcheck: the process that runs the cases ended where no case is to blame: "
        "the process ended itself with exit code 1\n"
    )
    assert not Path("reports").exists()


# In the process of a Python user.


def test_what_a_function_raises_on_its_way_out_is_a_row() -> None:
    def leaves(x: Any) -> Any:
        if hasattr(x, "requires_grad"):
            raise SystemExit(3)
        return x * x

    frame = check(leaves, x=interval(1, 2), samples=1).frame.set_index("engine")
    assert frame.verdict.to_dict() == {"symbolic": "agree", "finite": "agree", "autograd": "error"}
    assert frame.note["autograd"] == "SystemExit: 3"


def test_code_that_raises_keyboard_interrupt_itself_ends_nothing() -> None:
    def interrupts(x: object) -> object:
        raise KeyboardInterrupt

    found = check(interrupts, x=interval(1, 2), engines=["symbolic"], samples=1)
    assert "the function raises KeyboardInterrupt" in repr(found)


def test_so_it_does_not_where_ctrl_c_is_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        test_code_that_raises_keyboard_interrupt_itself_ends_nothing()
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_ends_a_check_and_names_what_it_was_at() -> None:
    def pressed(x: object) -> object:
        signal.raise_signal(signal.SIGINT)
        return x

    with pytest.raises(KeyboardInterrupt, match="tracing"):
        check(pressed, x=interval(1, 2), engines=["symbolic"], samples=1)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_that_a_function_swallows_ends_a_check_as_well() -> None:
    def swallows(x: object) -> object:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return x

    with pytest.raises(KeyboardInterrupt, match="tracing"):
        check(swallows, x=interval(1, 2), engines=["symbolic"], samples=1)


def test_a_timeout_in_the_process_of_its_user_is_refused() -> None:
    with pytest.raises(diffcheck.errors.UsageError, match="a timeout needs a process for the cases alone"):
        diffcheck.run([], timeout=3.0)


def test_environment_of_the_user_is_left_alone(tmp_path: Path) -> None:
    before = os.getcwd(), dict(os.environ), list(sys.path)

    def wanders(x: Any) -> Any:
        os.chdir(tmp_path)
        os.environ["WANDERED"] = "yes"
        sys.path.append("/nowhere")
        return x * x

    assert check(wanders, x=interval(1, 2), samples=1)
    assert (os.getcwd(), dict(os.environ), list(sys.path)) == before
