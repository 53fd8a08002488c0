"""What a row says in a table and in a line: where it fails, at how many points, and what was answered."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from diffcheck.reporting import tables, words
from diffcheck.reporting.cells import table, written
from diffcheck.reporting.markdown import markdown
from diffcheck.reporting.progress import Reporter
from diffcheck.reporting.tables import Table
from diffcheck.reporting.terminal import check_text
from diffcheck.results import CaseRow, Row, Run, place
from diffcheck.verdict import Verdict

ROOT = Path(__file__).parents[2]
IGNORES = "ignores-gradient: whatever comes in, the gradient by x is the same"
WRONG = Row(
    *("norm", "gradient", "autograd", "reverse", "cpu", "float64", Verdict.DISAGREE, "wrong"),
    points=16,
    components=2,
    failed_points=12,
    error_ulp=1e13,
    digits=1.25,
    digits_possible=15.5,
    worst_point='{"x": [0.5, 2.0]}',
    worst_component="x[1]",
    value=0.25,
    truth="0.2421875",
    note="off by 0.032 of the truth",
)
NAN = replace(WRONG, verdict=Verdict.NONFINITE, reason="singular", value=float("nan"), digits=0.0)
BREACH = replace(WRONG, verdict=Verdict.AGREE, reason="", failed_points=0, note="", findings=IGNORES, on_trial=True)
ERROR = Row(
    "norm", "gradient", "autograd", "reverse", "cpu", "float64", Verdict.ERROR, "prepare", note="there is no module 'a'"
)

LINES = {
    "wrong at most points": (
        WRONG,
        "disagree norm gradient, autograd:reverse (wrong) at x = [0.5, 2]; by x[1] (12 of 16 points fail) "
        "gives 0.25, the truth is 0.2421875, 1.2 of 15.5 digits - off by 0.032 of the truth",
    ),
    "wrong at the only point": (
        replace(WRONG, points=1, failed_points=1),
        "disagree norm gradient, autograd:reverse (wrong) at x = [0.5, 2]; by x[1] "
        "gives 0.25, the truth is 0.2421875, 1.2 of 15.5 digits - off by 0.032 of the truth",
    ),
    "no number": (
        NAN,
        "nonfinite norm gradient, autograd:reverse (singular) at x = [0.5, 2]; by x[1] (12 of 16 points fail) "
        "gives NaN, the truth is 0.2421875, none of 15.5 digits - off by 0.032 of the truth",
    ),
    "right but for its contract": (
        BREACH,
        "agree, but ignores-gradient norm gradient, autograd:reverse at x = [0.5, 2]; by x[1] "
        f"gives 0.25, the truth is 0.2421875, 1.2 of 15.5 digits - {IGNORES}",
    ),
    "no answer": (ERROR, "error norm gradient, autograd:reverse (prepare) - there is no module 'a'"),
}


@pytest.mark.parametrize(("row", "line"), LINES.values(), ids=LINES)
def test_a_failing_row_in_one_line(row: Row, line: str) -> None:
    assert f"{row.verdict}{words.breaches(row)} {tables.finding(row)}" == line


CELLS = {
    "wrong at most points": (WRONG, "| x = [0.5, 2]; by x[1] (12 of 16 points fail) | 0.25 | 0.2421875 |"),
    "no number": (NAN, "| x = [0.5, 2]; by x[1] (12 of 16 points fail) | NaN | 0.2421875 |"),
    "no answer": (ERROR, "| - | - |  |"),
}


@pytest.mark.parametrize(("row", "cells"), CELLS.values(), ids=CELLS)
def test_a_failing_row_in_the_report(row: Row, cells: str) -> None:
    assert cells in markdown(Run((row,), (), {}))


def test_a_breach_is_seen_while_the_run_goes_on() -> None:
    stream = io.StringIO()
    both = replace(WRONG, findings=BREACH.findings)
    Reporter(Console(file=stream, width=200)).checked("norm", "gradient", [WRONG, BREACH, both])
    told = "autograd disagree autograd agree, but ignores-gradient autograd disagree and ignores-gradient"
    assert stream.getvalue() == f"[1/0] norm gradient: {told}\n"


def test_a_check_tells_what_is_found_beside_the_numbers() -> None:
    assert check_text(Run((BREACH,), (), {})).endswith(f"autograd:reverse: {IGNORES}")


@pytest.mark.parametrize(("count", "facts"), [(1, "1 operation, 2 in"), (3, "3 operations, 2 in")])
def test_one_operation_is_one(count: int, facts: str) -> None:
    case = CaseRow("norm", "gradient", "all right", "", 30.0, count, 2, "")
    (table,) = tables.cases(Run((WRONG,), (case,), {}))
    assert facts in table.facts


PLACES = {
    "a number": ({"x": 0.1}, "x = 0.1"),
    "sixteen digits": ({"x": [1.2395334391855486, 1e-06], "y": 3.0}, "x = [1.23953, 1e-06], y = 3"),
    "a matrix": ({"w": [[1.0, 2.5], [-3.0, 4.0]]}, "w = [[1, 2.5], [-3, 4]]"),
    "many numbers": ({"x": [1.0 / 3] * 12}, "x = array (12 numbers)"),
    "two arrays": (
        {"w": [1.0 / 3] * 12, "b": 2.0, "x": [1.0 / 3] * 10},
        "w = array (12 numbers), b = 2, x = array (10 numbers)",
    ),
    "a network": (
        {"v": [[1.0 / 3] * 12] * 2, "b": 2.0, "w": [1.0 / 3] * 12, "c": [1.0], "x": [1.0 / 3] * 10},
        "b = 2, c = [1], 3 arrays (46 numbers)",
    ),
}


@pytest.mark.parametrize(("point", "text"), PLACES.values(), ids=PLACES)
def test_a_place_is_short(point: dict[str, object], text: str) -> None:
    assert place(json.loads(json.dumps(point))) == text


def test_a_point_of_many_inputs_counts_its_arrays() -> None:
    """The scales and shifts of a network's layers are as telling as its weights."""
    layers = {f"layer{k}.scale": [1.0] * 3 for k in range(6)}
    assert place({**layers, "x": 2.0}) == "x = 2, 6 arrays (18 numbers)"
    assert place({"x": 2.0, "w": [1.0, 2.0]}) == "x = 2, w = [1, 2]"


HARMFUL = "a long\nmessage | of two\r\n\r\nlines"


def test_no_text_breaks_out_of_its_cell() -> None:
    """As plain text and as Markdown; what is escaped already stays as it is."""
    plain, marked = table(Table(("x", "y"), ((HARMFUL, "z"),))), written(("x", "y"), [(HARMFUL, "`a \\| b`")])
    assert plain.splitlines()[2:] == ["| a long message \\| of two lines | z |"]
    assert marked.splitlines()[2:] == ["| a long message \\| of two lines | `a \\| b` |"]


WRITERS = [*ROOT.glob("diffcheck/**/*.py"), *ROOT.glob("docs/*.py"), *ROOT.glob("benchmarks/*.py")]


def test_one_module_writes_markdown_tables() -> None:
    """A line of a table is put together of cells with bars between, under a rule of dashes, in `cells` alone."""
    bars = re.compile(r"""["'] \| ["']\.join|\| ---|\\n\| |["']\| ["'] \+|f["']\| """)
    found = {path.relative_to(ROOT).as_posix() for path in WRITERS if bars.search(path.read_text(encoding="utf-8"))}
    assert found == {"diffcheck/reporting/cells.py"}
