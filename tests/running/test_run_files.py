"""What a run leaves: its files, the same for the same seed, times where they are asked for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from command import FAULTY, quick, ran, table, typed

RESULTS = (
    "case,operator,engine,method,device,dtype,verdict,reason,points,components,failed_points,lossy_points,"
    "max_error_ulp,median_error_ulp,inherent_ulp,formula_ulp,digits,digits_possible,min_digits,worst_point,worst_component,value,truth,"
    "prepare_s,evaluate_s,evaluate_iqr_s,primal_s,cost_ratio,function_calls,operations,note,"
    "error_ulp,estimate,findings"
)
CASES = (
    "case,operator,consensus,blamed,truth_digits,operations,derivative_operations,reference,"
    "not_judged,confirmed,unconfirmed"
)
TIMES = ("prepare_s", "evaluate_s", "evaluate_iqr_s", "primal_s", "cost_ratio")
ENGINES = ["symbolic", "finite", "autograd"]


def test_files_of_a_run(folder: Path) -> None:
    assert quick("waves.py").exit_code == 0
    tables = {"results.csv", "timings.csv", "tensors.csv", "cases.csv"}
    files = {"results.jsonl", "details.jsonl", *tables, "report.md", "details.md", "environment.json"}
    assert {path.name for path in Path("out").iterdir()} == files
    assert Path("out/results.csv").read_text().splitlines()[0] == RESULTS
    assert Path("out/cases.csv").read_text().splitlines()[0] == CASES


def test_rows_of_a_run(folder: Path) -> None:
    typed("run waves.py --samples 1 --no-timing --output out")
    tasks = [
        ("sine_wave", "derivative"),
        ("product", "gradient"),
        ("cosine_wave", "derivative"),
        ("cosine_wave", "hessian"),
    ]
    rows = table("out/results.csv")
    assert [(r["case"], r["operator"], r["engine"]) for r in rows] == [(*task, e) for task in tasks for e in ENGINES]
    assert {(r["device"], r["dtype"], r["verdict"]) for r in rows} == {("cpu", "float64", "agree")}
    assert [(r["case"], r["operator"], r["consensus"]) for r in table("out/cases.csv")] == [
        (*t, "all right") for t in tasks
    ]
    assert [r["reference"] for r in table("out/cases.csv")] == ["Euler", "", "", ""]


def test_journal_holds_the_rows_of_the_table(folder: Path) -> None:
    quick("waves.py faulty.py")
    journal = [json.loads(line) for line in Path("out/results.jsonl").read_text().splitlines()]
    rows = table("out/results.csv")
    assert [(r["case"], r["operator"], r["verdict"], r["note"]) for r in journal] == [
        (r["case"], r["operator"], r["verdict"], r["note"]) for r in rows
    ]


def test_worst_point_is_json_and_truth_has_many_digits(folder: Path) -> None:
    quick("waves.py::cosine_wave --operator derivative")
    (row,) = table("out/results.csv")
    assert 1 <= json.loads(row["worst_point"])["x"] <= 2
    assert len(row["truth"].partition("e")[0].strip("-0.").replace(".", "")) >= 28
    assert row["truth"].startswith(row["value"][:15])


def test_environment_file_holds_the_choices(folder: Path) -> None:
    quick("waves.py --seed 7")
    found = json.loads(Path("out/environment.json").read_text())
    assert (found["seed"], found["samples"], found["sympy"][:2]) == ("7", "1", "1.")


def test_report_names_every_case_and_the_failure(folder: Path) -> None:
    quick("waves.py faulty.py")
    report = Path("out/report.md").read_text()
    for name in ("sine_wave", "product", "cosine_wave", "before", "after"):
        assert name in report
    assert "boom" in report


def test_output_folder_is_made_with_its_parents(folder: Path) -> None:
    typed("run waves.py --engine symbolic --samples 1 --no-timing --output a/b/c")
    assert Path("a/b/c/results.csv").exists()


def without_times(path: str) -> list[dict[str, str]]:
    """The rows without what a clock says."""
    return [{name: value for name, value in row.items() if name not in TIMES} for row in table(path)]


SEEDED = "run waves.py --engine symbolic,finite,autograd --samples 3 --no-timing"


def test_one_seed_gives_one_result(folder: Path) -> None:
    typed(f"{SEEDED} --seed 3 --output a")
    typed(f"{SEEDED} --seed 3 --output b")
    assert without_times("a/results.csv") == without_times("b/results.csv")
    assert Path("a/cases.csv").read_text() == Path("b/cases.csv").read_text()


def test_one_seed_gives_one_result_in_another_process_and_alone(folder: Path) -> None:
    typed(f"{SEEDED} --seed 3 --output a")
    line = "run waves.py::product --samples 3 --no-timing --seed 3 --output b"
    subprocess.run([sys.executable, "-m", "diffcheck.cli", *line.split()], capture_output=True, timeout=60, check=True)
    assert [row for row in without_times("a/results.csv") if row["case"] == "product"] == without_times("b/results.csv")


def test_another_seed_gives_other_points(folder: Path) -> None:
    typed(f"{SEEDED} --seed 3 --output a")
    typed(f"{SEEDED} --seed 4 --output b")
    first, second = without_times("a/results.csv"), without_times("b/results.csv")
    assert [row["verdict"] for row in first] == [row["verdict"] for row in second]
    assert [row["median_error_ulp"] for row in first] != [row["median_error_ulp"] for row in second]


# Timing.


@pytest.mark.parametrize("column", TIMES)
def test_no_timing_leaves_times_empty(folder: Path, column: str) -> None:
    typed("run waves.py --samples 1 --no-timing --output out")
    assert {row[column] for row in table("out/results.csv")} == {""}


def test_no_timing_twice_writes_the_same_bytes(folder: Path) -> None:
    typed(f"{SEEDED} --output a")
    typed(f"{SEEDED} --output b")
    assert Path("a/results.csv").read_bytes() == Path("b/results.csv").read_bytes()


def test_timing_fills_times(folder: Path) -> None:
    typed("run waves.py::product --samples 1 --output out")
    for row in table("out/results.csv"):
        assert [float(row[column]) > 0 for column in TIMES if column != "evaluate_iqr_s"] == [True] * 4
        assert float(row["evaluate_iqr_s"]) >= 0


def test_failing_row_ends_with_the_command_that_reproduces_it(folder: Path) -> None:
    assert reproduced("faulty.py").exit_code == 1
    assert ran() == ["faulty"]


def test_command_that_reproduces_is_quoted(folder: Path) -> None:
    place = Path("my cases")
    place.mkdir()
    (place / "faulty.py").write_text(FAULTY)
    assert reproduced("'my cases'").exit_code == 1
    assert ran() == ["faulty"]


def reproduced(paths: str) -> Result:
    """The outcome of the command in the failing row's note."""
    quick(f"{paths} --seed 5")
    (note,) = (row["note"] for row in table("out/results.csv") if row["verdict"] == "error")
    command = note.partition("reproduce: diffcheck ")[2]
    assert "--seed 5" in command
    return typed(f"{command} --no-timing --output out")


def test_failure_is_told_once_with_its_cause(folder: Path) -> None:
    result = typed("run faulty.py --samples 1 --no-timing --output out")
    assert result.output.count("the function raises RuntimeError: boom") == 1
