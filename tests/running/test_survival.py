"""A run survives its cases: whatever ends a process costs its own row, names the case, and nobody else pays."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import GOOD, HEADER, LIGHT, OPTIONS, Outcome, alive, outcome

# What ends a process, or does not end.

# What a case does when it is called with numbers, which `finite:central` does; its verdict; how it is told.
CALLED = {
    "leaves": ("sys.exit(0)", "error", "^SystemExit: 0;"),
    "interrupts": ("raise KeyboardInterrupt", "error", "^KeyboardInterrupt;"),
    "escapes": ("raise Odd('far out')", "error", "^Odd: far out;"),
    "ends": ("os._exit(3)", "crash", "^the process ended itself with exit code 3;"),
    "ends_well": ("os._exit(0)", "crash", "^the process ended itself with exit code 0;"),
    "faults": ("ctypes.string_at(0)", "crash", r"^the process was killed by SIGSEGV, at bad\.py:\d+ in faults;"),
    "dies": ("os.kill(os.getpid(), signal.SIGKILL)", "crash", r"^the process was killed by SIGKILL \(perhaps for want"),
    "hides": ("os.closerange(3, 100)", "crash", r"^the process"),
    "scribbles": (
        "for n in range(3, 60):\n            with contextlib.suppress(OSError): os.write(n, b'x' * 99)",
        "crash",
        "^the process wrote to a file that it had not opened",
    ),
    # The child holds the way to the supervisor open, so that its end cannot be heard.
    "forks": (
        "pid = os.fork()\n        if not pid: time.sleep(600)\n"
        "        open('child', 'w').write(str(pid))\n        os._exit(5)",
        "crash",
        "^the process ended itself with exit code 5;",
    ),
    "loops": ("while True: pass", "timeout", r"^longer than --timeout 3 s, at bad\.py:\d+ in loops;"),
}
# What it does while it is traced.
TRACED = {
    "traced_end": (
        "os._exit(7)",
        "crash",
        "traced_end: tracing the function: the process ended itself with exit code 7;",
    ),
    "traced_loop": (
        "while True: pass",
        "timeout",
        r"traced_loop: tracing the function: longer than --timeout 3 s, at bad\.py:\d+ in traced_loop;",
    ),
}
FILES = {
    "bad.py": HEADER
    + "class Odd(BaseException): pass\n"
    + "".join(
        f"@case(x=interval(1, 2))\ndef {name}(x):\n    if numbers(x):\n        {text}\n    return x * x\n"
        for name, (text, *_) in CALLED.items()
    )
    + "".join(f"@case(x=interval(1, 2))\ndef {name}(x):\n    {text}\n" for name, (text, *_) in TRACED.items())
    + "@case(x=interval(1, 2), where=lambda x: os._exit(4))\ndef picky(x):\n    return x * x\n"
    + "@case(x=interval(1, 2))\ndef talks(x):\n    print('hello', hash('hello'))\n    return x * x\n",
    "ends.py": "import os\nos._exit(9)\n",
    "loops.py": "x = 1\nwhile x: pass\n",
    "interrupts.py": "raise KeyboardInterrupt\n",
    # Our own mistakes, planted where a case can reach them.
    "sabotage.py": HEADER
    + "import diffcheck.runner.execute as ours\n"
    + "right = ours.court_of\n"
    + "def wrong(unit, *rest):\n"
    + "    if unit.case.name == 'sabotaged': raise ZeroDivisionError('planted')\n"
    + "    return right(unit, *rest)\n"
    + "ours.court_of = wrong\n"
    + "@case(x=interval(1, 2))\ndef sabotaged(x):\n    return x * x\n",
    "good.py": GOOD,
}


@pytest.fixture(scope="module")
def survived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """One run over all of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("bad"))
        for name, text in FILES.items():
            Path(name).write_text(text)
        yield outcome(*FILES, *LIGHT, "--timeout", "3", *OPTIONS)


@pytest.mark.parametrize("name", CALLED)
def test_what_an_engine_meets_costs_its_own_row(survived: Outcome, name: str) -> None:
    _, verdict, note = CALLED[name]
    row = survived.rows[name, "finite"]
    assert row["verdict"] == verdict
    assert re.search(note, row["note"])
    assert f"reproduce: diffcheck run bad.py::{name} --operator derivative --engine finite:central" in row["note"]
    assert survived.rows[name, "symbolic"]["verdict"] == "agree"


@pytest.mark.parametrize("name", TRACED)
def test_what_tracing_meets_costs_the_case(survived: Outcome, name: str) -> None:
    _, verdict, note = TRACED[name]
    for engine in ("symbolic", "finite"):
        row = survived.rows[name, engine]
        assert (row["verdict"], row["reason"]) == (verdict, "case")
        assert re.search(note, row["note"])


def test_what_a_precondition_does_costs_the_case(survived: Outcome) -> None:
    row = survived.rows["picky", "symbolic"]
    assert (row["verdict"], row["reason"]) == ("crash", "case")
    assert "computing the truth: the process ended itself with exit code 4" in row["note"]


@pytest.mark.parametrize("case", ["good", "talks"])
def test_others_do_not_pay(survived: Outcome, case: str) -> None:
    assert [survived.rows[case, engine]["verdict"] for engine in ("symbolic", "finite")] == ["agree", "agree"]


@pytest.mark.parametrize(
    "text",
    [
        "broken: ends.py: the process ended itself with exit code 9; nothing of the file is used",
        "broken: loops.py: longer than --timeout 3 s, at loops.py:2 in <module>; nothing of the file is used",
        "broken: interrupts.py: KeyboardInterrupt; nothing of the file is used",
    ],
)
def test_what_a_file_does_when_it_is_read_is_told(survived: Outcome, text: str) -> None:
    assert text in [line for line in survived.out.splitlines() if line.startswith("broken")]
    assert survived.code == 2


def test_what_a_lost_process_has_started_is_ended(survived: Outcome) -> None:
    assert not alive(int(Path("child").read_text()))


def test_our_own_mistake_is_told_with_its_traceback_and_ends_nothing(survived: Outcome) -> None:
    row = survived.rows["sabotaged", "symbolic"]
    assert "diffcheck itself failed: ZeroDivisionError: planted; please report it" in row["note"]
    assert survived.err.count("Traceback") == survived.err.count("ZeroDivisionError: planted") == 1


def test_report_and_terminal_name_what_was_lost(survived: Outcome) -> None:
    report = Path("out/report.md").read_text()
    for name in (*CALLED, *TRACED):
        assert f"| {name} derivative |" in report
        assert survived.err.count(f"] {name} derivative: ") == 1


def test_all_processes_hash_alike_and_print_where_the_run_does(survived: Outcome) -> None:
    said = [line for line in survived.out.splitlines() if line.startswith("hello")]
    assert len(said) > len(CALLED)
    assert len(set(said)) == 1


def test_journal_holds_the_rows_of_the_table_after_all_processes(survived: Outcome) -> None:
    rows = map(json.loads, Path("out/results.jsonl").read_text().splitlines())
    last = {(row["case"], row["engine"]): row["verdict"] for row in rows}
    assert last == {key: row["verdict"] for key, row in survived.rows.items()}


def test_x_stops_at_what_ended_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file.py").write_text(GOOD + HEADER + "@case(x=interval(1, 2))\ndef ends(x):\n    os._exit(3)\n")
    Path("good.py").write_text(GOOD.replace("good", "never"))
    found = outcome("file.py", "good.py", "--engine", "symbolic", "-x", *OPTIONS)
    assert {case: row["verdict"] for (case, _), row in found.rows.items()} == {"good": "agree", "ends": "crash"}
    assert found.code == 1


# The clock: the third argument of `when` counts calls with numbers.

LATE = (
    HEADER
    + """
calls = {}

def late(name, x, number):
    calls[name] = calls.get(name, 0) + numbers(x)
    return calls[name] > number

@case(x=interval(1, 2))
def before(x):
    return x * x

@case(x=interval(1, 2))
def ends(x):
    if late("ends", x, 300): os._exit(4)
    return x * x

@case(x=interval(1, 2))
def loops(x):
    while late("loops", x, 300): pass
    return x * x

@case(x=interval(1, 2))
def leaves(x):
    if late("leaves", x, 300): sys.exit(0)
    return x * x

@case(x=interval(1, 2))
def raises(x):
    if late("raises", x, 300): raise ValueError("late")
    return x * x
"""
)


@pytest.fixture(scope="module")
def clocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """One run with times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("late"))
        Path("late.py").write_text(LATE)
        yield outcome("late.py", *LIGHT, "--timeout", "3", "--samples", "1", "--output", "out")


@pytest.mark.parametrize(
    ("case", "verdict", "note"),
    [
        ("ends", "crash", "^while it was timed: the process ended itself with exit code 4; reproduce: "),
        ("loops", "agree", r"^not timed: longer than --timeout 3 s, at late\.py:\d+ in "),
        ("leaves", "agree", "^not timed: SystemExit: 0$"),
        ("raises", "agree", "^not timed: ValueError: late$"),
    ],
)
def test_what_ends_a_process_late_costs_its_own_time(clocked: Outcome, case: str, verdict: str, note: str) -> None:
    row = clocked.rows[case, "finite"]
    assert row["verdict"] == verdict
    assert re.search(note, row["note"])
    assert row["evaluate_s"] == ""
    assert float(clocked.rows[case, "symbolic"]["evaluate_s"]) > 0


def test_cases_of_an_earlier_process_are_timed(clocked: Outcome) -> None:
    for engine in ("symbolic", "finite"):
        row = clocked.rows["before", engine]
        assert [float(row[name]) > 0 for name in ("prepare_s", "evaluate_s", "primal_s", "cost_ratio")] == [True] * 4
    assert clocked.code == 1


# State that the process shares.

STATES = {
    "double.py": """
import torch
from diffcheck import case, interval
torch.set_default_dtype(torch.float64)

@case(x=interval(1, 2))
def in_double(x):
    assert torch.get_default_dtype() is torch.float64, "while it is traced"
    return x * x
""",
    "rogue.py": """
import os, signal, sys, warnings
import numpy as np, torch
from diffcheck import case, interval

@case(x=interval(1, 2))
def rogue(x):
    if hasattr(x, "requires_grad"):
        torch.set_default_dtype(torch.float16)
        torch.set_grad_enabled(False)
        torch.set_flush_denormal(True)
        np.seterr(all="raise")
        os.chdir("/")
        sys.path.clear()
        signal.alarm(1)
        warnings.simplefilter("error")
    else:
        sys.setrecursionlimit(150)
        os.environ["HOME"] = "/nowhere"
    return x * x
""",
    "innocent.py": """
import os, sys, time, warnings
import torch
from diffcheck import case, interval
from diffcheck.ops import exp

@case(x=interval(1, 2))
def innocent(x):
    # Torch's own while it is traced, and the run's where numbers become tensors.
    assert torch.get_default_dtype() in (torch.float32, torch.float64)
    assert os.environ["HOME"] != "/nowhere"
    assert sys.getrecursionlimit() > 150
    warnings.warn("no error")
    assert (torch.ones(2) * 0.1).requires_grad is False
    return exp(x) * x * torch.ones(()).item()

@case(x=interval(1e-310, 1e-308))
def small(x):
    return x * x * 1e300

@case(x=interval(1, 2))
def slow(x):
    time.sleep(0.2)
    return x * x
""",
}


def test_state_that_a_case_changes_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in STATES.items():
        Path(name).write_text(text)
    found = outcome(*STATES, "--engine", "symbolic,autograd", *OPTIONS)
    assert {case: found.rows[case, "symbolic"]["verdict"] for case in ("in_double", "innocent", "slow", "rogue")} == {
        "in_double": "agree",
        "innocent": "agree",
        "slow": "agree",
        "rogue": "agree",
    }
    assert {key: row["verdict"] for key, row in found.rows.items() if key[1] == "autograd"} == {
        ("in_double", "autograd"): "agree",
        ("rogue", "autograd"): "disagree",
        ("innocent", "autograd"): "agree",
        ("small", "autograd"): "agree",
        ("slow", "autograd"): "agree",
    }
