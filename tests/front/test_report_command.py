"""Reports made from the journal: the same bytes as the run wrote, of any run, in any format."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from command import quick, typed

from diffcheck.reporting.formats import FORMATS
from diffcheck.results.lines import DETAILS, ROWS

WRITTEN = [name for name, format in FORMATS.items() if format.names]
DEFECT = """
from diffcheck import case, interval
from diffcheck.ops import tanh

def half_more(x):
    return (x * x * 1.5).sum()

@case(
    x=interval(1, 2), expect={"autograd": "disagree"}, because="a | in a reason",
    implementations={"autograd": half_more},
)
def known(x):
    return x * x

@case(x=interval(1, 2, shape=2), implementations={"autograd": half_more}, name="left|right")
def wrong(x):
    return x[0] * x[0] + x[1] * x[1]

@case(x=interval(-2, 2), name="=cmd()")
def text(x):
    return tanh(x)
"""

MARKED = '@case(x=interval(1, 2, shape=2), implementations={"autograd": half_more}, name="left|right")'


@pytest.fixture
def ran(folder: Path) -> Path:
    """The folder of a run with failures of all kinds, in all formats."""
    Path("defect.py").write_text(DEFECT)
    Path("broken.py").write_text("1 / 0\n")
    line = "run waves.py faulty.py defect.py broken.py --samples 2 --no-timing --output out"
    assert typed(f"{line} --format {','.join(WRITTEN)}").exit_code == 2
    return Path("out")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_reports_made_again_are_the_same_bytes(ran: Path) -> None:
    shutil.copytree("out", "elsewhere")
    for name in contents(Path("elsewhere")).keys() - {ROWS, DETAILS}:
        Path("elsewhere", name).unlink()
    done = typed(f"report elsewhere --format {','.join(WRITTEN)}")
    assert done.exit_code == 0
    assert contents(Path("elsewhere")) == contents(ran)
    assert contents(ran).keys() == {ROWS, DETAILS} | {n for f in FORMATS.values() for n in f.names}


def test_a_timed_run_is_made_again_as_well(folder: Path) -> None:
    typed("run waves.py::product --samples 1 --output out --format csv,md,json")
    before = contents(Path("out"))
    typed("report out --format csv,md,json")
    assert contents(Path("out")) == before


def test_a_report_without_a_run_is_of_the_latest(folder: Path) -> None:
    typed("run waves.py::product --engine symbolic --samples 1 --no-timing")
    Path("reports/latest/report.md").unlink()
    assert typed("report").exit_code == 0
    assert "product gradient" in Path("reports/latest/report.md").read_text()


def test_a_report_may_go_elsewhere(ran: Path) -> None:
    before = contents(ran)
    assert typed("report out/results.jsonl --format json --output a/b").exit_code == 0
    assert contents(Path("a/b")) == {"run.json": before["run.json"]}


def test_the_report_of_a_killed_run_says_so(ran: Path) -> None:
    text = (ran / DETAILS).read_bytes()
    (ran / DETAILS).write_bytes(text[: len(text) // 2])
    assert typed("report out --format md,junit").exit_code == 0
    assert "the run was interrupted at a place that is not known" in (ran / "report.md").read_text()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("report nowhere", "nowhere: there is no results.jsonl, the journal of a run"),
        ("report --format pdf", "unknown format 'pdf': choose from csv, md"),
        ("run waves.py --format csv,pdf", "unknown format 'pdf': choose from csv, md"),
    ],
)
def test_what_cannot_be_made_is_refused(folder: Path, line: str, message: str) -> None:
    done = typed(line)
    assert done.exit_code == 2
    assert message in done.output
    assert not Path("reports").exists()


def test_an_older_format_is_gone_when_another_run_begins(ran: Path) -> None:
    quick("waves.py --format csv")
    assert not (ran / "junit.xml").exists()
    assert not (ran / "report.md").exists()


# What is in the formats.


def table(name: str) -> list[dict[str, str]]:
    with Path("out", name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_no_cell_is_a_formula_for_a_spreadsheet(ran: Path) -> None:
    rows = table("results.csv")
    assert {row["case"] for row in rows if "cmd" in row["case"]} == {"'=cmd()"}
    negative = [row for row in rows if row["value"].startswith("-") or row["truth"].startswith("-")]
    assert negative
    assert all(float(row["truth"]) < 0 for row in negative)


def refuse(constant: str) -> None:
    raise AssertionError(constant)


def test_the_document_is_strict_json_and_holds_all(ran: Path) -> None:
    found: dict[str, Any] = json.loads((ran / "run.json").read_text(), parse_constant=refuse)
    assert [row["case"] for row in found["rows"]] == [row["case"].lstrip("'") for row in table("results.csv")]
    assert {row["case"] for row in found["rows"] if row["fails"]} == {"faulty", "left|right"}
    assert (found["schema"], found["passed"], len(found["broken"])) == (1, False, 1)
    assert found["command"].startswith("diffcheck run")
    assert all(len(points["rows"]["value"]) >= len(points["places"]) for points in found["points"])


def test_junit_counts_what_fails_what_is_known_and_what_is_broken(ran: Path) -> None:
    (suite,) = ElementTree.parse(ran / "junit.xml").getroot()
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    tasks = len(table("results.csv"))
    assert suite.attrib.items() >= {"tests": str(tasks + 1), "failures": "1", "errors": "4", "skipped": "1"}.items()
    failing = cases["left|right gradient autograd:reverse cpu float64"]
    failure = failing.find("failure")
    assert failure is not None
    assert failure.get("type") == "disagree"
    assert failure.get("message", "").startswith("autograd:reverse disagree (value)")
    assert failure.text is not None
    assert [line.split()[0] for line in failure.text.splitlines()[1:]] == ["point", "value", "truth", "why"]
    assert failing.get("classname") == "defect"
    properties = {p.get("name"): p.get("value") for p in failing.iter("property")}
    value, truth = properties["value"], properties["truth"]
    assert value is not None
    assert truth is not None
    assert float(value) == 1.5 * float(truth)
    skipped = cases["known derivative autograd:reverse cpu float64"].find("skipped")
    assert skipped is not None
    assert "a | in a reason" in skipped.get("message", "")
    assert cases["broken definition"].find("error") is not None


def test_a_workflow_is_told_the_failures_with_their_places(ran: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    Path("summary.md").write_text("before\n")
    done = typed("report out --format github")
    commands = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert len(commands) == 3
    line = 1 + DEFECT.splitlines().index(MARKED)
    (wrong,) = (command for command in commands if "left" in command)
    assert wrong.startswith(f"::error file=defect.py,line={line},title=autograd%3Areverse disagree (value)%2C ")
    assert "%0A  truth  " in wrong
    assert Path("summary.md").read_text() == "before\n" + (ran / "report.md").read_text()


def test_no_summary_is_written_where_none_is_asked_for(ran: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    before = set(Path().iterdir())
    assert typed("report out --format github").exit_code == 0
    assert set(Path().iterdir()) == before
