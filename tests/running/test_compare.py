"""Two runs side by side: groups, order, exit codes, what is told in front, and a comment that a code host takes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from command import typed

from diffcheck.errors import UsageError
from diffcheck.regression import Entry, Group
from diffcheck.regression.compare import Comparison, Side, compare
from diffcheck.reporting.brief import LONGEST
from diffcheck.reporting.comparison import MARK, markdown, sentence, text
from diffcheck.verdict import Verdict

AGREE, LOSSY, DISAGREE = Verdict.AGREE, Verdict.LOSSY, Verdict.DISAGREE
GOOD = Entry(AGREE, digits=15.9, lost=0.0, may_lose=0.0, definition="d")
LOSES = Entry(LOSSY, "cancellation", digits=9.0, lost=5.0, may_lose=6.0, definition="d")
WRONG = Entry(DISAGREE, "wrong", fails=True, digits=1.0, lost=12.0, may_lose=0.0, definition="d")
# Two times that differ by far more than their spread, in arbitrary units.
FAST, SLOW = (tuple(x + 0.01 * (k % 3) for k in range(15)) for x in (1.0, 1.6))

CHANGES = {
    "broke": (GOOD, WRONG),
    "worse": (LOSES, replace(LOSES, digits=4.0, lost=10.0, may_lose=11.0)),
    "worse by its verdict": (GOOD, LOSES),
    "slower": (replace(GOOD, rounds=FAST), replace(GOOD, rounds=SLOW)),
    "better": (LOSES, GOOD),
    "better by its digits": (replace(LOSES, digits=4.0, lost=10.0), LOSES),
    "better, for it is faster": (replace(GOOD, rounds=SLOW), replace(GOOD, rounds=FAST)),
    "fixed": (WRONG, GOOD),
    "not comparable": (GOOD, replace(WRONG, definition="e")),
    "not comparable in time": (replace(GOOD, definition="e", rounds=FAST), replace(GOOD, rounds=SLOW)),
}
UNCHANGED = {
    "as it was": (GOOD, GOOD),
    "wrong as it was": (WRONG, WRONG),
    "within the bounds": (replace(LOSES, lost=3.0), LOSES),
    "as fast as it was": (replace(GOOD, rounds=FAST), replace(GOOD, rounds=FAST)),
    "of unknown definition": (replace(GOOD, definition=""), GOOD),
}


def side(name: str = "side", **entries: Entry) -> Side:
    """A side with an entry for each case."""
    return Side(name, {}, {f"a.py::{case}|gradient|symbolic:closed|cpu|float64": e for case, e in entries.items()})


def compared(old: Entry, new: Entry) -> Comparison:
    return compare(side(case=old), side(case=new))


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_has_its_group(name: str) -> None:
    found = compared(*CHANGES[name])
    assert [change.group for change in found.changes] == [
        next(group for group in sorted(Group, key=len, reverse=True) if name.startswith(group))
    ]
    assert found.unchanged == 0


@pytest.mark.parametrize("name", UNCHANGED)
def test_what_is_as_it_was_is_not_listed(name: str) -> None:
    found = compared(*UNCHANGED[name])
    assert (found.changes, found.unchanged) == ((), 1)
    assert sentence(found) == "Nothing changed in 1 task"


def test_groups_stand_in_order_with_new_and_gone() -> None:
    both = {name.replace(" ", "_"): pair for name, pair in CHANGES.items()}
    old = side(**{n: e[0] for n, e in both.items()}, left=GOOD, same=GOOD)
    new = side(**{n: e[1] for n, e in both.items()}, right=WRONG, same=GOOD)
    found = compare(old, new)
    assert list(found.counts) == list(Group)
    assert [c.group for c in found.changes] == sorted((c.group for c in found.changes), key=list(Group).index)
    assert found.unchanged == 1
    assert sentence(found) == (
        "1 broke, 2 worse, 1 slower, 3 better, 1 fixed, 1 new, 1 gone, 2 not comparable; 1 unchanged"
    )


def test_an_effect_has_an_interval_and_a_p() -> None:
    (change,) = compared(*CHANGES["slower"]).changes
    assert change.effect.startswith("1.59 times as long, between 1.5")
    assert "p = " in change.effect
    (change,) = compared(*CHANGES["better, for it is faster"]).changes
    assert change.effect.startswith("0.63 times as long, between 0.6")


def test_only_what_broke_or_is_worse_fails() -> None:
    failing = {name for name, pair in CHANGES.items() if not compared(*pair).passed}
    assert failing == {"broke", "worse", "worse by its verdict"}


def test_cases_of_one_name_are_told_apart_by_their_files() -> None:
    entries = {f"{file}.py::f|gradient|symbolic:closed|cpu|float64": GOOD for file in "ab"}
    both = Side("old", {}, entries)
    assert compare(both, both).unchanged == 2
    moved = Side("new", {}, {"c/d.py::f|gradient|symbolic:closed|cpu|float64": WRONG})
    one = Side("old", {}, {"a.py::f|gradient|symbolic:closed|cpu|float64": GOOD})
    assert [change.group for change in compare(one, moved).changes] == [Group.BROKE]


def test_a_device_may_be_ignored_where_there_is_one() -> None:
    cpu = Side("cpu", {}, {"f|gradient|autograd:reverse|cpu|float64": GOOD})
    gpu = Side("gpu", {}, {"f|gradient|autograd:reverse|cuda|float64": LOSES})
    assert [change.group for change in compare(cpu, gpu).changes] == [Group.NEW, Group.GONE]
    assert [change.task for change in compare(cpu, gpu, ["device"]).changes] == ["f gradient autograd:reverse float64"]
    both = Side("both", {}, {**cpu.entries, **gpu.entries})
    with pytest.raises(UsageError, match="both has f gradient autograd:reverse float64 twice where device is ignored"):
        compare(both, gpu, ["device"])


def test_environments_and_interruptions_stand_in_front() -> None:
    old = Side("old", {"torch": "2.12", "numpy": "2.4", "date": "1"}, {})
    new = Side("new", {"torch": "2.13", "numpy": "2.4", "date": "2", "gpu": "H100"}, {}, cut="f, timing")
    told = text(compare(old, new)).splitlines()
    assert told[:2] == [
        "environments differ: torch 2.12 -> 2.13",
        "new was interrupted at f, timing: what comes after was not run",
    ]


def test_a_comment_is_short_enough_and_names_break_nothing() -> None:
    name = "a|b\n<script>alert(1)</script>" + "x" * 80
    many = {f"{k}{name}": GOOD for k in range(2000)}
    found = compare(side(**many), side(**dict.fromkeys(many, WRONG)))
    written = markdown(found)
    assert len(written) <= LONGEST
    assert written.startswith(f"{MARK}\n\n# diffcheck: 2,000 broke; 0 unchanged\n")
    assert "<script" not in written
    rows = [line for line in written.splitlines() if line.startswith("| ")][2:]
    assert all(line.replace(r"\|", "").count("|") == 5 for line in rows)
    assert f"... and {2000 - len(rows):,} more" in written


# The command.

CASES = """
from diffcheck import case, interval
from diffcheck.ops import cos, exp, log, sin

@case(x=interval(1, 2), samples=1)
def same(x):
    return x * x

@case(x=interval(1, 2), samples=1)
def other(x):
    return {}

@case(x=interval(1, 2), samples=1)
def {}(x):
    return sin(x)
"""


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs of a file that was changed in between."""
    monkeypatch.chdir(tmp_path)
    for folder, parts in {"old": ("exp(x)", "left"), "new": ("log(x)", "right")}.items():
        Path("suite.py").write_text(CASES.format(*parts))
        options = f"--engine symbolic --samples 1 --no-timing --output {folder} --baseline {folder}.json"
        typed(f"run suite.py {options} --update-baseline")


def test_runs_and_baselines_are_compared(runs: Any) -> None:
    by_runs = typed("compare old new")
    assert by_runs.exit_code == 0
    assert by_runs.stdout.splitlines() == [
        "new:",
        "  right derivative symbolic:closed cpu float64: agree, 15.9 digits",
        "gone:",
        "  left derivative symbolic:closed cpu float64: agree, 15.9 digits",
        "not comparable:",
        "  other derivative symbolic:closed cpu float64: agree, 15.9 digits",
        "1 new, 1 gone, 1 not comparable; 1 unchanged",
    ]
    assert typed("compare old.json new.json").stdout == by_runs.stdout
    assert typed("compare old new.json").stdout == by_runs.stdout
    assert "same" not in by_runs.stdout


def test_what_broke_fails_the_command_in_every_form(runs: Any) -> None:
    values = json.loads(Path("new.json").read_text())
    values["entries"]["suite.py::same|derivative|symbolic:closed|cpu|float64"] |= {"verdict": "disagree", "fails": True}
    Path("new.json").write_text(json.dumps(values))
    for form in ("text", "md", "json"):
        result = typed(f"compare old new.json --format {form}")
        assert result.exit_code == 1
        assert result.stdout.index("same derivative") < result.stdout.index("right derivative")
    assert json.loads(typed("compare old new.json --format json").stdout)["changes"][0] == {
        "group": "broke",
        "task": "same derivative symbolic:closed cpu float64",
        "was": "agree, 15.9 digits",
        "is": "disagree, 15.9 digits",
        "difference": "",
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("old nowhere", "nowhere: there is nothing; give the folder of a run (--output), or a baseline"),
        ("old suite.py", "suite.py"),
        ("old new --ignore colour", "'colour': choose from method, device, dtype"),
    ],
)
def test_what_is_no_run_is_refused(runs: Any, words: str, told: str) -> None:
    result = typed(f"compare {words}")
    assert result.exit_code == 2
    assert told in result.output
