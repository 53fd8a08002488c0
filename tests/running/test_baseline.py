"""A run against its baseline: what fails, what does not, what the file holds, and what is refused."""

import json
import math
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import Result
from command import table, typed

import diffcheck
from diffcheck import case, interval
from diffcheck.engines.base import Estimate, Task
from diffcheck.errors import BaselineError
from diffcheck.ops import cos, sin
from diffcheck.program.trace import trace
from diffcheck.regression import Entry, Group, difference, read
from diffcheck.results import load
from diffcheck.runner.kept import keep
from diffcheck.runner.settings import Settings
from diffcheck.verdict import Verdict

TORCH = """
import torch
from diffcheck import case, interval, operation, tensor
from diffcheck.ops import exp, log, sin, tanh

def sine(slope):
    class Sine(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return torch.sin(x)

        @staticmethod
        def backward(ctx, g):
            return g * slope(torch.cos(ctx.saved_tensors[0]))
    return Sine
"""
CASES = (
    TORCH
    + """
@case(x=interval(1, 2), samples=2)
def plain(x):
    return x * x

@case(x=interval(1, 2), samples=2, implementations={"autograd": sine(lambda c: 1.001 * c).apply})
def known(x):
    return sin(x)

@case(x=interval(0.5, 1), samples=2, implementations={"autograd": sine(lambda c: c).apply})
def other(x):
    return sin(x)
"""
)
OPTIONS = "--samples 2 --no-timing --output out --baseline base.json"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with a case file, of which one derivative is wrong."""
    monkeypatch.chdir(tmp_path)
    write(CASES)
    return tmp_path


def write(text: str) -> None:
    Path("suite.py").write_text(text)


def changed(old: str, new: str) -> None:
    """Change the case file in one place."""
    text = Path("suite.py").read_text()
    assert text.count(old) == 1
    write(text.replace(old, new))


def held(more: str = "", paths: str = "suite.py") -> Result:
    return typed(f"run {paths} {OPTIONS} {more}")


def updated(more: str = "", paths: str = "suite.py") -> Result:
    return held(f"--update-baseline {more}", paths)


def departures() -> dict[tuple[str, str], str]:
    """What differs from the baseline, by case and engine."""
    return {(row.case, row.engine): row.departure for row in load("out").rows if row.departure}


def entries() -> dict[str, Any]:
    return dict(json.loads(Path("base.json").read_text())["entries"])


# What is as it was passes, and what was broken fails, first of all.


def test_a_run_passes_its_own_baseline_with_what_is_wrong_in_it(folder: Path) -> None:
    assert typed("run suite.py --samples 2 --no-timing --output out").exit_code == 1
    first = updated()
    assert first.exit_code == 0
    assert "base.json: 9 entries written (9 new); 1 of them fails, which is known from now on" in first.output
    again = held()
    assert again.exit_code == 0
    assert "none fails the run (1 is wrong as the baseline says)" in again.output
    assert departures() == {}
    assert "1 task wrong as the baseline says" in Path("out/report.md").read_text()


def test_a_broken_derivative_fails_first_in_every_format(folder: Path) -> None:
    updated()
    changed("lambda c: c)", "lambda c: 1.5 * c)")
    result = held("--format md,junit,github")
    assert result.exit_code == 1
    assert departures() == {("other", "autograd"): "broke: was agree"}
    (annotation,) = (line for line in result.output.splitlines() if line.startswith("::error"))
    assert "broke%3A" not in annotation
    assert "other" in annotation
    assert re.search("^autograd:reverse disagree .*: other derivative$", result.output, re.MULTILINE)
    assert "  why    broke: was agree; " in result.output
    title, _, rest = Path("out/report.md").read_text().partition("\n")
    assert "other" in title
    assert "known derivative" not in rest.partition("What failed")[2].partition("<details>")[0]
    first = ElementTree.parse("out/junit.xml").getroot()[0][0]
    assert first.attrib["name"].startswith("other derivative autograd:reverse")
    assert first.find("failure") is not None
    assert result.output.splitlines()[-1].endswith("--baseline base.json --format md,junit,github --update-baseline")


def test_a_row_that_departs_stands_above_a_row_that_only_fails(folder: Path) -> None:
    updated()
    changed("return x * x", "return x * x * x")
    assert held("--strict").exit_code == 1
    title = Path("out/report.md").read_text().partition("\n")[0]
    assert "plain" in title
    assert "departs from the baseline (not comparable)" in title


def test_what_is_wrong_in_another_way_is_worse(folder: Path) -> None:
    updated()
    changed("1.001 * c", "1.001 * c / 0")
    held()
    assert departures() == {("known", "autograd"): "worse: was disagree (wrong)"}


def test_what_is_mended_asks_for_an_update(folder: Path) -> None:
    updated()
    changed("1.001 * c", "c")
    assert held().exit_code == 1
    assert departures() == {("known", "autograd"): "fixed: was disagree (wrong): update the baseline"}
    assert updated().exit_code == 0
    assert held().exit_code == 0
    assert "fails" not in json.dumps(entries())


def test_a_finding_fails(folder: Path) -> None:
    updated()
    write(CASES.replace("return g * slope", "g.mul_(2)\n            return g / 2 * slope"))
    held()
    assert {key for key, text in departures().items() if text.startswith("broke")} == {("other", "autograd")}
    assert departures()["known", "autograd"] == "worse: was disagree (wrong)"


# Digits.


class Loses:
    """Computes a cosine as the slope of the sine by a program that adds 2^k and takes it away again, and says so."""

    name = "planted"
    methods = ("only",)

    def __init__(self, k: int) -> None:
        self._function = lambda x: (cos(x) + 2.0**k) - 2.0**k

    def available(self, device: str) -> None:
        return None

    def versions(self) -> dict[str, str]:
        return {}

    def prepare(self, task: Task) -> "Loses":
        self.program = trace(self._function, task.case.shapes, {})
        self.operations = 3
        return self

    def derivative(self, point: Any) -> Estimate:
        return Estimate(np.ravel(self._function(point["x"])))

    def value(self, point: Any) -> Any:
        return np.sin(point["x"])


SINE = case(x=interval(0.5, 1), name="sine")(sin)


def outcome(k: int, **settings: Any) -> Any:
    """The row of an engine that loses about k bits."""
    diffcheck.run(SINE, engines=[Loses(k)], timing=False, output="out", baseline="base.json", **settings)
    (row,) = load("out").rows
    return row


def test_more_digits_than_the_old_formula_may_lose_are_lost(folder: Path) -> None:
    before = outcome(20, update_baseline=True)
    assert (before.verdict, before.reason) == ("lossy", "cancellation")
    # What is rounded to a multiple of 2^(20 - 52) is off by half of that at most, of about 0.7.
    assert 9 < before.digits < 11.5
    assert before.may_lose > before.lost > 0
    after = outcome(40)
    assert after.verdict == "lossy"
    assert 3 < after.digits < 5.5
    assert re.fullmatch(
        r"worse: was lossy \(cancellation\) with 1?\d\.\d digits, and the bounds of then do not allow \d\.\d digits",
        after.departure,
    )
    assert after.fails


@pytest.mark.parametrize("k", [20, 19, 21])
def test_what_the_old_formula_may_lose_is_not_lost(folder: Path, k: int) -> None:
    outcome(20, update_baseline=True)
    assert outcome(k).departure == ""


def test_lossy_in_place_of_right_is_worse(folder: Path) -> None:
    assert outcome(1, update_baseline=True).verdict == "agree"
    assert outcome(30).departure == "worse: was agree"


def entry(verdict: Verdict, lost: float, may_lose: float, reason: str = "", **more: Any) -> Entry:
    return Entry(verdict, reason, fails=verdict.fails, digits=14 - lost, lost=lost, may_lose=may_lose, **more)


AGREE, LOSSY, DISAGREE = Verdict.AGREE, Verdict.LOSSY, Verdict.DISAGREE
# By how much the error exceeded `inherent` then, what the bounds allowed, by how much it exceeds it now.
LOST = {
    "within inherent": (entry(AGREE, 0, 0), entry(AGREE, 0, 9), False),
    "a difference within its estimate": (entry(AGREE, 2, 3), entry(AGREE, 3, 3), False),
    "a difference beyond its estimate": (entry(AGREE, 2, 3), entry(AGREE, 3.1, 9), True),
    "within the old formula": (entry(LOSSY, 0.5, 3), entry(LOSSY, 3, 3), False),
    "the old error and the old formula together": (entry(LOSSY, 3, 3), entry(LOSSY, 3.3, 3), False),
    "more than the old error and the old formula": (entry(LOSSY, 3, 3), entry(LOSSY, 3.31, 9), True),
    "where the old formula overflows": (entry(LOSSY, 3, math.inf), entry(LOSSY, 300, 0), False),
    "won": (entry(LOSSY, 6, 6), entry(LOSSY, 1, 1), False),
    "a wrong formula that is as wrong": (entry(DISAGREE, 12, 1, "wrong"), entry(DISAGREE, 12, 1, "wrong"), False),
    "a wrong formula that is more so": (entry(DISAGREE, 8, 1, "wrong"), entry(DISAGREE, 12, 1, "wrong"), True),
    "rounding beyond every bound": (entry(DISAGREE, 5, 1, "inaccurate"), entry(DISAGREE, 7, 1, "inaccurate"), False),
    "the last digit of that": (entry(DISAGREE, 5, 1, "inaccurate"), entry(DISAGREE, 14, 1, "inaccurate"), True),
}


@pytest.mark.parametrize(("old", "new", "lost"), LOST.values(), ids=LOST)
def test_digits(old: Entry, new: Entry, lost: bool) -> None:
    found = difference(old, new, "derivative")
    assert (found is not None and found[0] is Group.WORSE) is lost
    # Of an operation on trial another context may speak.
    assert difference(old, new, "audit") is None


# Entries that nobody meets, and rows that nobody expects.

ONE = "from diffcheck import case, interval\n@case(x=interval(1, 2), samples=1)\ndef {name}(x):\n    return x * x\n"


def suite(*names: str) -> None:
    """A folder with a file for each case."""
    shutil.rmtree("cases", ignore_errors=True)
    Path("cases").mkdir()
    for name in names:
        Path("cases", f"{name}.py").write_text(ONE.format(name=name))


LIGHT = "--engine symbolic,finite"


def test_a_case_that_is_gone_and_one_that_is_new_fail(folder: Path) -> None:
    suite("a", "b")
    updated(LIGHT, "cases")
    suite("a", "c")
    result = held(LIGHT, "cases")
    assert result.exit_code == 1
    told = departures()
    assert {(case, text.partition(":")[0]) for (case, _), text in told.items()} == {("b", "gone"), ("c", "new")}
    assert "4 rows depart from base.json; if they are to stay so: diffcheck run" in result.output
    assert "cases/b.py::b|derivative|symbolic:closed|cpu|float64" in told["b", "symbolic"]
    assert "gone: the baseline has an entry cases/b.py::b" in Path("out/report.md").read_text()
    assert {row["case"] for row in table("out/results.csv")} == {"a", "b", "c"}
    assert "2 new, 2 deleted" in updated(LIGHT, "cases").output
    assert held(LIGHT, "cases").exit_code == 0


@pytest.mark.parametrize(
    ("paths", "more"),
    [
        ("cases/a.py", LIGHT),
        ("cases/a.py::a", LIGHT),
        ("cases", f"{LIGHT} -k a.py"),
        ("cases", "--engine finite -k a.py"),
        ("cases/a.py", "--engine finite"),
        ("cases/a.py", f"{LIGHT} --operator derivative"),
    ],
)
def test_what_was_not_asked_for_is_not_missed(folder: Path, paths: str, more: str) -> None:
    suite("a", "b")
    updated(LIGHT, "cases")
    before = entries()
    assert held(more, paths).exit_code == 0
    updated(more, paths)
    assert entries() == before


@pytest.mark.parametrize("more", ["--engine symbolic:program", "--dtype float32", "--operator gradient"])
def test_another_engine_dtype_or_operator_misses_nothing(folder: Path, more: str) -> None:
    suite("a", "b")
    updated(LIGHT, "cases")
    known = set(entries())
    Path("cases/b.py").unlink()
    held(f"{LIGHT if 'engine' not in more else ''} {more}", "cases")
    assert {text.partition(":")[0] for text in departures().values()} <= {"new"}
    updated(f"{LIGHT if 'engine' not in more else ''} {more}", "cases")
    assert known <= set(entries())


def test_an_entry_of_a_method_that_was_asked_for_by_name_is_not_missed_without_the_name(folder: Path) -> None:
    suite("a")
    updated("--engine symbolic:closed,symbolic:program", "cases")
    assert held("--engine symbolic", "cases").exit_code == 0
    suite("b")
    held("--engine symbolic", "cases")
    assert sorted(text.partition(":")[0] for text in departures().values()) == ["gone", "new"]
    assert len(load("out").rows) == 3


def test_cases_of_one_name_in_two_files_have_entries_of_their_own(folder: Path) -> None:
    suite("a", "b")
    Path("cases/b.py").write_text(ONE.format(name="a"))
    updated(LIGHT, "cases")
    assert {key.partition("|")[0] for key in entries()} == {"cases/a.py::a", "cases/b.py::a"}
    assert held(LIGHT, "cases/b.py").exit_code == 0


def test_the_baseline_is_found_from_another_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite("a")
    updated(LIGHT, "cases")
    monkeypatch.chdir("cases")
    assert typed(f"run a.py --samples 2 --no-timing --baseline ../base.json --output out {LIGHT}").exit_code == 0


def test_a_broken_file_deletes_nothing_and_is_missed_by_nobody(folder: Path) -> None:
    suite("a", "b")
    updated(LIGHT, "cases")
    before = entries()
    Path("cases/b.py").write_text("1 / 0\n")
    assert held(LIGHT, "cases").exit_code == 2
    assert departures() == {}
    assert updated(LIGHT, "cases").exit_code == 2
    assert entries() == before


def test_an_interrupted_run_writes_what_it_knows_and_deletes_nothing(folder: Path) -> None:
    suite("a", "b")
    updated(LIGHT, "cases")
    before = entries()
    suite("a", "c")
    held(LIGHT, "cases")
    run = load("out")
    cut = replace(run, rows=tuple(r for r in run.rows if r.reason != "gone"), interrupted="c, timing")
    settings = Settings(baseline="base.json", update_baseline=True, engines=("symbolic", "finite"))
    assert "2 new" in keep(cut, settings, ["cases"])
    assert before.keys() < entries().keys()
    assert "2 deleted" in keep(replace(cut, interrupted=""), settings, ["cases"])
    assert {key.partition("|")[0] for key in entries()} == {"cases/a.py::a", "cases/c.py::c"}


def test_a_case_that_breaks_says_so_itself(folder: Path) -> None:
    suite("a", "b")
    updated("--engine symbolic:closed,symbolic:program,finite", "cases")
    Path("cases/b.py").write_text(ONE.format(name="b").replace("x * x", "x.nothing"))
    assert held("--engine symbolic,finite", "cases").exit_code == 1
    assert "gone" not in {text.partition(":")[0] for text in departures().values()}


def test_a_case_with_another_definition_is_not_comparable(folder: Path) -> None:
    updated()
    changed("return x * x", "return x * x + x")
    assert held().exit_code == 1
    assert set(departures()) == {("plain", engine) for engine in ("symbolic", "finite", "autograd")}
    assert departures()["plain", "finite"] == (
        "not comparable: the case is defined otherwise than when it was agree: update the baseline"
    )


# The file.


def test_the_file_has_an_entry_a_line_and_is_the_same_again(folder: Path) -> None:
    updated()
    text = Path("base.json").read_text()
    keys = [line.partition('": {')[0].strip('"') for line in text.splitlines() if "|" in line]
    assert keys == sorted(entries())
    assert "date" not in text
    updated()
    assert Path("base.json").read_text() == text
    assert not list(folder.glob(".*"))


def test_without_a_name_the_file_has_its_own(folder: Path) -> None:
    typed("run suite.py::plain --samples 1 --no-timing --output out --update-baseline")
    assert set(read("diffcheck-baseline.json").entries) == {
        f"suite.py::plain|derivative|{who}|cpu|float64"
        for who in ("symbolic:closed", "finite:adaptive", "autograd:reverse")
    }


INDEXED = """
from diffcheck import case, interval
from diffcheck.ops import sum, take

@case(x=interval(1, 2, shape=4), samples=1)
def picked(x):
    return sum(take(x, [0, 2]) * x[1:3])
"""


def test_a_definition_is_the_same_in_another_process(folder: Path) -> None:
    write(INDEXED)
    words = [sys.executable, "-m", "diffcheck", "run", "suite.py", *OPTIONS.split(), "--engine", "symbolic"]
    subprocess.run([*words, "--update-baseline"], check=True, capture_output=True)
    before = entries()
    assert next(iter(before.values()))["definition"]
    subprocess.run(words, check=True, capture_output=True)
    changed("[0, 2]", "[0, 3]")
    assert subprocess.run(words, capture_output=True).returncode == 1
    assert {text.partition(":")[0] for text in departures().values()} == {"not comparable"}


def test_another_environment_is_told_in_front(folder: Path) -> None:
    updated(LIGHT)
    text = Path("base.json").read_text()
    Path("base.json").write_text(re.sub('"numpy": "[^"]*"', '"numpy": "1.0"', text))
    result = held(LIGHT)
    assert result.exit_code == 0
    told = [line for line in result.stdout.splitlines() if line.startswith("baseline base.json, ")]
    assert len(told) == 1
    assert re.search(r"written with other versions or choices: numpy 1\.0 -> [\d.]+$", told[0])
    assert result.stdout.index(told[0]) < result.stdout.index("tasks")
    assert "numpy 1.0 ->" in json.loads(Path("out/environment.json").read_text())["baseline"]


FOREIGN = {
    "": "the baseline is no JSON",
    "<<<<<<< HEAD": "the baseline is no JSON",
    "[]": "this is no baseline of diffcheck",
    '{"name": 1}': "this is no baseline of diffcheck",
    '{"schema": 99, "entries": {}}': "in schema 99, this diffcheck reads up to 1",
    '{"schema": 1, "entries": {"a|b": {"verdict": "fine"}}}': "'a|b' is no entry of a baseline",
    '{"schema": 1, "entries": {"a|b|c:d|e|f": {"verdict": "agree", "colour": 1}}}': "unknown: colour",
}


@pytest.mark.parametrize("text", FOREIGN)
def test_what_is_no_baseline_is_refused(folder: Path, text: str) -> None:
    Path("base.json").write_text(text)
    for more in ("", "--update-baseline"):
        result = held(more)
        assert result.exit_code == 2
        assert FOREIGN[text] in result.output
    assert Path("base.json").read_text() == text
    assert not Path("out").exists()


def test_a_baseline_that_is_not_there_is_named(folder: Path) -> None:
    result = held()
    assert result.exit_code == 2
    assert "base.json: there is no such baseline; --update-baseline makes it" in result.output


def test_from_python(folder: Path) -> None:
    settings = {"samples": 1, "timing": False, "engines": ["symbolic", "autograd"]}
    diffcheck.run("suite.py", baseline="b.json", update_baseline=True, **settings)
    assert len(read("b.json").entries) == 6
    diffcheck.run(["suite.py"], baseline="b.json", **settings)
    with pytest.raises(BaselineError, match="there is no such baseline"):
        diffcheck.run("suite.py", baseline="c.json", **settings)


def test_an_operation_on_trial_has_an_entry(folder: Path) -> None:
    given = 'torch.sin, x=tensor("n", low=-3, high=3), dtypes="float64", budget=2'
    made = f"\n@operation({given})\nclass Fused({{}}):\n    pass\n"
    write(TORCH + made.format("sine(lambda c: 1.01 * c)"))
    updated()
    (kept,) = entries().items()
    assert kept[0] == "suite.py::Fused|audit|autograd:reverse|cpu|float64"
    assert kept[1]["fails"]
    assert held().exit_code == 0
    write(TORCH + made.format("sine(lambda c: c)"))
    assert held().exit_code == 1
    assert departures() == {("Fused", "autograd"): "fixed: was disagree (wrong): update the baseline"}
