"""The journal: what it holds, that a run comes back from it, also a killed one, and what is refused."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command import quick, typed

from diffcheck.errors import JournalError
from diffcheck.results import Run, load
from diffcheck.results.lines import DETAILS, KINDS, ROWS, SCHEMA, line_of


@pytest.fixture
def ran(folder: Path) -> Path:
    """The folder of a run with failing rows, a broken file and derivatives by arrays."""
    Path("broken.py").write_text("1 / 0\n")
    quick("waves.py faulty.py broken.py")
    return Path("out")


def told(run: Run) -> tuple[Any, ...]:
    """All that a run says, comparable where numbers are missing."""
    records = [*run.rows, *run.cases, *run.tensors, *run.points, *run.drawings, *run.curves]
    others = (run.environment, run.broken, run.interrupted, run.command, run.settings)
    return [line_of(record) for record in records], others


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path("out", name).read_text().splitlines()]


def test_details_begin_with_the_run_and_end_with_its_end(ran: Path) -> None:
    details = lines(DETAILS)
    assert [details[0]["kind"], details[1]["kind"], details[-1]["kind"]] == ["run", "broken", "end"]
    assert {line["kind"] for line in details[2:-1]} == KINDS.keys() - {"curve"}
    assert (details[0]["schema"], details[0]["environment"]["samples"]) == (SCHEMA, "1")
    assert details[0]["command"].startswith("diffcheck run --in-process waves.py faulty.py broken.py --engine symbolic")
    assert details[0]["settings"]["engines"] == ["symbolic"]
    assert "ZeroDivisionError" in details[1]["text"]


def test_rows_have_no_kind(ran: Path) -> None:
    assert all("kind" not in row and {"case", "engine", "verdict"} <= row.keys() for row in lines(ROWS))


def test_a_case_tells_its_formula_and_where_it_stands(ran: Path) -> None:
    cases = {(line["case"], line["operator"]): line for line in lines(DETAILS) if line["kind"] == "case"}
    sine = cases["sine_wave", "derivative"]
    assert (sine["function"], sine["source"]) == ("x * sin(x)", "waves.py::sine_wave")
    assert eval(sine["derivative"], {"sin": lambda x: 0.0, "cos": lambda x: 1.0, "x": 3.0}) == 3.0
    assert sine["tags"] == ["smooth", "short"]
    assert sine["inputs"] == {"x": "[-2, 2]"}
    product = cases["product", "gradient"]
    assert product["inputs"] == {"x": "[3] [1, 2]"}
    factors = {"x": (2.0, 3.0, 5.0)}
    assert (eval(product["function"], factors), eval(product["derivative"], factors)) == (30.0, [15.0, 10.0, 6.0])


def test_a_definition_is_known_again_until_it_changes(folder: Path) -> None:
    def definitions() -> dict[str, str]:
        quick("waves.py")
        return {f"{case.case} {case.operator}": case.definition for case in load("out").cases}

    before = definitions()
    assert definitions() == before
    text = Path("waves.py").read_text()
    Path("waves.py").write_text(text.replace("x[0] * x[1] * x[2]", "x[0] * x[1] / x[2]"))
    after = definitions()
    assert {name for name in before if before[name] != after[name]} == {"product gradient"}
    Path("waves.py").write_text(text.replace("interval(-2, 2)", "interval(-2, 3)"))
    assert {name for name, known in definitions().items() if before[name] != known} == {"sine_wave derivative"}


def test_a_run_comes_back_from_its_journal(ran: Path) -> None:
    run = load(ran)
    assert [row["case"] for row in lines(ROWS)] == [row.case for row in run.rows]
    assert run.broken
    assert not run.interrupted
    assert told(load(ran / ROWS)) == told(run)


def test_a_timed_row_takes_the_place_of_the_first(folder: Path) -> None:
    typed("run waves.py::product waves.py::sine_wave --engine symbolic --samples 1 --output out")
    rows = load("out").rows
    assert len(lines(ROWS)) == 2 * len(rows)
    assert [row.case for row in rows] == ["product", "sine_wave"]
    assert all(row.evaluate_s > 0 for row in rows)


def records(run: Run, name: str) -> int:
    """How many records of a run a file of its journal holds."""
    return {ROWS: len(run.rows), DETAILS: sum(map(len, (run.cases, run.tensors, run.points, run.drawings)))}[name]


@pytest.mark.parametrize(("name", "others"), [(ROWS, 0), (DETAILS, 2)])
@pytest.mark.parametrize("cut", [40, 400, 1500])
def test_a_run_that_was_killed_is_read_up_to_its_last_whole_line(ran: Path, name: str, others: int, cut: int) -> None:
    whole = load(ran)
    text = (ran / name).read_bytes()[:-cut]
    (ran / name).write_bytes(text)
    run = load(ran)
    assert records(run, name) == text.count(b"\n") - others < records(whole, name)
    assert set(told(run)[0]) < set(told(whole)[0])


def test_a_run_without_an_end_was_interrupted(ran: Path) -> None:
    details = (ran / DETAILS).read_text().splitlines(keepends=True)
    (ran / DETAILS).write_text("".join(details[:-1]))
    assert "killed" in load(ran).interrupted


def test_the_journal_of_an_older_run_is_gone_when_another_begins(ran: Path) -> None:
    quick("waves.py::product")
    run = load("out")
    assert {case.case for case in run.cases} == {row.case for row in run.rows} == {"product"}


def changed(name: str, number: int, **values: Any) -> None:
    """A line of a journal with other values."""
    text = lines(name)
    text[number] = {**text[number], **values}
    Path("out", name).write_text("".join(json.dumps(line) + "\n" for line in text))


REFUSED = {
    "no journal": (lambda: Path("out", ROWS).unlink(), r"out: there is no results.jsonl, .*--output"),
    "no details": (lambda: Path("out", DETAILS).unlink(), r"no details.jsonl beside it: copy that as well"),
    "newer": (
        lambda: changed(DETAILS, 0, schema=SCHEMA + 1, diffcheck="9.9"),
        r"details.jsonl: written by diffcheck 9.9 in schema 2, this one reads up to 1: update",
    ),
    "foreign first line": (lambda: changed(DETAILS, 0, kind="pytest"), "line 1 is no line of diffcheck's journal"),
    "foreign kind": (lambda: changed(DETAILS, 2, kind="strange"), r"details.jsonl: line 3 .*strange"),
    "no verdict of ours": (lambda: changed(ROWS, 1, verdict="fine"), r"results.jsonl: line 2 .*'fine'"),
    "not JSON": (lambda: Path("out", ROWS).write_text("case,engine\n"), "line 1 .*it is not JSON"),
    "a list": (lambda: Path("out", ROWS).write_text("[1]\n"), "line 1 .*it is no object"),
    "a field is missing": (lambda: Path("out", ROWS).write_text('{"case": "x"}\n'), "line 1 .*missing"),
    "no folder": (lambda: shutil.rmtree("out"), "out: there is no results.jsonl"),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_journal_is_refused(ran: Path, change: Any, message: str) -> None:
    change()
    with pytest.raises(JournalError, match=message):
        load("out")


def test_a_field_of_a_newer_diffcheck_is_left_out(ran: Path) -> None:
    before = told(load(ran))
    changed(ROWS, 0, mood="good")
    assert told(load(ran)) == before
