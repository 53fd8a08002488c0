"""The command line as a user types it: what it runs, writes and says, and with which exit code it ends."""

import csv
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import torch
from click.testing import CliRunner, Result

from diffcheck.cli import main

RESULTS = (
    "case,operator,engine,method,device,dtype,verdict,reason,points,components,failed_points,lossy_points,"
    "max_error_ulp,median_error_ulp,inherent_ulp,formula_ulp,digits,digits_possible,worst_point,worst_component,value,truth,"
    "prepare_s,evaluate_s,evaluate_iqr_s,primal_s,cost_ratio,function_calls,operations,note"
)
CASES = "case,operator,consensus,blamed,truth_digits,operations,derivative_operations,reference"
TIMES = ("prepare_s", "evaluate_s", "evaluate_iqr_s", "primal_s", "cost_ratio")
ENGINES = ["symbolic", "finite", "autograd"]

WAVES = """
from diffcheck import case, interval
from diffcheck.ops import cos, sin, stack

@case(x=interval(-2, 2), tags=("smooth", "short"), points=[{"x": 0.25}, {"x": 0.5}], reference="Euler")
def sine_wave(x):
    '''x sin x.

    A second paragraph.
    '''
    return x * sin(x)

@case(x=interval(1, 2, shape=3), tags=("smooth",))
def product(x):
    '''Three factors.'''
    return x[0] * x[1] * x[2]

@case(x=interval(1, 2), operators=["derivative", "hessian"])
def cosine_wave(x):
    return cos(x)
"""

FAULTY = """
from diffcheck import case, interval

@case(x=interval(1, 2))
def before(x):
    return x * x

@case(x=interval(1, 2))
def faulty(x):
    raise RuntimeError("boom")

@case(x=interval(1, 2))
def after(x):
    return x * x * x
"""

BROKEN = WAVES + "\n1 / 0\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with case files."""
    # -k looks at paths as they are given, and pytest names its folders after the tests.
    monkeypatch.chdir(tmp_path)
    for name, text in {"waves.py": WAVES, "faulty.py": FAULTY, "broken.py": BROKEN}.items():
        Path(name).write_text(text)
    Path("empty").mkdir()
    return tmp_path


def typed(line: str) -> Result:
    """The outcome of a command line after ``diffcheck``, without a traceback."""
    result = CliRunner().invoke(main, shlex.split(line))
    assert not isinstance(result.exception, Exception), result.exc_info
    return result


def quick(line: str) -> Result:
    """A run that takes little time: one engine, one sample, no timing."""
    return typed(f"run {line} --engine symbolic --samples 1 --no-timing --output out")


def table(path: str | Path) -> list[dict[str, str]]:
    """A CSV file as a list of rows."""
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def ran() -> list[str]:
    """The cases that have rows, in order, each once."""
    return list(dict.fromkeys(row["case"] for row in table("out/results.csv")))


# What starts at once.


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


@pytest.mark.parametrize(
    "line", ["--version", "--help", "run --help", "list --help", "list waves.py", "list waves.py -k wave"]
)
def test_quick_commands_import_neither_torch_nor_sympy(folder: Path, line: str) -> None:
    code = f"""
import sys
from diffcheck.cli import main
try:
    main({shlex.split(line)!r})
except SystemExit as end:
    print("ended", end.code, [name for name in ("torch", "sympy", "pandas") if name in sys.modules])
"""
    assert python(code).splitlines()[-1] == "ended 0 []"


def test_importing_diffcheck_imports_neither_torch_nor_sympy() -> None:
    assert python("import sys, diffcheck, diffcheck.cli; print({'torch', 'sympy'} & set(sys.modules))") == "set()\n"


def test_installed_command(folder: Path) -> None:
    command = str(Path(sys.executable).with_name("diffcheck"))
    arguments = ["run", "waves.py", "--engine", "symbolic", "--samples", "1", "--no-timing"]
    done = subprocess.run([command, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert "4 tasks: 4 agree; none fails the run" in done.stdout
    assert "[1/4] sine_wave derivative: symbolic agree" in done.stderr
    assert "report: reports/latest/report.md" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert Path("reports/latest/report.md").exists()


@pytest.mark.parametrize(("line", "code"), [("faulty.py", 1), ("missing.py", 2)])
def test_exit_code_of_a_real_process(folder: Path, line: str, code: int) -> None:
    command = [
        sys.executable,
        "-m",
        "diffcheck.cli",
        "run",
        line,
        "--engine",
        "autograd",
        "--samples",
        "1",
        "--no-timing",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code
    assert "Traceback" not in done.stdout + done.stderr


# Exit codes.


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        pytest.param("waves.py", 0, "none fails the run", id="all-pass"),
        pytest.param("faulty.py", 1, "1 fail", id="one-fails"),
        pytest.param("broken.py", 2, r"broken: broken\.py:22: ZeroDivisionError", id="broken-file"),
        pytest.param("waves.py broken.py faulty.py", 2, "broken: broken", id="broken-file-and-failure"),
        pytest.param("missing.py", 2, "no such file or folder: missing.py", id="missing-file"),
        pytest.param("waves.py missing.py", 2, "no such file or folder: missing.py", id="one-missing-file"),
        pytest.param("empty", 5, "no case found in empty", id="empty-folder"),
        pytest.param("waves.py -k nowhere", 5, "no case found in waves.py that matches -k 'nowhere'", id="no-match"),
        pytest.param("waves.py --operator jacobian", 5, "no case.*jacobian", id="no-such-operator-asked-for"),
        pytest.param("", 2, "Missing argument 'PATH...'", id="no-path"),
        pytest.param("waves.py --bogus", 2, "No such option '?--bogus", id="unknown-option"),
        pytest.param("waves.py --seed x", 2, "--seed", id="seed-no-number"),
        pytest.param("waves.py --seed -1", 2, "--seed", id="seed-negative"),
    ],
)
def test_exit_code(folder: Path, line: str, code: int, said: str) -> None:
    result = quick(line)
    assert result.exit_code == code
    assert re.search(said, result.output)


def test_run_of_nothing_keeps_the_results_that_are_there(folder: Path) -> None:
    quick("waves.py")
    before = Path("out/results.csv").read_text()
    assert quick("waves.py -k misspelt").exit_code == 5
    assert Path("out/results.csv").read_text() == before


# Files.


def test_files_of_a_run(folder: Path) -> None:
    assert quick("waves.py").exit_code == 0
    files = {"results.jsonl", "results.csv", "timings.csv", "cases.csv", "report.md", "environment.json"}
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


# Which cases.


@pytest.mark.parametrize(
    ("match", "names"),
    [
        ("sine_wave", ["sine_wave", "cosine_wave"]),
        ("SINE_WAVE", ["sine_wave", "cosine_wave"]),
        ("product", ["product"]),
        ("smooth", ["sine_wave", "product"]),
        ("waves.py", ["sine_wave", "product", "cosine_wave"]),
        ("not smooth", ["cosine_wave"]),
        ("not not smooth", ["sine_wave", "product"]),
        ("smooth and sine", ["sine_wave"]),
        ("short or cosine", ["sine_wave", "cosine_wave"]),
        ("not short and not cosine", ["product"]),
        ("product or smooth and short", ["sine_wave", "product"]),
        ("(product or smooth) and short", ["sine_wave"]),
        ("not (short or cosine)", ["product"]),
        ("((product))", ["product"]),
    ],
)
def test_k_chooses_cases(folder: Path, match: str, names: list[str]) -> None:
    listed = typed(f"list waves.py -k {shlex.quote(match)}")
    assert [line.split()[0] for line in listed.output.splitlines() if "::" in line] == [
        f"waves.py::{name}" for name in names
    ]


def test_k_chooses_cases_of_a_run(folder: Path) -> None:
    assert quick("waves.py -k 'smooth and not product'").exit_code == 0
    assert ran() == ["sine_wave"]


@pytest.mark.parametrize("match", ["sine and", "and sine", "(sine", "sine)", "not", "()", "sine wave", "or", "   "])
@pytest.mark.parametrize("command", ["list", "run"])
def test_malformed_k_is_a_usage_error(folder: Path, command: str, match: str) -> None:
    result = typed(f"{command} waves.py -k {shlex.quote(match)}")
    assert result.exit_code == 2
    assert f"-k {match!r}: " in result.output
    assert "join parts of names with and, or, not and parentheses" in result.output


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        ("waves.py::product", ["product"]),
        ("waves.py::product waves.py::sine_wave", ["product", "sine_wave"]),
        ("waves.py waves.py::product waves.py", ["sine_wave", "product", "cosine_wave"]),
        ("faulty.py::after waves.py::product", ["after", "product"]),
    ],
)
def test_single_cases_of_a_file(folder: Path, paths: str, names: list[str]) -> None:
    assert quick(paths).exit_code == 0
    assert ran() == names


def test_unknown_case_of_a_file_names_the_known_ones(folder: Path) -> None:
    result = quick("waves.py::sinus")
    assert result.exit_code == 2
    assert "waves.py has no case 'sinus'; it has sine_wave, product, cosine_wave" in result.output


def test_cases_of_one_name_in_two_files_both_run(folder: Path) -> None:
    Path("other.py").write_text(WAVES)
    quick("waves.py other.py -k product")
    assert ran() == ["waves.product", "other.product"]


def test_folder_is_searched_below_and_without_private_files(folder: Path) -> None:
    cases = Path("library/deep")
    cases.mkdir(parents=True)
    (cases / "waves.py").write_text(WAVES)
    for name in ("_private.py", ".hidden.py", "__init__.py", "notes.txt"):
        (cases / name).write_text("1 / 0")
    assert quick("library").exit_code == 0
    assert ran() == ["sine_wave", "product", "cosine_wave"]


# By whom, what, where.


@pytest.mark.parametrize(
    ("option", "tasks"),
    [
        ("--engine symbolic", ["symbolic"]),
        ("--engine autograd:reverse", ["autograd"]),
        ("--engine finite --engine symbolic", ["finite", "symbolic"]),
        ("--engine finite,symbolic", ["finite", "symbolic"]),
        ("--engine finite,finite", ["finite"]),
        ("", ENGINES),
    ],
)
def test_engines_of_a_run(folder: Path, option: str, tasks: list[str]) -> None:
    assert typed(f"run waves.py::product {option} --samples 1 --no-timing --output out").exit_code == 0
    assert [row["engine"] for row in table("out/results.csv")] == tasks


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--engine tensorflow", "unknown engine 'tensorflow': choose from symbolic, finite, autograd"),
        ("--engine symbolic,numeric", "unknown engine 'numeric'"),
        ("--engine symbolic:open", "engine symbolic has no method 'open': choose from closed"),
        ("--engine autograd:", "engine 'autograd:' names no method"),
        ("--operator slope", "unknown operator 'slope': choose from derivative, gradient, jacobian, hessian"),
        ("--device tpu", "unknown device 'tpu': choose cpu or cuda"),
        ("--device cpu,tpu", "unknown device 'tpu': choose cpu or cuda"),
        ("--device cuda:first", "unknown device 'cuda:first'"),
        ("--device cuda --engine finite", "NumPy computes on the cpu only"),
        ("--samples -1", "--samples"),
        ("--samples many", "--samples"),
    ],
)
def test_unknown_choice_is_a_usage_error(folder: Path, option: str, said: str) -> None:
    result = typed(f"run waves.py {option} --no-timing --output out")
    assert result.exit_code == 2
    assert said in result.output
    assert not Path("out").exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device: asking for it is no mistake")
@pytest.mark.parametrize("device", ["cuda", "cuda:0", "cpu,cuda"])
def test_absent_cuda_is_a_usage_error(folder: Path, device: str) -> None:
    result = typed(f"run waves.py --device {device} --output out")
    assert result.exit_code == 2
    assert re.search(r"device 'cuda(:0)?': .*torch \S+ sees no CUDA device here", result.output)


@pytest.mark.parametrize(
    ("option", "operators"),
    [
        ("--operator gradient", ["gradient"]),
        ("--operator hessian", ["hessian"]),
        ("--operator hessian,gradient", ["gradient", "hessian"]),
        ("--operator derivative", ["derivative", "derivative"]),
    ],
)
def test_operators_of_a_run(folder: Path, option: str, operators: list[str]) -> None:
    assert quick(f"waves.py {option}").exit_code == 0
    assert [row["operator"] for row in table("out/results.csv")] == operators


# Points.


def test_samples_0_means_the_listed_points(folder: Path) -> None:
    assert typed("run waves.py::sine_wave --engine symbolic --samples 0 --no-timing --output out").exit_code == 0
    (row,) = table("out/results.csv")
    assert row["points"] == "2"
    assert json.loads(row["worst_point"])["x"] in (0.25, 0.5)


def test_samples_0_says_which_case_has_no_points_and_runs_the_others(folder: Path) -> None:
    result = typed("run waves.py --engine symbolic --samples 0 --no-timing --output out")
    rows = {row["case"]: row for row in table("out/results.csv")}
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "sine_wave": "agree",
        "product": "error",
        "cosine_wave": "error",
    }
    assert "has no points" in rows["product"]["note"]
    assert result.exit_code == 1


def points_of(option: str) -> int:
    """How many points a run judges."""
    typed(f"run waves.py::product --engine symbolic {option} --no-timing --output out")
    (row,) = table("out/results.csv")
    return int(row["points"])


def test_samples_are_added_to_the_hard_points(folder: Path) -> None:
    assert points_of("--samples 5") - points_of("--samples 1") == 4
    assert points_of("") - points_of("--samples 1") == 7


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


# -x, the failing row, list, env.


def test_x_stops_at_the_first_failing_case(folder: Path) -> None:
    assert quick("faulty.py -x").exit_code == 1
    assert ran() == ["before", "faulty"]


def test_without_x_the_others_run(folder: Path) -> None:
    assert quick("faulty.py").exit_code == 1
    assert ran() == ["before", "faulty", "after"]


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


def test_list_names_cases_inputs_and_first_lines(folder: Path) -> None:
    result = typed("list waves.py")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "waves.py::sine_wave  x in [-2, 2]  x sin x.",
        "waves.py::product  x[3] in [1, 2]  Three factors.",
        "waves.py::cosine_wave  x in [1, 2]",
        "3 cases",
    ]


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("faulty.py", 0, "3 cases"),
        ("waves.py -k product", 0, "1 case\n"),
        ("broken.py", 2, "ZeroDivisionError"),
        ("missing.py", 2, "no such file or folder: missing.py"),
        ("empty", 5, "0 cases"),
        ("waves.py -k nowhere", 5, "0 cases"),
    ],
)
def test_exit_code_of_list(folder: Path, line: str, code: int, said: str) -> None:
    result = typed(f"list {line}")
    assert result.exit_code == code
    assert said in result.output


@pytest.mark.parametrize("name", ["python", "diffcheck", "numpy", "sympy", "torch", "python-flint", "processor"])
def test_env_names_what_results_depend_on(name: str) -> None:
    result = typed("env")
    assert result.exit_code == 0
    assert re.search(rf"^{name}: \S", result.output, re.MULTILINE)


def test_version_is_the_installed_one() -> None:
    assert re.fullmatch(r"diffcheck \d+\.\d+\.\d+\n", typed("--version").output)


@pytest.mark.parametrize("command", ["run", "list", "env"])
def test_help_names_every_command(command: str) -> None:
    assert re.search(rf"^  {command} ", typed("--help").output, re.MULTILINE)


def test_unknown_command_is_a_usage_error() -> None:
    result = typed("frobnicate")
    assert result.exit_code == 2
    assert "No such command 'frobnicate'" in result.output


# Streams.


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {}])
def test_no_escape_codes_outside_a_terminal(folder: Path, variables: dict[str, str]) -> None:
    result = CliRunner(env=variables).invoke(
        main, ["run", "faulty.py", "--samples", "1", "--no-timing", "--output", "out"]
    )
    assert result.exit_code == 1
    assert "\x1b" not in result.output


def test_machine_output_and_talk_are_apart(folder: Path) -> None:
    command = [sys.executable, "-m", "diffcheck.cli", "list", "waves.py"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert [line.partition("  ")[0] for line in done.stdout.splitlines()] == [
        "waves.py::sine_wave",
        "waves.py::product",
        "waves.py::cosine_wave",
    ]
    assert done.stderr == "3 cases\n"


def test_closed_pipe_is_no_traceback(folder: Path) -> None:
    line = f"{sys.executable} -m diffcheck.cli list waves.py | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_strict_fails_where_digits_are_lost(folder: Path) -> None:
    Path("lossy.py").write_text(
        "from diffcheck import case, interval\nfrom diffcheck.ops import tanh\n\n\n"
        "@case(x=interval(0, 30), points=[{'x': 20.0}], samples=0)\ndef tail(x):\n    return tanh(x)\n"
    )
    assert typed("run lossy.py --no-timing --output out").exit_code == 0
    assert typed("run lossy.py --no-timing --output out --strict").exit_code == 1


def test_methods_and_dtypes_are_rows_of_their_own(folder: Path) -> None:
    engines = "autograd:reverse,autograd:forward,autograd:func"
    result = typed(f"run waves.py --no-timing --output out --engine {engines} --dtype float64,float32")
    table = pd.read_csv("out/results.csv")
    assert result.exit_code == 0
    assert set(table.method) == {"reverse", "forward", "func"}
    assert set(table.dtype) == {"float64", "float32"}
    assert not table.duplicated(["case", "operator", "engine", "method", "dtype"]).any()
